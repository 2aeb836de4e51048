// A load generator for servers that echo, or that serve requests for work (work.h): one thread, epoll. It exists to check the
// figures of `polyserve bench`, and shares no code with it.
//
// In a closed loop each connection sends its next request after the reply. At a fixed rate a request is sent when it is
// due, or as soon after that as a connection is free, and its latency counts from when it was due. Every byte of a reply is checked.
// With --churn, each request has a connection of its own. With --windows, the processor time of each stretch of time is printed.
#define _GNU_SOURCE
#include "echo.h"
#include "figures.h"
#include "work.h"

#include <endian.h>
#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { EVENTS = 256, WAIT_MICROS_AT = 4 };

static struct {
    int port, connections, heavy, windows;
    bool idle, churn;
    size_t bytes;
    double rate, seconds, warm_up_seconds;
    uint32_t wait_micros;
    uint64_t multiplications, heavy_multiplications;
} plan = { .connections = 1, .bytes = 64, .seconds = 1, .warm_up_seconds = 0.5 };

// A request with its reply, which is the same for all connections of a kind.
struct exchange {
    char *request, *reply;
    size_t length;
};

struct connection {
    int fd;
    const struct exchange *exchange;
    size_t received;
    int64_t since; // when its request was due; 0 while none is outstanding
};

static struct exchange light, heavy;
static struct connection *connections; // the light ones first, then the heavy ones
static int *unused, unused_count; // the light connections without a request, when the rate is fixed
static int epoll;
static int64_t counted_from, counted_to;
static uint64_t heavy_answered;

// --- requests ---

static bool works(void)
{
    return plan.wait_micros > 0 || plan.multiplications > 0 || plan.heavy > 0;
}

static void put(char *place, uint64_t value, size_t bytes)
{
    uint64_t big_endian = htobe64(value);
    memcpy(place, (char *)&big_endian + sizeof big_endian - bytes, bytes);
}

static struct exchange exchange_of(uint32_t wait_micros, uint64_t multiplications)
{
    size_t length = works() && plan.bytes < WORK_HEADER_BYTES ? WORK_HEADER_BYTES : plan.bytes;
    struct exchange made = { .request = room(length, 1), .reply = room(length, 1), .length = length };
    for (size_t i = 0; i < length; i++)
        made.request[i] = (char)('a' + i % 23);
    memcpy(made.reply, made.request, length);
    if (!works())
        return made;
    put(made.request, length - WAIT_MICROS_AT, 4);
    put(made.request + WAIT_MICROS_AT, wait_micros, 4);
    put(made.request + WORK_MULTIPLICATIONS_AT, multiplications, 8);
    put(made.request + WORK_VALUE_AT, 1, 8);
    memcpy(made.reply, made.request, length);
    put(made.reply + WORK_VALUE_AT, chain_end(1, multiplications), 8);
    return made;
}

static void begin(struct connection *connection, int64_t due)
{
    connection->since = due;
    connection->received = 0;
    size_t length = connection->exchange->length;
    // A connection has one request at a time, which fits into the buffer of its socket.
    if (send(connection->fd, connection->exchange->request, length, MSG_NOSIGNAL) != (ssize_t)length)
        fail("a request cannot be sent");
}

static void reconnect(struct connection *connection);

static void answered(struct connection *connection)
{
    int64_t at = now();
    bool counts = at >= counted_from && at < counted_to;
    if (connection->exchange == &heavy) {
        heavy_answered += counts;
        begin(connection, at);
        return;
    }
    if (counts)
        record_latency(at - connection->since);
    connection->since = 0;
    if (plan.idle)
        return;
    if (plan.churn)
        reconnect(connection);
    if (plan.rate > 0)
        unused[unused_count++] = (int)(connection - connections);
    else
        begin(connection, at);
}

static void receive(struct connection *connection)
{
    static char buffer[64 << 10];
    ssize_t length = recv(connection->fd, buffer, sizeof buffer, 0);
    if (length < 0 && errno == EAGAIN)
        return;
    const struct exchange *exchange = connection->exchange;
    if (length <= 0 || connection->since == 0 || (size_t)length > exchange->length - connection->received
        || memcmp(buffer, exchange->reply + connection->received, (size_t)length) != 0) {
        errno = length < 0 ? errno : EPROTO;
        fail(length == 0 ? "the server has closed a connection" : "a reply is wrong");
    }
    connection->received += (size_t)length;
    if (connection->received == exchange->length)
        answered(connection);
}

