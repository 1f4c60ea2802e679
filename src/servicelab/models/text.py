"""Words of a customer's sentence, English or Chinese, and the features a needs classifier reads from them."""

from __future__ import annotations

import logging
import re
import sys
import tempfile
import warnings
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from typing import Any

_CJK = re.compile(r"[\u3400-\u9fff]")
_LATIN = re.compile(r"[a-z]+(?:'[a-z]+)?|\d+")
_WORD = re.compile(r"\w")

#: Words of the trade that jieba's dictionary would cut in pieces.
TRADE_WORDS = (
    "七天无理由", "企业微信", "小程序", "电子发票", "价格保护", "价保", "三包", "转人工", "上门安装", "送货上门",
    "云雀家居", "退换货", "会员日", "周年礼", "安装费", "预约单",
)  # fmt: skip


@lru_cache(maxsize=1)
def _jieba() -> Any:
    """A jieba tokenizer of our own: loaded at first use, silent, and deaf to whatever others do to jieba's default.

    jieba logs to stderr and its first import warns; nbgrader scores a test cell that writes to stderr 0.
    """
    already = "pkg_resources" in sys.modules
    if not already:
        # jieba imports pkg_resources when it is there, which takes half a second and warns; it works without.
        sys.modules["pkg_resources"] = None  # type: ignore[assignment]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import jieba
    finally:
        if not already:
            del sys.modules["pkg_resources"]
    jieba.setLogLevel(logging.CRITICAL)
    tokenizer = jieba.Tokenizer()
    # The dictionary's cache goes to a folder nobody else writes to: two kernels may start at once, and a cache found
    # in a shared temporary folder would be loaded on trust.
    with tempfile.TemporaryDirectory(prefix="servicelab-jieba-") as folder:
        tokenizer.tmp_dir = folder
        tokenizer.initialize()
    for word in TRADE_WORDS:
        tokenizer.add_word(word)
    return tokenizer


def chinese_words(text: str) -> list[str]:
    """Cut a text that contains Chinese into words with jieba; a plain function, so that scikit-learn can copy it.

    Returns lower-case words in reading order, punctuation left out. Source: jieba (Sun Junyi), default mode.

    >>> chinese_words("我要七天无理由退货")
    ['我要', '七天无理由', '退货']
    """
    cut: list[str] = _jieba().lcut(text.lower())
    return [word for word in cut if _WORD.search(word)]


def words(text: str) -> list[str]:
    """Cut a sentence into lower-case words: jieba when it contains a Chinese character, letters and digits otherwise.

    >>> words("It's the 2nd time: WHERE is my bed?")
    ["it's", 'the', '2', 'nd', 'time', 'where', 'is', 'my', 'bed']
    """
    if _CJK.search(text):
        return chinese_words(text)
    return _LATIN.findall(text.lower().replace("\u2019", "'"))


def features(tokens: list[str]) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Yield each feature of a sentence with the positions of the words it was read from.

    Features are the words, pairs of neighbouring words, and character n-grams: of 3 and 4 letters inside a padded
    English word (``refund`` and ``refunded`` share most of them), of 1 and 2 Chinese characters, the latter also across
    words (a character carries meaning in words not seen before, and the segmentation may differ). N-grams
    are marked ``~``. The positions let an explanation give a feature's weight back to the words.

    >>> [name for name, _ in features(["not", "ok"])]
    ['not', 'ok', 'not ok', '~_not', '~not_', '~_no', '~not', '~ot_', '~_ok_', '~_ok', '~ok_']
    """
    tokens = ["0" if token.isdigit() else token for token in tokens]
    for position, token in enumerate(tokens):
        yield token, (position,)
    for position, (left, right) in enumerate(pairwise(tokens)):
        yield f"{left} {right}", (position, position + 1)
    characters: list[tuple[str, int]] = []
    for position, token in enumerate(tokens):
        if _CJK.search(token):
            characters += [(character, position) for character in token]
            continue
        if token == "0":
            continue
        padded = f"_{token}_"
        for size in (4, 3):
            for start in range(len(padded) - size + 1):
                yield f"~{padded[start : start + size]}", (position,)
    for character, at in characters:
        # A word of one character is already a feature of its own; do not count it twice. Nor a word of two, below.
        if len(tokens[at]) > 1:
            yield f"~{character}", (at,)
    for (left, at), (right, to) in pairwise(characters):
        if at != to or len(tokens[at]) > 2:
            yield f"~{left}{right}", (at, to) if at != to else (at,)


def feature_names(text: str) -> list[str]:
    """Features of a sentence by name: the analyzer that the needs classifier's TF-IDF uses.

    >>> feature_names("bed?")
    ['bed', '~_bed', '~bed_', '~_be', '~bed', '~ed_']
    """
    return [name for name, _ in features(words(text))]
