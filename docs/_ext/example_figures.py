"""Figures of the pages, drawn from the data of their own examples before Sphinx reads them."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from page_figures import keep_empty
from sphinx.application import Sphinx

FILE = re.compile(r"```(?:text|toml)\n# file: (\S+)\n(.*?)```", re.DOTALL)


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


def report(folder: Path) -> str:
    """The first page of the report of docs/report.md."""
    import tricyclic as tca
    from tricyclic.reports.pdf import to_page_svgs
    from tricyclic.reports.study_report import study_document

    result = tca.affinity(
        folder / "net_run1.csv",
        layout=folder / "plate.toml",
        protocol="net-nisoxetine",
        unit="cpm",
        efficiency=0.45,
        counting_time_min=5,
        protein_ug="30 +/- 1.5 ug",
        tissue="rat cortex",
    )
    return to_page_svgs(study_document(result))[0]


def thumbnails(_: Path) -> str:
    """A page of thumbnails of docs/many_curves.md, of synthetic curves."""
    import numpy as np
    import pandas as pd

    import tricyclic as tca
    from tricyclic.plotting.curve_pages import PER_PAGE
    from tricyclic.reports.figures import drawings_of

    rng = np.random.default_rng(20261129)
    dose_uM = np.repeat(30.0 / 3.0 ** np.arange(10), 2)
    rows = []
    for k in range(PER_PAGE):
        ic50_uM, hill = 10 ** rng.uniform(-2.5, 2.0), rng.uniform(0.7, 1.4)
        effect = 0.0 if k % 9 == 4 else 100.0 / (1.0 + (ic50_uM / dose_uM) ** hill)
        readings = effect + rng.normal(0.0, 4.0, dose_uM.size)
        rows += [(f"SYN-{k + 1:04d}", x, y) for x, y in zip(dose_uM, readings, strict=True)]
    screen = pd.DataFrame(rows, columns=["Compound ID", "conc_uM", "pct_inhibition"])
    result = tca.fit_file(
        screen, curve_column="Compound ID", x_column="conc_uM", y_column="pct_inhibition"
    )
    return drawings_of(result)["thumbnails"].make().svg


def sensorgram(folder: Path) -> str:
    """The figure of docs/sensorgrams.md."""
    import tricyclic as tca
    from tricyclic.plotting.sensorgram import sensorgram as draw

    y = ["RU_1=3nM", "RU_2=10nM", "RU_3=30nM", "RU_4=100nM"]
    result = tca.sensorgram(folder / "spr.csv", x="time_s", y=y, injection="0:180")
    return draw(result, pdf=False).svg


def dialysis_course(folder: Path) -> str:
    """The courses of docs/microdialysis.md."""
    import tricyclic as tca
    from tricyclic.plotting.dialysis import dialysis_course as draw

    return draw(tca.microdialysis(folder / "ne.csv"), pdf=False).svg


def dialysis_animals(folder: Path) -> str:
    """The animals of docs/microdialysis.md."""
    import tricyclic as tca
    from tricyclic.plotting.dialysis import dialysis_animals as draw

    return draw(tca.microdialysis(folder / "ne.csv"), pdf=False).svg


def no_net_flux(folder: Path) -> str:
    """The lines of docs/microdialysis.md."""
    import tricyclic as tca
    from tricyclic.plotting.no_net_flux import no_net_flux_plot as draw

    return draw(tca.no_net_flux(folder / "flux.csv", control="vehicle"), pdf=False).svg


def probe_recovery(folder: Path) -> str:
    """The probes of docs/microdialysis.md."""
    import tricyclic as tca
    from tricyclic.plotting.probe_recovery import probe_recovery_plot as draw

    return draw(tca.probe_recovery(folder / "recovery.csv"), pdf=False).svg


def _synthetic_counts(folder: Path) -> Path:
    """The counts of docs/neurites.md."""
    import csv

    import numpy as np

    from tricyclic.simulation.virtual.neurite_counts import neurite_rows, synthetic_counts

    file = folder / "counts.csv"
    if not file.is_file():
        columns = neurite_rows(synthetic_counts(np.random.default_rng(1)))
        with file.open("w", encoding="utf-8", newline="") as out:
            csv.writer(out).writerows([list(columns), *zip(*columns.values(), strict=True)])
    return file


def neurites_arms(folder: Path) -> str:
    """The arms of docs/neurites.md."""
    import tricyclic as tca
    from tricyclic.plotting.neurites import neurite_arms_plot as draw

    result = tca.analyse_neurites(_synthetic_counts(folder), title="Imipramine and NGF")
    return draw(result, pdf=False).svg


def neurites_dose_response(folder: Path) -> str:
    """The percentages over concentration of docs/neurites.md."""
    import tricyclic as tca
    from tricyclic.plotting.neurites import dose_response_plot as draw

    result = tca.analyse_neurites(_synthetic_counts(folder))
    return draw(result, result.responses[0], pdf=False).svg


def neurites_thresholds(_: Path) -> str:
    """The effects over the threshold of docs/neurites.md."""
    import numpy as np

    import tricyclic as tca
    from tricyclic.plotting.neurites import thresholds_plot as draw
    from tricyclic.simulation.virtual.neurite_counts import (
        NeuriteTruth,
        neurite_rows,
        synthetic_cells,
    )

    cells = synthetic_cells(np.random.default_rng(1), NeuriteTruth(cells=30))
    return draw(tca.analyse_neurites(neurite_rows(cells)), pdf=False).svg


def excel_sheet(folder: Path) -> str:
    """The figure of docs/excel.md."""
    import tricyclic as tca

    result = tca.affinity(
        folder / "NET_12Nov.csv",
        unit="cpm",
        target="NET",
        radioligand="[3H]nisoxetine",
        radioligand_nM=0.5,
        kd_nM=0.8,
    )
    result.save(folder / "net.svg")
    return (folder / "net.svg").read_text(encoding="utf-8")


def screen_plates(_: Path) -> str:
    """The figure of docs/screens.md: a synthetic screen of twelve plates with an edge effect."""
    import numpy as np

    import tricyclic as tca
    from tricyclic.assays.screening.simulate_screen import ScreenFaults, simulate_single
    from tricyclic.reports.figures import drawings_of

    rng = np.random.default_rng(1)
    plates, _ = simulate_single(12, rng, faults=ScreenFaults(rim=15.0))
    rows = [
        (p.name, w.name, w.role.value, w.value, w.compound, w.concentration_M * 1e6)
        for p in plates
        for w in p.wells
    ]
    names = ("plate", "well", "role", "value", "compound", "concentration_uM")
    columns = dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))
    columns["concentration_uM"] = [x or np.nan for x in columns["concentration_uM"]]
    return drawings_of(tca.screen(columns))["plates"].make().svg


# Page -> figures by the name of their file.
def _dialysis_batch(folder: Path) -> Any:
    """The batch of docs/microdialysis.md, quantified."""
    import numpy as np

    import tricyclic as tca
    from tricyclic.simulation.virtual.dialysis_batch import DialysisDesign, synthetic_dialysis
    from tricyclic.simulation.virtual.dialysis_files import batch_files

    design = DialysisDesign(animals_per_group=2, fractions=8)
    batch = synthetic_dialysis(np.random.default_rng(5), design)
    for name, data in batch_files(batch).items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        if not path.is_file():
            path.write_bytes(data)
    return tca.quantify(
        folder / "samples.csv", method=folder / "method.toml", folder=folder / "raw", title="Day 1"
    )


def dialysis_batch(folder: Path) -> str:
    """The overview of docs/microdialysis.md."""
    from tricyclic.plotting.batch import batch_overview

    return batch_overview(_dialysis_batch(folder), "NE", pdf=False).svg


def dialysis_injections(folder: Path) -> str:
    """A page of injections of docs/microdialysis.md: some have an unlisted peak."""
    from tricyclic.plotting.injection_pages import injection_page

    return injection_page(_dialysis_batch(folder), 2).svg


@cache
def _ne_study(folder: Path) -> dict[str, str]:
    """Figures of the study of docs/microdialysis.md, beside the model, by their names."""
    import tricyclic as tca

    tca.new_study("microdialysis", folder / "ne_study")
    place = Path(tca.run_study(folder / "ne_study", compare=True).folder)
    return {path.stem: path.read_text(encoding="utf-8") for path in place.glob("figures/*.svg")}


def study_course(folder: Path) -> str:
    """The courses of the groups of the whole study."""
    return _ne_study(folder)["time-course"]


def study_batch(folder: Path) -> str:
    """The overview of the batch of the whole study."""
    return _ne_study(folder)["batch-ne"]


def study_model(folder: Path) -> str:
    """The measured course of the whole study over the simulated one."""
    return _ne_study(folder)["model"]


FIGURES: dict[str, dict[str, Callable[[Path], str]]] = {
    "excel": {"excel_sheet": excel_sheet},
    "many_curves": {"thumbnails": thumbnails},
    "microdialysis": {
        "dialysis_batch": dialysis_batch,
        "dialysis_injections": dialysis_injections,
        "dialysis_course": dialysis_course,
        "dialysis_animals": dialysis_animals,
        "study_course": study_course,
        "study_batch": study_batch,
        "study_model": study_model,
        "probe_recovery": probe_recovery,
        "no_net_flux": no_net_flux,
    },
    "neurites": {
        "neurites_arms": neurites_arms,
        "neurites_dose_response": neurites_dose_response,
        "neurites_thresholds": neurites_thresholds,
    },
    "report": {"report": report},
    "screens": {"screen_plates": screen_plates},
    "sensorgrams": {"sensorgram": sensorgram},
    "standard_curves": {"standard_curve": standard_curve},
}


def draw_figures(app: Sphinx) -> None:
    """Write the figures of all pages into `figures`, those that changed."""
    target = Path(app.srcdir) / "figures"
    target.mkdir(exist_ok=True)
    for page, figures in FIGURES.items():
        if not app.config.draw_pictures:
            for name in figures:
                keep_empty(target / f"{name}.svg")
            continue
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
