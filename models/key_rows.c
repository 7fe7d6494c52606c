/* The rows of every part of the language but the policies' own. */

#include <math.h>

#include "models/design_spec.h"
#include "models/keys.h"
#include "models/rhythm.h"
#include "models/scenario.h"

#define TABLE(part)                                                                                          \
    static const struct key_table part##_table = {#part, part##_rows,                                        \
                                                  sizeof part##_rows / sizeof part##_rows[0]}
#define AT(owner, member) .offset = offsetof(struct owner, member)
#define LIST(owner, member, element) .type = KEY_LIST, AT(owner, member), .size = sizeof(struct element)
#define GROUP(owner, member, inner) .type = KEY_GROUP, AT(owner, member), .size = sizeof(struct inner)
#define ABSENT .fallback = ""
#define AT_LEAST_0 .low = 0, .high = INFINITY
#define ANY_NUMBER .low = -1e9, .high = 1e9
#define COUNTED .low = 0, .high = 1e9

#define STEPS "day|week|month|year|none"
#define FLOWS "auto|yes|no"
#define LEVELS "village|township|county|prefecture|provincial|regional|national|online"

static const struct key_row scenario_rows[] = {
    {"scenario", GROUP(scenario, run, run_spec), ABSENT, .help = "The run: when, how long, how often."},
    {"scenario.title", KEY_TEXT, AT(run_spec, title), ABSENT,
     .help = "What the scenario is about, in a sentence."},
    {"scenario.purpose", KEY_TEXT, AT(run_spec, purpose), ABSENT,
     .help = "Why the model was made and what it is for, for `counterpart describe`."},
    {"scenario.aims", KEY_TEXT, AT(run_spec, aims), ABSENT,
     .help = "What the experiments with the scenario are to find out, for `counterpart describe`."},
    {"scenario.preparation", KEY_TEXT, AT(run_spec, preparation), ABSENT,
     .help = "What was done to the data before they came into the scenario, for `counterpart describe`."},
    {"scenario.assumptions", KEY_TEXTS, AT(run_spec, assumptions), ABSENT,
     .help = "Assumptions that no single value shows, a sentence each, for `counterpart describe`."},
    {"scenario.sharing", KEY_TEXT, AT(run_spec, sharing), ABSENT,
     .help = "Where scenario, data and results can be had, for `counterpart describe`."},
    {"scenario.start", KEY_DATE, AT(run_spec, start_us), .fallback = "2019-01-01",
     .help = "The first day of the run; times are UTC."},
    {"scenario.warmup", KEY_SPAN, AT(run_spec, warmup), .fallback = "0 d",
     .help = "Time from the start that is simulated but not reported, until the run has forgotten that it "
             "began empty."},
    {"scenario.length", KEY_SPAN, AT(run_spec, length), .low = 1, .high = INFINITY,
     .help = "Time that is reported, counted from the end of the warm-up."},
    {"scenario.step", KEY_CHOICE, AT(run_spec, step), .fallback = "month", .choices = STEPS,
     .help = "Interval of the series in the result file; \"none\" reports the whole length as one."},
    {"scenario.planning", KEY_CHOICE, AT(run_spec, planning), .fallback = "day", .choices = STEPS,
     .help = "How often policies and beliefs about waiting are renewed."},
    {"scenario.replications", KEY_INT, AT(run_spec, replications), .fallback = "10", .low = 1,
     .high = 1000000, .help = "Independent repetitions with other luck; more of them narrow the intervals."},
    {"scenario.seed", KEY_TEXT, AT(run_spec, seed), .fallback = "1",
     .help = "A whole number up to 18446744073709551615, in quotes; the same seed gives the same result."},
    {"scenario.board_refresh", KEY_DURATION, AT(run_spec, board_us), .fallback = "0 s", .high = 366 * 86400e6,
     .help =
         "How often it becomes known elsewhere which services a facility gives, what is free there and how "
         "long its lines are, for those who are referred or diverted; from \"1 min\" on, or \"0 s\": at "
         "once."},
    {"scenario.price_year", KEY_INT, AT(run_spec, price_year), .fallback = "2020", .low = 1900, .high = 2200,
     .help = "The year whose prices the scenario's money is in."},
    {"scenario.discount", KEY_REAL, AT(run_spec, discount), .unit = "a year", .fallback = "0.03", .low = 0,
     .high = 1,
     .help = "By how much a year of life lost, or a cost, counts less for each year that it comes later, in "
             "the metrics discounted/... and in what `compare --worth` says; 0: not at all. The World Health "
             "Organization takes 0.03 for both, Chinese guidelines 0.05."},
    {"scenario.most_present", KEY_INT, AT(run_spec, most_present), .unit = "patients", .fallback = "-1",
     .low = -1, .high = 1e12,
     .help = "Patients in the whole system; who would be one more is turned away; -1: no limit."},
    {"scenario.fine_quantiles", KEY_BOOL, AT(run_spec, fine_quantiles), .fallback = "false",
     .help = "Waiting times are counted in classes of 1/1024 instead of 1/32 of their value (larger files)."},
    {"scenario.flows", KEY_CHOICE, AT(run_spec, flows), .fallback = "auto", .choices = FLOWS,
     .help =
         "Whether it is counted where the people of each place are treated (the field treated_at, by place "
         "and facility); \"auto\": where places times facilities are at most a million."},
    {"scenario.max_file_size", KEY_BYTES, AT(run_spec, max_file_bytes), .fallback = "2 GB", AT_LEAST_0,
     .help =
         "When the output fields of all replications take more than that, before compression, a result file "
         "has their sums and sums of squares over the replications (NAME_sum, NAME_squares) in place of "
         "each replication's. Metrics and targets are there of each replication in either case. `check` "
         "says how much they take."},
    {"scenario.facts", KEY_FILES, AT(run_spec, facts), ABSENT,
     .help = "CSV files of reported facts that `targets` refer to."},
    {"scenario.observe", KEY_TEXTS, AT(run_spec, observe), ABSENT,
     .help = "Times after the end of the warm-up at which the state of the measured stations and of the "
             "system is "
             "reported (metrics .../at/TIME/...), such as [\"1 h\", \"5 h\"], in order. The state at a time "
             "is that "
             "before the events of the time."},
    {"scenario.observe_cycle", KEY_DURATION, AT(run_spec, observe_cycle_us), .fallback = "0 h", .low = 0,
     .high = 366000 * 86400e6,
     .help =
         "The times of `observe` are times of this cycle instead, and the values are means over all cycles "
         "after "
         "the warm-up. A week is counted from Monday on, any other cycle from the start; \"0 h\": no cycle."},
};
TABLE(scenario);

