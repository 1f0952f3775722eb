/* CUBA: linear integrate-and-fire neurons with synaptic currents; Brette et al. (2007), benchmark 2. */
#include "limit.h"

int main(int argc, char **argv) {
    Options o = options(argc, argv, 4000, 1000);
    int n = o.size, n_exc = (int)round(0.8 * n), steps = (int)round(o.duration / 0.1);
    uint64_t state = o.seed;
    double begin = now(), *seconds = array((size_t)o.repeat, 8), check = 0;
    Synapses s = connect(n, 80.0 / n, &state);
    double build = now() - begin;
    real *restrict V = array((size_t)n, sizeof(real)), *restrict ge = array((size_t)n, sizeof(real));
    real *restrict gi = array((size_t)n, sizeof(real));
    int32_t *restrict last = array((size_t)n, 4), *restrict fired = array((size_t)n, 4);
    const real fe = (real)exp(-0.1 / 5), fi = (real)exp(-0.1 / 10), fm = (real)exp(-0.1 / 20);
    /* how much of a current is voltage after a step: exact */
    const real ve = (fm - fe) * 5 / (20 - 5), vi = (fm - fi) * 10 / (20 - 10);
    for (int r = 0; r < o.repeat; r++) {
        for (int k = 0; k < n; k++) {
            V[k] = (real)(-60 + 10 * uniform(&state));
            ge[k] = gi[k] = 0;
            last[k] = -100000;
        }
        long spikes = 0;
        begin = now();
        for (int t = 0; t < steps; t++) {
            for (int k = 0; k < n; k++) {
                real next = -49 + (V[k] + 49) * fm + ve * ge[k] + vi * gi[k];
                V[k] = t - last[k] >= 50 ? next : V[k];
                ge[k] *= fe;
                gi[k] *= fi;
            }
            int count = 0;
            for (int k = 0; k < n; k++)
                if (V[k] > -50 && t - last[k] >= 50) fired[count++] = k;
            for (int f = 0; f < count; f++) {
                int i = fired[f];
                real *restrict g = i < n_exc ? ge : gi, w = i < n_exc ? (real)1.62 : -9;
                for (uint32_t x = s.start[i]; x < s.start[i + 1]; x++) g[s.target[x]] += w;
            }
            for (int f = 0; f < count; f++) {
                V[fired[f]] = -60;
                last[fired[f]] = t;
            }
            spikes += count;
        }
        seconds[r] = now() - begin;
        check = (double)spikes / n / o.duration * 1000;
    }
    report("cuba", o, seconds, check, build);
    return 0;
}
