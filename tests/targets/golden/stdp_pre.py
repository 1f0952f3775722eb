# pre, arrivals
from eqsim.targets import numba_names as _eq


@_eq.kernel(
    _eq.void(_eq.int64, _eq.float64, _eq.int64, _eq.int32[::1], _eq.int64[::1], _eq.int64[::1], _eq.int64[::1], _eq.uint16[::1], _eq.int64[::1], _eq.float64[::1], _eq.float64[::1], _eq.float64[::1], _eq.float64[::1], _eq.float64, _eq.float64)
)
def pre(_step, dt, _stream, _run_source, _run_begin, _run_end, _runs, _target, _own_lastupdate, _own_A, _own_B, _own_w, _post_V, tau_A, tau_B):
    _eq.wide()
    t = _step * dt
    _flow_A_A = -1.0/tau_A
    _flow_A_B = -1.0/tau_B
    _lastupdate_3 = _step
    _keptw = _eq.scratch(_eq.float64)
    for _q in _eq.range(_runs[0]):
        _i = _run_source[_eq.at(_q)]
        _end = _run_end[_eq.at(_q)]
        for _block in _eq.range(_run_begin[_eq.at(_q)], _end, _eq.BLOCK):
            for _p in _eq.range(_block, _eq.min(_block + _eq.BLOCK, _end)):
                _k = _p
                _j = _target[_eq.at(_k)]
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
                w = _own_w[_eq.at(_k)]
                _A_1 = _flow_new_A + 0.1
                _w_2 = _eq.clip(w - _flow_new_B, 0.0, 1.0)
                _own_A[_eq.at(_k)] = _A_1
                _own_B[_eq.at(_k)] = _flow_new_B
                _own_w[_eq.at(_k)] = _w_2
                _own_lastupdate[_eq.at(_k)] = _lastupdate_3
                _keptw[_eq.at(_p - _block)] = w
            for _p in _eq.range(_block, _eq.min(_block + _eq.BLOCK, _end)):
                _k = _p
                _j = _target[_eq.at(_k)]
                w = _keptw[_eq.at(_p - _block)]
                _post_V[_eq.at(_j)] += w
