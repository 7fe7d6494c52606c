#include "cli/compare_patients.h"

#include <stdlib.h>

static int init_world(struct patients_kept *kept, size_t world, uint32_t replications, struct err *err)
{
    kept->file[world] = fate_file_new(replications, err);
    if (kept->file[world] == NULL)
        return -1;
    kept->placebo[world] = fate_file_new(replications, err);
    kept->absent[world] = mem_zeroed(replications, sizeof **kept->absent, err);
    return kept->placebo[world] == NULL || kept->absent[world] == NULL ? -1 : 0;
}

int patients_kept_init(struct patients_kept *kept, size_t worlds, uint32_t replications, struct err *err)
{
    *kept = (struct patients_kept){.worlds = worlds};
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

void patients_kept_free(struct patients_kept *kept)
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
    *kept = (struct patients_kept){.worlds = 0};
}

int patients_kept_placebo(struct patients_kept *kept, size_t world, const struct scenario *scenario,
                          const struct replicate_options *how, uint64_t *events, struct err *err)
{
    const uint64_t seed = strtoull(scenario->run.seed, NULL, 10);
    for (uint32_t r = 0; r < (uint32_t)scenario->run.replications; r++)
        if (joint_pick(kept->file[world], seed, r, &kept->absent[world][r], err) != 0)
            return -1;
    struct replicate_options again = *how;
    again.from = NULL;
    again.save = NULL;
    again.fates = kept->placebo[world];
    again.leave_out = kept->absent[world];
    struct run_file *run = replicate_run(scenario, NULL, &again, events, err);
    run_file_free(run);
    return run == NULL ? -1 : 0;
}

int patients_kept_join(struct patients_kept *kept, const char *const *labels, struct err *err)
{
    return people_init(&kept->people, labels, kept->file, kept->placebo, kept->absent, kept->worlds, err);
}
