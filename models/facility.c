#include "models/facility.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "models/patient.h"
#include "models/sample.h"
#include "models/saving.h"
#include "sim/rng.h"
#include "sim/state.h"

const char *const facility_level_names[FACILITY_LEVELS] = {"village",    "township", "county",   "prefecture",
                                                           "provincial", "regional", "national", "online"};
const char *const facility_ownership_names[FACILITY_OWNERSHIPS] = {"public", "private", "foreign"};

/* What facilities_init() hands through its steps. */
struct build {
    struct facilities *facilities;
    const struct scenario *scenario;
    const struct geography *geography;
    struct arena *arena;
    struct err *err;
};

static const struct facility_spec *spec_of(const struct scenario *scenario, size_t i)
{
    return SCENARIO_ITEM(scenario->facilities, struct facility_spec, i);
}

/* A rule makes one facility in each place that it names, or where people fall ill, but in those excepted. */
static bool excepted(const struct facility_spec *spec, const struct place *place)
{
    if (spec->at.count > 0 ? !geography_named(place, &spec->at) : !place->selected && !place->outside)
        return true;
    for (size_t i = 0; i < spec->except.count; i++)
        if (strcmp(*SCENARIO_ITEM(spec->except, char *const, i), place->code) == 0)
            return true;
    return false;
}

static size_t count_facilities(const struct build *build)
{
    size_t count = 0;
    for (size_t i = 0; i < build->scenario->facilities.count; i++) {
        const struct facility_spec *spec = spec_of(build->scenario, i);
        if (spec->rule == NULL) {
            count++;
            continue;
        }
        for (size_t p = 0; p < build->geography->count; p++)
            count += !excepted(spec, &build->geography->place[p]);
    }
    return count;
}

/* --- resources --- */

static int add_resource(struct build *build, const char *name, size_t *capacity)
{
    struct facilities *facilities = build->facilities;
    if (facilities_resource(facilities, name) >= 0)
        return 0;
    const char **names = mem_grow(facilities->resource, capacity, facilities->resource_count + 1,
                                  sizeof *facilities->resource, build->err);
    if (names == NULL)
        return -1;
    facilities->resource = names;
    facilities->resource[facilities->resource_count++] = name;
    return 0;
}

static int collect_resources(struct build *build)
{
    size_t capacity = 0;
    for (size_t i = 0; i < build->scenario->facilities.count; i++) {
        const struct facility_spec *spec = spec_of(build->scenario, i);
        for (size_t k = 0; k < spec->beds.count; k++)
            if (add_resource(build, SCENARIO_ITEM(spec->beds, struct key_count, k)->name, &capacity) != 0)
                return -1;
        for (size_t k = 0; k < spec->beds_per_1000.count; k++)
            if (add_resource(build, SCENARIO_ITEM(spec->beds_per_1000, struct named_real, k)->name,
                             &capacity) != 0)
                return -1;
        for (size_t k = 0; k < spec->resources.count; k++)
            if (add_resource(build, SCENARIO_ITEM(spec->resources, struct key_count, k)->name, &capacity) !=
                0)
                return -1;
    }
    return 0;
}

static char *join(struct build *build, const char *a, const char *between, const char *b)
{
    const size_t before = strlen(a), middle = strlen(between), after = strlen(b);
    char *text = arena_zeroed(build->arena, before + middle + after + 1, 1, build->err);
    if (text == NULL)
        return NULL;
    memcpy(text, a, before);
    memcpy(text + before, between, middle);
    memcpy(text + before + middle, b, after);
    return text;
}

/* --- wards and offers --- */

