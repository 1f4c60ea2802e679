"""What comes at a queue: arrivals, how long each takes, how long each would wait; drawn all at once, before the run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from servicelab.models.arguments import Floats, at_least, numbers, positive, vector

KINDS = ("exponential", "lognormal", "gamma", "deterministic")


@dataclass(frozen=True)
class Distribution:
    """Durations by name, mean and coefficient of variation.

    Attributes
    ----------
    kind : exponential, lognormal, gamma or deterministic
    mean : > 0, in the unit of the simulation
    cv : standard deviation / mean, > 0; exponential has 1, deterministic 0, whatever is given here

    Examples
    --------
    >>> calls = Distribution("gamma", mean=180, cv=0.5).draw(np.random.default_rng(1), 100_000)
    >>> round(float(calls.mean()), -1), round(float(calls.std()), -1)
    (180.0, 90.0)
    """

    kind: str
    mean: float
    cv: float = 1.0

    def __post_init__(self) -> None:
        """Refuse what is no distribution of durations."""
        if self.kind not in KINDS:
            raise ValueError(f"kind must be one of {', '.join(KINDS)}, not {self.kind!r}")
        positive("mean", self.mean)
        positive("cv", self.cv)

    def draw(self, rng: np.random.Generator, count: int) -> Floats:
        """As many durations, from this generator."""
        if self.kind == "exponential":
            return rng.exponential(self.mean, count)
        if self.kind == "lognormal":
            spread = np.log1p(self.cv**2)
            return rng.lognormal(np.log(self.mean) - spread / 2, np.sqrt(spread), count)
        if self.kind == "gamma":
            return rng.gamma(self.cv**-2, self.mean * self.cv**2, count)
        return np.full(count, float(self.mean))


@dataclass(frozen=True)
class ArrivalTimes:
    """Arrivals that are known: times from 0 on, in order, instead of rates to draw from."""

    times: Sequence[float] | Floats

    def __post_init__(self) -> None:
        """Refuse times out of order."""
        moments = np.asarray(self.times, dtype=np.float64)
        if moments.ndim != 1 or not np.isfinite(moments).all() or (moments < 0).any():
            raise ValueError("times must be one row of numbers, at least 0")
        if (np.diff(moments) < 0).any():
            raise ValueError("times must be in order")


#: Rates: one for all the time, one for each interval, or the arrivals themselves.
Arrivals = float | Sequence[float] | Floats | ArrivalTimes
#: Durations: a mean (exponential), a distribution, a function of (generator, count), or the durations themselves.
Durations = float | Distribution | Callable[[np.random.Generator, int], Floats] | Sequence[float] | Floats


def draw_arrivals(
    name: str, arrivals: Arrivals, horizon: float | None, interval: float | None, rng: np.random.Generator
) -> tuple[Floats, float]:
    """Arrival times in order, and the end of the time they cover."""
    if isinstance(arrivals, ArrivalTimes):
        times = np.asarray(arrivals.times, dtype=np.float64)
        end = horizon if horizon is not None else float(times[-1]) if len(times) else 0.0
        return times[times <= end], end
    rates = at_least(name, arrivals)
    if rates.ndim > 1:
        raise ValueError(f"{name} must be one rate, or one for each interval")
    if rates.ndim == 0:
        if horizon is None:
            raise ValueError("horizon must be given with a constant rate: how long to simulate")
        edges = np.array([0.0, horizon])
    else:
        if interval is None:
            raise ValueError(f"interval must be given with a {name} for each interval: its length")
        edges = np.arange(len(rates) + 1) * interval
        if horizon is not None and horizon > edges[-1] * (1 + 1e-12):
            raise ValueError(f"horizon must not exceed the {len(rates)} intervals of {name}")
    end = horizon if horizon is not None else float(edges[-1])
    # A Poisson process of rate 1, on a clock that runs as fast as contacts come in: no sorting, no thinning.
    expected = np.concatenate([[0.0], np.cumsum(np.diff(edges) * rates)])
    count = int(rng.poisson(expected[-1]))
    gaps = rng.exponential(1.0, count + 1)
    moments = np.cumsum(gaps)
    ticks = moments[:-1] / moments[-1] * expected[-1]
    times = np.interp(ticks, expected, edges) if rates.ndim else ticks * (end / expected[-1] if expected[-1] else 1.0)
    return times[times <= end], end


def draw_durations(
    name: str, durations: Durations | None, count: int, rng: np.random.Generator, *, given: bool
) -> Floats:
    """One duration for each arrival; infinity where there is none (endless patience)."""
    if durations is None:
        return np.full(count, np.inf)
    if isinstance(durations, Distribution):
        return durations.draw(rng, count)
    if callable(durations):
        drawn = np.asarray(durations(rng, count), dtype=np.float64)
        if drawn.shape != (count,) or not (drawn >= 0).all():
            raise ValueError(f"{name} must draw {count} durations of at least 0, not an array of shape {drawn.shape}")
        return drawn
    if np.ndim(durations) == 0:
        if durations == np.inf and name == "patience":
            return np.full(count, np.inf)
        return rng.exponential(float(positive(name, durations)), count)
    sample = np.asarray(durations, dtype=np.float64)
    if name == "patience" and sample.ndim == 1 and (sample >= 0).all():
        checked = sample
    else:
        checked = at_least(name, vector(name, numbers(name, sample)))
    if not given:
        if not len(checked):
            raise ValueError(f"{name} must not be empty")
        return checked[rng.integers(0, len(checked), count)]
    if len(checked) != count:
        raise ValueError(f"{name} must hold a duration for each of the {count} arrivals, not {len(checked)}")
    return checked
