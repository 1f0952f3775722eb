/* Values with units: 10 ms, -0.07*volt, 2 uA/cm2, 5 mV/ms**0.5. */
#include "quantities.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME = 64 };

struct reader {
    const char *at, *text, *where;
};

void fail(const char *hint, const char *format, ...)
{
    va_list given;
    va_start(given, format);
    fflush(stdout);
    fputs("simulate: ", stderr);
    vfprintf(stderr, format, given);
    fputc('\n', stderr);
    if (hint && *hint) fprintf(stderr, "  hint: %s\n", hint);
    va_end(given);
    exit(2);
}

static int distance(const char *one, const char *other)
{
    int row[NAME + 1], length = (int)strlen(other);
    if (length > NAME || strlen(one) > NAME) return NAME;
    for (int j = 0; j <= length; j++) row[j] = j;
    for (int i = 1; one[i - 1]; i++) {
        int before = row[0];
        row[0] = i;
        for (int j = 1; j <= length; j++) {
            int above = row[j], same = tolower((unsigned char)one[i - 1]) == tolower((unsigned char)other[j - 1]);
            int best = before + !same;
            if (above + 1 < best) best = above + 1;
            if (row[j - 1] + 1 < best) best = row[j - 1] + 1;
            row[j] = best;
            before = above;
        }
    }
    return row[length];
}

const char *nearest(const char *name, const void *names, int count, int stride)
{
    const char *found = NULL;
    int best = (int)strlen(name) / 3 + 1;
    for (int k = 0; k < count; k++) {
        const char *other = *(const char *const *)((const char *)names + (size_t)k * (size_t)stride);
        int apart = distance(name, other);
        if (apart < best || (apart == best && !found)) best = apart, found = other;
    }
    return found;
}

static void skip(struct reader *reader)
{
    while (isspace((unsigned char)*reader->at)) reader->at++;
}

static int take(struct reader *reader, const char *sign)
{
    skip(reader);
    if (strncmp(reader->at, sign, strlen(sign)) != 0) return 0;
    reader->at += strlen(sign);
    return 1;
}

static const struct eq_unit *unit_named(const char *name)
{
    for (int k = 0; k < eq_unit_count; k++)
        if (strcmp(eq_units[k].name, name) == 0) return &eq_units[k];
    return NULL;
}

static double read_number(struct reader *reader, const char *what)
{
    char *end;
    skip(reader);
    errno = 0;
    double value = strtod(reader->at, &end);
    if (end == reader->at || !(isdigit((unsigned char)*reader->at) || strchr("+-.", *reader->at)))
        fail("write a number and a unit, as in 10 ms or -70*mV", "%s: '%s' has no %s", reader->where, reader->text, what);
    reader->at = end;
    return value;
}

static void read_product(struct reader *reader, double sign, double *exponents, double *scale);

/* a unit, a product in brackets, or 1; with a power behind it */
static void read_factor(struct reader *reader, double sign, double *exponents, double *scale)
{
    double own[EQ_DIMENSIONS + 1] = {0};
    char name[NAME] = "";
    if (take(reader, "(")) {
        read_product(reader, 1, own, &own[EQ_DIMENSIONS]);
        if (!take(reader, ")")) fail("", "%s: '%s' lacks a ')'", reader->where, reader->text);
    } else if (!take(reader, "1")) {
        size_t length = 0;
        skip(reader);
        while ((isalnum((unsigned char)reader->at[length]) || reader->at[length] == '_') && length < NAME - 1) length++;
        memcpy(name, reader->at, length);
        const struct eq_unit *unit = unit_named(name);
        if (!length) fail("write for instance 10 ms or 2 uA/cm2", "%s: '%s' has no unit where one is due", reader->where, reader->text);
        if (!unit) {
            const char *near = NULL;
            for (int k = 0; k < eq_meant_count; k++)
                if (strcmp(eq_meants[k].name, name) == 0) near = eq_meants[k].unit;
            if (!near) near = nearest(name, eq_units, eq_unit_count, sizeof *eq_units);
            char hint[2 * NAME + 40] = "units are volt, mV, second, ms, nS, pF, Hz, ...";
            if (near) snprintf(hint, sizeof hint, "did you mean %s?", near);
            fail(hint, "%s: '%s' is no unit", reader->where, name);
        }
        for (int k = 0; k < EQ_DIMENSIONS; k++) own[k] = unit->exponents[k];
        own[EQ_DIMENSIONS] = unit->scale;
        reader->at += length;
    }
    double power = take(reader, "**") || take(reader, "^") ? sign * read_number(reader, "power") : sign;
    for (int k = 0; k < EQ_DIMENSIONS; k++) exponents[k] += power * own[k];
    *scale += power * own[EQ_DIMENSIONS];
}

static void read_product(struct reader *reader, double sign, double *exponents, double *scale)
{
    read_factor(reader, sign, exponents, scale);
    for (;;) {
        skip(reader);
        int times = strncmp(reader->at, "**", 2) != 0 && take(reader, "*");
        if (!times && !take(reader, "/")) return;
        read_factor(reader, times ? sign : -sign, exponents, scale);
    }
}

/* powers of ten are applied in one correctly rounded operation */
static double scaled(double value, double power)
{
    double factor = 1;
    for (double k = 0; k < fabs(power) && k < 22; k++) factor *= 10;
    if (power != rint(power) || fabs(power) > 22) factor = pow(10, fabs(power));
    return power < 0 ? value / factor : value * factor;
}

double read_quantity(
    const char *text, const double *exponents, double scale, const char *where, const char *path, const char *unit)
{
    struct reader reader = {text, text, where};
    double found[EQ_DIMENSIONS] = {0}, own = 0, value = read_number(&reader, "number");
    char hint[256];
    int bare, number = 1, fits = 1;
    skip(&reader);
    bare = *reader.at == '\0';
    if (!bare) {
        if (take(&reader, "/"))
            read_product(&reader, -1, found, &own);
        else {
            take(&reader, "*");
            read_product(&reader, 1, found, &own);
        }
    }
    skip(&reader);
    if (*reader.at) fail("write a number and a unit, as in 10 ms", "%s: '%s' does not end with its unit", where, text);
    for (int k = 0; k < EQ_DIMENSIONS; k++) {
        fits = fits && fabs(found[k] - exponents[k]) < 1e-9;
        number = number && fabs(exponents[k]) < 1e-9;
    }
    if (!fits && bare && value == 0) return 0;
    if (!fits) {
        snprintf(hint, sizeof hint, number ? "it is a plain number%s" : "write for instance 10 %s", number ? "" : unit);
        fail(hint, "%s: '%s' has another unit than %s, which counts in %s", where, text, path, number ? "1" : unit);
    }
    return scaled(value, own - scale);
}

double read_value(const char *text, const struct eq_settable *settable, const char *where)
{
    if (settable->kind == 'b') {
        if (strcmp(text, "true") == 0 || strcmp(text, "True") == 0 || strcmp(text, "1") == 0) return 1;
        if (strcmp(text, "false") == 0 || strcmp(text, "False") == 0 || strcmp(text, "0") == 0) return 0;
        fail("write true or false", "%s: '%s' is no condition, which %s is", where, text, settable->path);
    }
    double value =
        read_quantity(text, settable->exponents, settable->scale, where, settable->path, settable->unit);
    if (settable->kind == 'i' && (value != rint(value) || fabs(value) >= 0x1p62))
        fail("give a whole number", "%s: '%s' is no integer, which %s is", where, text, settable->path);
    return value;
}
