"""Make the environment: from a bare Python to an installed course, without any package but the standard library.

Run as a file (`python3 -I bootstrap.py`) by `make` in a checkout and by the start files of a trainee's bundle, so it
keeps to syntax that an old Python can parse: an old Python must be told what to do, not shown a SyntaxError.
"""

import argparse
import ast
import errno
import hashlib
import json
import math
import os
import re
import shutil
import subprocess
import sys
import time
import unicodedata
import zipfile
import zlib
from contextlib import contextmanager, suppress
from typing import Dict, Iterator, List, Optional, Set, Tuple

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

OLDEST = (3, 11)
NEWER_PYTHONS = ("python3.14", "python3.13", "python3.12", "python3.11")
# Who an environment is for; each has what the one before it has. The trainee's lock is called after nobody.
PARTS = ("trainee", "analyst", "instructor", "dev")
# What each takes on disk with compiled bytecode (measured on Linux: 0.65, 0.8, 0.9, 1.3 GB), with room to unpack.
NEEDED_GB = {"trainee": 1, "analyst": 1, "instructor": 2, "dev": 2}
# Nobody runs the tests of the packages, and of five hundred languages' lexers a course colours two (what is used is
# compiled then): nobody's disk has to hold them compiled (a tenth of the whole).
NOT_COMPILED = r".*[/\\](tests?|pygments[/\\]lexers)[/\\]"
CATALOGUE = "locales/zh_CN/servicelab.po"
# What a bundle brings into `<root>`, a path a line; a checkout has no such file.
CONTENTS = "contents.txt"
# Of these folders nothing stays that an earlier bundle brought and this one does not.
BROUGHT = ("package", "edition", "wheels")
# Its translation would be in the very file that is damaged.
DAMAGED = (
    "{file} is damaged: unpack the course's zip over this folder once more, then start again. / "
    "{file} 已损坏：请把课程压缩包重新解压到这个文件夹并覆盖，然后再次启动。"
)


class CannotInstall(Exception):
    """One sentence for the person at the keyboard."""


def main(argv: Optional[List[str]] = None) -> int:
    """Install what is missing into `<root>/.venv` and say what was done; 0 when the environment is ready."""
    parser = argparse.ArgumentParser(description="Install ServiceLab into its own .venv")
    parser.add_argument("--root", default=os.getcwd(), help="the checkout, or the unpacked bundle")
    parser.add_argument("--part", choices=PARTS, default=PARTS[0], help="who it is for")
    parser.add_argument("--lang", choices=["en", "zh"], help="the language of what is said")
    parser.add_argument("--within", type=float, default=math.inf, metavar="SECONDS", help="give up after so long")
    arguments = parser.parse_args(argv)
    root = os.path.abspath(arguments.root)
    speak(arguments.lang or language(root), root)
    room = NEEDED_GB[arguments.part]
    try:
        if sys.version_info < OLDEST:
            return run_with_newer_python(sys.argv[1:] if argv is None else argv)
        install(root, arguments.part, time.monotonic() + arguments.within)
    except CannotInstall as problem:
        complain(str(problem))
        return 1
    except OSError as problem:
        if problem.errno == errno.ENOSPC:
            full = _("The disk is full: free about {n} GB where {folder} is, then run this again.", n=room, folder=root)
            complain(full)
            return 1
        complain(
            _(
                "This machine does not let the course be installed in {folder} ({problem}): move it to a folder of "
                "your own, then run this again.",
                folder=root,
                problem=problem,
            )
        )
        return 1
    except KeyboardInterrupt:
        complain(_("Interrupted; run the same command again and it goes on from here."))
        return 130
    return 0


def run_with_newer_python(argv: List[str]) -> int:
    """Hand over to a newer Python if this machine has one."""
    for name in NEWER_PYTHONS:
        found = shutil.which(name)
        if found and not subprocess.call([found, "-c", ""], stderr=subprocess.DEVNULL):
            return subprocess.call([found, "-I", os.path.abspath(__file__)] + list(argv))
    raise CannotInstall(
        _(
            "ServiceLab needs Python 3.11 or newer and this is {version}: install a newer Python from python.org or "
            "your software centre, then run this again.",
            version="%d.%d" % sys.version_info[:2],
        )
    )


def install(root: str, part: str, deadline: float = math.inf) -> None:
    """Bring `<root>/.venv` up to what the part's lock and this package's version ask for."""
    if part == PARTS[0]:
        remove_withdrawn(root)
    if ready(root, part):
        os.utime(os.path.join(root, ".venv", mark_name(part)))
        return
    with alone(root, deadline):
        # Whoever was waited for may have done it.
        if not ready(root, part):
            install_alone(root, part, deadline)


