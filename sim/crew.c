#include "sim/crew.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "sim/mem.h"

enum {
    APART_BYTES = 128,  /* two cache lines: neighbours are fetched in pairs */
    PATIENCE = 1 << 11, /* looks before going to sleep: some tens of microseconds */
};

/* The lock orders everything: whoever works on a job has joined it under the lock and leaves it under the
 * lock. The two hints are read without it, only to stay awake for a while; nothing is concluded from them. A
 * helper that comes late finds the job closed, and nobody waits for it. */
struct crew {
    unsigned helpers; /* started */
    unsigned patience;
    pthread_t *threads; /* owned */

    crew_piece *piece; /* of the open job */
    void *job;
    unsigned pieces;

    pthread_mutex_t lock;
    pthread_cond_t opened, finished;
    bool has_lock, has_opened, has_finished; /* made, and to be destroyed */
    bool open, dismissed;
    unsigned number; /* of the job: nobody joins one twice */
    unsigned working;

    _Alignas(APART_BYTES) atomic_uint next;         /* piece */
    _Alignas(APART_BYTES) atomic_uint number_hint;  /* number, as far as known */
    _Alignas(APART_BYTES) atomic_uint working_hint; /* working, as far as known */
};

static inline void rest(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

static void tell(atomic_uint *hint, unsigned value)
{
    atomic_store_explicit(hint, value, memory_order_relaxed);
}

static unsigned look(const atomic_uint *hint)
{
    return atomic_load_explicit(hint, memory_order_relaxed);
}

static void work(struct crew *crew)
{
    const unsigned pieces = crew->pieces;
    for (;;) {
        const unsigned mine = atomic_fetch_add_explicit(&crew->next, 1, memory_order_relaxed);
        if (mine >= pieces)
            return;
        crew->piece(crew->job, mine);
    }
}

/* With the lock held, as it is again afterwards. */
static void join(struct crew *crew)
{
    tell(&crew->working_hint, ++crew->working);
    pthread_mutex_unlock(&crew->lock);
    work(crew);
    pthread_mutex_lock(&crew->lock);
    tell(&crew->working_hint, --crew->working);
    if (crew->working == 0 && !crew->open)
        pthread_cond_signal(&crew->finished);
}

static void *help(void *data)
{
    struct crew *crew = data;
    unsigned seen = 0;
    for (;;) {
        for (unsigned i = 0; i < crew->patience && look(&crew->number_hint) == seen; i++)
            rest();
        pthread_mutex_lock(&crew->lock);
        while (crew->number == seen && !crew->dismissed)
            pthread_cond_wait(&crew->opened, &crew->lock);
        const bool dismissed = crew->dismissed;
        seen = crew->number;
        if (!dismissed && crew->open)
            join(crew);
        pthread_mutex_unlock(&crew->lock);
        if (dismissed)
            return NULL;
    }
}

/* Staying awake helps nobody where threads take turns on a processor. */
static unsigned patience_of(unsigned threads)
{
    cpu_set_t allowed;
    if (sched_getaffinity(0, sizeof allowed, &allowed) != 0)
        return 0;
    return threads <= (unsigned)CPU_COUNT(&allowed) ? PATIENCE : 0;
}

/* The lock is held for some nanoseconds only: trying again for a while is quicker than going to sleep. */
static bool make_lock(pthread_mutex_t *lock)
{
    pthread_mutexattr_t kind;
    if (pthread_mutexattr_init(&kind) != 0)
        return false;
#ifdef __GLIBC__
    pthread_mutexattr_settype(&kind, PTHREAD_MUTEX_ADAPTIVE_NP);
#endif
    const bool made = pthread_mutex_init(lock, &kind) == 0;
    pthread_mutexattr_destroy(&kind);
    return made;
}

static int make_locks(struct crew *crew, struct err *err)
{
    crew->has_lock = make_lock(&crew->lock);
    crew->has_opened = pthread_cond_init(&crew->opened, NULL) == 0;
    crew->has_finished = pthread_cond_init(&crew->finished, NULL) == 0;
    if (!crew->has_lock || !crew->has_opened || !crew->has_finished)
        return err_fail(err, "threads: a lock could not be made");
    return 0;
}

static int start_helpers(struct crew *crew, unsigned threads, struct err *err)
{
    crew->threads = mem_zeroed(threads, sizeof *crew->threads, err);
    if (crew->threads == NULL)
        return -1;
    while (crew->helpers + 1 < threads) {
        const int reason = pthread_create(&crew->threads[crew->helpers], NULL, help, crew);
        if (reason != 0)
            return err_fail(err, "threads: the system gives %u of %u (%s); ask for fewer", crew->helpers + 1,
                            threads, strerror(reason));
        crew->helpers++;
    }
    return 0;
}

struct crew *crew_new(unsigned threads, struct err *err)
{
    if (threads == 0) {
        err_fail(err, "threads: nothing runs on none; ask for 1 or more");
        return NULL;
    }
    struct crew *crew = aligned_alloc(APART_BYTES, sizeof *crew);
    if (crew == NULL) {
        err_fail(err, "out of memory: %u threads could not be started", threads);
        return NULL;
    }
    memset(crew, 0, sizeof *crew);
    crew->patience = patience_of(threads);
    if (make_locks(crew, err) != 0 || start_helpers(crew, threads, err) != 0) {
        crew_free(crew);
        return NULL;
    }
    return crew;
}

static void dismiss(struct crew *crew)
{
    pthread_mutex_lock(&crew->lock);
    crew->dismissed = true;
    pthread_cond_broadcast(&crew->opened);
    pthread_mutex_unlock(&crew->lock);
    tell(&crew->number_hint, crew->number + 1);
    for (unsigned i = 0; i < crew->helpers; i++)
        pthread_join(crew->threads[i], NULL);
}

void crew_free(struct crew *crew)
{
    if (crew == NULL)
        return;
    if (crew->helpers > 0)
        dismiss(crew);
    if (crew->has_finished)
        pthread_cond_destroy(&crew->finished);
    if (crew->has_opened)
        pthread_cond_destroy(&crew->opened);
    if (crew->has_lock)
        pthread_mutex_destroy(&crew->lock);
    free(crew->threads);
    free(crew);
}

static void open_job(struct crew *crew, crew_piece *piece, void *job, unsigned pieces)
{
    pthread_mutex_lock(&crew->lock);
    crew->piece = piece;
    crew->job = job;
    crew->pieces = pieces;
    atomic_store_explicit(&crew->next, 0, memory_order_relaxed);
    crew->open = true;
    const unsigned number = ++crew->number;
    pthread_cond_broadcast(&crew->opened);
    pthread_mutex_unlock(&crew->lock);
    tell(&crew->number_hint, number); /* behind the lock, which those who see it want next */
}

static void close_job(struct crew *crew)
{
    for (unsigned i = 0; i < crew->patience && look(&crew->working_hint) > 0; i++)
        rest();
    pthread_mutex_lock(&crew->lock);
    crew->open = false;
    while (crew->working > 0)
        pthread_cond_wait(&crew->finished, &crew->lock);
    pthread_mutex_unlock(&crew->lock);
}

void crew_run(struct crew *crew, crew_piece *piece, void *job, unsigned pieces)
{
    open_job(crew, piece, job, pieces);
    work(crew);
    close_job(crew);
}
