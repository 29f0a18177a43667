"""A calibration as files: the ensemble for a library, the misfit and information tables, the figures."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from tricyclic.jobs._calibrated import Calibrated
from tricyclic.jobs._ensemble_files import ensemble_files
from tricyclic.jobs._json import as_json_bytes
from tricyclic.plotting.identifiability import identifiability, informed_by
from tricyclic.plotting.misfit import misfit

if TYPE_CHECKING:
    from collections.abc import Mapping


def files_of(found: Calibrated) -> dict[str, bytes]:
    """Name of each file and its bytes; the same calibration gives the same bytes."""
    name = found.ensemble.name
    files = ensemble_files(found.ensemble)
    files[f"{name}-misfit.csv"] = _misfit(found)
    files[f"{name}-information.csv"] = _square(found.shares)
    files[f"{name}-widening.csv"] = _square(found.needed)
    files[f"{name}-result.json"] = as_json_bytes(
        {"schema": "tricyclic-calibrate/1", "result": found.as_json()}
    )
    files[f"{name}-summary.txt"] = (found.as_text() + "\n").encode("utf-8")
    for figure in (
        misfit(
            found.observations,
            found.ensemble.misfit,
            name=f"{name}-misfit",
            title="Predicted and observed",
        ),
        identifiability(
            found.ensemble,
            name=f"{name}-identifiability",
            title="What the observations say of each parameter",
        ),
        informed_by(
            found.shares,
            name=f"{name}-information",
            title="Which observation informs which parameter",
        ),
    ):
        files[f"{figure.name}.svg"] = figure.svg.encode("utf-8")
        files[f"{figure.name}.pdf"] = figure.pdf
    return files


def _misfit(found: Calibrated) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    head = "id,topic,says,relation,value,low,high,sd_log,unit,fitted,conflicts_with,best,median,p5,p95,distance,share,source,note"
    writer.writerow(head.split(","))
    for row, item in zip(found.observations, found.ensemble.misfit, strict=True):
        numbers = [row.value, row.low, row.high, row.sd_log]
        writer.writerow(
            [
                row.id,
                row.topic,
                row.says,
                row.relation,
                *("" if n != n else f"{n:.6g}" for n in numbers),
                row.unit,
                "yes" if row.fitted else "no",
                "; ".join(row.conflicts_with),
                *(
                    f"{n:.6g}"
                    for n in (
                        item.best,
                        item.middle,
                        item.low,
                        item.high,
                        item.distance,
                        item.share,
                    )
                ),
                row.source,
                row.note,
            ]
        )
    return text.getvalue().encode("utf-8")


def _square(table: Mapping[str, Mapping[str, float]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    names = list(next(iter(table.values())))
    writer.writerow(["observation", *names])
    for row, numbers in table.items():
        writer.writerow([row, *(f"{numbers[name]:.4g}" for name in names)])
    return text.getvalue().encode("utf-8")
