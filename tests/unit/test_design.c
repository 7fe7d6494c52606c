#include "study/design.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SCENARIOS "scenarios: ( { id = \"one\"; file = \"" SOURCE_DIR "/scenarios/queues/queue.cfg\"; } );\n"

/* A design from a text, in a file that is gone afterwards. */
static int load(struct design_spec *spec, const char *text, struct err *err)
{
    char path[] = "/tmp/design_XXXXXX";
    const int fd = mkstemp(path);
    cr_assert_geq(fd, 0);
    cr_assert_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
    const int status = design_spec_load(spec, path, NULL, 0, err);
    unlink(path);
    return status;
}

struct made {
    struct design_spec spec;
    struct design design;
};

static void make(struct made *made, const char *text)
{
    struct err err = ERR_INIT;
    cr_assert_eq(load(&made->spec, text, &err), 0, "%s", err.text[0]);
    cr_assert_eq(design_init(&made->design, &made->spec, &err), 0, "%s", err.text[0]);
}

static void unmake(struct made *made)
{
    design_free(&made->design);
    design_spec_free(&made->spec);
}

static double at(const struct made *made, size_t point, size_t factor)
{
    return made->design.values[point * made->design.factors + factor];
}

static int by_size(const void *a, const void *b)
{
    const double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

Test(design, factorial_has_every_combination_the_last_factor_fastest)
{
    struct made made;
    make(&made, "kind = \"factorial\";" SCENARIOS "factors: ( { id = \"a\"; path = \"x\"; values = [1, 2]; },"
                "           { id = \"b\"; path = \"y\"; texts = [\"p\", \"q\", \"r\"]; },"
                "           { id = \"c\"; path = \"z\"; low = 0.0; high = 0.5; } );");
    cr_assert_eq(made.design.points, 12);
    for (size_t point = 0; point < 12; point++) {
        cr_expect_eq(at(&made, point, 0), (double)(point / 6 + 1));
        cr_expect_eq(at(&made, point, 1), (double)(point / 2 % 3));
        cr_expect_eq(at(&made, point, 2), point % 2 == 0 ? 0 : 0.5);
    }
    unmake(&made);
}

static const char latin[] =
    "kind = \"latin_hypercube\"; points = 50;" SCENARIOS
    "factors: ( { id = \"a\"; path = \"x\"; low = 0; high = 50; },"
    "           { id = \"b\"; path = \"y\"; prior: { dist = \"uniform\"; low = 10; high = 60; }; } );";

Test(design, latin_hypercube_has_one_point_in_each_cell_of_each_factor)
{
    struct made made;
    make(&made, latin);
    for (size_t f = 0; f < 2; f++) {
        double column[50];
        for (size_t point = 0; point < 50; point++)
            column[point] = at(&made, point, f) - 10 * (double)f;
        qsort(column, 50, sizeof column[0], by_size);
        for (size_t cell = 0; cell < 50; cell++)
            cr_expect_eq(floor(column[cell]), (double)cell);
    }
    unmake(&made);
}

Test(design, where_a_factor_falls_does_not_depend_on_the_others)
{
    struct made both, alone;
    make(&both, latin);
    make(&alone, "kind = \"latin_hypercube\"; points = 50;" SCENARIOS
                 "factors: ( { id = \"b\"; path = \"y\"; low = 10; high = 60; } );");
    for (size_t point = 0; point < 50; point++)
        cr_expect_float_eq(at(&both, point, 1), at(&alone, point, 0), 1e-9);
    unmake(&both);
    unmake(&alone);
}

Test(design, another_seed_gives_other_points)
{
    struct made first, other;
    char text[sizeof latin + 20];
    snprintf(text, sizeof text, "seed = \"2\"; %s", latin);
    make(&first, latin);
    make(&other, text);
    cr_expect_neq(at(&first, 0, 0), at(&other, 0, 0));
    unmake(&first);
    unmake(&other);
}

/* 64 points of a Sobol' sequence, moved as a whole: each half has 32, each quarter 16. */
Test(design, sobol_sequence_fills_the_range_evenly)
{
    struct made made;
    make(&made, "kind = \"sobol_sequence\"; points = 64;" SCENARIOS
                "factors: ( { id = \"a\"; path = \"x\"; low = 0; high = 4; },"
                "           { id = \"b\"; path = \"y\"; low = 0; high = 4; } );");
    for (size_t f = 0; f < 2; f++) {
        int in[4] = {0};
        for (size_t point = 0; point < 64; point++)
            in[(size_t)at(&made, point, f)]++;
        for (size_t i = 0; i < 4; i++)
            cr_expect(in[i] >= 15 && in[i] <= 17, "factor %zu: %d in quarter %zu", f, in[i], i);
    }
    unmake(&made);
}

Test(design, sobol_indices_mix_the_two_matrices)
{
    struct made made;
    make(&made, "kind = \"sobol_indices\"; points = 8;" SCENARIOS
                "factors: ( { id = \"a\"; path = \"x\"; low = 0; high = 1; },"
                "           { id = \"b\"; path = \"y\"; low = 0; high = 1; } );");
    cr_assert_eq(made.design.points, 8 * 4);
    for (size_t row = 0; row < 8; row++) {
        const size_t a = design_point_a(&made.design, row), b = design_point_b(&made.design, row);
        for (size_t mixed = 0; mixed < 2; mixed++)
            for (size_t f = 0; f < 2; f++)
                cr_expect_eq(at(&made, design_point_ab(&made.design, row, mixed), f),
                             at(&made, f == mixed ? b : a, f));
        cr_expect_neq(at(&made, a, 0), at(&made, b, 0));
    }
    unmake(&made);
}

Test(design, one_at_a_time_takes_quantiles_of_priors_and_leaves_the_others_alone)
{
    struct made made;
    make(&made,
         "kind = \"one_at_a_time\";" SCENARIOS
         "factors: ( { id = \"a\"; path = \"x\"; prior: { dist = \"normal\"; mean = 100; sd = 10; }; },"
         "           { id = \"b\"; path = \"y\"; values = [3, 4, 5]; } );");
    cr_assert_eq(made.design.points, 5);
    cr_expect(isnan(at(&made, 0, 0)) && isnan(at(&made, 0, 1)));
    cr_expect_float_eq(at(&made, design_low_point(0), 0), 80.4, 1e-9);
    cr_expect_float_eq(at(&made, design_high_point(0), 0), 119.6, 1e-9);
    cr_expect(isnan(at(&made, design_low_point(0), 1)));
    cr_expect_eq(at(&made, design_low_point(1), 1), 3);
    cr_expect_eq(at(&made, design_high_point(1), 1), 5);
    unmake(&made);
}

/* Latin hypercubes know the quantiles: the k-th of 200 lies within its cell. */
Test(design, priors_are_met_by_their_quantiles)
{
    static const struct {
        const char *prior;
        double quartile, median;
    } cases[] = {
        {"{ dist = \"triangular\"; low = 0; mode = 0.5; high = 1; }", 0.353553, 0.5},
        {"{ dist = \"normal\"; mean = -2; sd = 0.5; low = -100; }", -2.337245, -2},
        {"{ dist = \"lognormal\"; mu = 0.0; sigma = 1.0; }", 0.509416, 1},
        {"{ dist = \"beta\"; alpha = 2; beta = 2; high = 1; }", 0.326352, 0.5},
        {"{ dist = \"gamma\"; shape = 1; scale = 2; }", 0.575364, 1.386294},
        {"{ dist = \"empirical\"; quantiles = ( { p = 0.0; value = 0; }, { p = 0.5; value = 1; }, { p = 1.0; "
         "value "
         "= 5; } ); }",
         0.5, 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct made made;
        char text[600];
        double column[200];
        snprintf(text, sizeof text,
                 "kind = \"latin_hypercube\"; points = 200;" SCENARIOS
                 "factors: ( { id = \"a\"; path = \"x\"; prior: %s; } );",
                 cases[i].prior);
        make(&made, text);
        for (size_t point = 0; point < 200; point++)
            column[point] = at(&made, point, 0);
        qsort(column, 200, sizeof column[0], by_size);
        cr_expect(column[49] <= cases[i].quartile + 1e-5 && column[50] >= cases[i].quartile - 1e-5,
                  "%s: %g %g", cases[i].prior, column[49], column[50]);
        cr_expect(column[99] <= cases[i].median + 1e-5 && column[100] >= cases[i].median - 1e-5, "%s: %g %g",
                  cases[i].prior, column[99], column[100]);
        unmake(&made);
    }
}

Test(design, values_are_written_with_what_stands_around_them)
{
    struct made made;
    struct err err = ERR_INIT;
    struct design_sets sets;
    make(&made,
         "kind = \"factorial\";" SCENARIOS
         "factors: ( { id = \"a\"; path = \"p.a\"; as = \"[0.52, {}]\"; values = [0.25]; },"
         "           { id = \"b\"; path = \"p.b\"; also = [\"q.b\", \"r.b\"]; as = \"{} d\"; whole = true;"
         "             values = [7.6]; },"
         "           { id = \"c\"; path = \"p.c\"; texts = [\"true\"]; } );");
    cr_assert_eq(design_sets_of(&sets, &made.design, 0, 0, &err), 0);
    static const char *const due[] = {"p.a=[0.52, 0.25]", "p.b=8 d", "q.b=8 d", "r.b=8 d", "p.c=true"};
    cr_assert_eq(sets.count, 5);
    for (size_t i = 0; i < 5; i++)
        cr_expect_str_eq(sets.texts[i], due[i]);
    cr_expect_eq(at(&made, 0, 1), 8, "what the file says is what was run");
    design_sets_free(&sets);
    unmake(&made);
}

Test(design, a_factor_is_set_only_where_it_belongs)
{
    struct made made;
    struct err err = ERR_INIT;
    struct design_sets sets;
    make(&made, "kind = \"factorial\";"
                "scenarios: ( { id = \"one\"; file = \"" SOURCE_DIR "/scenarios/queues/queue.cfg\"; },"
                "             { id = \"two\"; file = \"" SOURCE_DIR "/scenarios/queues/queue.cfg\"; } );"
                "factors: ( { id = \"a\"; path = \"p\"; values = [1]; scenarios = [\"two\"]; } );");
    for (size_t s = 0; s < 2; s++) {
        cr_assert_eq(design_sets_of(&sets, &made.design, 0, s, &err), 0);
        cr_expect_eq(sets.count, s);
        design_sets_free(&sets);
    }
    unmake(&made);
}

static void refused(const char *text, const char *message)
{
    struct err err = ERR_INIT;
    struct made made = {.design = {.points = 0}};
    const bool good = load(&made.spec, text, &err) == 0 && design_init(&made.design, &made.spec, &err) == 0;
    cr_expect_not(good, "%s", text);
    bool found = false;
    for (unsigned i = 0; i < err.count; i++)
        found = found || strstr(err.text[i], message) != NULL;
    cr_expect(found, "%s: \"%s\" is not \"%s\"", text, err.text[0], message);
    unmake(&made);
}

#define FACTOR(rest) "factors: ( { id = \"a\"; path = \"x\"; " rest " } );"

Test(design, says_what_is_wrong_and_where)
{
    refused("kind = \"factorail\";" SCENARIOS FACTOR("values = [1];"),
            ":1: kind: \"factorail\" is not a choice; did you mean \"factorial\"?");
    refused(SCENARIOS FACTOR("values = [1];"), "kind: is missing");
    refused("kind = \"factorial\"; pionts = 3;" SCENARIOS FACTOR("values = [1];"),
            "pionts: is no key of the language; did you mean \"points\"?");
    refused("kind = \"factorial\";" SCENARIOS, "factors: is missing");
    refused("kind = \"factorial\";" SCENARIOS "factors: ();", "factors: 0 factors; write from 1 to 500");
    refused("kind = \"factorial\"; scenarios: ();" FACTOR("values = [1];"), "scenarios: 0 scenarios");
    refused("kind = \"factorial\"; scenarios: ( { id = \"one\"; file = \"nowhere.cfg\"; } );" FACTOR(
                "values = [1];"),
            "scenarios.one.file: \"nowhere.cfg\" cannot be read");
    refused("kind = \"factorial\";" SCENARIOS FACTOR(""), "factors.a: has none of values");
    refused("kind = \"factorial\";" SCENARIOS FACTOR("values = [1]; low = 1; high = 2;"),
            "factors.a: has several of values");
    refused("kind = \"factorial\";" SCENARIOS FACTOR("low = 3; high = 2;"),
            "factors.a.low: is not below high");
    refused("kind = \"factorial\";" SCENARIOS FACTOR("prior: { dist = \"uniform\"; low = 0; high = 1; };"),
            "factors.a.prior: has no levels");
    refused("kind = \"latin_hypercube\";" SCENARIOS FACTOR("prior = 3;"),
            "factors.a.prior: is a single value");
    refused(
        "kind = \"latin_hypercube\";" SCENARIOS FACTOR("prior: { dist = \"normal\"; mean = -9; sd = 1; };"),
        "nearly all of it lies below low");
    refused("kind = \"latin_hypercube\"; points = 1;" SCENARIOS FACTOR("low = 0; high = 1;"),
            "points: 1 is out of range");
    refused("kind = \"latin_hypercube\"; seed = \"x\";" SCENARIOS FACTOR("low = 0; high = 1;"),
            "seed: \"x\" is not a seed");
    refused("kind = \"factorial\";" SCENARIOS FACTOR("values = [1]; as = \"d\";"),
            "factors.a.as: \"d\" has 0 {}");
    refused("kind = \"factorial\";" SCENARIOS FACTOR("values = [1]; as = \"{} {}\";"), "has 2 {}");
    refused("kind = \"factorial\";" SCENARIOS FACTOR("values = [1]; scenarios = [\"on\"];"),
            "\"on\" is no scenario of the design; did you mean \"one\"?");
    refused("kind = \"factorial\";" SCENARIOS "factors: ( { id = \"a\"; path = \"x=3\"; values = [1]; } );",
            "factors.a.path: is no path");
    refused("kind = \"factorial\";" SCENARIOS "factors: ( { id = \"a\"; path = \"x\"; values = [1]; },"
            "{ id = \"a\"; path = \"y\"; values = [1]; } );",
            "stands twice");
    refused("kind = \"listed\";" SCENARIOS FACTOR(""), "kind: \"listed\" needs the points");
    refused("kind = \"one_at_a_time\";" SCENARIOS FACTOR("values = [1];"), "factors.a: has one value");
}

Test(design, refuses_more_points_than_it_can_hold)
{
    char text[4000] = "kind = \"factorial\";" SCENARIOS "factors: (";
    for (int i = 0; i < 30; i++) {
        char factor[80];
        snprintf(factor, sizeof factor, "%s { id = \"f%d\"; path = \"x\"; values = [1, 2, 3]; }",
                 i > 0 ? "," : "", i);
        strcat(text, factor);
    }
    strcat(text, ");");
    refused(text, "more than 1000000 points");
    refused("kind = \"sobol_indices\"; points = 1000000;" SCENARIOS FACTOR("low = 0; high = 1;"),
            "more than 1000000 points");
}

static void with_table(const char *table, const char *more, const char *message)
{
    char path[] = "/tmp/points_XXXXXX", text[600];
    const int fd = mkstemp(path);
    cr_assert_geq(fd, 0);
    cr_assert_eq(write(fd, table, strlen(table)), (ssize_t)strlen(table));
    close(fd);
    snprintf(text, sizeof text, "kind = \"listed\"; file = \"%s\";" SCENARIOS "%s", path, more);
    if (message != NULL) {
        refused(text, message);
    } else {
        struct made made;
        make(&made, text);
        cr_expect_eq(made.design.points, 3);
        cr_expect_eq(at(&made, 0, 0), 0.5);
        cr_expect_eq(at(&made, 0, 1), 1, "the second text");
        cr_expect(isnan(at(&made, 1, 0)), "the scenario's own");
        cr_expect_eq(at(&made, 2, 0), 12);
        unmake(&made);
    }
    unlink(path);
}

Test(design, listed_points_come_from_a_table)
{
    const char *two =
        "factors: ( { id = \"a\"; path = \"x\"; }, { id = \"b\"; path = \"y\"; texts = [\"p\", \"q\"]; } );";
    with_table("b,a\nq,0.5\np,\nq,12\n", two, NULL);
    with_table("a\n1\n", two, "b");
    with_table("a,b,c\n1,p,3\n", two, ":1: c: is no factor of");
    with_table("a,b\nmuch,p\n", two, ":2: a: ");
    with_table("a,b\n1,r\n", two, ":2: b: \"r\" is none of the factor's texts");
    with_table("a,b\n", two, "there are no points");
}
