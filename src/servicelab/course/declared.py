"""What follows from a declaration: a value read, an author's mistakes with their places, the texts to translate.

`mistakes` holds an author's YAML against a declaration with pydantic, all errors at once. `read` makes the same values
of JSON that was built from it, with the standard library alone: a lesson's first cell waits for it, and pydantic with
its models costs several times as much as all the rest of that cell's imports.
"""

from __future__ import annotations

import dataclasses
import functools
import types
import typing
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from copy import deepcopy
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, TypeVar

from servicelab.i18n import _

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler
    from pydantic_core import CoreSchema

T = TypeVar("T", bound="Declared")
Path = tuple[str | int, ...]

_KNOWN: dict[type, dict[str, Any]] = {}
_ADAPTERS: dict[type, Any] = {}


class Fault(NamedTuple):
    """One mistake: how to get to its value, what is wrong, what to do."""

    path: Path
    problem: str
    remedy: str


class Text(NamedTuple):
    """One text that readers see: its path in the data, its message context (`q-angry.a.because`), its words."""

    path: Path
    context: str
    text: str


@dataclasses.dataclass(frozen=True)
class Rule:
    """What a field's value must be besides its type, and the words for any value that is not so.

    In the words, `{value}` is the value, `{name}` the field, `{at}` the last step to it, and `{id}` the id of what it
    belongs to.
    """

    problem: str
    remedy: str
    test: Callable[[Any], bool] | None = None
    again: bool = True
    """Whether `read` tests it as well, or what was tested when it was built is believed."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """The type as it is, nothing read into it (no "5" for 5, no yes for 1), and then the test."""
        from pydantic_core import PydanticCustomError, core_schema

        schema: Any = handler(source)
        if schema["type"] in ("str", "float", "int", "bool"):
            schema["strict"] = True

        def held(value: Any) -> Any:
            if self.test is not None and not self.test(value):
                raise PydanticCustomError("rule", "not as declared")
            return value

        return core_schema.no_info_after_validator_function(held, schema)


class Shown:
    """Marks a text that readers see: it is translated."""


@dataclasses.dataclass(frozen=True)
class Called:
    """The word that stands before the parts of a list or mapping in message contexts; without it, there is none."""

    word: str


def repeated(ids: Iterable[str]) -> Iterator[tuple[int, str]]:
    """Return the ids that an earlier one has, with their places.

    >>> list(repeated(["a", "b", "a"]))
    [(2, 'a')]
    """
    seen: set[str] = set()
    for number, name in enumerate(ids):
        if name in seen:
            yield number, name
        seen.add(name)


def filled(value: object) -> bool:
    """Whether a text says something."""
    return isinstance(value, str) and bool(value.strip())


class Declared:
    """A part of a course file. Its fields are its keys; `KEYS` spells those that Python cannot."""

    KEYS: ClassVar[Mapping[str, str]] = {}
    FOREIGN: ClassVar[tuple[str, str]] = ("`{name}` means nothing here", "Use {fields}")
    MISSING: ClassVar[tuple[str, str] | None] = None
    """The words for any key that is not there, where they are the same for all of them."""
    REFUSED: ClassVar[Mapping[str, tuple[str, str]]] = {}
    """Keys that are no slip of the pen but forbidden, each with the words for it."""
    SHAPE: ClassVar[tuple[str, str]] = ("this is not written as keys with values", "Write `key: value` lines")
    __pydantic_config__: ClassVar[Any] = {"extra": "forbid", "arbitrary_types_allowed": True}

    def __init_subclass__(cls) -> None:
        # pydantic asks for a function that spells a field's key.
        cls.__pydantic_config__ = {"extra": "forbid", "alias_generator": functools.partial(_key, cls)}

    def faults(self) -> Iterator[Fault]:
        """What is wrong although every value by itself is right."""
        yield from ()


def mistakes(kind: type[Declared], data: Any) -> list[Fault]:
    """Everything in an author's data that is not as declared, each with its place; empty when it is sound."""
    from pydantic import ValidationError

    try:
        made = _adapter(kind).validate_python(data)
    except ValidationError as error:
        found = [_fault(kind, data, each) for each in error.errors(include_url=False, include_context=False)]
        return list(dict.fromkeys(found))
    return list(all_faults(made))


