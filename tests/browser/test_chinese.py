"""The Chinese edition in a real JupyterLab: it runs, says nothing in English, and axe finds nothing serious."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.browser.conftest import Lab

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser-zh")]
PAGES = [
    "start.ipynb",
    "lessons/01_needs/lesson.ipynb",
    "assignments/01_needs/exercise.ipynb",
]
# Names; a file's name (servicelab-progress-….zip); a value of a column, as it stands in the data ("apology"); keys of
# the keyboard.
KNOWN = {"binder", "python", "pandas", "jupyterlab", "servicelab", "progress", "apology", "shift", "enter"}


@pytest.fixture
def lab(edition_lab: Callable[[str], Lab]) -> Lab:
    """The Chinese edition."""
    return edition_lab("zh")


@pytest.mark.parametrize("path", PAGES, ids=lambda path: Path(path).stem)
def test_a_page_runs_speaks_chinese_and_passes_axe(lab, open_notebook, axe_source, path: str) -> None:  # type: ignore[no-untyped-def]
    notebook = open_notebook(lab, path)
    notebook.run_all()
    assert notebook.errors() == []
    said = " ".join(notebook.page.locator(".jp-OutputArea section.sl").all_inner_texts())
    words = {w.lower() for w in re.findall(r"[A-Za-z]{5,}", said)}
    assert "一" <= said.strip()[0] <= "鿿"
    assert words <= KNOWN, f"English left over: {sorted(words - KNOWN)}"
    violations = notebook.axe(axe_source)
    assert not violations, [(v["id"], [n["target"] for n in v["nodes"]][:3]) for v in violations]


def test_the_button_that_asks_for_a_file_is_in_chinese(lab, open_notebook, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    """A browser writes on its own file button in its own language, here English."""
    notebook = open_notebook(lab, "start.ipynb")
    notebook.run_all()
    assert not notebook.page.locator(".jp-OutputArea input[type=file]:visible").count()
    broken = tmp_path / "broken.zip"
    broken.write_bytes(b"no zip at all")
    with notebook.page.expect_file_chooser() as asked:
        notebook.page.get_by_role("button", name="恢复我的进度").first.click()
    asked.value.set_files(broken)
    notebook.page.locator(".jp-OutputArea .sl-note-wrong").first.wait_for()


def test_jupyterlab_itself_is_in_chinese(lab, open_notebook) -> None:  # type: ignore[no-untyped-def]
    notebook = open_notebook(lab, "start.ipynb")
    notebook.show("完整的 JupyterLab 界面（供技术支持使用）")
    notebook.page.locator(".lm-MenuBar-itemLabel", has_text="文件").first.wait_for()
