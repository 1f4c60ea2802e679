"""Make the environment: from a bare Python to an installed course, without any package but the standard library.

Run as a file (`python3 -I bootstrap.py`) by `make` in a checkout and by the start files of a trainee's bundle, so it
keeps to syntax that an old Python can parse: an old Python must be told what to do, not shown a SyntaxError.
"""

import argparse
import errno
import hashlib
import os
import shutil
import subprocess
import sys
import time
from typing import Dict, List, Optional

OLDEST = (3, 11)
NEWER_PYTHONS = ("python3.14", "python3.13", "python3.12", "python3.11")
# What a full installation takes on disk with compiled bytecode (measured: 1.2 GB on Linux), with room to unpack.
NEEDED_BYTES = 2 * 1024**3


class CannotInstall(Exception):
    """One sentence for the person at the keyboard."""


def main(argv: Optional[List[str]] = None) -> int:
    """Install what is missing into `<root>/.venv` and say what was done; 0 when the environment is ready."""
    parser = argparse.ArgumentParser(description="Install ServiceLab into its own .venv")
    parser.add_argument("--root", default=os.getcwd(), help="the checkout, or the unpacked bundle")
    parser.add_argument("--dev", action="store_true", help="also what the tests need")
    arguments = parser.parse_args(argv)
    root = os.path.abspath(arguments.root)
    try:
        if sys.version_info < OLDEST:
            return run_with_newer_python(sys.argv[1:] if argv is None else argv)
        install(root, arguments.dev)
    except CannotInstall as problem:
        sys.stderr.write("%s\n" % problem)
        return 1
    except OSError as problem:
        if problem.errno != errno.ENOSPC:
            raise
        sys.stderr.write("The disk is full: free about 2 GB where %s is, then run this again.\n" % root)
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("Interrupted; run the same command again and it goes on from here.\n")
        return 130
    return 0


def run_with_newer_python(argv: List[str]) -> int:
    """Hand over to a newer Python if this machine has one."""
    for name in NEWER_PYTHONS:
        found = shutil.which(name)
        if found and not subprocess.call([found, "-c", ""], stderr=subprocess.DEVNULL):
            return subprocess.call([found, "-I", os.path.abspath(__file__)] + list(argv))
    raise CannotInstall(
        "ServiceLab needs Python 3.11 or newer and this is %d.%d: install a newer Python from python.org or your "
        "software centre, then run this again." % sys.version_info[:2]
    )


def install(root: str, dev: bool) -> None:
    """Bring `<root>/.venv` up to what the lock and this package's version ask for."""
    venv = os.path.join(root, ".venv")
    lock = os.path.join(root, "requirements-dev.lock" if dev else "requirements.lock")
    mark = os.path.join(venv, ".ready-dev" if dev else ".ready")
    wanted = fingerprint(root, lock)
    if read(mark) == wanted:
        os.utime(mark)
        return
    python = venv_python(venv)
    if not works(python):
        if shutil.disk_usage(root).free < NEEDED_BYTES:
            raise CannotInstall(
                "There is not enough room on the disk: free about 2 GB where %s is, then run this again." % root
            )
        say("Making a Python environment in %s" % venv)
        make_venv(venv)
    say("Installing what the course needs (once; a few minutes on a slow line)")
    install_packages(root, python, lock)
    # Both marks: what tests need includes what lessons need.
    for name in (".ready", ".ready-dev") if dev else (".ready",):
        other = os.path.join(root, "requirements.lock" if name == ".ready" else "requirements-dev.lock")
        write(os.path.join(venv, name), fingerprint(root, other))
    say("Installed.")


def fingerprint(root: str, lock: str) -> str:
    """A hash of everything that decides what is installed."""
    digest = hashlib.sha256(sys.version.split()[0].encode())
    for path in [lock, os.path.join(root, "pyproject.toml")] + wheels(root):
        if os.path.exists(path):
            with open(path, "rb") as stream:
                digest.update(hashlib.sha256(stream.read()).digest())
    return digest.hexdigest()


def wheels(root: str) -> List[str]:
    """The package's own wheel in an unpacked bundle; none in a checkout."""
    folder = os.path.join(root, "package")
    if not os.path.isdir(folder):
        return []
    return sorted(os.path.join(folder, name) for name in os.listdir(folder) if name.endswith(".whl"))


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
        version = "%d.%d" % sys.version_info[:2]
        raise CannotInstall(
            "This Python has no venv module: on Debian or Ubuntu run `sudo apt install python%s-venv`, elsewhere "
            "install Python from python.org, then run this again." % version
        )
    raise CannotInstall("Python could not make an environment in %s: %s" % (venv, last_line(made.stdout)))


