#include "study/sweep_ranks.h"

#include <pthread.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include <mpi.h>

#include "study/sweep_crew.h"
#include "study/sweep_dealer.h"

/* One thread of a rank at a time calls MPI. Whoever waits naps in between: what the others do is long, and
 * spinning would take the processor from them. */
enum { NAP_NS = 1000000, TAG_WORD = 1, TAG_ANSWER = 2 };

enum word_kind {
    WORD_NEXT,  /* asks for a shard; it is answered */
    WORD_DONE,  /* the shard is made */
    WORD_STOP,  /* no more are to be dealt out: a signal or a failure */
    WORD_LEAVE, /* the rank asks for nothing more */
};

/* From a rank to rank 0. All run the same program on the same kind of processor. */
struct word {
    int64_t kind;
    uint64_t shard, tasks;
    unsigned char digest[SHA256_BYTES];
};

struct answer {
    uint64_t any, shard;
};

/* From rank 0 to all, when the folder is open. */
struct begin {
    int64_t status;
    uint64_t fingerprint;
};

static void nap(void)
{
    const struct timespec time = {.tv_nsec = NAP_NS};
    (void)nanosleep(&time, NULL);
}

static void wait_for(MPI_Request *request)
{
    int done = 0;
    while (MPI_Test(request, &done, MPI_STATUS_IGNORE) == MPI_SUCCESS && !done)
        nap();
}

int sweep_ranks_join(struct sweep_ranks *ranks, struct err *err)
{
    int provided = 0, rank = 0, size = 1;
    *ranks = (struct sweep_ranks){.size = 0};
    if (MPI_Init_thread(NULL, NULL, MPI_THREAD_SERIALIZED, &provided) != MPI_SUCCESS)
        return err_fail(err, "MPI cannot be started; is the program under the mpirun that belongs to it?");
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    *ranks = (struct sweep_ranks){.rank = (size_t)rank, .size = (size_t)size};
    if (size > 1 && provided < MPI_THREAD_SERIALIZED)
        return err_fail(err, "this MPI does not let threads call it in turn (MPI_THREAD_SERIALIZED); use "
                             "`counterpart sweep`, whose processes take fixed shares");
    return 0;
}

void sweep_ranks_leave(struct sweep_ranks *ranks)
{
    MPI_Request request;
    if (ranks->size == 0)
        return;
    if (MPI_Ibarrier(MPI_COMM_WORLD, &request) == MPI_SUCCESS)
        wait_for(&request);
    MPI_Finalize();
    *ranks = (struct sweep_ranks){.size = 0};
}

int sweep_ranks_agree(const struct sweep_ranks *ranks, int status, bool *mine)
{
    struct {
        int status, rank;
    } own = {status, (int)ranks->rank}, worst = own;
    MPI_Request request;
    if (MPI_Iallreduce(&own, &worst, 1, MPI_2INT, MPI_MAXLOC, MPI_COMM_WORLD, &request) == MPI_SUCCESS)
        wait_for(&request);
    *mine = worst.rank == own.rank;
    return worst.status;
}

/* ---- rank 0 ---- */

struct desk {
    struct sweep_dealer dealer;
    size_t others; /* who may still ask */
};

static void answer_word(struct desk *desk, const struct word *word, int rank)
{
    struct answer answer = {.any = 0};
    size_t shard = 0;
    switch ((enum word_kind)word->kind) {
    case WORD_NEXT:
        answer.any = sweep_dealer_next(&desk->dealer, &shard) ? 1 : 0;
        answer.shard = shard;
        MPI_Send(&answer, (int)sizeof answer, MPI_BYTE, rank, TAG_ANSWER, MPI_COMM_WORLD);
        break;
    case WORD_DONE:
        (void)sweep_dealer_tasks(&desk->dealer, (size_t)word->tasks);
        sweep_dealer_shard(&desk->dealer, (size_t)word->shard, word->digest);
        break;
    case WORD_STOP:
        sweep_dealer_stop(&desk->dealer);
        break;
    case WORD_LEAVE:
        desk->others--;
        break;
    }
}

static void *serve(void *data)
{
    struct desk *desk = data;
    while (desk->others > 0) {
        struct word word;
        MPI_Status status;
        int any = 0;
        if (MPI_Iprobe(MPI_ANY_SOURCE, TAG_WORD, MPI_COMM_WORLD, &any, &status) != MPI_SUCCESS || !any) {
            (void)sweep_dealer_tasks(&desk->dealer, 0);
            nap();
            continue;
        }
        MPI_Recv(&word, (int)sizeof word, MPI_BYTE, status.MPI_SOURCE, TAG_WORD, MPI_COMM_WORLD,
                 MPI_STATUS_IGNORE);
        answer_word(desk, &word, status.MPI_SOURCE);
    }
    return NULL;
}

static int work_and_serve(struct desk *desk, const struct sweep_options *options, struct err *err)
{
    pthread_t thread;
    const struct sweep_deal deal = sweep_dealer_deal(&desk->dealer);
    const bool beside = pthread_create(&thread, NULL, serve, desk) == 0;
    if (!beside)
        (void)serve(desk); /* then this rank makes what is left, if anything is */
    const int status = sweep_crew_work(desk->dealer.sweep, options->threads, &deal, err);
    if (status != 0)
        sweep_dealer_stop(&desk->dealer);
    if (beside)
        pthread_join(thread, NULL);
    return status;
}

