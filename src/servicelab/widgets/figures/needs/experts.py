"""One statement, three experts: where they agree about the kind of need."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from servicelab.company import label
from servicelab.i18n import _, language
from servicelab.widgets.frames import require
from servicelab.widgets.house.chart import axis, bars, beyond, chart, names, picture, table

if TYPE_CHECKING:
    import pandas as pd


def agreement(voices: pd.DataFrame) -> dict[str, Any]:
    """On how many statements the experts gave one, two or three different kinds, and which those are."""
    text = "text_zh" if language() == "zh" else "text_en"
    require(voices, ["voice_id", "expert", "kind", text], "figures.agreement", "voices")
    said = voices.astype({"kind": "str", "expert": "str"}).pivot(index="voice_id", columns="expert", values="kind")
    sentence = voices.drop_duplicates("voice_id").set_index("voice_id")[text].astype(str)
    kinds = said.nunique(axis=1)
    counts = [int((kinds == n).sum()) for n in (1, 2, 3)]
    each = [_("all three agree"), _("two different kinds"), _("three different kinds")]
    most = said[kinds == kinds.max()].index[0]
    given = [label("voices", "kind", kind) for kind in said.loc[most]]
    return picture(
        _("One statement, three experts"),
        [
            chart(
                axis(_("statements"), 0, beyond(counts)),
                names(each[::-1], band=37),
                [bars([{"x": n, "y": 2 - at, "label": str(n)} for at, n in enumerate(counts)], color=1)],
            )
        ],
        _(
            "All three agree on {agreed} of {count} statements. Most divided: “{sentence}” ({kinds}).",
            agreed=counts[0],
            count=len(said),
            sentence=sentence[most],
            kinds=_(", ").join(given),
        ),
        table(
            _("The statements on which they differ"),
            [_("statement"), *(label("voices", "expert", expert) for expert in said.columns)],
            [
                [sentence[voice], *(label("voices", "kind", kind) for kind in said.loc[voice])]
                for voice in said.index[kinds > 1]
            ],
        ),
    )
