/* Values that are set before a run: from parameters.txt, from --set, and by the seed. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "eqsim/random.h"
#include "quantities.h"
#include "simulation.h"

static const char *trimmed(char *text)
{
    size_t length = strlen(text);
    while (length && isspace((unsigned char)text[length - 1])) text[--length] = '\0';
    while (isspace((unsigned char)*text)) text++;
    return text;
}

static int settable_named(const char *path, const char *where)
{
    char hint[256] = "simulate --list shows what may be set";
    for (int k = 0; k < eq_settable_count; k++)
        if (strcmp(eq_settables[k].path, path) == 0) return k;
    for (int k = 0; k < eq_fixed_count; k++)
        if (strcmp(eq_fixeds[k].path, path) == 0) fail(hint, "%s: %s cannot be set; %s", where, path, eq_fixeds[k].why);
    const char *near = nearest(path, eq_settables, eq_settable_count, sizeof *eq_settables);
    if (near) snprintf(hint, sizeof hint, "did you mean %s? simulate --list shows all", near);
    fail(hint, "%s: the network has no value '%s'", where, path);
}

static void put(void *at, enum eq_type type, int64_t k, double value)
{
    switch (type) {
    case EQ_FLOAT64: ((double *)at)[k] = value; break;
    case EQ_FLOAT32: ((float *)at)[k] = (float)value; break;
    case EQ_INT32: ((int32_t *)at)[k] = (int32_t)value; break;
    case EQ_INT64: ((int64_t *)at)[k] = (int64_t)value; break;
    default: ((uint8_t *)at)[k] = (uint8_t)value;
    }
}

void set_plain(struct simulation *run, int number, double value)
{
    const struct eq_settable *one = &eq_settables[number];
    run->given[number] = 1;
    if (one->real >= 0) run->reals[one->real] = value;
    if (one->integer >= 0) run->integers[one->integer] = (int64_t)value;
    if (one->array < 0) return;
    struct array *array = &run->arrays[one->array];
    for (int64_t k = 0; k < one->size; k++) put(array->at, eq_arrays[one->array].type, k, value);
    array->changed = 1;
}

/* NAME = VALUE */
static void assign(struct simulation *run, char *text, const char *where)
{
    char *value = strchr(text, '=');
    if (!value) fail("write NAME=VALUE, as in neurons.tau_m=10ms", "%s: '%s' sets nothing", where, text);
    *value++ = '\0';
    int number = settable_named(trimmed(text), where);
    set_plain(run, number, read_value(trimmed(value), &eq_settables[number], where));
}

void set(struct simulation *run, const char *assignment, const char *where)
{
    char *text = allocated((int64_t)strlen(assignment) + 1);
    strcpy(text, assignment);
    assign(run, text, where);
    free(text);
}

void read_parameters(struct simulation *run, const char *path)
{
    char line[1024], where[64];
    FILE *file = fopen(path, "r");
    if (!file) fail("it came with the program; an empty file will do", "%s cannot be read: %s", path, strerror(errno));
    for (int number = 1; fgets(line, sizeof line, file); number++) {
        if (!strchr(line, '\n') && !feof(file)) fail("", "parameters.txt, line %d is too long", number);
        char *comment = strchr(line, '#');
        if (comment) *comment = '\0';
        snprintf(where, sizeof where, "parameters.txt, line %d", number);
        const char *text = trimmed(line);
        if (*text) assign(run, line + (text - line), where);
    }
    fclose(file);
}

/* the stream of an object under a seed: a hash of the seed and its number */
static uint64_t stream_of(uint64_t seed, uint64_t number)
{
    uint32_t c0 = (uint32_t)seed, c1 = (uint32_t)(seed >> 32), c2 = (uint32_t)number, c3 = (uint32_t)(number >> 32);
    uint32_t k0 = UINT32_C(0xA4093822), k1 = UINT32_C(0x299F31D0);
    EQ_ROUND EQ_ROUND EQ_ROUND EQ_ROUND EQ_ROUND EQ_ROUND EQ_ROUND EQ_ROUND EQ_ROUND EQ_ROUND
    return (uint64_t)c1 << 32 | c0;
}

void use_seed(struct simulation *run, uint64_t seed)
{
    run->seeded = 1, run->seed = seed;
    for (int k = 0; k < eq_stream_count; k++)
        run->integers[eq_streams[k].integer] = (int64_t)stream_of(seed, eq_streams[k].number);
}
