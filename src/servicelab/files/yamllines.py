"""YAML read with the line of every value, and strictly: no key twice, no depth without end, aliases only where asked.

Two ways to read the same text: `parse` gives what the text means (numbers, truth values) and where each value stands;
`as_written` leaves every scalar as the text that somebody wrote, so that the code NO stays NO and 01 stays 01.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

import yaml

from servicelab.errors import UserError
from servicelab.i18n import _

Trail = tuple[str | int, ...]
"""How to get to a value: keys and positions from the top."""

DEEPEST = 12
"""Lists in lists in mappings …; no file of ours comes near it, and a parser that calls itself ends in a crash."""

# libyaml's is ten times as fast and understands the same.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class NotYaml(ValueError):
    """Text that is not YAML, or not YAML as it is read here: the line (first is 1) and what is wrong in one clause."""

    def __init__(self, line: int, problem: str) -> None:
        super().__init__(f"line {line}: {problem}")
        self.line = line
        self.problem = problem

    def told(self, file: object) -> UserError:
        """The refusal of the file, in one sentence."""
        return UserError(_("{file}, line {line}: {problem}.", file=file, line=self.line, problem=self.problem))


@dataclass(frozen=True)
class Repeated:
    """A key that stands twice in one mapping, and the line of the second."""

    line: int
    key: str


@dataclass(frozen=True)
class Lined:
    """What a YAML text means, the line of each of its values, and the keys that stand twice in it."""

    data: Any
    lines: dict[Trail, int]
    repeated: tuple[Repeated, ...] = ()

    def line(self, *trail: str | int) -> int:
        """The line (first is 1) of the value at `trail`, or of the nearest thing around it; 0 in an empty file."""
        return nearest(self.lines, trail)


@dataclass
class Node:
    """A value as it is written: text, list or mapping, and the line it starts on (first is 1)."""

    file: str
    line: int
    text: str | None = None
    items: list[Node] = field(default_factory=list)
    entries: dict[str, Node] = field(default_factory=dict)
    kind: str = "text"

    def wrong(self, problem: str) -> NoReturn:
        """Refuse the file because of this value, in one sentence."""
        raise UserError(_("{file}, line {line}: {problem}", file=self.file, line=self.line, problem=problem))

    # Each of the following gives the value as what it must be, and refuses the file where it is something else.

    def mapping(self, allowed: Collection[str] | None = None, *, needed: Collection[str] = ()) -> dict[str, Node]:
        """Values by key: no key but the `allowed` ones, where these are given, and every `needed` one."""
        if self.kind != "mapping":
            self.wrong(_("here a list of `key: value` lines is needed."))
        for key, entry in self.entries.items():
            if allowed is not None and key not in allowed:
                names = ", ".join(sorted(allowed))
                entry.wrong(_("{key!r} is not known here; what can stand here: {names}.", key=key, names=names))
        for key in sorted(needed):
            if key not in self.entries:
                self.wrong(_("`{key}` is missing.", key=key))
        return self.entries

    def listed(self) -> list[Node]:
        """The values of a list."""
        if self.kind != "list":
            self.wrong(_("here a list is needed: [one, another]."))
        return self.items

    def word(self) -> str:
        """A text as it is written."""
        if self.text is None:
            self.wrong(_("here one word or number is needed."))
        return self.text

    def words(self) -> tuple[str, ...]:
        """A list of texts, or one text alone."""
        texts = tuple(item.word() for item in self.items) if self.kind == "list" else (self.word(),)
        if not texts:
            self.wrong(_("the list is empty."))
        return texts

    def one_of(self, names: Collection[str]) -> str:
        """One of these words."""
        text = self.word()
        if text not in names:
            self.wrong(_("{text!r} is not one of {names}.", text=text[:40], names=", ".join(names)))
        return text

    def whole(self, low: int, high: int) -> int:
        """A whole number within these."""
        text = self.word()
        if not text.isascii() or not text.isdigit() or len(text) > 6 or not low <= int(text) <= high:
            self.wrong(_("here a whole number from {low} to {high} is needed.", low=low, high=high))
        return int(text)

    def flag(self) -> bool:
        """True or false."""
        return self.one_of(("true", "false")) == "true"


def nearest(lines: dict[Trail, int], trail: Trail) -> int:
    """The line of the value at `trail`, or of the nearest thing around it; 0 when nothing is known."""
    for length in range(len(trail), -1, -1):
        if trail[:length] in lines:
            return lines[trail[:length]]
    return 0


def parse(text: str, *, aliases: bool = False) -> Lined:
    """What a YAML text means, with lines. Raises NotYaml.

    >>> found = parse("a:\\n- one\\n- two: 2\\n")
    >>> found.data, found.line("a", 1, "two"), found.line("a", 1, "three")
    ({'a': ['one', {'two': 2}]}, 3, 3)
    """
    root = _composed(text, aliases)
    if root is None:
        return Lined(None, {})
    loader = _LOADER("")
    lines: dict[Trail, int] = {}
    try:
        # Before the values are made: that goes through a mapping without a word about a key that stands twice.
        repeated = tuple(_index(root, (), lines))
        return Lined(loader.construct_document(root), lines, repeated)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise _not_yaml(error, root) from error
    except (LookupError, AttributeError, TypeError, ArithmeticError) as error:
        # A tag can ask for a kind of value that the text is none of; the parser then stumbles as it happens.
        raise NotYaml(_stumbled(root), _("a value is not of the kind that its tag asks for")) from error
    finally:
        loader.dispose()


def read_yaml(path: Path) -> Any:
    """What a YAML file means; UserError with file and line when it cannot be read, is not YAML or repeats a key."""
    return read_lined(path).data


def read_lined(path: Path) -> Lined:
    """What a YAML file means, with lines; UserError as for `read_yaml`."""
    try:
        found = parse(path.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        raise UserError(_("{file} cannot be read: {reason}.", file=path, reason=error.strerror or error)) from error
    except UnicodeDecodeError as error:
        raise UserError(_("{file} is not UTF-8 text: save it as UTF-8.", file=path)) from error
    except NotYaml as error:
        raise error.told(path) from error
    for twice in found.repeated:
        problem = _("{key!r} stands twice: keep one.", key=twice.key)
        raise UserError(_("{file}, line {line}: {problem}", file=path, line=twice.line, problem=problem))
    return found


def as_written(text: str, file: str) -> Node | None:
    """A YAML text as a tree of plain texts, None when it is empty. Raises NotYaml, also for a key that stands twice.

    `file` is what the sentences about its values call it.
    """
    root = _composed(text, aliases=False)
    return None if root is None else _plain(root, file)


def _composed(text: str, aliases: bool) -> Any:
    try:
        _look_over(text, aliases)
        return yaml.compose(text, Loader=_LOADER)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise _not_yaml(error) from error


def _look_over(text: str, aliases: bool) -> None:
    """Go through the events, which need no depth, before anything calls itself."""
    depth = 0
    for event in yaml.parse(text, Loader=_LOADER):
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.AliasEvent) and not aliases:
            # A few lines of them stand for gigabytes.
            raise NotYaml(line, _("write the value out instead of an alias"))
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > DEEPEST:
                raise NotYaml(line, _("it is nested too deeply"))
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _not_yaml(error: Exception, root: Any = None) -> NotYaml:
    if isinstance(error, NotYaml):
        return error
    mark = getattr(error, "problem_mark", None) or getattr(root, "start_mark", None)
    problem = getattr(error, "problem", None) or getattr(error, "reason", None) or str(error) or _("it is not YAML")
    return NotYaml(mark.line + 1 if mark else 1, problem.splitlines()[0])


def _stumbled(root: Any) -> int:
    """The line of the first value that cannot be made."""
    left = [root]
    while left:
        node = left.pop(0)
        if isinstance(node, yaml.ScalarNode):
            loader = _LOADER("")
            try:
                loader.construct_document(node)
            except Exception:  # noqa: BLE001 - whatever it stumbles over, this is the place
                return int(node.start_mark.line) + 1
            finally:
                loader.dispose()
        else:
            parts = [each for pair in node.value for each in (pair if isinstance(pair, tuple) else (pair,))]
            left = parts + left
    return int(root.start_mark.line) + 1


def _index(node: Any, trail: Trail, lines: dict[Trail, int]) -> Iterator[Repeated]:
    lines[trail] = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            line, name = key.start_mark.line + 1, str(key.value)
            if name in seen:
                yield Repeated(line, name)
            seen.add(name)
            yield from _index(value, (*trail, name), lines)
            lines[(*trail, name)] = line
    elif isinstance(node, yaml.SequenceNode):
        for number, value in enumerate(node.value):
            yield from _index(value, (*trail, number), lines)


def _plain(node: Any, file: str) -> Node:
    made = Node(file, node.start_mark.line + 1)
    if isinstance(node, yaml.ScalarNode):
        made.text = node.value
    elif isinstance(node, yaml.SequenceNode):
        made.kind = "list"
        made.items = [_plain(item, file) for item in node.value]
    else:
        made.kind = "mapping"
        for key, value in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode):
                raise NotYaml(made.line, _("a key must be a plain word"))
            if key.value in made.entries:
                raise NotYaml(line, _("{key!r} stands twice: keep one", key=key.value))
            made.entries[key.value] = _plain(value, file)
            made.entries[key.value].line = line
    return made
