#include "study/text.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sim/mem.h"

void text_init(struct text *text, struct err *err)
{
    *text = (struct text){.err = err};
}

void text_free(struct text *text)
{
    free(text->bytes);
    text->bytes = NULL;
    text->length = text->capacity = 0;
}

/* Room for `more` bytes and the closing zero. */
static bool make_room(struct text *text, size_t more)
{
    if (text->failed)
        return false;
    char *bytes = mem_grow(text->bytes, &text->capacity, text->length + more + 1, 1, text->err);
    if (bytes == NULL) {
        text->failed = true;
        return false;
    }
    text->bytes = bytes;
    return true;
}

void text_add(struct text *text, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const int length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (length < 0) {
        err_fail(text->err, "a text could not be formatted");
        text->failed = true;
        return;
    }
    if (!make_room(text, (size_t)length))
        return;
    va_start(args, format);
    vsnprintf(text->bytes + text->length, (size_t)length + 1, format, args);
    va_end(args);
    text->length += (size_t)length;
}

void text_add_bytes(struct text *text, const char *bytes, size_t count)
{
    if (!make_room(text, count))
        return;
    memcpy(text->bytes + text->length, bytes, count);
    text->length += count;
    text->bytes[text->length] = '\0';
}

void text_spaces(struct text *text, size_t count)
{
    if (!make_room(text, count))
        return;
    memset(text->bytes + text->length, ' ', count);
    text->length += count;
    text->bytes[text->length] = '\0';
}

void text_add_safe(struct text *text, const char *unknown)
{
    const size_t from = text->length;
    text_add(text, "%s", unknown);
    for (size_t i = from; !text->failed && i < text->length; i++) {
        const unsigned char byte = (unsigned char)text->bytes[i];
        const bool c1_control = byte == 0xc2 && ((unsigned char)text->bytes[i + 1] & 0xe0) == 0x80;
        if (byte < 0x20 || byte == 0x7f)
            text->bytes[i] = '?';
        else if (c1_control)
            text->bytes[i] = text->bytes[i + 1] = '?';
    }
}

void text_add_csv(struct text *text, const char *field)
{
    if (strpbrk(field, ",\"\r\n") == NULL) {
        text_add(text, "%s", field);
        return;
    }
    text_add(text, "\"");
    for (const char *rest = field; *rest != '\0';) {
        const size_t plain = strcspn(rest, "\"");
        text_add(text, "%.*s", (int)plain, rest);
        rest += plain;
        if (*rest == '"') {
            text_add(text, "\"\"");
            rest++;
        }
    }
    text_add(text, "\"");
}

void text_add_csv_number(struct text *text, double value)
{
    if (isfinite(value))
        text_add(text, "%.17g", value);
}

char *text_take(struct text *text, struct err *err)
{
    text_add(text, "%s", "");
    char *bytes = text->failed ? NULL : text->bytes;
    if (bytes == NULL) {
        text_free(text);
        err_fail(err, "out of memory: a text could not be put together");
    }
    *text = (struct text){.err = text->err};
    return bytes;
}

const char *text_base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

/* Blocks of characters that terminals draw two columns wide (Unicode's East Asian Width W and F, in outline).
 */
static bool is_wide(uint32_t c)
{
    return (c >= 0x1100 && c <= 0x115f) || (c >= 0x2e80 && c <= 0xa4cf) || (c >= 0xac00 && c <= 0xd7a3) ||
           (c >= 0xf900 && c <= 0xfaff) || (c >= 0xfe30 && c <= 0xfe6f) || (c >= 0xff00 && c <= 0xff60) ||
           (c >= 0xffe0 && c <= 0xffe6) || (c >= 0x20000 && c <= 0x3fffd);
}

size_t text_width(const char *text)
{
    size_t columns = 0;
    for (const unsigned char *p = (const unsigned char *)text; *p != '\0';) {
        uint32_t c = *p++;
        c = c < 0x80 ? c : c < 0xe0 ? c & 0x1f : c < 0xf0 ? c & 0x0f : c & 0x07;
        while ((*p & 0xc0) == 0x80)
            c = (c << 6) | (*p++ & 0x3f);
        columns += is_wide(c) ? 2 : 1;
    }
    return columns;
}

/* Sets the thousands of "1234567.8" apart: "1,234,567.8". Numbers below 10,000 stay as they are. */
static void add_commas(char out[TEXT_NUMBER])
{
    char plain[TEXT_NUMBER];
    memcpy(plain, out, sizeof plain);
    const size_t sign = plain[0] == '-' ? 1 : 0;
    const size_t digits = strspn(plain + sign, "0123456789");
    const char after = plain[sign + digits];
    if (digits < 5 || (after != '.' && after != '\0') || strlen(plain) + digits / 3 >= sizeof plain)
        return;
    size_t at = sign;
    for (size_t i = 0; i < digits; i++) {
        if (i > 0 && (digits - i) % 3 == 0)
            out[at++] = ',';
        out[at++] = plain[sign + i];
    }
    memcpy(out + at, plain + sign + digits, strlen(plain + sign + digits) + 1);
}

static bool is_zero(const char *number)
{
    return strspn(number, "-0.") == strlen(number);
}

static void strip_zeros(char *number)
{
    if (strchr(number, '.') == NULL || strchr(number, 'e') != NULL)
        return;
    size_t length = strlen(number);
    while (number[length - 1] == '0')
        number[--length] = '\0';
    if (number[length - 1] == '.')
        number[--length] = '\0';
}

/* Exactly known, or known once: six significant digits, whole numbers whole. */
static void write_plain(char out[TEXT_NUMBER], double value)
{
    const double size = fabs(value);
    if (size >= 1e15 || (size > 0 && size < 1e-4))
        snprintf(out, TEXT_NUMBER, "%.4g", value);
    else if (size >= 1e5 || value == nearbyint(value))
        snprintf(out, TEXT_NUMBER, "%.0f", value);
    else
        snprintf(out, TEXT_NUMBER, "%.*f", size < 1 ? 6 : 5 - (int)floor(log10(size)), value);
    strip_zeros(out);
}

void text_number(char out[TEXT_NUMBER], double value, double half95)
{
    if (!isfinite(value)) {
        snprintf(out, TEXT_NUMBER, "-");
        return;
    }
    if (!isfinite(half95) || half95 <= fabs(value) * 1e-9) {
        write_plain(out, value);
    } else if (fmax(fabs(value), half95) < 1e-4 || fabs(value) >= 1e15) {
        snprintf(out, TEXT_NUMBER, "%.2e", value);
    } else {
        const int decimals = 1 - (int)floor(log10(half95));
        snprintf(out, TEXT_NUMBER, "%.*f", decimals < 0 ? 0 : decimals > 12 ? 12 : decimals, value);
    }
    if (out[0] == '-' && is_zero(out))
        memmove(out, out + 1, strlen(out));
    add_commas(out);
}

void text_date(char out[TEXT_DATE], int64_t since_1970_us)
{
    int64_t s = since_1970_us / 1000000;
    if (since_1970_us % 1000000 < 0)
        s--;
    const time_t when = (time_t)s;
    struct tm tm;
    if (gmtime_r(&when, &tm) == NULL) {
        snprintf(out, TEXT_DATE, "-");
        return;
    }
    const bool midnight = tm.tm_hour == 0 && tm.tm_min == 0 && tm.tm_sec == 0;
    strftime(out, TEXT_DATE, midnight ? "%Y-%m-%d" : "%Y-%m-%d %H:%M:%S", &tm);
}
