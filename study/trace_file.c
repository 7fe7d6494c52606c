#include "study/trace_file.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "sim/mem.h"
#include "study/text.h"
#include "study/whole_file.h"

static const char heading[] = "replication,patient,class,station,visit,arrived,started,ended,left,how\n";

struct trace_file {
    struct whole_file whole;
    uint32_t replications;
    pthread_mutex_t mutex; /* guards what follows */
    char **rows;           /* owned: by replication, until they are written */
    uint32_t next;         /* replication whose rows are written next */
};

struct trace_file *trace_file_new(const char *path, uint32_t replications, struct err *err)
{
    struct trace_file *file = mem_zeroed(1, sizeof *file, err);
    if (file == NULL)
        return NULL;
    file->whole.fd = -1;
    file->replications = replications;
    if (pthread_mutex_init(&file->mutex, NULL) != 0) {
        err_fail(err, "out of memory: a lock could not be made");
        free(file);
        return NULL;
    }
    file->rows = mem_zeroed(replications, sizeof *file->rows, err);
    if (file->rows == NULL || whole_file_open(&file->whole, path, err) != 0 ||
        whole_file_append(&file->whole, heading, sizeof heading - 1, err) != 0) {
        trace_file_free(file);
        return NULL;
    }
    return file;
}

void trace_file_free(struct trace_file *file)
{
    if (file == NULL)
        return;
    for (uint32_t r = 0; file->rows != NULL && r < file->replications; r++)
        free(file->rows[r]);
    free(file->rows);
    whole_file_abandon(&file->whole);
    pthread_mutex_destroy(&file->mutex);
    free(file);
}

/* condition@place#ordinal, condition#ordinal without places */
static void add_patient(struct text *text, const struct world_visit *visit, struct text *name)
{
    name->length = 0;
    text_add(name, "%s%s%s#%" PRIu32, visit->condition, visit->place != NULL ? "@" : "",
             visit->place != NULL ? visit->place : "", visit->ordinal);
    if (!name->failed)
        text_add_csv(text, name->bytes);
}

static void add_station(struct text *text, const struct world_visit *visit, struct text *name)
{
    name->length = 0;
    text_add(name, "%s%s%s", visit->station, visit->service != NULL ? "." : "",
             visit->service != NULL ? visit->service : "");
    if (!name->failed)
        text_add_csv(text, name->bytes);
}

static void add_visit(struct text *text, const struct world_visit *visit, uint32_t replication,
                      struct text *name)
{
    text_add(text, "%" PRIu32 ",", replication);
    add_patient(text, visit, name);
    text_add(text, ",%s,", visit->condition);
    add_station(text, visit, name);
    text_add(text, ",%" PRIu32, visit->visit);
    for (size_t t = 0; t < VISIT_TIMES; t++) {
        const int64_t us = visit->time_us[t];
        if (us == INT64_MAX)
            text_add(text, ",");
        else
            text_add(text, ",%" PRId64 ".%06" PRId64, us / 1000000, us % 1000000);
    }
    text_add(text, ",%s\n", visit->how);
}

static char *rows_of(const struct world *world, uint32_t replication, struct err *err)
{
    struct text text, name;
    text_init(&text, err);
    text_init(&name, err);
    const size_t count = world_visits(world);
    for (size_t i = 0; i < count && !text.failed && !name.failed; i++) {
        const struct world_visit visit = world_visit(world, i);
        add_visit(&text, &visit, replication, &name);
    }
    char *rows = name.failed ? NULL : text_take(&text, err);
    text_free(&text);
    text_free(&name);
    return rows;
}

/* Writes what has its turn. */
static int write_ready(struct trace_file *file, struct err *err)
{
    while (file->next < file->replications && file->rows[file->next] != NULL) {
        char *rows = file->rows[file->next];
        file->rows[file->next++] = NULL;
        const int answer = whole_file_append(&file->whole, rows, strlen(rows), err);
        free(rows);
        if (answer != 0)
            return -1;
    }
    return 0;
}

int trace_file_take(struct trace_file *file, const struct world *world, uint32_t replication, struct err *err)
{
    if (replication >= file->replications)
        return err_fail(err, "there is no replication %" PRIu32 " among %" PRIu32, replication,
                        file->replications);
    char *rows = rows_of(world, replication, err);
    if (rows == NULL)
        return -1;
    pthread_mutex_lock(&file->mutex);
    free(file->rows[replication]);
    file->rows[replication] = rows;
    const int answer = write_ready(file, err);
    pthread_mutex_unlock(&file->mutex);
    return answer;
}

int trace_file_finish(struct trace_file *file, struct err *err)
{
    if (file->next < file->replications)
        return err_fail(err, "the trace lacks replication %" PRIu32, file->next);
    return whole_file_commit(&file->whole, err);
}
