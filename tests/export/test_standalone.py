"""The driver of exported programs, part by part."""

import numpy as np
import pytest

from eqsim.standalone.network import Network
from eqsim.standalone.refused import Refused
from eqsim.standalone.results import Course, begin, earlier

MOST = 6


def with_queue(lanes, threads, under_way):
    """A network of several threads with a queue of so many lanes, each of which holds spikes 100, 101, …"""
    ring, head, tail = (
        np.full((lanes, 16), -1, np.int32),
        np.zeros((lanes, 8), np.int64),
        np.zeros((lanes, 8), np.int64),
    )
    for lane in range(lanes):
        head[lane, 0], tail[lane, 0] = 13 + lane, 13 + lane + under_way
        for entry in range(head[lane, 0], tail[lane, 0]):
            ring[lane, entry % 16] = 100 * (lane + 1) + entry
    ends = (
        {"s.head": head.ravel(), "s.tail": tail.ravel()}
        if lanes > 1
        else {"s.head": head[0, :1], "s.tail": tail[0, :1]}
    )
    names = {"rings": ["s.ring"], "head": "s.head", "tail": "s.tail", "most": MOST, "runs": ["s.run"]}
    arrays = {"s.ring": ring.ravel(), "s.run": np.zeros(16 * lanes), **ends}
    return Network({"lanes": threads, "queues": [names], "time_unit": "ms", "dt": 0.5}, {}, arrays, {})


@pytest.mark.parametrize(("lanes", "threads"), [(1, 1), (2, 2), (1, 2)])
@pytest.mark.parametrize("under_way", [4, 5])
def test_queues_are_made_longer_and_keep_what_is_in_them(lanes, threads, under_way):
    net = with_queue(lanes, threads, under_way)
    net.lengthen_queues()
    length = 32 if under_way == 5 else 16  # 4 and two steps of 6 just fit into 16
    ring = net.arrays["s.ring"].reshape(lanes, length)
    for lane in range(lanes):
        entries = range(13 + lane, 13 + lane + under_way)
        assert [ring[lane, entry % length] for entry in entries] == [100 * (lane + 1) + entry for entry in entries]
    assert len(net.arrays["s.run"]) == length * lanes


def test_results_of_another_export_are_not_gone_on_with(tmp_path):
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "run.json").write_text('{"export": "a", "begun": 0, "reached": 1, "last": 2, "duration": 1}')
    assert earlier(tmp_path, "a") == Course("a", 0, 1, 2, 1)
    with pytest.raises(Refused, match="another export"):
        earlier(tmp_path, "b")
    (tmp_path / "state" / "run.json").write_text('{"export": "a"')
    with pytest.raises(Refused, match="no run to resume"):
        earlier(tmp_path, "a")


def test_other_files_stay(tmp_path):
    (tmp_path / "thesis.tex").write_text("all of it")
    (tmp_path / "state").mkdir()
    (tmp_path / "results.json").write_text("{}")
    begin(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["state", "thesis.tex"]


def test_times_are_told_in_their_unit():
    assert with_queue(1, 1, 4).time(3) == "1.5 ms"
