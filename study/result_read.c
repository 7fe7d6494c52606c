/* Reading a result file back. It may be damaged or made to do harm: what is
 * asked of HDF5 here is as little as possible (no variable-length data, no
 * references followed, no links out of the file, no filters that load plugins),
 * and what HDF5 says is checked against the size of the file before memory is
 * asked for. What remains is HDF5's own parsing of headers, B-trees, heaps and
 * compressed chunks: most of it has checksums, so that accidents are refused,
 * but a file made by an enemy of HDF5 1.10 can still crash it. */

#include "study/result_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <hdf5.h>
#include <hdf5_hl.h>

#include "sim/mem.h"
#include "study/hdf5_help.h"
#include "study/result_check.h"
#include "study/result_heap.h"
#include "study/result_seal.h"

/* More than any file of ours has, and little enough to be safe. */
enum {
    NAME_BYTES = 256,
    MOST_OBJECTS = 65536,
    MOST_CHUNK_BYTES = 1 << 27,
    MOST_DEFLATION = 1100, /* what deflate can gain at best is 1032 to 1 */
    MOST_ATTRIBUTE_NUMBERS = 4096
};

struct reader {
    const char *path;
    int fd;
    uint64_t file_bytes;
    hid_t file;
    struct result *result;
    haddr_t *variable_address; /* owned; identity of each variable in the file */
    struct result_heap heap;
};

static int foreign(const struct reader *reader, const char *what, const char *why, struct err *err)
{
    return err_fail(err, "%s: %s %s; this is no result file, or another program has changed it", reader->path,
                    what, why);
}

static int hdf5_type(const struct reader *reader, hid_t type, const char *name, enum result_type *found,
                     struct err *err)
{
    const H5T_class_t class = H5Tget_class(type);
    const size_t bytes = H5Tget_size(type);
    if (class == H5T_FLOAT && bytes == 8)
        *found = RESULT_DOUBLE;
    else if (class == H5T_INTEGER && bytes == 8 && H5Tget_sign(type) == H5T_SGN_2)
        *found = RESULT_INT64;
    else if (class == H5T_INTEGER && bytes == 1 && H5Tget_sign(type) == H5T_SGN_2)
        *found = RESULT_INT8;
    else if (class == H5T_STRING)
        *found = RESULT_TEXT;
    else
        return foreign(reader, name, "has a type that result files do not have", err);
    return 0;
}

static int read_text_attribute(const struct reader *reader, hid_t attribute, hid_t type, const char *name,
                               const char **text, struct err *err)
{
    const size_t bytes = H5Tget_size(type);
    if (H5Tis_variable_str(type) != 0 || bytes == 0 || bytes > reader->file_bytes)
        return foreign(reader, name, "has a text of a kind that result files do not have", err);
    char *buffer = arena_zeroed(reader->result->owner, bytes + 1, 1, err);
    if (buffer == NULL)
        return -1;
    if (H5Aread(attribute, type, buffer) < 0)
        return hdf5_fail(err, "%s: cannot read attribute %s", reader->path, name);
    *text = buffer;
    return 0;
}

static int read_numbers_attribute(const struct reader *reader, hid_t attribute, const char *name,
                                  hssize_t count, bool scalar, struct result_attribute *into, struct err *err)
{
    if (count < 1 || count > MOST_ATTRIBUTE_NUMBERS)
        return foreign(reader, name, "has too many numbers", err);
    double *numbers = arena_zeroed(reader->result->owner, (size_t)count, sizeof *numbers, err);
    if (numbers == NULL)
        return -1;
    if (H5Aread(attribute, H5T_NATIVE_DOUBLE, numbers) < 0)
        return hdf5_fail(err, "%s: cannot read attribute %s", reader->path, name);
    if (scalar)
        into->number = numbers[0];
    else {
        into->count = (size_t)count;
        into->numbers = numbers;
    }
    return 0;
}

