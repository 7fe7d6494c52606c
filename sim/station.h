#ifndef COUNTERPART_SIM_STATION_H
#define COUNTERPART_SIM_STATION_H

/* Identical servers (beds, clinicians) behind one waiting line with priorities.
 * A station knows customer indices only and draws no random numbers: the model
 * samples service times, so that policies share each customer's luck. */

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/err.h"

enum { STATION_NOBODY = -1, STATION_LEVELS = 8 };
#define STATION_UNLIMITED INT64_MAX

/* Places in a line are linked through one array per partition, indexed by customer: joining, leaving and
 * reneging cost the same and nothing is allocated per event. */
struct station_link {
    uint32_t before, behind; /* index + 1 of the neighbours in the line; 0: nobody */
};
struct station_links {
    struct station_link *link; /* owned */
    size_t capacity;
};
void station_links_init(struct station_links *links);
/* For customers 0 ... customers - 1. Growing keeps the lines. */
MUST_CHECK int station_links_reserve(struct station_links *links, size_t customers, struct err *err);
void station_links_free(struct station_links *links);

struct station {
    int64_t servers; /* in place now; may be fewer than busy while a shift change runs out */
    int64_t busy;
    int64_t room;                                        /* places in the line; STATION_UNLIMITED: no limit */
    int64_t waiting;                                     /* over all levels */
    uint32_t head[STATION_LEVELS], tail[STATION_LEVELS]; /* index + 1; 0: nobody */
};

enum station_answer { STATION_SERVED, STATION_WAITS, STATION_TURNED_AWAY };

void station_init(struct station *station, int64_t servers, int64_t room);

/* A customer asks for `amount` servers at once. Served when they are free and nobody of the same or a better
 * level (0 is best) waits; otherwise waits at the end of the level's line if there is room. Unlimited servers
 * serve at once, whoever waits. */
enum station_answer station_arrive(struct station *station, struct station_links *links, uint32_t customer,
                                   unsigned level, int64_t amount);

/* Joins the line even if servers are free (the model waits for something else as well). False: no room. */
static inline bool station_queue(struct station *station, struct station_links *links, uint32_t customer,
                                 unsigned level)
{
    assert(level < STATION_LEVELS && customer < links->capacity);
    if (station->waiting >= station->room)
        return false;
    const uint32_t last = station->tail[level];
    links->link[customer] = (struct station_link){.before = last};
    *(last != 0 ? &links->link[last - 1].behind : &station->head[level]) = customer + 1;
    station->tail[level] = customer + 1;
    station->waiting++;
    return true;
}

/* station_arrive() for one server. */
static inline enum station_answer station_arrive_one(struct station *station, struct station_links *links,
                                                     uint32_t customer, unsigned level)
{
    if (station->busy >= station->servers)
        return station_queue(station, links, customer, level) ? STATION_WAITS : STATION_TURNED_AWAY;
    if (station->waiting > 0)
        return station_arrive(station, links, customer, level, 1);
    station->busy++;
    return STATION_SERVED;
}

/* Joins the line at the head of its level, whatever the room: who was being served and waits to go on. */
void station_queue_first(struct station *station, struct station_links *links, uint32_t customer,
                         unsigned level);

/* Who is next in line (best level, first come), or STATION_NOBODY. Changes nothing. */
int64_t station_first(const struct station *station);
/* Who stands behind `customer` in the whole line, or STATION_NOBODY. */
int64_t station_after(const struct station *station, const struct station_links *links, uint32_t customer,
                      unsigned level);

/* Takes a customer out of the line: reneging, or starting service out of turn. */
void station_leave(struct station *station, struct station_links *links, uint32_t customer, unsigned level);

/* Occupies and frees servers. station_free_servers() is never negative, STATION_UNLIMITED if there is no end.
 */
int64_t station_free_servers(const struct station *station);
void station_seize(struct station *station, int64_t amount);
void station_release(struct station *station, int64_t amount);

/* Ends a service of `amount`: frees the servers and returns the customer of the same amount who starts now
 * (taken out of the line, servers seized), or STATION_NOBODY. */
int64_t station_depart(struct station *station, struct station_links *links, int64_t amount);

/* The same for one server. */
static inline int64_t station_depart_one(struct station *station, struct station_links *links)
{
    if (station->waiting == 0) {
        station->busy--;
        return STATION_NOBODY;
    }
    const uint32_t first = station->head[0];
    if (first == 0 || station->busy > station->servers)
        return station_depart(station, links, 1);
    const uint32_t second = links->link[first - 1].behind;
    *(second != 0 ? &links->link[second - 1].before : &station->tail[0]) = 0;
    station->head[0] = second;
    station->waiting--;
    return (int64_t)first - 1;
}

/* The next in line starts if `amount` servers are free: taken out of the line, servers seized; else
 * STATION_NOBODY. To be repeated when servers have been added. */
int64_t station_start_next(struct station *station, struct station_links *links, int64_t amount);

/* Changes the number of servers; starts nobody. Busy servers above it finish their customer (relief) before
 * they count. */
void station_set_servers(struct station *station, int64_t servers);

/* Saves servers and lines, customers under numbers of the caller's: number[customer]. */
struct state_reader;
struct state_writer;
void station_save(const struct station *station, const struct station_links *links, const uint32_t *number,
                  struct state_writer *writer);
/* Restores them into a station that nobody uses. `adopt` gives the customer of a number, or STATION_NOBODY to
 * refuse: there is none who can stand in this line at this level. */
typedef int64_t station_adopt(void *data, uint32_t number, unsigned level);
void station_restore(struct station *station, struct station_links *links, station_adopt *adopt, void *data,
                     struct state_reader *reader);

/* Invariants, for tests and the debug build. */
MUST_CHECK int station_check(const struct station *station, const struct station_links *links,
                             struct err *err);

#endif
