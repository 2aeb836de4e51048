// A load generator for servers that echo over TLS 1.3 (X25519, TLS_AES_128_GCM_SHA256): one thread, epoll, OpenSSL. It exists to
// measure the servers of comparison/tls. It offers nothing but that group and cipher, so all servers compute the same.
//
// In a closed loop each connection sends its next request after the reply. With --full and --resumed each request has a connection
// of its own: handshake, echo, close_notify and the end of both sides; --resumed begins with the ticket of an earlier connection.
// Every byte of a reply is checked, and an exchange that does not end is an error. With --idle, connections are held open.
#define _GNU_SOURCE
#include "echo.h"
#include "figures.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { EVENTS = 256, BUFFER_BYTES = 64 << 10, LINE_BYTES = 32 };
static const int64_t LONGEST_EXCHANGE = 20LL * NANOS_PER_SECOND;

static struct {
    int port, connections;
    bool plain, full, resumed, idle;
    size_t bytes;
    double seconds, warm_up_seconds;
} plan = { .connections = 1, .bytes = 64, .seconds = 1, .warm_up_seconds = 0.5 };

enum step { HANDSHAKE, EXCHANGE, CLOSING, REST };

struct connection {
    int fd;
    SSL *ssl; // NULL without TLS
    SSL_SESSION *ticket; // of an earlier connection in this place, for the next; NULL when there is none
    enum step step;
    bool notified; // the server has sent close_notify
    unsigned watched;
    size_t sent, received;
    int64_t since; // when its request, or with --full and --resumed its connection, began
};

static char *request;
static struct connection *connections;
static SSL_CTX *context;
static int epoll, under_way;
static bool ending; // no new request begins
static int64_t counted_from, counted_to;
static size_t resumed, truncated;

static _Noreturn void fail_tls(const char *what)
{
    unsigned long code = ERR_get_error();
    if (code == 0)
        fail(what);
    fprintf(stderr, "%s: %s: %s\n", program, what, ERR_reason_error_string(code));
    exit(EXIT_FAILURE);
}

static void watch(struct connection *connection, unsigned events)
{
    if (connection->watched == events)
        return;
    struct epoll_event event = { .events = events, .data.ptr = connection };
    if (epoll_ctl(epoll, connection->watched == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, connection->fd, &event) < 0)
        fail("epoll_ctl");
    connection->watched = events;
}

// --- bytes ---

// Watches for what OpenSSL waits for after a call with this result. Returns 0, or -1 at the end of the connection.
static int waits(struct connection *connection, int result)
{
    int reason = SSL_get_error(connection->ssl, result);
    if (reason == SSL_ERROR_WANT_READ || reason == SSL_ERROR_WANT_WRITE) {
        watch(connection, reason == SSL_ERROR_WANT_READ ? EPOLLIN : EPOLLIN | EPOLLOUT);
        return 0;
    }
    if (reason == SSL_ERROR_SSL && ERR_GET_REASON(ERR_peek_error()) != SSL_R_UNEXPECTED_EOF_WHILE_READING)
        fail_tls("the server breaks the protocol");
    connection->notified = reason == SSL_ERROR_ZERO_RETURN;
    return -1;
}

// Returns the number of bytes received, 0 when there are none yet, -1 at the end.
static ssize_t take(struct connection *connection, char *buffer)
{
    ERR_clear_error();
    if (connection->ssl != NULL) {
        int length = SSL_read(connection->ssl, buffer, BUFFER_BYTES);
        return length > 0 ? length : waits(connection, length);
    }
    ssize_t length = recv(connection->fd, buffer, BUFFER_BYTES, 0);
    return length > 0 ? length : length < 0 && errno == EAGAIN ? 0 : -1;
}

// Sends what the socket takes of the rest of the request.
static void put(struct connection *connection)
{
    while (connection->sent < plan.bytes) {
        const char *rest = request + connection->sent;
        size_t length = plan.bytes - connection->sent;
        ERR_clear_error();
        ssize_t sent = connection->ssl == NULL ? send(connection->fd, rest, length, MSG_NOSIGNAL)
                                               : SSL_write(connection->ssl, rest, (int)length);
        if (sent <= 0 && connection->ssl == NULL && errno == EAGAIN)
            watch(connection, EPOLLIN | EPOLLOUT);
        else if (sent <= 0 && (connection->ssl == NULL || waits(connection, (int)sent) < 0))
            fail_tls("a request cannot be sent");
        if (sent <= 0)
            return;
        connection->sent += (size_t)sent;
    }
    watch(connection, EPOLLIN);
}

// --- the life of a connection ---

static int keep_ticket(SSL *ssl, SSL_SESSION *ticket)
{
    struct connection *connection = SSL_get_app_data(ssl);
    SSL_SESSION_free(connection->ticket);
    connection->ticket = ticket;
    return 1; // it is ours now
}

static void begin(struct connection *connection)
{
    connection->step = EXCHANGE;
    connection->sent = connection->received = 0;
    put(connection);
}

