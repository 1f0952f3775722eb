# What generated Cython calls: the inline functions of templates/c, as attributes of this one module.
#
# EQ(name) is the function in the precision of the network, and real the type of its numbers; a function that integers
# share is declared for both, and the types of a call's arguments choose.
from libc.stdint cimport int8_t, int16_t, int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t

cdef extern from "eqsim.h" nogil:
    ctypedef double real "eq_number"
    int RUN "EQ_RUN"
    real inf "EQ_INFINITY"
    real nan "EQ_NAN"

    # arrays, their sections, and arguments that overlap no other
    ctypedef struct float64_array "eq_float64_array":
        double* at
        int64_t size
    ctypedef double* float64_p "eq_float64_p"
    float64_array float64_at "eq_float64_at"(const int64_t* table, int64_t row)
    float64_array section "eq_float64_section"(float64_array whole, int64_t number, int64_t count)
    ctypedef struct float32_array "eq_float32_array":
        float* at
        int64_t size
    ctypedef float* float32_p "eq_float32_p"
    float32_array float32_at "eq_float32_at"(const int64_t* table, int64_t row)
    float32_array section "eq_float32_section"(float32_array whole, int64_t number, int64_t count)
    ctypedef struct int8_array "eq_int8_array":
        int8_t* at
        int64_t size
    ctypedef int8_t* int8_p "eq_int8_p"
    int8_array int8_at "eq_int8_at"(const int64_t* table, int64_t row)
    int8_array section "eq_int8_section"(int8_array whole, int64_t number, int64_t count)
    ctypedef struct int16_array "eq_int16_array":
        int16_t* at
        int64_t size
    ctypedef int16_t* int16_p "eq_int16_p"
    int16_array int16_at "eq_int16_at"(const int64_t* table, int64_t row)
    int16_array section "eq_int16_section"(int16_array whole, int64_t number, int64_t count)
    ctypedef struct int32_array "eq_int32_array":
        int32_t* at
        int64_t size
    ctypedef int32_t* int32_p "eq_int32_p"
    int32_array int32_at "eq_int32_at"(const int64_t* table, int64_t row)
    int32_array section "eq_int32_section"(int32_array whole, int64_t number, int64_t count)
    ctypedef struct int64_array "eq_int64_array":
        int64_t* at
        int64_t size
    ctypedef int64_t* int64_p "eq_int64_p"
    int64_array int64_at "eq_int64_at"(const int64_t* table, int64_t row)
    int64_array section "eq_int64_section"(int64_array whole, int64_t number, int64_t count)
    ctypedef struct uint8_array "eq_uint8_array":
        uint8_t* at
        int64_t size
    ctypedef uint8_t* uint8_p "eq_uint8_p"
    uint8_array uint8_at "eq_uint8_at"(const int64_t* table, int64_t row)
    uint8_array section "eq_uint8_section"(uint8_array whole, int64_t number, int64_t count)
    ctypedef struct uint16_array "eq_uint16_array":
        uint16_t* at
        int64_t size
    ctypedef uint16_t* uint16_p "eq_uint16_p"
    uint16_array uint16_at "eq_uint16_at"(const int64_t* table, int64_t row)
    uint16_array section "eq_uint16_section"(uint16_array whole, int64_t number, int64_t count)
    ctypedef struct uint32_array "eq_uint32_array":
        uint32_t* at
        int64_t size
    ctypedef uint32_t* uint32_p "eq_uint32_p"
    uint32_array uint32_at "eq_uint32_at"(const int64_t* table, int64_t row)
    uint32_array section "eq_uint32_section"(uint32_array whole, int64_t number, int64_t count)
    ctypedef struct uint64_array "eq_uint64_array":
        uint64_t* at
        int64_t size
    ctypedef uint64_t* uint64_p "eq_uint64_p"
    uint64_array uint64_at "eq_uint64_at"(const int64_t* table, int64_t row)
    uint64_array section "eq_uint64_section"(uint64_array whole, int64_t number, int64_t count)

    # the run loop
    int64_t edge "eq_edge"(int64_t size, int64_t lane, int64_t lanes)
    void meet "eq_meet"(int64_t* sync, int64_t goal)
    int64_t ticks "eq_ticks"()
    bint timed "eq_timed"(int64_t step)
    int64_t lap "eq_lap"(int64_t* spent, int64_t launch, int64_t since)
    int64_t flush_subnormals "eq_flush_subnormals"()
    void restore_control "eq_restore_control"(int64_t before)
    int64_t int64 "eq_wholel"(int64_t x)

    # functions of the language
    real exp "EQ(exp)"(real x)
    real expm1 "EQ(expm1)"(real x)
    real exprel "EQ(exprel)"(real x)
    real exprel_reciprocal "EQ(exprel_reciprocal)"(real x)
    real log "EQ(log)"(real x)
    real log10 "EQ(log10)"(real x)
    real log1p "EQ(log1p)"(real x)
    real sin "EQ(sin)"(real x)
    real cos "EQ(cos)"(real x)
    real tan "EQ(tan)"(real x)
    real sinh "EQ(sinh)"(real x)
    real cosh "EQ(cosh)"(real x)
    real tanh "EQ(tanh)"(real x)
    real sign "EQ(sign)"(real x)
    real heaviside "EQ(heaviside)"(real x)
    real sqrt "EQ_LIBRARY(sqrt)"(real x)
    real floor "EQ_LIBRARY(floor)"(real x)
    real ceil "EQ_LIBRARY(ceil)"(real x)
    real arcsin "EQ_LIBRARY(asin)"(real x)
    real arccos "EQ_LIBRARY(acos)"(real x)
    real arctan "EQ_LIBRARY(atan)"(real x)
    real erf "EQ_LIBRARY(erf)"(real x)
    real arctan2 "EQ_LIBRARY(atan2)"(real y, real x)
    real library_pow "EQ_LIBRARY(pow)"(real x, real y)
    real pow "EQ(pow)"(real x, real y)
    real half_power "EQ(half_power)"(real x, int n)
    real whole_power "EQ(whole_power)"(real x, int n)
    int64_t positive_power "eq_whole_powerl"(int64_t x, int n)
    real square "EQ(square)"(real x)
    int64_t square "eq_squarel"(int64_t x)
    real cube "EQ(cube)"(real x)
    int64_t cube "eq_cubel"(int64_t x)
    real fourth "EQ(fourth)"(real x)
    int64_t fourth "eq_fourthl"(int64_t x)
    real abs "EQ(abs)"(real x)
    int64_t abs "eq_absl"(int64_t x)
    real min "EQ(min)"(real x, real y)
    int64_t min "eq_minl"(int64_t x, int64_t y)
    real max "EQ(max)"(real x, real y)
    int64_t max "eq_maxl"(int64_t x, int64_t y)
    real mod "EQ(mod)"(real x, real y)
    int64_t mod "eq_modl"(int64_t x, int64_t y)
    real floor_quotient "EQ(floor_quotient)"(real x, real y)
    int64_t floor_quotient "eq_floor_quotientl"(int64_t x, int64_t y)
    real clip "EQ(clip)"(real x, real low, real high)
    int64_t clip "eq_clipl"(int64_t x, int64_t low, int64_t high)
    real select "EQ(select)"(bint condition, real then, real otherwise)
    int64_t select "eq_selectl"(bint condition, int64_t then, int64_t otherwise)
    int64_t int "EQ(whole)"(real x)
    int64_t int "eq_wholel"(int64_t x)
    float float32 "eq_single"(double x)
    int64_t timestep "eq_timestep"(double time, double dt)
    real held "EQ(held)"(const void* values, int64_t size, int64_t columns, double step, double time, double column)

    # draws
    double uniform "eq_uniform"(int64_t stream, int kind, int number, int64_t step, int64_t element)
    double normal "eq_normal"(int64_t stream, int kind, int number, int64_t step, int64_t element)
    int64_t poisson "eq_poisson"(int64_t stream, int kind, int number, int64_t step, int64_t element, double lam)
    int64_t binomial "eq_binomial"(
        int64_t stream, int kind, int number, int64_t step, int64_t element, int64_t n, double p)

    # procedures; a length follows its array
    void compress "eq_compress"(
        const uint8_t* flags, const uint64_t* words, int64_t begin, int64_t end, int32_t* events, int64_t* count)
    void gather "eq_gather"(
        const int32_t* parts, int64_t parts_size, const int64_t* part_counts, int64_t part_counts_size, int64_t parity,
        int64_t lanes, int32_t* events, int64_t* count)
    void due_now "eq_due_now"(
        const int32_t* events, const int64_t* count, const int64_t* start, int64_t lane, int64_t lanes,
        int32_t* run_source, int64_t* run_begin, int64_t* run_end, int64_t* runs)
    void push_uniform "eq_push_uniform"(
        const int32_t* events, const int64_t* count, const int64_t* start, int64_t lane, int64_t lanes, int64_t step,
        int32_t* ring, int64_t ring_size, int64_t* ring_count, int64_t ring_count_size, int64_t* tail)
    void due_uniform "eq_due_uniform"(
        int64_t step, int64_t delay, const int64_t* start, int64_t lane, int64_t lanes, const int32_t* ring,
        int64_t ring_size, const int64_t* ring_count, int64_t ring_count_size, int64_t* head, int32_t* run_source,
        int64_t* run_begin, int64_t* run_end, int64_t* runs)
    void push_varied "eq_push_varied_uint8"(
        const int32_t* events, const int64_t* count, const int64_t* start, int64_t lane, int64_t lanes,
        const uint8_t* delay, int64_t step, int32_t* ring_source, int64_t ring_source_size, int64_t* ring_cursor,
        int64_t* ring_due, int64_t* tail)
    void due_varied "eq_due_varied_uint8"(
        int64_t step, const int64_t* start, int64_t lane, int64_t lanes, const uint8_t* delay,
        const int32_t* ring_source, int64_t ring_source_size, int64_t* ring_cursor, int64_t* ring_due, int64_t* head,
        int64_t* tail, int32_t* run_source, int64_t* run_begin, int64_t* run_end, int64_t* runs)
    void push_varied "eq_push_varied_uint16"(
        const int32_t* events, const int64_t* count, const int64_t* start, int64_t lane, int64_t lanes,
        const uint16_t* delay, int64_t step, int32_t* ring_source, int64_t ring_source_size, int64_t* ring_cursor,
        int64_t* ring_due, int64_t* tail)
    void due_varied "eq_due_varied_uint16"(
        int64_t step, const int64_t* start, int64_t lane, int64_t lanes, const uint16_t* delay,
        const int32_t* ring_source, int64_t ring_source_size, int64_t* ring_cursor, int64_t* ring_due, int64_t* head,
        int64_t* tail, int32_t* run_source, int64_t* run_begin, int64_t* run_end, int64_t* runs)
    void push_varied "eq_push_varied_uint32"(
        const int32_t* events, const int64_t* count, const int64_t* start, int64_t lane, int64_t lanes,
        const uint32_t* delay, int64_t step, int32_t* ring_source, int64_t ring_source_size, int64_t* ring_cursor,
        int64_t* ring_due, int64_t* tail)
    void due_varied "eq_due_varied_uint32"(
        int64_t step, const int64_t* start, int64_t lane, int64_t lanes, const uint32_t* delay,
        const int32_t* ring_source, int64_t ring_source_size, int64_t* ring_cursor, int64_t* ring_due, int64_t* head,
        int64_t* tail, int32_t* run_source, int64_t* run_begin, int64_t* run_end, int64_t* runs)
    void push_varied "eq_push_varied_int32"(
        const int32_t* events, const int64_t* count, const int64_t* start, int64_t lane, int64_t lanes,
        const int32_t* delay, int64_t step, int32_t* ring_source, int64_t ring_source_size, int64_t* ring_cursor,
        int64_t* ring_due, int64_t* tail)
    void due_varied "eq_due_varied_int32"(
        int64_t step, const int64_t* start, int64_t lane, int64_t lanes, const int32_t* delay,
        const int32_t* ring_source, int64_t ring_source_size, int64_t* ring_cursor, int64_t* ring_due, int64_t* head,
        int64_t* tail, int32_t* run_source, int64_t* run_begin, int64_t* run_end, int64_t* runs)
    void push_varied "eq_push_varied_int64"(
        const int32_t* events, const int64_t* count, const int64_t* start, int64_t lane, int64_t lanes,
        const int64_t* delay, int64_t step, int32_t* ring_source, int64_t ring_source_size, int64_t* ring_cursor,
        int64_t* ring_due, int64_t* tail)
    void due_varied "eq_due_varied_int64"(
        int64_t step, const int64_t* start, int64_t lane, int64_t lanes, const int64_t* delay,
        const int32_t* ring_source, int64_t ring_source_size, int64_t* ring_cursor, int64_t* ring_due, int64_t* head,
        int64_t* tail, int32_t* run_source, int64_t* run_begin, int64_t* run_end, int64_t* runs)
    void emit "eq_emit_int32"(
        const int64_t* spike_step, int64_t spike_step_size, const int32_t* spike_index, int64_t* cursor,
        int32_t* events, int64_t* count, int64_t period, int64_t step)
    void emit "eq_emit_int64"(
        const int64_t* spike_step, int64_t spike_step_size, const int64_t* spike_index, int64_t* cursor,
        int64_t* events, int64_t* count, int64_t period, int64_t step)
    void single "eq_single_int32"(
        const int32_t* permutation, const int32_t* run_source, const int64_t* run_begin, const int64_t* run_end,
        const int64_t* runs, int32_t* one_source, int64_t* one_begin, int64_t* one_end, int64_t* ones)
    void single "eq_single_uint32"(
        const uint32_t* permutation, const int32_t* run_source, const int64_t* run_begin, const int64_t* run_end,
        const int64_t* runs, int32_t* one_source, int64_t* one_begin, int64_t* one_end, int64_t* ones)
    void single "eq_single_int64"(
        const int64_t* permutation, const int32_t* run_source, const int64_t* run_begin, const int64_t* run_end,
        const int64_t* runs, int32_t* one_source, int64_t* one_begin, int64_t* one_end, int64_t* ones)
    void draw_counts "eq_draw_counts"(
        int64_t stream, int64_t step, int64_t begin, int64_t end, int64_t start, const uint16_t* marks,
        int64_t marks_size, const uint64_t* bounds, int64_t bounds_size, uint16_t* drawn)
    void draw_spikes "eq_draw_spikes"(
        int64_t stream, int64_t step, int64_t begin, int64_t end, const double* factor, const double* rates,
        double* drawn_for, int64_t* following, uint8_t* flags, const uint64_t* words)
    void draw_spikes "eq_draw_spikesf"(
        int64_t stream, int64_t step, int64_t begin, int64_t end, const double* factor, const float* rates,
        float* drawn_for, int64_t* following, uint8_t* flags, const uint64_t* words)
