"""Good models, to be checked and to be spoilt."""

from eqsim.checking.check import check
from eqsim.checking.checked import External, Scope
from eqsim.checking.units import parse_unit
from eqsim.language.parse import parse, with_arguments

ADEX = """
dV/dt = (-g_L*(V - E_L) + g_L*D_T*exp((V - V_T)/D_T) - w + I)/C : mV (unless refractory)
dw/dt = (a*(V - E_L) - w)/tau_w : pA
I     = I_0*int(t > 10*ms) + sigma_I*where(V > V_T, 1, 0) : pA
I_0   : pA (constant)
sigma_I : pA (shared)
C     = 281*pF : pF (parameter)
g_L   = 30*nS : nS (parameter)
a     = g_L/7 : nS (parameter)
E_L   : mV
V_T   : mV
D_T   : mV
tau_w : ms
V(0)  = E_L + rand()*5*mV
threshold V > V_T + 5*D_T and not_refractory
reset u = V + 2*mV; V = E_L - 0*u; w += 80*pA
refractory timestep(t, dt)*dt + 2*ms
event fast w > 3*nA
"""
UNITLESS = """
v' = v - v**3/3 - w + I + sigma*xi
w' = (v + 0.7 - 0.8*w)/tau
I (constant); tau = 12.5; sigma
v(0) = -1.0 if I > 0.5 else 0
"""
STDP = """
w : 1
dapre/dt = -apre/taupre : 1 (event-driven)
dapost/dt = -apost/taupost : 1 (event-driven)
I_post = w*(v_pre - v_post)*nS : nA (summed)
"""
ON_PRE = "apre += 0.01; w = clip(w + apost, 0, 1)\ng += w*nS"
ON_POST = "apost -= 0.0105\nw = clip(w + apre, 0, 1)"
POST = "dv/dt = (g*v/nS + I/nS)/ms : mV\ng : nS\nI : nA\nthreshold v > 0*mV"


def unit(text):
    return parse_unit(text)[0]


def scalar(text):
    return External("scalar", unit(text))


def post():
    return check(parse(POST), Scope()).symbols


def synapse(**externals):
    taus = {"taupre": scalar("second"), "taupost": scalar("ms")}
    return Scope("synapse", taus | externals, pre=post(), post=post())


def check_adex(text=ADEX):
    return check(parse(text, "NeuronGroup 'exc'"), Scope())


def check_unitless(text=UNITLESS):
    return check(parse(text, "NeuronGroup 'exc'"), Scope())


def check_stdp(text=STDP, on_pre=ON_PRE, on_post=ON_POST):
    model = with_arguments(parse(text, "Synapses 's'"), "Synapses 's'", on_pre=on_pre, on_post=on_post)
    return check(model, synapse())
