"""A real JupyterLab for a real Chromium: started the way a trainee starts it, from the unpacked bundle."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import nbformat
import pytest
from playwright.sync_api import Browser, Locator, Page, ViewportSize, expect, sync_playwright

from servicelab import publish

# The flags without which Chromium does not run as root, or talks to hosts of its own.
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


LAPTOP: ViewportSize = {"width": 1366, "height": 768}
"""The window of a laptop as companies hand them out."""
PATIENCE = 60_000
"""Milliseconds in which a page does what it is asked to, on a machine that has much else to do."""
expect.set_options(timeout=PATIENCE)

WHOLE = re.compile("The whole page at once|整页显示")
GO = """hash => location.hash === hash || new Promise((done) => {
  addEventListener("hashchange", () => done(), { once: true });
  location.hash = hash;
})"""

# What belongs to the tool and not to the course.
TOOL = ["#jp-menu-panel .lm-MenuBar-item", ".jp-SideBar .lm-TabBar-tab", "#jp-left-stack *", ".jp-Toolbar-item",
        "#jp-bottom-panel *", ".jp-InputPrompt", ".jp-OutputPrompt", ".cm-editor", ".jp-cell-toolbar",
        ".lm-DockPanel-tabBar .lm-TabBar-tab", ".jp-Launcher", ".jp-InputPlaceholder", ".jp-Dialog"]  # fmt: skip


def in_sight(page: Page, selectors: list[str]) -> list[str]:
    """Those of the selectors that match anything visible."""
    return [selector for selector in selectors if page.locator(f"{selector} >> visible=true").count()]


@dataclass
class Lab:
    """A running JupyterLab."""

    process: subprocess.Popen[str]
    base: str
    token: str
    folder: Path

    def url(self, path: str) -> str:
        """The address of a file in JupyterLab, in a workspace layout of its own."""
        return f"{self.base}/lab/workspaces/auto-{time.monotonic_ns()}/tree/{path}?token={self.token}"

    def api(self, path: str) -> Any:
        """An answer from the server's REST interface."""
        request = urllib.request.Request(f"{self.base}/api/{path}", headers={"Authorization": f"token {self.token}"})
        with urllib.request.urlopen(request, timeout=90) as answer:
            return json.load(answer)

    def kernels(self, path: str = "") -> list[int]:
        """The kernels' process numbers; of one notebook alone where one is named."""

        def children(parent: int, *more: str) -> list[int]:
            asked = ["pgrep", "-P", str(parent), *more]
            return [int(pid) for pid in subprocess.run(asked, capture_output=True, text=True).stdout.split()]

        # What a kernel is started with names the file that holds its number.
        named = [s["kernel"]["id"] for s in self.api("sessions") if s["path"] == path] if path else ["ipykernel"]
        # A start file stays between us and the server.
        servers = [self.process.pid, *children(self.process.pid)]
        return [kernel for name in named for server in servers for kernel in children(server, "-f", name)]

    def kill_kernels(self) -> int:
        """Kill every kernel process of this server as a crash would; the count."""
        found = self.kernels()
        for pid in found:
            os.kill(pid, signal.SIGKILL)
        return len(found)


def start_lab(command: list[str], folder: Path, log: Path) -> Lab:
    """Start a JupyterLab and wait until it says where it listens."""
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    # A home of its own: nothing of this machine's Jupyter settings or layouts may decide a test.
    environment |= {"HOME": str(log.parent), "JUPYTER_CONFIG_DIR": str(log.parent / "config")}
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command = [*command, "--allow-root"]
    with log.open("w") as stream:
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=stream, stderr=subprocess.STDOUT, text=True
        )
    deadline = time.monotonic() + 240
    while time.monotonic() < deadline:
        said = log.read_text()
        found = re.search(r"(http://(?:127\.0\.0\.1|localhost):\d+)/lab\S*\?token=([0-9a-f]+)", said)
        if found:
            return Lab(process, found[1], found[2], folder)
        if process.poll() is not None:
            break
        time.sleep(0.2)
    process.kill()
    raise AssertionError(f"JupyterLab did not start:\n{log.read_text()[-3000:]}")


