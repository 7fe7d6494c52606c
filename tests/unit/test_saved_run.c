/* Files of states: what fits is gone on from, what does not is refused with a reason, and nothing crashes. */

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/checksum.h"
#include "sim/rng.h"
#include "study/saved_run.h"
#include "tests/unit/model_scenario.h"

#define CROSSING SOURCE_DIR "/tests/unit/data/crossing.cfg"
#define POLICY_STARTS (INT64_C(40) * DAY_US)

struct file {
    char path[64];
    unsigned char *bytes;
    size_t size;
};

static void load_file(struct file *file)
{
    FILE *in = fopen(file->path, "rb");
    cr_assert(in != NULL && fseek(in, 0, SEEK_END) == 0);
    file->size = (size_t)ftell(in);
    rewind(in);
    file->bytes = malloc(file->size);
    cr_assert(file->bytes != NULL && fread(file->bytes, 1, file->size, in) == file->size);
    fclose(in);
}

static void store_file(const struct file *file, size_t size)
{
    FILE *out = fopen(file->path, "wb");
    cr_assert(out != NULL && fwrite(file->bytes, 1, size, out) == size && fclose(out) == 0);
}

/* So that what is inside is looked at. */
static void fix_checksum(struct file *file)
{
    const size_t before = file->size - 8;
    const uint64_t sum = checksum_end(checksum_add(0, file->bytes, before), before);
    for (int i = 0; i < 8; i++)
        file->bytes[before + (size_t)i] = (unsigned char)(sum >> (8 * i));
}

static void build(struct model *model, uint32_t replication, const char *set)
{
    model_partitions = PARTITIONS_PROVINCE;
    model_build_file(model, replication, CROSSING, set == NULL ? NULL : &set, set == NULL ? 0 : 1);
}

static void make_file(struct file *file, int64_t at_us, const char *set)
{
    struct model model;
    struct err err = ERR_INIT;
    snprintf(file->path, sizeof file->path, "/tmp/state-%ld", (long)getpid());
    build(&model, 0, set);
    struct saved_run *saved = saved_run_new(model.world, at_us, 1, &err);
    cr_assert(saved != NULL, "%s", err.text[0]);
    cr_assert_eq(world_run_until(model.world, at_us, NULL, NULL, &err), 0);
    cr_assert_eq(saved_run_take(saved, model.world, 0, &err), 0, "%s", err.text[0]);
    cr_assert_eq(saved_run_write(saved, file->path, &err), 0, "%s", err.text[0]);
    saved_run_free(saved);
    model_free(&model);
    load_file(file);
}

static void drop_file(struct file *file)
{
    unlink(file->path);
    free(file->bytes);
}

/* Reads the file and takes it up; the world may run on afterwards. */
static int try_file(const struct file *file, struct model *model, int64_t replications)
{
    model->err = (struct err)ERR_INIT;
    struct saved_run *saved = saved_run_read(file->path, &model->err);
    int answer = saved == NULL ? -1 : saved_run_check(saved, model->world, replications, &model->err);
    if (answer == 0)
        answer = saved_run_restore(saved, model->world, 0, &model->err);
    saved_run_free(saved);
    return answer;
}

static void refused(const struct file *file, const char *set, int64_t replications, const char *says)
{
    struct model model;
    build(&model, 0, set);
    cr_assert_eq(try_file(file, &model, replications), -1, "%s", set);
    cr_assert(strstr(model.err.text[0], says) != NULL, "%s", model.err.text[0]);
    cr_assert(strstr(model.err.text[0], file->path) == model.err.text[0], "%s", model.err.text[0]);
    cr_assert(strchr(model.err.text[0], ';') != NULL && strchr(model.err.text[0], '\n') == NULL, "%s",
              model.err.text[0]);
    model_free(&model);
}

static void accepted(const struct file *file, const char *set)
{
    struct model model;
    build(&model, 0, set);
    cr_assert_eq(try_file(file, &model, 1), 0, "%s", model.err.text[0]);
    model_run(&model);
    model_free(&model);
}

Test(saved_run, takes_what_differs_by_later_policies_alone)
{
    struct file file;
    make_file(&file, POLICY_STARTS, "policies.visit.active=false");
    accepted(&file, NULL);
    accepted(&file, "policies.visit.active=false");
    accepted(&file, "policies.visit.stint=\"2 month\"");
    accepted(&file, "scenario.title=\"another\"");
    drop_file(&file);
}

Test(saved_run, refuses_another_world)
{
    struct file file;
    make_file(&file, POLICY_STARTS + DAY_US, NULL);
    accepted(&file, NULL);
    refused(&file, "scenario.seed=\"8\"", 1, "seed 7");
    refused(&file, NULL, 2, "1 replications and 2 are to be run");
    refused(&file, "policies.visit.active=false", 1, "after policy \"visit\" had started");
    refused(&file, "policies.visit.start=\"2020-02-11\"", 1, "after policy \"visit\" had started");
    refused(&file, "policies.visit.trainees=4", 1, "'trainees = 3;' where this one has 'trainees = 4;'");
    refused(&file, "travel.detour=1.2", 1, "another scenario");
    refused(&file, "scenario.length=\"50 d\"", 1, "another scenario");
    refused(&file, "scenario.length=\"5 d\"", 1, "not within the run");
    drop_file(&file);
    make_file(&file, POLICY_STARTS + DAY_US, "policies.visit.active=false");
    refused(&file, NULL, 1, "without policy \"visit\", which starts on 2020-02-10");
    drop_file(&file);
}

