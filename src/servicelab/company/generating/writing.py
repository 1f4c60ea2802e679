"""Tables as bytes: cells rounded and spelled one way everywhere, appended block after block to a CSV or a zip of one.

Every block ends on a byte of the file, so a file can be cut back to a finished block and go on from there with the
same bytes.

The same rows make the same CSV everywhere, and the same zip around it with the same zlib: another version may pack the
same text in other bytes.
"""

from __future__ import annotations

import os
import struct
import zlib
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from servicelab.company.tables.reading import ENCODING
from servicelab.company.tables.schema import Column, Table

#: Level 9 takes twice as long as 6 and saves a few in a hundred: what is made once is read and sent many times.
LEVEL = 9
ROWS = 20_000
#: 1 January 1980, midnight: the earliest moment a zip can name, and the same on every day of making.
_DOS_TIME, _DOS_DATE = 0, (0 << 9) | (1 << 5) | 1
_FULL = 0xFFFFFFFF


@dataclass
class Extent:
    """How far a file is written: bytes in it, and rows, bytes and checksum of the CSV in it."""

    size: int = 0
    rows: int = 0
    plain: int = 0
    crc: int = 0

    def as_dict(self) -> dict[str, int]:
        """For the record of an unfinished run."""
        return asdict(self)


class TableWriter:
    """One table being written.

    Parameters
    ----------
    folder : where; the file has the table's final name, so the folder must be one that nobody reads yet
    table : what
    large : whether the CSV may outgrow 4 GB, the limit of a zip without the 64-bit extension
    extent : how much of an existing file counts; the rest is cut off
    """

    def __init__(self, folder: Path, table: Table, *, large: bool = False, extent: Extent | None = None) -> None:
        self.path = folder / table.file
        self.extent = extent or Extent()
        self._table, self._large = table, large
        self._member = f"{table.name}.csv".encode("ascii")
        if extent is None:
            self._stream: BinaryIO = self.path.open("wb")
            if table.packed:
                self._put(self._local_header())
        else:
            self._stream = self.path.open("r+b")
            self._stream.truncate(extent.size)
            self._stream.seek(extent.size)

    def append(self, frame: pd.DataFrame) -> None:
        """Write a block of rows with the table's columns."""
        packer = zlib.compressobj(LEVEL, zlib.DEFLATED, -15) if self._table.packed else None
        for at in range(0, max(len(frame), 1), ROWS):
            shown = spelled(frame.iloc[at : at + ROWS], self._table)
            text = shown.to_csv(index=False, header=self.extent.plain == 0, lineterminator="\n")
            data = text.encode(ENCODING if self.extent.plain == 0 else "utf-8")
            self.extent.plain += len(data)
            self.extent.crc = zlib.crc32(data, self.extent.crc)
            self._put(packer.compress(data) if packer else data)
        if packer:
            # Not the end of the deflate stream, but a byte boundary that the next block's own stream can follow.
            self._put(packer.flush(zlib.Z_SYNC_FLUSH))
        self.extent.rows += len(frame)

    def settle(self) -> Extent:
        """Make sure that all of it is on the disk, and say how far it reaches."""
        self._stream.flush()
        os.fsync(self._stream.fileno())
        return self.extent

    def finish(self) -> None:
        """Complete and close the file."""
        if self._table.packed:
            self._put(zlib.compressobj(LEVEL, zlib.DEFLATED, -15).flush(zlib.Z_FINISH))
            packed = self.extent.size - len(self._local_header())
            self._put(self._directory(packed))
            self._stream.seek(0)
            self._stream.write(self._local_header(packed))
        self._stream.close()

    def close(self) -> None:
        """Close the file as it is."""
        self._stream.close()

    def _put(self, data: bytes) -> None:
        self._stream.write(data)
        self.extent.size += len(data)

    # --- The zip around the one member: APPNOTE.TXT 6.3.10, sections 4.3 and 4.5.3 ---

    def _common(self, packed: int) -> bytes:
        """Version to flags, method, time, checksum and sizes, which both headers state."""
        sizes = (_FULL, _FULL) if self._large else (packed, self.extent.plain)
        name, extra = len(self._member), 20 if self._large else 0
        return struct.pack(
            "<HHHHHLLLHH", 45 if self._large else 20, 0, zlib.DEFLATED, _DOS_TIME, _DOS_DATE, self.extent.crc, *sizes,
            name, extra,
        )  # fmt: skip

    def _sizes64(self, packed: int) -> bytes:
        return struct.pack("<HHQQ", 1, 16, self.extent.plain, packed) if self._large else b""

    def _local_header(self, packed: int = 0) -> bytes:
        return b"PK\3\4" + self._common(packed) + self._member + self._sizes64(packed)

    def _directory(self, packed: int) -> bytes:
        start = self.extent.size
        made_by = 45 if self._large else 20
        entry = b"PK\1\2" + struct.pack("<H", made_by) + self._common(packed)
        entry += struct.pack("<HHHLL", 0, 0, 0, 0, 0) + self._member + self._sizes64(packed)
        end = b"PK\5\6" + struct.pack("<HHHHLLH", 0, 0, 1, 1, len(entry), _FULL if self._large else start, 0)
        if not self._large:
            return entry + end
        end64 = b"PK\6\6" + struct.pack("<QHHLLQQQQ", 44, 45, 45, 0, 0, 1, 1, len(entry), start)
        locator = b"PK\6\7" + struct.pack("<LQL", 0, start + len(entry), 1)
        return entry + end64 + locator + end


def spelled(frame: pd.DataFrame, table: Table) -> pd.DataFrame:
    """The table's columns as they stand in the file: numbers with the column's decimals, times to the second.

    Raises ValueError naming the column when a cell is missing that must not be.
    """
    made = {}
    for column in table.columns:
        values = frame[column.name]
        if not column.null and values.isna().any():
            raise ValueError(f"{table.name}.{column.name} has missing cells")
        made[column.name] = _spelled(values, column)
    return pd.DataFrame(made)


def _spelled(values: pd.Series, column: Column) -> Any:
    if column.kind == "number":
        return _fixed(values.to_numpy(dtype=np.float64, na_value=np.nan), column.decimals)
    if column.kind == "integer":
        return values.astype("Int64" if column.null else "int64").array
    if column.kind == "boolean":
        return values.astype("boolean" if column.null else "bool").array
    if column.kind in ("date", "datetime"):
        return _moments(values, column.kind)
    return values.to_numpy(dtype=object)


def _fixed(values: NDArray[np.float64], decimals: int) -> NDArray[np.object_]:
    """Text with so many decimals; empty for NaN, and never "-0.0".

    Python spells the digits, correctly rounded on every platform; adding 0 turns −0 into 0.
    """
    shown = f"%.{decimals}f"
    rounded = np.round(values, decimals) + 0.0
    return np.array(["" if value != value else shown % value for value in rounded.tolist()], dtype=object)


def _moments(values: pd.Series, kind: str) -> NDArray[np.object_]:
    seconds = pd.to_datetime(values).to_numpy().astype("datetime64[s]")
    text = np.datetime_as_string(seconds.astype("datetime64[D]") if kind == "date" else seconds).astype(object)
    shown = np.array([moment.replace("T", " ") for moment in text], dtype=object)
    shown[np.isnat(seconds)] = ""
    return shown
