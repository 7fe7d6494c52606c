#include "models/holding.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/case.h"
#include "models/remote.h"
#include "models/serving.h"
#include "models/watch.h"

void holding_add(struct world *world, uint32_t who, struct ward *ward, int64_t amount)
{
    struct patient *patient = case_patient(world, who);
    struct extra *extra = case_extra(world, who);
    if (extra->held_count == EXTRA_HELD) {
        engine_stop(world->engine,
                    "a patient holds servers of more than four stations; release some on the way");
        return;
    }
    extra->held[extra->held_count].ward = (int32_t)(ward - world->facilities.ward);
    extra->held[extra->held_count].amount = amount;
    extra->held[extra->held_count].shift = patient->shift;
    extra->held[extra->held_count].first = ward == serving_ward(world, patient, case_stage(world, patient));
    extra->held_count++;
    patient->more |= PATIENT_HOLDS;
}

void holding_release(struct world *world, uint32_t who, int64_t now_us)
{
    struct extra held = *case_extra(world, who);
    struct patient *patient = case_patient(world, who);
    patient->more = (uint8_t)(patient->more & ~PATIENT_HOLDS);
    case_extra(world, who)->held_count = 0;
    for (unsigned i = 0; i < held.held_count; i++)
        if (held.held[i].first)
            watch_change(world, &world->facilities.ward[held.held[i].ward], patient, WATCH_RELEASED, now_us);
    for (unsigned i = 0; i < held.held_count; i++)
        serving_give_back(world, &world->facilities.ward[held.held[i].ward], patient, held.held[i].amount,
                          held.held[i].shift, now_us);
    for (unsigned i = 0; i < held.held_count; i++)
        serving_ward_moves(world, &world->facilities.ward[held.held[i].ward], now_us);
}

/* --- blocked patients and deadlocks --- */

static void shift_ward(struct world *world, struct ward *ward, uint32_t who, int64_t servers, int64_t now_us)
{
    ward->blocked += servers;
    watch_blocked(world, ward, case_patient(world, who), servers, now_us);
}

/* Who asks elsewhere holds what the stage has taken here as well. */
static void shift_blocked(struct world *world, uint32_t who, int64_t sign, int64_t now_us)
{
    const struct extra *extra = case_extra(world, who);
    const struct patient *patient = case_patient(world, who);
    const struct stage *stage = case_stage(world, patient);
    for (size_t i = 0; (patient->more & PATIENT_ASKS) != 0 && i < stage->need_count; i++)
        shift_ward(world, serving_need_ward(world, patient, stage, i), who, sign * stage->need[i].amount,
                   now_us);
    for (unsigned i = 0; i < extra->held_count; i++)
        shift_ward(world, &world->facilities.ward[extra->held[i].ward], who, sign * extra->held[i].amount,
                   now_us);
}

/* A ward is stuck when all its servers are held by blocked patients who wait for wards that are stuck. */
static bool is_stuck(const struct ward *ward)
{
    return ward->station.busy > 0 && station_free_servers(&ward->station) == 0 &&
           ward->blocked >= ward->station.busy;
}

/* The ward that a blocked patient cannot do without. Who has asked elsewhere awaits a message as far as is
 * known here; across facilities, the ward there, unless the question may be answered with no. */
static const struct ward *awaited(struct world *world, uint32_t who, bool across)
{
    const struct patient *patient = case_patient(world, who);
    const struct stage *stage = case_stage(world, patient);
    if ((patient->more & PATIENT_ASKS) == 0)
        return serving_ward(world, patient, stage);
    const struct stage *asked = &world->pathways.stage[stage->asked];
    if (!across || asked->need_count == 0 || asked->patience != NULL || asked->full != FULL_WAIT)
        return NULL;
    uint32_t facility = 0;
    int64_t connection_us = 0;
    if (!remote_whom(world, patient, stage, &facility, &connection_us))
        return NULL;
    const int32_t at = facility_ward(&world->facilities, facility, asked->need[0].resource);
    if (at < 0)
        return NULL;
    const struct ward *ward = &world->facilities.ward[at];
    return ward->station.room < STATION_UNLIMITED || ward->balk_at < INT64_MAX ? NULL : ward;
}

static bool unstick(struct ward *first, const struct ward *ward, bool *stuck)
{
    const bool was = stuck[ward - first];
    stuck[ward - first] = false;
    return was;
}

