"""Steps are queued as often as they should be, whether the driver records them or not."""

import numpy as np
import pytest

from eqsim.targets import cuda_graph
from eqsim.targets.cuda_calls import Call
from eqsim.targets.cuda_graph import Steps


class Kernel:
    """Something that is launched like a kernel and adds to an array, but for a first launch with nothing to add."""

    def __init__(self, total):
        self.total, self.grids = total, set()

    def __getitem__(self, grid):
        self.grids.add(grid[:2])
        return self.launch

    def launch(self, now, halt, passed):
        self.total.append(int(passed))


class Driver:
    """A driver that records what is launched between a beginning and an end."""

    def __init__(self, total, *, refuses=False):
        self.total, self.refuses, self.begun, self.launched = total, refuses, 0, 0

    def begin(self, stream):
        if self.refuses:
            raise RuntimeError("not here")
        self.begun += 1
        self.before = len(self.total)

    def end(self, stream):
        recorded = self.total[self.before :]
        del self.total[self.before :]
        return recorded

    def launch(self, recorded, stream):
        self.launched += 1
        self.total += recorded


@pytest.fixture
def driver(request, monkeypatch):
    made = Driver([], refuses=request.param)
    monkeypatch.setattr(cuda_graph, "SIMULATED", False)
    for name, function in {"_begin": made.begin, "_end": made.end, "_launch_graph": made.launch}.items():
        monkeypatch.setattr(cuda_graph, name, function)
    monkeypatch.setattr(cuda_graph, "_instantiated", lambda recorded: recorded)
    return made


@pytest.mark.parametrize("driver", [False, True], indirect=True, ids=["recorded", "in pieces"])
def test_every_step_is_carried_out_once(driver):
    kernel, steps = Kernel(driver.total), Steps()
    arrays, one = (np.zeros(1), np.zeros(1)), np.int64(1)
    bound = [(Call(kernel, (), 3, 4), (*arrays, np.int64(5))), (Call(kernel, (), 1, 1), (*arrays, one))]
    for count in (20, 30, 3):
        driver.total.clear()
        steps.carry_out(bound, count)
        assert driver.total == [0, *[5, 1] * count]
    assert kernel.grids == {(3, 4), (1, 1)}
    assert driver.begun == (0 if driver.refuses else 1)  # the second time, all is as it was recorded
    if not driver.refuses:
        assert driver.launched == 19 + 30 + 3
        steps.carry_out([*bound[:1], (bound[1][0], (*arrays, np.int64(2)))], 20)
        assert driver.begun == 2
        driver.total.clear()
        steps.carry_out(bound, 2)  # too few to be recorded, and not what was recorded last
        assert driver.total == [0, 5, 1, 5, 1]


def test_an_error_of_the_driver_is_told():
    assert cuda_graph._checked((0, "value")) == "value"
    assert cuda_graph._checked((0,)) is None
    with pytest.raises(RuntimeError, match="the CUDA driver says 700"):
        cuda_graph._checked((700,))
