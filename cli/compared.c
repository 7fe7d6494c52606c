#include "cli/compared.h"

#include <stdlib.h>

#include "cli/cli.h"
#include "study/compare.h"
#include "study/json_out.h"
#include "study/people.h"
#include "study/worth.h"

static char *text_for_people(const struct compared *compared, const struct cli_options *options,
                             struct err *err)
{
    char *table =
        compare_text(compared->comparison, options->all ? DETAIL_ALL : DETAIL_HEADLINES, cli_width(), err);
    if (table == NULL)
        return NULL;
    struct text text;
    text_init(&text, err);
    text_add(&text, "%s", table);
    if (compared->people != NULL)
        people_text(compared->people, options->all, &text, err);
    if (compared->worth != NULL)
        worth_text(compared->worth, &text, err);
    free(table);
    return text_take(&text, err);
}

static char *csv_for_programs(const struct compared *compared, struct err *err)
{
    if (compared->people != NULL)
        return people_csv(compared->people, err);
    return compared->worth != NULL ? worth_csv(compared->worth, err) : compare_csv(compared->comparison, err);
}

static char *json_for_programs(const struct compared *compared, struct err *err)
{
    char *text = compare_json(compared->comparison, err);
    if (text != NULL && compared->people != NULL)
        text = json_out_with(text, "patients", people_json(compared->people), err);
    if (text != NULL && compared->worth != NULL)
        text = json_out_with(text, "worth", worth_json(compared->worth), err);
    return text;
}

char *compared_text(const struct compared *compared, const struct cli_options *options, struct err *err)
{
    if (options->json)
        return json_for_programs(compared, err);
    return options->csv ? csv_for_programs(compared, err) : text_for_people(compared, options, err);
}
