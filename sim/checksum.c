#include "sim/checksum.h"

static uint64_t word_at(const unsigned char *bytes, size_t size)
{
    uint64_t word = 0;
    for (size_t i = 0; i < size && i < 8; i++)
        word |= (uint64_t)bytes[i] << (8 * i);
    return word;
}

/* Each step is a bijection of the sum so far. */
uint64_t checksum_add(uint64_t sum, const void *bytes, size_t size)
{
    const unsigned char *at = bytes;
    for (size_t i = 0; i < size; i += 8) {
        sum = (sum ^ word_at(at + i, size - i)) * UINT64_C(0x9E3779B97F4A7C15);
        sum ^= sum >> 29;
    }
    return sum;
}

uint64_t checksum_end(uint64_t sum, size_t size)
{
    return (sum ^ size) * UINT64_C(0x9E3779B97F4A7C15);
}
