"""What users do with a network besides one run, on a simulated device: as on the interpreter."""

import pytest

from tests.runtime.acts import ACTS
from tests.targets.test_conformance import assert_near

pytest.importorskip("h5py", reason="pip install 'eqsim[io]'")
pytest.importorskip("xarray", reason="pip install 'eqsim[io]'")


@pytest.mark.parametrize("name", ACTS)
def test_a_device_does_what_the_interpreter_does(name, tmp_path_factory):
    found, expected = (ACTS[name](target, tmp_path_factory.mktemp(target)) for target in ("cuda", "numpy"))
    assert_near(found, expected, 1e-9)
