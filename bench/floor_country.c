/* The country of bench/country.py by hand: the same people, ways, beds, lines, luck and counts, and nothing
 * that another scenario could ask for. What is known before the run (who lives where, what is near, quantile
 * tables) is taken from the world that the program builds and laid out for these events; then one thread runs
 * them in 31 partitions and windows of an hour. What this takes is what the machine needs for such memory.
 * Left out: anything but these four stages, one replication and two steps; ties in time are broken by number;
 * patients who cross partitions are not put into messages; nothing is written but sums.
 * usage: floor_country SCENARIO
 * Prints nanoseconds of processor time (user) an event, and sums under their names in a result. */

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "bench/floor_calendar.h"
#include "bench/floor_country.h"
#include "models/ledger_fields.h"

#define DAY_US 86400e6

enum {
    AHEAD = 40,
    LINES = 28,
    LUCK = 16,
    NEXT_DUE = 12,
    SLOTS = 64
}; /* events before which each is looked at: record, lines, luck */

/* One of the 31. */
struct part {
    struct floor_calendar calendar;
    struct record *record;
    uint32_t *free;
    size_t records, free_count;
    struct source *source; /* of its places */
    int64_t *next_us;      /* arrival of each */
    uint32_t *due;         /* those with one in the open hour */
    size_t sources;
};

static struct {
    struct tables tables;
    struct part part[PARTS];
    int64_t from_us, end_us, hour_us; /* the step; the open window */
    uint64_t events;
} run;

/* --- counts --- */

static inline struct pc *count_of(const struct record *record)
{
    return &run.tables.pc[record->place * CONDITIONS + record->condition];
}

static inline void level(struct level *level, int64_t delta, int64_t now_us)
{
    level->now += delta;
    level->area += delta * (run.end_us - now_us);
}

static inline int64_t rounded(double value)
{
    const int64_t whole = (int64_t)value;
    return whole + (value - (double)whole >= 0.5);
}

/* --- patients --- */

static inline uint32_t take_record(struct part *part)
{
    if (part->free_count == 0) {
        const size_t more = part->records < 256 ? 256 : part->records;
        struct record *record = floor_room(part->records + more, sizeof *record);
        memcpy(record, part->record, part->records * sizeof *record);
        free(part->record);
        free(part->free);
        part->record = record;
        part->free = floor_room(part->records + more, sizeof *part->free);
        for (size_t i = 0; i < more; i++)
            part->free[i] = (uint32_t)(part->records + more - 1 - i);
        part->free_count = more;
        part->records += more;
    }
    return part->free[--part->free_count];
}

static inline struct rng_words draw(const struct record *record, enum stage_number stage)
{
    return rng_draw(&run.tables.rng, (struct rng_identity){record->hash, record->ordinal},
                    (struct rng_purpose){.quantity = DRAW_STAGE, .stage = stage});
}

static void end(struct part *part, uint32_t who, struct record *record, int64_t now_us)
{
    struct pc *pc = count_of(record);
    if (record->treated)
        pc->treated_ended++;
    else
        pc->rare.untreated++;
    struct system *system = &run.tables.system[record->condition];
    system->left++;
    system->stayed += record->asked_us >= run.tables.warmup_us ? now_us - record->asked_us : 0;
    level(&run.tables.present, -1, now_us);
    record->due_us = -1;
    part->free[part->free_count++] = who;
}

static void treat(struct record *record, struct facility_count *fa, int64_t now_us)
{
    const struct tables *tables = &run.tables;
    const int64_t wait_us = now_us - record->asked_us;
    const uint16_t at = tables->place_of[record->facility];
    const struct belonging home = tables->belonging[record->place], here = tables->belonging[at];
    struct pc *pc = count_of(record);
    if (record->place == at)
        pc->in_county++;
    else if (home.prefecture == here.prefecture)
        pc->rare.in_prefecture++;
    else if (home.province == here.province)
        pc->rare.in_province++;
    else
        pc->rare.elsewhere++;
    pc->waited += wait_us;
    pc->to_treatment += record->way_us;
    fa->treated++;
    tables->flow[home.province][here.province].treated++;
    histogram_add(&tables->reach[record->part][record->condition].wait, wait_us);
    histogram_add(&tables->reach[record->part][record->condition].travel, record->way_us);
    struct place_classes *classes = &tables->classes[record->place];
    classes->wait[reach_class(wait_us, REACH_WAIT_CLASSES)]++;
    classes->travel[reach_class(record->way_us, REACH_TRAVEL_CLASSES)]++;
    record->treated = true;
}

