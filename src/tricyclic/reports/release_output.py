"""What evoked release adds to a study: rows of the table of results, one for each arm that was
compared and one per culture.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from tricyclic.core.culture_arms import CultureArm
from tricyclic.core.format import format_number, format_p
from tricyclic.reports.experiments import ExperimentOutput, flags_of
from tricyclic.reports.frames.microdialysis import column_unit
from tricyclic.reports.results_table import ResultCell, ResultRow, TableCell, rounded
from tricyclic.results.release_study import ReleaseExperiment

# Column -> what it is, for the sheet "Read me" and docs/results.md.
COLUMNS = {
    "analyte": "transmitter that was measured",
    "control": "vehicle, with which an arm is compared",
    "n": "independent cultures",
    "ratio": "net release of the arm over that of the vehicle, geometric mean over cultures",
    "ratio_CI_low, ratio_CI_high": "its confidence limits",
    "p": "of that comparison, adjusted for the number of arms",
    "percent": "net release of a culture's arm in percent of its vehicle",
    "net_…": "net release of the vehicle of a culture, in the unit of the column",
}


def arm_rows(one: ReleaseExperiment) -> Iterator[ResultRow]:
    """One row for each arm that was compared with the vehicle."""
    result = one.response
    flags = flags_of(one)
    place: dict[str, TableCell] = {"assay": one.name, "analyte": result.transmitter}
    if result.ratio is None:
        end: dict[str, TableCell] = {"status": "no result: no drug with a vehicle", "flags": flags}
        yield ResultRow({**place, "n": len(result.cultures)}, {}, end)
        return
    for e in result.ratio.effects:
        own = {**place, "group": e.arm, "control": e.against, "n": e.n}
        if e.undefined:
            status = f"no ratio: {e.undefined}"
            yield ResultRow(own, {}, {"status": status, "flags": flags})
            continue
        ratio: dict[str, TableCell] = {
            "ratio": rounded(e.value),
            "ratio_CI_low": rounded(e.low),
            "ratio_CI_high": rounded(e.high),
            "p": rounded(e.p_adjusted, 2),
        }
        end = {
            "confidence": ResultCell(result.confidence),
            "status": "quantified",
            "flags": flags,
            "printed": f"{format_number(e.value)} ({format_number(e.low)}–"
            f"{format_number(e.high)}), {format_p(e.p_adjusted)}",
        }
        yield ResultRow(own, {"ratio": ratio}, end)


def culture_rows(one: ReleaseExperiment) -> Iterator[ResultRow]:
    """One row for each culture and arm with the stimulus."""
    result = one.response
    by_cell = {(m.culture, m.arm): m for m in result.means if m.n}
    vehicle = CultureArm(stimulus=result.stimulus)
    unit = column_unit(result.unit.replace(" ", "_"))
    for culture in result.cultures:
        base = by_cell.get((culture, vehicle))
        for (name, arm), mean in by_cell.items():
            if name != culture or arm.stimulus != result.stimulus:
                continue
            place: dict[str, TableCell] = {
                "assay": one.name,
                "analyte": result.transmitter,
                "group": arm.label(result.stimulus),
                "run": f"culture {culture}",
                "n": mean.n,
            }
            defined = base is not None and base.net > 0
            percent = 100.0 * mean.net / base.net if base is not None and defined else math.nan
            numbers: dict[str, TableCell] = {"percent": rounded(percent)} if defined else {}
            numbers[f"net{unit}"] = rounded(mean.net)
            yield ResultRow(place, {"percent": numbers}, {"status": "quantified"})
    for target, reason in one.excluded:
        place = {"assay": one.name, "analyte": result.transmitter, "run": target, "n": 0}
        yield ResultRow(place, {}, {"status": f"excluded: {reason}"})


RELEASE = ExperimentOutput(arm_rows, culture_rows, COLUMNS)
