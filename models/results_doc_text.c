/* What docs/results.md says before and after its tables, section by section. */

#include <stddef.h>

extern const char *const results_doc_introduction[];
extern const char *const results_doc_after[];

/* clang-format off */
const char *const results_doc_introduction[] = {
    "# Results\n"
    "\n"
    "<!-- Written by `counterpart keys --results --markdown`; change models/ledger_fields.h, models/quantities.c or models/results_doc_text.c instead. -->\n"
    "\n"
    "What a result file of `counterpart run` holds: output fields (a value for every step of the series), metrics (a value for every replication), and targets (what was reported beside what is simulated). [results/README.md](../results/README.md) shows how to open one; `counterpart keys --results` prints the tables below on the terminal.\n"
    "\n",

    "## Dimensions\n"
    "\n"
    "| dimension | what | there when |\n"
    "|---|---|---|\n"
    "| `replication` | runs with luck of their own, from 0; replication *k* of two scenarios with one seed has the same patients | always |\n"
    "| `time` | steps of the series (`scenario.step`), dated by their begin; `time_end` holds their end. The end of the warm-up and of the run cut steps short. With `step = \"none\"` there is one step for the warm-up and one for the rest | always |\n"
    "| `place` | the places that the scenario selects, and those where its facilities stand or its arrivals happen; `here` in a scenario without places | always |\n"
    "| `facility`, `condition`, `service`, `expert` | ids as in the scenario; facilities made by rule are `ID.CODE` | the scenario has any |\n"
    "| `home_province`, `province` | the provinces of the places, in the order of their first places: where people live, and where they are cared for | the places are of 2 to 128 provinces |\n"
    "| `wait_class`, `travel_class` | classes of waits and of travel times, named by the shortest of each; `wait_class_from` and `travel_class_from` hold it in hours | there are places |\n"
    "| `metric` | name of a number of the whole replication | always |\n"
    "| `target` | the facts that the scenario lists under `targets` | there are targets |\n"
    "\n"
    "A field stands in the file when all its dimensions do.\n"
    "\n",

    "## Conventions\n"
    "\n"
    "**The warm-up.** The series begin with the run, warm-up included; the attribute `warmup_days` says how many days to leave out. A metric is over everything after the warm-up, and so is a target that gives no dates.\n"
    "\n"
    "**What is dated by what.** Each event counts in the step in which it happens. Patients are dated by falling ill; a treatment, its wait and its procedure by the begin of the treatment; deaths, complications, DALY, `untreated`, `procedures_ended` and the stays after them by the end of the pathway; a journey by its departure; an admission by the arrival. So a patient who fell ill in March and is treated in June counts as ill in March and as treated in June, and a ratio of the two over a short period is of different people. Costs are dated by what is paid for: the price of an admission by the arrival, fares (there and back) by the departure, a stay (price per day, lodging, wages lost) by its begin.\n"
    "\n"
    "**Treated** is who began a stage with `treats`, once, at the first such stage. **Untreated** is who came to such a stage and whose pathway ended without it. A patient for whom a treatment window had closed before (`too_late`) counts as too late, and not as untreated when no treating stage was reached. Who still waits is neither: their number is `waiting_at_home` and `in_line`.\n"
    "\n",

    "**Bypassing.** Who sets out for a facility for the first time with this illness has *sought care*. Who does so by "
    "own choice (`first` or the stage's `choice` is `\"utility\"`) and goes to a facility that is farther, by travel "
    "time, than another that gives the stage and takes such patients has *bypassed* that one: the usual definition, of "
    "whoever goes to another than the nearest available facility (Kruk and others 2009, Health Policy and Planning "
    "24:279), among those that can treat. What is known on the notice board counts. Equally near is not nearer. Care that comes home (home visits, online hospitals) neither "
    "bypasses nor is bypassed. Looked at are the facilities that the patient chose from and the sixteen nearest that "
    "could ever give the stage. Who is brought to a facility, goes to the nearest, or is sent to a gate of tiering does "
    "not bypass.\n"
    "\n",

    "**Beds.** `beds_occupied` by `beds_open` is the occupancy of a facility (`bed_occupancy`): bed-hours held by "
    "patients, blocked ones included, by bed-hours there. Resources other than beds are left out; a ward or resource "
    "alone is measured when `stations` lists it.\n"
    "\n"
    "**Quantiles by place.** The treated of each place and step are counted by how long they waited (`treated_by_wait`) and how far they travelled (`treated_by_travel`), in classes of 3.75 min up to half an hour and then four for every doubling, so that counts of months, places and replications can be added and a quantile be read off the sum, known to a class (an eighth or so of its value; interpolate inside for more). A file of a year of all 2,848 counties by month has 29 MB of them before compression. Metrics have the quantiles of everybody, four times as fine (`wait_p50` ...).\n"
    "\n"
    "**The initial backlog** (`arrivals.backlog`) fell ill before the run: these patients are not in `patients`, but count like all others when they are treated, give up or end, with a wait that goes back to when they fell ill.\n"
    "\n"
    "**Kinds.** A *count* is of events in the step and a *sum* of a quantity over them: add them over time and places. A *level* is the value at the end of the step: take the last one, never add over time. A *mean* is over the time of the step: average it over steps (weighted by their length), add it over places. Levels are no metrics. `proficiency` is a mean over people and is not to be added over anything. The attribute `cell_methods` of a field says which it is: `time: sum` of counts and sums, `time: point` of levels, `time: mean` of means.\n"
    "\n"
    "**Background** conditions (`background = true`) have fields, and metrics of their own (`condition/ID/...`), but are left out of metrics over all conditions and of the flows between provinces.\n"
    "\n"
    "**Local staff.** `procedures_by_locals` are all that no visitor began: of independent local staff, of experts at their home, and of services with `unlimited` staff, for which no people are counted.\n"
    "\n"
    "**Travel** is of everybody, treated or not: `travel_time_per_treated` divides all journeys by the patients treated, and is large where few of many travellers are; `travel_to_treatment` is the way of the treated alone, from home to where they are treated.\n"
    "\n"
    "**Units.** `h` hours, `d` days (24 h), `km`, `CNY`, `h2` hours squared, and `1` for counts, shares and years of life. Fields are kept as whole numbers of events, microseconds, metres and fen, and only turned into these units when written.\n"
    "\n"
    "**Missing.** NaN is undefined (a mean over nobody) or not reported. Counts are never missing.\n"
    "\n",

    "## Output fields\n",

    NULL,
};