def stop_lab(lab: Lab) -> None:
    """Stop a JupyterLab and its kernels."""
    lab.process.terminate()
    try:
        lab.process.wait(20)
    except subprocess.TimeoutExpired:
        lab.process.kill()


class Notebook:
    """A notebook open in JupyterLab, worked the way a person works it: with clicks."""

    def __init__(self, page: Page, lab: Lab, path: str) -> None:
        self.page, self.lab, self.path = page, lab, path
        page.goto(lab.url(path))
        page.wait_for_selector(".jp-Notebook .jp-CodeCell", timeout=90_000, state="attached")

    @classmethod
    def in_front(cls, page: Page, lab: Lab, path: str) -> Notebook:
        """A notebook that a click has opened, or an address of the test's own."""
        notebook = cls.__new__(cls)
        notebook.page, notebook.lab, notebook.path = page, lab, path
        page.locator(f'.slx-page[data-servicelab-path="{path}"]:visible').wait_for(timeout=90_000)
        return notebook

    @classmethod
    def opened(cls, page: Page, lab: Lab, path: str, section: str = "") -> Notebook:
        """A page of the course that has come to life: at a section, or where one left off."""
        page.goto(lab.url(path) + (f"#section={section}" if section else ""))
        notebook = cls.in_front(page, lab, path)
        notebook.live()
        return notebook

    @property
    def panel(self) -> Locator:
        """The notebook in front."""
        return self.page.locator(".jp-NotebookPanel:visible")

    @property
    def section(self) -> str:
        """The section that the address names."""
        found: str = self.page.evaluate("new URLSearchParams(location.hash.slice(1)).get('section') ?? ''")
        return found

    def go(self, section: str) -> None:
        """Lead an open page to a section, as its address does."""
        self.page.evaluate(GO, f"#section={section}")

    def question(self, prompt: str) -> Locator:
        """A question of the lesson by its first words: of several one is drawn after the other."""
        return self.panel.locator(".lq:visible").filter(has_text=prompt)

    def live(self) -> None:
        """Wait until a page of the course has come to life: nobody clicks anything."""
        self.page.locator('.slx-page[data-servicelab-live="true"]:visible').wait_for(timeout=240_000)

    def show(self, choice: str) -> None:
        """Tick or untick what is shown, in the menu of the bar."""
        self.panel.locator(".slx-open").click()
        self.panel.get_by_label(choice, exact=True).click()
        self.page.keyboard.press("Escape")

    def whole_page(self, *, on: bool = True) -> None:
        """Show every section at once, or one; a page without sections has nothing to choose."""
        self.panel.locator(".slx-open").click()
        self.panel.locator(".slx-choices").wait_for()
        if self.panel.locator(".slx-list").count():
            self.panel.get_by_label(WHOLE).set_checked(on)
        self.page.keyboard.press("Escape")

    def again(self) -> None:
        """Start Python again by the button in the bar, and wait until the page is alive once more."""
        self.panel.locator(".slx-notice").get_by_role("button", name="Start again").click()
        self.panel.locator('xpath=self::*[@data-servicelab-live="false"]').wait_for(state="attached")
        self.live()

    def run_all(self) -> None:
        """A page of the course comes to life by itself; elsewhere the one click: restart the kernel and run all cells.

        Waits until the kernel has been idle for a while.
        """
        document = self.lab.api(f"contents/{self.path}")["content"]
        if "servicelab" in document["metadata"] and self.page.locator('link[href$="shell.css"]').count():
            self.live()
            self.whole_page()
            # JupyterLab draws what is out of sight when it has nothing else to do.
            drawn = "n => document.querySelectorAll('.slx-page:not(.lm-mod-hidden) .jp-Cell').length === n"
            self.page.wait_for_function(drawn, arg=len(document["cells"]), timeout=60_000)
            return
        # As long as it takes a person to find the button: a kernel that is restarted while it starts can lose its cells
        # (Jupyter Server replaces the connection), and on a busy machine starting takes longer than a second.
        while not any(
            s["path"] == self.path and s["kernel"]["execution_state"] == "idle" for s in self.lab.api("sessions")
        ):
            self.page.wait_for_timeout(100)
        self.page.wait_for_timeout(500)
        began = datetime.now(UTC)
        self.panel.locator('[data-jp-item-name="restart-and-run"]').click()
        # The first of our controls says that cells are being sent: an idle kernel alone may not have got one yet.
        self.panel.locator("section.sl >> visible=true").first.wait_for(timeout=180_000)
        deadline, quiet = time.monotonic() + 240, 0
        while quiet < 8:
            assert time.monotonic() < deadline, f"{self.path} did not come to rest"
            self.page.wait_for_timeout(250)
            kernels = [s["kernel"] for s in self.lab.api("sessions") if s["path"] == self.path]
            active = kernels and datetime.fromisoformat(kernels[0]["last_activity"]) > began
            quiet = quiet + 1 if active and kernels[0]["execution_state"] == "idle" else 0
        assert not self.page.locator(".jp-Dialog").count(), "one click was not enough: JupyterLab asks something"

    def card(self, kind: str, text: str) -> Locator:
        """One control of ours by its class and the words in it."""
        return self.panel.locator(f".jp-OutputArea {kind}").filter(has=self.page.get_by_text(text, exact=True))

    def region(self, name: str) -> Locator:
        """One control of ours as a screen reader finds it, by its whole name."""
        return self.page.get_by_role("region", name=name, exact=True)

    def errors(self) -> list[str]:
        """What a learner must never see: tracebacks and stderr in outputs."""
        found = self.page.locator('[data-mime-type="application/vnd.jupyter.error"], [data-mime-type$="stderr"]')
        return found.all_inner_texts()

    def axe(self, source: str) -> list[dict[str, object]]:
        """Serious and critical accessibility violations in what we render."""
        self.page.evaluate(source)
        found = self.page.evaluate("() => axe.run('.jp-Notebook .jp-OutputArea-child section.sl')")
        return [v for v in found["violations"] if v["impact"] in ("serious", "critical")]


