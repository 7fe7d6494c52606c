#include "models/need.h"

#include <math.h>

#include "models/world_parts.h"

#define YEAR_US (INT64_C(365) * 86400000000)

static bool treated_by(const struct world *world, uint32_t condition, int32_t service)
{
    const struct condition *of = &world->pathways.condition[condition];
    return !world->background[condition] && (service < 0 || of->treat_service == service);
}

static int64_t unmet_in(const int64_t *cell)
{
    return cell[PC_untreated] + cell[PC_treated_in_prefecture] + cell[PC_treated_in_province] +
           cell[PC_treated_elsewhere];
}

static int64_t unmet_in_step(const struct ledger *ledger, size_t step, size_t cell)
{
    static const size_t columns[] = {PC_untreated, PC_treated_in_prefecture, PC_treated_in_province,
                                     PC_treated_elsewhere};
    int64_t sum = 0;
    for (size_t c = 0; c < sizeof columns / sizeof columns[0]; c++)
        sum += packed_number(ledger_closed(ledger, GROUP_PLACE_CONDITION, step, columns[c]), cell);
    return sum;
}

/* One place and condition: steps of the last year, the present one as all partitions see it, and the waiting.
 */
static int64_t unmet(const struct world *world, uint32_t place, uint32_t condition, int64_t now_us)
{
    const struct ledger *ledger = &world->ledger;
    const size_t cell = place * ledger->size[DIM_CONDITION] + condition, at = cell * PC_WIDTH;
    int64_t sum = 0;
    for (size_t step = ledger->step; step-- > 0 && ledger->step_from_us[step] >= now_us - YEAR_US;)
        sum += unmet_in_step(ledger, step, cell);
    for (unsigned v = 0; v < world->partitions; v++) {
        const struct ledger *own = &world->view[v]->ledger;
        sum += unmet_in(&own->cells[GROUP_PLACE_CONDITION][at]);
        sum += own->levels[GROUP_PLACE_CONDITION][at + PC_waiting_at_home];
    }
    return sum;
}

int64_t need_unmet(const struct world *world, uint32_t facility, int32_t service, int64_t now_us)
{
    const uint32_t place = world->facilities.facility[facility].place;
    int64_t sum = 0;
    for (uint32_t c = 0; c < world->pathways.count; c++)
        if (treated_by(world, c, service))
            sum += unmet(world, place, c, now_us);
    return sum;
}

int64_t need_case_us(const struct world *world, int32_t service)
{
    double sum_s = 0;
    size_t stages = 0;
    for (size_t s = 0; s < world->pathways.stage_count; s++) {
        const struct stage *stage = &world->pathways.stage[s];
        if (stage->service != service || stage->duration == NULL)
            continue;
        sum_s += dist_mean(stage->duration);
        stages++;
    }
    return stages == 0 ? 0 : llround(sum_s / (double)stages * 1e6);
}
