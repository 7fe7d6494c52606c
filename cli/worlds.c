#include "cli/worlds.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/progress.h"
#include "cli/until.h"
#include "models/world.h"
#include "study/branch.h"
#include "study/compare.h"
#include "study/replicate.h"
#include "study/text.h"

void worlds_free(struct worlds *worlds)
{
    for (size_t i = 0; worlds->items != NULL && i < worlds->count; i++) {
        run_file_free(worlds->items[i].run);
        result_free(&worlds->items[i].read);
        scenario_free(&worlds->items[i].scenario);
    }
    saved_run_free(worlds->shared);
    kept_free(&worlds->kept);
    free(worlds->items);
    free(worlds->views);
    *worlds = (struct worlds){.count = 0};
}

/* States that are kept for other worlds; what does not fit is run from the start. */
#define SHARED_BYTES ((size_t)1 << 30)

/* Finds until when this world is as the first one, and has that one keep its state at the earliest such time.
 */
static int find_branch(struct worlds *worlds, struct world *base, size_t i, const struct world *world,
                       struct err *err)
{
    struct worlds_entry *entry = &worlds->items[i];
    entry->branch_us = branch_time(base, world, err);
    if (entry->branch_us < 0)
        return -1;
    if (entry->branch_us == BRANCH_NEVER ||
        (worlds->shared != NULL && saved_run_at_us(worlds->shared) <= entry->branch_us))
        return 0;
    saved_run_free(worlds->shared);
    worlds->shared = saved_run_new(base, entry->branch_us, worlds->room, err);
    if (worlds->shared != NULL)
        saved_run_keep_what_fits(worlds->shared, SHARED_BYTES);
    return worlds->shared == NULL ? -1 : 0;
}

static int read_entry(struct worlds *worlds, size_t i, struct err *err)
{
    struct worlds_entry *entry = &worlds->items[i];
    if (worlds->options->patients) {
        (void)err_fail(err,
                       "%s: a result file does not hold what happened to each patient; name the scenario",
                       worlds->options->paths[i]);
        return EXIT_WRONG;
    }
    if (result_read(worlds->options->paths[i], &entry->read, err) != 0 ||
        run_view_of(&worlds->views[i], &entry->read, err) != 0)
        return EXIT_FAILED;
    entry->result = &entry->read;
    return 0;
}

/* *base: the world of the first scenario, which the caller frees. */
static int load_entry(struct worlds *worlds, struct world **base, size_t i, uint32_t most, struct err *err)
{
    struct worlds_entry *entry = &worlds->items[i];
    struct world *world = NULL;
    int status = cli_load(&entry->scenario, &world, worlds->options->paths[i], worlds->options);
    if (status != 0)
        return status;
    worlds->runs++;
    worlds->views[i].seed = entry->scenario.run.seed;
    worlds->views[i].replications = (size_t)entry->scenario.run.replications;
    if (*base == NULL) {
        worlds->room = most > 0 ? most : (uint32_t)entry->scenario.run.replications;
        *base = world;
        return 0;
    }
    status = find_branch(worlds, *base, i, world, err) == 0 ? 0 : EXIT_FAILED;
    world_free(world);
    return status;
}

int worlds_load(struct worlds *worlds, const struct cli_options *options, uint32_t most, struct err *err)
{
    *worlds = (struct worlds){.options = options, .count = options->path_count};
    worlds->items = mem_zeroed(worlds->count, sizeof *worlds->items, err);
    worlds->views = mem_zeroed(worlds->count, sizeof *worlds->views, err);
    if (worlds->items == NULL || worlds->views == NULL)
        return EXIT_FAILED;
    struct world *base = NULL;
    int status = 0;
    for (size_t i = 0; status == 0 && i < worlds->count; i++)
        status = cli_is_result(options->paths[i]) ? read_entry(worlds, i, err)
                                                  : load_entry(worlds, &base, i, most, err);
    world_free(base);
    if (status != 0)
        return status;
    if (compare_check(worlds->views, options->paths, worlds->count, err) != 0)
        return EXIT_WRONG;
    if (options->patients && kept_init(&worlds->kept, worlds->count, worlds->room, err) != 0)
        return EXIT_FAILED;
    return 0;
}

static int run_entry(struct worlds *worlds, size_t i, uint32_t to, const struct replicate_options *how,
                     struct err *err)
{
    struct worlds_entry *entry = &worlds->items[i];
    if (entry->run == NULL) {
        entry->run = run_file_new(&entry->scenario, worlds->room, err);
        if (entry->run == NULL)
            return -1;
        if (worlds->metrics_only)
            run_file_keep_metrics_only(entry->run);
    }
    if (entry->done < to &&
        replicate_more(entry->run, &entry->scenario, NULL, entry->done, to, how, &worlds->events, err) != 0)
        return -1;
    entry->done = to;
    run_file_cut(entry->run, to);
    entry->result = run_file_result(entry->run, err);
    return entry->result == NULL ? -1 : run_view_of(&worlds->views[i], entry->result, err);
}

static bool is_run(const struct worlds *worlds, const bool *included, size_t i)
{
    return !cli_is_result(worlds->options->paths[i]) && (included == NULL || included[i]);
}

/* The first that is run, and those that are as it is until they branch off. */
static bool shares(const struct worlds *worlds, size_t i)
{
    for (size_t before = 0; before < i; before++)
        if (!cli_is_result(worlds->options->paths[before]))
            return worlds->items[i].branch_us != BRANCH_NEVER;
    return true;
}

int worlds_run(struct worlds *worlds, const bool *included, uint32_t to, struct err *err)
{
    size_t runs = 0, done = 0;
    uint32_t from = 0;
    for (size_t i = 0; i < worlds->count; i++)
        if (is_run(worlds, included, i)) {
            from = worlds->items[i].done;
            runs++;
        }
    if (runs == 0)
        return 0;
    struct progress_line line;
    progress_begin(&line, "", (double)runs * (double)(to - from));
    line.width = 1 / (double)runs;
    bool kept = false; /* by the first of those that share the beginning */
    int answer = 0;
    for (size_t i = 0; answer == 0 && i < worlds->count; i++) {
        if (!is_run(worlds, included, i))
            continue;
        const bool branches = worlds->shared != NULL && shares(worlds, i);
        const struct replicate_options how = {.threads = worlds->options->threads,
                                              .progress = progress_show,
                                              .data = &line,
                                              .save = branches && !kept ? worlds->shared : NULL,
                                              .from = branches && kept ? worlds->shared : NULL,
                                              .fates =
                                                  worlds->kept.file == NULL ? NULL : worlds->kept.file[i]};
        kept |= branches;
        line.what = text_base_name(worlds->options->paths[i]);
        line.from = (double)done++ * line.width;
        answer = run_entry(worlds, i, to, &how, err);
    }
    if (worlds->shared != NULL)
        saved_run_forget(worlds->shared);
    progress_end(&line);
    return answer;
}

int worlds_settle(struct worlds *worlds, uint32_t replications, struct err *err)
{
    for (size_t i = 0; i < worlds->count; i++) {
        struct worlds_entry *entry = &worlds->items[i];
        if (entry->run == NULL)
            continue;
        if (until_settle(entry->run, worlds->options->paths[i], worlds->options, replications, err) != 0 ||
            run_view_of(&worlds->views[i], entry->result, err) != 0)
            return -1;
    }
    return 0;
}
