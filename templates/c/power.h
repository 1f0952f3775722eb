/* Powers: x**y by logarithm and exponential, in twice the format's digits between; literal exponents by products. */

/* e^(high + low), whatever low is where high is beyond the exponents of numbers */
EQ_INLINE REAL NAME(exp_of_sum)(REAL high, REAL low)
{
    REAL bound = PICK(746.0, 105.0); /* beyond it the result is 0 or infinity, 2^k a product of normal numbers */
    low = NAME(magnitude)(high) < bound ? low : (REAL)0;
    high = NAME(at_most)(NAME(at_least)(high, -bound), bound);
    REAL shifted = LIBRARY(fma)(high, (REAL)1.4426950408889634, MAGIC), k = shifted - MAGIC;
    REAL first = LIBRARY(fma)(k, -LN2_HIGH, high), rest = LIBRARY(fma)(k, -LN2_LOW, low);
    REAL r = first + rest, lost = (first - r) + rest, square = r * r;
    return NAME(scaled)((REAL)1 + (r + LIBRARY(fma)(square, NAME(exp_kernel)(r), lost)), shifted);
}

EQ_INLINE int NAME(is_whole)(REAL x) { return LIBRARY(trunc)(x) == x; }

/* x**y as IEEE 754 has it: 1 for x = 1 or y = 0 whatever the other, NaN for x < 0 and y not whole */
EQ_INLINE REAL NAME(pow)(REAL x, REAL y)
{
    REAL size = NAME(magnitude)(x), low, high = NAME(log_pair)(size, &low);
    high = size == 0 ? -(REAL)INFINITY : size < (REAL)INFINITY ? high : size;
    REAL exponent = y * high;
    REAL value = NAME(exp_of_sum)(exponent, LIBRARY(fma)(y, low, LIBRARY(fma)(y, high, -exponent)));
    value = size == 1 ? (REAL)1 : value; /* also where y is infinite or NaN */
    int whole = NAME(is_whole)(y), half_whole = NAME(is_whole)(y * (REAL)0.5);
    value = NAME(with_sign_of)(value, whole & !half_whole ? x : (REAL)0); /* an odd y keeps the sign of x */
    value = (x < 0) & (size < (REAL)INFINITY) & !whole ? (REAL)NAN : value;
    return y == 0 ? (REAL)1 : value;
}

/* base**n for a literal n from 1 to 63, by squares: all conditions vanish in compilation */
EQ_INLINE REAL NAME(raised)(REAL base, REAL base_low, int n, REAL *low)
{
    REAL s1 = base, s2 = base, s3 = base, s4 = base, s5 = base, power = base;
    REAL l1 = base_low, l2 = base_low, l3 = base_low, l4 = base_low, l5 = base_low, power_low = base_low;
    if (n >> 1) power = s1 = NAME(product)(base, base_low, base, base_low, &l1), power_low = l1;
    if (n >> 2) power = s2 = NAME(product)(s1, l1, s1, l1, &l2), power_low = l2;
    if (n >> 3) power = s3 = NAME(product)(s2, l2, s2, l2, &l3), power_low = l3;
    if (n >> 4) power = s4 = NAME(product)(s3, l3, s3, l3, &l4), power_low = l4;
    if (n >> 5) power = s5 = NAME(product)(s4, l4, s4, l4, &l5), power_low = l5;
    if ((n >> 5) && (n & 16)) power = NAME(product)(power, power_low, s4, l4, &power_low);
    if ((n >> 4) && (n & 8)) power = NAME(product)(power, power_low, s3, l3, &power_low);
    if ((n >> 3) && (n & 4)) power = NAME(product)(power, power_low, s2, l2, &power_low);
    if ((n >> 2) && (n & 2)) power = NAME(product)(power, power_low, s1, l1, &power_low);
    if ((n >> 1) && (n & 1)) power = NAME(product)(power, power_low, base, base_low, &power_low);
    *low = power_low;
    return power;
}

/* x**n for a literal n from -63 to 63, not 0 */
EQ_INLINE REAL NAME(whole_power)(REAL x, int n)
{
    REAL low, reciprocal = n < 0 ? (REAL)1 / x : x;
    REAL rest = n < 0 ? reciprocal * LIBRARY(fma)(-x, reciprocal, (REAL)1) : (REAL)0;
    REAL high = NAME(raised)(reciprocal, rest, n < 0 ? -n : n, &low);
    return NAME(joined)(high, low);
}

/* x**(n/2) for a literal odd n from -1 on */
EQ_INLINE REAL NAME(half_power)(REAL x, int n)
{
    REAL root = LIBRARY(sqrt)((x == -(REAL)INFINITY ? (REAL)INFINITY : x) + (REAL)0);
    if (n == -1) return (REAL)1 / root;
    if (n == 1) return root;
    REAL low, product_low, power = NAME(raised)(NAME(magnitude)(x), (REAL)0, n >> 1, &low);
    power = NAME(product)(power, low, root, (REAL)0, &product_low);
    return NAME(joined)(power, product_low);
}
