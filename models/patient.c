#include "models/patient.h"

#include <stdlib.h>

#include "sim/mem.h"

static int grow(struct patients *patients, size_t capacity, struct err *err)
{
    if (capacity > PATIENT_NOWHERE - 1)
        return err_fail(err, "more than %u patients at once", PATIENT_NOWHERE - 1);
    size_t have = patients->capacity;
    struct patient *record = mem_grow(patients->record, &have, capacity, sizeof *record, err);
    if (record == NULL)
        return -1;
    patients->record = record;
    size_t have_free = 0; /* none is free, so that there is nothing to be copied */
    uint32_t *free_indices = mem_grow(NULL, &have_free, have, sizeof *free_indices, err);
    if (free_indices == NULL)
        return -1;
    free(patients->free);
    patients->free = free_indices;
    patients->capacity = have;
    return 0;
}

int patients_init(struct patients *patients, size_t capacity, struct err *err)
{
    *patients = (struct patients){0};
    return grow(patients, capacity < 64 ? 64 : capacity, err);
}

void patients_free(struct patients *patients)
{
    free(patients->record);
    free(patients->free);
    *patients = (struct patients){0};
}

static int grow_or_not(struct patients *patients)
{
    struct err ignored = ERR_INIT;
    return grow(patients, patients->capacity * 2, &ignored);
}

uint32_t patients_take_new(struct patients *patients)
{
    if (patients->used == patients->capacity && grow_or_not(patients) != 0)
        return PATIENT_NOWHERE;
    const uint32_t index = (uint32_t)patients->used++;
    patients->record[index] = (struct patient){0};
    return index;
}
