#include "models/design_spec.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "models/scenario_read.h"
#include "models/source.h"

void design_spec_free(struct design_spec *spec)
{
    scenario_free(&spec->host);
    memset(spec, 0, sizeof *spec);
}

bool design_factor_is_in(const struct design_factor *factor, const char *scenario_id)
{
    for (size_t i = 0; i < factor->scenarios.count; i++)
        if (strcmp(*SCENARIO_ITEM(factor->scenarios, char *, i), scenario_id) == 0)
            return true;
    return factor->scenarios.count == 0;
}

size_t design_factor_levels(const struct design_factor *factor)
{
    if (factor->values.count > 0)
        return factor->values.count;
    if (factor->texts.count > 0)
        return factor->texts.count;
    return factor->prior != NULL ? 0 : 2;
}

/* ---- what the rows cannot say ---- */

static bool has_range(const struct design_factor *factor)
{
    return factor->low != 0 || factor->high != 0;
}

static int check_prior(const struct design_spec *spec, const struct design_factor *factor, struct err *err)
{
    if (factor->prior == NULL || (factor->prior->kind != DIST_FIXED && factor->prior->kind != DIST_LISTED))
        return 0;
    return scenario_blame(
        &spec->host, &factor->prior, err,
        "is a single value or a list, not a belief; write a distribution, or values = [...]");
}

static int check_levels(const struct design_spec *spec, const struct design_factor *factor, struct err *err)
{
    const int given =
        (factor->values.count > 0) + (factor->texts.count > 0) + has_range(factor) + (factor->prior != NULL);
    if (given == 0 && spec->kind == DESIGN_LISTED)
        return 0;
    if (given != 1)
        return scenario_blame(&spec->host, factor, err,
                              "has %s of values, texts, low with high, and prior; write one of them",
                              given == 0 ? "none" : "several");
    if (has_range(factor) && !(factor->low < factor->high))
        return scenario_blame(&spec->host, &factor->low, err, "is not below high; swap them");
    if (spec->kind == DESIGN_FACTORIAL && factor->prior != NULL)
        return scenario_blame(&spec->host, &factor->prior, err,
                              "has no levels, which a factorial design needs; write values = [...]");
    if (spec->kind == DESIGN_ONE_AT_A_TIME && factor->prior == NULL && design_factor_levels(factor) < 2)
        return scenario_blame(&spec->host, factor, err,
                              "has one value, so that nothing is varied; write two or more");
    return check_prior(spec, factor, err);
}

static size_t count_of(const char *text, const char *part)
{
    size_t count = 0;
    for (const char *at = strstr(text, part); at != NULL; at = strstr(at + strlen(part), part))
        count++;
    return count;
}

static int check_factor(const struct design_spec *spec, const struct design_factor *factor, struct err *err)
{
    int status = check_levels(spec, factor, err);
    if (count_of(factor->as, "{}") != 1)
        status = scenario_blame(&spec->host, &factor->as, err,
                                "\"%.60s\" has %zu {} in it; write one, where the number belongs", factor->as,
                                count_of(factor->as, "{}"));
    if (strchr(factor->path, '=') != NULL || factor->path[0] == '\0')
        status = scenario_blame(&spec->host, &factor->path, err,
                                "is no path; write one such as \"scenario.length\", without a value");
    for (size_t i = 0; i < factor->scenarios.count; i++) {
        const char *const *id = SCENARIO_ITEM(factor->scenarios, char *, i);
        const char *names[DESIGN_SCENARIOS];
        size_t s = 0;
        for (; s < spec->scenarios.count && s < DESIGN_SCENARIOS; s++) {
            names[s] = SCENARIO_ITEM(spec->scenarios, struct design_scenario, s)->id;
            if (names[s] != NULL && strcmp(names[s], *id) == 0)
                break;
        }
        if (s < spec->scenarios.count)
            continue;
        const char *near = scenario_nearest(*id, names, s);
        status = scenario_blame(&spec->host, id, err, "\"%.60s\" is no scenario of the design; %s%s%s", *id,
                                near != NULL ? "did you mean \"" : "add it there or name one that is",
                                near != NULL ? near : "", near != NULL ? "\"?" : "");
    }
    return status;
}

static int check_file(const struct design_spec *spec, struct err *err)
{
    if (spec->kind == DESIGN_LISTED && spec->file == NULL)
        return scenario_blame(&spec->host, &spec->kind, err,
                              "\"listed\" needs the points; write file = \"points.csv\";");
    return 0;
}

