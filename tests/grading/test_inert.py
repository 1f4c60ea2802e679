"""What a trainee wrote runs nowhere: not in formgrader, not on a feedback page, not as a file that is opened."""

from __future__ import annotations

import base64
import html
import io
import math
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import nbformat
import pytest
from nbformat.notebooknode import from_dict
from nbformat.v4 import new_markdown_cell
from PIL import Image
from playwright.sync_api import Page, expect, sync_playwright
from tests.grading.conftest import RIGHT, SHARE, TRIAL, answers, cell, fill, pack, put
from tests.grading.test_formgrader import CHROMIUM, LAUNCH

from servicelab.grading import inert
from servicelab.grading.autograding import grade
from servicelab.grading.collecting import collect
from servicelab.grading.course import Course
from servicelab.grading.returning import feedback

pytestmark = [pytest.mark.grading, pytest.mark.xdist_group("grading")]

RUN = "window.owned = (window.owned || 0) + 1; fetch('/api/contents/owned')"
FORGED = base64.b64encode(f"<html><script>{RUN}</script></html>".encode()).decode()


def png() -> str:
    stream = io.BytesIO()
    Image.new("RGB", (40, 20), "teal").save(stream, "PNG")
    return base64.b64encode(stream.getvalue()).decode()


DRAWING = f'<svg xmlns="http://www.w3.org/2000/svg" onload="{RUN}"><script>{RUN}</script><path d="M0 0h9v9z"/></svg>'
WRITTEN = f"""\
# A heading of mine

| need | share |
|------|------:|
| core |    59 |

<script>{RUN}</script>

<img src="/formgrader/none.png" onerror="{RUN}"> <b onmouseover="{RUN}" onclick="{RUN}">bold</b>

[a link](javascript:{RUN.replace(" ", "")}) [another](https://example.org/a) [page](page.html)

<svg><script>{RUN}</script></svg><iframe srcdoc="<script>parent.owned=1</script>"></iframe>

<div id="test-a" class="score" style="position: fixed; inset: 0">over everything</div>

![mine](attachment:missing.png) ![real](attachment:real.png) ![forged](attachment:forged.png)
"""
TABLE = "<table><thead><tr><th>kept</th></tr></thead><tr><td>1</td></tr></table>"
CODE = f"""\
from typing import Any
from IPython.display import HTML, SVG, Javascript, display

display(HTML({f"<script>{RUN}</script><img src=x onerror='{RUN}'>{TABLE}"!r}))
display(SVG({DRAWING!r}))
display(Javascript({RUN!r}))
display({{"image/png": {FORGED!r}}}, raw=True)
display({{"image/png": {'"><script>' + RUN + "</script>"!r}}}, raw=True)
display({{"image/png": {png()!r}}}, raw=True, metadata={{"image/png": {{"width": {f"1 onload={RUN}"!r}}}}})
{SHARE}"""
FILES = {
    "page.html": f"<body><h1>page</h1><script>{RUN}</script></body>",
    "drawing.svg": DRAWING,
    "page.xhtml": f'<html xmlns="http://www.w3.org/1999/xhtml"><script>{RUN}</script></html>',
}
"""What code writes beside its notebook where nbgrader's own step runs it; ours leaves the folder as it was."""


def hostile(notebook: nbformat.NotebookNode) -> None:
    cell(notebook, "c-why").attachments = {"real.png": {"image/png": png()}, "forged.png": {"image/png": FORGED}}
    cell(notebook, "title").metadata["tags"] = ['"><script>' + RUN + "</script>"]
    notebook.cells.append(new_markdown_cell(f"<script>{RUN}</script>"))


