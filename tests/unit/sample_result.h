#ifndef COUNTERPART_TESTS_SAMPLE_RESULT_H
#define COUNTERPART_TESTS_SAMPLE_RESULT_H

/* What the tests of writing and of reading result files share: a folder, bytes of files, and a result with
 * every type. */

#include <criterion/criterion.h>

#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/mem.h"
#include "study/result_file.h"

enum { PATH_BYTES = 256, TIMES = 30, PLACES = 3, LONG_BYTES = 200000 };

/* HDF5 1.10 loses the headers of damaged objects that it refuses. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libhdf5";
}
const char *__lsan_default_options(void);
const char *__lsan_default_options(void)
{
    return "print_suppressions=0";
}

/* A folder of the test's own; removed with what is in it when the test ends. */
static char folder[PATH_BYTES];

static inline void make_folder(void)
{
    snprintf(folder, sizeof folder, "%s/test_result_file.XXXXXX", BINARY_DIR);
    cr_assert_not_null(mkdtemp(folder));
}

static inline void in_folder(char path[PATH_BYTES], const char *name)
{
    snprintf(path, PATH_BYTES, "%.200s/%s", folder, name);
}

static inline unsigned files_in_folder(void)
{
    unsigned count = 0;
    DIR *directory = opendir(folder);
    cr_assert_not_null(directory);
    for (const struct dirent *entry; (entry = readdir(directory)) != NULL;)
        count += entry->d_name[0] != '.';
    closedir(directory);
    return count;
}

static inline void remove_folder(void)
{
    DIR *directory = opendir(folder);
    if (directory == NULL)
        return;
    for (const struct dirent *entry; (entry = readdir(directory)) != NULL;) {
        char path[2 * PATH_BYTES];
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        if (entry->d_name[0] != '.')
            unlink(path);
    }
    closedir(directory);
    rmdir(folder);
}

/* A result with every type. The arrays are the fixture's: tests change them. */
static int64_t replication[2] = {0, 1};
static double times[TIMES];
static const char *place[PLACES] = {"152221", "科尔沁", ""};
static double waited[2 * TIMES * PLACES];
static int64_t patients[2] = {INT64_MAX, INT64_MIN};
static int8_t met[PLACES] = {1, 0, -128};
static const char *names[2 * PLACES] = {"Banner", "中旗", NULL, "d", "e", "ü"};
static double pi = 3.25;
static const double flags[2] = {0, 1};
static char long_text[LONG_BYTES + 1];
static struct result_attribute met_attributes[] = {
    {.name = "flag_values", .type = RESULT_INT8, .count = 2, .numbers = flags},
    {.name = "flag_meanings", .type = RESULT_TEXT, .text = "no yes"}};
static struct result_dimension dimensions[] = {
    {"replication", "number of the replication", "1", 2, RESULT_INT64, replication, NULL},
    {"time", "begin of the step", "days since 2019-01-01", TIMES, RESULT_DOUBLE, times,
     "proleptic_gregorian"},
    {"place", NULL, NULL, PLACES, RESULT_TEXT, place, NULL}};
static struct result_variable variables[] = {
    {.name = "waited",
     .long_name = "time waited",
     .units = "h",
     .type = RESULT_DOUBLE,
     .rank = 3,
     .dims = {0, 1, 2},
     .values = waited},
    {.name = "patients", .units = "1", .type = RESULT_INT64, .rank = 1, .dims = {0}, .values = patients},
    {.name = "met",
     .type = RESULT_INT8,
     .rank = 1,
     .dims = {2},
     .values = met,
     .attributes = met_attributes,
     .attribute_count = 2},
    {.name = "names", .type = RESULT_TEXT, .rank = 2, .dims = {2, 0}, .values = names},
    {.name = "scalar", .type = RESULT_DOUBLE, .rank = 0, .values = &pi}};
static struct result_attribute attributes[] = {
    {.name = "title", .type = RESULT_TEXT, .text = "兴安盟 stroke"},
    {.name = "empty", .type = RESULT_TEXT, .text = ""},
    {.name = "steps", .type = RESULT_INT64, .number = -9007199254740992.0},
    {.name = "warmup_days", .type = RESULT_DOUBLE, .number = 0.1},
    {.name = "small", .type = RESULT_INT8, .number = -128}};
static struct result sample = {.dimensions = dimensions,
                               .dimension_count = 3,
                               .variables = variables,
                               .variable_count = 5,
                               .attributes = attributes,
                               .attribute_count = 5};

static inline void fill(void)
{
    for (int i = 0; i < TIMES; i++)
        times[i] = 7.5 * i;
    for (int i = 0; i < 2 * TIMES * PLACES; i++)
        waited[i] = i % 17 == 3 ? NAN : i / 8.0;
    memset(long_text, 'x', LONG_BYTES);
}

static inline void write_sample(const char *path)
{
    struct err err = ERR_INIT;
    fill();
    cr_assert_eq(result_write(path, &sample, &err), 0, "%s", err.text[0]);
}

static inline unsigned char *bytes_of(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    cr_assert_not_null(file);
    fseek(file, 0, SEEK_END);
    *size = (size_t)ftell(file);
    rewind(file);
    unsigned char *bytes = malloc(*size + 1);
    cr_assert_not_null(bytes);
    cr_assert_eq(fread(bytes, 1, *size, file), *size);
    fclose(file);
    return bytes;
}

static inline void put_bytes(const char *path, const void *bytes, size_t size)
{
    FILE *file = fopen(path, "wb");
    cr_assert_not_null(file);
    cr_assert_eq(fwrite(bytes, 1, size, file), size);
    fclose(file);
}

#endif
