"""Begin a unit: a small one that builds, runs and is marked, for its author to write over.

Its files are the ones in `pattern/`, which a checkout has and a wheel has not: solutions stand in them.
"""

from __future__ import annotations

import re
from pathlib import Path
from string import Template

from servicelab.course.layout import READ, UNITS, UnitKind, is_unit_name
from servicelab.errors import UserError
from servicelab.files.whole import whole_folder
from servicelab.i18n import _

PATTERN = Path(__file__).with_name("pattern")
NUMBERED = re.compile(r"\d\d_[a-z][a-z0-9_]*")
"""A module's name, which is its place in the course as well; a case may be called anything a unit can be called."""


def new_unit(root: Path, kind: UnitKind, name: str) -> Path:
    """Make the unit's folder with everything in it, and nothing outside of it; return the folder.

    Raises
    ------
    UserError
        The name cannot be a unit's, or something has it.
    """
    _refuse_name(root, kind, name)
    folder = root / UNITS[kind] / name
    words = name.split("_", 1)[1] if kind == "module" else name
    said = {
        "name": name,
        "slug": name.replace("_", "-"),
        "read": READ[kind],
        "title": words.replace("_", " ").capitalize(),
    }
    with whole_folder(folder) as unfinished:
        for path in sorted(PATTERN.iterdir()):
            target = f"{READ[kind]}.md" if path.name == "read.md" else path.name
            # A case has no desk of its own.
            if not (kind == "case" and path.name == "desk.yml"):
                text = Template(path.read_text(encoding="utf-8")).substitute(said)
                (unfinished / target).write_text(text, encoding="utf-8", newline="\n")
    return folder


def _refuse_name(root: Path, kind: UnitKind, name: str) -> None:
    if kind == "module" and not NUMBERED.fullmatch(name):
        raise UserError(
            _("A module cannot be called {name}: write two digits, _ and a word, as in 02_process.", name=name)
        )
    if not is_unit_name(name):
        raise UserError(
            _(
                "A case cannot be called {name}: use small letters, digits and _, and another ending than _analysis.",
                name=name,
            )
        )
    for place in UNITS.values():
        if (root / place / name).exists():
            raise UserError(_("There is {place} already: take another name.", place=f"{place}/{name}"))