static int add_ward(struct build *build, size_t facility, const char *resource, int64_t servers, bool is_bed)
{
    struct facilities *facilities = build->facilities;
    struct facility *at = &facilities->facility[facility];
    const size_t column = (size_t)facilities_resource(facilities, resource);
    const uint32_t first = facilities->glance[facility].first_ward;
    int32_t *slot = &facilities->ward_offset[facilities->glance[facility].ward_row + column];
    struct ward *ward = &facilities->ward[*slot >= 0 ? first + (uint32_t)*slot : facilities->ward_count];
    if (*slot >= 0) /* beds and beds_per_1000, say: they add up */
        ward->station.servers += servers;
    else {
        *ward = (struct ward){.facility = (uint32_t)facility, .measure = -1, .balk_at = INT64_MAX};
        ward->line = (uint8_t)(column < FACILITY_LAST_LINE ? column : FACILITY_LAST_LINE);
        ward->id = join(build, at->id, ".", resource);
        if (ward->id == NULL)
            return -1;
        station_init(&ward->station, servers, STATION_UNLIMITED);
        *slot = (int32_t)(facilities->ward_count++ - first);
    }
    ward->is_bed = is_bed;
    if (is_bed)
        at->beds += servers;
    return 0;
}

/* Where its wards will be noted, nothing yet; then the same as that of one of the last facilities with other
 * rows, if they have the same wards. */
static void begin_ward_row(struct facilities *facilities, size_t facility)
{
    facilities->glance[facility].ward_row = (uint32_t)facilities->ward_offset_used;
    memset(&facilities->ward_offset[facilities->ward_offset_used], 0xff,
           facilities->resource_count * sizeof *facilities->ward_offset);
}

static void end_ward_row(struct facilities *facilities, size_t facility)
{
    enum { ROWS_BACK = 64 };
    const size_t row = facilities->ward_offset_used, width = facilities->resource_count;
    const size_t oldest = row > ROWS_BACK * width ? row - ROWS_BACK * width : 0;
    for (size_t known = row; known > oldest;) {
        known -= width;
        if (memcmp(&facilities->ward_offset[known], &facilities->ward_offset[row],
                   width * sizeof *facilities->ward_offset) == 0) {
            facilities->glance[facility].ward_row = (uint32_t)known;
            return;
        }
    }
    facilities->ward_offset_used += width;
}

static int add_wards(struct build *build, size_t facility, const struct facility_spec *spec)
{
    const int64_t population =
        build->geography->place[build->facilities->facility[facility].place].population;
    for (size_t k = 0; k < spec->beds.count; k++) {
        const struct key_count *beds = SCENARIO_ITEM(spec->beds, struct key_count, k);
        if (add_ward(build, facility, beds->name, beds->count, true) != 0)
            return -1;
    }
    for (size_t k = 0; k < spec->beds_per_1000.count; k++) {
        const struct named_real *beds = SCENARIO_ITEM(spec->beds_per_1000, struct named_real, k);
        const int64_t count = llround(beds->value * (double)population / 1000);
        if (add_ward(build, facility, beds->name, count, true) != 0)
            return -1;
    }
    for (size_t k = 0; k < spec->resources.count; k++) {
        const struct key_count *resource = SCENARIO_ITEM(spec->resources, struct key_count, k);
        if (add_ward(build, facility, resource->name, resource->count, false) != 0)
            return -1;
    }
    return 0;
}

static int add_offers(struct build *build, size_t facility, const struct facility_spec *spec)
{
    struct facilities *facilities = build->facilities;
    for (size_t k = 0; k < spec->services.count; k++) {
        const struct offer_spec *offered = SCENARIO_ITEM(spec->services, struct offer_spec, k);
        int32_t *slot =
            &facilities->offer_of[facility * facilities->service_count + (size_t)offered->service];
        if (*slot >= 0)
            return scenario_blame(build->scenario, offered, build->err,
                                  "this facility has the service already; keep one of the two entries");
        struct offer *offer = &facilities->offer[facilities->offer_count];
        const struct service_spec *service =
            SCENARIO_ITEM(build->scenario->services, struct service_spec, (size_t)offered->service);
        *offer = (struct offer){.facility = (uint32_t)facility,
                                .service = (uint32_t)offered->service,
                                .hash = rng_hash_more(facilities->facility[facility].hash, service->id),
                                .unlimited = offered->unlimited,
                                .closed = offered->closed};
        station_init(&offer->operators, 0, STATION_UNLIMITED);
        *slot = (int32_t)facilities->offer_count++;
        for (int64_t n = 0; n < offered->staff; n++) {
            const struct person person = {.role = ROLE_LOCAL,
                                          .expert = -1,
                                          .number = (uint32_t)n,
                                          .proficiency = offered->proficiency,
                                          .leaves_us = INT64_MAX};
            if (offer_add(offer, person, build->err) < 0)
                return -1;
        }
    }
    return 0;
}