def install_alone(root: str, part: str, deadline: float) -> None:
    """Install a part while nobody else does."""
    for path in wheels(root):
        if not whole_zip(path):
            raise CannotInstall(DAMAGED.format(file=path))
    venv = os.path.join(root, ".venv")
    python = venv_python(venv)
    if not works(python):
        if shutil.disk_usage(root).free < NEEDED_GB[part] * 1024**3:
            room = _("There is not enough room on the disk: free about {n} GB where {folder} is, then run this again.",
                     n=NEEDED_GB[part], folder=root)  # fmt: skip
            raise CannotInstall(room)
        say(_("Making a Python environment in {folder}", folder=venv))
        make_venv(venv)
    if part == "analyst":
        say(_("Fetching what code needs to draw (once; about 40 MB)"))
    else:
        say(_("Installing what the course needs (once; a few minutes on a slow line)"))
    # Whoever was stopped while packages were unpacked left some in pieces, which look whole from outside.
    again = interrupted(root, part)
    begun = os.path.join(venv, begun_name(part))
    earlier = os.path.exists(begun)
    write(begun, part)
    packages = packages_of(python)
    before = os.stat(packages).st_mtime_ns
    extras = beside_a_course(root, part)
    try:
        install_packages(root, python, part, again, extras, deadline)
    except (CannotInstall, OSError):
        # Every package that comes or goes is an entry of this folder: what arrived nowhere left nothing in pieces.
        if not earlier and os.stat(packages).st_mtime_ns == before:
            remove(begun)
        raise
    for covered in [part] if extras else PARTS[: PARTS.index(part) + 1]:
        remove(os.path.join(venv, begun_name(covered)))
        if os.path.exists(lock_of(root, covered)):
            write(os.path.join(venv, mark_name(covered)), fingerprint(root, covered))
    say(_("Installed."))


def ready(root: str, part: str) -> bool:
    """Whether a part is installed as its lock asks, and nobody was stopped on the way."""
    return stands(root, part) == fingerprint(root, part) and not interrupted(root, part)


def stands(root: str, part: str) -> str:
    """The fingerprint of what was installed for a part; nothing when it never was."""
    return read(os.path.join(root, ".venv", mark_name(part)))


def interrupted(root: str, part: str) -> bool:
    """Whether somebody was stopped while packages of this part may have been unpacked."""
    # Analysts' packages come beside an installed course and touch none of its own.
    concerning = [each for each in PARTS if each != "analyst" or part != PARTS[0]]
    return any(os.path.exists(os.path.join(root, ".venv", begun_name(each))) for each in concerning)


def beside_a_course(root: str, part: str) -> bool:
    """Whether only what the part adds is installed: analysts' packages are fetched from inside a running course.

    It must not change under itself; a newer version of the course is installed by the start file.
    """
    return part == "analyst" and bool(wheels(root)) and bool(stands(root, PARTS[0]))


@contextmanager
def alone(root: str, deadline: float) -> Iterator[None]:
    """Hold the lock of this folder's installation, and wait while another window holds it.

    The system lets go of it when its process ends, however it ends.
    """
    handle = os.open(os.path.join(root, ".install.lock"), os.O_RDWR | os.O_CREAT, 0o666)
    try:
        if not taken(handle):
            say(_("Another window is installing the course already; this one waits for it."))
            while not taken(handle):
                if time.monotonic() > deadline:
                    raise CannotInstall(
                        _("Another window is still installing the course: wait until it is done, then run this again.")
                    )
                time.sleep(0.2)
        yield
    finally:
        os.close(handle)


def taken(handle: int) -> bool:
    """Try once to lock an open file."""
    try:
        if sys.platform == "win32":
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as problem:
        # A file system without locks (some network shares) counts as locked, or nothing could be installed there.
        return problem.errno not in (errno.EACCES, errno.EAGAIN, errno.EWOULDBLOCK, errno.EDEADLK)
    return True


def remove_withdrawn(root: str) -> None:
    """Remove what an earlier bundle brought and the one unpacked over it does not: both would be installed or shown."""
    listed = contents(root)
    if not listed:
        return
    for top in BROUGHT:
        for folder, folders, names in os.walk(os.path.join(root, top), topdown=False):
            if not lies_inside(folder, root):
                continue
            for name in names:
                path = os.path.join(folder, name)
                if spelt(os.path.relpath(path, root)) not in listed:
                    # Windows lets nobody remove what a program has open, and some disks are for reading only: the next
                    # start tries again.
                    with suppress(OSError):
                        remove(path)
            for name in folders:
                # What is not empty stays.
                with suppress(OSError):
                    os.rmdir(os.path.join(folder, name))