static const struct key_row places_rows[] = {
    {"places", GROUP(scenario, places, places_spec), ABSENT, .help = "Where people live."},
    {"places.file", KEY_FILE, AT(places_spec, file), ABSENT,
     .help = "CSV file with a row per place: code, name, prefecture, province, lon, lat, population."},
    {"places.code", KEY_TEXTS, AT(places_spec, codes), ABSENT,
     .help = "Only the places of the file with these codes."},
    {"places.prefecture", KEY_TEXTS, AT(places_spec, prefectures), ABSENT,
     .help = "Only the places of the file in these prefectures."},
    {"places.province", KEY_TEXTS, AT(places_spec, provinces), ABSENT,
     .help = "Only the places of the file in these provinces."},
    {"places.sample", KEY_REAL, AT(places_spec, sample), .unit = "of the people", .fallback = "1",
     .low = 1e-6, .high = 1,
     .help = "Only so many of the people of the selected places (`--sample`): whole prefectures in an order "
             "that chance gives, until their people come nearest to the share. Who lives elsewhere does not "
             "fall ill, and facilities elsewhere are closed to everybody; see \"Samples\"."},
    {"places.sample_seed", KEY_TEXT, AT(places_spec, sample_seed), .fallback = "1",
     .help =
         "Any text; another one gives another sample. The same places are taken for every seed of the run."},
    {"places.sample_keeps", KEY_TEXTS, AT(places_spec, sample_keeps), ABSENT,
     .help = "Levels whose facilities outside the sample stay open, such as [\"national\", \"regional\"]: "
             "journeys to them are as long as they are, and nobody else fills their beds."},
    {"places.list", LIST(places_spec, list, place_spec), ABSENT, .refers = "code",
     .help = "Places that the scenario gives itself, besides those of the file."},
    {"places.list.code", KEY_ID, AT(place_spec, code),
     .help = "Code by which facilities and results name the place."},
    {"places.list.name", KEY_TEXT, AT(place_spec, name), ABSENT,
     .help = "Name for people; the code when absent."},
    {"places.list.prefecture", KEY_TEXT, AT(place_spec, prefecture), ABSENT,
     .help = "Prefecture that it belongs to."},
    {"places.list.province", KEY_TEXT, AT(place_spec, province), ABSENT,
     .help = "Province that it belongs to."},
    {"places.list.lon", KEY_REAL, AT(place_spec, lon), .unit = "degrees east", .low = -180, .high = 180,
     .help = "Longitude."},
    {"places.list.lat", KEY_REAL, AT(place_spec, lat), .unit = "degrees north", .low = -90, .high = 90,
     .help = "Latitude."},
    {"places.list.population", KEY_INT, AT(place_spec, population), .unit = "people", .fallback = "0",
     .low = 0, .high = 1e10, .help = "Residents."},
};
TABLE(places);

static const struct key_row travel_rows[] = {
    {"travel", GROUP(scenario, travel, travel_spec), ABSENT,
     .help = "How long journeys take and what they cost."},
    {"travel.detour", KEY_REAL, AT(travel_spec, detour), .fallback = "1.3", .low = 1, .high = 100,
     .help = "Length of the way over the distance as the crow flies."},
    {"travel.fixed", KEY_DURATION, AT(travel_spec, fixed_us), .fallback = "0 s",
     .help = "Part of every journey that does not depend on distance."},
    {"travel.arrange", KEY_DURATION, AT(travel_spec, arrange_us), .fallback = "0 s",
     .help =
         "Whoever does not set out for a first facility at onset, but later or for another one, sets out no "
         "sooner than this after it was decided: a place has to be found and agreed on. A stage may take "
         "longer (transfer)."},
    {"travel.bands", LIST(travel_spec, bands, travel_band), ABSENT,
     .help = "Speeds by distance, nearest first; without any, 60 km/h."},
    {"travel.bands.to", KEY_LENGTH, AT(travel_band, to_m), ABSENT,
     .help = "Distance up to which this speed holds; absent in the last band."},
    {"travel.bands.speed", KEY_SPEED, AT(travel_band, speed_m_s), .low = 1e-9, .high = 400,
     .help = "Speed on this part of the way."},
    {"travel.cost_per_km", KEY_MONEY, AT(travel_spec, cost_per_km_fen), .fallback = "0 CNY", AT_LEAST_0,
     .help = "Fare of a patient for each km, one way."},
    {"travel.lodging_per_day", KEY_MONEY, AT(travel_spec, lodging_per_day_fen), .fallback = "0 CNY",
     AT_LEAST_0, .help = "Lodging of patient and company for each day away from home."},
    {"travel.lodging_beyond", KEY_LENGTH, AT(travel_spec, lodging_from_m), .fallback = "100 km",
     .help = "Distance from home beyond which a stay needs lodging."},
    {"travel.wages_per_day", KEY_MONEY, AT(travel_spec, wages_per_day_fen), .fallback = "0 CNY", AT_LEAST_0,
     .help = "Wages lost by patient and company for each day."},
};
TABLE(travel);

