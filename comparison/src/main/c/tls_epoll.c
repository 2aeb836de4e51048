// The lower bound for TLS: one thread, level-triggered epoll, OpenSSL: tls_epoll PORT CERTIFICATE KEY.
//
// As OpenSSL's documentation advises: reading ahead (SSL_CTX_set_read_ahead: one recv for a record instead of two), partial writes,
// and SSL_MODE_RELEASE_BUFFERS, so that an idle connection has no buffers. Tickets are OpenSSL's defaults: two, and stateless.
#define _GNU_SOURCE
#include "echo.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { EVENTS = 1024, BUFFER_BYTES = 64 << 10, ACCEPTS_PER_TURN = 64 };

// While it has unsent output, a connection is not read from.
struct connection {
    SSL *ssl;
    char *rest; // unsent output, from malloc; NULL when nothing is left
    size_t at, length;
    unsigned watched;
};

static int epoll;
static SSL_CTX *context;
static struct connection *connections; // by descriptor

static _Noreturn void fail_tls(const char *what)
{
    fprintf(stderr, "%s: %s: ", program, what);
    ERR_print_errors_fp(stderr);
    exit(EXIT_FAILURE);
}

static void watch(int fd, unsigned events)
{
    struct connection *connection = &connections[fd];
    if (connection->watched == events)
        return;
    struct epoll_event event = { .events = events, .data.fd = fd };
    if (epoll_ctl(epoll, connection->watched == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, fd, &event) < 0)
        fail("epoll_ctl");
    connection->watched = events;
}

static void drop(int fd)
{
    struct connection *connection = &connections[fd];
    SSL_free(connection->ssl);
    free(connection->rest);
    *connection = (struct connection){ 0 };
    close(fd); // also removes it from epoll, as this is the socket's only descriptor
}

static void accept_all(int listener)
{
    for (int i = 0; i < ACCEPTS_PER_TURN; i++) {
        int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd >= 0) {
            SSL *ssl = connections[fd].ssl = SSL_new(context);
            if (ssl == NULL || SSL_set_fd(ssl, fd) != 1)
                fail_tls("a connection cannot be made");
            SSL_set_accept_state(ssl);
            watch(fd, EPOLLIN);
        } else if (errno == EAGAIN)
            return;
        else if (errno != ECONNABORTED && errno != EINTR)
            fail("cannot accept"); // without all clients the comparison would be invalid
    }
}

// Watches for what OpenSSL waits for after a call with this result; ends the connection if it waits for nothing.
static void wait_or_end(int fd, int result)
{
    int reason = SSL_get_error(connections[fd].ssl, result);
    if (reason == SSL_ERROR_WANT_READ)
        watch(fd, EPOLLIN);
    else if (reason == SSL_ERROR_WANT_WRITE)
        watch(fd, EPOLLOUT);
    else {
        if (reason == SSL_ERROR_ZERO_RETURN)
            SSL_shutdown(connections[fd].ssl);
        drop(fd);
    }
}

// Returns the number of bytes sent; or 0 when the connection is broken or nothing more can be sent now, for which it is watched.
static size_t send_some(int fd, const char *bytes, size_t length)
{
    size_t at = 0;
    while (at < length) {
        ERR_clear_error();
        int sent = SSL_write(connections[fd].ssl, bytes + at, (int)(length - at));
        if (sent <= 0) {
            wait_or_end(fd, sent);
            break;
        }
        at += (size_t)sent;
    }
    return at;
}

static void keep(int fd, const char *bytes, size_t length)
{
    struct connection *connection = &connections[fd];
    connection->rest = malloc(length);
    if (connection->rest == NULL)
        fail("malloc");
    memcpy(connection->rest, bytes, length);
    connection->at = 0;
    connection->length = length;
}

// Also shakes hands.
static void serve(int fd)
{
    static char buffer[BUFFER_BYTES];
    do {
        ERR_clear_error();
        int received = SSL_read(connections[fd].ssl, buffer, sizeof buffer);
        if (received <= 0) {
            wait_or_end(fd, received);
            return;
        }
        size_t sent = send_some(fd, buffer, (size_t)received);
        if (sent < (size_t)received) {
            if (connections[fd].ssl != NULL)
                keep(fd, buffer + sent, (size_t)received - sent);
            return;
        }
    } while (SSL_has_pending(connections[fd].ssl));
}

static void write_rest(int fd)
{
    struct connection *connection = &connections[fd];
    size_t sent = send_some(fd, connection->rest + connection->at, connection->length - connection->at);
    if (connection->ssl == NULL)
        return;
    connection->at += sent;
    if (connection->at < connection->length)
        return;
    free(connection->rest);
    connection->rest = NULL;
    watch(fd, EPOLLIN);
    if (SSL_has_pending(connection->ssl))
        serve(fd);
}

static void prepare_tls(const char *certificate, const char *key)
{
    context = SSL_CTX_new(TLS_server_method());
    if (context == NULL || SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION) != 1
        || SSL_CTX_set1_groups_list(context, "X25519") != 1 || SSL_CTX_use_certificate_chain_file(context, certificate) != 1
        || SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) != 1)
        fail_tls("the certificate and the key cannot be used");
    SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_read_ahead(context, 1);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF); // tickets need none
}

int main(int argc, char **argv)
{
    static struct epoll_event events[EVENTS];
    if (argc != 4) {
        fprintf(stderr, "usage: %s PORT CERTIFICATE KEY\n", argv[0]);
        return 2;
    }
    prepare_tls(argv[2], argv[3]);
    int listener = listen_at(2, argv, SOCK_NONBLOCK);
    connections = calloc((size_t)descriptor_limit(), sizeof *connections);
    epoll = epoll_create1(EPOLL_CLOEXEC);
    if (connections == NULL || epoll < 0)
        fail("cannot start");
    watch(listener, EPOLLIN);
    while (true) {
        int ready = epoll_wait(epoll, events, EVENTS, -1);
        if (ready < 0 && errno != EINTR)
            fail("epoll_wait");
        for (int i = 0; i < ready; i++) {
            int fd = events[i].data.fd;
            if (fd == listener)
                accept_all(listener);
            else if (connections[fd].rest != NULL)
                write_rest(fd);
            else
                serve(fd);
        }
    }
}