/* --- facilities --- */

static uint32_t stay_factor(const struct scenario *scenario, const struct facility_spec *spec)
{
    const struct group_spec *group =
        spec->group < 0 ? NULL : SCENARIO_ITEM(scenario->groups, struct group_spec, spec->group);
    return group == NULL ? FACILITY_STAY_ONE : (uint32_t)lround(group->stay_factor * FACILITY_STAY_ONE);
}

static int add_facility(struct build *build, const struct facility_spec *spec, size_t place, const char *id,
                        const char *name)
{
    struct facilities *facilities = build->facilities;
    if (id == NULL || name == NULL)
        return -1;
    facilities->facility[facilities->count] =
        (struct facility){.id = id,
                          .name = name,
                          .place = (uint32_t)place,
                          .level = spec->level,
                          .ownership = spec->ownership,
                          .group = spec->group,
                          .rule = spec->rule,
                          .label = spec->rule != NULL ? spec->rule : spec->generated,
                          .hash = rng_hash(id),
                          .partner = PATIENT_NOWHERE,
                          .closed = spec->closed,
                          .declared_closed = spec->closed,
                          .stays_home = spec->level == LEVEL_ONLINE || spec->visits_us > 0,
                          .grades = spec->grades,
                          .visits_us = spec->visits_us,
                          .declared_level = spec->level};
    facilities->first_ward[facilities->count] = (uint32_t)facilities->ward_count;
    facilities->first_offer[facilities->count] = (uint32_t)facilities->offer_count;
    const struct facility *made = &facilities->facility[facilities->count];
    facilities->glance[facilities->count] =
        (struct facility_glance){.place = made->place,
                                 .stays_home = made->stays_home,
                                 .first_ward = (uint32_t)facilities->ward_count,
                                 .stay_factor = stay_factor(build->scenario, spec),
                                 .price_per_admission_fen = spec->price_per_admission_fen,
                                 .price_per_day_fen = spec->price_per_day_fen,
                                 .reimbursed = spec->reimbursed,
                                 .price_level = spec->price_level};
    const size_t facility = facilities->count++;
    if (build->geography->place[place].outside && !sample_keeps(build->scenario, spec->level))
        facilities->facility[facility].closed = facilities->facility[facility].outside = true;
    begin_ward_row(facilities, facility);
    if (add_wards(build, facility, spec) != 0 || add_offers(build, facility, spec) != 0)
        return -1;
    end_ward_row(facilities, facility);
    facilities->facility[facility].declared_beds = facilities->facility[facility].beds;
    return 0;
}

static int add_by_rule(struct build *build, const struct facility_spec *spec)
{
    if (geography_check_names(build->geography, build->scenario, &spec->at, build->err) != 0)
        return -1;
    for (size_t p = 0; p < build->geography->count; p++) {
        const struct place *place = &build->geography->place[p];
        if (excepted(spec, place))
            continue;
        const char *id = spec->id != NULL ? spec->id : spec->rule;
        const char *name = join(build, place->name_en, " ", spec->name != NULL ? spec->name : id);
        if (add_facility(build, spec, p, join(build, id, ".", place->code), name) != 0)
            return -1;
    }
    return 0;
}

static int add_named(struct build *build, const struct facility_spec *spec)
{
    int64_t place = 0;
    if (spec->place != NULL)
        place = geography_find(build->geography, spec->place);
    else if (!build->geography->trivial)
        return scenario_blame(
            build->scenario, spec, build->err,
            "a facility needs a place; add place = \"CODE\", or a rule to have one in every place");
    if (place < 0)
        return scenario_blame(build->scenario, &spec->place, build->err,
                              "no place has the code \"%s\"; use a code of %s", spec->place,
                              build->scenario->places.file != NULL ? build->scenario->places.file
                                                                   : "the scenario's list of places");
    return add_facility(build, spec, (size_t)place, spec->id, spec->name != NULL ? spec->name : spec->id);
}