static inline enum stage_number route(const struct record *record, uint32_t word)
{
    const struct floor_stage *stage = &run.tables.stage[record->condition][record->stage];
    return word <= stage->below ? RECOVERY : (enum stage_number)(record->stage + 1);
}

/* The beds have been taken. */
static inline void begin(struct part *part, uint32_t who, struct record *record, struct rng_words luck,
                         int64_t now_us)
{
    const struct floor_stage *stage = &run.tables.stage[record->condition][record->stage];
    struct facility_count *fa = &run.tables.fa[record->facility];
    const int64_t duration_us = dist_value(stage->duration, luck.w[0], record->ordinal, 0);
    fa->begun++;
    fa->line_waits += now_us - record->since_us;
    if (record->stage == WARD)
        treat(record, fa, now_us);
    count_of(record)->cost += rounded((double)duration_us / DAY_US * run.tables.wages_per_day_fen);
    level(&fa->in_care, 1, now_us);
    record->next = (uint8_t)(record->stage == RECOVERY ? STAGES : route(record, luck.w[1]));
    record->due_us = now_us + duration_us;
    floor_schedule(&part->calendar, record->due_us, DEPART, who);
}

static inline void take_bed(struct ward_pair *ward, struct facility_count *fa, int64_t sign, int64_t now_us)
{
    ward->free_beds -= (int32_t)sign;
    ward->free_staff -= (int32_t)sign;
    level(&fa->beds, sign * ward->counted, now_us);
}

static void join_line(struct part *part, uint32_t who, struct record *record, struct ward_pair *ward,
                      struct rng_words luck, int64_t now_us)
{
    const struct floor_stage *stage = &run.tables.stage[record->condition][record->stage];
    struct line *line = &ward->line[stage->level];
    record->before = line->tail;
    record->behind = 0;
    *(line->tail != 0 ? &part->record[line->tail - 1].behind : &line->head) = who + 1;
    line->tail = who + 1;
    ward->waiting++;
    record->waits = true;
    level(&run.tables.fa[record->facility].in_line, 1, now_us);
    record->due_us = now_us + dist_value(stage->patience, luck.w[2], record->ordinal, 0);
    floor_schedule(&part->calendar, record->due_us, RENEGE, who);
}

static void leave_line(struct part *part, struct record *record, struct ward_pair *ward, int64_t now_us)
{
    struct line *line = &ward->line[run.tables.stage[record->condition][record->stage].level];
    *(record->before != 0 ? &part->record[record->before - 1].behind : &line->head) = record->behind;
    *(record->behind != 0 ? &part->record[record->behind - 1].before : &line->tail) = record->before;
    ward->waiting--;
    record->waits = false;
    level(&run.tables.fa[record->facility].in_line, -1, now_us);
}

static inline struct ward_pair *ward_of(const struct record *record)
{
    const struct tables *tables = &run.tables;
    return &tables->ward[record->facility * PAIRS + tables->stage[record->condition][record->stage].pair];
}

static void serve_line(struct part *part, struct ward_pair *ward, int64_t now_us)
{
    while (ward->waiting > 0 && ward->free_beds > 0 && ward->free_staff > 0) {
        const struct line *line = ward->line;
        while (line->head == 0)
            line++;
        const uint32_t who = line->head - 1;
        struct record *record = &part->record[who];
        leave_line(part, record, ward, now_us);
        take_bed(ward, &run.tables.fa[record->facility], 1, now_us);
        begin(part, who, record, draw(record, record->stage), now_us);
    }
}

static void go(struct record *record, struct way way, uint32_t facility)
{
    const struct tables *tables = &run.tables;
    struct pc *pc = count_of(record);
    pc->travel_time += way.us;
    pc->travel_distance += way.m;
    pc->cost += 2 * tables->cost_per_km_fen * way.m / 1000;
    record->facility = facility;
    record->part = (uint8_t)tables->part_of[tables->place_of[facility]];
}

/* --- events --- */

