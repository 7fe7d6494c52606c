#include "study/run_flows.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "models/ledger.h"
#include "models/ledger_fields.h"
#include "models/world.h"
#include "study/result_add.h"

int run_flows_init(struct run_flows *flows, uint32_t replications, struct err *err)
{
    *flows = (struct run_flows){.replications = replications};
    flows->of = mem_zeroed(replications, sizeof *flows->of, err);
    return flows->of == NULL ? -1 : 0;
}

void run_flows_free(struct run_flows *flows)
{
    for (uint32_t r = 0; flows->of != NULL && r < flows->replications; r++)
        free(flows->of[r].flow);
    free(flows->of);
    free(flows->pair);
    free(flows->values);
    *flows = (struct run_flows){.of = NULL};
}

int run_flows_take(struct run_flows *flows, const struct world *world, uint32_t replication, struct err *err)
{
    const struct world_flow *counted = NULL;
    const size_t count = world_flows(world, &counted);
    struct world_flow *copy = mem_zeroed(count, sizeof *copy, err);
    if (copy == NULL)
        return -1;
    if (count > 0)
        memcpy(copy, counted, count * sizeof *copy);
    free(flows->of[replication].flow);
    flows->of[replication] = (struct run_flows_list){copy, count};
    return 0;
}

void run_flows_drop(struct run_flows *flows, uint32_t replication)
{
    free(flows->of[replication].flow);
    flows->of[replication] = (struct run_flows_list){NULL, 0};
}

static int by_pair(const void *a, const void *b)
{
    const struct run_flows_pair *left = a, *right = b;
    if (left->place != right->place)
        return left->place < right->place ? -1 : 1;
    return left->facility < right->facility ? -1 : left->facility > right->facility;
}

/* Sorts them and leaves each once. */
static void sort_pairs(struct run_flows *flows)
{
    size_t kept = 0;
    if (flows->pairs > 0)
        qsort(flows->pair, flows->pairs, sizeof *flows->pair, by_pair);
    for (size_t i = 0; i < flows->pairs; i++)
        if (kept == 0 || by_pair(&flows->pair[kept - 1], &flows->pair[i]) != 0)
            flows->pair[kept++] = flows->pair[i];
    flows->pairs = kept;
}

/* Finds the pairs of the first so many replications. */
static int lay_out(struct run_flows *flows, uint32_t replications, struct err *err)
{
    size_t capacity = 0;
    free(flows->pair);
    flows->pair = NULL;
    flows->pairs = 0;
    for (uint32_t r = 0; r < replications; r++) {
        const struct run_flows_list *list = &flows->of[r];
        struct run_flows_pair *grown =
            mem_grow(flows->pair, &capacity, flows->pairs + list->count + 1, sizeof *grown, err);
        if (grown == NULL)
            return -1;
        flows->pair = grown;
        for (size_t i = 0; i < list->count; i++)
            flows->pair[flows->pairs++] =
                (struct run_flows_pair){list->flow[i].place, list->flow[i].facility};
        sort_pairs(flows);
    }
    return 0;
}

/* Adds the numbers of those replications to values[replication][step][pair], which are zero. */
static void fill(const struct run_flows *flows, uint32_t replications, size_t steps, int64_t *values)
{
    for (uint32_t r = 0; r < replications && flows->pairs > 0; r++) {
        const struct run_flows_list *list = &flows->of[r];
        for (size_t i = 0; i < list->count; i++) {
            const struct run_flows_pair wanted = {list->flow[i].place, list->flow[i].facility};
            const struct run_flows_pair *found =
                bsearch(&wanted, flows->pair, flows->pairs, sizeof wanted, by_pair);
            if (found != NULL && list->flow[i].step < steps)
                values[(r * steps + list->flow[i].step) * flows->pairs + (size_t)(found - flows->pair)] +=
                    list->flow[i].treated;
        }
    }
}

/* ---- in a result ---- */

static const struct field_row *flow_row(void)
{
    size_t field = 0;
    while (ledger_fields[field].group != GROUP_PLACE_FACILITY)
        field++;
    return &ledger_fields[field];
}

/* The ids of either end, and the numbers of the flows, by flow. */
static int name_flows(const struct run_flows *flows, const struct result *result, const char **ends[2],
                      int64_t **numbers, struct arena *arena, struct err *err)
{
    const char *const *places = result_find_dimension(result, "place")->values;
    const char *const *facilities = result_find_dimension(result, "facility")->values;
    *numbers = arena_zeroed(arena, flows->pairs, sizeof **numbers, err);
    for (size_t end = 0; end < 2; end++)
        ends[end] = arena_zeroed(arena, flows->pairs, sizeof **ends, err);
    if (*numbers == NULL || ends[0] == NULL || ends[1] == NULL)
        return -1;
    for (size_t i = 0; i < flows->pairs; i++) {
        (*numbers)[i] = (int64_t)i;
        ends[0][i] = places[flows->pair[i].place];
        ends[1][i] = facilities[flows->pair[i].facility];
    }
    return 0;
}

static void add_end(struct result *result, size_t dim, const char *name, const char *long_name,
                    const char **ids)
{
    result_add_variable(result, (struct result_variable){.name = name,
                                                         .long_name = long_name,
                                                         .type = RESULT_TEXT,
                                                         .rank = 1,
                                                         .dims = {dim},
                                                         .values = ids});
}

