#include "models/quantities.h"

#include <math.h>
#include <string.h>

#include "models/ledger_fields.h"

_Static_assert((int)PC_FIELDS <= (int)QUANTITY_FIELDS && (int)FA_FIELDS <= (int)QUANTITY_FIELDS &&
                   (int)FS_FIELDS <= (int)QUANTITY_FIELDS && (int)EX_FIELDS <= (int)QUANTITY_FIELDS,
               "the fields of a group are summed together");

#define TREATED "treated_in_county", "treated_in_prefecture", "treated_in_province", "treated_elsewhere"

const struct quantity quantities[] = {
    {"treated", "1", "patients treated anywhere", {TREATED}, {NULL}, .scale = 1},
    {"treated_in_county_share",
     "1",
     "of those treated, the share in their own county",
     {"treated_in_county"},
     {TREATED},
     .scale = 1},
    {"met_share",
     "1",
     "of those whose need was settled (treated or ended untreated), the share treated anywhere",
     {TREATED},
     {TREATED, "untreated"},
     .scale = 1},
    {"met_in_county_share",
     "1",
     "of those whose need was settled (treated or ended untreated), the share treated in their own county",
     {"treated_in_county"},
     {TREATED, "untreated"},
     .scale = 1},
    {"met_locally_share",
     "1",
     "of those whose need was settled (treated or ended untreated), the share treated in their own "
     "prefecture",
     {"treated_in_county", "treated_in_prefecture"},
     {TREATED, "untreated"},
     .scale = 1},
    {"cross_province_share",
     "1",
     "of those treated, the share in another province",
     {"treated_elsewhere"},
     {TREATED},
     .scale = 1},
    {"untreated_share",
     "1",
     "of those whose need was settled, the share that ended untreated",
     {"untreated"},
     {TREATED, "untreated"},
     .scale = 1},
    {"wait_mean",
     "d",
     "mean time from asking for treatment to its begin",
     {"waited"},
     {TREATED},
     .scale = 1.0 / 24},
    {"travel_to_treatment_mean",
     "h",
     "mean travel time from home to where patients are treated, one way",
     {"travel_to_treatment"},
     {TREATED},
     .scale = 1},
    {"transfers_per_patient",
     "1",
     "referrals per patient who fell ill",
     {"transfers"},
     {"patients"},
     .scale = 1},
    {"travel_time_per_treated",
     "h",
     "travel time per patient treated",
     {"travel_time"},
     {TREATED},
     .scale = 1},
    {"travel_distance_per_treated",
     "km",
     "travel distance per patient treated",
     {"travel_distance"},
     {TREATED},
     .scale = 1},
    {"patient_cost_per_treated",
     "CNY",
     "paid by patients for care, travel, lodging and lost wages, per patient treated",
     {"patient_cost"},
     {TREATED},
     .scale = 1},
    {"at_standard_share",
     "1",
     "of the hospitals that a standard is set for, the share that meets it at the end",
     {"at_standard"},
     {"at_standard", "below_standard"},
     .scale = 1},
    {"bypassed_share",
     "1",
     "of those who set out for a facility for the first time, the share that bypassed a nearer one",
     {"bypassed"},
     {"sought_care"},
     .scale = 1},
    {"bed_use",
     "1",
     "beds held by patients per bed that is there, over time",
     {"beds_occupied"},
     {"beds_open"},
     .scale = 1},
    {"stay_mean",
     "d",
     "time in beds per patient who arrived at the facility",
     {"beds_occupied"},
     {"admissions"},
     .scale = 1,
     .form = QUANTITY_DAYS},
    {"admissions_share",
     "1",
     "of the patients who arrived at any facility, the share that arrived here",
     {"admissions"},
     {"admissions"},
     .scale = 1,
     .form = QUANTITY_OF_WHOLE},
    {"waiting_mean",
     "d",
     "time in line, or until an answer from elsewhere, per patient who arrived at the facility",
     {"line_waits"},
     {"admissions"},
     .scale = 1.0 / 24},
    {"line_wait_mean",
     "h",
     "mean time before a stage began, in line or until an answer from elsewhere",
     {"line_waits"},
     {"stages_begun"},
     .scale = 1},
    {"death_share", "1", "deaths per patient who fell ill", {"deaths"}, {"patients"}, .scale = 1},
    {"transferred_share",
     "1",
     "referrals from one facility to another per patient who fell ill",
     {"transfers"},
     {"patients"},
     .scale = 1},
    {"procedures",
     "1",
     "procedures begun by visiting experts and local staff",
     {"procedures_by_visitors", "procedures_by_locals"},
     {NULL},
     .scale = 1},
    {"stay_after_procedure_mean",
     "d",
     "mean time from the begin of a procedure to the end of the pathway",
     {"stay_after_procedure"},
     {"procedures_ended"},
     .scale = 1},
    {"success_share",
     "1",
     "successes per patient treated whose pathway has ended",
     {"successes"},
     {"treated_ended"},
     .scale = 1},
    {"procedure_wait_mean",
     "h",
     "mean time in line before a procedure",
     {"procedure_waits"},
     {"procedures_by_visitors", "procedures_by_locals"},
     .scale = 1},
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

/* The part of a group's cells that a selection has. */
struct block {
    size_t from[2], to[2];        /* along the group's dimensions */
    const bool *left_out, *among; /* of the second, of the first; NULL: none is, all are */
};

static struct block block_of(const struct ledger *ledger, enum ledger_group group,
                             const struct selection *selection)
{
    enum ledger_dim dims[2] = {DIM_PLACE, DIM_PLACE};
    const unsigned rank = ledger_group_dims(group, dims);
    struct block block = {.to = {1, 1}};
    for (unsigned d = 0; d < rank; d++) {
        const int64_t index = selection->index[dims[d]];
        block.from[d] = index < 0 ? 0 : (size_t)index;
        block.to[d] = index < 0 ? ledger->size[dims[d]] : (size_t)index + 1;
    }
    if (dims[1] == DIM_CONDITION && block.to[1] - block.from[1] != 1)
        block.left_out = selection->left_out;
    if (dims[0] == DIM_FACILITY && block.to[0] - block.from[0] != 1)
        block.among = selection->among;
    return block;
}

static double block_sum(const struct ledger_row *row, const struct block *block)
{
    double sum = 0;
    if (row->numbers.bytes == 0) /* nothing was counted */
        return 0;
    const bool wide = block->to[1] - block->from[1] > 8; /* zeros are passed over sooner than added */
    for (size_t i = block->from[0]; i < block->to[0]; i++) {
        const size_t left = block->to[0] - i, rows = left < PACKED_TILE ? left : PACKED_TILE;
        if ((i - block->from[0]) % PACKED_TILE == 0 &&
            !packed_any(row->numbers, i * row->columns, (i + rows) * row->columns)) {
            i += rows - 1;
            continue;
        }
        if ((block->among != NULL && !block->among[i]) ||
            (wide &&
             !packed_any(row->numbers, i * row->columns + block->from[1], i * row->columns + block->to[1])))
            continue;
        for (size_t j = block->from[1]; j < block->to[1]; j++)
            if (block->left_out == NULL || !block->left_out[j])
                sum += ledger_row_value(row, i, j);
    }
    return sum;
}

void quantity_fields(const struct ledger *ledger, const size_t *fields, size_t count,
                     const struct selection *selection, double *values)
{
    const struct block block = block_of(ledger, ledger_fields[fields[0]].group, selection);
    double weight = 0;
    for (size_t f = 0; f < count; f++)
        values[f] = selection->to_step > selection->from_step ? 0 : NAN;
    for (size_t step = selection->from_step; step < selection->to_step; step++) {
        const double length = (double)(ledger->step_from_us[step + 1] - ledger->step_from_us[step]);
        for (size_t f = 0; f < count; f++) {
            const struct ledger_row row = ledger_row(ledger, fields[f], step);
            const enum field_kind kind = ledger_fields[fields[f]].kind;
            const double before = kind == FIELD_LEVEL ? 0 : values[f];
            values[f] = before + block_sum(&row, &block) * (kind == FIELD_MEAN ? length : 1);
        }
        weight += length;
    }
    for (size_t f = 0; f < count; f++)
        if (ledger_fields[fields[f]].kind == FIELD_MEAN)
            values[f] /= weight;
}

double quantity_field(const struct ledger *ledger, size_t field, const struct selection *selection)
{
    double value = 0;
    quantity_fields(ledger, &field, 1, selection, &value);
    return value;
}

static double sum_of(const struct ledger *ledger, const char *const names[QUANTITY_TERMS],
                     const struct selection *selection, const double *known)
{
    double sum = 0;
    for (size_t t = 0; t < QUANTITY_TERMS && names[t] != NULL; t++) {
        const size_t field = (size_t)quantity_find_field(names[t]);
        sum += known != NULL ? known[field] : quantity_field(ledger, field, selection);
    }
    return sum;
}

static double days_of(const struct ledger *ledger, const struct selection *selection)
{
    if (selection->to_step <= selection->from_step)
        return NAN;
    return (double)(ledger->step_from_us[selection->to_step] - ledger->step_from_us[selection->from_step]) /
           86400e6;
}

double quantity_of(const struct ledger *ledger, const struct quantity *quantity,
                   const struct selection *selection, const double *known, const double *known_whole)
{
    double over = sum_of(ledger, quantity->over, selection, known);
    if (quantity->form == QUANTITY_DAYS)
        over *= days_of(ledger, selection);
    if (quantity->under[0] == NULL)
        return over * quantity->scale;
    struct selection whole = *selection;
    if (quantity->form == QUANTITY_OF_WHOLE) {
        whole.index[DIM_FACILITY] = -1;
        whole.among = NULL;
        known = known_whole;
    }
    const double under = sum_of(ledger, quantity->under, &whole, known);
    return under > 0 ? over / under * quantity->scale : NAN;
}

double quantity_value(const struct ledger *ledger, const struct quantity *quantity,
                      const struct selection *selection)
{
    return quantity_of(ledger, quantity, selection, NULL, NULL);
}

bool quantity_field_is_of_facility(size_t field)
{
    enum ledger_dim dims[2] = {DIM_PLACE, DIM_PLACE};
    (void)ledger_group_dims(ledger_fields[field].group, dims);
    return dims[0] == DIM_FACILITY;
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
