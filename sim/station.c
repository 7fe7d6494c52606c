#include "sim/station.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "sim/mem.h"
#include "sim/state.h"

void station_links_init(struct station_links *links)
{
    *links = (struct station_links){0};
}

int station_links_reserve(struct station_links *links, size_t customers, struct err *err)
{
    if (customers > UINT32_MAX)
        return err_fail(err, "%zu customers are more than waiting lines can number", customers);
    struct station_link *link = mem_grow(links->link, &links->capacity, customers, sizeof *link, err);
    if (link == NULL)
        return -1;
    links->link = link;
    return 0;
}

void station_links_free(struct station_links *links)
{
    free(links->link);
    station_links_init(links);
}

void station_init(struct station *station, int64_t servers, int64_t room)
{
    assert(servers >= 0 && room >= 0);
    *station = (struct station){.servers = servers, .room = room};
}

int64_t station_free_servers(const struct station *station)
{
    if (station->servers == STATION_UNLIMITED)
        return STATION_UNLIMITED;
    return station->servers > station->busy ? station->servers - station->busy : 0;
}

void station_seize(struct station *station, int64_t amount)
{
    assert(amount >= 0 && station->busy <= INT64_MAX - amount);
    station->busy += amount;
}

void station_release(struct station *station, int64_t amount)
{
    assert(amount >= 0 && amount <= station->busy);
    station->busy -= amount;
}

static bool anybody_up_to(const struct station *station, unsigned level)
{
    uint32_t heads = 0;
    for (unsigned better = 0; better <= level; better++)
        heads |= station->head[better];
    return heads != 0;
}

enum station_answer station_arrive(struct station *station, struct station_links *links, uint32_t customer,
                                   unsigned level, int64_t amount)
{
    assert(level < STATION_LEVELS);
    const bool blocked =
        station->waiting > 0 && station->servers != STATION_UNLIMITED && anybody_up_to(station, level);
    if (!blocked && amount <= station_free_servers(station)) {
        station_seize(station, amount);
        return STATION_SERVED;
    }
    return station_queue(station, links, customer, level) ? STATION_WAITS : STATION_TURNED_AWAY;
}

void station_queue_first(struct station *station, struct station_links *links, uint32_t customer,
                         unsigned level)
{
    const uint32_t first = station->head[level];
    links->link[customer] = (struct station_link){.before = 0, .behind = first};
    if (first != 0)
        links->link[first - 1].before = customer + 1;
    else
        station->tail[level] = customer + 1;
    station->head[level] = customer + 1;
    station->waiting++;
}

static unsigned first_level(const struct station *station, unsigned from)
{
    unsigned level = from;
    while (level < STATION_LEVELS && station->head[level] == 0)
        level++;
    return level;
}

static int64_t head_of(const struct station *station, unsigned level)
{
    return level < STATION_LEVELS ? (int64_t)station->head[level] - 1 : STATION_NOBODY;
}

int64_t station_first(const struct station *station)
{
    return station->waiting > 0 ? head_of(station, first_level(station, 0)) : STATION_NOBODY;
}

int64_t station_after(const struct station *station, const struct station_links *links, uint32_t customer,
                      unsigned level)
{
    assert(level < STATION_LEVELS && customer < links->capacity);
    const uint32_t behind = links->link[customer].behind;
    return behind != 0 ? (int64_t)behind - 1 : head_of(station, first_level(station, level + 1));
}

void station_leave(struct station *station, struct station_links *links, uint32_t customer, unsigned level)
{
    assert(level < STATION_LEVELS && customer < links->capacity && station->waiting > 0);
    const struct station_link link = links->link[customer];
    assert(link.before != 0 || station->head[level] == customer + 1);
    assert(link.behind != 0 || station->tail[level] == customer + 1);
    if (link.before != 0)
        links->link[link.before - 1].behind = link.behind;
    else
        station->head[level] = link.behind;
    if (link.behind != 0)
        links->link[link.behind - 1].before = link.before;
    else
        station->tail[level] = link.before;
    links->link[customer] = (struct station_link){0};
    station->waiting--;
}

int64_t station_start_next(struct station *station, struct station_links *links, int64_t amount)
{
    if (station->waiting == 0 || amount > station_free_servers(station))
        return STATION_NOBODY;
    const unsigned level = first_level(station, 0);
    const int64_t customer = head_of(station, level);
    station_leave(station, links, (uint32_t)customer, level);
    station_seize(station, amount);
    return customer;
}

