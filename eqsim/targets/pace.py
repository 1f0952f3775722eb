"""Which of several ways to carry out steps is the fastest at present: found by trying the others now and then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

_LEAST, _MOST = 4, 400  # pieces of work between two trials
_PRICE = 50.0  # a trial that takes x times as long is followed by 50*(x - 1) pieces without one: 2 % for trials
_BETTER = 0.97  # what a trial must take, at most, of what the present way takes
_MEMORY = 0.7  # of the present way's cost, how much is what it was before
_ALARM = 2.0  # a piece that costs so many times what was usual calls for a trial
_COLD = 2  # the pieces after which what a way costs is its average
_DOUBT = 32  # by how much the wait for another trial of a way grows at most


@dataclass
class Pace:
    """The choice among ``ways``, told of what each piece of work cost; the first way is where it begins.

    What a piece costs changes with what a network does, and what a way costs with what else the machine does, so a
    trial is compared with the pieces just before it, and no cost of a way is kept that is not the present one's.

    The first piece of a way is not yet what the way costs: threads have to be woken, and what they work on has to reach
    their processors. One piece may be lucky: a way that was taken on trial and soon left again is doubted, and tried
    the later.
    """

    ways: Sequence[int]
    present: int = 0  # places in ``ways``
    trial: int = -1
    cost: float = 0.0
    wait: int = 2
    since: int = 0  # pieces since the present way was taken
    trials: int = 0
    doubt: dict[int, int] = field(default_factory=dict)

    @property
    def fewer(self) -> bool:
        """Whether the next piece is a trial of a later way: of fewer threads, where ways are their numbers."""
        return self.trial > self.present

    def next(self) -> int:
        """Return the way for the next piece of work."""
        self.trial = -1
        if self.wait <= 0 and len(self.ways) > 1:
            neighbours = [place for place in (self.present + 1, self.present - 1) if 0 <= place < len(self.ways)]
            self.trial = neighbours[self.trials % len(neighbours)]
        return self.ways[self.trial if self.trial >= 0 else self.present]

    def took(self, cost: float) -> None:
        """Note what a step of the last piece cost."""
        if self.trial < 0:
            self.wait, self.since = self.wait - 1, self.since + 1
            if self.cost and cost > _ALARM * self.cost:
                self.wait = min(self.wait, 0)
            self.cost = _MEMORY * self.cost + (1 - _MEMORY) * cost if self.since > _COLD else cost
            return
        self.trials += 1
        if cost < _BETTER * self.cost:
            left = self.doubt.get(self.present, 1)
            self.doubt[self.present] = min(_DOUBT, 2 * left) if self.since < 8 * _LEAST * left else max(1, left // 2)
            self.wait = _LEAST * self.doubt[self.present]
            self.present, self.cost, self.since = self.trial, cost, 0
        else:
            wait = max(_LEAST, int(_PRICE * (cost / self.cost - 1)))
            self.wait = min(_MOST, wait * self.doubt.get(self.trial, 1))
