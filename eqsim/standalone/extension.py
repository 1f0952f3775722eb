"""The run loop of a network that Cython and a C compiler make, when it is first needed."""

from __future__ import annotations

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

from eqsim.standalone.network import Network
from eqsim.standalone.refused import Refused
from eqsim.targets import compiler
from eqsim.targets.team import Drive, with_addresses

_MODULE = "network"


def compiled(folder: Path, network: Network) -> Drive:
    """Return the run loop that ``network.pyx`` in a folder defines, from ``build/`` where it lies there compiled.

    Whatever was compiled by another compiler or for another processor is not taken.
    """
    place, source = folder / "build", folder / f"{_MODULE}.pyx"
    try:
        used = compiler.compiler(("-DEQ_SINGLE",) if network.told["dtype"] == "float32" else ())
        path = place / used.identity / f"{_MODULE}{compiler.extension_suffix()}"
        if not path.exists() or path.stat().st_mtime < source.stat().st_mtime:
            path.parent.mkdir(parents=True, exist_ok=True)
            compiler.build(source, _MODULE, path, used, [folder / "runtime" / "c"], folder / "runtime" / "c")
    except compiler.LackingError as error:
        what = f"this program needs {error.what}" if error.what else "the C compiler does not take the program"
        raise Refused(f"{what}\n  found: {error.found}" if error.found else what, error.hint) from None
    except OSError as error:
        raise Refused(f"the program cannot be compiled: {error}") from None
    spec = spec_from_file_location(_MODULE, path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return with_addresses(module.drive)
