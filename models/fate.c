#include "models/fate.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "models/case.h"
#include "models/saving.h"
#include "sim/scratch.h"
#include "sim/state.h"
#include "sim/tally.h"

/* --- codes --------------------------------------------------------------- */

enum { WAIT_BITS = 6, TRAVEL_BITS = 5 };
enum {
    AT_WAIT = 31,
    AT_TRAVEL = 42,
    AT_SEVERITY = 51,
    AT_WHERE = 55,
    AT_OUTCOME = 58,
    AT_PRESENT = 60,
    AT_FELL_ILL,
    AT_ENDED,
    AT_WITHOUT
};
enum { MOST_WAIT = 2047, MOST_TRAVEL = 511, MOST_SEVERITY = 15 };
#define MINUTE_US INT64_C(60000000)

_Static_assert(SEVERITIES <= MOST_SEVERITY + 1 && FATE_WHERES <= 8 && FATE_OUTCOMES <= 4,
               "a code has room for them");

static uint64_t bits(uint64_t value, uint64_t most, unsigned at)
{
    return (value < most ? value : most) << at;
}

uint64_t fate_code(struct fate fate)
{
    const uint64_t paid = fate.paid_fen < 0 ? 0 : (uint64_t)fate.paid_fen;
    return bits(paid, (uint64_t)FATE_MOST_FEN, 0) | bits(fate.wait_class, MOST_WAIT, AT_WAIT) |
           bits(fate.travel_class, MOST_TRAVEL, AT_TRAVEL) | bits(fate.severity, MOST_SEVERITY, AT_SEVERITY) |
           (uint64_t)fate.where << AT_WHERE | (uint64_t)fate.outcome << AT_OUTCOME |
           (uint64_t)fate.present << AT_PRESENT | (uint64_t)fate.fell_ill << AT_FELL_ILL |
           (uint64_t)fate.ended << AT_ENDED | (uint64_t)fate.without << AT_WITHOUT;
}

struct fate fate_of(uint64_t code)
{
    return (struct fate){.present = code >> AT_PRESENT & 1,
                         .fell_ill = code >> AT_FELL_ILL & 1,
                         .ended = code >> AT_ENDED & 1,
                         .without = code >> AT_WITHOUT & 1,
                         .severity = (uint8_t)(code >> AT_SEVERITY & MOST_SEVERITY),
                         .where = (enum fate_where)(code >> AT_WHERE & 7),
                         .outcome = (enum fate_outcome)(code >> AT_OUTCOME & 3),
                         .wait_class = (uint32_t)(code >> AT_WAIT & MOST_WAIT),
                         .travel_class = (uint32_t)(code >> AT_TRAVEL & MOST_TRAVEL),
                         .paid_fen = (int64_t)(code & (uint64_t)FATE_MOST_FEN)};
}

/* --- room ---------------------------------------------------------------- */

/* The patients of a stream are in chunks that never move, each as large as all before it, so that other
 * partitions may write while the home partition makes room for more. */
enum { CHUNKS = 27, FIRST_CHUNK = 32 };

struct fate_stream {
    uint64_t *chunk[CHUNKS];
    uint64_t *backlog;
    size_t backlog_count;
    bool kept;
};

/* A piece of the file in memory, of which chunks are cut. */
struct slab {
    unsigned char *bytes;
    size_t size, used;
};

struct fates {
    struct fate_stream *stream; /* owned */
    size_t streams;
    uint32_t absent_stream, absent_ordinal; /* who is left out; stream UINT32_MAX: nobody */

    pthread_mutex_t mutex; /* guards what follows */
    int fd;
    off_t file_size;
    struct slab *slab; /* owned */
    size_t slabs, slab_capacity;
};

enum { SLAB_BYTES = 1 << 20, SLABS_OF_A_SIZE = 8, MOST_DOUBLINGS = 8 };

static int add_slab(struct fates *fates, size_t least, struct err *err)
{
    const size_t doublings = fates->slabs / SLABS_OF_A_SIZE;
    size_t size = (size_t)SLAB_BYTES << (doublings < MOST_DOUBLINGS ? doublings : MOST_DOUBLINGS);
    if (size < least)
        size = (least + SLAB_BYTES - 1) / SLAB_BYTES * SLAB_BYTES;
    struct slab *slab = mem_grow(fates->slab, &fates->slab_capacity, fates->slabs + 1, sizeof *slab, err);
    if (slab == NULL)
        return -1;
    fates->slab = slab;
    if (scratch_grow(fates->fd, fates->file_size + (off_t)size, err) != 0)
        return -1;
    void *bytes = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fates->fd, fates->file_size);
    if (bytes == MAP_FAILED)
        return err_fail(err, "out of memory for the patients: %s", strerror(errno));
    fates->file_size += (off_t)size;
    slab[fates->slabs++] = (struct slab){.bytes = bytes, .size = size};
    return 0;
}

