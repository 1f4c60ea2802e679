"""Learner text made inert: what a submission holds may be read by an instructor or a trainee, and nothing in it runs.

Markdown, outputs and pictures go through one allow-list, after Markdown became HTML: cleaning the source would escape
code twice and let raw HTML that the renderer makes through. `Inert` and the two filters are what formgrader and
nbgrader's own feedback look use (`nbgrader_config.py` names them); our feedback page calls the functions.
"""

from __future__ import annotations

import base64
import binascii
import html
import io
import re
import secrets
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from jinja2 import pass_context
from jinja2.runtime import Context
from nbconvert.preprocessors import Preprocessor
from nbformat.notebooknode import NotebookNode, from_dict
from traitlets import Bool

from servicelab.grading.messages import text_of
from servicelab.grading.whose import NOTE
from servicelab.i18n import _

TAGS = frozenset({
    "a", "abbr", "b", "blockquote", "br", "caption", "code", "col", "colgroup", "dd", "del", "div", "dl", "dt",
    "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "kbd", "li", "mark", "ol", "p", "pre", "s",
    "samp", "small", "span", "strong", "sub", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "u",
    "ul", "var",
})  # fmt: skip
LONGEST = 400_000
"""Characters of HTML or code that are laid out; more is shown as it was typed."""
LONGEST_MARKDOWN = 100_000
ROOM = 1_000_000
"""Characters of one notebook that are laid out: a cell of the worst kind takes seconds, a notebook holds hundreds."""
DEEPEST = 200
"""Elements inside each other."""
MOST = 3_000
"""Elements of one text: the parser takes up to the square of them, so that more would hold up the page."""
OPENED = re.compile(r"<(/?)([a-z][a-z0-9]*)", re.IGNORECASE)
TAG = re.compile(r"<[a-z](?:[^>\"']|\"[^\"]*\"|'[^']*')*", re.IGNORECASE)
QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
ATTRIBUTES = 60
"""Of one element: the parser holds each against all before it."""
MATH = re.compile(r"\\\\[(\[]|\\begin\{")
"""What may begin a formula; for each, the renderer reads on to the end of the text."""
LOOKED_THROUGH = 5_000_000
"""Characters that it may read in all."""
EMPTY = frozenset({"br", "col", "hr", "img"})
HEAVIEST = 8 << 20
"""Bytes of one picture."""
WIDEST = 40_000_000
"""Pixels of one picture: a few kilobytes can unpack to gigabytes in the browser that shows it."""
PICTURES = {"image/png": "PNG", "image/jpeg": "JPEG", "image/gif": "GIF", "image/webp": "WEBP"}
SVG = "image/svg+xml"
EMBEDDED = re.compile(r"data:(image/[a-z+]+);base64,([A-Za-z0-9+/=\s]*)")
PROGRAM = re.compile(r"<(script|style)\b.*?(?:</\1\s*>|\Z)", re.DOTALL | re.IGNORECASE)
"""Left out of outputs whole: a library's picture of a table brings its style along, which would be shown as text."""
TOKEN = re.compile(r"dataframe|highlight|hl-ipython3|[a-z]{1,2}\d?")
"""Classes that are kept: tables, and the colours of code. Formgrader finds its own buttons by longer ones."""
ALIGNED = re.compile(r"\s*text-align:\s*(?:left|right|center)\s*;?\s*")
NAME = re.compile(r"[\w-]{1,64}", re.ASCII)
PLAIN = "text/plain"
HTML = "text/html"


class Room:
    """What may still be laid out of one notebook; past it, texts are shown as they were typed."""

    def __init__(self, left: int = ROOM) -> None:
        self.left = left
        #: What came of it: a template cleans once more what is clean.
        self.made: set[str] = set()

    def takes(self, text: str) -> bool:
        """Whether a text may be laid out; if so, it has its part of the room."""
        if len(text) > self.left:
            return False
        self.left -= len(text)
        return True


_room: ContextVar[Room | None] = ContextVar("room", default=None)


@contextmanager
def laying_out(room: Room | None = None) -> Iterator[Room]:
    """What is made inert meanwhile is of one notebook, and has its room together."""
    within = room or Room()
    before = _room.set(within)
    try:
        yield within
    finally:
        _room.reset(before)


def _finds_room(text: str) -> bool:
    room = _room.get()
    return room is None or room.takes(text)


