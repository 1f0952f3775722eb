# cython: language_level=3, cdivision=True, boundscheck=False, wraparound=False, binding=False
# The kernels of a network and its run loop, as one module.
cimport eqsim_c as _eq
from libc.stdint cimport int32_t, int64_t, uint8_t, uintptr_t


# update, each
cdef void _update_0(int64_t _step, double _dt, int64_t _stream, int64_t _begin, int64_t _end, _eq.float64_p _own_V, _eq.uint8_p _own__spike) noexcept nogil:
    cdef int64_t _i, _block, _last, _wide_own__spike[512]
    cdef _eq.real _A_V, _z_V, _exp, _new_V
    cdef double V
    cdef _eq.real t = _step*_dt, dt = _dt
    _A_V = -1.0/5.0
    _z_V = _A_V*dt
    _exp = _eq.exp(_z_V)
    for _block in range(_begin, _end, 512):
        _last = _eq.min(_block + 512, _end)
        for _i in range(_block, _last):
            V = _own_V[_i]
            _new_V = _exp*V
            _wide_own__spike[_i - _block] = _new_V > 1.0
            _own_V[_i] = _new_V
        for _i in range(_block, _last):
            _own__spike[_i] = _wide_own__spike[_i - _block]


# mark, listed
cdef void _mark_1(int64_t _step, double _dt, int64_t _stream, _eq.int32_p _events, _eq.int64_p _count, _eq.int64_p _own_lastspike) noexcept nogil:
    cdef int64_t _q, _i, _lastspike_1
    cdef _eq.real t = _step*_dt, dt = _dt
    _lastspike_1 = _step
    for _q in range(_count[0]):
        _i = _events[_q]
        _own_lastspike[_i] = _lastspike_1


# record, listed
cdef void _record_2(int64_t _step, double _dt, int64_t _stream, _eq.int32_p _events, _eq.int64_p _count, _eq.int32_p _record_i, _eq.int64_p _record_i_count, _eq.int64_p _record_step, _eq.int64_p _record_step_count) noexcept nogil:
    cdef int64_t _q, _i
    cdef _eq.real t = _step*_dt, dt = _dt
    for _q in range(_count[0]):
        _i = _events[_q]
        _record_i[_record_i_count[0]] = _i
        _record_i_count[0] += 1
        _record_step[_record_step_count[0]] = _step
        _record_step_count[0] += 1


# pre, arrivals
cdef void _pre_3(int64_t _step, double _dt, int64_t _stream, _eq.int32_p _run_source, _eq.int64_p _run_begin, _eq.int64_p _run_end, _eq.int64_p _runs, _eq.uint16_p _target, _eq.int64_p _own_lastupdate, _eq.float64_p _own_A, _eq.float64_p _own_B, _eq.float64_p _own_w, _eq.float64_p _post_V, _eq.real tau_A, _eq.real tau_B) noexcept nogil:
    cdef int64_t _q, _p, _i, _j, _k, _block, _end, _lastupdate_3, lastupdate
    cdef _eq.real _flow_A_A, _flow_A_B, _elapsed, _flow_z_A, _flow_z_B, _flow_exp, _flow_exp_2, _flow_new_A, _flow_new_B, _A_1, _w_2
    cdef double A, B, w, _keptw[128]
    cdef _eq.real t = _step*_dt, dt = _dt
    _flow_A_A = -1.0/tau_A
    _flow_A_B = -1.0/tau_B
    _lastupdate_3 = _step
    for _q in range(_runs[0]):
        _i = _run_source[_q]
        _end = _run_end[_q]
        for _block in range(_run_begin[_q], _end, 128):
            for _p in range(_block, _eq.min(_block + 128, _end)):
                _k = _p
                _j = _target[_k]
                lastupdate = _own_lastupdate[_k]
                _elapsed = (_step - lastupdate)*dt
                _flow_z_A = _flow_A_A*_elapsed
                _flow_z_B = _flow_A_B*_elapsed
                _flow_exp = _eq.exp(_flow_z_A)
                _flow_exp_2 = _eq.exp(_flow_z_B)
                A = _own_A[_k]
                _flow_new_A = _flow_exp*A
                B = _own_B[_k]
                _flow_new_B = _flow_exp_2*B
                w = _own_w[_k]
                _A_1 = _flow_new_A + 0.1
                _w_2 = _eq.clip(w - _flow_new_B, 0.0, 1.0)
                _own_A[_k] = _A_1
                _own_B[_k] = _flow_new_B
                _own_w[_k] = _w_2
                _own_lastupdate[_k] = _lastupdate_3
                _keptw[_p - _block] = w
            for _p in range(_block, _eq.min(_block + 128, _end)):
                _k = _p
                _j = _target[_k]
                w = _keptw[_p - _block]
                _post_V[_j] += w


