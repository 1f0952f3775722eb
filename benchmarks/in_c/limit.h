/* What the hand-written programs share: options, a clock, random numbers, the line of results. */
#ifndef LIMIT_H
#define LIMIT_H
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#ifndef REAL
#define REAL double
#endif
typedef REAL real;
#define EXP(x) (sizeof(real) == 4 ? (real)expf((float)(x)) : (real)exp((double)(x)))

typedef struct {
    int size, repeat, threads;
    double duration; /* ms */
    uint64_t seed;
} Options;

static Options options(int argc, char **argv, int size, double duration) {
    Options o = {size, 4, 1, duration, 42};
    for (int k = 1; k + 1 < argc; k += 2) {
        if (!strcmp(argv[k], "--size")) o.size = atoi(argv[k + 1]);
        if (!strcmp(argv[k], "--repeat")) o.repeat = atoi(argv[k + 1]);
        if (!strcmp(argv[k], "--threads")) o.threads = atoi(argv[k + 1]);
        if (!strcmp(argv[k], "--duration")) o.duration = atof(argv[k + 1]);
        if (!strcmp(argv[k], "--seed")) o.seed = strtoull(argv[k + 1], 0, 10);
    }
    return o;
}

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void *array(size_t count, size_t width) {
    void *made = aligned_alloc(64, (count * width + 63) / 64 * 64);
    if (!made) abort();
    memset(made, 0, (count * width + 63) / 64 * 64);
    return made;
}

/* splitmix64 */
static inline uint64_t bits(uint64_t *state) {
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static inline double uniform(uint64_t *state) { return ((double)(bits(state) >> 11) + 0.5) * 0x1p-53; }

static inline double normal(uint64_t *state) {
    double radius = sqrt(-2 * log(uniform(state)));
    return radius * cos(6.283185307179586 * uniform(state));
}

static void report(const char *workload, Options o, const double *seconds, double check, double build) {
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    printf("{\"simulator\": \"c\", \"version\": \"%s\", \"workload\": \"%s\", \"mode\": \"\", \"threads\": %d, ",
           __VERSION__, workload, o.threads);
    printf("\"dtype\": \"%s\", \"size\": %d, \"duration\": %g, \"seconds\": [",
           sizeof(real) == 8 ? "float64" : "float32", o.size, o.duration);
    for (int r = 0; r < o.repeat; r++) printf("%s%.6f", r ? ", " : "", seconds[r]);
    printf("], \"check\": %g, \"build_seconds\": %g, \"peak_memory\": %ld}\n", check, build, used.ru_maxrss * 1024L);
}

/* Targets of each source, in order: each pair with probability p. */
typedef struct {
    uint32_t *start;
    uint16_t *target;
} Synapses;

static inline Synapses connect(int size, double p, uint64_t *state) {
    Synapses s = {array((size_t)size + 1, 4), 0};
    size_t room = (size_t)((double)size * size * p * 1.1) + 1000, count = 0;
    s.target = array(room, 2);
    for (int i = 0; i < size; i++) {
        for (double j = floor(log(uniform(state)) / log1p(-p)); j < size;
             j += 1 + floor(log(uniform(state)) / log1p(-p)))
            s.target[count++] = (uint16_t)j;
        s.start[i + 1] = (uint32_t)count;
    }
    return s;
}
#endif
