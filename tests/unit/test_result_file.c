#include <criterion/criterion.h>

#include <malloc.h>
#include <math.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <hdf5.h>

#include "study/result_file.h"

#include "sample_result.h"

TestSuite(result_file, .init = make_folder, .fini = remove_folder);

static bool same_files(const char *a, const char *b)
{
    size_t size[2];
    unsigned char *bytes[2] = {bytes_of(a, &size[0]), bytes_of(b, &size[1])};
    const bool same = size[0] == size[1] && memcmp(bytes[0], bytes[1], size[0]) == 0;
    free(bytes[0]);
    free(bytes[1]);
    return same;
}

/* Ids of HDF5 that a call could leave behind. */
static hsize_t open_ids(void)
{
    static const H5I_type_t kinds[] = {H5I_FILE, H5I_GROUP,       H5I_DATATYPE, H5I_DATASPACE,
                                       H5I_ATTR, H5I_GENPROP_LST, H5I_DATASET};
    hsize_t all = 0;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        hsize_t members = 0;
        if (H5Inmembers(kinds[i], &members) >= 0)
            all += members;
    }
    return all;
}

static bool same_text(const char *a, const char *b)
{
    return (a == NULL) == (b == NULL) && (a == NULL || strcmp(a, b) == 0);
}

Test(result_file, reads_back_what_was_written)
{
    char path[PATH_BYTES];
    struct err err = ERR_INIT;
    struct result read;
    in_folder(path, "a.h5");
    write_sample(path);
    cr_assert_eq(result_read(path, &read, &err), 0, "%s", err.text[0]);
    cr_assert_eq(read.dimension_count, 3);
    cr_assert_eq(read.variable_count, 5);
    cr_assert_eq(read.attribute_count, 5);
    for (size_t i = 0; i < 3; i++) {
        const struct result_dimension *a = &sample.dimensions[i], *b = &read.dimensions[i];
        cr_expect_str_eq(a->name, b->name);
        cr_expect(same_text(a->long_name, b->long_name) && same_text(a->units, b->units) &&
                  same_text(a->calendar, b->calendar));
        cr_expect(a->size == b->size && a->type == b->type, "%s", a->name);
    }
    for (size_t i = 0; i < 5; i++) {
        const struct result_variable *a = &sample.variables[i], *b = &read.variables[i];
        cr_expect_str_eq(a->name, b->name);
        cr_expect(same_text(a->long_name, b->long_name) && same_text(a->units, b->units));
        cr_assert(a->type == b->type && a->rank == b->rank && a->attribute_count == b->attribute_count);
        cr_expect_arr_eq(a->dims, b->dims, a->rank * sizeof a->dims[0]);
    }
    cr_expect_arr_eq(read.dimensions[0].values, replication, sizeof replication);
    cr_expect_arr_eq(read.dimensions[1].values, times, sizeof times);
    cr_expect_arr_eq(read.variables[0].values, waited, sizeof waited);
    cr_expect_arr_eq(read.variables[1].values, patients, sizeof patients);
    cr_expect_arr_eq(read.variables[2].values, met, sizeof met);
    cr_expect_eq(*(const double *)read.variables[4].values, 3.25);
    const char *const *read_place = read.dimensions[2].values, *const *read_names = read.variables[3].values;
    for (int i = 0; i < PLACES; i++)
        cr_expect_str_eq(read_place[i], place[i]);
    for (int i = 0; i < 2 * PLACES; i++)
        cr_expect_str_eq(read_names[i], names[i] != NULL ? names[i] : "");
    result_free(&read);
    result_free(&read);
}

