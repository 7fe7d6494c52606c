#include "study/branch.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "models/world.h"

/* -1 when memory runs out. */
static int are_same(const struct world *base, const struct world *other, int64_t at_us, struct err *err)
{
    char *one = world_base(base, at_us, err);
    char *two = one == NULL ? NULL : world_base(other, at_us, err);
    const int answer = two == NULL ? -1 : strcmp(one, two) == 0;
    free(one);
    free(two);
    return answer;
}

/* The latest start of a policy of the two before `before_us`, BRANCH_NEVER for none. */
static int64_t start_before(const struct world *base, const struct world *other, int64_t before_us)
{
    int64_t latest_us = BRANCH_NEVER;
    for (int i = 0; i < 2; i++) {
        const struct world_period *periods = NULL;
        const size_t count = world_periods(i == 0 ? base : other, &periods);
        for (size_t p = 0; p < count; p++)
            if (periods[p].from_us < before_us && periods[p].from_us > latest_us)
                latest_us = periods[p].from_us;
    }
    return latest_us;
}

int64_t branch_time(const struct world *base, const struct world *other, struct err *err)
{
    const struct scenario *a = world_scenario(base), *b = world_scenario(other);
    if (strcmp(a->run.seed, b->run.seed) != 0 || world_end_us(base) != world_end_us(other))
        return BRANCH_NEVER;
    int64_t at_us = world_end_us(base);
    while ((at_us = start_before(base, other, at_us)) > BRANCH_NEVER) {
        const int same = are_same(base, other, at_us, err);
        if (same != 0)
            return same > 0 ? at_us : -1;
    }
    return BRANCH_NEVER;
}
