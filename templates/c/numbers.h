/* Bit patterns, choice without branches, and the plain functions of the language, for double and single precision.
 *
 * Everything here is C99 with what GCC and Clang share: inline functions that loops over elements are made of vector
 * instructions with. Names end in f for single precision, in l for 64-bit integers, as those of the C library do.
 */
#ifndef EQSIM_NUMBERS_H
#define EQSIM_NUMBERS_H

#include <math.h>
#include <stdint.h>
#include <string.h>

#define EQ_INLINE static inline __attribute__((always_inline))

/* functions of one or two types of numbers, each with the suffix of its name */
#define EQ_PLAIN(T, S)                                                                                    \
    EQ_INLINE T eq_select##S(int condition, T then, T otherwise) { return condition ? then : otherwise; } \
    EQ_INLINE T eq_min##S(T x, T y) { return (x < y) | (x != x) ? x : y; } /* NaN goes through */         \
    EQ_INLINE T eq_max##S(T x, T y) { return (x > y) | (x != x) ? x : y; }                                \
    EQ_INLINE T eq_clip##S(T x, T low, T high) { return eq_min##S(eq_max##S(x, low), high); }             \
    EQ_INLINE T eq_square##S(T x) { return x * x; }                                                       \
    EQ_INLINE T eq_cube##S(T x) { return x * x * x; }                                                     \
    EQ_INLINE T eq_fourth##S(T x) { return (x * x) * (x * x); }

EQ_PLAIN(double, )
EQ_PLAIN(float, f)
EQ_PLAIN(int64_t, l)

/* // and % round down and have the divisor's sign, as in Python; mod and the quotient of integers by 0 are 0 */
#define EQ_REAL(T, S)                                                                                     \
    EQ_INLINE T eq_abs##S(T x) { return fabs##S(x); }                                                     \
    EQ_INLINE T eq_sign##S(T x) { return x > 0 ? (T)1 : x < 0 ? (T)-1 : x * (T)0; } /* NaN stays NaN */   \
    EQ_INLINE T eq_heaviside##S(T x) { return x >= 0 ? (T)1 : x < 0 ? (T)0 : x; }                         \
    EQ_INLINE int64_t eq_whole##S(T x) { return (int64_t)x; }                                             \
    EQ_INLINE T eq_mod##S(T x, T y)                                                                       \
    {                                                                                                     \
        T rest = fmod##S(x, y);                                                                           \
        if (rest == 0) return copysign##S((T)0, y);                                                       \
        return (y < 0) != (rest < 0) ? rest + y : rest;                                                   \
    }                                                                                                     \
    EQ_INLINE T eq_floor_quotient##S(T x, T y)                                                            \
    {                                                                                                     \
        if (y == 0) return x / y;                                                                         \
        T rest = fmod##S(x, y), quotient = (x - rest) / y;                                                \
        if ((rest != 0) & ((y < 0) != (rest < 0))) quotient -= (T)1;                                      \
        if (quotient == 0) return copysign##S((T)0, x / y);                                               \
        T below = floor##S(quotient);                                                                     \
        return quotient - below > (T)0.5 ? below + (T)1 : below;                                          \
    }                                                                                                     \
    /* the value that a table holds at a time: before its start the first, after its end the last */      \
    EQ_INLINE T eq_held##S(const T *values, int64_t size, int64_t columns, double step, double time, double column) \
    {                                                                                                     \
        int64_t rows = size / columns, row = (int64_t)floor(time / step + 1e-3), place = (int64_t)column; \
        row = row < 0 ? 0 : row >= rows ? rows - 1 : row;                                                 \
        place = place < 0 ? 0 : place >= columns ? columns - 1 : place;                                   \
        return values[row * columns + place];                                                             \
    }

EQ_REAL(double, )
EQ_REAL(float, f)

EQ_INLINE int64_t eq_absl(int64_t x) { return x < 0 ? -x : x; }
EQ_INLINE int64_t eq_wholel(int64_t x) { return x; }
EQ_INLINE float eq_single(double x) { return (float)x; }

EQ_INLINE int64_t eq_modl(int64_t x, int64_t y)
{
    if ((y == 0) | (y == -1)) return 0;
    int64_t rest = x % y;
    return (rest != 0) & ((rest ^ y) < 0) ? rest + y : rest;
}

EQ_INLINE int64_t eq_floor_quotientl(int64_t x, int64_t y)
{
    if (y == 0) return 0;
    if (y == -1) return (int64_t)(0 - (uint64_t)x);
    return x / y - ((x % y != 0) & ((x ^ y) < 0));
}

/* a thousandth of a step lets times that are whole steps but for rounding count as whole */
EQ_INLINE int64_t eq_timestep(double time, double dt) { return (int64_t)floor((time + 1e-3 * dt) / dt); }

#endif
