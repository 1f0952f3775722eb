/* HH: Hodgkin-Huxley neurons without synapses, a constant current each; every thread has neurons of its own. */
#include "limit.h"

static real step_gate(real x, real alpha, real beta) {
    real sum = alpha + beta, rest = alpha / sum;
    return rest + (x - rest) * EXP(-(real)0.05 * sum);
}

int main(int argc, char **argv) {
    Options o = options(argc, argv, 10000, 100);
    int n = o.size, steps = (int)round(o.duration / 0.05);
    uint64_t state = o.seed;
    double *seconds = array((size_t)o.repeat, 8), check = 0;
    real *restrict V = array((size_t)n, sizeof(real)), *restrict m = array((size_t)n, sizeof(real));
    real *restrict h = array((size_t)n, sizeof(real)), *restrict g = array((size_t)n, sizeof(real));
    int32_t *restrict above = array((size_t)n, 4), *restrict spikes = array((size_t)n, 4);
    for (int r = 0; r < o.repeat; r++) {
        for (int k = 0; k < n; k++) {
            V[k] = (real)(-70 + 10 * uniform(&state));
            m[k] = (real)0.05, h[k] = (real)0.6, g[k] = (real)0.32;
            above[k] = spikes[k] = 0;
        }
        double begin = now();
#pragma omp parallel num_threads(o.threads)
        {
            for (int t = 0; t < steps; t++) {
                /* the same share of a static schedule in every step: no thread need wait for another */
#pragma omp for simd schedule(static) nowait
                for (int k = 0; k < n; k++) {
                    real v = V[k], x = m[k], y = h[k], z = g[k];
                    real a = (v + 40) / 10, b = (v + 55) / 10;
                    real na = 120 * x * x * x * y, ka = 36 * z * z * z * z, all = na + ka + (real)0.3;
                    real rest = (20 * (real)k / (real)n + na * 50 - ka * 77 - (real)(0.3 * 54.387)) / all;
                    real next = rest + (v - rest) * EXP(-(real)0.05 * all);
                    m[k] = step_gate(x, a / (1 - EXP(-a)), 4 * EXP(-(v + 65) / 18));
                    h[k] = step_gate(y, (real)0.07 * EXP(-(v + 65) / 20), 1 / (1 + EXP(-(v + 35) / 10)));
                    g[k] = step_gate(z, (real)0.1 * b / (1 - EXP(-b)), (real)0.125 * EXP(-(v + 65) / 80));
                    int now_above = next > 0;
                    spikes[k] += now_above & !above[k];
                    above[k] = now_above;
                    V[k] = next;
                }
            }
        }
        seconds[r] = now() - begin;
        check = 0;
        for (int k = 0; k < n; k++) check += spikes[k];
        check *= 1000 / o.duration / n;
    }
    report("hh", o, seconds, check, 0);
    return 0;
}
