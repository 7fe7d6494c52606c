#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "models/policies/dispatch.h"
#include "models/scenario.h"
#include "models/skill.h"

#define DATA SOURCE_DIR "/tests/unit/data/"
/* libconfig loses a text when it meets a syntax error behind it: not ours to mend. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libconfig.so";
}

#define LEAST "scenario: { length = \"1 y\"; };\n"

/* A file beside no other, named for the test that writes it. */
static void write_scenario(const char *path, const char *text, size_t length)
{
    FILE *file = fopen(path, "w");
    cr_assert_not_null(file);
    cr_assert_eq(fwrite(text, 1, length, file), length);
    cr_assert_eq(fclose(file), 0);
}

static int load_text(struct scenario *scenario, const char *text, struct err *err)
{
    char path[] = "/tmp/counterpart_scenario_XXXXXX";
    const int descriptor = mkstemp(path);
    cr_assert_geq(descriptor, 0);
    close(descriptor);
    write_scenario(path, text, strlen(text));
    const int status = scenario_load(scenario, path, NULL, 0, err);
    unlink(path);
    return status;
}

static bool says(const struct err *err, const char *part)
{
    for (unsigned i = 0; i < err->count && i < ERR_PROBLEMS; i++)
        if (strstr(err->text[i], part) != NULL)
            return true;
    return false;
}

/* The text is refused with a message that has this part. */
static void refused(const char *text, const char *part)
{
    struct scenario scenario;
    struct err err = ERR_INIT;
    cr_expect_eq(load_text(&scenario, text, &err), -1, "accepted: %s", text);
    cr_expect(says(&err, part), "\"%s\" is not in: %s", part, err.text[0]);
    scenario_free(&scenario);
    scenario_free(&scenario);
}

static void loaded(struct scenario *scenario, const char *path, const char *const *sets, size_t count)
{
    struct err err = ERR_INIT;
    cr_assert_eq(scenario_load(scenario, path, sets, count, &err), 0, "%s", err.text[0]);
}

Test(scenario, fills_the_structs_from_the_file)
{
    struct scenario scenario;
    loaded(&scenario, DATA "whole.cfg", NULL, 0);
    cr_expect_str_eq(scenario.run.title, "A visiting neurologist \"treats\" and teaches 兴安盟");
    cr_expect_eq(scenario.run.start_us, INT64_C(1546300800000000));
    cr_expect_eq(scenario.run.warmup.months, 12);
    cr_expect_eq(scenario.run.length.months, 48);
    cr_expect_eq(scenario.run.step, STEP_MONTH);
    cr_expect_eq(scenario.run.planning, STEP_WEEK);
    cr_expect_eq(scenario.travel.fixed_us, INT64_C(1800000000));
    cr_expect_eq(scenario.travel.cost_per_km_fen, 35);
    cr_expect_eq(scenario.travel.bands.count, 2);
    cr_expect_eq(SCENARIO_ITEM(scenario.travel.bands, struct travel_band, 0)->to_m, 100e3);
    cr_expect_eq(SCENARIO_ITEM(scenario.places.list, struct place_spec, 1)->population, INT64_C(3000000000));
    const struct facility_spec *banner = SCENARIO_ITEM(scenario.facilities, struct facility_spec, 0);
    cr_expect_eq(banner->beds.count, 2);
    cr_expect_str_eq(SCENARIO_ITEM(banner->beds, struct key_count, 1)->name, "icu");
    cr_expect_eq(SCENARIO_ITEM(banner->beds, struct key_count, 1)->count, 10);
    cr_expect_eq(SCENARIO_ITEM(banner->services, struct offer_spec, 0)->service, 0);
    const struct condition_spec *ais = SCENARIO_ITEM(scenario.conditions, struct condition_spec, 0);
    cr_expect_float_eq(ais->arrivals.incidence, 505.2e-5 / (365 * 86400.0), 1e-20);
    cr_expect_eq(ais->arrivals.backlog_s, 90 * 86400.0);
    cr_expect_eq(ais->first_at, 0);
    const struct stage_spec *assess = SCENARIO_ITEM(ais->pathway, struct stage_spec, 0);
    cr_expect_eq(assess->service, -1);
    cr_expect_eq(assess->duration->kind, DIST_LOGNORMAL_LOG);
    cr_expect_eq(SCENARIO_ITEM(scenario.experts, struct expert_spec, 0)->home, 1);
    scenario_free(&scenario);
}

