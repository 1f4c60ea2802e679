"""Deliver a built edition into a trainee's workspace without ever overwriting what they changed."""

from __future__ import annotations

import errno
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from servicelab.errors import UserError
from servicelab.files.whole import write_whole
from servicelab.i18n import _

# What was delivered, so that "the trainee changed it" can be told from "a new version came".
LEDGER = ".delivered.json"
# What a build writes into a cell's metadata; JupyterLab adds some of its own when a notebook is run or looked at.
DELIVERED_METADATA = ("nbgrader", "servicelab", "tags")


@dataclass(frozen=True)
class Delivery:
    """What one delivery did, as paths relative to the workspace."""

    added: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    beside: list[str] = field(default_factory=list)

    def sentence(self) -> str:
        """One line for the person who started it."""
        if self.beside:
            return _(
                "{n} file(s) you have changed have a new version, put beside yours: {names}.",
                n=len(self.beside),
                names=", ".join(self.beside),
            )
        return _("{n} file(s) new or renewed; yours are as you left them.", n=len(self.added) + len(self.updated))


def deliver(built: Path, workspace: Path) -> Delivery:
    """Bring `workspace` up to the edition in `built`.

    A file the trainee has not changed is renewed; one they have changed stays, and a newer version is put beside it
    as `name.new.ext` (`name.new-2.ext` when they have worked in that one as well); files of their own (answers, notes)
    are not looked at. A notebook that was only run counts as unchanged: its outputs differ, its cells do not.

    Parameters
    ----------
    built
        The folder of a trainee edition, as `publish.build` leaves it.
    workspace
        The trainee's folder; made if missing.

    Returns
    -------
    Delivery
        What was added, renewed, kept and put beside.

    Raises
    ------
    UserError
        Something stands in the way in the workspace, or cannot be read or written.
    """
    try:
        return _deliver(built, workspace)
    except OSError as problem:
        raise UserError(
            _(
                "{place} cannot be brought up to date ({why}): move it away or make room, then start again.",
                place=problem.filename or workspace,
                why=problem.strerror or problem,
            )
        ) from problem


def _deliver(built: Path, workspace: Path) -> Delivery:
    workspace.mkdir(parents=True, exist_ok=True)
    ledger_path = workspace / LEDGER
    ledger = read_ledger(ledger_path)
    done = Delivery()
    # A version beside is delivered like any other, and a file that comes back is still known.
    new_ledger = dict(ledger)
    for source in files(built):
        name = source.relative_to(built).as_posix()
        target = workspace / name
        fresh = fingerprint(source)
        new_ledger[name] = fresh
        if target.exists() and not target.is_file():
            # A folder; or a pipe, which whoever reads it would wait for without end.
            raise FileExistsError(errno.EEXIST, _("something that is no file stands there"), str(target))
        if not target.exists():
            write_whole(target, source.read_bytes())
            done.added.append(name)
        elif (current := fingerprint(target)) == fresh:
            continue
        elif same(current, ledger.get(name)):
            write_whole(target, source.read_bytes())
            done.updated.append(name)
        elif same(fresh, ledger.get(name)):
            done.kept.append(name)
        else:
            beside = place_beside(target, fresh, workspace, ledger)
            write_whole(beside, source.read_bytes())
            named = beside.relative_to(workspace).as_posix()
            new_ledger[named] = fresh
            done.beside.append(named)
    if new_ledger != ledger:
        write_whole(ledger_path, json.dumps(new_ledger, indent=1, sort_keys=True).encode())
    return done


def files(folder: Path) -> Iterator[Path]:
    """Every regular file of a built edition, in a stable order; its own bookkeeping (dot files) left out."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(folder).parts):
            yield path


def place_beside(target: Path, fresh: str, workspace: Path, ledger: Mapping[str, str]) -> Path:
    """Where a new version is put beside a changed file: the first name that holds nothing of the trainee's."""

    def free(beside: Path) -> bool:
        if not beside.exists():
            return True
        if not beside.is_file():
            return False
        current = fingerprint(beside)
        return current == fresh or same(current, ledger.get(beside.relative_to(workspace).as_posix()))

    numbers = (f"-{number}" if number > 1 else "" for number in count(1))
    places = (target.with_name(f"{target.stem}.new{number}{target.suffix}") for number in numbers)
    return next(place for place in places if free(place))


def fingerprint(path: Path) -> str:
    """A hash of what a file says: for a notebook of its cells' sources and of what a build wrote about them."""
    content = path.read_bytes()
    if path.suffix == ".ipynb":
        try:
            document = json.loads(content)
            cells = document["cells"]
            said = [[cell["cell_type"], "".join(cell["source"])] for cell in cells]
            about = [document["metadata"].get("servicelab"), [delivered_metadata(cell) for cell in cells]]
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            # Not a notebook any more: somebody changed it, so its bytes are what is compared.
            pass
        else:
            return f"{digest(json.dumps(said).encode())} {digest(json.dumps(about, sort_keys=True).encode())}"
    return digest(content)


def delivered_metadata(cell: Mapping[str, Any]) -> dict[str, Any]:
    """What a build wrote into a cell's metadata."""
    return {key: cell["metadata"][key] for key in DELIVERED_METADATA if key in cell["metadata"]}


def digest(content: bytes) -> str:
    """A hash of bytes."""
    return hashlib.sha256(content).hexdigest()


def same(current: str, delivered: str | None) -> bool:
    """Whether a file is as it was delivered; an earlier version's ledger holds only what a notebook's cells say."""
    return delivered is not None and (current == delivered or current.split(" ")[0] == delivered)


def read_ledger(path: Path) -> dict[str, str]:
    """What was delivered before; nothing if there is no readable ledger (then every difference counts as a change)."""
    try:
        ledger = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return {str(k): str(v) for k, v in ledger.items()} if isinstance(ledger, dict) else {}
