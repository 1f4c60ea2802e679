"""Inside the kernel that scores a submission: a locked cell runs as it was written, whatever ran before it.

An IPython extension. What Python and IPython were before a trainee's first cell is kept; before each locked cell it is
put back. A test runs in a namespace of its own, made for it and dropped after it: it reads the trainee's names and
binds none of them, and what it finds out goes back by one answer to whoever asked, not by what is on the screen.

Code in the same process can undo all of this if it sets out to; docs/grades.md says what that means.
"""

from __future__ import annotations

import ast
import asyncio
import builtins
import functools
import json
import logging
import math
import operator
import os
import sys
import threading
import types
import warnings
from collections import defaultdict
from collections.abc import Callable, Mapping
from importlib.machinery import ModuleSpec
from pathlib import Path
from typing import Any

# The functions below find Python's own in here, whatever a trainee's code puts in their place for everybody else.
OWN_BUILTINS = dict(vars(builtins))
globals()["__builtins__"] = OWN_BUILTINS

ASKED = "# servicelab asks: "
"""What a request begins with; JSON follows. To a kernel without this extension it is a remark."""
ANSWER = "servicelab"
"""Under which the answer stands in the reply's `user_expressions`."""
HERE = "<check>"
"""The file that a test's own frames name."""
POINTS = "_points_of_this_check"
MOST_SAID = 1 << 16
"""Characters of messages that one test may print."""
DEEPEST = 4
"""Containers inside each other in which values are looked at."""
MOST_FRAMES = 1
"""Lines of a trainee's cells that are told of an error in a test: with more one could spell what it was called with."""
ASKS_BACK = (
    "__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__", "__hash__", "__contains__", "__getitem__", "__iter__",
    "__len__", "__missing__", "__bool__", "__float__", "__int__", "__index__", "__str__", "__abs__",
    "__add__", "__radd__", "__sub__", "__rsub__", "__mul__", "__rmul__", "__truediv__", "__rtruediv__", "__round__",
)  # fmt: skip
"""By these a value is compared: where a class brings its own, the value itself would decide whether it is right."""
WEIGHS = frozenset(ASKS_BACK) - {"__hash__", "__iter__", "__len__", "__getitem__", "__missing__", "__str__"}
EXACT: tuple[tuple[type, Callable[[Any], Any]], ...] = (
    (bool, bool),
    (int, int.__int__),
    (float, float.__float__),
    (complex, complex.__complex__),
    (str, str.__str__),
    (dict, lambda value: dict(dict.items(value))),
    (list, lambda value: list(list.__iter__(value))),
    (tuple, lambda value: tuple(tuple.__iter__(value))),
    (set, lambda value: set(set.__iter__(value))),
    (frozenset, lambda value: frozenset(frozenset.__iter__(value))),
)
"""Each builtin type, and how a value of a class below it becomes one without asking that class."""

COLLECTED = (list, tuple, set, frozenset)
HOLDING = frozenset({*COLLECTED, dict, defaultdict})
"""What has other values in it."""
MADE = 1 << 9
"""The flag of a class that was made while Python ran; the others are C's own, and nobody writes one in a notebook."""

# What a class and an error are, from Python itself: a metaclass or a property could say anything.
lineage: Callable[[type], tuple[type, ...]] = type.__dict__["__mro__"].__get__
flags: Callable[[type], int] = type.__dict__["__flags__"].__get__
members: Callable[[type], Mapping[str, Any]] = type.__dict__["__dict__"].__get__
TRACE: Callable[[BaseException], types.TracebackType | None] = BaseException.__dict__["__traceback__"].__get__


class Own:
    """What stands for a value of a trainee's class that would say itself what it equals: it equals nothing."""

    def __repr__(self) -> str:
        return "<a value of a class of the notebook's own>"


