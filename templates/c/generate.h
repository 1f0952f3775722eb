/* Spikes at given times, and runs of synapses that do not lie side by side, as in eqsim/targets/generate.py. */
#ifndef EQSIM_GENERATE_H
#define EQSIM_GENERATE_H

#include <stdint.h>

#define EQ_EMIT(T, S)                                                                                             \
    static inline void eq_emit_##S(                                                                               \
        const int64_t *spike_step, int64_t spike_step_size, const T *spike_index, int64_t *cursor, T *events,     \
        int64_t *count, int64_t period, int64_t step)                                                             \
    {                                                                                                             \
        int64_t now = period > 0 ? step % period : step, place = cursor[0], found = 0;                            \
        if (place > 0 && spike_step[place - 1] >= now) place = 0;                                                 \
        while (place < spike_step_size && spike_step[place] < now) place++;                                       \
        while (place < spike_step_size && spike_step[place] == now) events[found++] = spike_index[place++];       \
        cursor[0] = place;                                                                                        \
        count[0] = found;                                                                                         \
    }

EQ_EMIT(int32_t, int32)
EQ_EMIT(int64_t, int64)

#define EQ_ONE_BY_ONE(T, S)                                                                                           \
    static inline void eq_single_##S(                                                                             \
        const T *permutation, const int32_t *run_source, const int64_t *run_begin, const int64_t *run_end,        \
        const int64_t *runs, int32_t *one_source, int64_t *one_begin, int64_t *one_end, int64_t *ones)            \
    {                                                                                                             \
        int64_t found = 0;                                                                                        \
        for (int64_t run = 0; run < runs[0]; run++)                                                               \
            for (int64_t place = run_begin[run]; place < run_end[run]; place++) {                                 \
                one_source[found] = run_source[run];                                                              \
                one_begin[found] = (int64_t)permutation[place];                                                   \
                one_end[found++] = (int64_t)permutation[place] + 1;                                               \
            }                                                                                                     \
        ones[0] = found;                                                                                          \
    }

EQ_ONE_BY_ONE(int32_t, int32)
EQ_ONE_BY_ONE(uint32_t, uint32)
EQ_ONE_BY_ONE(int64_t, int64)

#endif
