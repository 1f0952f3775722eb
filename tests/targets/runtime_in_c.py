"""The headers of generated C as a library that Python can call: every inline function of theirs becomes one of it."""

import ctypes
import shlex
import subprocess

import numpy as np

from eqsim.targets.extension import found_compiler
from eqsim.targets.procedures import LENGTHS, parameters
from eqsim.targets.render import TEMPLATES

# what the headers include comes first, so that only their own functions lose their `static inline`
TEXT = """
#include <math.h>
#include <sched.h>
#include <stdint.h>
#include <string.h>
#include <time.h>
#define static
#define inline
#include "eqsim.h"
"""

_OWN_FIRST = "-fno-semantic-interposition"  # functions of a library call those beside them

_TYPED = {"delay", "permutation", "rates", "spike_index"}  # arguments whose types tell functions apart


def library(folder):
    """Compile the headers as users do, but for the processor's widest vectors, and load them."""
    source, made = folder / "runtime.c", folder / "runtime.so"
    source.write_text(TEXT, encoding="utf-8")
    used = found_compiler()
    command = [*used.command, *used.flags, "-std=gnu99", "-w", "-fPIC", "-shared", _OWN_FIRST, f"-I{TEMPLATES / 'c'}"]
    subprocess.run([*command, str(source), "-o", str(made), "-lm"], check=True, capture_output=True, text=True)
    assert "-O3" in shlex.join(command)
    return ctypes.CDLL(str(made))


KINDS = {"i": ctypes.c_int64, "n": ctypes.c_int, "d": ctypes.c_double, "f": ctypes.c_float}


def function(found, name, kinds, result):
    """Return a function of the library by its name, the kinds of its arguments and of its result."""
    called = found[f"eq_{name}"]
    called.argtypes, called.restype = [KINDS[kind] for kind in kinds], KINDS[result]
    return called


def procedure(found, name):
    """Return a procedure, to be called as in Python: with arrays, whose lengths go along where they are read."""
    names, lengths = parameters(name), LENGTHS.get(name, ())

    def call(*values):
        given, types = [], set()
        for parameter, value in zip(names, values, strict=True):
            if isinstance(value, np.ndarray):
                given.append(ctypes.c_void_p(value.ctypes.data))
                given += [ctypes.c_int64(value.size)] if parameter in lengths else []
                types |= {value.dtype.name} if parameter in _TYPED else set()
            else:
                given.append(ctypes.c_int64(int(value)))
        ends = {f"_{kind}" for kind in types} if name != "draw_spikes" else {"f"} if "float32" in types else set()
        found[f"eq_{name}{''.join(ends)}"](*given)

    return call