static int read_attribute(const struct reader *reader, hid_t attribute, const char *name,
                          struct result_attribute *into, struct err *err)
{
    int answer = -1;
    const hid_t type = H5Aget_type(attribute), space = H5Aget_space(attribute);
    if (type < 0 || space < 0)
        hdf5_fail(err, "%s: cannot read attribute %s", reader->path, name);
    else if (hdf5_type(reader, type, name, &into->type, err) == 0) {
        const hssize_t count = H5Sget_simple_extent_npoints(space);
        const bool scalar = H5Sget_simple_extent_type(space) == H5S_SCALAR;
        into->name = arena_text(reader->result->owner, name, err);
        if (into->name == NULL)
            answer = -1;
        else if (into->type != RESULT_TEXT)
            answer = read_numbers_attribute(reader, attribute, name, count, scalar, into, err);
        else if (scalar)
            answer = read_text_attribute(reader, attribute, type, name, &into->text, err);
        else
            answer = foreign(reader, name, "has several texts", err);
    }
    if (type >= 0)
        H5Tclose(type);
    if (space >= 0)
        H5Sclose(space);
    return answer;
}

/* What an object says about itself. */
struct labels {
    const char *long_name, *units, *calendar;
    struct result_attribute *attributes;
    size_t count;
};

/* Attribute number `at`; those that HDF5 and netCDF need are passed over. */
static int read_label(const struct reader *reader, hid_t object, hsize_t at, struct labels *labels,
                      struct err *err)
{
    char name[NAME_BYTES];
    int answer = 0;
    const hid_t attribute =
        H5Aopen_by_idx(object, ".", H5_INDEX_CRT_ORDER, H5_ITER_INC, at, H5P_DEFAULT, H5P_DEFAULT);
    if (attribute < 0)
        return hdf5_fail(err, "%s: cannot read an attribute", reader->path);
    const ssize_t length = H5Aget_name(attribute, sizeof name, name);
    if (length < 0 || length >= NAME_BYTES) {
        answer = foreign(reader, "an attribute", "has a strange name", err);
    } else if (strcmp(name, "long_name") == 0 || strcmp(name, "units") == 0 ||
               strcmp(name, "calendar") == 0) {
        struct result_attribute label = {.name = NULL};
        answer = read_attribute(reader, attribute, name, &label, err);
        if (answer == 0 && label.type != RESULT_TEXT)
            answer = foreign(reader, name, "is no text", err);
        *(name[0] == 'l'   ? &labels->long_name
          : name[0] == 'u' ? &labels->units
                           : &labels->calendar) = label.text;
    } else if (!result_attribute_reserved(name)) {
        answer = read_attribute(reader, attribute, name, &labels->attributes[labels->count], err);
        labels->count++;
    }
    H5Aclose(attribute);
    return answer;
}

static int read_labels(const struct reader *reader, hid_t object, struct labels *labels, struct err *err)
{
    H5O_info_t info;
    *labels = (struct labels){.count = 0};
    if (H5Oget_info2(object, &info, H5O_INFO_NUM_ATTRS) < 0)
        return hdf5_fail(err, "%s: cannot read attributes", reader->path);
    if (info.num_attrs > MOST_OBJECTS)
        return foreign(reader, "an object", "has too many attributes", err);
    if (info.num_attrs == 0)
        return 0;
    labels->attributes =
        arena_zeroed(reader->result->owner, (size_t)info.num_attrs, sizeof *labels->attributes, err);
    if (labels->attributes == NULL)
        return -1;
    for (hsize_t at = 0; at < info.num_attrs; at++)
        if (read_label(reader, object, at, labels, err) != 0)
            return -1;
    return 0;
}

/* Storage inside the file, of a size that fits what it claims to hold. `stored` is of an element. */
static int check_storage(const struct reader *reader, hid_t dataset, const char *name, size_t elements,
                         size_t stored, struct err *err)
{
    const hid_t create = H5Dget_create_plist(dataset);
    if (create < 0)
        return hdf5_fail(err, "%s: cannot read %s", reader->path, name);
    const H5D_layout_t layout = H5Pget_layout(create);
    const int filters = H5Pget_nfilters(create), outside = H5Pget_external_count(create);
    bool sound = outside == 0 && filters >= 0;
    for (int i = 0; sound && i < filters; i++) {
        unsigned flags;
        size_t values = 0;
        const H5Z_filter_t filter = H5Pget_filter2(create, (unsigned)i, &flags, &values, NULL, 0, NULL, NULL);
        sound =
            filter == H5Z_FILTER_DEFLATE || filter == H5Z_FILTER_SHUFFLE || filter == H5Z_FILTER_FLETCHER32;
    }
    uint64_t most = reader->file_bytes;
    if (sound && layout == H5D_CHUNKED) {
        hsize_t chunk[RESULT_RANK];
        uint64_t bytes = stored;
        const int rank = H5Pget_chunk(create, RESULT_RANK, chunk);
        sound = rank >= 1 && rank <= RESULT_RANK;
        for (int axis = 0; sound && axis < rank; axis++)
            sound = !__builtin_mul_overflow(bytes, chunk[axis], &bytes) && bytes <= MOST_CHUNK_BYTES;
        most = H5Dget_storage_size(dataset);
        sound = sound && most <= reader->file_bytes &&
                !__builtin_mul_overflow(most, (uint64_t)MOST_DEFLATION, &most);
    } else
        sound = sound && (layout == H5D_CONTIGUOUS || layout == H5D_COMPACT);
    H5Pclose(create);
    if (!sound || elements > most / stored)
        return foreign(reader, name, "is stored in a way that result files do not have", err);
    return 0;
}

