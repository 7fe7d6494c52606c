#include "study/ocba.h"

#include <criterion/criterion.h>

#include "starve.h"

/* Differences from the best (world 0): -2 +- 1 in turn (sd sqrt(10/9)), and -4 +- 1. */
static const double best[] = {9, 11, 9, 11, 9, 11, 9, 11, 9, 11};
static const double near_best[] = {8, 8, 8, 8, 8, 8, 8, 8, 8, 8}, far[] = {6, 6, 6, 6, 6, 6, 6, 6, 6, 6};
static const double *const columns[] = {far, best, near_best};

Test(ocba, finds_the_largest)
{
    const size_t counts[] = {10, 10, 10};
    cr_expect_eq(ocba_best(columns, counts, 3), 1);
    const double *const same[] = {far, far};
    cr_expect_eq(ocba_best(same, counts, 2), 0, "the first of equal ones");
}

/* Weights (sd/2)^2 : (sd/4)^2 = 4 : 1, and 4 for the best: of 90 in all, 40, 40 and 10. */
Test(ocba, gives_most_to_whom_it_is_hard_to_tell_from_the_best)
{
    struct err err = ERR_INIT;
    size_t counts[] = {10, 10, 10};
    cr_assert_eq(ocba_allocate(columns, counts, 3, 60, &err), 0);
    cr_expect(counts[0] == 10 && counts[1] == 40 && counts[2] == 40, "%zu %zu %zu", counts[0], counts[1],
              counts[2]);
}

Test(ocba, spends_exactly_what_there_is)
{
    struct err err = ERR_INIT;
    size_t counts[] = {10, 10, 10};
    for (size_t more = 0; more < 20; more++) {
        const size_t before = counts[0] + counts[1] + counts[2];
        cr_assert_eq(ocba_allocate(columns, counts, 3, more, &err), 0);
        cr_assert_eq(counts[0] + counts[1] + counts[2], before + more);
        for (size_t i = 0; i < 3; i++) /* the values go no further */
            counts[i] = 10;
    }
}

Test(ocba, shares_out_evenly_what_nothing_tells_apart)
{
    struct err err = ERR_INIT;
    const double *const same[] = {far, far, far};
    size_t counts[] = {10, 10, 10};
    cr_assert_eq(ocba_allocate(same, counts, 3, 30, &err), 0);
    cr_expect(counts[0] == 20 && counts[1] == 20 && counts[2] == 20);
}

#ifdef CAN_STARVE
Test(ocba, fails_cleanly_when_memory_runs_out)
{
    SKIP_IF_WATCHED;
    struct err err = ERR_INIT;
    size_t counts[] = {10, 10, 10};
    starve();
    const int answer = ocba_allocate(columns, counts, 3, 60, &err);
    feed();
    cr_assert_eq(answer, -1);
    cr_assert(counts[0] == 10 && counts[1] == 10 && counts[2] == 10);
}
#endif
