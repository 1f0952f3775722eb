/* Integer laws as trials: each takes two uniforms and gives an integer, or -1 when the trial is rejected.
 *
 * The same operations in the same order as eqsim/random/laws.py, where the sources are named, so that a trial gives the
 * same integer wherever it runs: products and sums must not be fused, which EQ_IN_ORDER tells the compiler.
 */
#ifndef EQSIM_LAWS_H
#define EQSIM_LAWS_H

#include <math.h>
#include <stdint.h>

#ifdef __clang__
#define EQ_IN_ORDER static __attribute__((noinline, unused))
#pragma STDC FP_CONTRACT OFF
#else
#define EQ_IN_ORDER static __attribute__((noinline, unused, optimize("fp-contract=off")))
#endif

#define EQ_SMALL_MEAN 10.0 /* below this mean a law is inverted, above it the rejection methods hold */
#define EQ_FAR (INT64_C(1) << 61)

/* log(1 + f) for -1/2 <= f <= 1/2 */
EQ_IN_ORDER double eq_log1p_of(double f)
{
    double s = f / (2.0 + f), w = s * s, total = 0.0;
    for (int odd = 35; odd > 1; odd -= 2) total = (total + 1.0 / odd) * w;
    return 2.0 * s * (1.0 + total);
}

EQ_IN_ORDER double eq_log_of(double x)
{
    int e;
    double m = frexp(x, &e);
    if (m < 0.7071067811865476) m = 2.0 * m, e -= 1;
    return e * 0.6931471803691238 + (eq_log1p_of(m - 1.0) + e * 1.9082149292705877e-10);
}

/* e^x for -16 <= x <= 0: the 16th power of e^(x/16) */
EQ_IN_ORDER double eq_exp_of(double x)
{
    double r = x * 0.0625, value = 1.0;
    for (int n = 18; n > 0; n--) value = 1.0 + value * r / n;
    value *= value;
    value *= value;
    value *= value;
    return value * value;
}

/* log(k!) - log(2 pi)/2 - (k + 1/2) log(k + 1) + (k + 1) */
EQ_IN_ORDER double eq_stirling_tail(double k)
{
    static const double tails[] = {
        0.08106146679532726, 0.0413406959554093, 0.02767792568499834, 0.020790672103765093, 0.016644691189821193,
        0.013876128823070748, 0.01189670994589177, 0.010411265261972096, 0.009255462182712733, 0.00833056343336287};
    if (k < 10.0) return tails[(int)k];
    double inverse = 1.0 / (k + 1.0), square = inverse * inverse;
    return (1.0 / 12.0 - (1.0 / 360.0 - (1.0 / 1260.0 - square / 1680.0) * square) * square) * inverse;
}

EQ_IN_ORDER int64_t eq_poisson_inverse(double u, double lam)
{
    int64_t count = 0;
    double term = eq_exp_of(-lam), total = term;
    while (u >= total) {
        term = term * lam / (double)(count + 1);
        if (total + term == total) break;
        total += term;
        count++;
    }
    return count;
}

/* an integer of the Poisson law with mean lam >= 10, or -1 */
EQ_IN_ORDER int64_t eq_poisson_rejection(double u, double v, double lam)
{
    double b = 0.931 + 2.53 * sqrt(lam), a = -0.059 + 0.02483 * b;
    double centred = u - 0.5, rim = 0.5 - fabs(centred);
    if (rim <= 0.0) return -1;
    double k = floor((2.0 * a / rim + b) * centred + lam + 0.43), chance = 1.0 - v;
    if (rim >= 0.07 && chance <= 0.9277 - 3.6224 / (b - 2.0)) return (int64_t)k;
    if (k < 0 || (rim < 0.013 && chance > rim)) return -1;
    double bound = chance * (1.1239 + 1.1328 / (b - 3.4)) / (a / (rim * rim) + b);
    double density = k * eq_log_of(lam / (k + 1.0)) - 0.5 * eq_log_of(k + 1.0) - lam + (k + 1.0);
    return eq_log_of(bound) <= density - 0.9189385332046728 - eq_stirling_tail(k) ? (int64_t)k : -1;
}

static inline int64_t eq_poisson_trial(double u, double v, double lam)
{
    if (!(lam > 0.0)) return 0;
    return lam < EQ_SMALL_MEAN ? eq_poisson_inverse(u, lam) : eq_poisson_rejection(u, v, lam);
}

/* how many tries with chance p fail before one succeeds: EQ_FAR at most, and where p is not above 0 */
EQ_IN_ORDER int64_t eq_geometric_inverse(double u, double p)
{
    if (!(p > 1e-300)) return EQ_FAR;
    if (p >= 1.0) return 0;
    double count = eq_log_of(1.0 - u) / (p <= 0.5 ? eq_log1p_of(-p) : eq_log_of(1.0 - p));
    return count < (double)EQ_FAR ? (int64_t)count : EQ_FAR;
}

/* the number of values whose cumulative probability does not exceed u; p <= 1/2 */
EQ_IN_ORDER int64_t eq_binomial_inverse(double u, int64_t n, double p)
{
    int64_t count = 0;
    double odds = p / (1.0 - p), term = eq_exp_of((double)n * eq_log1p_of(-p)), total = term;
    while (u >= total) {
        term = term * odds * (double)(n - count) / (double)(count + 1);
        if (total + term == total) break;
        total += term;
        count++;
    }
    return count;
}

/* an integer of the binomial law with n p >= 10 and p <= 1/2, or -1 */
EQ_IN_ORDER int64_t eq_binomial_rejection(double u, double v, int64_t n, double p)
{
    double tries = (double)n, odds = p / (1.0 - p), spread = sqrt(tries * p * (1.0 - p));
    double b = 1.15 + 2.53 * spread, a = -0.0873 + 0.0248 * b + 0.01 * p;
    double centred = u - 0.5, rim = 0.5 - fabs(centred);
    if (rim <= 0.0) return -1;
    double k = floor((2.0 * a / rim + b) * centred + tries * p + 0.5), chance = 1.0 - v;
    if (rim >= 0.07 && chance <= 0.92 - 4.2 / b) return (int64_t)k;
    if (k < 0 || k > tries) return -1;
    double mode = floor((double)(n + 1) * p);
    double bound = chance * (2.83 + 5.1 / b) * spread / (a / (rim * rim) + b);
    double density = (mode + 0.5) * eq_log_of((mode + 1.0) / (odds * (tries - mode + 1.0)))
        + (tries + 1.0) * eq_log_of((tries - mode + 1.0) / (tries - k + 1.0))
        + (k + 0.5) * eq_log_of(odds * (tries - k + 1.0) / (k + 1.0))
        + (eq_stirling_tail(mode) + eq_stirling_tail(tries - mode))
        - (eq_stirling_tail(k) + eq_stirling_tail(tries - k));
    return eq_log_of(bound) <= density ? (int64_t)k : -1;
}

/* an integer of the binomial law of n tries with chance p, or -1; p beyond 0 and 1 means 0 and 1 */
EQ_IN_ORDER int64_t eq_binomial_trial(double u, double v, int64_t n, double p)
{
    if (n <= 0 || !(p > 0.0)) return 0;
    if (p >= 1.0) return n;
    double rarer = p <= 0.5 ? p : 1.0 - p;
    int small = (double)n * rarer < EQ_SMALL_MEAN;
    int64_t count = small ? eq_binomial_inverse(u, n, rarer) : eq_binomial_rejection(u, v, n, rarer);
    return p > 0.5 && count >= 0 ? n - count : count;
}

#ifdef __clang__
#pragma STDC FP_CONTRACT DEFAULT
#endif

#endif
