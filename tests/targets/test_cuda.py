"""The CUDA target where its package is not installed; `tests/cuda` has the tests of what it does."""

import pytest

import eqsim as es
from eqsim.targets import find


@pytest.mark.parametrize("word", ["cuda", "cuda-fast"])
def test_what_to_install_is_said(monkeypatch, word):
    monkeypatch.setattr(find, "find_spec", lambda name: None)
    with pytest.raises(es.EqsimError, match=f"{word!r} needs the package numba-cuda") as raised:
        es.Network(target=word)
    assert "pip install 'eqsim[cuda]'" in str(raised.value)
    assert "target='numba'" in str(raised.value)
