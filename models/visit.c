#include "models/visit.h"

#include "models/case.h"
#include "models/journey.h"
#include "models/serving.h"
#include "models/stay.h"

/* How far patients are counted ahead of their time: those of a stream are some dozens in it, and whoever goes
 * to another partition is sent when it is due. */
#define AHEAD_US (2 * INT64_C(3600000000))

static bool is_visit(const struct world *world, const struct stream *stream)
{
    const struct condition *condition = &world->pathways.condition[stream->condition];
    const struct stage *stage = &world->pathways.stage[stream->stage];
    return stage->stay && stage->need_count == 0 && stage->next == STAGE_END &&
           (stage->choice == CHOICE_UTILITY || stage->choice == CHOICE_NEAREST) && condition->delay == NULL &&
           condition->spec->outcomes.count == 0 && world->scenario->run.most_present < 0 &&
           (stream->flow == NULL || stream->flow->batch == NULL);
}

void visit_compile(struct world *world)
{
    for (size_t s = 0; s < world->demand.count; s++)
        world->demand.stream[s].visits = is_visit(world, &world->demand.stream[s]);
}

void visit_set_quiet(struct world *world, int64_t until_us)
{
    for (unsigned p = 0; p < world->partitions; p++)
        world->view[p]->quiet_us = until_us;
}

/* --- what becomes of one --- */

static int64_t duration_of(const struct world *world, const struct patient *patient,
                           const struct stage *stage)
{
    if (stage->duration == NULL)
        return 0;
    uint32_t word = 0; /* which does not matter where all take the same time */
    if (dist_sd(stage->duration) > 0)
        word = rng_draw(&world->rng, case_identity(world, patient),
                        (struct rng_purpose){.quantity = DRAW_STAGE, .stage = stage->index})
                   .w[0];
    return dist_value(stage->duration, word, patient->ordinal, 0);
}

/* All that is counted from onset to the end, by the functions that count it otherwise. */
static void count(struct world *world, struct patient *patient, struct travel way, int64_t duration_us)
{
    const struct stage *stage = case_stage(world, patient);
    const uint32_t to = patient->facility;
    const int64_t begins_us = patient->onset_us + way.us;
    struct system_count *system = &world->system.of[world->demand.stream[patient->stream].condition];
    case_cell(world, patient)[PC_patients]++;
    patient->facility = PATIENT_NOWHERE;
    journey_count_way(world, patient, to, way);
    patient_keep_way(patient, way.us, way.m);
    patient->facility = to;
    journey_arrive(world, patient);
    world_fa(world, to)[FA_stages_begun]++;
    serving_count_begun(world, patient, stage, duration_us, begins_us);
    case_cell(world, patient)[PC_treated_ended] += stage->treats;
    serving_shift_facility(world, patient, FA_in_care, 1, begins_us);
    serving_shift_facility(world, patient, FA_in_care, -1, begins_us + duration_us);
    case_count_present(world, patient->onset_us, 1);
    case_count_present(world, begins_us + duration_us, -1);
    system->arrivals++;
    system->left++;
    if (patient->asked_us >= world->warmup_us)
        tally_sum_add(&system->sojourn, way.us + duration_us);
}

static bool visit(struct world *world, uint32_t number, int64_t now_us)
{
    const struct stream *stream = &world->demand.stream[number];
    const struct stage *stage = &world->pathways.stage[stream->stage];
    struct patient patient = {.stream = number,
                              .ordinal = stream->next_ordinal,
                              .facility = PATIENT_NOWHERE,
                              .stage = stream->stage,
                              .onset_us = now_us,
                              .asked_us = now_us};
    patient.severity =
        (uint8_t)condition_severity(&world->pathways.condition[stream->condition], stream->luck.w[1]);
    const uint32_t to = stay_find(world, &patient, stage);
    if (to == PATIENT_NOWHERE || world->facilities.glance[to].stays_home ||
        world_at_facility(world, to)->number != world->number)
        return false;
    const struct travel way = choice_way(world, stream->place, to);
    const int64_t duration_us = duration_of(world, &patient, stage), left_us = world->quiet_us - now_us;
    if (way.us >= left_us || duration_us >= left_us - way.us)
        return false;
    if (stage->choice == CHOICE_UTILITY)
        journey_note_bypassing(world, &patient, to, rules_is(world, &patient));
    patient.facility = to;
    count(world, &patient, way, duration_us);
    return true;
}

bool visit_arrive(struct world *world, uint32_t number, int64_t now_us)
{
    struct stream *stream = &world->demand.stream[number];
    struct demand_row row;
    row.number = DEMAND_NO_ROW;
    const int64_t until_us = world->quiet_us - now_us < AHEAD_US ? world->quiet_us : now_us + AHEAD_US;
    int64_t at_us = now_us;
    while (at_us < until_us && stream->next_ordinal < CASE_BACKLOG - 1 && visit(world, number, at_us)) {
        stream->next_ordinal++;
        stream->next_arrival++;
        at_us = demand_next_in_row(&world->demand, &world->rng, stream, &row, at_us);
        now_us = -1;
    }
    if (now_us >= 0)
        return false;
    if (at_us != DEMAND_NEVER)
        engine_schedule(world->engine, world->number,
                        (struct event){.at_us = at_us, .kind = EVENT_ARRIVAL, .who = number});
    return true;
}
