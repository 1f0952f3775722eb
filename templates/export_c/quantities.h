/* Values with units as texts, and names that are nearly right. */
#ifndef EQSIM_QUANTITIES_H
#define EQSIM_QUANTITIES_H

#include "project.h"

/* Say what is wrong and what may help, and leave with status 2. */
void fail(const char *hint, const char *format, ...) __attribute__((noreturn, format(printf, 2, 3)));

/* Read a number with a unit of these dimensions, or leave with an error; return it in units of 10^scale.
 * WHERE names the option or line, PATH what gets the value, UNIT the unit in which it counts. */
double read_quantity(
    const char *text, const double *exponents, double scale, const char *where, const char *path, const char *unit);

/* Read a value of what may be set. */
double read_value(const char *text, const struct eq_settable *settable, const char *where);

/* The nearest of some names, or NULL where none is near; names lie STRIDE bytes apart, each a pointer. */
const char *nearest(const char *name, const void *names, int count, int stride);

#endif