def clean(markup: str) -> str:
    """Return HTML with nothing in it that runs, fetches, poses as the page around it or leads into this machine.

    Elements outside the allow-list are shown as they were typed. Ids and styles go as well: by an id a heading could
    take a score's place in formgrader, by a style an answer could cover its buttons.
    """
    room = _room.get()
    if room is not None and markup in room.made:
        return markup
    shown = _cleaned(markup) if len(markup) <= LONGEST and _finds_room(markup) else _as_typed(markup)
    if room is not None:
        room.made.add(shown)
    return shown


def _cleaned(markup: str) -> str:
    if len(markup) > LONGEST or not _is_modest(markup):
        return _as_typed(markup)
    cleaned: str = _cleaner().clean(markup)
    return cleaned


def markdown(source: str, attachments: object = None) -> str:
    """Return Markdown as HTML that is inert, whoever wrote it.

    A picture that is attached to the cell is shown if it is one; any other is not, nor is one that is missing.
    """
    if len(source) > LONGEST_MARKDOWN or len(MATH.findall(source)) * len(source) > LOOKED_THROUGH:
        return _as_typed(source)
    if not _finds_room(source):
        return _as_typed(source)
    from mistune.plugins import import_plugin
    from nbconvert.filters.markdown_mistune import MarkdownWithMath

    # Without nbconvert's task lists, which are made of form elements.
    plugins = [import_plugin(name) for name in ("strikethrough", "table", "url", "def_list")]
    try:
        return _cleaned(MarkdownWithMath(renderer=_renderer(attachments), plugins=plugins).render(source))
    except Exception:  # noqa: BLE001 - nested without end, say: whatever was written, the page around it must open
        return _as_typed(source)


def picture(kind: str, payload: object) -> str | None:
    """Return a picture's base64, or None unless the bytes decode and are of the type that they claim.

    >>> picture("image/png", base64.b64encode(b"<script>alert(1)</script>").decode()) is None
    True
    """
    if not isinstance(payload, str | list) or (kind not in PICTURES and kind != SVG):
        return None
    text = "".join(text_of(payload).split())
    if len(text) > HEAVIEST * 4 // 3:
        return None
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    sound = _is_drawing(data) if kind == SVG else _is_picture(kind, data)
    return base64.b64encode(data).decode("ascii") if sound else None


def rich(data: object) -> dict[str, str]:
    """Return what may be shown of an output's forms: tables and text cleaned, pictures checked, programs left out."""
    forms = data if isinstance(data, Mapping) else {}
    kept: dict[str, str] = {}
    for kind, value in forms.items():
        if not isinstance(value, str | list):
            continue
        text = text_of(value)
        if kind == HTML and len(text) <= LONGEST:
            kept[HTML] = clean(PROGRAM.sub("", text))
        elif kind == "text/markdown":
            kept.setdefault(HTML, markdown(text))
        elif kind == SVG and _is_drawing(text.encode("utf-8", "replace")):
            kept[SVG] = text
        elif kind in ("image/png", "image/jpeg") and (checked := picture(kind, value)):
            kept[kind] = checked
        elif kind == PLAIN:
            kept[PLAIN] = text
    if not kept.get(HTML, "x").strip():
        del kept[HTML]
    return kept or {PLAIN: _("(An output that is not shown: it is a program, or not the picture it claims to be.)")}


class Inert(Preprocessor):
    """Makes a graded notebook safe to lay out, for nbconvert's templates print most of it as it stands."""

    enabled = Bool(True, help="Whether learner text is made inert").tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Clean every cell, and give the page the word by which its own scripts are known."""
        resources["nonce"] = secrets.token_urlsafe(18)
        for name in ("student", "first_name", "last_name"):
            if resources.get(name):
                resources[name] = html.escape(str(resources[name]))
        python = {"name": "python", "pygments_lexer": "ipython3"}
        nb.metadata = _node({"language_info": python})
        with laying_out() as resources["room"]:
            nb.cells = [_laid_out(cell) for cell in _listed(nb.get("cells"))]
        return nb, resources


@pass_context
def markdown_filter(context: Context, source: object) -> str:
    """nbconvert's filter `markdown2html`: a cell's Markdown, with what is attached to the cell."""
    cell = context.get("cell", {})
    with laying_out(context.get("resources", {}).get("room")):
        return markdown(text_of(source), cell.get("attachments"))


@pass_context
def clean_filter(context: Context, markup: object) -> str:
    """nbconvert's filter `clean_html`: an output's HTML or drawing."""
    with laying_out(context.get("resources", {}).get("room")):
        return clean(text_of(markup))


def code_filter(source: object, **_about: object) -> str:
    """nbconvert's filter `highlight_code`: always as Python, since a notebook may claim to be in any language."""
    from nbconvert.filters import Highlight2HTML

    text = text_of(source)
    coloured: Any = Highlight2HTML(pygments_lexer="ipython3")  # type: ignore[no-untyped-call]
    return _as_typed(text) if len(text) > LONGEST else str(coloured(text))


