"""Cultures and wells of an evoked-release study for a wanted power."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping

from tricyclic.assays.release.design import plan_release
from tricyclic.core.progress import ProgressCallback
from tricyclic.errors import InputError
from tricyclic.io.files import existing_file, file_content
from tricyclic.results.release import ReleaseScatter
from tricyclic.results.release_design import ReleaseDesignResult
from tricyclic.workflows.base import refuse_without_effect
from tricyclic.workflows.output import check_output_folder
from tricyclic.workflows.release.options import ReleaseDesignOptions

USUAL_WELLS = 3
_NUMBERS = ("well_sd", "effect_sd", "log_ratio_sd", "wells", "cultures")


def run(
    options: ReleaseDesignOptions, on_progress: ProgressCallback | None = None
) -> ReleaseDesignResult:
    """Take the scatter from an analysis or as stated, and plan the study."""
    check_output_folder(options.out)
    if options.study:
        refuse_without_effect(options, ("well_cv", "effect_cv"), "a plan without a study")
        scatter, source = _from_json(options.study)
    else:
        scatter, source = _stated(options)
    usual = round(scatter.wells) if math.isfinite(scatter.wells) else USUAL_WELLS
    return plan_release(
        scatter,
        ratio=options.ratio,
        power=options.power,
        wells=options.wells or max(1, usual),
        cultures=options.cultures,
        arms=options.arms,
        source=source,
    )


def _stated(options: ReleaseDesignOptions) -> tuple[ReleaseScatter, str]:
    if options.well_cv is None or options.effect_cv is None:
        raise InputError(
            "no study is given, and the scatter is not stated",
            where="well_cv" if options.well_cv is None else "effect_cv",
            allowed="It is that of wells and of effects between cultures, in percent",
            do="Add release.json of an analysis, or --well-cv 20 --effect-cv 15",
        )
    sds = []
    for name, value in (("well_cv", options.well_cv), ("effect_cv", options.effect_cv)):
        if not (math.isfinite(value) and 0 <= value <= 500):
            raise InputError(f"is {value:g}", where=name, allowed="It is 0 to 500 %")
        sds.append(math.sqrt(math.log1p((value / 100.0) ** 2)))
    source = (
        f"stated: CV {options.well_cv:g} % of wells, {options.effect_cv:g} % of effects between "
        "cultures"
    )
    return ReleaseScatter(sds[0], sds[1], math.nan, math.nan, 0), source


def _from_json(path: str) -> tuple[ReleaseScatter, str]:
    file = existing_file(path)
    try:
        content = json.loads(file_content(file).decode("utf-8"))
    except (ValueError, UnicodeDecodeError):
        raise InputError(
            "is not a JSON document", where=file.name, do="Give release.json of an analysis"
        ) from None
    result = content.get("result", content) if isinstance(content, Mapping) else {}
    scatter = result.get("scatter") if isinstance(result, Mapping) else None
    if not isinstance(scatter, Mapping) or any(
        not isinstance(scatter.get(key), int | float) for key in _NUMBERS
    ):
        raise InputError(
            "has no scatter of wells and cultures",
            where=file.name,
            allowed="It is release.json, or what release analyse --format json prints",
        )
    return (
        ReleaseScatter(**{key: scatter[key] for key in _NUMBERS}),
        f"from {scatter['cultures']} cultures of {file.name}",
    )
