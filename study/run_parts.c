#include "study/run_parts.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "sim/checksum.h"
#include "sim/mem.h"
#include "sim/rng.h"
#include "study/result_add.h"
#include "study/result_slice.h"
#include "study/run_flows.h"

enum { STEM_BYTES = 32 };

/* Of a replication. */
enum state { MISSING, FINISHED, KEPT, TAKEN_UP };

struct run_parts {
    char *folder;          /* owned */
    char stem[STEM_BYTES]; /* how the names of this run's parts begin: "part-FINGERPRINT-" */
    uint32_t replications, taken_up;
    double every_s, written_s;
    pthread_mutex_t mutex;  /* guards the states and whoever writes: HDF5 knows one caller */
    uint8_t *state;         /* owned: enum state by replication */
    bool kept;              /* a part of this run is in the folder */
    struct result *earlier; /* owned, and each of them: parts that were taken up */
    size_t earlier_count, earlier_capacity;
    struct arena arena;
    struct result joined;
    struct run_flows flows; /* of joined */
};

static double clock_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static uint64_t fingerprint_of(const struct scenario *scenario, const struct world *world)
{
    const char *const texts[] = {COUNTERPART_VERSION, scenario->resolved == NULL ? "" : scenario->resolved};
    uint64_t sum = world_fingerprint(world);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        const size_t size = strlen(texts[i]);
        sum = rng_mix(sum ^ checksum_end(checksum_add(0, texts[i], size), size));
    }
    return rng_mix(sum ^ (uint64_t)scenario->run.replications);
}

/* ---- what an earlier run has left ---- */

/* Marks the replications of a part; false when it is none of this run. */
static bool take_up(struct run_parts *parts, const struct result *part)
{
    const struct result_dimension *replication = result_find_dimension(part, "replication");
    if (replication == NULL || replication->type != RESULT_INT64 || replication->size == 0)
        return false;
    const int64_t *numbers = replication->values;
    for (size_t i = 0; i < replication->size; i++)
        if (numbers[i] < 0 || numbers[i] >= parts->replications || parts->state[numbers[i]] == TAKEN_UP ||
            (i > 0 && numbers[i] <= numbers[i - 1]))
            return false;
    for (size_t i = 0; i < replication->size; i++)
        parts->state[numbers[i]] = TAKEN_UP;
    parts->taken_up += (uint32_t)replication->size;
    return true;
}

/* What cannot be read is run again. */
static int read_part(struct run_parts *parts, const char *name, struct err *err)
{
    struct err why = ERR_INIT;
    char *path = mem_printf(err, "%s/%s", parts->folder, name);
    struct result *more = path == NULL ? NULL
                                       : mem_grow(parts->earlier, &parts->earlier_capacity,
                                                  parts->earlier_count + 1, sizeof *more, err);
    if (more == NULL) {
        free(path);
        return -1;
    }
    parts->earlier = more;
    struct result *part = &parts->earlier[parts->earlier_count];
    if (result_read(path, part, &why) == 0 && take_up(parts, part)) {
        parts->earlier_count++;
        parts->kept = true;
    } else {
        result_free(part);
    }
    free(path);
    return 0;
}

static int read_parts(struct run_parts *parts, struct err *err)
{
    DIR *folder = opendir(parts->folder);
    if (folder == NULL)
        return errno == ENOENT ? 0 : err_fail(err, "%s: cannot be read: %s", parts->folder, strerror(errno));
    int answer = 0;
    const struct dirent *entry;
    while (answer == 0 && (entry = readdir(folder)) != NULL) {
        const size_t length = strlen(entry->d_name);
        if (strncmp(entry->d_name, parts->stem, strlen(parts->stem)) == 0 && length > 3 &&
            strcmp(entry->d_name + length - 3, ".h5") == 0)
            answer = read_part(parts, entry->d_name, err);
    }
    closedir(folder);
    return answer;
}

struct run_parts *run_parts_new(const char *path, const struct scenario *scenario, const struct world *world,
                                double every_s, bool resume, struct err *err)
{
    if (scenario->run.replications < 1 || scenario->run.replications > UINT32_MAX / 2) {
        err_fail(err, "%" PRId64 " replications cannot be run", scenario->run.replications);
        return NULL;
    }
    struct run_parts *parts = mem_zeroed(1, sizeof *parts, err);
    if (parts == NULL)
        return NULL;
    parts->replications = (uint32_t)scenario->run.replications;
    parts->every_s = every_s;
    parts->written_s = clock_s();
    snprintf(parts->stem, sizeof parts->stem, "part-%016" PRIx64 "-", fingerprint_of(scenario, world));
    if (pthread_mutex_init(&parts->mutex, NULL) != 0) {
        err_fail(err, "out of memory: a lock could not be made");
        free(parts);
        return NULL;
    }
    parts->folder = mem_printf(err, "%s.parts", path);
    parts->state = mem_zeroed(parts->replications, sizeof *parts->state, err);
    if (parts->folder == NULL || parts->state == NULL || (resume && read_parts(parts, err) != 0)) {
        run_parts_free(parts);
        return NULL;
    }
    return parts;
}

void run_parts_free(struct run_parts *parts)
{
    if (parts == NULL)
        return;
    for (size_t i = 0; i < parts->earlier_count; i++)
        result_free(&parts->earlier[i]);
    pthread_mutex_destroy(&parts->mutex);
    run_flows_free(&parts->flows);
    arena_free(&parts->arena);
    free(parts->earlier);
    free(parts->state);
    free(parts->folder);
    free(parts);
}

