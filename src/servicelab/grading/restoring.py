"""nbgrader's step before anything of a submission is looked at: it is put on the skeleton that was handed out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nbformat.notebooknode import NotebookNode, from_dict
from nbgrader.preprocessors import NbGraderPreprocessor

from servicelab.course.handin import answers_file
from servicelab.grading.skeleton import keep_repairs, rebuilt
from servicelab.grading.whose import released, solutions_by_name
from servicelab.learn.whereabouts import read_json


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
        folder = Path(resources["metadata"]["path"])
        entries = read_json(folder / answers_file(resources["nbgrader"]["notebook"])).get("entries")
        made = rebuilt(nb, handed_out, solutions_by_name(resources), entries if isinstance(entries, dict) else {})
        keep_repairs(made.notebook, made.repairs)
        return made.notebook, resources
