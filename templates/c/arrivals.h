/* Arrivals and spikes by chance: counts from the table of a law, and sources that keep when they spike next.
 *
 * What is drawn is what eqsim/random/tables.py and eqsim/random/intervals.py say; loops are those of the Numba target.
 */
#ifndef EQSIM_ARRIVALS_H
#define EQSIM_ARRIVALS_H

#include "random.h"

#define EQ_PIECE 512 /* elements that are dealt with together: they stay in a core's cache */

static inline void eq_draw_counts(
    int64_t stream, int64_t step, int64_t begin, int64_t end, int64_t start, const uint16_t *restrict marks,
    int64_t marks_size, const uint64_t *restrict bounds, int64_t bounds_size, uint16_t *restrict drawn)
{
    for (int64_t first = begin; first < end; first += EQ_PIECE) {
        int64_t last = first + EQ_PIECE < end ? first + EQ_PIECE : end;
        uint16_t halves[EQ_PIECE], below[EQ_PIECE], tied = 0;
        for (int64_t block = 0; block < (last - first + 7) / 8; block++) {
            uint32_t w[4];
            eq_words((uint64_t)stream, EQ_COUNTS, 0, (uint64_t)step, (uint64_t)(first / 8 + block), w);
            for (int word = 0; word < 4; word++) {
                halves[8 * block + 2 * word] = (uint16_t)w[word];
                halves[8 * block + 2 * word + 1] = (uint16_t)(w[word] >> 16);
            }
        }
        for (int64_t i = 0; i < last - first; i++) below[i] = (uint16_t)start;
        for (int64_t mark = 0; mark < marks_size; mark++) {
            uint16_t bound = marks[mark];
            for (int64_t i = 0; i < last - first; i++) {
                below[i] = (uint16_t)(below[i] + (halves[i] > bound));
                tied |= halves[i] == bound;
            }
        }
        if (tied)
            for (int64_t i = 0; i < last - first; i++)
                if (marks[(uint16_t)(below[i] - (uint16_t)start)] == halves[i]) {
                    uint32_t w[4];
                    eq_words((uint64_t)stream, EQ_COUNTS, 1, (uint64_t)step, (uint64_t)(first + i), w);
                    uint64_t number = (uint64_t)halves[i] << 48 | (uint64_t)w[0] << 16 | w[1] >> 16;
                    int64_t count = 0;
                    while (count < bounds_size && bounds[count] <= number) count++;
                    below[i] = (uint16_t)count;
                }
        memcpy(drawn + first, below, (size_t)(last - first) * sizeof *drawn);
    }
}

/* what a byte says: a spike, a draw in this step, an interval's end */
enum { EQ_SPIKE = 1, EQ_NOW = 2, EQ_LATER = 4 };

#define EQ_DRAW_SPIKES(T, S)                                                                                       \
    static inline void eq_draw_spikes##S(                                                                          \
        int64_t stream, int64_t step, int64_t begin, int64_t end, const double *factor, const T *restrict rates,   \
        T *restrict drawn_for, int64_t *restrict following, uint8_t *restrict flags, const uint64_t *words)        \
    {                                                                                                              \
        double per_step = factor[0], drawn[64];                                                                    \
        (void)words;                                                                                               \
        for (int64_t first = begin; first < end; first += 64) {                                                    \
            int64_t last = first + 64 < end ? first + 64 : end;                                                    \
            int64_t work[64], found = 0;                                                                           \
            for (int64_t i = first; i < last; i++) {                                                               \
                int64_t now = (rates[i] != drawn_for[i]) | ((double)rates[i] * per_step >= 1.0 / 64);              \
                int64_t due = following[i] <= step;                                                                \
                work[i - first] = now ? EQ_NOW : due ? EQ_LATER : 0;                                               \
                found |= work[i - first];                                                                          \
            }                                                                                                      \
            memset(flags + first, 0, (size_t)(last - first));                                                      \
            if (found & EQ_NOW) {                                                                                  \
                for (int i = 0; i < 32; i++)                                                                       \
                    drawn[i] = eq_pair(stream, EQ_SPIKES, 0, step, first / 2 + i, 0, &drawn[i + 32]);              \
                for (int64_t i = first; i < last; i++) {                                                           \
                    int now = work[i - first] == EQ_NOW;                                                           \
                    flags[i] = (uint8_t)(now & (drawn[i - first] < (double)rates[i] * per_step));                  \
                    following[i] = now ? -1 : following[i];                                                        \
                    drawn_for[i] = rates[i]; /* which are the same where no draw is due */                         \
                }                                                                                                  \
            }                                                                                                      \
            if (found & EQ_LATER)                                                                                  \
                for (int64_t i = first; i < last; i++)                                                             \
                    if (work[i - first] == EQ_LATER) {                                                             \
                        int planned = following[i] == step;                                                        \
                        int64_t next = eq_geometric(stream, EQ_SPIKES, 1, step, i, (double)rates[i] * per_step);   \
                        next += step + planned;                                                                    \
                        flags[i] = (uint8_t)(planned | (next == step));                                            \
                        following[i] = next == step ? -1 : next;                                                   \
                    }                                                                                              \
        }                                                                                                          \
    }

EQ_DRAW_SPIKES(double, )
EQ_DRAW_SPIKES(float, f)

#endif
