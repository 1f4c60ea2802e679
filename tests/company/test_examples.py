"""The examples in docstrings of the firm's parts."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

from servicelab import company

NAMES = sorted(module.name for module in pkgutil.walk_packages(company.__path__, f"{company.__name__}."))


@pytest.mark.parametrize("name", NAMES)
def test_the_examples_in_docstrings_hold(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0
