#ifndef COUNTERPART_MODELS_PATIENT_H
#define COUNTERPART_MODELS_PATIENT_H

/* The people in flight: one plain record of 64 bytes each, named by its index. A
 * patient's luck is a function of the stream, the ordinal in it and the purpose,
 * never of the record or of what happened before. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/err.h"
#include "sim/mem.h"
#include "sim/rng.h"

/* What a patient draws for. The order is part of every result: append only. */
enum draw {
    DRAW_ARRIVAL = 1, /* words: gap before the arrival, severity class, delay, patients in the arrival */
    DRAW_STAGE,       /* words: duration, route, patience, - */
    DRAW_CHOICE,      /* per facility: its appeal to this patient */
    DRAW_STAY,        /* the appeal of waiting at home */
    DRAW_REVIEW,      /* time until the next choice; by attempt */
    DRAW_OUTCOME,     /* one word an outcome, four a draw */
    DRAW_BACKLOG,     /* words: size of the backlog, time since onset, first review, class */
    DRAW_TRAINEE,     /* words: cases to independence, time until leaving, -, - */
    DRAW_ON_DUTY,     /* per trainee and case */
    DRAW_LINE,        /* words: time until the upgrade, -, -, - */
    DRAW_VISIT,       /* of a policy that sends people: time until the next batch, by number of the batch */
};

enum patient_flag {
    PATIENT_NEEDED = 1, /* has come to a stage that treats */
    PATIENT_TREATED = 2,
    PATIENT_WAITING = 4,   /* stands in a line */
    PATIENT_IN_CARE = 8,   /* holds servers */
    PATIENT_AT_HOME = 16,  /* waits at home for a treatment */
    PATIENT_PLACED = 32,   /* the facility for this stage has been chosen */
    PATIENT_LATE = 64,     /* has been counted as too late */
    PATIENT_REFUSED = 128, /* has been counted as asking where the service is not offered */
};

enum patient_more {
    PATIENT_MOVED = 1,       /* to another facility since the treatment */
    PATIENT_UPGRADED = 2,    /* to the stage's other priority */
    PATIENT_INTERRUPTED = 4, /* has been served for a while and waits to go on */
    PATIENT_HOLDS = 8,       /* servers of stages before, see struct extra */
    PATIENT_SOUGHT = 16,     /* has set out for a facility */
    PATIENT_ASKS = 32,       /* has what is needed here and awaits an answer from elsewhere */
    PATIENT_STANDS_IN = 64,  /* for a patient elsewhere, in the lines of the facility that is asked */
    PATIENT_REFERRED = 128,  /* by a facility that the patient has been to */
};

#define PATIENT_NOWHERE UINT32_MAX
#define PATIENT_NO_EVENT UINT8_MAX

struct patient {
    int64_t due_us;   /* the event that this record waits for; others with its name are stale */
    int64_t asked_us; /* sought care first */
    int64_t onset_us;
    int64_t since_us; /* joined the line, or began to be served */
    uint32_t stream, ordinal;
    uint32_t facility; /* PATIENT_NOWHERE */
    uint16_t operates; /* person who operates (in the offer), station picked (among several) or, at a stay,
                          the next stage, index + 1; 0: none */
    uint16_t stage;    /* in the world's table of stages */
    union {
        int64_t treated_us; /* when the treatment began */
        uint64_t way;       /* until then: from home to the facility, see patient_keep_way(); 0: not known */
        int64_t stay_us;    /* drawn ahead at a plain stage, of which there are none where anything treats */
    };
    uint8_t proficiency; /* of who treated, 255 at the plateau */
    uint8_t still;       /* events in a row that took no time */
    uint8_t severity;    /* class */
    uint8_t due_kind;
    uint8_t flags;
    uint8_t attempt; /* of choosing, for this stage */
    uint8_t more;    /* enum patient_more */
    uint8_t shift;   /* of the ward's timetable when the service began */
};

_Static_assert(sizeof(struct patient) <= 64, "a patient in flight is one cache line");

/* A way as the record has room for it: up to six days and 33,000 km. One that is longer is not kept. */
enum { PATIENT_WAY_METRES = 25, PATIENT_WAY_US = 64 - PATIENT_WAY_METRES };
static inline void patient_keep_way(struct patient *patient, int64_t us, int64_t m)
{
    const bool fits = (uint64_t)us >> PATIENT_WAY_US == 0 && (uint64_t)m >> PATIENT_WAY_METRES == 0;
    patient->way = fits ? (uint64_t)us << PATIENT_WAY_METRES | (uint64_t)m : 0;
}
static inline int64_t patient_way_us(const struct patient *patient)
{
    return (int64_t)(patient->way >> PATIENT_WAY_METRES);
}
static inline int64_t patient_way_m(const struct patient *patient)
{
    return (int64_t)(patient->way & ((UINT64_C(1) << PATIENT_WAY_METRES) - 1));
}

/* Records with a stack of free indices; nothing is allocated once it is as large as the run needs. */
struct patients {
    struct patient *record;
    uint32_t *free;
    size_t capacity, free_count, used;
};

/* So many records are fetched before they are taken. */
enum { PATIENTS_AHEAD = 4 };

MUST_CHECK int patients_init(struct patients *patients, size_t capacity, struct err *err);
void patients_free(struct patients *patients);
/* A record that nobody uses, zeroed; PATIENT_NOWHERE when memory has run out. Pointers into record[] may
 * move. */
uint32_t patients_take_new(struct patients *patients); /* where no index is free */
static inline uint32_t patients_take(struct patients *patients)
{
    if (patients->free_count == 0)
        return patients_take_new(patients);
    const uint32_t index = patients->free[--patients->free_count];
    if (patients->free_count >= PATIENTS_AHEAD)
        mem_fetch(&patients->record[patients->free[patients->free_count - PATIENTS_AHEAD]]);
    patients->record[index] = (struct patient){0};
    return index;
}
static inline void patients_give_back(struct patients *patients, uint32_t index)
{
    patients->record[index].due_kind = PATIENT_NO_EVENT;
    patients->free[patients->free_count++] = index;
}

#endif
