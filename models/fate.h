#ifndef COUNTERPART_MODELS_FATE_H
#define COUNTERPART_MODELS_FATE_H

/* What happened to every patient after the warm-up, eight bytes each, for those
 * who set worlds against each other person by person. Written in place as it
 * happens, whatever partition the patient is in; a partition writes only cells of
 * patients who are there. Kept in a file without a name, which the system may
 * move out of memory. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/err.h"

struct patient;
struct state_reader;
struct state_writer;
struct world;

/* Where somebody was treated, seen from home. */
enum fate_where {
    FATE_NOT_TREATED,
    FATE_IN_COUNTY,
    FATE_IN_PREFECTURE,
    FATE_IN_PROVINCE,
    FATE_ELSEWHERE,
    FATE_BEFORE, /* before the end of the warm-up */
    FATE_WHERES
};

enum fate_outcome { FATE_NO_OUTCOME, FATE_SUCCESS, FATE_COMPLICATION, FATE_DEATH, FATE_OUTCOMES };

/* A code, taken apart. All zero: not here, or gone before the end of the warm-up. */
struct fate {
    bool present;  /* at any time after the warm-up */
    bool fell_ill; /* after the warm-up */
    bool ended;    /* the pathway has, before the end of the run */
    bool without;  /* it ended without the treatment that it names */
    uint8_t severity;
    enum fate_where where;
    enum fate_outcome outcome;
    uint32_t wait_class;   /* minutes from asking to treatment, to one part in 64 */
    uint32_t travel_class; /* minutes from home to where they were treated, to one part in 32 */
    int64_t paid_fen;      /* by the patient after the warm-up, at most FATE_MOST_FEN */
};
#define FATE_MOST_FEN INT64_C(0x7fffffff)

uint64_t fate_code(struct fate fate);
struct fate fate_of(uint64_t code);

struct fates;

/* Room for the patients of all streams but those of background conditions; `folder` is where the file lives.
 * Those who are there already are entered. */
MUST_CHECK struct fates *fates_new(const struct world *world, const char *folder, struct err *err);
void fates_free(struct fates *fates);
/* The warm-up ends: forgets what has been, and enters who is there. */
void fates_restart(struct fates *fates, const struct world *world);
/* This one does not fall ill; needs no room of their own. */
void fates_leave_out(struct fates *fates, uint32_t stream, uint32_t ordinal);

/* For the handlers, with the world's fates. Somebody falls ill: false when they are left out, or memory
 * has run out (the run stops). */
bool fate_comes(struct world *world, uint32_t stream, uint32_t ordinal, unsigned severity, int64_t now_us);
void fate_pays(struct world *world, const struct patient *patient, int64_t fen);
/* `place` is where. */
void fate_is_treated(struct world *world, const struct patient *patient, size_t place, int64_t wait_us,
                     int64_t travel_us);
/* `outcome` of the condition, or -1. */
void fate_ends(struct world *world, const struct patient *patient, int64_t outcome);

/* How many patients of a stream there are: of those who fell ill, or of the backlog. */
size_t fates_count(const struct world *world, uint32_t stream, bool backlog);
/* Copies codes in the order of identity. */
void fates_copy(const struct world *world, uint32_t stream, bool backlog, size_t first, size_t count,
                uint64_t *codes);

struct saved_map;
void fates_save(const struct world *world, struct state_writer *writer);
void fates_restore(struct world *world, const struct saved_map *streams, struct state_reader *reader);

#endif