@pytest.fixture(scope="module")
def attacked(released: Course, tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A course with one submission that tries everything, graded for real, with its feedback."""
    root = tmp_path_factory.mktemp("attacked")
    shutil.copytree(released.root, root / "grading")
    course = Course.at(root / "grading")
    put(
        root / "inbox",
        "a.zip",
        pack("mallory", fill(released, code=CODE, written=WRITTEN, change=hostile), answers(RIGHT)),
    )
    collect(TRIAL, [root / "inbox"], course=course)
    assert [each.status for each in grade(TRIAL, course=course).results] == ["graded"]
    feedback(TRIAL, course=course)
    for name, content in FILES.items():
        (course.autograded / "mallory" / TRIAL / name).write_text(content, encoding="utf-8")
    return course


@pytest.fixture(scope="module")
def lab(attacked: Course, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The instructor's JupyterLab above that course; its address."""
    home = tmp_path_factory.mktemp("home")
    environment = {**os.environ, "HOME": str(home), "JUPYTER_CONFIG_DIR": str(home / "config")}
    root = attacked.root.parent
    log = home / "log"
    with log.open("w") as stream:
        process = subprocess.Popen([sys.executable, "-c", LAUNCH, str(root)], cwd=root, env=environment,
                                   stdout=stream, stderr=subprocess.STDOUT)  # fmt: skip
    address = None
    for _second in range(90):
        address = re.search(r"(http://(?:127\.0\.0\.1|localhost):\d+)/lab", log.read_text(encoding="utf-8"))
        if address or process.poll() is not None:
            break
        time.sleep(1)
    assert address, log.read_text(encoding="utf-8")
    yield address[1]
    process.send_signal(signal.SIGINT)
    process.send_signal(signal.SIGINT)
    process.wait(30)


@pytest.fixture(scope="module")
def page(lab: str, chromium: str) -> Iterator[Page]:
    """A page that has logged in."""
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=CHROMIUM)
        opened = browser.new_page(viewport={"width": 1300, "height": 900})
        opened.goto(f"{lab}/lab?token=trial")
        yield opened
        browser.close()


def address(lab: str, course: Course) -> str:
    with course.gradebook() as book:
        return f"{lab}/formgrader/submissions/{book.find_submission_notebook('exercise', TRIAL, 'mallory').id}/"


def visited(page: Page, url: str) -> list[str]:
    """Open a page, and return everything that ran on it or that it asked for and should not have."""
    bad: list[str] = []
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    page.on("request", lambda request: bad.append(request.url) if "owned" in request.url else None)
    # As from a link on one of its own pages: Jupyter gives no file to anybody else.
    page.goto(url, referer=None if url.startswith("file:") else f"{url.split('/', 3)[0]}//{url.split('/')[2]}/lab")
    page.wait_for_load_state("networkidle")
    if page.evaluate("window.owned"):
        bad.append("window.owned")
    return bad + dialogs


@pytest.mark.browser
def test_formgrader_shows_it_and_runs_none_of_it(page: Page, lab: str, attacked: Course) -> None:
    assert visited(page, address(lab, attacked)) == []
    expect(page.get_by_role("heading", name="A heading of mine")).to_be_visible()
    expect(page.get_by_role("columnheader", name="share")).to_be_visible()
    expect(page.get_by_role("columnheader", name="kept")).to_be_visible()
    expect(page.get_by_text(f"<script>{RUN}</script>").first).to_be_visible()
    pictures = page.locator("#notebook img")
    loaded = pictures.evaluate_all("all => all.map(each => [each.src.slice(0, 15), each.naturalWidth])")
    assert sorted(kind for kind, _width in loaded) == ["data:image/png;", "data:image/png;", "data:image/svg+x"[:15]]
    assert [width for kind, width in loaded if "png" in kind] == [40, 40]
    links = page.locator("#notebook .text_cell_render a[href]").evaluate_all("all => all.map(each => each.href)")
    assert links == ["https://example.org/a"]
    page.get_by_text("bold", exact=True).click()
    assert page.evaluate("window.owned") is None
    # Its own scripts work: the score is filled in and belongs to its cell, a name can be shown, keys move the focus.
    expect(page.locator("#test-a")).to_have_attribute("placeholder", "4")
    assert page.locator("#test-a").evaluate("each => each.tagName") == "INPUT"
    page.locator(".glyphicon-eye-open").click()
    expect(page.get_by_text("mallory", exact=True)).to_be_visible()
    assert page.evaluate("formgrader.loaded") is True


@pytest.mark.browser
@pytest.mark.parametrize("name", FILES)
def test_a_file_of_a_submission_runs_nothing_when_it_is_opened(
    name: str, page: Page, lab: str, attacked: Course
) -> None:
    for url in (f"{address(lab, attacked)}{name}", f"{lab}/files/grading/autograded/mallory/{TRIAL}/{name}"):
        with page.expect_response(url) as answered:
            assert visited(page, url) == []
        answer = answered.value
        assert answer.status == 200, url
        assert "sandbox; default-src 'none'" in str(answer.headers["content-security-policy"])
        assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.browser