static const struct key_row services_rows[] = {
    {"services", LIST(scenario, services, service_spec), ABSENT, .refers = "id",
     .help = "Techniques that need trained people: thrombectomy, dialysis, spinal surgery."},
    {"services.id", KEY_ID, AT(service_spec, id), .help = "Short name for references and results."},
    {"services.name", KEY_TEXT, AT(service_spec, name), ABSENT,
     .help = "Name for people; the id when absent."},
    {"services.independence", KEY_DIST, AT(service_spec, independence), .unit = "1", ABSENT,
     .help = "Cases under supervision until a trainee works alone; absent: nobody becomes independent."},
    {"services.plateau", KEY_REAL, AT(service_spec, plateau_cases), .unit = "cases", .fallback = "0", COUNTED,
     .help = "Own cases until proficiency is full; 0: full at once."},
    {"services.entry_proficiency", KEY_SHARE, AT(service_spec, entry_proficiency), .fallback = "1",
     .help = "Proficiency of a person who has just become independent, where an expert has 1."},
    {"services.decay_after", KEY_DURATION, AT(service_spec, decay_after_us), .fallback = "0 d",
     .help = "Time without a case after which proficiency begins to fall."},
    {"services.decay_half", KEY_DURATION, AT(service_spec, decay_half_us), .fallback = "0 d",
     .help = "Time without cases in which proficiency then halves; \"0 d\": it never falls."},
    {"services.slow_factor", KEY_REAL, AT(service_spec, slow_factor), .fallback = "1", .low = 0.01,
     .high = 100, .help = "Duration at proficiency 0 over duration at proficiency 1."},
    {"services.teach_factor", KEY_REAL, AT(service_spec, teach_factor), .fallback = "1", .low = 0.01,
     .high = 100, .help = "Duration of a case under supervision over that of the expert alone."},
    {"services.staff_leave", KEY_RATE, AT(service_spec, staff_leave_per_s), .fallback = "0 per y",
     .help = "Rate at which each independent member of the local staff leaves."},
    {"services.technologies", KEY_INT, AT(service_spec, technologies), .unit = "techniques", .fallback = "1",
     .low = 0, .high = 1e6, .help = "How many techniques it stands for, when it is a group of several."},
};
TABLE(services);

static const struct key_row groups_rows[] = {
    {"groups", LIST(scenario, groups, group_spec), ABSENT, .refers = "name",
     .help =
         "Groups of facilities, at most 16, such as the grades of hospitals: what their facilities have in "
         "common, and what is reported of them together (metrics group/NAME/..., targets.group)."},
    {"groups.name", KEY_ID, AT(group_spec, name), .help = "Short name for references and results."},
    {"groups.title", KEY_TEXT, AT(group_spec, title), ABSENT,
     .help = "Name for people; the name when absent."},
    {"groups.stay_factor", KEY_REAL, AT(group_spec, stay_factor), .fallback = "1", .low = 0.01, .high = 100,
     .help = "Times the drawn duration of each stage that takes a bed at a facility of the group."},
    {"groups.utility", KEY_REAL, AT(group_spec, utility), .fallback = "0", ANY_NUMBER,
     .help = "Added to the utility of its facilities for all conditions (conditions.choice.group: for one)."},
};
TABLE(groups);

static const struct key_row facilities_rows[] = {
    {"facilities", LIST(scenario, facilities, facility_spec), ABSENT, .refers = "id|rule",
     .help = "Hospitals and other places of care; an element with `rule` makes one in every place."},
    {"facilities.id", KEY_ID, AT(facility_spec, id), ABSENT,
     .help = "Short name for references and results; required without `rule`."},
    {"facilities.name", KEY_TEXT, AT(facility_spec, name), ABSENT,
     .help = "Name for people; the id when absent."},
    {"facilities.place", KEY_TEXT, AT(facility_spec, place), ABSENT,
     .help = "Code of the place where it stands; required without `rule`."},
    {"facilities.level", KEY_CHOICE, AT(facility_spec, level), .fallback = "county", .choices = LEVELS,
     .help = "Level in the hospital system."},
    {"facilities.ownership", KEY_CHOICE, AT(facility_spec, ownership), .fallback = "public",
     .choices = "public|private|foreign", .help = "Who owns it."},
    {"facilities.group", KEY_REF, AT(facility_spec, group), ABSENT, .refers = "groups",
     .help = "The group that it belongs to."},
    {"facilities.rule", KEY_TEXT, AT(facility_spec, rule), ABSENT,
     .help = "Makes one facility in every place; the text says why and labels them as made by rule. Each is "
             "named ID.CODE, by the rule's id and the code of its place."},
    {"facilities.generated", KEY_TEXT, AT(facility_spec, generated), ABSENT,
     .help = "For a facility that is in no list of real ones: the rule by which it was made up, which labels "
             "it in results. It has no metrics of its own."},
    {"facilities.at", KEY_TEXTS, AT(facility_spec, at), ABSENT,
     .help = "Codes, prefectures or provinces where the rule makes them, whether people fall ill there or "
             "not; every place that is selected when absent."},
    {"facilities.except", KEY_TEXTS, AT(facility_spec, except), ABSENT,
     .help = "Codes of places where the rule makes none."},
    {"facilities.beds", KEY_COUNTS, AT(facility_spec, beds), .unit = "beds", ABSENT, COUNTED,
     .help = "Beds by ward, with names of your choice: { general = 300; icu = 10; }."},
    {"facilities.resources", KEY_COUNTS, AT(facility_spec, resources), .unit = "servers", ABSENT, COUNTED,
     .help = "What else patients wait for, likewise: { theatre = 4; dialysis = 12; }."},
    {"facilities.beds_per_1000", KEY_NAMED_REALS, AT(facility_spec, beds_per_1000),
     .unit = "beds per 1000 people", ABSENT, .low = 0, .high = 1000,
     .help = "Beds by ward in proportion to the place's population, for rules."},
    {"facilities.services", LIST(facility_spec, services, offer_spec), ABSENT, .refers = "service",
     .help = "The techniques that it offers."},
    {"facilities.services.service", KEY_REF, AT(offer_spec, service), .refers = "services",
     .help = "Which one."},
    {"facilities.services.staff", KEY_INT, AT(offer_spec, staff), .unit = "people", .fallback = "0", .low = 0,
     .high = 1e6, .help = "Local staff who work independently at the start."},
    {"facilities.services.proficiency", KEY_SHARE, AT(offer_spec, proficiency), .fallback = "1",
     .help = "Their proficiency at the start, where an expert has 1."},
    {"facilities.services.unlimited", KEY_BOOL, AT(offer_spec, unlimited), .fallback = "false",
     .help = "Staff is enough for any demand; nobody waits for an operator."},
    {"facilities.services.closed", KEY_BOOL, AT(offer_spec, closed), .fallback = "false",
     .help = "Not offered until a policy opens it (centre, standard)."},
    {"facilities.price_per_admission", KEY_MONEY, AT(facility_spec, price_per_admission_fen),
     .fallback = "0 CNY", AT_LEAST_0, .help = "Charge for each admission."},
    {"facilities.price_per_day", KEY_MONEY, AT(facility_spec, price_per_day_fen), .fallback = "0 CNY",
     AT_LEAST_0, .help = "Charge for each day of stay."},
    {"facilities.reimbursed", KEY_SHARE, AT(facility_spec, reimbursed), .fallback = "0",
     .help = "Share of the charges that insurance pays, where no policy (reimbursement, tiering) says "
             "otherwise."},
    {"facilities.price_level", KEY_REAL, AT(facility_spec, price_level), .fallback = "1", .low = 0,
     .high = 1000, .help = "Factor of the prices of stages (conditions.pathway.price) here."},
    {"facilities.closed", KEY_BOOL, AT(facility_spec, closed), .fallback = "false",
     .help = "Takes nobody until a policy opens it (centre, online)."},
    {"facilities.grades", KEY_INT, AT(facility_spec, grades), .unit = "grades", .fallback = "0", .low = 0,
     .high = 16, .help = "Takes only so many of the lightest grades of severity of each condition; 0: all."},
    {"facilities.visits", KEY_DURATION, AT(facility_spec, visits_us), .fallback = "0 h",
     .help = "Its doctors visit patients who live within this travel time: they travel, there and back, and "
             "the patients do not; \"0 h\": patients come."},
};
TABLE(facilities);

