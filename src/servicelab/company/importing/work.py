"""An import from end to end: batches in, tables, rejects and findings out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import pandas as pd

from servicelab.company.importing.batches import Batch, Reader
from servicelab.company.importing.converting import against_clock, cells, chosen, not_one_of, resolved, values
from servicelab.company.importing.delimited import Delimited
from servicelab.company.importing.eventlogs import CaseOrder
from servicelab.company.importing.landing import Seen, TableFile, described, prepared, unwritable
from servicelab.company.importing.limits import Limits, opened, unpacked
from servicelab.company.importing.mapping import Field, ImportMapping, Target
from servicelab.company.importing.personal import PERSONS, Pseudonyms, defused, looks_personal, pseudonyms
from servicelab.company.importing.report import Findings, ImportReport, Rejects
from servicelab.company.importing.workbook import Workbook
from servicelab.company.importing.xes import Xes
from servicelab.company.tables.consistency import contradictions
from servicelab.company.tables.fitting import expected, unfit
from servicelab.company.tables.reading import ENCODING
from servicelab.errors import UserError
from servicelab.i18n import _

#: Called for a cell that does not fit: table, row, column, value, problem, remedy.
Misfit = Callable[[Target, int, str, str, str, str], None]

_CODE = re.compile(r"[A-Za-z0-9_\-]{1,24}")


def run(
    mapping: ImportMapping,
    source: Path,
    out: Path,
    *,
    keep_identifiers: bool,
    key: Path | None,
    max_mb: int | None,
    progress: bool,
) -> ImportReport:
    """See `servicelab.company.importing.import_data`."""
    from tqdm import tqdm

    limits = Limits.of(max_mb)
    with reading(mapping, source, limits) as reader:
        headers = headers_of(mapping, reader.headers, source.name)
        prepared(out, [target.table for target in mapping.targets])
        work = Work(mapping, source, out, reader.headers, pseudonyms(key, out, keep=keep_identifiers))
        try:
            with tqdm(unit=" rows", disable=not progress) as bar:
                for batch in reader.batches(headers):
                    work.take(batch)
                    bar.update(len(batch.frame) + len(batch.unread))
            return work.finish()
        except OSError as error:
            raise unwritable(out, error) from error
        finally:
            work.discard()


@contextmanager
def reading(mapping: ImportMapping, source: Path, limits: Limits) -> Iterator[Reader]:
    """The export, opened by what the mapping says it is."""
    if mapping.source.format == "xlsx":
        with opened(source, limits) as stream:
            yield Workbook(stream, source.name, mapping.source, limits)
    elif mapping.source.format == "xes":
        with unpacked(source, limits) as metered:
            yield Xes(metered, source.name, limits)
    else:
        with unpacked(source, limits) as metered:
            yield Delimited(metered, source.name, mapping.source, limits)


def headers_of(mapping: ImportMapping, headers: list[str] | None, name: str) -> list[str]:
    """The headers to read. Raises UserError when the export lacks one that the mapping relies on, or has it twice."""
    wanted = mapping.wanted()
    if headers is None:
        return wanted
    there = [header for header in wanted if header in headers]
    optional: set[str] = set()
    for target in mapping.targets:
        for one in (*target.fields, *(event for _activity, event in target.events)):
            if one.first_of:
                optional |= set(one.sources)
                if not one.column.null and not target.events and not resolved(one, headers):
                    raise _lacking(name, " / ".join(one.sources[:4]), headers)
    missing = [header for header in wanted if header not in headers and header not in optional]
    if missing or not there:
        raise _lacking(name, ", ".join(missing or wanted[:4]), headers)
    twice = [header for header in there if headers.count(header) > 1]
    if twice:
        raise UserError(
            _("{file} has the column {column!r} twice: rename one in the export.", file=name, column=twice[0])
        )
    return there


def _lacking(name: str, missing: str, headers: list[str]) -> UserError:
    shown = ", ".join(header[:30] for header in headers[:12]) + (", …" if len(headers) > 12 else "")
    return UserError(
        _(
            "{file} lacks the column {missing}, which the mapping reads; its header has: {headers}. Correct the "
            "mapping (headers, delimiter, `skip`), or export the column.",
            file=name,
            missing=missing,
            headers=shown,
        )
    )


class Work:
    """One import under way."""

    def __init__(
        self, mapping: ImportMapping, source: Path, out: Path, headers: list[str] | None, people: Pseudonyms
    ) -> None:
        self._mapping, self._source, self._out, self._headers, self._people = mapping, source, out, headers, people
        self._findings = Findings(people)
        self._files = [TableFile(out, target.table, target.extra) for target in mapping.targets]
        self._seen = [Seen() for _target in mapping.targets]
        self._order = CaseOrder()
        self._left_out = {target.table.name: 0 for target in mapping.targets}
        fields = [one for target in mapping.targets for one in target.fields]
        personal = {name for one in fields if one.personal for name in one.sources}
        free = {name for one in fields if one.column.kind in ("text", "id", "category") for name in one.sources}
        self._partial = out / "rejects.csv.partial"
        self._partial.unlink(missing_ok=True)
        self._rejects = Rejects(self._partial, personal, free, people)
        self._read = self._neutralised = 0

    def take(self, batch: Batch) -> None:
        """Convert one batch, write what fits and set the rest aside."""
        self._read += len(batch.frame) + len(batch.unread)
        for lost in batch.unread:
            self._findings.add("", lost.row, "", "", lost.problem, lost.remedy)
        wrong: dict[int, list[str]] = {}
        tables: dict[int, str] = {}

        def misfit(target: Target, row: int, column: str, value: str, problem: str, remedy: str) -> None:
            self._findings.add(target.table.name, row, column, value, problem, remedy)
            tables.setdefault(row, target.table.name)
            said = f"{column}: {problem}"
            if said not in wrong.setdefault(row, []):
                wrong[row].append(said)

        made = [self._converted(target, batch.frame, misfit) for target in self._mapping.targets]
        for target, frame, seen in zip(self._mapping.targets, made, self._seen, strict=True):
            if target.table.key and not frame.empty:
                sound = frame[~frame.index.isin(list(wrong))]
                names = list(target.table.key)
                again = seen.again(sound[names])
                for row in sound.index[again]:
                    value = " / ".join(str(sound.loc[row, name]) for name in names)
                    problem = _("The key stands more than once.")
                    misfit(target, int(row), ", ".join(names), value, problem, _("Keep one row for each key."))
        headers = [str(header) for header in batch.frame.columns]
        unread = {lost.row: lost.problem for lost in batch.unread}
        for row in sorted([*wrong, *unread]):
            if row in unread:
                self._rejects.add(row, "", [unread[row]], {})
                continue
            self._rejects.add(row, tables[row], wrong[row], dict(zip(headers, batch.frame.loc[row].array, strict=True)))
        for target, frame, file in zip(self._mapping.targets, made, self._files, strict=True):
            sound = frame[~frame.index.isin(list(wrong))]
            if target.table.name == "event_log" and not target.events:
                self._order.take(sound)
            file.add(self._plain(target, sound))

    def _converted(self, target: Target, frame: pd.DataFrame, misfit: Misfit) -> pd.DataFrame:
        """The rows this table takes, in its columns, whether they fit or not."""
        rows = chosen(frame, target.keep, target.drop)
        self._left_out[target.table.name] += int((~rows).sum())
        frame = frame[rows]
        made = {one.column.name: self._column(target, one, frame, misfit) for one in target.fields}
        table = pd.DataFrame(made, index=frame.index)
        for header in target.extra:
            text = frame[header].str.strip()
            text = text.where(text.notna() & ~text.isin(self._mapping.source.empty), None).astype(object)
            table[header] = self._people.column(text, "P") if looks_personal(header) else self._people.texts(text)
        for column, bad, problem, remedy in contradictions(target.table.name, table):
            for row in table.index[bad.to_numpy(dtype=bool)]:
                misfit(target, int(row), column, str(table.loc[row, column]), problem, remedy)
        if not target.events:
            return table
        parts = []
        for order, (activity, one) in enumerate(target.events):
            moments = self._column(target, one, frame, misfit, may_be_empty=True)
            parts.append(table.assign(activity=activity, timestamp=moments, order=order)[moments.notna()])
        melted = pd.concat(parts)
        melted["row"] = melted.index
        return melted.sort_values(["row", "order"], kind="stable").drop(columns=["row", "order"])

    def _column(
        self, target: Target, one: Field, frame: pd.DataFrame, misfit: Misfit, *, may_be_empty: bool = False
    ) -> pd.Series:
        column, name = one.column, one.column.name
        text = cells(one, resolved(one, self._headers), frame, self._mapping.source)
        made, misfits = values(one, text, self._mapping.source)
        if one.between:
            problem = _("This is not the time from {start} to {end}.", start=one.between[0], end=one.between[1])
            off = against_clock(one, made, frame)
            misfits.add(off, text, problem, _("Check whether columns have changed places."))
        for row, (problem, cell, remedy) in misfits.cells.items():
            misfit(target, row, name, self._shown(one, cell), problem, remedy)
        if not column.null and not may_be_empty:
            for row in text.index[text.isna()]:
                remedy = _("Fill it in: {expected}", expected=expected(column))
                misfit(target, int(row), name, "", _("The cell is empty."), remedy)
        if column.kind not in ("id", "text"):
            return made
        letter = column.pattern[0] if re.match(r"[A-Z]\\d", column.pattern) else PERSONS.get(name, "P")
        if one.personal:
            made = self._people.column(made, letter)
        elif column.kind == "text":
            made = self._people.texts(made)
        else:
            made = self._people.identifiers(made)
        # Now that people stand behind pseudonyms, which have the form of the firm's own numbers.
        for row in made.index[unfit(made, column)]:
            misfit(target, int(row), name, self._shown(one, str(made[row])), not_one_of(column), expected(column))
        return made

    def _shown(self, one: Field, cell: str) -> str:
        if one.personal and not self._people.keep:
            return self._people.of(cell)
        # A single word among codes is a code that the mapping lacks: hiding it would hide what to add.
        coded = one.codes or one.column.kind == "category"
        return self._people.text(cell) if coded and _CODE.fullmatch(cell) else self._people.hint(cell)

    def _plain(self, target: Target, frame: pd.DataFrame) -> pd.DataFrame:
        """The rows with every cell that a spreadsheet would run made plain text, and a finding for each."""
        texts = [column.name for column in target.table.columns if column.kind in ("id", "text")]
        for name in [name for name in (*texts, *target.extra) if name in frame]:
            safe, count, risky = defused(frame[name])
            self._neutralised += count
            for row in frame.index[risky.to_numpy(dtype=bool)]:
                shown = self._people.hint(str(frame.loc[[row], name].iloc[0]))
                problem = _("A spreadsheet would run this cell as a formula; it was made plain text.")
                remedy = _("Look at who wrote it; the apostrophe before it stays.")
                self._findings.add(target.table.name, int(row), name, f"'{shown}", problem, remedy)
            frame = frame.assign(**{name: safe})
        return frame

    def finish(self) -> ImportReport:
        """Put everything under its name. Raises UserError when the export had no rows."""
        if not self._read:
            raise UserError(_("{file} has a header and no rows: export it again.", file=self._source.name))
        for file in self._files:
            file.close()
        self._rejects.close()
        for slip in self._order.slips():
            self._findings.add("event_log", *slip)
        found = self._findings.frame()
        partial = self._out / "findings.csv.partial"
        partial.unlink(missing_ok=True)
        found.assign(value=defused(found["value"])[0]).to_csv(
            partial, index=False, encoding=ENCODING, lineterminator="\n"
        )
        for made, name, there in (
            (partial, "findings.csv", not found.empty),
            (self._partial, "rejects.csv", self._rejects.count > 0),
        ):
            if there:
                made.replace(self._out / name)
            else:
                made.unlink(missing_ok=True)
                (self._out / name).unlink(missing_ok=True)
        written = {}
        for file in self._files:
            if file.rows:
                file.partial.replace(file.path)
                written[file.path.stem] = file.rows
        if written:
            described(self._out)
        people = () if self._people.keep else tuple(self._personal_columns(written))
        return ImportReport(
            self._mapping.name,
            self._source,
            self._out,
            self._read,
            written,
            self._left_out,
            self._rejects.count,
            self._neutralised,
            people,
            found,
            self._out / "rejects.csv" if self._rejects.count else None,
        )

    def _personal_columns(self, written: Mapping[str, int]) -> Iterator[str]:
        for target in self._mapping.targets:
            if target.table.name in written:
                names = [one.column.name for one in target.fields if one.personal]
                names += [header for header in target.extra if looks_personal(header)]
                yield from (f"{target.table.name}.{name}" for name in names)

    def discard(self) -> None:
        """Leave nothing half-written behind."""
        for close in (*(file.close for file in self._files), self._rejects.close):
            # On a full disk, closing fails once more on what is thrown away here anyway.
            with suppress(OSError):
                close()
        for file in self._files:
            file.partial.unlink(missing_ok=True)
        for name in ("rejects.csv.partial", "findings.csv.partial"):
            (self._out / name).unlink(missing_ok=True)
