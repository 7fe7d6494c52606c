#ifndef COUNTERPART_SIM_SHA256_H
#define COUNTERPART_SIM_SHA256_H

/* SHA-256 (FIPS 180-4), so that lists of files can be checked by other programs. */

#include <stddef.h>
#include <stdint.h>

enum { SHA256_BYTES = 32, SHA256_TEXT = 65 };

struct sha256 {
    uint32_t state[8];
    uint64_t bytes; /* added so far */
    unsigned char block[64];
};

void sha256_begin(struct sha256 *sum);
void sha256_add(struct sha256 *sum, const void *bytes, size_t size);
void sha256_end(struct sha256 *sum, unsigned char digest[SHA256_BYTES]);

/* Lower-case hexadecimal, as sha256sum writes it. */
void sha256_text(const unsigned char digest[SHA256_BYTES], char text[SHA256_TEXT]);

#endif