Test(saved_run, refuses_a_time_outside_the_run)
{
    struct model model;
    static const int64_t days[] = {-1, 0, 120, 1000};
    build(&model, 0, NULL);
    for (int i = 0; i < 4; i++) {
        struct err err = ERR_INIT;
        cr_assert_null(saved_run_new(model.world, days[i] * DAY_US, 1, &err));
        cr_assert(strstr(err.text[0], "from 2020-01-01 to 2020-04-30") != NULL, "%s", err.text[0]);
    }
    model_free(&model);
}

Test(saved_run, refuses_other_replications_of_the_same_world)
{
    struct file file;
    struct model model;
    make_file(&file, DAY_US, NULL);
    build(&model, 1, NULL);
    cr_assert_eq(try_file(&file, &model, 1), -1);
    cr_assert(strstr(model.err.text[0], "another replication") != NULL, "%s", model.err.text[0]);
    model_free(&model);
    drop_file(&file);
}

Test(saved_run, refuses_other_versions_and_other_files)
{
    struct file file;
    make_file(&file, DAY_US, NULL);
    struct file other = file;
    unsigned char *version = memmem(file.bytes, file.size, COUNTERPART_VERSION, strlen(COUNTERPART_VERSION));
    cr_assert(version != NULL);
    version[0]++;
    fix_checksum(&file);
    store_file(&file, file.size);
    refused(&file, NULL, 1, "and this is " COUNTERPART_VERSION);
    version[0]--;
    file.bytes[8 + 16]++; /* the format */
    fix_checksum(&file);
    store_file(&file, file.size);
    refused(&file, NULL, 1, "in version 2, not 1");
    unsigned char letters[] = "no state, but a text that is long enough";
    other.bytes = letters;
    store_file(&other, sizeof letters);
    refused(&other, NULL, 1, "is not a saved state");
    store_file(&other, 0);
    refused(&other, NULL, 1, "is not a saved state");
    unlink(file.path);
    refused(&file, NULL, 1, "No such file");
    free(file.bytes);
}

Test(saved_run, refuses_what_is_cut_off_or_damaged)
{
    struct file file;
    make_file(&file, 30 * DAY_US, NULL);
    for (size_t size = 0; size < file.size; size += size < 2000 ? 7 : 1 + file.size / 97) {
        struct err err = ERR_INIT;
        store_file(&file, size);
        cr_assert_null(saved_run_read(file.path, &err), "%zu bytes", size);
        cr_assert(strchr(err.text[0], ';') != NULL, "%s", err.text[0]);
    }
    for (size_t at = 0; at < file.size; at += at < 2000 ? 7 : 1 + file.size / 397) {
        struct err err = ERR_INIT;
        file.bytes[at] ^= (unsigned char)(1 + at % 255);
        store_file(&file, file.size);
        cr_assert_null(saved_run_read(file.path, &err), "byte %zu", at);
        file.bytes[at] ^= (unsigned char)(1 + at % 255);
    }
    drop_file(&file);
}

/* Somebody who knows the checksum: numbers anywhere are changed, and what is taken up must not break memory.
 * (Under the sanitizers this is worth most.) */
Test(saved_run, survives_changes_with_a_good_checksum, .timeout = 280)
{
    struct file file;
    struct model model;
    const struct rng rng = rng_of(20, 0);
    unsigned taken = 0;
    make_file(&file, 50 * DAY_US, NULL);
    unsigned char *good = malloc(file.size);
    cr_assert(good != NULL);
    memcpy(good, file.bytes, file.size);
    for (uint32_t n = 0; n < 500; n++) {
        const struct rng_words luck = rng_draw(&rng, (struct rng_identity){.stream = 1, .ordinal = n},
                                               (struct rng_purpose){.quantity = 1});
        memcpy(file.bytes, good, file.size);
        const unsigned changes = 1 + luck.w[0] % 3;
        for (unsigned c = 0; c < changes; c++) {
            const size_t at = ((size_t)luck.w[1] + c * 7919u) % (file.size - 16);
            const unsigned char values[] = {0, 1, 255, 127, 128, (unsigned char)luck.w[2]};
            file.bytes[at] = values[luck.w[3] % 6];
            if (luck.w[3] % 5 == 0)
                memset(file.bytes + at, 255, 8);
        }
        fix_checksum(&file);
        store_file(&file, file.size);
        build(&model, 0, NULL);
        const int answer = try_file(&file, &model, 1);
        taken += answer == 0;
        cr_assert(answer == 0 || strstr(model.err.text[0], file.path) == model.err.text[0], "%s",
                  model.err.text[0]);
        model_free(&model);
    }
    cr_assert(taken > 5 && taken < 495, "%u", taken);
    free(good);
    drop_file(&file);
}