def test_the_feedback_page_runs_none_of_it(page: Page, attacked: Course) -> None:
    path = attacked.feedback / "mallory" / TRIAL / "exercise.html"
    assert visited(page, path.as_uri()) == []
    expect(page.get_by_role("columnheader", name="kept")).to_be_visible()
    widths = page.locator("img").evaluate_all("all => all.map(each => each.naturalWidth)")
    assert widths == [40, 40]


# The allow-list itself.


@pytest.mark.parametrize(
    "typed",
    [
        "<scr<script>ipt>alert(1)</script>",
        '<img src="data:text/html;base64,PHNjcmlwdD4=">',
        '<img src="data:image/svg+xml;base64,PHNjcmlwdD4=">',
        '<a href="java\tscript:alert(1)">x</a>',
        '<a href="&#106;avascript:alert(1)">x</a>',
        '<a href="data:text/html,<script>alert(1)</script>">x</a>',
        '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src onerror=alert(1)&gt;">',
        "<noscript><p title='</noscript><img src onerror=alert(1)>'>",
        "<svg><animate onbegin=alert(1)>",
        "<form action=/x><button name=a>",
        '<base href="//x"><meta http-equiv=refresh content=0><link rel=stylesheet href=//x><object data=x>',
        "`<img src=x onerror=alert(1)>`",
        "$<img src=x onerror=alert(1)>$",
        "```html\n<img src=x onerror=alert(1)>\n```",
        '<a href="/formgrader?path=x">x</a> [y](http://localhost:8888/formgrader?path=x) [z](http://2130706433/)',
        '<p id="test-a" class="score" style="position:fixed" onclick="alert(1)">x</p>',
    ],
)
def test_nothing_gets_through_the_allow_list(typed: str) -> None:
    shown = inert.markdown(typed)
    assert not re.search(r"<(?!/?(?:p|a|pre|code|div|span|table|tbody|svg>?x)\b)[a-z]", shown, re.IGNORECASE), shown
    assert not re.search(r"<[^>]*\s(?:on\w+|style|id|href|src|action)=", shown), shown


def test_what_may_be_shown_is_shown_as_it_was() -> None:
    shown = inert.markdown(
        "# One\n\n| a | b |\n|:-:|--:|\n| 1 | 2 |\n\n1. `a < b` & **c**\n\n[x](https://e.example/?a=1&b=2)"
    )
    assert "<h1>One</h1>" in shown
    assert '<th style="text-align:center;">a</th>' in shown
    assert "<code>a &lt; b</code> &amp; <strong>c</strong>" in shown
    assert 'href="https://e.example/?a=1&amp;b=2" rel="noopener noreferrer"' in shown
    assert inert.clean(shown) == shown


def test_a_picture_is_one_only_when_its_bytes_are() -> None:
    assert inert.picture("image/png", png()) == png()
    assert inert.picture("image/png", [png()[:20] + "\n", png()[20:]]) == png()
    assert inert.picture("image/jpeg", png()) is None
    assert inert.picture("image/png", FORGED) is None
    assert inert.picture("image/png", png()[:40]) is None
    assert inert.picture("image/png", {"a": 1}) is None
    assert inert.picture("text/html", png()) is None
    # More than Pillow itself would open.
    side = math.isqrt(2 * (Image.MAX_IMAGE_PIXELS or 0)) + 1
    assert inert.picture("image/png", encoded(Image.new("1", (side, side)))) is None


def test_text_without_end_or_nested_without_end_is_shown_as_typed() -> None:
    for typed in ("<b>" * 5_000, "<b><p></b></p>" * 20_000, "<" * 600_000, "[" * 150_000):
        assert inert.markdown(typed).startswith(("<pre>", "<p>&lt;", "&lt;")), typed[:20]
        assert inert.clean(typed).count("<b>") == 0


