#include "study/joint.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/rng.h"

#define JOINT_NAME(name, help) #name,
#define JOINT_HELP(name, help) help,
const char *const joint_names[JOINT_COUNT] = {JOINT_FIELDS(JOINT_NAME)};
const char *const joint_help[JOINT_COUNT] = {JOINT_FIELDS(JOINT_HELP)};
const char *const joint_where[FATE_WHERES] = {
    [FATE_NOT_TREATED] = "not treated", [FATE_IN_COUNTY] = "county",    [FATE_IN_PREFECTURE] = "prefecture",
    [FATE_IN_PROVINCE] = "province",    [FATE_ELSEWHERE] = "elsewhere", [FATE_BEFORE] = "before"};

enum { BLOCK = 4096 };

/* ---- one person ---- */

static bool is_harmed(struct fate fate)
{
    return fate.outcome == FATE_COMPLICATION || fate.outcome == FATE_DEATH;
}

/* Adds what happened to one person here (`b`) and in the base (`a`). */
static void count(struct joint_counts *counts, struct fate a, struct fate b, bool touched)
{
    int64_t *of = counts->of;
    const bool dies_a = a.outcome == FATE_DEATH, dies_b = b.outcome == FATE_DEATH;
    const bool harmed_a = is_harmed(a), harmed_b = is_harmed(b);
    const bool treated_a = a.where != FATE_NOT_TREATED, treated_b = b.where != FATE_NOT_TREATED;
    const bool both = treated_a && treated_b;
    of[JOINT_patients]++;
    of[JOINT_touched] += touched;
    of[JOINT_saved] += dies_a && !dies_b;
    of[JOINT_lost] += dies_b && !dies_a;
    of[JOINT_died_in_both] += dies_a && dies_b;
    of[JOINT_spared] += harmed_a && !harmed_b;
    of[JOINT_harmed] += harmed_b && !harmed_a;
    of[JOINT_harmed_in_both] += harmed_a && harmed_b;
    of[JOINT_treatment_gained] += treated_b && !treated_a;
    of[JOINT_treatment_lost] += treated_a && !treated_b;
    of[JOINT_treated_in_both] += both;
    of[JOINT_nearer] += both && b.travel_class < a.travel_class;
    of[JOINT_farther] += both && b.travel_class > a.travel_class;
    of[JOINT_sooner] += both && b.wait_class < a.wait_class;
    of[JOINT_later] += both && b.wait_class > a.wait_class;
    of[JOINT_cheaper] += b.paid_fen < a.paid_fen;
    of[JOINT_dearer] += b.paid_fen > a.paid_fen;
    of[JOINT_paid_more_fen] += b.paid_fen - a.paid_fen;
}

static void add_counts(struct joint_counts *into, const struct joint_counts *from)
{
    for (size_t f = 0; f < JOINT_COUNT; f++)
        into->of[f] += from->of[f];
}

/* ---- which streams and groups belong together ---- */

/* Streams of both worlds by identity, and in which groups their people are counted. */
struct pairing {
    size_t *other; /* by stream of the base; SIZE_MAX: the other world has none */
    size_t *only;  /* streams of the other world alone */
    size_t only_count;
    size_t *place, *class_; /* of the base's streams, then of the others alone */
};

struct key {
    uint64_t identity;
    size_t stream;
};

static int by_identity(const void *first, const void *second)
{
    const struct key *a = first, *b = second;
    return (a->identity > b->identity) - (a->identity < b->identity);
}

static struct key *sorted_keys(const struct fate_file *file, struct err *err)
{
    const size_t count_ = fate_file_streams(file);
    struct key *keys = mem_zeroed(count_, sizeof *keys, err);
    for (size_t s = 0; keys != NULL && s < count_; s++)
        keys[s] = (struct key){fate_file_stream(file, s).identity, s};
    if (keys != NULL)
        qsort(keys, count_, sizeof *keys, by_identity);
    return keys;
}

static void pairing_free(struct pairing *pairing)
{
    free(pairing->other);
    free(pairing->only);
    free(pairing->place);
    free(pairing->class_);
}