static int read_texts(struct reader *reader, hid_t dataset, const char *name, size_t elements,
                      const void **values, struct err *err)
{
    const haddr_t address = H5Dget_offset(dataset);
    if (address == HADDR_UNDEF)
        return foreign(reader, name, "has its texts in an unknown place", err);
    const char **texts = arena_zeroed(reader->result->owner, elements, sizeof *texts, err);
    if (texts == NULL)
        return -1;
    struct err inner = ERR_INIT;
    for (size_t i = 0; i < elements; i++) {
        unsigned char reference[RESULT_REFERENCE_BYTES];
        if (result_heap_bytes(&reader->heap, address + i * sizeof reference, reference, sizeof reference,
                              &inner) != 0 ||
            (texts[i] = result_heap_text(&reader->heap, reference, reader->result->owner, &inner)) == NULL)
            return err_fail(err, "%s: cannot read text %zu of %s: %s", reader->path, i + 1, name,
                            inner.text[0]);
    }
    *values = texts;
    return 0;
}

static int read_values(struct reader *reader, hid_t dataset, enum result_type type, const char *name,
                       size_t elements, const void **values, struct err *err)
{
    const size_t stored = type == RESULT_TEXT ? RESULT_REFERENCE_BYTES : result_type_bytes(type);
    if (check_storage(reader, dataset, name, elements, stored, err) != 0)
        return -1;
    if (type == RESULT_TEXT && elements > 0)
        return read_texts(reader, dataset, name, elements, values, err);
    void *numbers = arena_zeroed(reader->result->owner, elements, stored, err);
    if (numbers == NULL)
        return -1;
    *values = numbers;
    const hid_t native = type == RESULT_INT64  ? H5T_NATIVE_INT64
                         : type == RESULT_INT8 ? H5T_NATIVE_INT8
                                               : H5T_NATIVE_DOUBLE;
    if (elements > 0 && H5Dread(dataset, native, H5S_ALL, H5S_ALL, H5P_DEFAULT, numbers) < 0)
        return hdf5_fail(err, "%s: cannot read %s", reader->path, name);
    return 0;
}

/* Shape and type of a dataset. */
struct form {
    enum result_type type;
    unsigned rank;
    size_t sizes[RESULT_RANK];
    size_t elements;
};

static int read_sizes(const struct reader *reader, hid_t space, const char *name, struct form *form,
                      struct err *err)
{
    hsize_t sizes[RESULT_RANK];
    const int rank = H5Sget_simple_extent_ndims(space);
    if (rank < 0 || rank > RESULT_RANK || H5Sget_simple_extent_type(space) == H5S_NULL)
        return foreign(reader, name, "has a strange number of dimensions", err);
    if (H5Sget_simple_extent_dims(space, sizes, NULL) != rank)
        return hdf5_fail(err, "%s: cannot read the dimensions of %s", reader->path, name);
    form->rank = (unsigned)rank;
    form->elements = 1;
    for (int axis = 0; axis < rank; axis++) {
        if (__builtin_mul_overflow(form->elements, sizes[axis], &form->elements) ||
            form->elements > RESULT_ELEMENTS || sizes[axis] > RESULT_ELEMENTS)
            return err_fail(err, "%s: %s has more than %zu elements", reader->path, name, RESULT_ELEMENTS);
        form->sizes[axis] = (size_t)sizes[axis];
    }
    return 0;
}

