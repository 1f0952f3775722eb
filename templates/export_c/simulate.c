/* The program: options, the network, its run, and its results. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "quantities.h"
#include "simulation.h"

/* the folder of this program, in which state/ and parameters.txt are */
static char *home_of(const char *word)
{
    enum { LENGTH = 4096 };
    char *path = allocated(LENGTH);
    ssize_t length = readlink("/proc/self/exe", path, LENGTH - 1);
    if (length <= 0) strncpy(path, word, LENGTH - 1);
    char *end = strrchr(path, '/');
    strcpy(end ? end : path, end ? "" : ".");
    return path;
}

static uint64_t whole(const char *text, const char *name)
{
    char *end;
    errno = 0;
    uint64_t value = strtoull(text, &end, 10);
    if (*end || end == text || strchr(text, '-') || errno)
        fail("give a whole number of at least 0", "%s: '%s' is no such number", name, text);
    return value;
}

static int64_t steps_of(const char *text, double *duration)
{
    double exponents[EQ_DIMENSIONS] = {0};
    exponents[2] = eq_network.unitless ? 0 : 1;
    double scale = eq_network.unitless ? 0 : -3;
    *duration = read_quantity(text, exponents, scale, "--duration", "a time", eq_network.time_unit);
    double steps = rint(*duration / eq_network.dt);
    if (!(steps >= 0 && steps < 0x1p62)) fail("give a time of at least 0", "--duration: '%s' cannot be run", text);
    return (int64_t)steps;
}

static void make_folder(const char *path)
{
    if (mkdir(path, 0777) && errno != EEXIST) fail("", "the folder %s cannot be made: %s", path, strerror(errno));
}

/* earlier results of this network go; other files in the folder stay */
static void clear(const struct simulation *run)
{
    char *texts[] = {joined(run->out, "results", ".json"), joined(run->state, "run", ".txt")};
    for (int k = 0; k < 2; k++) remove(texts[k]), free(texts[k]);
    for (int k = 0; k < eq_array_count; k++) {
        char *path = eq_arrays[k].file ? joined(run->state, eq_arrays[k].file, ".npy") : NULL;
        if (path) remove(path);
        free(path);
    }
}

static void begin(struct simulation *run, const struct options *options)
{
    char *parameters = joined(run->home, "parameters", ".txt");
    if (!options->resume) read_parameters(run, parameters);
    free(parameters);
    if (options->resume) load_state(run);
    for (int k = 0; k < options->set_count; k++) set(run, options->sets[k], "--set");
    if (options->seed && options->resume) fail("leave it out: it is that of the run", "--seed cannot change in a run");
    if (options->seed) use_seed(run, whole(options->seed, "--seed"));
    if (options->duration) {
        double duration;
        run->last = run->reached + steps_of(options->duration, &duration);
        run->duration = options->resume ? time_of(run->last - run->begun) : duration;
    }
    if (options->resume && run->reached >= run->last)
        fail("--duration says how much longer to run", "the run in %s has come to its end", run->out);
}

int main(int count, char **words)
{
    struct options options = read_options(count, words);
    struct simulation run = {0};
    if (options.help) return print_help(), 0;
    if (options.list) return print_list(), 0;
    if (!options.duration && !options.resume) fail("as in --duration 1s", "--duration is missing");
    run.home = home_of(words[0]);
    run.out = options.out ? joined(options.out, "", "") : joined(run.home, "results", "");
    run.out[strlen(run.out) - (options.out ? 1 : 0)] = '\0';
    run.state = joined(run.out, "state", "");
    run.quiet = options.quiet;
    int64_t cores = sysconf(_SC_NPROCESSORS_ONLN), lanes = eq_network.lanes;
    uint64_t members = options.threads ? whole(options.threads, "--threads") : (uint64_t)(cores > 0 ? cores : 1);
    run.members = members > (uint64_t)lanes ? lanes : members < 1 ? 1 : (int64_t)members;
    run.chooses = !options.threads;
    load_network(&run);
    begin(&run, &options);
    char *own = joined(run.out, "network", ".json");
    if (exists(own)) fail("name a folder for its results", "--out: %s holds a program", run.out);
    free(own);
    make_folder(run.out);
    make_folder(run.state);
    if (!options.resume) clear(&run), open_records(&run, NULL);
    int status = simulate(&run);
    close_records(&run);
    save_state(&run);
    write_results(&run, status == 0);
    if (status == 130)
        fprintf(stderr, "simulate: stopped at %.10g of %.10g %s; simulate --resume%s%s goes on\n", time_of(run.reached),
            time_of(run.last), eq_network.unitless ? "" : eq_network.time_unit, options.out ? " --out " : "",
            options.out ? options.out : "");
    return status;
}