/* Takes out of the stuck set what this patient holds, who does not wait for a ward of it. */
static bool release_wards(struct world *world, uint32_t who, bool *stuck)
{
    const struct patient *patient = case_patient(world, who);
    const struct stage *stage = case_stage(world, patient);
    const struct extra *extra = case_extra(world, who);
    struct ward *first = world->facilities.ward;
    bool changed = false;
    for (unsigned i = 0; i < extra->held_count; i++)
        changed |= unstick(first, &first[extra->held[i].ward], stuck);
    for (size_t i = 0; (patient->more & PATIENT_ASKS) != 0 && i < stage->need_count; i++)
        changed |= unstick(first, serving_need_ward(world, patient, stage, i), stuck);
    return changed;
}

static bool settle_once(struct world *world, bool across, bool *stuck)
{
    const struct partition *part = &world->part;
    bool changed = false;
    for (size_t b = 0; b < part->blocked_count; b++) {
        const struct ward *ward = awaited(world, part->blocked[b], across);
        if (ward == NULL || !stuck[ward - world->facilities.ward])
            changed |= release_wards(world, part->blocked[b], stuck);
    }
    return changed;
}

static void report(struct world *world, const bool *stuck, int64_t now_us)
{
    char names[256] = "";
    for (size_t w = 0; w < world->facilities.ward_count; w++)
        if (stuck[w] && strlen(names) + strlen(world->facilities.ward[w].id) + 3 < sizeof names)
            snprintf(names + strlen(names), sizeof names - strlen(names), "%s%s",
                     names[0] == '\0' ? "" : ", ", world->facilities.ward[w].id);
    char text[ERR_TEXT];
    snprintf(text, sizeof text,
             "deadlock after %.6g h: all servers of %s are held by patients who wait for one another; give "
             "them more "
             "servers, or release servers before asking for others",
             (double)now_us / 3600e6, names);
    engine_stop(world->engine, text);
}

static void look_for_deadlock(struct world *world, uint32_t who, int64_t now_us)
{
    const struct ward *ward = awaited(world, who, false);
    if (ward == NULL || !is_stuck(ward))
        return;
    struct err err = ERR_INIT;
    bool *stuck = arena_zeroed(&world->arena, world->facilities.ward_count, sizeof *stuck, &err);
    if (stuck == NULL) {
        engine_stop(world->engine, "out of memory to look for a deadlock");
        return;
    }
    for (size_t w = 0; w < world->facilities.ward_count; w++)
        stuck[w] = world_at_facility(world, world->facilities.ward[w].facility) == world &&
                   is_stuck(&world->facilities.ward[w]);
    while (settle_once(world, false, stuck))
        ;
    if (stuck[ward - world->facilities.ward])
        report(world, stuck, now_us);
}

void holding_look_across(struct world *world, int64_t now_us)
{
    size_t blocked = 0, still = 0;
    for (unsigned p = 0; p < world->partitions; p++)
        blocked += world->view[p]->part.blocked_count;
    if (!world->has_remote || blocked == 0)
        return;
    struct err err = ERR_INIT;
    bool *stuck = mem_zeroed(world->facilities.ward_count, sizeof *stuck, &err);
    if (stuck == NULL) {
        engine_stop(world->engine, "out of memory to look for a deadlock");
        return;
    }
    for (size_t w = 0; w < world->facilities.ward_count; w++)
        stuck[w] = is_stuck(&world->facilities.ward[w]);
    for (bool changed = true; changed;) {
        changed = false;
        for (unsigned p = 0; p < world->partitions; p++)
            changed |= settle_once(world->view[p], true, stuck);
    }
    for (size_t w = 0; w < world->facilities.ward_count; w++)
        still += stuck[w];
    if (still > 0)
        report(world, stuck, now_us);
    free(stuck);
}

void holding_block(struct world *world, uint32_t who, int64_t now_us)
{
    struct partition *part = &world->part;
    struct extra *extra = case_extra(world, who);
    struct err err = ERR_INIT;
    uint32_t *blocked =
        mem_grow(part->blocked, &part->blocked_capacity, part->blocked_count + 1, sizeof *blocked, &err);
    if (blocked == NULL) {
        engine_stop(world->engine, "out of memory for one more blocked patient");
        return;
    }
    part->blocked = blocked;
    part->blocked[part->blocked_count++] = who;
    extra->blocked_at = (uint32_t)part->blocked_count;
    shift_blocked(world, who, 1, now_us);
    if ((case_patient(world, who)->more & PATIENT_ASKS) == 0)
        look_for_deadlock(world, who, now_us);
}

void holding_unblock(struct world *world, uint32_t who, int64_t now_us)
{
    struct partition *part = &world->part;
    struct extra *extra = case_extra(world, who);
    if (extra->blocked_at == 0)
        return;
    const uint32_t last = part->blocked[--part->blocked_count];
    part->blocked[extra->blocked_at - 1] = last;
    case_extra(world, last)->blocked_at = extra->blocked_at;
    extra->blocked_at = 0;
    shift_blocked(world, who, -1, now_us);
}
