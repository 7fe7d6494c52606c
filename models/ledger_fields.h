#ifndef COUNTERPART_MODELS_LEDGER_FIELDS_H
#define COUNTERPART_MODELS_LEDGER_FIELDS_H

/* The output fields, one row each: name, kind (enum field_kind), unit in the
 * result file, value of one unit of a cell, description. The enumerators PC_x,
 * FA_x, FS_x, EX_x, FL_x are the columns in memory, in an order of its own. */

/* clang-format off */
/* Of the people of a place with a condition, wherever they are treated; dated by the event. In parts, because
 * what changes when people fall ill lies together in memory, in one cache line, and what changes when they are
 * treated in another. */
#define LEDGER_PC_ILL(FIELD) \
    FIELD(patients, COUNT, "1", 1, "patients who fell ill")
#define LEDGER_PC_NEAREST(FIELD) \
    FIELD(treated_in_county, COUNT, "1", 1, "patients treated in their own county")
#define LEDGER_PC_NEAR(FIELD) \
    FIELD(treated_in_prefecture, COUNT, "1", 1, "patients treated in another county of their prefecture")
#define LEDGER_PC_FAR(FIELD) \
    FIELD(treated_in_province, COUNT, "1", 1, "patients treated in another prefecture of their province") \
    FIELD(treated_elsewhere, COUNT, "1", 1, "patients treated in another province") \
    FIELD(untreated, COUNT, "1", 1, "patients who ended without the treatment that their pathway names")
#define LEDGER_PC_TROUBLES(FIELD) \
    FIELD(too_late, COUNT, "1", 1, "patients for whom a treatment window had closed") \
    FIELD(gave_up, COUNT, "1", 1, "patients who lost patience while waiting") \
    FIELD(turned_away, COUNT, "1", 1, "patients who found no room, were refused, or balked") \
    FIELD(transfers, COUNT, "1", 1, "referrals from one facility to another") \
    FIELD(transfers_up, COUNT, "1", 1, "referrals to a facility of a higher level; among the transfers") \
    FIELD(transfers_back, COUNT, "1", 1, "patients sent back to a facility nearer home; among the transfers") \
    FIELD(consultations, COUNT, "1", 1, "stages begun with what another facility gave from afar") \
    FIELD(watched, COUNT, "1", 1, "patients who were watched from afar")
#define LEDGER_PC_WAYS(FIELD) \
    FIELD(waited, SUM, "h", HOURS, "time from asking for treatment to its begin, of those treated") \
    FIELD(travel_to_treatment, SUM, "h", HOURS, "travel time from home to where they are treated, one way, of those treated")
#define LEDGER_PC_TRAVEL(FIELD) \
    FIELD(travel_time, SUM, "h", HOURS, "travel time to and between facilities, one way") \
    FIELD(travel_distance, SUM, "km", KM, "travel distance to and between facilities, one way")
#define LEDGER_PC_LOSSES(FIELD) \
    FIELD(deaths, COUNT, "1", 1, "deaths") \
    FIELD(complications, COUNT, "1", 1, "complications, deaths not among them")
#define LEDGER_PC_ENDED(FIELD) \
    FIELD(treated_ended, COUNT, "1", 1, "patients treated whose pathway ended, dated by that")
#define LEDGER_PC_GAINS(FIELD) \
    FIELD(successes, COUNT, "1", 1, "outcomes that are successes (conditions.outcomes.good)") \
    FIELD(daly, SUM, "1", 1e-6, "disability-adjusted life years lost")
#define LEDGER_PC_COSTS(FIELD) \
    FIELD(patient_cost, SUM, "CNY", YUAN, "paid by patients: care, travel, lodging, wages lost") \
    FIELD(insurer_cost, SUM, "CNY", YUAN, "paid by insurers") \
    FIELD(charges, SUM, "CNY", YUAN, "prices of the care given, whoever pays them")
#define LEDGER_PC_SOUGHT(FIELD) \
    FIELD(sought_care, COUNT, "1", 1, "patients who set out for a facility for the first time, with this illness") \
    FIELD(bypassed, COUNT, "1", 1, "those of them who chose one farther away than another that gives what they need")
#define LEDGER_PC_HOME(FIELD) \
    FIELD(waiting_at_home, MEAN, "1", 1, "patients who wait at home for a treatment, mean over the step")
#define LEDGER_PLACE_CONDITION(FIELD) \
    LEDGER_PC_ILL(FIELD) LEDGER_PC_NEAREST(FIELD) LEDGER_PC_SOUGHT(FIELD) LEDGER_PC_NEAR(FIELD) \
    LEDGER_PC_FAR(FIELD) LEDGER_PC_TROUBLES(FIELD) LEDGER_PC_WAYS(FIELD) LEDGER_PC_TRAVEL(FIELD) \
    LEDGER_PC_LOSSES(FIELD) LEDGER_PC_ENDED(FIELD) LEDGER_PC_GAINS(FIELD) LEDGER_PC_COSTS(FIELD) \
    LEDGER_PC_HOME(FIELD)