Test(scenario, fills_a_policys_own_struct)
{
    struct scenario scenario;
    loaded(&scenario, DATA "whole.cfg", NULL, 0);
    const struct policy_head *head = SCENARIO_ITEM(scenario.policies, struct policy_head, 0);
    const struct dispatch_spec *own = head->own;
    cr_expect_str_eq(head->name, "stint");
    cr_expect(head->active);
    cr_expect_eq(own->to, 0);
    cr_expect_eq(own->rota.stint.months, 7);
    cr_expect_eq(own->rota.trainees, 6);
    cr_expect_eq(own->rota.on_duty, 0.8);
    cr_expect_eq(own->rota.assignment, ASSIGN_MOST_ADVANCED);
    scenario_free(&scenario);
}

/* A folder of its own, from which the data files can be read, and a scenario's path in it. */
struct desk {
    char folder[40], path[60];
};
static const char *const data_files[] = {"whole_services.cfg", "facts.csv", "samples.csv", "places.csv"};

static void link_name(const struct desk *desk, size_t i, char name[100])
{
    snprintf(name, 100, "%s/%s", desk->folder, data_files[i]);
}

static void desk_set(struct desk *desk)
{
    char name[100], source[300];
    strcpy(desk->folder, "/tmp/counterpart_desk_XXXXXX");
    cr_assert_not_null(mkdtemp(desk->folder));
    snprintf(desk->path, sizeof desk->path, "%s/s.cfg", desk->folder);
    for (size_t i = 0; i < 4; i++) {
        link_name(desk, i, name);
        snprintf(source, sizeof source, DATA "%s", data_files[i]);
        cr_assert_eq(symlink(source, name), 0);
    }
}

static void desk_clear(const struct desk *desk)
{
    char name[100];
    for (size_t i = 0; i < 4; i++) {
        link_name(desk, i, name);
        unlink(name);
    }
    unlink(desk->path);
    rmdir(desk->folder);
}

Test(scenario, reads_back_what_it_resolved)
{
    struct scenario first, second;
    struct err err = ERR_INIT;
    loaded(&first, DATA "whole.cfg", NULL, 0);
    struct desk desk;
    desk_set(&desk);
    write_scenario(desk.path, first.resolved, strlen(first.resolved));
    const int status = scenario_load(&second, desk.path, NULL, 0, &err);
    desk_clear(&desk);
    cr_assert_eq(status, 0, "%s", err.text[0]);
    cr_expect_str_eq(second.resolved, first.resolved);
    cr_expect_null(strstr(first.resolved, SOURCE_DIR), "files are named as seen from the scenario");
    scenario_free(&first);
    scenario_free(&second);
}

Test(scenario, changes_what_a_variant_names_and_nothing_else)
{
    struct scenario base, variant;
    loaded(&base, DATA "whole.cfg", NULL, 0);
    loaded(&variant, DATA "variant.cfg", NULL, 0);
    const struct facility_spec *banner = SCENARIO_ITEM(variant.facilities, struct facility_spec, 0);
    cr_expect_eq(SCENARIO_ITEM(banner->beds, struct key_count, 0)->count, 310);
    cr_expect_str_eq(SCENARIO_ITEM(banner->beds, struct key_count, 2)->name, "stroke");
    cr_expect_not(SCENARIO_ITEM(variant.policies, struct policy_head, 0)->active);
    cr_expect_str_eq(variant.run.title, "other");
    cr_expect_eq(variant.run.length.months, base.run.length.months);
    cr_expect_eq(variant.experts.count, base.experts.count + 1);
    cr_expect_eq(variant.targets.count, 0);
    scenario_free(&base);
    scenario_free(&variant);
}

Test(scenario, takes_values_from_the_command_line)
{
    const char *const sets[] = {"scenario.length=2 y",
                                "scenario.seed=7",
                                "policies.stint.active=false",
                                "facilities.banner.services.thrombectomy.staff=2",
                                "conditions.ais.pathway.treat.priority=3",
                                "facilities.county hospitals.reimbursed=0.5"};
    struct scenario scenario;
    loaded(&scenario, DATA "whole.cfg", sets, 6);
    cr_expect_eq(scenario.run.length.months, 24);
    cr_expect_str_eq(scenario.run.seed, "7");
    cr_expect_not(SCENARIO_ITEM(scenario.policies, struct policy_head, 0)->active);
    const struct facility_spec *facilities = SCENARIO_ITEM(scenario.facilities, struct facility_spec, 0);
    cr_expect_eq(SCENARIO_ITEM(facilities[0].services, struct offer_spec, 0)->staff, 2);
    cr_expect_eq(facilities[2].reimbursed, 0.5);
    cr_expect_not_null(strstr(scenario.written, "# --set scenario.length=2 y\n"));
    scenario_free(&scenario);
}

