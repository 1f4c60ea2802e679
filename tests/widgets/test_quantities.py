"""Per cent, yuan and intervals in both languages, and in what a table in Chinese shows."""

from __future__ import annotations

import re

from servicelab.company import load
from servicelab.i18n import use
from servicelab.widgets.explore.channels.mix.model import MixModel
from servicelab.widgets.figures.channels import contained, handoffs, measures
from servicelab.widgets.quantities import between, millions, money_unit, percent, yuan


def test_a_quantity_is_written_as_the_language_writes_it() -> None:
    said = {}
    for lang in ("en", "zh"):
        with use(lang):
            said[lang] = (percent(41.66, 1), yuan(1234.56), yuan(24000, 0), between(1.94, 5.9), between(-0.04, 3, 1))
    assert said["en"] == ("41.7 %", "¥1,234.6", "¥24,000", "1.9 – 5.9", "0.0 – 3.0")
    assert said["zh"] == ("41.7%", "1,234.6 元", "24,000 元", "1.9 到 5.9", "0.0 到 3.0")


def test_a_large_amount_is_counted_as_the_language_counts() -> None:
    said, units = {}, {}
    for lang in ("en", "zh"):
        with use(lang):
            said[lang] = [millions(5.34e6, 1), millions(632.4e6), millions(-0.64e6, 2), millions(17.36e6, 1)]
            units[lang] = [money_unit(largest).name for largest in (5e6, 99_999_999, 1e8)]
    # As exact in the one as in the other.
    assert said["en"] == ["¥5.3 million", "¥632 million", "¥−0.64 million", "¥17.4 million"]
    assert said["zh"] == ["530 万元", "6.32 亿元", "−64 万元", "1,740 万元"]
    assert units == {"en": ["million ¥"] * 3, "zh": ["万元", "万元", "亿元"]}


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
