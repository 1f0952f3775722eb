/* The run: chunks of steps by a team of threads, and between them room, a look for NaN, progress and signals. */
#include <inttypes.h>
#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "quantities.h"
#include "simulation.h"

static const double CHUNK = 0.1; /* seconds: short enough for Ctrl-C, long enough to cost nothing */

static volatile sig_atomic_t pressed;

static void stop(int signal)
{
    (void)signal;
    pressed = 1;
}

struct member {
    struct simulation *run;
    int64_t number, first, last, reached, *sync;
    pthread_t thread;
};

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

double time_of(int64_t step) { return (double)step * eq_network.dt; }

static void *work(void *given)
{
    struct member *member = given;
    struct simulation *run = member->run;
    member->reached = eq_drive(
        member->first, member->last, run->table, run->reals, run->integers, member->number, run->members,
        eq_network.lanes, member->sync);
    return NULL;
}

/* carry out steps by all members; return the step reached */
static int64_t together(struct simulation *run, int64_t last, int *full)
{
    int64_t sync[EQ_SYNC] = {0};
    struct member *team = allocated(run->members * (int64_t)sizeof *team), *member;
    for (member = team; member < team + run->members; member++) {
        member->run = run, member->number = member - team, member->sync = sync;
        member->first = run->reached, member->last = last;
        if (member > team && pthread_create(&member->thread, NULL, work, member))
            fail("take fewer with --threads", "a thread cannot be started");
    }
    work(team);
    for (member = team + 1; member < team + run->members; member++) pthread_join(member->thread, NULL);
    int64_t reached = team->reached;
    *full = sync[EQ_FULL] != 0;
    free(team);
    return reached;
}

/* whether all numbers are finite; 0 times one that is not is NaN, and several sums at a time make use of vectors */
#define FINITE(T, name)                                                 \
    static int name(const T *at, int64_t size)                          \
    {                                                                   \
        T sums[8] = {0}, sum = 0;                                       \
        int64_t whole = size / 8 * 8;                                   \
        for (int64_t i = 0; i < whole; i += 8)                          \
            for (int k = 0; k < 8; k++) sums[k] += at[i + k] * 0;       \
        for (int64_t i = whole; i < size; i++) sum += at[i] * 0;        \
        for (int k = 0; k < 8; k++) sum += sums[k];                     \
        return sum == 0;                                                \
    }

FINITE(double, finite_wide)
FINITE(float, finite_narrow)

/* the first state that is NaN or infinite: its array and element, or 0 where there is none */
static int astray(const struct simulation *run, int *which, int64_t *element, double *value)
{
    for (int k = 0; k < eq_finite_count; k++) {
        const struct array *array = &run->arrays[eq_finites[k]];
        int single = eq_arrays[eq_finites[k]].type == EQ_FLOAT32;
        if (single ? finite_narrow(array->at, array->size) : finite_wide(array->at, array->size)) continue;
        for (int64_t i = 0; i < array->size; i++) {
            *which = eq_finites[k], *element = i;
            *value = single ? (double)((const float *)array->at)[i] : ((const double *)array->at)[i];
            if (!isfinite(*value)) return 1;
        }
    }
    return 0;
}

/* how many threads take part: fewer than there may be where others keep the processors busy, and threads wait */
struct pace {
    int64_t teams[64], steps; /* steps: of the chunk */
    double costs[64];         /* seconds a step; 0: not known yet */
    int count, now, chunks, tries;
};

static struct pace begun(int64_t members, int chooses)
{
    struct pace pace = {{members}, 16, {0}, 1, 0, 0, 0};
    while (chooses && pace.teams[pace.count - 1] > 1) {
        pace.teams[pace.count] = pace.teams[pace.count - 1] / 2;
        pace.count++;
    }
    return pace;
}

/* take the fastest team, and in one chunk of sixteen, shorter than others, another one; return the chunk's steps */
static int64_t next_chunk(struct pace *pace)
{
    int best = 0, other = pace->chunks / 16 % pace->count;
    for (int k = 0; k < pace->count; k++)
        if (pace->costs[k] < pace->costs[best]) best = k;
    pace->tries = pace->chunks++ % 16 == 15 && other != best && pace->costs[best] > 0;
    pace->now = pace->tries ? other : best;
    return pace->tries ? (pace->steps + 7) / 8 : pace->steps;
}

static void took(struct pace *pace, double seconds, int64_t steps)
{
    double cost = seconds / (double)steps + 1e-12, *known = &pace->costs[pace->now], chunk = CHUNK / cost;
    if (pace->chunks > 1) *known = pace->tries || *known == 0 ? cost : 0.5 * (*known + cost); /* the first one is cold */
    if (chunk > 4 * (double)pace->steps) chunk = 4 * (double)pace->steps;
    if (!pace->tries) pace->steps = chunk < 1 ? 1 : (int64_t)chunk;
}

static void print_time(FILE *file, int64_t step)
{
    fprintf(file, "%.10g%s%s", time_of(step), eq_network.unitless ? "" : " ", eq_network.unitless ? "" : eq_network.time_unit);
}

static void show(const struct simulation *run, int64_t first, double begin)
{
    double done = (double)(run->reached - first) / (double)(run->last - first), spent = now() - begin;
    fprintf(stderr, "\r%3.0f %%  ", 100 * done);
    print_time(stderr, run->reached);
    fputs(" of ", stderr);
    print_time(stderr, run->last);
    if (done > 0) fprintf(stderr, ", %.0f s left   ", spent / done - spent);
    fflush(stderr);
}

static void take_signals(void)
{
    struct sigaction action = {0};
    action.sa_handler = stop;
    action.sa_flags = (int)SA_RESETHAND; /* a second one ends the program at once */
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

int simulate(struct simulation *run)
{
    int64_t first = run->reached, looked = run->reached, element = 0;
    struct pace pace = begun(run->members, run->chooses);
    int shows = !run->quiet && isatty(fileno(stderr)), wrong = 0, which = 0;
    double begin = now(), looking = 0, value = 0;
    take_signals();
    make_room(run);
    while (run->reached < run->last && !pressed && !wrong) {
        int64_t chunk = next_chunk(&pace), before = run->reached;
        int64_t until = run->last - run->reached < chunk ? run->last : run->reached + chunk;
        run->members = pace.teams[pace.now];
        double since = now();
        int full = 0;
        run->reached = together(run, until, &full);
        if (run->reached > before) took(&pace, now() - since, run->reached - before);
        double after = now();
        if (run->reached == run->last || pressed || looking <= 0.01 + 0.02 * (after - begin)) {
            wrong = astray(run, &which, &element, &value);
            if (!wrong) looked = run->reached;
            looking += now() - after;
        }
        if (run->reached < until || full) make_room(run);
        if (shows && run->reached > before) show(run, first, begin);
    }
    if (shows) fputs("\r                                                            \r", stderr);
    flush_records(run);
    if (wrong) {
        fprintf(stderr, "simulate: %s of element %" PRId64 " became %g between ", eq_arrays[which].name, element, value);
        print_time(stderr, looked);
        fputs(" and ", stderr);
        print_time(stderr, run->reached);
        fputs("\n  hint: a smaller dt or another method may help; look for divisions by zero\n", stderr);
        return 1;
    }
    if (!run->quiet && run->reached == run->last && isatty(fileno(stderr))) {
        print_time(stderr, run->last - first);
        fprintf(stderr, " simulated in %.2f s, results in %s\n", now() - begin, run->out);
    }
    return run->reached < run->last ? 130 : 0;
}