static const struct key_row stations_rows[] = {
    {"stations", LIST(scenario, stations, station_spec), ABSENT, .refers = "id",
     .help = "Waiting lines by themselves, or more settings of a facility's beds or resources."},
    {"stations.id", KEY_ID, AT(station_spec, id), .choices = ".",
     .help = "Short name; \"FACILITY.RESOURCE\" sets more of what that facility has."},
    {"stations.servers", KEY_INT, AT(station_spec, servers), .unit = "servers", .fallback = "-1", .low = -1,
     .high = 1e9, .help = "How many are served at once; -1: without limit, or as the facility says."},
    {"stations.room", KEY_INT, AT(station_spec, room), .unit = "patients", .fallback = "-1", .low = -1,
     .high = 1e9, .help = "How many may wait; who finds the room full is turned away; -1: without limit."},
    {"stations.cycle", KEY_DURATION, AT(station_spec, cycle_us), .fallback = "1 week", .low = 1,
     .high = INFINITY, .help = "After this time the timetable starts again."},
    {"stations.balk_at", KEY_INT, AT(station_spec, balk_at), .unit = "patients", .fallback = "-1", .low = -1,
     .high = 1e9,
     .help = "Who finds so many present, waiting and in service, does not join; -1: nobody balks."},
    {"stations.preemption", KEY_CHOICE, AT(station_spec, preemption), .fallback = "none",
     .choices = "none|resume|restart|resample",
     .help =
         "Whether a patient of better priority interrupts one of worse (the worst, and of those the one who "
         "began "
         "last), who then waits at the head of the line and goes on, begins anew, or draws a new duration."},
    {"stations.interrupt", KEY_CHOICE, AT(station_spec, interrupt), .fallback = "none",
     .choices = "none|resume|restart|resample",
     .help = "Whether a change of the timetable to fewer servers interrupts services likewise; \"none\" lets "
             "them end."},
    {"stations.handover", KEY_CHOICE, AT(station_spec, handover), .fallback = "capacity",
     .choices = "capacity|relief",
     .help =
         "At a change of the timetable there are more or fewer of the same servers (capacity: beds), or all "
         "who "
         "serve are relieved: new people come, the old finish their patients in overtime (relief: staff)."},
    {"stations.timetable", LIST(station_spec, timetable, shift_spec), ABSENT,
     .help = "Numbers of servers through the cycle, in order of time."},
    {"stations.timetable.from", KEY_DURATION, AT(shift_spec, from_us),
     .help = "Time in the cycle when it begins."},
    {"stations.timetable.servers", KEY_INT, AT(shift_spec, servers), .unit = "servers", .low = 0, .high = 1e9,
     .help = "Servers from then on."},
    {"stations.occupancy_to", KEY_INT, AT(station_spec, occupancy_to), .unit = "patients", .fallback = "-1",
     .low = -1, .high = 100000,
     .help = "Reports the shares of time with 0, 1, 2 ... patients present, waiting and in service, up to "
             "this number, "
             "and with more; -1: not reported."},
    {"stations.wait_over", KEY_TEXTS, AT(station_spec, wait_over), ABSENT,
     .help = "Reports the shares of waits longer than these times, such as [\"0.5 h\", \"1 h\"], in order."},
};
TABLE(stations);

