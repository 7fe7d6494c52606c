#include "study/result_slice.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

/* A result of four replications of two places. */
static int64_t numbers[4] = {0, 1, 2, 3};
static const char *places[2] = {"a", "b"};
static double waited[8] = {0, 0.5, 10, 10.5, 20, 20.5, 30, NAN};
static int8_t met[4] = {0, 1, 0, 1};
static const char *words[4] = {"nil", "one", "two", NULL};
static int64_t people[2] = {100, 200};
static struct result_dimension dimensions[] = {
    {.name = "place", .size = 2, .type = RESULT_TEXT, .values = places},
    {.name = "replication", .size = 4, .type = RESULT_INT64, .values = numbers}};
static struct result_variable variables[] = {
    {.name = "waited", .type = RESULT_DOUBLE, .rank = 2, .dims = {1, 0}, .values = waited},
    {.name = "met", .type = RESULT_INT8, .rank = 1, .dims = {1}, .values = met},
    {.name = "word", .type = RESULT_TEXT, .rank = 1, .dims = {1}, .values = words},
    {.name = "people", .type = RESULT_INT64, .rank = 1, .dims = {0}, .values = people}};
static struct result_attribute attributes[] = {{.name = "title", .type = RESULT_TEXT, .text = "sample"}};
static const struct result sample = {.dimensions = dimensions,
                                     .dimension_count = 2,
                                     .variables = variables,
                                     .variable_count = 4,
                                     .attributes = attributes,
                                     .attribute_count = 1};

static struct result pick(struct arena *arena, size_t count, const size_t *positions)
{
    struct err err = ERR_INIT;
    struct result picked;
    cr_assert_eq(result_pick(&picked, &sample, "replication", positions, count, arena, &err), 0, "%s",
                 err.text[0]);
    return picked;
}

Test(result_slice, picks_positions_and_keeps_the_rest)
{
    struct arena arena = {0};
    const struct result picked = pick(&arena, 2, (const size_t[]){1, 3});
    cr_expect_eq(picked.dimensions[1].size, 2);
    cr_expect_eq(((const int64_t *)picked.dimensions[1].values)[1], 3);
    const double *values = picked.variables[0].values;
    cr_expect(values[0] == 10 && values[1] == 10.5 && values[2] == 30 && isnan(values[3]));
    cr_expect_eq(((const int8_t *)picked.variables[1].values)[1], 1);
    cr_expect_str_eq(((const char *const *)picked.variables[2].values)[0], "one");
    cr_expect_eq(picked.variables[3].values, people);
    cr_expect_str_eq(result_text(&picked, "title"), "sample");
    cr_expect_eq(sample.dimensions[1].size, 4, "what was picked from has changed");
    arena_free(&arena);
}

Test(result_slice, joins_by_number_whatever_the_order_of_the_parts)
{
    struct arena arena = {0};
    struct err err = ERR_INIT;
    const struct result a = pick(&arena, 2, (const size_t[]){1, 3}), b = pick(&arena, 1, (const size_t[]){2}),
                        c = pick(&arena, 1, (const size_t[]){0});
    const struct result *const parts[] = {&a, &b, &c};
    struct result joined;
    cr_assert_eq(result_join(&joined, parts, 3, "replication", NULL, &arena, &err), 0, "%s", err.text[0]);
    cr_expect_eq(joined.dimensions[1].size, 4);
    cr_expect_eq(memcmp(joined.dimensions[1].values, numbers, sizeof numbers), 0);
    cr_expect_eq(memcmp(joined.variables[0].values, waited, sizeof waited), 0);
    cr_expect_eq(memcmp(joined.variables[1].values, met, sizeof met), 0);
    cr_expect_eq(memcmp(joined.variables[2].values, words, sizeof words), 0);
    arena_free(&arena);
}

static void not_joined(const struct result *a, const struct result *b, const char *reason)
{
    struct arena arena = {0};
    struct err err = ERR_INIT;
    struct result joined;
    const struct result *const parts[] = {a, b};
    cr_expect_eq(result_join(&joined, parts, 2, "replication", NULL, &arena, &err), -1, "%s", reason);
    cr_expect(strstr(err.text[0], reason) != NULL, "%s: %s", reason, err.text[0]);
    arena_free(&arena);
}

Test(result_slice, refuses_what_does_not_belong_together)
{
    struct arena arena = {0};
    const struct result a = pick(&arena, 2, (const size_t[]){1, 3}), b = pick(&arena, 1, (const size_t[]){3});
    not_joined(&a, &b, "replication 3 is in more than one part");
    struct result other = pick(&arena, 1, (const size_t[]){0});
    other.variables[1].type = RESULT_INT64;
    not_joined(&a, &other, "not alike");
    other = pick(&arena, 1, (const size_t[]){0});
    other.dimensions[0].values = (const char *const[]){"a", "c"};
    not_joined(&a, &other, "not alike");
    other = pick(&arena, 1, (const size_t[]){0});
    other.variable_count--;
    not_joined(&a, &other, "not alike");
    struct err err = ERR_INIT;
    cr_expect_eq(result_pick(&other, &sample, "place", NULL, 0, &arena, &err), -1);
    cr_expect_eq(result_pick(&other, &sample, "time", NULL, 0, &arena, &err), -1);
    arena_free(&arena);
}
