"""In the process that is shut in: a notebook's cells run as a kernel would run them, one after the other.

What a cell puts out is said as it comes, in the notebook format's own form, so that it is there when the cell ends this
process. Before a test the process splits: the copy waits for whoever judges (`servicelab.grading.run.replying`), and
this one goes on without ever having met the test.
"""

from __future__ import annotations

import builtins
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from typing import Any

from servicelab.grading.run.talking import Ended, Line

PART = 1 << 16
"""Characters of one piece of what a cell prints."""


class Prints:
    """A stream whose text is said as an output."""

    encoding = "utf-8"
    errors = "strict"

    def __init__(self, name: str, put: Callable[[dict[str, Any]], None], number: int) -> None:
        self.name = name
        self._put = put
        self._number = number

    def write(self, text: str) -> int:
        """Say a text."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text)}")
        for at in range(0, len(text), PART):
            self._put({"output_type": "stream", "name": self.name, "text": text[at : at + PART]})
        return len(text)

    def writelines(self, lines: Any) -> None:
        """Say texts."""
        for line in lines:
            self.write(line)

    def fileno(self) -> int:
        """Return the number of the open file that programs write to."""
        return self._number

    def flush(self) -> None:
        """Do nothing: everything was said at once."""

    def isatty(self) -> bool:
        """Return False."""
        return False

    def readable(self) -> bool:
        """Return False."""
        return False

    def writable(self) -> bool:
        """Return True."""
        return True

    def seekable(self) -> bool:
        """Return False."""
        return False

    @property
    def closed(self) -> bool:
        """Whether it is closed: never."""
        return False


@cache
def _shell_class() -> Any:
    """IPython as a kernel has it, whose outputs go to its `put`."""
    from IPython.core.displayhook import DisplayHook
    from IPython.core.displaypub import DisplayPublisher
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets import Type

    class Shown(DisplayHook):
        def start_displayhook(self) -> None:
            self._data: tuple[dict[str, Any], dict[str, Any]] | None = None

        def write_output_prompt(self) -> None:
            pass

        def write_format_data(self, format_dict: Any, md_dict: Any = None) -> None:
            self._data = dict(format_dict), dict(md_dict or {})

        def finish_displayhook(self) -> None:
            shell: Any = self.shell
            if self._data is not None:
                data, metadata = self._data
                count = self.prompt_count
                shell.put({"output_type": "execute_result", "data": plain(data), "metadata": plain(metadata),
                                "execution_count": count})  # fmt: skip
            self._data = None

    class Published(DisplayPublisher):
        def publish(self, data: Any, metadata: Any = None, *_given: Any, **about: Any) -> None:
            said = {"output_type": "display_data", "data": plain(data), "metadata": plain(metadata or {})}
            name = (about.get("transient") or {}).get("display_id")
            if name is not None:
                said |= {"display_id": str(name), "update": bool(about.get("update"))}
            self.shell.put(said)

        def clear_output(self, wait: bool = False) -> None:
            self.shell.put({"output_type": "clear", "wait": bool(wait)})

    class Shell(InteractiveShell):
        displayhook_class = Type(Shown)
        display_pub_class = Type(Published)
        put: Callable[[dict[str, Any]], None]

        def enable_gui(self, gui: Any = None) -> None:
            pass

        def _showtraceback(self, etype: Any, evalue: Any, stb: Any) -> None:
            self.put({"output_type": "error", "ename": str(etype.__name__), "evalue": text(evalue),
                      "traceback": [str(line) for line in stb]})  # fmt: skip

        def init_sys_modules(self) -> None:
            pass

    return Shell


def make_shell(put: Callable[[dict[str, Any]], None]) -> Any:
    """Return IPython as a kernel has it, whose outputs go to `put`; there is one in a process."""
    from traitlets.config import Config

    settings = Config()
    settings.HistoryManager.enabled = False
    settings.HistoryAccessor.enabled = False
    settings.InteractiveShell.colors = "Neutral"
    settings.InteractiveShell.autocall = 0
    kind = _shell_class()
    kind.clear_instance()
    # A namespace that is its own module, as in a kernel: what is defined in a cell says `__main__` of itself.
    import __main__

    builtins.input = no_input
    for name in [name for name in vars(__main__) if not (name.startswith("__") and name.endswith("__"))]:
        del vars(__main__)[name]
    shell = kind.instance(config=settings, user_module=__main__, user_ns=vars(__main__))
    shell.put = put
    return shell


def no_input(_prompt: object = "") -> str:
    """Refuse to ask, as a kernel does that nobody sits before."""
    from IPython.core.error import StdinNotImplementedError

    raise StdinNotImplementedError("raw_input was called, but this frontend does not support input requests.")


def plain(value: Any, depth: int = 8) -> Any:
    """Return something as JSON holds it; what is none, as its text."""
    if value is None or type(value) in (bool, int, float, str):
        return value
    if isinstance(value, bytes):
        from base64 import b64encode

        return b64encode(value).decode("ascii")
    if depth and isinstance(value, dict):
        return {str(key): plain(each, depth - 1) for key, each in value.items()}
    if depth and isinstance(value, list | tuple):
        return [plain(each, depth - 1) for each in value]
    return text(value)


def text(value: Any) -> str:
    """Return what something calls itself, whatever happens when it is asked."""
    try:
        return str(value)
    except Exception:  # noqa: BLE001 - a class of the trainee's may raise anything
        return ""


class Learner:
    """A notebook that is being run.

    Parameters
    ----------
    line
        To whoever conducts.
    """

    def __init__(self, line: Line) -> None:
        self.line = line
        self.pid = os.getpid()
        self.shell = make_shell(self._put)
        self.streams = Prints("stdout", self._put, 1), Prints("stderr", self._put, 2)
        self.programs = os.memfd_create("programs", os.MFD_CLOEXEC)
        self.read = 0
        self.told = False
        for number in (1, 2):
            os.dup2(self.programs, number)

    def serve(self) -> None:
        """Do what is asked until nobody asks any more."""
        while True:
            try:
                asked, files = self.line.hear_with_files()
            except Ended:
                return
            if asked["do"] == "run":
                self.run(asked["source"])
            elif asked["do"] == "split":
                self.split(files[0])

    def run(self, source: str) -> None:
        """Run one cell."""
        sys.stdout, sys.stderr = self.streams
        count = self.shell.execution_count
        ok = False
        try:
            signal.signal(signal.SIGINT, signal.default_int_handler)
            ok = bool(self.shell.run_cell(source, store_history=True).success)
            signal.signal(signal.SIGINT, signal.SIG_IGN)
        except KeyboardInterrupt:
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            self._put({"output_type": "error", "ename": "KeyboardInterrupt", "evalue": "", "traceback": []})
        self._say_programs()
        self.line.say({"done": True, "ok": ok, "count": count})

    def split(self, number: int) -> None:
        """Leave a copy of this process that answers whoever judges, over another line; go on without it."""
        try:
            copy = os.fork()
        except OSError:
            # It has as many processes as it may: that test finds nobody, the cells go on.
            os.close(number)
            self.line.say({"done": True})
            return
        if copy:
            os.close(number)
            self.line.say({"done": True, "copy": copy})
            return
        code = 1
        with suppress(BaseException):
            from servicelab.grading.run.replying import answer

            self.line.close()
            answer(Line.of(number), self.shell.user_ns, lambda: self.told)
            code = 0
        os._exit(code)

    def _put(self, said: dict[str, Any]) -> None:
        # A process that a cell started has no way of speaking; of a copy it matters whether it wrote to stderr.
        if os.getpid() == self.pid:
            # Interrupted in the middle of a frame, nothing after it would be understood.
            held = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
            try:
                self.line.say({"output": said})
            finally:
                signal.pthread_sigmask(signal.SIG_SETMASK, held)
        elif said.get("name") == "stderr":
            self.told = True

    def _say_programs(self) -> None:
        """Say what programs printed that the cell started."""
        size = os.fstat(self.programs).st_size
        while self.read < size:
            part = os.pread(self.programs, min(PART, size - self.read), self.read)
            self.read += len(part)
            self._put({"output_type": "stream", "name": "stdout", "text": part.decode("utf-8", "replace")})
