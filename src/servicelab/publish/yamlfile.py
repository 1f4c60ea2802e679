"""YAML read safely, with the line of every value, and with what YAML itself lets pass (a key given twice) reported."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from servicelab.files.yamllines import NotYaml, Trail, nearest, parse
from servicelab.publish.findings import Finding


@dataclass
class YamlFile:
    """The data of one file, the line of each of its values, and what is wrong with it as YAML."""

    file: str
    data: Any = None
    lines: dict[Trail, int] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def line(self, *path: str | int) -> int:
        """The line (1-based) of the value at `path`, or of the nearest thing around it."""
        return nearest(self.lines, path)

    def finding(self, path: Trail, place: str, problem: str, remedy: str) -> Finding:
        """A finding at the line of `path`."""
        return Finding(self.file, self.line(*path), place, problem, remedy)


def yaml_source(path: Path, file: str) -> YamlFile:
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
    try:
        found = parse(text)
    except NotYaml as problem:
        document.findings.append(
            Finding(file, problem.line, "", f"this is not YAML: {problem.problem}", "Mend the line, or quote it")
        )
        return document
    document.data, document.lines = found.data, found.lines
    document.findings.extend(
        Finding(file, twice.line, twice.key, f"the key “{twice.key}” is given twice", "Keep one")
        for twice in found.repeated
    )
    return document