# post, backward
cdef void _post_4(int64_t _step, double _dt, int64_t _stream, _eq.int32_p _run_source, _eq.int64_p _run_begin, _eq.int64_p _run_end, _eq.int64_p _runs, _eq.int32_p _permutation, _eq.uint16_p _source, _eq.int64_p _own_lastupdate, _eq.float64_p _own_A, _eq.float64_p _own_B, _eq.float64_p _own_w, _eq.real tau_A, _eq.real tau_B) noexcept nogil:
    cdef int64_t _q, _p, _i, _j, _k, _block, _end, _lastupdate_3, lastupdate
    cdef _eq.real _flow_A_A, _flow_A_B, _elapsed, _flow_z_A, _flow_z_B, _flow_exp, _flow_exp_2, _flow_new_A, _flow_new_B, _B_1, _w_2, _kept_flow_new_A[128], _kept_B_1[128], _kept_w_2[128]
    cdef double A, B, w
    cdef _eq.real t = _step*_dt, dt = _dt
    _flow_A_A = -1.0/tau_A
    _flow_A_B = -1.0/tau_B
    _lastupdate_3 = _step
    for _q in range(_runs[0]):
        _j = _run_source[_q]
        _end = _run_end[_q]
        for _block in range(_run_begin[_q], _end, 128):
            for _p in range(_block, _eq.min(_block + 128, _end)):
                _k = _permutation[_p]
                _i = _source[_k]
                lastupdate = _own_lastupdate[_k]
                _elapsed = (_step - lastupdate)*dt
                _flow_z_A = _flow_A_A*_elapsed
                _flow_z_B = _flow_A_B*_elapsed
                _flow_exp = _eq.exp(_flow_z_A)
                _flow_exp_2 = _eq.exp(_flow_z_B)
                A = _own_A[_k]
                _flow_new_A = _flow_exp*A
                B = _own_B[_k]
                _flow_new_B = _flow_exp_2*B
                _B_1 = _flow_new_B + 0.1
                w = _own_w[_k]
                _w_2 = _eq.clip(w + _flow_new_A, 0.0, 1.0)
                _kept_flow_new_A[_p - _block] = _flow_new_A
                _kept_B_1[_p - _block] = _B_1
                _kept_w_2[_p - _block] = _w_2
            for _p in range(_block, _eq.min(_block + 128, _end)):
                _k = _permutation[_p]
                _i = _source[_k]
                _flow_new_A = _kept_flow_new_A[_p - _block]
                _B_1 = _kept_B_1[_p - _block]
                _w_2 = _kept_w_2[_p - _block]
                _own_A[_k] = _flow_new_A
                _own_B[_k] = _B_1
                _own_w[_k] = _w_2
                _own_lastupdate[_k] = _lastupdate_3


# reset, listed
cdef void _reset_5(int64_t _step, double _dt, int64_t _stream, _eq.int32_p _events, _eq.int64_p _count, _eq.float64_p _own_V) noexcept nogil:
    cdef int64_t _q, _i
    cdef _eq.real _V_1
    cdef _eq.real t = _step*_dt, dt = _dt
    _V_1 = 0.0
    for _q in range(_count[0]):
        _i = _events[_q]
        _own_V[_i] = _V_1


