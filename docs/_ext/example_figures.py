"""Figures of the pages, drawn from the data of their own examples before Sphinx reads them."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

FILE = re.compile(r"```text\n# file: (\S+)\n(.*?)```", re.DOTALL)


def standard_curve(folder: Path) -> str:
    """The figure of docs/standard_curves.md."""
    import tricyclic as tca
    from tricyclic.plotting.standard_curve import standard_curve as draw

    result = tca.interpolate(
        folder / "elisa.csv",
        x="conc:ng/mL",
        y=["OD_1", "OD_2"],
        sample="sample",
        dilution="dilution",
        weights="1/y^2",
        accept=20,
    )
    return draw(result, pdf=False).svg


def sensorgram(folder: Path) -> str:
    """The figure of docs/sensorgrams.md."""
    import tricyclic as tca
    from tricyclic.plotting.sensorgram import sensorgram as draw

    y = ["RU_1=3nM", "RU_2=10nM", "RU_3=30nM", "RU_4=100nM"]
    result = tca.sensorgram(folder / "spr.csv", x="time_s", y=y, injection="0:180")
    return draw(result, pdf=False).svg


# Page -> figures by the name of their file.
FIGURES: dict[str, dict[str, Callable[[Path], str]]] = {
    "sensorgrams": {"sensorgram": sensorgram},
    "standard_curves": {"standard_curve": standard_curve},
}


def draw_figures(app: Sphinx) -> None:
    """Write the figures of all pages into `figures`, those that changed."""
    target = Path(app.srcdir) / "figures"
    target.mkdir(exist_ok=True)
    for page, figures in FIGURES.items():
        text = (Path(app.srcdir) / f"{page}.md").read_text(encoding="utf-8")
        with tempfile.TemporaryDirectory() as folder:
            for name, content in FILE.findall(text):
                (Path(folder) / name).write_text(content, encoding="utf-8")
            for name, draw in figures.items():
                svg, file = draw(Path(folder)), target / f"{name}.svg"
                if not file.is_file() or file.read_text(encoding="utf-8") != svg:
                    file.write_text(svg, encoding="utf-8")


def setup(app: Sphinx) -> dict[str, Any]:
    """Draw before Sphinx reads the pages."""
    app.connect("builder-inited", draw_figures)
    return {"parallel_read_safe": True}
