#include "models/geography.h"

#include <geodesic.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "models/sample.h"
#include "models/table.h"
#include "sim/rng.h"
#include "sim/rounding.h"

/* Up to so many places all ways are computed at the start; up to so many they are kept when asked for. */
enum { FILLED_PLACES = 256, KEPT_PLACES = 8192 };

#define DEFAULT_SPEED_M_S (60 / 3.6) /* of scenarios without bands */

static bool listed(const struct key_list *texts, const char *word)
{
    for (size_t i = 0; i < texts->count; i++)
        if (strcmp(*SCENARIO_ITEM(*texts, char *const, i), word) == 0)
            return true;
    return false;
}

static bool selected(const struct places_spec *spec, const struct place *place)
{
    return (spec->codes.count == 0 || listed(&spec->codes, place->code)) &&
           (spec->prefectures.count == 0 || listed(&spec->prefectures, place->prefecture)) &&
           (spec->provinces.count == 0 || listed(&spec->provinces, place->province));
}

bool geography_named(const struct place *place, const struct key_list *texts)
{
    return texts->count > 0 &&
           (listed(texts, place->code) || listed(texts, place->prefecture) || listed(texts, place->province));
}

int geography_check_names(const struct geography *geography, const struct scenario *scenario,
                          const struct key_list *texts, struct err *err)
{
    for (size_t i = 0; i < texts->count; i++) {
        const char *const *word = &SCENARIO_ITEM(*texts, const char *, i)[0];
        const struct key_list one = {.count = 1, .items = (void *)word};
        size_t p = 0;
        while (p < geography->count && !geography_named(&geography->place[p], &one))
            p++;
        if (p == geography->count)
            return scenario_blame(
                scenario, texts, err, "no place has the code, prefecture or province \"%s\"; use one of %s",
                *word,
                scenario->places.file != NULL ? scenario->places.file : "the scenario's list of places");
    }
    return 0;
}

/* Named by a facility or by arrivals, wherever it lies. */
static bool named_elsewhere(const struct scenario *scenario, const struct place *place)
{
    const char *code = place->code;
    for (size_t i = 0; i < scenario->facilities.count; i++) {
        const struct facility_spec *facility = SCENARIO_ITEM(scenario->facilities, struct facility_spec, i);
        if (facility->place != NULL && strcmp(facility->place, code) == 0)
            return true;
        if (geography_named(place, &facility->at))
            return true;
    }
    for (size_t i = 0; i < scenario->conditions.count; i++)
        if (geography_named(place,
                            &SCENARIO_ITEM(scenario->conditions, struct condition_spec, i)->arrivals.at))
            return true;
    return false;
}

struct columns {
    size_t code, name, prefecture, province, lon, lat, population;
    size_t name_en; /* the same as name when there is no such column */
};

/* Names go by several titles; one in Latin letters may be absent. */
static int find_names(const struct table *table, struct columns *columns, struct err *err)
{
    if (!table_has(table, "name_zh", &columns->name) && table_column(table, "name", &columns->name, err) != 0)
        return -1;
    if (!table_has(table, "name_pinyin_or_en", &columns->name_en) &&
        !table_has(table, "name_en", &columns->name_en))
        columns->name_en = columns->name;
    return 0;
}

static int find_columns(const struct table *table, struct columns *columns, struct err *err)
{
    const struct {
        const char *name;
        size_t *at;
    } wanted[] = {{"code", &columns->code},         {"prefecture", &columns->prefecture},
                  {"province", &columns->province}, {"lon", &columns->lon},
                  {"lat", &columns->lat},           {"population", &columns->population}};
    int failed = find_names(table, columns, err);
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++)
        failed |= table_column(table, wanted[i].name, wanted[i].at, err);
    return failed;
}

static int read_row(const struct table *table, const struct columns *columns, size_t row, struct place *place,
                    struct err *err)
{
    *place = (struct place){.code = table_text(table, row, columns->code),
                            .name = table_text(table, row, columns->name),
                            .name_en = table_text(table, row, columns->name_en),
                            .prefecture = table_text(table, row, columns->prefecture),
                            .province = table_text(table, row, columns->province)};
    if (table_real(table, row, columns->lon, -180, 180, &place->lon, err) != 0 ||
        table_real(table, row, columns->lat, -90, 90, &place->lat, err) != 0 ||
        table_int(table, row, columns->population, 0, 2000000000, &place->population, err) != 0)
        return -1;
    return 0;
}

