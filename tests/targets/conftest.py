"""The option that writes golden files anew."""


def pytest_addoption(parser):
    """Offer ``--update-golden``, where pytest was started with this folder or above it."""
    parser.addoption("--update-golden", action="store_true", help="write the golden files of rendered kernels anew")