static const struct key_row conditions_rows[] = {
    {"conditions", LIST(scenario, conditions, condition_spec), ABSENT, .refers = "id",
     .help = "Illnesses, with who gets them and what care they need."},
    {"conditions.id", KEY_ID, AT(condition_spec, id), .help = "Short name for references and results."},
    {"conditions.name", KEY_TEXT, AT(condition_spec, name), ABSENT,
     .help = "Name for people; the id when absent."},
    {"conditions.background", KEY_BOOL, AT(condition_spec, background), .fallback = "false",
     .help = "A load on facilities rather than an object of study: left out of totals over conditions."},
    {"conditions.arrivals", GROUP(condition_spec, arrivals, arrivals_spec), ABSENT,
     .help = "Who comes when: one of rate, incidence, gap, times and profile.rates, and what modifies it."},
    {"conditions.arrivals.rate", KEY_RATE, AT(arrivals_spec, rate_per_s), ABSENT,
     .help = "Arrivals per time, at random (Poisson) and in one place: that of `at`, or the first of all."},
    {"conditions.arrivals.incidence", KEY_INCIDENCE, AT(arrivals_spec, incidence), ABSENT,
     .help = "Patients per people and time: \"505.2 per 100000 y\"; every place has its own stream."},
    {"conditions.arrivals.factors", KEY_REALS, AT(arrivals_spec, factors), ABSENT, .low = 0, .high = 1e9,
     .help = "Numbers that multiply the incidence (share of adults, of those eligible)."},
    {"conditions.arrivals.wave", GROUP(arrivals_spec, wave, wave_spec), ABSENT,
     .help =
         "A rate or incidence that rises and falls: times 1 + amplitude sin(2 pi (t - phase) / period), t "
         "since the start of the run."},
    {"conditions.arrivals.wave.amplitude", KEY_SHARE, AT(wave_spec, amplitude), ABSENT,
     .help = "Height of the wave over the mean rate, from 0 to 1; no wave when absent."},
    {"conditions.arrivals.wave.period", KEY_DURATION, AT(wave_spec, period_us), ABSENT,
     .low = RHYTHM_LEAST_CYCLE_US, .high = RHYTHM_GREATEST_CYCLE_US,
     .help = "From one peak to the next; a wave needs it."},
    {"conditions.arrivals.wave.phase", KEY_DURATION, AT(wave_spec, phase_us), ABSENT,
     .help = "Time from the start at which the rate rises through its mean; 0 when absent."},
    {"conditions.arrivals.profile", GROUP(arrivals_spec, profile, profile_spec), ABSENT,
     .help = "A rate or incidence that is constant in each of some equal parts of a cycle: hours of the day, "
             "months of the year."},
    {"conditions.arrivals.profile.cycle", KEY_DURATION, AT(profile_spec, cycle_us), ABSENT,
     .low = RHYTHM_LEAST_CYCLE_US, .high = RHYTHM_GREATEST_CYCLE_US,
     .help = "The cycle; the first begins at the start of the run. A profile needs it."},
    {"conditions.arrivals.profile.weights", KEY_REALS, AT(profile_spec, weights), ABSENT, .low = 0,
     .high = 1e9,
     .help = "One number for each part, in proportion to its rate; the mean stays that of rate or "
             "incidence."},
    {"conditions.arrivals.profile.rates", KEY_RATES, AT(profile_spec, rates), ABSENT,
     .help = "Instead of weights, and of rate and incidence: the rate in each part, [\"2 per h\", "
             "\"0.5 per h\"]."},
    {"conditions.arrivals.gap", KEY_DIST, AT(arrivals_spec, gap), .unit = "time", ABSENT,
     .help = "Time between one arrival and the next, when arrivals are not at random; the first gap begins "
             "at the start of the run. Listed gaps repeat: see count."},
    {"conditions.arrivals.times", KEY_TIMES, AT(arrivals_spec, times_s), ABSENT,
     .help = "The arrivals themselves, since the start of the run and in order: [\"1 h\", \"90 min\"]; "
             "nobody comes after the last."},
    {"conditions.arrivals.batch", KEY_DIST, AT(arrivals_spec, batch), .unit = "1", ABSENT,
     .help = "Patients who come together at each arrival, rounded to a whole number; one when absent."},
    {"conditions.arrivals.count", KEY_INT, AT(arrivals_spec, count), ABSENT, .low = 1, .high = 2e9,
     .help = "Arrivals after which nobody comes any more (of each place); without end when absent."},
    {"conditions.arrivals.into", KEY_TEXT, AT(arrivals_spec, into), ABSENT,
     .help = "Stage of the pathway with which these patients begin; the first when absent."},
    {"conditions.arrivals.at", KEY_TEXTS, AT(arrivals_spec, at), ABSENT,
     .help =
         "Codes, prefectures or provinces of the places concerned; all when absent. A rate has one place: "
         "its code."},
    {"conditions.arrivals.backlog", KEY_SECONDS, AT(arrivals_spec, backlog_s), .fallback = "0 d",
     .help = "Patients who already wait at the start, as the time in which so many fall ill on average."},
    {"conditions.delay", KEY_DIST, AT(condition_spec, delay), .unit = "time", ABSENT,
     .help = "Time from onset to seeking care; at once when absent."},
    {"conditions.classes", LIST(condition_spec, classes, class_spec), ABSENT, .refers = "id",
     .help = "Grades of severity, the lightest first; all alike when absent."},
    {"conditions.classes.id", KEY_ID, AT(class_spec, id), .help = "Short name of the grade."},
    {"conditions.classes.share", KEY_SHARE, AT(class_spec, share),
     .help = "Share of the patients; the shares of all grades sum to 1."},
    {"conditions.first", KEY_CHOICE, AT(condition_spec, first), .fallback = "nearest",
     .choices = "nearest|utility|given",
     .help = "Where patients go first: to the nearest facility, to the one they like best (see choice), or "
             "to first_at."},
    {"conditions.first_at", KEY_REF, AT(condition_spec, first_at), ABSENT, .refers = "facilities",
     .help = "The facility where all go first, with first = \"given\"."},
    {"conditions.choice", GROUP(condition_spec, choice, choice_spec), ABSENT,
     .help = "What makes a facility attractive; each number adds to or takes from its utility."},
    {"conditions.choice.travel", KEY_REAL, AT(choice_spec, travel_per_h), .unit = "per h", .fallback = "1",
     ANY_NUMBER, .help = "Taken off for each hour of travel."},
    {"conditions.choice.size", KEY_REAL, AT(choice_spec, size), .fallback = "0", ANY_NUMBER,
     .help = "Times the logarithm of the number of beds."},
    {"conditions.choice.wait", KEY_REAL, AT(choice_spec, wait_per_d), .unit = "per d", .fallback = "0",
     ANY_NUMBER, .help = "Taken off for each day that patients believe they must wait."},
    {"conditions.choice.proficiency", KEY_REAL, AT(choice_spec, proficiency), .fallback = "0", ANY_NUMBER,
     .help = "Times the proficiency of the staff."},
    {"conditions.choice.stay", KEY_REAL, AT(choice_spec, stay), .fallback = "-1000000", ANY_NUMBER,
     .help = "Utility of waiting at home, where a facility next door with nothing else in its favour has 0."},
    {"conditions.choice.level", KEY_NAMED_REALS, AT(choice_spec, level), ABSENT, ANY_NUMBER,
     .help = "Utility by facility level: { county = 0; national = 2.5; }."},
    {"conditions.choice.ownership", KEY_NAMED_REALS, AT(choice_spec, ownership), ABSENT, ANY_NUMBER,
     .help = "Utility by who owns the facility: { private = -0.5; foreign = -1; }."},
    {"conditions.choice.group", KEY_NAMED_REALS, AT(choice_spec, group), ABSENT, ANY_NUMBER,
     .help = "Utility by the facility's group, besides the group's own: { tertiary = 1.2; }."},
    {"conditions.choice.price", KEY_REAL, AT(choice_spec, price_per_kcny), .unit = "per 1000 CNY",
     .fallback = "0", ANY_NUMBER,
     .help = "Taken off for each 1000 CNY that the patient pays: the own share of the charges, the fare and "
             "lodging."},
    {"conditions.choice.days", KEY_REAL, AT(choice_spec, days), .unit = "d", .fallback = "0", .low = 0,
     .high = 10000, .help = "Days of stay with which patients reckon in that."},
    {"conditions.pathway", LIST(condition_spec, pathway, stage_spec), ABSENT, .refers = "stage",
     .help = "The stages of care; patients begin with the first."},
    {"conditions.pathway.stage", KEY_ID, AT(stage_spec, id), .help = "Short name of the stage."},
    {"conditions.pathway.station", KEY_TEXT, AT(stage_spec, station), ABSENT,
     .help = "Id of a station where it happens; otherwise it happens at the patient's facility."},
    {"conditions.pathway.needs", KEY_COUNTS, AT(stage_spec, needs), .unit = "servers", ABSENT, .low = 1,
     .high = 1e6,
     .help = "Beds or resources of the facility that are taken together: { icu = 1; ventilator = 1; }."},
    {"conditions.pathway.service", KEY_REF, AT(stage_spec, service), ABSENT, .refers = "services",
     .help = "Technique that is needed, with one person who commands it."},
    {"conditions.pathway.choice", KEY_CHOICE, AT(stage_spec, choice), .fallback = "stay",
     .choices = "stay|nearest|utility|back",
     .help = "Where it is sought: where the patient is, at the nearest facility that can, at the one liked "
             "best, or (back) at the one nearest to the patient's home."},
    {"conditions.pathway.reach", KEY_SECONDS, AT(stage_spec, reach_s), .fallback = "0 h",
     .help = "Longest travel time accepted; \"0 h\": any."},
    {"conditions.pathway.duration", KEY_DIST, AT(stage_spec, duration), .unit = "time", ABSENT,
     .help = "How long it takes; no time when absent."},
    {"conditions.pathway.priority", KEY_INT, AT(stage_spec, priority), .fallback = "0", .low = 0, .high = 7,
     .help = "Place in line: 0 is served first, 7 last."},
    {"conditions.pathway.window", KEY_DURATION, AT(stage_spec, window_us), .fallback = "0 h",
     .help = "Time since onset after which the stage is not begun any more; \"0 h\": no limit."},
    {"conditions.pathway.late", KEY_TEXT, AT(stage_spec, late), ABSENT,
     .help = "Stage of those who come after the window; the pathway ends when absent."},
    {"conditions.pathway.missing", KEY_CHOICE, AT(stage_spec, missing), .fallback = "refer",
     .choices = "refer|go_on|wait|leave",
     .help = "What is done when the facility does not offer it: refer to one that does (its partner, where "
             "a policy has given it one, otherwise the nearest), go on to another stage, wait, or leave "
             "untreated."},
    {"conditions.pathway.otherwise", KEY_TEXT, AT(stage_spec, otherwise), ABSENT,
     .help = "The other stage, with missing = \"go_on\"; the pathway ends when absent."},
    {"conditions.pathway.transfer", KEY_DURATION, AT(stage_spec, transfer_us), .fallback = "0 min",
     .help = "Time that it takes to arrange a referral, before the journey."},
    {"conditions.pathway.patience", KEY_DIST, AT(stage_spec, patience), .unit = "time", ABSENT,
     .help = "How long patients wait in line before they give up; without end when absent."},
    {"conditions.pathway.reneged", KEY_TEXT, AT(stage_spec, reneged), ABSENT,
     .help = "Stage of those who gave up; the pathway ends when absent."},
    {"conditions.pathway.review", KEY_DIST, AT(stage_spec, review), .unit = "time", ABSENT,
     .help = "How long those who wait at home take until they choose again."},
    {"conditions.pathway.treats", KEY_BOOL, AT(stage_spec, treats), .fallback = "false",
     .help = "Who has had this stage counts as treated."},
    {"conditions.pathway.price", KEY_MONEY, AT(stage_spec, price_fen), .fallback = "0 CNY", AT_LEAST_0,
     .help = "Charge for having it, besides those of the facility, times the facility's price level."},
    {"conditions.pathway.among", KEY_TEXTS, AT(stage_spec, among), ABSENT,
     .help = "Ids of several stations of which each patient joins one; instead of `station`."},
    {"conditions.pathway.pick", KEY_CHOICE, AT(stage_spec, pick), .fallback = "shortest",
     .choices = "shortest|random",
     .help = "Which of them: where the fewest are present (the first of equals), or any with equal chances."},
    {"conditions.pathway.previous", KEY_CHOICE, AT(stage_spec, previous), .fallback = "release",
     .choices = "release|until_begin|keep",
     .help = "Servers of the stage before: released when it ends, held until this stage begins (blocking "
             "after service), "
             "or held through this stage too (resources taken one after another)."},
    {"conditions.pathway.full", KEY_CHOICE, AT(stage_spec, full), .fallback = "wait",
     .choices = "wait|refuse|divert",
     .help = "When no server is free: wait in line, be refused (see rejected), or go to the partner or "
             "the nearest facility with a free one, if there is any, and wait here otherwise."},
    {"conditions.pathway.rejected", KEY_TEXT, AT(stage_spec, rejected), ABSENT,
     .help = "Stage of those who are refused or find the waiting room full; the pathway ends when absent."},
    {"conditions.pathway.balked", KEY_TEXT, AT(stage_spec, balked), ABSENT,
     .help = "Stage of those who balk (see stations.balk_at); the pathway ends when absent."},
    {"conditions.pathway.upgrade_after", KEY_DIST, AT(stage_spec, upgrade_after), .unit = "time", ABSENT,
     .help = "Waiting in line so long changes the priority to upgrade_priority, at the end of that "
             "priority's line."},
    {"conditions.pathway.upgrade_priority", KEY_INT, AT(stage_spec, upgrade_priority), .fallback = "0",
     .low = 0, .high = 7, .help = "The priority after the upgrade."},
    {"conditions.pathway.at", KEY_REF, AT(stage_spec, at), ABSENT, .refers = "facilities",
     .help = "The facility where this stage is had; patients who are elsewhere are sent there."},
    {"conditions.pathway.refer", KEY_CHOICE, AT(stage_spec, refer), .fallback = "nearest",
     .choices = "nearest|least_waiting",
     .help =
         "Which facility patients are referred to, with missing = \"refer\": the nearest that gives the "
         "service, or of the 16 nearest the one with the fewest waiting for each server, as far as is known "
         "elsewhere (see scenario.board_refresh); the nearest of equals."},
    {"conditions.pathway.with_records", KEY_REAL, AT(stage_spec, with_records), .fallback = "1", .low = 0,
     .high = 1,
     .help = "Times the duration for patients who were referred from a facility that shares its records with "
             "this "
             "one (policies of kind telemedicine and alliance): what need not be found out again."},
    {"conditions.pathway.remote", GROUP(stage_spec, remote, remote_spec), ABSENT,
     .help =
         "What is taken at another facility while the patient stays: a consultation, a monitored bed. It is "
         "asked for by message once the stage's own needs have been taken; the stage begins when the answer "
         "has come, and takes up both until it ends."},
    {"conditions.pathway.remote.at", KEY_REF, AT(remote_spec, at), ABSENT, .refers = "facilities",
     .help =
         "The facility that is asked; absent: whom policies of kind telemedicine or alliance say for this "
         "service and the facility where the patient is. Where they say nobody, the stage cannot be had (see "
         "missing, otherwise)."},
    {"conditions.pathway.remote.needs", KEY_COUNTS, AT(remote_spec, needs), .unit = "servers", ABSENT,
     .low = 1, .high = 1e6, .help = "Its beds or resources that are taken together: { desk = 1; }."},
    {"conditions.pathway.remote.service", KEY_REF, AT(remote_spec, service), ABSENT, .refers = "services",
     .help = "Technique that is needed there, with one person who commands it, whose working week it uses."},
    {"conditions.pathway.remote.connection_time", KEY_DURATION, AT(remote_spec, connection_us),
     .fallback = "0 min",
     .help =
         "Time that the question is on its way, and the answer too. Who answers is taken up from saying yes "
         "until the stage ends; patience is counted where the question waits, and begins when it arrives."},
    {"conditions.pathway.next", LIST(stage_spec, next, next_spec), ABSENT,
     .help = "What follows, with shares that sum to 1 for every grade; the pathway ends when absent."},
    {"conditions.pathway.next.to", KEY_TEXT, AT(next_spec, to), ABSENT,
     .help = "Stage; absent: the pathway ends."},
    {"conditions.pathway.next.share", KEY_SHARE, AT(next_spec, share), .fallback = "1",
     .help = "Share of the patients concerned."},
    {"conditions.pathway.next.duration", KEY_DIST, AT(next_spec, duration), .unit = "time", ABSENT,
     .help = "Duration of the stage for those who take this way, which is drawn when the stage begins."},
    {"conditions.pathway.next.only", KEY_TEXT, AT(next_spec, only), ABSENT,
     .help = "Grade of severity that this concerns; all when absent."},
    {"conditions.outcomes", LIST(condition_spec, outcomes, outcome_spec), ABSENT, .refers = "id",
     .help =
         "What may come of it, in the order in which it is drawn; each has a logit that is a sum of terms."},
    {"conditions.outcomes.id", KEY_ID, AT(outcome_spec, id), .help = "Short name: death, complication."},
    {"conditions.outcomes.logit", KEY_REAL, AT(outcome_spec, logit), ANY_NUMBER,
     .help = "Logit for an untreated patient of the lightest grade: ln(p / (1 - p))."},
    {"conditions.outcomes.treated", KEY_REAL, AT(outcome_spec, treated), .fallback = "0", ANY_NUMBER,
     .help = "Added when treated."},
    {"conditions.outcomes.proficiency", KEY_REAL, AT(outcome_spec, proficiency), .fallback = "0", ANY_NUMBER,
     .help = "Added when treated by someone of full proficiency; in proportion below."},
    {"conditions.outcomes.delay", KEY_REAL, AT(outcome_spec, delay_per_h), .unit = "per h", .fallback = "0",
     ANY_NUMBER, .help = "Added for each hour between onset and treatment."},
    {"conditions.outcomes.by_class", KEY_NAMED_REALS, AT(outcome_spec, by_class), ABSENT, ANY_NUMBER,
     .help = "Added by grade of severity: { moderate = 0.8; severe = 2.1; }."},
    {"conditions.outcomes.watched", KEY_REAL, AT(outcome_spec, watched), .fallback = "0", ANY_NUMBER,
     .help = "Added when watched from afar during a stay (see the policy telemedicine)."},
    {"conditions.outcomes.good", KEY_BOOL, AT(outcome_spec, good), .fallback = "false",
     .help = "A success, such as a birth, rather than a harm: counted as such."},
    {"conditions.outcomes.daly", KEY_REAL, AT(outcome_spec, daly), .unit = "years", .fallback = "0", .low = 0,
     .high = 1000, .help = "Healthy life years that each such event costs."},
};
TABLE(conditions);

