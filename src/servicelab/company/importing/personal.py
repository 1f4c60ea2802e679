"""Direct identifiers: pseudonyms by a keyed hash, found also in free text; and cells that a spreadsheet would run."""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
import unicodedata
from pathlib import Path

import pandas as pd

from servicelab.errors import UserError
from servicelab.i18n import _

#: Columns that stand for a person in any table, and the letter their pseudonyms begin with.
PERSONS = {"customer_id": "K", "agent": "A", "agent_id": "A", "resource": "A"}

_BYTES = 32
#: 18 digits: with ten million people, the chance that any two share a pseudonym is 5 in 100,000.
_DIGITS = 18

_EMAIL = r"(?a:[\w.%+\-]{1,64}[@＠][\w\-]{1,63}(?:\.[\w\-]{1,63}){0,5}\.[A-Za-z]{2,24})"
_PHONE = (
    r"(?<![\d.])(?:"
    r"(?:\+|00)\d{1,3}[\s().\-]{0,2}(?:\d[\s().\-]{0,2}){6,12}\d"  # written internationally
    r"|(?:86[\s\-]?)?[1１][3-9３-９]\d[\s\-]?\d{4}[\s\-]?\d{4}"  # a Chinese mobile
    r"|[(（]?0\d{2,3}[)）]?[\s\-]{1,2}\d{7,8}"  # a Chinese landline
    r"|\(?\d{3}\)?[\s.\-]{1,2}\d{3}[\s.\-]\d{4}"  # North America
    r")(?!\d)"
)
_CITIZEN = r"(?<!\d)[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?!\d)"
_FOUND = re.compile(f"(?P<email>{_EMAIL})|(?P<identity>{_CITIZEN})|(?P<phone>{_PHONE})")
#: Cheap first look: every pattern needs an at-sign or seven digits.
_MAYBE = re.compile(r"[@＠]|(?:\d\D{0,3}){7}")

_PERSONAL = re.compile(
    r"(?i)\b(e-?mail|phone|telephone|tel|mobile|cell|address|wechat|whatsapp|passport|id card)\b"
    r"|姓名|电话|手机|邮箱|微信|地址|身份证|^.{0,4}人$"
    r"|^((full|first|last|user|contact|caller|customer|client|agent|employee|staff) ?)?name$"
)

_RISKY = re.compile(r"^[\s\0]*(?:[=@＝＠]|[+\-＋－].*[(!|\[])|^[\t\r\n]", re.DOTALL)
_LEADING = re.compile(r"^[\s\0]*[=@+\-＝＠＋－]|^[\t\r\n]")
_NUMBER = re.compile(r"[+\-]?[\d\s.,()\-]*\d[\d\s.,()\-]*%?")