def all_faults(value: Any, path: Path = ()) -> Iterator[Fault]:
    """The faults of a value and of everything in it, with their places."""
    if isinstance(value, Declared):
        for at, problem, remedy in value.faults():
            yield Fault((*path, *at), problem, remedy)
        for field in dataclasses.fields(value):  # type: ignore[arg-type]
            yield from all_faults(getattr(value, field.name), (*path, _key(type(value), field.name)))
    elif isinstance(value, tuple):
        for number, part in enumerate(value):
            yield from all_faults(part, (*path, number))
    elif isinstance(value, Mapping):
        for key, part in value.items():
            yield from all_faults(part, (*path, key))


def read(kind: type[T], raw: Any, path: Path = ()) -> T:
    """A value from JSON of ours, its types looked at; what is not declared is left out.

    Raises ValueError that says where and what.
    """
    if not isinstance(raw, Mapping):
        raise ValueError(f"{shown_path(path) or 'it'} is no object")
    values = {}
    for field in dataclasses.fields(kind):  # type: ignore[arg-type]
        key = _key(kind, field.name)
        if key in raw:
            values[field.name] = _value(_hints(kind)[field.name], raw[key], (*path, key))
        elif field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
            raise ValueError(f"{shown_path((*path, key))} is missing")
    return kind(**values)


def texts(kind: type[Declared], data: Any, path: Path = (), context: str = "") -> Iterator[Text]:
    """The texts in an author's data that readers see, in the order they are declared; what is malformed is left out."""
    if not isinstance(data, Mapping):
        return
    for field in dataclasses.fields(kind):  # type: ignore[arg-type]
        hint = _hints(kind)[field.name]
        key = _key(kind, field.name)
        base, marks = _taken_apart(hint)
        word = next((mark.word for mark in marks if isinstance(mark, Called)), "")
        yield from _texts(base, marks, data.get(key), (*path, key), _joined(context, key), _joined(context, word))


def replaced(data: Any, found: Iterator[Text], change: Callable[[Text], str]) -> Any:
    """A copy of the data with every text replaced by `change(text)`."""
    copy = deepcopy(data)
    for text in found:
        holder = copy
        for step in text.path[:-1]:
            holder = holder[step]
        holder[text.path[-1]] = change(text)
    return copy


def shown_path(path: Path) -> str:
    """A path as a sentence has it.

    >>> shown_path(("criteria", 0, "levels", 1))
    'criteria[0].levels[1]'
    """
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).lstrip(".")


def _key(kind: type[Declared], name: str) -> str:
    return kind.KEYS.get(name, name)


def _hints(kind: type[Declared]) -> dict[str, Any]:
    if kind not in _KNOWN:
        _KNOWN[kind] = typing.get_type_hints(kind, include_extras=True)
    return _KNOWN[kind]


def _adapter(kind: type[Declared]) -> Any:
    from pydantic import TypeAdapter

    if kind not in _ADAPTERS:
        _ADAPTERS[kind] = TypeAdapter(kind)
    return _ADAPTERS[kind]


def _taken_apart(hint: Any) -> tuple[Any, tuple[Any, ...]]:
    """A type without its marks, and the marks."""
    if typing.get_origin(hint) is typing.Annotated:
        base, *marks = typing.get_args(hint)
        return base, tuple(marks)
    return hint, ()


def _texts(base: Any, marks: tuple[Any, ...], value: Any, path: Path, here: str, inside: str) -> Iterator[Text]:
    shown = any(mark is Shown for mark in marks)
    if _is_declared(base):
        yield from texts(base, value, path, inside)
        return
    origin, inner = typing.get_origin(base), typing.get_args(base)
    if origin is tuple and isinstance(value, list):
        part, part_marks = _taken_apart(inner[0])
        for number, each in enumerate(value):
            at = (*path, number)
            name = each.get("id") if isinstance(each, Mapping) and "id" in _hints_of(part) else number + 1
            yield from _texts(part, (*part_marks, *marks), each, at, _joined(inside, name), _joined(inside, name))
    elif origin is not None and isinstance(value, Mapping) and len(inner) == 2:
        part, part_marks = _taken_apart(inner[1])
        for name, each in value.items():
            yield from _texts(part, part_marks, each, (*path, name), _joined(inside, name), _joined(inside, name))
    elif shown and filled(value):
        yield Text(path, here, value.strip("\n"))


