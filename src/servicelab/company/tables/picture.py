"""How the firm's tables relate, as an SVG drawn from the data dictionary, and the same in words."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from servicelab.company.tables.dictionary import subjects
from servicelab.company.tables.schema import Column, Table

#: Where tables stand, from left to right: those that refer to a table stand beside it. The others stand below.
PLACES = (
    ("campaign_members", "touchpoints", "needs_tracker", "servqual_items", "servqual_survey", "servqual_weights",
     "needs_survey", "kano_survey"),
    ("campaigns", "customers", "features"),
    ("orders", "cases", "contacts", "calls"),
    ("shops", "shop_months", "event_log", "agents", "appraisals"),
)  # fmt: skip
#: So many tables refer to it that it stands along all of them.
TALL = "customers"

WIDE, GAP, MARGIN, TOP = 222, 62, 46, 110
HEAD, ROW, PAD, APART = 28, 19, 7, 18
#: Columns 2 and 3 begin lower: the line from customers to their home shop runs above the orders.
LOWER = (0, 0, 158, 98)
#: White text on each has a contrast of 5 and more, and each line on the picture's own ground.
COLOURS = {
    "trade": "#1b5e8c", "service": "#0b6e4f", "people": "#7a4b00", "process": "#8a2f4f",
    "marketing": "#5b3f9e", "surveys": "#46525f",
}  # fmt: skip
GROUND, PAPER, INK, FAINT = "#f6f5f1", "#ffffff", "#1d2329", "#56606b"


@dataclass
class _Box:
    table: Table
    column: int
    x: float
    y: float
    height: float

    @property
    def lines(self) -> list[Column]:
        """The columns shown: the key, and what refers to another table."""
        return _shown(self.table)

    def row(self, name: str) -> float:
        """The middle of a shown column's line."""
        at = [column.name for column in self.lines].index(name)
        return self.y + HEAD + PAD + ROW * (at + 0.5)


def relations(tables: Collection[Table]) -> list[tuple[str, str, str]]:
    """Every reference between the tables: table, column, and the table it refers to.

    >>> from servicelab.company.tables.dictionary import TABLES
    >>> relations([TABLES["shops"], TABLES["shop_months"]])
    [('shop_months', 'shop_id', 'shops')]
    """
    names = {table.name for table in tables}
    found = []
    for table in tables:
        for column in table.columns:
            other = column.refers.partition(".")[0]
            if other in names:
                found.append((table.name, column.name, other))
    return found


def in_words(tables: Collection[Table]) -> list[str]:
    """The relations as Markdown list items, one for each table that others refer to, and one for the rest."""
    found = relations(tables)
    lines = []
    for table in tables:
        by: dict[str, list[str]] = {}
        for name, column, other in found:
            if other == table.name:
                by.setdefault(name, []).append(f"`{column}`")
        if by:
            each = "; ".join(f"`{name}` by {', '.join(columns)}" for name, columns in by.items())
            lines.append(f"- `{table.name}` {table.title_zh} ← {each}")
    alone = [f"`{table.name}`" for table in _alone(tables)]
    if alone:
        lines.append(f"- Without a reference 无外键: {', '.join(alone)}")
    return lines


