"""The notebook: all cells run, and give the output that is saved in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import nbformat
from nbclient import NotebookClient
from servers import ROOT

if TYPE_CHECKING:
    import pytest

NOTEBOOK = ROOT / "notebooks/python.ipynb"


def outputs(notebook: nbformat.NotebookNode) -> list[list[Any]]:
    """Return the output of each cell: texts as they are, and the kinds of all else."""
    return [
        [_output(output) for output in cell.outputs]
        for cell in notebook.cells
        if cell.cell_type == "code"
    ]


def _output(output: nbformat.NotebookNode) -> Any:  # noqa: ANN401
    if output.output_type == "stream":
        return output.text
    kinds = set(output.data)
    return output.data["text/plain"] if kinds == {"text/plain"} else kinds


def test_the_notebook_gives_its_saved_output(
    server: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SPARK_REMOTE", server)
    monkeypatch.setenv("SPACKLE_HOME", str(ROOT))
    notebook = nbformat.read(NOTEBOOK, as_version=4)  # type: ignore[no-untyped-call]
    saved = outputs(notebook)
    metadata = notebook.metadata.copy()
    client = NotebookClient(
        notebook,
        timeout=300,
        kernel_name="python3",
        record_timing=False,
        resources={"metadata": {"path": str(NOTEBOOK.parent)}},
    )
    client.execute()
    if request.config.getoption("--save"):
        notebook.metadata = metadata  # without the version of this Python
        nbformat.write(notebook, NOTEBOOK)  # type: ignore[no-untyped-call]
    else:
        assert outputs(notebook) == saved, "python/test --save saves the output"
