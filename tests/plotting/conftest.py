"""A drawing read back as XML, and a plot of curves."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest

from tricyclic.core.document import Figure
from tricyclic.core.plot_data import AxisMark, ControlLevel, CurvePlot, PointSet, Trace

SVG = "{http://www.w3.org/2000/svg}"
XLINK = "{http://www.w3.org/1999/xlink}"


class Drawing:
    """An SVG read back."""

    def __init__(self, figure: Figure) -> None:
        self.root = ElementTree.fromstring(figure.svg)

    @property
    def ids(self) -> list[str]:
        return [element.get("id", "") for element in self.root.iter() if element.get("id")]

    @property
    def references(self) -> set[str]:
        hrefs = {element.get(f"{XLINK}href", "") for element in self.root.iter()}
        text = ElementTree.tostring(self.root, encoding="unicode")
        return {name[1:] for name in hrefs if name.startswith("#")} | set(
            re.findall(r"url\(#([^)]+)\)", text)
        )

    @property
    def texts(self) -> list[str]:
        return ["".join(element.itertext()).strip() for element in self.root.iter(f"{SVG}text")]

    def symbols(self, colour: str) -> list[tuple[float, float]]:
        """Places of symbols drawn with a colour, as fill or as stroke."""
        return [
            (float(use.get("x", "nan")), float(use.get("y", "nan")))
            for use in self.root.iter(f"{SVG}use")
            if colour.lower() in use.get("style", "").lower()
            and "opacity" not in use.get("style", "")  # a band is not a symbol
        ]

    def lines(self, colour: str, dashed: bool) -> list[np.ndarray]:
        """Vertices of the lines of a colour, in points, arrays of shape (n, 2)."""
        lines = []
        for path in self.root.iter(f"{SVG}path"):
            style = path.get("style", "").lower()
            if (
                f"stroke: {colour.lower()}" in style
                and "fill: none" in style
                and ("dasharray" in style) == dashed
            ):
                numbers = [
                    float(x) for x in re.findall(r"-?\d+\.?\d*(?:e-?\d+)?", path.get("d", ""))
                ]
                lines.append(np.array(numbers).reshape(-1, 2))
        return lines


@pytest.fixture
def drawn():
    """Read a figure's SVG back."""
    return Drawing


@pytest.fixture
def competition() -> CurvePlot:
    """Twelve concentrations in triplicate, one well excluded, controls beside the axis."""
    rng = np.random.default_rng(3)
    x = np.repeat(np.linspace(-11, -5, 12), 3)

    def bound(log10_M: np.ndarray) -> np.ndarray:
        return 500 + 5000 / (1 + 10 ** (log10_M + 8.8))

    y = rng.normal(bound(x), 0.04 * bound(x))
    dense = np.linspace(-11.6, -4.4, 181)
    out = np.zeros(36, bool)
    out[4] = True
    return CurvePlot(
        "net run 1",
        "desipramine at NET",
        "log₁₀ [desipramine] (M)",
        "bound (dpm)",
        traces=(Trace("run 1", dense, bound(dense), 0.95 * bound(dense), 1.05 * bound(dense)),),
        points=(PointSet("run 1", x, y, out),),
        levels=(
            ControlLevel("total", [5400, 5500, 5650]),
            ControlLevel("NSB", [480, 510], "right"),
        ),
        marks=(AxisMark("Ki", -8.9, -9.0, -8.8, "Ki 1.26 nM (1.00 to 1.58)"),),
        percent_window=(500, 5500),
    )
