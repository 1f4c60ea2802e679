"""In a process that is shut in, and that no code of a trainee's enters: a test is run on what a submission answers.

The test reads the submission's names one by one, when it comes to them. Plain values come over as what they are; for
all else it gets a `Remote`, which can be asked and called, and which is never equal to anything.
"""

from __future__ import annotations

import ast
import builtins
import collections
import copy
import importlib
import logging
import math
import signal
import sys
import types
import warnings
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

from servicelab.company.tables.reading import COPIES_ON_WRITE
from servicelab.grading.inkernel import HERE, POINTS, ended, printer
from servicelab.grading.run.learner import make_shell
from servicelab.grading.run.plainvalues import NotPlain, packed, unpacked
from servicelab.grading.run.talking import Ended, Line, TooLate, TooMuch

MOST_ANSWER = 64 << 20
"""Bytes of one answer."""
MOST_ASKED = 200_000
"""Questions that one test may ask."""
BUILTINS = dict(vars(builtins))


class Unsealed(Exception):
    """What a test does cannot be done across the border."""


class Silent(Exception):
    """The submission's process does not answer as it should."""


OF_FUNCTIONS = ("__annotations__", "__code__", "__defaults__", "__kwdefaults__", "__qualname__", "__wrapped__")
"""What a test may ask a function of its own."""
WEIGHS = frozenset({
    "allclose", "compare", "div", "eq", "equals", "ge", "gt", "identical", "isclose", "isdisjoint", "isin", "issubset",
    "issuperset", "le", "lt", "ne", "rdiv", "rsub", "sub", "subtract", "truediv",
})  # fmt: skip
"""By which of its methods a table, an array or a set is held against another one, as by an operator."""
HOLDING: frozenset[type] = frozenset({
    list, dict, set, tuple, frozenset, bytearray, types.SimpleNamespace,
    collections.Counter, collections.OrderedDict, collections.defaultdict, collections.deque,
})  # fmt: skip
"""What of Python's own has other values in it, or can itself be changed."""
OBJECTS = "object"
"""What pandas calls cells that can be anything; its text, which nobody changes, is of the same kind to numpy."""
KIND = "_typ"
"""By what pandas tells its own tables."""


class Remote:
    """Something of a submission's that stays in its process.

    It can be called, asked for attributes and items, and gone through. It does not reckon or compare, by an operator or
    by a method that means one: what it would be reckoned with is what the test expects, and whoever was told that could
    answer by it.
    """

    __slots__ = ("__weakref__", "_about", "_asking")

    def __init__(self, asking: Asking, about: dict[str, Any]) -> None:
        object.__setattr__(self, "_asking", asking)
        object.__setattr__(self, "_about", about)

    def __call__(self, *given: Any, **named: Any) -> Any:
        return self._asking.call(self, given, named)

    def __getattr__(self, name: str) -> Any:
        if name == "__name__" and self._about["name"]:
            return self._about["name"]
        if name in WEIGHS:
            self._asking.flags.add("compared")
            raise AttributeError(name)
        if name == KIND or (name.startswith("__") and name not in OF_FUNCTIONS):
            # By such names libraries ask things for their memory or their rules, and believe what they are told.
            raise AttributeError(name)
        return self._asking.ask("attribute", of=self._about["id"], name=name)

    def __setattr__(self, name: str, value: Any) -> None:
        self._asking.ask("set attribute", of=self._about["id"], name=name, **{"is": self._asking.form(value)})

    def __iter__(self) -> Iterator[Any]:
        reply = self._asking.question("items", of=self._about["id"])
        if type(reply) is not list:
            raise Silent("no items")
        return iter([self._asking.value(each) for each in reply])

    def __len__(self) -> int:
        length = self._asking.question("length", of=self._about["id"])
        if type(length) is not int or length < 0:
            raise Silent("no length")
        return length

    def __repr__(self) -> str:
        return f"<{self._about['class']} of the notebook's>"

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Remote):
            return bool(self._about["id"] == other._about["id"])
        self._asking.flags.add("compared")
        return False

    def __hash__(self) -> int:
        return hash(self._about["id"])

    def __bool__(self) -> bool:
        return True

    def __getitem__(self, key: Any) -> Any:
        return self._asking.ask("item", of=self._about["id"], key=self._asking.form(key))


