// The lower bound for readiness: one thread, level-triggered epoll. Per request: its share of an epoll_wait, a recv and
// a send. Serves echo, or requests for work (work.h), which it computes on the same thread.
#define _GNU_SOURCE
#include "echo.h"
#include "work.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { EVENTS = 1024, BUFFER_BYTES = 64 << 10, ACCEPTS_PER_TURN = 64 };

// Unsent output. While there is some, the connection is watched for writing only: a client that does not read is not
// read from.
struct rest {
    char *bytes; // from malloc; NULL when nothing is left
    size_t at, length;
};

// An incomplete request.
struct beginning {
    char *bytes; // from malloc; NULL when there is none
    size_t length;
};

static int epoll;
static bool computes;
static struct rest *rests; // by descriptor
static struct beginning *beginnings; // by descriptor

static void watch(int operation, int fd, unsigned events)
{
    struct epoll_event event = { .events = events, .data.fd = fd };
    if (epoll_ctl(epoll, operation, fd, &event) < 0)
        fail("epoll_ctl");
}

static void drop(int fd)
{
    free(rests[fd].bytes);
    rests[fd] = (struct rest){ 0 };
    free(beginnings[fd].bytes);
    beginnings[fd] = (struct beginning){ 0 };
    close(fd); // also removes it from epoll, as this is the socket's only descriptor
}

static void accept_all(int listener)
{
    for (int i = 0; i < ACCEPTS_PER_TURN; i++) {
        int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd >= 0)
            watch(EPOLL_CTL_ADD, fd, EPOLLIN);
        else if (errno == EAGAIN)
            return;
        else if (errno != ECONNABORTED && errno != EINTR)
            fail("cannot accept"); // without all clients the comparison would be invalid
    }
}

static char *copy_of(const char *bytes, size_t length)
{
    char *copy = malloc(length);
    if (copy == NULL)
        fail("malloc");
    return memcpy(copy, bytes, length);
}

static void keep(int fd, const char *bytes, size_t length)
{
    rests[fd] = (struct rest){ .bytes = copy_of(bytes, length), .length = length };
    watch(EPOLL_CTL_MOD, fd, EPOLLOUT);
}

// Returns the number of bytes sent, or -1 when the connection is broken.
static ssize_t send_some(int fd, const char *bytes, size_t length)
{
    ssize_t sent = send(fd, bytes, length, MSG_NOSIGNAL);
    return sent < 0 && errno == EAGAIN ? 0 : sent;
}

// Copies the incomplete request that was received earlier back to the front.
static void take_beginning(int fd, char *buffer)
{
    struct beginning beginning = beginnings[fd];
    if (beginning.bytes == NULL)
        return;
    beginnings[fd] = (struct beginning){ 0 };
    memcpy(buffer, beginning.bytes, beginning.length);
    free(beginning.bytes);
}

// Creates the reply in place. Returns its length.
static size_t reply_to(int fd, char *bytes, size_t length)
{
    if (!computes)
        return length;
    size_t done = carry_out(bytes, length);
    if (done == 0 && length == BUFFER_BYTES) {
        errno = EMSGSIZE;
        fail("a request is longer than the buffer");
    }
    if (done < length)
        beginnings[fd] = (struct beginning){ .bytes = copy_of(bytes + done, length - done), .length = length - done };
    return done;
}

static void serve(int fd)
{
    static char buffer[BUFFER_BYTES];
    size_t before = beginnings[fd].length;
    ssize_t received = recv(fd, buffer + before, sizeof buffer - before, 0);
    if (received < 0 && errno == EAGAIN)
        return;
    take_beginning(fd, buffer);
    size_t length = received > 0 ? reply_to(fd, buffer, before + (size_t)received) : 0;
    ssize_t sent = received <= 0 ? -1 : length == 0 ? 0 : send_some(fd, buffer, length);
    if (sent < 0)
        drop(fd);
    else if ((size_t)sent < length)
        keep(fd, buffer + sent, length - (size_t)sent);
}

static void write_rest(int fd)
{
    struct rest *rest = &rests[fd];
    ssize_t sent = send_some(fd, rest->bytes + rest->at, rest->length - rest->at);
    if (sent < 0) {
        drop(fd);
        return;
    }
    rest->at += (size_t)sent;
    if (rest->at == rest->length) {
        free(rest->bytes);
        *rest = (struct rest){ 0 };
        watch(EPOLL_CTL_MOD, fd, EPOLLIN);
    }
}

int main(int argc, char **argv)
{
    static struct epoll_event events[EVENTS];
    computes = argc == 3 && strcmp(argv[2], "compute") == 0;
    int listener = listen_at(computes ? 2 : argc, argv, SOCK_NONBLOCK);
    beginnings = calloc((size_t)descriptor_limit(), sizeof *beginnings);
    rests = calloc((size_t)descriptor_limit(), sizeof *rests);
    epoll = epoll_create1(EPOLL_CLOEXEC);
    if (beginnings == NULL || rests == NULL || epoll < 0)
        fail("cannot start");
    watch(EPOLL_CTL_ADD, listener, EPOLLIN);
    while (true) {
        int ready = epoll_wait(epoll, events, EVENTS, -1);
        if (ready < 0 && errno != EINTR)
            fail("epoll_wait");
        for (int i = 0; i < ready; i++) {
            int fd = events[i].data.fd;
            if (fd == listener)
                accept_all(listener);
            else if (rests[fd].bytes != NULL)
                write_rest(fd);
            else
                serve(fd);
        }
    }
}