def test_outputs_of_any_shape_are_laid_out() -> None:
    for data in ({}, None, "x", {"text/html": {"a": 1}}, {"application/javascript": "1"}, {"image/png": 7}):
        assert list(inert.rich(data)) == ["text/plain"]
    assert inert.rich({"text/html": "<script>1</script>", "text/plain": "kept"}) == {"text/plain": "kept"}
    assert inert.rich({"text/html": "<style>a{}</style><b>x</b>"}) == {"text/html": "<b>x</b>"}


def encoded(image: Image.Image, **how: int) -> str:
    stream = io.BytesIO()
    image.save(stream, "PNG", **how)
    return base64.b64encode(stream.getvalue()).decode()


def test_a_picture_may_have_forty_million_pixels_and_not_one_row_more() -> None:
    assert inert.picture("image/png", encoded(Image.new("1", (8_000, 5_000))))
    assert inert.picture("image/png", encoded(Image.new("1", (8_000, 5_001)))) is None


def test_a_picture_or_drawing_may_weigh_eight_megabytes() -> None:
    heavy = encoded(Image.new("RGB", (2_000, 1_500)), compress_level=0)
    assert inert.picture("image/png", heavy) is None
    assert inert.picture("image/png", encoded(Image.new("RGB", (2_000, 1_500))))
    drawing = '<svg xmlns="http://www.w3.org/2000/svg">' + " " * inert.HEAVIEST + "</svg>"
    assert list(inert.rich({"image/svg+xml": drawing})) == ["text/plain"]
    assert list(inert.rich({"image/svg+xml": DRAWING})) == ["image/svg+xml"]


def test_a_picture_whose_inside_is_damaged_is_none() -> None:
    raw = bytearray(base64.b64decode(png()))
    raw[raw.index(b"IDAT") + 6] ^= 0xFF
    assert inert.picture("image/png", base64.b64encode(raw).decode()) is None


@pytest.mark.parametrize(
    "address",
    [
        "http://lab.localhost:8888/lab",
        "http://LAB.LocalHost./lab",
        "http://localhost./lab",
        "http://localhost/lab",
        "http://intranet/lab",
        "http://127.0.0.1/lab",
        "http://127.1/lab",
        "http://0x7f.0x1/lab",
        "http://[::1]/lab",
        "//example.org/a",
        "ftp://example.org/a",
    ],
)
def test_a_link_into_this_machine_leads_nowhere(address: str) -> None:
    assert "href" not in inert.clean(f'<a href="{address}">x</a>')


@pytest.mark.parametrize("address", ["https://example.org/a", "http://example.org./a", "mailto:lin@example.org"])
def test_a_link_into_the_world_stays(address: str) -> None:
    assert f'href="{address}"' in inert.clean(f'<a href="{address}">x</a>')


def settled(*cells: dict[str, object], **resources: str) -> tuple[nbformat.NotebookNode, dict[str, str]]:
    made = {"cells": list(cells), "metadata": {"language_info": {"name": RUN, "pygments_lexer": "html"}}}
    node, about = inert.Inert().preprocess(from_dict(made), dict(resources))
    return node, about


def test_names_on_the_page_are_text() -> None:
    _node, about = settled(student="<b>lin</b>", first_name='"Lin"', last_name="Yue & Co")
    assert (about["student"], about["first_name"], about["last_name"]) == (
        "&lt;b&gt;lin&lt;/b&gt;", "&quot;Lin&quot;", "Yue &amp; Co"
    )  # fmt: skip
    assert about["nonce"]


NO_CELL = "(A cell that is not shown: it is none that a notebook can hold.)"