def _laid_out(cell: Any) -> NotebookNode:
    """Return a cell that templates can print, or a sentence in the place of one that is nested without end."""
    try:
        return _settled(cell)
    except RecursionError:
        return _settled(None)


def _settled(cell: Any) -> NotebookNode:
    """Return a cell of which every field that a template prints is of the kind it prints."""
    kind = cell.get("cell_type") if isinstance(cell, Mapping) else None
    if kind not in ("markdown", "code", "raw"):
        said = _("(A cell that is not shown: it is none that a notebook can hold.)")
        return _node({"cell_type": "markdown", "source": said, "metadata": {}, "attachments": {}})
    kept: dict[str, Any] = {
        "cell_type": kind,
        "source": text_of(cell.get("source", "")),
        "metadata": {**_note(kind, cell.get("metadata")), **_metadata(cell.get("metadata"))},
    }
    if isinstance(name := cell.get("id"), str) and NAME.fullmatch(name):
        kept["id"] = name
    if kind == "code":
        count = cell.get("execution_count")
        kept["execution_count"] = count if isinstance(count, int) else None
        kept["outputs"] = [settled for each in _listed(cell.get("outputs")) for settled in _output(each)]
    elif kind == "markdown":
        attached = cell.get("attachments")
        kept["attachments"] = attached if isinstance(attached, Mapping) else {}
    else:
        # A raw cell is printed as HTML; as text it is what its writer sees.
        kept["cell_type"], kept["source"] = "markdown", _as_typed(kept["source"])
    return _node(kept)


def _node(value: dict[str, Any]) -> NotebookNode:
    node: NotebookNode = from_dict(value)  # type: ignore[no-untyped-call]
    return node


def _note(kind: str, stated: object) -> dict[str, Any]:
    """Whether a cell is a note of ours: no cell of a trainee's says so any more when it has been graded."""
    return {NOTE: True} if kind == "markdown" and isinstance(stated, Mapping) and NOTE in stated else {}


def _metadata(stated: object) -> dict[str, Any]:
    about = stated.get("nbgrader") if isinstance(stated, Mapping) else None
    if not isinstance(about, Mapping):
        return {}
    name, points = about.get("grade_id"), about.get("points", 0)
    if not isinstance(name, str) or not NAME.fullmatch(name) or not isinstance(points, int | float):
        return {}
    flags = {flag: about.get(flag) is True for flag in ("grade", "solution", "task", "locked")}
    scored = {"score": about["score"]} if isinstance(about.get("score"), int | float) else {}
    said = {"comment": about["comment"]} if isinstance(about.get("comment"), str) else {}
    return {"nbgrader": {"grade_id": name, "points": points, **flags, **scored, **said}}


def _listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _output(shown: object) -> Iterator[dict[str, Any]]:
    if not isinstance(shown, Mapping):
        return
    kind = shown.get("output_type")
    if kind == "stream":
        name = "stderr" if shown.get("name") == "stderr" else "stdout"
        yield {"output_type": kind, "name": name, "text": text_of(shown.get("text", ""))}
    elif kind == "error":
        trace = shown.get("traceback")
        yield {
            "output_type": kind,
            "ename": str(shown.get("ename", "")),
            "evalue": str(shown.get("evalue", "")),
            "traceback": [str(line) for line in trace] if isinstance(trace, list) else [],
        }
    elif kind in ("display_data", "execute_result"):
        count = shown.get("execution_count")
        yield {
            "output_type": kind,
            "data": rich(shown.get("data")),
            "metadata": {},
            **({"execution_count": count if isinstance(count, int) else None} if kind == "execute_result" else {}),
        }


def _as_typed(text: str) -> str:
    return f"<pre>{html.escape(text)}</pre>"


def _is_modest(markup: str) -> bool:
    """Whether elements are few, and few of them inside each other; what another's name closes counts as open."""
    still: Counter[str] = Counter()
    depth = count = 0
    for closing, name in OPENED.findall(markup):
        element = name.casefold()
        if not closing:
            count += 1
            if element not in EMPTY:
                still[element] += 1
                depth += 1
        elif still[element]:
            still[element] -= 1
            depth -= 1
        if depth > DEEPEST or count > MOST:
            return False
    return all(_has_few_attributes(tag) for tag in TAG.findall(markup))


