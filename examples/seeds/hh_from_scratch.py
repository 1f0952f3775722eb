"""How is a neuron written from its equations? All of Hodgkin and Huxley in one text, warmed by 0 to 15 kelvin.

phi makes the gates faster by a factor of 3 for each 10 kelvin above 6.3 degrees Celsius. 1/exprel(-x/10) is
0.1*x/(1 - exp(-x/10)), and finite at x = 0. The tutorials print V + 55 in beta_h for V + 35, and 0.03 for g_L = 0.3.
"""

import argparse

import eqsim as es
from eqsim.units import cm2, kelvin, mS, ms, mV, uA, uF

options = argparse.ArgumentParser(description=__doc__)
options.add_argument("--no-figure", action="store_true", help="leave the figure out")
options.add_argument("--show", action="store_true", help="show the figure in a window, besides hh_from_scratch.png")
chosen = options.parse_args()

C = 1 * uF / cm2
g_Na, g_K, g_L = 120 * mS / cm2, 36 * mS / cm2, 0.3 * mS / cm2
E_Na, E_K, E_L = 50 * mV, -77 * mV, -54.387 * mV
model = """
    dV/dt = (I - g_Na*m**3*h*(V - E_Na) - g_K*n**4*(V - E_K) - g_L*(V - E_L))/C : mV
    dm/dt = phi*(alpha_m*(1 - m) - beta_m*m)                                    : 1
    dh/dt = phi*(alpha_h*(1 - h) - beta_h*h)                                    : 1
    dn/dt = phi*(alpha_n*(1 - n) - beta_n*n)                                    : 1
    alpha_m = 1/exprel(-(V + 40*mV)/(10*mV))/ms                                 : 1/ms
    beta_m  = 4*exp(-(V + 65*mV)/(18*mV))/ms                                    : 1/ms
    alpha_h = 0.07*exp(-(V + 65*mV)/(20*mV))/ms                                 : 1/ms
    beta_h  = 1/(1 + exp(-(V + 35*mV)/(10*mV)))/ms                              : 1/ms
    alpha_n = 0.1/exprel(-(V + 55*mV)/(10*mV))/ms                               : 1/ms
    beta_n  = 0.125*exp(-(V + 65*mV)/(80*mV))/ms                                : 1/ms
    phi     = 3**(warmer/(10*kelvin))                                           : 1
    warmer                                                                      : kelvin (constant)
    I                                                                           : uA/cm2
    V(0) = -65*mV
    m(0) = alpha_m/(alpha_m + beta_m)
    h(0) = alpha_h/(alpha_h + beta_h)
    n(0) = alpha_n/(alpha_n + beta_n)
    """
amplitudes, warmth = [1, 2, 4, 8, 10, 15], [0, 5, 10, 15]
current = es.inputs.section_input([0, amplitudes, 0] * uA / cm2, [10, 2, 25] * ms, dt=0.01 * ms)

neurons = es.NeuronGroup(6, model, threshold="V > 0*mV", refractory="V > 0*mV", name="pulses")
warm = es.NeuronGroup(4, model, threshold="V > 0*mV", refractory="V > 0*mV", name="warm")
warm.warmer = warmth * kelvin
inputs = [es.Input(neurons, "I", current), es.Input(warm, "I", current.values[:, -1] * uA / cm2)]
trace = es.StateMonitor(neurons, ["V", "m", "h", "n"], record=True)
warm_trace = es.StateMonitor(warm, "V", record=True)
spikes = es.SpikeMonitor(neurons)

net = es.Network(neurons, warm, *inputs, trace, warm_trace, spikes, dt=0.01 * ms)
net.run(current.duration)

for amplitude, count, peak in zip(amplitudes, spikes.count, trace.V_.max(axis=1), strict=True):
    print(f"{amplitude:2d} uA/cm2 for 2 ms: {count} spike, V up to {peak:6.2f} mV")
widths = (warm_trace.V_ > -20).sum(axis=1) * 0.01
print("width of the spike:", ", ".join(f"{w:.2f} ms at +{x} K" for w, x in zip(widths, warmth, strict=True)))

if not chosen.no_figure:
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(3, 1, figsize=(7, 8), sharex=True, layout="constrained")
    for k, amplitude in enumerate(amplitudes):
        axes[0].plot(trace.t / ms, trace.V[k] / mV, color=plt.get_cmap("viridis")(k / 6), label=f"{amplitude} uA/cm2")
    axes[0].set(ylabel="V (mV)", title="six pulses of 2 ms")
    for gate in ("m", "h", "n"):
        axes[1].plot(trace.t / ms, getattr(trace, gate)[-1], label=gate)
    axes[1].set(ylabel=f"gates at {amplitudes[-1]} uA/cm2")
    for k, kelvins in enumerate(warmth):
        axes[2].plot(warm_trace.t / ms, warm_trace.V[k] / mV, color=f"C{k}", label=f"{6.3 + kelvins:g} °C")
    axes[2].set(xlabel="time (ms)", ylabel="V (mV)", title="15 uA/cm2 in the cold and in the warmth")
    for axis in axes:
        axis.legend(loc="upper right")
    figure.savefig("hh_from_scratch.png", dpi=100)
    if chosen.show:
        plt.show()