// --- connections ---

static void watch(struct connection *connection)
{
    struct epoll_event event = { .events = EPOLLIN, .data.ptr = connection };
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, connection->fd, &event) < 0)
        fail("epoll_ctl");
}

// Over the loopback interface, a connection is established when connect(2) returns.
static void reconnect(struct connection *connection)
{
    close(connection->fd);
    connection->fd = connect_to(plan.port);
    watch(connection);
}

static void connect_all(void)
{
    int all = plan.connections + plan.heavy;
    connections = room((size_t)all, sizeof *connections);
    unused = room((size_t)plan.connections, sizeof *unused);
    for (int i = 0; i < all; i++) {
        connections[i] = (struct connection){ .fd = connect_to(plan.port), .exchange = i < plan.connections ? &light : &heavy };
        watch(&connections[i]);
    }
}

// --- the run ---

// Sends the requests that are due on free connections. Returns when the next one is due, or -1 when no connection is free.
static int64_t send_due(int64_t *due, int64_t interval)
{
    while (unused_count > 0 && *due <= now()) {
        begin(&connections[unused[--unused_count]], *due);
        *due += interval;
    }
    return unused_count > 0 ? *due : -1;
}

static void begin_all(void)
{
    for (int i = 0; i < plan.heavy; i++)
        begin(&connections[plan.connections + i], now());
    for (int i = 0; i < plan.connections; i++) {
        if (plan.rate > 0)
            unused[unused_count++] = i;
        else
            begin(&connections[i], now());
    }
}

static void wait_for_replies(int64_t until)
{
    struct epoll_event events[EVENTS];
    int64_t nanos = until - now();
    nanos = nanos > 0 ? nanos : 0;
    struct timespec timeout = { .tv_sec = nanos / NANOS_PER_SECOND, .tv_nsec = nanos % NANOS_PER_SECOND };
    int ready = epoll_pwait2(epoll, events, EVENTS, &timeout, NULL);
    if (ready < 0 && errno != EINTR)
        fail("epoll_pwait2");
    for (int i = 0; i < ready; i++)
        receive(events[i].data.ptr);
}

static void run_until(int64_t end, int64_t *due, int64_t interval)
{
    while (now() < end) {
        int64_t next = plan.rate > 0 ? send_due(due, interval) : -1;
        wait_for_replies(next >= 0 && next < end ? next : end);
    }
}

static void load(void)
{
    int64_t interval = plan.rate > 0 ? (int64_t)(NANOS_PER_SECOND / plan.rate) : 0;
    int64_t start = now(), due = start;
    counted_from = start + (int64_t)(plan.warm_up_seconds * NANOS_PER_SECOND);
    counted_to = counted_from + (int64_t)(plan.seconds * NANOS_PER_SECOND);
    begin_all();
    run_until(counted_from, &due, interval);
    double before = processor_micros();
    run_until(counted_to, &due, interval);
    double used = processor_micros() - before;
    sort_latencies();
    printf("requests/s=%.1f p50=%.1f p99=%.1f heavy/s=%.2f cpu/s=%.0f\n", (double)latency_count() / plan.seconds,
        latency_micros(0.5), latency_micros(0.99), (double)heavy_answered / plan.seconds, used / plan.seconds);
}

// The processor time of the server for a request, in one window after the other from the first connection on.
static void windows(void)
{
    double before = processor_micros();
    int64_t from = now(), due = from;
    counted_to = INT64_MAX;
    connect_all();
    begin_all();
    for (int i = 0; i < plan.windows; i++) {
        size_t answers = latency_count();
        run_until(from + (int64_t)((i + 1) * plan.seconds * NANOS_PER_SECOND), &due, 0);
        double used = processor_micros() - before;
        before += used;
        answers = latency_count() - answers;
        printf("%scpu/request=%.2f", i == 0 ? "" : " ", answers == 0 ? 0 : used / (double)answers);
    }
    printf("\n");
}

