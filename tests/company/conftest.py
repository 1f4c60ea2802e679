"""The firm's tables: the committed ones, and the same at scale 1 from other seeds, made once on each machine."""

from __future__ import annotations

import os
import pickle
import shutil
import tempfile
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pandas as pd
import pytest

from servicelab import company
from servicelab.company.generating import making, writing
from servicelab.company.generating.staging import fingerprint
from servicelab.company.simulation import Firm, Scenario, simulate
from servicelab.company.simulation.world import World
from servicelab.company.tables.dictionary import TABLES

pytest.register_assert_rewrite("tests.company.call_laws")

#: The committed tables' seed and two others: a mechanism must show whatever the draw.
SEEDS = (company.SEED, 7, 21)
CACHE = Path(__file__).resolve().parents[2] / "build" / "cache" / "firm"
DAY = 86_400
HERE = Path(__file__).resolve().parent
#: Fixtures that take seconds to make for each seed. In `simulation` a firm is the run, elsewhere the tables made of it.
SHARED = ("firm", "plans")


class Tables(Mapping[str, pd.DataFrame]):
    """The tables of a folder by name, each read when it is first asked for; `truth` has what only the engine knows."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._read: dict[str, pd.DataFrame] = {}

    def __getitem__(self, name: str) -> pd.DataFrame:
        if name not in self._read:
            self._read[name] = company.load(name, self.folder)
        return self._read[name]

    def __iter__(self) -> Iterator[str]:
        return iter(TABLES)

    def __len__(self) -> int:
        return len(TABLES)

    def truth(self, name: str) -> pd.DataFrame:
        """One of the truth tables, such as "contacts"."""
        (path,) = (self.folder.parent / "truth").glob(f"truth_{name}.csv*")
        return pd.read_csv(path)


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Let one process at a time in, where the system knows such locks; elsewhere several may do the same work."""
    try:
        import fcntl
    except ModuleNotFoundError:
        yield
        return
    with path.open("w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield


def once(name: str, fill: Callable[[Path], object]) -> Path:
    """A folder that `fill` has filled, once on this machine for each state of the program; it must not be changed."""
    goal = CACHE / f"{fingerprint()[:16]}-{name}"
    CACHE.mkdir(parents=True, exist_ok=True)
    with alone(CACHE / f"lock-{name}"):
        if not goal.is_dir():
            with alone(CACHE / "lock"):
                # What another state of the program made is of no use for long.
                for other in CACHE.iterdir():
                    if other.is_dir() and time.time() - other.stat().st_mtime > DAY:
                        shutil.rmtree(other)
            partial = Path(tempfile.mkdtemp(prefix="partial-", dir=CACHE))
            fill(partial)
            try:
                partial.rename(goal)
            except OSError:
                # Without locks another worker may have been faster.
                shutil.rmtree(partial)
        os.utime(goal)
    return goal


def made(seed: int) -> Path:
    """The folder of the tables at scale 1 with that seed."""
    return once(f"whole-{seed}", partial(make, seed)) / "tables"


def make(seed: int, out: Path) -> None:
    """Make the tables of a seed, and keep the run that they are written from: the engine's own tests look at it."""

    def kept(scenario: Scenario, world: World) -> Firm:
        firm = simulate(scenario, world)
        # Before it is shaped, which changes its tables.
        (out / "run").write_bytes(pickle.dumps(firm, pickle.HIGHEST_PROTOCOL))
        return firm

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(making, "simulate", kept)
        if seed != company.SEED:
            # The committed tables alone are held against these as files; packing as tight as theirs takes its time.
            patch.setattr(writing, "LEVEL", 1)
        company.generate(out / "tables", 1.0, seed, truth=out / "truth")


def whole_run(seed: int) -> Firm:
    """The run that the tables of a seed were written from: three years of the firm at scale 1."""
    firm: Firm = pickle.loads((made(seed).parent / "run").read_bytes())
    return firm


@pytest.fixture(scope="session")
def datasets(root: Path) -> Path:
    """The committed data."""
    return root / "datasets"


@pytest.fixture(scope="session")
def tables(datasets: Path) -> Tables:
    """The committed tables as a lesson loads them."""
    return Tables(datasets)


@pytest.fixture(scope="session")
def generated() -> Callable[[int], Tables]:
    """The tables at scale 1 for a seed, from the files; `.folder` is where they stand, `.truth(name)` the truth."""
    kept: dict[int, Tables] = {}

    def of(seed: int) -> Tables:
        if seed not in kept:
            kept[seed] = Tables(made(seed))
        return kept[seed]

    return of


@pytest.fixture(params=SEEDS)
def firm(request: pytest.FixtureRequest, generated: Callable[[int], Tables]) -> Tables:
    """The firm's tables, once for each seed."""
    return generated(request.param)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What looks at one seed's firm runs on one worker: the firm is then made and read once, not once a worker."""
    for item in items:
        if item.path.is_relative_to(HERE) and item.get_closest_marker("xdist_group") is None:
            group = grouped(getattr(getattr(item, "callspec", None), "params", {}), getattr(item, "fixturenames", ()))
            if group:
                item.add_marker(pytest.mark.xdist_group(group))


def grouped(parameters: Mapping[str, object], fixtures: Collection[str] = ()) -> str | None:
    """The group of a test with those parameters and fixtures: of what many tests share, and its seed."""
    shared = next((name for name in SHARED if name in parameters), None)
    if shared is not None:
        return f"{shared}-{parameters[shared]}"
    if "generated" in fixtures:
        # It says itself which: the committed tables', so far.
        return f"firm-{company.SEED}"
    return "committed" if "tables" in fixtures else None