bool run_parts_has(const struct run_parts *parts, uint32_t replication)
{
    return replication < parts->replications && parts->state[replication] == TAKEN_UP;
}

uint32_t run_parts_taken_up(const struct run_parts *parts)
{
    return parts->taken_up;
}

const char *run_parts_folder(const struct run_parts *parts)
{
    return parts->kept ? parts->folder : NULL;
}

/* ---- what this run leaves ---- */

/* The replications of one state, or of two, as a result of their own. */
static int pick(struct run_parts *parts, struct run_file *file, enum state of, enum state or_of,
                struct result *picked, struct arena *arena, struct err *err)
{
    size_t *positions = mem_zeroed(parts->replications, sizeof *positions, err);
    const struct result *all = positions == NULL ? NULL : run_file_result(file, err);
    size_t count = 0;
    for (uint32_t r = 0; positions != NULL && r < parts->replications; r++)
        if (parts->state[r] == of || parts->state[r] == or_of)
            positions[count++] = r;
    const int answer =
        all == NULL ? -1 : result_pick(picked, all, "replication", positions, count, arena, err);
    free(positions);
    return answer;
}

static int write_part(struct run_parts *parts, struct run_file *file, uint32_t number, struct err *err)
{
    struct arena arena = {0};
    struct result part;
    int answer = -1;
    char *path = mem_printf(err, "%s/%s%06" PRIu32 ".h5", parts->folder, parts->stem, number);
    if (path == NULL)
        goto out;
    if (mkdir(parts->folder, 0777) != 0 && errno != EEXIST) {
        err_fail(err, "%s: the folder for what has finished cannot be made: %s", parts->folder,
                 strerror(errno));
        goto out;
    }
    if (pick(parts, file, FINISHED, FINISHED, &part, &arena, err) == 0)
        answer = result_write(path, &part, err);
out:
    arena_free(&arena);
    free(path);
    return answer;
}

/* The whole file comes right after the last replication: a part of that would be written twice, and held
 * twice in memory, which a large world feels. */
static bool is_more_to_run(const struct run_parts *parts)
{
    return memchr(parts->state, MISSING, parts->replications) != NULL;
}

int run_parts_take(struct run_parts *parts, struct run_file *file, uint32_t replication, struct err *err)
{
    int answer = 0;
    pthread_mutex_lock(&parts->mutex);
    parts->state[replication] = FINISHED;
    if (clock_s() - parts->written_s >= parts->every_s && is_more_to_run(parts) && !run_file_adds_up(file)) {
        answer = write_part(parts, file, replication, err);
        for (uint32_t r = 0; answer == 0 && r < parts->replications; r++)
            if (parts->state[r] == FINISHED)
                parts->state[r] = KEPT;
        parts->kept = parts->kept || answer == 0;
        parts->written_s = clock_s();
    }
    pthread_mutex_unlock(&parts->mutex);
    return answer;
}

/* Who is treated where stands in every part as its own pairs. */
static int join_flows(struct run_parts *parts, const struct result *const *all, size_t count, struct err *err)
{
    size_t *positions = mem_zeroed(parts->replications, sizeof *positions, err);
    int answer = positions == NULL || run_flows_init(&parts->flows, parts->replications, err) != 0 ? -1 : 0;
    for (size_t p = 0; answer == 0 && p < count; p++) {
        const struct result_dimension *replication = result_find_dimension(all[p], "replication");
        for (size_t i = 0; i < replication->size; i++)
            positions[i] = (size_t)((const int64_t *)replication->values)[i];
        answer = run_flows_read(&parts->flows, all[p], positions, &parts->joined, err);
    }
    if (answer == 0)
        answer = result_add_room(&parts->joined, 1, RUN_FLOWS_VARIABLES, 0, &parts->arena, err);
    if (answer == 0)
        answer = run_flows_add(&parts->flows, &parts->joined, parts->replications, &parts->arena, err);
    free(positions);
    return answer;
}

/* What was taken up, and what has been run since. */
static int gather(struct run_parts *parts, struct run_file *file, const struct result **all,
                  struct result *fresh, struct err *err)
{
    size_t count = 0;
    for (size_t i = 0; i < parts->earlier_count; i++)
        all[count++] = &parts->earlier[i];
    if (parts->taken_up < parts->replications) {
        if (pick(parts, file, FINISHED, KEPT, fresh, &parts->arena, err) != 0)
            return -1;
        all[count++] = fresh;
    }
    if (result_join(&parts->joined, all, count, "replication", RUN_FLOWS_DIMENSION, &parts->arena, err) != 0)
        return -1;
    return join_flows(parts, all, count, err);
}

const struct result *run_parts_result(struct run_parts *parts, struct run_file *file, struct err *err)
{
    if (parts->taken_up == 0)
        return run_file_result(file, err);
    struct result fresh;
    const struct result **all = mem_zeroed(parts->earlier_count + 1, sizeof *all, err);
    const int answer = all == NULL ? -1 : gather(parts, file, all, &fresh, err);
    free(all);
    return answer == 0 ? &parts->joined : NULL;
}

void run_parts_remove(const struct run_parts *parts)
{
    DIR *folder = opendir(parts->folder);
    if (folder == NULL)
        return;
    const struct dirent *entry;
    while ((entry = readdir(folder)) != NULL)
        if (strncmp(entry->d_name, parts->stem, strlen(parts->stem)) == 0)
            (void)unlinkat(dirfd(folder), entry->d_name, 0);
    closedir(folder);
    (void)rmdir(parts->folder);
}
