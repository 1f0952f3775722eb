/* What the formulas of vector mathematics are in single precision: types, the format, and their coefficients. */
#define REAL float
#define BITS uint32_t
#define NAME(name) eq_##name##f
#define LIBRARY(name) __builtin_##name##f
#define PICK(in_double, in_single) ((float)(in_single))
#define WIDTH 32
#define MANTISSA 23 /* stored bits */
#define BIAS 127
#define TINY 0x1p-27f /* its square is nothing beside 1 */

/* where they come from, and their errors: eqsim/vector, which has the same formulas for Numba */
#define EXP_FIRST 0.0013926178216934204f
#define EXP_REST(_) _(0.008363175205886364f) _(0.041666556149721146f) _(0.16666577756404877f) _(0.5f)
#define LN2_HIGH 0.6931471824645996f
#define LN2_LOW -1.9046542121259336e-09f
#define LOG_FIRST 0.295800119638443f
#define LOG_REST(_) _(0.3998878002166748f) _(0.6666668653488159f)
#define TAIL_FIRST 0.2304820567369461f
#define TAIL_REST(_) _(0.28562235832214355f) _(0.4000001549720764f)
#define TWO_THIRDS_HIGH 0.6666666865348816f
#define TWO_THIRDS_LOW -1.9868215517249155e-08f
#define SHORT_LN2_HIGH 0.693145751953125f
#define SHORT_LN2_LOW 1.428606765330187e-06f
#define LOG10_E_HIGH 0.4342944920063019f
#define LOG10_E_LOW -1.0103049952192578e-08f
#define SQRT_HALF UINT32_C(0x3F3504F3)
#define SINE_FIRST -0.00019587876158766448f
#define SINE_REST(_) _(0.008332747966051102f) _(-0.166666641831398f)
#define COSINE_FIRST 2.4547925931983627e-05f
#define COSINE_REST(_) _(-0.001388830249197781f) _(0.0416666641831398f)
#define HALF_PI_1 1.5707963705062866f
#define HALF_PI_2 -4.371138828673793e-08f
#define HALF_PI_3 -1.7151245100058819e-15f
#define LARGEST 0x1p20f
