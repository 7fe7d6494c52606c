#include "study/saved_run.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "models/world.h"
#include "sim/checksum.h"
#include "sim/mem.h"
#include "sim/state.h"
#include "study/text.h"
#include "study/whole_file.h"

/* A file is the mark, a section "run", the worlds of all replications, and a checksum of everything before
 * it. */
enum { MARK_BYTES = 8, SUM_BYTES = 8, FORMAT = 1, EXCERPT = 72 };
static const char mark[MARK_BYTES] = {'c', 'p', '-', 's', 't', 'a', 't', 'e'};

/* One replication. */
struct saved_world {
    unsigned char *bytes; /* owned by the struct below, one by one or all in `file` */
    size_t size;
};

struct saved_run {
    char *name; /* of the file, for messages */
    char *version, *seed, *base;
    char **policy; /* names of those that have started */
    size_t policies;
    int64_t at_us, start_us; /* since the start; the start since 1970 */
    uint32_t replications;
    struct saved_world *world;
    unsigned char *file; /* NULL: the worlds are owned one by one */
    bool optional;
    atomic_size_t left; /* bytes that may still be kept, when optional */
};

void saved_run_free(struct saved_run *saved)
{
    if (saved == NULL)
        return;
    for (uint32_t r = 0; saved->file == NULL && saved->world != NULL && r < saved->replications; r++)
        free(saved->world[r].bytes);
    for (size_t p = 0; saved->policy != NULL && p < saved->policies; p++)
        free(saved->policy[p]);
    free(saved->policy);
    free(saved->world);
    free(saved->file);
    free(saved->name);
    free(saved->version);
    free(saved->seed);
    free(saved->base);
    free(saved);
}

void saved_run_keep_what_fits(struct saved_run *saved, size_t most_bytes)
{
    saved->optional = true;
    atomic_store(&saved->left, most_bytes);
}

bool saved_run_holds(const struct saved_run *saved, uint32_t replication)
{
    return replication < saved->replications && saved->world[replication].bytes != NULL;
}

bool saved_run_is_optional(const struct saved_run *saved)
{
    return saved->optional;
}

void saved_run_forget(struct saved_run *saved)
{
    for (uint32_t r = 0; saved->file == NULL && r < saved->replications; r++) {
        atomic_fetch_add(&saved->left, saved->world[r].size);
        free(saved->world[r].bytes);
        saved->world[r] = (struct saved_world){NULL, 0};
    }
}

/* So many bytes are kept from now on. */
static bool claim(struct saved_run *saved, size_t size)
{
    size_t left = atomic_load(&saved->left);
    while (left >= size)
        if (atomic_compare_exchange_weak(&saved->left, &left, left - size))
            return true;
    return false;
}

int64_t saved_run_at_us(const struct saved_run *saved)
{
    return saved->at_us;
}

uint32_t saved_run_replications(const struct saved_run *saved)
{
    return saved->replications;
}

/* ---- making ---- */

static int note_policies(struct saved_run *saved, const struct world *world, struct err *err)
{
    const struct world_period *periods = NULL;
    const size_t count = world_periods(world, &periods);
    saved->policy = mem_zeroed(count, sizeof *saved->policy, err);
    for (size_t p = 0; saved->policy != NULL && p < count; p++) {
        if (periods[p].from_us >= saved->at_us)
            continue;
        saved->policy[saved->policies] = mem_text(periods[p].policy, err);
        if (saved->policy[saved->policies++] == NULL)
            return -1;
    }
    return saved->policy == NULL ? -1 : 0;
}

static int check_time(const struct world *world, int64_t at_us, struct err *err)
{
    const int64_t start_us = world_scenario(world)->run.start_us, end_us = world_end_us(world);
    char at[TEXT_DATE], from[TEXT_DATE], to[TEXT_DATE];
    if (at_us > 0 && at_us < end_us)
        return 0;
    text_date(at, start_us + at_us);
    text_date(from, start_us);
    text_date(to, start_us + end_us);
    return err_fail(err, "%s is not within the run, which goes from %s to %s; name a time between them", at,
                    from, to);
}

struct saved_run *saved_run_new(const struct world *world, int64_t at_us, uint32_t replications,
                                struct err *err)
{
    const struct scenario *scenario = world_scenario(world);
    if (check_time(world, at_us, err) != 0)
        return NULL;
    struct saved_run *saved = mem_zeroed(1, sizeof *saved, err);
    if (saved == NULL)
        return NULL;
    saved->at_us = at_us;
    saved->start_us = scenario->run.start_us;
    saved->replications = replications;
    saved->name = mem_text(scenario->path, err);
    saved->version = mem_text(COUNTERPART_VERSION, err);
    saved->seed = mem_text(scenario->run.seed, err);
    saved->base = world_base(world, at_us, err);
    saved->world = mem_zeroed(replications, sizeof *saved->world, err);
    if (saved->name == NULL || saved->version == NULL || saved->seed == NULL || saved->base == NULL ||
        saved->world == NULL || note_policies(saved, world, err) != 0) {
        saved_run_free(saved);
        return NULL;
    }
    return saved;
}

