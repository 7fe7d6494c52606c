#include "models/stay.h"

#include <criterion/criterion.h>

#include "both_ways.h"

#define MONTHS "scenario: { start = \"2019-01-01\"; length = \"200 d\"; step = \"month\"; seed = \"7\"; };\n"
#define REGION                                                                                               \
    "places: { list: ( { code = \"p\"; lon = 120; lat = 45; population = 100000; },\n"                       \
    "  { code = \"q\"; lon = 121; lat = 45; population = 50000; }, { code = \"r\"; lon = 123; lat = 45; "    \
    "population = 70000; province = \"far\"; } ); };\n"                                                      \
    "travel: { fixed = \"1 h\"; cost_per_km = \"0.5 CNY\"; wages_per_day = \"100 CNY\"; };\n"
#define HOSPITALS                                                                                            \
    "facilities: ( { id = \"a\"; place = \"p\"; beds: { bed = 20; nurse = 19; }; price_per_day = \"301.17 "  \
    "CNY\"; },\n"                                                                                            \
    "  { id = \"b\"; place = \"q\"; beds: { bed = 15; nurse = 20; }; price_per_admission = \"7 CNY\"; "      \
    "reimbursed = 0.6; },\n"                                                                                 \
    "  { id = \"c\"; place = \"r\"; level = \"provincial\"; beds: { bed = 6; nurse = 9; special = 9; }; } "  \
    ");\n"
#define FOR(mean) "duration: { dist = \"lognormal\"; mean = \"" mean "\"; sd = \"2 d\"; };"
#define PATIENCE "patience: { dist = \"exponential\"; mean = \"2 d\"; };"

/* Two priorities that need beds and nurses, with lines at times, give up, and are referred. */
#define PATHWAY(priority, choice)                                                                            \
    "pathway: ( { stage = \"ward\"; " choice " needs: { bed = 1; nurse = 1; }; priority = " priority         \
    "; treats = true; price = \"12.3 CNY\"; " FOR("3 d") PATIENCE                                            \
        " next: ( { to = \"home\"; share = 0.7; }, { to = \"special\"; share = 0.2; }, { share = 0.1; } ); " \
        "},\n"                                                                                               \
        "  { stage = \"special\"; missing = \"refer\"; transfer = \"4 h\"; needs: { special = 1; }; " FOR(   \
            "2 d") PATIENCE                                                                                  \
        " next: ( { to = \"home\"; } ); },\n"                                                                \
        "  { stage = \"home\"; duration: { dist = \"exponential\"; mean = \"2 h\"; }; } ); "

Test(stay, counts_what_the_long_way_counts_where_the_nearest_is_chosen)
{
    expect_both_ways_count_the_same(
        stay_is, MONTHS REGION HOSPITALS
        "conditions: ( { id = \"x\"; arrivals: { incidence = \"1500 per 100000 y\"; "
        "};\n" PATHWAY("1",
                       "choice = \"nearest\";") "},\n"
                                                "  { id = \"y\"; arrivals: { incidence = \"1300 per 100000 "
                                                "y\"; };\n" PATHWAY("0", "choice = \"nearest\";") "} );\n");
}

Test(stay, counts_what_the_long_way_counts_where_attraction_decides)
{
    expect_both_ways_count_the_same(
        stay_is,
        MONTHS REGION HOSPITALS "conditions: ( { id = \"x\"; arrivals: { incidence = \"1500 per 100000 y\"; "
                                "};\n"
                                "  choice: { travel = 0.7; size = 0.4; stay = -2.0; };\n" PATHWAY(
                                    "1", "choice = \"utility\"; review: { dist = \"fixed\"; value = \"1 d\"; "
                                         "};") "},\n"
                                               "  { id = \"y\"; arrivals: { incidence = \"1300 per 100000 "
                                               "y\"; }; first = \"nearest\";\n"
                                               "    classes: ( { id = \"mild\"; share = 0.8; }, { id = "
                                               "\"grave\"; share = 0.2; } );\n" PATHWAY("0", "") "} );\n");
}
