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

Test(patient, keeps_a_way_or_says_that_it_is_not_known)
{
    struct patient patient = {0};
    const int64_t most_us = (INT64_C(1) << PATIENT_WAY_US) - 1,
                  most_m = (INT64_C(1) << PATIENT_WAY_METRES) - 1;
    const int64_t way[][2] = {{0, 0}, {1800000000, 0}, {5400000123, 123456}, {most_us, most_m}};
    for (size_t i = 0; i < sizeof way / sizeof way[0]; i++) {
        patient_keep_way(&patient, way[i][0], way[i][1]);
        cr_assert_eq(patient_way_us(&patient), way[i][0]);
        cr_assert_eq(patient_way_m(&patient), way[i][1]);
    }
    const int64_t too_long[][2] = {{most_us + 1, 5}, {5, most_m + 1}, {-1, 5}, {5, -1}};
    for (size_t i = 0; i < sizeof too_long / sizeof too_long[0]; i++) {
        patient_keep_way(&patient, too_long[i][0], too_long[i][1]);
        cr_assert_eq(patient.way, 0);
    }
}
