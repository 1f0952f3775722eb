/* Spikes under way, step by step as in eqsim/targets/queue.py, which explains runs, rings and lanes.
 *
 * Where a length is needed it follows its array.
 */
#ifndef EQSIM_QUEUE_H
#define EQSIM_QUEUE_H

#include <stdint.h>

static inline void eq_compress(
    const uint8_t *flags, const uint64_t *words, int64_t begin, int64_t end, int32_t *events, int64_t *count)
{
    int64_t found = 0, after = (end + 7) / 8;
    for (int64_t word = begin / 8; word < after; word++) {
        while (word + 8 <= after && (words[word] | words[word + 1] | words[word + 2] | words[word + 3] |
                                     words[word + 4] | words[word + 5] | words[word + 6] | words[word + 7]) == 0)
            word += 8; /* 64 neurons at a time, mostly none of which spikes */
        if (word >= after || words[word] == 0) continue;
        int64_t first = begin > 8 * word ? begin : 8 * word, last = 8 * word + 8 < end ? 8 * word + 8 : end;
        for (int64_t index = first; index < last; index++)
            if (flags[index] != 0) events[found++] = (int32_t)index;
    }
    count[0] = found;
}

static inline void eq_gather(
    const int32_t *parts, int64_t parts_size, const int64_t *part_counts, int64_t part_counts_size, int64_t parity,
    int64_t lanes, int32_t *events, int64_t *count)
{
    int64_t size = parts_size / (2 * lanes), width = part_counts_size / (2 * lanes), found = 0;
    for (int64_t lane = parity * lanes; lane < parity * lanes + lanes; lane++)
        for (int64_t event = 0; event < part_counts[lane * width]; event++)
            events[found++] = parts[lane * size + event];
    count[0] = found;
}

static inline void eq_due_now(
    const int32_t *events, const int64_t *count, const int64_t *start, int64_t lane, int64_t lanes, int32_t *run_source,
    int64_t *run_begin, int64_t *run_end, int64_t *runs)
{
    int64_t found = 0;
    for (int64_t event = 0; event < count[0]; event++) {
        int64_t place = events[event] * lanes + lane;
        if (start[place + 1] > start[place]) {
            run_source[found] = events[event];
            run_begin[found] = start[place];
            run_end[found++] = start[place + 1];
        }
    }
    runs[0] = found;
}

static inline void eq_push_uniform(
    const int32_t *events, const int64_t *count, const int64_t *start, int64_t lane, int64_t lanes, int64_t step,
    int32_t *ring, int64_t ring_size, int64_t *ring_count, int64_t ring_count_size, int64_t *tail)
{
    int64_t mask = ring_size - 1, end = tail[0];
    for (int64_t event = 0; event < count[0]; event++) {
        int64_t place = events[event] * lanes + lane;
        if (start[place + 1] > start[place]) ring[end++ & mask] = events[event];
    }
    ring_count[step & (ring_count_size - 1)] = end - tail[0];
    tail[0] = end;
}

static inline void eq_due_uniform(
    int64_t step, int64_t delay, const int64_t *start, int64_t lane, int64_t lanes, const int32_t *ring,
    int64_t ring_size, const int64_t *ring_count, int64_t ring_count_size, int64_t *head, int32_t *run_source,
    int64_t *run_begin, int64_t *run_end, int64_t *runs)
{
    int64_t mask = ring_size - 1, first = head[0], due = ring_count[(step - delay) & (ring_count_size - 1)];
    for (int64_t run = 0; run < due; run++) {
        int32_t source = ring[(first + run) & mask];
        int64_t place = source * lanes + lane;
        run_source[run] = source;
        run_begin[run] = start[place];
        run_end[run] = start[place + 1];
    }
    head[0] = first + due;
    runs[0] = due;
}

/* a delay for each synapse, of the type that is wide enough */
#define EQ_VARIED(T, S)                                                                                              \
    static inline void eq_push_varied_##S(                                                                           \
        const int32_t *events, const int64_t *count, const int64_t *start, int64_t lane, int64_t lanes,              \
        const T *delay, int64_t step, int32_t *ring_source, int64_t ring_source_size, int64_t *ring_cursor,          \
        int64_t *ring_due, int64_t *tail)                                                                            \
    {                                                                                                                \
        int64_t mask = ring_source_size - 1, end = tail[0];                                                          \
        for (int64_t event = 0; event < count[0]; event++) {                                                         \
            int64_t place = events[event] * lanes + lane, first = start[place];                                      \
            if (start[place + 1] > first) {                                                                          \
                ring_source[end & mask] = events[event];                                                             \
                ring_cursor[end & mask] = first;                                                                     \
                ring_due[end++ & mask] = step + (int64_t)delay[first];                                               \
            }                                                                                                        \
        }                                                                                                            \
        tail[0] = end;                                                                                               \
    }                                                                                                                \
    static inline void eq_due_varied_##S(                                                                            \
        int64_t step, const int64_t *start, int64_t lane, int64_t lanes, const T *delay, const int32_t *ring_source, \
        int64_t ring_source_size, int64_t *ring_cursor, int64_t *ring_due, int64_t *head, int64_t *tail,             \
        int32_t *run_source, int64_t *run_begin, int64_t *run_end, int64_t *runs)                                    \
    {                                                                                                                \
        int64_t mask = ring_source_size - 1, found = 0, first = head[0];                                             \
        for (int64_t entry = first; entry < tail[0]; entry++) {                                                      \
            int64_t place = entry & mask, later = (entry + 8) & mask;                                                \
            if (ring_due[later] == step) __builtin_prefetch(delay + ring_cursor[later]);                             \
            int32_t source = ring_source[place];                                                                     \
            int64_t cursor = ring_cursor[place], last = start[source * lanes + lane + 1];                            \
            if (cursor < last && ring_due[place] == step) {                                                          \
                T reached = delay[cursor];                                                                           \
                int64_t end = cursor + 1;                                                                            \
                while (end < last && delay[end] == reached) end++;                                                   \
                run_source[found] = source;                                                                          \
                run_begin[found] = cursor;                                                                           \
                run_end[found++] = end;                                                                              \
                ring_cursor[place] = end;                                                                            \
                if (end < last) ring_due[place] += (int64_t)delay[end] - (int64_t)reached;                           \
                cursor = end;                                                                                        \
            }                                                                                                        \
            if (cursor == last && entry == first) first++; /* nothing in front of it is under way any more */        \
        }                                                                                                            \
        head[0] = first;                                                                                             \
        runs[0] = found;                                                                                             \
    }

EQ_VARIED(uint8_t, uint8)
EQ_VARIED(uint16_t, uint16)
EQ_VARIED(uint32_t, uint32)
EQ_VARIED(int32_t, int32)
EQ_VARIED(int64_t, int64)

#endif
