"""What the tests of the course's own sources share: their assertions say what differs, wherever they stand."""

from __future__ import annotations

from pathlib import Path

import pytest

from servicelab.publish.secrets import Secret, Sought, secrets

pytest.register_assert_rewrite("tests.content.modulewords")

HERE = Path(__file__).resolve().parent


@pytest.fixture(scope="session")
def known(root: Path) -> list[Secret]:
    """The secrets of the course."""
    return secrets(root)


@pytest.fixture(scope="session")
def sought(known: list[Secret]) -> Sought:
    """The same, made ready to be looked for."""
    return Sought(known)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A file's tests run on one worker: the checked course, and the tables that they read, are made once."""
    for item in items:
        if item.path.is_relative_to(HERE) and item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group(f"content-{item.path.stem}"))
