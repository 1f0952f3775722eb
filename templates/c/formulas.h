/* The formulas of vector mathematics, in the precision that double.h or single.h has set. */

EQ_POLYNOMIAL(exp_kernel, EXP_FIRST, EXP_REST)
EQ_POLYNOMIAL(log_kernel, LOG_FIRST, LOG_REST)
EQ_POLYNOMIAL(tail_kernel, TAIL_FIRST, TAIL_REST)
EQ_POLYNOMIAL(sine_kernel, SINE_FIRST, SINE_REST)
EQ_POLYNOMIAL(cosine_kernel, COSINE_FIRST, COSINE_REST)

/* adding this number rounds to an integer, which is then in the sum's low bits */
#define MAGIC ((REAL)((UINT64_C(3)) << (MANTISSA - 1)))
#define MAGIC_BITS (((BITS)(BIAS + MANTISSA) << MANTISSA) | ((BITS)1 << (MANTISSA - 1)))
#define SIGN ((BITS)1 << (WIDTH - 1))

EQ_INLINE BITS NAME(bits)(REAL x)
{
    BITS bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

EQ_INLINE REAL NAME(real)(BITS bits)
{
    REAL x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

EQ_INLINE REAL NAME(at_least)(REAL x, REAL bound) { return x < bound ? bound : x; } /* NaN stays NaN */
EQ_INLINE REAL NAME(at_most)(REAL x, REAL bound) { return x > bound ? bound : x; }
EQ_INLINE REAL NAME(magnitude)(REAL x) { return NAME(real)(NAME(bits)(x) & ~SIGN); }
EQ_INLINE REAL NAME(with_sign_of)(REAL size, REAL x) { return NAME(real)(NAME(bits)(size) | (NAME(bits)(x) & SIGN)); }
EQ_INLINE REAL NAME(power_of_two)(BITS k) { return NAME(real)((k + BIAS) << MANTISSA); }

/* value * 2^k for the k in the low bits of a sum with MAGIC; in two factors, since 2^k may be no normal number */
EQ_INLINE REAL NAME(scaled)(REAL value, REAL shifted)
{
    BITS both = NAME(bits)(shifted) + (2 * BIAS - MAGIC_BITS), half = both >> 1;
    return value * NAME(real)(half << MANTISSA) * NAME(real)((both - half) << MANTISSA);
}

#include "exponential.h"
#include "logarithm.h"
#include "trigonometric.h"
#include "power.h"

#undef MAGIC
#undef MAGIC_BITS
#undef SIGN
