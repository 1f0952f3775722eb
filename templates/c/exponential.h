/* The exponential function and its kin, by range reduction to |r| <= ln(2)/2 and a polynomial. */

#define LOG2_E ((REAL)1.4426950408889634)

EQ_INLINE REAL NAME(exp)(REAL x)
{
    x = NAME(at_most)(NAME(at_least)(x, PICK(-746.0, -105.0)), PICK(710.0, 89.0));
    REAL shifted = LIBRARY(fma)(x, LOG2_E, MAGIC), k = shifted - MAGIC;
    REAL r = LIBRARY(fma)(k, -LN2_LOW, LIBRARY(fma)(k, -LN2_HIGH, x));
    REAL value = LIBRARY(fma)(r * r, NAME(exp_kernel)(r), r) + (REAL)1;
    return NAME(scaled)(value, shifted);
}

/* e^r - 1, and a pattern with k in its low bits: x = k*ln(2) + r, |r| <= ln(2)/2 */
EQ_INLINE REAL NAME(expm1_part)(REAL x, BITS *pattern)
{
    REAL shifted = LIBRARY(fma)(x, LOG2_E, MAGIC), k = shifted - MAGIC;
    REAL first = LIBRARY(fma)(k, -LN2_HIGH, x), r = LIBRARY(fma)(k, -LN2_LOW, first);
    REAL lost = LIBRARY(fma)(k, -LN2_LOW, first - r); /* what rounding took from r counts where e^x - 1 cancels */
    REAL square = r * r;
    *pattern = NAME(bits)(shifted);
    return r + LIBRARY(fma)(square, NAME(exp_kernel)(r), lost);
}

EQ_INLINE REAL NAME(expm1)(REAL x)
{
    BITS k;
    REAL part = NAME(expm1_part)(NAME(at_most)(NAME(at_least)(x, PICK(-50.0, -25.0)), PICK(710.0, 89.0)), &k);
    REAL scale = NAME(power_of_two)(k - 1); /* halved: at the largest results 2^k is beyond the largest number */
    REAL value = LIBRARY(fma)(scale, part, scale - (REAL)0.5) * (REAL)2;
    return NAME(magnitude)(x) < TINY ? x : value;
}

/* (e^x - 1)/x, which is 1 at 0 */
EQ_INLINE REAL NAME(exprel)(REAL x)
{
    BITS k;
    REAL upper = NAME(at_most)(x, PICK(718.0, 94.0));
    REAL part = NAME(expm1_part)(NAME(at_least)(upper, PICK(-50.0, -25.0)), &k);
    REAL scale = NAME(power_of_two)(k - 16);
    REAL value = LIBRARY(fma)(scale, part, scale - (REAL)0x1p-16) / upper * (REAL)0x1p16;
    return NAME(magnitude)(x) < TINY ? (REAL)1 : value;
}

/* x/(e^x - 1), which is 1 at 0, with one division */
EQ_INLINE REAL NAME(exprel_reciprocal)(REAL x)
{
    BITS k;
    REAL down = PICK(0x1p-128, 0x1p-64), upper = NAME(at_most)(x, PICK(760.0, 112.0));
    REAL part = NAME(expm1_part)(NAME(at_least)(upper, PICK(-50.0, -25.0)), &k);
    REAL scale = NAME(power_of_two)(k - (BITS)PICK(128, 64));
    REAL value = upper * down / LIBRARY(fma)(scale, part, scale - down);
    return NAME(magnitude)(x) < TINY ? (REAL)1 : value;
}

EQ_INLINE REAL NAME(tanh)(REAL x)
{
    BITS k;
    REAL size = NAME(magnitude)(x);
    REAL part = NAME(expm1_part)(NAME(at_least)(size * (REAL)-2, PICK(-50.0, -25.0)), &k);
    REAL scale = NAME(power_of_two)(k);
    REAL value = LIBRARY(fma)(-scale, part, (REAL)1 - scale) / LIBRARY(fma)(scale, part, (REAL)1 + scale);
    return size < TINY ? x : NAME(with_sign_of)(value, x);
}

/* (e^x - 1)/16 for x >= 0, which is finite wherever cosh(x) is */
EQ_INLINE REAL NAME(sixteenth)(REAL x)
{
    BITS k;
    REAL part = NAME(expm1_part)(NAME(at_most)(x, PICK(712.0, 91.0)), &k);
    REAL scale = NAME(power_of_two)(k - 4);
    return LIBRARY(fma)(scale, part, scale - (REAL)0.0625);
}

EQ_INLINE REAL NAME(sinh)(REAL x)
{
    REAL size = NAME(magnitude)(x), share = NAME(sixteenth)(size);
    REAL value = LIBRARY(fma)(share / (share + (REAL)0.0625), (REAL)0.0625, share) * (REAL)8;
    return size < TINY ? x : NAME(with_sign_of)(value, x);
}

EQ_INLINE REAL NAME(cosh)(REAL x)
{
    REAL share = NAME(sixteenth)(NAME(magnitude)(x)) + (REAL)0.0625;
    return (share + (REAL)0x1p-8 / share) * (REAL)8;
}

#undef LOG2_E
