// The lower bound for completion: one thread, io_uring. A multishot accept; per connection a multishot receive into a
// shared buffer ring, and at most one outstanding send; per turn a single io_uring_enter.
//
//    received ── no send outstanding ──→ send from the same buffer, then return it
//         └───── a send is outstanding ─→ append a copy to the waiting bytes, return it; too many: stop receiving
//
// A connection is closed when neither a receive nor a send of it is in the ring, so no completion outlives it.
#define _GNU_SOURCE
#include "echo.h"

#include <errno.h>
#include <liburing.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { SUBMISSIONS = 4096, COMPLETIONS = 32768 };
enum { BUFFERS = 2048, BUFFER_BYTES = 16 << 10, GROUP = 1, NO_BUFFER = -1 };
enum { WAITING_LIMIT = 64 << 10 }; // with more waiting bytes, the client is not received from

enum operation { ACCEPT, RECEIVE, SEND, CANCEL, CLOSE };

struct bytes {
    char *data; // from malloc, or NULL
    size_t length, room;
};

struct connection {
    bool receiving, sending; // the request is in the ring
    bool cancelling;         // the receive is being cancelled
    bool starved;            // the receive found no buffer; listed in starved
    bool ended;              // no more input
    int buffer;              // being sent, or NO_BUFFER
    struct bytes outgoing;   // being sent, unless a buffer is
    struct bytes waiting;    // to be sent next
};

static struct io_uring ring;
static struct connection *connections; // by descriptor
static struct io_uring_buf_ring *buffers;
static char *buffer_memory;
static int returned; // buffers returned in this turn
static int *starved, starved_count;

static uint64_t tag(enum operation operation, int fd)
{
    return (uint64_t)operation << 32 | (uint32_t)fd;
}

static struct io_uring_sqe *submission(void)
{
    struct io_uring_sqe *sqe = io_uring_get_sqe(&ring);
    if (sqe == NULL) { // full: submit
        int result = io_uring_submit(&ring);
        sqe = io_uring_get_sqe(&ring);
        if (result < 0 || sqe == NULL) {
            errno = -result;
            fail("io_uring_submit");
        }
    }
    return sqe;
}

static void start_accepting(int listener)
{
    struct io_uring_sqe *sqe = submission();
    io_uring_prep_multishot_accept(sqe, listener, NULL, NULL, SOCK_CLOEXEC);
    io_uring_sqe_set_data64(sqe, tag(ACCEPT, listener));
}

static void start_receiving(int fd)
{
    struct io_uring_sqe *sqe = submission();
    io_uring_prep_recv_multishot(sqe, fd, NULL, 0, 0);
    sqe->flags |= IOSQE_BUFFER_SELECT;
    sqe->buf_group = GROUP;
    io_uring_sqe_set_data64(sqe, tag(RECEIVE, fd));
    connections[fd].receiving = true;
}

static void stop_receiving(int fd)
{
    struct io_uring_sqe *sqe = submission();
    io_uring_prep_cancel64(sqe, tag(RECEIVE, fd), 0);
    sqe->flags |= IOSQE_CQE_SKIP_SUCCESS;
    io_uring_sqe_set_data64(sqe, tag(CANCEL, fd));
    connections[fd].cancelling = true;
}

static void start_sending(int fd, const char *bytes, size_t length)
{
    struct io_uring_sqe *sqe = submission();
    io_uring_prep_send(sqe, fd, bytes, length, MSG_NOSIGNAL | MSG_WAITALL); // everything, or an error
    io_uring_sqe_set_data64(sqe, tag(SEND, fd));
    connections[fd].sending = true;
}

static void start_closing(int fd)
{
    struct io_uring_sqe *sqe = submission();
    io_uring_prep_close(sqe, fd);
    sqe->flags |= IOSQE_CQE_SKIP_SUCCESS;
    io_uring_sqe_set_data64(sqe, tag(CLOSE, fd));
}

static char *buffer_at(int buffer)
{
    return buffer_memory + (size_t)buffer * BUFFER_BYTES;
}

static void give_back(int buffer)
{
    io_uring_buf_ring_add(buffers, buffer_at(buffer), BUFFER_BYTES, (unsigned short)buffer,
                          io_uring_buf_ring_mask(BUFFERS), returned++);
}

static void append(struct bytes *bytes, const char *data, size_t length)
{
    if (bytes->length + length > bytes->room) {
        bytes->room = 2 * (bytes->length + length);
        bytes->data = realloc(bytes->data, bytes->room);
        if (bytes->data == NULL)
            fail("realloc");
    }
    memcpy(bytes->data + bytes->length, data, length);
    bytes->length += length;
}

static void discard(struct bytes *bytes)
{
    free(bytes->data);
    *bytes = (struct bytes){ 0 };
}

// Acts on the state of a connection: receives again, or closes.
static void settle(int fd)
{
    struct connection *c = &connections[fd];
    if (c->receiving || c->starved)
        return;
    if (!c->ended) {
        if (c->waiting.length < WAITING_LIMIT)
            start_receiving(fd);
    } else if (!c->sending) { // without an outstanding send, no bytes wait
        start_closing(fd);
    }
}

