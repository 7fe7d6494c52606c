#include "models/saved_lines.h"

#include "models/case.h"
#include "models/serving.h"
#include "sim/state.h"

/* clang-format off */
#define WARD_STATE(ONE, ALL, NOT) \
    NOT(struct ward, id) NOT(struct ward, station) NOT(struct ward, timetable) NOT(struct ward, facility) \
    NOT(struct ward, measure) NOT(struct ward, declared) NOT(struct ward, is_bed) NOT(struct ward, joint) NOT(struct ward, line) NOT(struct ward, relief) \
    NOT(struct ward, preemption) NOT(struct ward, interrupt) ONE(struct ward, shift) \
    NOT(struct ward, balk_at) ONE(struct ward, blocked) ONE(struct ward, board_free) \
    ONE(struct ward, board_waiting) NOT(struct ward, changed_us) \
    NOT(struct ward, in_service)
STATE_LAYOUT(ward, struct ward, WARD_STATE, 49);
/* clang-format on */

enum { SHIFTS = 256 };

static void save_ward(const struct roster *roster, const struct world *world, const struct ward *ward,
                      struct state_writer *writer)
{
    const struct world *view = roster_view(world, ward->facility);
    const uint32_t *number = roster->number[view->number];
    state_put_array(writer, &ward_layout, ward, 1);
    state_put_numbers(writer, ward->changed_us, sizeof *ward->changed_us, ward->relief ? SHIFTS : 0);
    station_save(&ward->station, &view->part.links, number, writer);
    state_put_u64(writer, ward->in_service != NULL);
    if (ward->in_service != NULL)
        station_save(ward->in_service, &view->part.links, number, writer);
}

void lines_save(const struct roster *roster, const struct world *world, struct state_writer *writer)
{
    const struct facilities *facilities = &world->facilities;
    state_begin(writer, "wards", 1);
    for (size_t w = 0; w < facilities->ward_count; w++)
        save_ward(roster, world, &facilities->ward[w], writer);
    state_end(writer);
    state_begin(writer, "offers", 1);
    for (size_t o = 0; o < facilities->offer_count; o++) {
        const struct offer *offer = &facilities->offer[o];
        const struct world *view = roster_view(world, offer->facility);
        offer_save(offer, writer);
        station_save(&offer->operators, &view->part.links, roster->number[view->number], writer);
    }
    state_end(writer);
}

/* The line that is being restored. */
struct restored_line {
    struct roster *roster;
    struct world *view;
    const struct station *station;
    const struct ward *in_service; /* NULL: who waits */
};

static bool belongs(const struct restored_line *line, const struct patient *patient, unsigned level)
{
    const struct stage *stage = case_stage(line->view, patient);
    const unsigned flag = line->in_service != NULL ? PATIENT_IN_CARE : PATIENT_WAITING;
    if ((patient->flags & flag) == 0 || case_level(patient, stage) != level)
        return false;
    if (line->in_service != NULL)
        return serving_ward(line->view, patient, stage) == line->in_service;
    return serving_line(line->view, patient, stage) == line->station;
}

static int64_t adopt(void *data, uint32_t number, unsigned level)
{
    const struct restored_line *line = data;
    if (number >= line->roster->count)
        return STATION_NOBODY;
    struct seat *seat = &line->roster->seat[number];
    if (seat->in_line || seat->partition != line->view->number ||
        !belongs(line, case_patient(line->view, seat->who), level))
        return STATION_NOBODY;
    seat->in_line = true;
    return seat->who;
}

static void restore_line(struct roster *roster, struct world *view, struct station *station,
                         const struct ward *in_service, struct state_reader *reader)
{
    struct restored_line line = {roster, view, station, in_service};
    station_restore(station, &view->part.links, adopt, &line, reader);
}

static void restore_ward(struct roster *roster, struct world *world, struct ward *ward,
                         struct state_reader *reader)
{
    struct world *view = roster_view(world, ward->facility);
    state_get_array(reader, &ward_layout, ward, 1);
    state_get_numbers(reader, ward->changed_us, sizeof *ward->changed_us, ward->relief ? SHIFTS : 0);
    for (size_t s = 0; ward->relief && s < SHIFTS; s++)
        if (!roster_is_near(ward->changed_us[s]))
            state_refuse(reader, "has a shift at a time that cannot be; make it again");
    restore_line(roster, view, &ward->station, NULL, reader);
    if ((state_get_up_to(reader, 1) != 0) != (ward->in_service != NULL))
        state_refuse(reader, "has other stations; take the scenario that it was made from");
    if (ward->in_service != NULL && !reader->failed)
        restore_line(roster, view, ward->in_service, ward, reader);
}

/* Who waits stands in a line, who is served where that may be interrupted is known there, and who operates
 * exists. */
static void check_seats(const struct roster *roster, struct world *world, struct state_reader *reader)
{
    for (size_t n = 0; n < roster->count && !reader->failed; n++) {
        struct world *view = world->view[roster->seat[n].partition];
        const struct patient *patient = case_patient(view, roster->seat[n].who);
        const struct stage *stage = case_stage(view, patient);
        bool lined = (patient->flags & PATIENT_WAITING) != 0, good = true;
        if ((patient->flags & PATIENT_IN_CARE) != 0) {
            const struct ward *ward = serving_ward(view, patient, stage);
            const struct offer *offer = serving_offer(view, patient, stage);
            lined = !roster->seat[n].stands_in && ward != NULL && ward->in_service != NULL;
            good = offer == NULL || (patient->operates > 0 && patient->operates <= offer->count);
        }
        if (!good || lined != roster->seat[n].in_line)
            state_refuse(reader, ROSTER_IMPOSSIBLE);
        view->part.met[case_home(view, patient)] = true;
        if ((patient->flags & PATIENT_WAITING) != 0)
            serving_count_line(view, patient, serving_ward(view, patient, stage), 1);
    }
}

void lines_restore(struct roster *roster, struct world *world, const struct saved_maps *maps,
                   struct state_reader *reader)
{
    struct facilities *facilities = &world->facilities;
    state_enter(reader, "wards", 1);
    for (size_t w = 0; w < maps->ward.count && !reader->failed; w++)
        restore_ward(roster, world, &facilities->ward[saved_index(&maps->ward, w)], reader);
    state_leave(reader);
    state_enter(reader, "offers", 1);
    for (size_t o = 0; o < maps->offer.count && !reader->failed; o++) {
        struct offer *offer = &facilities->offer[saved_index(&maps->offer, o)];
        offer_restore(offer, &maps->expert, reader);
        restore_line(roster, roster_view(world, offer->facility), &offer->operators, NULL, reader);
    }
    state_leave(reader);
    if (!reader->failed)
        check_seats(roster, world, reader);
}