/* Of a facility. In parts likewise: what every patient changes fills a line. */
#define LEDGER_FA_DEATHS(FIELD) \
    FIELD(deaths_here, COUNT, "1", 1, "deaths of patients whose pathway ended here")
#define LEDGER_FA_COMING(FIELD) \
    FIELD(treated_here, COUNT, "1", 1, "patients whose treatment began here") \
    FIELD(admissions, COUNT, "1", 1, "patients who arrived at the facility") \
    FIELD(income, SUM, "CNY", YUAN, "prices of the care given here, whoever pays them")
#define LEDGER_FA_BEGUN(FIELD) \
    FIELD(stages_begun, COUNT, "1", 1, "stages of pathways that began here")
#define LEDGER_FA_WAITS(FIELD) \
    FIELD(line_waits, SUM, "h", HOURS, "time in line, or until an answer from elsewhere, before they began")
#define LEDGER_FA_TRANSFERS(FIELD) \
    FIELD(transfers_out, COUNT, "1", 1, "patients referred to another facility") \
    FIELD(sent_back, COUNT, "1", 1, "those of them sent back to one nearer home")
#define LEDGER_FA_LEVELS(FIELD) \
    FIELD(helped, LEVEL, "1", 1, "1 when the facility has a partner at the end of the step") \
    FIELD(helping, LEVEL, "1", 1, "1 when the facility helps another at the end of the step") \
    FIELD(programme_cost, SUM, "CNY", YUAN, "what policies spend on the facility") \
    FIELD(at_standard, LEVEL, "1", 1, "1 when a hospital that a standard is set for meets it at the end of the step") \
    FIELD(below_standard, LEVEL, "1", 1, "1 when it does not") \
    FIELD(in_line_at_end, LEVEL, "1", 1, "patients who are in_line at the end of the step")
#define LEDGER_FA_OPEN(FIELD) \
    FIELD(beds_open, MEAN, "1", 1, "beds of all wards that are there, mean over the step; none while the facility is closed")
#define LEDGER_FA_PRESENT(FIELD) \
    FIELD(beds_occupied, MEAN, "1", 1, "beds held by patients, mean over the step") \
    FIELD(in_care, MEAN, "1", 1, "patients being served, mean over the step")
#define LEDGER_FA_WAITING(FIELD) \
    FIELD(in_line, MEAN, "1", 1, "patients at the facility waiting in its lines or for an answer from elsewhere, mean over the step")
#define LEDGER_FACILITY(FIELD) \
    LEDGER_FA_DEATHS(FIELD) LEDGER_FA_COMING(FIELD) LEDGER_FA_BEGUN(FIELD) LEDGER_FA_WAITS(FIELD) \
    LEDGER_FA_TRANSFERS(FIELD) LEDGER_FA_LEVELS(FIELD) LEDGER_FA_OPEN(FIELD) LEDGER_FA_PRESENT(FIELD) \
    LEDGER_FA_WAITING(FIELD)

/* Of a service at a facility. */
#define LEDGER_FACILITY_SERVICE(FIELD) \
    FIELD(procedures_by_visitors, COUNT, "1", 1, "procedures begun by a visiting expert") \
    FIELD(procedures_by_locals, COUNT, "1", 1, "procedures begun by independent local staff") \
    FIELD(procedures_supervised, COUNT, "1", 1, "procedures of a visiting expert in which a trainee was taught") \
    FIELD(procedures_guided, COUNT, "1", 1, "procedures given here by local staff under guidance from afar; the guide counts them too") \
    FIELD(procedures_remote, COUNT, "1", 1, "procedures and consultations given from here to patients elsewhere, by whomever") \
    FIELD(procedure_waits, SUM, "h", HOURS, "time in line before procedures") \
    FIELD(procedures_ended, COUNT, "1", 1, "patients whose pathway ended after a procedure here") \
    FIELD(stay_after_procedure, SUM, "d", DAYS, "time from the begin of the procedure to the end of the pathway, of those that ended") \
    FIELD(not_offered, COUNT, "1", 1, "patients who needed the service here when nobody could give it") \
    FIELD(staff_independent, LEVEL, "1", 1, "independent local staff at the end of the step") \
    FIELD(experts_visiting, LEVEL, "1", 1, "visiting experts at the end of the step") \
    FIELD(trainees, LEVEL, "1", 1, "trainees not yet independent at the end of the step") \
    FIELD(technologies, LEVEL, "1", 1, "techniques that are offered at the end of the step: those that the service stands for") \
    FIELD(studying, LEVEL, "1", 1, "local staff away for further study at the end of the step") \
    FIELD(proficiency, LEVEL, "1", 1e-6, "mean proficiency of the independent local staff at the end of the step (1: the plateau)")