static int check_counts(const struct design_spec *spec, struct err *err)
{
    const size_t factors = spec->factors.count;
    if (spec->scenarios.count == 0 || spec->scenarios.count > DESIGN_SCENARIOS)
        return scenario_blame(&spec->host, &spec->scenarios, err, "%zu scenarios; write from 1 to %d",
                              spec->scenarios.count, DESIGN_SCENARIOS);
    if (factors == 0 || factors > DESIGN_FACTORS)
        return scenario_blame(&spec->host, &spec->factors, err, "%zu factors; write from 1 to %d", factors,
                              DESIGN_FACTORS);
    if (spec->kind == DESIGN_SOBOL_SEQUENCE && factors > 40)
        return scenario_blame(
            &spec->host, &spec->factors, err,
            "%zu factors are too many for a Sobol' sequence, which has 40 dimensions; use a "
            "Latin hypercube",
            factors);
    if (spec->kind == DESIGN_SOBOL_INDICES && factors > 20)
        return scenario_blame(&spec->host, &spec->factors, err,
                              "%zu factors are too many for Sobol' indices, which take 20; leave out those "
                              "that matter least one at a time",
                              factors);
    return 0;
}

static int check_seed(const struct design_spec *spec, struct err *err)
{
    const char *seed = spec->seed;
    errno = 0;
    if (seed[0] != '\0' && strspn(seed, "0123456789") == strlen(seed)) {
        (void)strtoull(seed, NULL, 10);
        if (errno == 0)
            return 0;
    }
    return scenario_blame(&spec->host, &spec->seed, err,
                          "\"%.40s\" is not a seed; write a whole number from 0 to 18446744073709551615 in "
                          "quotes",
                          seed);
}

static int check(const struct design_spec *spec, struct err *err)
{
    int status = check_counts(spec, err);
    if (check_seed(spec, err) != 0 || check_file(spec, err) != 0)
        status = -1;
    for (size_t i = 0; i < spec->factors.count; i++)
        if (check_factor(spec, SCENARIO_ITEM(spec->factors, struct design_factor, i), err) != 0)
            status = -1;
    return status;
}

/* ---- reading ---- */

static int apply(struct design_spec *spec, struct setting *root, const struct design_override *override,
                 struct err *err)
{
    struct setting *value =
        source_value(&spec->host.arena, override->option, override->value, root->folder, err);
    if (value == NULL)
        return -1;
    struct setting *old = setting_find(root, override->key);
    if (old != NULL) {
        setting_replace(root, old, value);
        return 0;
    }
    value->name = override->key;
    setting_append(root, value);
    return 0;
}

/* The text of the file and its includes, for the record. */
static int keep_written(struct design_spec *spec, const struct source_files *files, struct err *err)
{
    size_t bytes = 1;
    for (size_t i = 0; i < files->count; i++)
        bytes += strlen(files->list[i].text);
    char *written = arena_zeroed(&spec->host.arena, bytes, 1, err), *at = written;
    if (written == NULL)
        return -1;
    for (size_t i = 0; i < files->count; i++)
        at = stpcpy(at, files->list[i].text);
    spec->host.written = written;
    return 0;
}

static int load(struct design_spec *spec, struct source_files *files, const struct design_override *overrides,
                size_t override_count, struct err *err)
{
    const char *path = spec->host.path;
    const char *slash = strrchr(path, '/');
    struct setting *root =
        source_read(&spec->host.arena, files, path, slash == NULL ? path : slash + 1, "design", NULL, err);
    if (root == NULL)
        return -1;
    for (size_t i = 0; i < override_count; i++)
        if (apply(spec, root, &overrides[i], err) != 0)
            return -1;
    if (scenario_read_rows(&spec->host, KEYS_OF_DESIGNS, spec, root, err) != 0 || check(spec, err) != 0)
        return -1;
    return keep_written(spec, files, err);
}

int design_spec_load(struct design_spec *spec, const char *path, const struct design_override *overrides,
                     size_t override_count, struct err *err)
{
    memset(spec, 0, sizeof *spec);
    struct source_files files = {0};
    const unsigned before = err->count;
    spec->host.path = arena_text(&spec->host.arena, path, err);
    spec->host.origins = mem_zeroed(1, sizeof *spec->host.origins, err);
    int status = -1;
    if (spec->host.path != NULL && spec->host.origins != NULL)
        status = load(spec, &files, overrides, override_count, err);
    source_files_free(&files);
    return status != 0 || err->count > before ? -1 : 0;
}
