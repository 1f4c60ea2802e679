"""In the copy of a submission's process: what a test asks of its names, answered one by one.

Nothing in here is trusted by who asks. It is written so that it works for honest submissions, and so that what comes
back is what was asked for; a submission that changes it harms its own answers only.
"""

from __future__ import annotations

import builtins
import logging
import sys
import warnings
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

from servicelab.grading.run.plainvalues import packed, unpacked
from servicelab.grading.run.talking import Ended, Line

MOST_ITEMS = 1 << 20
"""What is taken of something that is gone through."""
MUTABLE = (list, dict, set, bytearray)


def answer(line: Line, names: dict[str, Any], was_told: Callable[[], bool]) -> None:
    """Answer until nobody asks any more; `was_told` says whether something was written to stderr meanwhile."""
    # What a library thinks of how it was called is no fault of the answer, and stderr counts as one.
    logging.disable(logging.WARNING)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        Answers(line, names, was_told).serve()


class Answers:
    """The names of a submission, and what was handed out of them."""

    def __init__(self, line: Line, names: dict[str, Any], was_told: Callable[[], bool]) -> None:
        self.line = line
        self.was_told = was_told
        self.names = names
        self.held: list[Any] = []
        self.numbers: dict[int, int] = {}

    def serve(self) -> None:
        """Answer until nobody asks any more."""
        while True:
            try:
                asked = self.line.hear()
            except Ended:
                return
            try:
                reply = self.reply(asked)
            except BaseException as raised:  # noqa: BLE001 - whatever a trainee's code raises is an answer
                reply = {"raised": self.told(raised)}
            self.line.say({**reply, "stderr": True} if self.was_told() else reply)

    def reply(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Return the answer to one question."""
        do = asked["do"]
        if do == "name":
            if asked["name"] not in self.names:
                return {"missing": True}
            return {"is": self.form(self.names[asked["name"]])}
        if do == "call":
            given = [self.value(each) for each in asked["given"]]
            named = {name: self.value(each) for name, each in asked["named"].items()}
            return self.called(self.held[asked["of"]], given, named)
        target = self.held[asked["of"]]
        if do == "attribute":
            return {"is": self.form(getattr(target, asked["name"]))}
        if do == "items":
            return {"is": [self.form(each) for each in islice(iter(target), MOST_ITEMS)]}
        if do == "length":
            return {"is": len(target)}
        if do == "item":
            return {"is": self.form(target[self.value(asked["key"])])}
        if do == "set attribute":
            setattr(target, asked["name"], self.value(asked["is"]))
            return {"is": None}
        raise ValueError(do)

    def called(self, function: Any, given: list[Any], named: dict[str, Any]) -> dict[str, Any]:
        """Call a function, and return what it gave and what it made of the lists and tables that it was given."""
        before = [packed(each, self.handle) if self.may_change(each) else None for each in (*given, *named.values())]
        reply: dict[str, Any] = {}
        try:
            reply["is"] = self.form(function(*given, **named))
        except BaseException as raised:  # noqa: BLE001 - as above
            reply["raised"] = self.told(raised)
        changed = {}
        for at, each in enumerate((*given, *named.values())):
            if before[at] is not None and (now := packed(each, self.handle)) != before[at]:
                changed[at] = now
        if changed:
            reply["changed"] = changed
        return reply

    def may_change(self, value: Any) -> bool:
        """Whether a function could change what it was given."""
        name = type(value).__name__
        return type(value) in MUTABLE or (
            name in ("ndarray", "DataFrame", "Series") and type(value).__module__.startswith(("numpy", "pandas"))
        )

    def form(self, value: Any) -> Any:
        """Return a value as it goes over."""
        return packed(value, self.handle)

    def handle(self, value: Any) -> dict[str, Any]:
        """Return what stands for a value that stays here."""
        number = self.numbers.get(id(value))
        if number is None:
            number = self.numbers[id(value)] = len(self.held)
            self.held.append(value)
        kind = type(value)
        return {
            "t": "handle",
            "id": number,
            "class": str(kind.__name__)[:100],
            "name": str(getattr(value, "__name__", ""))[:100] if callable(value) else "",
            "calls": callable(value),
        }

    def value(self, form: Any) -> Any:
        """Return the value that a form stands for."""
        return unpacked(form, lambda handle: self.held[handle["id"]])

    def told(self, raised: BaseException) -> dict[str, Any]:
        """Return an error by the builtin classes that it is, and the last line of a cell that it came through."""
        kinds = [kind.__name__ for kind in type(raised).__mro__ if vars(builtins).get(kind.__name__) is kind]
        return {"kinds": kinds, "message": str(raised)[:2000], "lines": list(self.lines(raised))}

    def lines(self, raised: BaseException) -> Iterator[list[int]]:
        """The lines of cells that an error came through, by the number of the cell."""
        numbers = getattr(getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)(), "compile", None)
        by_name = getattr(numbers, "_filename_map", {})
        trace = raised.__traceback__
        while trace is not None:
            number = by_name.get(trace.tb_frame.f_code.co_filename)
            if number is not None:
                yield [number, trace.tb_lineno]
            trace = trace.tb_next