static struct way choose(const struct source *source, uint32_t ordinal, struct pc *pc)
{
    const struct tables *tables = &run.tables;
    const struct floor_stage *stage = &tables->stage[source->condition][WARD];
    if (!stage->by_utility)
        return tables->near[source->place * PAIRS + stage->pair];
    const struct options *options = &tables->options[source->place * CONDITIONS + source->condition];
    const struct rng_identity who = {source->hash, ordinal};
    uint32_t words[CHOICE_SET];
    rng_draw_among(&tables->rng, who, options->hash, options->count,
                   (struct rng_purpose){.quantity = DRAW_CHOICE, .stage = WARD}, words);
    const struct rng_words home =
        rng_draw(&tables->rng, who, (struct rng_purpose){.quantity = DRAW_STAY, .stage = WARD});
    double first = log(-log(rng_unit(home.w[0]))) - tables->stay;
    uint32_t best = CHOICE_SET;
    for (uint32_t i = 0; i < options->count; i++) {
        if (tables->least[words[i] >> (32 - LEAST_BITS)] - options->utility[i] >= first)
            continue;
        const double time = log(-log(rng_unit(words[i]))) - options->utility[i];
        best = time < first ? i : best;
        first = time < first ? time : first;
    }
    if (best == CHOICE_SET) {
        fputs("floor_country: somebody stays at home\n", stderr);
        exit(EXIT_FAILURE);
    }
    pc->bypassed += options->bypasses >> best & 1;
    return options->way[best];
}

static void arrive(struct part *part, uint32_t number, int64_t now_us)
{
    struct source *source = &part->source[number];
    const uint32_t ordinal = source->come++;
    struct pc *pc = &run.tables.pc[source->place * CONDITIONS + source->condition];
    const struct way way = choose(source, ordinal, pc);
    struct part *to = &run.part[run.tables.part_of[run.tables.place_of[way.facility]]];
    const uint32_t who = take_record(to);
    struct record *record = &to->record[who];
    *record = (struct record){.hash = source->hash,
                              .asked_us = now_us,
                              .ordinal = ordinal,
                              .way_us = way.us,
                              .place = source->place,
                              .condition = source->condition};
    pc->patients++;
    pc->sought++;
    go(record, way, way.facility);
    run.tables.system[source->condition].came++;
    level(&run.tables.present, 1, now_us);
    record->due_us = now_us + way.us;
    floor_schedule(&to->calendar, record->due_us, TRANSFER, who);
}

static inline void transfer(struct part *part, uint32_t who, struct rng_words luck, int64_t now_us)
{
    const struct tables *tables = &run.tables;
    struct record *record = &part->record[who];
    struct ward_pair *ward = ward_of(record);
    struct facility_count *fa = &tables->fa[record->facility];
    fa->admissions++;
    tables
        ->flow[tables->belonging[record->place].province]
              [tables->belonging[tables->place_of[record->facility]].province]
        .admissions++;
    record->since_us = now_us;
    if (ward->free_beds <= 0 || ward->free_staff <= 0) {
        join_line(part, who, record, ward, luck, now_us);
        return;
    }
    take_bed(ward, fa, 1, now_us);
    begin(part, who, record, luck, now_us);
}

/* To another facility; the record moves if it is in another partition. */
static void refer(struct part *part, uint32_t who, int64_t now_us)
{
    const struct tables *tables = &run.tables;
    struct record *record = &part->record[who];
    const struct floor_stage *stage = &tables->stage[record->condition][record->next];
    const struct way *ways = stage->at_one ? tables->to_one : &tables->upwards[record->next - 1][0];
    const struct way way = ways[tables->place_of[record->facility]];
    struct pc *pc = count_of(record);
    pc->rare.transfers++;
    tables->fa[record->facility].transfers_out++;
    record->stage = record->next;
    go(record, way, way.facility);
    record->due_us = now_us + way.us + stage->arrange_us;
    struct part *to = &run.part[record->part];
    if (to != part) {
        const uint32_t there = take_record(to);
        to->record[there] = *record;
        part->free[part->free_count++] = who;
        record->due_us = -1;
        who = there;
    }
    floor_schedule(&to->calendar, to->record[who].due_us, TRANSFER, who);
}

static inline void depart(struct part *part, uint32_t who, struct rng_words luck, int64_t now_us)
{
    struct record *record = &part->record[who];
    struct facility_count *fa = &run.tables.fa[record->facility];
    level(&fa->in_care, -1, now_us);
    if (record->stage == RECOVERY) {
        end(part, who, record, now_us);
        return;
    }
    struct ward_pair *ward = ward_of(record);
    take_bed(ward, fa, -1, now_us);
    if (ward->waiting > 0)
        serve_line(part, ward, now_us);
    record = &part->record[who];
    if (record->next != RECOVERY) {
        refer(part, who, now_us);
        return;
    }
    record->stage = RECOVERY;
    record->since_us = now_us;
    begin(part, who, record, luck, now_us);
}