def install_packages(root: str, python: str, lock: str) -> None:
    """Install the lock, then the package itself: from `wheels/` if the bundle has it, else from the usual index."""
    log = os.path.join(root, ".venv", "install.log")
    offline = os.path.join(root, "wheels")
    source = ["--no-index", "--find-links", offline] if os.path.isdir(offline) else []
    # Compiled bytecode makes every later start about three times as fast, whatever the machine's own setting is.
    environment = dict(os.environ, UV_COMPILE_BYTECODE="1", PIP_NO_COLOR="1")
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    commands = installers(root, python, source, environment, log)
    for command in commands:
        if run(command + ["--require-hashes", "-r", lock], environment, log) == 0:
            break
    else:
        explain_failure(log)
    own = wheels(root)
    target = ["--no-deps", "--force-reinstall"] + own if own else ["--no-deps", "--no-build-isolation", "-e", root]
    if run([python, "-I", "-m", "pip", "install", "--quiet"] + target, environment, log) != 0:
        explain_failure(log)


def installers(root: str, python: str, source: List[str], environment: Dict[str, str], log: str) -> List[List[str]]:
    """The install commands to try in turn: uv (about ten times as fast) where it can be had, then pip."""
    pip = [python, "-I", "-m", "pip", "install", "--disable-pip-version-check", "--quiet"] + source
    uv = shutil.which("uv")
    own_uv = os.path.join(os.path.dirname(python), "uv.exe" if os.name == "nt" else "uv")
    if not uv and os.path.exists(own_uv):
        uv = own_uv
    if not uv and not source:
        pinned = os.path.join(root, "requirements-installer.lock")
        if run(pip + ["--only-binary", ":all:", "--require-hashes", "-r", pinned], environment, log) == 0:
            uv = own_uv
    if not uv:
        return [pip]
    # A company's own index is configured for pip; uv has to be told.
    index = subprocess.run([python, "-I", "-m", "pip", "config", "get", "global.index-url"], stdout=subprocess.PIPE,
                           stderr=subprocess.DEVNULL, universal_newlines=True).stdout.strip()  # fmt: skip
    index = os.environ.get("PIP_INDEX_URL", index)
    if index and "UV_DEFAULT_INDEX" not in environment and "UV_INDEX_URL" not in environment:
        environment["UV_DEFAULT_INDEX"] = index
    return [[uv, "pip", "install", "--quiet", "--python", python] + source, pip]


def run(command: List[str], environment: Dict[str, str], log: str) -> int:
    """Run one install step with its output in the log and a sign of life on the screen."""
    with open(log, "a") as stream:
        stream.write("\n$ %s\n" % " ".join(command))
        stream.flush()
        process = subprocess.Popen(command, env=environment, stdout=stream, stderr=subprocess.STDOUT)
        began = time.monotonic()
        try:
            while True:
                try:
                    code = process.wait(timeout=10)
                    break
                except subprocess.TimeoutExpired:
                    say("  … %d s" % (time.monotonic() - began))
        except KeyboardInterrupt:
            process.terminate()
            raise
    return code


def explain_failure(log: str) -> None:
    """Turn the log of a failed installation into one sentence."""
    text = read(log)
    if "No space left" in text:
        raise OSError(errno.ENOSPC, "disk full")
    if "HASH" in text.upper() and "DO NOT MATCH" in text.upper():
        raise CannotInstall(
            "A package that arrived is not the one the lock names; nothing was installed: see %s and tell whoever "
            "runs the package index." % log
        )
    raise CannotInstall(
        "The packages could not be installed (%s): check that this machine reaches its package index, then run this "
        "again; the whole story is in %s." % (last_line(text), log)
    )


def last_line(text: str) -> str:
    """The last line that says something."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1][:200] if lines else "no message"


def say(line: str) -> None:
    """One line of progress, at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def read(path: str) -> str:
    """A small text file, or nothing."""
    try:
        with open(path) as stream:
            return stream.read()
    except OSError:
        return ""


def write(path: str, text: str) -> None:
    """Write a small file whole."""
    with open(path + ".new", "w") as stream:
        stream.write(text)
    os.replace(path + ".new", path)


if __name__ == "__main__":
    sys.exit(main())
