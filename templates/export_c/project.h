/* What the program knows of its network: tables in description.c, kernels in network.c. */
#ifndef EQSIM_PROJECT_H
#define EQSIM_PROJECT_H

#include <stdint.h>

enum { EQ_DIMENSIONS = 7 }; /* m, kg, s, A, K, mol, cd */
enum { EQ_FULL = 24, EQ_STOPPED = 32, EQ_SYNC = 64 }; /* what threads tell each other: entries, and how many */

enum eq_type {
    EQ_FLOAT64, EQ_FLOAT32, EQ_INT8, EQ_INT16, EQ_INT32, EQ_INT64, EQ_UINT8, EQ_UINT16, EQ_UINT32, EQ_UINT64, EQ_BOOL
};

/* an array: from state/FILE.npy, a list of records that begins empty, or the same memory as another one */
struct eq_array {
    const char *name, *file; /* no file: a list, or a view */
    enum eq_type type;
    int written, view_of; /* view_of: the number of another array, or -1 */
};

/* a constant of the program */
struct eq_real { const char *name; double value; };
struct eq_integer { const char *name; int64_t value; };

/* a value that may be set: the first entries of an array, or a constant, real or whole or both (numbers, or -1) */
struct eq_settable {
    const char *path;
    int array, real, integer;
    int64_t size;
    char kind; /* r: real, i: integer, b: boolean */
    const char *unit;
    double exponents[EQ_DIMENSIONS], scale;
    const char *about;
};

struct eq_fixed { const char *path, *why; };
struct eq_meant { const char *name, *unit; }; /* what people write, and what the language has */
struct eq_unit { const char *name; signed char exponents[EQ_DIMENSIONS], scale; };

/* a column of results: kind i: indexes, t: steps as times, c: times of a clock, v: values, r: rates */
struct eq_column {
    const char *file;
    char kind;
    enum eq_type type; /* in the file */
    int values, used; /* arrays, or -1 */
};

struct eq_record {
    const char *name;
    const struct eq_column *columns;
    int column_count, states;
    int64_t period, width, most, size;
    double dt, factor;
    int within, counted, members;
    const char *counts;
};

/* spikes under way: rings, and lists of as many entries that hold nothing between steps */
struct eq_queue {
    const char *title;
    int rings[3], runs[3], ring_count, run_count, head, tail;
    int64_t most;
};

struct eq_stream { int integer; uint64_t number; };

extern const struct eq_network {
    const char *title, *version, *digest, *time_unit;
    double dt; /* the time of a step in that unit */
    int64_t step, lanes;
    int unitless;
    const char *records; /* as JSON */
} eq_network;

extern const struct eq_array eq_arrays[];
extern const struct eq_real eq_reals[];
extern const struct eq_integer eq_integers[];
extern const struct eq_settable eq_settables[];
extern const struct eq_fixed eq_fixeds[];
extern const struct eq_unit eq_units[];
extern const struct eq_meant eq_meants[];
extern const struct eq_record eq_records[];
extern const struct eq_queue eq_queues[];
extern const struct eq_stream eq_streams[];
extern const int eq_finites[]; /* arrays that are looked at for NaN and infinity */
extern const int eq_array_count, eq_real_count, eq_integer_count, eq_settable_count, eq_fixed_count, eq_unit_count,
    eq_meant_count, eq_record_count, eq_queue_count, eq_stream_count, eq_finite_count;

/* carry out steps as one of the members of a team; return the step reached */
int64_t eq_drive(
    int64_t first, int64_t last, const int64_t *table, const double *reals, const int64_t *integers, int64_t member,
    int64_t members, int64_t lanes, int64_t *sync);

#endif