def picture(tables: Collection[Table]) -> str:
    """The relations as an SVG with its own ground, so that it reads on a light page and on a dark one."""
    boxes, bottom = _placed(tables)
    width = 2 * MARGIN + 4 * WIDE + 3 * GAP
    height = bottom + MARGIN / 2
    words = " ".join(f"{name}.{column} refers to {other}." for name, column, other in relations(tables))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height:.0f}" width="{width}" '
        f'height="{height:.0f}" role="img" aria-labelledby="title desc" '
        "font-family=\"system-ui, 'Segoe UI', 'Noto Sans', 'Noto Sans CJK SC', 'PingFang SC', 'Microsoft YaHei', "
        'sans-serif" font-size="13">',
        '<title id="title">How the tables of Skylark Home relate 云雀家居数据表的关系</title>',
        f'<desc id="desc">{escape(words)}</desc>',
        f'<rect width="{width}" height="{height:.0f}" rx="10" fill="{GROUND}"/>',
        *_markers(),
        *_heading(width),
        *(line for box in boxes.values() for line in _drawn_lines(box, boxes)),
        *(part for box in boxes.values() for part in _drawn_box(box)),
    ]
    alone = [boxes[table.name] for table in _alone(tables) if table.name in boxes]
    if alone:
        y = min(box.y for box in alone) - 14
        parts.append(
            f'<text x="{MARGIN}" y="{y:.1f}" fill="{INK}"><tspan font-weight="600">Without a reference 无外键</tspan>'
            f'<tspan fill="{FAINT}">: join by date, line or warehouse 可按日期、线路或仓库关联</tspan></text>'
        )
    return "\n".join([*parts, "</svg>", ""])


def _shown(table: Table) -> list[Column]:
    return [column for column in table.columns if column.name in table.key or column.refers]


def _alone(tables: Collection[Table]) -> list[Table]:
    tied = {name for one, _column, other in relations(tables) for name in (one, other)}
    return [table for table in tables if table.name not in tied]


def _tall(table: Table) -> float:
    return HEAD + 2 * PAD + ROW * max(1, len(_shown(table)))


def _placed(tables: Collection[Table]) -> tuple[dict[str, _Box], float]:
    """Boxes by table name, and where the lowest ends."""
    known = {table.name: table for table in tables}
    columns = [[known[name] for name in names if name in known] for names in PLACES]
    least = [
        low + sum(_tall(table) for table in column) + APART * (len(column) - 1)
        for low, column in zip(LOWER, columns, strict=True)
    ]
    boxes: dict[str, _Box] = {}
    for number, column in enumerate(columns):
        spare = max(least) - least[number]
        stretched = any(table.name == TALL for table in column)
        apart = APART if stretched or len(column) < 2 else APART + spare / (len(column) - 1)
        y = float(TOP + LOWER[number])
        for table in column:
            height = _tall(table) + (spare if table.name == TALL else 0)
            boxes[table.name] = _Box(table, number, MARGIN + number * (WIDE + GAP), y, height)
            y += height + apart
    bottom = TOP + max(least)
    below = [table for table in tables if table.name not in boxes]
    for start in range(0, len(below), 4):
        bottom += 44 if start == 0 else APART
        row = below[start : start + 4]
        for number, table in enumerate(row):
            boxes[table.name] = _Box(table, number, MARGIN + number * (WIDE + GAP), bottom, _tall(table))
        bottom += max(_tall(table) for table in row)
    return boxes, bottom


def _markers() -> Iterator[str]:
    yield "<defs>"
    for subject, colour in COLOURS.items():
        yield (
            f'<marker id="to-{subject}" viewBox="0 0 8 8" refX="7.5" refY="4" markerWidth="8" markerHeight="8" '
            f'orient="auto" markerUnits="userSpaceOnUse"><path d="M0 0.6 8 4 0 7.4z" fill="{colour}"/></marker>'
        )
    yield "</defs>"


