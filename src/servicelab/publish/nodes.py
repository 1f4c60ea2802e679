"""Notebook nodes: nbformat's own, made, read and written in one place."""

from __future__ import annotations

from pathlib import Path
from typing import Any


def cell_node(kind: str, name: str, source: str, metadata: dict[str, Any]) -> Any:
    """A cell with its name as its id. `kind` is "code" or "markdown".

    As nbformat makes one, but for its check of each cell: a notebook is checked as a whole when it is written.
    """
    from nbformat import NotebookNode, from_dict

    # nbformat's constructors carry no types.
    make: Any = NotebookNode
    convert: Any = from_dict
    node = make(id=name, cell_type=kind, metadata=convert(metadata), source=source)
    return make(node, execution_count=None, outputs=[]) if kind == "code" else node


def notebook(cells: list[Any], about: dict[str, str]) -> Any:
    """A notebook of format 4.5 for the Python kernel; `about` is the course's own metadata."""
    from nbformat import from_dict, v4

    make: Any = v4.new_notebook
    convert: Any = from_dict
    metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
        "servicelab": about,
    }
    return make(cells=cells, metadata=convert(metadata), nbformat_minor=5)


def read_node(path: Path) -> Any:
    """The notebook at `path`."""
    import nbformat

    read: Any = nbformat.read
    return read(path, as_version=4)


def write_node(node: Any, path: Path) -> None:
    """Check a notebook against nbformat's schema and write it: the same node always gives the same bytes."""
    import nbformat

    write: Any = nbformat.writes
    nbformat.validate(node)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(write(node) + "\n", encoding="utf-8", newline="\n")
