#include <criterion/criterion.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <hdf5.h>
#include <hdf5_hl.h>

#include "study/result_file.h"
#include "study/result_heap.h"
#include "study/result_seal.h"

#include "sample_result.h"

TestSuite(result_read, .init = make_folder, .fini = remove_folder);

/* Expects that the file is refused for a reason. */
static void not_read(const char *path, const char *reason)
{
    struct err err = ERR_INIT;
    struct result read;
    cr_expect_eq(result_read(path, &read, &err), -1, "%s", reason);
    cr_expect(strstr(err.text[0], reason) != NULL, "%s: %s", reason, err.text[0]);
    cr_expect(read.owner == NULL && read.variables == NULL);
}

Test(result_read, says_why_a_path_cannot_be_read)
{
    char path[PATH_BYTES];
    in_folder(path, "absent.h5");
    not_read(path, "No such file");
    not_read(folder, "is not a file");
    in_folder(path, "fifo");
    cr_assert_eq(mkfifo(path, 0600), 0);
    not_read(path, "is not a file");
    in_folder(path, "empty");
    put_bytes(path, "", 0);
    not_read(path, "HDF5: ");
    in_folder(path, "text");
    put_bytes(path, "scenario: { }\n", 14);
    not_read(path, "HDF5: ");
}

Test(result_read, prints_nothing)
{
    char path[PATH_BYTES], log[PATH_BYTES];
    struct stat status;
    in_folder(path, "text");
    in_folder(log, "log");
    put_bytes(path, "scenario: { }\n", 14);
    fflush(stderr);
    const int kept = dup(STDERR_FILENO);
    cr_assert_not_null(freopen(log, "w", stderr));
    struct err err = ERR_INIT;
    struct result read;
    const int answer = result_read(path, &read, &err);
    fflush(stderr);
    dup2(kept, STDERR_FILENO);
    cr_expect_eq(answer, -1);
    cr_assert_eq(stat(log, &status), 0);
    cr_expect_eq(status.st_size, 0);
}

Test(result_read, refuses_truncated_files)
{
    char path[PATH_BYTES], cut[PATH_BYTES];
    size_t size = 0;
    in_folder(path, "a.h5");
    in_folder(cut, "cut.h5");
    write_sample(path);
    unsigned char *bytes = bytes_of(path, &size);
    for (size_t length = 0; length < size - RESULT_SEAL_BYTES; length += length < 256 ? 1 : 61) {
        put_bytes(cut, bytes, length);
        not_read(cut, "");
    }
    free(bytes);
}

/* Deterministic positions and masks. */
static uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525U + 1013904223U;
    return *state >> 8;
}

Test(result_read, refuses_every_changed_byte)
{
    char path[PATH_BYTES];
    size_t size = 0;
    uint32_t state = 1;
    in_folder(path, "a.h5");
    write_sample(path);
    unsigned char *bytes = bytes_of(path, &size);
    for (int i = 0; i < 300; i++) {
        const size_t at = next_random(&state) % (size - RESULT_SEAL_BYTES);
        const unsigned char mask = (unsigned char)(1U << (next_random(&state) & 7));
        bytes[at] ^= mask;
        put_bytes(path, bytes, size);
        not_read(path, "checksum");
        bytes[at] ^= mask;
    }
    free(bytes);
}

/* Reads bytes under a fresh seal: whatever comes out, it is an error with a reason or a result. */
static int read_resealed(const char *path, unsigned char *bytes, size_t size)
{
    struct err err = ERR_INIT;
    struct result read;
    result_seal(bytes, size - RESULT_SEAL_BYTES, bytes + size - RESULT_SEAL_BYTES);
    put_bytes(path, bytes, size);
    const int answer = result_read(path, &read, &err);
    cr_expect(answer == 0 ? read.owner != NULL && !err_any(&err) : err_any(&err) && read.owner == NULL);
    result_free(&read);
    return answer;
}

/* Changes that the checksum does not see: HDF5's own checksums and the checks before reading are what is
 * left. */
