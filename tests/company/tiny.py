"""A firm of a few rows in every table, all of them consistent, for tests that break one thing at a time."""

# ruff: noqa: E501

from __future__ import annotations

import zipfile
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from servicelab.company.tables.dictionary import TABLES
from servicelab.company.tables.reading import ENCODING
from servicelab.company.tables.schema import Table


def rows(name: str) -> pd.DataFrame:
    """The table's cells as text, the columns in the dictionary's order; empty for missing."""
    cells = [line.split("|") for line in FIRM[name].strip().splitlines()]
    return pd.DataFrame(cells, columns=[column.name for column in TABLES[name].columns], dtype="str")


def put(folder: Path, table: Table, frame: pd.DataFrame, *, packed: bool | None = None) -> Path:
    """Write a table as text, packed as the dictionary says unless told otherwise; the file."""
    text = frame.to_csv(index=False, lineterminator="\n").encode(ENCODING)
    if not (table.packed if packed is None else packed):
        (folder / table.csv).write_bytes(text)
        return folder / table.csv
    path = folder / f"{table.csv}.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo(table.csv), text)
    return path


def write(folder: Path, names: Iterable[str] = TABLES, *, packed: bool | None = None) -> Path:
    """Write the firm, or some of its tables; the folder."""
    for name in names:
        put(folder, TABLES[name], rows(name), packed=packed)
    return folder


def with_causes(name: str) -> set[str]:
    """The table and all that it refers to, directly or through others."""
    found = {name}
    for column in TABLES[name].columns:
        other = column.refers.partition(".")[0]
        if other and other != name:
            found |= with_causes(other)
    return found


