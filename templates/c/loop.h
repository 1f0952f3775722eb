/* What a run loop needs: arrays at addresses, their sections, meetings of threads, the processor's clock and modes. */
#ifndef EQSIM_LOOP_H
#define EQSIM_LOOP_H

#include <sched.h>
#include <stdint.h>
#include <time.h>

#include "numbers.h"

/* an array, from a row of the table of addresses and lengths; and one of its equal sections */
#define EQ_ARRAY(T, S)                                                                                        \
    typedef struct {                                                                                          \
        T *at;                                                                                                \
        int64_t size;                                                                                         \
    } eq_##S##_array;                                                                                         \
    EQ_INLINE eq_##S##_array eq_##S##_at(const int64_t *table, int64_t row)                                   \
    {                                                                                                         \
        eq_##S##_array array = {(T *)(uintptr_t)table[2 * row], table[2 * row + 1]};                          \
        return array;                                                                                         \
    }                                                                                                         \
    EQ_INLINE eq_##S##_array eq_##S##_section(eq_##S##_array whole, int64_t number, int64_t count)            \
    {                                                                                                         \
        eq_##S##_array array = {whole.at + number * (whole.size / count), whole.size / count};                \
        return array;                                                                                         \
    }                                                                                                         \
    typedef T *restrict eq_##S##_p; /* an argument that no other one of a call overlaps */

EQ_ARRAY(double, float64)
EQ_ARRAY(float, float32)
EQ_ARRAY(int8_t, int8)
EQ_ARRAY(int16_t, int16)
EQ_ARRAY(int32_t, int32)
EQ_ARRAY(int64_t, int64)
EQ_ARRAY(uint8_t, uint8)
EQ_ARRAY(uint16_t, uint16)
EQ_ARRAY(uint32_t, uint32)
EQ_ARRAY(uint64_t, uint64)

/* where a lane's slice of a group begins: whole cache lines, as eqsim/lowering/threads.py cuts them */
EQ_INLINE int64_t eq_edge(int64_t size, int64_t lane, int64_t lanes)
{
    int64_t width = (size + lanes * 64 - 1) / (lanes * 64) * 64;
    return lane * width < size ? lane * width : size;
}

/* wait until all threads are here: spin briefly, for they should come soon, then let others have the processor */
static inline void eq_meet(int64_t *sync, int64_t goal)
{
    __atomic_fetch_add(sync, 1, __ATOMIC_ACQ_REL);
    for (int looks = 0; __atomic_load_n(sync, __ATOMIC_ACQUIRE) < goal; looks++)
        if (looks < 2000) {
#if defined(__x86_64__) || defined(__i386__)
            __builtin_ia32_pause();
#endif
        } else {
            looks = 2000;
            sched_yield();
        }
}

EQ_INLINE int64_t eq_ticks(void)
{
#if defined(__x86_64__) || defined(__i386__)
    return (int64_t)__builtin_ia32_rdtsc();
#else
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
#endif
}

/* whether a step's launches are timed: one of 16, as good as drawn, so that no rhythm of a network counts twice */
EQ_INLINE int eq_timed(int64_t step) { return (step * INT64_C(0x9E3779B1) >> 13 & 15) == 0; }

EQ_INLINE int64_t eq_lap(int64_t *spent, int64_t launch, int64_t since)
{
    int64_t now = eq_ticks();
    spent[launch] += now - since;
    return now;
}

/* let this thread count results too small for a normal number as 0; return what eq_restore_control takes back */
EQ_INLINE int64_t eq_flush_subnormals(void)
{
#if defined(__x86_64__) || (defined(__i386__) && defined(__SSE__))
    int64_t before = __builtin_ia32_stmxcsr();
    __builtin_ia32_ldmxcsr((unsigned)before | 0x8040);
    return before;
#elif defined(__aarch64__)
    int64_t before;
    __asm__ volatile("mrs %0, fpcr" : "=r"(before));
    __asm__ volatile("msr fpcr, %0" : : "r"(before | INT64_C(1) << 24));
    return before;
#else
    return 0;
#endif
}

EQ_INLINE void eq_restore_control(int64_t before)
{
#if defined(__x86_64__) || (defined(__i386__) && defined(__SSE__))
    __builtin_ia32_ldmxcsr((unsigned)before);
#elif defined(__aarch64__)
    __asm__ volatile("msr fpcr, %0" : : "r"(before));
#else
    (void)before;
#endif
}

#endif