static int copy_texts(struct place *place, struct arena *arena, struct err *err)
{
    const char **texts[] = {&place->code, &place->name, &place->name_en, &place->prefecture,
                            &place->province};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        *texts[i] = arena_text(arena, *texts[i], err);
        if (*texts[i] == NULL)
            return -1;
    }
    place->hash = rng_hash(place->code);
    return 0;
}

static int add_place(struct geography *geography, size_t *capacity, struct place place, struct arena *arena,
                     struct err *err)
{
    struct place *places =
        mem_grow(geography->place, capacity, geography->count + 1, sizeof *geography->place, err);
    if (places == NULL)
        return -1;
    geography->place = places;
    if (copy_texts(&place, arena, err) != 0)
        return -1;
    const double degree = 3.14159265358979323846 / 180;
    place.at[0] = cos(place.lat * degree) * cos(place.lon * degree);
    place.at[1] = cos(place.lat * degree) * sin(place.lon * degree);
    place.at[2] = sin(place.lat * degree);
    geography->place[geography->count++] = place;
    return 0;
}

static int read_file(struct geography *geography, size_t *capacity, struct arena *arena, struct err *err)
{
    const struct places_spec *spec = &geography->scenario->places;
    struct table table;
    struct columns columns;
    int result = table_load(&table, spec->file, err);
    if (result == 0)
        result = find_columns(&table, &columns, err);
    for (size_t row = 0; result == 0 && row < table.rows; row++) {
        struct place place;
        if (read_row(&table, &columns, row, &place, err) != 0) {
            result = -1;
            break;
        }
        place.selected = selected(spec, &place);
        if (place.selected || named_elsewhere(geography->scenario, &place))
            result = add_place(geography, capacity, place, arena, err);
    }
    table_free(&table);
    return result;
}

static int read_list(struct geography *geography, size_t *capacity, struct arena *arena, struct err *err)
{
    const struct scenario *scenario = geography->scenario;
    for (size_t i = 0; i < scenario->places.list.count; i++) {
        const struct place_spec *spec = SCENARIO_ITEM(scenario->places.list, struct place_spec, i);
        const struct place place = {.code = spec->code,
                                    .name = spec->name != NULL ? spec->name : spec->code,
                                    .name_en = spec->name != NULL ? spec->name : spec->code,
                                    .prefecture = spec->prefecture != NULL ? spec->prefecture : "",
                                    .province = spec->province != NULL ? spec->province : "",
                                    .lon = spec->lon,
                                    .lat = spec->lat,
                                    .population = spec->population,
                                    .selected = true};
        if (geography_find(geography, spec->code) >= 0)
            return scenario_blame(
                scenario, &spec->code, err,
                "the file of places has a place with the code \"%s\" too; choose another code", spec->code);
        if (add_place(geography, capacity, place, arena, err) != 0)
            return -1;
    }
    return 0;
}

/* A filter that selects nothing is a spelling error more often than a wish. */
static int check_filters(const struct geography *geography, struct err *err)
{
    const struct scenario *scenario = geography->scenario;
    const struct key_list *filters[] = {&scenario->places.codes, &scenario->places.prefectures,
                                        &scenario->places.provinces};
    const char *what[] = {"code", "prefecture", "province"};
    int result = 0;
    for (size_t f = 0; f < 3; f++) {
        for (size_t i = 0; i < filters[f]->count; i++) {
            const char *word = *SCENARIO_ITEM(*filters[f], char *const, i);
            bool met = false;
            for (size_t p = 0; p < geography->count && !met; p++) {
                const struct place *place = &geography->place[p];
                const char *values[] = {place->code, place->prefecture, place->province};
                met = place->selected && strcmp(values[f], word) == 0;
            }
            if (!met)
                result = scenario_blame(scenario, filters[f], err,
                                        "no selected place has the %s \"%s\" in %s; correct it or remove it",
                                        what[f], word,
                                        scenario->places.file != NULL ? scenario->places.file : "the list");
        }
    }
    return result;
}

/* How long a way of so many metres takes, detours included. */
static double seconds_for(const struct travel_spec *spec, double metres)
{
    double seconds = 0, done = 0;
    for (size_t i = 0; i < spec->bands.count && done < metres; i++) {
        const struct travel_band *band = SCENARIO_ITEM(spec->bands, struct travel_band, i);
        const bool ends = band->to_m > 0 && band->to_m < metres && i + 1 < spec->bands.count;
        const double to_m = ends ? band->to_m : metres;
        if (to_m <= done)
            continue;
        seconds += (to_m - done) / band->speed_m_s;
        done = to_m;
    }
    if (metres > done)
        seconds += (metres - done) / DEFAULT_SPEED_M_S;
    return seconds;
}