static uint64_t *cut(struct fates *fates, size_t cells, struct err *err)
{
    const size_t size = cells * sizeof(uint64_t);
    uint64_t *chunk = NULL;
    pthread_mutex_lock(&fates->mutex);
    struct slab *last = fates->slabs == 0 ? NULL : &fates->slab[fates->slabs - 1];
    if ((last != NULL && last->size - last->used >= size) || add_slab(fates, size, err) == 0) {
        last = &fates->slab[fates->slabs - 1];
        chunk = (uint64_t *)(void *)(last->bytes + last->used);
        last->used += size;
    }
    pthread_mutex_unlock(&fates->mutex);
    return chunk;
}

/* Chunk 0 has FIRST_CHUNK cells, chunk k as many as those before it together. */
static unsigned chunk_of(uint32_t ordinal)
{
    return ordinal < FIRST_CHUNK ? 0 : 32 - (unsigned)__builtin_clz(ordinal / FIRST_CHUNK);
}

static uint32_t chunk_begin(unsigned chunk)
{
    return chunk == 0 ? 0 : (uint32_t)FIRST_CHUNK << (chunk - 1);
}

static size_t chunk_cells(unsigned chunk)
{
    return chunk == 0 ? FIRST_CHUNK : (size_t)FIRST_CHUNK << (chunk - 1);
}

static int reserve(struct fates *fates, uint32_t stream, uint32_t ordinal, struct err *err)
{
    const unsigned k = chunk_of(ordinal);
    uint64_t **chunk = &fates->stream[stream].chunk[k];
    if (*chunk == NULL)
        *chunk = cut(fates, chunk_cells(k), err);
    return *chunk == NULL ? -1 : 0;
}

static uint64_t *cell_of(const struct fates *fates, uint32_t stream, uint32_t ordinal)
{
    const struct fate_stream *of = &fates->stream[stream];
    if (!of->kept)
        return NULL;
    if (ordinal >= CASE_BACKLOG)
        return ordinal - CASE_BACKLOG < of->backlog_count ? &of->backlog[ordinal - CASE_BACKLOG] : NULL;
    const unsigned k = chunk_of(ordinal);
    return of->chunk[k] == NULL ? NULL : &of->chunk[k][ordinal - chunk_begin(k)];
}

/* Rooms for those who have come so far; memory that has been taken is zero. */
static int reserve_stream(struct fates *fates, uint32_t s, size_t came, size_t backlog, struct err *err)
{
    struct fate_stream *of = &fates->stream[s];
    for (unsigned k = 0; k < CHUNKS && came > chunk_begin(k); k++)
        if (reserve(fates, s, chunk_begin(k), err) != 0)
            return -1;
    if (backlog == 0 || of->backlog != NULL)
        return 0;
    of->backlog = cut(fates, backlog, err);
    of->backlog_count = of->backlog == NULL ? 0 : backlog;
    return of->backlog == NULL ? -1 : 0;
}

static size_t backlog_of(const struct world *world, uint32_t stream)
{
    const struct stream *of = &world->demand.stream[stream];
    return of->backlog_us > 0 ? demand_backlog(of, &world->rng) : 0;
}

struct fates *fates_new(const struct world *world, const char *folder, struct err *err)
{
    struct fates *fates = mem_zeroed(1, sizeof *fates, err);
    if (fates == NULL)
        return NULL;
    fates->fd = -1;
    fates->absent_stream = UINT32_MAX;
    if (pthread_mutex_init(&fates->mutex, NULL) != 0) {
        (void)err_fail(err, "out of memory: a lock could not be made");
        free(fates);
        return NULL;
    }
    fates->stream = mem_zeroed(world->demand.count, sizeof *fates->stream, err);
    fates->streams = world->demand.count;
    if (fates->stream != NULL)
        fates->fd = scratch_open(folder, err);
    int result = fates->fd < 0 ? -1 : 0;
    for (uint32_t s = 0; s < world->demand.count && result == 0; s++) {
        const struct stream *stream = &world->demand.stream[s];
        fates->stream[s].kept = !world->background[stream->condition];
        if (fates->stream[s].kept)
            result = reserve_stream(fates, s, stream->next_ordinal, backlog_of(world, s), err);
    }
    if (result != 0) {
        fates_free(fates);
        return NULL;
    }
    fates_restart(fates, world);
    return fates;
}