def lies_inside(folder: str, root: str) -> bool:
    """Whether a folder lies where its name says: behind a link stands what the bundle did not bring."""
    named = os.path.join(os.path.realpath(root), os.path.relpath(folder, root))
    return os.path.normcase(os.path.realpath(folder)) == os.path.normcase(named)


def contents(root: str) -> Set[str]:
    """What the bundle brought into `root`; nothing in a checkout, or when the list did not arrive whole."""
    listed = {spelt(line) for line in read(os.path.join(root, CONTENTS)).splitlines()}
    return listed if CONTENTS in listed else set()


def spelt(path: str) -> str:
    """A path as systems compare it that keep no capitals, or take accents apart.

    >>> spelt("edition/Lesson.ipynb")
    'edition/lesson.ipynb'
    """
    return unicodedata.normalize("NFC", path.replace(os.sep, "/")).casefold()


def whole_zip(path: str) -> bool:
    """Whether everything in a zip can be read."""
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.testzip() is None
    except (OSError, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError):
        return False


def lock_of(root: str, part: str) -> str:
    """The lock of a part."""
    return os.path.join(root, "requirements.lock" if part == PARTS[0] else "requirements-%s.lock" % part)


def mark_name(part: str) -> str:
    """The file in an environment that holds the fingerprint of what was installed for a part."""
    return ".ready" if part == PARTS[0] else ".ready-%s" % part


def begun_name(part: str) -> str:
    """The file in an environment that stands there while packages of a part are unpacked."""
    return ".begun" if part == PARTS[0] else ".begun-%s" % part


def fingerprint(root: str, part: str) -> str:
    """A hash of everything that decides what is installed."""
    digest = hashlib.sha256(sys.version.split()[0].encode())
    # What comes beside a course is its lock's alone: a new version of the course gives no reason to fetch it again.
    own = [] if beside_a_course(root, part) else [os.path.join(root, "pyproject.toml")] + wheels(root)
    for path in [lock_of(root, part)] + own:
        if os.path.exists(path):
            with open(path, "rb") as stream:
                digest.update(hashlib.sha256(stream.read()).digest())
    return digest.hexdigest()


def wheels(root: str) -> List[str]:
    """The package's own wheel in an unpacked bundle; none in a checkout."""
    folder = os.path.join(root, "package")
    if not os.path.isdir(folder):
        return []
    listed = contents(root)
    named = [name for name in os.listdir(folder) if not listed or spelt("package/" + name) in listed]
    return sorted(os.path.join(folder, name) for name in named if name.endswith(".whl"))


def venv_python(venv: str) -> str:
    """Where a virtual environment keeps its interpreter on this system."""
    return os.path.join(venv, "Scripts", "python.exe") if os.name == "nt" else os.path.join(venv, "bin", "python")


def works(python: str) -> bool:
    """Whether the environment's interpreter starts and is new enough (a moved or half-made one does not)."""
    test = "import sys, pip; sys.exit(sys.version_info < (%d, %d))" % OLDEST
    try:
        return subprocess.call([python, "-I", "-c", test], stderr=subprocess.DEVNULL) == 0
    except OSError:
        return False


def make_venv(venv: str) -> None:
    """Create the virtual environment, or say which system package is missing."""
    made = subprocess.run([sys.executable, "-I", "-m", "venv", "--clear", venv], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, universal_newlines=True)  # fmt: skip
    if made.returncode == 0:
        return
    if "No space left" in made.stdout:
        raise OSError(errno.ENOSPC, "disk full")
    if "ensurepip" in made.stdout or "No module named venv" in made.stdout:
        raise CannotInstall(
            _(
                "This Python has no venv module: on Debian or Ubuntu run `sudo apt install python{version}-venv`, "
                "elsewhere install Python from python.org, then run this again.",
                version="%d.%d" % sys.version_info[:2],
            )
        )
    raise CannotInstall(
        _("Python could not make an environment in {folder}: {problem}", folder=venv, problem=last_line(made.stdout))
    )


