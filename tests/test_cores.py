"""Tests run side by side, one on a core."""

from __future__ import annotations

import numpy as np
import sklearn.linear_model  # noqa: F401 - brings libraries of its own
from scipy import linalg  # noqa: F401 - brings libraries of its own
from threadpoolctl import threadpool_info


def test_linear_algebra_keeps_to_one_core() -> None:
    assert np.linalg.det(np.eye(2)) == 1
    pools = threadpool_info()
    assert len(pools) > 1
    assert {pool["num_threads"] for pool in pools} == {1}
