/* The network in memory: read from state/, and from and to the state among the results. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "quantities.h"
#include "simulation.h"

static int has_file(int k) { return eq_arrays[k].file != NULL; }

/* arrays that share memory follow it */
static void share(struct simulation *run)
{
    for (int k = 0; k < eq_array_count; k++) {
        int whole = eq_arrays[k].view_of;
        if (whole < 0) continue;
        run->arrays[k].at = run->arrays[whole].at;
        run->arrays[k].size =
            run->arrays[whole].size * size_of(eq_arrays[whole].type) / size_of(eq_arrays[k].type);
    }
}

void load_network(struct simulation *run)
{
    char *folder = joined(run->home, "state", "");
    run->arrays = allocated(eq_array_count * (int64_t)sizeof *run->arrays);
    run->table = allocated(eq_array_count * 2 * (int64_t)sizeof *run->table);
    run->reals = allocated(eq_real_count * (int64_t)sizeof *run->reals);
    run->integers = allocated(eq_integer_count * (int64_t)sizeof *run->integers);
    run->given = allocated(eq_settable_count);
    for (int k = 0; k < eq_array_count; k++) {
        if (!has_file(k)) continue;
        char *path = joined(folder, eq_arrays[k].file, ".npy");
        read_array(path, eq_arrays[k].type, &run->arrays[k]);
        free(path);
    }
    share(run);
    for (int k = 0; k < eq_real_count; k++) run->reals[k] = eq_reals[k].value;
    for (int k = 0; k < eq_integer_count; k++) run->integers[k] = eq_integers[k].value;
    run->begun = run->reached = run->noted = eq_network.step;
    free(folder);
}

void save_state(struct simulation *run)
{
    char *text = joined(run->state, "run", ".txt"), *part = joined(run->state, "run", ".part");
    remove(text); /* it is there if the arrays beside it are whole */
    for (int k = 0; k < eq_array_count; k++)
        if (has_file(k) && (eq_arrays[k].written || run->arrays[k].changed)) {
            char *path = joined(run->state, eq_arrays[k].file, ".npy");
            write_array(path, eq_arrays[k].type, run->arrays[k].at, run->arrays[k].size);
            free(path);
        }
    FILE *file = fopen(part, "w");
    if (!file) fail("", "%s cannot be written: %s", part, strerror(errno));
    fprintf(file, "export %s\nbegun %" PRId64 "\nreached %" PRId64 "\nlast %" PRId64 "\nduration %.17g\n",
        eq_network.digest, run->begun, run->reached, run->last, run->duration);
    if (run->seeded) fprintf(file, "seed %" PRIu64 "\n", run->seed);
    for (int k = 0; k < eq_settable_count; k++) {
        const struct eq_settable *one = &eq_settables[k];
        if (!run->given[k] || one->array >= 0) continue;
        fprintf(file, "set %d %a\n", k, one->real >= 0 ? run->reals[one->real] : (double)run->integers[one->integer]);
    }
    for (int k = 0; k < eq_record_count; k++)
        for (int c = 0; c < eq_records[k].column_count; c++)
            fprintf(file, "rows %d %d %" PRId64 "\n", k, c, run->files[k][c].rows);
    if (fclose(file) || rename(part, text)) fail("", "%s cannot be written: %s", text, strerror(errno));
    free(text);
    free(part);
}

static void read_run(struct simulation *run, FILE *file, int64_t **rows)
{
    char word[32], value[128];
    int number, column;
    while (fscanf(file, "%31s", word) == 1) {
        if (strcmp(word, "set") == 0 && fscanf(file, "%d %127s", &number, value) == 2) {
            if (number >= 0 && number < eq_settable_count) set_plain(run, number, strtod(value, NULL));
        } else if (strcmp(word, "rows") == 0 && fscanf(file, "%d %d %127s", &number, &column, value) == 3) {
            if (number >= 0 && number < eq_record_count && column >= 0 && column < eq_records[number].column_count)
                rows[number][column] = strtoll(value, NULL, 10);
        } else if (fscanf(file, "%127s", value) == 1) {
            if (strcmp(word, "export") == 0 && strcmp(value, eq_network.digest) != 0)
                fail("run it anew, without --resume", "the results in %s are those of another export", run->out);
            if (strcmp(word, "begun") == 0) run->begun = strtoll(value, NULL, 10);
            if (strcmp(word, "reached") == 0) run->reached = run->noted = strtoll(value, NULL, 10);
            if (strcmp(word, "last") == 0) run->last = strtoll(value, NULL, 10);
            if (strcmp(word, "duration") == 0) run->duration = strtod(value, NULL);
            if (strcmp(word, "seed") == 0) use_seed(run, strtoull(value, NULL, 10));
        }
    }
}

void load_state(struct simulation *run)
{
    char *text = joined(run->state, "run", ".txt");
    int64_t **rows = allocated(eq_record_count * (int64_t)sizeof *rows);
    FILE *file = fopen(text, "r");
    if (!file) fail("run it without --resume first", "there is no run to resume in %s", run->out);
    for (int k = 0; k < eq_record_count; k++)
        rows[k] = allocated(eq_records[k].column_count * (int64_t)sizeof *rows[k]);
    read_run(run, file, rows);
    fclose(file);
    for (int k = 0; k < eq_array_count; k++) {
        char *path = has_file(k) ? joined(run->state, eq_arrays[k].file, ".npy") : NULL;
        if (path && exists(path)) {
            read_array(path, eq_arrays[k].type, &run->arrays[k]);
            run->arrays[k].changed = !eq_arrays[k].written;
        }
        free(path);
    }
    share(run);
    open_records(run, rows);
    free(text);
}
