"""What our steps state about a graded notebook, in its metadata: read back as they wrote it, and as nobody else did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from typing import Any, TypeVar, get_args, get_type_hints

from nbformat.notebooknode import NotebookNode

T = TypeVar("T")


def stated(nb: Mapping[str, Any], name: str, kind: type[T]) -> list[T]:
    """Return what `state` wrote into a notebook's metadata by a name.

    Parameters
    ----------
    nb
        The notebook; a trainee may have written anything into it.
    name
        Where in its metadata.
    kind
        A dataclass of texts, one of which, `kind`, is one of a few.
    """
    metadata = nb.get("metadata")
    found = metadata.get(name) if isinstance(metadata, Mapping) else None
    names = {each.name for each in fields(kind)}  # type: ignore[arg-type]
    kinds = get_args(get_type_hints(kind)["kind"])
    return [
        kind(**{field: str(text) for field, text in each.items()})
        for each in (found if isinstance(found, list) else [])
        if isinstance(each, Mapping) and each.keys() == names and each["kind"] in kinds
    ]


def state(nb: NotebookNode, name: str, found: Sequence[Any]) -> None:
    """Write into a notebook's metadata what there is to state by a name, in place of whatever stands there."""
    nb.metadata.pop(name, None)
    if found:
        nb.metadata[name] = [asdict(each) for each in found]