void fates_free(struct fates *fates)
{
    if (fates == NULL)
        return;
    for (size_t i = 0; i < fates->slabs; i++)
        munmap(fates->slab[i].bytes, fates->slab[i].size);
    if (fates->fd >= 0)
        close(fates->fd);
    pthread_mutex_destroy(&fates->mutex);
    free(fates->slab);
    free(fates->stream);
    free(fates);
}

void fates_leave_out(struct fates *fates, uint32_t stream, uint32_t ordinal)
{
    fates->absent_stream = stream;
    fates->absent_ordinal = ordinal;
}

/* --- what happens -------------------------------------------------------- */

static void enter(struct fates *fates, const struct patient *patient)
{
    uint64_t *cell = cell_of(fates, patient->stream, patient->ordinal);
    if (cell == NULL || (patient->more & PATIENT_STANDS_IN) != 0)
        return;
    const bool treated = (patient->flags & PATIENT_TREATED) != 0;
    *cell = fate_code((struct fate){
        .present = true, .severity = patient->severity, .where = treated ? FATE_BEFORE : FATE_NOT_TREATED});
}

/* All patients of a partition. Unused records have no event and are in nobody's line. */
static void enter_all(struct fates *fates, const struct patients *patients, bool *used)
{
    for (size_t i = 0; i < patients->used; i++)
        used[i] = true;
    for (size_t i = 0; i < patients->free_count; i++)
        used[patients->free[i]] = false;
    for (size_t i = 0; i < patients->used; i++)
        if (used[i])
            enter(fates, &patients->record[i]);
}

void fates_restart(struct fates *fates, const struct world *world)
{
    struct err err = ERR_INIT;
    for (size_t i = 0; i < fates->slabs; i++)
        memset(fates->slab[i].bytes, 0, fates->slab[i].used);
    for (unsigned p = 0; p < world->partitions; p++) {
        const struct patients *patients = &world->view[p]->part.patients;
        bool *used = mem_zeroed(patients->used, sizeof *used, &err);
        if (used == NULL) {
            engine_stop(world->engine, "out of memory for what happens to each patient");
            return;
        }
        enter_all(fates, patients, used);
        free(used);
    }
}

bool fate_comes(struct world *world, uint32_t stream, uint32_t ordinal, unsigned severity, int64_t now_us)
{
    struct fates *fates = world->fates;
    struct err err = ERR_INIT;
    if (!fates->stream[stream].kept)
        return true;
    if (reserve(fates, stream, ordinal, &err) != 0) {
        engine_stop(world->engine, err.text[0]);
        return false;
    }
    if (stream == fates->absent_stream && ordinal == fates->absent_ordinal)
        return false;
    *cell_of(fates, stream, ordinal) = fate_code((struct fate){
        .present = true, .fell_ill = now_us >= world->warmup_us, .severity = (uint8_t)severity});
    return true;
}

void fate_pays(struct world *world, const struct patient *patient, int64_t fen)
{
    uint64_t *cell = cell_of(world->fates, patient->stream, patient->ordinal);
    if (cell == NULL)
        return;
    const int64_t paid = (int64_t)(*cell & (uint64_t)FATE_MOST_FEN);
    const int64_t sum = fen > FATE_MOST_FEN - paid ? FATE_MOST_FEN : paid + fen;
    *cell = (*cell & ~(uint64_t)FATE_MOST_FEN) | (uint64_t)(sum < 0 ? 0 : sum);
}

static uint32_t class_of(unsigned of_bits, int64_t us)
{
    return (uint32_t)histogram_cell(of_bits, us / MINUTE_US);
}

void fate_is_treated(struct world *world, const struct patient *patient, size_t place, int64_t wait_us,
                     int64_t travel_us)
{
    static const enum fate_where where[GEOGRAPHY_RELATIONS] = {
        [SAME_COUNTY] = FATE_IN_COUNTY,
        [SAME_PREFECTURE] = FATE_IN_PREFECTURE,
        [SAME_PROVINCE] = FATE_IN_PROVINCE,
        [OTHER_PROVINCE] = FATE_ELSEWHERE,
    };
    uint64_t *cell = cell_of(world->fates, patient->stream, patient->ordinal);
    if (cell == NULL)
        return;
    struct fate fate = fate_of(*cell);
    fate.where = where[geography_relation(&world->geography, case_home(world, patient), place)];
    fate.wait_class = class_of(WAIT_BITS, wait_us);
    fate.travel_class = class_of(TRAVEL_BITS, travel_us);
    *cell = fate_code(fate);
}

