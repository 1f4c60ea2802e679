"""What processes of the engine say to each other: JSON in frames, over a socket, with files handed along.

Nothing is ever unpickled. Who listens says how much may come at once, so that a process that is not trusted cannot make
the other one take more than that.
"""

from __future__ import annotations

import json
import os
import select
import socket
import struct
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

HEAD = struct.Struct("!I")
MOST = 64 << 20
"""Bytes of one frame, unless the listener says otherwise."""
FILES = 4
"""Files that one frame may bring."""


class Ended(Exception):
    """The other side is gone."""


class TooMuch(Exception):
    """The other side said more than it may."""


class TooLate(Exception):
    """The other side said nothing in time."""


class Line:
    """One end of a conversation.

    Parameters
    ----------
    own
        The socket; it belongs to the line from now on.
    """

    def __init__(self, own: socket.socket) -> None:
        self._own = own

    @classmethod
    def of(cls, number: int) -> Line:
        """Return the end that an open file is."""
        return cls(socket.socket(fileno=number))

    @classmethod
    def to(cls, place: Path) -> Line:
        """Return a line to whoever listens at a place.

        Raises
        ------
        OSError
            Nobody does.
        """
        own = socket.socket(socket.AF_UNIX)
        try:
            own.connect(str(place))
        except OSError:
            own.close()
            raise
        return cls(own)

    @classmethod
    def pair(cls) -> tuple[Line, Line]:
        """Return both ends of a new conversation.

        >>> here, there = Line.pair()
        >>> here.say({"half": "\\ud83d"})
        >>> there.hear()
        {'half': '\\ud83d'}
        """
        here, there = socket.socketpair()
        return cls(here), cls(there)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_raised: object) -> None:
        self.close()

    def fileno(self) -> int:
        """Return the number of the socket's open file."""
        return self._own.fileno()

    def close(self) -> None:
        """End the conversation."""
        self._own.close()

    def say(self, what: Any, files: Sequence[int] = (), seconds: float | None = None) -> None:
        """Send one frame.

        Raises
        ------
        Ended
            Nobody is there.
        TooLate
            Nobody took it in time; half of it may have gone, so that nothing can be said any more.
        """
        # In ASCII: a half of a character is no UTF-8.
        body = json.dumps(what, separators=(",", ":")).encode("ascii")
        content = memoryview(HEAD.pack(len(body)) + body)
        if seconds is not None:
            self._own.settimeout(seconds)
        try:
            if files:
                sent = socket.send_fds(self._own, [content[:1]], list(files))
                content = content[sent:]
            self._own.sendall(content)
        except (BrokenPipeError, ConnectionResetError) as gone:
            raise Ended from gone
        except TimeoutError as late:
            raise TooLate from late
        finally:
            if seconds is not None:
                self._own.settimeout(None)

    def hear(self, most: int = MOST, seconds: float | None = None) -> Any:
        """Return what the next frame says; files that come with it are not taken.

        Raises
        ------
        Ended, TooMuch, TooLate
            As their names say.
        ValueError
            It is no JSON, or deeper than Python goes.
        """
        return self._heard(most, seconds, None)

    def hear_with_files(self, most: int = MOST, seconds: float | None = None) -> tuple[Any, list[int]]:
        """Return what the next frame says, and the files that came with it."""
        files: list[int] = []
        return self._heard(most, seconds, files), files

    def _heard(self, most: int, seconds: float | None, files: list[int] | None) -> Any:
        until = None if seconds is None else time.monotonic() + seconds
        head = self._take(HEAD.size, until, files)
        size = HEAD.unpack(head)[0]
        if size > most:
            # What comes after it can still be heard.
            self._take(size, until, files, keep=False)
            raise TooMuch(f"{size} bytes")
        body = self._take(size, until, files)
        try:
            return json.loads(body)
        except RecursionError as deep:
            raise ValueError("too deep") from deep

    def _comes(self, until: float) -> bool:
        """Return whether something can be heard by then."""
        # `select` knows no file beyond the thousandth, and a server may have as many.
        waiting = select.poll()
        waiting.register(self._own, select.POLLIN)
        return bool(waiting.poll(max(0.0, until - time.monotonic()) * 1000))

    def _take(self, size: int, until: float | None, files: list[int] | None, *, keep: bool = True) -> bytes:
        taken = bytearray()
        left = size
        while left:
            if until is not None and not self._comes(until):
                raise TooLate
            try:
                room = min(left, 1 << 20)
                if files is None:
                    # Whoever is not trusted could fill the table of open files: the system drops what nobody asks for.
                    part = self._own.recv(room)
                else:
                    part, came, _flags, _from = socket.recv_fds(self._own, room, FILES)
                    files += came
            except ConnectionResetError as gone:
                raise Ended from gone
            if not part:
                for each in files or ():
                    os.close(each)
                raise Ended
            left -= len(part)
            if keep:
                taken += part
        return bytes(taken)