class Kept:
    """What there was before a trainee's first cell."""

    def __init__(self, shell: Any) -> None:
        self.shell = shell
        self.builtins = dict(vars(builtins))
        self.ast_transformers = list(shell.ast_transformers)
        self.input_post = list(shell.input_transformers_post)
        self.manager = shell.input_transformer_manager
        self.transforms = {
            name: list(getattr(self.manager, name))
            for name in ("cleanup_transforms", "line_transforms", "token_transformers")
        }
        self.events = shell.events
        self.callbacks = {name: list(each) for name, each in self.events.callbacks.items()}
        self.streams = sys.stdout, sys.stderr
        self.folder = Path.cwd()
        self.finders = list(sys.meta_path), list(sys.path_hooks)
        self.guarded = [
            (each, {name: value for name, value in vars(each).items() if callable(value)}, set(vars(each)))
            for each in (shell, shell.kernel, shell.displayhook, shell.display_pub, shell.compile, *self.streams)
            if hasattr(each, "__dict__")
        ]
        self.classes = {
            owner: {name: value for name, value in vars(owner).items() if callable(value)}
            for each, _values, _names in self.guarded
            for owner in type(each).__mro__
            if owner is not object and not owner.__module__.startswith("builtins")
        }
        self.classes[Kept] = {name: value for name, value in vars(Kept).items() if callable(value)}
        self.modules: dict[str, tuple[types.ModuleType, dict[str, Any]]] = {}
        self.known: set[int] = set()
        self.names: dict[str, Any] = {}
        self.keep()

    def keep(self) -> None:
        """Keep the functions, classes and modules in modules that were loaded since, and of the namespace as it is."""
        for name, module in list(sys.modules.items()):
            if name == "__main__" or name in self.modules or not isinstance(module, types.ModuleType):
                continue
            own = {key: value for key, value in list(vars(module).items()) if _is_kept(value)}
            self.modules[name] = (module, own)
            self.known.update(id(value) for value in own.values() if isinstance(value, type))
        self.names.update(
            (name, value) for name, value in self.shell.user_ns.items() if not name.startswith("_") and _is_kept(value)
        )

    def put_back(self) -> None:
        """Make Python and IPython what they were."""
        sys.settrace(None)
        sys.setprofile(None)
        threading.settrace(None)
        threading.setprofile(None)
        shell = self.shell
        OWN_BUILTINS.update(self.builtins)
        current = vars(builtins)
        for name in [name for name in current if name not in self.builtins]:
            del current[name]
        current.update(self.builtins)
        for name, (module, own) in self.modules.items():
            if sys.modules.get(name) is not module:
                sys.modules[name] = module
            space = vars(module)
            for key, value in own.items():
                if space.get(key) is not value:
                    space[key] = value
        for owner, own in self.classes.items():
            for key, value in own.items():
                if vars(owner).get(key) is not value:
                    setattr(owner, key, value)
        for each, values, names in self.guarded:
            space = vars(each)
            for key in [key for key in space if key not in names and callable(getattr(type(each), key, None))]:
                del space[key]
            space.update(values)
        sys.stdout, sys.stderr = self.streams
        os.chdir(self.folder)
        sys.meta_path[:], sys.path_hooks[:] = self.finders
        shell.ast_node_interactivity = "last_expr"
        shell.ast_transformers = list(self.ast_transformers)
        shell.input_transformers_post = list(self.input_post)
        shell.input_transformer_manager = self.manager
        for name, each in self.transforms.items():
            setattr(self.manager, name, list(each))
        shell.events = self.events
        self.events.callbacks = {name: list(each) for name, each in self.callbacks.items()}

    def namespace(self, read: set[str], said: list[str]) -> dict[str, Any]:
        """Return what a test reads: the trainee's names, the course's own, and Python's, whoever took their names."""
        own = {
            name: self._handed(value) if name in read else value
            for name, value in self.shell.user_ns.items()
            if type(name) is str and name not in self.builtins
        }
        fresh = dict(self.builtins)
        # The trainee's names never stand for the course's functions and modules.
        return {**own, **self.names, "__builtins__": fresh, "print": printer(said, fresh["print"])}

    def _handed(self, value: Any) -> Any:
        """Return a name's value as a test finds it; of what is called, what comes back counts."""
        known = id(value) in self.known or (type in lineage(type(value)) and not self._is_own(value))
        return _exactly(value, self) if callable(value) and not known else self.exact(value)

    def exact(self, value: Any, depth: int = 0) -> Any:
        """Return a value that is compared by Python's own rules; the value itself where it is such a one."""
        kind = type(value)
        for base, made in EXACT:
            if kind is not base and base in lineage(kind) and self._decides(kind, base):
                value, kind = made(value), base
                break
        if self._is_own(kind):
            return Own()
        if depth >= DEEPEST:
            return value
        if kind in COLLECTED:
            found = [self.exact(each, depth + 1) for each in value]
            return value if all(one is other for one, other in zip(found, value, strict=True)) else kind(found)
        if table := self._table(value, kind, depth):
            return table[0]
        if kind is dict:
            pairs = [(self.exact(key, depth + 1), self.exact(each, depth + 1)) for key, each in dict.items(value)]
            same = all(k is key and v is each for (k, v), (key, each) in zip(pairs, dict.items(value), strict=True))
            return value if same else dict(pairs)
        return value

    def _is_own(self, kind: type) -> bool:
        """Whether a class is the trainee's and weighs its values against others by rules of its own."""
        if id(kind) in self.known or not flags(kind) & MADE or self._is_a_librarys(kind):
            return False
        rules = [own[name] for own in map(members, lineage(kind)) for name in WEIGHS if name in own]
        plain = set(map(id, vars(object).values()))
        return any(id(each) not in plain for each in rules)

    def _is_a_librarys(self, kind: type) -> bool:
        """Whether a class stands in a module that was loaded since, from a file that is not a trainee's.

        Where a class is from it says itself: what was loaded before has all its classes among the known ones.
        """
        name = members(kind).get("__module__")
        module = sys.modules.get(name) if type(name) is str and name not in self.modules else None
        if name == "__main__" or type(module) is not types.ModuleType:
            return False
        spec = vars(module).get("__spec__")
        if type(spec) is not ModuleSpec or not spec.has_location or type(spec.origin) is not str:
            return False
        home = [Path(os.environ.get("HOME") or self.folder), self.folder]
        outside = not any(each in Path(spec.origin).resolve().parents for each in home)
        return outside and any(each is kind for each in vars(module).values())

    def _table(self, value: Any, kind: type, depth: int) -> tuple[Any] | None:
        """Return numpy's and pandas' own way of holding anything, with exact values in it; None for all else."""
        numpy: Any = sys.modules.get("numpy")
        pandas: Any = sys.modules.get("pandas")
        if kind is getattr(numpy, "ndarray", None):
            if value.dtype != object or self._are_plain(value.flat):
                return (value,)
            exact = [self.exact(each, depth + 1) for each in value.flat]
            if all(map(operator.is_, value.flat, exact)):
                return (value,)
            made = numpy.empty(value.size, dtype=object)
            for at, each in enumerate(exact):
                made[at] = each
            return (made.reshape(value.shape),)
        if kind is getattr(pandas, "Series", None):
            if self._is_own(type(value.array)):
                return (Own(),)
            if value.dtype != object or self._are_plain(value.array):
                return (value,)
            exact = [self.exact(each, depth + 1) for each in value.array]
            same = all(map(operator.is_, value.array, exact))
            return (value if same else value._constructor(exact, value.index, object, value.name),)
        if kind is getattr(pandas, "DataFrame", None):
            columns = [value.iloc[:, at] for at in range(value.shape[1])]
            found = [self._table(each, type(each), depth) or (each,) for each in columns]
            if all(one is other for one, (other,) in zip(columns, found, strict=True)):
                return (value,)
            if any(type(each) is Own for (each,) in found):
                return (Own(),)
            made = value.copy()
            for at, (each,) in enumerate(found):
                made.isetitem(at, each)
            return (made,)
        return None

    def _are_plain(self, values: Any) -> bool:
        """Whether values are numbers, texts and the like: what a long table holds is gone through at once."""
        return all(id(kind) in self.known and kind not in HOLDING for kind in set(map(type, values)))

    def _decides(self, kind: type, base: type) -> bool:
        """Whether a class below a builtin one brings rules of its own, and is none of a library's."""
        if id(kind) in self.known and kind is not defaultdict:
            return False
        between = lineage(kind)[: lineage(kind).index(base)]
        return any(name in members(each) for each in between for name in ASKS_BACK)


