"""The answer sheet: everything a learner answered in one notebook, in one readable file beside it.

The file is the truth. Every change reads it again under a lock and replaces it whole, so that two kernels on the same
notebook add to each other and a kernel that dies loses nothing. An instructor opens sheets that learners wrote, so
whatever stands in one is taken as text of unknown origin: nothing in it can stop a notebook from opening.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import re
import stat
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from servicelab.files.lock import Held, locked_folder
from servicelab.files.whole import write_whole
from servicelab.i18n import _
from servicelab.learn.whereabouts import LARGEST_FILE, NotTaken, read_regular, unreadable

FORMAT = 1
LARGEST_ENTRY = 256 * 1024
"""Bytes of JSON for one answer; more is a mistake in a widget, and would make every later change slow."""

Entry = dict[str, Any]
Document = dict[str, Any]
Edit = Callable[[Document], None]
UNREAD = (-1, -1, -1)
"""The signature of no file."""


def utc_now() -> datetime:
    """The present moment in UTC, to the second."""
    return datetime.now(UTC).replace(microsecond=0)


def being_graded() -> bool:
    """Whether nbgrader is running this notebook (it says so itself), so that nothing may be written."""
    return bool(os.environ.get("NBGRADER_EXECUTION"))


class AnswerSheet:
    """The answers of one notebook, kept in `path` and read back whenever the notebook is opened.

    >>> from tempfile import mkdtemp
    >>> sheet = AnswerSheet(Path(mkdtemp()) / "lesson.answers.json", "01_needs/lesson")
    >>> sheet.put("q-angry", {"value": ["b"]})
    True
    >>> AnswerSheet(sheet.path, "01_needs/lesson").get("q-angry")["value"]
    ['b']
    """

    def __init__(
        self,
        path: Path,
        notebook: str,
        *,
        language: str = "en",
        locked: str = "",
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self.path = path
        self.notebook = notebook
        self.language = language
        self.notices: list[str] = []
        self._clock = clock
        self._listeners: list[Callable[[str], None]] = []
        self._pending: list[Edit] = []
        self._seen: tuple[int, int, int] | None = None
        self._document: Document = {"entries": {}, "activity": {}}
        self._unread = ""
        # JupyterLab has what controls say handled in another thread than cells: neither may see a change half done.
        self._alone = threading.RLock()
        self.locked = locked or self._why_locked()
        with contextlib.nullcontext() if self.locked else exclusively(path):
            self._refresh()
        # What is answered on a page that opened without its answers would take their place.
        if self._unread and not self.locked:
            self.locked = _(
                "{why}. Close other programs that use it, wait a minute, close this page and open it again.",
                why=self._unread,
            )
            self.notices.append(
                _("Your answers are kept and cannot be shown, and nothing new is saved: {why}", why=self.locked)
            )

    # -- reading

    @property
    def entries(self) -> dict[str, Entry]:
        """Every answer by its id (a copy: change it through `put`)."""
        entries: dict[str, Entry] = self._copied("entries")
        return entries

    @property
    def activity(self) -> dict[str, Any]:
        """Time and position in the notebook (a copy)."""
        activity: dict[str, Any] = self._copied("activity")
        return activity

    def _copied(self, part: str) -> Any:
        with self._alone:
            return json.loads(json.dumps(self._document[part]))

    def get(self, key: str) -> Entry:
        """The answer with this id, or an empty one."""
        with self._alone:
            entry: Entry = json.loads(json.dumps(self._document["entries"].get(key, {})))
        return entry

    def fresh(self, key: str) -> Entry:
        """The answer as it stands on disk now: another window may have written it."""
        with self._alone:
            if not self.locked:
                with exclusively(self.path):
                    self._refresh()
            return self.get(key)

    @property
    def saved_at(self) -> str:
        """When the file was last written, as it says itself (ISO 8601, UTC); "" when there is none."""
        saved = self._document.get("saved", "")
        return saved if isinstance(saved, str) else ""

    @property
    def status(self) -> str:
        """For a control to show: the time of the last save ("10:41", with the date when that was another day), or a
        sentence that says why nothing is kept."""
        with self._alone:
            return self._status()

    def _status(self) -> str:
        if self.locked:
            return _("Not saved: {why}", why=self.locked)
        if self._unread:
            return _("Not saved yet: {why}; it is tried again with your next answer.", why=self._unread)
        if self._pending:
            return _("Not saved yet: the file {name} could not be written.", name=self.path.name)
        try:
            moment = datetime.fromisoformat(self.saved_at).astimezone()
        except (ValueError, OverflowError, OSError):
            return ""
        return f"{moment:%H:%M}" if moment.date() == datetime.now().astimezone().date() else f"{moment:%Y-%m-%d %H:%M}"

    def subscribe(self, listener: Callable[[str], None]) -> None:
        """Call `listener(id)` after each change made through this sheet ("" when it concerns the whole)."""
        self._listeners.append(listener)

    # -- writing

    def put(self, key: str, entry: Entry) -> bool:
        """Keep one answer at once, in place of the former one; False when it could not be written.

        Raises ValueError for an entry that is not plain JSON or is larger than `LARGEST_ENTRY`.
        """
        kept = plain_json(entry)
        kept["at"] = self._clock().isoformat()

        def edit(document: Document) -> None:
            document["entries"][key] = kept

        return self.change(edit, key)

    def change(self, edit: Edit, key: str = "") -> bool:
        """Apply `edit` to the document that stands on disk now and write it; False when it could not be written.

        What could not be written stays in memory and goes with the next change that can.
        """
        with self._alone:
            written = self._changed(edit)
        for listener in list(self._listeners):
            listener(key)
        return written

    def _changed(self, edit: Edit) -> bool:
        if self.locked:
            edit(self._document)
            return False
        written = False
        with exclusively(self.path):
            self._refresh()
            edit(self._document)
            # Reading it can have shown that it is not to be written.
            if not self.locked:
                self._pending.append(edit)
                written = not self._unread and self._write()
        return written

    def _write(self) -> bool:
        self._document |= {
            "format": FORMAT,
            "notebook": self.notebook,
            "language": self.language,
            "saved": self._clock().isoformat(),
        }
        text = json.dumps(self._document, ensure_ascii=False, indent=2, sort_keys=True, allow_nan=False)
        try:
            # Half a surrogate pair is possible in JSON and impossible in UTF-8.
            write_whole(self.path, text.encode("utf-8", errors="replace") + b"\n")
        except OSError:
            return False
        self._pending.clear()
        self._seen = signature(self.path)
        return True

    # -- the file as it stands

    def _why_locked(self) -> str:
        if being_graded():
            return _("this notebook is being graded.")
        folder = self.path.parent
        if not folder.is_dir() or not os.access(folder, os.W_OK):
            return _("this folder cannot be written to.")
        # The mode, not only os.access: nbgrader protects files by their mode, and an administrator may write anyway.
        if self.path.is_file() and not (os.access(self.path, os.W_OK) and self.path.stat().st_mode & stat.S_IWUSR):
            return _("the file {name} is write-protected.", name=self.path.name)
        return ""

    def _refresh(self) -> None:
        """Take over what another kernel wrote since; keep what is in memory when the file is gone or damaged.

        A file that cannot be read now stays where it is, is not written either, and is read with the next change.
        """
        now = signature(self.path)
        if now == self._seen:
            return
        self._seen, self._unread = now, ""
        if now is None:
            return
        try:
            raw = read_regular(self.path, LARGEST_FILE)
        except FileNotFoundError:
            self._seen = None
            return
        except NotTaken:
            self._set_aside({})
            return
        except OSError as problem:
            self._seen, self._unread = UNREAD, unreadable(self.path.name, problem)
            return
        document, whole = understand(raw)
        if newer(document):
            self.locked = _("it was written by a newer version of the course.")
        elif not whole:
            self._set_aside(document["entries"])
            return
        self._document = document
        for edit in self._pending:
            edit(self._document)

    def _set_aside(self, rescued: dict[str, Entry]) -> None:
        """Put a damaged file away under a name that says so, and go on with what could be read of it."""
        self._document["entries"] = {**rescued, **self._document["entries"]}
        if self.locked:
            self.notices.append(
                _("The answers file {name} is damaged; what could be read of it is used.", name=self.path.name)
            )
            return
        stem = self.path.name.removesuffix(".json")
        aside = next(p for n in range(1, 10_000) if not (p := self.path.with_name(f"{stem}.damaged-{n}.json")).exists())
        try:
            self.path.replace(aside)
        except OSError:
            self.locked = _("the file {name} is damaged and cannot be moved.", name=self.path.name)
            return
        self._seen = None
        self.notices.append(
            _(
                "Your answers file {name} was damaged: it was put aside as {aside}, {count} of its answers were "
                "rescued, and a fresh file begins.",
                name=self.path.name,
                aside=aside.name,
                count=len(rescued),
            )
        )
        if rescued:
            self._write()


def plain_json(entry: Entry) -> Entry:
    """The entry as JSON gives it back; ValueError when it is not plain JSON or too large."""
    try:
        text = json.dumps(entry, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as problem:
        raise ValueError(f"an answer must be plain JSON: {problem}") from None
    if len(text) > LARGEST_ENTRY:
        raise ValueError(f"an answer must be at most {LARGEST_ENTRY} bytes of JSON, this one has {len(text)}")
    kept: Entry = json.loads(text)
    return kept


def understand(raw: bytes) -> tuple[Document, bool]:
    """The document in the bytes of an answers file, and whether it was whole.

    >>> understand(b'{"format": 1, "entries": {"a": {"value": 1}, "b": {"va')
    ({'entries': {'a': {'value': 1}}, 'activity': {}}, False)
    """
    try:
        document = json.loads(raw.decode("utf-8-sig"), parse_constant=lambda _name: None, parse_float=finite)
    except (ValueError, RecursionError):
        return {"entries": salvage(raw.decode("utf-8", errors="replace")), "activity": {}}, False
    if not isinstance(document, dict):
        return {"entries": {}, "activity": {}}, False
    entries, activity = document.get("entries", {}), document.get("activity", {})
    whole = isinstance(entries, dict) and isinstance(activity, dict)
    good = {k: v for k, v in entries.items() if isinstance(v, dict)} if isinstance(entries, dict) else {}
    kept = {**document, "entries": good, "activity": activity if isinstance(activity, dict) else {}}
    # A number as large as 1e400 or nesting that cannot be written again counts as damage now, not at the next save.
    try:
        json.dumps(kept, allow_nan=False)
    except (ValueError, RecursionError):
        return {"entries": {}, "activity": {}}, False
    return kept, whole and len(good) == len(entries)


def newer(document: Document) -> bool:
    """Whether a later version of the course wrote it: this one would lose what it does not know."""
    stated = document.get("format")
    return isinstance(stated, int) and stated > FORMAT


def finite(text: str) -> float | None:
    """A JSON number, or None for one too large to be a number."""
    number = float(text)
    return number if math.isfinite(number) else None


def salvage(text: str) -> dict[str, Entry]:
    """The entries that stand whole in a damaged file, in the order in which they come."""
    found: dict[str, Entry] = {}
    start = re.search(r'"entries"\s*:\s*\{', text)
    if not start:
        return found
    decoder = json.JSONDecoder(parse_constant=lambda _name: None, parse_float=finite)
    pair = re.compile(r'\s*,?\s*("[^"\\]{0,200}")\s*:\s*')
    at = start.end()
    while match := pair.match(text, at):
        try:
            value, at = decoder.raw_decode(text, match.end())
            if isinstance(value, dict):
                found[json.loads(match[1])] = plain_json(value)
        except (ValueError, RecursionError):
            break
    return found


def signature(path: Path) -> tuple[int, int, int] | None:
    """What changes whenever the file is replaced; None when there is none."""
    try:
        state = path.lstat()
    except OSError:
        return None
    return state.st_mtime_ns, state.st_size, state.st_ino


@contextlib.contextmanager
def exclusively(path: Path, patience: float = 2.0) -> Iterator[None]:
    """Keep other kernels from changing `path` meanwhile.

    Goes on without the lock after `patience` seconds, and where there is none to be had: a lost race costs one answer,
    a frozen notebook costs the lesson.
    """
    with contextlib.ExitStack() as held:
        with contextlib.suppress(Held, OSError):
            held.enter_context(locked_folder(path.parent, patience=patience))
        yield
