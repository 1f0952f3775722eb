# update, each
from eqsim.targets import numba_names as _eq


@_eq.kernel(
    _eq.void(_eq.int64, _eq.float64, _eq.int64, _eq.int64, _eq.int64, _eq.int64[::1], _eq.float64[::1], _eq.float64[::1], _eq.float64[::1], _eq.float64[::1], _eq.float64[::1], _eq.uint8[::1])
)
def update(_step, dt, _stream, _begin, _end, _own__release, _own_tau, _own_E_L, _own_R, _own_I, _own_V, _own__spike):
    _eq.wide()
    t = _step * dt
    for _i in _eq.range(_begin, _end):
        _release = _own__release[_eq.at(_i)]
        not_refractory = _step >= _release
        tau = _own_tau[_eq.at(_i)]
        _A_V = -1.0/tau
        E_L = _own_E_L[_eq.at(_i)]
        R = _own_R[_eq.at(_i)]
        I = _own_I[_eq.at(_i)]
        _b_V = (E_L + R*I)/tau
        _z_V = _A_V*dt
        _exp = _eq.exp(_z_V)
        _phi1 = _eq.exprel(_z_V)
        _P_V = dt*_phi1
        V = _own_V[_eq.at(_i)]
        _new_V = _eq.select(not_refractory, _exp*V + _P_V*_b_V, V)
        _own__spike[_eq.at(_i)] = ((_new_V > -50.0) & (not_refractory))
        _own_V[_eq.at(_i)] = _new_V