def _is_kept(value: Any) -> bool:
    return callable(value) or isinstance(value, types.ModuleType)


def _exactly(function: Callable[..., Any], kept: Kept) -> Callable[..., Any]:
    @functools.wraps(function)
    def called(*given: Any, **named: Any) -> Any:
        return kept.exact(function(*given, **named))

    return called


def printer(said: list[str], plain: Callable[..., None]) -> Callable[..., None]:
    """Return a `print` that keeps what a test says apart from what the trainee's functions say meanwhile."""
    room = MOST_SAID

    def say(*given: Any, sep: str | None = " ", end: str | None = "\n", file: Any = None, flush: bool = False) -> None:
        nonlocal room
        if file is not None:
            plain(*given, sep=sep, end=end, file=file, flush=flush)
            return
        text = (" " if sep is None else sep).join(str(each) for each in given) + ("\n" if end is None else end)
        said.append(text[:room])
        room -= len(said[-1])

    return say


def judged(source: str, points: float, kept: Kept) -> dict[str, Any]:
    """Run a test and return what it says and gives: `value` where it came to its end, `error` where it did not.

    A test that ends in no expression gives all its points to whoever reaches its end, as by nbgrader's own rule.
    """
    said: list[str] = []
    answer: dict[str, Any] = {}
    space: dict[str, Any] = {}
    level = logging.root.manager.disable
    try:
        kept.put_back()
        tree = ended(source, points)
        space = kept.namespace({node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}, said)
        # What a library thinks of how it was called is no fault of the answer, and stderr counts as one.
        logging.disable(logging.WARNING)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            exec(compile(tree, HERE, "exec", dont_inherit=True), space)
        answer["value"] = _number(space.get(POINTS))
    except BaseException as error:  # noqa: BLE001 - whatever a trainee's code raises, the check has an answer
        answer.update(_told(error, space, kept))
    finally:
        logging.disable(level)
        kept.put_back()
    answer["said"] = "".join(said)
    return answer