void fate_ends(struct world *world, const struct patient *patient, int64_t outcome)
{
    uint64_t *cell = cell_of(world->fates, patient->stream, patient->ordinal);
    if (cell == NULL)
        return;
    struct fate fate = fate_of(*cell);
    fate.ended = true;
    fate.without = (patient->flags & (PATIENT_NEEDED | PATIENT_TREATED)) == PATIENT_NEEDED;
    if (outcome >= 0) {
        const struct outcome_spec *spec = SCENARIO_ITEM(case_condition(world, patient)->spec->outcomes,
                                                        struct outcome_spec, (size_t)outcome);
        fate.outcome = spec->good                       ? FATE_SUCCESS
                       : strcmp(spec->id, "death") == 0 ? FATE_DEATH
                                                        : FATE_COMPLICATION;
    }
    *cell = fate_code(fate);
}

/* --- reading ------------------------------------------------------------- */

size_t fates_count(const struct world *world, uint32_t stream, bool backlog)
{
    const struct fate_stream *of = &world->fates->stream[stream];
    if (!of->kept)
        return 0;
    return backlog ? of->backlog_count : world->demand.stream[stream].next_ordinal;
}

void fates_copy(const struct world *world, uint32_t stream, bool backlog, size_t first, size_t count,
                uint64_t *codes)
{
    for (size_t i = 0; i < count; i++) {
        const uint32_t ordinal = (uint32_t)(first + i) + (backlog ? CASE_BACKLOG : 0);
        const uint64_t *cell = cell_of(world->fates, stream, ordinal);
        codes[i] = cell == NULL ? 0 : *cell;
    }
}

/* --- saving -------------------------------------------------------------- */

static void save_stream(const struct world *world, uint32_t s, struct state_writer *writer)
{
    const struct fate_stream *of = &world->fates->stream[s];
    const size_t came = fates_count(world, s, false);
    for (unsigned k = 0; k < CHUNKS && came > chunk_begin(k); k++) {
        const size_t cells = came - chunk_begin(k) < chunk_cells(k) ? came - chunk_begin(k) : chunk_cells(k);
        state_put_u64(writer, of->chunk[k] != NULL);
        if (of->chunk[k] != NULL)
            state_put_sparse(writer, of->chunk[k], cells);
    }
    state_put_sparse(writer, of->backlog, of->backlog_count);
}

void fates_save(const struct world *world, struct state_writer *writer)
{
    state_begin(writer, "fates", 1);
    state_put_u64(writer, world->fates != NULL);
    for (uint32_t s = 0; world->fates != NULL && s < world->demand.count; s++)
        if (world->fates->stream[s].kept)
            save_stream(world, s, writer);
    state_end(writer);
}

static void restore_stream(struct world *world, uint32_t s, struct state_reader *reader)
{
    struct err err = ERR_INIT;
    const struct fate_stream *of = &world->fates->stream[s];
    const size_t came = fates_count(world, s, false);
    if (reserve_stream(world->fates, s, came, 0, &err) != 0) {
        state_refuse(reader, "%s", err.text[0]);
        return;
    }
    for (unsigned k = 0; k < CHUNKS && came > chunk_begin(k); k++) {
        const size_t cells = came - chunk_begin(k) < chunk_cells(k) ? came - chunk_begin(k) : chunk_cells(k);
        if (state_get_up_to(reader, 1) != 0)
            state_get_sparse(reader, of->chunk[k], cells);
    }
    state_get_sparse(reader, of->backlog, of->backlog_count);
}

void fates_restore(struct world *world, const struct saved_map *streams, struct state_reader *reader)
{
    state_enter(reader, "fates", 1);
    const uint64_t has = state_get_up_to(reader, 1);
    if ((has != 0) != (world->fates != NULL))
        state_refuse(reader, "was made %s what happens to each patient; run from the start",
                     has != 0 ? "with" : "without");
    for (size_t i = 0; world->fates != NULL && i < streams->count && !reader->failed; i++) {
        const uint32_t s = saved_index(streams, i);
        if (world->fates->stream[s].kept)
            restore_stream(world, s, reader);
    }
    state_leave(reader);
}
