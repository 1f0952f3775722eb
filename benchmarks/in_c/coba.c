/* COBA: integrate-and-fire neurons with conductances, 80 synapses onto each; Brette et al. (2007). */
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
    const real fe = (real)exp(-0.1 / 5), fi = (real)exp(-0.1 / 10);
    for (int r = 0; r < o.repeat; r++) {
        for (int k = 0; k < n; k++) {
            V[k] = (real)(-60 + 5 * normal(&state) - 5);
            ge[k] = (real)(40 + 15 * normal(&state));
            gi[k] = (real)(200 + 120 * normal(&state));
            last[k] = -100000;
        }
        long spikes = 0;
        begin = now();
        for (int t = 0; t < steps; t++) {
            for (int k = 0; k < n; k++) {
                real g = 1 + (ge[k] + gi[k]) / 10, rest = (-60 - 8 * gi[k]) / g;
                real next = rest + (V[k] - rest) * EXP(-(real)0.005 * g);
                V[k] = t - last[k] >= 50 ? next : V[k];
                ge[k] *= fe;
                gi[k] *= fi;
            }
            int count = 0;
            for (int k = 0; k < n; k++)
                if (V[k] > -50 && t - last[k] >= 50) fired[count++] = k;
            for (int f = 0; f < count; f++) {
                int i = fired[f];
                real *restrict g = i < n_exc ? ge : gi, w = i < n_exc ? 6 : 67;
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
    report("coba", o, seconds, check, build);
    return 0;
}