static const struct key_row experts_rows[] = {
    {"experts", LIST(scenario, experts, expert_spec), ABSENT, .refers = "id",
     .help = "People whose time policies move: at home, elsewhere, remote, teaching."},
    {"experts.id", KEY_ID, AT(expert_spec, id), .help = "Short name for references and results."},
    {"experts.name", KEY_TEXT, AT(expert_spec, name), ABSENT, .help = "Name for people; the id when absent."},
    {"experts.home", KEY_REF, AT(expert_spec, home), .refers = "facilities",
     .help = "The hospital that employs the expert and lacks what the expert gives elsewhere; a rule: one at "
             "each of its hospitals."},
    {"experts.service", KEY_REF, AT(expert_spec, service), .refers = "services",
     .help = "What the expert commands."},
    {"experts.count", KEY_INT, AT(expert_spec, count), .unit = "people", .fallback = "1", .low = 1,
     .high = 10000,
     .help =
         "So many alike at the home, each with a body and a week of their own: ID.1, ID.2 ... in results."},
    {"experts.week", KEY_DURATION, AT(expert_spec, week_us), .fallback = "40 h", .low = 0,
     .high = 168 * 3600e6, .help = "Working time a week, all activities together."},
};
TABLE(experts);

static const struct key_row policies_rows[] = {
    {"policies", LIST(scenario, policies, policy_head), ABSENT, .refers = "name",
     .help = "What is done about access to care; further keys depend on the kind."},
    {"policies.name", KEY_ID, AT(policy_head, name), .help = "Short name."},
    {"policies.kind", KEY_TEXT, AT(policy_head, kind), .help = "Kind of policy."},
    {"policies.active", KEY_BOOL, AT(policy_head, active), .fallback = "true",
     .help = "false: the policy is described but not in force."},
};
TABLE(policies);