static double metres_in(const struct travel_spec *spec, double seconds)
{
    double done = 0;
    for (size_t i = 0; i < spec->bands.count; i++) {
        const struct travel_band *band = SCENARIO_ITEM(spec->bands, struct travel_band, i);
        const bool is_last = band->to_m <= 0 || i + 1 == spec->bands.count;
        const double reached = done + seconds * band->speed_m_s;
        if (is_last || reached <= band->to_m)
            return reached;
        if (band->to_m > done) {
            seconds -= (band->to_m - done) / band->speed_m_s;
            done = band->to_m;
        }
    }
    return done + seconds * DEFAULT_SPEED_M_S;
}

/* Distances on the ellipsoid are not shorter than chords of this sphere. */
#define LEAST_RADIUS_M 6.3e6
#define ROUNDING_US 1

double geography_least_us(const struct geography *geography, double chord)
{
    const struct travel_spec *spec = &geography->scenario->travel;
    return (double)spec->fixed_us + seconds_for(spec, chord * LEAST_RADIUS_M * spec->detour) * 1e6 -
           ROUNDING_US;
}

double geography_chord(const struct geography *geography, double us)
{
    const struct travel_spec *spec = &geography->scenario->travel;
    const double seconds = fmax(0, us + ROUNDING_US - (double)spec->fixed_us) / 1e6;
    return metres_in(spec, seconds) / (LEAST_RADIUS_M * spec->detour);
}

/* Detours included; the same both ways, computed from the lower number to the higher. */
static double metres_between(const struct geography *geography, size_t from, size_t to)
{
    const struct place *a = &geography->place[from < to ? from : to],
                       *b = &geography->place[from < to ? to : from];
    double metres = 0;
    geod_inverse(geography->earth, a->lat, a->lon, b->lat, b->lon, &metres, NULL, NULL);
    return metres * geography->scenario->travel.detour;
}

static struct travel way_of(const struct geography *geography, double metres)
{
    const struct travel_spec *spec = &geography->scenario->travel;
    return (struct travel){.us = spec->fixed_us + rounded(seconds_for(spec, metres) * 1e6),
                           .m = rounded(metres)};
}

static struct travel compute(const struct geography *geography, size_t from, size_t to)
{
    return way_of(geography, from == to ? 0 : metres_between(geography, from, to));
}

const char *geography_province(const struct geography *geography, size_t province)
{
    return geography->place[geography->first[province]].province;
}

/* Names are compared here and nowhere else. Neighbours in the list are mostly of the same prefecture. */
static int list_belonging(struct geography *geography, struct arena *arena, struct err *err)
{
    struct belonging *of = arena_zeroed(arena, geography->count, sizeof *of, err);
    uint32_t *first = arena_zeroed(arena, geography->count, sizeof *first, err);
    if (of == NULL || first == NULL)
        return -1;
    geography->first = first;
    for (uint32_t p = 0; p < geography->count; p++) {
        const struct place *here = &geography->place[p];
        uint32_t prefecture = 0, province = 0;
        if (p > 0 && strcmp(here[-1].province, here->province) == 0)
            province = of[p - 1].province;
        while (province < geography->provinces &&
               strcmp(geography_province(geography, province), here->province) != 0)
            province++;
        if (province == geography->provinces)
            first[geography->provinces++] = p;
        if (p > 0 && strcmp(here[-1].prefecture, here->prefecture) == 0)
            prefecture = of[p - 1].prefecture;
        while (strcmp(geography->place[prefecture].prefecture, here->prefecture) != 0)
            prefecture++;
        of[p] = (struct belonging){prefecture, province};
    }
    geography->belonging = of;
    return 0;
}

/* Facilities by the ten thousand name their places. */
static int list_codes(struct geography *geography, struct arena *arena, struct err *err)
{
    size_t size = 16;
    while (size < 2 * geography->count)
        size *= 2;
    uint32_t *by_code = arena_zeroed(arena, size, sizeof *by_code, err);
    if (by_code == NULL)
        return -1;
    for (uint32_t p = 0; p < geography->count; p++) {
        size_t at = geography->place[p].hash & (size - 1);
        while (by_code[at] != 0)
            at = (at + 1) & (size - 1);
        by_code[at] = p + 1;
    }
    geography->by_code = by_code;
    geography->by_code_size = size;
    return 0;
}

