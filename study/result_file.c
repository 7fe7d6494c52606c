#include "study/result_file.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <hdf5.h>
#include <hdf5_hl.h>

#include "sim/mem.h"
#include "study/hdf5_help.h"
#include "study/result_check.h"
#include "study/result_chunks.h"
#include "study/result_seal.h"
#include "study/whole_file.h"

enum { IMAGE_STEP_BYTES = 1 << 20 };
enum { OBJECT_BYTES = 16384, TEXT_BYTES = 48 }; /* beside the values themselves; generously */

/* The file takes shape in memory: HDF5 keeps a file open for ever whose disk filled up under it. No path
 * under /dev/null exists, so that HDF5, which looks for one to truncate, finds none. */
#define IMAGE_NAME "/dev/null/result"

/* The memory that HDF5 writes the file to. It is HDF5's until the file is closed, then ours. */
struct image {
    unsigned char *bytes;
    size_t capacity;
};

struct writer {
    const char *path;
    const struct result *result;
    hid_t file;
    hid_t create;  /* dataset creation properties, of the variable at hand */
    hid_t *scales; /* owned; datasets of the coordinates written so far */
    size_t scale_count;
    unsigned threads;
    struct result_chunks *chunks; /* owned; NULL until a variable is large */
    const struct image *image;
};

static hid_t stored_type(enum result_type type)
{
    switch (type) {
    case RESULT_INT64:
        return H5T_STD_I64LE;
    case RESULT_INT8:
        return H5T_STD_I8LE;
    default:
        return H5T_IEEE_F64LE;
    }
}

/* A string type of so many bytes; H5T_VARIABLE for any length. The caller closes it. */
static hid_t text_type(size_t bytes)
{
    const hid_t type = H5Tcopy(H5T_C_S1);
    if (type >= 0 && H5Tset_size(type, bytes) >= 0 && H5Tset_cset(type, H5T_CSET_UTF8) >= 0)
        return type;
    H5Tclose(type);
    return H5I_INVALID_HID;
}

static int put_attribute(const struct writer *writer, hid_t object, const char *name, hid_t stored,
                         hid_t given, hid_t space, const void *value, struct err *err)
{
    int answer = 0;
    const hid_t attribute = H5Acreate2(object, name, stored, space, H5P_DEFAULT, H5P_DEFAULT);
    if (attribute < 0 || H5Awrite(attribute, given, value) < 0)
        answer = hdf5_fail(err, "%s: cannot write attribute %s", writer->path, name);
    if (attribute >= 0 && H5Aclose(attribute) < 0)
        answer = hdf5_fail(err, "%s: cannot write attribute %s", writer->path, name);
    return answer;
}

/* Texts in attributes have a fixed length; HDF5 stores those above 64 KB apart by itself. NULL: nothing to
 * say. */
static int put_text(const struct writer *writer, hid_t object, const char *name, const char *text,
                    struct err *err)
{
    if (text == NULL)
        return 0;
    const hid_t type = text_type(text[0] == '\0' ? 1 : strlen(text));
    const hid_t space = H5Screate(H5S_SCALAR);
    int answer = -1;
    if (type < 0 || space < 0)
        hdf5_fail(err, "%s: cannot write attribute %s", writer->path, name);
    else
        answer = put_attribute(writer, object, name, type, type, space, text, err);
    if (type >= 0)
        H5Tclose(type);
    if (space >= 0)
        H5Sclose(space);
    return answer;
}

static int put_numbers(const struct writer *writer, hid_t object, const char *name, enum result_type type,
                       const double *numbers, size_t count, bool scalar, struct err *err)
{
    const hsize_t length = count;
    const hid_t space = scalar ? H5Screate(H5S_SCALAR) : H5Screate_simple(1, &length, NULL);
    if (space < 0)
        return hdf5_fail(err, "%s: cannot write attribute %s", writer->path, name);
    const int answer =
        put_attribute(writer, object, name, stored_type(type), H5T_NATIVE_DOUBLE, space, numbers, err);
    H5Sclose(space);
    return answer;
}

