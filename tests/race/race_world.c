/* A world of the model on several threads, for tools that look for data races: facilities that ask and answer
 * across partitions, by the notice board. Not a program of the test framework, under which they do not start.
 * usage: race_world SCENARIO */

#include <stdio.h>
#include <string.h>

#include "models/scenario.h"
#include "models/world.h"

static int run(const struct scenario *scenario, unsigned threads, uint64_t *events, double *metric,
               size_t count, struct err *err)
{
    struct world *world = world_new(scenario, 0, err);
    int answer = world == NULL ? -1 : 0;
    if (answer == 0)
        answer = world_trace(world, err);
    if (answer == 0)
        answer = world_set_threads(world, threads, err);
    if (answer == 0)
        answer = world_run(world, NULL, NULL, err);
    if (answer == 0) {
        const struct metric *metrics = NULL;
        const size_t have = world_metrics(world, &metrics);
        for (size_t i = 0; i < count && i < have; i++)
            metric[i] = metrics[i].value;
        *events = world_events(world);
    }
    world_free(world);
    return answer;
}

int main(int argc, char **argv)
{
    enum { METRICS = 30 };
    struct err err = ERR_INIT;
    struct scenario scenario;
    double alone[METRICS] = {0}, together[METRICS] = {0};
    uint64_t events = 0, same_events = 0;
    if (argc != 2)
        return 2;
    int answer = scenario_load(&scenario, argv[1], NULL, 0, &err);
    if (answer == 0) {
        scenario.run.partitions = PARTITIONS_PLACE;
        scenario.run.length = (struct key_span){.us = INT64_C(40) * 86400000000};
        answer = run(&scenario, 1, &events, alone, METRICS, &err);
    }
    for (unsigned threads = 2; threads <= 4 && answer == 0; threads += 2) {
        answer = run(&scenario, threads, &same_events, together, METRICS, &err);
        if (answer == 0 && (events != same_events || memcmp(alone, together, sizeof alone) != 0))
            answer = err_fail(&err, "%u threads show", threads);
    }
    if (answer == 0)
        printf("%llu events on 1, 2 and 4 threads\n", (unsigned long long)events);
    else
        fprintf(stderr, "race_world: %s\n", err.text[0]);
    scenario_free(&scenario);
    return answer == 0 ? 0 : 1;
}