Test(result_file, reads_attributes_back_with_their_types)
{
    char path[PATH_BYTES];
    struct err err = ERR_INIT;
    struct result read;
    in_folder(path, "a.h5");
    write_sample(path);
    cr_assert_eq(result_read(path, &read, &err), 0, "%s", err.text[0]);
    for (size_t i = 0; i < 5; i++) {
        const struct result_attribute *a = &attributes[i], *b = &read.attributes[i];
        cr_expect_str_eq(a->name, b->name);
        cr_expect_eq(a->type, b->type);
        cr_expect_eq(a->number, b->number);
        cr_expect(same_text(a->text, b->text));
        cr_expect_eq(b->count, 0);
    }
    const struct result_attribute *flag = result_find(&read, "met")->attributes;
    cr_expect_str_eq(flag[0].name, "flag_values");
    cr_expect(flag[0].type == RESULT_INT8 && flag[0].count == 2);
    cr_expect_arr_eq(flag[0].numbers, flags, sizeof flags);
    cr_expect_str_eq(flag[1].text, "no yes");
    result_free(&read);
}

Test(result_file, finds_by_name)
{
    cr_expect_eq(result_find(&sample, "met"), &variables[2]);
    cr_expect_null(result_find(&sample, "time"));
    cr_expect_eq(result_find_dimension(&sample, "time"), &dimensions[1]);
    cr_expect_null(result_find_dimension(&sample, "met"));
    cr_expect_str_eq(result_text(&sample, "title"), "兴安盟 stroke");
    cr_expect_null(result_text(&sample, "steps"));
    cr_expect_null(result_text(&sample, "absent"));
}

Test(result_file, gives_equal_bytes_for_equal_results)
{
    char a[PATH_BYTES], b[PATH_BYTES], c[PATH_BYTES];
    in_folder(a, "a.h5");
    in_folder(b, "b.h5");
    in_folder(c, "c.h5");
    mallopt(M_PERTURB, 0x55); /* memory that was not set would show */
    write_sample(a);
    mallopt(M_PERTURB, 0xAA);
    write_sample(b);
    cr_expect(same_files(a, b));
    patients[1]++;
    write_sample(c);
    cr_expect_not(same_files(a, c));
}

Test(result_file, gives_the_same_bytes_when_what_was_read_is_written)
{
    char a[PATH_BYTES], b[PATH_BYTES];
    struct err err = ERR_INIT;
    struct result read;
    in_folder(a, "a.h5");
    in_folder(b, "b.h5");
    write_sample(a);
    cr_assert_eq(result_read(a, &read, &err), 0, "%s", err.text[0]);
    cr_assert_eq(result_write(b, &read, &err), 0, "%s", err.text[0]);
    cr_expect(same_files(a, b));
    result_free(&read);
}

Test(result_file, keeps_long_texts_whole)
{
    char path[PATH_BYTES];
    struct err err = ERR_INIT;
    struct result read;
    fill();
    struct result_attribute many[] = {{.name = "scenario_written", .type = RESULT_TEXT, .text = long_text},
                                      {.name = "scenario_resolved", .type = RESULT_TEXT, .text = long_text}};
    sample.attributes = many;
    sample.attribute_count = 2;
    names[0] = long_text;
    in_folder(path, "a.h5");
    write_sample(path);
    cr_assert_eq(result_read(path, &read, &err), 0, "%s", err.text[0]);
    cr_expect_str_eq(result_text(&read, "scenario_written"), long_text);
    cr_expect_str_eq(result_text(&read, "scenario_resolved"), long_text);
    cr_expect_str_eq(*(const char *const *)result_find(&read, "names")->values, long_text);
    result_free(&read);
}