int saved_run_take(struct saved_run *saved, const struct world *world, uint32_t replication, struct err *err)
{
    struct state_writer writer = {.failed = false};
    struct err why = ERR_INIT;
    const int answer = world_save(world, &writer, &why);
    if (answer != 0 || (saved->optional && !claim(saved, writer.size))) {
        state_writer_free(&writer);
        return saved->optional ? 0 : err_fail(err, "%s", why.text[0]);
    }
    struct saved_world *own = &saved->world[replication];
    free(own->bytes);
    unsigned char *fitting = realloc(writer.bytes, writer.size);
    *own = (struct saved_world){fitting != NULL ? fitting : writer.bytes, writer.size};
    return 0;
}

/* ---- writing ---- */

static void put_head(const struct saved_run *saved, struct state_writer *writer)
{
    state_put_bytes(writer, mark, MARK_BYTES);
    state_begin(writer, "run", FORMAT);
    state_put_text(writer, saved->version);
    state_put_text(writer, saved->seed);
    state_put_text(writer, saved->base);
    state_put_i64(writer, saved->at_us);
    state_put_i64(writer, saved->start_us);
    state_put_u64(writer, saved->policies);
    for (size_t p = 0; p < saved->policies; p++)
        state_put_text(writer, saved->policy[p]);
    state_put_u64(writer, saved->replications);
    for (uint32_t r = 0; r < saved->replications; r++)
        state_put_u64(writer, saved->world[r].size);
    state_end(writer);
}

/* A file whose checksum is computed as it grows. Words are summed whole: what is left of one waits. */
struct summed_file {
    struct whole_file file;
    uint64_t sum;
    size_t size;
    unsigned char rest[8];
};

static int append(struct summed_file *out, const unsigned char *bytes, size_t size, struct err *err)
{
    if (whole_file_append(&out->file, bytes, size, err) != 0)
        return -1;
    while (size > 0 && out->size % 8 != 0) {
        out->rest[out->size++ % 8] = *bytes++;
        size--;
        if (out->size % 8 == 0)
            out->sum = checksum_add(out->sum, out->rest, 8);
    }
    const size_t whole = size - size % 8;
    out->sum = checksum_add(out->sum, bytes, whole);
    memcpy(out->rest, bytes + whole, size - whole);
    out->size += size;
    return 0;
}

static int finish(struct summed_file *out, struct err *err)
{
    unsigned char bytes[SUM_BYTES];
    const uint64_t sum = checksum_end(checksum_add(out->sum, out->rest, out->size % 8), out->size);
    for (size_t i = 0; i < SUM_BYTES; i++)
        bytes[i] = (unsigned char)(sum >> (8 * i));
    if (whole_file_append(&out->file, bytes, SUM_BYTES, err) != 0)
        return -1;
    return whole_file_commit(&out->file, err);
}

int saved_run_write(const struct saved_run *saved, const char *path, struct err *err)
{
    struct state_writer head = {.failed = false};
    struct summed_file out = {.size = 0};
    put_head(saved, &head);
    int answer = state_written(&head, err);
    if (answer == 0)
        answer = whole_file_open(&out.file, path, err);
    else
        out.file.fd = -1;
    if (answer == 0)
        answer = append(&out, head.bytes, head.size, err);
    for (uint32_t r = 0; answer == 0 && r < saved->replications; r++)
        answer = append(&out, saved->world[r].bytes, saved->world[r].size, err);
    if (answer == 0)
        answer = finish(&out, err);
    whole_file_abandon(&out.file);
    state_writer_free(&head);
    return answer;
}

/* ---- reading ---- */

static int read_all(int fd, unsigned char *bytes, size_t size, const char *path, struct err *err)
{
    for (size_t at = 0; at < size;) {
        const ssize_t got = read(fd, bytes + at, size - at);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return err_fail(err, "%s: cannot be read: %s; try again", path,
                            got < 0 ? strerror(errno) : "it became shorter");
        at += (size_t)got;
    }
    return 0;
}

