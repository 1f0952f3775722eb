/* Mathematical functions that loops over elements vectorise: arithmetic alone, no call, no branch.
 *
 * Each function follows its namesake in eqsim/vector step by step, so that both round alike; its errors are told there.
 * A text serves both precisions: it is included once for each, with what double.h or single.h defines.
 * They need correct arithmetic: never compile them with -ffast-math or -fassociative-math.
 */
#ifndef EQSIM_MATHEMATICS_H
#define EQSIM_MATHEMATICS_H

#include "numbers.h"

/* even(x^2) + x odd(x^2): Horner's rule for both in turn, two short chains of operations instead of a long one */
#define EQ_TERM(coefficient) next = LIBRARY(fma)(before, square, coefficient), before = value, value = next;
#define EQ_POLYNOMIAL(name, first, rest)                                         \
    EQ_INLINE REAL NAME(name)(REAL x)                                            \
    {                                                                            \
        REAL square = x * x, before = 0, value = first, next;                    \
        rest(EQ_TERM)                                                            \
        return LIBRARY(fma)(x, before, value);                                   \
    }

#include "double.h"
#include "formulas.h"
#include "none.h"
#include "single.h"
#include "formulas.h"
#include "none.h"

/* integers to a literal power */
EQ_INLINE int64_t eq_whole_powerl(int64_t x, int n)
{
    uint64_t base = (uint64_t)x, power = 1;
    for (; n > 0; n >>= 1, base *= base)
        if (n & 1) power *= base;
    return (int64_t)power;
}

#endif