static int put_attributes(const struct writer *writer, hid_t object,
                          const struct result_attribute *attributes, size_t count, struct err *err)
{
    for (size_t i = 0; i < count; i++) {
        const struct result_attribute *a = &attributes[i];
        int answer;
        if (a->type == RESULT_TEXT)
            answer = put_text(writer, object, a->name, a->text != NULL ? a->text : "", err);
        else if (a->count > 0)
            answer = put_numbers(writer, object, a->name, a->type, a->numbers, a->count, false, err);
        else
            answer = put_numbers(writer, object, a->name, a->type, &a->number, 1, true, err);
        if (answer != 0)
            return -1;
    }
    return 0;
}

static int prepare_storage(const struct writer *writer, const struct result_variable *variable,
                           size_t elements, struct err *err)
{
    struct result_grid grid;
    if (result_grid_of(&grid, writer->result, variable, elements) &&
        result_grid_prepare(&grid, writer->create) < 0)
        return hdf5_fail(err, "%s: cannot prepare %s", writer->path, variable->name);
    return 0;
}

static hid_t new_space(const struct writer *writer, const struct result_variable *variable)
{
    hsize_t sizes[RESULT_RANK];
    for (unsigned axis = 0; axis < variable->rank; axis++)
        sizes[axis] = writer->result->dimensions[variable->dims[axis]].size;
    if (variable->rank == 0)
        return H5Screate(H5S_SCALAR);
    return H5Screate_simple((int)variable->rank, sizes, NULL);
}

/* The file's own order of things is that of their creation, and no times are kept: equal results, equal
 * bytes. */
static hid_t new_dataset(struct writer *writer, const struct result_variable *variable, size_t elements,
                         hid_t type, struct err *err)
{
    hid_t dataset = H5I_INVALID_HID;
    const hid_t space = new_space(writer, variable);
    writer->create = H5Pcreate(H5P_DATASET_CREATE);
    const double missing = NAN;
    if (space < 0 || writer->create < 0 ||
        H5Pset_attr_creation_order(writer->create, H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED) < 0 ||
        H5Pset_obj_track_times(writer->create, false) < 0 ||
        (variable->type == RESULT_DOUBLE &&
         H5Pset_fill_value(writer->create, H5T_NATIVE_DOUBLE, &missing) < 0))
        hdf5_fail(err, "%s: cannot prepare %s", writer->path, variable->name);
    else if (prepare_storage(writer, variable, elements, err) == 0) {
        dataset =
            H5Dcreate2(writer->file, variable->name, type, space, H5P_DEFAULT, writer->create, H5P_DEFAULT);
        if (dataset < 0)
            hdf5_fail(err, "%s: cannot create %s", writer->path, variable->name);
    }
    if (writer->create >= 0)
        H5Pclose(writer->create);
    if (space >= 0)
        H5Sclose(space);
    return dataset;
}

static int put_texts(const struct writer *writer, hid_t dataset, hid_t type, const char *const *given,
                     size_t elements, const char *name, struct err *err)
{
    const char **texts = mem_zeroed(elements, sizeof *texts, err);
    if (texts == NULL)
        return -1;
    for (size_t i = 0; i < elements; i++)
        texts[i] = given[i] != NULL ? given[i] : "";
    int answer = 0;
    if (H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, texts) < 0)
        answer = hdf5_fail(err, "%s: cannot write %s", writer->path, name);
    free(texts);
    return answer;
}

static int put_chunks(struct writer *writer, hid_t dataset, const struct result_grid *grid,
                      const struct result_variable *variable, struct err *err)
{
    if (writer->chunks == NULL)
        writer->chunks = result_chunks_new(writer->threads, err);
    return writer->chunks == NULL ? -1
                                  : result_chunks_write(writer->chunks, dataset, grid, variable,
                                                        &writer->image->capacity, writer->path, err);
}

