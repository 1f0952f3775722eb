/* Counter-based random numbers, the very ones of eqsim/random: Philox4x32-10 and the laws that are drawn from it. */
#ifndef EQSIM_RANDOM_H
#define EQSIM_RANDOM_H

#include "laws.h"
#include "mathematics.h"

enum { EQ_RUN = 0, EQ_COUNTS = 5, EQ_SPIKES = 6 }; /* what a number is drawn for: part of its counter */

#define EQ_ROUND                                                                                        \
    {                                                                                                   \
        uint64_t first = (uint64_t)UINT32_C(0xD2511F53) * c0, second = (uint64_t)UINT32_C(0xCD9E8D57) * c2; \
        uint32_t then_0 = (uint32_t)(second >> 32) ^ c1 ^ k0, then_2 = (uint32_t)(first >> 32) ^ c3 ^ k1; \
        c0 = then_0, c1 = (uint32_t)second, c2 = then_2, c3 = (uint32_t)first;                           \
        k0 += UINT32_C(0x9E3779B9), k1 += UINT32_C(0xBB67AE85);                                          \
    }

/* four words for a stream and a counter */
EQ_INLINE void eq_words(uint64_t stream, uint32_t kind, uint32_t number, uint64_t step, uint64_t element, uint32_t *w)
{
    uint32_t c0 = (uint32_t)element, c1 = (uint32_t)step, c3 = kind << 24 | number;
    uint32_t c2 = (uint32_t)(element >> 32 & 0xFFFF) | (uint32_t)(step >> 32 & 0xFFFF) << 16;
    uint32_t k0 = (uint32_t)stream, k1 = (uint32_t)(stream >> 32);
    EQ_ROUND EQ_ROUND EQ_ROUND EQ_ROUND EQ_ROUND EQ_ROUND EQ_ROUND EQ_ROUND EQ_ROUND EQ_ROUND
    w[0] = c0, w[1] = c1, w[2] = c2, w[3] = c3;
}

/* the number in [0, 1) that has the upper 27 bits of one word and the upper 26 of another; every step is exact */
EQ_INLINE double eq_fraction(uint32_t high, uint32_t low)
{
    return ((double)(int32_t)(high >> 5) * 0x1p26 + (double)(int32_t)(low >> 6)) * 0x1p-53;
}

EQ_INLINE double eq_uniform(int64_t stream, int kind, int number, int64_t step, int64_t element)
{
    uint32_t w[4];
    eq_words((uint64_t)stream, (uint32_t)kind, (uint32_t)number, (uint64_t)step, (uint64_t)element, w);
    return eq_fraction(w[0], w[1]);
}

/* both uniforms of a trial of a draw that may need several */
EQ_INLINE double eq_pair(int64_t stream, int kind, int number, int64_t step, int64_t element, int trial, double *other)
{
    uint32_t w[4], place = (uint32_t)number | (uint32_t)trial << 16;
    eq_words((uint64_t)stream, (uint32_t)kind, place, (uint64_t)step, (uint64_t)element, w);
    *other = eq_fraction(w[2], w[3]);
    return eq_fraction(w[0], w[1]);
}

/* Box and Muller's cosine branch */
EQ_INLINE double eq_normal(int64_t stream, int kind, int number, int64_t step, int64_t element)
{
    double angle, radius = eq_pair(stream, kind, number, step, element, 0, &angle);
    return __builtin_sqrt(-2.0 * eq_log(1.0 - radius)) * eq_cos(6.283185307179586 * angle);
}

static inline int64_t eq_poisson(int64_t stream, int kind, int number, int64_t step, int64_t element, double lam)
{
    for (int trial = 0;; trial++) {
        double v, u = eq_pair(stream, kind, number, step, element, trial, &v);
        int64_t count = eq_poisson_trial(u, v, lam);
        if (count >= 0) return count;
    }
}

static inline int64_t eq_binomial(
    int64_t stream, int kind, int number, int64_t step, int64_t element, int64_t n, double p)
{
    for (int trial = 0;; trial++) {
        double v, u = eq_pair(stream, kind, number, step, element, trial, &v);
        int64_t count = eq_binomial_trial(u, v, n, p);
        if (count >= 0) return count;
    }
}

static inline int64_t eq_geometric(int64_t stream, int kind, int number, int64_t step, int64_t element, double p)
{
    return eq_geometric_inverse(eq_uniform(stream, kind, number, step, element), p);
}

#endif
