/* A world of the model on several threads, for tools that look for data races: facilities that ask and answer
 * across partitions, by the notice board. Not a program of the test framework, under which they do not start.
 * usage: race_world SCENARIO [FOLDER]
 * FOLDER: what happens to every patient is kept there, in a file without a name. */

#include <stdio.h>
#include <string.h>

#include "models/scenario.h"
#include "models/world.h"
#include "sim/checksum.h"

enum { METRICS = 30 };

/* What a run is known by. */
struct outcome {
    uint64_t events, fates;
    size_t people;
    double metric[METRICS];
};

/* Of what happened to everybody. */
static void sum_fates(const struct world *world, struct outcome *outcome)
{
    uint64_t code = 0;
    for (size_t s = 0; s < world_streams(world); s++) {
        const size_t count = world_stream(world, s).count;
        for (size_t i = 0; i < count; i++) {
            world_fates(world, s, i, 1, &code);
            outcome->fates = checksum_add(outcome->fates, &code, sizeof code);
        }
        outcome->people += count;
    }
}

static int run(const struct scenario *scenario, const char *folder, unsigned threads, struct outcome *outcome,
               struct err *err)
{
    struct world *world = world_new(scenario, 0, err);
    int answer = world == NULL ? -1 : 0;
    *outcome = (struct outcome){.events = 0};
    if (answer == 0)
        answer = world_trace(world, err);
    if (answer == 0 && folder != NULL)
        answer = world_keep_fates(world, folder, err);
    if (answer == 0)
        answer = world_set_threads(world, threads, err);
    if (answer == 0)
        answer = world_run(world, NULL, NULL, err);
    if (answer == 0) {
        const struct metric *metrics = NULL;
        const size_t have = world_metrics(world, &metrics);
        for (size_t i = 0; i < METRICS && i < have; i++)
            outcome->metric[i] = metrics[i].value;
        outcome->events = world_events(world);
        if (folder != NULL)
            sum_fates(world, outcome);
    }
    world_free(world);
    return answer;
}

int main(int argc, char **argv)
{
    struct err err = ERR_INIT;
    struct scenario scenario;
    struct outcome alone, together;
    const char *folder = argc > 2 ? argv[2] : NULL;
    if (argc != 2 && argc != 3)
        return 2;
    int answer = scenario_load(&scenario, argv[1], NULL, 0, &err);
    if (answer == 0) {
        scenario.run.partitions = PARTITIONS_PLACE;
        scenario.run.length = (struct key_span){.us = INT64_C(40) * 86400000000};
        answer = run(&scenario, folder, 1, &alone, &err);
        if (answer == 0 && folder != NULL && alone.people == 0)
            answer = err_fail(&err, "nothing is kept of anybody");
    }
    for (unsigned threads = 2; threads <= 4 && answer == 0; threads += 2) {
        answer = run(&scenario, folder, threads, &together, &err);
        if (answer == 0 && (alone.events != together.events || alone.fates != together.fates ||
                            alone.people != together.people ||
                            memcmp(alone.metric, together.metric, sizeof alone.metric) != 0))
            answer = err_fail(&err, "%u threads show", threads);
    }
    if (answer == 0)
        printf("%llu events and %zu fates on 1, 2 and 4 threads\n", (unsigned long long)alone.events,
               alone.people);
    else
        fprintf(stderr, "race_world: %s\n", err.text[0]);
    scenario_free(&scenario);
    return answer == 0 ? 0 : 1;
}