static int allocate(struct build *build)
{
    struct facilities *facilities = build->facilities;
    struct arena *arena = build->arena;
    struct err *err = build->err;
    const size_t count = count_facilities(build);
    const size_t stations = build->scenario->stations.count;
    facilities->service_count = build->scenario->services.count;
    size_t cells = 0, wards = 0, offers = 0;
    if (count > UINT32_MAX / 2 || __builtin_mul_overflow(count, facilities->resource_count, &cells) ||
        __builtin_add_overflow(cells, stations, &wards) ||
        __builtin_mul_overflow(count, facilities->service_count, &offers) || wards > INT32_MAX ||
        offers > INT32_MAX)
        return err_fail(err, "%zu facilities with %zu resources are too many", count,
                        facilities->resource_count);
    facilities->facility = arena_lines(arena, count, sizeof *facilities->facility, err);
    facilities->glance = arena_lines(arena, count, sizeof *facilities->glance, err);
    facilities->ward = arena_lines(arena, wards, sizeof *facilities->ward, err);
    facilities->ward_offset = arena_lines(arena, cells, sizeof *facilities->ward_offset, err);
    facilities->offer = arena_lines(arena, offers, sizeof *facilities->offer, err);
    facilities->offer_of = arena_zeroed(arena, offers, sizeof *facilities->offer_of, err);
    facilities->first_ward = arena_zeroed(arena, count + 1, sizeof *facilities->first_ward, err);
    facilities->first_offer = arena_zeroed(arena, count + 1, sizeof *facilities->first_offer, err);
    if (facilities->first_ward == NULL || facilities->first_offer == NULL)
        return -1;
    if (facilities->facility == NULL || facilities->glance == NULL || facilities->ward == NULL ||
        facilities->ward_offset == NULL || facilities->offer == NULL || facilities->offer_of == NULL)
        return -1;
    memset(facilities->offer_of, 0xff, offers * sizeof *facilities->offer_of);
    return 0;
}

/* --- stations --- */

/* The ward that a station entry describes: its own, or one of a facility that it sets further. */
static struct ward *ward_for(struct build *build, const struct station_spec *spec)
{
    struct facilities *facilities = build->facilities;
    const int64_t known = facilities_ward(facilities, spec->id);
    if (known >= 0)
        return &facilities->ward[known];
    struct ward *ward = &facilities->ward[facilities->ward_count];
    *ward = (struct ward){.id = spec->id, .facility = PATIENT_NOWHERE, .measure = -1, .balk_at = INT64_MAX};
    station_init(&ward->station, spec->servers < 0 ? STATION_UNLIMITED : spec->servers, STATION_UNLIMITED);
    facilities->ward_count++;
    return ward;
}

static int set_timetable(struct build *build, const struct station_spec *spec, struct ward *ward)
{
    const size_t count = spec->timetable.count;
    if (count == 0)
        return 0;
    struct timetable_step *steps = arena_zeroed(build->arena, count, sizeof *steps, build->err);
    if (steps == NULL)
        return -1;
    for (size_t i = 0; i < count; i++) {
        const struct shift_spec *shift = SCENARIO_ITEM(spec->timetable, struct shift_spec, i);
        steps[i] = (struct timetable_step){.from_us = shift->from_us, .value = shift->servers};
    }
    struct err why = ERR_INIT;
    /* Weeks begin on a Monday: the cycle starts on the Monday on or before the start of the run, 1970-01-05
     * being one. */
    const int64_t monday_us = INT64_C(4) * 86400000000;
    int64_t phase_us = (build->scenario->run.start_us - monday_us) % spec->cycle_us;
    phase_us += phase_us < 0 ? spec->cycle_us : 0;
    const int64_t start_us = spec->cycle_us == INT64_C(7) * 86400000000 ? -phase_us : 0;
    if (timetable_init(&ward->timetable, start_us, spec->cycle_us, steps, count, &why) != 0)
        return scenario_blame(build->scenario, &spec->timetable, build->err,
                              "%s; give rising times from \"0 h\" on, all below the cycle", why.text[0]);
    station_set_servers(&ward->station, timetable_at(&ward->timetable, 0));
    return 0;
}

