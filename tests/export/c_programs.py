"""Networks exported to C and compiled, for tests; left out, aloud, where the machine has no C compiler or no make.

``EQSIM_REQUIRE_TARGETS=c`` makes that a failure. Tests compile without much optimisation, since that takes most of
their time.
"""

import os
import shutil
import subprocess

import pytest

REQUIRED = "c" in os.environ.get("EQSIM_REQUIRE_TARGETS", "").split(",")
LACKING = [tool for tool in (os.environ.get("CC", "cc").split()[0], "make") if shutil.which(tool) is None]
needs_compiler = pytest.mark.skipif(bool(LACKING) and not REQUIRED, reason=f"this machine lacks {', '.join(LACKING)}")


def compiled(net, folder, entries=None, flags="-O1"):
    """Export a network and compile it, without a warning; lists of records hold so many entries."""
    net.export(folder, "c")
    lists = [] if entries is None else [f"CPPFLAGS=-DRECORD_ENTRIES={entries}"]
    command = ["make", "-s", "-j2", "-C", str(folder), f"CFLAGS={flags} -Werror", *lists]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return folder


def simulate(folder, *words, status=0, env=None):
    """Run a program; return what it said on standard error, and out."""
    command = [str(folder / "simulate"), *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=env)
    assert done.returncode == status, done.stderr
    return done.stderr + done.stdout


def files(folder):
    """Return the bytes of all records, by their file."""
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*.npy"))}
