# update, each
cdef void _update_0(int64_t _step, double _dt, int64_t _stream, int64_t _begin, int64_t _end, _eq.float64_p _own_V, _eq.uint8_p _own_not_refractory, _eq.float64_p _own_g_K, _eq.float64_p _own_n, _eq.float64_p _own_g_Na, _eq.float64_p _own_m, _eq.float64_p _own_h, _eq.float64_p _own_g_L, _eq.float64_p _own_C, _eq.float64_p _own_I, _eq.float64_p _own_E_K, _eq.float64_p _own_E_Na, _eq.float64_p _own_E_L, _eq.uint8_p _own__spike) noexcept nogil:
    cdef int64_t _i, _byte_not_refractory, _block, _last, _wide_own__spike[512], _wide_own_not_refractory[512]
    cdef double g_K, g_Na, g_L, C, E_K, E_Na, E_L, V, n, m, h, I
    cdef _eq.real _same_1, _same_2, _same_3, _same_4, _J_V, _phi1_V, _f_V, _now_alpha_m, _now_beta_m, _J_m, _phi1_m, _f_m, _exp_0, _now_alpha_h, _now_beta_h, _J_h, _phi1_h, _f_h, _now_alpha_n, _now_beta_n, _J_n, _phi1_n, _f_n, _new_V, _new_m, _new_h, _new_n
    cdef bint not_refractory, _not_refractory_1
    cdef _eq.real t = _step*_dt, dt = _dt
    g_K = _own_g_K[0]
    g_Na = _own_g_Na[0]
    g_L = _own_g_L[0]
    C = _own_C[0]
    E_K = _own_E_K[0]
    E_Na = _own_E_Na[0]
    E_L = _own_E_L[0]
    _same_1 = 1.0/C
    _same_2 = 1.0/10.0
    _same_3 = 1.0/18.0
    _same_4 = 1.0/80.0
    for _block in range(_begin, _end, 512):
        _last = _eq.min(_block + 512, _end)
        for _i in range(_block, _last):
            _wide_own_not_refractory[_i - _block] = _own_not_refractory[_i]
        for _i in range(_block, _last):
            V = _own_V[_i]
            _byte_not_refractory = _wide_own_not_refractory[_i - _block]
            not_refractory = _byte_not_refractory != 0
            _not_refractory_1 = ((not_refractory) | (not V > 0.0))
            n = _own_n[_i]
            m = _own_m[_i]
            h = _own_h[_i]
            _J_V = (-(g_K*_eq.fourth(n)) - g_Na*_eq.cube(m)*h - g_L)*_same_1
            _phi1_V = _eq.exprel(dt*_J_V)
            I = _own_I[_i]
            _f_V = (I - g_K*_eq.fourth(n)*(V - E_K) - g_Na*_eq.cube(m)*h*(V - E_Na) - g_L*(V - E_L))*_same_1
            _now_alpha_m = (_eq.exprel_reciprocal(-(V + 40.0)*_same_2))
            _now_beta_m = 4.0*_eq.exp(-(V + 65.0)*_same_3)
            _J_m = -_now_alpha_m - _now_beta_m
            _phi1_m = _eq.exprel(dt*_J_m)
            _f_m = _now_alpha_m*(1.0 - m) - _now_beta_m*m
            _exp_0 = _eq.exp(-(V + 65.0)*_same_4)
            _now_alpha_h = 0.07*_eq.fourth(_exp_0)
            _now_beta_h = 1.0/(20.085536923187668*_eq.whole_power(_exp_0, 8) + 1.0)
            _J_h = -_now_alpha_h - _now_beta_h
            _phi1_h = _eq.exprel(dt*_J_h)
            _f_h = _now_alpha_h*(1.0 - h) - _now_beta_h*h
            _now_alpha_n = ((0.1)*_eq.exprel_reciprocal(-(V + 55.0)*_same_2))
            _now_beta_n = 0.125*_exp_0
            _J_n = -_now_alpha_n - _now_beta_n
            _phi1_n = _eq.exprel(dt*_J_n)
            _f_n = _now_alpha_n*(1.0 - n) - _now_beta_n*n
            _new_V = V + dt*_phi1_V*_f_V
            _new_m = m + dt*_phi1_m*_f_m
            _new_h = h + dt*_phi1_h*_f_h
            _new_n = n + dt*_phi1_n*_f_n
            _wide_own__spike[_i - _block] = ((_new_V > 0.0) & (_not_refractory_1))
            _wide_own_not_refractory[_i - _block] = _not_refractory_1
            _own_V[_i] = _new_V
            _own_m[_i] = _new_m
            _own_h[_i] = _new_h
            _own_n[_i] = _new_n
        for _i in range(_block, _last):
            _own__spike[_i] = _wide_own__spike[_i - _block]
        for _i in range(_block, _last):
            _own_not_refractory[_i] = _wide_own_not_refractory[_i - _block]
