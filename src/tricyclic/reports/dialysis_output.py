"""What microdialysis adds to a study: rows of the table of results, one for each treatment and one
per animal, and the pictures of all injections.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from tricyclic.core.format import format_number, format_p
from tricyclic.plotting.injection_pages import injection_book
from tricyclic.reports.experiments import ExperimentOutput, flags_of
from tricyclic.reports.frames.microdialysis import column_unit
from tricyclic.reports.results_table import ResultCell, ResultRow, TableCell, rounded
from tricyclic.results.dialysis_study import DialysisExperiment

INJECTIONS = "injections.pdf"
# Column -> what it is, for the sheet "Read me" and docs/results.md.
COLUMNS = {
    "analyte": "compound that was measured in the dialysate",
    "control": "group that a treatment is compared with",
    "n, n_control": "animals of the treatment and of the control",
    "ratio": "geometric mean of the window over baseline, treatment over control",
    "ratio_CI_low, ratio_CI_high": "its confidence limits",
    "p": "of the primary test, adjusted for the number of treatments",
    "percent": "the window as percent of baseline, geometric mean of the animals of the treatment",
    "baseline_…": "mean level before the treatment, in the unit of the column",
}


def animal_rows(one: DialysisExperiment) -> Iterator[ResultRow]:
    """One row for each animal."""
    unit = column_unit(one.response.unit)
    for r in one.response.responses:
        place: dict[str, TableCell] = {
            "assay": one.name,
            "analyte": one.response.analyte,
            "group": r.course.group,
            "run": r.course.animal,
            "n": 1,
        }
        percent = 100.0 * math.exp(r.log_ratio)
        numbers: dict[str, TableCell] = {
            "percent": rounded(percent),
            f"baseline{unit}": rounded(r.baseline.mean),
        }
        status = "flagged" if r.course.animal in one.response.flagged else "quantified"
        yield ResultRow(place, {"percent": numbers}, {"status": status})
    for name, reason in one.response.left_out:
        place = {"assay": one.name, "analyte": one.response.analyte, "run": name, "n": 0}
        yield ResultRow(place, {}, {"status": f"excluded: {reason}"})


def treatment_rows(one: DialysisExperiment) -> Iterator[ResultRow]:
    """One row for each treatment, or each group where nothing is compared."""
    result = one.response
    flags = flags_of(one)
    if result.effects is None:
        for group in result.groups:
            n = sum(r.course.group == group for r in result.responses)
            place: dict[str, TableCell] = {
                "assay": one.name,
                "analyte": result.analyte,
                "group": group,
                "n": n,
            }
            yield ResultRow(place, {}, {"status": "no result: not compared", "flags": flags})
        return
    summaries = {s.group: s for s in result.effects.summaries}
    unit = column_unit(result.unit)
    for effect in result.effects.effects:
        own = summaries[effect.group]
        place = {
            "assay": one.name,
            "analyte": result.analyte,
            "group": effect.group,
            "control": effect.control,
            "n": own.n,
            "n_control": summaries[effect.control].n,
        }
        ratio: dict[str, TableCell] = {
            "ratio": rounded(effect.ratio),
            "ratio_CI_low": rounded(effect.low),
            "ratio_CI_high": rounded(effect.high),
            "p": rounded(effect.p, 2),
        }
        percent: dict[str, TableCell] = {
            "percent": rounded(own.percent),
            "percent_CI_low": rounded(own.low),
            "percent_CI_high": rounded(own.high),
        }
        if unit:
            percent[f"baseline{unit}"] = rounded(own.baseline.value)
        end: dict[str, TableCell] = {
            "confidence": ResultCell(result.confidence),
            "status": "quantified",
            "flags": flags,
            "printed": f"{format_number(effect.ratio)} ({format_number(effect.low)}–"
            f"{format_number(effect.high)}), {format_p(effect.p)}",
        }
        yield ResultRow(place, {"ratio": ratio, "percent": percent}, end)


def injection_files(one: DialysisExperiment) -> dict[str, bytes]:
    """A PDF with the picture of each injection."""
    if one.batch is None or not one.batch.traces:
        return {}
    return {INJECTIONS: injection_book(one.batch)}


DIALYSIS = ExperimentOutput(treatment_rows, animal_rows, COLUMNS, injection_files)