#: A row a line, cells apart by a bar.
FIRM = {
    "customers": """
K00001|senior|1|2021-03-01|S01|True||
K00002|young_renter|2|2023-01-15|S02|False|2024-02-01|
K00003|new_family|4|2022-06-30||True||2025-01-10
""",
    "shops": """
S01|1.05|2024-03-01
S02|0.98|
""",
    "shop_months": """
S01|2023-01-01|320.0|358433.0|12.5|0.0|1.32|1.54|0.546|0.446
S01|2023-02-01|0.0|324042.0|10.9|0.0|1.04|1.34|0.479|0.391
S02|2023-01-01|0.0|310000.0|11.0|0.012|1.1|1.4|0.5|1.1
""",
    "features": """
on_time_delivery|On time|准时送达|It comes when promised|说到做到
intact_packaging|Intact|包装完好|Nothing is broken|完好无损
personal_styling|Styling|搭配建议|Ideas for your home|搭配方案
""",
    "orders": """
D000001|K00001|2023-01-08 10:23:10|shop|lighting|S01||320.0|||||||5|True
D000002|K00001|2023-02-10 21:05:00|web|tables||Wuhan|1217.8||4|6|False|on_time_delivery||2|False
D000003|K00002|2023-03-01 09:00:01|app|decor||Kunshan|88.5|spring_2023|5|5|True||personal_styling||
D000004|K00003|2025-12-30 12:00:00|shop|sofas|S02|Foshan|2300.0||7||||||
""",
    "deposits": """
P00001|K00001|2023-01-31 20:00:07|121.8|1096.0|2023-02-10 20:00:00|2023-02-10 21:05:00|D000002
P00002|K00003|2023-02-01 09:00:00|19.9|179.1|2023-02-10 20:00:00||
""",
    "price_cuts": """
lighting|2023-06-17|2023-06-18|0.2
sofas|2023-06-17|2023-06-18|0.15
""",
    "lines": """
phone|09:00|21:00|1|False
wechat|09:00|21:00|4|True
shop|10:00|21:00|1|False
""",
    "contacts": """
C000001|C000001||K00001|D000002|2023-02-16 09:59:35|first|where_is_order|logistics|on_time_delivery|functional|True|Where is it?|东西呢？|e1|z1|train|phone|phone|False|267.7|True|A001|213.6|apology|False|2|True||18.72
C000002|C000001|C000001|K00001|D000002|2023-02-17 10:00:00|repeat|where_is_order|logistics|on_time_delivery|emotional|True|Still nothing|还没到|e2|z2|test|phone|chat|True|0.0|False|||none|False||False||0.6
C000003|C000003||K00002||2023-02-18 20:15:00|first|presale|sales|personal_styling|implicit|False|Will it fit?|放得下吗？|e3|z3|train|wechat|self_service|False|0.0|True||41.0|fix|True|5|False|D000003|0.25
C000004|C000004||K00001|D000002|2023-02-20 11:11:11|first|damaged|warehouse|intact_packaging|normative|False|It is broken|坏了|e4|z4|train|shop|shop|False|12.0|True|A002|600.0|both|True||False||41.3
C000005|C000001|C000002|K00001|D000002|2023-02-18 12:00:00|repeat|where_is_order|logistics|on_time_delivery|emotional|True|No table yet|桌子还没到|e5|z5|train|phone|phone|False|30.0|True|A001|120.0|fix|True|4|False||9.1
""",
    "calls": """
L000001|2025-10-01 09:00:12|0.0|True|321.5|40.2|presale||A001|phone
L000002|2025-10-01 09:01:30|65.2|False|||damaged|K00002||phone
L000003|2025-11-11 20:00:01|4.0|True|500.0|8.0|price||A002|shop
""",
    "rosters": """
2025-10-01|phone|09:00|6.5
2025-10-01|phone|09:30|8.0
2025-10-01|shop|09:00|0.0
""",
    "staffing": """
2023-01-01|phone|8|1|1|54.0|76.5
2023-01-01|shop|0|0|0|0.0|0.0
""",
    "agents": """
A001|phone|2017-03-24||False
A002|shop|2022-10-04|2025-12-03|True
A003|phone|2025-11-03||False
""",
    "appraisals": """
2023-01-01|A001|phone|2124|599|0.169|525.5|87.44|461|76|421|20|3.8|7058|False|False
2023-01-01|A002|shop|103|60|0.02|407.8|84.17|44|6|40|0||6794|True|True
""",
    "applicants": """
B001|2024-02-19|71|64|58|80|5.92
B002|2024-03-05|40|66|51|47|
""",
    "cases": """
R000001|D000002|K00001|C000004|return|426.2|2023-02-20 11:11:23|2023-02-24 12:49:28|True|False|False|1|11.0
R000002|D000003|K00002|C000003|repair|0.0|2023-03-02 17:08:42||False|False|False|0|0.0
""",
    "event_log": """
R000001|register|2023-02-20 11:11:23|agent_2|3.8
R000001|inspect|2023-02-22 11:04:20|inspector_2|18.5
R000001|refund|2023-02-24 12:49:28|finance_1|4.1
R000002|register|2023-03-02 17:08:42|agent_1|6.0
""",
    "stations": """
inspect|2023-01-01|3|273.0
approve|2023-01-01|2|47.0
approve|2024-06-01|2|61.1
""",
    "campaigns": """
spring_2023|2023-02-20|2023-03-06|0.1|0.3
""",
    "campaign_members": """
spring_2023|K00001|False|False|0|0.0|2|1537.8
spring_2023|K00002|True|True|1|88.5|0|0.0
""",
    "touchpoints": """
J000001|K00002|2023-02-26 12:44:49|video_guide|before|True|4
J000001|K00002|2023-03-06 15:07:55|delivery|during|True|
J000002|K00001|2023-05-05 18:00:00|advert|before|False|
""",
    "weekly_packing": """
0|2023-01-01|Wuhan|14|1
0|2023-01-01|Kunshan|30|0
""",
    "incidents": """
I001|app|release|2023-03-12 10:34:44|2023-03-12 10:51:44|2023-03-12 11:20:44|2023-03-12 12:40:44
I002|payment|supplier|2023-04-02 18:00:00|2023-04-02 18:10:00||2023-04-02 18:30:00
""",
    "calendar": """
2023-01-01|6|new_year|False|False||False|False
2023-06-17|5||False|False|mid_year|True|False
2023-06-25|6||True|True||False|False
""",
    "voices": """
V01|Where is it?|东西呢？|e1|functional|spoken|core|immediate|basic
V01|Where is it?|东西呢？|e2|emotional|implicit|non_core|long_term|extended
""",
    "kano_survey": """
K00001|senior|on_time_delivery|2|5
K00002|young_renter|personal_styling|1|3
""",
    "needs_survey": """
2023|K00001|senior|on_time_delivery|7|5|4
2023|K00001|senior|personal_styling|2||4
""",
    "needs_tracker": """
2023-01-01|senior|K00001|convenience
2023-02-01|senior|K00001|quality
""",
    "servqual_items": """
1|tangibles|has a tidy shop|门店整洁
5|reliability|delivers on the day|说到做到
""",
    "servqual_survey": """
2023|K00001|senior|1|5|6
2023|K00001|senior|5|7|4
""",
    "servqual_weights": """
2023|K00001|tangibles|10
2023|K00001|reliability|90
""",
}