static int count_flows(struct run_flows *flows, uint32_t replications, size_t steps, struct err *err)
{
    size_t count = 0;
    if (__builtin_mul_overflow(flows->pairs * replications, steps, &count))
        return err_fail(err, "out of memory for who is treated where; write scenario.flows = \"no\"");
    free(flows->values);
    flows->values = mem_zeroed(count, sizeof *flows->values, err);
    if (flows->values == NULL)
        return -1;
    fill(flows, replications, steps, flows->values);
    return 0;
}

int run_flows_add(struct run_flows *flows, struct result *result, uint32_t replications, struct arena *arena,
                  struct err *err)
{
    static const struct result_attribute adding_up = {
        .name = "cell_methods", .type = RESULT_TEXT, .text = "time: sum"};
    const struct field_row *row = flow_row();
    const struct result_dimension *time = result_find_dimension(result, "time");
    const char **ends[2];
    int64_t *numbers = NULL;
    if (lay_out(flows, replications, err) != 0)
        return -1;
    if (flows->pairs == 0 || time == NULL)
        return 0;
    if (count_flows(flows, replications, time->size, err) != 0 ||
        name_flows(flows, result, ends, &numbers, arena, err) != 0)
        return -1;
    const size_t dim =
        result_add_dimension(result, (struct result_dimension){.name = RUN_FLOWS_DIMENSION,
                                                               .long_name = "pair of place and facility",
                                                               .units = "1",
                                                               .size = flows->pairs,
                                                               .type = RESULT_INT64,
                                                               .values = numbers});
    add_end(result, dim, "flow_place", "code of the place where the patients live", ends[0]);
    add_end(result, dim, "flow_facility", "id of the facility where they are treated", ends[1]);
    result_add_variable(result, (struct result_variable){.name = row->name,
                                                         .long_name = row->long_name,
                                                         .units = row->unit,
                                                         .type = RESULT_INT64,
                                                         .attributes = &adding_up,
                                                         .attribute_count = 1,
                                                         .rank = 3,
                                                         .dims = {result_add_find(result, "replication"),
                                                                  result_add_find(result, "time"), dim},
                                                         .values = flows->values});
    return 0;
}

/* Where the labels of one end stand in a dimension; -1 when one is not there. */
static int find_labels(uint32_t *found, const struct result_variable *labels, size_t count,
                       const struct result_dimension *in)
{
    const char *const *wanted = labels->values, *const *there = in->values;
    size_t at = 0;
    for (size_t i = 0; i < count; i++) {
        size_t tried = 0;
        for (; tried < in->size && strcmp(there[at], wanted[i]) != 0; tried++)
            at = (at + 1) % in->size;
        if (tried == in->size)
            return -1;
        found[i] = (uint32_t)at;
    }
    return 0;
}

static bool is_text_over(const struct result_variable *variable, size_t dim)
{
    return variable != NULL && variable->type == RESULT_TEXT && variable->rank == 1 &&
           variable->dims[0] == dim;
}

/* Every pair of the result is met by each of its replications, be it with nobody. */
static int read_replication(struct run_flows_list *list, const int64_t *values, size_t steps, size_t pairs,
                            const uint32_t *place, const uint32_t *facility, struct err *err)
{
    struct world_flow *flow = mem_zeroed(steps * pairs, sizeof *flow, err);
    if (flow == NULL)
        return -1;
    size_t count = 0;
    for (size_t step = 0; step < steps; step++)
        for (size_t i = 0; i < pairs; i++)
            if (step == 0 || values[step * pairs + i] != 0)
                flow[count++] = (struct world_flow){.step = (uint32_t)step,
                                                    .place = place[i],
                                                    .facility = facility[i],
                                                    .treated = values[step * pairs + i]};
    free(list->flow);
    *list = (struct run_flows_list){flow, count};
    return 0;
}

int run_flows_read(struct run_flows *flows, const struct result *from, const size_t *positions,
                   const struct result *as, struct err *err)
{
    const size_t dim = result_add_find(from, RUN_FLOWS_DIMENSION), time = result_add_find(from, "time"),
                 replication = result_add_find(from, "replication");
    const struct result_variable *places = result_find(from, "flow_place"),
                                 *facilities = result_find(from, "flow_facility"),
                                 *counts = result_find(from, flow_row()->name);
    const struct result_dimension *all_places = result_find_dimension(as, "place"),
                                  *all_facilities = result_find_dimension(as, "facility");
    if (dim == SIZE_MAX)
        return 0;
    if (time == SIZE_MAX || replication == SIZE_MAX || !is_text_over(places, dim) ||
        !is_text_over(facilities, dim) || counts == NULL || counts->type != RESULT_INT64 ||
        counts->rank != 3 || counts->dims[0] != replication || counts->dims[1] != time ||
        counts->dims[2] != dim || all_places == NULL || all_facilities == NULL)
        return err_fail(err, "who is treated where is not told as expected");
    const size_t pairs = from->dimensions[dim].size, steps = from->dimensions[time].size;
    uint32_t *place = mem_zeroed(pairs, sizeof *place, err),
             *facility = mem_zeroed(pairs, sizeof *place, err);
    int answer = place == NULL || facility == NULL ? -1 : 0;
    if (answer == 0 && (find_labels(place, places, pairs, all_places) != 0 ||
                        find_labels(facility, facilities, pairs, all_facilities) != 0))
        answer = err_fail(err, "who is treated where names a place or facility that there is not");
    for (size_t r = 0; answer == 0 && r < from->dimensions[replication].size; r++)
        answer =
            read_replication(&flows->of[positions[r]], (const int64_t *)counts->values + r * steps * pairs,
                             steps, pairs, place, facility, err);
    free(place);
    free(facility);
    return answer;
}
