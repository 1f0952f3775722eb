/* What is recorded: lists in memory that the run fills, and files that take what is in them. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "quantities.h"
#include "simulation.h"

#ifndef RECORD_ENTRIES
#define RECORD_ENTRIES (1 << 18) /* that a list holds before it goes to its file, unless a step may add more */
#endif

void open_records(struct simulation *run, int64_t **rows)
{
    run->files = allocated(eq_record_count * (int64_t)sizeof *run->files);
    for (int k = 0; k < eq_record_count; k++) {
        const struct eq_record *record = &eq_records[k];
        run->files[k] = allocated(record->column_count * (int64_t)sizeof **run->files);
        for (int c = 0; c < record->column_count; c++) {
            const struct eq_column *column = &record->columns[c];
            int64_t room = 4 * record->most > RECORD_ENTRIES ? 4 * record->most : RECORD_ENTRIES;
            int64_t width = record->states && column->kind == 'v' ? record->width : 0;
            char *path = joined(run->out, column->file, ".npy");
            open_growing(&run->files[k][c], path, column->type, width, rows ? rows[k][c] : 0);
            if (column->values < 0) continue;
            struct array *list = &run->arrays[column->values];
            list->at = allocated(room * size_of(eq_arrays[column->values].type));
            list->size = room;
        }
    }
}

static int64_t used(const struct simulation *run, const struct eq_column *column)
{
    return column->used < 0 ? 0 : *(const int64_t *)run->arrays[column->used].at;
}

/* an entry of a list or of an array as a number */
static double number(const void *at, enum eq_type type, int64_t k)
{
    switch (type) {
    case EQ_FLOAT64: return ((const double *)at)[k];
    case EQ_FLOAT32: return (double)((const float *)at)[k];
    case EQ_INT32: return ((const int32_t *)at)[k];
    case EQ_INT64: return (double)((const int64_t *)at)[k];
    default: return ((const uint8_t *)at)[k];
    }
}

/* entry K of a column as its file takes it, to the place K of a buffer */
static void convert(
    const struct simulation *run, const struct eq_record *record, const struct eq_column *column, void *to, int64_t k)
{
    const struct array *list = &run->arrays[column->values];
    enum eq_type type = eq_arrays[column->values].type;
    double value = number(list->at, type, k);
    int64_t index;
    switch (column->kind) {
    case 't': ((double *)to)[k] = value * record->dt; break;
    case 'r': ((double *)to)[k] = value / (double)record->size / record->factor; break;
    case 'i':
        index = ((const int32_t *)list->at)[k];
        if (record->within >= 0) index = ((const int64_t *)run->arrays[record->within].at)[index];
        ((int32_t *)to)[k] = (int32_t)index;
        break;
    default:
        if (column->type == EQ_FLOAT32) ((float *)to)[k] = (float)value;
        else if (column->type == EQ_INT64) ((int64_t *)to)[k] = (int64_t)value;
        else if (column->type == EQ_BOOL) ((uint8_t *)to)[k] = value != 0;
        else ((double *)to)[k] = value;
    }
}

static void flush_clock(struct simulation *run, const struct eq_record *record, struct growing *file)
{
    int64_t first = (run->noted + record->period - 1) / record->period;
    int64_t count = (run->reached + record->period - 1) / record->period - first;
    double *times = allocated(count * (int64_t)sizeof *times);
    for (int64_t k = 0; k < count; k++) times[k] = (double)(first + k) * record->dt;
    append(file, times, count);
    free(times);
}

void flush_records(struct simulation *run)
{
    for (int k = 0; k < eq_record_count; k++) {
        const struct eq_record *record = &eq_records[k];
        for (int c = 0; c < record->column_count; c++) {
            const struct eq_column *column = &record->columns[c];
            struct growing *file = &run->files[k][c];
            if (column->kind == 'c') {
                flush_clock(run, record, file);
                continue;
            }
            int64_t count = used(run, column), rows = file->width ? count / file->width : count;
            if (column->kind == 'v' && column->type == eq_arrays[column->values].type)
                append(file, run->arrays[column->values].at, rows);
            else {
                void *buffer = allocated(count * 8);
                for (int64_t entry = 0; entry < count; entry++) convert(run, record, column, buffer, entry);
                append(file, buffer, rows);
                free(buffer);
            }
            *(int64_t *)run->arrays[column->used].at = 0;
        }
    }
    run->noted = run->reached;
}

