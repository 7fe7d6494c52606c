#ifndef COUNTERPART_BENCH_FLOOR_COUNTRY_H
#define COUNTERPART_BENCH_FLOOR_COUNTRY_H

/* What floor_country.c looks up and adds to: the world of bench/country.py, laid out for what happens there.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "models/reach.h"
#include "models/world_parts.h"

enum { PARTS = 31, CONDITIONS = 24, PAIRS = 6, LEVELS = 3 };
enum stage_number { WARD, SPECIAL, TOP, RECOVERY, STAGES };

struct way {
    int64_t us, m;
    uint32_t facility;
};

/* A condition in a place, with the luck of its next arrivals. */
struct source {
    _Alignas(64) uint64_t hash;
    uint64_t scale;
    uint32_t drawn, come; /* arrivals: whose time is known; that have been */
    uint16_t place;
    uint8_t condition;
    uint32_t word[RNG_BATCH];
};

struct record {
    _Alignas(64) uint64_t hash;
    int64_t asked_us, due_us, since_us, way_us;
    uint32_t ordinal, facility;
    uint32_t before, behind; /* in line: index + 1 */
    uint16_t place;
    uint8_t condition, stage, next, part;
    bool waits, treated;
};

struct floor_stage {
    const struct dist *duration, *patience;
    int64_t arrange_us;
    uint32_t below; /* words up to this one lead to recovery, others one stage further */
    uint8_t pair, level;
    bool by_utility, at_one;
};

/* A kind of beds at a facility with its staff. */
struct line {
    uint32_t head, tail; /* index + 1 */
};
struct ward_pair {
    _Alignas(64) int32_t free_beds;
    int32_t free_staff;
    uint32_t waiting;
    int32_t counted; /* as beds */
    struct line line[LEVELS];
};

struct level {
    int64_t area, now;
};

/* Of a facility; what every patient changes is a line. */
struct facility_count {
    _Alignas(64) int64_t line_waits;
    struct level in_care, beds;
    uint32_t begun, admissions, treated, transfers_out;
    struct level in_line;
};

/* Of a place and condition, likewise. */
struct pc {
    _Alignas(64) int64_t waited;
    int64_t to_treatment, travel_time, travel_distance, cost;
    uint32_t patients, sought, in_county, treated_ended, gave_up, bypassed;
    struct {
        uint32_t in_prefecture, in_province, elsewhere, untreated, transfers;
    } rare;
};

struct place_classes {
    uint32_t wait[REACH_WAIT_CLASSES], travel[REACH_TRAVEL_CLASSES];
};

struct flow_count {
    uint32_t treated, admissions;
};

struct system {
    uint64_t came, left;
    int128 stayed;
};

/* What is chosen from by utility. */
struct options {
    uint32_t count, bypasses; /* a bit for each that is farther than another */
    uint64_t hash[CHOICE_SET];
    double utility[CHOICE_SET];
    struct way way[CHOICE_SET];
};

enum { LEAST_BITS = 10 };

struct tables {
    struct scenario scenario;
    struct world *world;
    struct rng rng;
    const struct dist *unit_exponential;
    double least[1 << LEAST_BITS]; /* by the upper bits of a word of luck: no time of a race is shorter */
    int64_t warmup_us, end_us;
    double wages_per_day_fen, stay;
    int64_t cost_per_km_fen;
    size_t places, facilities;
    const struct belonging *belonging; /* by place */
    const uint32_t *part_of;           /* by place */
    uint16_t *place_of;                /* by facility */
    struct floor_stage stage[CONDITIONS][STAGES];
    struct source *source[PARTS];
    size_t sources[PARTS];
    struct way *near;        /* [place][pair] */
    struct way *upwards[2];  /* by place: of SPECIAL, of TOP */
    struct way *to_one;      /* by place: to the facility that some conditions name */
    struct options *options; /* [place][condition] */
    struct ward_pair *ward;  /* [facility][pair] */
    struct facility_count *fa;
    struct pc *pc; /* [place][condition] */
    struct place_classes *classes;
    struct flow_count (*flow)[PARTS];
    struct reach (*reach)[CONDITIONS]; /* by partition */
    struct system system[CONDITIONS];
    struct level present;
};

/* Builds the world of the scenario, which is left as it is; freed when the program ends. */
MUST_CHECK int floor_tables_init(struct tables *tables, const char *path, struct err *err);

/* The time between an arrival and the next one. */
static inline int64_t floor_gap(const struct tables *tables, struct source *source)
{
    const uint32_t number = source->drawn++;
    if (number % RNG_BATCH == 0) {
        struct rng_words words[RNG_BATCH];
        rng_draw_row(&tables->rng, (struct rng_identity){source->hash, number},
                     (struct rng_purpose){.quantity = DRAW_ARRIVAL}, 1, words);
        for (size_t i = 0; i < RNG_BATCH; i++)
            source->word[i] = words[i].w[0];
    }
    const int64_t unit = dist_value(tables->unit_exponential, source->word[number % RNG_BATCH], number, 0);
    return (int64_t)((uint128)(uint64_t)unit * source->scale >> 32);
}

/* A step of that length begins; the warm-up is over. */
void floor_begin_step(struct tables *tables, int64_t length_us);
void floor_end_warmup(struct tables *tables);
/* Sums over the last step, under their names in a result. */
void floor_print(const struct tables *tables);

#endif