class Asking:
    """One test's conversation with the process of a submission."""

    def __init__(self, line: Line | None) -> None:
        self.line = line
        self.flags: set[str] = set()
        self.asked = 0
        self.lines: list[Any] = []
        self.kept: set[int] = set()

    def question(self, do: str, **about: Any) -> Any:
        """Ask, and return what the answer says it is; raise what it says was raised."""
        return self._is(self._reply(do, about))

    def ask(self, do: str, **about: Any) -> Any:
        """Ask, and return the value of the answer."""
        return self.value(self.question(do, **about))

    def call(self, function: Remote, given: tuple[Any, ...], named: dict[str, Any]) -> Any:
        """Call a function there; what it makes of its arguments is made of them here as well."""
        forms = [self.form(each) for each in given], {name: self.form(each) for name, each in named.items()}
        reply = self._reply("call", {"of": function._about["id"], "given": forms[0], "named": forms[1]})
        changed = reply.get("changed")
        if type(changed) is dict:
            arguments = [*given, *named.values()]
            for at, form in changed.items():
                number = int(at) if at.isdecimal() else len(arguments)
                if number < len(arguments) and not self._is_kept(arguments[number]):
                    _become(arguments[number], self.value(form))
        return self.value(self._is(reply))

    def _is_kept(self, value: Any) -> bool:
        """Whether it is, or shows a part of, what the course's cells made: that stays, whatever is said of it."""
        while value is not None:
            if id(value) in self.kept:
                return True
            value = value.base if type(value).__name__ == "ndarray" else None
        return False

    def form(self, value: Any) -> Any:
        """Return a value as it goes over."""

        def handle(other: Any) -> dict[str, Any]:
            if type(other) is Remote:
                return {"t": "handle", "id": other._about["id"]}
            raise Unsealed(f"a {type(other).__name__} cannot be handed to the notebook")

        return packed(value, handle)

    def value(self, form: Any) -> Any:
        """Return what a form stands for."""

        def meet(about: dict[str, Any]) -> Remote:
            number, names = about.get("id"), (about.get("class"), about.get("name"))
            if type(number) is not int or not all(type(each) is str for each in names):
                raise NotPlain("handle")
            return Remote(self, {"id": number, "class": names[0], "name": names[1]})

        try:
            return unpacked(form, meet)
        except NotPlain as wrong:
            raise Silent(str(wrong)) from wrong

    def _reply(self, do: str, about: dict[str, Any]) -> dict[str, Any]:
        if self.line is None:
            return {"missing": True}
        self.asked += 1
        if self.asked > MOST_ASKED:
            raise Silent("too many questions")
        try:
            self.line.say({"do": do, **about})
            reply = self.line.hear(MOST_ANSWER)
        except (Ended, TooMuch, TooLate, ValueError, RecursionError) as wrong:
            raise Silent(type(wrong).__name__) from wrong
        if type(reply) is not dict:
            raise Silent("no answer")
        if reply.get("stderr") is True:
            self.flags.add("stderr")
        return reply

    def _is(self, reply: dict[str, Any]) -> Any:
        raised = reply.get("raised")
        if type(raised) is dict:
            raise self._error(raised)
        if "is" not in reply:
            raise Silent("no answer")
        return reply["is"]

    def _error(self, raised: dict[str, Any]) -> BaseException:
        """The error that was raised there, of the nearest class that is Python's own."""
        kinds, message, lines = raised.get("kinds"), raised.get("message"), raised.get("lines")
        self.lines = lines if type(lines) is list else []
        kind: type[BaseException] = RuntimeError
        for name in kinds if type(kinds) is list else []:
            found = BUILTINS.get(name) if type(name) is str else None
            if isinstance(found, type) and issubclass(found, Exception):
                kind = found
                break
        try:
            made = kind(message if type(message) is str else "")
        except TypeError:
            made = RuntimeError(kind.__name__)
        made.__notes__ = [THEIRS]
        return made


