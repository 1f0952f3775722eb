/* Brunel (2000), asynchronous irregular: 12,500 neurons with 1250 synapses each, and chance from outside. */
#include "limit.h"

#define DELAY 15
#define MOST 12 /* arrivals from outside in a step: more have a probability below 1e-6 */

static uint32_t turned(uint32_t x, int by) { return (x << by) | (x >> (32 - by)); }

int main(int argc, char **argv) {
    Options o = options(argc, argv, 12500, 1000);
    int n = o.size, n_exc = (int)round(0.8 * n), steps = (int)round(o.duration / 0.1);
    uint64_t state = o.seed;
    double begin = now(), *seconds = array((size_t)o.repeat, 8), check = 0;
    Synapses s = connect(n, 1250.0 / n, &state);
    double build = now() - begin;
    real *restrict V = array((size_t)n, sizeof(real)), *restrict input = array((size_t)n, sizeof(real));
    int32_t *restrict last = array((size_t)n, 4), *restrict fired = array((size_t)n * (DELAY + 1), 4);
    uint32_t *restrict a = array((size_t)n, 4), *restrict b = array((size_t)n, 4), bound[MOST];
    int count[DELAY + 1];
    /* bounds of 32-bit numbers for the binomial law of 1000 sources, 20 Hz each */
    double p = 0.002, chance = pow(1 - p, 1000), sum = 0;
    for (int k = 0; k < MOST; k++) {
        sum += chance;
        bound[k] = (uint32_t)(sum * 4294967295.0);
        chance *= (1000 - k) * p / ((k + 1) * (1 - p));
    }
    const real f = (real)exp(-0.1 / 20);
    for (int r = 0; r < o.repeat; r++) {
        for (int k = 0; k < n; k++) {
            V[k] = input[k] = 0;
            last[k] = -100000;
            uint64_t drawn = bits(&state);
            a[k] = (uint32_t)drawn, b[k] = (uint32_t)(drawn >> 32);
        }
        memset(count, 0, sizeof count);
        long spikes = 0;
        begin = now();
        for (int t = 0; t < steps; t++) {
            for (int k = 0; k < n; k++) {
                /* xoroshiro64** by Blackman & Vigna, one generator a neuron */
                uint32_t x = a[k], y = b[k], u = turned(x * 0x9e3779bbu, 5) * 5, arrivals = 0;
                y ^= x;
                a[k] = turned(x, 26) ^ y ^ (y << 9);
                b[k] = turned(y, 13);
                for (int c = 0; c < MOST; c++) arrivals += u > bound[c];
                real in = input[k] + (real)0.1 * (real)(int32_t)arrivals;
                V[k] = t - last[k] >= 20 ? V[k] * f + in : V[k];
                input[k] = 0;
            }
            int32_t *restrict new = fired + (size_t)(t & DELAY) * (size_t)n;
            int made = 0;
            for (int k = 0; k < n; k++)
                if (V[k] > 20) new[made++] = k;
            for (int x = 0; x < made; x++) {
                V[new[x]] = 10;
                last[new[x]] = t;
            }
            count[t & DELAY] = made;
            spikes += made;
            int due = (t + 1) & DELAY; /* the slot of fifteen steps ago */
            const int32_t *restrict sources = fired + (size_t)due * (size_t)n;
            for (int x = 0; x < count[due]; x++) {
                int i = sources[x];
                real w = i < n_exc ? (real)0.1 : (real)-0.5;
                for (uint32_t y = s.start[i]; y < s.start[i + 1]; y++) input[s.target[y]] += w;
            }
        }
        seconds[r] = now() - begin;
        check = (double)spikes / n / o.duration * 1000;
    }
    report("brunel", o, seconds, check, build);
    return 0;
}
