"""YAML read safely, with the line of every value, and with what YAML itself lets pass (a key given twice) reported."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from servicelab.publish.findings import Finding

Path_ = tuple[str | int, ...]


@dataclass
class YamlFile:
    """The data of one file, the line of each of its values, and what is wrong with it as YAML."""

    file: str
    data: Any = None
    lines: dict[Path_, int] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def line(self, *path: str | int) -> int:
        """The line (1-based) of the value at `path`, or of the nearest thing around it."""
        for length in range(len(path), -1, -1):
            if path[:length] in self.lines:
                return self.lines[path[:length]]
        return 0

    def finding(self, path: Path_, place: str, problem: str, remedy: str) -> Finding:
        """A finding at the line of `path`."""
        return Finding(self.file, self.line(*path), place, problem, remedy)


def read_yaml(path: Path, file: str) -> YamlFile:
    """Read one file; a missing file, a syntax error and a repeated key become findings."""
    document = YamlFile(file)
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        document.findings.append(Finding(file, 0, "", "the file is missing", "Write it, or restore it from git"))
        return document
    except UnicodeDecodeError:
        document.findings.append(Finding(file, 0, "", "the file is not UTF-8", "Save it as UTF-8"))
        return document
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        node = yaml.compose(text, Loader=loader)
        document.data = yaml.load(text, Loader=loader)
    except yaml.YAMLError as problem:
        mark = getattr(problem, "problem_mark", None)
        said = str(getattr(problem, "problem", None) or problem).splitlines()[0]
        document.findings.append(
            Finding(file, mark.line + 1 if mark else 0, "", f"this is not YAML: {said}", "Mend the line, or quote it")
        )
        return document
    if node is not None:
        document.findings.extend(_index(node, (), document))
    return document


def _index(node: Any, path: Path_, document: YamlFile) -> Iterator[Finding]:
    document.lines[path] = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            line = key.start_mark.line + 1
            if key.value in seen:
                yield Finding(document.file, line, str(key.value), f"the key “{key.value}” is given twice", "Keep one")
            seen.add(key.value)
            yield from _index(value, (*path, key.value), document)
            document.lines[(*path, key.value)] = line
    elif isinstance(node, yaml.SequenceNode):
        for number, value in enumerate(node.value):
            yield from _index(value, (*path, number), document)