class Pseudonyms:
    """Turns identifiers into pseudonyms: the same identifier gives the same one wherever it stands.

    The key is random and forgotten when the import ends, or stands in a file outside the output, so that later imports
    give the same pseudonyms. With `keep`, everything stays as it is.
    """

    def __init__(self, key: bytes, *, keep: bool = False) -> None:
        self._key, self.keep = key, keep

    def of(self, identifier: str, letter: str = "P") -> str:
        """The pseudonym: a letter and 18 digits; spelling (case, width, spaces around) makes no difference.

        >>> pseudonyms = Pseudonyms(b"secret")
        >>> pseudonyms.of("Li Wei ", "K") == pseudonyms.of("li wei", "K"), len(pseudonyms.of("x"))
        (True, 19)
        """
        plain = unicodedata.normalize("NFKC", identifier).strip().casefold()
        digest = hmac.new(self._key, plain.encode(), hashlib.sha256).digest()
        return f"{letter}{int.from_bytes(digest[:16], 'big') % 10**_DIGITS:0{_DIGITS}d}"

    def column(self, values: pd.Series, letter: str) -> pd.Series:
        """A whole column of identifiers; missing stays missing."""
        if self.keep:
            return values
        known = {value: self.of(value, letter) for value in values.dropna().unique()}
        return values.map(known).astype(object).where(values.notna(), None)

    def text(self, text: str) -> str:
        """Free text with phone numbers, e-mail addresses and identity numbers replaced.

        >>> Pseudonyms(b"secret").text("write to wang@example.com")[:16]
        'write to [email '
        """
        if self.keep or not _MAYBE.search(text):
            return text
        return _FOUND.sub(lambda found: f"[{found.lastgroup} {self.of(found[0])[:9]}]", text)

    def texts(self, values: pd.Series) -> pd.Series:
        """As `text`, for a column."""
        if self.keep:
            return values
        hit = values.notna() & values.astype("str").str.contains(_MAYBE)
        return values.where(~hit, values[hit].map(self.text)) if hit.any() else values

    def identifiers(self, values: pd.Series) -> pd.Series:
        """As `texts`, for a column of numbers of things: one that is itself a phone or address is replaced whole."""
        if self.keep:
            return values
        maybe = [value for value in values.dropna().unique() if _MAYBE.search(value)]
        known = {value: self.of(value) for value in maybe if _FOUND.fullmatch(value.strip())}
        known |= {value: self.text(value) for value in maybe if value not in known}
        return values.map(lambda value: known.get(value, value)) if known else values

    def hint(self, text: str) -> str:
        """A cell that did not fit, fit to be shown: words in it keep their first letter only.

        >>> Pseudonyms(b"secret").hint("Zhang Wei, 29 Feb 2023")
        'Z•••• W••, 29 F•• 2023'
        """
        if self.keep:
            return text
        return re.sub(r"[^\W\d_]{2,}", lambda word: word[0][0] + "•" * (len(word[0]) - 1), self.text(text))


def pseudonyms(key: Path | None, out: Path, *, keep: bool) -> Pseudonyms:
    """Pseudonyms with a fresh key, or with the one in a file (made there when it does not exist, for its owner only).

    Raises UserError when the file is inside the output, is a link, or holds no key.
    """
    if key is None:
        return Pseudonyms(secrets.token_bytes(_BYTES), keep=keep)
    if keep:
        raise UserError(_("--key and --keep-identifiers exclude each other: leave one away."))
    if key.resolve().is_relative_to(out.resolve()):
        raise UserError(_("{file} is inside the output: keep the key where the tables do not go.", file=key))
    try:
        if not key.is_symlink() and not key.exists():
            handle = os.open(key, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w", encoding="ascii") as made:
                made.write(secrets.token_hex(_BYTES) + "\n")
        with key.open("rb") as file:
            found = bytes.fromhex(file.read(200).decode("ascii").strip())
    except (OSError, ValueError) as error:
        raise UserError(_("{file} holds no key: name a file that import made, or a new one.", file=key)) from error
    if key.is_symlink() or len(found) != _BYTES:
        raise UserError(_("{file} holds no key: name a file that import made, or a new one.", file=key))
    return Pseudonyms(found)


def looks_personal(header: str) -> bool:
    """Whether a header says that its cells identify people.

    >>> [looks_personal(header) for header in ("Customer name", "客户姓名", "E-mail", "product", "case:concept:name")]
    [True, True, True, False, False]
    """
    return bool(_PERSONAL.search(header.replace("_", " ").strip()))


def defused(values: pd.Series) -> tuple[pd.Series, int, pd.Series]:
    """Text cells that a spreadsheet would run, with an apostrophe before them; how many; and which were dangerous.

    A plain number stays as it is; a harmless dash at the start gets its apostrophe without being called dangerous.
    """
    text = values.astype("str")
    leading = values.notna() & text.str.contains(_LEADING) & ~text.str.fullmatch(_NUMBER)
    if not leading.any():
        return values, 0, leading
    return values.where(~leading, "'" + text), int(leading.sum()), leading & text.str.contains(_RISKY)
