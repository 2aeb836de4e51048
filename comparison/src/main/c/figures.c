#define _GNU_SOURCE
#include "figures.h"
#include "echo.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { MOST_PIDS = 64, STAT_BYTES = 1024 };

static int pids[MOST_PIDS], pid_count;
static int64_t *latencies;
static size_t count, count_room;

int64_t now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * NANOS_PER_SECOND + time.tv_nsec;
}

void *room(size_t objects, size_t size)
{
    void *memory = calloc(objects > 0 ? objects : 1, size);
    if (memory == NULL)
        fail("calloc");
    return memory;
}

double number_of(const char *text)
{
    char *end;
    double value = strtod(text, &end);
    return *text == '\0' || *end != '\0' || !(value >= 0) ? -1 : value;
}

// --- latencies ---

void record_latency(int64_t latency)
{
    if (count == count_room) {
        count_room = count_room == 0 ? 1 << 16 : count_room * 2;
        latencies = realloc(latencies, count_room * sizeof *latencies);
        if (latencies == NULL)
            fail("realloc");
    }
    latencies[count++] = latency;
}

size_t latency_count(void)
{
    return count;
}

static int ascending(const void *one, const void *other)
{
    int64_t a = *(const int64_t *)one, b = *(const int64_t *)other;
    return (a > b) - (a < b);
}

void sort_latencies(void)
{
    qsort(latencies, count, sizeof *latencies, ascending);
}

double latency_micros(double share)
{
    size_t at = (size_t)(share * (double)count);
    return count == 0 ? 0 : (double)latencies[at < count ? at : count - 1] / 1e3;
}

// --- the processes of the server ---

bool add_process(int pid)
{
    if (pid_count == MOST_PIDS)
        return false;
    pids[pid_count++] = pid;
    return true;
}

double processor_micros(void)
{
    double ticks = 0;
    for (int i = 0; i < pid_count; i++) {
        char name[64], text[STAT_BYTES] = "";
        unsigned long user = 0, system = 0;
        snprintf(name, sizeof name, "/proc/%d/stat", pids[i]);
        FILE *file = fopen(name, "re");
        if (file == NULL || fgets(text, sizeof text, file) == NULL)
            fail("a process of the server is gone");
        fclose(file);
        // The name of the program, in parentheses, may have blanks; user and system time are the 12th and 13th after it.
        char *rest = strrchr(text, ')');
        if (rest == NULL
            || sscanf(rest + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system) != 2)
            fail("the processor time of a process cannot be read");
        ticks += (double)(user + system);
    }
    return ticks * 1e6 / (double)sysconf(_SC_CLK_TCK);
}

double resident_bytes(void)
{
    double pages = 0;
    for (int i = 0; i < pid_count; i++) {
        char name[64];
        unsigned long resident = 0;
        snprintf(name, sizeof name, "/proc/%d/statm", pids[i]);
        FILE *file = fopen(name, "re");
        if (file == NULL || fscanf(file, "%*u %lu", &resident) != 1)
            fail("a process of the server is gone");
        fclose(file);
        pages += (double)resident;
    }
    return pages * (double)sysconf(_SC_PAGESIZE);
}
