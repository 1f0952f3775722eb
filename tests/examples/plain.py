"""The three networks of Brette et al. (2007) in plain NumPy: where the expected rates come from."""

import sys

import numpy as np

DT, N, EXCITATORY, P = 0.1, 4000, 3200, 0.02
STEPS = {"coba": 50, "cuba": 50, "cobahh": 30}  # refractory period


def exprel(x):
    safe = np.where(np.abs(x) < 1e-9, 1, x)
    return np.where(np.abs(x) < 1e-9, 1 + x / 2, np.expm1(safe) / safe)


def relax(x, rate, drive):
    """Advance dx/dt = drive - rate*x by one step, exactly."""
    return drive / rate + (x - drive / rate) * np.exp(-rate * DT)


def advance(name, V, gates, g_e, g_i):
    """Return V and the gates one step later; mV, ms, nS, pF."""
    if name == "cuba":
        return V + DT * (g_e + g_i - (V + 49)) / 20, gates
    if name == "coba":
        return relax(V, (10 + g_e + g_i) / 200, (10 * -60 + g_i * -80) / 200), gates
    m, h, n = gates
    u = V + 63
    alpha = 1.28 / exprel((13 - u) / 4), 0.128 * np.exp((17 - u) / 18), 0.16 / exprel((15 - u) / 5)
    beta = 1.4 / exprel((u - 40) / 5), 4 / (1 + np.exp((40 - u) / 5)), 0.5 * np.exp((10 - u) / 40)
    g_Na, g_K = 20000 * m**3 * h, 6000 * n**4
    later = relax(V, (10 + g_e + g_i + g_Na + g_K) / 200, (-600 - 80 * g_i + 50 * g_Na - 90 * g_K) / 200)
    return later, [relax(x, a + b, a) for x, a, b in zip(gates, alpha, beta, strict=True)]


def rate(name, seed=1, duration=1000.0):
    """Return the mean rate in Hz."""
    random = np.random.default_rng(seed)
    targets = [np.flatnonzero(random.random(N) < P) for _ in range(N)]
    V = -60 + 5 * random.standard_normal(N) - 5
    g_e, g_i = 15 * random.standard_normal(N) + 40, 120 * random.standard_normal(N) + 200
    jump_e, jump_i = 6.0, 67.0
    if name == "cuba":
        V, g_e, g_i, jump_e, jump_i = -60 + 10 * random.random(N), np.zeros(N), np.zeros(N), 1.62, -9.0
    threshold = -20 if name == "cobahh" else -50
    gates, last, count = [np.zeros(N)] * 3, np.full(N, -(10**6)), 0
    for step in range(round(duration / DT)):
        free = step - last >= STEPS[name]
        later, gates = advance(name, V, gates, g_e, g_i)
        V = later if name == "cobahh" else np.where(free, later, V)
        g_e, g_i = g_e * np.exp(-DT / 5), g_i * np.exp(-DT / 10)
        fired = np.flatnonzero(free & (threshold < V))
        for source in fired:
            if source < EXCITATORY:
                g_e[targets[source]] += jump_e
            else:
                g_i[targets[source]] += jump_i
        if name != "cobahh":
            V[fired] = -60
        last[fired] = step
        count += len(fired)
    return count / N / duration * 1000


if __name__ == "__main__":
    for network in sys.argv[1:] or STEPS:
        print(f"{network}: {[round(float(rate(network, seed)), 2) for seed in (1, 2)]} Hz")