def ended(source: str, points: float) -> ast.Module:
    """Return a test that puts its points under one name."""
    tree = ast.parse(source, HERE)
    target: list[ast.expr] = [ast.Name(POINTS, ast.Store())]
    last = tree.body[-1] if tree.body else None
    if isinstance(last, ast.Expr):
        tree.body[-1] = ast.Assign(target, last.value)
    else:
        tree.body.append(ast.Assign(target, ast.Constant(float(points))))
    return ast.fix_missing_locations(tree)


def _number(value: Any) -> float | None:
    """Return a number as a float, and None for everything else: nothing is asked of a class that could answer."""
    kind = type(value)
    if kind is float or kind is int:
        try:
            number = float(value)
        except OverflowError:
            return None
        return number if math.isfinite(number) else None
    numpy = sys.modules.get("numpy")
    scalar = getattr(numpy, "number", None)
    if scalar in lineage(kind) and getattr(numpy, kind.__name__, None) is kind:
        return _number(value.item())
    return None


def _told(error: BaseException, space: dict[str, Any], kept: Kept) -> dict[str, Any]:
    """Return an error by the name of a class of Python's own, whether the test raised it, and the lines that led there.

    What an error of the trainee's code says may be what the hidden test called it with, so that is left out.
    """
    pythons = {id(value): value.__name__ for value in kept.builtins.values() if isinstance(value, type)}
    kind = type(error)
    numbers: Mapping[str, int] = getattr(kept.shell.compile, "_filename_map", {})
    cells: list[list[int]] = []
    here = False
    trace = TRACE(error)
    while trace is not None:
        number = numbers.get(trace.tb_frame.f_code.co_filename)
        if number is not None:
            cells.append([number, trace.tb_lineno])
        here = trace.tb_frame.f_globals is space
        trace = trace.tb_next
    message = str(error) if here and id(kind) in pythons else ""
    name = next(pythons[id(each)] for each in lineage(kind) if id(each) in pythons)
    return {"error": name, "message": message[:2000], "cells": cells[-MOST_FRAMES:]}


def load_ipython_extension(shell: Any) -> None:
    """Answer requests of whoever grades, beside running cells."""
    kept = Kept(shell)
    run = shell.kernel.do_execute
    # By this very function: what it puts back is this module as well.
    put_back = kept.put_back

    async def do_execute(code: str, silent: bool, *given: Any, **named: Any) -> dict[str, Any]:
        if not (type(code) is str and code.startswith(ASKED)):
            reply = run(code, silent, *given, **named)
            return (await reply) if asyncio.iscoroutine(reply) else reply  # type: ignore[no-any-return]
        asked = json.loads(code[len(ASKED) :])
        answer: dict[str, Any] = {}
        if asked["do"] == "keep":
            kept.keep()
        else:
            put_back()
        if asked["do"] == "judge":
            answer = judged(asked["source"], asked["points"], kept)
        return {
            "status": "ok",
            "execution_count": shell.kernel.execution_count,
            "payload": [],
            "user_expressions": {ANSWER: {**answer, "to": asked["from"]}},
        }

    shell.kernel.do_execute = do_execute
    kept.guarded = [
        (each, {**values, "do_execute": do_execute} if each is shell.kernel else values, {*names, "do_execute"})
        for each, values, names in kept.guarded
    ]
