"""How much faster than the others we want to be: each target as a ratio of two measurements."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Way:
    """Which results a side of a comparison may choose its best from; ``None`` and empty are any."""

    simulators: tuple[str, ...] = ()
    mode: str | None = None
    dtype: str = "float64"
    threads: int | None = None

    def among(self, results: Sequence[Any]) -> list[Any]:
        """Return the results of such ways."""
        return [
            result
            for result in results
            if (not self.simulators or result.way.simulator in self.simulators)
            and self.mode in {None, result.way.mode}
            and self.threads in {None, result.way.threads}
            and self.dtype == result.way.dtype
        ]


@dataclass(frozen=True)
class Target:
    """A ratio, theirs by ours, that is to be at least ``factor``; a published number may stand for theirs."""

    workload: str
    text: str
    factor: float
    theirs: Way | float
    ours: Way = Way(("eqsim",))
    measure: str = "best"

    def ratio(self, results: Sequence[Any]) -> float | None:
        """Return the ratio; ``None`` where a side was not measured."""
        ours = self.least(self.ours, results)
        theirs = self.least(self.theirs, results) if isinstance(self.theirs, Way) else self.theirs
        return None if ours is None or theirs is None else theirs / ours

    def least(self, way: Way, results: Sequence[Any]) -> float | None:
        """Return the smallest value of a side, ``None`` where it was not measured."""
        return min(map(self.value, way.among(results)), default=None)

    def value(self, result: Any) -> float:
        """Return what is compared of a result: seconds of the run or of the build, or bytes."""
        if self.measure == "build":
            return float(min(result.build_seconds))
        return float(result.peak_memory if self.measure == "memory" else result.best)


STANDALONE = Way(("brian2",), mode="standalone")
PEERS = Way(("brian2", "brainpy", "nest"))
OURS_32 = Way(("eqsim",), dtype="float32")
BRAINPY_32 = Way(("brainpy",), dtype="float32")


def eqsim(threads: int) -> Way:
    """Return our results with so many threads."""
    return Way(("eqsim",), threads=threads)


TARGETS = (
    Target("coba", "COBA 4000 against Brian2 standalone", 2.5, STANDALONE),
    Target("coba_40000", "COBA 40,000 against Brian2 standalone", 4, STANDALONE),
    Target("coba_40000", "COBA 40,000: two threads against one", 1.5, eqsim(1), eqsim(2)),
    Target("cuba", "CUBA against the best peer", 1.5, PEERS),
    Target("cobahh", "COBAHH against Brian2 standalone", 4, STANDALONE),
    Target("cobahh", "COBAHH, float32, against BrainPy", 2, BRAINPY_32, OURS_32),
    Target("hh", "HH 10,000 against Brian2 standalone", 6, STANDALONE),
    Target("hh", "HH 10,000, one thread, against C", 1 / 1.4, Way(("c",), threads=1), eqsim(1)),
    Target("hh", "HH 10,000, two threads, against C", 1 / 1.4, Way(("c",), threads=2), eqsim(2)),
    Target("hh", "HH 10,000, float32, against BrainPy", 1.2, BRAINPY_32, OURS_32),
    Target("hh_100000", "HH 100,000: two threads against one", 1.7, eqsim(1), eqsim(2)),
    Target("brunel", "Brunel against the best peer", 5, PEERS),
    Target("brunel", "Brunel: two threads against one", 1.5, eqsim(1), eqsim(2)),
    Target("stdp", "STDP against the best peer", 2, PEERS),
    Target("build", "building 10 M synapses against the best peer", 3, PEERS),
    Target("start_up_cold", "COBA, empty cache, all included, against Brian2 standalone", 2.5, STANDALONE),
    # published for NEST on 4 threads: 169 times real time, 174 s to build
    Target("microcircuit", "microcircuit, 1 s, against what is published for NEST", 10, 169.0, OURS_32),
    Target("microcircuit", "building the microcircuit, likewise", 4, 174.0, OURS_32, "build"),
    Target("microcircuit", "the microcircuit's memory against 6 GB", 1, 6e9, OURS_32, "memory"),
)
