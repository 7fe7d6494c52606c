/* The small world of the unit tests on several threads, for tools that look for data races. Not a program of
 * the test framework, under which they do not start.
 * usage: race [shares | stop]
 * shares: the world itself breaks the rules, which a tool must see; stop: another thread stops the run. */

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "tests/unit/walk.h"

static int run(struct world *world, unsigned partitions, unsigned threads, bool shares, struct err *err)
{
    if (world_open(world, partitions, threads, HOUR_US, 600 * SECOND_US, err) != 0)
        return -1;
    world->shares = shares;
    /* In pieces, so that the threads sleep and wake as well. */
    for (int64_t until_us = DAY_US; until_us <= 4 * DAY_US; until_us += DAY_US)
        if (engine_run(world->engine, until_us, err) != 0)
            return -1;
    return world_check(world, err);
}

static int compare(const struct world *alone, unsigned threads, bool shares, struct err *err)
{
    static struct world together;
    int answer = run(&together, 7, threads, shares, err);
    if (answer == 0 && !world_is_same(alone, &together))
        answer = err_fail(err, "%u threads show", threads);
    world_close(&together);
    return answer;
}

static void *stop_it(void *data)
{
    engine_stop(((struct world *)data)->engine, "wanted elsewhere");
    return NULL;
}

/* The run may be over before. */
static int stop_on_the_way(struct err *err)
{
    static struct world world;
    struct err reason = ERR_INIT;
    pthread_t other;
    int answer = world_open(&world, 7, 4, HOUR_US, 0, err);
    if (answer == 0 && pthread_create(&other, NULL, stop_it, &world) != 0)
        answer = err_fail(err, "no thread to be had");
    if (answer == 0) {
        const bool stopped = engine_run(world.engine, 8 * DAY_US, &reason) != 0;
        pthread_join(other, NULL);
        if (stopped && strcmp(reason.text[0], "wanted elsewhere") != 0)
            answer = err_fail(err, "stopped for another reason: %s", reason.text[0]);
    }
    world_close(&world);
    return answer;
}

int main(int argc, char **argv)
{
    static struct world alone;
    struct err err = ERR_INIT;
    const bool shares = argc > 1 && strcmp(argv[1], "shares") == 0;
    int answer = run(&alone, 1, 1, false, &err);
    for (unsigned threads = 2; threads <= 4 && answer == 0; threads += 2)
        answer = compare(&alone, threads, shares, &err);
    if (answer == 0 && argc > 1 && strcmp(argv[1], "stop") == 0)
        answer = stop_on_the_way(&err);
    if (answer == 0)
        printf("%llu events on 1, 2 and 4 threads\n", (unsigned long long)engine_events(alone.engine));
    else
        fprintf(stderr, "race: %s\n", err.text[0]);
    world_close(&alone);
    return answer == 0 ? 0 : 1;
}