/* Malloc'ed; NULL on failure. */
static unsigned char *read_file(const char *path, size_t *size, struct err *err)
{
    struct stat status;
    unsigned char *bytes = NULL;
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &status) != 0) {
        err_fail(err, "%s: cannot be opened: %s; name a file that --save-state has written", path,
                 strerror(errno));
    } else if (!S_ISREG(status.st_mode)) {
        err_fail(err, "%s: is not a regular file; name one that --save-state has written", path);
    } else {
        *size = (size_t)status.st_size;
        bytes = mem_zeroed(*size, 1, err);
        if (bytes != NULL && read_all(fd, bytes, *size, path, err) != 0) {
            free(bytes);
            bytes = NULL;
        }
    }
    if (fd >= 0)
        close(fd);
    return bytes;
}

static int check_bytes(const unsigned char *bytes, size_t size, const char *path, struct err *err)
{
    if (size < MARK_BYTES || memcmp(bytes, mark, MARK_BYTES) != 0)
        return err_fail(err, "%s: is not a saved state; name a file that --save-state has written", path);
    if (size < MARK_BYTES + SUM_BYTES)
        return err_fail(err, "%s: is cut off; copy it again or save the state again", path);
    const size_t before = size - SUM_BYTES;
    uint64_t found = 0;
    for (size_t i = 0; i < SUM_BYTES; i++)
        found |= (uint64_t)bytes[before + i] << (8 * i);
    if (found != checksum_end(checksum_add(0, bytes, before), before))
        return err_fail(
            err,
            "%s: is damaged or cut off (its checksum does not fit); copy it again or save the state "
            "again",
            path);
    return 0;
}

/* What is printed in messages must not steer the terminal. */
static char *get_safe_text(struct state_reader *reader)
{
    char *text = state_get_text(reader);
    for (char *c = text; c != NULL && *c != '\0'; c++)
        if (((unsigned char)*c < ' ' && *c != '\n') || *c == 127)
            *c = '?';
    return text;
}

static void get_policies(struct saved_run *saved, struct state_reader *reader)
{
    struct err err = ERR_INIT;
    const size_t count = state_get_count(reader, sizeof(uint64_t));
    saved->policy = mem_zeroed(count, sizeof *saved->policy, &err);
    if (saved->policy == NULL)
        state_refuse(reader, "%s", err.text[0]);
    for (size_t p = 0; p < count && !reader->failed; p++) {
        saved->policy[saved->policies++] = get_safe_text(reader);
        if (saved->policy[p] == NULL)
            state_refuse(reader, "has a policy without a name; save the state again");
    }
}

static void get_sizes(struct saved_run *saved, struct state_reader *reader)
{
    struct err err = ERR_INIT;
    const size_t count = state_get_count(reader, sizeof(uint64_t));
    if (count == 0 || count > UINT32_MAX / 2)
        state_refuse(reader, "has %zu replications; save the state again", count);
    saved->world = mem_zeroed(count, sizeof *saved->world, &err);
    if (saved->world == NULL)
        state_refuse(reader, "%s", err.text[0]);
    else
        saved->replications = (uint32_t)count;
    for (uint32_t r = 0; r < saved->replications && !reader->failed; r++)
        saved->world[r].size = (size_t)state_get_u64(reader);
}

static void get_run(struct saved_run *saved, size_t size, struct state_reader *reader)
{
    (void)state_get_bytes(reader, MARK_BYTES);
    state_enter(reader, "run", FORMAT);
    saved->version = get_safe_text(reader);
    if (saved->version != NULL && strcmp(saved->version, COUNTERPART_VERSION) != 0)
        state_refuse(reader,
                     "was saved by counterpart %.40s, and this is " COUNTERPART_VERSION
                     "; save the state again with this program",
                     saved->version);
    saved->seed = get_safe_text(reader);
    saved->base = get_safe_text(reader);
    if (saved->version == NULL || saved->seed == NULL || saved->base == NULL)
        state_refuse(reader, "does not say what it was made of; save the state again");
    saved->at_us = state_get_i64(reader);
    saved->start_us = state_get_i64(reader);
    get_policies(saved, reader);
    get_sizes(saved, reader);
    state_leave(reader);
    reader->end = size - SUM_BYTES < reader->end ? size - SUM_BYTES : reader->end;
    for (uint32_t r = 0; r < saved->replications && !reader->failed; r++)
        saved->world[r].bytes = (unsigned char *)(uintptr_t)state_get_bytes(reader, saved->world[r].size);
    if (!reader->failed && reader->at != reader->end)
        state_refuse(reader, "has more than it says; save the state again");
}

