#include "sim/calendar.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

/* Memory that fails when asked to: the number of allocations that still succeed; negative: all. */
static long allocations_left = -1;
static bool has_refused;

static bool refused(void)
{
    if (allocations_left == 0)
        return has_refused = true;
    allocations_left -= allocations_left > 0;
    return false;
}

/* In place of the C library's, for the whole program. */
void *aligned_alloc(size_t alignment, size_t bytes)
{
    void *memory = NULL;
    if (refused() || posix_memalign(&memory, alignment, bytes) != 0)
        return NULL;
    return memory;
}

static uint64_t random_state;

/* splitmix64 */
static uint64_t random_word(void)
{
    uint64_t z = random_state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static double random_unit(void)
{
    return ((double)(random_word() >> 11) + 0.5) * 0x1p-53;
}

/* Identities run against the indices, so that the two cannot be mistaken for each other. */
static uint32_t identity[1 << 16];

static int by_identity(const void *model, const struct event *a, const struct event *b)
{
    const uint32_t *of = model;
    return (of[a->who] > of[b->who]) - (of[a->who] < of[b->who]);
}

static void start(void)
{
    allocations_left = -1;
    random_state = 20200401;
    for (uint32_t i = 0; i < 1 << 16; i++)
        identity[i] = (1 << 16) - i;
}

TestSuite(calendar, .init = start);

static struct calendar *new_calendar(int64_t bucket_us)
{
    struct err err = ERR_INIT;
    struct calendar *calendar = calendar_new(bucket_us, by_identity, identity, &err);
    cr_assert_not_null(calendar, "%s", err.text[0]);
    return calendar;
}

static void is_sound(const struct calendar *calendar)
{
    struct err err = ERR_INIT;
    cr_assert_eq(calendar_check(calendar, &err), 0, "%s", err.text[0]);
}

static bool is_event(const struct event *a, const struct event *b)
{
    return a->at_us == b->at_us && a->kind == b->kind && a->who == b->who;
}

static int in_order(const void *first, const void *second)
{
    const struct event *a = first;
    const struct event *b = second;
    if (a->at_us != b->at_us)
        return a->at_us < b->at_us ? -1 : 1;
    if (a->kind != b->kind)
        return a->kind < b->kind ? -1 : 1;
    return by_identity(identity, a, b);
}

static void shuffle(struct event *events, size_t count)
{
    for (size_t i = count; i > 1; i--) {
        const size_t j = random_word() % i;
        const struct event event = events[i - 1];
        events[i - 1] = events[j];
        events[j] = event;
    }
}

/* Widths from one microsecond, where all ends up in rings and heap, to one where all is in one bucket. */
static const int64_t widths_us[] = {0, 1, 7, 1000, 3600000000, INT64_C(1) << 41};
enum { WIDTHS = sizeof widths_us / sizeof *widths_us };

Test(calendar, is_empty_at_first)
{
    for (size_t i = 0; i < WIDTHS; i++) {
        struct calendar *calendar = new_calendar(widths_us[i]);
        struct event event;
        cr_assert_not(calendar_take(calendar, INT64_MAX, &event));
        cr_assert_eq(calendar_pending(calendar), 0);
        is_sound(calendar);
        calendar_free(calendar);
    }
    calendar_free(NULL);
}

Test(calendar, refuses_a_width_that_is_negative_or_too_wide)
{
    struct err negative = ERR_INIT, wide = ERR_INIT;
    cr_assert_null(calendar_new(-1, by_identity, identity, &negative));
    cr_assert_null(calendar_new(INT64_MAX, by_identity, identity, &wide));
    cr_assert(err_any(&negative) && err_any(&wide));
}

/* Few different times and kinds, so that most events are tied; any order of insertion gives the same order.
 */
Test(calendar, ignores_the_order_of_insertion)
{
    enum { EVENTS = 600, ORDERS = 20 };
    static struct event events[EVENTS], expected[EVENTS];
    for (size_t width = 0; width < WIDTHS; width++) {
        for (uint32_t i = 0; i < EVENTS; i++)
            expected[i] =
                (struct event){(int64_t)(random_word() % 40 * 500), (uint32_t)(random_word() % 3), i};
        qsort(expected, EVENTS, sizeof *expected, in_order);
        memcpy(events, expected, sizeof events);
        for (int order = 0; order < ORDERS; order++) {
            shuffle(events, EVENTS);
            struct calendar *calendar = new_calendar(widths_us[width]);
            for (size_t i = 0; i < EVENTS; i++)
                calendar_push(calendar, events[i]);
            for (size_t i = 0; i < EVENTS; i++) {
                struct event event;
                cr_assert(calendar_take(calendar, INT64_MAX, &event));
                cr_assert(is_event(&event, &expected[i]));
                cr_assert_eq(calendar_pending(calendar), EVENTS - 1 - i);
                is_sound(calendar);
            }
            calendar_free(calendar);
        }
    }
}

static void takes(struct calendar *calendar, struct event expected)
{
    struct event event;
    cr_assert(calendar_take(calendar, expected.at_us + 1, &event));
    cr_assert(is_event(&event, &expected), "kind %u of %u instead of kind %u of %u", event.kind, event.who,
              expected.kind, expected.who);
    is_sound(calendar);
}

/* The greater index goes first here. */
Test(calendar, orders_an_instant_that_fills_while_it_is_taken)
{
    for (size_t width = 0; width < WIDTHS; width++) {
        struct calendar *calendar = new_calendar(widths_us[width]);
        for (uint32_t who = 2; who <= 200; who += 2)
            calendar_push(calendar, (struct event){5000, 4, who});
        for (uint32_t who = 200; who >= 2; who -= 2) {
            calendar_push(calendar, (struct event){5000, 5, who});
            calendar_push(calendar, (struct event){5000, 1, who});
            takes(calendar, (struct event){5000, 1, who});
            takes(calendar, (struct event){5000, 4, who});
            calendar_push(calendar, (struct event){5000, 4, who - 1});
            calendar_push(calendar, (struct event){5000, 4, who + 1});
            takes(calendar, (struct event){5000, 4, who + 1});
            takes(calendar, (struct event){5000, 4, who - 1});
        }
        for (uint32_t who = 200; who >= 2; who -= 2)
            takes(calendar, (struct event){5000, 5, who});
        cr_assert_eq(calendar_pending(calendar), 0);
        calendar_free(calendar);
    }
}

/* Up to several chunks of a bucket, in the fine ring, the coarse one and the far heap. */
Test(calendar, gives_back_a_bucket_of_any_number)
{
    static const int64_t from_us[] = {0, 1000 * 100, 1000 * 5000, INT64_C(1000) * 10000000};
    for (size_t i = 0; i < sizeof from_us / sizeof *from_us; i++)
        for (uint32_t count = 0; count <= 200; count++) {
            struct calendar *calendar = new_calendar(1000);
            for (uint32_t who = 0; who < count; who++)
                calendar_push(calendar, (struct event){from_us[i] + who * 5, 0, who});
            cr_assert_eq(calendar_pending(calendar), count);
            is_sound(calendar);
            struct event event;
            for (uint32_t who = 0; who < count; who++)
                cr_assert(calendar_take(calendar, INT64_MAX, &event) && event.who == who);
            cr_assert_not(calendar_take(calendar, INT64_MAX, &event));
            calendar_free(calendar);
        }
}

Test(calendar, takes_nothing_that_is_due_later)
{
    for (size_t width = 0; width < WIDTHS; width++) {
        struct calendar *calendar = new_calendar(widths_us[width]);
        struct event event;
        calendar_push(calendar, (struct event){1000000, 0, 1});
        calendar_push(calendar, (struct event){1000000, 0, 2});
        cr_assert_not(calendar_take(calendar, 1000000, &event));
        calendar_push(calendar, (struct event){999999, 0, 3});
        cr_assert(calendar_take(calendar, 1000000, &event));
        cr_assert_eq(event.who, 3);
        cr_assert_not(calendar_take(calendar, 1000000, &event));
        cr_assert(calendar_take(calendar, 1000001, &event));
        cr_assert_not(calendar_take(calendar, 1000000, &event), "one of two equal times is left");
        cr_assert(calendar_take(calendar, 1000001, &event));
        cr_assert_eq(event.who, 1);
        calendar_free(calendar);
    }
}

Test(calendar, reaches_the_ends_of_time)
{
    static const int64_t at_us[] = {INT64_MIN, -1, 0, 1, INT64_C(1) << 62, INT64_MAX - 1};
    for (size_t width = 0; width < WIDTHS; width++) {
        struct calendar *calendar = new_calendar(widths_us[width]);
        struct event event;
        for (uint32_t i = 6; i-- > 0;)
            calendar_push(calendar, (struct event){at_us[i], UINT32_MAX, i});
        calendar_push(calendar, (struct event){INT64_MAX, 0, 9});
        for (uint32_t i = 0; i < 6; i++) {
            cr_assert(calendar_take(calendar, INT64_MAX, &event));
            cr_assert_eq(event.who, i);
            is_sound(calendar);
        }
        calendar_push(calendar, (struct event){INT64_MAX, 0, 10});
        cr_assert_not(calendar_take(calendar, INT64_MAX, &event), "what is at INT64_MAX is never due");
        cr_assert_eq(calendar_pending(calendar), 2);
        calendar_free(calendar);
    }
}

/* Increments of a random workload: now, soon, much later, tied. */
static int64_t random_delay_us(void)
{
    const uint64_t choice = random_word() % 16;
    if (choice == 0)
        return 0;
    if (choice == 1)
        return (int64_t)(random_word() % 5) * 1000;
    if (choice == 2)
        return (int64_t)(1000 * pow(random_unit(), -1.2));
    if (choice == 3)
        return (int64_t)(random_word() >> (24 + random_word() % 32));
    return (int64_t)(-log(random_unit()) * 20000);
}

/* The reference: the least of an unsorted array. */
static struct event take_least(struct event *events, size_t *count)
{
    size_t least = 0;
    for (size_t i = 1; i < *count; i++)
        if (in_order(&events[i], &events[least]) < 0)
            least = i;
    const struct event event = events[least];
    events[least] = events[--*count];
    return event;
}

Test(calendar, agrees_with_a_list_under_random_loads)
{
    enum { MOST = 300, STEPS = 4000 };
    static struct event list[MOST];
    for (size_t width = 0; width < WIDTHS; width++) {
        struct calendar *calendar = new_calendar(widths_us[width]);
        size_t count = 0;
        int64_t now_us = 0;
        uint32_t who = 0;
        for (int step = 0; step < STEPS; step++) {
            const bool grows = step / 500 % 2 == 0;
            if (count == 0 || (count < MOST && random_word() % 8 < (grows ? 5 : 3))) {
                list[count] =
                    (struct event){now_us + random_delay_us(), (uint32_t)(random_word() % 4), who++ % 65536};
                calendar_push(calendar, list[count++]);
            } else {
                const struct event expected = take_least(list, &count);
                struct event event;
                cr_assert_not(calendar_take(calendar, expected.at_us, &event));
                cr_assert(calendar_take(calendar, expected.at_us + 1, &event));
                cr_assert(is_event(&event, &expected), "step %d, width %zu", step, width);
                now_us = event.at_us;
            }
            cr_assert_eq(calendar_pending(calendar), count);
            is_sound(calendar);
        }
        calendar_free(calendar);
    }
}

Test(calendar, holds_a_hundred_thousand_events_in_the_same_order_for_every_width)
{
    enum { EVENTS = 100000, HOLDS = 300000 };
    static const int64_t several_us[] = {0, 1000, 10000, 10000000};
    uint64_t checksum[4] = {0};
    for (size_t width = 0; width < 4; width++) {
        random_state = 7;
        struct calendar *calendar = new_calendar(several_us[width]);
        struct event event;
        for (uint32_t i = 0; i < EVENTS; i++)
            calendar_push(calendar, (struct event){(int64_t)(-log(random_unit()) * 1e6), 0, i % 65536});
        int64_t before_us = 0;
        for (int i = 0; i < HOLDS + EVENTS; i++) {
            cr_assert(calendar_take(calendar, INT64_MAX, &event));
            cr_assert_geq(event.at_us, before_us);
            before_us = event.at_us;
            checksum[width] = (checksum[width] ^ (uint64_t)event.at_us ^ event.who) * UINT64_C(0x100000001b3);
            event.at_us += (int64_t)(-log(random_unit()) * 1e6);
            if (i < HOLDS)
                calendar_push(calendar, event);
            if (i % 50000 == 0)
                is_sound(calendar);
        }
        cr_assert_eq(calendar_pending(calendar), 0);
        cr_assert_eq(checksum[width], checksum[0]);
        calendar_free(calendar);
    }
}

/* All in one cell of the counting pass, and all at one time: a quadratic sort would take hours. */
Test(calendar, sorts_quickly_what_falls_together, .timeout = 60)
{
    enum { EVENTS = 1000000 };
    for (int64_t apart_us = 0; apart_us <= 1; apart_us++) {
        for (size_t width = 0; width < WIDTHS; width += WIDTHS - 1) {
            struct calendar *calendar = new_calendar(widths_us[width]);
            struct event event;
            for (uint32_t i = 0; i < EVENTS; i++)
                calendar_push(calendar,
                              (struct event){(int64_t)(random_word() % EVENTS) * apart_us, i % 5, i % 65536});
            int64_t before_us = 0;
            for (uint32_t i = 0; i < EVENTS; i++) {
                cr_assert(calendar_take(calendar, INT64_MAX, &event));
                cr_assert_geq(event.at_us, before_us);
                before_us = event.at_us;
            }
            calendar_free(calendar);
        }
    }
}

/* The identity of a waiting event changes: an index is given to somebody else. The others keep their order.
 */
Test(calendar, is_not_disturbed_by_a_cancelled_event_whose_index_has_a_new_owner)
{
    enum { EVENTS = 40 };
    for (size_t width = 0; width < WIDTHS; width++) {
        for (uint32_t changed = 0; changed < EVENTS; changed++) {
            struct calendar *calendar = new_calendar(widths_us[width]);
            for (uint32_t i = 0; i < EVENTS; i++)
                identity[i] = i;
            for (uint32_t i = 0; i < EVENTS; i++)
                calendar_push(calendar, (struct event){500, 0, i * 7 % EVENTS});
            identity[changed] = (changed + EVENTS / 2) % EVENTS;
            uint32_t expected = 0;
            for (uint32_t i = 0; i < EVENTS; i++) {
                struct event event;
                cr_assert(calendar_take(calendar, INT64_MAX, &event));
                if (event.who == changed)
                    continue;
                expected += expected == changed;
                cr_assert_eq(event.who, expected++);
            }
            calendar_free(calendar);
        }
    }
}

Test(calendar, announces_each_event_of_an_open_bucket_once)
{
    struct calendar *calendar = new_calendar(1000);
    struct event event;
    cr_assert_not(calendar_foresee(calendar, 3, &event));
    for (uint32_t i = 0; i < 10; i++)
        calendar_push(calendar, (struct event){5000 + i, 0, i});
    uint32_t announced = 1; /* the first one is taken before anything can be announced */
    for (uint32_t taken = 0; taken < 10; taken++) {
        cr_assert(calendar_take(calendar, INT64_MAX, &event));
        cr_assert_eq(event.who, taken);
        for (; announced <= taken + 3 && announced < 10; announced++) {
            cr_assert(calendar_foresee(calendar, 3, &event));
            cr_assert_eq(event.who, announced);
        }
        cr_assert_not(calendar_foresee(calendar, 3, &event));
    }
    calendar_free(calendar);
}

/* Those that are taken before they could be announced are not announced any more. */
Test(calendar, announces_nothing_that_has_been_taken)
{
    struct calendar *calendar = new_calendar(1000);
    struct event event;
    for (uint32_t i = 0; i < 10; i++)
        calendar_push(calendar, (struct event){5000 + i, 0, i});
    for (uint32_t taken = 0; taken < 5; taken++)
        cr_assert(calendar_take(calendar, INT64_MAX, &event));
    cr_assert(calendar_foresee(calendar, SIZE_MAX, &event));
    cr_assert_eq(event.who, 5);
    calendar_free(calendar);
}

/* A hint is given of events in buckets only. */
static bool has_buckets(struct calendar *calendar, uint32_t events)
{
    struct event event;
    for (uint32_t i = 0; i < events; i++)
        calendar_push(calendar, (struct event){1000 + random_delay_us() % 1000000, 0, i});
    is_sound(calendar);
    cr_assert(calendar_take(calendar, INT64_MAX, &event));
    is_sound(calendar);
    const bool hinted = calendar_foresee(calendar, 1, &event);
    while (calendar_take(calendar, INT64_MAX, &event))
        ;
    cr_assert_eq(calendar_pending(calendar), 0);
    return hinted;
}

Test(calendar, makes_itself_buckets_when_there_are_many_events)
{
    struct calendar *few = new_calendar(0), *many = new_calendar(0), *at_once = new_calendar(0);
    cr_assert_not(has_buckets(few, 300));
    cr_assert(has_buckets(many, 3000));
    for (uint32_t i = 0; i < 5000; i++) /* no width is right */
        calendar_push(at_once, (struct event){77, 0, i});
    is_sound(at_once);
    calendar_free(few);
    calendar_free(many);
    calendar_free(at_once);
}

/* Valgrind puts its own allocation in place of ours. */
static void skip_under_valgrind(void)
{
    const char *preloaded = getenv("LD_PRELOAD");
    if (preloaded != NULL && strstr(preloaded, "vgpreload") != NULL)
        cr_skip_test("memory cannot be made to fail here");
}

/* Every allocation of a run fails once: the calendar says so, takes nothing more and can be freed. */
Test(calendar, says_when_memory_has_run_out)
{
    skip_under_valgrind();
    for (size_t width = 0; width < WIDTHS; width++) {
        bool failed_while_running = false;
        for (long allowed = 0;; allowed++) {
            struct err err = ERR_INIT;
            random_state = 11;
            allocations_left = allowed;
            has_refused = false;
            struct calendar *calendar = calendar_new(widths_us[width], by_identity, identity, &err);
            if (calendar == NULL) {
                cr_assert(err_any(&err));
                continue;
            }
            for (uint32_t i = 0; i < 20000; i++)
                calendar_push(calendar, (struct event){random_delay_us(), 0, i});
            struct event event;
            size_t taken = 0;
            while (calendar_take(calendar, INT64_MAX, &event))
                taken++;
            cr_assert_eq(calendar_exhausted(calendar), has_refused);
            cr_assert_eq(taken < 20000, has_refused);
            failed_while_running |= has_refused;
            calendar_free(calendar);
            if (!has_refused)
                break;
        }
        allocations_left = -1;
        cr_assert(failed_while_running);
    }
}
