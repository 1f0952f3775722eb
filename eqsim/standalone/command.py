"""The command line of exported programs."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from eqsim.standalone.refused import Refused
from eqsim.text.nearest import nearest

_AFTER = "Ctrl-C stops between two steps and keeps what was recorded; --resume goes on from there."


@dataclass(frozen=True, slots=True)
class Request:
    """What a program is asked to do."""

    duration: str | None
    seed: int | None
    threads: int
    settings: tuple[str, ...]
    out: Path
    resume: bool
    quiet: bool
    listing: bool


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Refuse what cannot be read."""
        word = message.removeprefix("unrecognized arguments: ").split("=")[0].split(" ")[0]
        near = nearest(word, self._option_string_actions)
        raise Refused(message, f"did you mean {near}?" if near else "simulate --help lists the options")


def read_request(arguments: Sequence[str] | None, title: str, folder: Path) -> Request:
    """Read the command line of the program in a folder; end the program for --help."""
    parser = _Parser("simulate", description=f"Simulate {title}.", epilog=_AFTER, allow_abbrev=False)
    parser.add_argument("--duration", metavar="TIME", help="how long to run: 1s, '250 ms'")
    parser.add_argument("--seed", metavar="N", help="the seed of the run's random numbers, as Network(seed=N) takes it")
    parser.add_argument("--threads", metavar="N", default="0", help="how many threads share the work at most")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a value for this run; may be given several times (see --list)",
    )
    parser.add_argument("--out", metavar="FOLDER", help="where results go (results, beside the program)")
    parser.add_argument("--resume", action="store_true", help="go on where the last run with these results ended")
    parser.add_argument("--quiet", action="store_true", help="say nothing unless something is wrong")
    parser.add_argument("--list", action="store_true", help="print what --set may set, with values and units")
    given = parser.parse_args(arguments)
    if given.seed is not None and given.resume:
        raise Refused("--seed cannot change in a run", "leave it out: it is that of the run")
    if given.duration is None and not given.resume and not given.list:
        raise Refused("--duration is missing", "as in --duration 1s")
    seed = None if given.seed is None else _whole(given.seed, "--seed")
    chosen = given.duration, seed, _whole(given.threads, "--threads"), tuple(given.set)
    out = folder / "results" if given.out is None else Path(given.out)
    return Request(*chosen, out, given.resume, given.quiet, given.list)


def _whole(text: str, name: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) >= 1 << 64:
        raise Refused(f"{name}: '{text}' is no such number", "give a whole number of at least 0")
    return int(text)