/* the queues of all threads have one length: a power of two, that of their rings' sections */
static void lengthen(struct simulation *run, const struct eq_queue *queue)
{
    struct array *heads = &run->arrays[queue->head], *tails = &run->arrays[queue->tail];
    int64_t lanes = heads->size > 1 ? eq_network.lanes : 1; /* a pathway may be one thread's */
    int64_t stride = heads->size / lanes, most = 0, longer = 1;
    const int64_t *head = heads->at, *tail = tails->at;
    for (int64_t lane = 0; lane < lanes; lane++) {
        int64_t under_way = tail[lane * stride] - head[lane * stride];
        if (under_way > most) most = under_way;
    }
    int64_t length = run->arrays[queue->rings[0]].size / lanes;
    if (most + 2 * queue->most <= length) return;
    while (longer < most + 4 * queue->most) longer *= 2;
    for (int ring = 0; ring < queue->ring_count; ring++) {
        struct array *array = &run->arrays[queue->rings[ring]];
        int64_t size = size_of(eq_arrays[queue->rings[ring]].type);
        char *from = array->at, *to = allocated(longer * lanes * size);
        for (int64_t lane = 0; lane < lanes; lane++)
            for (int64_t entry = head[lane * stride]; entry < tail[lane * stride]; entry++)
                memcpy(to + (lane * longer + (entry & (longer - 1))) * size,
                    from + (lane * length + (entry & (length - 1))) * size, (size_t)size);
        free(from);
        array->at = to, array->size = longer * lanes;
    }
    for (int k = 0; k < queue->run_count; k++) {
        struct array *array = &run->arrays[queue->runs[k]];
        free(array->at);
        array->size = longer * lanes;
        array->at = allocated(array->size * size_of(eq_arrays[queue->runs[k]].type));
    }
}

void make_room(struct simulation *run)
{
    int full = 0;
    for (int k = 0; k < eq_record_count; k++)
        for (int c = 0; c < eq_records[k].column_count; c++) {
            const struct eq_column *column = &eq_records[k].columns[c];
            /* threads that share a run stop a step before there is no room */
            full |= column->values >= 0 && used(run, column) + 2 * eq_records[k].most > run->arrays[column->values].size;
        }
    if (full) flush_records(run);
    for (int k = 0; k < eq_queue_count; k++) lengthen(run, &eq_queues[k]);
    for (int k = 0; k < eq_array_count; k++) {
        run->table[2 * k] = (int64_t)(intptr_t)run->arrays[k].at;
        run->table[2 * k + 1] = run->arrays[k].size;
    }
}

static void write_counts(const struct simulation *run, const struct eq_record *record)
{
    const struct array *counted = &run->arrays[record->counted];
    const struct array *members = record->members < 0 ? NULL : &run->arrays[record->members];
    int64_t size = members ? members->size : record->size, *counts = allocated(size * (int64_t)sizeof *counts);
    for (int64_t k = 0; k < size; k++)
        counts[k] = ((const int64_t *)counted->at)[members ? ((const int64_t *)members->at)[k] : k];
    char *path = joined(run->out, record->counts, ".npy");
    write_array(path, EQ_INT64, counts, size);
    free(path);
    free(counts);
}

void close_records(struct simulation *run)
{
    for (int k = 0; k < eq_record_count; k++) {
        for (int c = 0; c < eq_records[k].column_count; c++) close_growing(&run->files[k][c]);
        if (eq_records[k].counted >= 0) write_counts(run, &eq_records[k]);
    }
}

void write_results(struct simulation *run, int finished)
{
    char *path = joined(run->out, "results", ".json"), *part = joined(run->out, "results", ".part");
    FILE *file = fopen(part, "w");
    if (!file) fail("", "%s cannot be written: %s", part, strerror(errno));
    fprintf(file, "{\n \"eqsim_results\": 1,\n \"version\": \"%s\",\n \"target\": \"c\",\n", eq_network.version);
    fprintf(file, " \"title\": \"%s\",\n \"time_unit\": \"%s\",\n", eq_network.title, eq_network.time_unit);
    fprintf(file, " \"dt\": %.17g,\n \"begun\": %.17g,\n \"duration\": %.17g,\n \"reached\": %.17g,\n", eq_network.dt,
        time_of(run->begun), run->duration, time_of(run->reached));
    fprintf(file, " \"finished\": %s,\n \"seed\": ", finished ? "true" : "false");
    if (run->seeded) fprintf(file, "%" PRIu64 ",\n", run->seed);
    else fputs("null,\n", file);
    fprintf(file, " \"records\": %s\n}\n", eq_network.records);
    if (fclose(file) || rename(part, path)) fail("", "%s cannot be written: %s", path, strerror(errno));
    free(path);
    free(part);
}
