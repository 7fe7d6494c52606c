/* Saved states whose bytes are wrong where policies, rules and connections stand: taken up or refused with a
 * reason, and never anything worse. In files a checksum comes first; here nothing stands before the reader.
 */

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "sim/state.h"
#include "tests/unit/model_scenario.h"

#define DATA(name) SOURCE_DIR "/tests/unit/data/" name ".cfg"

struct counts {
    int taken_up, refused;
};

static struct state_writer save_at(const char *path, int64_t at_us)
{
    struct model model;
    struct state_writer writer = {.failed = false};
    model_build_file(&model, 0, path, NULL, 0);
    cr_assert_eq(world_run_until(model.world, at_us, NULL, NULL, &model.err), 0);
    cr_assert_eq(world_save(model.world, &writer, &model.err), 0, "%s", model.err.text[0]);
    model_free(&model);
    return writer;
}

/* Goes on for two days from what has been taken up, wherever that leads. */
static void try(const char *path, const struct state_writer *writer, size_t size, int64_t at_us,
                struct counts *counts)
{
    struct model model;
    struct state_reader reader;
    model_build_file(&model, 0, path, NULL, 0);
    state_reader_init(&reader, writer->bytes, size, "x.state");
    if (world_restore(model.world, &reader, &model.err) != 0) {
        counts->refused++;
        cr_assert_not_null(strstr(model.err.text[0], "x.state"), "%s", model.err.text[0]);
    } else {
        counts->taken_up++;
        if (world_run_until(model.world, at_us + 2 * DAY_US, NULL, NULL, &model.err) != 0)
            cr_assert_gt(strlen(model.err.text[0]), 0);
    }
    model_free(&model);
}

/* Where a section's name stands, and how long it is: name, version, size. */
static size_t find(const struct state_writer *writer, const char *section, size_t *bytes)
{
    enum { NAME = 16, HEAD = NAME + 4 + 8 };
    char padded[NAME] = "";
    memcpy(padded, section, strlen(section));
    const unsigned char *at = memmem(writer->bytes, writer->size, padded, NAME);
    cr_assert_not_null(at, "no section %s", section);
    uint64_t size = 0;
    for (size_t i = 8; i-- > 0;)
        size = size << 8 | at[NAME + 4 + i];
    *bytes = HEAD + (size_t)size;
    const size_t begin = (size_t)(at - writer->bytes);
    cr_assert_leq(begin + *bytes, writer->size);
    return begin;
}

/* Every byte of the section in turn is another: all its bits, or the lowest. */
static void damage(const char *path, const char *section, int64_t at_us)
{
    struct state_writer writer = save_at(path, at_us);
    struct counts counts = {.taken_up = 0};
    size_t bytes = 0;
    const size_t begin = find(&writer, section, &bytes);
    try(path, &writer, writer.size, at_us, &counts);
    cr_assert_eq(counts.taken_up, 1);
    const size_t step = bytes > 1500 ? bytes / 1500 + 1 : 1;
    for (size_t i = begin; i < begin + bytes; i += step) {
        const unsigned char was = writer.bytes[i];
        writer.bytes[i] = (unsigned char)(i % 2 == 0 ? was ^ 0xff : was ^ 1);
        try(path, &writer, writer.size, at_us, &counts);
        writer.bytes[i] = was;
    }
    /* Its name, version and size at least are noticed. */
    cr_assert_gt(counts.refused, 20, "%s of %s: %d refused, %d taken up", section, path, counts.refused,
                 counts.taken_up);
    struct counts cut = {.taken_up = 0};
    for (size_t i = 0; i < 16; i++)
        try(path, &writer, begin + i * bytes / 16, at_us, &cut);
    cr_assert_eq(cut.taken_up, 0);
    state_writer_free(&writer);
}

/* A centre, a standard, an online hospital, tiering and reimbursement, half done. */
Test(damage, of_what_is_opened_and_ruled_is_harmless)
{
    damage(DATA("rebuilding"), "policies", 140 * DAY_US);
    damage(DATA("rebuilding"), "rules", 140 * DAY_US);
}

/* Telemedicine and an alliance. */
Test(damage, of_what_is_connected_is_harmless)
{
    damage(DATA("connected"), "policies", 80 * DAY_US);
    damage(DATA("connected"), "afar", 80 * DAY_US);
}

/* Dispatch, pairing and training. */
Test(damage, of_who_is_sent_and_taught_is_harmless)
{
    damage(DATA("people"), "policies", 60 * DAY_US);
}