@pytest.fixture
def bundle_lab(installed_bundle: Path, tmp_path: Path) -> Iterator[Lab]:
    """The Chinese bundle's start file, run as its trainee runs it."""
    shutil.rmtree(installed_bundle / "my-course", ignore_errors=True)
    command = ["sh", str(installed_bundle / "Start ServiceLab (Linux).sh"), "--no-browser"]
    lab = start_lab(command, installed_bundle, tmp_path / "lab.log")
    lab.folder = installed_bundle / "my-course"
    yield lab
    stop_lab(lab)


@pytest.fixture(scope="module")
def edition_lab(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Lab]]:
    """The edition of a language, opened as an unpacked bundle is, with the environment that runs the tests."""
    running: dict[str, Lab] = {}

    def start(language: str) -> Lab:
        if language not in running:
            home = tmp_path_factory.mktemp(f"edition-{language}")
            shutil.copytree(publish.build("trainee", language, root=root).path, home / "app/edition")
            command = [sys.executable, "-m", "servicelab", "lab", "--no-browser"]
            running[language] = start_lab(command, home, home / "lab.log")
            running[language].folder = home / "my-course"
        return running[language]

    yield start
    for lab in running.values():
        stop_lab(lab)


# Not for the whole session: while Playwright's sync interface is open, nothing else in the process can use asyncio.
@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """Debian's Chromium."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_FLAGS)
        yield started
        started.close()


def new_page(browser: Browser) -> Page:
    """A page in a context of its own: nothing that an earlier one stored."""
    fresh = browser.new_context(viewport=LAPTOP).new_page()
    fresh.set_default_timeout(PATIENCE)
    return fresh


@pytest.fixture
def keep_screenshot(request: pytest.FixtureRequest, root: Path) -> Callable[[Page], None]:
    """Keep how a page looks at the end of this test, in build/screenshots."""
    kept = root / "build" / "screenshots"
    kept.mkdir(parents=True, exist_ok=True)
    name = re.sub(r"[^a-z0-9]+", "-", request.node.name.lower())

    def keep(page: Page) -> None:
        page.screenshot(path=kept / f"{name}.png")

    return keep


@pytest.fixture
def page(browser: Browser, keep_screenshot: Callable[[Page], None]) -> Iterator[Page]:
    """A fresh page at a laptop's size."""
    fresh = new_page(browser)
    yield fresh
    keep_screenshot(fresh)
    fresh.context.close()