Test(result_read, survives_changed_bytes_under_a_fresh_seal)
{
    char path[PATH_BYTES];
    size_t size = 0;
    uint32_t state = 2;
    int refusals = 0;
    in_folder(path, "a.h5");
    write_sample(path);
    unsigned char *bytes = bytes_of(path, &size);
    unsigned char *changed = malloc(size);
    cr_assert_not_null(changed);
    for (int i = 0; i < 600; i++) {
        memcpy(changed, bytes, size);
        for (unsigned k = next_random(&state) % 3 + 1; k > 0; k--)
            changed[next_random(&state) % (size - RESULT_SEAL_BYTES)] = (unsigned char)next_random(&state);
        refusals += read_resealed(path, changed, size) != 0;
    }
    cr_expect_gt(refusals, 50);
    cr_expect_lt(refusals, 600);
    cr_expect_eq(H5Fget_obj_count(H5F_OBJ_ALL, H5F_OBJ_ALL), 0);
    free(bytes);
    free(changed);
}

/* Texts are where HDF5 has no checksum: every byte of the collections' heads and of the references, to the
 * extremes. */
Test(result_read, survives_changed_texts_under_a_fresh_seal)
{
    static const unsigned char extremes[] = {0x00, 0x01, 0x7F, 0x80, 0xFF};
    char path[PATH_BYTES];
    size_t size = 0;
    int refusals = 0;
    in_folder(path, "a.h5");
    write_sample(path);
    unsigned char *bytes = bytes_of(path, &size);
    unsigned char *heap = memmem(bytes, size, "GCOL", 4);
    cr_assert_not_null(heap);
    for (size_t at = 0; at < 160; at++) {
        const unsigned char kept = heap[at];
        for (size_t i = 0; i < sizeof extremes; i++) {
            heap[at] = extremes[i];
            refusals += read_resealed(path, bytes, size) != 0;
        }
        heap[at] = kept;
    }
    cr_expect_gt(refusals, 50);
    cr_expect_eq(read_resealed(path, bytes, size), 0);
    free(bytes);
}

Test(result_read, reads_a_file_whose_seal_was_cut_off)
{
    char path[PATH_BYTES];
    size_t size = 0;
    struct err err = ERR_INIT;
    struct result read;
    in_folder(path, "a.h5");
    write_sample(path);
    unsigned char *bytes = bytes_of(path, &size);
    put_bytes(path, bytes, size - RESULT_SEAL_BYTES);
    cr_expect_eq(result_read(path, &read, &err), 0, "%s", err.text[0]);
    result_free(&read);
    free(bytes);
}

/* Files that result_write() does not write, made with HDF5 itself. */
static hid_t foreign_file(const char *path)
{
    const hid_t create = H5Pcreate(H5P_FILE_CREATE);
    H5Pset_link_creation_order(create, H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED);
    H5Pset_attr_creation_order(create, H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED);
    const hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, create, H5P_DEFAULT);
    cr_assert_geq(file, 0);
    H5Pclose(create);
    return file;
}

static void foreign_dataset(hid_t file, const char *name, hid_t type, int rank, const hsize_t *sizes,
                            const hsize_t *chunk, bool scale)
{
    const hid_t space = H5Screate_simple(rank, sizes, NULL), create = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_attr_creation_order(create, H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED);
    if (chunk != NULL)
        H5Pset_chunk(create, rank, chunk);
    const hid_t dataset = H5Dcreate2(file, name, type, space, H5P_DEFAULT, create, H5P_DEFAULT);
    cr_assert_geq(dataset, 0);
    if (scale)
        cr_assert_geq(H5DSset_scale(dataset, name), 0);
    H5Dclose(dataset);
    H5Pclose(create);
    H5Sclose(space);
}

/* One foreign dataset in a file of its own: refused for the reason. */
static void foreign_refused(hid_t type, int rank, const hsize_t *sizes, const hsize_t *chunk, bool scale,
                            const char *reason)
{
    char path[PATH_BYTES];
    in_folder(path, "foreign.h5");
    const hid_t file = foreign_file(path);
    foreign_dataset(file, "x", type, rank, sizes, chunk, scale);
    H5Fclose(file);
    not_read(path, reason);
}

