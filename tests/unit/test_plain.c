#include "models/plain.h"

#include <criterion/criterion.h>
#include <string.h>

#include "model_scenario.h"

/* A run with a trace takes the long way. */
static void expect_both_ways_count_the_same(const char *text)
{
    struct model plain, traced;
    model_build(&plain, "%s", text);
    model_build(&traced, "%s", text);
    cr_assert_eq(world_trace(traced.world, &traced.err), 0);
    cr_assert(plain_is(plain.world, &plain.world->pathways.stage[0]));
    cr_assert_not(plain_is(traced.world, &traced.world->pathways.stage[0]));
    model_run(&plain);
    model_run(&traced);
    const struct metric *a = NULL, *b = NULL;
    const size_t count = world_metrics(plain.world, &a);
    cr_assert_eq(world_metrics(traced.world, &b), count);
    for (size_t i = 0; i < count; i++)
        cr_assert_eq(memcmp(&a[i].value, &b[i].value, sizeof a[i].value), 0, "%s: %.17g and %.17g", a[i].name,
                     a[i].value, b[i].value);
    cr_assert(model_same_steps(&plain, &traced, 0, plain.world->ledger.steps));
    cr_assert_gt(world_events(plain.world), 10000);
    cr_assert_eq(world_events(plain.world), world_events(traced.world));
    model_free(&plain);
    model_free(&traced);
}

#define STAY(mean) "duration: { dist = \"exponential\"; mean = \"" mean "\"; };"

Test(plain, counts_what_the_long_way_counts_in_a_queue)
{
    expect_both_ways_count_the_same(
        RUN_OF("400 d") "stations: ( { id = \"a\"; wait_over = [\"2 h\"]; } );\n"
                        "conditions: ( { id = \"c\"; arrivals: { rate = \"0.9 per h\"; };\n"
                        "  pathway: ( { stage = \"s\"; station = \"a\"; " STAY("1 h") " } ); } );\n");
}

Test(plain, counts_what_the_long_way_counts_where_people_give_up_are_turned_away_and_come_back)
{
    expect_both_ways_count_the_same(
        RUN_OF("400 d") "stations: ( { id = \"a\"; servers = 2; room = 6; }, { id = \"b\"; balk_at = 4; }, { "
                        "id = \"d\"; } );\n"
                        "conditions: ( { id = \"c\"; arrivals: { rate = \"2 per h\"; batch: { dist = "
                        "\"uniform\"; low = 1; high = 3; }; };\n"
                        "  pathway: ( { stage = \"s\"; station = \"a\"; " STAY(
                            "1 h") "\n"
                                   "    patience: { dist = \"exponential\"; mean = \"3 h\"; }; reneged = "
                                   "\"t\"; rejected = \"t\";\n"
                                   "    next: ( { to = \"t\"; share = 0.5; }, { to = \"u\"; share = 0.2; }, "
                                   "{ to = \"s\"; share = 0.1; }, { share = 0.2; } ); },\n"
                                   "  { stage = \"t\"; among = [\"b\", \"d\"]; pick = \"random\"; balked = "
                                   "\"u\"; " STAY("30 min") " },\n"
                                                            "  { stage = \"u\"; among = [\"b\", \"d\"]; pick "
                                                            "= \"shortest\"; " STAY("20 min") " } ); } );\n");
}

Test(plain, leaves_what_is_rare_to_the_long_way)
{
    struct model model;
    model_build(&model, "%s",
                RUN_OF("1 d") "stations: ( { id = \"a\"; preemption = \"resume\"; } );\n"
                              "conditions: ( { id = \"c\"; arrivals: { rate = \"1 per h\"; };\n"
                              "  pathway: ( { stage = \"s\"; station = \"a\"; " STAY("1 h") " } ); } );\n");
    cr_assert_not(plain_is(model.world, &model.world->pathways.stage[0]));
    model_free(&model);
}
