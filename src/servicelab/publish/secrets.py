"""What must not leave the repository, line by line, and a search for it in anything that was built.

Secret are summative solutions and model answers, hidden tests (which hold the keys of the decisions), mark schemes and
rubrics, the answers of the demo's cohort, and the instructor's text, in both languages. Formative answers ship and are
not secret: `solution()`, the explanations of a quiz.
"""

from __future__ import annotations

import base64
import builtins
import bz2
import contextlib
import gzip
import hashlib
import html
import io
import json
import keyword
import lzma
import re
import sys
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast

from servicelab.course.layout import DEMO, GRADED, RUBRICS, TEST_KEYS
from servicelab.errors import UserError
from servicelab.files.zips import BROKEN, Archive, Budget, Limits, Refused
from servicelab.publish.catalogues import Catalogue, catalogue_file
from servicelab.publish.prose import translate_blocks
from servicelab.publish.regions import REGIONS, has_region, segments
from servicelab.publish.sources import CODE, Cell, Course, Document, load_course, relative
from servicelab.publish.yamlfile import yaml_source

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SHORTEST = 12
"""Letters and digits; below this a line says nothing by which it could be told from any other."""
SHORTEST_CHINESE = 8
RUN = 4
"""Characters that are looked at together."""
LONG = 50_000
"""Characters; in a longer text more runs are told apart, and it is gone through in pieces of so many."""
LARGEST = 4 << 30
"""Bytes that may come out of one file of ours and all that is packed in it: a bundle with every wheel has a fifth."""
LARGEST_TEXT = 512 << 20
"""Bytes of one file that is searched: a search takes three times as much memory."""
DEEPEST = 8
"""Packed files inside each other."""
PIECE = 1 << 20
ZIP = Limits(members=100_000, directory=32 << 20)
SPACE = re.compile(r"\s+")
TAG = re.compile(r"<[^>]*>")
ESCAPED = re.compile(r"""\\(?:u([0-9a-fA-F]{4})|([\\"'/nrt]))""")
BASE64 = re.compile(r"[A-Za-z0-9+/\s]{16,}={0,2}\s*")
CONTINUED = re.compile(r"\\\s*\n\s*")
"""Where a line of Python goes on in the next one, in the text of a file or of a notebook."""
JOINED = re.compile(r"""(["'])[ \t]*\r?\n[ \t]*[a-zA-Z]?\1""")
"""Where one of Python's texts ends and goes on in the next line."""
CHINESE = re.compile(r"[\u4e00-\u9fff]")
WORD = re.compile(r"\w+")
PYTHONS_OWN = frozenset({*keyword.kwlist, *vars(builtins)})
"""Words of the language: a line that has no other (`except Exception:`) is written by everybody."""
IMPORT = re.compile(r"from ([\w.]+) import [\w, ]+|import ([\w.]+)(?: as \w+)?")
"""So is a line that takes something from Python's own library, and does nothing else."""


@dataclass(frozen=True, order=True)
class Secret:
    """One distinctive line: its kind (solution, hidden test, mark scheme, instructor), its source, its words."""

    kind: str
    where: str
    text: str


@dataclass(frozen=True, order=True)
class Leak:
    """A secret that stands in a built file."""

    file: str
    secret: Secret

    def __str__(self) -> str:
        return f"{self.file} has a {self.secret.kind} line of {self.secret.where}: {self.secret.text[:60]}"


def secrets(root: Path) -> list[Secret]:
    """The distinctive lines of everything secret in the course under `root`, in English and Chinese.

    A line that stands in what a trainee may see as well (a lesson, a quiz, the visible part of an exercise) is not
    distinctive: an `import`, a table's head, the name of a criterion.
    """
    course = load_course(root)
    visible = "\n".join(SPACE.sub(" ", line) for text in _visible(course) for line in text.split("\n"))
    found = {
        Secret(kind, where, line): None
        for kind, where, text in (*_secret(course), *_marking(root))
        for line in _lines(text)
        if line not in visible
    }
    return sorted(found)


def find_leaks(place: Path, known: Sequence[Secret] | Sought) -> list[Leak]:
    """Search a file or a folder, and the zips and wheels in it, for secrets; hidden files are searched too."""
    found: set[Leak] = set()
    sought = known if isinstance(known, Sought) else Sought(known)
    files = [place] if place.is_file() else sorted(path for path in place.rglob("*") if path.is_file())
    for path in files:
        name = path.name if path == place else path.relative_to(place).as_posix()
        try:
            found.update(_search(name, path.read_bytes(), sought, Budget(LARGEST)))
        except MemoryError as error:
            raise _unsearched(name, "it takes more memory than there is") from error
    return sorted(found)