static void shake_hands(struct connection *connection)
{
    ERR_clear_error();
    int result = SSL_connect(connection->ssl);
    if (result == 1)
        begin(connection);
    else if (waits(connection, result) < 0)
        fail_tls("a handshake has failed");
}

static void open_connection(struct connection *connection)
{
    connection->since = now();
    connection->fd = connect_to(plan.port);
    connection->watched = 0;
    connection->notified = false;
    under_way++;
    if (fcntl(connection->fd, F_SETFL, O_NONBLOCK) < 0)
        fail("fcntl");
    if (plan.plain) {
        begin(connection);
        return;
    }
    connection->ssl = SSL_new(context);
    if (connection->ssl == NULL || SSL_set_fd(connection->ssl, connection->fd) != 1)
        fail_tls("a connection cannot be made");
    SSL_set_app_data(connection->ssl, connection);
    SSL_set_tlsext_host_name(connection->ssl, "localhost");
    if (plan.resumed && connection->ticket != NULL) {
        SSL_set_session(connection->ssl, connection->ticket);
        SSL_SESSION_free(connection->ticket); // a ticket is used once
        connection->ticket = NULL;
    }
    connection->step = HANDSHAKE;
    shake_hands(connection);
}

static bool counts(int64_t at)
{
    return at >= counted_from && at < counted_to;
}

// The end of both sides of a connection of --full or --resumed.
static void closed(struct connection *connection)
{
    int64_t at = now();
    if (counts(at)) {
        record_latency(at - connection->since);
        resumed += connection->ssl != NULL && SSL_session_reused(connection->ssl);
        truncated += connection->ssl != NULL && !connection->notified;
    }
    SSL_free(connection->ssl);
    connection->ssl = NULL;
    close(connection->fd);
    connection->step = REST;
    under_way--;
    if (!ending)
        open_connection(connection);
}

static void await_end(struct connection *connection)
{
    static char buffer[BUFFER_BYTES];
    ssize_t length = connection->notified ? 0 : take(connection, buffer);
    bool ended = length < 0;
    if (connection->notified) { // what is left is the end of the socket's stream
        length = recv(connection->fd, buffer, sizeof buffer, 0);
        ended = length == 0 || (length < 0 && errno != EAGAIN);
    }
    if (length > 0) {
        errno = EPROTO;
        fail("a reply is too long");
    }
    if (ended)
        closed(connection);
}

static void answered(struct connection *connection)
{
    int64_t at = now();
    if (plan.full || plan.resumed) {
        connection->step = CLOSING;
        if (connection->ssl != NULL && SSL_shutdown(connection->ssl) < 0)
            fail_tls("close_notify cannot be sent");
        shutdown(connection->fd, SHUT_WR);
        return;
    }
    if (counts(at))
        record_latency(at - connection->since);
    connection->step = REST;
    under_way--;
    if (ending || plan.idle)
        return;
    under_way++;
    connection->since = at;
    begin(connection);
}

static void receive(struct connection *connection)
{
    static char buffer[BUFFER_BYTES];
    ssize_t length;
    while (connection->step == EXCHANGE && (length = take(connection, buffer)) != 0) {
        if (length < 0)
            fail_tls("the server has closed a connection");
        if ((size_t)length > plan.bytes - connection->received
            || memcmp(buffer, request + connection->received, (size_t)length) != 0) {
            errno = EPROTO;
            fail("a reply is wrong");
        }
        connection->received += (size_t)length;
        if (connection->received == plan.bytes) {
            answered(connection);
            return;
        }
    }
}

static void advance(struct connection *connection)
{
    switch (connection->step) {
    case HANDSHAKE: shake_hands(connection); break;
    case EXCHANGE:
        if (connection->sent < plan.bytes)
            put(connection);
        receive(connection);
        break;
    case CLOSING: await_end(connection); break;
    case REST:
        errno = EPROTO;
        fail("a connection at rest has ended or received something");
    }
}

// --- the run ---

static void turn(int64_t until)
{
    struct epoll_event events[EVENTS];
    int64_t nanos = until - now();
    nanos = nanos > 0 ? nanos : 0;
    struct timespec timeout = { .tv_sec = nanos / NANOS_PER_SECOND, .tv_nsec = nanos % NANOS_PER_SECOND };
    int ready = epoll_pwait2(epoll, events, EVENTS, &timeout, NULL);
    if (ready < 0 && errno != EINTR)
        fail("epoll_pwait2");
    for (int i = 0; i < ready; i++)
        advance(events[i].data.ptr);
}

static void run_until(int64_t end)
{
    while (now() < end)
        turn(end);
}

// Waits until every exchange has ended.
static void finish_all(void)
{
    ending = true;
    int64_t end = now() + LONGEST_EXCHANGE;
    while (under_way > 0 && now() < end)
        turn(end);
    if (under_way > 0) {
        errno = ETIMEDOUT;
        fail("an exchange does not end");
    }
    ending = false;
}

