"""Which of several ways to carry out steps is the fastest at present: found by trying the others now and then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

_LEAST, _MOST = 4, 400  # pieces of work between two trials
_PRICE = 50.0  # a trial that takes x times as long is followed by 50*(x - 1) pieces without one: 2 % for trials
_BETTER = 0.97  # what a trial must take, at most, of what the present way takes
_MEMORY = 0.5  # of the present way's cost, how much is what it was before


@dataclass
class Pace:
    """The choice among ``ways``, told of what each piece of work cost; the first way is where it begins.

    What a piece costs changes with what a network does, and what a way costs with what else the machine does, so a
    trial is compared with the pieces just before it, and no cost of a way is kept that is not the present one's.
    """

    ways: Sequence[int]
    present: int = 0  # places in ``ways``
    trial: int = -1
    cost: float = 0.0
    wait: int = 1
    trials: int = 0

    def next(self) -> int:
        """Return the way for the next piece of work."""
        self.trial = -1
        if self.wait <= 0 and len(self.ways) > 1:
            below, above = self.present - 1, self.present + 1
            neighbours = [place for place in (above, below) if 0 <= place < len(self.ways)]
            self.trial = neighbours[self.trials % len(neighbours)]
        return self.ways[self.trial if self.trial >= 0 else self.present]

    def took(self, cost: float) -> None:
        """Note what a step of the last piece cost."""
        if self.trial < 0:
            self.cost = _MEMORY * self.cost + (1 - _MEMORY) * cost if self.cost else cost
            self.wait -= 1
            return
        self.trials += 1
        if cost < _BETTER * self.cost:
            self.present, self.cost, self.wait = self.trial, cost, _LEAST
        else:
            self.wait = min(_MOST, max(_LEAST, int(_PRICE * (cost / self.cost - 1))))
