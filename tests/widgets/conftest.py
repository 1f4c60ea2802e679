"""Small tables in the firm's schemas: enough for every branch, few enough to count by hand where it matters."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

SEGMENTS = ("young_renter", "new_family", "home_improver", "senior")
KINDS = ("functional", "emotional", "normative")


def make_features() -> pd.DataFrame:
    names = [
        ("on_time_delivery", "On-time delivery", "准时送达"),
        ("delivery_window_choice", "Choice of delivery window", "自选送货时段"),
        ("assembly_service", "Assembly at home", "上门组装"),
        ("easy_returns", "Easy returns", "便捷退换"),
        ("intact_packaging", "Intact packaging", "包装完好"),
        ("installation_photo_guide", "Photo guide", "图文安装指南"),
        ("green_packaging", "Green packaging", "环保包装"),
        ("personal_styling", "Personal styling", "专属搭配建议"),
        ("anniversary_surprise", "Anniversary surprise", "周年惊喜"),
        ("human_hotline", "A person on the hotline", "人工热线"),
    ]
    table = pd.DataFrame(names, columns=["feature_id", "name_en", "name_zh"])
    return table.assign(description_en=table["name_en"], description_zh=table["name_zh"])


def make_kano_survey(customers: int = 400, seed: int = 3) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    leaning = dict(zip(make_features()["feature_id"], "MOOMMAIAAO", strict=True))
    pairs = {"M": (3, 5), "O": (1, 5), "A": (1, 3), "I": (3, 3)}
    segment = rng.choice(SEGMENTS, customers, p=[0.35, 0.3, 0.25, 0.1])
    rows = []
    for feature, category in leaning.items():
        drawn = rng.choice([category, *"MOAI"], customers, p=[0.4, 0.15, 0.15, 0.15, 0.15])
        for person in range(customers):
            rows.append((f"C{person:04d}", segment[person], feature, *pairs[drawn[person]]))
    columns = ["customer_id", "segment", "feature_id", "functional", "dysfunctional"]
    return pd.DataFrame(rows, columns=columns)


def make_voices(statements: int = 24) -> pd.DataFrame:
    rows = []
    for i in range(statements):
        kind = KINDS[i % 3]
        disputed = i % 4 == 3
        for number, expert in enumerate(("e1", "e2", "e3")):
            said = KINDS[(i + 1) % 3] if disputed and number == 2 else kind
            rows.append(
                {
                    "voice_id": f"v{i:02d}",
                    "text_en": f"Statement {i}: the table came with a scratch, and nobody told me what happens next.",
                    "text_zh": f"第{i}条：桌子有划痕，也没人告诉我接下来怎么办。",
                    "expert": expert,
                    "kind": said,
                    "spoken": "implicit" if i % 3 == 1 else "spoken",
                    "importance": "core" if i % 2 else "non_core",
                    "time": "immediate" if i % 5 else "long_term",
                    "level": "basic" if i % 4 else "extended",
                }
            )
    return pd.DataFrame(rows)


WORDS = {
    "functional": (
        ["leg broken", "screws missing", "parcel late", "table scratched"],
        ["桌腿断了", "螺丝少了", "包裹晚到", "桌面划痕"],
    ),
    "emotional": (
        ["nobody cared", "I felt ignored", "so disappointed", "my anniversary"],
        ["没人在乎", "被忽视", "太失望", "纪念日"],
    ),
    "normative": (
        ["seven day rule", "invoice required", "your promise", "warranty terms"],
        ["七天无理由", "开发票", "你们承诺", "三包条款"],
    ),
    "implicit": (
        ["just asking again", "never mind then", "is it normal", "we have a baby"],
        ["再问一下", "算了吧", "正常吗", "家里有宝宝"],
    ),
}


def make_contacts(size: int = 480, seed: int = 5) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    rows = []
    for i in range(size):
        need = list(WORDS)[i % 4]
        other = list(WORDS)[rng.integers(4)] if rng.random() < 0.35 else need
        en = f"{rng.choice(WORDS[need][0])} and {rng.choice(WORDS[other][0])} order {i}"
        zh = f"{rng.choice(WORDS[need][1])}，{rng.choice(WORDS[other][1])}"
        split = "test" if i % 3 == 0 else "train"
        rows.append({"contact_id": f"T{i:04d}", "need": need, "text_en": en, "text_zh": zh, "split": split})
    return pd.DataFrame(rows)


def make_tracker(per_cell: int = 40, seed: int = 7) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    themes = ["personalisation", "experience", "quality", "green", "convenience", "emotional_connection"]
    rows = []
    months = pd.period_range("2023-01", "2025-12", freq="M").astype(str)
    for at, month in enumerate(months):
        for number, segment in enumerate(SEGMENTS):
            weight = np.array([1 + at / 20, 1.2, 2 - at / 30, 0.4 + at / 18 * (2 - number / 2), 1.5, 1.0])
            for theme in rng.choice(themes, per_cell, p=weight / weight.sum()):
                rows.append((month, segment, f"C{rng.integers(9999):04d}", theme))
    return pd.DataFrame(rows, columns=["month", "segment", "customer_id", "theme"])


def make_needs_survey(customers: int = 120, seed: int = 9) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    features = list(make_features()["feature_id"])
    drive = dict(zip(features, [0.2, 0.5, 0.3, 0.4, 0.1, 0.3, 0.05, 0.2, 0.5, 0.6], strict=True))
    stated = dict(zip(features, [6.5, 5.0, 4.5, 6.0, 6.2, 3.8, 4.8, 3.2, 2.8, 5.2], strict=True))
    rows = []
    for wave in (2023, 2024, 2025):
        for person in range(customers):
            segment = SEGMENTS[person % 4]
            performance = {f: int(np.clip(round(rng.normal(4.6 + 0.2 * (wave - 2024), 1.3)), 1, 7)) for f in features}
            pull = sum(drive[f] * (performance[f] - 4.6) for f in features)
            satisfaction = int(np.clip(round(3.3 + 0.6 * pull + rng.normal(0, 0.6)), 1, 5))
            for f in features:
                importance = int(np.clip(round(rng.normal(stated[f], 1.0)), 1, 7))
                missing = rng.random() < 0.1
                rows.append((wave, f"C{wave}{person:04d}", segment, f, importance,
                             np.nan if missing else performance[f], satisfaction))  # fmt: skip
    columns = ["wave", "customer_id", "segment", "feature_id", "importance", "performance", "satisfaction"]
    return pd.DataFrame(rows, columns=columns)


@pytest.fixture(scope="session")
def features() -> pd.DataFrame:
    return make_features()


@pytest.fixture(scope="session")
def kano_survey() -> pd.DataFrame:
    return make_kano_survey()


@pytest.fixture(scope="session")
def voices() -> pd.DataFrame:
    return make_voices()


@pytest.fixture(scope="session")
def contacts() -> pd.DataFrame:
    return make_contacts()


@pytest.fixture(scope="session")
def tracker() -> pd.DataFrame:
    return make_tracker()


@pytest.fixture(scope="session")
def needs_survey() -> pd.DataFrame:
    return make_needs_survey()
