#include "models/patient.h"

#include <string.h>

#include <criterion/criterion.h>

Test(patient, a_record_is_one_cache_line)
{
    cr_assert_leq(sizeof(struct patient), 64);
}

Test(patient, every_record_taken_is_another_one_and_zeroed)
{
    static const struct patient zero;
    static bool seen[5000];
    struct err err = ERR_INIT;
    struct patients patients;
    cr_assert_eq(patients_init(&patients, 0, &err), 0);
    for (int i = 0; i < 5000; i++) {
        const uint32_t index = patients_take(&patients);
        cr_assert_lt(index, 5000);
        cr_assert_not(seen[index]);
        seen[index] = true;
        cr_assert_eq(memcmp(&patients.record[index], &zero, sizeof zero), 0);
        memset(&patients.record[index], 0xff, sizeof zero);
    }
    patients_free(&patients);
    patients_free(&patients); /* safe to repeat */
}

Test(patient, records_given_back_are_taken_again_before_new_ones)
{
    static const struct patient zero;
    struct err err = ERR_INIT;
    struct patients patients;
    cr_assert_eq(patients_init(&patients, 64, &err), 0);
    for (int i = 0; i < 50; i++)
        (void)patients_take(&patients);
    memset(&patients.record[7], 0xff, sizeof zero);
    patients_give_back(&patients, 7);
    cr_assert_eq(patients.record[7].due_kind, PATIENT_NO_EVENT); /* events that still name it are stale */
    cr_assert_eq(patients_take(&patients), 7);
    cr_assert_eq(memcmp(&patients.record[7], &zero, sizeof zero), 0);
    for (uint32_t i = 0; i < 50; i++)
        patients_give_back(&patients, i);
    const size_t capacity = patients.capacity;
    for (int round = 0; round < 1000; round++)
        patients_give_back(&patients, patients_take(&patients));
    cr_assert_eq(patients.used, 50);
    cr_assert_eq(patients.capacity, capacity);
    patients_free(&patients);
}
