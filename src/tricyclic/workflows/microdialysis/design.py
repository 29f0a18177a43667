"""Power and sample size of a microdialysis study."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import numpy as np

from tricyclic.assays.microdialysis.plan import PowerPlan, plan_study
from tricyclic.core.fractions import ResponseSettings
from tricyclic.core.progress import ProgressCallback, report_progress
from tricyclic.core.table import DataTable
from tricyclic.errors import InputError
from tricyclic.io.files import existing_file, file_content, source_name
from tricyclic.results.microdialysis import ScatterOfFractions
from tricyclic.results.microdialysis_design import MicrodialysisDesignResult
from tricyclic.workflows.base import refuse_without_effect
from tricyclic.workflows.microdialysis.analyse import run as analyse
from tricyclic.workflows.microdialysis.options import (
    AnalyseDialysisOptions,
    DialysisDesignOptions,
)
from tricyclic.workflows.output import check_output_folder

# Of a table alone: the options that the analysis has too.
_OF_TABLE = tuple(
    name
    for name in DialysisDesignOptions.__dataclass_fields__
    if name in AnalyseDialysisOptions.__dataclass_fields__
    and name not in ("baseline_fractions", "out")
)
_STATED = ("fraction_cv", "response_cv", "correlation")
# Window of a plan without data: so many fractions.
USUAL_BASELINE, USUAL_WINDOW = 4, 6
# Begin and end of the fractions of each animal [min after the treatment].
Spans = Sequence[Sequence[tuple[float, float]]]


def run(
    options: DialysisDesignOptions, on_progress: ProgressCallback | None = None
) -> MicrodialysisDesignResult:
    """Take the scatter from a study or as stated, and plan the next one."""
    check_output_folder(options.out)
    if not options.study:
        return _stated(options)
    refuse_without_effect(options, _STATED, "a plan without a study")
    name = source_name(cast("str | DataTable", options.study))
    if isinstance(options.study, str) and Path(options.study).suffix.lower() == ".json":
        refuse_without_effect(options, _OF_TABLE, "a table of values")
        return _from_json(options, options.study)
    report_progress(on_progress, 0, 1, f"reading {name}")
    result = analyse(
        AnalyseDialysisOptions(
            table=options.study,
            baseline_fractions=options.baseline_fractions or USUAL_BASELINE,
            **{name: getattr(options, name) for name in _OF_TABLE},
        )
    )
    if result.scatter is None:
        raise InputError(
            "the scatter between animals is not known",
            where=name,
            allowed="It needs a group of two animals or more, with several fractions each",
            do="State it with --fraction-cv and --response-cv",
        )
    spans = [[(f.start_min, f.end_min) for f in r.course.fractions] for r in result.responses]
    planned = plan_study(
        result.scatter,
        _plan(options, USUAL_BASELINE, _window_fractions(spans, result.settings.window_min)),
        groups=len(result.groups),
        source=f"from {len(result.responses)} animals of {name}",
        fraction_min=_fraction_min(spans),
    )
    return replace(planned, read_as=result.read_as, unused=result.unused)


def _window_fractions(spans: Spans, window_min: tuple[float, float]) -> int:
    """Median number of fractions that an animal has in the window."""
    if not spans:
        return USUAL_WINDOW
    low, high = window_min
    counts = [sum(min(end, high) > max(start, low) + 1e-9 for start, end in one) for one in spans]
    return max(1, round(float(np.median(counts))))


def _fraction_min(spans: Spans) -> float:
    """Median length of the fractions; nan without any."""
    lengths = [end - start for one in spans for start, end in one]
    return float(np.median(lengths)) if lengths else math.nan


def _plan(options: DialysisDesignOptions, baseline: int, window: int) -> PowerPlan:
    return PowerPlan(
        options.ratio,
        options.power,
        options.animals,
        options.baseline_fractions or baseline,
        options.window_fractions or window,
    )


def _stated(options: DialysisDesignOptions) -> MicrodialysisDesignResult:
    refuse_without_effect(options, _OF_TABLE, "a table of values")
    missing = [name for name in ("fraction_cv", "response_cv") if getattr(options, name) is None]
    if missing:
        raise InputError(
            "no study is given, and the scatter is not stated",
            where=missing[0],
            allowed="It is that of fractions and of responses between animals, in percent",
            do="Add a table or microdialysis.json, or --fraction-cv 15 --response-cv 25",
        )
    for name in ("fraction_cv", "response_cv"):
        value = getattr(options, name)
        if not (math.isfinite(value) and 0 <= value <= 500):
            raise InputError(f"is {value:g}", where=name, allowed="It is 0 to 500 %")
    correlation = 0.0 if options.correlation is None else options.correlation
    if not 0 <= correlation < 1:
        raise InputError(f"is {correlation:g}", where="correlation", allowed="It is 0 to below 1")
    fraction, response = (
        math.sqrt(math.log1p((getattr(options, name) / 100.0) ** 2))
        for name in ("fraction_cv", "response_cv")
    )
    scatter = ScatterOfFractions(fraction, correlation, response, math.nan, 0)
    source = (
        f"stated: CV {options.fraction_cv:g} % of fractions, {options.response_cv:g} % of "
        f"responses between animals, correlation {correlation:g}"
    )
    return plan_study(scatter, _plan(options, USUAL_BASELINE, USUAL_WINDOW), source=source)


def _from_json(options: DialysisDesignOptions, path: str) -> MicrodialysisDesignResult:
    file = existing_file(path)
    try:
        content = json.loads(file_content(file).decode("utf-8"))
    except (ValueError, UnicodeDecodeError):
        raise InputError(
            "is not a JSON document", where=file.name, do="Give microdialysis.json of an analysis"
        ) from None
    result = content.get("result", content) if isinstance(content, Mapping) else {}
    scatter = result.get("scatter") if isinstance(result, Mapping) else None
    numbers = ("fraction_sd", "correlation", "response_sd", "log_ratio_sd", "animals")
    if not isinstance(scatter, Mapping) or any(
        not isinstance(scatter.get(key), int | float) for key in numbers
    ):
        raise InputError(
            "has no scatter of fractions",
            where=file.name,
            allowed="It is microdialysis.json, or what microdialysis analyse --format json prints",
        )
    settings: Mapping[str, Any] = result.get("settings") or {}
    responses = result.get("responses") or []
    window = settings.get("window_min", ResponseSettings().window_min)
    spans = [[(f["start_min"], f["end_min"]) for f in r["course"]["fractions"]] for r in responses]
    groups = len({r["course"]["group"] for r in responses})
    return plan_study(
        ScatterOfFractions(**{key: scatter[key] for key in numbers}),
        _plan(
            options,
            int(settings.get("baseline_fractions", USUAL_BASELINE)),
            _window_fractions(spans, window),
        ),
        groups=groups,
        source=f"from {scatter['animals']} animals of {file.name}",
        fraction_min=_fraction_min(spans),
    )
