// Requests for work, laid out as bench's SimulatedWorkRequest: big-endian; the length of the rest (4 bytes), a waiting time (4,
// here always 0), multiplications (8), value (8), payload. The reply is the request with the value replaced by the end
// of the chain of multiplications that begins with it.
#ifndef WORK_H
#define WORK_H

#include <stddef.h>
#include <stdint.h>

enum { WORK_MULTIPLICATIONS_AT = 8, WORK_VALUE_AT = 16, WORK_HEADER_BYTES = 24 };

// The value at the end of a chain; the same as that of bench's FixedCpuWork.
uint64_t chain_end(uint64_t value, uint64_t multiplications);

// Executes the complete requests at the beginning of these bytes, and turns each into its reply. Returns their total
// length; the bytes after it are the beginning of an incomplete request.
size_t carry_out(char *bytes, size_t length);

#endif
