// Requests that say how much to compute, as bench's WorkRequest lays them out: big-endian, the length of what follows
// (4 bytes), a time to wait (4, here always 0), multiplications (8), value (8), payload. The reply is the request with the
// value replaced by the end of the chain of multiplications that begins with it.
#ifndef WORK_H
#define WORK_H

#include <stddef.h>
#include <stdint.h>

enum { WORK_MULTIPLICATIONS_AT = 8, WORK_VALUE_AT = 16, WORK_HEADER_BYTES = 24 };

// The value at the end of a chain, the same as that of bench's Chain.
uint64_t chain_end(uint64_t value, uint64_t multiplications);

// Carries out the whole requests at the beginning of these bytes and makes each its own reply. Returns how many bytes
// they have together; what is behind them is the beginning of a request that is not whole yet.
size_t carry_out(char *bytes, size_t length);

#endif
