/* Writes a result file with every type, several dimensions, time, Chinese names
 * and a long scenario text, for the programs that must be able to read it. */

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "study/result_file.h"

enum { REPLICATIONS = 3, TIMES = 24, PLACES = 120, SCENARIO_BYTES = 200000 };

static double values[REPLICATIONS * TIMES * PLACES];
static int64_t patients[REPLICATIONS * TIMES];
static char scenario[SCENARIO_BYTES + 1];

static void fill(void)
{
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++)
        values[i] = i % 1000 == 7 ? NAN : (double)i / 4;
    for (size_t i = 0; i < sizeof patients / sizeof patients[0]; i++)
        patients[i] = (int64_t)i * 1000003;
    static const char line[] = "title = \"兴安盟 stroke\"; # the scenario as written\n";
    while (strlen(scenario) + sizeof line <= SCENARIO_BYTES)
        memcpy(scenario + strlen(scenario), line, sizeof line);
}

int main(int count, char **arguments)
{
    static const int64_t replications[REPLICATIONS] = {0, 1, 2};
    static double times[TIMES];
    static char codes[PLACES][16], names[PLACES][48];
    static const char *code[PLACES], *name[PLACES];
    static const char *const metrics[2] = {"station/desk/wait_mean", "procedures"};
    static const char *const units[2] = {"h", ""};
    static const double metric_values[REPLICATIONS * 2] = {0.25, 10, NAN, 20, 0.75, 30};
    static const int8_t met[2] = {1, 0};
    static const double flags[2] = {0, 1};
    static const struct result_attribute flag[] = {
        {.name = "flag_values", .type = RESULT_INT8, .count = 2, .numbers = flags},
        {.name = "flag_meanings", .type = RESULT_TEXT, .text = "no yes"}};
    struct err err = ERR_INIT;
    if (count != 2) {
        fprintf(stderr, "usage: make_sample FILE\n");
        return 2;
    }
    fill();
    for (int i = 0; i < TIMES; i++)
        times[i] = 31.0 * i;
    for (int i = 0; i < PLACES; i++) {
        snprintf(codes[i], sizeof codes[i], "%06d", 152200 + i);
        snprintf(names[i], sizeof names[i], "科尔沁右翼前旗 %d", i);
        code[i] = codes[i];
        name[i] = names[i];
    }
    struct result_dimension dimensions[] = {
        {"replication", "replication", "1", REPLICATIONS, RESULT_INT64, replications, NULL},
        {"time", "begin of the step", "days since 2019-01-01", TIMES, RESULT_DOUBLE, times,
         "proleptic_gregorian"},
        {"place", "code of the place", NULL, PLACES, RESULT_TEXT, code, NULL},
        {"metric", "name of the metric", NULL, 2, RESULT_TEXT, metrics, NULL}};
    struct result_variable variables[] = {{.name = "waited",
                                           .long_name = "time from asking to treatment",
                                           .units = "h",
                                           .type = RESULT_DOUBLE,
                                           .rank = 3,
                                           .dims = {0, 1, 2},
                                           .values = values},
                                          {.name = "patients",
                                           .long_name = "patients who fell ill",
                                           .units = "1",
                                           .type = RESULT_INT64,
                                           .rank = 2,
                                           .dims = {0, 1},
                                           .values = patients},
                                          {.name = "place_name",
                                           .long_name = "name of the place",
                                           .type = RESULT_TEXT,
                                           .rank = 1,
                                           .dims = {2},
                                           .values = name},
                                          {.name = "metric_value",
                                           .long_name = "value of the metric",
                                           .type = RESULT_DOUBLE,
                                           .rank = 2,
                                           .dims = {0, 3},
                                           .values = metric_values},
                                          {.name = "metric_unit",
                                           .long_name = "unit of the metric",
                                           .type = RESULT_TEXT,
                                           .rank = 1,
                                           .dims = {3},
                                           .values = units},
                                          {.name = "metric_met",
                                           .long_name = "was the target met",
                                           .units = "1",
                                           .type = RESULT_INT8,
                                           .rank = 1,
                                           .dims = {3},
                                           .values = met,
                                           .attributes = flag,
                                           .attribute_count = 2}};
    struct result_attribute attributes[] = {
        {.name = "title", .type = RESULT_TEXT, .text = "样本 sample"},
        {.name = "scenario_written", .type = RESULT_TEXT, .text = scenario},
        {.name = "seed", .type = RESULT_TEXT, .text = "18446744073709551615"},
        {.name = "note", .type = RESULT_TEXT, .text = ""},
        {.name = "warmup_days", .type = RESULT_DOUBLE, .number = 365},
        {.name = "steps", .type = RESULT_INT64, .number = 24},
        {.name = "a1", .type = RESULT_INT64, .number = 1},
        {.name = "a2", .type = RESULT_INT64, .number = 2},
        {.name = "a3", .type = RESULT_INT64, .number = 3}};
    const struct result result = {.dimensions = dimensions,
                                  .dimension_count = sizeof dimensions / sizeof dimensions[0],
                                  .variables = variables,
                                  .variable_count = sizeof variables / sizeof variables[0],
                                  .attributes = attributes,
                                  .attribute_count = sizeof attributes / sizeof attributes[0]};
    if (result_write(arguments[1], &result, &err) != 0) {
        fprintf(stderr, "make_sample: %s\n", err.text[0]);
        return 1;
    }
    return 0;
}
