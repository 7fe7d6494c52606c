#include "sim/race.h"

#include <criterion/criterion.h>

static struct race_table table;

static void init(void)
{
    race_table_init(&table);
}

TestSuite(race, .init = init);

/* By the definition: the first of the least times; RACE_MOST: nobody runs. */
static size_t winner(const double utility[RACE_MOST], const uint32_t word[RACE_MOST])
{
    double first = INFINITY;
    size_t best = RACE_MOST;
    for (size_t i = 0; i < RACE_MOST; i++) {
        const double time = race_time(word[i]) - utility[i];
        if (time < first) {
            first = time;
            best = i;
        }
    }
    return best;
}

struct field {
    double utility[RACE_MOST];
    _Alignas(64) float bound[RACE_MOST];
    float margin;
};

/* Nobody below `from` of a uniform number runs; utilities differ by `spread`. */
static void make_field(struct field *field, uint64_t number, double from, double spread)
{
    field->margin = 0;
    for (size_t i = 0; i < RACE_MOST; i++) {
        const uint64_t luck = rng_mix(number * RACE_MOST + i);
        field->bound[i] = -INFINITY;
        field->utility[i] = -INFINITY;
        if (rng_unit((uint32_t)luck) < from)
            continue;
        field->utility[i] = (rng_unit((uint32_t)(luck >> 32)) - 0.5) * spread;
        cr_assert(race_bound(field->utility[i], &field->bound[i], &field->margin));
    }
}

static void draw(uint32_t word[RACE_MOST], uint64_t number)
{
    for (size_t i = 0; i < RACE_MOST; i++)
        word[i] = (uint32_t)rng_mix(number * RACE_MOST + i);
}

/* Returns how many are left. */
static unsigned expect_winner_left(const struct field *field, const uint32_t word[RACE_MOST])
{
    const struct race_field bounds = {field->bound, field->margin};
    double latest = 0, plainly = 0;
    const uint32_t left = race_left(&table, bounds, word, &latest);
    cr_assert_eq(left, race_left_plain(&table, bounds, word, &plainly));
    cr_assert(!(latest < plainly) && !(latest > plainly));
    const size_t best = winner(field->utility, word);
    if (best == RACE_MOST) {
        cr_assert_eq(left, 0);
        return 0;
    }
    cr_assert(left >> best & 1, "the winner, %zu, is not among %x", best, left);
    cr_assert(race_time(word[best]) - field->utility[best] <= latest);
    return (unsigned)__builtin_popcount(left);
}

Test(race, leaves_of_several_races_whom_it_leaves_of_each)
{
    enum { RACES = 5 };
    for (uint64_t number = 0; number < 20000; number++) {
        struct field field[RACES];
        struct race_field bounds[RACES];
        struct race_left left[RACES];
        uint32_t word[RACES][RACE_MOST];
        for (size_t i = 0; i < RACES; i++) {
            make_field(&field[i], number * RACES + i, (double)(number % 5) / 4, (double)(number % 7));
            bounds[i] = (struct race_field){field[i].bound, field[i].margin};
            draw(word[i], ~(number * RACES + i));
        }
        race_left_each(&table, bounds, word[0], number % (RACES + 1), left);
        for (size_t i = 0; i < number % (RACES + 1); i++) {
            double latest = 0;
            cr_assert_eq(left[i].who, race_left_plain(&table, bounds[i], word[i], &latest));
            cr_assert(!(left[i].latest < latest) && !(left[i].latest > latest));
        }
    }
}

Test(race, never_leaves_out_the_winner)
{
    static const double spreads[] = {0, 0.01, 3, 30, 2e6};
    uint64_t left = 0, races = 0;
    for (uint64_t number = 0; number < 3000000; number++) {
        struct field field;
        uint32_t word[RACE_MOST];
        if (number % 100 == 0)
            make_field(&field, number / 100, number % 300 == 0 ? 0.5 : 0, spreads[number / 100 % 5]);
        draw(word, ~number);
        left += expect_winner_left(&field, word);
        races++;
    }
    cr_expect_lt((double)left / (double)races, 1.5, "%g are left of each race", (double)left / (double)races);
}

/* Where cells and floats are coarse, and where they end. */
Test(race, never_leaves_out_the_winner_among_the_luckiest_and_unluckiest)
{
    for (uint64_t number = 0; number < 300000; number++) {
        struct field field;
        uint32_t word[RACE_MOST];
        make_field(&field, number, 0.3, number % 2 == 0 ? 1e-6 : 8);
        draw(word, number + 12345);
        for (size_t i = 0; i < RACE_MOST; i++) {
            const uint32_t far = word[i] >> (number + i) % 32;
            word[i] = number % 3 == 0 ? far : ~far;
        }
        (void)expect_winner_left(&field, word);
    }
}

Test(race, leaves_nobody_where_nobody_runs)
{
    struct field field;
    uint32_t word[RACE_MOST];
    make_field(&field, 1, 1, 1);
    draw(word, 1);
    cr_expect_eq(expect_winner_left(&field, word), 0);
}

Test(race, has_no_bound_for_utilities_that_are_no_numbers_or_huge)
{
    const double utility[] = {NAN, INFINITY, -INFINITY, 1.1e6, -1.1e6};
    for (size_t i = 0; i < sizeof utility / sizeof utility[0]; i++) {
        float bound = 7, margin = 0;
        cr_expect_not(race_bound(utility[i], &bound, &margin));
        cr_expect(bound == 7 && margin == 0);
    }
}

Test(race, knows_the_least_time)
{
    cr_expect_lt(RACE_LEAST_TIME, race_time(UINT32_MAX));
}