Test(result_read, refuses_foreign_shapes_and_types)
{
    const hsize_t small[6] = {2, 2, 2, 2, 2, 2};
    foreign_refused(H5T_NATIVE_DOUBLE, 1, small, NULL, false, "an axis without a dimension");
    foreign_refused(H5T_NATIVE_DOUBLE, 2, small, NULL, true, "without a coordinate of its own");
    foreign_refused(H5T_NATIVE_DOUBLE, 6, small, NULL, false, "a strange number of dimensions");
    foreign_refused(H5T_NATIVE_FLOAT, 1, small, NULL, false, "has a type");
    foreign_refused(H5T_NATIVE_UINT64, 1, small, NULL, false, "has a type");
    foreign_refused(H5T_C_S1, 1, small, NULL, false, "fixed length");
}

Test(result_read, refuses_sizes_that_no_file_could_hold)
{
    const hsize_t huge[3] = {(hsize_t)1 << 40, (hsize_t)1 << 40, (hsize_t)1 << 40}, chunks[3] = {1, 1, 1024};
    const hsize_t many[1] = {((hsize_t)1 << 31) + 1}, large[1] = {(hsize_t)1 << 30}, chunk[1] = {1024};
    const hsize_t wide_chunk[1] = {(hsize_t)1 << 28};
    foreign_refused(H5T_NATIVE_INT8, 3, huge, chunks, false, "more than 2147483648 elements");
    foreign_refused(H5T_NATIVE_INT8, 1, many, chunk, true, "more than 2147483648 elements");
    foreign_refused(H5T_NATIVE_DOUBLE, 1, large, chunk, true, "stored in a way");
    foreign_refused(H5T_NATIVE_DOUBLE, 1, large, wide_chunk, true, "stored in a way");
}

Test(result_read, refuses_links_groups_and_unordered_files)
{
    char path[PATH_BYTES];
    in_folder(path, "foreign.h5");
    hid_t file = foreign_file(path);
    H5Lcreate_external("/etc/other.h5", "/x", file, "x", H5P_DEFAULT, H5P_DEFAULT);
    H5Fclose(file);
    not_read(path, "x is a link");
    file = foreign_file(path);
    H5Gclose(H5Gcreate2(file, "x", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
    H5Fclose(file);
    not_read(path, "x is no variable");
    file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    foreign_dataset(file, "x", H5T_NATIVE_DOUBLE, 1, (const hsize_t[]){2}, NULL, true);
    H5Fclose(file);
    not_read(path, "has no order");
}

Test(result_read, refuses_texts_of_variable_length_in_attributes)
{
    char path[PATH_BYTES];
    const char *text = "text";
    in_folder(path, "foreign.h5");
    const hid_t file = foreign_file(path), type = H5Tcopy(H5T_C_S1), space = H5Screate(H5S_SCALAR);
    H5Tset_size(type, H5T_VARIABLE);
    const hid_t attribute = H5Acreate2(file, "title", type, space, H5P_DEFAULT, H5P_DEFAULT);
    H5Awrite(attribute, type, &text);
    H5Aclose(attribute);
    H5Sclose(space);
    H5Tclose(type);
    H5Fclose(file);
    not_read(path, "title has a text of a kind");
}

Test(result_heap, refuses_references_to_nowhere)
{
    struct result_heap heap;
    struct arena arena = {.blocks = NULL};
    unsigned char reference[RESULT_REFERENCE_BYTES] = {1, 0, 0, 0};
    struct err err = ERR_INIT;
    FILE *file = tmpfile();
    cr_assert_not_null(file);
    fputs("no collection here, only text", file);
    fflush(file);
    result_heap_init(&heap, fileno(file), 29);
    reference[12] = 1;
    cr_expect_null(result_heap_text(&heap, reference, &arena, &err));
    memset(reference + 4, 0xFF, 8);
    err_clear(&err);
    cr_expect_null(result_heap_text(&heap, reference, &arena, &err));
    cr_expect(strstr(err.text[0], "beyond its end") != NULL);
    result_heap_free(&heap);
    result_heap_free(&heap);
    arena_free(&arena);
    fclose(file);
}
