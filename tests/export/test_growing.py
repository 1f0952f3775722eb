"""Arrays in files that grow: right after every addition, and gone on with."""

from contextlib import closing

import numpy as np
import pytest

from eqsim.standalone.growing import Growing


@pytest.mark.parametrize("dtype", ["int32", "float64", "float32", "bool", "int64"])
def test_the_file_is_right_at_every_moment(tmp_path, dtype):
    values = np.arange(20).astype(dtype)
    with closing(Growing(tmp_path / "a.npy", dtype)) as file:
        assert np.load(tmp_path / "a.npy").shape == (0,)
        for begin, end in ((0, 3), (3, 3), (3, 20)):
            file.append(values[begin:end])
            found = np.load(tmp_path / "a.npy")
            assert found.dtype == dtype
            np.testing.assert_array_equal(found, values[:end])
        assert file.entries == 20


def test_rows_are_columns_of_the_array(tmp_path):
    with closing(Growing(tmp_path / "a.npy", "float64", width=3)) as file:
        file.append(np.arange(6.0))
        file.append(np.arange(6.0, 9.0))
    np.testing.assert_array_equal(np.load(tmp_path / "a.npy"), np.arange(9.0).reshape(3, 3).T)


@pytest.mark.parametrize("width", [None, 2])
def test_what_was_written_after_the_state_is_dropped(tmp_path, width):
    with closing(Growing(tmp_path / "a.npy", "int64", width)) as first:
        first.append(np.arange(12))
    with closing(Growing(tmp_path / "a.npy", "int64", width, 4 if width is None else 2)) as again:
        again.append(np.array([70, 71]))
    found = np.load(tmp_path / "a.npy")
    assert found.T.ravel().tolist() == [0, 1, 2, 3, 70, 71]