/* 3 x 70,000 values: more than a chunk holds, with an edge that no chunk divides. */
Test(result_file, compresses_large_variables)
{
    enum { ROWS = 3, COLUMNS = 70000 };
    char path[PATH_BYTES];
    struct err err = ERR_INIT;
    struct result read;
    int64_t *column = malloc(COLUMNS * sizeof *column), *cells = malloc(ROWS * COLUMNS * sizeof *cells);
    cr_assert(column != NULL && cells != NULL);
    for (int64_t i = 0; i < COLUMNS; i++)
        column[i] = i;
    for (int64_t i = 0; i < ROWS * COLUMNS; i++)
        cells[i] = i * i;
    struct result_dimension two[] = {{"row", NULL, "1", 2, RESULT_INT64, column, NULL},
                                     {"column", NULL, "1", COLUMNS, RESULT_INT64, column, NULL}};
    two[0].size = ROWS;
    struct result_variable one = {
        .name = "cells", .type = RESULT_INT64, .rank = 2, .dims = {0, 1}, .values = cells};
    const struct result large = {
        .dimensions = two, .dimension_count = 2, .variables = &one, .variable_count = 1};
    in_folder(path, "a.h5");
    cr_assert_eq(result_write(path, &large, &err), 0, "%s", err.text[0]);
    cr_assert_eq(result_read(path, &read, &err), 0, "%s", err.text[0]);
    cr_expect_arr_eq(read.variables[0].values, cells, ROWS * COLUMNS * sizeof *cells);
    struct stat status;
    stat(path, &status);
    cr_expect_lt((size_t)status.st_size, ROWS * COLUMNS * sizeof *cells / 2);
    result_free(&read);
    free(column);
    free(cells);
}

Test(result_file, allows_dimensions_and_results_of_nothing)
{
    char path[PATH_BYTES];
    struct err err = ERR_INIT;
    struct result read;
    struct result_dimension none = {"expert", NULL, NULL, 0, RESULT_TEXT, NULL, NULL};
    struct result_variable away = {.name = "away", .type = RESULT_DOUBLE, .rank = 1, .dims = {0}};
    const struct result nothing = {.dimensions = NULL};
    const struct result hollow = {
        .dimensions = &none, .dimension_count = 1, .variables = &away, .variable_count = 1};
    in_folder(path, "a.h5");
    cr_assert_eq(result_write(path, &nothing, &err), 0, "%s", err.text[0]);
    cr_assert_eq(result_read(path, &read, &err), 0, "%s", err.text[0]);
    cr_expect(read.dimension_count == 0 && read.variable_count == 0 && read.attribute_count == 0);
    result_free(&read);
    cr_assert_eq(result_write(path, &hollow, &err), 0, "%s", err.text[0]);
    cr_assert_eq(result_read(path, &read, &err), 0, "%s", err.text[0]);
    cr_expect(read.dimensions[0].size == 0 && read.variables[0].dims[0] == 0);
    result_free(&read);
}

Test(result_file, leaves_nothing_open)
{
    char path[PATH_BYTES], folder_path[PATH_BYTES];
    struct err err = ERR_INIT;
    struct result read;
    in_folder(path, "a.h5");
    in_folder(folder_path, "absent/a.h5");
    write_sample(path);
    const hsize_t before = open_ids();
    cr_expect_eq(H5Fget_obj_count(H5F_OBJ_ALL, H5F_OBJ_ALL), 0);
    write_sample(path);
    cr_assert_eq(result_read(path, &read, &err), 0, "%s", err.text[0]);
    result_free(&read);
    cr_expect_neq(result_write(folder_path, &sample, &err), 0);
    cr_expect_neq(result_read(folder_path, &read, &err), 0);
    cr_expect_eq(H5Fget_obj_count(H5F_OBJ_ALL, H5F_OBJ_ALL), 0);
    cr_expect_eq(open_ids(), before);
}

/* Expects the sample to be refused with a message that contains `reason`, before a file appears. */
static void refused(const char *reason)
{
    char path[PATH_BYTES];
    struct err err = ERR_INIT;
    in_folder(path, "refused.h5");
    cr_expect_eq(result_write(path, &sample, &err), -1, "%s", reason);
    cr_expect(strstr(err.text[0], reason) != NULL, "%s: %s", reason, err.text[0]);
    cr_expect_eq(files_in_folder(), 0, "%s", reason);
}

