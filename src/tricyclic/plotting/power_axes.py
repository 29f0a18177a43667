"""What figures of power have in common: the wanted power, the plan, and the axes."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator, MultipleLocator

from tricyclic.plotting import style


def draw_power_axes(
    axes: Axes, size: int, power: float, *, target: float, over: str, place: int = 0
) -> None:
    """Draw the wanted power as a line and the plan as a circle, and label the axes.

    Parameters
    ----------
    axes : Axes
    size : int
        Of the plan: independent cultures, or animals in each group.
    power, target : float
        Of the plan, and the wanted one.
    over : str
        What the horizontal axis counts.
    place : int
        Number of the curve that the plan lies on.
    """
    axes.axhline(100.0 * target, color=style.GREY, linewidth=0.6, zorder=1)
    axes.plot([size], [100.0 * power], linestyle="none", zorder=4, **style.marker(place, 5.0))
    axes.set_xlabel(over)
    axes.set_ylabel("power (%)")
    axes.set_ylim(0.0, 102.0)
    axes.xaxis.set_major_locator(MaxNLocator(9, integer=True, steps=[1, 2, 5, 10]))
    axes.yaxis.set_major_locator(MultipleLocator(20))