static void renege(struct part *part, uint32_t who, int64_t now_us)
{
    struct record *record = &part->record[who];
    if (record->due_us != now_us || !record->waits)
        return;
    count_of(record)->gave_up++;
    leave_line(part, record, ward_of(record), now_us);
    end(part, who, record, now_us);
}

/* --- windows --- */

/* Arrivals of the hour, among its other events. */
static void gather_arrivals(struct part *part, int64_t until_us)
{
    uint32_t due = 0;
    for (uint32_t s = 0; s < part->sources; s++) {
        part->due[due] = s;
        due += part->next_us[s] < until_us;
    }
    for (uint32_t i = 0; i < due; i++) {
        const uint32_t s = part->due[i];
        __builtin_prefetch(&part->source[part->due[i + NEXT_DUE < due ? i + NEXT_DUE : i]], 1);
        while (part->next_us[s] < until_us) {
            struct source *source = &part->source[s];
            const int64_t at_us = part->next_us[s];
            floor_calendar_put(&part->calendar, part->calendar.open,
                               floor_event((uint64_t)(at_us - run.hour_us), ARRIVE, s));
            part->next_us[s] = at_us + floor_gap(&run.tables, source);
        }
    }
}

static inline void fetch_first(const struct part *part, uint64_t event)
{
    if (floor_kind_of(event) == ARRIVE)
        __builtin_prefetch(&part->source[floor_who_of(event)], 1);
    else
        __builtin_prefetch(&part->record[floor_who_of(event)], 1);
}

static inline void fetch_lines(const struct part *part, uint64_t event)
{
    const struct tables *tables = &run.tables;
    if (floor_kind_of(event) == ARRIVE) {
        const struct source *source = &part->source[floor_who_of(event)];
        __builtin_prefetch(&tables->pc[source->place * CONDITIONS + source->condition], 1);
        __builtin_prefetch(
            &tables->near[source->place * PAIRS + tables->stage[source->condition][WARD].pair]);
        return;
    }
    const struct record *record = &part->record[floor_who_of(event)];
    __builtin_prefetch(count_of(record), 1);
    __builtin_prefetch(&tables->fa[record->facility], 1);
    if (record->stage == RECOVERY)
        return;
    __builtin_prefetch(ward_of(record), 1);
    if (record->stage == WARD && floor_kind_of(event) == TRANSFER) {
        __builtin_prefetch(&tables->classes[record->place], 1);
        __builtin_prefetch(&tables->classes[record->place].wait[48], 1);
    }
}

/* The luck of those events ahead that begin a stage is drawn eight at a time. */
struct ahead {
    struct rng_words luck[SLOTS];
    struct rng_asked asked;
    size_t number[RNG_BATCH], count;
};

static void draw_ahead(struct ahead *ahead)
{
    struct rng_words words[RNG_BATCH];
    rng_draw_asked(&run.tables.rng, &ahead->asked, words);
    for (size_t i = 0; i < ahead->count; i++)
        ahead->luck[ahead->number[i] % SLOTS] = words[i];
    ahead->count = 0;
}

static inline void ask_ahead(struct ahead *ahead, const struct part *part, uint64_t event, size_t number)
{
    if (floor_kind_of(event) == ARRIVE || floor_kind_of(event) == RENEGE)
        return;
    const struct record *record = &part->record[floor_who_of(event)];
    const bool comes = floor_kind_of(event) == TRANSFER;
    if (!comes && (record->stage == RECOVERY || record->next != RECOVERY))
        return;
    ahead->number[ahead->count] = number;
    rng_ask(&ahead->asked, ahead->count++, (struct rng_identity){record->hash, record->ordinal},
            (struct rng_purpose){.quantity = DRAW_STAGE, .stage = comes ? record->stage : RECOVERY});
    if (ahead->count == RNG_BATCH)
        draw_ahead(ahead);
}

