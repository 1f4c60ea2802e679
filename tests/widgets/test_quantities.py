"""Per cent, yuan and intervals in both languages, and in what a table in Chinese shows."""

from __future__ import annotations

import re

from servicelab.company import load
from servicelab.i18n import use
from servicelab.widgets.explore.channels.mix.model import MixModel
from servicelab.widgets.figures.channels import contained, handoffs, measures
from servicelab.widgets.quantities import between, percent, yuan


def test_a_quantity_is_written_as_the_language_writes_it() -> None:
    said = {}
    for lang in ("en", "zh"):
        with use(lang):
            said[lang] = (percent(41.66, 1), yuan(1234.56), yuan(24000, 0), between(1.94, 5.9), between(-0.04, 3, 1))
    assert said["en"] == ("41.7 %", "¥1,234.6", "¥24,000", "1.9 – 5.9", "0.0 – 3.0")
    assert said["zh"] == ("41.7%", "1,234.6 元", "24,000 元", "1.9 到 5.9", "0.0 到 3.0")


def test_a_sign_is_no_dash() -> None:
    assert between(-0.2, 0.4, signed=True) == "−0.2 – +0.4"
    assert between(-2, -1, 0) == "−2 – −1"


def test_a_table_in_chinese_holds_no_quantity_in_english() -> None:
    contacts, customers = load("contacts"), load("customers")
    with use("zh"):
        tables = [
            measures.scorecard(contacts)["table"],
            contained.contained(contacts)["table"],
            handoffs.handoffs(contacts)["table"],
            MixModel(contacts, customers).derive({})["table"],
        ]
    cells = [str(cell) for table in tables for row in table["rows"] for cell in row]
    assert len(cells) > 50
    assert [cell for cell in cells if re.search(r"¥|\d %|\d – |\(", cell)] == []
