"""Everything saved as one file, and restored from it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from servicelab.course.handin import LARGEST_ARCHIVE
from servicelab.errors import UserError
from servicelab.files.whole import write_whole
from servicelab.i18n import _, together, use
from servicelab.learn import saving
from servicelab.learn.controls.parts import with_part
from servicelab.learn.controls.parts.offer import send_file
from servicelab.widgets.house import Interactive


@with_part("offer.js")
class SaveControl(Interactive):
    """Saves the workspace's progress as one file, and restores it. `value` is {"save": n}: each higher n saves once."""

    view = "view.js"

    def __init__(self, root: Path) -> None:
        self._root = root
        self._says = ""
        self._kind = ""
        self._saves = 0
        self._coming = bytearray()
        super().__init__({"save": 0})
        self.on_msg(self._asked)

    def name(self) -> str:
        return _("Save or restore my progress")

    def words(self) -> dict[str, str]:
        return {
            "lead": _("Everything is saved as you go. On Binder, or before you change computers, take it with you: one "
                      "file holds all your answers and your graded notebooks."),
            "save": _("Save my progress as a file"),
            "restore": _("Restore my progress from a file"),
            "choose": _("A file called servicelab-progress-….zip"),
            "sending": _("Reading the file: {percent} %"),
            "unsent": _("Python does not answer: start it again and choose the file once more."),
            "large": _("This file is too large to be a saved progress: choose servicelab-progress-….zip."),
        }  # fmt: skip

    def derive(self, value: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG002 - what was done decides
        return {"says": self._says, "kind": self._kind, "saves": self._saves, "limit": LARGEST_ARCHIVE}

    def text(self) -> str:
        """The title: what was saved differs from run to run."""
        return self.name_shown

    def _recompute(self, change: Any) -> None:
        count = change["new"].get("save")
        if isinstance(count, int) and count > self._saves:
            self._saves = count
            with use(self._language):
                self._save()
        super()._recompute(change)

    def _save(self) -> None:
        try:
            saved = saving.save_progress(self._root)
            write_whole(self._root / saved.name, saved.content)
        except UserError as problem:
            self._tell("wrong", str(problem))
        except OSError as problem:
            self._tell("wrong", _("The file could not be written ({why}).", why=problem.strerror or "OSError"))
        else:
            says = [_("Saved as {name}, beside the start page. Your browser can download it too.", name=saved.name)]
            if saved.left_out:
                says += [_("Not everything is in it."), *saved.left_out]
            self._tell("info" if saved.left_out else "right", together(*says))
            send_file(self, self._root / saved.name)

    def restore(self, content: bytes) -> None:
        """Restore from the bytes of a saved file and say what was done."""
        try:
            done = saving.restore_progress(self._root, content)
        except UserError as problem:
            self._tell("wrong", str(problem))
        except OSError as problem:
            self._tell("wrong", _("The file could not be restored ({why}).", why=problem.strerror or "OSError"))
        else:
            says = [_("Files restored: {count}; the same already: {same}.", count=len(done.taken),
                      same=len(done.same))]  # fmt: skip
            if done.copies:
                says.append(_("What stood there before was kept as {names}.", names=", ".join(done.copies)))
            if done.student:
                says.append(_("Your staff number is now {student}.", student=done.student))
            says.append(_("Close the notebooks that are open and open them again to see your answers."))
            self._tell("right", together(*says))
        self.state = self.derive(self.value)

    def _tell(self, kind: str, says: str) -> None:
        self._kind, self._says = kind, says

    def _asked(self, _widget: object, content: object, buffers: object) -> None:
        if not isinstance(content, Mapping) or content.get("do") != "restore":
            return
        piece = bytes(buffers[0]) if isinstance(buffers, list) and buffers else b""
        with use(self._language):
            self._take(content.get("at"), content.get("size"), piece)

    def _take(self, at: object, size: object, piece: bytes) -> None:
        """Take one piece of a file: a server closes the connection on a message as large as the whole may be."""
        if at == 0:
            self._coming = bytearray()
        self._coming += piece
        arrived = len(self._coming)
        fits = isinstance(size, int) and arrived <= size <= LARGEST_ARCHIVE
        if not fits or at != arrived - len(piece) or (not piece and arrived != size):
            self._coming = bytearray()
            self._tell("wrong", _("The file did not arrive whole: choose it once more."))
            self.state = self.derive(self.value)
        elif arrived != size:
            self.send({"do": "more", "at": arrived})
            return
        else:
            whole, self._coming = bytes(self._coming), bytearray()
            self.restore(whole)
        self.send({"do": "done"})
