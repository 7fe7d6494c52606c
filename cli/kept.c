#include "cli/kept.h"

#include <stdlib.h>

#include "cli/progress.h"
#include "cli/worlds.h"
#include "study/replicate.h"

static int init_world(struct kept *kept, size_t world, uint32_t replications, struct err *err)
{
    kept->file[world] = fate_file_new(replications, err);
    if (kept->file[world] == NULL)
        return -1;
    kept->placebo[world] = fate_file_new(replications, err);
    kept->absent[world] = mem_zeroed(replications, sizeof **kept->absent, err);
    return kept->placebo[world] == NULL || kept->absent[world] == NULL ? -1 : 0;
}

int kept_init(struct kept *kept, size_t worlds, uint32_t replications, struct err *err)
{
    *kept = (struct kept){.worlds = worlds};
    kept->file = mem_zeroed(worlds, sizeof *kept->file, err);
    kept->placebo = mem_zeroed(worlds, sizeof *kept->placebo, err);
    kept->absent = mem_zeroed(worlds, sizeof *kept->absent, err);
    if (kept->file == NULL || kept->placebo == NULL || kept->absent == NULL)
        return -1;
    for (size_t w = 0; w < worlds; w++)
        if (init_world(kept, w, replications, err) != 0)
            return -1;
    return 0;
}

void kept_free(struct kept *kept)
{
    people_free(&kept->people);
    for (size_t w = 0; w < kept->worlds; w++) {
        if (kept->file != NULL)
            fate_file_free(kept->file[w]);
        if (kept->placebo != NULL)
            fate_file_free(kept->placebo[w]);
        if (kept->absent != NULL)
            free(kept->absent[w]);
    }
    free(kept->file);
    free(kept->placebo);
    free(kept->absent);
    *kept = (struct kept){.worlds = 0};
}

static int run_placebo(struct kept *kept, struct worlds *worlds, size_t world, uint32_t replications,
                       struct progress_line *line, struct err *err)
{
    const struct scenario *scenario = &worlds->items[world].scenario;
    const uint64_t seed = strtoull(scenario->run.seed, NULL, 10);
    for (uint32_t r = 0; r < replications; r++)
        if (joint_pick(kept->file[world], seed, r, &kept->absent[world][r], err) != 0)
            return -1;
    const struct replicate_options how = {.threads = worlds->options->threads,
                                          .progress = progress_show,
                                          .data = line,
                                          .fates = kept->placebo[world],
                                          .leave_out = kept->absent[world]};
    struct run_file *run = run_file_new(scenario, replications, err);
    if (run == NULL)
        return -1;
    run_file_keep_metrics_only(run);
    const int result = replicate_more(run, scenario, NULL, 0, replications, &how, &worlds->events, err);
    run_file_free(run);
    return result;
}

int kept_join(struct kept *kept, struct worlds *worlds, const char *const *labels, struct err *err)
{
    const uint32_t replications = (uint32_t)worlds->views[0].replications;
    struct progress_line line;
    int result = 0;
    progress_begin(&line, "", (double)worlds->count * replications);
    line.width = 1 / (double)worlds->count;
    line.what = "one patient left out";
    for (size_t w = 0; result == 0 && w < worlds->count; w++) {
        line.from = (double)w * line.width;
        result = run_placebo(kept, worlds, w, replications, &line, err);
    }
    progress_end(&line);
    if (result != 0)
        return -1;
    return people_init(&kept->people, labels, kept->file, kept->placebo, kept->absent, kept->worlds,
                       replications, err);
}