def install_packages(root: str, python: str, part: str, again: bool, extras: bool, deadline: float) -> None:
    """Install the lock, then the package itself: from `wheels/` if the bundle has it, else from the usual index.

    `again`: everything anew; `extras`: only what the lock has beyond the trainee's.
    """
    log = os.path.join(root, ".venv", "install.log")
    # What an earlier run stumbled over must not be told as the reason of this one.
    write(log, "")
    offline = os.path.join(root, "wheels")
    source = ["--no-index", "--find-links", offline] if os.path.isdir(offline) else []
    environment = dict(os.environ, UV_COMPILE_BYTECODE="0", PIP_NO_COLOR="1")
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    locked = ["--require-hashes", "-r", lock_of(root, part)]
    if extras:
        only = os.path.join(root, ".venv", "requirements-beside.lock")
        write(only, beyond(read(lock_of(root, part)), read(lock_of(root, PARTS[0]))))
        locked = ["--no-deps", "--require-hashes", "-r", only]
    for command, anew in installers(root, python, source, environment, log, deadline):
        if run(command + ([anew] if again else []) + locked, environment, log, deadline) == 0:
            break
        if "Failed to download" in read(log):
            # The line broke on the way: another installer would fetch again what this one has kept.
            explain_failure(log)
    else:
        explain_failure(log, packed=bool(source))
    own = wheels(root)
    target = ["--no-deps", "--force-reinstall"] + own if own else ["--no-deps", "--no-build-isolation", "-e", root]
    install_own = [python, "-I", "-m", "pip", "install", "--quiet"] + target
    if not extras and run(install_own, environment, log, deadline) != 0:
        explain_failure(log)
    # Compiled bytecode makes every later start about three times as fast, whatever the machine's own setting is.
    packages = packages_of(python)
    left_out = re.escape(packages) + NOT_COMPILED
    compile_all = [python, "-I", "-m", "compileall", "-q", "-j", "0", "-x", left_out, packages]
    if run(compile_all, environment, log, deadline) != 0 and "No space left" in read(log):
        raise OSError(errno.ENOSPC, "disk full")


def packages_of(python: str) -> str:
    """The folder that an environment's packages are unpacked into."""
    folder = "import sysconfig; print(sysconfig.get_paths()['purelib'])"
    return subprocess.check_output([python, "-I", "-c", folder], universal_newlines=True).strip()


def beyond(lock: str, base: str) -> str:
    """The pins of a lock whose packages are not in another.

    >>> beyond("one==1 \\\n    --hash=sha256:11\ntwo==2\n", "one==1\n")
    'two==2\n'
    """

    def pins(text: str) -> List[Tuple[str, str]]:
        found = re.findall(r"^([A-Za-z0-9][\w.-]*)([^\n]*\n(?:[ \t#][^\n]*\n)*)", text + "\n", re.MULTILINE)
        return [(re.sub(r"[-_.]+", "-", name).lower(), name + rest) for name, rest in found]

    there = {name for name, _pin in pins(base)}
    return "".join(pin for name, pin in pins(lock) if name not in there).rstrip("\n") + "\n"


def installers(
    root: str, python: str, source: List[str], environment: Dict[str, str], log: str, deadline: float = math.inf
) -> List[Tuple[List[str], str]]:
    """The install commands to try in turn, each with its option for doing everything again.

    uv (about ten times as fast) where it can be had, then pip. Both keep what they fetched whole.
    """
    pip = [python, "-I", "-m", "pip", "install", "--disable-pip-version-check", "--quiet", "--no-compile"] + source
    with_pip = (pip, "--force-reinstall")
    uv = shutil.which("uv")
    own_uv = os.path.join(os.path.dirname(python), "uv.exe" if os.name == "nt" else "uv")
    if not uv and os.path.exists(own_uv):
        uv = own_uv
    if not uv and not source:
        pinned = os.path.join(root, "requirements-installer.lock")
        fetched = pip + ["--only-binary", ":all:", "--require-hashes", "-r", pinned]
        if run(fetched, environment, log, deadline) == 0:
            uv = own_uv
    if not uv:
        return [with_pip]
    # A company's own index is configured for pip; uv has to be told.
    index = subprocess.run([python, "-I", "-m", "pip", "config", "get", "global.index-url"], stdout=subprocess.PIPE,
                           stderr=subprocess.DEVNULL, universal_newlines=True).stdout.strip()  # fmt: skip
    index = os.environ.get("PIP_INDEX_URL", index)
    if index and "UV_DEFAULT_INDEX" not in environment and "UV_INDEX_URL" not in environment:
        environment["UV_DEFAULT_INDEX"] = index
    return [([uv, "pip", "install", "--quiet", "--python", python] + source, "--reinstall"), with_pip]