Test(scenario, says_where_a_bad_value_of_the_command_line_stands)
{
    const char *const sets[] = {"scenario.length=2"};
    struct scenario scenario;
    struct err err = ERR_INIT;
    cr_expect_eq(scenario_load(&scenario, DATA "whole.cfg", sets, 1, &err), -1);
    cr_expect_str_eq(err.text[0],
                     "--set scenario.length=2: scenario.length: 2: a time needs a unit; write \"2 d\", "
                     "\"2 month\" or \"2 y\"");
    scenario_free(&scenario);
}

static void set_refused(const char *set, const char *message)
{
    struct scenario scenario;
    struct err err = ERR_INIT;
    cr_expect_eq(scenario_load(&scenario, DATA "whole.cfg", &set, 1, &err), -1, "%s", set);
    cr_expect(says(&err, message), "\"%s\" is not in: %s", message, err.text[0]);
    scenario_free(&scenario);
}

Test(scenario, follows_paths_by_name_and_never_by_position)
{
    set_refused("scenario.length", "write --set PATH=VALUE");
    set_refused("=5", "write --set PATH=VALUE");
    set_refused("scenario.=5", "the path ends with a dot");
    set_refused("scenario..length=5", "is no key of scenario");
    set_refused("facilities.0.name=x",
                "\"0\" is a position, which moves when elements are added; name the element "
                "by its id, rule");
    set_refused("facilities.[7].name=x", "is a position");
    set_refused("places.list.152222.name=x", "did you mean \"152221\"?");
    set_refused("travel.bands.first.speed=x",
                "the elements of travel.bands have no names; set the whole list");
    set_refused("facilities.banner.beds.icuu=5", "did you mean \"icu\"?");
    set_refused("policies.stint.trainee=5", "did you mean \"trainees\"?");
    set_refused("scenario.title.x=5", "is a single value (text); end the path there");
    set_refused("travel.bands=( { speed = ", "close its brackets and quotes");
    set_refused("base=other.cfg", "is no key of the scenario");
    set_refused("scenario.title=\xff", "the value is not UTF-8");
}

Test(scenario, keeps_the_text_of_every_file)
{
    struct scenario scenario;
    loaded(&scenario, DATA "variant.cfg", NULL, 0);
    const char *variant = strstr(scenario.written, "# ---- scenario: variant.cfg\n");
    cr_assert_not_null(variant);
    const char *base = strstr(variant, "# ---- base: whole.cfg\n");
    cr_assert_not_null(base);
    cr_expect(strstr(scenario.written, "# ---- include: whole_services.cfg\n") != NULL);
    cr_expect_null(strstr(scenario.written, SOURCE_DIR));
    scenario_free(&scenario);
}

Test(scenario, blames_the_line_of_a_member)
{
    struct scenario scenario;
    struct err err = ERR_INIT;
    loaded(&scenario, DATA "whole.cfg", NULL, 0);
    const struct condition_spec *ais = SCENARIO_ITEM(scenario.conditions, struct condition_spec, 0);
    const struct stage_spec *treat = SCENARIO_ITEM(ais->pathway, struct stage_spec, ais->pathway.count - 1);
    cr_expect_eq(scenario_blame(&scenario, &treat->window_us, &err, "is %s; write less", "long"), -1);
    cr_expect(says(&err, "whole.cfg:"));
    cr_expect(says(&err, ": conditions.ais.pathway.treat.window: is long; write less"), "%s", err.text[0]);
    scenario_blame(&scenario, treat, &err, "x");
    cr_expect(says(&err, ": conditions.ais.pathway.treat: x"));
    scenario_blame(&scenario, &scenario.run.price_year, &err, "x");
    cr_expect(says(&err, ": scenario.price_year: x"));
    scenario_blame(&scenario, &scenario.experts, &err, "y");
    cr_expect(says(&err, ": experts: y"));
    scenario_free(&scenario);
}

Test(scenario, refuses_broken_files_with_advice)
{
    refused("", "the file is empty; begin with");
    refused("scenario: { };", "scenario.length: is missing; write length = \"2 y\";");
    refused("scenario: { length = 40; };", "40: a time needs a unit; write \"40 d\"");
    refused("scenario: { lenght = \"1 y\"; };",
            "scenario.lenght: is no key of the language; did you mean \"length\"?");
    refused("scenario: { length = \"1 y\"; length = \"2 y\"; };", "scenario.length: stands twice, first in");
    refused("scenario: { length = \"1 y\"; replications = 99999999999999999999L; };",
            "too large a whole number");
    refused("scenario: { length = \"1 y\"; }; travel: { detour = 1e999; };", "1e999 is too large a number");
    refused("scenario: { length = \"1 y; };", "does not end on its line");
    refused("scenario: { length = \"1 y\";", "{ is opened here and not closed");
    refused("scenario: ( { length = \"1 y\"; } );", "is a list where a group is due");
    refused(LEAST "travel: { fixed = 30 min; };", "quantities in quotes");
    refused(LEAST "travel: { detour = nan; };", "nan has neither a value nor quotes");
    refused(LEAST "travel: { detour = \"1.2\"; };", "without quotes");
    refused(LEAST "services: ( { id = \"a\"; }, { id = \"a\"; } );", "stands twice");
    refused(LEAST "experts: ( { id = \"a\"; home = \"b\"; service = \"c\"; } );",
            "\"b\" is not among facilities");
    refused("scenario: { length = \"1 y\"; title = \"\xff\"; };", "is not UTF-8");
}

