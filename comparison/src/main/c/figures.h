// What both load generators measure: time, latencies, and the processor time and memory of the server's processes.
#ifndef FIGURES_H
#define FIGURES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { NANOS_PER_SECOND = 1000000000 };

// The time of a clock that is never set, in nanoseconds.
int64_t now(void);

// Memory for so many objects, all zero. Exits when there is none.
void *room(size_t count, size_t size);

// Keeps a latency, in nanoseconds.
void record_latency(int64_t latency);

size_t latency_count(void);

// Puts the latencies in order, for latency_micros.
void sort_latencies(void);

// The latency in microseconds that this share of all latencies does not exceed; 0 when there are none.
double latency_micros(double share);

// Adds a process of the server. Returns false when there are too many.
bool add_process(int pid);

// The processor time of the server's processes since their start.
double processor_micros(void);

// The resident memory of the server's processes.
double resident_bytes(void);

// The value of a decimal number that is not negative; -1 for anything else.
double number_of(const char *text);

#endif