/* Small ones in one piece. */
static int put_numbers_of(struct writer *writer, hid_t dataset, const struct result_variable *variable,
                          size_t elements, struct err *err)
{
    const hid_t native = variable->type == RESULT_INT64  ? H5T_NATIVE_INT64
                         : variable->type == RESULT_INT8 ? H5T_NATIVE_INT8
                                                         : H5T_NATIVE_DOUBLE;
    void *values = mem_zeroed(elements, result_type_bytes(variable->type), err);
    if (values == NULL)
        return -1;
    int answer = 0;
    result_values(variable, 0, elements, values);
    if (H5Dwrite(dataset, native, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) < 0)
        answer = hdf5_fail(err, "%s: cannot write %s", writer->path, variable->name);
    free(values);
    return answer;
}

static int put_values(struct writer *writer, hid_t dataset, hid_t type,
                      const struct result_variable *variable, size_t elements, struct err *err)
{
    if (elements == 0)
        return 0;
    if (variable->type == RESULT_TEXT)
        return put_texts(writer, dataset, type, variable->values, elements, variable->name, err);
    struct result_grid grid;
    if (result_grid_of(&grid, writer->result, variable, elements))
        return put_chunks(writer, dataset, &grid, variable, err);
    return put_numbers_of(writer, dataset, variable, elements, err);
}

/* Creates the dataset of a variable or coordinate with its values and common attributes. The caller closes
 * it. */
static hid_t put_dataset(struct writer *writer, const struct result_variable *variable, struct err *err)
{
    size_t elements = 0;
    if (!result_elements(writer->result, variable, &elements))
        return err_fail(err, "%s: %s is too large", writer->path, variable->name);
    const bool text = variable->type == RESULT_TEXT;
    const hid_t type = text ? text_type(H5T_VARIABLE) : stored_type(variable->type);
    if (type < 0)
        return hdf5_fail(err, "%s: cannot create %s", writer->path, variable->name);
    hid_t dataset = new_dataset(writer, variable, elements, type, err);
    if (dataset >= 0 && (put_values(writer, dataset, type, variable, elements, err) != 0 ||
                         put_text(writer, dataset, "long_name", variable->long_name, err) != 0 ||
                         put_text(writer, dataset, "units", variable->units, err) != 0)) {
        H5Dclose(dataset);
        dataset = H5I_INVALID_HID;
    }
    if (text)
        H5Tclose(type);
    return dataset;
}

static int put_dimensions(struct writer *writer, struct err *err)
{
    for (size_t i = 0; i < writer->result->dimension_count; i++) {
        const struct result_dimension *dimension = &writer->result->dimensions[i];
        const struct result_variable coordinate = result_coordinate(writer->result, i);
        const hid_t scale = put_dataset(writer, &coordinate, err);
        if (scale < 0)
            return -1;
        writer->scales[writer->scale_count++] = scale;
        if (put_text(writer, scale, "calendar", dimension->calendar, err) != 0)
            return -1;
        if (H5DSset_scale(scale, dimension->name) < 0)
            return hdf5_fail(err, "%s: cannot make %s a dimension", writer->path, dimension->name);
    }
    return 0;
}

static int attach_scales(const struct writer *writer, hid_t dataset, const struct result_variable *variable,
                         struct err *err)
{
    for (unsigned axis = 0; axis < variable->rank; axis++)
        if (H5DSattach_scale(dataset, writer->scales[variable->dims[axis]], axis) < 0)
            return hdf5_fail(err, "%s: cannot give %s its dimensions", writer->path, variable->name);
    return 0;
}

static int put_variables(struct writer *writer, struct err *err)
{
    static const double missing = NAN;
    for (size_t i = 0; i < writer->result->variable_count; i++) {
        const struct result_variable *variable = &writer->result->variables[i];
        const hid_t dataset = put_dataset(writer, variable, err);
        if (dataset < 0)
            return -1;
        int answer = 0;
        if (variable->type == RESULT_DOUBLE)
            answer = put_numbers(writer, dataset, "_FillValue", RESULT_DOUBLE, &missing, 1, false, err);
        if (answer == 0)
            answer = put_attributes(writer, dataset, variable->attributes, variable->attribute_count, err);
        if (answer == 0)
            answer = attach_scales(writer, dataset, variable, err);
        if (H5Dclose(dataset) < 0 && answer == 0)
            answer = hdf5_fail(err, "%s: cannot finish %s", writer->path, variable->name);
        if (answer != 0)
            return -1;
    }
    return 0;
}

