#include "study/sweep.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "sim/checksum.h"
#include "sim/rng.h"
#include "study/experiment.h"
#include "study/sweep_folder.h"

enum { PARTIAL_S = 3600 }; /* no file takes so long to be written */

void sweep_fingerprint_text(const struct sweep *sweep, char text[SWEEP_FINGERPRINT])
{
    snprintf(text, SWEEP_FINGERPRINT, "%016" PRIx64, sweep->fingerprint);
}

/* ---- what the bytes depend on ---- */

static uint64_t mix_text(uint64_t sum, const char *text)
{
    const size_t size = strlen(text);
    return rng_mix(sum ^ checksum_end(checksum_add(0, text, size), size));
}

static uint64_t fingerprint_of(const struct sweep *sweep)
{
    const struct trials *trials = sweep->trials;
    const struct design *design = trials->design;
    uint64_t sum = rng_mix(trials->fingerprint ^ (uint64_t)sweep->detail);
    sum = mix_text(mix_text(sum, COUNTERPART_VERSION), design->spec->host.written);
    for (size_t i = 0; i < trials->set_count; i++)
        sum = mix_text(sum, trials->sets[i]);
    for (size_t s = 0; s < trials->scenario_count; s++)
        sum = mix_text(sum, trials->scenarios[s].resolved);
    const size_t bytes = design->points * design->factors * sizeof *design->values;
    sum = rng_mix(sum ^ checksum_end(checksum_add(0, design->values, bytes), bytes));
    return rng_mix(sum ^ sweep->shard_tasks);
}

int sweep_init(struct sweep *sweep, const struct trials *trials, const char *folder, enum detail detail,
               size_t member, size_t members, struct err *err)
{
    *sweep = (struct sweep){.trials = trials,
                            .folder = folder,
                            .detail = detail,
                            .member = member,
                            .members = members,
                            .common_lock = -1,
                            .own_lock = -1};
    if (members == 0 || member >= members)
        return err_fail(err, "share %zu of %zu: there is no such share", member, members);
    if (trials->replications > 1000000)
        return err_fail(err, "%zu replications are too many for a sweep", trials->replications);
    const double tasks = floor(SWEEP_SHARD_S / trials->design->spec->task_s + 0.5);
    sweep->tasks = trials->design->points * trials->replications;
    sweep->shard_tasks = tasks < 1 ? 1 : tasks > (double)sweep->tasks ? sweep->tasks : (size_t)tasks;
    sweep->shards = (sweep->tasks - 1) / sweep->shard_tasks + 1;
    sweep->fingerprint = fingerprint_of(sweep);
    return 0;
}

void sweep_free(struct sweep *sweep)
{
    if (sweep->trials == NULL)
        return;
    if (sweep->common_lock >= 0)
        close(sweep->common_lock);
    if (sweep->own_lock >= 0)
        close(sweep->own_lock);
    *sweep = (struct sweep){.trials = NULL, .common_lock = -1, .own_lock = -1};
}

/* ---- the folder ---- */

/* Who works alone locks all others out; members of a job lock out those who would work alone, and their own
 * doubles. A file system without locks is worked on all the same: two who make the same shard make the same
 * bytes, and each puts them in place whole. */
static int take_lock(struct sweep *sweep, const char *name, int how, int *lock, struct err *err)
{
    char *path = mem_printf(err, "%s/%s", sweep->folder, name);
    if (path == NULL)
        return -1;
    int status = 0;
    *lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (*lock < 0)
        status = err_fail(err, "%s: cannot be written: %s", path, strerror(errno));
    else if (flock(*lock, how | LOCK_NB) == 0)
        ;
    else if (errno == EWOULDBLOCK)
        status =
            err_fail(err, "%s: another process is at work in this folder; wait for its end", sweep->folder);
    else
        sweep->locked = false;
    free(path);
    return status;
}

static int take_locks(struct sweep *sweep, struct err *err)
{
    const bool alone = sweep->members == 1;
    char own[64];
    sweep->locked = true;
    if (take_lock(sweep, "lock", alone ? LOCK_EX : LOCK_SH, &sweep->common_lock, err) != 0)
        return -1;
    if (alone)
        return 0;
    snprintf(own, sizeof own, "lock-%zu-of-%zu", sweep->member, sweep->members);
    return take_lock(sweep, own, LOCK_EX, &sweep->own_lock, err);
}

static int make_folder(const char *path, struct err *err)
{
    struct stat status;
    if (mkdir(path, 0777) == 0)
        return 0;
    if (errno != EEXIST)
        return err_fail(err, "%s: the folder cannot be made: %s", path, strerror(errno));
    if (stat(path, &status) != 0 || !S_ISDIR(status.st_mode))
        return err_fail(err, "%s: is not a folder; name another one", path);
    return 0;
}

