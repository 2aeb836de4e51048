#define _DEFAULT_SOURCE
#include "work.h"

#include <endian.h>
#include <string.h>

uint64_t chain_end(uint64_t value, uint64_t multiplications)
{
    for (uint64_t i = 0; i < multiplications; i++)
        value = (value ^ value >> 29) * 6364136223846793005u;
    return value;
}

static uint64_t number_at(const char *place)
{
    uint64_t number;
    memcpy(&number, place, sizeof number);
    return be64toh(number);
}

static void compute(char *request)
{
    uint64_t end = chain_end(number_at(request + WORK_VALUE_AT), number_at(request + WORK_MULTIPLICATIONS_AT));
    end = htobe64(end);
    memcpy(request + WORK_VALUE_AT, &end, sizeof end);
}

size_t carry_out(char *bytes, size_t length)
{
    size_t done = 0;
    while (length - done >= WORK_HEADER_BYTES) {
        uint32_t following;
        memcpy(&following, bytes + done, sizeof following);
        size_t whole = sizeof following + be32toh(following);
        if (length - done < whole)
            break;
        compute(bytes + done);
        done += whole;
    }
    return done;
}
