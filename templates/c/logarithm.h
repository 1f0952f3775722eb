/* Logarithms, by x = 2^k m with m in [sqrt(1/2), sqrt(2)) and a polynomial in ((m - 1)/(m + 1))^2. */

#define POWER_OF_MANTISSA ((REAL)((UINT64_C(1)) << MANTISSA))

/* k and m of a number that is positive and not subnormal */
EQ_INLINE REAL NAME(split_normal)(REAL x, REAL *m)
{
    BITS moved = NAME(bits)(x) + (((BITS)BIAS << MANTISSA) - SQRT_HALF);
    *m = NAME(real)((moved & (((BITS)1 << MANTISSA) - 1)) + SQRT_HALF);
    /* an integer below 2^MANTISSA, put into the low bits of 2^MANTISSA, is that sum: no conversion is needed */
    BITS exponent = (moved >> MANTISSA) | ((BITS)(BIAS + MANTISSA) << MANTISSA);
    return NAME(real)(exponent) - (POWER_OF_MANTISSA + (REAL)BIAS);
}

/* the same of any positive number */
EQ_INLINE REAL NAME(split)(REAL x, REAL *m)
{
    int subnormal = x < PICK(0x1p-1022, 0x1p-126);
    REAL k = NAME(split_normal)(subnormal ? x * POWER_OF_MANTISSA : x, m);
    return k - (subnormal ? (REAL)MANTISSA : (REAL)0);
}

/* k ln(2) + log(1 + f) + rest for a rest that is small beside one of the two */
EQ_INLINE REAL NAME(log_sum)(REAL k, REAL f, REAL rest)
{
    REAL s = f / (f + (REAL)2), w = s * s, half_square = f * f * (REAL)0.5;
    REAL tail = LIBRARY(fma)(s, LIBRARY(fma)(w, NAME(log_kernel)(w), half_square), LIBRARY(fma)(k, LN2_LOW, rest));
    return LIBRARY(fma)(k, LN2_HIGH, f - (half_square - tail));
}

/* the logarithm of x where x is positive and finite, else what is due */
EQ_INLINE REAL NAME(with_poles)(REAL x, REAL value)
{
    value = x < (REAL)INFINITY ? value : x;
    value = x == 0 ? -(REAL)INFINITY : value;
    return x < 0 ? (REAL)NAN : value;
}

EQ_INLINE REAL NAME(log)(REAL x)
{
    REAL m, k = NAME(split)(x, &m);
    return NAME(with_poles)(x, NAME(log_sum)(k, m - (REAL)1, (REAL)0));
}

EQ_INLINE REAL NAME(log1p)(REAL x)
{
    REAL u = x + (REAL)1, moved = u - (REAL)1;
    REAL lost = ((REAL)1 - (u - moved)) + (x - moved); /* what rounding took from the sum, exactly */
    REAL m, k = NAME(split_normal)(u, &m);
    REAL value = NAME(with_poles)(u, NAME(log_sum)(k, m - (REAL)1, lost / u));
    return NAME(magnitude)(x) < TINY ? x : value;
}

/* numbers in twice the digits, as unevaluated sums of two; a and b have the low parts 0 where they have none */
EQ_INLINE REAL NAME(product)(REAL a, REAL a_low, REAL b, REAL b_low, REAL *low)
{
    REAL high = a * b;
    *low = LIBRARY(fma)(b_low, a, LIBRARY(fma)(a_low, b, LIBRARY(fma)(a, b, -high)));
    return high;
}

EQ_INLINE REAL NAME(sum_of)(REAL larger, REAL smaller, REAL *low)
{
    REAL high = larger + smaller;
    *low = smaller - (high - larger);
    return high;
}

EQ_INLINE REAL NAME(joined)(REAL high, REAL low)
{
    REAL size = NAME(magnitude)(low); /* where the high part is not finite the low one is not either */
    return (size > 0) & (size < (REAL)INFINITY) ? high + low : high;
}

/* the logarithm of a positive and finite number in twice the digits */
EQ_INLINE REAL NAME(log_pair)(REAL x, REAL *rest)
{
    REAL m, k = NAME(split)(x, &m), above = m - (REAL)1, below = m + (REAL)1, reciprocal = (REAL)1 / below;
    REAL s = above * reciprocal, lost = m - (below - (REAL)1);
    REAL s_low = reciprocal * LIBRARY(fma)(-s, lost, LIBRARY(fma)(-s, below, above));
    REAL square_low, factor_low, cube_low, low, last;
    REAL square = NAME(product)(s, s_low, s, s_low, &square_low);
    REAL factor = NAME(sum_of)(TWO_THIRDS_HIGH, square * NAME(tail_kernel)(square), &factor_low);
    REAL inner_low, inner = NAME(product)(square, square_low, factor, factor_low + TWO_THIRDS_LOW, &inner_low);
    REAL cube = NAME(product)(s, s_low, inner, inner_low, &cube_low);
    REAL near = NAME(sum_of)(s + s, cube, &low);
    low = low + LIBRARY(fma)(s_low, (REAL)2, cube_low);
    REAL value = NAME(sum_of)(k * SHORT_LN2_HIGH, near, &last);
    *rest = last + LIBRARY(fma)(k, SHORT_LN2_LOW, low);
    return value;
}

EQ_INLINE REAL NAME(log10)(REAL x)
{
    REAL low, product_low, high = NAME(log_pair)(x, &low);
    high = NAME(product)(high, low, LOG10_E_HIGH, LOG10_E_LOW, &product_low);
    return NAME(with_poles)(x, NAME(joined)(high, product_low));
}

#undef POWER_OF_MANTISSA
