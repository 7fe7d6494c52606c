#include <stdio.h>
#include <stdlib.h>

#include "cli/cli.h"
#include "study/json_out.h"
#include "study/sweep_folder.h"

static const struct argp_option accepted[] = {CLI_OPTION_JSON, {0}};

static const char doc[] =
    "Tells how far a sweep is, whether it is under way or not: which shards of how many are there. 'merge' looks "
    "into them."
    "\v"
    "EXAMPLE\n"
    "  counterpart status small.sweep";

static int print_text(const struct sweep_folder *folder, size_t present, size_t tasks)
{
    const char *title = result_text(&folder->plan, "title");
    printf("%s%s%s\n%zu scenarios, %zu points, %zu replications: %zu tasks in %zu shards\n", folder->path,
           title != NULL && title[0] != '\0' ? ": " : "", title != NULL ? title : "", folder->scenarios,
           folder->points, folder->replications, folder->tasks, folder->shards);
    printf("%zu shards are there (%.1f%% of the tasks), %zu are missing\n", present,
           100 * (double)tasks / (double)folder->tasks, folder->shards - present);
    return 0;
}

static int print_json(const struct sweep_folder *folder, size_t present, size_t tasks, struct err *err)
{
    json_t *document = json_object();
    int broken = json_out_set(document, "title", json_out_text(result_text(&folder->plan, "title")));
    broken |= json_out_set(document, "points", json_integer((json_int_t)folder->points));
    broken |= json_out_set(document, "replications", json_integer((json_int_t)folder->replications));
    broken |= json_out_set(document, "tasks", json_integer((json_int_t)folder->tasks));
    broken |= json_out_set(document, "tasks_present", json_integer((json_int_t)tasks));
    broken |= json_out_set(document, "shards", json_integer((json_int_t)folder->shards));
    broken |= json_out_set(document, "shards_present", json_integer((json_int_t)present));
    char *text = json_out_dump(document, broken, err);
    if (text == NULL)
        return -1;
    fputs(text, stdout);
    free(text);
    return 0;
}

int command_status(int argc, char **argv)
{
    struct err err = ERR_INIT;
    struct cli_options options;
    struct sweep_folder folder = {.path = NULL};
    int status = EXIT_FAILED;
    if (cli_parse(&options, accepted, "FOLDER", doc, 1, 1, argc, argv, &err) == 0 &&
        sweep_folder_open(&folder, options.paths[0], &err) == 0) {
        size_t tasks = 0;
        const size_t present = sweep_folder_present(&folder, &tasks);
        const int printed = options.json ? print_json(&folder, present, tasks, &err)
                                         : print_text(&folder, present, tasks);
        status = printed == 0 ? EXIT_DONE : EXIT_FAILED;
    }
    cli_complain(&err, status);
    sweep_folder_free(&folder);
    cli_options_free(&options);
    return status;
}
