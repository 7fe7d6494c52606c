#ifndef COUNTERPART_MODELS_GEOGRAPHY_H
#define COUNTERPART_MODELS_GEOGRAPHY_H

/* Places and the ways between them. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "models/scenario.h"
#include "sim/err.h"
#include "sim/mem.h"

struct place {
    const char *code, *name, *name_en, *prefecture, *province;
    double lon, lat;
    double at[3]; /* on a sphere of radius 1 */
    int64_t population;
    bool selected; /* by the scenario's filters: people fall ill here; others only hold facilities */
    bool outside;  /* of the sample: selected otherwise */
    uint64_t hash; /* identity */
};

/* The number of the first place of the same prefecture, and the number of the province, in the order in which
 * they are met. */
struct belonging {
    uint32_t prefecture, province;
};

/* Where a place is, seen from another. */
enum geography_relation { SAME_COUNTY, SAME_PREFECTURE, SAME_PROVINCE, OTHER_PROVINCE, GEOGRAPHY_RELATIONS };

struct travel {
    int64_t us; /* one way, the fixed part included */
    int64_t m;
};

struct geod_geodesic;

struct geography {
    struct place *place; /* owned by the world's arena, in the order of the file, then of the scenario */
    size_t count;
    uint32_t *by_code;   /* a table by hash: place + 1; 0: free; owned by the arena; NULL: not made yet */
    size_t by_code_size; /* a power of two, more than there are places */
    const struct scenario *scenario;
    const struct belonging *belonging; /* by place; owned by the arena */
    const uint32_t *first;             /* by province: its first place; likewise */
    size_t provinces;
    const struct geod_geodesic *earth; /* likewise */
    struct travel *table; /* count x count, owned; NULL when there are more places than that takes */
    double *metres;      /* of the ways between each place and those before it, owned; 0: not known yet; NULL:
                            there      is a table, or there are too many places */
    double sample_share; /* of the people; without a sample 0 */
    size_t sample_prefectures;
    bool trivial; /* no places in the scenario: one place, no travel */
};

/* The places that the scenario selects and those that it names elsewhere (of facilities, of arrivals). */
MUST_CHECK int geography_init(struct geography *geography, const struct scenario *scenario,
                              struct arena *arena, struct err *err);
void geography_free(struct geography *geography);

/* Index of a code, or -1. */
int64_t geography_find(const struct geography *geography, const char *code);

/* Geodesic on the WGS 84 ellipsoid (PROJ's geod_inverse) x detour, at the speed of its band, plus the fixed
 * part. Zero when the scenario has no places. */
struct travel geography_travel(const struct geography *geography, size_t from, size_t to);

static inline double *geography_metres(const struct geography *geography, size_t from, size_t to)
{
    return &geography->metres[from < to ? to * (to - 1) / 2 + from : from * (from - 1) / 2 + to];
}

/* A hint that this way will be asked for soon. */
static inline void geography_prefetch(const struct geography *geography, size_t from, size_t to)
{
    if (geography->table != NULL)
        mem_fetch(&geography->table[from * geography->count + to]);
    else if (geography->metres != NULL && from != to)
        mem_fetch(geography_metres(geography, from, to));
}

/* No way between places that are a chord apart, on a sphere of radius 1, takes less; and how far apart places
 * are at most between which a way takes no longer. */
double geography_least_us(const struct geography *geography, double chord);
double geography_chord(const struct geography *geography, double us);

/* Whether one of the texts is the code, prefecture or province of the place. */
bool geography_named(const struct place *place, const struct key_list *texts);

/* Blames `texts`, a member of the scenario, when one of them is nowhere. */
MUST_CHECK int geography_check_names(const struct geography *geography, const struct scenario *scenario,
                                     const struct key_list *texts, struct err *err);

const char *geography_province(const struct geography *geography, size_t province);

enum geography_relation geography_relation(const struct geography *geography, size_t home, size_t other);

#endif