static void *image_malloc(size_t size, H5FD_file_image_op_t step, void *data)
{
    struct image *image = data;
    (void)step;
    image->capacity = size;
    return malloc(size);
}

static void *image_realloc(void *bytes, size_t size, H5FD_file_image_op_t step, void *data)
{
    struct image *image = data;
    (void)step;
    void *moved = realloc(bytes, size);
    if (moved != NULL)
        image->capacity = size;
    return moved;
}

static herr_t image_free(void *bytes, H5FD_file_image_op_t step, void *data)
{
    struct image *image = data;
    if (step != H5FD_FILE_IMAGE_OP_FILE_CLOSE) {
        free(bytes);
        return 0;
    }
    image->bytes = bytes;
    return 0;
}

static void *same_data(void *data)
{
    return data;
}

static herr_t keep_data(void *data)
{
    (void)data;
    return 0;
}

/* H5Fget_file_image() would be the plain way, but in HDF5 1.10 it clears a flag in the superblock's copy
 * without mending the checksum, and nothing opens the bytes. */
static hid_t new_image(const char *path, struct image *image, struct err *err)
{
    H5FD_file_image_callbacks_t callbacks = {.image_malloc = image_malloc,
                                             .image_memcpy = NULL,
                                             .image_realloc = image_realloc,
                                             .image_free = image_free,
                                             .udata_copy = same_data,
                                             .udata_free = keep_data,
                                             .udata = image};
    const unsigned order = H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED;
    const hid_t create = H5Pcreate(H5P_FILE_CREATE), access = H5Pcreate(H5P_FILE_ACCESS);
    hid_t file = H5I_INVALID_HID;
    if (create >= 0 && access >= 0 && H5Pset_link_creation_order(create, order) >= 0 &&
        H5Pset_attr_creation_order(create, order) >= 0 && H5Pset_obj_track_times(create, false) >= 0 &&
        H5Pset_libver_bounds(access, H5F_LIBVER_V18, H5F_LIBVER_V18) >= 0 &&
        H5Pset_fclose_degree(access, H5F_CLOSE_STRONG) >= 0 &&
        H5Pset_fapl_core(access, IMAGE_STEP_BYTES, false) >= 0 &&
        H5Pset_file_image_callbacks(access, &callbacks) >= 0)
        file = H5Fcreate(IMAGE_NAME, H5F_ACC_TRUNC, create, access);
    if (file < 0)
        hdf5_fail(err, "%s: cannot create a result", path);
    if (create >= 0)
        H5Pclose(create);
    if (access >= 0)
        H5Pclose(access);
    return file;
}

/* The end of the file as its superblock states it (version 2: 8 bytes from byte 28 on). */
static size_t stated_end(const unsigned char *bytes)
{
    uint64_t end = 0;
    for (size_t i = 8; i-- > 0;)
        end = end << 8 | bytes[28 + i];
    return (size_t)end;
}

/* Cuts the image to the file's size and adds the seal. */
static int seal_image(const char *path, struct image *image, size_t *size, struct err *err)
{
    const size_t end = image->bytes == NULL || image->capacity < 48 ? 0 : stated_end(image->bytes);
    if (end == 0 || end > image->capacity)
        return err_fail(err, "%s: HDF5 left no whole file in memory", path);
    unsigned char *bytes = realloc(image->bytes, end + RESULT_SEAL_BYTES);
    if (bytes == NULL)
        return err_fail(err, "%s: out of memory", path);
    image->bytes = bytes;
    result_seal(bytes, end, bytes + end);
    *size = end + RESULT_SEAL_BYTES;
    return 0;
}

static int put_everything(const char *path, const struct result *result, unsigned threads, hid_t file,
                          const struct image *image, struct err *err)
{
    struct writer writer = {.path = path, .result = result, .file = file, .threads = threads, .image = image};
    writer.scales = mem_zeroed(result->dimension_count, sizeof *writer.scales, err);
    if (writer.scales == NULL)
        return -1;
    int answer = put_attributes(&writer, file, result->attributes, result->attribute_count, err);
    if (answer == 0)
        answer = put_dimensions(&writer, err);
    if (answer == 0)
        answer = put_variables(&writer, err);
    for (size_t i = 0; i < writer.scale_count; i++)
        H5Dclose(writer.scales[i]);
    free(writer.scales);
    result_chunks_free(writer.chunks);
    return answer;
}