// Opens connections, each with one exchange, and leaves them idle: what each adds to the memory of the server.
static void idle(void)
{
    double before = resident_bytes();
    connect_all();
    for (int i = 0; i < plan.connections; i++) {
        begin(&connections[i], now());
        while (connections[i].since != 0)
            wait_for_replies(now() + NANOS_PER_SECOND);
    }
    printf("bytes/connection=%.0f\n", (resident_bytes() - before) / plan.connections);
}

// The chain that takes a millisecond of this processor.
static void calibrate(void)
{
    const uint64_t length = 1000000;
    double best = 0;
    for (int i = 0; i < 50; i++) {
        struct timespec from, to;
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &from);
        volatile uint64_t end = chain_end(1, length);
        (void)end;
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &to);
        double nanos = (double)(to.tv_sec - from.tv_sec) * 1e9 + (double)(to.tv_nsec - from.tv_nsec);
        best = (double)length * 1e6 / nanos > best ? (double)length * 1e6 / nanos : best;
    }
    printf("%.0f\n", best);
}

// --- the command line ---

static _Noreturn void usage(void)
{
    fprintf(stderr, "usage: %s PORT [--connections N] [--bytes N] [--rate N] [--seconds S] [--warm-up S] [--wait MICROS]\n"
                    "       [--multiplications N] [--heavy N --heavy-multiplications N] [--idle | --churn]\n"
                    "       [--windows N] [--pid PID]…\n"
                    "       %s --calibrate\n", program, program);
    exit(2);
}

static double number(const char *text)
{
    double value = number_of(text);
    if (value < 0)
        usage();
    return value;
}

static void set(int option, double value)
{
    switch (option) {
    case 'c': plan.connections = (int)value; break;
    case 'b': plan.bytes = (size_t)value; break;
    case 'r': plan.rate = value; break;
    case 's': plan.seconds = value; break;
    case 'u': plan.warm_up_seconds = value; break;
    case 'w': plan.wait_micros = (uint32_t)value; break;
    case 'm': plan.multiplications = (uint64_t)value; break;
    case 'h': plan.heavy = (int)value; break;
    case 'n': plan.windows = (int)value; break;
    case 'H': plan.heavy_multiplications = (uint64_t)value; break;
    case 'p':
        if (add_process((int)value))
            break; // fall through
    default: usage();
    }
}

static void read_options(int argc, char **argv)
{
    static const struct option options[] = {
        { "connections", 1, 0, 'c' }, { "bytes", 1, 0, 'b' }, { "rate", 1, 0, 'r' }, { "seconds", 1, 0, 's' },
        { "warm-up", 1, 0, 'u' }, { "wait", 1, 0, 'w' }, { "multiplications", 1, 0, 'm' }, { "heavy", 1, 0, 'h' },
        { "heavy-multiplications", 1, 0, 'H' }, { "windows", 1, 0, 'n' }, { "pid", 1, 0, 'p' }, { "idle", 0, 0, 'i' },
        { "churn", 0, 0, 'x' }, { "calibrate", 0, 0, 'C' }, { 0 },
    };
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (option == 'C') {
            calibrate();
            exit(0);
        }
        if (option == 'i')
            plan.idle = true;
        else if (option == 'x')
            plan.churn = true;
        else if (option == '?')
            usage();
        else
            set(option, number(optarg));
    }
    if (optind != argc - 1)
        usage();
    plan.port = (int)number(argv[optind]);
}

int main(int argc, char **argv)
{
    program = "load";
    read_options(argc, argv);
    raise_descriptor_limit();
    prctl(PR_SET_TIMERSLACK, 1L);
    light = exchange_of(plan.wait_micros, plan.multiplications);
    heavy = exchange_of(0, plan.heavy_multiplications);
    epoll = epoll_create1(EPOLL_CLOEXEC);
    if (epoll < 0)
        fail("epoll_create1");
    if (plan.idle) {
        idle();
        return 0;
    }
    if (plan.windows > 0) {
        windows();
        return 0;
    }
    connect_all();
    load();
    return 0;
}