static int read_form(const struct reader *reader, hid_t dataset, const char *name, struct form *form,
                     struct err *err)
{
    int answer = -1;
    const hid_t type = H5Dget_type(dataset), space = H5Dget_space(dataset);
    if (type < 0 || space < 0)
        hdf5_fail(err, "%s: cannot read %s", reader->path, name);
    else if (hdf5_type(reader, type, name, &form->type, err) == 0) {
        if (form->type == RESULT_TEXT && H5Tis_variable_str(type) <= 0)
            foreign(reader, name, "has texts of a fixed length", err);
        else
            answer = read_sizes(reader, space, name, form, err);
    }
    if (type >= 0)
        H5Tclose(type);
    if (space >= 0)
        H5Sclose(space);
    return answer;
}

static int read_dimension(struct reader *reader, hid_t dataset, const char *name, struct err *err)
{
    struct form form;
    struct labels labels;
    struct result_dimension *into = &reader->result->dimensions[reader->result->dimension_count];
    if (read_form(reader, dataset, name, &form, err) != 0)
        return -1;
    if (form.rank != 1)
        return foreign(reader, name, "is a dimension without a coordinate of its own", err);
    if (read_labels(reader, dataset, &labels, err) != 0)
        return -1;
    *into = (struct result_dimension){.name = name,
                                      .long_name = labels.long_name,
                                      .units = labels.units,
                                      .size = form.sizes[0],
                                      .type = form.type,
                                      .calendar = labels.calendar};
    reader->result->dimension_count++;
    return read_values(reader, dataset, form.type, name, form.elements, &into->values, err);
}

/* Which dimension each axis has is said by the dimensions, later: until then it is out of range. */
static int read_variable(struct reader *reader, hid_t dataset, const char *name, struct err *err)
{
    struct form form;
    struct labels labels;
    H5O_info_t info;
    const size_t at = reader->result->variable_count;
    struct result_variable *into = &reader->result->variables[at];
    if (read_form(reader, dataset, name, &form, err) != 0 || read_labels(reader, dataset, &labels, err) != 0)
        return -1;
    if (H5Oget_info2(dataset, &info, H5O_INFO_BASIC) < 0)
        return hdf5_fail(err, "%s: cannot read %s", reader->path, name);
    reader->variable_address[at] = info.addr;
    *into = (struct result_variable){.name = name,
                                     .long_name = labels.long_name,
                                     .units = labels.units,
                                     .type = form.type,
                                     .rank = form.rank,
                                     .attributes = labels.attributes,
                                     .attribute_count = labels.count};
    for (unsigned axis = 0; axis < form.rank; axis++)
        into->dims[axis] = SIZE_MAX;
    reader->result->variable_count++;
    return read_values(reader, dataset, form.type, name, form.elements, &into->values, err);
}

static int read_dataset(struct reader *reader, hid_t dataset, const char *name, struct err *err)
{
    const htri_t scale = H5DSis_scale(dataset);
    if (scale < 0)
        return hdf5_fail(err, "%s: cannot read %s", reader->path, name);
    const char *kept = arena_text(reader->result->owner, name, err);
    if (kept == NULL)
        return -1;
    return scale > 0 ? read_dimension(reader, dataset, kept, err) : read_variable(reader, dataset, kept, err);
}

static int read_link(struct reader *reader, hsize_t at, struct err *err)
{
    char name[NAME_BYTES];
    H5L_info_t link;
    const ssize_t length = H5Lget_name_by_idx(reader->file, "/", H5_INDEX_CRT_ORDER, H5_ITER_INC, at, name,
                                              sizeof name, H5P_DEFAULT);
    if (length <= 0 || length >= NAME_BYTES)
        return foreign(reader, "an object", "has no order or a strange name", err);
    if (H5Lget_info(reader->file, name, &link, H5P_DEFAULT) < 0 || link.type != H5L_TYPE_HARD)
        return foreign(reader, name, "is a link", err);
    const hid_t object = H5Oopen(reader->file, name, H5P_DEFAULT);
    if (object < 0)
        return hdf5_fail(err, "%s: cannot read %s", reader->path, name);
    const int answer = H5Iget_type(object) == H5I_DATASET ? read_dataset(reader, object, name, err)
                                                          : foreign(reader, name, "is no variable", err);
    H5Oclose(object);
    return answer;
}

