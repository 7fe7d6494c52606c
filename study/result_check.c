#include "study/result_check.h"

#include <math.h>
#include <string.h>

static bool ascii_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* netCDF allows more, but not all of its readers do. */
static bool name_valid(const char *name)
{
    if (name == NULL || !ascii_letter(name[0]) || strlen(name) > 200)
        return false;
    for (const char *c = name; *c != '\0'; c++)
        if (!ascii_letter(*c) && !(*c >= '0' && *c <= '9') && strchr("_.+-@", *c) == NULL)
            return false;
    return true;
}

/* Length of the UTF-8 sequence that begins here; 0 when it is none (overlong, surrogate, beyond U+10FFFF). */
static size_t utf8_length(const unsigned char *c)
{
    if (c[0] < 0x80)
        return 1;
    size_t length;
    unsigned char least = 0x80, greatest = 0xBF; /* of the second byte */
    if (c[0] >= 0xC2 && c[0] <= 0xDF)
        length = 2;
    else if (c[0] >= 0xE0 && c[0] <= 0xEF)
        length = 3;
    else if (c[0] >= 0xF0 && c[0] <= 0xF4)
        length = 4;
    else
        return 0;
    if (c[0] == 0xE0)
        least = 0xA0;
    else if (c[0] == 0xED)
        greatest = 0x9F;
    else if (c[0] == 0xF0)
        least = 0x90;
    else if (c[0] == 0xF4)
        greatest = 0x8F;
    if (c[1] < least || c[1] > greatest)
        return 0;
    for (size_t i = 2; i < length; i++)
        if (c[i] < 0x80 || c[i] > 0xBF)
            return 0;
    return length;
}

static bool text_valid(const char *text)
{
    if (text == NULL)
        return true;
    for (const unsigned char *c = (const unsigned char *)text; *c != '\0';) {
        const size_t length = utf8_length(c);
        if (length == 0)
            return false;
        c += length;
    }
    return true;
}

bool result_attribute_reserved(const char *name)
{
    static const char *const reserved[] = {"CLASS",
                                           "NAME",
                                           "REFERENCE_LIST",
                                           "DIMENSION_LIST",
                                           "DIMENSION_LABELS",
                                           "_FillValue",
                                           "_Netcdf4Dimid",
                                           "_Netcdf4Coordinates",
                                           "_NCProperties",
                                           "_nc3_strict",
                                           "missing_value",
                                           "units",
                                           "long_name",
                                           "calendar",
                                           "scale_factor",
                                           "add_offset",
                                           "_ARRAY_DIMENSIONS"};
    for (size_t i = 0; i < sizeof reserved / sizeof reserved[0]; i++)
        if (strcmp(name, reserved[i]) == 0)
            return true;
    return false;
}

size_t result_type_bytes(enum result_type type)
{
    switch (type) {
    case RESULT_INT64:
        return sizeof(int64_t);
    case RESULT_DOUBLE:
        return sizeof(double);
    case RESULT_INT8:
        return sizeof(int8_t);
    case RESULT_TEXT:
        return sizeof(const char *);
    }
    return 0;
}

bool result_elements(const struct result *result, const struct result_variable *variable, size_t *elements)
{
    size_t product = 1;
    bool fits = true, empty = false;
    for (unsigned axis = 0; axis < variable->rank; axis++) {
        const size_t size = result->dimensions[variable->dims[axis]].size;
        empty = empty || size == 0;
        fits = fits && !__builtin_mul_overflow(product, size, &product) && product <= RESULT_ELEMENTS;
    }
    *elements = empty ? 0 : product;
    return fits || empty;
}

struct result_variable result_coordinate(const struct result *result, size_t position)
{
    const struct result_dimension *dimension = &result->dimensions[position];
    return (struct result_variable){.name = dimension->name,
                                    .long_name = dimension->long_name,
                                    .units = dimension->units,
                                    .type = dimension->type,
                                    .rank = 1,
                                    .dims = {position},
                                    .values = dimension->values};
}

/* Attributes hold their numbers as doubles, which know integers up to 2^53. */
static bool number_fits(enum result_type type, double number)
{
    if (type == RESULT_DOUBLE)
        return true;
    const double least = type == RESULT_INT8 ? -128 : -0x1p53;
    const double greatest = type == RESULT_INT8 ? 127 : 0x1p53;
    return number >= least && number <= greatest && number == trunc(number);
}