/* Of an expert: every hour is spent once. */
#define LEDGER_EXPERT(FIELD) \
    FIELD(procedures_at_home, COUNT, "1", 1, "the expert's procedures at the home facility") \
    FIELD(procedures_away, COUNT, "1", 1, "the expert's procedures elsewhere") \
    FIELD(remote_procedures, COUNT, "1", 1, "the expert's procedures and consultations for patients elsewhere") \
    FIELD(hours_at_home, SUM, "h", HOURS, "hours of the expert's procedures at home") \
    FIELD(hours_away, SUM, "h", HOURS, "hours of the expert's procedures elsewhere, teaching not counted") \
    FIELD(remote_hours, SUM, "h", HOURS, "hours of the expert's procedures and consultations for patients elsewhere, connecting included") \
    FIELD(hours_teaching, SUM, "h", HOURS, "hours that the expert taught: that procedures took longer, and sessions") \
    FIELD(hours_lost_at_home, SUM, "h", HOURS, "working hours that the home hospital lacked: those of the time away, and those given from there to patients elsewhere") \
    FIELD(away, MEAN, "1", 1, "share of the step that the expert was away from home")

/* Of the people of a province in a province, whatever their condition. */
#define LEDGER_FLOW(FIELD) \
    FIELD(flow_treated, COUNT, "1", 1, "patients of the home province treated in the province; who does not travel is treated at home") \
    FIELD(flow_admissions, COUNT, "1", 1, "arrivals of patients of the home province at facilities in the province; of those who do not travel, at home")

/* Of the people of a place, over all conditions but background ones, by class of a time. */
#define LEDGER_PLACE_WAIT(FIELD) \
    FIELD(treated_by_wait, COUNT, "1", 1, "patients treated who had waited so long since they asked for treatment")
#define LEDGER_PLACE_TRAVEL(FIELD) \
    FIELD(treated_by_travel, COUNT, "1", 1, "patients treated so far from home, by travel time one way")

/* Of the people of a place at a facility, over all conditions but background ones; only pairs that occur. */
#define LEDGER_PLACE_FACILITY(FIELD) \
    FIELD(treated_at, COUNT, "1", 1, "patients of the place flow_place treated at the facility flow_facility")

/* clang-format on */

/* The present level of a mean is the number after it; means lie together. */
#define LEDGER_LEVEL_COUNT(level)
#define LEDGER_LEVEL_SUM(level)
#define LEDGER_LEVEL_LEVEL(level)
#define LEDGER_LEVEL_MEAN(level) level,