static inline void handle(struct part *part, uint64_t event, const struct ahead *ahead, size_t slot)
{
    const int64_t now_us = run.hour_us + floor_offset_us(event);
    const uint32_t who = floor_who_of(event);
    run.events++;
    switch (floor_kind_of(event)) {
    case ARRIVE:
        arrive(part, who, now_us);
        break;
    case TRANSFER:
        transfer(part, who, ahead->luck[slot], now_us);
        break;
    case DEPART:
        depart(part, who, ahead->luck[slot], now_us);
        break;
    case RENEGE:
        renege(part, who, now_us);
        break;
    }
}

/* One of those that were scheduled in the open hour; nothing has been drawn for it. */
static void handle_late(struct part *part, uint64_t event)
{
    static struct ahead none;
    const struct record *record = &part->record[floor_who_of(event)];
    if (floor_kind_of(event) == DEPART && record->stage != RECOVERY && record->next == RECOVERY)
        none.luck[0] = draw(record, RECOVERY);
    handle(part, event, &none, 0);
}

static void run_hour(struct part *part)
{
    static struct ahead ahead;
    gather_arrivals(part, run.hour_us + FLOOR_HOUR_US);
    struct floor_calendar *calendar = &part->calendar;
    const size_t count = floor_calendar_sort(calendar);
    const uint64_t *sorted = calendar->sorted;
    for (size_t i = 0; i < AHEAD && i < count; i++)
        fetch_first(part, sorted[i]);
    for (size_t i = 0; i < LINES && i < count; i++)
        fetch_lines(part, sorted[i]);
    for (size_t i = 0; i < LUCK && i < count; i++)
        ask_ahead(&ahead, part, sorted[i], i);
    for (size_t i = 0; i < count; i++) {
        while (calendar->pending > 0 && calendar->heap[0] < sorted[i])
            handle_late(part, floor_calendar_pop(calendar));
        if (i + AHEAD < count)
            fetch_first(part, sorted[i + AHEAD]);
        if (i + LINES < count)
            fetch_lines(part, sorted[i + LINES]);
        if (i + LUCK < count)
            ask_ahead(&ahead, part, sorted[i + LUCK], i + LUCK);
        if (ahead.count > 0 && ahead.number[0] == i)
            draw_ahead(&ahead);
        handle(part, sorted[i], &ahead, i % SLOTS);
    }
    while (calendar->pending > 0)
        handle_late(part, floor_calendar_pop(calendar));
}

static void run_step(int64_t from_us, int64_t end_us)
{
    run.from_us = from_us;
    run.end_us = end_us;
    floor_begin_step(&run.tables, end_us - from_us);
    for (run.hour_us = from_us; run.hour_us < end_us; run.hour_us += FLOOR_HOUR_US) {
        for (size_t p = 0; p < PARTS; p++)
            run.part[p].calendar.open = (size_t)(run.hour_us / FLOOR_HOUR_US);
        for (size_t p = 0; p < PARTS; p++)
            run_hour(&run.part[p]);
    }
}

static double user_ns(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return 1e9 * (double)usage.ru_utime.tv_sec + 1e3 * (double)usage.ru_utime.tv_usec;
}

static void init_parts(void)
{
    struct tables *tables = &run.tables;
    for (size_t p = 0; p < PARTS; p++) {
        struct part *part = &run.part[p];
        floor_calendar_init(&part->calendar, (size_t)(tables->end_us / FLOOR_HOUR_US));
        part->source = tables->source[p];
        part->sources = tables->sources[p];
        part->next_us = floor_room(part->sources, sizeof *part->next_us);
        part->due = floor_room(part->sources, sizeof *part->due);
        for (size_t s = 0; s < part->sources; s++)
            part->next_us[s] = floor_gap(tables, &part->source[s]);
    }
}

int main(int argc, char **argv)
{
    struct err err = ERR_INIT;
    if (argc != 2) {
        fputs("usage: floor_country SCENARIO\n", stderr);
        return 2;
    }
    if (floor_tables_init(&run.tables, argv[1], &err) != 0) {
        fprintf(stderr, "floor_country: %s\n", err.text[0]);
        return EXIT_FAILURE;
    }
    init_parts();
    const double begun_ns = user_ns();
    run_step(0, run.tables.warmup_us);
    floor_end_warmup(&run.tables);
    run_step(run.tables.warmup_us, run.tables.end_us);
    printf("ns_per_event %.2f\nevents %" PRIu64 "\n", (user_ns() - begun_ns) / (double)run.events,
           run.events);
    floor_print(&run.tables);
    return 0;
}
