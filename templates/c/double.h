/* What the formulas of vector mathematics are in double precision: types, the format, and their coefficients. */
#define REAL double
#define BITS uint64_t
#define NAME(name) eq_##name
#define LIBRARY(name) __builtin_##name
#define PICK(in_double, in_single) in_double
#define WIDTH 64
#define MANTISSA 52 /* stored bits */
#define BIAS 1023
#define TINY 0x1p-56 /* its square is nothing beside 1 */

/* where they come from, and their errors: eqsim/vector, which has the same formulas for Numba */
#define EXP_FIRST 2.5100378781356446e-08
#define EXP_REST(_)                                                                                                 \
    _(2.7620079714513394e-07) _(2.755726847411165e-06) _(2.4801521314308523e-05) _(0.00019841269863044535)          \
    _(0.0013888888917201905) _(0.008333333333330063) _(0.04166666666662415) _(0.16666666666666669) _(0.5000000000000001)
#define LN2_HIGH 0.6931471805599453
#define LN2_LOW 2.3190468138462996e-17
#define LOG_FIRST 0.14616532535149446
#define LOG_REST(_)                                                                                                 \
    _(0.15331714897507617) _(0.18182889326924725) _(0.22222211132027136) _(0.2857142862599244) _(0.39999999999899466) \
    _(0.666666666666667)
#define TAIL_FIRST 0.11723128907370946
#define TAIL_REST(_)                                                                                                \
    _(0.1170624109381011) _(0.1333480451630763) _(0.1538459496578276) _(0.18181818335362251) _(0.2222222222165602)  \
    _(0.28571428571429364) _(0.4)
#define TWO_THIRDS_HIGH 0.6666666666666666
#define TWO_THIRDS_LOW 3.700743415417188e-17
#define SHORT_LN2_HIGH 0.6931471805598903
#define SHORT_LN2_LOW 5.497923018708371e-14
#define LOG10_E_HIGH 0.4342944819032518
#define LOG10_E_LOW 1.098319650216765e-17
#define SQRT_HALF UINT64_C(0x3FE6A09E667F3BCD)
#define SINE_FIRST 1.5918120730525138e-10
#define SINE_REST(_)                                                                                                \
    _(-2.5051131726126885e-08) _(2.755731610198204e-06) _(-0.00019841269836757476) _(0.008333333333330948)          \
    _(-0.16666666666666666)
#define COSINE_FIRST -1.1382627067744405e-11
#define COSINE_REST(_)                                                                                              \
    _(2.087614619403547e-09) _(-2.755731727137296e-07) _(2.4801587298765e-05) _(-0.0013888888888887398)             \
    _(0.041666666666666664)
#define HALF_PI_1 1.5707963267948966
#define HALF_PI_2 6.123233995736766e-17
#define HALF_PI_3 -1.4973849048591698e-33
#define LARGEST 0x1p48
