"""The command line: ``eqsim run | show | demo | clear-cache``."""

from __future__ import annotations

import argparse
import os
import runpy
import sys
from pathlib import Path

from eqsim.build import STAGES, build
from eqsim.demo import demonstrate
from eqsim.targets import cache
from eqsim.text.errors import EqsimError
from eqsim.version import __version__


def main(arguments: list[str] | None = None) -> int:
    """Carry out a command; return 0, or 1 after a mistake that was told."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.command(options))
    except EqsimError as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="eqsim", description="Simulate networks of neurons from equations.")
    parser.add_argument("--version", action="version", version=f"eqsim {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    run = commands.add_parser("run", help="run a script; mistakes in its models are told without a traceback")
    run.add_argument("--target", choices=["numba", "cython", "numpy"], help="the target of networks that name none")
    run.add_argument("script", type=Path)
    run.add_argument("arguments", nargs=argparse.REMAINDER, help="arguments of the script")
    run.set_defaults(command=_run)
    show = commands.add_parser("show", help="show what a stage makes of a model file")
    show.add_argument("model", type=Path)
    show.add_argument("--after", choices=STAGES, default="lower", help="the stage (default: lower)")
    show.add_argument("--method", help="the integration scheme, instead of the file's or the automatic one")
    show.set_defaults(command=_show)
    demo = commands.add_parser("demo", help="run COBA, print rates and times, write its raster")
    demo.add_argument("--picture", type=Path, default=Path("coba_raster.png"), help="where the raster goes")
    demo.add_argument("--timing", action="store_true", help="print the time of every phase")
    demo.add_argument("--quiet", action="store_true", help="show no progress")
    demo.set_defaults(command=_demo)
    clear = commands.add_parser("clear-cache", help="delete all compiled code")
    clear.set_defaults(command=_clear)
    return parser


def _run(options: argparse.Namespace) -> int:
    if not options.script.is_file():
        print(f"eqsim run: there is no file {options.script}", file=sys.stderr)
        return 1
    if options.target:
        os.environ["EQSIM_TARGET"] = options.target
    sys.argv = [str(options.script), *options.arguments]
    sys.path.insert(0, str(options.script.resolve().parent))
    runpy.run_path(str(options.script), run_name="__main__")
    return 0


def _show(options: argparse.Namespace) -> int:
    try:
        text = options.model.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        print(f"eqsim show: {options.model} cannot be read: {error}", file=sys.stderr)
        return 1
    print(build(text, options.model.name, options.method)[options.after])
    return 0


def _demo(options: argparse.Namespace) -> int:
    demonstrate(options.picture, timing=options.timing, progress=not options.quiet)
    return 0


def _clear(_: argparse.Namespace) -> int:
    print(f"{cache.clear() / 1e6:.1f} MB deleted from {cache.folder()}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
