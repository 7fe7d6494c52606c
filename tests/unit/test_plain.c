#include "models/plain.h"

#include <criterion/criterion.h>

#include "both_ways.h"

#define STAY(mean) "duration: { dist = \"exponential\"; mean = \"" mean "\"; };"

Test(plain, counts_what_the_long_way_counts_in_a_queue)
{
    expect_both_ways_count_the_same(
        plain_is,
        RUN_OF("400 d") "stations: ( { id = \"a\"; wait_over = [\"2 h\"]; } );\n"
                        "conditions: ( { id = \"c\"; arrivals: { rate = \"0.9 per h\"; };\n"
                        "  pathway: ( { stage = \"s\"; station = \"a\"; " STAY("1 h") " } ); } );\n");
}

Test(plain, counts_what_the_long_way_counts_where_people_give_up_are_turned_away_and_come_back)
{
    expect_both_ways_count_the_same(
        plain_is,
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
