#include "models/reach.h"

#include <string.h>

enum { BITS = 5 };
#define LONGEST_TRAVEL_US INT64_C(604800000000)

int reach_init(struct reach *reach, int64_t longest_wait_us, struct err *err)
{
    histogram_init(&reach->wait, BITS);
    histogram_init(&reach->travel, BITS);
    return histogram_reserve(&reach->wait, longest_wait_us, err) != 0 ||
                   histogram_reserve(&reach->travel, LONGEST_TRAVEL_US, err) != 0
               ? -1
               : 0;
}

int64_t reach_class_from_us(size_t class_)
{
    const size_t shift = class_ >> REACH_BITS > 1 ? (class_ >> REACH_BITS) - 1 : 0;
    return (int64_t)(class_ - (shift << REACH_BITS)) * (INT64_C(1) << shift) * REACH_UNIT_US;
}

void reach_free(struct reach *reach)
{
    histogram_free(&reach->wait);
    histogram_free(&reach->travel);
}

static void restart(struct histogram *histogram)
{
    memset(histogram->count, 0, histogram->cells * sizeof *histogram->count);
    histogram->total = 0;
}

void reach_restart(struct reach *reach)
{
    restart(&reach->wait);
    restart(&reach->travel);
}

int reach_merge(struct reach *into, const struct reach *from, struct err *err)
{
    return histogram_merge(&into->wait, &from->wait, err) != 0 ||
                   histogram_merge(&into->travel, &from->travel, err) != 0
               ? -1
               : 0;
}

void reach_save(const struct reach *reach, struct state_writer *writer)
{
    histogram_save(&reach->wait, writer);
    histogram_save(&reach->travel, writer);
}

void reach_restore(struct reach *reach, struct state_reader *reader)
{
    histogram_restore(&reach->wait, reader);
    histogram_restore(&reach->travel, reader);
}