@pytest.fixture(scope="module")
def standing() -> Iterator[dict[str, Notebook]]:
    """The pages that stay open between the tests of a file, by their paths."""
    pages: dict[str, Notebook] = {}
    yield pages
    for each in pages.values():
        each.page.context.close()


@pytest.fixture
def stays_open(
    browser: Browser,
    edition_lab: Callable[[str], Lab],
    standing: dict[str, Notebook],
    request: pytest.FixtureRequest,
    keep_screenshot: Callable[[Page], None],
) -> Iterator[Callable[[str], Notebook]]:
    """Open a page of the English edition, or go on with it as an earlier test left it, unless that one failed.

    A page takes about fifteen seconds of processor to come to life: what each test does in a place of its own on it,
    another answer or another section, needs no page of its own.
    """
    failed, used = request.session.testsfailed, set()

    def find(path: str) -> Notebook:
        used.add(path)
        if path not in standing:
            standing[path] = Notebook.opened(new_page(browser), edition_lab("en"), path)
        standing[path].page.set_viewport_size(LAPTOP)
        standing[path].whole_page(on=False)
        return standing[path]

    yield find
    for path in used & standing.keys():
        keep_screenshot(standing[path].page)
        if request.session.testsfailed > failed:
            standing.pop(path).page.context.close()


@pytest.fixture
def open_notebook(page: Page) -> Callable[[Lab, str], Notebook]:
    """Open a notebook of a running JupyterLab in this test's page."""
    return lambda lab, path: Notebook(page, lab, path)


@pytest.fixture
def one_a_cell(
    edition_lab: Callable[[str], Lab], open_notebook: Callable[[Lab, str], Notebook]
) -> Iterator[Callable[[Sequence[str]], Notebook]]:
    """Run a notebook with an import and interactives, one a cell, in the bundle's JupyterLab."""
    lab = edition_lab("en")
    path = lab.folder / "interactives.ipynb"

    def run(sources: Sequence[str]) -> Notebook:
        kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
        cells = [nbformat.v4.new_code_cell(source) for source in sources]
        nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel}), path)
        notebook = open_notebook(lab, path.name)
        # Tall enough that JupyterLab attaches every cell.
        notebook.page.set_viewport_size({"width": 1280, "height": 7000})
        notebook.run_all()
        drawn = notebook.panel.locator("section.sl >> visible=true")
        drawn.nth(len(sources) - 2).wait_for(timeout=120_000)
        assert notebook.errors() == []
        return notebook

    yield run
    path.unlink()


@pytest.fixture(scope="session")
def axe_source() -> str:
    """axe-core, from the package that ships it."""
    import axe_playwright_python

    return next(Path(axe_playwright_python.__file__).parent.rglob("axe.min.js")).read_text()


def pytest_configure() -> None:
    """Say early what a machine without a browser misses."""
    if not shutil.which("chromium") and os.environ.get("CI") == "true":
        raise pytest.UsageError("CI must have chromium: .ci/run installs it")