def _hints_of(kind: Any) -> Mapping[str, Any]:
    return _hints(kind) if _is_declared(kind) else {}


def _joined(context: str, word: object) -> str:
    return f"{context}.{word}" if context and word != "" else str(word or context)


def _is_declared(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Declared)


def _value(hint: Any, raw: Any, path: Path) -> Any:
    base, marks = _taken_apart(hint)
    made = _plain(base, raw, path)
    for mark in marks:
        if isinstance(mark, Rule) and mark.again and mark.test is not None and not mark.test(made):
            raise ValueError(f"{shown_path(path)} cannot be {str(raw)[:60]!r}")
    return made


def _plain(base: Any, raw: Any, path: Path) -> Any:
    origin, inner = typing.get_origin(base), typing.get_args(base)
    if _is_declared(base):
        return read(base, raw, path)
    if origin is tuple and isinstance(raw, list):
        return tuple(_value(inner[0], each, (*path, number)) for number, each in enumerate(raw))
    if origin in (types.UnionType, typing.Union):
        return None if raw is None else _value(inner[0], raw, path)
    if origin is typing.Literal and raw in inner:
        return raw
    if origin is not None and isinstance(raw, Mapping) and len(inner) == 2:
        return {str(key): _value(inner[1], each, (*path, key)) for key, each in raw.items()}
    number = isinstance(raw, int | float) and not isinstance(raw, bool)
    if base is float and number:
        with suppress(OverflowError):
            return float(raw)
    if origin is None and isinstance(raw, base) and (base is not int or number):
        return raw
    raise ValueError(f"{shown_path(path)} cannot be {str(raw)[:60]!r}")


def _fault(kind: type[Declared], data: Any, error: Mapping[str, Any]) -> Fault:
    """pydantic's error in the words of the declaration."""
    path: Path = tuple(error["loc"])
    holder, held, name, rule, declared = _led(kind, data, path)
    said: dict[str, Any] = {
        "name": name,
        "at": path[-1] if path else "",
        "fields": ", ".join(_key(holder, field.name) for field in dataclasses.fields(holder)),  # type: ignore[arg-type]
        "id": held.get("id", "") if isinstance(held, Mapping) else "",
        "value": held.get(name) if isinstance(held, Mapping) else held,
    }
    if error["type"] == "unexpected_keyword_argument":
        problem, remedy = holder.REFUSED.get(name, holder.FOREIGN)
    elif error["type"] in ("dataclass_type", "dataclass_exact_type"):
        problem, remedy = declared.SHAPE if _is_declared(declared) else Declared.SHAPE
    elif error["type"] == "missing" and holder.MISSING:
        problem, remedy = holder.MISSING
        path = path[:-1]
    elif rule is not None:
        problem, remedy = rule.problem, rule.remedy
    elif error["type"] == "missing":
        problem, remedy = "`{name}` is missing", "Write it"
    else:
        problem, remedy = "`{name}` cannot be “{value}”", "Write what stands in the other units' files"
    # What instructors read as well is in the catalogue; an author's findings are English.
    return Fault(path, _(problem, **said), remedy.format(**said))


def _field(kind: type[Declared], key: object) -> str:
    return next((name for name, spelled in kind.KEYS.items() if spelled == key), str(key))


def _led(kind: type[Declared], data: Any, path: Path) -> tuple[type[Declared], Any, str, Rule | None, Any]:
    """What a path leads to: the declaration and the data that hold it, the key there, the rule, the type itself."""
    holder, held, name, rule = kind, data, "", None
    here: Any = kind
    value = data
    for step in path:
        if _is_declared(here):
            holder, held, name, rule = here, value, str(step), None
            here = _hints(here).get(_field(here, step))
        else:
            inner = [each for each in typing.get_args(here) if each is not Ellipsis]
            here = inner[-1] if inner else None
        here, marks = _taken_apart(here)
        rule = next((mark for mark in marks if isinstance(mark, Rule)), rule)
        if isinstance(value, Mapping):
            value = value.get(step)
        else:
            value = value[step] if isinstance(value, list) and isinstance(step, int) and step < len(value) else None
    return holder, held, name, rule, here
