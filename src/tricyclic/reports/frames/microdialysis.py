"""Tables of a microdialysis study."""

from __future__ import annotations

import math
from typing import Any

from tricyclic.assays.microdialysis.nominal import nominal_levels
from tricyclic.core.fractions import PERCENT
from tricyclic.io.frames import Columns
from tricyclic.reports.frames.columns import with_unit
from tricyclic.results.microdialysis import GroupEffects, MicrodialysisResult
from tricyclic.stats.repeated_measures import CourseTests
from tricyclic.unit_table import UNKNOWN


def microdialysis_frames(result: MicrodialysisResult) -> dict[str, Columns]:
    """One row per animal; "effects", "sensitivity", "groups", "courses", "times", "fractions",
    "means", "left_out".
    """
    tables: dict[str, Columns] = {"animals": _animals(result)}
    if result.effects is not None:
        tables["effects"] = _effects([("primary", result.effects)])
        ways: list[tuple[str, GroupEffects]] = [
            (f"below limit {way}", effects) for way, effects in result.sensitivity
        ]
        if result.without_early is not None:
            ways.append(("without response before drug", result.without_early))
        if result.without_flagged is not None:
            ways.append(("without flagged animals", result.without_flagged))
        if ways:
            tables["sensitivity"] = _effects(ways)
        tables["groups"] = _groups(result, result.effects)
        if result.effects.courses is not None:
            tables["courses"] = _courses(result.effects.courses)
        at = result.effects.at_times
        tables["times"] = {
            "group": [one.group for one in at],
            "middle_min": [one.middle_min for one in at],
            "ratio": [one.ratio for one in at],
            "p_holm": [one.p_holm for one in at],
            "p_alone": [one.p_alone for one in at],
            "n": [one.n[0] for one in at],
            "n_control": [one.n[1] for one in at],
        }
    tables["fractions"] = _fractions(result)
    tables["means"] = _means(result)
    if result.left_out:
        tables["left_out"] = {
            "animal": [animal for animal, _ in result.left_out],
            "reason": [reason for _, reason in result.left_out],
        }
    if result.modelled:
        tables["model"] = _model(result)
    return tables


def column_unit(unit: str) -> str:
    """A unit as the end of a column name: "_nM", "_fmol_per_min"; empty where there is none."""
    return "" if unit in (UNKNOWN, PERCENT) else with_unit("", unit)


def _animals(result: MicrodialysisResult) -> dict[str, Any]:
    of, unit = result.responses, column_unit(result.unit)
    columns: dict[str, Any] = {
        "animal": [r.course.animal for r in of],
        "group": [r.course.group for r in of],
        f"baseline{unit}": [r.baseline.mean for r in of],
        "baseline_cv_percent": [r.baseline.cv_percent for r in of],
        "baseline_fractions": [len(r.baseline.names) for r in of],
        f"window_mean{unit}": [r.window_mean for r in of],
        "window_percent": [100.0 * math.exp(r.log_ratio) for r in of],
        "log_ratio": [r.log_ratio for r in of],
        "coverage_percent": [100.0 * r.coverage for r in of],
        "auc_net_percent_min": [r.auc_net for r in of],
        "auc_rises_percent_min": [r.auc_positive for r in of],
        f"cmax{unit}": [r.cmax for r in of],
        "cmax_percent": [r.cmax_percent for r in of],
        "tmax_min": [r.tmax_min for r in of],
        "return_min": [r.return_min for r in of],
        "flagged": [r.course.animal in result.flagged for r in of],
        "missing": ["; ".join(r.missing) for r in of],
    }
    if levels := nominal_levels(result):
        columns["recovery_in_vitro_percent"] = [100.0 * one.recovery.value for one in levels]
        columns["nominal_tissue_baseline_nM"] = [one.value for one in levels]
        columns["nominal_tissue_baseline_se_nM"] = [one.se for one in levels]
    return columns


def _effects(ways: list[tuple[str, GroupEffects]]) -> dict[str, Any]:
    rows = [(label, effects, one) for label, effects in ways for one in effects.effects]
    n = [{s.group: s.n for s in effects.summaries} for _, effects, _ in rows]
    return {
        "analysis": [label for label, _, _ in rows],
        "group": [one.group for _, _, one in rows],
        "control": [one.control for _, _, one in rows],
        "ratio": [one.ratio for _, _, one in rows],
        "low": [one.low for _, _, one in rows],
        "high": [one.high for _, _, one in rows],
        "p": [one.p for _, _, one in rows],
        "p_alone": [one.p_alone for _, _, one in rows],
        "df": [one.df for _, _, one in rows],
        "n": [counts[one.group] for counts, (_, _, one) in zip(n, rows, strict=True)],
        "n_control": [counts[one.control] for counts, (_, _, one) in zip(n, rows, strict=True)],
        "test": [effects.test for _, effects, _ in rows],
    }