static void announce(const struct sweep_ranks *ranks, const struct sweep *sweep, struct begin *begin)
{
    MPI_Request request;
    if (ranks->rank == 0)
        begin->fingerprint = sweep->fingerprint;
    if (MPI_Ibcast(begin, (int)sizeof *begin, MPI_BYTE, 0, MPI_COMM_WORLD, &request) == MPI_SUCCESS)
        wait_for(&request);
}

static int run_first(const struct sweep_ranks *ranks, struct sweep *sweep, bool resume,
                     const struct sweep_options *options, struct sweep_progress *progress, struct err *err)
{
    struct desk desk = {.others = ranks->size - 1};
    struct begin begin = {.status = sweep_open(sweep, resume, err)};
    if (begin.status == 0)
        begin.status = sweep_dealer_init(&desk.dealer, sweep, options, progress, err);
    announce(ranks, sweep, &begin);
    int status = begin.status == 0 ? 0 : -1;
    if (status == 0)
        status = work_and_serve(&desk, options, err);
    if (status == 0)
        status = sweep_dealer_end(&desk.dealer, err);
    sweep_dealer_free(&desk.dealer);
    return status;
}

/* ---- the other ranks ---- */

struct hand {
    const struct sweep *sweep;
    const struct sweep_options *options;
    pthread_mutex_t mutex; /* for MPI and what follows */
    bool stopped;
};

static void say(struct word word)
{
    MPI_Send(&word, (int)sizeof word, MPI_BYTE, 0, TAG_WORD, MPI_COMM_WORLD);
}

static void say_stop(struct hand *hand)
{
    if (!hand->stopped)
        say((struct word){.kind = WORD_STOP});
    hand->stopped = true;
}

static bool ask_next(void *data, size_t *shard)
{
    struct hand *hand = data;
    struct answer answer = {.any = 0};
    MPI_Request request;
    pthread_mutex_lock(&hand->mutex);
    if (!hand->stopped) {
        say((struct word){.kind = WORD_NEXT});
        if (MPI_Irecv(&answer, (int)sizeof answer, MPI_BYTE, 0, TAG_ANSWER, MPI_COMM_WORLD, &request) ==
            MPI_SUCCESS)
            wait_for(&request);
    }
    pthread_mutex_unlock(&hand->mutex);
    *shard = (size_t)answer.shard;
    return answer.any != 0;
}

static bool hear_task(void *data)
{
    static const struct sweep_progress none = {.shards = 0};
    struct hand *hand = data;
    pthread_mutex_lock(&hand->mutex);
    if (hand->options->go_on != NULL && !hand->options->go_on(hand->options->data, &none))
        say_stop(hand);
    const bool on = !hand->stopped;
    pthread_mutex_unlock(&hand->mutex);
    return on;
}

static void tell_shard(void *data, size_t shard, const unsigned char digest[SHA256_BYTES])
{
    struct hand *hand = data;
    const struct sweep *sweep = hand->sweep;
    const size_t first = shard * sweep->shard_tasks, left = sweep->tasks - first;
    struct word word = {
        .kind = WORD_DONE, .shard = shard, .tasks = left < sweep->shard_tasks ? left : sweep->shard_tasks};
    memcpy(word.digest, digest, SHA256_BYTES);
    pthread_mutex_lock(&hand->mutex);
    say(word);
    pthread_mutex_unlock(&hand->mutex);
}

static int run_other(const struct sweep_ranks *ranks, const struct sweep *sweep,
                     const struct sweep_options *options, struct err *err)
{
    struct hand hand = {.sweep = sweep, .options = options};
    struct begin begin = {.status = 0};
    const struct sweep_deal deal = {
        .next = ask_next, .task_done = hear_task, .shard_done = tell_shard, .data = &hand};
    announce(ranks, sweep, &begin);
    if (begin.status != 0)
        return 0; /* rank 0 says why */
    int status = 0;
    if (begin.fingerprint != sweep->fingerprint)
        status =
            err_fail(err,
                     "rank %zu reads another design, other scenarios or another version than rank 0; all "
                     "machines must see the same files",
                     ranks->rank);
    else if (pthread_mutex_init(&hand.mutex, NULL) != 0)
        status = err_fail(err, "out of memory: a lock could not be made");
    else {
        status = sweep_crew_work(sweep, options->threads, &deal, err);
        pthread_mutex_destroy(&hand.mutex);
    }
    if (status != 0)
        say_stop(&hand);
    say((struct word){.kind = WORD_LEAVE});
    return status;
}

int sweep_ranks_run(const struct sweep_ranks *ranks, struct sweep *sweep, bool resume,
                    const struct sweep_options *options, struct sweep_progress *progress, struct err *err)
{
    *progress = (struct sweep_progress){.shards = 0};
    if (ranks->size == 1)
        return sweep_open(sweep, resume, err) == 0 ? sweep_run(sweep, options, progress, err) : -1;
    return ranks->rank == 0 ? run_first(ranks, sweep, resume, options, progress, err)
                            : run_other(ranks, sweep, options, err);
}