def _search(name: str, content: bytes, sought: Sought, room: Budget, depth: int = 0) -> Iterator[Leak]:
    """Look into a file and whatever is packed in it. What cannot be looked into cannot be said to hold nothing."""
    if depth > DEEPEST:
        raise _unsearched(name, "it is packed too many times over")
    for magic, what in FOREIGN.items():
        if content.startswith(magic):
            raise _unsearched(name, f"{what} is not looked into, zip and tar.gz are")
    members = _members(name, content, room)
    if members is None:
        if len(content) > LARGEST_TEXT:
            raise _unsearched(name, f"more than {LARGEST_TEXT} bytes")
        yield from (Leak(name, secret) for secret in sought.within(name, content))
        return
    for inner, inside in members:
        yield from _search(inner, inside, sought, room, depth + 1)


def _unsearched(name: str, why: object) -> UserError:
    return UserError(f"{name} cannot be searched for secrets ({why}): build it again.")


def _members(name: str, content: bytes, room: Budget) -> Iterator[tuple[str, bytes]] | None:
    """What is packed in a file, and what its table of contents says; None where nothing is."""
    if content.startswith(b"PK\x03\x04"):
        return _unpacked(name, content, room)
    for magic, (ending, opened) in SQUEEZED.items():
        if content.startswith(magic):
            return _unsqueezed(name, content, room, ending, opened)
    if content[257:262] == b"ustar":
        return _untarred(name, content, room)
    # A program's beginning may stand before a zip.
    return _appended(name, content, room) if _holds_a_zip(content) else None


class Sought:
    """Secrets made ready to be looked for in many files: the runs of four characters of all of them, side by side."""

    def __init__(self, known: Sequence[Secret]) -> None:
        """Go through the secrets once, whatever the number of texts."""
        import numpy as np

        self._known = known
        #: Those that have a run, where the runs of each begin, and the runs.
        self._long = np.array([at for at, secret in enumerate(known) if len(secret.text) >= RUN], dtype=np.int64)
        runs = [_runs(known[at].text) for at in self._long.tolist()]
        self._begins = np.cumsum([0, *map(len, runs)])[:-1]
        self._runs = np.concatenate(runs) if runs else _runs("")
        #: What was found in bytes that are read in the same way: every edition has the firm's tables.
        self._before: dict[tuple[str, bytes], list[Secret]] = {}

    def within(self, name: str, content: bytes) -> list[Secret]:
        """The secrets that stand in a file of this name."""
        key = (Path(name).suffix.lower(), hashlib.sha256(content).digest())
        if key not in self._before:
            text = _readable(name, content)
            self._before[key] = [secret for secret in self.possible(text) if secret.text in text]
        return self._before[key]

    def possible(self, text: str) -> list[Secret]:
        """The secrets that may stand in a text: those all of whose runs of four characters occur in it.

        The text is gone through once, whatever the number of secrets: a table of the firm has millions of characters,
        and hardly any secret is left to be looked for in it. Runs are told apart by 24 bits, in a text that is not long
        by 18, so that a few are kept for nothing and none is lost.
        """
        import numpy as np

        bits = 24 if len(text) >= LONG else 18
        there = np.zeros(1 << bits, dtype=bool)
        # Piece by piece: what a piece takes stays in the processor's cache.
        for at in range(0, len(text), LONG):
            there[_runs(text[at : at + LONG + RUN - 1]) >> np.uint32(32 - bits)] = True
        may = np.ones(len(self._known), dtype=bool)
        if len(self._long):
            may[self._long] = np.logical_and.reduceat(there[self._runs >> np.uint32(32 - bits)], self._begins)
        return [self._known[at] for at in np.flatnonzero(may).tolist()]


