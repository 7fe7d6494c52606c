#include "study/compare.h"

#include <stdbool.h>

#include "study/contrast.h"
#include "study/json_out.h"
#include "study/text.h"

static void csv_row(struct text *text, const struct comparison *c, size_t world, size_t metric,
                    struct contrast t)
{
    double numbers[CONTRAST_NUMBERS];
    contrast_list(numbers, &t);
    text_add_csv(text, c->metric_names[metric]);
    text_add(text, ",");
    text_add_csv(text, c->metric_units[metric]);
    text_add(text, ",");
    text_add_csv(text, c->labels[0]);
    text_add(text, ",");
    text_add_csv(text, c->labels[world]);
    text_add(text, ",%zu", t.difference.n);
    for (size_t k = 0; k < CONTRAST_NUMBERS; k++) {
        text_add(text, ",");
        text_add_csv_number(text, numbers[k]);
    }
    text_add(text, "\n");
}

char *compare_csv(const struct comparison *comparison, struct err *err)
{
    struct contrast_room room;
    const bool has_room = contrast_room_init(&room, comparison, err) == 0;
    char *answer = NULL;
    if (has_room) {
        struct text text;
        text_init(&text, err);
        text_add(&text, "metric,unit,base,alternative,n");
        for (size_t k = 0; k < CONTRAST_NUMBERS; k++)
            text_add(&text, ",%s", contrast_numbers[k].name);
        text_add(&text, "\n");
        for (size_t w = 1; w < comparison->worlds; w++)
            for (size_t i = 0; i < comparison->metrics; i++)
                csv_row(&text, comparison, w, i, contrast_of(comparison, w, i, &room));
        answer = text_take(&text, err);
    }
    contrast_room_free(&room);
    return answer;
}

static json_t *json_alternative(const struct comparison *c, size_t world, struct contrast t)
{
    json_t *object = json_object();
    json_t *difference = json_object();
    int broken = json_out_set_stats(difference, t.difference);
    const double mean = t.difference.mean;
    broken |=
        json_out_set(difference, "together95", json_out_pair(mean - t.together_half, mean + t.together_half));
    broken |= json_out_set(difference, "relative", json_out_number(t.relative.value));
    broken |= json_out_set(difference, "relative_ci95", json_out_pair(t.relative.low, t.relative.high));
    broken |= json_out_set(difference, "variance_ratio", json_out_number(t.variance_ratio.value));
    broken |= json_out_set(difference, "variance_ratio_ci95",
                           json_out_pair(t.variance_ratio.low, t.variance_ratio.high));
    broken |= json_out_set(object, "scenario", json_out_text(c->labels[world]));
    broken |= json_out_set_stats(object, t.other);
    broken |= json_out_set(object, "difference", difference);
    if (broken != 0) {
        json_decref(object);
        return NULL;
    }
    return object;
}

static json_t *json_metric(const struct comparison *c, size_t metric, const struct contrast_room *room)
{
    json_t *object = json_object();
    json_t *base = json_object();
    json_t *alternatives = json_array();
    contrast_fill(c, 0, metric, room->base);
    int broken = json_out_set_stats(base, stats_of(room->base, c->replications));
    for (size_t w = 1; w < c->worlds; w++)
        broken |=
            json_array_append_new(alternatives, json_alternative(c, w, contrast_of(c, w, metric, room)));
    broken |= json_out_set(object, "unit", json_out_text(c->metric_units[metric]));
    broken |= json_out_set(object, "base", base);
    broken |= json_out_set(object, "alternatives", alternatives);
    if (broken != 0) {
        json_decref(object);
        return NULL;
    }
    return object;
}

char *compare_json(const struct comparison *comparison, struct err *err)
{
    struct contrast_room room;
    const bool has_room = contrast_room_init(&room, comparison, err) == 0;
    if (!has_room) {
        contrast_room_free(&room);
        return NULL;
    }
    json_t *document = json_object();
    json_t *labels = json_array();
    json_t *metrics = json_object();
    int broken = 0;
    for (size_t w = 1; w < comparison->worlds; w++)
        broken |= json_array_append_new(labels, json_out_text(comparison->labels[w]));
    for (size_t i = 0; i < comparison->metrics; i++)
        broken |= json_out_set(metrics, comparison->metric_names[i], json_metric(comparison, i, &room));
    broken |= json_out_set(document, "base", json_out_text(comparison->labels[0]));
    broken |= json_out_set(document, "alternatives", labels);
    broken |= json_out_set(document, "replications", json_integer((json_int_t)comparison->replications));
    broken |= json_out_set(document, "seed", json_out_text(comparison->seed));
    broken |= json_out_set(document, "metrics", metrics);
    contrast_room_free(&room);
    return json_out_dump(document, broken, err);
}
