"""Imports run one way: a module imports only from its own floor or the floors below."""

from __future__ import annotations

import ast
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

FLOORS = [
    {"errors", "i18n", "plot", "files", "bootstrap"},
    {"course"},
    {"models"},
    {"company"},
    {"widgets"},
    {"learn"},
    {"shell"},
    {"publish"},
    {"grading"},
    {"cohorts"},
    {"web"},
    {"lab"},
    {"cli"},
    {"__main__"},
]
#: Within the firm. `importing` stands aside: nothing but the command line knows of it.
FIRM = [{"tables"}, {"importing", "simulation"}, {"voices"}, {"generating"}]
SOURCE = Path(__file__).resolve().parent.parent / "src" / "servicelab"
MODULES = sorted(SOURCE.rglob("*.py"))


def floor(name: str) -> int:
    """The floor a top-level part of the package is on."""
    for number, parts in enumerate(FLOORS):
        if name in parts:
            return number
    raise AssertionError(f"servicelab.{name} is on no floor: add it to FLOORS, where it belongs")


def imported(path: Path) -> set[str]:
    """The top-level parts of servicelab that a module imports, wherever in the file."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            parts = node.module.split(".")
            if parts[0] == "servicelab":
                found |= {parts[1]} if len(parts) > 1 else {alias.name for alias in node.names}
        elif isinstance(node, ast.Import):
            found |= {p[1] for alias in node.names if (p := alias.name.split("."))[0] == "servicelab" and len(p) > 1}
        elif isinstance(node, ast.ImportFrom) and node.level:
            raise AssertionError(f"{path}: relative import; write it from servicelab")
    return found - {"__version__"}


@pytest.mark.parametrize("path", MODULES, ids=lambda p: p.relative_to(SOURCE).as_posix())
def test_a_module_imports_only_downwards(path: Path) -> None:
    part = path.relative_to(SOURCE).parts[0].removesuffix(".py")
    if part == "__init__":
        assert not imported(path)
        return
    above = {name for name in imported(path) if floor(name) > floor(part)}
    assert not above, f"{path.name} imports from above: {sorted(above)}"


def asked(path: Path) -> set[str]:
    """The modules of servicelab that a module imports when it runs, wherever in the file; not for its types alone."""
    found: set[str] = set()
    waiting: list[ast.AST] = [ast.parse(path.read_text(encoding="utf-8"))]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{alias.name}" for alias in node.names} | {node.module}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            waiting += node.orelse
        else:
            waiting += ast.iter_child_nodes(node)
    return found


def test_no_modules_import_each_other_in_a_circle() -> None:
    """Where they do, which one is imported first decides whether it works; put off into a function, it only hides."""
    names = {".".join(("servicelab", *path.relative_to(SOURCE).with_suffix("").parts)): path for path in MODULES}
    names = {name.removesuffix(".__init__"): path for name, path in names.items()}
    # A package that gives its parts out by their names when they are asked for imports none before.
    graph = {name: (asked(path) & set(names)) - {name, *packages_of(name)} for name, path in names.items()}
    assert len(graph) > 200
    assert list(TopologicalSorter(graph).static_order())


def packages_of(name: str) -> list[str]:
    """The packages that a module lies in."""
    parts = name.split(".")
    return [".".join(parts[:length]) for length in range(1, len(parts))]


def parts_of_the_firm(path: Path) -> set[str]:
    """The parts of `servicelab.company` that a module imports, wherever in the file."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        else:
            continue
        found |= {name.split(".")[2] for name in names if name.startswith("servicelab.company.")}
    return found & set().union(*FIRM)


def test_the_firm_has_a_floor_for_each_part() -> None:
    there = {path.name for path in (SOURCE / "company").iterdir() if (path / "__init__.py").is_file()}
    assert there == set().union(*FIRM)
    assert [path.name for path in (SOURCE / "company").glob("*.py")] == ["__init__.py"]


@pytest.mark.parametrize("path", MODULES, ids=lambda p: p.relative_to(SOURCE).as_posix())
def test_within_the_firm_imports_run_downwards_too(path: Path) -> None:
    """Those of `importing` end there: a firm's table is read, checked and made without it."""
    place = path.relative_to(SOURCE).parts
    part = place[1] if place[0] == "company" and len(place) > 2 else ""
    level = {name: number for number, names in enumerate(FIRM) for name in names}
    below = {name for name in level if level[name] < level.get(part, len(FIRM))} - {"importing"} | {part}
    if place == ("cli.py",):
        below.add("importing")
    assert parts_of_the_firm(path) <= below


def test_no_module_is_a_drawer_for_leftovers() -> None:
    drawers = {"utils", "util", "common", "helpers", "helper", "misc"}
    assert not [p for p in MODULES if p.stem in drawers]


def test_no_file_name_stands_for_two_things() -> None:
    """A folder a control has its `model`; the simulation's parts are called as the models they follow."""
    shared = {"__init__", "model"}
    names = [p.stem for p in MODULES if p.parent != SOURCE / "company" / "simulation" and p.stem not in shared]
    assert sorted({name for name in names if names.count(name) > 1}) == []