Test(scenario, counts_more_problems_than_it_shows)
{
    char text[4000] = LEAST "travel: {";
    for (int i = 0; i < 25; i++)
        sprintf(text + strlen(text), " zz%02d = 1;\n", i);
    strcat(text, "};");
    struct scenario scenario;
    struct err err = ERR_INIT;
    cr_expect_eq(load_text(&scenario, text, &err), -1);
    cr_expect_geq(err.count, 25);
    scenario_free(&scenario);
}

Test(scenario, finds_the_nearest_spelling)
{
    const char *const names[] = {"length", "start", "step", "warmup"};
    cr_expect_str_eq(scenario_nearest("lenght", names, 4), "length");
    cr_expect_str_eq(scenario_nearest("Start", names, 4), "start");
    cr_expect_null(scenario_nearest("replications", names, 4));
    cr_expect_null(scenario_nearest("", names, 4));
    cr_expect_null(scenario_nearest("x", names, 0));
}

/* ---- a thousand mutations of a good scenario ---- */

static uint32_t next_random(uint32_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state;
}

static size_t mutate(char *text, size_t length, uint32_t *state)
{
    static const char bytes[] = "{}()[]\"=;:,#/*\\\n 09.-eELxa@\xff\xe5";
    const unsigned count = 1 + next_random(state) % 4;
    for (unsigned i = 0; i < count && length > 2; i++) {
        const size_t at = next_random(state) % length;
        const size_t span = 1 + next_random(state) % 40;
        switch (next_random(state) % 4) {
        case 0:
            text[at] = bytes[next_random(state) % (sizeof bytes - 1)];
            break;
        case 1:
            text[at] = (char)next_random(state);
            break;
        case 2: /* a piece is lost */
            if (at + span < length) {
                memmove(text + at, text + at + span, length - at - span);
                length -= span;
            }
            break;
        default: /* a piece stands where another was */
            if (at + span < length) {
                const size_t from = next_random(state) % (length - span);
                memmove(text + at, text + from, span);
            }
        }
    }
    return length;
}

static char *read_data(const char *path, size_t *length)
{
    FILE *file = fopen(path, "r");
    cr_assert_not_null(file);
    char *text = malloc(1 << 16);
    cr_assert_not_null(text);
    *length = fread(text, 1, 1 << 16, file);
    fclose(file);
    return text;
}

/* What loads must read back as itself, however odd it is. */
static void reads_back(const struct scenario *first, const char *path)
{
    struct scenario second;
    struct err err = ERR_INIT;
    write_scenario(path, first->resolved, strlen(first->resolved));
    cr_assert_eq(scenario_load(&second, path, NULL, 0, &err), 0, "%s\n%s", err.text[0], first->resolved);
    cr_assert_str_eq(second.resolved, first->resolved);
    scenario_free(&second);
}

Test(scenario, survives_a_thousand_mutations)
{
    struct desk desk;
    desk_set(&desk);
    size_t length = 0, refusals = 0;
    char *good = read_data(DATA "whole.cfg", &length), *bad = malloc(1 << 16);
    cr_assert_not_null(bad);
    uint32_t state = 20200401;
    for (int i = 0; i < 1000; i++) {
        memcpy(bad, good, length);
        const size_t mutated = mutate(bad, length, &state);
        write_scenario(desk.path, bad, mutated);
        struct scenario scenario;
        struct err err = ERR_INIT;
        const int status = scenario_load(&scenario, desk.path, NULL, 0, &err);
        cr_assert_eq(status == 0, err.count == 0);
        refusals += status != 0;
        if (status == 0)
            reads_back(&scenario, desk.path);
        for (unsigned j = 0; j < err.count && j < ERR_PROBLEMS; j++)
            cr_expect(strstr(err.text[j], "; ") != NULL || strlen(err.text[j]) > ERR_TEXT - 2 ||
                          strstr(err.text[j], "did you mean") != NULL,
                      "no advice: %s", err.text[j]);
        scenario_free(&scenario);
    }
    desk_clear(&desk);
    cr_expect_gt(refusals, 500);
    cr_expect_lt(refusals, 1000, "some mutations are harmless");
    free(good);
    free(bad);
}
