"""A contact sheet of a unit: every section as a trainee meets it, in both languages, on a laptop and on a phone."""

from __future__ import annotations

import base64
import html
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from servicelab import publish
from servicelab.errors import UserError
from servicelab.files.whole import write_whole
from servicelab.i18n import LANGUAGES, _

if TYPE_CHECKING:
    from playwright.sync_api import Page, ViewportSize

SIZES = {1366: 768, 390: 844}
"""The widths that are looked at, each with the height of such a screen."""
TALLEST = 8000
"""Pixels of a section that are shown; a longer one is cut, which is worth seeing too."""
SECONDS = 240
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
ADDRESS = re.compile(r"(http://[^/\s]+)/lab\S*\?token=([0-9a-f]+)")
# Without these Chromium does not run as root, or talks to hosts of its own.
FLAGS = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync")
SHEET = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title><style>
body {{ font-family: system-ui, sans-serif; margin: 1.5rem; background: #f4f5f7; color: #1b1f24 }}
.row {{ display: flex; flex-wrap: wrap; gap: 1rem; align-items: flex-start }}
figure {{ margin: 0; background: #fff; border: 1px solid #8c959f; padding: .5rem }}
img {{ display: block; height: auto }}
figcaption {{ padding-top: .4rem }}
</style></head><body><h1>{title}</h1>
{body}
</body></html>
"""


class Shot(NamedTuple):
    """One section as it was seen: which page, language and width, its number on the page and its words in the bar."""

    page: str
    language: str
    width: int
    number: int
    title: str
    picture: bytes


def look(root: Path, only: str = "") -> Path:
    """Make the contact sheet of one unit, or of all of them; return the HTML file, which needs nothing beside it.

    Raises
    ------
    UserError
        There is no Playwright or no Chromium here, the sources have mistakes, or a page does not come to life.
    """
    browser = _browser()
    shots: list[Shot] = []
    for language in LANGUAGES:
        edition = publish.build("trainee", language, root=root, only=only, strict=False).path
        with _served(edition) as address:
            shots += _shots(edition, language, browser, address)
    out = root / "build" / "look" / f"{only or 'course'}.html"
    write_whole(out, sheet(only or _("The course"), shots))
    return out


def _browser() -> str:
    """The Chromium of this machine."""
    try:
        import playwright.sync_api  # noqa: F401
    except ImportError as missing:
        raise UserError(_("look needs Playwright: run `make .venv/.ready-dev`, which installs it.")) from missing
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if not found:
        raise UserError(_("look needs Chromium: install it (Debian: sudo apt install chromium fonts-noto-cjk)."))
    return found


@contextmanager
def _served(edition: Path) -> Iterator[tuple[str, str]]:
    """The edition opened as an unpacked bundle is; gives the server's address and its token."""
    # Its log would otherwise be in use while the folder goes.
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as place:
        home = Path(place)
        shutil.copytree(edition, home / "app" / "edition")
        # A home of its own: nothing of this machine's Jupyter settings may decide how the course looks.
        own = {"HOME": place, "JUPYTER_CONFIG_DIR": str(home / "config")}
        server = subprocess.Popen(
            [sys.executable, "-m", "servicelab", "lab", "--no-browser"],
            cwd=home,
            env={**os.environ, **own},
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        assert server.stdout is not None
        try:
            found = next(filter(None, map(ADDRESS.search, iter(server.stdout.readline, ""))), None)
            if found is None:
                raise UserError(_("JupyterLab did not start; `servicelab lab` says why."))
            yield found[1], found[2]
        finally:
            server.terminate()
            server.wait()


def _shots(edition: Path, language: str, browser: str, address: tuple[str, str]) -> Iterator[Shot]:
    from playwright.sync_api import Error, sync_playwright
    from tqdm import tqdm

    base, token = address
    pages = sorted(path.relative_to(edition).as_posix() for path in edition.glob("*/*/*.ipynb"))
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=browser, args=FLAGS)
        for path in tqdm(pages, desc=language, unit="page", disable=not sys.stderr.isatty()):
            page = started.new_context(viewport=_screen(min(SIZES))).new_page()
            try:
                page.goto(f"{base}/lab/workspaces/auto-look/tree/{path}?token={token}")
                page.locator('.slx-page[data-servicelab-live="true"]:visible').wait_for(timeout=SECONDS * 1000)
                for number, width, title, picture in _sections(page):
                    yield Shot(path, language, width, number, title, picture)
            except Error as problem:
                said = str(problem).split("\n")[0]
                raise UserError(_("{page} did not come to life: {problem}", page=path, problem=said)) from problem
            page.context.close()
        started.close()


def _screen(width: int, more: int = 0) -> ViewportSize:
    """A screen of one of our widths, and so much taller."""
    return {"width": width, "height": min(TALLEST, SIZES[width] + more)}


def _sections(page: Page) -> Iterator[tuple[int, int, str, bytes]]:
    """Each section from the overview on: its number, a width, what the bar calls it, and all of it in one picture."""
    bar = page.locator(".slx-bar:visible")
    following = bar.locator(".slx-ways .slx-primary")
    for number in count():
        for width in SIZES:
            page.set_viewport_size(_screen(width))
            # The page lays itself out anew, and charts follow the width a moment later.
            page.wait_for_timeout(500)
            hidden = page.evaluate(
                "() => Math.max(0, ...[...document.querySelectorAll('.jp-NotebookPanel .jp-WindowedPanel-outer')]"
                ".map((one) => one.scrollHeight - one.clientHeight))"
            )
            page.set_viewport_size(_screen(width, int(hidden)))
            page.wait_for_timeout(500)
            yield number, width, bar.locator(".slx-title").inner_text(), page.screenshot(type="jpeg", quality=70)
        if not following.count() or not following.is_enabled():
            return
        following.click()


def sheet(title: str, shots: list[Shot]) -> str:
    """The page: a heading for each notebook, a row for each of its sections, languages and widths side by side."""
    body = []
    for name in dict.fromkeys(shot.page for shot in shots):
        body.append(f"<h2>{html.escape(name)}</h2>")
        mine = [shot for shot in shots if shot.page == name]
        for number in sorted({shot.number for shot in mine}):
            figures = "\n".join(_figure(shot) for shot in mine if shot.number == number)
            body.append(f'<div class="row">\n{figures}\n</div>')
    return SHEET.format(title=html.escape(title), body="\n".join(body))


def _figure(shot: Shot) -> str:
    called = html.escape(f"{shot.number} · {shot.title} · {shot.language} · {shot.width} px")
    data = base64.b64encode(shot.picture).decode()
    # A laptop's page at half its size, a phone's nearly whole.
    shown = 560 if shot.width > 500 else 280
    image = f'<img width="{shown}" alt="{called}" src="data:image/jpeg;base64,{data}">'
    return f"<figure>{image}<figcaption>{called}</figcaption></figure>"
