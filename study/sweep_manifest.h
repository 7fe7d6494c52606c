#ifndef COUNTERPART_STUDY_SWEEP_MANIFEST_H
#define COUNTERPART_STUDY_SWEEP_MANIFEST_H

/* Lists of the shards that were whole, with SHA-256, in the form of sha256sum: `sha256sum -c
 * manifest*.sha256` checks a folder wherever it was copied to. Each member writes one list at its end, of its
 * own shards, so that members on different machines never write one file together. What a list says stays
 * true, since the bytes of a shard follow from the design: lists may be missing, and those of another cut
 * into shares may lie beside new ones, but two that contradict each other tell that something else than the
 * design decided. */

#include <stdbool.h>
#include <stddef.h>

#include "sim/err.h"
#include "sim/sha256.h"

struct sweep_manifest {
    unsigned char (*digests)[SHA256_BYTES]; /* owned; by shard */
    bool *known;                            /* owned */
    size_t shards;
};

/* Zeroes *manifest first. */
MUST_CHECK int sweep_manifest_init(struct sweep_manifest *manifest, size_t shards, struct err *err);
void sweep_manifest_free(struct sweep_manifest *manifest); /* safe to repeat */

/* Takes in all lists of this sweep in the folder; lists that are damaged count as missing. Fails when two
 * contradict each other. */
MUST_CHECK int sweep_manifest_read(struct sweep_manifest *manifest, const char *folder,
                                   const char *fingerprint, struct err *err);

/* Notes the digest of a shard. False when another one is known: then that one stays. */
bool sweep_manifest_note(struct sweep_manifest *manifest, size_t shard,
                         const unsigned char digest[SHA256_BYTES]);

/* Writes the member's list, unless it is there already and the same. */
MUST_CHECK int sweep_manifest_write(const struct sweep_manifest *manifest, const char *folder,
                                    const char *fingerprint, size_t member, size_t members, struct err *err);

/* The digest of a shard's file as it is on the disk. */
MUST_CHECK int sweep_manifest_digest(const char *folder, size_t shard, unsigned char digest[SHA256_BYTES],
                                     struct err *err);

#endif
