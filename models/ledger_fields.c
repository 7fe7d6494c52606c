/* The output fields, one row each; grouped as in memory. */

#include "models/ledger.h"

#define HOURS (1.0 / 3600e6)
#define YUAN 0.01
#define KM 0.001

const struct field_row ledger_fields[] = {
    /* Of the people of a place with a condition, wherever they are treated. Dated by the event. */
    {"patients", GROUP_PLACE_CONDITION, FIELD_COUNT, "1", 1, "patients who fell ill"},
    {"treated_in_county", GROUP_PLACE_CONDITION, FIELD_COUNT, "1", 1, "patients treated in their own county"},
    {"treated_in_prefecture", GROUP_PLACE_CONDITION, FIELD_COUNT, "1", 1,
     "patients treated in another county of their prefecture"},
    {"treated_in_province", GROUP_PLACE_CONDITION, FIELD_COUNT, "1", 1,
     "patients treated in another prefecture of their province"},
    {"treated_elsewhere", GROUP_PLACE_CONDITION, FIELD_COUNT, "1", 1, "patients treated in another province"},
    {"untreated", GROUP_PLACE_CONDITION, FIELD_COUNT, "1", 1,
     "patients who ended without the treatment that their pathway names"},
    {"too_late", GROUP_PLACE_CONDITION, FIELD_COUNT, "1", 1, "patients for whom a treatment window had closed"},
    {"gave_up", GROUP_PLACE_CONDITION, FIELD_COUNT, "1", 1, "patients who lost patience while waiting"},
    {"transfers", GROUP_PLACE_CONDITION, FIELD_COUNT, "1", 1, "referrals from one facility to another"},
    {"waited", GROUP_PLACE_CONDITION, FIELD_SUM, "h", HOURS, "time from asking for treatment to its begin, of those treated"},
    {"travel_time", GROUP_PLACE_CONDITION, FIELD_SUM, "h", HOURS, "travel time to and between facilities, one way"},
    {"travel_distance", GROUP_PLACE_CONDITION, FIELD_SUM, "km", KM, "travel distance to and between facilities, one way"},
    {"deaths", GROUP_PLACE_CONDITION, FIELD_COUNT, "1", 1, "deaths"},
    {"complications", GROUP_PLACE_CONDITION, FIELD_COUNT, "1", 1, "complications, deaths not among them"},
    {"daly", GROUP_PLACE_CONDITION, FIELD_SUM, "1", 1e-6, "disability-adjusted life years lost"},
    {"patient_cost", GROUP_PLACE_CONDITION, FIELD_SUM, "CNY", YUAN, "paid by patients: care, travel, lodging, wages lost"},
    {"insurer_cost", GROUP_PLACE_CONDITION, FIELD_SUM, "CNY", YUAN, "paid by insurers"},
    {"waiting_at_home", GROUP_PLACE_CONDITION, FIELD_MEAN, "1", 1, "patients who wait at home for a treatment, mean over the step"},

    {"admissions", GROUP_FACILITY, FIELD_COUNT, "1", 1, "patients who arrived at the facility"},
    {"transfers_out", GROUP_FACILITY, FIELD_COUNT, "1", 1, "patients referred to another facility"},
    {"in_care", GROUP_FACILITY, FIELD_MEAN, "1", 1, "patients being served, mean over the step"},
    {"in_line", GROUP_FACILITY, FIELD_MEAN, "1", 1, "patients waiting in the facility's lines, mean over the step"},

    {"procedures_by_visitors", GROUP_FACILITY_SERVICE, FIELD_COUNT, "1", 1, "procedures begun by a visiting expert"},
    {"procedures_by_locals", GROUP_FACILITY_SERVICE, FIELD_COUNT, "1", 1, "procedures begun by independent local staff"},
    {"procedures_supervised", GROUP_FACILITY_SERVICE, FIELD_COUNT, "1", 1,
     "procedures of a visiting expert in which a trainee was taught"},
    {"procedure_waits", GROUP_FACILITY_SERVICE, FIELD_SUM, "h", HOURS, "time in line before procedures"},
    {"not_offered", GROUP_FACILITY_SERVICE, FIELD_COUNT, "1", 1, "patients who needed the service here when nobody could give it"},
    {"staff_independent", GROUP_FACILITY_SERVICE, FIELD_LEVEL, "1", 1, "independent local staff at the end of the step"},
    {"experts_visiting", GROUP_FACILITY_SERVICE, FIELD_LEVEL, "1", 1, "visiting experts at the end of the step"},
    {"trainees", GROUP_FACILITY_SERVICE, FIELD_LEVEL, "1", 1, "trainees not yet independent at the end of the step"},
    {"proficiency", GROUP_FACILITY_SERVICE, FIELD_LEVEL, "1", 1e-6,
     "mean proficiency of the independent local staff at the end of the step (1: the plateau)"},

    {"procedures_at_home", GROUP_EXPERT, FIELD_COUNT, "1", 1, "the expert's procedures at the home facility"},
    {"procedures_away", GROUP_EXPERT, FIELD_COUNT, "1", 1, "the expert's procedures elsewhere"},
    {"hours_at_home", GROUP_EXPERT, FIELD_SUM, "h", HOURS, "hours of the expert's procedures at home"},
    {"hours_away", GROUP_EXPERT, FIELD_SUM, "h", HOURS, "hours of the expert's procedures elsewhere, teaching not counted"},
    {"hours_teaching", GROUP_EXPERT, FIELD_SUM, "h", HOURS, "hours that procedures took longer because the expert taught"},
    {"away", GROUP_EXPERT, FIELD_MEAN, "1", 1, "share of the step that the expert was away from home"},
};

const size_t ledger_field_count = sizeof ledger_fields / sizeof ledger_fields[0];