static int set_interruptions(struct build *build, const struct station_spec *spec, struct ward *ward)
{
    ward->preemption = (uint8_t)spec->preemption;
    ward->interrupt = (uint8_t)spec->interrupt;
    ward->relief = spec->handover == HANDOVER_RELIEF;
    if (ward->relief && spec->interrupt != INTERRUPT_NONE)
        return scenario_blame(
            build->scenario, &spec->interrupt, build->err,
            "people who are relieved finish their patients; choose handover = \"capacity\", or do "
            "not interrupt");
    if (ward->relief) {
        ward->changed_us = arena_zeroed(build->arena, 256, sizeof *ward->changed_us, build->err);
        if (ward->changed_us == NULL)
            return -1;
    }
    if (spec->preemption == INTERRUPT_NONE && spec->interrupt == INTERRUPT_NONE)
        return 0;
    ward->in_service = arena_zeroed(build->arena, 1, sizeof *ward->in_service, build->err);
    if (ward->in_service == NULL)
        return -1;
    station_init(ward->in_service, 0, STATION_UNLIMITED);
    return 0;
}

static int set_stations(struct build *build)
{
    int32_t measure = 0;
    for (size_t i = 0; i < build->scenario->stations.count; i++) {
        const struct station_spec *spec = SCENARIO_ITEM(build->scenario->stations, struct station_spec, i);
        if (strchr(spec->id, '.') != NULL && facilities_ward(build->facilities, spec->id) < 0)
            return scenario_blame(
                build->scenario, spec, build->err,
                "no facility has the resource \"%s\"; name FACILITY.RESOURCE, or leave out the dot "
                "for a station of its own",
                spec->id);
        struct ward *ward = ward_for(build, spec);
        if (spec->servers >= 0)
            station_set_servers(&ward->station, spec->servers);
        if (spec->room >= 0)
            ward->station.room = spec->room;
        if (spec->balk_at >= 0)
            ward->balk_at = spec->balk_at;
        ward->measure = measure++;
        if (set_interruptions(build, spec, ward) != 0)
            return -1;
        if (set_timetable(build, spec, ward) != 0)
            return -1;
    }
    return 0;
}

/* --- all of it --- */

static int list_inside(struct build *build)
{
    struct facilities *facilities = build->facilities;
    if (build->scenario->places.sample >= 1)
        return 0;
    facilities->inside =
        arena_zeroed(build->arena, facilities->count, sizeof *facilities->inside, build->err);
    for (size_t f = 0; facilities->inside != NULL && f < facilities->count; f++)
        facilities->inside[f] = !facilities->facility[f].outside;
    return facilities->inside == NULL ? -1 : 0;
}

static int list_groups(struct build *build)
{
    struct facilities *facilities = build->facilities;
    facilities->in_group = arena_zeroed(build->arena, build->scenario->groups.count * facilities->count,
                                        sizeof *facilities->in_group, build->err);
    if (facilities->in_group == NULL)
        return -1;
    for (size_t f = 0; f < facilities->count; f++)
        if (facilities->facility[f].group >= 0 && !facilities->facility[f].outside)
            facilities->in_group[(size_t)facilities->facility[f].group * facilities->count + f] = true;
    return 0;
}

int facilities_init(struct facilities *facilities, const struct scenario *scenario,
                    const struct geography *geography, struct arena *arena, struct err *err)
{
    *facilities = (struct facilities){0};
    struct build build = {facilities, scenario, geography, arena, err};
    if (collect_resources(&build) != 0 || allocate(&build) != 0)
        return -1;
    int result = 0;
    for (size_t i = 0; i < scenario->facilities.count; i++) {
        const struct facility_spec *spec = spec_of(scenario, i);
        if ((spec->rule != NULL ? add_by_rule(&build, spec) : add_named(&build, spec)) != 0)
            result = -1;
    }
    facilities->first_ward[facilities->count] = (uint32_t)facilities->ward_count;
    facilities->first_offer[facilities->count] = (uint32_t)facilities->offer_count;
    if (result != 0 || set_stations(&build) != 0)
        return -1;
    if (list_inside(&build) != 0 || list_groups(&build) != 0)
        return -1;
    for (size_t w = 0; w < facilities->ward_count; w++)
        facilities->ward[w].declared = facilities->ward[w].station.servers;
    return 0;
}