static int match_streams(struct pairing *pairing, const struct fate_file *base, const struct fate_file *other,
                         struct err *err)
{
    const size_t of_base = fate_file_streams(base), of_other = fate_file_streams(other);
    struct key *keys = sorted_keys(other, err);
    bool *met = mem_zeroed(of_other, sizeof *met, err);
    pairing->other = mem_zeroed(of_base, sizeof *pairing->other, err);
    pairing->only = mem_zeroed(of_other, sizeof *pairing->only, err);
    const bool have = keys != NULL && met != NULL && pairing->other != NULL && pairing->only != NULL;
    for (size_t s = 0; have && s < of_base; s++) {
        const struct key wanted = {fate_file_stream(base, s).identity, 0};
        const struct key *found = bsearch(&wanted, keys, of_other, sizeof *keys, by_identity);
        pairing->other[s] = found == NULL ? SIZE_MAX : found->stream;
        if (found != NULL)
            met[found->stream] = true;
    }
    for (size_t s = 0; have && s < of_other; s++)
        if (!met[s])
            pairing->only[pairing->only_count++] = s;
    free(keys);
    free(met);
    return have ? 0 : -1;
}

/* Position of a place among those met so far; neighbours in the list are tried first. */
static size_t place_of(struct joint *joint, const char *label, size_t guess)
{
    for (size_t next = guess; next < guess + 2 && next < joint->place_count; next++)
        if (strcmp(joint->places[next].place, label) == 0)
            return next;
    for (size_t p = 0; p < joint->place_count; p++)
        if (strcmp(joint->places[p].place, label) == 0)
            return p;
    joint->places[joint->place_count].place = label;
    return joint->place_count++;
}

/* The first class of a condition; its others follow. */
static int class_of(struct joint *joint, const struct fate_stream *stream, size_t *capacity, size_t *at,
                    struct err *err)
{
    for (*at = 0; *at < joint->class_count; ++*at)
        if (strcmp(joint->classes[*at].condition, stream->condition) == 0)
            return 0;
    while (joint->class_count + stream->classes > *capacity) {
        const size_t more = 2 * *capacity + stream->classes;
        struct joint_class *grown = arena_zeroed(&joint->arena, more, sizeof *grown, err);
        if (grown == NULL)
            return -1;
        if (joint->class_count > 0)
            memcpy(grown, joint->classes, joint->class_count * sizeof *grown);
        joint->classes = grown;
        *capacity = more;
    }
    for (unsigned c = 0; c < stream->classes; c++)
        joint->classes[joint->class_count++] =
            (struct joint_class){.condition = stream->condition, .name = stream->class_names[c]};
    return 0;
}

static int find_groups(struct joint *joint, struct pairing *pairing, const struct fate_file *base,
                       const struct fate_file *other, struct err *err)
{
    const size_t of_base = fate_file_streams(base), all = of_base + pairing->only_count;
    size_t capacity = 0;
    pairing->place = mem_zeroed(all, sizeof *pairing->place, err);
    pairing->class_ = mem_zeroed(all, sizeof *pairing->class_, err);
    joint->places = arena_zeroed(&joint->arena, all, sizeof *joint->places, err);
    if (pairing->place == NULL || pairing->class_ == NULL || joint->places == NULL)
        return -1;
    for (size_t s = 0; s < all; s++) {
        const struct fate_stream stream =
            s < of_base ? fate_file_stream(base, s) : fate_file_stream(other, pairing->only[s - of_base]);
        pairing->place[s] = place_of(joint, stream.place, s == 0 ? 0 : pairing->place[s - 1]);
        if (class_of(joint, &stream, &capacity, &pairing->class_[s], err) != 0)
            return -1;
    }
    return 0;
}

/* ---- all persons ---- */

struct two {
    struct joint *joint;
    struct joint_counts *counts; /* of the replication */
    const struct joint_absent *absent;
    struct fate_reader base, other;
};

