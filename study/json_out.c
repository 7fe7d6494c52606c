#include "study/json_out.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "sim/mem.h"

json_t *json_out_text(const char *text)
{
    if (text == NULL)
        return json_null();
    json_t *value = json_string(text);
    if (value != NULL)
        return value;
    char *ascii = strdup(text);
    if (ascii == NULL)
        return NULL;
    for (char *p = ascii; *p != '\0'; p++)
        if ((unsigned char)*p >= 0x80)
            *p = '?';
    value = json_string(ascii);
    free(ascii);
    return value;
}

json_t *json_out_number(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

json_t *json_out_pair(double a, double b)
{
    if (!isfinite(a) || !isfinite(b))
        return json_null();
    json_t *pair = json_array();
    int broken = pair == NULL;
    broken |= json_array_append_new(pair, json_real(a));
    broken |= json_array_append_new(pair, json_real(b));
    if (broken != 0) {
        json_decref(pair);
        return NULL;
    }
    return pair;
}

int json_out_set(json_t *object, const char *key, json_t *value)
{
    json_t *name = json_out_text(key);
    if (name == NULL) {
        json_decref(value);
        return -1;
    }
    const int answer = json_object_set_new(object, json_string_value(name), value);
    json_decref(name);
    return answer;
}

int json_out_set_stats(json_t *object, struct stats stats)
{
    int broken = json_out_set(object, "mean", json_out_number(stats.mean));
    broken |= json_out_set(object, "sd", json_out_number(stats.sd));
    broken |= json_out_set(object, "ci95", json_out_pair(stats.mean - stats.half, stats.mean + stats.half));
    return broken;
}

json_t *json_out_stats(struct stats stats)
{
    json_t *object = json_object();
    if (json_out_set_stats(object, stats) == 0)
        return object;
    json_decref(object);
    return NULL;
}

char *json_out_dump(json_t *document, int broken, struct err *err)
{
    char *bare = broken != 0 || document == NULL ? NULL : json_dumps(document, JSON_INDENT(2));
    json_decref(document);
    if (bare == NULL) {
        err_fail(err, "out of memory: a JSON document could not be put together");
        return NULL;
    }
    char *text = mem_printf(err, "%s\n", bare);
    free(bare);
    return text;
}

/* Whether JSON says it as it stands, between quotes. */
static bool is_plain(const char *text)
{
    for (const unsigned char *byte = (const unsigned char *)text; *byte != '\0'; byte++)
        if (*byte < 0x20 || *byte >= 0x7f || *byte == '"' || *byte == '\\')
            return false;
    return true;
}

void json_out_add(struct text *to, const char *text)
{
    if (text != NULL && is_plain(text)) {
        text_add_bytes(to, "\"", 1);
        text_add_bytes(to, text, strlen(text));
        text_add_bytes(to, "\"", 1);
        return;
    }
    json_t *value = json_out_text(text);
    char *said = value == NULL ? NULL : json_dumps(value, JSON_ENCODE_ANY);
    json_decref(value);
    to->failed = to->failed || said == NULL;
    if (said != NULL)
        text_add_bytes(to, said, strlen(said));
    free(said);
}

char *json_out_with(char *document, const char *key, json_t *value, struct err *err)
{
    json_t *object = document == NULL ? NULL : json_loads(document, 0, NULL);
    const int broken = json_out_set(object, key, value);
    free(document);
    return json_out_dump(object, broken, err);
}