const char *const results_doc_after[] = {
    "\n## Metrics\n"
    "\n"
    "`metric_value` has one number a replication and metric, `metric_unit` its unit.\n"
    "\n"
    "| name | what |\n"
    "|---|---|\n"
    "| `NAME` | field or quantity of the people of all places, over all conditions but background ones |\n"
    "| `wait_p50`, `wait_p90`, `wait_p99` | quantiles over those treated of the time from asking for treatment to its begin, in days, from a histogram whose bins are 1/32 wide relative to the value |\n"
    "| `travel_to_treatment_p50`, `_p90`, `_p99` | the same of the travel time from home to where they are treated, one way, in hours |\n"
    "| `condition/ID/NAME` | the same of one condition, when there are several |\n"
    "| `facility/ID/SERVICE/NAME` | field or quantity of a service at a facility that lists it |\n"
    "| `expert/NAME` | field of experts, over all of them |\n"
    "| `equity/NAME/gini`, `/theil`, `/concentration` | how evenly NAME is spread over the places that the scenario selects, weighted by their people: `treated_per_person`, `met_share`, `travel_to_treatment_mean`, `daly_per_person`. Gini index and Theil\'s T are 0 when all places have the same. The concentration index is below 0 when those near to a facility of at least the provincial level have more (`place_remoteness` ranks them), above 0 when the remote have |\n"
    "| `discounted/NAME` | `daly` and the three costs as of the end of the warm-up: a year of life lost or a yuan counts less by `scenario.discount` for every year that it comes later; a step of the series counts by its middle, a year has 365.25 days |\n"
    "| `year/N/NAME` | costs of the N-th year after the warm-up, not discounted; a step of the series counts in the year in which it begins |\n"
    "| `station/ID/M` | statistic of a station that the scenario lists under `stations`, or of a facility's resource listed there (`station/banner.elective_list/M`) |\n"
    "| `station/ID/class/CONDITION/M` | the same of the patients of one condition |\n"
    "| `system/M` | statistic of everything |\n"
    "| `system/class/CONDITION/M` | the same of the patients of one condition, when there are several |\n"
    "\n"
    "Metrics on places, experts and services are there when the scenario has places. Output fields that are counts or sums become the sum after the warm-up; means become the mean over the time after it.\n"
    "\n",

    "### Statistics of stations\n"
    "\n"
    "| M | unit | what |\n"
    "|---|---|---|\n"
    "| `arrivals`, `served`, `reneged`, `balked`, `rejected` | 1 | who came, whose service ended, who left the line, who did not join it, who found no room; after the warm-up, each when it happened |\n"
    "| `interrupted`, `blocked` | 1 | services interrupted; times that somebody who had been served kept the servers and waited to go on |\n"
    "| `reneged_share`, `balked_share`, `rejected_share` | 1 | these numbers by `arrivals` |\n"
    "| `wait_mean`, `wait_var` | h, h2 | time in line of those whose service began: mean and variance |\n"
    "| `wait_p50`, `wait_p90`, `wait_p95`, `wait_p99` | h | percentiles of the same, from a histogram whose bins are 1/32 wide relative to the value (1/1024 with `scenario.fine_quantiles`) |\n"
    "| `wait_any` | 1 | share that waited at all, of those whose service began and of those who left the line, who all waited |\n"
    "| `wait_over/TIME` | 1 | share of those whose service began that waited longer than each time of `stations.wait_over`, written without spaces (`wait_over/0.5h`) |\n"
    "| `wait_all_mean` | h | mean time in line of those whose service began and of those who left the line |\n"
    "| `sojourn_mean` | h | mean time from arrival to the end of service, of those served |\n"
    "| `queue_mean`, `occupancy_mean`, `present_mean` | 1 | number in line, servers busy, both together: means over time |\n"
    "| `utilisation` | 1 | servers busy by servers there, both as means over time; undefined without a limit of servers |\n"
    "| `blocked_share` | 1 | servers held by the blocked by servers there, likewise |\n"
    "| `present_var` | 1 | variance over time of the number in line or in service; not by class |\n"
    "| `occupancy_distribution/N`, `occupancy_distribution/more` | 1 | share of the time with exactly N of them, up to `stations.occupancy_to`, and with more; not by class |\n"
    "| `overtime_mean` | h | time from the end of a shift until a server relieved then is free, those at once included; not by class |\n"
    "| `at/TIME/present`, `at/TIME/queue`, `at/TIME/busy` | 1 | number in line and in service, in line, in service at each time of `scenario.observe` (`at/5h/queue`), before the events of that time; with `scenario.observe_cycle` the mean over all cycles |\n"
    "| `at/TIME/all_busy` | 1 | 1 when no server is free then, 0 otherwise and without a limit of servers; not by class |\n"
    "\n"
    "In service are servers, not people, where one person takes several; a class has the servers of its patients at every station that a stage needs, so that classes add up to the whole. Arrivals, waits and sojourns are those of the station that the stage names first.\n"
    "\n"
    "Waits and sojourns are of those who came after the warm-up and are counted when they end; who still waits at the end of the run is counted as having arrived only. Levels over time are of everybody who is there, whenever they came.\n"
    "\n"
    "For everything: `system/arrivals`, `system/left` and `system/rejected` (patients who fell ill, whose pathway ended, and who were not let in, after the warm-up), `system/sojourn_mean` (h, from asking for care to the end of the pathway, of those who asked after the warm-up), `system/present_mean` (patients under way, mean over time), `system/at/TIME/present` (patients under way at a set time). By class there are `arrivals`, `left`, `rejected` and `sojourn_mean`.\n"
    "\n",

    "## Traces\n"
    "\n"
    "`counterpart run --trace FILE` writes one row a visit of a patient to a station, a facility's resource or the line for an operator (CSV):\n"
    "\n"
    "| column | what |\n"
    "|---|---|\n"
    "| `replication` | from 0 |\n"
    "| `patient` | CONDITION@PLACE#ORDINAL, without @PLACE where there are no places; the ordinal counts the people of that condition and place from 0 (those of the initial backlog from 2147483648) and names the same person in every variant |\n"
    "| `class` | condition |\n"
    "| `station` | STATION, FACILITY.RESOURCE (the first that the stage needs), FACILITY.SERVICE where nothing but a person is needed; empty for who is not let into the system |\n"
    "| `visit` | how often the patient has ended this stage before |\n"
    "| `arrived`, `started`, `ended`, `left` | seconds since the start of the scenario: asks for the servers, has them, the service is over, the servers are given back; empty when it has not happened |\n"
    "| `how` | `served`; `blocked` (served, then held up); `interrupted`; `reneged`; `transferred` (taken out of the line to go on elsewhere); `rejected`; `balked`; empty for who is still there at the end |\n"
    "\n"
    "An interruption ends a row; the visit goes on in another one with the same `visit` and `arrived`. Rows stand in the order of `left`, then `how` (as listed here), place, condition and ordinal; who is still there comes last. The warm-up is included. Rows do not depend on the number of threads, and a trace does not change the result.\n"
    "\n",

    "## Targets\n"
    "\n"
    "A target compares a fact of a facts file with a field or quantity: over the steps from `from` to `to`, or at `on` (the end of the step before that date), at the facility, service, place and condition that it names, over all of those that it does not. `target_value` is simulated, in the unit of the fact (`scale` converts); `target_reported`, `target_low` and `target_high` are what the facts file says; `target_role` tells whether the model was fitted to the fact (`fit`), predicts it (`predict`), or uses it as an input.\n",

    "## Comparisons\n"
    "\n"
    "`counterpart compare BASE ALTERNATIVE... -o FILE` writes a file with the dimensions `scenario` (the base first), `replication` and `metric`. Metrics are matched by name, and names hold ids: what only one world has is undefined (NaN) in the others. `metric_value(scenario, replication, metric)` is what each replication gave, `metric_unit(metric)` its unit; `scenario_title`, `scenario_written` and `scenario_resolved` are the scenarios. By scenario and metric, undefined for the base, and in columns of the same names from `--csv`:\n"
    "\n"
    "| variable | what |\n"
    "|---|---|\n"
    "| `base_mean`, `alternative_mean` | means over the replications |\n"
    "| `difference`, `difference_sd` | mean and standard deviation of the paired differences, alternative minus base in the same replication |\n"
    "| `ci95_low`, `ci95_high` | 95% interval of the difference, by Student's t |\n"
    "| `together_low`, `together_high` | intervals that hold at once with 95% for all alternatives of a metric (Bonferroni: right however the worlds depend on each other) |\n"
    "| `relative`, `relative_low`, `relative_high` | difference over the size of the base's mean, with Fieller's 95% interval; undefined where the base may be 0 |\n"
    "| `variance_ratio`, `variance_ratio_low`, `variance_ratio_high` | variance of the paired difference over that of independent runs (the sum of both variances), with a 95% interval by the jackknife of its logarithm: 0.01 means that independent runs would need a hundred times as many replications for the same precision |\n"
    "\n"
    "**With `--patients`** also what happened to the same people, who are known by their common luck. A patient of the comparison is who was there at any time after the warm-up, of conditions that are not background.\n"
    "\n"
    "| variable | what |\n"
    "|---|---|\n"
    "| `change`, `change_meaning` | what is counted: `saved` (died in the base, not here), `lost`, `treatment_gained`, `nearer`, `sooner`, `cheaper` ...; `change_meaning` says each in words |\n"
    "| `patient_changes(scenario, replication, change)` | how many; the base is set against itself. `died_in_both` + `saved` are the deaths of the base, `died_in_both` + `lost` those here, and so on; `paid_more_fen` is money |\n"
    "| `patient_changes_by_home(scenario, home, change)`, `patient_changes_by_class(scenario, patient_class, change)` | the same by home, and by condition and class of severity; sums over all replications |\n"
    "| `patient_where(scenario, where_in_base, where_treated)` | where they were treated in the base and here; `before`: before the end of the warm-up; sums over all replications |\n"
    "| `patient_placebo(scenario, replication, change)` | what changes for all others when one treated patient, drawn at random, never falls ill in the same world: how much of the table congestion alone makes |\n"
    "\n"
    "Waits are compared by classes of 1/64 of their length and travel times by 1/32, or a minute where that is more; smaller differences count as none.\n"
    "\n"
    "**With `--worth`** also what the alternative is worth. Attributes say `worth_perspective`, `worth_threshold`, `price_year` and `discount`.\n"
    "\n"
    "| variable | what |\n"
    "|---|---|\n"
    "| `worth_cost`, `worth_dalys_averted` (scenario, replication) | discounted costs beyond the base, of those whose perspective is taken, and discounted DALYs fewer than in the base |\n"
    "| `acceptability(scenario, threshold)` | chance that the mean net benefit is above 0 when averting a DALY may cost so much: share of 2,000 bootstrap samples of the replications |\n"
    "| `acceptability_share(scenario, threshold)` | share of the replications in which it is |\n"
    "| `budget_insurers`, `budget_programme` (scenario, replication, year) | paid beyond the base in each year after the warm-up, not discounted, as is the convention for budget impact |\n"
    "\n"
    "These are chances of the simulated luck alone. How sure one may be of what the scenario assumes is another question, which a sensitivity analysis answers.\n"
    "\n"
    "With `--until` the number of replications depends on what they gave. Intervals then cover a little less than they say; [validation](validation.md) has by how much.\n"
    "\n",

    NULL,
};
/* clang-format on */