static int make_earth(struct geography *geography, struct arena *arena, struct err *err)
{
    struct geod_geodesic *earth = arena_zeroed(arena, 1, sizeof *earth, err);
    if (earth == NULL)
        return -1;
    geod_init(earth, 6378137.0, 1 / 298.257223563);
    geography->earth = earth;
    return 0;
}

static int fill_table(struct geography *geography, struct err *err)
{
    const size_t count = geography->count;
    if (count > KEPT_PLACES)
        return 0;
    if (count > FILLED_PLACES) {
        geography->metres = mem_zeroed(count * (count - 1) / 2, sizeof *geography->metres, err);
        return geography->metres == NULL ? -1 : 0;
    }
    geography->table = mem_zeroed(count * count, sizeof *geography->table, err);
    if (geography->table == NULL)
        return -1;
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j <= i; j++)
            geography->table[i * count + j] = geography->table[j * count + i] = compute(geography, j, i);
    return 0;
}

int geography_init(struct geography *geography, const struct scenario *scenario, struct arena *arena,
                   struct err *err)
{
    *geography = (struct geography){.scenario = scenario};
    size_t capacity = 0;
    if (scenario->places.file == NULL && scenario->places.list.count == 0) {
        geography->trivial = true;
        const struct place here = {.code = "here",
                                   .name = "here",
                                   .name_en = "here",
                                   .prefecture = "",
                                   .province = "",
                                   .selected = true};
        return add_place(geography, &capacity, here, arena, err) != 0 ? -1
                                                                      : list_belonging(geography, arena, err);
    }
    if (scenario->places.file != NULL && read_file(geography, &capacity, arena, err) != 0)
        return -1;
    if (read_list(geography, &capacity, arena, err) != 0 || check_filters(geography, err) != 0)
        return -1;
    if (geography->count == 0)
        return scenario_blame(scenario, &scenario->places, err,
                              "no place is selected; loosen code, prefecture or province");
    return sample_places(geography, scenario, err) != 0 || list_belonging(geography, arena, err) != 0 ||
                   list_codes(geography, arena, err) != 0 || make_earth(geography, arena, err) != 0
               ? -1
               : fill_table(geography, err);
}

void geography_free(struct geography *geography)
{
    free(geography->place);
    free(geography->table);
    free(geography->metres);
    *geography = (struct geography){0};
}

/* Of places with one code, the first: it has come into the table before the others. */
static int64_t find_in_table(const struct geography *geography, const char *code)
{
    const size_t mask = geography->by_code_size - 1;
    for (size_t at = rng_hash(code) & mask; geography->by_code[at] != 0; at = (at + 1) & mask) {
        const uint32_t p = geography->by_code[at] - 1;
        if (strcmp(geography->place[p].code, code) == 0)
            return p;
    }
    return -1;
}

int64_t geography_find(const struct geography *geography, const char *code)
{
    if (geography->by_code != NULL)
        return find_in_table(geography, code);
    for (size_t i = 0; i < geography->count; i++)
        if (strcmp(geography->place[i].code, code) == 0)
            return (int64_t)i;
    return -1;
}

/* Threads may compute the same way at once; they find the same. */
static double look_up(const struct geography *geography, size_t from, size_t to)
{
    double *kept = geography_metres(geography, from, to), metres = 0;
    __atomic_load(kept, &metres, __ATOMIC_RELAXED);
    if (!(metres > 0)) {
        metres = metres_between(geography, from, to);
        __atomic_store(kept, &metres, __ATOMIC_RELAXED);
    }
    return metres;
}

struct travel geography_travel(const struct geography *geography, size_t from, size_t to)
{
    if (geography->trivial)
        return (struct travel){0};
    if (from == to)
        return (struct travel){.us = geography->scenario->travel.fixed_us};
    if (geography->table != NULL)
        return geography->table[from * geography->count + to];
    return way_of(geography, geography->metres != NULL ? look_up(geography, from, to)
                                                       : metres_between(geography, from, to));
}

enum geography_relation geography_relation(const struct geography *geography, size_t home, size_t other)
{
    const struct belonging a = geography->belonging[home], b = geography->belonging[other];
    if (home == other)
        return SAME_COUNTY;
    if (a.province != b.province)
        return OTHER_PROVINCE;
    return a.prefecture == b.prefecture ? SAME_PREFECTURE : SAME_PROVINCE;
}