def _runs(words: str) -> NDArray[np.uint32]:
    """A number for each run of four characters."""
    import numpy as np

    codes = np.frombuffer(words.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    mixed = codes[: 1 - RUN] * np.uint32(2654435761)
    for step, factor in ((1, 2246822519), (2, 3266489917), (3, 668265263)):
        mixed ^= codes[step : len(codes) + 1 - RUN + step] * np.uint32(factor)
    return mixed


LAST_WORDS, ENDING = b"PK\x05\x06", 22
"""What a zip ends with, and how many bytes that takes; its comment follows, whose length the last two of them say."""
FOREIGN = {b"7z\xbc\xaf\x27\x1c": "7z", b"Rar!\x1a\x07": "rar", b"\x28\xb5\x2f\xfd": "zstd"}
SQUEEZED: dict[bytes, tuple[str, Callable[[IO[bytes]], IO[bytes]]]] = {
    b"\x1f\x8b\x08": (".gz", lambda stream: cast("IO[bytes]", gzip.GzipFile(fileobj=stream))),
    **{b"BZh%d1AY&SY" % size: (".bz2", bz2.BZ2File) for size in range(1, 10)},
    b"\xfd7zXZ\x00": (".xz", lzma.LZMAFile),
}
"""How one file is packed alone: by its first bytes, the ending that says so, and what opens it."""


def _unpacked(name: str, content: bytes, room: Budget) -> Iterator[tuple[str, bytes]]:
    try:
        archive = Archive(io.BytesIO(content), ZIP, room)
        yield name, _table(content, archive.members)
        for member in archive.members:
            if not member.is_dir():
                yield f"{name}!{member.filename}", archive.read(member, LARGEST_TEXT)
    except Refused as refused:
        raise _unsearched(name, refused) from refused


def _holds_a_zip(content: bytes) -> bool:
    """Whether a zip stands behind something else. A program that reads zips has their last words, and is none.

    One whose last words end the file is a zip, even if it cannot be opened.
    """
    if not zipfile.is_zipfile(io.BytesIO(content)):
        return False
    said = content[content.rfind(LAST_WORDS) :]
    if len(said) >= ENDING and ENDING + int.from_bytes(said[ENDING - 2 : ENDING], "little") == len(said):
        return True
    try:
        zipfile.ZipFile(io.BytesIO(content)).close()
    except zipfile.BadZipFile:
        return False
    return True


def _appended(name: str, content: bytes, room: Budget) -> Iterator[tuple[str, bytes]]:
    """A zip behind something else, which is searched as it stands."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            first = min((member.header_offset for member in members), default=len(content))
            yield name, content[:first]
            yield name, _table(content, members)
            for member in members:
                if not member.is_dir():
                    with archive.open(member) as stream:
                        yield f"{name}!{member.filename}", _taken(name, stream, room)
    except BROKEN as error:
        raise _unsearched(name, error) from error


def _table(content: bytes, members: Sequence[zipfile.ZipInfo]) -> bytes:
    """What a zip says beside its files: their names, their comments and its own, which stands at its end."""
    said = "\n".join(f"{member.filename}\n{member.comment.decode('utf-8', 'replace')}" for member in members)
    end = content.rfind(LAST_WORDS)
    return said.encode("utf-8", "replace") + b"\n" + content[end + ENDING :]


def _unsqueezed(
    name: str, content: bytes, room: Budget, ending: str, opened: Callable[[IO[bytes]], IO[bytes]]
) -> Iterator[tuple[str, bytes]]:
    if ending == ".gz":
        # It may say what the file is called.
        yield name, b"\n" + content[3:1024]
    try:
        with opened(io.BytesIO(content)) as stream:
            yield name.removesuffix(ending), _taken(name, stream, room)
    except (OSError, EOFError, zlib.error, lzma.LZMAError, ValueError) as error:
        raise _unsearched(name, error) from error


def _untarred(name: str, content: bytes, room: Budget) -> Iterator[tuple[str, bytes]]:
    try:
        with tarfile.open(fileobj=io.BytesIO(content), mode="r:") as archive:
            for member in archive:
                yield name, f"{member.name}\n{member.linkname}".encode("utf-8", "replace")
                # A map of holes makes gigabytes of a few bytes.
                if member.size > min(LARGEST_TEXT, room.left):
                    raise _unsearched(name, f"{member.name} has {member.size} bytes")
                stream = archive.extractfile(member) if member.isfile() else None
                if stream is not None:
                    yield f"{name}!{member.name}", _taken(name, stream, room)
    except (tarfile.TarError, OSError, ValueError) as error:
        raise _unsearched(name, error) from error


def _taken(name: str, stream: IO[bytes], room: Budget) -> bytes:
    """What comes out of a packed file, in pieces: asked for all that may come, a reader sets so much aside at once."""
    found = bytearray()
    while piece := stream.read(PIECE):
        found += piece
        room.spend(len(piece))
        if not room.left or len(found) > LARGEST_TEXT:
            raise _unsearched(name, f"more than {min(LARGEST, LARGEST_TEXT)} bytes in it")
    return bytes(found)


def _readable(name: str, content: bytes) -> str:
    """A file's words as they stand and with escapes undone, blank space evened out."""
    wide = content[:2] in (b"\xff\xfe", b"\xfe\xff")
    text, name = content.decode("utf-16" if wide else "utf-8", errors="replace"), name.lower()
    if name.endswith((".ipynb", ".json")):
        # Damaged JSON is searched as it stands.
        with contextlib.suppress(ValueError, RecursionError):
            text = "\n".join(_written(json.loads(text)))
    elif name.endswith((".html", ".htm")):
        # What a tag's attributes say is read as well: a tooltip is a text.
        text = html.unescape(f"{text}\n{TAG.sub('', text)}")
    elif name.endswith(".csv"):
        text += "\n" + text.replace('""', '"') if '""' in text else ""
    elif name.endswith(".py"):
        text += "\n" + JOINED.sub("", text)
    if name.endswith((".py", ".ipynb")) and CONTINUED.search(text):
        text += "\n" + CONTINUED.sub("", text)
    if "\\" in text:
        text += "\n" + ESCAPED.sub(_character, text)
    # What SPACE would find, evened out several times as fast.
    return " ".join(text.split())


def _character(found: re.Match[str]) -> str:
    if found[1]:
        return chr(int(found[1], 16))
    return " " if found[2] in "nrt" else found[2]


def _written(value: Any) -> Iterator[str]:
    """The texts in a JSON file: those of a list as one too, and what a text of the letters of base64 stands for."""
    if isinstance(value, list) and len(value) > 1 and all(isinstance(inner, str) for inner in value):
        # A cell's text is cut wherever its writer's program cut it.
        yield "".join(value)
    if isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _written(inner)
        yield from map(str, value if isinstance(value, dict) else ())
    elif isinstance(value, str):
        yield value
        if BASE64.fullmatch(value):
            with contextlib.suppress(ValueError):
                yield base64.b64decode(value).decode("utf-8", "replace")


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield str(key)
            yield from _strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(inner)


def _secret(course: Course) -> Iterator[tuple[str, str, str]]:
    """Every secret text as (kind, source, text)."""
    for document in course.documents:
        chinese = _translator(course, document)
        for cell in document.cells:
            where = f"{document.file} [{cell.name}]"
            if document.kind == "instructor":
                yield "instructor", where, cell.source
                yield "instructor", where, chinese(cell)
            elif document.kind in GRADED:
                whole = cell.nbgrader.get("solution") and not has_region(cell.source, "solution")
                for source in (cell.source, chinese(cell)):
                    for piece in segments(source):
                        kind = "solution" if whole and piece.kind == "text" else piece.kind
                        if kind in REGIONS:
                            yield kind, where, piece.text


def _marking(root: Path) -> Iterator[tuple[str, str, str]]:
    """What helps to mark: the rubrics' sentences, right answers of the simulated trainees, the reasons of the tests."""
    listed = [path for folder in (RUBRICS, DEMO) for path in sorted((root / folder).rglob("*.yml"))]
    for path in (*listed, *root.glob(TEST_KEYS)):
        file = relative(path, root)
        for text in _strings(yaml_source(path, file).data):
            # One word is a name or an option's id; a sentence is what gives something away.
            if " " in text.strip() or len(CHINESE.findall(text)) > SHORTEST:
                yield "mark scheme", file, text


def _visible(course: Course) -> Iterator[str]:
    """What a trainee may see."""
    for document in course.documents:
        if document.kind == "instructor":
            continue
        chinese = _translator(course, document)
        for cell in document.cells:
            whole = cell.nbgrader.get("solution") and not has_region(cell.source, "solution")
            for source in (cell.source, chinese(cell)):
                yield from (piece.text for piece in segments(source) if piece.kind == "text" and not whole)
    yield from _strings(course.policy.data)
    if course.blueprint:
        yield from _strings(course.blueprint.data)
    for unit in course.units.values():
        yield from _strings(unit.quiz.data)
        if unit.desk:
            yield from _strings(unit.desk.data)
        if unit.voices:
            yield from _strings(unit.voices.data)
        if unit.placing:
            yield from _strings(unit.placing.data)


def _translator(course: Course, document: Document) -> Any:
    translations = Catalogue(course.root / catalogue_file(document))

    def chinese(cell: Cell) -> str:
        if cell.kind == CODE:
            return cell.source
        return "\n".join(
            piece.text
            if piece.kind == "marker"
            else translate_blocks(piece.text, lambda block: translations.translate(cell.name, block))
            for piece in segments(cell.source)
        )

    return chinese


def _is_pythons_import(line: str) -> bool:
    found = IMPORT.fullmatch(line)
    return found is not None and (found[1] or found[2]).split(".")[0] in sys.stdlib_module_names


def _lines(text: str) -> Iterator[str]:
    """The lines long enough to be told apart, blank space evened out."""
    for line in text.split("\n"):
        even = SPACE.sub(" ", line).strip()
        if PYTHONS_OWN.issuperset(WORD.findall(even)) or _is_pythons_import(even):
            continue
        if sum(map(str.isalnum, even)) >= SHORTEST or len(CHINESE.findall(even)) >= SHORTEST_CHINESE:
            yield even
