#include "study/run_flows.h"

#include <stdlib.h>
#include <string.h>

#include "models/world.h"
#include "sim/mem.h"

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

int run_flows_lay_out(struct run_flows *flows, uint32_t replications, struct err *err)
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

void run_flows_fill(const struct run_flows *flows, uint32_t replications, size_t steps, int64_t *values)
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