THEIRS = "raised in the notebook"
"""What an error that came over carries."""


def _become(argument: Any, value: Any) -> None:
    """Give something that can change the content of another of its kind."""
    if type(argument) is not type(value):
        return
    if type(argument) in (list, bytearray):
        argument[:] = value
    elif type(argument) in (dict, set):
        argument.clear()
        argument.update(value)
    elif type(argument).__name__ == "ndarray":
        if argument.shape == value.shape:
            argument[...] = value
    elif type(argument).__name__ in ("DataFrame", "Series"):
        argument._update_inplace(value)


class Names(dict[str, Any]):
    """What a test reads: its own names, then the course's, then Python's, then the submission's.

    In `modules` stand those that the author works with, by name. Where the submission has a module by such a name, the
    test finds it as Python has it here: what a submission's own is made of, and what it says of itself, is its maker's.
    """

    def __init__(self, own: dict[str, Any], asking: Asking, modules: Mapping[str, str]) -> None:
        super().__init__(own)
        self.asking = asking
        self.modules = modules

    def __missing__(self, name: str) -> Any:
        if name in BUILTINS or name.startswith("__"):
            raise KeyError(name)
        reply = self.asking._reply("name", {"name": name})
        if reply.get("missing") is True:
            raise KeyError(name)
        self[name] = value = self._found(name, self.asking.value(self.asking._is(reply)))
        return value

    def _found(self, name: str, theirs: Any) -> Any:
        if name not in self.modules:
            return theirs
        if type(theirs) is not Remote or theirs._about["class"] != "module":
            raise KeyError(name)
        found = importlib.import_module(self.modules[name])
        # What is imported by a longer name is known by the first part of it.
        return sys.modules[name] if self.modules[name].startswith(f"{name}.") else found


class Judge:
    """The course's own Python: what its locked cells made, and the tests that are run on a submission's names."""

    def __init__(self, line: Line) -> None:
        self.line = line
        self.shell = make_shell(lambda _said: None)
        self.names: dict[str, Any] = {}

    def serve(self) -> None:
        """Do what is asked until nobody asks any more."""
        while True:
            try:
                asked, files = self.line.hear_with_files()
            except Ended:
                return
            if asked["do"] == "open":
                self.line.say({"done": True, "ok": self.open(asked["source"])})
            elif asked["do"] == "judge":
                submission = Line.of(files[0]) if files else None
                about = asked["source"], asked["points"], set(asked["open"]), dict(asked["modules"])
                self.line.say({"done": True, **self.judge(*about, submission)})
                if submission:
                    submission.close()

    def open(self, source: str) -> bool:
        """Run one of the course's own cells, whose functions, modules and tables a test finds."""
        ok = bool(self.shell.run_cell(source, store_history=False).success)
        own = {"In", "Out", "exit", "quit", "get_ipython", "open"} - set(self.names)
        self.names = {
            name: value for name, value in self.shell.user_ns.items() if not name.startswith("_") and name not in own
        }
        return ok

    def judge(
        self, source: str, points: float, left_open: set[str], modules: Mapping[str, str], line: Line | None
    ) -> dict[str, Any]:
        """Run a test and return what it says and gives: `value` where it came to its end, `error` where it did not.

        Without a line it is run on what the course's own cells made, and nothing else; with one, the values named by
        `left_open` are the submission's, and the modules named by `modules` Python's own.
        """
        asking = Asking(line)
        said: list[str] = []
        answer: dict[str, Any] = {}
        try:
            tree = ended(source, points)
            read = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
            copies: dict[int, Any] = {}
            own = {
                name: _copied(each, copies) if name in read else each
                for name, each in self.names.items()
                if line is None or name not in left_open or _is_courses(each)
            }
            asking.kept = {id(each) for each in [*copies.values(), *(own[name] for name in own if name in read)]}
            space = Names({**own, "__builtins__": dict(BUILTINS), "__name__": "__main__"}, asking, modules)
            dict.__setitem__(space, "print", printer(said, print))
            for name in _read_in_classes(tree):
                # A class's own body looks past what a namespace does when a name is missing.
                with suppress(KeyError):
                    space[name]
            logging.disable(logging.WARNING)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                signal.signal(signal.SIGINT, signal.default_int_handler)
                exec(compile(tree, HERE, "exec", dont_inherit=True), space)
            answer["value"] = _number(dict.get(space, POINTS))
        except Silent as silent:
            answer["silent"] = str(silent)
        except Unsealed as unsealed:
            answer["unsealed"] = str(unsealed)
        except BaseException as error:  # noqa: BLE001 - whatever a test ends with is its answer
            answer |= _told(error, asking)
        finally:
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            logging.disable(logging.NOTSET)
        answer["said"] = "".join(said)
        answer["flags"] = sorted(asking.flags)
        return answer


