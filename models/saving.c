#include "models/saving.h"

#include <stdlib.h>
#include <string.h>

#include "models/partition.h"
#include "models/planning.h"
#include "models/saved_lines.h"
#include "models/saved_patients.h"
#include "models/world_parts.h"
#include "sim/state.h"

#define OTHER "take the scenario that it was made from"

/* --- the lists of what there is ------------------------------------------ */

/* One of them: its identity is a text, or a number that others are unlikely to share. */
struct identity {
    const char *text; /* NULL: the number alone */
    uint64_t number;
};
typedef struct identity identify(const struct world *world, size_t i);

static uint64_t bits_of(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static struct identity place_identity(const struct world *world, size_t i)
{
    const struct place *place = &world->geography.place[i];
    return (struct identity){
        place->code,
        rng_mix(rng_mix(rng_mix((uint64_t)place->population) ^ bits_of(place->lon)) ^ bits_of(place->lat))};
}

static struct identity province_identity(const struct world *world, size_t i)
{
    return (struct identity){geography_province(&world->geography, i), 0};
}

static struct identity facility_identity(const struct world *world, size_t i)
{
    return (struct identity){world->facilities.facility[i].id, 0};
}

static struct identity ward_identity(const struct world *world, size_t i)
{
    return (struct identity){world->facilities.ward[i].id, 0};
}

static struct identity offer_identity(const struct world *world, size_t i)
{
    return (struct identity){NULL, world->facilities.offer[i].hash};
}

static struct identity expert_identity(const struct world *world, size_t i)
{
    return (struct identity){world->experts.expert[i].id, 0};
}

static struct identity stream_identity(const struct world *world, size_t i)
{
    const struct stream *stream = &world->demand.stream[i];
    return (struct identity){NULL, rng_mix(stream->hash ^ rng_mix(stream->scale))};
}

static struct identity condition_identity(const struct world *world, size_t i)
{
    const struct condition *condition = &world->pathways.condition[i];
    return (struct identity){condition->id, (uint64_t)condition->first_stage << 32 | condition->stage_count};
}

static struct identity service_identity(const struct world *world, size_t i)
{
    return (struct identity){world->services[i].spec->id, 0};
}

/* Those that policies add come after those of the conditions, and there may be others before them. They are
 * known by what they are to the stage that is theirs. */
enum { STANDS_IN = 1, GUIDED = 2, FROM_AFAR = 4, ROLES = 8 };
static struct identity stage_identity(const struct world *world, size_t i)
{
    const struct pathways *pathways = &world->pathways;
    const struct stage *stage = &pathways->stage[i];
    uint64_t role = 0;
    size_t of = i;
    for (size_t s = 0; i >= pathways_own(pathways) && s < pathways->stage_count; s++)
        if (pathways->stage[s].asks != ASKS_NOBODY && pathways->stage[s].asked == (int32_t)i) {
            role = STANDS_IN;
            of = s;
        }
    if (pathways->stage[of].variant_of >= 0) {
        role |= pathways->stage[of].guided_service >= 0 ? GUIDED : FROM_AFAR;
        of = (size_t)pathways->stage[of].variant_of;
    }
    return (struct identity){stage->spec->id, of * ROLES + role};
}

/* Of what one list is, and where it is looked up. */
struct list {
    const char *what;
    size_t count;
    identify *of;
    size_t map; /* offset in struct saved_maps */
};

enum { LISTS = 10, MAPPED = 8 };

/* The first MAPPED are translated; conditions and services must be the same. */
static void list_all(const struct world *world, struct list lists[LISTS])
{
    const struct list all[LISTS] = {
        {"place", world->geography.count, place_identity, offsetof(struct saved_maps, place)},
        {"province", world->ledger.size[DIM_PROVINCE], province_identity,
         offsetof(struct saved_maps, province)},
        {"facility", world->facilities.count, facility_identity, offsetof(struct saved_maps, facility)},
        {"ward", world->facilities.ward_count, ward_identity, offsetof(struct saved_maps, ward)},
        {"offer", world->facilities.offer_count, offer_identity, offsetof(struct saved_maps, offer)},
        {"expert", world->experts.count, expert_identity, offsetof(struct saved_maps, expert)},
        {"stream of patients", world->demand.count, stream_identity, offsetof(struct saved_maps, stream)},
        {"stage", world->pathways.stage_count, stage_identity, offsetof(struct saved_maps, stage)},
        {"condition", world->pathways.count, condition_identity, 0},
        {"service", world->facilities.service_count, service_identity, 0},
    };
    memcpy(lists, all, sizeof all);
}

static void save_lists(const struct world *world, struct state_writer *writer)
{
    struct list lists[LISTS];
    list_all(world, lists);
    state_begin(writer, "lists", 2);
    for (size_t l = 0; l < LISTS; l++) {
        state_put_u64(writer, lists[l].count);
        for (size_t i = 0; i < lists[l].count; i++) {
            const struct identity identity = lists[l].of(world, i);
            state_put_text(writer, identity.text);
            state_put_u64(writer, identity.number);
        }
    }
    state_end(writer);
}

static bool is_same(const struct identity *a, const struct identity *b)
{
    return a->number == b->number && (a->text == NULL) == (b->text == NULL) &&
           (a->text == NULL || strcmp(a->text, b->text) == 0);
}

/* The order is mostly the same: looked for from `guess` on. */
static uint32_t find(const struct world *world, const struct list *list, const struct identity *wanted,
                     size_t guess)
{
    for (size_t i = 0; i < list->count; i++) {
        const size_t at = (guess + i) % list->count;
        const struct identity here = list->of(world, at);
        if (is_same(&here, wanted))
            return (uint32_t)at;
    }
    return SAVED_NOWHERE;
}

/* Stages that policies add: one that had not started may not be there. */
static bool may_be_missing(const struct list *list, const struct identity *wanted)
{
    return list->of == stage_identity && wanted->number % ROLES != 0;
}

static void restore_list(const struct world *world, const struct list *list, struct saved_map *map,
                         struct state_reader *reader)
{
    struct err err = ERR_INIT;
    const size_t count = state_get_count(reader, 2 * sizeof(uint64_t));
    bool *taken = mem_zeroed(list->count, sizeof *taken, &err);
    map->to = mem_zeroed(count, sizeof *map->to, &err);
    if (taken == NULL || map->to == NULL)
        state_refuse(reader, "%s", err.text[0]);
    size_t guess = 0;
    for (size_t i = 0; i < count && !reader->failed; i++) {
        char *text = state_get_text(reader);
        const struct identity wanted = {text, state_get_u64(reader)};
        const uint32_t at = reader->failed ? SAVED_NOWHERE : find(world, list, &wanted, guess);
        /* Nobody may be there then: patients are looked at one by one. */
        const bool spare = at == SAVED_NOWHERE && may_be_missing(list, &wanted);
        if (!spare && (at == SAVED_NOWHERE || taken[at]))
            state_refuse(reader, "has the %s \"%s\", which is another here or does not exist; " OTHER,
                         list->what, text == NULL ? "" : text);
        else if (!spare)
            taken[at] = true;
        free(text);
        map->to[map->count++] = at;
        guess = (size_t)at + 1;
    }
    free(taken);
}

/* Those that are not translated. */
static void must_be_same(const struct list *list, struct saved_map *map, struct state_reader *reader)
{
    bool same = map->count == list->count;
    for (size_t i = 0; i < map->count; i++)
        same = same && map->to[i] == i;
    free(map->to);
    if (!same)
        state_refuse(reader, "has other %ss than the scenario; " OTHER, list->what);
}

static void restore_lists(const struct world *world, struct saved_maps *maps, struct state_reader *reader)
{
    struct list lists[LISTS];
    list_all(world, lists);
    state_enter(reader, "lists", 2);
    for (size_t l = 0; l < LISTS; l++) {
        struct saved_map same = {.count = 0};
        struct saved_map *map =
            l < MAPPED ? (struct saved_map *)(void *)((char *)maps + lists[l].map) : &same;
        restore_list(world, &lists[l], map, reader);
        if (l >= MAPPED)
            must_be_same(&lists[l], map, reader);
    }
    state_leave(reader);
}

static void free_maps(struct saved_maps *maps)
{
    free(maps->place.to);
    free(maps->province.to);
    free(maps->facility.to);
    free(maps->ward.to);
    free(maps->offer.to);
    free(maps->expert.to);
    free(maps->stream.to);
    free(maps->stage.to);
}

/* Of the tables that were compiled before policies could add theirs. */
static uint64_t tables(const struct world *world, size_t dists)
{
    uint64_t hash = demand_fingerprint(&world->demand);
    for (size_t i = 0; i < dists && i < world->pathways.dist_count; i++)
        hash = rng_mix(hash ^ world->pathways.dist[i].hash);
    return hash;
}

/* --- arrivals -------------------------------------------------------------- */

static int save_arrivals(const struct world *world, struct state_writer *writer, struct err *err)
{
    int answer = -1;
    int64_t *at_us = mem_zeroed(world->demand.count, sizeof *at_us, err);
    if (at_us == NULL)
        return -1;
    for (size_t s = 0; s < world->demand.count; s++)
        at_us[s] = DEMAND_NEVER;
    for (unsigned p = 0; p < world->partitions; p++) {
        size_t count = 0;
        struct event *events = engine_pending(world->engine, p, &count, err);
        if (events == NULL)
            goto out;
        for (size_t e = 0; e < count; e++)
            if (events[e].kind == EVENT_ARRIVAL)
                at_us[events[e].who] = events[e].at_us;
        free(events);
    }
    onset_save(world, at_us);
    state_put_numbers(writer, at_us, sizeof *at_us, world->demand.count);
    answer = 0;
out:
    free(at_us);
    return answer;
}

/* When each stream's next arrival is due; NULL after a refusal. */
static int64_t *restore_arrivals(const struct saved_maps *maps, int64_t now_us, struct state_reader *reader)
{
    struct err err = ERR_INIT;
    int64_t *at_us = mem_zeroed(maps->stream.count, sizeof *at_us, &err);
    if (at_us == NULL) {
        state_refuse(reader, "%s", err.text[0]);
        return NULL;
    }
    state_get_numbers(reader, at_us, sizeof *at_us, maps->stream.count);
    for (size_t s = 0; s < maps->stream.count; s++)
        if (at_us[s] < now_us)
            state_refuse(reader, "has an arrival in the past; make it again");
    return at_us;
}

static void schedule_arrivals(struct world *world, const struct saved_maps *maps, const int64_t *at_us,
                              int64_t now_us)
{
    for (size_t s = 0; s < maps->stream.count; s++)
        onset_restore(world, saved_index(&maps->stream, s), at_us[s]);
    onset_restart(world, now_us);
}

/* The next change of every timetable follows from the time. */
static void schedule_shifts(struct world *world, int64_t now_us)
{
    for (uint32_t w = 0; w < world->facilities.ward_count; w++) {
        const struct ward *ward = &world->facilities.ward[w];
        const int64_t next_us = ward->timetable.count == 0
                                    ? INT64_MAX
                                    : timetable_next_change(&ward->timetable, now_us > 0 ? now_us - 1 : 0);
        if (next_us < INT64_MAX)
            engine_schedule(world->engine, world_at_facility(world, ward->facility)->number,
                            (struct event){.at_us = next_us, .kind = EVENT_SHIFT, .who = w});
    }
}

/* --- all together ------------------------------------------------------------ */

/* The ledgers of the partitions after the first; the caller frees. */
static struct ledger **parts_of(const struct world *world, struct err *err)
{
    struct ledger **parts = mem_zeroed(world->partitions, sizeof *parts, err);
    for (unsigned p = 1; parts != NULL && p < world->partitions; p++)
        parts[p - 1] = &world->view[p]->ledger;
    return parts;
}

static int save_parts(const struct world *world, const struct roster *roster, int64_t now_us,
                      struct state_writer *writer, struct err *err)
{
    struct ledger **parts = parts_of(world, err);
    if (parts == NULL)
        return -1;
    save_lists(world, writer);
    facilities_save(&world->facilities, writer);
    rules_save(world, writer);
    afar_save(world, writer);
    demand_save(&world->demand, writer);
    const int arrivals = save_arrivals(world, writer, err);
    roster_save(roster, world, writer);
    lines_save(roster, world, writer);
    experts_save(world, writer);
    ledger_save(&world->ledger, (const struct ledger *const *)parts, world->partitions - 1, writer);
    catchment_save(world, writer);
    measures_save(&world->measures, writer);
    observe_save(&world->observe, writer);
    partition_save(world, writer);
    fates_save(world, writer);
    free(parts);
    return arrivals != 0 || policies_save(world, now_us, writer, err) != 0 ? -1 : 0;
}

int saving_save(const struct world *world, struct state_writer *writer, struct err *err)
{
    const int64_t now_us = engine_now(world->engine, 0);
    struct roster roster;
    int answer = roster_init(&roster, world, err);
    if (answer == 0) {
        state_begin(writer, "world", 1);
        state_put_i64(writer, now_us);
        state_put_u64(writer, world->replication);
        state_put_u64(writer, world->pathways.dist_count);
        state_put_u64(writer, tables(world, world->pathways.dist_count));
        state_put_i64(writer, world->week);
        answer = save_parts(world, &roster, now_us, writer, err);
        if (answer == 0)
            state_end(writer);
    }
    roster_free(&roster);
    return answer != 0 ? -1 : state_written(writer, err);
}

static void restore_ledger(struct world *world, const struct saved_maps *maps, struct state_reader *reader)
{
    struct err err = ERR_INIT;
    struct ledger **parts = parts_of(world, &err);
    if (parts == NULL)
        state_refuse(reader, "%s", err.text[0]);
    else
        ledger_restore(&world->ledger, parts, world->partitions - 1, maps, reader);
    free(parts);
}

/* A ward that the saved world did not have has had its shifts without anybody. */
static void check_new_wards(const struct world *world, const struct saved_maps *maps,
                            struct state_reader *reader)
{
    struct err err = ERR_INIT;
    bool *known = mem_zeroed(world->facilities.ward_count, sizeof *known, &err);
    if (known == NULL) {
        state_refuse(reader, "%s", err.text[0]);
        return;
    }
    for (size_t w = 0; w < maps->ward.count; w++)
        known[saved_index(&maps->ward, w)] = true;
    for (size_t w = 0; w < world->facilities.ward_count; w++)
        if (!known[w] && world->facilities.ward[w].timetable.count > 0)
            state_refuse(reader,
                         "does not have the station \"%s\", which has a timetable; run from the start",
                         world->facilities.ward[w].id);
    free(known);
}

/* Returns the time, which is between the bounds of the run. */
static int64_t restore_head(struct world *world, struct state_reader *reader)
{
    const int64_t now_us = state_get_i64(reader);
    const uint64_t replication = state_get_u64(reader), dists = state_get_u64(reader);
    const uint64_t hash = state_get_u64(reader);
    if (replication != world->replication)
        state_refuse(reader, "is of another replication; make it again");
    if (now_us <= 0 || now_us >= world->end_us)
        state_refuse(reader, "is of a time that is not within the run; " OTHER);
    if (dists > world->pathways.dist_count || hash != tables(world, (size_t)dists))
        state_refuse(reader,
                     "was made with other tables of distributions; make it again with this program, on "
                     "this kind of processor");
    world->week = state_get_i64(reader);
    return now_us;
}

static void restore_parts(struct world *world, struct roster *roster, const struct saved_maps *maps,
                          int64_t now_us, struct state_reader *reader)
{
    if (!reader->failed)
        roster_restore(roster, world, maps, now_us, reader);
    if (!reader->failed)
        lines_restore(roster, world, maps, reader);
    if (!reader->failed)
        experts_restore(world, maps, reader);
    if (!reader->failed)
        restore_ledger(world, maps, reader);
    if (!reader->failed)
        catchment_restore(world, maps, reader);
    measures_restore(&world->measures, reader);
    observe_restore(&world->observe, reader);
    partition_restore(world, reader);
    if (!reader->failed)
        fates_restore(world, &maps->stream, reader);
    if (!reader->failed)
        policies_restore(world, now_us, reader);
    if (!reader->failed)
        check_new_wards(world, maps, reader);
    rules_note_beliefs(world);
}

static int start_clocks(struct world *world, const struct roster *roster, const struct saved_maps *maps,
                        const int64_t *arrivals_us, int64_t now_us, struct err *err)
{
    world->next_plan_us = 0;
    world->next_plan_us = planning_epoch(world, now_us - 1);
    if (engine_restart(world->engine, now_us, err) != 0)
        return -1;
    roster_schedule(roster, world);
    schedule_arrivals(world, maps, arrivals_us, now_us);
    schedule_shifts(world, now_us);
    return 0;
}

int saving_restore(struct world *world, struct state_reader *reader, struct err *err)
{
    struct saved_maps maps = {.place = {.count = 0}};
    struct roster roster = {.count = 0};
    int64_t *arrivals_us = NULL;
    state_enter(reader, "world", 1);
    const int64_t now_us = restore_head(world, reader);
    restore_lists(world, &maps, reader);
    if (!reader->failed)
        facilities_restore(&world->facilities, &maps.facility, reader);
    if (!reader->failed)
        rules_restore(world, &maps, reader);
    if (!reader->failed)
        afar_restore(world, &maps, reader);
    if (!reader->failed)
        demand_restore(&world->demand, &maps.stream, reader);
    if (!reader->failed)
        arrivals_us = restore_arrivals(&maps, now_us, reader);
    restore_parts(world, &roster, &maps, now_us, reader);
    state_leave(reader);
    int answer = state_read_well(reader, err);
    if (answer == 0)
        answer = start_clocks(world, &roster, &maps, arrivals_us, now_us, err);
    free(arrivals_us);
    roster_free(&roster);
    free_maps(&maps);
    return answer;
}
