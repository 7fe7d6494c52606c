#ifndef COUNTERPART_MODELS_WORLD_H
#define COUNTERPART_MODELS_WORLD_H

/* One replication of a scenario: built, run, read out. What study/ needs to know
 * of the model. */

#include <stddef.h>
#include <stdint.h>

#include "models/ledger.h"
#include "models/scenario.h"
#include "sim/err.h"

struct world;

/* Builds everything that the scenario describes and checks what the key table cannot: places, stages, routing
 * shares ... (problems gathered as scenario_load() does). The scenario must outlive the world. The caller
 * frees. */
MUST_CHECK struct world *world_new(const struct scenario *scenario, uint32_t replication, struct err *err);
void world_free(struct world *world);

/* Runs warm-up and length. `progress`, when not NULL, is called now and then with the share done. */
typedef void world_progress(void *data, double share);
MUST_CHECK int world_run(struct world *world, world_progress *progress, void *data, struct err *err);

/* Runs up to a time within the run, which world_run() goes on from; what happens is the same. */
MUST_CHECK int world_run_until(struct world *world, int64_t until_us, world_progress *progress, void *data,
                               struct err *err);
/* After the run, when counts and what is computed from them is all that will be asked for: those who are
 * still patients take much of the memory of a large world. */
void world_forget_patients(struct world *world);

/* How long it runs, warm-up included; the end of the warm-up. */
int64_t world_end_us(const struct world *world);
int64_t world_warmup_us(const struct world *world);

/* The scenario without policies that start at this time or later: worlds for which it is the same, and the
 * seed, are the same up to then. Malloc'ed. */
MUST_CHECK char *world_base(const struct world *world, int64_t at_us, struct err *err);

/* The state at the time up to which the world has been run, before the events and the planning of that time.
 * A world that is the same up to then, and has been built and not run, can take it up, however it is cut;
 * after a failure it is fit for world_free() only. */
struct state_reader;
struct state_writer;
MUST_CHECK int world_save(const struct world *world, struct state_writer *writer, struct err *err);
MUST_CHECK int world_restore(struct world *world, struct state_reader *reader, struct err *err);

/* Before the run: its partitions run on so many threads. Results do not depend on it. */
MUST_CHECK int world_set_threads(struct world *world, unsigned threads, struct err *err);

const struct scenario *world_scenario(const struct world *world);

/* How the world is cut, and what set it. */
struct world_cut {
    unsigned partitions;
    const char *merged_because; /* NULL: not merged into one */
    int64_t window_us;
    int64_t far_window_us; /* not shorter: where nobody falls ill who is not on the way */
    const char *window_set_by;
};
struct world_cut world_cut(const struct world *world);

uint64_t world_events(const struct world *world);      /* of patients and wards, handled so far */
uint64_t world_fingerprint(const struct world *world); /* of the compiled tables */

/* Of a dimension of the ledger: labels are ids (codes), names are for people. All texts live as long as the
 * world. */
struct world_dimension {
    const char *name, *long_name; /* "facility" ... */
    size_t size;
    const char *const *labels;
    const char *const *names;
};
struct world_dimension world_dimension(const struct world *world, enum ledger_dim dim);
const struct ledger *world_ledger(const struct world *world);

/* What is known of places and facilities besides names: a column of numbers or of texts along a dimension. */
struct world_column {
    enum ledger_dim dim;
    const char *name, *unit, *long_name; /* unit NULL for texts */
    const double *values;                /* NULL for texts */
    const char *const *texts;
};
size_t world_columns(const struct world *world, const struct world_column **columns);

/* When active policies are at work, since the start; to_us is INT64_MAX for good. */
struct world_period {
    const char *policy;
    int64_t from_us, to_us;
};
size_t world_periods(const struct world *world, const struct world_period **periods);

/* After the run: how many of a place were treated at a facility in a step, in the order of step, place and
 * facility, where it was more than none. Empty where it is not counted (scenario.flows). */
struct world_flow {
    uint32_t step, place, facility; /* along their dimensions */
    int64_t treated;
};
size_t world_flows(const struct world *world, const struct world_flow **flows);

/* Numbers of the whole replication after the warm-up ("procedures", "station/desk/wait_mean"): the same names
 * in the same order in every replication. NaN where undefined. */
struct metric {
    const char *name, *unit;
    double value;
};
size_t world_metrics(const struct world *world, const struct metric **metrics);

/* Keeps a record of every visit of a patient to a station or ward; to be asked for before the run. */
MUST_CHECK int world_trace(struct world *world, struct err *err);

/* Keeps what happens to every patient after the warm-up (see fate.h), in a file without a name in `folder`;
 * background conditions are left out. To be asked for before the run, and before a state is taken up. */
MUST_CHECK int world_keep_fates(struct world *world, const char *folder, struct err *err);
/* With fates kept, and before the run: this one does not fall ill. */
void world_leave_out(struct world *world, size_t stream, uint32_t ordinal);
/* The patients of one condition in one place, in the order in which they fall ill; the backlog of the start
 * is a list of its own. Texts live as long as the world. */
struct world_stream {
    const char *place, *condition; /* labels of their dimensions */
    uint64_t identity;             /* the same in every world */
    size_t count;                  /* of patients so far; 0 for background conditions */
    unsigned classes;              /* of severity */
};
size_t world_streams(const struct world *world); /* the backlogs come last, in the same order */
struct world_stream world_stream(const struct world *world, size_t i);
/* The name of a class of severity; "" where there is one class for all. */
const char *world_class(const struct world *world, size_t stream, unsigned class_);
/* Copies the codes (see fate.h) of some of them. */
void world_fates(const struct world *world, size_t stream, size_t first, size_t count, uint64_t *codes);

/* A visit, or the part of one until an interruption. Texts live as long as the world. */
enum world_visit_time { VISIT_ARRIVED, VISIT_STARTED, VISIT_ENDED, VISIT_LEFT, VISIT_TIMES };
struct world_visit {
    const char *condition, *place; /* of the patient; place NULL where there are none */
    uint32_t ordinal;              /* among the patients of this condition and place */
    uint32_t visit;                /* of this stage by this patient, from 0 */
    const char *station, *service; /* "": not let into the system; service: of the facility `station`, where
                                    * only a person is waited for, or NULL */
    int64_t time_us[VISIT_TIMES];  /* since the start; INT64_MAX: has not happened */
    const char *how;               /* "served" ...; "" when the patient is still there */
};
/* After the run: those of all who have left in the order of leaving, then those of who is still there. */
size_t world_visits(const struct world *world);
struct world_visit world_visit(const struct world *world, size_t i);

/* Of a scenario with places.sample below 1; otherwise zero. */
struct world_sample {
    double share; /* of the people of the selected places */
    size_t prefectures;
    size_t outside; /* facilities that are closed for it */
};
struct world_sample world_sample(const struct world *world);

/* Reported facts beside this replication's value. */
struct target_value {
    const char *fact, *role, *quantity, *unit;
    double reported, low, high; /* NaN where the facts file gives none */
    double value;
};
size_t world_targets(const struct world *world, const struct target_value **targets);

#endif
