"""Every example in a model's docstring runs, and every public name explains itself."""

from __future__ import annotations

import doctest
import importlib
import inspect
import pkgutil

import pytest

import servicelab.models

MODULES = sorted(found.name for found in pkgutil.walk_packages(servicelab.models.__path__, prefix="servicelab.models."))


@pytest.mark.parametrize("name", MODULES)
def test_examples_run(name: str):
    assert doctest.testmod(importlib.import_module(name)).failed == 0


def offered(name: str) -> list[str]:
    """The names a module offers: all of a plain module's, those its package lists where it is part of one."""
    if name == "servicelab.models.arguments":
        return []
    package = importlib.import_module(name.rpartition(".")[0])
    return package.__all__ if hasattr(package, "__all__") else dir(importlib.import_module(name))


def public_functions() -> list[tuple[str, object]]:
    """What each model module defines under a public name."""
    found = []
    for name in MODULES:
        module = importlib.import_module(name)
        for label, thing in vars(module).items():
            if label.startswith("_") or getattr(thing, "__module__", None) != name:
                continue
            if inspect.isfunction(thing) and label in offered(name):
                found.append((f"{name}.{label}", thing))
    return found


# These two carry their own tests and conventions.
ELSEWHERE = ("servicelab.models.needs", "servicelab.models.text")


@pytest.mark.parametrize(
    ("name", "function"), [pair for pair in public_functions() if not pair[0].startswith(ELSEWHERE)]
)
def test_public_functions_say_what_they_take_return_refuse_and_rest_on(name: str, function: object):
    text = inspect.getdoc(function) or ""
    for heading in ("Parameters", "Returns", "Raises", "References", "Examples"):
        assert f"{heading}\n---" in text, f"{name} lacks {heading}"
    first = text.splitlines()[0]
    assert first.endswith((".", "?")), f"{name}: the first line is one sentence"
