"""The steps by which a submission is autograded, by nbgrader's names for them: its own, and ours in their places."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

RESTORE = "servicelab.grading.restoring.Restore"
SANITIZING = (
    RESTORE,
    "nbgrader.preprocessors.ClearOutput",
    "nbgrader.preprocessors.DeduplicateIds",
    "nbgrader.preprocessors.OverwriteKernelspec",
    "nbgrader.preprocessors.OverwriteCells",
    "nbgrader.preprocessors.CheckCellMetadata",
)
READS = "servicelab.grading.restoring.SubmittedExporter"
"""What reads a submission, in the place of nbconvert's own."""
EXECUTE = "servicelab.grading.bounded.BoundedExecute"
SAVE = "servicelab.grading.marks.SaveGrades"
MARKER = "servicelab.grading.markerview.MarkerView"
GRADING = (
    EXECUTE,
    "nbgrader.preprocessors.IgnorePattern",
    "nbconvert.preprocessors.ClearMetadataPreprocessor",
    "nbgrader.preprocessors.LimitOutput",
    SAVE,
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
    MARKER,
)
UNSEALED = "servicelab_unsealed"
"""By which steps hand on which tests kernels judged, and metadata of a graded notebook."""
OURS = {"Execute": EXECUTE, "SaveAutoGrades": SAVE}
"""nbgrader's step → ours in its place."""


def is_own(config: Mapping[str, Any]) -> bool:
    """Return whether a course's configuration asks for our steps itself, and not as somebody else's (`as_guest`)."""
    asked = EXECUTE in map(_name, config.get("Autograde", {}).get("autograde_preprocessors", ()))
    return asked and not config.get("BoundedExecute", {}).get("as_stock")


def as_guest(config: Any) -> None:
    """Have somebody else's course go through our steps: in the places of nbgrader's own, its author's others kept.

    Nothing is written into its pages for whoever marks: that course's feedback would hand it to its trainees. Two lines
    at the end of that course's `nbgrader_config.py`, this import and `as_guest(c)`, have `nbgrader autograde` and
    formgrader's button go the same way.
    """
    theirs = config.Autograde
    if before := [each for each in theirs.get("sanitize_preprocessors", ()) if _name(each) != RESTORE]:
        theirs.sanitize_preprocessors = [RESTORE, *before]
    else:
        theirs.sanitize_preprocessors = list(SANITIZING)
    stated: Sequence[Any] = [each for each in theirs.get("autograde_preprocessors", ()) if _name(each) != MARKER]
    own = [OURS.get(_name(each).rpartition(".")[2], each) for each in stated]
    theirs.autograde_preprocessors = [*own, MARKER] if own else list(GRADING)
    config.MarkerView.notes = False
    # It was written for nbgrader's rule, by which whatever is no number is as good as all points.
    config.BoundedExecute.as_stock = True


def _name(step: Any) -> str:
    return step if isinstance(step, str) else f"{step.__module__}.{step.__qualname__}"