int64_t station_depart(struct station *station, struct station_links *links, int64_t amount)
{
    station_release(station, amount);
    return station_start_next(station, links, amount);
}

void station_set_servers(struct station *station, int64_t servers)
{
    assert(servers >= 0);
    station->servers = servers;
}

/* clang-format off */
#define STATION_STATE(ONE, ALL, NOT) \
    ONE(struct station, servers) ONE(struct station, busy) ONE(struct station, room) \
    NOT(struct station, waiting) NOT(struct station, head) NOT(struct station, tail)
STATE_LAYOUT(station, struct station, STATION_STATE, 0);
/* clang-format on */

static size_t line_length(const struct station *station, const struct station_links *links, unsigned level)
{
    size_t length = 0;
    for (uint32_t at = station->head[level]; at != 0; at = links->link[at - 1].behind)
        length++;
    return length;
}

void station_save(const struct station *station, const struct station_links *links, const uint32_t *number,
                  struct state_writer *writer)
{
    state_put_array(writer, &station_layout, station, 1);
    state_put_u64(writer, (uint64_t)station->waiting);
    for (unsigned level = 0; level < STATION_LEVELS && station->waiting > 0; level++) {
        state_put_u64(writer, line_length(station, links, level));
        for (uint32_t at = station->head[level]; at != 0; at = links->link[at - 1].behind)
            state_put_u64(writer, number[at - 1]);
    }
}

static void restore_level(struct station *station, struct station_links *links, unsigned level,
                          station_adopt *adopt, void *data, struct state_reader *reader)
{
    const size_t length = state_get_count(reader, sizeof(uint64_t));
    for (size_t i = 0; i < length; i++) {
        const uint32_t number = (uint32_t)state_get_up_to(reader, UINT32_MAX);
        const int64_t customer = reader->failed ? STATION_NOBODY : adopt(data, number, level);
        if (customer == STATION_NOBODY) {
            state_refuse(reader, "has somebody in a line who cannot be there; make it again");
            return;
        }
        (void)station_queue(station, links, (uint32_t)customer, level);
    }
}

void station_restore(struct station *station, struct station_links *links, station_adopt *adopt, void *data,
                     struct state_reader *reader)
{
    struct station saved = {.servers = 0};
    state_get_array(reader, &station_layout, &saved, 1);
    const uint64_t waiting = state_get_u64(reader);
    if (saved.servers < 0 || saved.busy < 0 || saved.room < 0)
        state_refuse(reader, "has fewer servers than none; make it again");
    /* Who stands there without asking for a place may exceed the room. */
    station_init(station, reader->failed ? 0 : saved.servers, STATION_UNLIMITED);
    for (unsigned level = 0; level < STATION_LEVELS && waiting > 0; level++)
        restore_level(station, links, level, adopt, data, reader);
    if ((uint64_t)station->waiting != waiting)
        state_refuse(reader, "has a line that is shorter than it says; make it again");
    station->busy = saved.busy;
    station->room = saved.room;
}

static int check_level(const struct station *station, const struct station_links *links, unsigned level,
                       int64_t *waiting, struct err *err)
{
    uint32_t before = 0;
    for (uint32_t at = station->head[level]; at != 0; before = at, at = links->link[at - 1].behind) {
        if (at > links->capacity)
            return err_fail(err, "station: customer %u in line %u has no link", at - 1, level);
        if (++*waiting > station->waiting)
            return err_fail(err, "station: more than %lld stand in line", (long long)station->waiting);
        if (links->link[at - 1].before != before)
            return err_fail(err, "station: the neighbours of customer %u in line %u disagree", at - 1, level);
    }
    if (station->tail[level] != before)
        return err_fail(err, "station: line %u ends with customer %lld, not %lld", level,
                        (long long)before - 1, (long long)station->tail[level] - 1);
    return 0;
}

int station_check(const struct station *station, const struct station_links *links, struct err *err)
{
    if (station->servers < 0 || station->busy < 0 || station->waiting < 0 || station->waiting > station->room)
        return err_fail(err, "station: %lld servers, %lld busy, %lld waiting in a room of %lld",
                        (long long)station->servers, (long long)station->busy, (long long)station->waiting,
                        (long long)station->room);
    int64_t waiting = 0;
    for (unsigned level = 0; level < STATION_LEVELS; level++)
        if (check_level(station, links, level, &waiting, err) != 0)
            return -1;
    if (waiting != station->waiting)
        return err_fail(err, "station: %lld wait, but %lld stand in line", (long long)station->waiting,
                        (long long)waiting);
    return 0;
}