static bool is_partial(const struct sweep *sweep, const char *name)
{
    static const char end[] = ".partial";
    size_t shard = 0;
    const size_t length = strlen(name);
    if (length < sizeof end || strcmp(name + length - (sizeof end - 1), end) != 0)
        return false;
    if (sscanf(name, "shard-%zu.h5.", &shard) == 1)
        return shard % sweep->members == sweep->member;
    return sweep->members == 1 && (strncmp(name, "manifest", 8) == 0 || strncmp(name, "sweep.h5.", 9) == 0);
}

/* By the clock of the file system, which may be another machine's. */
static time_t time_there(const struct sweep *sweep)
{
    struct stat status;
    return futimens(sweep->common_lock, NULL) == 0 && fstat(sweep->common_lock, &status) == 0
               ? status.st_mtime
               : 0;
}

/* What killed processes have left, of what is this member's. Where nobody can be locked out it may be
 * somebody's who is at work: then only what is old. */
static int remove_partials(const struct sweep *sweep, struct err *err)
{
    DIR *folder = opendir(sweep->folder);
    if (folder == NULL)
        return err_fail(err, "%s: cannot be read: %s", sweep->folder, strerror(errno));
    const int at = dirfd(folder);
    const time_t now = sweep->locked ? 0 : time_there(sweep);
    for (const struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        struct stat status;
        if (is_partial(sweep, entry->d_name) &&
            (sweep->locked || (fstatat(at, entry->d_name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
                               now - status.st_mtime > PARTIAL_S)))
            (void)unlinkat(at, entry->d_name, 0);
    }
    closedir(folder);
    return 0;
}

static int write_plan(const struct sweep *sweep, const char *path, struct err *err)
{
    char fingerprint[SWEEP_FINGERPRINT];
    struct experiment plan;
    sweep_fingerprint_text(sweep, fingerprint);
    int status = experiment_plan(&plan, sweep->trials, err);
    const struct result *made = status == 0 ? experiment_result(&plan, err) : NULL;
    if (made != NULL) {
        struct result result = *made;
        const size_t count = result.attribute_count;
        result.attributes = arena_zeroed(&plan.arena, count + 3, sizeof *result.attributes, err);
        if (result.attributes != NULL) {
            memcpy(result.attributes, made->attributes, count * sizeof *result.attributes);
            result.attributes[count] = (struct result_attribute){
                .name = "shard_tasks", .type = RESULT_INT64, .number = (double)sweep->shard_tasks};
            result.attributes[count + 1] = (struct result_attribute){
                .name = "shards", .type = RESULT_INT64, .number = (double)sweep->shards};
            result.attributes[count + 2] =
                (struct result_attribute){.name = "fingerprint", .type = RESULT_TEXT, .text = fingerprint};
            result.attribute_count = count + 3;
        }
        status = result.attributes == NULL ? -1 : result_write(path, &result, err);
    } else {
        status = -1;
    }
    experiment_free(&plan);
    return status;
}

/* A plan that is damaged is written anew, one of another sweep refused. */
static int find_plan(const struct sweep *sweep, const char *path, bool *found, struct err *err)
{
    char fingerprint[SWEEP_FINGERPRINT];
    struct sweep_folder folder;
    struct err why = ERR_INIT;
    sweep_fingerprint_text(sweep, fingerprint);
    *found = access(path, F_OK) == 0 && sweep_folder_open(&folder, sweep->folder, &why) == 0;
    if (!*found)
        return 0;
    const bool same = strcmp(folder.fingerprint, fingerprint) == 0;
    sweep_folder_free(&folder);
    return same
               ? 0
               : err_fail(err,
                          "%s: holds a sweep of another design, of other options or by another version; name "
                          "another folder, or take its files away",
                          sweep->folder);
}

int sweep_open(struct sweep *sweep, bool resume, struct err *err)
{
    bool found = false;
    char *path = sweep_plan_path(sweep->folder, err);
    int status = path == NULL ? -1 : 0;
    if (status == 0 && resume && access(path, F_OK) != 0)
        status =
            err_fail(err, "%s: has no sweep to be resumed; leave --resume out to begin one", sweep->folder);
    if (status == 0)
        status = make_folder(sweep->folder, err);
    if (status == 0)
        status = take_locks(sweep, err);
    if (status == 0)
        status = find_plan(sweep, path, &found, err);
    if (status == 0 && !found)
        status = write_plan(sweep, path, err);
    if (status == 0)
        status = remove_partials(sweep, err);
    free(path);
    return status;
}
