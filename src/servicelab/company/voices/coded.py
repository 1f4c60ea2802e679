"""The statements that three experts coded, from text to table."""

from __future__ import annotations

from importlib.resources import files

import pandas as pd

from servicelab.files.yamllines import parse

EXPERTS = ("e1", "e2", "e3")
#: Position in the code, column, letter → value.
CODES = (
    ("kind", {"F": "functional", "E": "emotional", "N": "normative"}),
    ("spoken", {"S": "spoken", "I": "implicit"}),
    ("importance", {"C": "core", "N": "non_core"}),
    ("time", {"I": "immediate", "L": "long_term"}),
    ("level", {"B": "basic", "E": "extended"}),
)


def make_voices() -> pd.DataFrame:
    """One row for each statement and expert. Nothing is drawn: the codings are people's judgements, written down."""
    source = files("servicelab.company.voices").joinpath("texts", "voices.yml").read_text(encoding="utf-8")
    rows = []
    for voice in parse(source).data:
        for expert in EXPERTS:
            code = voice.get(expert, voice["codes"])
            row = {"voice_id": voice["id"], "text_en": voice["en"], "text_zh": voice["zh"], "expert": expert}
            rows.append(row | {name: letters[code[at]] for at, (name, letters) in enumerate(CODES)})
    return pd.DataFrame(rows)
