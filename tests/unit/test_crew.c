#include "sim/crew.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <criterion/criterion.h>

/* In place of the C library's, for the whole program: the number of threads that can still be had; negative:
 * as many as are asked for. */
static int threads_left = -1;

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*begin)(void *), void *data)
{
    static int (*of_system)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
    if (of_system == NULL) {
        void *found = dlsym(RTLD_NEXT, "pthread_create");
        memcpy(&of_system, &found, sizeof found);
    }
    if (threads_left == 0)
        return EAGAIN;
    threads_left -= threads_left > 0;
    return of_system(thread, attributes, begin, data);
}

enum { PIECES_MOST = 100 };

struct tally {
    unsigned long done[PIECES_MOST];
    atomic_uint at_once, most_at_once;
    long rest_ns;      /* in each piece */
    unsigned wait_for; /* how many pieces must be under way at once before any ends */
};

static void count(void *job, unsigned piece)
{
    struct tally *tally = job;
    const unsigned now = atomic_fetch_add(&tally->at_once, 1) + 1;
    unsigned most = atomic_load(&tally->most_at_once);
    while (now > most && !atomic_compare_exchange_weak(&tally->most_at_once, &most, now))
        ;
    while (atomic_load(&tally->most_at_once) < tally->wait_for)
        nanosleep(&(struct timespec){.tv_nsec = 100000}, NULL);
    if (tally->rest_ns > 0)
        nanosleep(&(struct timespec){.tv_nsec = tally->rest_ns}, NULL);
    tally->done[piece]++;
    atomic_fetch_sub(&tally->at_once, 1);
}

static struct crew *new_crew(unsigned threads)
{
    struct err err = ERR_INIT;
    struct crew *crew = crew_new(threads, &err);
    cr_assert_not_null(crew, "%s", err.text[0]);
    return crew;
}

static const unsigned sizes[] = {1, 2, 4, 16};
enum { SIZES = sizeof sizes / sizeof *sizes };

Test(crew, does_each_piece_once)
{
    static const unsigned pieces[] = {0, 1, 2, 3, 31, PIECES_MOST};
    for (size_t i = 0; i < SIZES; i++) {
        struct crew *crew = new_crew(sizes[i]);
        for (size_t j = 0; j < sizeof pieces / sizeof *pieces; j++) {
            struct tally tally = {.wait_for = 0};
            crew_run(crew, count, &tally, pieces[j]);
            for (unsigned k = 0; k < PIECES_MOST; k++)
                cr_assert_eq(tally.done[k], k < pieces[j]);
        }
        crew_free(crew);
    }
    crew_free(NULL);
}

Test(crew, has_done_a_job_before_it_begins_the_next)
{
    for (size_t i = 0; i < SIZES; i++) {
        struct crew *crew = new_crew(sizes[i]);
        struct tally tally = {.wait_for = 0};
        for (unsigned long job = 1; job <= 2000; job++) {
            crew_run(crew, count, &tally, 5);
            for (unsigned k = 0; k < 5; k++)
                cr_assert_eq(tally.done[k], job);
        }
        crew_free(crew);
    }
}

Test(crew, waits_for_pieces_of_others)
{
    for (size_t i = 0; i < SIZES; i++) {
        struct crew *crew = new_crew(sizes[i]);
        struct tally tally = {.rest_ns = 2000000};
        for (unsigned long job = 1; job <= 10; job++) {
            crew_run(crew, count, &tally, 2);
            cr_assert(tally.done[0] == job && tally.done[1] == job);
        }
        crew_free(crew);
    }
}

/* Would not end if a thread were missing. */
Test(crew, works_with_all_its_threads, .timeout = 60)
{
    for (size_t i = 0; i < SIZES; i++) {
        struct crew *crew = new_crew(sizes[i]);
        struct tally tally = {.wait_for = sizes[i]};
        crew_run(crew, count, &tally, sizes[i]);
        cr_assert_eq(atomic_load(&tally.most_at_once), sizes[i]);
        crew_free(crew);
    }
}

Test(crew, wakes_up_from_sleep, .timeout = 60)
{
    struct crew *crew = new_crew(3);
    for (unsigned job = 0; job < 20; job++) {
        nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
        struct tally tally = {.wait_for = 3};
        crew_run(crew, count, &tally, 3);
    }
    crew_free(crew);
}

/* Processor time of all threads while there is nothing to do: a helper that stays awake uses 0.2 s. */
Test(crew, sleeps_when_there_is_no_work)
{
    struct crew *crew = new_crew(2);
    struct tally tally = {.wait_for = 0};
    crew_run(crew, count, &tally, 2);
    struct timespec begun, ended;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &begun);
    nanosleep(&(struct timespec){.tv_nsec = 200000000}, NULL);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ended);
    const double used_s =
        (double)(ended.tv_sec - begun.tv_sec) + 1e-9 * (double)(ended.tv_nsec - begun.tv_nsec);
    cr_assert_lt(used_s, 0.05);
    crew_free(crew);
}

Test(crew, refuses_no_threads)
{
    struct err err = ERR_INIT;
    cr_assert_null(crew_new(0, &err));
    cr_assert(strstr(err.text[0], "ask for 1 or more") != NULL, "%s", err.text[0]);
}

Test(crew, says_how_many_threads_there_are_to_be_had)
{
    for (int given = 0; given < 3; given++) {
        struct err err = ERR_INIT;
        threads_left = given;
        struct crew *crew = crew_new(4, &err);
        threads_left = -1;
        cr_assert_null(crew);
        char expected[64];
        snprintf(expected, sizeof expected, "threads: the system gives %d of 4", given + 1);
        cr_assert(strstr(err.text[0], expected) != NULL, "%s", err.text[0]);
    }
}
