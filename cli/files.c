#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "cli/cli.h"
#include "models/world.h"
#include "study/json_out.h"
#include "study/text.h"
#include "study/whole_file.h"

int cli_complain(const struct err *err, int status)
{
    for (unsigned i = 0; i < err->count && i < ERR_PROBLEMS; i++)
        fprintf(stderr, "counterpart: %s\n", err->text[i]);
    if (err->count > 1)
        fprintf(stderr, "%u problems\n", err->count);
    return status;
}

int cli_list_problems(const struct err *err)
{
    for (unsigned i = 0; i < err->count && i < ERR_PROBLEMS; i++)
        fprintf(stderr, "%s\n", err->text[i]);
    fprintf(stderr, "%u problem%s\n", err->count, err->count == 1 ? "" : "s");
    return EXIT_WRONG;
}

int cli_load(struct scenario *scenario, struct world **world, const char *path,
             const struct cli_options *options)
{
    struct err err = ERR_INIT;
    *world = NULL;
    if (scenario_load(scenario, path, options->sets, options->set_count, &err) == 0) {
        scenario->run.partitions = options->partitions;
        *world = world_new(scenario, 0, &err);
    }
    if (*world != NULL)
        return 0;
    return cli_list_problems(&err);
}

bool cli_is_result(const char *path)
{
    const char *dot = strrchr(path, '.');
    return dot != NULL && (strcmp(dot, ".h5") == 0 || strcmp(dot, ".nc") == 0);
}

int cli_check_output(const char *path, struct err *err)
{
    struct stat status;
    if (stat(path, &status) == 0 && !S_ISREG(status.st_mode))
        return err_fail(err, "%s: is not a regular file; name another file", path);
    char *probe = mem_printf(err, "%s.%ld.probe", path, (long)getpid());
    if (probe == NULL)
        return -1;
    int answer = 0;
    const int fd = open(probe, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) {
        answer = err_fail(err, "%s: cannot be written: %s; name another file", path, strerror(errno));
    } else {
        close(fd);
        unlink(probe);
    }
    free(probe);
    return answer;
}

static json_t *json_command(const struct cli_run_facts *facts)
{
    json_t *command = json_array();
    int broken = command == NULL;
    for (int i = 0; i < facts->argc; i++)
        broken |= json_array_append_new(command, json_out_text(facts->argv[i]));
    if (broken != 0) {
        json_decref(command);
        return NULL;
    }
    return command;
}

static char *facts_json(const char *path, const struct cli_run_facts *facts, struct err *err)
{
    char host[256] = "", finished[32] = "";
    struct tm tm;
    const time_t now = time(NULL);
    if (gethostname(host, sizeof host - 1) != 0)
        host[0] = '\0';
    if (gmtime_r(&now, &tm) != NULL)
        strftime(finished, sizeof finished, "%Y-%m-%dT%H:%M:%SZ", &tm);
    json_t *document = json_object();
    int broken = json_out_set(document, "result", json_out_text(text_base_name(path)));
    broken |= json_out_set(document, "version", json_out_text(COUNTERPART_VERSION));
    broken |= json_out_set(document, "finished", json_out_text(finished));
    broken |= json_out_set(document, "host", json_out_text(host));
    broken |= json_out_set(document, "command", json_command(facts));
    broken |= json_out_set(document, "threads", json_integer((json_int_t)facts->threads));
    broken |= json_out_set(document, "wall_seconds", json_out_number(facts->wall_s));
    broken |= json_out_set(document, "events", json_integer((json_int_t)facts->events));
    return json_out_dump(document, broken, err);
}

int cli_write_result(const char *path, const struct result *result, const struct cli_run_facts *facts,
                     struct err *err)
{
    char *beside = mem_printf(err, "%s.run.json", path);
    char *json = facts_json(path, facts, err);
    int answer = -1;
    if (beside != NULL && json != NULL && result_write_on(path, result, facts->threads, err) == 0)
        answer = whole_file_write(beside, json, strlen(json), err);
    free(beside);
    free(json);
    return answer;
}

size_t cli_width(void)
{
    struct winsize size;
    return isatty(STDOUT_FILENO) == 1 && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

double cli_clock_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}
