"""The program itself: from the command line to the results."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from time import perf_counter
from types import FrameType
from typing import Protocol

from eqsim.standalone import results
from eqsim.standalone.command import Request, read_request
from eqsim.standalone.network import Network, read_network
from eqsim.standalone.progress import Progress
from eqsim.standalone.records import Records
from eqsim.standalone.refused import Refused
from eqsim.standalone.results import Course
from eqsim.standalone.settings import FILE, Settings

_CHUNK = 0.1  # seconds of steps between two looks at signals
_FLUSH = 5.0  # seconds between two writings of records that would have room for more
STOPPED = 130  # the exit status of a program that was interrupted


class Loop(Protocol):
    """What carries out the steps of a network, on the host or elsewhere."""

    def held(self, network: Network) -> AbstractContextManager[None]:
        """Keep the arrays where the steps are while the block lasts; the host's hold before it and after it."""
        ...

    def finite(self, network: Network) -> bool:
        """Whether the states are known to hold neither NaN nor infinity; if not, the host has them as they are."""
        ...

    def advance(self, first: int, last: int, network: Network) -> int:
        """Carry out the steps from ``first`` until ``last``; return the step reached, less when a list needs room."""
        ...


class Signals:
    """Ctrl-C, and the system's wish that the program ends: noted, to be obeyed between two steps."""

    def __init__(self) -> None:
        self.pressed = False
        self._before = {number: signal.signal(number, self._note) for number in (signal.SIGINT, signal.SIGTERM)}

    def restore(self) -> None:
        """Let signals do again what they did."""
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _note(self, _number: int, _frame: FrameType | None) -> None:
        self.pressed = True
        self.restore()  # for whoever does not want to wait


def main(folder: Path, loop: Callable[[Network, int], Loop], arguments: Sequence[str] | None = None) -> int:
    """Run the program in a folder; return its exit status.

    ``loop`` makes what carries out the steps, for a network and so many threads at most.
    """
    try:
        network = read_network(folder)
        request = read_request(arguments, network.told["title"], folder)
        settings = Settings(network)
        if request.listing:
            sys.stdout.write(f"{settings.table()}\n")
            return 0
        run = (_resumed if request.resume else _fresh)(folder, request, network, settings)
        carrier = _made(loop, run.network, request)
        if not request.resume:
            results.begin(request.out)
    except Refused as refused:
        sys.stderr.write(f"simulate: {refused}\n")
        return 2
    return run.carry_out(carrier)


def _fresh(folder: Path, request: Request, network: Network, settings: Settings) -> Run:
    values = settings.read_file(folder / FILE) | settings.read_all(request.settings)
    duration, begin = settings.duration(request.duration or ""), int(network.told["step"])
    course = Course(network.program["digest"], begin, begin, begin + round(duration / network.dt), duration)
    if request.seed is not None:
        course.seed = request.seed
        network.seed(request.seed)
    network.load(folder)
    settings.apply(values, begun=False)
    course.set = values
    return Run(network, request, course)


def _resumed(folder: Path, request: Request, network: Network, settings: Settings) -> Run:
    course = results.earlier(request.out, network.program["digest"])
    values = settings.read_all(request.settings)
    if request.duration is not None:
        course.last = course.reached + round(settings.duration(request.duration) / network.dt)
        course.duration = (course.last - course.begun) * network.dt
    if course.reached >= course.last:
        raise Refused(f"the run in {request.out} has come to its end", "--duration says how much longer to run")
    if course.seed is not None:
        network.seed(course.seed)
    network.load(folder, results.state_of(request.out))
    settings.apply(course.set, begun=True)
    settings.apply(values, begun=False)
    course.set |= values
    return Run(network, request, course)


def _made(loop: Callable[[Network, int], Loop], network: Network, request: Request) -> Loop:
    """Return what carries out the steps, compiled if it has not been yet."""
    watched = not request.quiet and sys.stderr.isatty()
    if watched:
        sys.stderr.write("getting ready; the first run compiles")
        sys.stderr.flush()
    try:
        return loop(network, request.threads)
    except ModuleNotFoundError as error:
        what = f"this program needs {error.name}, which is not installed"
        raise Refused(what, f"pip install {error.name}") from None
    finally:
        if watched:
            sys.stderr.write("\r\033[K")


class Run:
    """Steps to be carried out, and the results to which they lead."""

    def __init__(self, network: Network, request: Request, course: Course) -> None:
        self.network, self.course, self.folder, self.quiet = network, course, request.out, request.quiet
        self._entries = course.entries if request.resume else None

    def carry_out(self, loop: Loop) -> int:
        """Carry out the steps that were asked for, as far as nothing comes between; return the exit status."""
        course, network, wrong = self.course, self.network, ""
        progress, signals = Progress(course.reached, course.last, quiet=self.quiet), Signals()
        records = Records(network, self.folder, course.reached, self._entries)
        try:
            self._advance(loop, records, signals, progress)
        except Refused as refused:
            wrong = str(refused)
        finally:
            signals.restore()
            records.write(course.reached)
            records.close()
            course.entries = records.entries
            results.keep(self.folder, course, network)
        reached = network.time(course.reached)
        if wrong:
            progress.end(f"stopped at {reached}")
            sys.stderr.write(f"simulate: {wrong}\n")
            return 1
        if course.reached < course.last:
            progress.end()
            sys.stderr.write(f"simulate: stopped at {reached} of {network.time(course.last)}; --resume goes on\n")
            return STOPPED
        progress.end(f"{reached} reached, results in {self.folder}")
        return 0

    def _advance(self, loop: Loop, records: Records, signals: Signals, progress: Progress) -> None:
        course, network, chunk, written = self.course, self.network, 16, perf_counter()
        records.make_room()
        network.lengthen_queues()
        with loop.held(network):
            while course.reached < course.last and not signals.pressed:
                since, before, until = perf_counter(), course.reached, min(course.last, course.reached + chunk)
                course.reached = loop.advance(before, until, network)
                seconds = perf_counter() - since
                if course.reached < until:
                    records.make_room()
                    network.lengthen_queues()
                else:
                    chunk = max(1, min(4 * chunk, int(chunk * _CHUNK / max(seconds, 1e-9))))
                if not loop.finite(network):
                    network.check_numbers(before, course.reached)
                progress.reached(course.reached, network.time(course.reached))
                if perf_counter() - written > _FLUSH:
                    records.write(course.reached)
                    written = perf_counter()
