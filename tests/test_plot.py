"""The house style draws Chinese and stays silent: stderr output would cost a graded cell its points."""

from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_chinese_figure_draws_without_a_word_on_stderr(language: str) -> None:
    code = f"""
import matplotlib; matplotlib.use("Agg")
from servicelab.i18n import use
from servicelab.plot import figure
with use("{language}"):
    fig, ax = figure()
    ax.plot([1, 2], [-3, 4], label="准时送达 on time")
    ax.set_title("准时率"); ax.set_xlabel("月份"); ax.legend()
    fig.savefig("/dev/null", format="png")
    print(ax.title.get_fontfamily())
"""
    done = subprocess.run([sys.executable, "-W", "always", "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr == ""
    assert "Noto Sans SC" in done.stdout


def test_importing_the_style_does_not_load_matplotlib() -> None:
    code = "import sys, servicelab.plot; print('matplotlib' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
