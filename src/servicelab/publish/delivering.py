"""Deliver a built edition into a trainee's workspace without ever overwriting what they changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from servicelab.files.whole import write_whole

# What was delivered, so that "the trainee changed it" can be told from "a new version came".
LEDGER = ".delivered.json"


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
            return (
                f"{len(self.beside)} file(s) you have changed have a new version, put beside yours: "
                + ", ".join(self.beside)
                + "."
            )
        return f"{len(self.added) + len(self.updated)} file(s) new or renewed; yours are as you left them."


def deliver(built: Path, workspace: Path) -> Delivery:
    """Bring `workspace` up to the edition in `built`.

    A file the trainee has not changed is renewed; one they have changed stays, and a newer version is put beside it
    as `name.new.ext`; files of their own (answers, notes) are not looked at. A notebook that was only run counts as
    unchanged: its outputs differ, its cells do not.

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
    """
    workspace.mkdir(parents=True, exist_ok=True)
    ledger_path = workspace / LEDGER
    ledger = read_ledger(ledger_path)
    done = Delivery()
    new_ledger: dict[str, str] = {}
    for source in files(built):
        name = source.relative_to(built).as_posix()
        target = workspace / name
        fresh = fingerprint(source)
        new_ledger[name] = fresh
        if not target.exists():
            write_whole(target, source.read_bytes())
            done.added.append(name)
        elif (current := fingerprint(target)) == fresh:
            continue
        elif current == ledger.get(name):
            write_whole(target, source.read_bytes())
            done.updated.append(name)
        elif ledger.get(name) == fresh:
            done.kept.append(name)
        else:
            beside = target.with_name(f"{target.stem}.new{target.suffix}")
            write_whole(beside, source.read_bytes())
            done.beside.append(beside.relative_to(workspace).as_posix())
    if new_ledger != ledger:
        write_whole(ledger_path, json.dumps(new_ledger, indent=1, sort_keys=True).encode())
    return done


def files(folder: Path) -> Iterator[Path]:
    """Every regular file of a built edition, in a stable order; its own bookkeeping (dot files) left out."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(folder).parts):
            yield path


def fingerprint(path: Path) -> str:
    """A hash of what a file says: for a notebook its cells' sources, for anything else its bytes."""
    content = path.read_bytes()
    if path.suffix == ".ipynb":
        try:
            cells = json.loads(content)["cells"]
            said = [[cell["cell_type"], "".join(cell["source"])] for cell in cells]
            content = json.dumps(said).encode()
        except (ValueError, KeyError, TypeError):
            # Not a notebook any more: somebody changed it, so its bytes are what is compared.
            pass
    return hashlib.sha256(content).hexdigest()


def read_ledger(path: Path) -> dict[str, str]:
    """What was delivered before; nothing if there is no readable ledger (then every difference counts as a change)."""
    try:
        ledger = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {str(k): str(v) for k, v in ledger.items()} if isinstance(ledger, dict) else {}
