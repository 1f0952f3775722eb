/* Files in NumPy's format, version 1: a header of 128 bytes, then the numbers. */
#include "arrays.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "quantities.h"

enum { HEADER = 128 };

static const struct { const char *name; int64_t size; } types[] = {
    [EQ_FLOAT64] = {"f8", 8}, [EQ_FLOAT32] = {"f4", 4}, [EQ_INT8] = {"i1", 1}, [EQ_INT16] = {"i2", 2},
    [EQ_INT32] = {"i4", 4}, [EQ_INT64] = {"i8", 8}, [EQ_UINT8] = {"u1", 1}, [EQ_UINT16] = {"u2", 2},
    [EQ_UINT32] = {"u4", 4}, [EQ_UINT64] = {"u8", 8}, [EQ_BOOL] = {"b1", 1},
};

int64_t size_of(enum eq_type type) { return types[type].size; }

void *allocated(int64_t bytes)
{
    void *at = NULL;
    if (bytes < 64) bytes = 64;
    if (posix_memalign(&at, 64, (size_t)bytes)) fail("", "there is no memory for %" PRId64 " bytes", bytes);
    memset(at, 0, (size_t)bytes);
    return at;
}

char *joined(const char *folder, const char *name, const char *end)
{
    size_t length = strlen(folder) + strlen(name) + strlen(end) + 2;
    char *path = allocated((int64_t)length);
    snprintf(path, length, "%s/%s%s", folder, name, end);
    return path;
}

int exists(const char *path) { return access(path, F_OK) == 0; }

static char order(enum eq_type type)
{
    const uint16_t one = 1;
    if (size_of(type) == 1) return '|';
    return *(const char *)&one ? '<' : '>';
}

static void unwritable(const char *path)
{
    fail("see whether there is room, and whether you may write there", "%s cannot be written: %s", path, strerror(errno));
}

static void write_header(FILE *file, const char *path, enum eq_type type, int64_t rows, int64_t width)
{
    char header[HEADER + 1], shape[64];
    snprintf(shape, sizeof shape, width ? "%" PRId64 ", %" PRId64 : "%" PRId64 ",", width ? width : rows, rows);
    /* one column of a row after another: what lies in the order of time is an array of (elements, times) */
    int used = snprintf(
        header + 10, HEADER - 10, "{'descr': '%c%s', 'fortran_order': %s, 'shape': (%s), }", order(type),
        types[type].name, width ? "True" : "False", shape);
    memcpy(header, "\x93NUMPY\x01\x00v\x00", 10);
    memset(header + 10 + used, ' ', (size_t)(HEADER - 11 - used));
    header[HEADER - 1] = '\n';
    if (fseek(file, 0, SEEK_SET) || fwrite(header, 1, HEADER, file) != HEADER) unwritable(path);
}

void read_array(const char *path, enum eq_type type, struct array *array)
{
    const char *hint = "export the network again";
    unsigned char start[10];
    char header[4096] = "", due[32];
    FILE *file = fopen(path, "rb");
    if (!file) fail(hint, "%s cannot be read: %s", path, strerror(errno));
    if (fread(start, 1, 10, file) != 10 || memcmp(start, "\x93NUMPY\x01", 7) != 0) fail(hint, "%s is no file of NumPy", path);
    size_t length = start[8] + 256u * start[9];
    if (length >= sizeof header || fread(header, 1, length, file) != length) fail(hint, "%s is damaged", path);
    snprintf(due, sizeof due, "'descr': '%c%s'", order(type), types[type].name);
    const char *shape = strstr(header, "'shape': (");
    char *end = NULL;
    int64_t size = shape ? strtoll(shape + 10, &end, 10) : 0;
    if (!strstr(header, due) || !shape || strncmp(end, ",)", 2) != 0)
        fail(hint, "%s holds something else than an array of %s in one dimension", path, types[type].name);
    if (size != array->size) array->at = NULL;
    if (!array->at) array->at = allocated(size * size_of(type));
    array->size = size;
    if (fread(array->at, (size_t)size_of(type), (size_t)size, file) != (size_t)size) fail(hint, "%s is cut off", path);
    fclose(file);
}

void write_array(const char *path, enum eq_type type, const void *at, int64_t size)
{
    FILE *file = fopen(path, "wb");
    if (!file) unwritable(path);
    write_header(file, path, type, size, 0);
    if (fwrite(at, (size_t)size_of(type), (size_t)size, file) != (size_t)size || fclose(file)) unwritable(path);
}

void open_growing(struct growing *growing, const char *path, enum eq_type type, int64_t width, int64_t rows)
{
    growing->file = fopen(path, rows ? "r+b" : "w+b");
    growing->path = path, growing->type = type, growing->width = width, growing->rows = rows;
    if (!growing->file) unwritable(path);
    if (!rows) write_header(growing->file, path, type, 0, width);
}

void append(struct growing *growing, const void *at, int64_t count)
{
    int64_t row = (growing->width ? growing->width : 1) * size_of(growing->type);
    if (!count) return;
    if (fseeko(growing->file, (off_t)(HEADER + growing->rows * row), SEEK_SET)) unwritable(growing->path);
    if (fwrite(at, (size_t)row, (size_t)count, growing->file) != (size_t)count) unwritable(growing->path);
    growing->rows += count;
    write_header(growing->file, growing->path, growing->type, growing->rows, growing->width);
    if (fflush(growing->file)) unwritable(growing->path);
}

void close_growing(struct growing *growing)
{
    int64_t row = (growing->width ? growing->width : 1) * size_of(growing->type);
    write_header(growing->file, growing->path, growing->type, growing->rows, growing->width);
    if (fflush(growing->file) || ftruncate(fileno(growing->file), (off_t)(HEADER + growing->rows * row)) ||
        fclose(growing->file))
        unwritable(growing->path);
}