static const struct key_row targets_rows[] = {
    {"targets", LIST(scenario, targets, target_spec), ABSENT, .refers = "fact",
     .help = "Reported facts beside which simulated values are printed."},
    {"targets.fact", KEY_TEXT, AT(target_spec, fact), .help = "Id of a row in the files of scenario.facts."},
    {"targets.quantity", KEY_TEXT, AT(target_spec, quantity),
     .help = "The simulated quantity to compare with it."},
    {"targets.at", KEY_REF, AT(target_spec, at), ABSENT, .refers = "facilities",
     .help = "Only at this facility."},
    {"targets.group", KEY_REF, AT(target_spec, group), ABSENT, .refers = "groups",
     .help = "Only at the facilities of this group, together; for what is counted by facility."},
    {"targets.place", KEY_TEXT, AT(target_spec, place), ABSENT,
     .help = "Only people of the place with this code."},
    {"targets.service", KEY_REF, AT(target_spec, service), ABSENT, .refers = "services",
     .help = "Only this service."},
    {"targets.condition", KEY_REF, AT(target_spec, condition), ABSENT, .refers = "conditions",
     .help = "Only this condition."},
    {"targets.conditions", KEY_TEXTS, AT(target_spec, conditions), ABSENT,
     .help = "Only these conditions, together."},
    {"targets.from", KEY_DATE, AT(target_spec, from_us), ABSENT,
     .help = "First day; the end of the warm-up when absent."},
    {"targets.to", KEY_DATE, AT(target_spec, to_us), ABSENT,
     .help = "Day after the last; the end when absent."},
    {"targets.on", KEY_DATE, AT(target_spec, on_us), ABSENT,
     .help = "The day, for quantities that are a state."},
    {"targets.scale", KEY_REAL, AT(target_spec, scale), .fallback = "1", ANY_NUMBER,
     .help = "Factor from the simulated value to the unit of the fact."},
    {"targets.plus", KEY_REAL, AT(target_spec, plus), .fallback = "0", ANY_NUMBER,
     .help = "Added after that: with over_from, plus = -1 makes a relative change."},
    {"targets.over_from", KEY_DATE, AT(target_spec, over_from_us), ABSENT,
     .help = "First day of a period by whose value that of the target is divided: a ratio."},
    {"targets.over_to", KEY_DATE, AT(target_spec, over_to_us), ABSENT, .help = "Day after the last of it."},
};
TABLE(targets);

const struct key_table *const key_tables[] = {
    &scenario_table, &places_table,     &travel_table,  &services_table, &groups_table,  &facilities_table,
    &stations_table, &conditions_table, &experts_table, &policies_table, &targets_table, &design_table,
};
const size_t key_table_count = sizeof key_tables / sizeof key_tables[0];
