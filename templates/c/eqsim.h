/* All that generated code calls. EQ_SINGLE, if it is defined, makes a network's numbers single precision. */
#ifndef EQSIM_H
#define EQSIM_H

#include "arrivals.h"
#include "generate.h"
#include "loop.h"
#include "mathematics.h"
#include "queue.h"
#include "random.h"

#ifdef EQ_SINGLE
typedef float eq_number;
#define EQ(name) eq_##name##f
#define EQ_LIBRARY(name) name##f
#else
typedef double eq_number;
#define EQ(name) eq_##name
#define EQ_LIBRARY(name) name
#endif
#define EQ_INFINITY ((eq_number)INFINITY)
#define EQ_NAN ((eq_number)NAN)

#endif
