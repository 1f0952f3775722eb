/* Arrays, and files of them in NumPy's format. */
#ifndef EQSIM_ARRAYS_H
#define EQSIM_ARRAYS_H

#include <stdint.h>
#include <stdio.h>

#include "project.h"

/* an array in memory, 64 bytes aligned */
struct array {
    void *at;
    int64_t size;
    int changed; /* by a setting */
};

/* a file that grows: rows of so many numbers each (0: plain numbers), told in its header */
struct growing {
    FILE *file;
    const char *path;
    enum eq_type type;
    int64_t rows, width;
};

int64_t size_of(enum eq_type type);
void *allocated(int64_t bytes);
char *joined(const char *folder, const char *name, const char *end);
int exists(const char *path);

/* Read a file of one dimension and this type; leave with an error where it is another one. */
void read_array(const char *path, enum eq_type type, struct array *array);
void write_array(const char *path, enum eq_type type, const void *at, int64_t size);

/* Begin a file, or go on behind its first rows. */
void open_growing(struct growing *growing, const char *path, enum eq_type type, int64_t width, int64_t rows);
void append(struct growing *growing, const void *at, int64_t count);
void close_growing(struct growing *growing);

#endif