Test(result_file, refuses_names_that_readers_do_not_open)
{
    static const char *const bad[] = {"", "a/b", "1st", "_hidden", "with space", "名", "tab\t"};
    fill();
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        variables[1].name = bad[i];
        refused("cannot be called");
    }
    variables[1].name = "patients";
    attributes[0].name = "DIMENSION_LIST";
    refused("cannot be called");
}

Test(result_file, refuses_two_of_a_name)
{
    fill();
    variables[1].name = "time";
    refused("are called time");
    variables[1].name = "patients";
    attributes[1].name = "title";
    refused("title stands twice");
}

Test(result_file, refuses_texts_that_are_not_utf8)
{
    static const char *const bad[] = {"\xff",         "\xc0\xaf",         "\xe4\xb8",
                                      "\xed\xa0\x80", "\xf4\x90\x80\x80", "a\x80"};
    fill();
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        names[1] = bad[i];
        refused("text 2 of names is not UTF-8");
    }
    names[1] = "";
    attributes[0].text = bad[0];
    refused("title is not UTF-8");
}

Test(result_file, refuses_shapes_that_cannot_be)
{
    fill();
    variables[0].dims[1] = 3;
    refused("dimension 2 of waited does not exist");
    variables[0].dims[1] = 1;
    variables[0].rank = RESULT_RANK + 1;
    refused("at most 5");
    variables[0].rank = 3;
    for (size_t i = 0; i < 2; i++)
        dimensions[i].size = (size_t)1 << 31;
    refused("waited has more than");
    dimensions[0].size = 2;
    dimensions[1].size = SIZE_MAX;
    refused("time has more than");
}

Test(result_file, refuses_attributes_beyond_their_type)
{
    fill();
    attributes[4].number = 128;
    refused("128 is not an integer of its type");
    attributes[4].number = 0.5;
    refused("0.5 is not an integer of its type");
    attributes[4].number = NAN;
    refused("is not an integer of its type");
    attributes[4].number = 1;
    attributes[2].number = 0x1p54;
    refused("is not an integer of its type");
}

/* Expects that writing to `path` fails and leaves `files` files behind. */
static void cannot_write(const char *path, const char *reason, unsigned files)
{
    struct err err = ERR_INIT;
    fill();
    cr_expect_eq(result_write(path, &sample, &err), -1);
    cr_expect(strstr(err.text[0], reason) != NULL, "%s: %s", reason, err.text[0]);
    cr_expect_eq(files_in_folder(), files, "%s: %u files", reason, files_in_folder());
}

Test(result_file, says_why_a_path_cannot_be_written)
{
    char path[PATH_BYTES], below[PATH_BYTES + 8], fifo[PATH_BYTES], deep[PATH_BYTES];
    in_folder(path, "file");
    in_folder(fifo, "fifo");
    in_folder(deep, "absent/a.h5");
    cannot_write(deep, "No such file", 0);
    cannot_write(folder, "is a folder", 0);
    put_bytes(path, "x", 1);
    snprintf(below, sizeof below, "%s/a.h5", path);
    cannot_write(below, "Not a directory", 1);
    cr_assert_eq(mkfifo(fifo, 0600), 0);
    cannot_write(fifo, "not a regular file", 2);
}

Test(result_file, cannot_write_where_the_user_may_not)
{
    char path[PATH_BYTES];
    if (geteuid() == 0)
        cr_assert_eq(seteuid(65534), 0); /* root may write everywhere */
    in_folder(path, "a.h5");
    cr_assert(access(folder, W_OK) == 0 || geteuid() != getuid());
    if (geteuid() == getuid())
        cr_assert_eq(chmod(folder, 0500), 0);
    struct err err = ERR_INIT;
    fill();
    cr_expect_eq(result_write(path, &sample, &err), -1);
    cr_expect(strstr(err.text[0], "Permission denied") != NULL, "%s", err.text[0]);
    if (getuid() == 0)
        cr_assert_eq(seteuid(0), 0);
    chmod(folder, 0700);
    cr_expect_eq(files_in_folder(), 0);
}

