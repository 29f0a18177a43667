"""Many fitted curves as small panels on pages: what the figure of thumbnails shows.

Doses are logarithms in the unit of the axis, unless the axis is linear.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

# What could be determined of a curve, which is its colour.
Outcome = Literal["value", "limit", "flat", "none"]
FLAT = ("flat", "not distinguishable from flat", "constant readings")
WITHOUT_LINE = ("not monotone", "not converged")


@dataclass(frozen=True)
class SmallCurve:
    """One panel.

    Parameters
    ----------
    label : str
        Name of the curve.
    x, y : array, shape (n,)
        Readings; x in the unit of the axis, -inf for a well without compound; y nan where missing.
    status : str
        Status of the fit.
    text : str
        Printed value: "12.3", "> 10000", "n.d.".
    expected : function of array to array, or None
        Fitted readings at settings of the axis; of several curves in one panel shape (k, n). None
        where there is no fit.
    """

    label: str
    x: np.ndarray
    y: np.ndarray
    status: str
    text: str
    expected: Callable[[np.ndarray], np.ndarray] | None = None

    @property
    def outcome(self) -> Outcome:
        """What could be determined."""
        if self.status in FLAT:
            return "flat"
        if self.text.startswith((">", "<")):
            return "limit"
        return "none" if self.text == "n.d." else "value"


@dataclass(frozen=True)
class CurveSheet:
    """The panels of a figure.

    Parameters
    ----------
    title : str
        What the curves are of, such as the name of a file.
    curves : sequence of SmallCurve
        Those that are drawn.
    total : int
        All curves of the result.
    unit : str
        Unit of the axis.
    value_name : str
        What is printed: "IC50".
    axis_name : str
        "dose", "time".
    value_unit : str
        Unit of the printed values.
    is_percent : bool
        Whether readings are percent, so that all panels have the same axis from 0 to 100.
    is_log : bool
        Whether the axis is logarithmic.
    """

    title: str
    curves: Sequence[SmallCurve]
    total: int
    unit: str
    value_name: str = "IC50"
    axis_name: str = "dose"
    value_unit: str = ""
    is_percent: bool = False
    is_log: bool = True