/* What a dimension says about who uses it: the members of its attribute REFERENCE_LIST. */
struct use {
    hobj_ref_t variable;
    int axis;
};

static int assign_uses(struct reader *reader, size_t dimension, const struct use *uses, size_t count,
                       struct err *err)
{
    struct result *result = reader->result;
    const char *name = result->dimensions[dimension].name;
    for (size_t i = 0; i < count; i++)
        for (size_t v = 0; v < result->variable_count; v++) {
            if (reader->variable_address[v] != uses[i].variable)
                continue;
            if (uses[i].axis < 0 || (unsigned)uses[i].axis >= result->variables[v].rank ||
                result->variables[v].dims[uses[i].axis] != SIZE_MAX)
                return foreign(reader, name, "is used as a dimension where none can be", err);
            result->variables[v].dims[uses[i].axis] = dimension;
        }
    return 0;
}

/* The attribute's type as this program reads it. */
static hid_t use_type(void)
{
    const hid_t type = H5Tcreate(H5T_COMPOUND, sizeof(struct use));
    if (type >= 0 && H5Tinsert(type, "dataset", offsetof(struct use, variable), H5T_STD_REF_OBJ) >= 0 &&
        H5Tinsert(type, "dimension", offsetof(struct use, axis), H5T_NATIVE_INT) >= 0)
        return type;
    if (type >= 0)
        H5Tclose(type);
    return H5I_INVALID_HID;
}

/* True when the stored type is a compound of an object reference and an integer by these names. */
static bool use_type_stored(hid_t stored)
{
    static const char *const names[2] = {"dataset", "dimension"};
    static const H5T_class_t classes[2] = {H5T_REFERENCE, H5T_INTEGER};
    if (H5Tget_class(stored) != H5T_COMPOUND || H5Tget_nmembers(stored) != 2)
        return false;
    for (int i = 0; i < 2; i++) {
        const int at = H5Tget_member_index(stored, names[i]);
        if (at < 0 || H5Tget_member_class(stored, (unsigned)at) != classes[i])
            return false;
    }
    return true;
}

static int read_uses(struct reader *reader, hid_t attribute, size_t dimension, struct err *err)
{
    const char *name = reader->result->dimensions[dimension].name;
    int answer = -1;
    struct use *uses = NULL;
    const hid_t stored = H5Aget_type(attribute), space = H5Aget_space(attribute), type = use_type();
    const hssize_t count = space < 0 ? -1 : H5Sget_simple_extent_npoints(space);
    if (stored < 0 || type < 0 || count < 0 || count > MOST_OBJECTS || !use_type_stored(stored)) {
        foreign(reader, name, "does not say well whose dimension it is", err);
        goto out;
    }
    uses = mem_zeroed((size_t)count, sizeof *uses, err);
    if (uses == NULL)
        goto out;
    if (count > 0 && H5Aread(attribute, type, uses) < 0)
        hdf5_fail(err, "%s: cannot read whose dimension %s is", reader->path, name);
    else
        answer = assign_uses(reader, dimension, uses, (size_t)count, err);
out:
    free(uses);
    if (stored >= 0)
        H5Tclose(stored);
    if (space >= 0)
        H5Sclose(space);
    if (type >= 0)
        H5Tclose(type);
    return answer;
}

static int find_uses(struct reader *reader, struct err *err)
{
    for (size_t i = 0; i < reader->result->dimension_count; i++) {
        const char *name = reader->result->dimensions[i].name;
        const htri_t used = H5Aexists_by_name(reader->file, name, "REFERENCE_LIST", H5P_DEFAULT);
        if (used == 0)
            continue;
        const hid_t attribute =
            used < 0 ? H5I_INVALID_HID
                     : H5Aopen_by_name(reader->file, name, "REFERENCE_LIST", H5P_DEFAULT, H5P_DEFAULT);
        if (attribute < 0)
            return hdf5_fail(err, "%s: cannot read whose dimension %s is", reader->path, name);
        const int answer = read_uses(reader, attribute, i, err);
        H5Aclose(attribute);
        if (answer != 0)
            return -1;
    }
    return 0;
}

/* Every axis has a dimension, of its size: what was read with the sizes of the file's spaces is what the
 * dimensions promise. */