struct saved_run *saved_run_read(const char *path, struct err *err)
{
    struct saved_run *saved = mem_zeroed(1, sizeof *saved, err);
    size_t size = 0;
    if (saved == NULL)
        return NULL;
    saved->name = mem_text(path, err);
    saved->file = saved->name == NULL ? NULL : read_file(path, &size, err);
    if (saved->file != NULL && check_bytes(saved->file, size, path, err) == 0) {
        struct state_reader reader;
        state_reader_init(&reader, saved->file, size, saved->name);
        get_run(saved, size, &reader);
        if (state_read_well(&reader, err) == 0)
            return saved;
    }
    saved_run_free(saved);
    return NULL;
}

/* ---- going on ---- */

static bool has_policy(const struct saved_run *saved, const char *name)
{
    for (size_t p = 0; p < saved->policies; p++)
        if (strcmp(saved->policy[p], name) == 0)
            return true;
    return false;
}

/* Those that have started must be the same. */
static int check_policies(const struct saved_run *saved, const struct world *world, struct err *err)
{
    const struct world_period *periods = NULL;
    const size_t count = world_periods(world, &periods);
    char at[TEXT_DATE], from[TEXT_DATE];
    text_date(at, saved->start_us + saved->at_us);
    for (size_t p = 0; p < count; p++) {
        text_date(from, saved->start_us + periods[p].from_us);
        if (periods[p].from_us < saved->at_us && !has_policy(saved, periods[p].policy))
            return err_fail(
                err,
                "%s: was saved at %s without policy \"%s\", which starts on %s; save the state earlier, "
                "or start the policy later",
                saved->name, at, periods[p].policy, from);
    }
    for (size_t s = 0; s < saved->policies; s++) {
        bool found = false;
        for (size_t p = 0; p < count; p++)
            found = found ||
                    (periods[p].from_us < saved->at_us && strcmp(periods[p].policy, saved->policy[s]) == 0);
        if (!found)
            return err_fail(
                err,
                "%s: was saved at %s, after policy \"%s\" had started, which the scenario does not have "
                "by then; save the state earlier, or take the scenario that it was saved from",
                saved->name, at, saved->policy[s]);
    }
    return 0;
}

static void excerpt(char out[EXCERPT], const char *line)
{
    const size_t spaces = strspn(line, " "), length = strcspn(line + spaces, "\n");
    snprintf(out, EXCERPT, "%.*s", (int)(length < EXCERPT ? length : EXCERPT - 1), line + spaces);
}

/* The first line in which they differ. */
static int check_base(const struct saved_run *saved, const char *here, struct err *err)
{
    const char *there = saved->base;
    char a[EXCERPT], b[EXCERPT];
    if (strcmp(here, there) == 0)
        return 0;
    const char *line_here = here, *line_there = there;
    for (; *here != '\0' && *here == *there; here++, there++)
        if (*here == '\n') {
            line_here = here + 1;
            line_there = there + 1;
        }
    excerpt(a, line_there);
    excerpt(b, line_here);
    return err_fail(
        err,
        "%s: was saved from another scenario, with '%s' where this one has '%s'; only policies that "
        "start after the state was saved may be others",
        saved->name, a, b);
}

int saved_run_check(const struct saved_run *saved, const struct world *world, int64_t replications,
                    struct err *err)
{
    const struct scenario *scenario = world_scenario(world);
    if (strcmp(saved->seed, scenario->run.seed) != 0)
        return err_fail(
            err,
            "%s: was saved with seed %.24s and this run has %s; use --seed %.24s, or save the state "
            "again",
            saved->name, saved->seed, scenario->run.seed, saved->seed);
    if (saved->start_us != scenario->run.start_us || saved->at_us <= 0 || saved->at_us >= world_end_us(world))
        return err_fail(
            err, "%s: is of a time that is not within the run; take the scenario that it was saved from",
            saved->name);
    if (replications > saved->replications)
        return err_fail(err,
                        "%s: has %" PRIu32 " replications and %" PRId64 " are to be run; use -r %" PRIu32
                        ", or save the state of more",
                        saved->name, saved->replications, replications, saved->replications);
    if (check_policies(saved, world, err) != 0)
        return -1;
    char *base = world_base(world, saved->at_us, err);
    const int answer = base == NULL ? -1 : check_base(saved, base, err);
    free(base);
    return answer;
}

int saved_run_restore(const struct saved_run *saved, struct world *world, uint32_t replication,
                      struct err *err)
{
    struct state_reader reader;
    if (replication >= saved->replications)
        return err_fail(err, "%s: has no replication %" PRIu32 "; save the state of more", saved->name,
                        replication);
    state_reader_init(&reader, saved->world[replication].bytes, saved->world[replication].size, saved->name);
    return world_restore(world, &reader, err);
}