def _copied(value: Any, copies: dict[int, Any]) -> Any:
    """A value that the course's cells made, for one test, with all that it holds: what a test hands to a submission may
    come back changed. In `copies` stand those that were made so far, each under the number of what it is a copy of.
    """
    kind = type(value)
    if kind.__name__ in ("DataFrame", "Series"):
        # It is the author's test that could write past pandas into what a later one reads, and nobody else.
        return _with_own_cells(value.copy(deep=not COPIES_ON_WRITE), copies)
    if kind in HOLDING or kind.__name__ == "ndarray" or kind.__module__ == "__main__":
        # What cannot be copied is handed to nobody.
        with suppress(Exception):
            return copy.deepcopy(value, copies)
    return value


def _with_own_cells(table: Any, copies: dict[int, Any]) -> Any:
    """A table that shares none of the lists and the like in its cells with the one that it is a copy of."""
    if type(table).__name__ == "Series":
        if table.dtype.name != OBJECTS:
            return table
        cells = copy.deepcopy(table.to_numpy(), copies)
        return type(table)(cells, index=table.index, name=table.name, dtype=object)
    for at, kind in enumerate(table.dtypes):
        if kind.name == OBJECTS:
            table.isetitem(at, copy.deepcopy(table.iloc[:, at].to_numpy(), copies))
    return table


def _is_courses(value: Any) -> bool:
    return callable(value) or isinstance(value, types.ModuleType)


def _read_in_classes(tree: ast.Module) -> set[str]:
    """Names that are read inside of the classes that a test makes."""
    return {
        inner.id
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
        for inner in ast.walk(node)
        if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Load)
    }


def _number(value: Any) -> float | None:
    """Return a number as a float, and None for everything else."""
    numpy: Any = sys.modules.get("numpy")
    if numpy is not None and isinstance(value, numpy.number):
        value = value.item()
    if type(value) not in (int, float):
        return None
    with suppress(OverflowError):
        number = float(value)
        return number if math.isfinite(number) else None
    return None


def _told(error: BaseException, asking: Asking) -> dict[str, Any]:
    """Return an error by the name of its class, what the test itself says of it, and the line of a cell it came from.

    What an error of the trainee's code says may be what the hidden test called it with, so that is left out.
    """
    theirs = THEIRS in getattr(error, "__notes__", ())
    name = next(kind.__name__ for kind in type(error).__mro__ if BUILTINS.get(kind.__name__) is kind)
    lines = [
        each for each in asking.lines if type(each) is list and len(each) == 2 and all(type(n) is int for n in each)
    ]
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    here = trace is not None and trace.tb_frame.f_code.co_filename == HERE
    message = str(error)[:2000] if here and not theirs else ""
    return {"error": name, "message": message, "cells": lines[-1:] if theirs else []}