static int check_axes(const struct reader *reader, struct err *err)
{
    const struct result *result = reader->result;
    for (size_t v = 0; v < result->variable_count; v++) {
        const struct result_variable *variable = &result->variables[v];
        struct form form;
        const hid_t dataset = H5Dopen2(reader->file, variable->name, H5P_DEFAULT);
        if (dataset < 0)
            return hdf5_fail(err, "%s: cannot read %s", reader->path, variable->name);
        const int answer = read_form(reader, dataset, variable->name, &form, err);
        H5Dclose(dataset);
        if (answer != 0)
            return -1;
        for (unsigned axis = 0; axis < variable->rank; axis++)
            if (variable->dims[axis] == SIZE_MAX ||
                result->dimensions[variable->dims[axis]].size != form.sizes[axis])
                return foreign(reader, variable->name, "has an axis without a dimension", err);
    }
    return 0;
}

static int read_objects(struct reader *reader, struct err *err)
{
    struct result *result = reader->result;
    struct labels labels;
    H5G_info_t group;
    if (H5Gget_info(reader->file, &group) < 0)
        return hdf5_fail(err, "%s: cannot read", reader->path);
    if (group.nlinks > MOST_OBJECTS)
        return foreign(reader, "it", "has too many variables", err);
    const size_t count = (size_t)group.nlinks;
    result->dimensions = arena_zeroed(result->owner, count, sizeof *result->dimensions, err);
    result->variables = arena_zeroed(result->owner, count, sizeof *result->variables, err);
    reader->variable_address = mem_zeroed(count, sizeof *reader->variable_address, err);
    if (result->dimensions == NULL || result->variables == NULL || reader->variable_address == NULL)
        return -1;
    if (read_labels(reader, reader->file, &labels, err) != 0)
        return -1;
    result->attributes = labels.attributes;
    result->attribute_count = labels.count;
    for (hsize_t at = 0; at < count; at++)
        if (read_link(reader, at, err) != 0)
            return -1;
    if (find_uses(reader, err) != 0 || check_axes(reader, err) != 0)
        return -1;
    return result_check(reader->path, result, err);
}

/* The file, looked at before HDF5 sees it. */
static int open_sound(struct reader *reader, struct err *err)
{
    struct stat status;
    /* A pipe must not make the program wait. */
    reader->fd = open(reader->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (reader->fd < 0 || fstat(reader->fd, &status) != 0)
        return err_fail(err, "%s: cannot open: %s", reader->path, strerror(errno));
    if (!S_ISREG(status.st_mode))
        return err_fail(err, "%s: is not a file", reader->path);
    reader->file_bytes = (uint64_t)status.st_size;
    return result_seal_check(reader->fd, (size_t)status.st_size, reader->path, err);
}

/* Without locks: a result file never changes once it has its name, and some file systems have none. */
static hid_t open_hdf5(const char *path, struct err *err)
{
    hid_t file = H5I_INVALID_HID;
    const hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    if (access >= 0 && H5Pset_fclose_degree(access, H5F_CLOSE_STRONG) >= 0 &&
        H5Pset_file_locking(access, false, true) >= 0)
        file = H5Fopen(path, H5F_ACC_RDONLY, access);
    if (file < 0)
        hdf5_fail(err, "%s: cannot be read as a result file; is it one, and whole?", path);
    if (access >= 0)
        H5Pclose(access);
    return file;
}

int result_read(const char *path, struct result *result, struct err *err)
{
    struct reader reader = {.path = path, .fd = -1, .file = H5I_INVALID_HID, .result = result};
    int answer = -1;
    memset(result, 0, sizeof *result);
    hdf5_quiet();
    result->owner = mem_zeroed(1, sizeof *result->owner, err);
    if (result->owner == NULL || open_sound(&reader, err) != 0)
        goto out;
    result_heap_init(&reader.heap, reader.fd, reader.file_bytes);
    if (hdf5_room(path, reader.file_bytes < MOST_CHUNK_BYTES ? reader.file_bytes : MOST_CHUNK_BYTES, err) !=
        0)
        goto out;
    reader.file = open_hdf5(path, err);
    if (reader.file >= 0)
        answer = read_objects(&reader, err);
out:
    if (reader.file >= 0)
        H5Fclose(reader.file);
    if (reader.fd >= 0)
        close(reader.fd);
    result_heap_free(&reader.heap);
    free(reader.variable_address);
    if (answer != 0)
        result_free(result);
    return answer;
}
