// The floor for readiness: one thread, epoll, level-triggered. Per request: its share of an epoll_wait, a recv, a send.
#define _GNU_SOURCE
#include "echo.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { EVENTS = 1024, BUFFER_BYTES = 64 << 10, ACCEPTS_PER_TURN = 64 };

// What a socket did not take at once. While there is some, the connection is watched for writing only: a client that
// does not read is not read from.
struct rest {
    char *bytes; // from malloc; NULL when nothing is left
    size_t at, length;
};

static int epoll;
static struct rest *rests; // by descriptor

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
    close(fd); // epoll forgets it, as nobody else has it
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
            fail("cannot accept"); // a comparison without some of its clients would be worth nothing
    }
}

static void keep(int fd, const char *bytes, size_t length)
{
    char *copy = malloc(length);
    if (copy == NULL)
        fail("malloc");
    rests[fd] = (struct rest){ .bytes = memcpy(copy, bytes, length), .length = length };
    watch(EPOLL_CTL_MOD, fd, EPOLLOUT);
}

// Returns how many bytes the socket took, or -1 when the client is gone.
static ssize_t send_some(int fd, const char *bytes, size_t length)
{
    ssize_t sent = send(fd, bytes, length, MSG_NOSIGNAL);
    return sent < 0 && errno == EAGAIN ? 0 : sent;
}

static void echo(int fd)
{
    static char buffer[BUFFER_BYTES];
    ssize_t received = recv(fd, buffer, sizeof buffer, 0);
    if (received < 0 && errno == EAGAIN)
        return;
    ssize_t sent = received > 0 ? send_some(fd, buffer, (size_t)received) : -1;
    if (sent < 0)
        drop(fd);
    else if (sent < received)
        keep(fd, buffer + sent, (size_t)(received - sent));
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
    int listener = listen_at(argc, argv, SOCK_NONBLOCK);
    rests = calloc((size_t)descriptor_limit(), sizeof *rests);
    epoll = epoll_create1(EPOLL_CLOEXEC);
    if (rests == NULL || epoll < 0)
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
                echo(fd);
        }
    }
}
