// A load generator for servers that start a program for each connection: threads connect, wait for the end of the connection,
// and connect again. Prints the connections per second.
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MOST_CLIENTS = 64, WAIT_SECONDS = 30 };

static struct sockaddr_in server = { .sin_family = AF_INET };
static atomic_long left;

static void fail(const char *what)
{
    fprintf(stderr, "comparison: %s: %s\n", what, strerror(errno));
    exit(1);
}

static void connect_once(void)
{
    char bytes[4096];
    ssize_t got;
    const struct timeval wait = { .tv_sec = WAIT_SECONDS };
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait) != 0)
        fail("socket");
    if (connect(fd, (const struct sockaddr *)&server, sizeof server) != 0)
        fail("connect");
    while ((got = read(fd, bytes, sizeof bytes)) > 0)
        ;
    if (got < 0)
        fail("read");
    close(fd);
}

static void *client(void *unused)
{
    (void)unused;
    while (atomic_fetch_sub(&left, 1) > 0)
        connect_once();
    return NULL;
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

int main(int count, char **words)
{
    pthread_t threads[MOST_CLIENTS];
    int clients = count == 4 ? atoi(words[3]) : 0;
    long connections = count == 4 ? atol(words[2]) : 0;
    if (clients < 1 || clients > MOST_CLIENTS || connections < 1) {
        fprintf(stderr, "Usage: programs PORT CONNECTIONS CLIENTS\n");
        return 2;
    }
    server.sin_port = htons((in_port_t)atoi(words[1]));
    server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    atomic_store(&left, connections);
    double began = now();
    for (int i = 0; i < clients; i++)
        if ((errno = pthread_create(&threads[i], NULL, client, NULL)) != 0)
            fail("pthread_create");
    for (int i = 0; i < clients; i++)
        pthread_join(threads[i], NULL);
    printf("%.1f\n", (double)connections / (now() - began));
    return 0;
}
