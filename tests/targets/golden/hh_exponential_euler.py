# update, each
from eqsim.targets import numba_names as _eq


@_eq.kernel(
    _eq.void(_eq.int64, _eq.float64, _eq.int64, _eq.int64, _eq.int64, _eq.float64[::1], _eq.uint8[::1], _eq.float64[::1], _eq.float64[::1], _eq.float64[::1], _eq.float64[::1], _eq.float64[::1], _eq.float64[::1], _eq.float64[::1], _eq.float64[::1], _eq.float64[::1], _eq.float64[::1], _eq.float64[::1], _eq.uint8[::1])
)
def update(_step, dt, _stream, _begin, _end, _own_V, _own_not_refractory, _own_g_K, _own_n, _own_g_Na, _own_m, _own_h, _own_g_L, _own_C, _own_I, _own_E_K, _own_E_Na, _own_E_L, _own__spike):
    _eq.wide()
    t = _step * dt
    for _i in _eq.range(_begin, _end):
        V = _own_V[_eq.at(_i)]
        _byte_not_refractory = _own_not_refractory[_eq.at(_i)]
        not_refractory = _byte_not_refractory != 0
        _not_refractory_1 = ((not_refractory) | (not V > 0.0))
        g_K = _own_g_K[0]
        n = _own_n[_eq.at(_i)]
        g_Na = _own_g_Na[0]
        m = _own_m[_eq.at(_i)]
        h = _own_h[_eq.at(_i)]
        g_L = _own_g_L[0]
        C = _own_C[0]
        _J_V = (-(g_K*n**4) - g_Na*m**3*h - g_L)/C
        _phi1_V = _eq.exprel(dt*_J_V)
        I = _own_I[_eq.at(_i)]
        E_K = _own_E_K[0]
        E_Na = _own_E_Na[0]
        E_L = _own_E_L[0]
        _f_V = (I - g_K*n**4*(V - E_K) - g_Na*m**3*h*(V - E_Na) - g_L*(V - E_L))/C
        _now_alpha_m = (_eq.exprel_reciprocal(-(V + 40.0)/10.0))
        _now_beta_m = 4.0*_eq.exp(-(V + 65.0)/18.0)
        _J_m = -_now_alpha_m - _now_beta_m
        _phi1_m = _eq.exprel(dt*_J_m)
        _f_m = _now_alpha_m*(1.0 - m) - _now_beta_m*m
        _exp_0 = _eq.exp(-(V + 65.0)/80.0)
        _now_alpha_h = 0.07*_exp_0**4
        _now_beta_h = 1.0/(20.085536923187668*_eq.whole_power(_exp_0, 8) + 1.0)
        _J_h = -_now_alpha_h - _now_beta_h
        _phi1_h = _eq.exprel(dt*_J_h)
        _f_h = _now_alpha_h*(1.0 - h) - _now_beta_h*h
        _now_alpha_n = ((0.1)*_eq.exprel_reciprocal(-(V + 55.0)/10.0))
        _now_beta_n = 0.125*_exp_0
        _J_n = -_now_alpha_n - _now_beta_n
        _phi1_n = _eq.exprel(dt*_J_n)
        _f_n = _now_alpha_n*(1.0 - n) - _now_beta_n*n
        _new_V = V + dt*_phi1_V*_f_V
        _new_m = m + dt*_phi1_m*_f_m
        _new_h = h + dt*_phi1_h*_f_h
        _new_n = n + dt*_phi1_n*_f_n
        _own__spike[_eq.at(_i)] = ((_new_V > 0.0) & (_not_refractory_1))
        _own_not_refractory[_eq.at(_i)] = _not_refractory_1
        _own_V[_eq.at(_i)] = _new_V
        _own_m[_eq.at(_i)] = _new_m
        _own_h[_eq.at(_i)] = _new_h
        _own_n[_eq.at(_i)] = _new_n
