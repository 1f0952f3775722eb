/* A run: what it works on, how far it is, and where its results go. */
#ifndef EQSIM_SIMULATION_H
#define EQSIM_SIMULATION_H

#include "arrays.h"
#include "project.h"

struct options {
    const char *duration, *threads, *seed, *out;
    const char **sets;
    int set_count, resume, quiet, list, help;
};

struct simulation {
    char *home, *out, *state; /* the folders of the program, of results, and of the state in them */
    struct array *arrays;
    int64_t *table, *integers; /* as the run loop reads them */
    double *reals;
    struct growing **files; /* of each record, one for each column */
    int64_t begun, reached, last, noted, members;
    int chooses; /* fewer members where that is faster */
    double duration;
    int seeded, quiet;
    uint64_t seed;
    unsigned char *given; /* which constants were set, by number of what may be set */
};

/* options.c */
struct options read_options(int count, char **words);
void print_help(void);
void print_list(void);

/* settings.c */
void read_parameters(struct simulation *run, const char *path);
void set(struct simulation *run, const char *assignment, const char *where);
void set_plain(struct simulation *run, int settable, double value);
void use_seed(struct simulation *run, uint64_t seed);

/* state.c */
void load_network(struct simulation *run);
void load_state(struct simulation *run);
void save_state(struct simulation *run);

/* records.c */
void open_records(struct simulation *run, int64_t **rows);
void make_room(struct simulation *run);
void flush_records(struct simulation *run);
void close_records(struct simulation *run);
void write_results(struct simulation *run, int finished);

/* loop.c */
int simulate(struct simulation *run); /* the program's status: 0, 1 for a number that is none, 130 for a stop */
double time_of(int64_t step);

#endif
