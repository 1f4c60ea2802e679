"""What JupyterLab and the browser bring along speaks Chinese too; the pages themselves: `test_frontline.py`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.browser.conftest import Lab

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser-zh")]


@pytest.fixture
def lab(edition_lab: Callable[[str], Lab]) -> Lab:
    """The Chinese edition."""
    return edition_lab("zh")


def test_the_file_button_and_jupyterlab_itself_are_in_chinese(lab, open_notebook, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    """A browser writes on its own file button in its own language, here English."""
    notebook = open_notebook(lab, "start.ipynb")
    notebook.run_all()
    assert not notebook.page.locator(".jp-OutputArea input[type=file]:visible").count()
    broken = tmp_path / "broken.zip"
    broken.write_bytes(b"no zip at all")
    with notebook.page.expect_file_chooser() as asked:
        notebook.panel.get_by_role("button", name="恢复我的进度").click()
    asked.value.set_files(broken)
    notebook.panel.locator(".jp-OutputArea .sl-note-wrong >> visible=true").first.wait_for()
    notebook.show("完整的 JupyterLab 界面（供技术支持使用）")
    notebook.page.locator("#jp-menu-panel .lm-MenuBar-itemLabel >> visible=true").filter(has_text="文件").wait_for()
