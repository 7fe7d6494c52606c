#include "models/sample.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "models/facility.h"
#include "models/geography.h"
#include "sim/mem.h"
#include "sim/rng.h"

/* A selected place, by the luck of its prefecture. */
struct ticket {
    uint64_t hash;
    uint32_t place;
};

static int by_luck(const void *first, const void *second)
{
    const struct ticket *a = first, *b = second;
    if (a->hash != b->hash)
        return a->hash < b->hash ? -1 : 1;
    return (a->place > b->place) - (a->place < b->place);
}

/* Prefectures of two provinces may have one name; a place without a prefecture is one by itself. */
static uint64_t luck_of(const struct scenario *scenario, const struct place *place)
{
    const uint64_t hash = rng_hash_more(rng_hash(scenario->places.sample_seed), place->province);
    return rng_hash_more(hash, place->prefecture[0] != '\0' ? place->prefecture : place->code);
}

static struct ticket *draw(const struct geography *geography, const struct scenario *scenario, size_t *count,
                           double *people, struct err *err)
{
    struct ticket *tickets = mem_zeroed(geography->count, sizeof *tickets, err);
    for (size_t p = 0; tickets != NULL && p < geography->count; p++) {
        const struct place *place = &geography->place[p];
        if (!place->selected)
            continue;
        tickets[(*count)++] = (struct ticket){luck_of(scenario, place), (uint32_t)p};
        *people += (double)place->population;
    }
    if (tickets != NULL)
        qsort(tickets, *count, sizeof *tickets, by_luck);
    return tickets;
}

/* The first of the next prefecture, and the people of this one. */
static size_t next_prefecture(const struct geography *geography, const struct ticket *tickets, size_t count,
                              size_t at, double *people)
{
    const uint64_t hash = tickets[at].hash;
    *people = 0;
    for (; at < count && tickets[at].hash == hash; at++)
        *people += (double)geography->place[tickets[at].place].population;
    return at;
}

int sample_places(struct geography *geography, const struct scenario *scenario, struct err *err)
{
    const double share = scenario->places.sample;
    size_t count = 0, taken = 0;
    double all = 0, people = 0;
    if (share >= 1)
        return 0;
    struct ticket *tickets = draw(geography, scenario, &count, &all, err);
    if (tickets == NULL)
        return -1;
    while (taken < count) {
        double more = 0;
        const size_t next = next_prefecture(geography, tickets, count, taken, &more);
        if (taken > 0 && fabs(people + more - share * all) > fabs(people - share * all))
            break;
        people += more;
        taken = next;
        geography->sample_prefectures++;
    }
    geography->sample_share = all > 0 ? people / all : NAN;
    for (size_t i = taken; i < count; i++) {
        struct place *place = &geography->place[tickets[i].place];
        place->selected = false;
        place->outside = true;
    }
    free(tickets);
    return 0;
}

bool sample_keeps(const struct scenario *scenario, int level)
{
    const struct key_list *kept = &scenario->places.sample_keeps;
    for (size_t i = 0; i < kept->count; i++)
        if (strcmp(*SCENARIO_ITEM(*kept, char *const, i), facility_level_names[level]) == 0)
            return true;
    return false;
}