def run(command: List[str], environment: Dict[str, str], log: str, deadline: float = math.inf) -> int:
    """Run one install step with its output in the log and a sign of life on the screen."""
    with open(log, "a", encoding="utf-8") as stream:
        stream.write("\n$ %s\n" % " ".join(command))
        stream.flush()
        process = subprocess.Popen(command, env=environment, stdout=stream, stderr=subprocess.STDOUT)
        began = time.monotonic()
        try:
            while True:
                try:
                    code = process.wait(timeout=max(0.0, min(10.0, deadline - time.monotonic())))
                    break
                except subprocess.TimeoutExpired:
                    if time.monotonic() >= deadline:
                        raise CannotInstall(
                            _("It took too long: check this machine's network, then run this again.")
                        ) from None
                    say(_("  … {n} s", n=int(time.monotonic() - began)))
        except (KeyboardInterrupt, CannotInstall):
            # Nobody else may install before this one has let go.
            process.terminate()
            process.wait()
            raise
    return code


def explain_failure(log: str, packed: bool = False) -> None:
    """Turn the log of a failed installation into one sentence; `packed`: its packages came with the bundle."""
    text = read(log)
    if "No space left" in text:
        raise OSError(errno.ENOSPC, "disk full")
    if "HASH" in text.upper() and "DO NOT MATCH" in text.upper():
        raise CannotInstall(
            _(
                "A package arrived damaged, or is not the one the lock names; nothing was installed: run this again, "
                "and if it says the same, send {log} to whoever runs the package index.",
                log=log,
            )
        )
    if packed:
        raise CannotInstall(
            _(
                "The packages that came with this bundle do not fit this machine ({problem}): send {log} to whoever "
                "gave it to you, and say that this is Python {version} on {system}.",
                problem=last_line(text),
                log=log,
                version=sys.version.split()[0],
                system=sys.platform,
            )
        )
    raise CannotInstall(
        _(
            "The packages could not be installed ({problem}): check that this machine reaches its package index, then "
            "run this again, which keeps what has arrived; the whole story is in {log}.",
            problem=last_line(text),
            log=log,
        )
    )


def last_line(text: str) -> str:
    """The last line that says something."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1][:200] if lines else _("no message")


def language(root: str) -> str:
    """The language of the bundle's course; in a checkout, which has both, this machine's."""
    try:
        stated = json.loads(read(os.path.join(root, "edition", "edition.json"))).get("language")
    except ValueError:
        stated = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return "zh" if str(stated).startswith("zh") else "en"


CHINESE: Dict[str, str] = {}
"""What is said, in Chinese, once somebody wants it."""


def speak(lang: str, root: str) -> None:
    """Choose the language of what is said; its catalogue is the package's own, in the wheel or in the checkout."""
    CHINESE.clear()
    # A console that cannot show a character still gets the rest of the sentence.
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    if lang == "zh":
        CHINESE.update(messages(catalogue(root)))


def catalogue(root: str) -> str:
    """The text of the package's catalogue; nothing where there is none, or none that can be read."""
    for wheel in wheels(root):
        try:
            with zipfile.ZipFile(wheel) as archive:
                return archive.read("servicelab/" + CATALOGUE).decode("utf-8")
        except (OSError, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, KeyError):
            # The installation says so in a moment, in both languages.
            return ""
    return read(os.path.join(root, *CATALOGUE.split("/")))


def messages(text: str) -> Dict[str, str]:
    """The messages of a gettext catalogue: polib is not there yet.

    >>> messages('msgid "Ready"\\nmsgstr "好了"')
    {'Ready': '好了'}
    """
    line = r'"(?:[^"\\]|\\.)*"'
    entry = re.compile(r"^msgid ((?:%s\s*)+)msgstr ((?:%s\s*)+)" % (line, line), re.MULTILINE)

    def said(quoted: str) -> str:
        return "".join(ast.literal_eval(part) for part in re.findall(line, quoted))

    return {said(message): said(translated) for message, translated in entry.findall(text)}


def _(message: str, **values: object) -> str:
    """A sentence in the language that was chosen, with `values` filled in."""
    text = CHINESE.get(message) or message
    return text.format(**values) if values else text


def complain(line: str) -> None:
    """One sentence to whoever started this."""
    sys.stderr.write(line + "\n")


def say(line: str) -> None:
    """One line of progress, at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def read(path: str) -> str:
    """A small text file, or nothing."""
    try:
        with open(path, encoding="utf-8", errors="replace") as stream:
            return stream.read()
    except OSError:
        return ""


def remove(path: str) -> None:
    """Remove a file if it is there."""
    with suppress(FileNotFoundError):
        os.remove(path)


def write(path: str, text: str) -> None:
    """Write a small file whole."""
    with open(path + ".new", "w", encoding="utf-8") as stream:
        stream.write(text)
    os.replace(path + ".new", path)


if __name__ == "__main__":
    sys.exit(main())
