"""A test before and one after the course for the fixture's course: twelve pairs, their keys, two notebooks."""

from __future__ import annotations

from pathlib import Path

import yaml

from servicelab.course.blueprintfile import FORMS, WANTED
from servicelab.course.layout import BLUEPRINT, TEST_KEYS, TESTS

UNIT = "01_demo"
PAIRS = [f"t-{area}-{number}" for area, count in WANTED.items() for number in range(count)]
RIGHT = {pair: {"a": "one", "b": "two" if number % 2 else "one"} for number, pair in enumerate(PAIRS)}
"""Of every second pair the forms have different keys."""


def add_tests(root: Path) -> None:
    """Write blueprint, keys and both notebooks into a copy of the fixture."""
    pairs = [
        {
            "id": pair,
            "area": pair.split("-")[1],
            "teaches": ["N1.1"],
            **{
                form: {
                    "prompt": f"Which of the two is it, {pair} {form}?",
                    "options": [{"id": name, "text": f"{pair} {form} says {name}"} for name in ("one", "two")],
                }
                for form in FORMS
            },
        }
        for pair in PAIRS
    ]
    keys = {
        pair: {**RIGHT[pair], "because": {"en": f"It is {pair}, by all means.", "zh": f"因为它就是 {pair}。"}}
        for pair in PAIRS
    }
    for file, data in ((BLUEPRINT, {"pairs": pairs}), (TEST_KEYS, {"keys": keys})):
        (root / file).write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False), encoding="utf-8")
    for kind, name in TESTS.items():
        (root / f"course/modules/{UNIT}/{kind}.md").write_text(notebook(kind, name), encoding="utf-8")


def notebook(kind: str, name: str) -> str:
    """The source of a test."""
    cells = "\n\n".join(f'```{{code-cell}} ipython3\n:name: ask-{pair}\ntest.ask("{pair}")\n```' for pair in PAIRS)
    return (
        "---\njupytext: {text_representation: {extension: .md, format_name: myst}}\n"
        "kernelspec: {name: python3, display_name: Python 3, language: python}\n"
        f'servicelab: {{module: {UNIT}, kind: {kind}, title: "The {kind}"}}\n---\n\n'
        '+++ {"name": "title", "section": "s1", "minutes": 15}\n\n'
        f"# The {kind}\n\n```{{code-cell}} ipython3\n:name: open\nfrom servicelab.learn import open_test\n"
        f'test = open_test("{name}")\n```\n\n{cells}\n\n'
        "```{code-cell} ipython3\n:name: submit\ntest.submit()\n```\n"
    )