def _groups(result: MicrodialysisResult, effects: GroupEffects) -> dict[str, Any]:
    of, unit = effects.summaries, column_unit(result.unit)
    return {
        "group": [s.group for s in of],
        "n": [s.n for s in of],
        f"baseline{unit}": [s.baseline.value for s in of],
        f"baseline_low{unit}": [s.baseline.low for s in of],
        f"baseline_high{unit}": [s.baseline.high for s in of],
        "window_percent": [s.percent for s in of],
        "low_percent": [s.low for s in of],
        "high_percent": [s.high for s in of],
    }


def _courses(tests: CourseTests) -> dict[str, Any]:
    terms = {
        "groups": tests.groups,
        "times": tests.times,
        "groups x times": tests.interaction,
    }
    of = list(terms.values())
    return {
        "term": list(terms),
        "f": [one.statistic for one in of],
        "df": [one.df[0] for one in of],
        "df_residual": [one.df[1] for one in of],
        "p": [one.p for one in of],
        "epsilon": [tests.epsilon if name != "groups" else math.nan for name in terms],
        "method": [tests.method] * len(of),
        "missing": [tests.missing] * len(of),
    }


def _fractions(result: MicrodialysisResult) -> dict[str, Any]:
    unit = column_unit(result.unit)
    rows = [
        (r, f, percent)
        for r in result.responses
        for f, percent in zip(r.course.fractions, r.percent, strict=True)
    ]
    return {
        "animal": [r.course.animal for r, _, _ in rows],
        "group": [r.course.group for r, _, _ in rows],
        "fraction": [f.name for _, f, _ in rows],
        "start_min": [f.start_min for _, f, _ in rows],
        "end_min": [f.end_min for _, f, _ in rows],
        f"value{unit}": [f.value for _, f, _ in rows],
        "percent_of_baseline": [float(percent) for _, _, percent in rows],
        "in_baseline": [f.name in r.baseline.names for r, f, _ in rows],
        "state": [f.state for _, f, _ in rows],
        "excluded": [f.excluded for _, f, _ in rows],
        "note": [f.note for _, f, _ in rows],
    }


def _means(result: MicrodialysisResult) -> dict[str, Any]:
    of, unit = result.means, column_unit(result.unit)
    return {
        "group": [m.group for m in of],
        "start_min": [m.start_min for m in of],
        "end_min": [m.end_min for m in of],
        "n": [m.n for m in of],
        "percent_of_baseline": [m.percent for m in of],
        "percent_sem": [m.percent_sem for m in of],
        f"mean{unit}": [m.value for m in of],
        f"sem{unit}": [m.value_sem for m in of],
    }


def _model(result: MicrodialysisResult) -> dict[str, Any]:
    """Measured means beside the model in the same windows."""
    rows = [
        (course, one, mean)
        for course in result.modelled
        for one, mean in zip(
            course.fractions, [m for m in result.means if m.group == course.group], strict=True
        )
    ]
    table = {
        "group": [course.group for course, _, _ in rows],
        "treatment": [course.treatment for course, _, _ in rows],
        "start_min": [one.start_min for _, one, _ in rows],
        "end_min": [one.end_min for _, one, _ in rows],
        "n": [mean.n for _, _, mean in rows],
        "measured_percent": [mean.percent for _, _, mean in rows],
        "measured_percent_sem": [mean.percent_sem for _, _, mean in rows],
        "model_percent": [one.percent for _, one, _ in rows],
        "model_percent_low": [one.percent_low for _, one, _ in rows],
        "model_percent_high": [one.percent_high for _, one, _ in rows],
    }
    if any(course.absolute for course, _, _ in rows):
        table |= {
            "measured_nM": [mean.value for _, _, mean in rows],
            "measured_nM_sem": [mean.value_sem for _, _, mean in rows],
            "model_nM": [one.level_nM for _, one, _ in rows],
            "model_nM_low": [one.low_nM for _, one, _ in rows],
            "model_nM_high": [one.high_nM for _, one, _ in rows],
        }
    return table
