"""Which of several ways to carry out steps is the fastest at present: found by trying the others now and then."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median

_RECENT = 8  # pieces of the present way that say what it costs
_STALL = 3.0  # a piece counts as so many times the median at most: one that the machine stopped is not the way's cost
_VOTES = 2  # of three pieces on trial decide
_BETTER = 0.97  # what a piece on trial must take, at most, of what the present way takes
_ALARM = 2.0  # a piece that costs so many times what was usual calls for a trial
_LEAST, _MOST = 4, 400  # pieces between two trials
_PRICE = 40.0  # a trial that takes x times as long is followed by 40*(x - 1) pieces without one: 2 % for trials
_PATIENCE = 8  # a first refusal holds for so many times fewer pieces, the next for half as many times, and so on
_DOUBT = 32  # by how much the wait grows at most after ways that were taken and soon left again


@dataclass
class Pace:
    """The choice among ``ways``, told of what each piece of work cost; the first way is where it begins.

    What a piece costs changes with what a network does, and what a way costs with what else the machine does, so a
    trial is compared with the pieces just before it, and no cost of a way is kept that is not the present one's.

    The first piece of a way is not counted: threads have to be woken, which can take longer than all of their work,
    and what they work on has to reach their processors. Of the next three pieces on trial two decide. A way that was
    taken and soon left again is doubted, and tried the later.
    """

    ways: Sequence[int]
    present: int = 0  # places in ``ways``
    trial: int = -1
    wait: int = 2  # pieces until the next trial
    since: int = 0  # pieces since the present way was taken
    trials: int = 0
    refusals: int = 0  # trials since the present way was taken
    doubt: dict[int, int] = field(default_factory=dict)
    _costs: deque[float] = field(default_factory=lambda: deque(maxlen=_RECENT))
    _tried: list[float] = field(default_factory=list)
    _cold: bool = True

    @property
    def trying(self) -> bool:
        """Whether the next piece is one of a trial."""
        return self.trial >= 0

    @property
    def cost(self) -> float:
        """What a step of the present way costs, with no piece counted as more than some medians; 0 while unknown."""
        if not self._costs:
            return 0.0
        most = _STALL * median(self._costs)
        return sum(min(cost, most) for cost in self._costs) / len(self._costs)

    def next(self) -> int:
        """Return the way for the next piece of work."""
        if not self.trying and self.wait <= 0 and len(self.ways) > 1:
            neighbours = [place for place in (self.present + 1, self.present - 1) if 0 <= place < len(self.ways)]
            self.trial, self._tried, self._cold = neighbours[self.trials % len(neighbours)], [], True
        return self.ways[self.trial if self.trying else self.present]

    def took(self, cost: float) -> None:
        """Note what a step of the last piece cost."""
        if self._cold:
            self._cold = False
        elif self.trying:
            self._tried.append(cost)
            self._decide()
        else:
            usual = self.cost
            self.wait, self.since = self.wait - 1, self.since + 1
            if usual and cost > _ALARM * usual:
                self.wait = 0
            self._costs.append(cost)

    def _decide(self) -> None:
        """End the trial when enough pieces agree."""
        usual = self.cost
        better = sum(cost < _BETTER * usual for cost in self._tried)
        if better == _VOTES:
            left = self.doubt.get(self.present, 1)
            self.doubt[self.present] = min(_DOUBT, 2 * left) if self.since < 8 * _LEAST * left else max(1, left // 2)
            self.wait = _LEAST * self.doubt[self.present]
            self.present, self.since, self.refusals = self.trial, 0, 0
            self._costs.clear()
            self._costs.extend(self._tried)
        elif len(self._tried) - better == _VOTES:
            patience = max(1, _PATIENCE >> self.refusals)
            wait = max(_LEAST, int(_PRICE * (median(self._tried) / usual - 1)) // patience)
            self.wait = min(_MOST, wait * self.doubt.get(self.trial, 1))
            self.refusals, self._cold = self.refusals + 1, True
        else:
            return
        self.trial, self.trials = -1, self.trials + 1
