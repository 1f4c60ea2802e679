"""nbgrader's step before anything of a submission is looked at: it is put on the skeleton that was handed out."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.exporters import NotebookExporter
from nbformat.notebooknode import NotebookNode, from_dict
from nbformat.v4 import new_notebook
from nbgrader.preprocessors import NbGraderPreprocessor

from servicelab.course.handin import answers_file
from servicelab.grading.skeleton import Repair, keep_repairs, rebuilt
from servicelab.grading.whose import handed_out_for, released, solutions_by_name
from servicelab.learn.whereabouts import read_json

UNREADABLE = "servicelab_unreadable"
"""By which `SubmittedExporter` hands on that nothing in the notebook is its trainee's."""


class SubmittedExporter(NotebookExporter):
    """Read a submission; of one that cannot be read, what was handed out, where its answers file holds something.

    What its trainee decided and wrote in boxes is whole then, and a file that was cut short must not take it.
    """

    def from_file(self, file_stream: Any, resources: Any = None, **kw: Any) -> tuple[NotebookNode, Any]:
        """Read one notebook and take it through the steps."""
        try:
            nb = nbformat.read(file_stream, as_version=4)  # type: ignore[no-untyped-call]
        except Exception:
            # nbformat raises many kinds for a file that is not a notebook.
            cells = [from_dict(cell) for cell in released(resources)]  # type: ignore[no-untyped-call]
            if not cells or not _entries(resources):
                raise
            nb = new_notebook(metadata=from_dict(handed_out_for(resources)), cells=cells)  # type: ignore[no-untyped-call]
            resources[UNREADABLE] = True
        return self.from_notebook_node(nb, resources=resources, **kw)  # type: ignore[no-untyped-call, no-any-return]


class Restore(NbGraderPreprocessor):  # type: ignore[misc]
    """Put a submission into the released notebook, and write what was put right into its metadata.

    Where what was handed out is not at hand, the submission stays as it is.
    """

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Rebuild one notebook."""
        handed_out = [from_dict(cell) for cell in released(resources)]  # type: ignore[no-untyped-call]
        if not handed_out:
            keep_repairs(nb, [])
            return nb, resources
        made = rebuilt(nb, handed_out, solutions_by_name(resources), _entries(resources))
        unreadable = [Repair("unreadable", resources["nbgrader"]["notebook"])] if resources.get(UNREADABLE) else []
        keep_repairs(made.notebook, unreadable or made.repairs)
        return made.notebook, resources


def _entries(resources: Any) -> Mapping[str, Any]:
    """What a submission's answers file holds."""
    folder = Path(resources["metadata"]["path"])
    entries = read_json(folder / answers_file(resources["nbgrader"]["notebook"])).get("entries")
    return entries if isinstance(entries, dict) else {}
