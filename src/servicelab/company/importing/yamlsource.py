"""A YAML file as plain text values that know their lines: what a wrong mapping is answered with."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

import yaml

from servicelab.errors import UserError
from servicelab.i18n import _

#: A mapping is a page of text; more than this is some other file.
LIMIT = 256 * 1024
_DEEPEST = 12


@dataclass
class Node:
    """A value of the file: text, list or mapping, and the line it starts on (first is 1)."""

    file: str
    line: int
    text: str | None = None
    items: list[Node] = field(default_factory=list)
    entries: dict[str, Node] = field(default_factory=dict)
    kind: str = "text"

    def wrong(self, problem: str) -> NoReturn:
        """Refuse the file because of this value, in one sentence."""
        raise UserError(_("{file}, line {line}: {problem}", file=self.file, line=self.line, problem=problem))


def read_yaml(path: Path) -> Node:
    """The file as a tree of nodes; every scalar is text as written, so that the code NO stays NO and 01 stays 01.

    Raises UserError when it cannot be read, is not YAML, repeats a key, or uses aliases (few lines, gigabytes).
    """
    try:
        if path.stat().st_size > LIMIT:
            raise UserError(_("{file} is too large to be a mapping: give the YAML file that describes it.", file=path))
        text = path.read_bytes().decode("utf-8-sig")
        _no_aliases(path, text)
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except OSError as error:
        raise UserError(_("{file} cannot be read: {reason}.", file=path, reason=error.strerror or error)) from error
    except UnicodeDecodeError as error:
        raise UserError(_("{file} is not UTF-8 text: save the mapping as UTF-8.", file=path)) from error
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        what = getattr(error, "problem", None) or _("it is not YAML")
        raise UserError(_("{file}, line {line}: {problem}.", file=path, line=line, problem=what)) from error
    if root is None:
        raise UserError(_("{file} is empty: a mapping needs `source` and `tables`.", file=path))
    return _plain(root, path.name, 0)


def _no_aliases(path: Path, text: str) -> None:
    depth = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.AliasEvent):
            raise UserError(_("{file}, line {line}: write the value out instead of an alias.", file=path, line=line))
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > _DEEPEST:
                raise UserError(_("{file}, line {line}: it is nested too deeply.", file=path, line=line))
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _plain(node: yaml.Node, file: str, depth: int) -> Node:
    made = Node(file, node.start_mark.line + 1)
    if isinstance(node, yaml.ScalarNode):
        made.text = node.value
    elif isinstance(node, yaml.SequenceNode):
        made.kind = "list"
        made.items = [_plain(item, file, depth + 1) for item in node.value]
    else:
        made.kind = "mapping"
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                made.wrong(_("a key must be a plain word."))
            if key.value in made.entries:
                Node(file, key.start_mark.line + 1).wrong(_("{key!r} stands twice: keep one.", key=key.value))
            made.entries[key.value] = _plain(value, file, depth + 1)
            made.entries[key.value].line = key.start_mark.line + 1
    return made