/* The bytes of the file; the caller frees them, whatever the answer. */
static int compose(const char *path, const struct result *result, unsigned threads, struct image *image,
                   size_t *size, struct err *err)
{
    const hid_t file = new_image(path, image, err);
    if (file < 0)
        return -1;
    int answer = put_everything(path, result, threads, file, image, err);
    if (H5Fclose(file) < 0 && answer == 0)
        answer = hdf5_fail(err, "%s: cannot finish the file", path);
    if (answer != 0)
        return -1;
    return seal_image(path, image, size, err);
}

/* About what the file holds; large variables ask for room on the way, when it is known what they take. */
static size_t bytes_of_variable(const struct result *result, const struct result_variable *variable)
{
    size_t elements = 0, bytes = OBJECT_BYTES;
    if (!result_elements(result, variable, &elements))
        return SIZE_MAX / 4;
    struct result_grid grid;
    if (result_grid_of(&grid, result, variable, elements))
        return bytes;
    bytes += elements * (variable->type == RESULT_TEXT ? TEXT_BYTES : result_type_bytes(variable->type));
    const char *const *texts = variable->values;
    for (size_t i = 0; variable->type == RESULT_TEXT && i < elements; i++)
        bytes += texts[i] != NULL ? strlen(texts[i]) : 0;
    return bytes;
}

static size_t bytes_of_result(const struct result *result)
{
    size_t bytes = 0;
    for (size_t i = 0; i < result->dimension_count; i++) {
        const struct result_variable coordinate = result_coordinate(result, i);
        bytes += bytes_of_variable(result, &coordinate);
    }
    for (size_t i = 0; i < result->variable_count; i++)
        bytes += bytes_of_variable(result, &result->variables[i]);
    for (size_t i = 0; i < result->attribute_count; i++)
        if (result->attributes[i].type == RESULT_TEXT && result->attributes[i].text != NULL)
            bytes += strlen(result->attributes[i].text);
    return bytes;
}

int result_write(const char *path, const struct result *result, struct err *err)
{
    return result_write_on(path, result, 1, err);
}

int result_write_on(const char *path, const struct result *result, unsigned threads, struct err *err)
{
    hdf5_quiet();
    if (result_check(path, result, err) != 0 || hdf5_room(path, bytes_of_result(result), err) != 0)
        return -1;
    struct image image = {.bytes = NULL};
    size_t size = 0;
    int answer = compose(path, result, threads, &image, &size, err);
    if (answer == 0)
        answer = whole_file_write(path, image.bytes, size, err);
    free(image.bytes);
    return answer;
}

void result_values(const struct result_variable *variable, size_t first, size_t count, void *values)
{
    const size_t bytes = result_type_bytes(variable->type);
    if (variable->source.fill != NULL)
        variable->source.fill(variable->source.data, variable->source.number, first, count, values);
    else if (count > 0)
        memcpy(values, (const char *)variable->values + first * bytes, count * bytes);
}

void result_free(struct result *result)
{
    if (result->owner != NULL) {
        arena_free(result->owner);
        free(result->owner);
    }
    memset(result, 0, sizeof *result);
}

const struct result_variable *result_find(const struct result *result, const char *name)
{
    for (size_t i = 0; i < result->variable_count; i++)
        if (strcmp(result->variables[i].name, name) == 0)
            return &result->variables[i];
    return NULL;
}

const struct result_dimension *result_find_dimension(const struct result *result, const char *name)
{
    for (size_t i = 0; i < result->dimension_count; i++)
        if (strcmp(result->dimensions[i].name, name) == 0)
            return &result->dimensions[i];
    return NULL;
}

const char *result_text(const struct result *result, const char *attribute)
{
    for (size_t i = 0; i < result->attribute_count; i++)
        if (result->attributes[i].type == RESULT_TEXT && strcmp(result->attributes[i].name, attribute) == 0)
            return result->attributes[i].text;
    return NULL;
}