/* A line for who falls ill, one for who is treated or has been; two for what happens to few. */
#define LEDGER_COLUMN_PC(name, kind, unit, scale, help) PC_##name, LEDGER_LEVEL_##kind(PC_##name##_level)
enum {
    LEDGER_PC_ILL(LEDGER_COLUMN_PC) LEDGER_PC_SOUGHT(LEDGER_COLUMN_PC) LEDGER_PC_TRAVEL(LEDGER_COLUMN_PC)
        LEDGER_PC_FAR(LEDGER_COLUMN_PC) LEDGER_PC_NEAREST(LEDGER_COLUMN_PC) LEDGER_PC_NEAR(LEDGER_COLUMN_PC)
            LEDGER_PC_WAYS(LEDGER_COLUMN_PC) LEDGER_PC_COSTS(LEDGER_COLUMN_PC)
                LEDGER_PC_ENDED(LEDGER_COLUMN_PC) LEDGER_PC_TROUBLES(LEDGER_COLUMN_PC)
                    LEDGER_PC_LOSSES(LEDGER_COLUMN_PC) LEDGER_PC_GAINS(LEDGER_COLUMN_PC)
                        LEDGER_PC_HOME(LEDGER_COLUMN_PC) PC_NUMBERS
};
/* A line for who waits in line, one for what every patient changes, and what changes once a step. */
#define LEDGER_COLUMN_FA(name, kind, unit, scale, help) FA_##name, LEDGER_LEVEL_##kind(FA_##name##_level)
enum {
    LEDGER_FA_WAITS(LEDGER_COLUMN_FA) LEDGER_FA_DEATHS(LEDGER_COLUMN_FA) LEDGER_FA_TRANSFERS(LEDGER_COLUMN_FA)
        LEDGER_FA_OPEN(LEDGER_COLUMN_FA) LEDGER_FA_WAITING(LEDGER_COLUMN_FA)
            LEDGER_FA_PRESENT(LEDGER_COLUMN_FA) LEDGER_FA_BEGUN(LEDGER_COLUMN_FA)
                LEDGER_FA_COMING(LEDGER_COLUMN_FA) LEDGER_FA_LEVELS(LEDGER_COLUMN_FA) FA_NUMBERS
};
#define LEDGER_COLUMN_FS(name, kind, unit, scale, help) FS_##name, LEDGER_LEVEL_##kind(FS_##name##_level)
enum { LEDGER_FACILITY_SERVICE(LEDGER_COLUMN_FS) FS_NUMBERS };
#define LEDGER_COLUMN_EX(name, kind, unit, scale, help) EX_##name, LEDGER_LEVEL_##kind(EX_##name##_level)
enum { LEDGER_EXPERT(LEDGER_COLUMN_EX) EX_NUMBERS };
#define LEDGER_COLUMN_FL(name, kind, unit, scale, help) FL_##name, LEDGER_LEVEL_##kind(FL_##name##_level)
enum { LEDGER_FLOW(LEDGER_COLUMN_FL) FL_NUMBERS };
#define LEDGER_COLUMN_PW(name, kind, unit, scale, help) PW_##name, LEDGER_LEVEL_##kind(PW_##name##_level)
enum { LEDGER_PLACE_WAIT(LEDGER_COLUMN_PW) PW_NUMBERS };
#define LEDGER_COLUMN_PT(name, kind, unit, scale, help) PT_##name, LEDGER_LEVEL_##kind(PT_##name##_level)
enum { LEDGER_PLACE_TRAVEL(LEDGER_COLUMN_PT) PT_NUMBERS };
#define LEDGER_COLUMN_PF(name, kind, unit, scale, help) PF_##name, LEDGER_LEVEL_##kind(PF_##name##_level)
enum { LEDGER_PLACE_FACILITY(LEDGER_COLUMN_PF) PF_NUMBERS };

/* Numbers of a cell take up whole cache lines, but for flows and classes, which are small as long as they lie
 * close together. */
#define LEDGER_IS_MEAN_COUNT 0
#define LEDGER_IS_MEAN_SUM 0
#define LEDGER_IS_MEAN_LEVEL 0
#define LEDGER_IS_MEAN_MEAN 1
#define LEDGER_ADD_MEAN(name, kind, unit, scale, help) +LEDGER_IS_MEAN_##kind
enum {
    PC_MEANS = 0 LEDGER_PLACE_CONDITION(LEDGER_ADD_MEAN),
    FA_MEANS = 0 LEDGER_FACILITY(LEDGER_ADD_MEAN),
    EX_MEANS = 0 LEDGER_EXPERT(LEDGER_ADD_MEAN),
    PC_FIELDS = PC_NUMBERS - PC_MEANS,
    FA_FIELDS = FA_NUMBERS - FA_MEANS,
    FS_FIELDS = FS_NUMBERS,
    EX_FIELDS = EX_NUMBERS - EX_MEANS,
    FL_FIELDS = FL_NUMBERS,
    PW_FIELDS = PW_NUMBERS,
    PT_FIELDS = PT_NUMBERS,
    PF_FIELDS = PF_NUMBERS,
    /* No more fields than that in all groups. */
    LEDGER_FIELDS =
        PC_FIELDS + FA_FIELDS + FS_FIELDS + EX_FIELDS + FL_FIELDS + PW_FIELDS + PT_FIELDS + PF_FIELDS,
    PC_WIDTH = (PC_NUMBERS + 7) / 8 * 8,
    FA_WIDTH = (FA_NUMBERS + 7) / 8 * 8,
    FS_WIDTH = (FS_NUMBERS + 7) / 8 * 8,
    EX_WIDTH = (EX_NUMBERS + 7) / 8 * 8,
    FL_WIDTH = FL_NUMBERS,
};
_Static_assert((0 LEDGER_FACILITY_SERVICE(LEDGER_ADD_MEAN) LEDGER_FLOW(LEDGER_ADD_MEAN)
                    LEDGER_PLACE_WAIT(LEDGER_ADD_MEAN) LEDGER_PLACE_TRAVEL(LEDGER_ADD_MEAN)
                        LEDGER_PLACE_FACILITY(LEDGER_ADD_MEAN)) == 0,
               "these groups have no means, and so no levels");
_Static_assert((int)PC_untreated == 7 && (int)PC_treated_ended == 15 && (int)FA_beds_occupied == 8 &&
                   (int)FA_income == 15,
               "what changes together is a line");

#endif
