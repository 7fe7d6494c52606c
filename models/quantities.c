#include "models/quantities.h"

#include <math.h>
#include <string.h>

#define TREATED "treated_in_county", "treated_in_prefecture", "treated_in_province", "treated_elsewhere"

const struct quantity quantities[] = {
    {"treated", "1", "patients treated anywhere", {TREATED}, {NULL}, 1},
    {"treated_in_county_share",
     "1",
     "of those treated, the share in their own county",
     {"treated_in_county"},
     {TREATED},
     1},
    {"met_share",
     "1",
     "of those whose need was settled (treated or ended untreated), the share treated anywhere",
     {TREATED},
     {TREATED, "untreated"},
     1},
    {"met_in_county_share",
     "1",
     "of those whose need was settled (treated or ended untreated), the share treated in their own county",
     {"treated_in_county"},
     {TREATED, "untreated"},
     1},
    {"met_locally_share",
     "1",
     "of those whose need was settled (treated or ended untreated), the share treated in their own "
     "prefecture",
     {"treated_in_county", "treated_in_prefecture"},
     {TREATED, "untreated"},
     1},
    {"cross_province_share",
     "1",
     "of those treated, the share in another province",
     {"treated_elsewhere"},
     {TREATED},
     1},
    {"untreated_share",
     "1",
     "of those whose need was settled, the share that ended untreated",
     {"untreated"},
     {TREATED, "untreated"},
     1},
    {"wait_mean", "d", "mean time from asking for treatment to its begin", {"waited"}, {TREATED}, 1.0 / 24},
    {"travel_to_treatment_mean",
     "h",
     "mean travel time from home to where patients are treated, one way",
     {"travel_to_treatment"},
     {TREATED},
     1},
    {"transfers_per_patient", "1", "referrals per patient who fell ill", {"transfers"}, {"patients"}, 1},
    {"travel_time_per_treated", "h", "travel time per patient treated", {"travel_time"}, {TREATED}, 1},
    {"travel_distance_per_treated",
     "km",
     "travel distance per patient treated",
     {"travel_distance"},
     {TREATED},
     1},
    {"patient_cost_per_treated",
     "CNY",
     "paid by patients for care, travel, lodging and lost wages, per patient treated",
     {"patient_cost"},
     {TREATED},
     1},
    {"at_standard_share",
     "1",
     "of the hospitals that a standard is set for, the share that meets it at the end",
     {"at_standard"},
     {"at_standard", "below_standard"},
     1},
    {"bypassed_share",
     "1",
     "of those who set out for a facility for the first time, the share that bypassed a nearer one",
     {"bypassed"},
     {"sought_care"},
     1},
    {"bed_occupancy",
     "1",
     "beds held by patients per bed that is there",
     {"beds_occupied"},
     {"beds_open"},
     1},
    {"line_wait_mean",
     "h",
     "mean time before a stage began, in line or until an answer from elsewhere",
     {"line_waits"},
     {"stages_begun"},
     1},
    {"death_share", "1", "deaths per patient who fell ill", {"deaths"}, {"patients"}, 1},
    {"transferred_share",
     "1",
     "referrals from one facility to another per patient who fell ill",
     {"transfers"},
     {"patients"},
     1},
    {"procedures",
     "1",
     "procedures begun by visiting experts and local staff",
     {"procedures_by_visitors", "procedures_by_locals"},
     {NULL},
     1},
    {"stay_after_procedure_mean",
     "d",
     "mean time from the begin of a procedure to the end of the pathway",
     {"stay_after_procedure"},
     {"procedures_ended"},
     1},
    {"success_share",
     "1",
     "successes per patient treated whose pathway has ended",
     {"successes"},
     {"treated_ended"},
     1},
    {"procedure_wait_mean",
     "h",
     "mean time in line before a procedure",
     {"procedure_waits"},
     {"procedures_by_visitors", "procedures_by_locals"},
     1},
};

const size_t quantity_count = sizeof quantities / sizeof quantities[0];

struct selection selection_all(const struct ledger *ledger, const bool *left_out)
{
    struct selection selection = {
        .left_out = left_out, .from_step = ledger->first_step, .to_step = ledger->steps};
    for (size_t d = 0; d < LEDGER_DIMS; d++)
        selection.index[d] = -1;
    return selection;
}

/* Sum over the cells of one step. */
static double step_sum(const struct ledger *ledger, size_t field, const struct selection *selection,
                       size_t step)
{
    enum ledger_dim dims[2] = {DIM_PLACE, DIM_PLACE};
    const unsigned rank = ledger_group_dims(ledger_fields[field].group, dims);
    size_t from[2] = {0, 0}, to[2] = {1, 1};
    for (unsigned d = 0; d < rank; d++) {
        const int64_t index = selection->index[dims[d]];
        from[d] = index < 0 ? 0 : (size_t)index;
        to[d] = index < 0 ? ledger->size[dims[d]] : (size_t)index + 1;
    }
    const bool *left_out = dims[1] != DIM_CONDITION || to[1] - from[1] == 1 ? NULL : selection->left_out;
    const struct ledger_row row = ledger_row(ledger, field, step);
    double sum = 0;
    for (size_t i = from[0]; i < to[0]; i++)
        for (size_t j = from[1]; j < to[1]; j++)
            if (left_out == NULL || !left_out[j])
                sum += ledger_row_value(&row, i, j);
    return sum;
}

double quantity_field(const struct ledger *ledger, size_t field, const struct selection *selection)
{
    if (selection->to_step <= selection->from_step)
        return NAN;
    const enum field_kind kind = ledger_fields[field].kind;
    if (kind == FIELD_LEVEL)
        return step_sum(ledger, field, selection, selection->to_step - 1);
    double sum = 0, weight = 0;
    for (size_t step = selection->from_step; step < selection->to_step; step++) {
        const double length = (double)(ledger->step_from_us[step + 1] - ledger->step_from_us[step]);
        sum += step_sum(ledger, field, selection, step) * (kind == FIELD_MEAN ? length : 1);
        weight += length;
    }
    return kind == FIELD_MEAN ? sum / weight : sum;
}

static double sum_of(const struct ledger *ledger, const char *const names[QUANTITY_TERMS],
                     const struct selection *selection)
{
    double sum = 0;
    for (size_t t = 0; t < QUANTITY_TERMS && names[t] != NULL; t++)
        sum += quantity_field(ledger, (size_t)quantity_find_field(names[t]), selection);
    return sum;
}

double quantity_value(const struct ledger *ledger, const struct quantity *quantity,
                      const struct selection *selection)
{
    const double over = sum_of(ledger, quantity->over, selection);
    if (quantity->under[0] == NULL)
        return over * quantity->scale;
    const double under = sum_of(ledger, quantity->under, selection);
    return under > 0 ? over / under * quantity->scale : NAN;
}

int64_t quantity_find_field(const char *name)
{
    for (size_t i = 0; i < ledger_field_count; i++)
        if (ledger_group_has_cells(ledger_fields[i].group) && strcmp(ledger_fields[i].name, name) == 0)
            return (int64_t)i;
    return -1;
}

int64_t quantity_find(const char *name)
{
    for (size_t i = 0; i < quantity_count; i++)
        if (strcmp(quantities[i].name, name) == 0)
            return (int64_t)i;
    return -1;
}