static void load(void)
{
    connections = room((size_t)plan.connections, sizeof *connections);
    for (int i = 0; i < plan.connections; i++)
        open_connection(&connections[i]);
    if (!plan.full)
        finish_all(); // the handshakes; and the first tickets, so that all later connections can resume a session
    for (int i = 0; i < plan.connections && plan.resumed; i++)
        open_connection(&connections[i]);
    for (int i = 0; i < plan.connections && !plan.full && !plan.resumed; i++) {
        under_way++;
        connections[i].since = now();
        begin(&connections[i]);
    }
    counted_from = now() + (int64_t)(plan.warm_up_seconds * NANOS_PER_SECOND);
    counted_to = counted_from + (int64_t)(plan.seconds * NANOS_PER_SECOND);
    run_until(counted_from);
    double before = processor_micros();
    run_until(counted_to);
    double used = processor_micros() - before;
    size_t requests = latency_count();
    finish_all();
    sort_latencies();
    printf("requests=%zu requests/s=%.1f p50=%.1f p99=%.1f max=%.1f cpu/request=%.2f resumed=%zu truncated=%zu\n", requests,
        (double)requests / plan.seconds, latency_micros(0.5), latency_micros(0.99), latency_micros(1),
        requests == 0 ? 0 : used / (double)requests, resumed, truncated);
}

// For each number on standard input: opens connections, one after the other, each with one exchange, until it holds so many.
static void hold(void)
{
    char line[LINE_BYTES];
    int held = 0, most = descriptor_limit();
    connections = room((size_t)most, sizeof *connections);
    double before = resident_bytes();
    while (fgets(line, sizeof line, stdin) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        double wanted = number_of(line);
        if (wanted < 1 || wanted >= most) {
            errno = EINVAL;
            fail("so many connections cannot be held");
        }
        for (; held < (int)wanted; held++) {
            open_connection(&connections[held]);
            finish_all();
        }
        printf("held=%d added=%.0f\n", held, resident_bytes() - before);
        fflush(stdout);
    }
}

// --- the command line ---

static _Noreturn void usage(FILE *out)
{
    fprintf(out, "usage: %s PORT [--full | --resumed | --idle] [--plain] [--connections N] [--bytes N] [--seconds S]\n"
                 "       [--warm-up S] [--pid PID]…\n"
                 "Echo: each of N connections sends its next request after the reply. --full, --resumed: a connection for each\n"
                 "request, with that kind of handshake. --plain: without TLS. The processor time is that of the processes --pid.\n"
                 "--idle: for each number on standard input, opens connections until it holds so many, and prints the number and\n"
                 "the resident bytes that were added.\n", program);
    exit(out == stdout ? 0 : 2);
}

static double number(const char *text)
{
    double value = number_of(text);
    if (value < 0)
        usage(stderr);
    return value;
}

static void read_options(int argc, char **argv)
{
    static const struct option options[] = {
        { "connections", 1, 0, 'c' }, { "bytes", 1, 0, 'b' }, { "seconds", 1, 0, 's' }, { "warm-up", 1, 0, 'u' },
        { "pid", 1, 0, 'p' }, { "idle", 0, 0, 'i' }, { "full", 0, 0, 'f' }, { "resumed", 0, 0, 'r' },
        { "plain", 0, 0, 'P' }, { "help", 0, 0, 'h' }, { 0 },
    };
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        switch (option) {
        case 'c': plan.connections = (int)number(optarg); break;
        case 'b': plan.bytes = (size_t)number(optarg); break;
        case 's': plan.seconds = number(optarg); break;
        case 'u': plan.warm_up_seconds = number(optarg); break;
        case 'i': plan.idle = true; break;
        case 'f': plan.full = true; break;
        case 'r': plan.resumed = true; break;
        case 'P': plan.plain = true; break;
        case 'h': usage(stdout);
        case 'p':
            if (add_process((int)number(optarg)))
                break; // fall through
        default: usage(stderr);
        }
    }
    if (optind != argc - 1 || plan.idle + plan.full + plan.resumed > 1 || plan.bytes == 0)
        usage(stderr);
    plan.port = (int)number(argv[optind]);
}

static void prepare_tls(void)
{
    context = SSL_CTX_new(TLS_client_method());
    if (context == NULL || SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION) != 1
        || SSL_CTX_set_ciphersuites(context, "TLS_AES_128_GCM_SHA256") != 1 || SSL_CTX_set1_groups_list(context, "X25519") != 1)
        fail_tls("OpenSSL cannot be set up");
    SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(context, keep_ticket);
}

int main(int argc, char **argv)
{
    program = "tls_load";
    read_options(argc, argv);
    raise_descriptor_limit();
    request = room(plan.bytes, 1);
    for (size_t i = 0; i < plan.bytes; i++)
        request[i] = (char)('a' + i % 23);
    epoll = epoll_create1(EPOLL_CLOEXEC);
    if (epoll < 0)
        fail("epoll_create1");
    prepare_tls();
    if (plan.idle)
        hold();
    else
        load();
    return 0;
}
