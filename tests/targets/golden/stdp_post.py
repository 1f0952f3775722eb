# post, backward
from eqsim.targets import numba_names as _eq


@_eq.kernel(
    _eq.void(_eq.int64, _eq.float64, _eq.int64, _eq.int32[::1], _eq.int64[::1], _eq.int64[::1], _eq.int64[::1], _eq.int32[::1], _eq.uint16[::1], _eq.int64[::1], _eq.float64[::1], _eq.float64[::1], _eq.float64[::1], _eq.float64, _eq.float64)
)
def post(_step, dt, _stream, _run_source, _run_begin, _run_end, _runs, _permutation, _source, _own_lastupdate, _own_A, _own_B, _own_w, tau_A, tau_B):
    _eq.wide()
    t = _step * dt
    _flow_A_A = -1.0/tau_A
    _flow_A_B = -1.0/tau_B
    _lastupdate_3 = _step
    _kept_flow_new_A = _eq.scratch(_eq.float64)
    _kept_B_1 = _eq.scratch(_eq.float64)
    _kept_w_2 = _eq.scratch(_eq.float64)
    for _q in _eq.range(_runs[0]):
        _j = _run_source[_eq.at(_q)]
        _end = _run_end[_eq.at(_q)]
        for _block in _eq.range(_run_begin[_eq.at(_q)], _end, _eq.BLOCK):
            for _p in _eq.range(_block, _eq.min(_block + _eq.BLOCK, _end)):
                _k = _permutation[_eq.at(_p)]
                _i = _source[_eq.at(_k)]
                lastupdate = _own_lastupdate[_eq.at(_k)]
                _elapsed = (_step - lastupdate)*dt
                _flow_z_A = _flow_A_A*_elapsed
                _flow_z_B = _flow_A_B*_elapsed
                _flow_exp = _eq.exp(_flow_z_A)
                _flow_exp_2 = _eq.exp(_flow_z_B)
                A = _own_A[_eq.at(_k)]
                _flow_new_A = _flow_exp*A
                B = _own_B[_eq.at(_k)]
                _flow_new_B = _flow_exp_2*B
                _B_1 = _flow_new_B + 0.1
                w = _own_w[_eq.at(_k)]
                _w_2 = _eq.clip(w + _flow_new_A, 0.0, 1.0)
                _kept_flow_new_A[_eq.at(_p - _block)] = _flow_new_A
                _kept_B_1[_eq.at(_p - _block)] = _B_1
                _kept_w_2[_eq.at(_p - _block)] = _w_2
            for _p in _eq.range(_block, _eq.min(_block + _eq.BLOCK, _end)):
                _k = _permutation[_eq.at(_p)]
                _i = _source[_eq.at(_k)]
                _flow_new_A = _kept_flow_new_A[_eq.at(_p - _block)]
                _B_1 = _kept_B_1[_eq.at(_p - _block)]
                _w_2 = _kept_w_2[_eq.at(_p - _block)]
                _own_A[_eq.at(_k)] = _flow_new_A
                _own_B[_eq.at(_k)] = _B_1
                _own_w[_eq.at(_k)] = _w_2
                _own_lastupdate[_eq.at(_k)] = _lastupdate_3
