#include "study/fate_file.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/mem.h"
#include "sim/scratch.h"

enum { BLOCK = 8192 };

/* One replication in the file: how many patients each stream has, then the codes. */
struct fate_file {
    int fd;
    uint32_t replications;
    pthread_mutex_t mutex; /* guards what follows */
    int64_t *at;           /* owned: where a replication stands; -1: it has not been taken */
    int64_t end;
    struct fate_stream *stream; /* of the first that was taken; the others are the same */
    size_t streams;
    struct arena arena;
};

const char *fate_file_folder(void)
{
    const char *folder = getenv("TMPDIR");
    return folder == NULL || *folder == '\0' ? "/tmp" : folder;
}

struct fate_file *fate_file_new(uint32_t replications, struct err *err)
{
    struct fate_file *file = mem_zeroed(1, sizeof *file, err);
    if (file == NULL)
        return NULL;
    file->replications = replications;
    file->fd = -1;
    if (pthread_mutex_init(&file->mutex, NULL) != 0) {
        (void)err_fail(err, "out of memory: a lock could not be made");
        free(file);
        return NULL;
    }
    file->at = arena_zeroed(&file->arena, replications, sizeof *file->at, err);
    for (uint32_t r = 0; file->at != NULL && r < replications; r++)
        file->at[r] = -1;
    file->fd = file->at == NULL ? -1 : scratch_open(fate_file_folder(), err);
    if (file->fd < 0) {
        fate_file_free(file);
        return NULL;
    }
    return file;
}

void fate_file_free(struct fate_file *file)
{
    if (file == NULL)
        return;
    if (file->fd >= 0)
        close(file->fd);
    pthread_mutex_destroy(&file->mutex);
    arena_free(&file->arena);
    free(file);
}

/* Streams of a condition stand one after another in most lists: texts that were just copied are used again.
 */
static const char *copy(struct fate_file *file, const char *text, const char *before, struct err *err)
{
    return before != NULL && strcmp(before, text) == 0 ? before : arena_text(&file->arena, text, err);
}

static const char *const *copy_classes(struct fate_file *file, const struct world *world, size_t s,
                                       unsigned classes, struct err *err)
{
    const char **names = arena_zeroed(&file->arena, classes, sizeof *names, err);
    for (unsigned c = 0; names != NULL && c < classes; c++) {
        names[c] = arena_text(&file->arena, world_class(world, s, c), err);
        if (names[c] == NULL)
            return NULL;
    }
    return names;
}

static int describe(struct fate_file *file, const struct world *world, struct err *err)
{
    const size_t count = world_streams(world);
    struct fate_stream *streams = arena_zeroed(&file->arena, count, sizeof *streams, err);
    if (streams == NULL)
        return -1;
    for (size_t s = 0; s < count; s++) {
        const struct world_stream of = world_stream(world, s);
        const struct fate_stream *before = s == 0 ? NULL : &streams[s - 1];
        struct fate_stream *stream = &streams[s];
        stream->identity = of.identity;
        stream->classes = of.classes;
        stream->place = copy(file, of.place, before == NULL ? NULL : before->place, err);
        stream->condition = copy(file, of.condition, before == NULL ? NULL : before->condition, err);
        if (stream->place == NULL || stream->condition == NULL)
            return -1;
        stream->class_names = before != NULL && before->condition == stream->condition
                                  ? before->class_names
                                  : copy_classes(file, world, s, of.classes, err);
        if (stream->class_names == NULL)
            return -1;
    }
    file->stream = streams;
    file->streams = count;
    return 0;
}

static int write_codes(const struct fate_file *file, const struct world *world, uint64_t *count, int64_t at,
                       struct err *err)
{
    uint64_t codes[BLOCK];
    const size_t streams = world_streams(world);
    if (scratch_write(file->fd, count, streams * sizeof *count, at, err) != 0)
        return -1;
    at += (int64_t)(streams * sizeof *count);
    size_t held = 0;
    for (size_t s = 0; s < streams; s++)
        for (size_t done = 0; done < count[s];) {
            const size_t left = (size_t)count[s] - done;
            const size_t some = left < BLOCK - held ? left : BLOCK - held;
            world_fates(world, s, done, some, codes + held);
            done += some;
            held += some;
            if (held < BLOCK)
                continue;
            if (scratch_write(file->fd, codes, sizeof codes, at, err) != 0)
                return -1;
            at += (int64_t)sizeof codes;
            held = 0;
        }
    return scratch_write(file->fd, codes, held * sizeof *codes, at, err);
}

int fate_file_take(struct fate_file *file, const struct world *world, uint32_t replication, struct err *err)
{
    const size_t streams = world_streams(world);
    uint64_t *count = mem_zeroed(streams, sizeof *count, err);
    if (count == NULL)
        return -1;
    int64_t size = (int64_t)(streams * sizeof *count);
    for (size_t s = 0; s < streams; s++) {
        count[s] = world_stream(world, s).count;
        size += (int64_t)(count[s] * sizeof *count);
    }
    pthread_mutex_lock(&file->mutex);
    int result = file->stream == NULL ? describe(file, world, err) : 0;
    if (result == 0 && (replication >= file->replications || streams != file->streams))
        result = err_fail(err, "the patients of replication %" PRIu32 " are not as those of the others",
                          replication);
    const int64_t at = file->end;
    if (result == 0) {
        file->end += size;
        file->at[replication] = at;
    }
    pthread_mutex_unlock(&file->mutex);
    if (result == 0)
        result = write_codes(file, world, count, at, err);
    free(count);
    return result;
}

size_t fate_file_streams(const struct fate_file *file)
{
    return file->streams;
}

struct fate_stream fate_file_stream(const struct fate_file *file, size_t stream)
{
    return file->stream[stream];
}

int fate_reader_open(struct fate_reader *reader, const struct fate_file *file, uint32_t replication,
                     struct err *err)
{
    *reader = (struct fate_reader){.file = file, .replication = replication};
    if (replication >= file->replications || file->at[replication] < 0)
        return err_fail(err, "the patients of replication %" PRIu32 " have not been kept", replication);
    reader->count = mem_zeroed(file->streams, sizeof *reader->count, err);
    reader->begin = mem_zeroed(file->streams, sizeof *reader->begin, err);
    if (reader->count == NULL || reader->begin == NULL)
        return -1;
    const size_t head = file->streams * sizeof *reader->count;
    if (scratch_read(file->fd, reader->count, head, file->at[replication], err) != 0)
        return -1;
    for (size_t s = 1; s < file->streams; s++)
        reader->begin[s] = reader->begin[s - 1] + reader->count[s - 1];
    reader->at = file->at[replication] + (int64_t)head;
    return 0;
}

void fate_reader_close(struct fate_reader *reader)
{
    free(reader->count);
    free(reader->begin);
    *reader = (struct fate_reader){.file = NULL};
}

int fate_reader_get(const struct fate_reader *reader, size_t stream, uint64_t first, size_t count,
                    uint64_t *codes, struct err *err)
{
    const uint64_t have = reader->count[stream];
    const size_t there = first >= have ? 0 : have - first < count ? (size_t)(have - first) : count;
    memset(codes + there, 0, (count - there) * sizeof *codes);
    return scratch_read(reader->file->fd, codes, there * sizeof *codes,
                        reader->at + (int64_t)((reader->begin[stream] + first) * sizeof *codes), err);
}
