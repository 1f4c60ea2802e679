"""House style for static figures: colours, sizes and a font that has Chinese, set up once.

Nothing here is imported by a lesson's first cell; matplotlib is loaded when the first figure is asked for.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from servicelab.i18n import language

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Okabe & Ito's palette (2008, Color universal design), darkened until each stands out 3:1 from white.
COLOURS = ("#0072b2", "#c85200", "#008a63", "#b0578a", "#9a6b00", "#2f7fae", "#57606a")

#: Said again by the line, so that no series depends on its colour.
LINES = ("-", "--", "-.", ":", (0, (8, 2)), (0, (4, 1, 1, 1, 1, 1)), (0, (1, 1)))

LATIN_FONT = "DejaVu Sans"


@cache
def chinese_font() -> str:
    """Register Noto Sans SC with matplotlib and return its family name.

    The font comes from the package ``pylopdf-fonts-zh-cn`` (OFL): nothing is fetched and nothing on the machine is
    assumed. Takes effect once; later calls return at once.
    """
    from matplotlib import font_manager
    from pylopdf_fonts_zh_cn import sans_path

    path = str(sans_path())
    font_manager.fontManager.addfont(path)
    return str(font_manager.FontProperties(fname=path).get_name())


def style() -> dict[Any, Any]:
    """Return the matplotlib settings of the house, in the running language, as an ``rc`` mapping.

    Chinese comes first in the Chinese edition, so that digits and Latin letters match it; in the English edition it is
    the font that is asked when a customer's sentence is in Chinese.
    """
    from cycler import cycler

    chinese = chinese_font()
    return {
        "font.family": [chinese, LATIN_FONT] if language() == "zh" else [LATIN_FONT, chinese],
        "font.size": 10.5,
        "axes.unicode_minus": True,
        "axes.prop_cycle": cycler(color=COLOURS) + cycler(linestyle=LINES),
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.edgecolor": "#6e7781",
        "axes.labelcolor": "#1b1f24",
        "axes.titlelocation": "left",
        # The Chinese font has one weight; asking for bold would make matplotlib log to stderr, where nbgrader scores 0.
        "axes.titleweight": "normal",
        "axes.titlesize": 11.5,
        "axes.grid": True,
        "axes.axisbelow": True,
        "grid.color": "#d0d7de",
        "grid.linewidth": 0.8,
        "xtick.color": "#57606a",
        "ytick.color": "#57606a",
        "legend.frameon": False,
        "lines.linewidth": 2.0,
        "lines.markersize": 6.0,
        "figure.figsize": (7.2, 4.0),
        "figure.dpi": 110,
        "figure.constrained_layout.use": True,
        "svg.fonttype": "none",
        # The same figure gives the same bytes: element ids do not come from the clock.
        "svg.hashsalt": "servicelab",
    }


def use_house_style() -> None:
    """Make the house style matplotlib's current settings, for this kernel.

    Text that is added to a figure later (labels, legends) takes the settings of that moment, so they have to stay.
    """
    import matplotlib

    matplotlib.rcParams.update(style())


def figure(width: float = 7.2, height: float = 4.0) -> tuple[Figure, Axes]:
    """Return a figure and its axes in the house style; ``width`` and ``height`` in inches.

    >>> fig, ax = figure()
    >>> ax.spines["top"].get_visible()
    False
    """
    from matplotlib import pyplot

    use_house_style()
    fig, ax = pyplot.subplots(figsize=(width, height))
    return fig, ax