/* A stream, numbered as in the pairing; SIZE_MAX where a world does not have it. */
static int join_stream(struct two *two, size_t base, size_t other, size_t place, size_t class_,
                       unsigned classes, struct err *err)
{
    uint64_t codes[2][BLOCK];
    const uint64_t of_base = base == SIZE_MAX ? 0 : two->base.count[base];
    const uint64_t of_other = other == SIZE_MAX ? 0 : two->other.count[other];
    const uint64_t most = of_base > of_other ? of_base : of_other;
    memset(codes, 0, sizeof codes);
    for (uint64_t first = 0; first < most; first += BLOCK) {
        const size_t some = most - first < BLOCK ? (size_t)(most - first) : BLOCK;
        if ((base != SIZE_MAX && fate_reader_get(&two->base, base, first, some, codes[0], err) != 0) ||
            (other != SIZE_MAX && fate_reader_get(&two->other, other, first, some, codes[1], err) != 0))
            return -1;
        for (size_t i = 0; i < some; i++) {
            const struct fate a = fate_of(codes[0][i]), b = fate_of(codes[1][i]);
            const bool absent = two->absent != NULL && two->absent->known && two->absent->stream == base &&
                                two->absent->number == first + i;
            if ((!a.present && !b.present) || absent)
                continue;
            const unsigned severity = a.present ? a.severity : b.severity;
            struct joint_counts one = {{0}};
            count(&one, a, b, codes[0][i] != codes[1][i]);
            add_counts(two->counts, &one);
            add_counts(&two->joint->places[place].sum, &one);
            add_counts(&two->joint->classes[class_ + (severity < classes ? severity : 0)].sum, &one);
            two->joint->where[a.where][b.where]++;
        }
    }
    return 0;
}

static int join_replication(struct joint *joint, const struct pairing *pairing, const struct fate_file *base,
                            const struct fate_file *other, const struct joint_absent *absent,
                            uint32_t replication, struct err *err)
{
    const size_t of_base = fate_file_streams(base), all = of_base + pairing->only_count;
    struct two two = {.joint = joint, .counts = &joint->by_replication[replication], .absent = absent};
    int result = fate_reader_open(&two.base, base, replication, err);
    if (fate_reader_open(&two.other, other, replication, err) != 0)
        result = -1;
    for (size_t s = 0; s < all && result == 0; s++) {
        const size_t in_base = s < of_base ? s : SIZE_MAX;
        const size_t in_other = s < of_base ? pairing->other[s] : pairing->only[s - of_base];
        const unsigned classes =
            s < of_base ? fate_file_stream(base, s).classes : fate_file_stream(other, in_other).classes;
        result = join_stream(&two, in_base, in_other, pairing->place[s], pairing->class_[s], classes, err);
    }
    add_counts(&joint->sum, two.counts);
    fate_reader_close(&two.base);
    fate_reader_close(&two.other);
    return result;
}

int joint_init(struct joint *joint, size_t replications, struct err *err)
{
    *joint = (struct joint){.replications = replications};
    joint->by_replication = arena_zeroed(&joint->arena, replications, sizeof *joint->by_replication, err);
    joint->room = arena_zeroed(&joint->arena, replications, sizeof *joint->room, err);
    return joint->by_replication == NULL || joint->room == NULL ? -1 : 0;
}

int joint_of(struct joint *joint, const struct fate_file *base, const struct fate_file *other,
             size_t replications, const struct joint_absent *absent, struct err *err)
{
    struct pairing pairing = {.only_count = 0};
    int result = joint_init(joint, replications, err);
    if (result == 0)
        result = match_streams(&pairing, base, other, err);
    if (result == 0)
        result = find_groups(joint, &pairing, base, other, err);
    for (uint32_t r = 0; r < joint->replications && result == 0; r++)
        result = join_replication(joint, &pairing, base, other, absent == NULL ? NULL : &absent[r], r, err);
    pairing_free(&pairing);
    return result;
}

void joint_free(struct joint *joint)
{
    arena_free(&joint->arena);
    *joint = (struct joint){.replications = 0};
}

