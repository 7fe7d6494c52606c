#include "models/named_time.h"

#include <string.h>

#include "models/quantity.h"

static const char *name_of(const char *text, struct arena *arena, struct err *err)
{
    char *name = arena_text(arena, text, err);
    if (name == NULL)
        return NULL;
    char *end = name;
    for (const char *c = text; *c != '\0'; c++)
        if (*c != ' ')
            *end++ = *c;
    *end = '\0';
    return name;
}

int named_times_read(const struct scenario *scenario, const struct key_list *texts, struct arena *arena,
                     const struct named_time **times, struct err *err)
{
    struct named_time *list = arena_zeroed(arena, texts->count, sizeof *list, err);
    if (list == NULL)
        return -1;
    for (size_t i = 0; i < texts->count; i++) {
        const char *const *text = SCENARIO_ITEM(*texts, const char *const, i);
        struct err why = ERR_INIT;
        if (quantity_duration(*text, &list[i].us, &why) != 0)
            return scenario_blame(scenario, text, err, "%s", why.text[0]);
        if (i > 0 && list[i].us <= list[i - 1].us)
            return scenario_blame(scenario, text, err,
                                  "\"%.60s\" is not later than the time before; put them in order", *text);
        list[i].name = name_of(*text, arena, err);
        if (list[i].name == NULL)
            return -1;
    }
    *times = list;
    return 0;
}