def _heading(width: int) -> Iterator[str]:
    yield (
        f'<text x="{MARGIN}" y="42" font-size="19" font-weight="600" fill="{INK}">How the tables relate '
        f'<tspan font-weight="400">数据表的关系</tspan></text>'
    )
    yield (
        f'<text x="{MARGIN}" y="64" fill="{FAINT}">Underlined: key 下划线为主键; '
        "an arrow: refers to 箭头指向所引用的表</text>"
    )
    # Six subjects in two columns at the top right, where no table stands.
    left, second = width - MARGIN - 570, 310
    for number, (subject, (en, zh)) in enumerate(subjects().items()):
        x, y = left + (number % 2) * second, 30 + (number // 2) * 24
        yield f'<rect x="{x:.1f}" y="{y:.1f}" width="14" height="14" rx="3" fill="{COLOURS[subject]}"/>'
        yield f'<text x="{x + 21:.1f}" y="{y + 11.5:.1f}" font-size="12.5" fill="{INK}">{escape(en)} {zh}</text>'


def _drawn_box(box: _Box) -> Iterator[str]:
    colour, table = COLOURS[box.table.subject], box.table
    x, y = box.x, box.y
    yield f'<g id="table-{table.name}">'
    yield (
        f'<rect x="{x}" y="{y:.1f}" width="{WIDE}" height="{box.height:.1f}" rx="6" fill="{PAPER}" '
        f'stroke="{colour}" stroke-width="1.4"/>'
    )
    yield (
        f'<path d="M{x} {y + HEAD:.1f}v{6 - HEAD}a6 6 0 0 1 6-6h{WIDE - 12}a6 6 0 0 1 6 6v{HEAD - 6}z" '
        f'fill="{colour}"/>'
    )
    yield (
        f'<text x="{x + 10}" y="{y + 18.5:.1f}" fill="#fff" font-weight="600">{table.name}'
        f'<tspan font-weight="400" font-size="12"> {escape(table.title_zh)}</tspan></text>'
    )
    if not box.lines:
        yield f'<text x="{x + 10}" y="{y + HEAD + PAD + 13:.1f}" fill="{FAINT}">{escape(table.row)}</text>'
    for column in box.lines:
        key = ' text-decoration="underline"' if column.name in table.key else ""
        again = " ↺" if column.refers.partition(".")[0] == table.name else ""
        yield (
            f'<text x="{x + 10}" y="{box.row(column.name) + 4.5:.1f}" fill="{INK}"><tspan{key}>{column.name}</tspan>'
            f'<tspan fill="{FAINT}" font-size="12"> {escape(column.zh)}{again}</tspan></text>'
        )
    yield "</g>"


def _drawn_lines(box: _Box, boxes: dict[str, _Box]) -> Iterator[str]:
    for column in box.lines:
        other, _dot, key = column.refers.partition(".")
        if other not in boxes or other == box.table.name:
            continue
        path = _way(box, column.name, boxes[other], key)
        subject = boxes[other].table.subject
        yield (
            f'<path d="{path}" data-from="{box.table.name}.{column.name}" data-to="{other}" fill="none" '
            f'stroke="{COLOURS[subject]}" stroke-width="1.4" marker-end="url(#to-{subject})"/>'
        )


def _way(box: _Box, column: str, to: _Box, key: str) -> str:
    """From the column's line to the key of the table it refers to, leaving and arriving level."""
    y = box.row(column)
    end = to.row(key)
    if to.table.name == TALL:
        end = min(max(y, to.y + HEAD + PAD), to.y + to.height - PAD)
    if box.column == to.column:
        outward = -1 if box.column == 0 else 1
        x = box.x if outward < 0 else box.x + WIDE
        # The further apart, the wider the bow, so that bows of one column do not run into each other.
        bow = outward * min(18 + abs(y - end) * 0.09, MARGIN - 4)
        return f"M{x} {y:.1f}C{x + bow * 1.3:.1f} {y:.1f} {x + bow * 1.3:.1f} {end:.1f} {x} {end:.1f}"
    start = box.x + (WIDE if to.column > box.column else 0)
    stop = to.x + (0 if to.column > box.column else WIDE)
    middle = (stop - start) * 0.5
    return f"M{start} {y:.1f}C{start + middle:.1f} {y:.1f} {stop - middle:.1f} {end:.1f} {stop} {end:.1f}"


def places(tables: Collection[Table]) -> Sequence[tuple[str, float, float, float, float]]:
    """Where each table is drawn: name, left, top, width and height."""
    boxes, _bottom = _placed(tables)
    return [(name, box.x, box.y, WIDE, box.height) for name, box in boxes.items()]
