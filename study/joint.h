#ifndef COUNTERPART_STUDY_JOINT_H
#define COUNTERPART_STUDY_JOINT_H

/* What happened to the same people in two worlds: how many died in one and live in
 * the other, were treated here instead of there, waited less or more, paid less or
 * more. Which pairs of fates belong together is known because the luck is common:
 * the two worlds alone would leave it open, within the bounds given beside. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "models/fate.h"
#include "sim/err.h"
#include "sim/mem.h"
#include "study/fate_file.h"
#include "study/stats.h"

/* What is counted, one row each: name, description. */
/* clang-format off */
#define JOINT_FIELDS(FIELD) \
    FIELD(patients, "patients who were there after the warm-up, in either world") \
    FIELD(touched, "to whom anything else happened than in the base") \
    FIELD(saved, "died in the base, not here") \
    FIELD(lost, "died here, not in the base") \
    FIELD(died_in_both, "died in both worlds") \
    FIELD(spared, "had a complication or died in the base, neither here") \
    FIELD(harmed, "had a complication or died here, neither in the base") \
    FIELD(harmed_in_both, "had a complication or died in both worlds") \
    FIELD(treatment_gained, "treated here, not in the base") \
    FIELD(treatment_lost, "treated in the base, not here") \
    FIELD(treated_in_both, "treated in both worlds") \
    FIELD(nearer, "treated in both, nearer home here (by 1/32 of the way, or a minute)") \
    FIELD(farther, "treated in both, farther from home here") \
    FIELD(sooner, "treated in both, after a shorter wait here (by 1/64 of it, or a minute)") \
    FIELD(later, "treated in both, after a longer wait here") \
    FIELD(cheaper, "paid less here than in the base, as patients do") \
    FIELD(dearer, "paid more here than in the base") \
    FIELD(paid_more_fen, "what they paid here beyond what they paid in the base, in hundredths of a yuan")
/* clang-format on */
#define JOINT_ENUM(name, help) JOINT_##name,
enum joint_field { JOINT_FIELDS(JOINT_ENUM) JOINT_COUNT };
extern const char *const joint_names[JOINT_COUNT];
extern const char *const joint_help[JOINT_COUNT];
extern const char *const joint_where[FATE_WHERES]; /* "county" ... */

struct joint_counts {
    int64_t of[JOINT_COUNT];
};

/* The people of one condition and class of severity. */
struct joint_class {
    const char *condition, *name; /* name "": one class for all */
    struct joint_counts sum;
};

struct joint_place {
    const char *place;
    struct joint_counts sum;
};

/* One world against its base; sums are over all replications. Texts belong to the base's file. */
struct joint {
    size_t replications;
    struct joint_counts *by_replication;
    double *room; /* for one column of them while it is looked at */
    struct joint_counts sum;
    int64_t where[FATE_WHERES][FATE_WHERES]; /* [base][here] */
    struct joint_class *classes;
    size_t class_count;
    struct joint_place *places;
    size_t place_count;
    struct arena arena; /* owns all of these */
};

/* Somebody who is left out of one of the worlds. */
struct joint_absent {
    size_t stream;
    uint64_t number; /* in the order of falling ill */
    bool known;      /* false: nobody was treated */
};

/* Room for the counts of so many replications. Zeroes *joint first. */
MUST_CHECK int joint_init(struct joint *joint, size_t replications, struct err *err);

/* Of the first replications, which both files must have. absent: by replication, of whom nothing is counted;
 * NULL: nobody. Zeroes *joint first. */
MUST_CHECK int joint_of(struct joint *joint, const struct fate_file *base, const struct fate_file *other,
                        size_t replications, const struct joint_absent *absent, struct err *err);
void joint_free(struct joint *joint); /* safe to repeat */

/* Over replications; a sum as the mean of a replication. */
struct stats joint_stats(const struct joint *joint, enum joint_field field);
double joint_mean(const struct joint *joint, int64_t sum);

/* The count that two margins allow, whatever belongs together (Frechet): how many of `all` have what
 * `some` and `others` of them have. */
struct joint_bounds {
    int64_t low, high;
};
struct joint_bounds joint_frechet(int64_t all, int64_t some, int64_t others);

/* The bounds of a count that the margins leave open (saved, lost, spared, harmed, treatment_gained,
 * treatment_lost); false for others. */
bool joint_bounds_of(const struct joint_counts *counts, enum joint_field field, struct joint_bounds *bounds);
/* The same for the sum, within every condition and class of severity. */
bool joint_bounds_within(const struct joint *joint, enum joint_field field, struct joint_bounds *bounds);

/* One patient of a replication at random, among those who fell ill after the warm-up and were treated. */
MUST_CHECK int joint_pick(const struct fate_file *file, uint64_t seed, uint32_t replication,
                          struct joint_absent *absent, struct err *err);

#endif
