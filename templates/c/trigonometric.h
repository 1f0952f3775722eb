/* Sine, cosine and tangent, by reduction to |r| <= pi/4 and one polynomial each for the sine and cosine of r. */

/* the sine and cosine of r, and a pattern with k in its low bits: x = k pi/2 + r; NaN where x is too large */
EQ_INLINE BITS NAME(sine_and_cosine)(REAL x, REAL *sine, REAL *cosine)
{
    REAL shifted = LIBRARY(fma)(x, (REAL)0.6366197723675814, MAGIC), k = shifted - MAGIC;
    REAL r = LIBRARY(fma)(k, -HALF_PI_3, LIBRARY(fma)(k, -HALF_PI_2, LIBRARY(fma)(k, -HALF_PI_1, x)));
    r = NAME(magnitude)(x) < LARGEST ? r : (REAL)NAN;
    REAL z = r * r, cubed = r * z, square = z * z, half = z * (REAL)0.5, near = (REAL)1 - half;
    *sine = LIBRARY(fma)(cubed, NAME(sine_kernel)(z), r);
    *cosine = near + LIBRARY(fma)(square, NAME(cosine_kernel)(z), ((REAL)1 - near) - half);
    return NAME(bits)(shifted);
}

/* sin(k pi/2 + r) from the sine and cosine of r */
EQ_INLINE REAL NAME(quadrant)(REAL sine, REAL cosine, BITS k)
{
    REAL value = (k & 1) != 0 ? cosine : sine;
    return NAME(real)(NAME(bits)(value) ^ ((k & 2) << (WIDTH - 2)));
}

EQ_INLINE REAL NAME(sin)(REAL x)
{
    REAL sine, cosine;
    BITS k = NAME(sine_and_cosine)(x, &sine, &cosine);
    return NAME(magnitude)(x) < TINY ? x : NAME(quadrant)(sine, cosine, k); /* keeps -0 */
}

EQ_INLINE REAL NAME(cos)(REAL x)
{
    REAL sine, cosine;
    BITS k = NAME(sine_and_cosine)(x, &sine, &cosine);
    return NAME(quadrant)(sine, cosine, k + 1);
}

EQ_INLINE REAL NAME(tan)(REAL x)
{
    REAL sine, cosine;
    int odd = (NAME(sine_and_cosine)(x, &sine, &cosine) & 1) != 0;
    REAL value = (odd ? -cosine : sine) / (odd ? sine : cosine);
    return NAME(magnitude)(x) < TINY ? x : value;
}
