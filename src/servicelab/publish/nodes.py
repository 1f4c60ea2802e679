"""Notebook nodes: nbformat's own, made, read and written in one place."""

from __future__ import annotations

from pathlib import Path
from typing import Any


def cell_node(kind: str, name: str, source: str, metadata: dict[str, Any]) -> Any:
    """A cell with its name as its id. `kind` is "code" or "markdown"."""
    from nbformat import from_dict, v4

    # nbformat's constructors carry no types.
    make: Any = v4.new_code_cell if kind == "code" else v4.new_markdown_cell
    convert: Any = from_dict
    return make(source=source, metadata=convert(metadata), id=name)


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