# The run loop of a network: every kernel of a step, in the order of the schedule.
cdef int64_t _drive(int64_t _first, int64_t _last, int64_t* _table, double* _reals, int64_t* _integers, int64_t* _spent) noexcept nogil:
    cdef int64_t _now, _since, _reached = _last, _before = _eq.flush_subnormals()
    cdef bint _timed
    cdef _eq.float64_array a0 = _eq.float64_at(_table, 0)  # V
    cdef _eq.uint8_array a1 = _eq.uint8_at(_table, 1)  # _spike
    cdef _eq.uint64_array a2 = _eq.uint64_at(_table, 2)  # _spike_words
    cdef _eq.int32_array a3 = _eq.int32_at(_table, 3)  # _spike_events
    cdef _eq.int64_array a4 = _eq.int64_at(_table, 4)  # _spike_count
    cdef _eq.int64_array a5 = _eq.int64_at(_table, 5)  # lastspike
    cdef _eq.int64_array a6 = _eq.int64_at(_table, 6)  # _times
    cdef _eq.int32_array a7 = _eq.int32_at(_table, 7)  # _indices
    cdef _eq.int64_array a8 = _eq.int64_at(_table, 8)  # _cursor
    cdef _eq.int32_array a9 = _eq.int32_at(_table, 9)  # _spike_events
    cdef _eq.int64_array a10 = _eq.int64_at(_table, 10)  # _spike_count
    cdef _eq.int32_array a11 = _eq.int32_at(_table, 11)  # _record_i
    cdef _eq.int64_array a12 = _eq.int64_at(_table, 12)  # _record_i_count
    cdef _eq.int64_array a13 = _eq.int64_at(_table, 13)  # _record_step
    cdef _eq.int64_array a14 = _eq.int64_at(_table, 14)  # _record_step_count
    cdef _eq.int64_array a15 = _eq.int64_at(_table, 15)  # _start
    cdef _eq.int32_array a16 = _eq.int32_at(_table, 16)  # _run_source_pre
    cdef _eq.int64_array a17 = _eq.int64_at(_table, 17)  # _run_begin_pre
    cdef _eq.int64_array a18 = _eq.int64_at(_table, 18)  # _run_end_pre
    cdef _eq.int64_array a19 = _eq.int64_at(_table, 19)  # _runs_pre
    cdef _eq.int64_array a20 = _eq.int64_at(_table, 20)  # lastupdate
    cdef _eq.float64_array a21 = _eq.float64_at(_table, 21)  # A
    cdef _eq.float64_array a22 = _eq.float64_at(_table, 22)  # B
    cdef _eq.float64_array a23 = _eq.float64_at(_table, 23)  # w
    cdef _eq.uint16_array a24 = _eq.uint16_at(_table, 24)  # _target
    cdef _eq.int64_array a25 = _eq.int64_at(_table, 25)  # _post_start
    cdef _eq.int32_array a26 = _eq.int32_at(_table, 26)  # _run_source_post
    cdef _eq.int64_array a27 = _eq.int64_at(_table, 27)  # _run_begin_post
    cdef _eq.int64_array a28 = _eq.int64_at(_table, 28)  # _run_end_post
    cdef _eq.int64_array a29 = _eq.int64_at(_table, 29)  # _runs_post
    cdef _eq.int32_array a30 = _eq.int32_at(_table, 30)  # _permutation_post
    cdef _eq.uint16_array a31 = _eq.uint16_at(_table, 31)  # _source
    for _now in range(_first, _last):
        if a12.at[0] + _integers[4] > a11.size:  # room in _record_i
            _reached = _now
            break
        if a14.at[0] + _integers[4] > a13.size:  # room in _record_step
            _reached = _now
            break
        _timed = _eq.timed(_now)
        _since = _eq.ticks() if _timed else 0
        _update_0(_now, _reals[0], _integers[0], 0, _integers[1], a0.at, a1.at)  # groups
        if _timed:
            _since = _eq.lap(_spent, 0, _since)
        _eq.compress(a1.at, a2.at, 0, _integers[1], a3.at, a4.at)  # thresholds
        if _timed:
            _since = _eq.lap(_spent, 1, _since)
        _mark_1(_now, _reals[0], _integers[0], a3.at, a4.at, a5.at)  # thresholds
        if _timed:
            _since = _eq.lap(_spent, 2, _since)
        _eq.emit(a6.at, a6.size, a7.at, a8.at, a9.at, a10.at, _integers[2], _now)  # thresholds
        if _timed:
            _since = _eq.lap(_spent, 3, _since)
        _record_2(_now, _reals[0], _integers[0], a3.at, a4.at, a11.at, a12.at, a13.at, a14.at)  # after_thresholds
        if _timed:
            _since = _eq.lap(_spent, 4, _since)
        _eq.due_now(a9.at, a10.at, a15.at, 0, 1, a16.at, a17.at, a18.at, a19.at)  # synapses
        if _timed:
            _since = _eq.lap(_spent, 5, _since)
        _pre_3(_now, _reals[1], _integers[3], a16.at, a17.at, a18.at, a19.at, a24.at, a20.at, a21.at, a22.at, a23.at, a0.at, _reals[2], _reals[3])  # synapses
        if _timed:
            _since = _eq.lap(_spent, 6, _since)
        _eq.due_now(a3.at, a4.at, a25.at, 0, 1, a26.at, a27.at, a28.at, a29.at)  # synapses
        if _timed:
            _since = _eq.lap(_spent, 7, _since)
        _post_4(_now, _reals[1], _integers[3], a26.at, a27.at, a28.at, a29.at, a30.at, a31.at, a20.at, a21.at, a22.at, a23.at, _reals[2], _reals[3])  # synapses
        if _timed:
            _since = _eq.lap(_spent, 8, _since)
        _reset_5(_now, _reals[0], _integers[0], a3.at, a4.at, a0.at)  # resets
        if _timed:
            _since = _eq.lap(_spent, 9, _since)
    _eq.restore_control(_before)
    return _reached


def drive(int64_t first, int64_t last, uintptr_t table, uintptr_t reals, uintptr_t integers, int64_t member, int64_t members, int64_t lanes, uintptr_t sync, uintptr_t spent):
    with nogil:
        last = _drive(first, last, <int64_t*>table, <double*>reals, <int64_t*>integers, <int64_t*>spent)
    return last