/* The limit on the size of files stands in for a full disk. */
Test(result_file, keeps_the_old_file_when_the_disk_is_full)
{
    char path[PATH_BYTES], copy[PATH_BYTES];
    in_folder(path, "a.h5");
    in_folder(copy, "copy.h5");
    write_sample(path);
    write_sample(copy);
    struct rlimit limit;
    cr_assert_eq(getrlimit(RLIMIT_FSIZE, &limit), 0);
    const rlim_t whole = limit.rlim_cur;
    signal(SIGXFSZ, SIG_IGN);
    limit.rlim_cur = 3000;
    cr_assert_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
    patients[0] = 0;
    cannot_write(path, "cannot write: File too large", 2);
    limit.rlim_cur = whole;
    cr_assert_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
    cr_expect(same_files(path, copy));
    cr_expect_eq(H5Fget_obj_count(H5F_OBJ_ALL, H5F_OBJ_ALL), 0);
}

/* Under limits that leave from nothing to plenty: an error or a file, never half of one. Sanitizers and
 * valgrind need address space of their own. */
#ifndef __SANITIZE_ADDRESS__
Test(result_file, fails_whole_when_memory_runs_out)
{
    char path[PATH_BYTES], copy[PATH_BYTES];
    unsigned failures = 0, files = 0;
    unsigned long pages = 0;
    struct rlimit limit;
    struct result read;
    const char *preload = getenv("LD_PRELOAD");
    if (preload != NULL && strstr(preload, "vgpreload") != NULL)
        cr_skip_test("not under valgrind");
    in_folder(path, "a.h5");
    in_folder(copy, "copy.h5");
    write_sample(copy);
    FILE *status = fopen("/proc/self/statm", "r");
    cr_assert(status != NULL && fscanf(status, "%lu", &pages) == 1);
    fclose(status);
    cr_assert_eq(getrlimit(RLIMIT_AS, &limit), 0);
    const rlim_t whole = limit.rlim_cur;
    for (rlim_t spare = 0; spare <= 64; spare += 2) {
        struct err err = ERR_INIT;
        limit.rlim_cur = pages * (rlim_t)sysconf(_SC_PAGESIZE) + (spare << 20);
        cr_assert_eq(setrlimit(RLIMIT_AS, &limit), 0);
        const bool written = result_write(path, &sample, &err) == 0,
                   got = result_read(copy, &read, &err) == 0;
        limit.rlim_cur = whole;
        cr_assert_eq(setrlimit(RLIMIT_AS, &limit), 0);
        cr_expect(written || strstr(err.text[0], "out of memory") != NULL, "%s", err.text[0]);
        cr_expect(!written || same_files(path, copy));
        cr_expect_eq(files_in_folder(), written ? 2 : 1);
        unlink(path);
        result_free(&read);
        failures += !written || !got;
        files += written && got;
    }
    cr_expect_gt(failures, 0);
    cr_expect_gt(files, 0);
}
#endif

Test(result_file, replaces_the_file_behind_a_link)
{
    char path[PATH_BYTES], link_path[PATH_BYTES];
    struct stat status;
    in_folder(path, "a.h5");
    in_folder(link_path, "link.h5");
    put_bytes(path, "old", 3);
    cr_assert_eq(symlink(path, link_path), 0);
    write_sample(link_path);
    cr_assert_eq(lstat(link_path, &status), 0);
    cr_expect(S_ISLNK(status.st_mode));
    cr_assert_eq(stat(path, &status), 0);
    cr_expect_gt(status.st_size, 3);
    cr_expect_eq(files_in_folder(), 2);
}

Test(result_file, follows_the_umask)
{
    char path[PATH_BYTES];
    struct stat status;
    in_folder(path, "a.h5");
    umask(027);
    write_sample(path);
    cr_assert_eq(stat(path, &status), 0);
    cr_expect_eq(status.st_mode & 0777, 0640);
}