/* ---- bounds ---- */

struct joint_bounds joint_frechet(int64_t all, int64_t some, int64_t others)
{
    return (struct joint_bounds){.low = some + others > all ? some + others - all : 0,
                                 .high = some < others ? some : others};
}

bool joint_bounds_of(const struct joint_counts *counts, enum joint_field field, struct joint_bounds *bounds)
{
    static const struct {
        enum joint_field gone, come, both; /* in the base alone, here alone, in both */
    } rows[] = {{JOINT_saved, JOINT_lost, JOINT_died_in_both},
                {JOINT_spared, JOINT_harmed, JOINT_harmed_in_both},
                {JOINT_treatment_lost, JOINT_treatment_gained, JOINT_treated_in_both}};
    const int64_t all = counts->of[JOINT_patients];
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const int64_t in_base = counts->of[rows[i].gone] + counts->of[rows[i].both];
        const int64_t here = counts->of[rows[i].come] + counts->of[rows[i].both];
        if (field == rows[i].gone)
            *bounds = joint_frechet(all, in_base, all - here);
        else if (field == rows[i].come)
            *bounds = joint_frechet(all, here, all - in_base);
        else
            continue;
        return true;
    }
    return false;
}

bool joint_bounds_within(const struct joint *joint, enum joint_field field, struct joint_bounds *bounds)
{
    *bounds = (struct joint_bounds){0, 0};
    for (size_t c = 0; c < joint->class_count; c++) {
        struct joint_bounds one;
        if (!joint_bounds_of(&joint->classes[c].sum, field, &one))
            return false;
        bounds->low += one.low;
        bounds->high += one.high;
    }
    return joint->class_count > 0;
}

/* ---- who is left out ---- */

/* Counts those who may be picked; stops at number `until` of them. */
static int count_treated(const struct fate_reader *reader, size_t streams, uint64_t until, uint64_t *found,
                         struct joint_absent *absent, struct err *err)
{
    uint64_t codes[BLOCK];
    *found = 0;
    for (size_t s = 0; s < streams; s++)
        for (uint64_t first = 0; first < reader->count[s]; first += BLOCK) {
            const uint64_t left = reader->count[s] - first;
            const size_t some = left < BLOCK ? (size_t)left : BLOCK;
            if (fate_reader_get(reader, s, first, some, codes, err) != 0)
                return -1;
            for (size_t i = 0; i < some; i++) {
                const struct fate fate = fate_of(codes[i]);
                if (!fate.fell_ill || fate.where == FATE_NOT_TREATED || (*found)++ != until)
                    continue;
                *absent = (struct joint_absent){.stream = s, .number = first + i, .known = true};
                return 0;
            }
        }
    return 0;
}

int joint_pick(const struct fate_file *file, uint64_t seed, uint32_t replication, struct joint_absent *absent,
               struct err *err)
{
    const struct rng rng = rng_of(seed, replication);
    const uint64_t luck = rng_draw(&rng, (struct rng_identity){.stream = rng_hash("who is left out")},
                                   (struct rng_purpose){.quantity = 0})
                              .w[0];
    struct fate_reader reader;
    uint64_t found = 0;
    *absent = (struct joint_absent){.known = false};
    int result = fate_reader_open(&reader, file, replication, err);
    if (result == 0)
        result = count_treated(&reader, fate_file_streams(file), UINT64_MAX, &found, absent, err);
    if (result == 0 && found > 0)
        result = count_treated(&reader, fate_file_streams(file), luck * found >> 32, &found, absent, err);
    fate_reader_close(&reader);
    return result;
}

/* ---- over replications ---- */

struct stats joint_stats(const struct joint *joint, enum joint_field field)
{
    for (size_t r = 0; r < joint->replications; r++)
        joint->room[r] = (double)joint->by_replication[r].of[field];
    return stats_of(joint->room, joint->replications);
}

double joint_mean(const struct joint *joint, int64_t sum)
{
    return joint->replications == 0 ? NAN : (double)sum / (double)joint->replications;
}
