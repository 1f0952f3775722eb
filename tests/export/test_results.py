"""Results read back: values, units, and folders that hold none."""

import json

import numpy as np
import pytest

import eqsim as es
from eqsim.units import Hz, ms, mV, pA

COLUMNS = {
    "spikes": ("spikes", [("i", "1", "integer", [0, 2, 2]), ("t", "ms", "real", [0.1, 0.1, 0.5])]),
    "low": ("events", [("i", "1", "integer", [1]), ("t", "ms", "real", [0.3]), ("up", "1", "boolean", [True])]),
    "trace": (
        "states",
        [
            ("t", "ms", "real", [0, 0.1]),
            ("V", "mV", "real", [[1, 2], [3, 4]]),
            ("INa.I", "pA", "real", [[1, 1], [2, 2]]),
        ],
    ),
    "rate": ("rates", [("t", "ms", "real", [0, 0.1]), ("rate", "Hz", "real", [5, 0])]),
}


@pytest.fixture
def folder(tmp_path):
    """An exported folder with results."""
    place = tmp_path / "out" / "results"
    place.mkdir(parents=True)
    records = []
    for name, (kind, columns) in COLUMNS.items():
        told = {"name": name, "kind": kind, "elements": 4, "columns": []}
        for column, unit, kind_of, values in columns:
            np.save(place / f"{name}.{column}.npy", np.array(values))
            told["columns"].append({"name": column, "file": f"{name}.{column}.npy", "unit": unit, "type": kind_of})
        records.append(told | ({"indices": [3, 7]} if name == "trace" else {}))
    np.save(place / "few.count.npy", np.array([0, 5]))
    records.append({"name": "few", "kind": "spikes", "columns": [], "counts": "few.count.npy"})
    told = {"time_unit": "ms", "reached": 0.6, "seed": 7, "finished": True, "records": records}
    (place / "results.json").write_text(json.dumps(told))
    return tmp_path / "out"


@pytest.mark.parametrize("within", ["", "results"])
def test_records_are_read_with_units(folder, within):
    results = es.load_results(folder / within)
    spikes, trace = results.spikes["spikes"], results.states["trace"]
    assert spikes.i.tolist() == [0, 2, 2]
    assert spikes.count.tolist() == [1, 0, 2, 0]
    np.testing.assert_array_equal(spikes.t, [0.1, 0.1, 0.5] * ms)
    assert results.events["low"].up.tolist() == [True]
    np.testing.assert_array_equal(trace.V, [[1, 2], [3, 4]] * mV)
    np.testing.assert_array_equal(trace.V_, [[1, 2], [3, 4]])
    np.testing.assert_array_equal(trace["INa.I"], [[1, 1], [2, 2]] * pA)
    np.testing.assert_array_equal(trace.INa.I, [[1, 1], [2, 2]] * pA)
    np.testing.assert_array_equal(trace.INa.I_, [[1, 1], [2, 2]])
    assert trace.record.tolist() == [3, 7]
    np.testing.assert_array_equal(results.rates["rate"].rate, [5, 0] * Hz)
    assert results.spikes["few"].count.tolist() == [0, 5]
    assert (results.t, results.seed, results.finished) == (0.6 * ms, 7, True)
    assert sorted(results.spikes) == ["few", "spikes"]
    assert "V" in dir(trace)
    assert "trace" in repr(results)


def test_names_that_there_are_not(folder):
    results = es.load_results(str(folder))
    with pytest.raises(es.EqsimError, match="did you mean 'spikes'"):
        _ = results.spikes["spike"]
    with pytest.raises(es.EqsimError, match="'g' was not recorded"):
        _ = results.states["trace"].g
    with pytest.raises(es.EqsimError, match="'record' was not recorded"):
        _ = results.spikes["spikes"].record


def spoilt(folder, change):
    change(folder / "results")
    with pytest.raises(es.EqsimError) as caught:
        es.load_results(folder)
    return str(caught.value)


def test_folders_without_results(folder, tmp_path):
    with pytest.raises(es.EqsimError, match="no results here"):
        es.load_results(tmp_path)
    (folder / "network.json").write_text("{}")
    assert "run its program first" in spoilt(folder, lambda place: (place / "results.json").unlink())
    with pytest.raises(es.EqsimError, match="a folder is a path"):
        es.load_results(3)


def test_damaged_results(folder):
    def cut(place):
        (place / "trace.V.npy").write_bytes((place / "trace.V.npy").read_bytes()[:-3])

    assert "trace.V.npy" in spoilt(folder, cut)
    assert "results.json" in spoilt(folder, lambda place: (place / "results.json").write_text("{}"))
    assert "damaged" in spoilt(folder, lambda place: (place / "results.json").write_text("{"))


def test_columns_of_different_lengths(folder):
    assert "differ in length" in spoilt(folder, lambda place: np.save(place / "spikes.i.npy", np.arange(2)))
