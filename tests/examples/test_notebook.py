"""The tutorial notebook runs from top to bottom in a kernel of its own, and shows what it promises."""

import base64
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

NOTEBOOK = Path(__file__).resolve().parent.parent.parent / "examples" / "tutorial.ipynb"


@pytest.fixture(scope="module")
def cells(tmp_path_factory):
    """Carry the notebook out and return its cells of code with their outputs."""
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    folder = tmp_path_factory.mktemp("notebook")
    # python3 is the kernel of this interpreter, whatever kernels the machine has besides
    client = NotebookClient(notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(folder)}})
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("MPLBACKEND")  # figures belong into the notebook
        client.execute()
    assert not list(folder.iterdir()), "a notebook leaves no files"
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


pytestmark = [
    pytest.mark.filterwarnings("ignore:.*:DeprecationWarning"),  # of the notebook's machinery
    pytest.mark.filterwarnings("ignore:.*:ResourceWarning"),
    pytest.mark.filterwarnings("ignore:.*:pytest.PytestUnraisableExceptionWarning"),
]


def shown(cells, mime):
    return [
        output.data[mime]
        for cell in cells
        for output in cell.outputs
        if output.output_type in {"execute_result", "display_data"} and mime in output.data
    ]


def test_figures(cells):
    pictures = [base64.b64decode(picture) for picture in shown(cells, "image/png")]
    assert len(pictures) == 4
    assert all(picture.startswith(b"\x89PNG") and len(picture) > 5000 for picture in pictures)


def test_objects_are_shown_as_formulas_and_tables(cells):
    pages = [page for page in shown(cells, "text/html") if page.startswith("<div><p><strong>")]
    group, synapses, network, monitor = pages
    assert r"\frac{\mathrm{d}V}{\mathrm{d}t} = \frac{E_{L} - V + R\,I}{\tau}" in group
    assert "Synapses: 64174 synapses" in synapses
    assert "1000.0 ms reached" in network
    assert "exponential_euler" in network
    assert "SpikeMonitor" in monitor
    blocks = shown(cells, "text/latex")
    assert blocks[0].startswith("$$\\begin{aligned}\n\\frac{\\mathrm{d}V}")


def test_progress_and_messages(cells):
    printed = "".join(output.text for cell in cells for output in cell.outputs if output.output_type == "stream")
    assert "line 1, column" in printed
    assert "R*I" in printed
    widgets = shown(cells, "application/vnd.jupyter.widget-view+json")
    assert widgets or "100%" in printed
    rate = float(printed.rpartition("mean rate ")[2].split()[0])
    assert 10 < rate < 30


def test_the_notebook_is_kept_without_outputs():
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    nbformat.validate(notebook)
    for cell in notebook.cells:
        assert not cell.get("outputs")
        assert cell.get("execution_count") is None