static void received(int fd, int buffer, size_t length)
{
    struct connection *c = &connections[fd];
    if (!c->sending && !c->ended) {
        c->buffer = buffer;
        start_sending(fd, buffer_at(buffer), length);
        return;
    }
    if (!c->ended)
        append(&c->waiting, buffer_at(buffer), length);
    give_back(buffer);
    if (c->waiting.length >= WAITING_LIMIT && c->receiving && !c->cancelling)
        stop_receiving(fd);
}

static void on_receive(int fd, const struct io_uring_cqe *cqe)
{
    struct connection *c = &connections[fd];
    c->receiving = cqe->flags & IORING_CQE_F_MORE;
    c->cancelling = c->cancelling && c->receiving;
    if (cqe->res > 0) {
        received(fd, (int)(cqe->flags >> IORING_CQE_BUFFER_SHIFT), (size_t)cqe->res);
    } else if (cqe->res == -ENOBUFS) {
        c->starved = true;
        starved[starved_count++] = fd;
    } else if (cqe->res != -ECANCELED) { // 0 is the end of input; an error ends it, too
        c->ended = true;
    }
    settle(fd);
}

static void on_send(int fd, int result)
{
    struct connection *c = &connections[fd];
    c->sending = false;
    if (c->buffer != NO_BUFFER)
        give_back(c->buffer);
    c->buffer = NO_BUFFER;
    discard(&c->outgoing);
    if (result < 0) { // the connection is broken: end the receive, too
        c->ended = true;
        discard(&c->waiting);
        shutdown(fd, SHUT_RDWR);
    } else if (c->waiting.length > 0) {
        c->outgoing = c->waiting;
        c->waiting = (struct bytes){ 0 };
        start_sending(fd, c->outgoing.data, c->outgoing.length);
    }
    settle(fd);
}

static void on_accept(int listener, const struct io_uring_cqe *cqe)
{
    if (cqe->res >= 0) {
        connections[cqe->res] = (struct connection){ .buffer = NO_BUFFER };
        start_receiving(cqe->res);
    } else if (cqe->res != -ECONNABORTED && cqe->res != -EINTR) {
        errno = -cqe->res;
        fail("cannot accept"); // without all clients the comparison would be invalid
    }
    if (!(cqe->flags & IORING_CQE_F_MORE))
        start_accepting(listener);
}

static void handle(const struct io_uring_cqe *cqe)
{
    int fd = (int)(uint32_t)cqe->user_data;
    switch ((enum operation)(cqe->user_data >> 32)) {
    case ACCEPT:
        on_accept(fd, cqe);
        break;
    case RECEIVE:
        on_receive(fd, cqe);
        break;
    case SEND:
        on_send(fd, cqe->res);
        break;
    case CANCEL: // too late: the receive has already ended
    case CLOSE:
        break;
    }
}

// Publishes the returned buffers, and restarts the receives that had found none.
static void end_turn(void)
{
    if (returned == 0)
        return;
    io_uring_buf_ring_advance(buffers, returned);
    returned = 0;
    int count = starved_count;
    starved_count = 0;
    for (int i = 0; i < count; i++) {
        connections[starved[i]].starved = false;
        settle(starved[i]);
    }
}

static void start_ring(void)
{
    struct io_uring_params params = {
        .flags = IORING_SETUP_CQSIZE | IORING_SETUP_CLAMP | IORING_SETUP_SUBMIT_ALL | IORING_SETUP_SINGLE_ISSUER
                 | IORING_SETUP_DEFER_TASKRUN,
        .cq_entries = COMPLETIONS,
    };
    int result = io_uring_queue_init_params(SUBMISSIONS, &ring, &params);
    if (result < 0) {
        fprintf(stderr, "peer: io_uring cannot be used here (Linux 6.1 or newer, and permission, are needed): %s\n",
                strerror(-result));
        exit(UNUSABLE);
    }
    if (io_uring_register_ring_fd(&ring) < 0)
        fail("cannot register the ring");
}

static void start_buffers(void)
{
    buffers = aligned_alloc(4096, BUFFERS * sizeof(struct io_uring_buf));
    buffer_memory = aligned_alloc(4096, (size_t)BUFFERS * BUFFER_BYTES);
    if (buffers == NULL || buffer_memory == NULL)
        fail("aligned_alloc");
    io_uring_buf_ring_init(buffers);
    struct io_uring_buf_reg registration = {
        .ring_addr = (uintptr_t)buffers, .ring_entries = BUFFERS, .bgid = GROUP
    };
    int result = io_uring_register_buf_ring(&ring, &registration, 0);
    if (result < 0) {
        errno = -result;
        fail("cannot register the ring of buffers");
    }
    for (int i = 0; i < BUFFERS; i++)
        give_back(i);
    end_turn();
}

int main(int argc, char **argv)
{
    int listener = listen_at(argc, argv, 0);
    size_t limit = (size_t)descriptor_limit();
    connections = calloc(limit, sizeof *connections);
    starved = calloc(limit, sizeof *starved);
    if (connections == NULL || starved == NULL)
        fail("cannot start");
    start_ring();
    start_buffers();
    start_accepting(listener);
    while (true) {
        int result = io_uring_submit_and_wait(&ring, 1);
        if (result < 0 && result != -EINTR) {
            errno = -result;
            fail("io_uring_submit_and_wait");
        }
        struct io_uring_cqe *cqe;
        unsigned head, count = 0;
        io_uring_for_each_cqe(&ring, head, cqe) {
            handle(cqe);
            count++;
        }
        io_uring_cq_advance(&ring, count);
        end_turn();
    }
}