def _has_few_attributes(tag: str) -> bool:
    bare = QUOTED.sub("", tag)
    return max(len(re.split(r"[\s/]+", bare)), bare.count("=")) <= ATTRIBUTES


def _is_picture(kind: str, data: bytes) -> bool:
    from PIL import Image

    try:
        with Image.open(io.BytesIO(data), formats=[PICTURES[kind]]) as opened:
            width, height = opened.size
            opened.verify()
    except Exception:  # noqa: BLE001 - a decoder raises many kinds for bytes that are no picture
        return False
    return 0 < width * height <= WIDEST


def _is_drawing(data: bytes) -> bool:
    """Whether bytes are SVG; as the source of an `img` a browser draws it without running or fetching anything."""
    from defusedxml import ElementTree  # type: ignore[import-untyped]

    if len(data) > HEAVIEST:
        return False
    try:
        root = ElementTree.fromstring(data)
    except Exception:  # noqa: BLE001 - not XML, or XML that defusedxml refuses
        return False
    return str(root.tag) == "{http://www.w3.org/2000/svg}svg"


def _renderer(attachments: object) -> Any:
    from nbconvert.filters.markdown_mistune import IPythonRenderer

    attached = attachments if isinstance(attachments, Mapping) else {}

    class Renderer(IPythonRenderer):
        """nbconvert's, which raises for an attachment that is missing, and here would stop the whole page."""

        def image(self, text: str, url: str, title: str | None = None) -> str:
            if url.startswith("attachment:"):
                url = _attachment(attached.get(url.removeprefix("attachment:")))
            return str(super(IPythonRenderer, self).image(text, url, title))

    return Renderer(escape=False, exclude_anchor_links=True)


def _attachment(forms: object) -> str:
    for kind, payload in forms.items() if isinstance(forms, Mapping) else ():
        if checked := picture(kind, payload):
            return f"data:{kind};base64,{checked}"
    return ""


def _allowed(tag: str, name: str, value: str) -> bool:
    """Whether an attribute stays."""
    if name == "class":
        return tag in ("table", "div", "span", "code", "pre") and all(map(TOKEN.fullmatch, value.split()))
    if tag == "a" and name == "href":
        return _leads_outside(value)
    if tag == "img":
        if name == "src":
            found = EMBEDDED.fullmatch(value.strip())
            return bool(found and picture(found[1], found[2]))
        return name == "alt" or (name in ("width", "height") and value.isascii() and value.isdigit() and len(value) < 5)
    if tag in ("td", "th"):
        if name == "style":
            return bool(ALIGNED.fullmatch(value))
        return name in ("align", "scope") or (name in ("colspan", "rowspan") and value.isdigit() and len(value) < 4)
    return tag == "abbr" and name == "title"


def _leads_outside(address: str) -> bool:
    """Whether a link leads to somewhere else in the world: not into formgrader, nor to another program on this machine.

    >>> [_leads_outside(x) for x in ("https://example.org/a", "/formgrader?path=x", "http://127.0.0.1:8888/lab")]
    [True, False, False]
    """
    try:
        parts = urlsplit(html.unescape(address).strip())
        host = (parts.hostname or "").rstrip(".")
    except ValueError:
        return False
    if parts.scheme == "mailto":
        return True
    # A host's last label begins with a letter unless the host is a number, and names on this machine have one label.
    *_front, last = host.split(".")
    return parts.scheme in ("http", "https") and "." in host and last[:1].isalpha() and last != "localhost"


@cache
def _cleaner() -> Any:
    from bleach.css_sanitizer import CSSSanitizer
    from bleach.html5lib_shim import Filter
    from bleach.sanitizer import Cleaner

    class Outward(Filter):  # type: ignore[misc]
        """Opens links apart from the page, and puts its words in the place of a picture that was not one."""

        def __iter__(self) -> Iterator[dict[str, Any]]:
            for token in super().__iter__():
                about = token.get("data")
                if token.get("name") == "img" and (None, "src") not in about:
                    yield {"type": "Characters", "data": about.get((None, "alt"), "")}
                    continue
                if token.get("name") == "a" and token["type"] == "StartTag" and (None, "href") in about:
                    about[None, "rel"], about[None, "target"] = "noopener noreferrer", "_blank"
                yield token

    return Cleaner(
        tags=TAGS,
        attributes=_allowed,
        protocols={"http", "https", "mailto", "data"},
        css_sanitizer=CSSSanitizer(allowed_css_properties=["text-align"]),
        filters=[Outward],
    )
