"""What every control of ours is built on: a value, the state derived from it, a view that draws the state.

The front end sends ``value`` (only what the learner set), Python derives ``state`` with a pure model, and the view
draws ``state``. Client code is plain JavaScript: ``elements.js``, ``chart.js`` (the chart grammar) and ``controls.js``
here, then the widget's own file, sent as one module.
"""

from __future__ import annotations

import os
import sys
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

import anywidget
import traitlets

from servicelab.i18n import _, language, use

HERE = Path(__file__).parent
CODE = ("elements.js", "chart.js", "controls.js")
STYLES = ("controls.css", "chart.css")
LIVE_PAGE = "SERVICELAB_LIVE_PAGE"
"""Set for the kernels of a trainee's pages: there somebody waits for the page, and looks at one section at a time."""


@cache
def _together(names: tuple[str, ...]) -> str:
    return "\n".join((HERE / name).read_text(encoding="utf-8") for name in names) + "\n"


class Interactive(anywidget.AnyWidget):  # type: ignore[misc, unused-ignore]
    """A control with labelled inputs, a picture and a text equivalent.

    A subclass names its view file, which stands beside its own module, and implements
    :meth:`derive`, :meth:`name` and usually :meth:`words`::

        class Kano(Interactive):
            view = "view.js"

            def derive(self, value): ...

    Traits: ``value`` is what the learner set and all that is worth saving; ``state`` is what the view draws and always
    follows from ``value``; ``content`` is what never changes (sent once); ``labels`` are translated strings; ``saved``
    is a clock time such as ``"10:41"``, any other sentence shown as it is, or empty.

    ``state`` may carry ``at`` (the settings in force: inputs bound to a key show it), ``text`` (the summary sentence)
    and ``table`` (``{"caption", "columns", "rows"}``); :meth:`text` prints the last two. One that comes to an end says
    in ``complete`` whether it has: in a lesson it is done then and not before, and any other as soon as it is tried.

    ``slow`` says that a first state takes seconds. On a trainee's page it is then made when the control first comes
    into sight (a page of the frontline does not wait for what only analysts see); anywhere else at once, so that an
    executed notebook holds all of it. ``ready`` says whether it is made; what never changes may be a function then.
    """

    view: ClassVar[str] = ""
    slow: ClassVar[bool] = False

    # No echo: the view that sent a value has it, and every message a slider move costs is felt.
    value = traitlets.Dict().tag(sync=True, echo_update=False)
    state = traitlets.Dict().tag(sync=True)
    content = traitlets.Dict().tag(sync=True)
    labels = traitlets.Dict().tag(sync=True)
    saved = traitlets.Unicode().tag(sync=True)
    ready = traitlets.Bool(default_value=False).tag(sync=True)

    def __init_subclass__(cls, **kwargs: Any) -> None:
        if "view" in cls.__dict__:
            own = Path(str(sys.modules[cls.__module__].__file__)).with_name(cls.view)
            cls._esm = _together(CODE) + own.read_text(encoding="utf-8")
            styles = own.with_suffix(".css")
            cls._css = _together(STYLES) + (styles.read_text(encoding="utf-8") if styles.is_file() else "")
        super().__init_subclass__(**kwargs)

    def __init__(
        self,
        value: Mapping[str, Any] | None = None,
        *,
        content: Mapping[str, Any] | Callable[[], Mapping[str, Any]] | None = None,
    ) -> None:
        # The language of the page is settled when the control is made; later derivations keep to it.
        self._language = language()
        labels = {
            "title": self.name(),
            "locale": "zh-CN" if self._language == "zh" else "en",
            "table": _("Show as table"),
            "colon": _(": "),
            "percent": _("{number} %", number="{number}"),
            "yuan": _("¥{number}", number="{number}"),
            "saved": _("Saved {time}", time="{time}"),
            "saving": _("Saving…"),
            "unsaved": _("Not saved yet"),
            "preparing": _("Python is preparing this; a few seconds …"),
            "kept_as": self.kept_as(),
            "stale": _(
                "No answer from the kernel: it is busy, or it has stopped. If this line stays, press ⏩ "
                "(Restart Kernel and Run All Cells); what you saved is still there."
            ),
            **self.words(),
        }
        self._content = content
        start = dict(value or {})
        later = self.slow and os.environ.get(LIVE_PAGE)
        super().__init__(value=start, labels=labels, **({} if later else self._first(start)))
        self.observe(self._recompute, names="value")
        self.on_msg(self._answer)

    def name(self) -> str:
        """Return the control's title, translated: what a screen reader announces when it enters."""
        return type(self).__name__

    def kept_as(self) -> str:
        """Return where the value is kept, the same at every opening; "" for a control that keeps nothing.

        Under this name the page holds what was set until Python has confirmed it.
        """
        return ""

    def words(self) -> dict[str, str]:
        """Return the view's strings, translated, by the key the view asks for."""
        return {}

    def derive(self, value: dict[str, Any]) -> dict[str, Any]:
        """Return the state that follows from ``value``; whatever the value holds, it never raises."""
        raise NotImplementedError

    def _first(self, value: dict[str, Any]) -> dict[str, Any]:
        """What never changes, and the first state."""
        given = self._content() if callable(self._content) else self._content
        return {"content": dict(given or {}), "state": self.derive(value), "ready": True}

    def _make(self) -> None:
        """Make what has waited to be seen, and send it in one message."""
        if not self.ready:
            with use(self._language), self.hold_sync():
                try:
                    first = self._first(dict(self.value))
                except Exception as problem:
                    # No cell shows it any more: the place that waits says so, and the server's log has the rest.
                    told = _("This could not be prepared: {problem}", problem=problem)
                    self.labels = {**self.labels, "preparing": told}
                    raise
                for name, made in first.items():
                    setattr(self, name, made)

    def _recompute(self, change: Any) -> None:
        if self.ready:
            with use(self._language):
                self.state = self.derive(change["new"])

    def _answer(self, _widget: object, content: object, _buffers: object) -> None:
        """Tell a view that heard nothing for a while that the kernel is there; make what has come into sight."""
        if isinstance(content, dict) and content.get("ping"):
            self.send({"pong": True})
        if isinstance(content, dict) and content.get("sight"):
            self._make()
        if isinstance(content, dict) and content.get("look"):
            self.look_again()

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Take from the page what the learner set, and nothing else: all the rest follows from it here."""
        super().set_state({name: each for name, each in sync_data.items() if name == "value"})

    def look_again(self) -> None:
        """Take over what another window has kept since; somebody has just come back to this one."""

    def guesses(self) -> list[tuple[str, str, str]]:
        """What somebody has guessed in it: the question, the guess, what it is."""
        return []

    def text(self) -> str:
        """Return what the control shows now as plain text: title, summary, table."""
        parts = [self.name_shown, str(self.state.get("text", ""))]
        table = self.state.get("table")
        if table:
            parts.append(text_table(table["columns"], table["rows"], table.get("caption", "")))
        return "\n".join(part for part in parts if part)

    @property
    def name_shown(self) -> str:
        """The title in the language the control was made in."""
        return str(self.labels["title"])

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        bundle = super()._repr_mimebundle_(**kwargs)
        if bundle is None:
            return None
        data, metadata = bundle
        return {**data, "text/plain": self.text()}, metadata


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def text_table(columns: Sequence[str], rows: Sequence[Sequence[object]], caption: str = "") -> str:
    """Return a table as aligned plain text; Chinese characters count as two columns.

    >>> print(text_table(["kind", "n"], [["functional", 3], ["情感", None]], "Kinds"))
    Kinds
    kind        n
    functional  3
    情感        –
    """
    cells = [[str(c) for c in columns]] + [["–" if c is None else str(c) for c in row] for row in rows]
    widths = [max(_width(row[i]) for row in cells) for i in range(len(columns))]
    lines = [
        "  ".join(cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in cells
    ]
    return "\n".join([caption, *lines] if caption else lines)
