#include "cli/until.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "study/text.h"
#include "study/until.h"

enum { DEFAULT_LIMIT = 1000 };

uint32_t until_limit(const struct cli_options *options)
{
    return options->limit > 0 ? options->limit : DEFAULT_LIMIT;
}

static int parse_all(struct until *wishes, const struct cli_options *options, struct err *err)
{
    for (size_t i = 0; i < options->until_count; i++)
        if (until_parse(&wishes[i], options->untils[i], err) != 0)
            return -1;
    return 0;
}

/* A wrong name is found after one replication of each world. */
static int find_all(const struct until *wishes, const struct until_job *job, const struct run_view *views,
                    struct err *err)
{
    size_t metric = 0;
    for (size_t i = 0; i < job->options->until_count; i++)
        for (size_t w = 0; w < job->worlds; w++)
            if (until_find(&wishes[i], &views[w], &metric, err) != 0)
                return -1;
    return 0;
}

/* -1 on failure, otherwise how many are not met yet; told: prints what is missing. */
static int count_missing(const struct until *wishes, const struct until_job *job,
                         const struct run_view *views, bool told, struct err *err)
{
    int missing = 0;
    for (size_t i = 0; i < job->options->until_count; i++) {
        struct until_state state;
        if (until_look(&wishes[i], views, job->worlds, &state, err) != 0)
            return -1;
        missing += !state.reached;
        if (told && !state.reached)
            fprintf(stderr,
                    "counterpart: %s is not reached: after %zu replications it is +-%.3g%s; raise --limit\n",
                    wishes[i].text, views[0].replications, state.half * (wishes[i].relative ? 100 : 1),
                    wishes[i].relative ? "%" : "");
    }
    return missing;
}

int until_run(const struct until_job *job, uint32_t *replications, bool *reached, struct err *err)
{
    const uint32_t limit = until_limit(job->options);
    const struct run_view *views = NULL;
    int missing = -1;
    struct until *wishes = mem_zeroed(job->options->until_count, sizeof *wishes, err);
    int status = wishes == NULL ? EXIT_FAILED : 0;
    if (status == 0 && parse_all(wishes, job->options, err) != 0)
        status = EXIT_WRONG;
    if (status == 0 && job->run(job->data, 1, &views, err) != 0)
        status = EXIT_FAILED;
    if (status == 0 && find_all(wishes, job, views, err) != 0)
        status = EXIT_WRONG;
    uint32_t to = job->first > UNTIL_FIRST ? job->first : UNTIL_FIRST;
    to = to < limit ? to : limit;
    while (status == 0) {
        missing = job->run(job->data, to, &views, err) == 0
                      ? count_missing(wishes, job, views, to == limit, err)
                      : -1;
        *replications = to;
        if (missing < 0)
            status = EXIT_FAILED;
        if (missing <= 0 || to == limit)
            break;
        to = until_next(to, limit);
    }
    *reached = missing == 0;
    free(wishes);
    return status;
}

int until_settle(struct run_file *run, const char *path, const struct cli_options *options,
                 uint32_t replications, struct err *err)
{
    struct scenario scenario = {0};
    static const char key[] = "scenario.replications=";
    char number[48];
    snprintf(number, sizeof number, "%s%" PRIu32, key, replications);
    const char **sets = mem_zeroed(options->set_count + 1, sizeof *sets, err);
    if (sets == NULL)
        return -1;
    size_t count = 0;
    for (size_t i = 0; i < options->set_count; i++)
        if (strncmp(options->sets[i], key, strlen(key)) != 0) /* the scenario notes what was set */
            sets[count++] = options->sets[i];
    sets[count++] = number;
    int answer = scenario_load(&scenario, path, sets, count, err);
    if (answer == 0)
        answer = run_file_rename(run, &scenario, err);
    scenario_free(&scenario);
    free(sets);
    return answer;
}