def test_every_field_that_a_template_prints_is_of_its_kind() -> None:
    shown = {"output_type": "execute_result", "execution_count": RUN, "data": {"text/plain": "1"}, "metadata": {RUN: 1}}
    scored = {"grade_id": "b-1", "points": 3, "score": 2, "comment": "Good.", "grade": True, "own": RUN}
    node, _about = settled(
        {"cell_type": "code", "source": "1", "id": f"a {RUN}", "execution_count": RUN, "outputs": [shown]},
        {"cell_type": "raw", "source": "<script>1</script>"},
        {"cell_type": RUN, "source": ""},
        {"cell_type": "markdown", "source": "x", "id": "b-1", "metadata": {"nbgrader": scored, "tags": [RUN]}},
        {"cell_type": "markdown", "source": "x", "metadata": {"nbgrader": {**scored, "grade_id": f"b {RUN}"}}},
    )
    code, raw, other, graded, forged = node.cells
    assert (other.cell_type, other.source) == ("markdown", NO_CELL)
    assert "id" not in code
    assert code.execution_count is code.outputs[0].execution_count is None
    assert code.outputs[0].metadata == {}
    assert (raw.cell_type, raw.source) == ("markdown", "<pre>&lt;script&gt;1&lt;/script&gt;</pre>")
    assert graded.id == "b-1"
    flags = {"grade": True, "solution": False, "task": False, "locked": False}
    assert graded.metadata == {
        "nbgrader": {"grade_id": "b-1", "points": 3, "score": 2, "comment": "Good.", **flags}
    }  # fmt: skip
    assert forged.metadata == {}
    assert node.metadata == {"language_info": {"name": "python", "pygments_lexer": "ipython3"}}


ODD = (None, 7, True, "x", [7], [None], [[1]], {"a": 1}, [{"output_type": ["x"]}],
       [{"output_type": "stream", "text": 7}],
       [{"output_type": "display_data", "data": {"text/plain": {"a": 1}, "image/png": [1]}}])  # fmt: skip


@pytest.mark.parametrize("odd", ODD, ids=repr)
def test_a_notebook_of_odd_parts_is_laid_out(odd: object) -> None:
    """Whatever stands where cells, outputs or text should be costs that place only."""
    whole = {"cell_type": "markdown", "source": "read me", "metadata": {}}
    fields = ("source", "outputs", "metadata", "id", "cell_type", "execution_count", "attachments")
    pages: list[dict[str, object]] = [{"cells": odd}, {"cells": [odd, whole]}]
    pages += [
        {"cells": [{"cell_type": kind, "source": "", "metadata": {}, field: odd}, whole]}
        for kind in ("code", "markdown", "raw")
        for field in fields
    ]
    for page in pages:
        made, _resources = inert.Inert().preprocess(from_dict({**page, "metadata": odd}), {})
        assert all(isinstance(each.source, str) for each in made.cells)
        if page["cells"] != odd:
            assert made.cells[-1].source == "read me"
        if page["cells"] == [odd, whole]:
            assert made.cells[0].source == NO_CELL


@pytest.mark.parametrize(
    "slow", ["\\\\(" * 33_000, "\\\\[" * 33_000, "\\begin{a}" * 11_000], ids=["inline", "display", "environment"]
)
def test_what_only_begins_formulas_is_shown_as_it_was_typed(slow: str) -> None:
    """For each of them the renderer would read on to the end: one such cell held formgrader up for half a minute."""
    assert inert.markdown(slow) == f"<pre>{html.escape(slow)}</pre>"
    assert "<pre>" not in inert.markdown("Of \\\\(n\\\\) parcels \\\\(k\\\\) were late.\n\n" * 40)


def test_an_element_with_very_many_attributes_is_shown_as_it_was_typed() -> None:
    for attributes in (" ".join(f"a{n}=1" for n in range(30_000)), "".join(f"a{n}=''" for n in range(30_000))):
        for start in ("<a ", '<a title=">" '):
            assert inert.clean(f"{start}{attributes}>x</a>").startswith("<pre>")
    assert (
        inert.clean('<img alt="a b c d" width="3" height="4"> <a href="https://example.org/?a=1&b=2">y</a>').count(
            "<pre"
        )
        == 0
    )


def test_a_cell_nested_without_end_is_a_sentence_in_its_place() -> None:
    deep: Any = "x"
    for _ in range(3000):
        deep = [deep]
    cells = [
        {"cell_type": "code", "source": "1", "metadata": {}, "outputs": [{"output_type": "error", "ename": deep}]},
        {"cell_type": "markdown", "source": deep, "metadata": {}},
        {"cell_type": "markdown", "source": "fine", "metadata": {}, "attachments": {"a": deep}},
        {"cell_type": "markdown", "source": "fine", "metadata": {}},
    ]
    notebook = from_dict({"cells": [], "metadata": {}})
    notebook["cells"] = cells
    laid_out, _resources = inert.Inert().preprocess(notebook, {})
    assert len(laid_out.cells) == 4
    assert laid_out.cells[-1].source == "fine"
