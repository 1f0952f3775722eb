"""The meaning of a kernel, told as a plain loop over elements: slow, and hard to get wrong."""

import math

import numpy as np

from eqsim.lowering.kernel import Add, Append, Draw, If, Let, Load, Store
from eqsim.random import Kind, binomial, normal, poisson, uniform

LAWS = {"uniform": uniform, "normal": normal, "poisson": poisson, "binomial": binomial}
CONVERT = {"real": float, "integer": int, "boolean": bool}
FUNCTIONS = {
    "int": int, "abs": abs, "min": min, "max": max, "exp": math.exp, "sqrt": math.sqrt,
    "clip": lambda x, low, high: min(max(x, low), high),
    "timestep": lambda t, dt: math.floor((t + 1e-3 * dt) / dt),
}  # fmt: skip


def run(kernel, arguments, step, dt, stream):
    """Carry out a kernel element by element."""
    known = {name: arguments[name] for name in kernel.scalars} | {"t": step * dt, "dt": dt, "_step": step}
    for let in kernel.invariant:
        known[let.name] = CONVERT[let.type](value(let.value, known))
    for indexes in elements(kernel.domain, arguments):
        carry_out(kernel, kernel.body, arguments, known | indexes, step, stream)


def elements(domain, a):
    """Yield the index locals of each element, in order."""
    if domain == "once":
        yield {}
    if domain == "each":
        yield from ({"_i": i} for i in range(a["_n"]))
    if domain == "listed":
        yield from ({"_i": int(a["_events"][e])} for e in range(a["_count"][0]))
    if domain == "synapses":
        for i in range(len(a["_start"]) - 1):
            for k in range(a["_start"][i], a["_start"][i + 1]):
                yield {"_i": i, "_j": int(a["_target"][k]), "_k": k}
    if domain in {"arrivals", "backward"}:
        for r in range(a["_runs"][0]):
            for q in range(a["_run_begin"][r], a["_run_end"][r]):
                if domain == "arrivals":
                    yield {"_i": int(a["_run_source"][r]), "_j": int(a["_target"][q]), "_k": q}
                else:
                    k = int(a["_permutation"][q])
                    yield {"_i": int(a["_source"][k]), "_j": int(a["_run_source"][r]), "_k": k}


def carry_out(kernel, body, arrays, known, step, stream):
    """Carry out instructions for one element."""
    for instruction in body:
        match instruction:
            case Load(name, array, index):
                known[name] = arrays[array][at(index, known)].item()
            case Let(name, expr, kind):
                known[name] = CONVERT[kind](value(expr, known))
            case Store(array, index, expr):
                result = value(expr, known)
                arrays[array][at(index, known)] = result != 0 if kernel.arrays[array] == "flag" else result
            case Add(array, index, expr):
                arrays[array][at(index, known)] += value(expr, known)
            case Append(target, expr):
                arrays[target][arrays[f"{target}_count"][0]] = value(expr, known)
                arrays[f"{target}_count"][0] += 1
            case If(condition, inner):
                if value(condition, known):
                    carry_out(kernel, inner, arrays, dict(known), step, stream)
            case Draw(name, law, number, element, arguments):
                given = [value(argument, known) for argument in arguments]
                drawn = LAWS[law](stream, Kind.RUN, number, step, np.array([at(element, known)]), *given)
                known[name] = drawn[0].item()


def at(index, known):
    """Return the value of an index local."""
    return int(index) if index.isdigit() else known[index]


def value(expr, known):
    """Return a formula's value by Python's own rules."""
    return eval(str(expr), {"__builtins__": {}}, FUNCTIONS | known)