bool facilities_span(const struct facilities *facilities, struct facility_span *span)
{
    const bool *inside = facilities->inside;
    size_t from = span->to;
    while (from < facilities->count && inside != NULL && !inside[from])
        from++;
    if (from >= facilities->count)
        return false;
    size_t to = inside == NULL ? facilities->count : from;
    while (to < facilities->count && inside[to])
        to++;
    *span = (struct facility_span){.to = to,
                                   .offer = &facilities->offer[facilities->first_offer[from]],
                                   .offer_end = &facilities->offer[facilities->first_offer[to]],
                                   .ward = &facilities->ward[facilities->first_ward[from]],
                                   .ward_end = &facilities->ward[facilities->first_ward[to]]};
    return true;
}

void facilities_free(struct facilities *facilities)
{
    for (size_t i = 0; i < facilities->offer_count; i++)
        free(facilities->offer[i].people);
    for (size_t i = 0; i < facilities->ward_count; i++)
        timetable_free(&facilities->ward[i].timetable);
    free(facilities->resource);
    *facilities = (struct facilities){0};
}

/* --- by name --- */

int64_t facilities_resource(const struct facilities *facilities, const char *name)
{
    for (size_t i = 0; i < facilities->resource_count; i++)
        if (strcmp(facilities->resource[i], name) == 0)
            return (int64_t)i;
    return -1;
}

int64_t facilities_ward(const struct facilities *facilities, const char *id)
{
    for (size_t i = 0; i < facilities->ward_count; i++)
        if (strcmp(facilities->ward[i].id, id) == 0)
            return (int64_t)i;
    return -1;
}

int64_t facilities_find(const struct facilities *facilities, const char *id)
{
    for (size_t i = 0; i < facilities->count; i++)
        if (strcmp(facilities->facility[i].id, id) == 0)
            return (int64_t)i;
    return -1;
}

/* --- saving --- */

/* clang-format off */
#define FACILITY_STATE(ONE, ALL, NOT) \
    NOT(struct facility, place) NOT(struct facility, hash) ONE(struct facility, partner) ONE(struct facility, closed) \
    NOT(struct facility, stays_home) NOT(struct facility, declared_closed) NOT(struct facility, to_standard) \
    ONE(struct facility, at_standard) NOT(struct facility, visits_us) NOT(struct facility, grades) \
    ONE(struct facility, helps) ONE(struct facility, level) NOT(struct facility, ownership) \
    NOT(struct facility, group) NOT(struct facility, outside) \
    ONE(struct facility, beds) NOT(struct facility, declared_level) NOT(struct facility, declared_beds) \
    NOT(struct facility, id) NOT(struct facility, name) NOT(struct facility, rule)
STATE_LAYOUT(facility, struct facility, FACILITY_STATE, 30);
/* clang-format on */

void facilities_save(const struct facilities *facilities, struct state_writer *writer)
{
    state_begin(writer, "facilities", 1);
    state_put_array(writer, &facility_layout, facilities->facility, facilities->count);
    state_end(writer);
}

void facilities_restore(struct facilities *facilities, const struct saved_map *map,
                        struct state_reader *reader)
{
    state_enter(reader, "facilities", 1);
    if (state_get_array_count(reader, &facility_layout) != map->count)
        state_refuse(reader, "has other facilities than it says; make it again");
    for (size_t f = 0; f < map->count && !reader->failed; f++) {
        struct facility *facility = &facilities->facility[saved_index(map, f)];
        state_get_array_items(reader, &facility_layout, facility, 1);
        facility->partner = saved_index(map, facility->partner);
        if (facility->level < 0 || facility->level >= FACILITY_LEVELS)
            state_refuse(reader, "has a facility of a level that does not exist; make it again");
    }
    state_leave(reader);
}