static int check_attribute(const char *path, const char *owner, const struct result_attribute *attribute,
                           struct err *err)
{
    if (!name_valid(attribute->name) || result_attribute_reserved(attribute->name))
        return err_fail(err, "%s: %s: an attribute cannot be called \"%s\"", path, owner,
                        attribute->name != NULL ? attribute->name : "");
    if (result_type_bytes(attribute->type) == 0)
        return err_fail(err, "%s: %s: attribute %s has no known type", path, owner, attribute->name);
    if (attribute->type == RESULT_TEXT) {
        if (attribute->count > 0)
            return err_fail(err, "%s: %s: attribute %s: a list of texts cannot be an attribute", path, owner,
                            attribute->name);
        if (!text_valid(attribute->text))
            return err_fail(err, "%s: %s: attribute %s is not UTF-8; convert the text", path, owner,
                            attribute->name);
        return 0;
    }
    const size_t count = attribute->count > 0 ? attribute->count : 1;
    const double *numbers = attribute->count > 0 ? attribute->numbers : &attribute->number;
    for (size_t i = 0; i < count; i++)
        if (!number_fits(attribute->type, numbers[i]))
            return err_fail(err, "%s: %s: attribute %s: %.17g is not an integer of its type", path, owner,
                            attribute->name, numbers[i]);
    return 0;
}

static int check_attributes(const char *path, const char *owner, const struct result_attribute *attributes,
                            size_t count, struct err *err)
{
    for (size_t i = 0; i < count; i++) {
        if (check_attribute(path, owner, &attributes[i], err) != 0)
            return -1;
        for (size_t k = 0; k < i; k++)
            if (strcmp(attributes[i].name, attributes[k].name) == 0)
                return err_fail(err, "%s: %s: attribute %s stands twice", path, owner, attributes[i].name);
    }
    return 0;
}

static int check_variable(const char *path, const struct result *result,
                          const struct result_variable *variable, struct err *err)
{
    const char *name = variable->name;
    if (!name_valid(name))
        return err_fail(err, "%s: a variable cannot be called \"%s\"", path, name != NULL ? name : "");
    if (result_type_bytes(variable->type) == 0)
        return err_fail(err, "%s: %s has no known type", path, name);
    if (variable->rank > RESULT_RANK)
        return err_fail(err, "%s: %s has %u dimensions; at most %d can be", path, name, variable->rank,
                        RESULT_RANK);
    for (unsigned axis = 0; axis < variable->rank; axis++)
        if (variable->dims[axis] >= result->dimension_count)
            return err_fail(err, "%s: dimension %u of %s does not exist", path, axis + 1, name);
    size_t elements = 0;
    if (!result_elements(result, variable, &elements))
        return err_fail(err, "%s: %s has more than %zu elements", path, name, RESULT_ELEMENTS);
    if (elements > 0 && variable->values == NULL && variable->source.fill == NULL)
        return err_fail(err, "%s: %s has no values", path, name);
    if (!text_valid(variable->long_name) || !text_valid(variable->units))
        return err_fail(err, "%s: long_name or units of %s is not UTF-8", path, name);
    if (variable->type == RESULT_TEXT) {
        const char *const *texts = variable->values;
        for (size_t i = 0; i < elements; i++)
            if (!text_valid(texts[i]))
                return err_fail(err, "%s: text %zu of %s is not UTF-8; convert the file that it comes from",
                                path, i + 1, name);
    }
    return check_attributes(path, name, variable->attributes, variable->attribute_count, err);
}

/* Dimensions and variables share one folder of names. */
static int check_names(const char *path, const struct result *result, struct err *err)
{
    const size_t count = result->dimension_count + result->variable_count;
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < i; k++) {
            const char *name[2];
            const size_t at[2] = {i, k};
            for (int side = 0; side < 2; side++)
                name[side] = at[side] < result->dimension_count
                                 ? result->dimensions[at[side]].name
                                 : result->variables[at[side] - result->dimension_count].name;
            if (strcmp(name[0], name[1]) == 0)
                return err_fail(err, "%s: two variables or dimensions are called %s", path, name[0]);
        }
    return 0;
}

int result_check(const char *path, const struct result *result, struct err *err)
{
    for (size_t i = 0; i < result->dimension_count; i++) {
        const struct result_variable coordinate = result_coordinate(result, i);
        if (check_variable(path, result, &coordinate, err) != 0)
            return -1;
        if (!text_valid(result->dimensions[i].calendar))
            return err_fail(err, "%s: the calendar of %s is not UTF-8", path, coordinate.name);
    }
    for (size_t i = 0; i < result->variable_count; i++)
        if (check_variable(path, result, &result->variables[i], err) != 0)
            return -1;
    if (check_names(path, result, err) != 0)
        return -1;
    return check_attributes(path, "the file", result->attributes, result->attribute_count, err);
}
