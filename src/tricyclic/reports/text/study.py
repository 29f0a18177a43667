"""The text of the study and binding commands: estimates with interval and n, then the checks."""

from __future__ import annotations

from collections.abc import Mapping

from tricyclic.core.curve_model import CurveModel
from tricyclic.core.estimate import (
    Estimate,
    format_estimate,
    format_interval,
    format_p_scale,
    p_scale_name,
)
from tricyclic.core.format import format_number, pluralize, wrap_line
from tricyclic.reports.text.checks import check_lines
from tricyclic.reports.text.unused import unused_lines
from tricyclic.reports.words import fit_check
from tricyclic.results.binding import (
    LOGISTIC_SLOPE,
    AssayResult,
    StudyResult,
    is_of_logistic,
)
from tricyclic.results.study_run import DemoResult, NewStudyResult, StudyRunResult, VerifyResult

# What stands for the name of the curve beside an IC50 and its slope.
LOGISTIC = "logistic, slope free"


def study_run_text(result: StudyRunResult) -> str:
    """The estimates and checks of each assay, and the folder of the results."""
    text = study_text(result.study, result.curves)
    text += "".join(f"\n{line}" for line in unused_lines(result.unused_files))
    return text + (f"\n\nresults  {result.folder}" if result.folder else "")


def demo_text(result: DemoResult) -> str:
    """The estimates and checks, and the paths of the reports."""
    reports = "\n".join(f"report   {path}" for path in result.reports)
    text = study_text(result.study, result.curves)
    text += "".join(f"\n{line}" for line in unused_lines(result.unused_files))
    return f"{text}\n\n{reports}"


def new_study_text(result: NewStudyResult) -> str:
    """The new files, and the next steps."""
    files = "\n".join(f"  {name}" for name in result.written)
    if all(name.endswith(".xlsx") for name in result.written):
        book = f"{result.folder}/{result.written[0]}"
        return (
            f"{result.folder}\n{files}\n\n"
            "Its readings are simulated. Paste yours into the sheet Plate, complete Layout and "
            f"Conditions, then run: tricyclic study run {book}"
        )
    if result.runs:
        return f"{result.folder}\n{files}\n\nIt is synthetic. Run it: tricyclic run {result.folder}"
    return (
        f"{result.folder}\n{files}\n\n"
        f"Copy the raw files to {result.folder}/raw and complete study.toml, then run: "
        f"tricyclic study run {result.folder}"
    )


def verify_text(result: VerifyResult) -> str:
    """Whether the files were reproduced, or the first difference."""
    if not result.verified:
        return f"not reproduced   {result.difference}"
    files, entries = pluralize(result.compared, "file"), result.log_lines
    text = f"reproduced   {files} of {result.results}, byte for byte"
    # A workbook has no log.
    if not entries:
        return text
    return f"{text}; {entries} log {'entry' if entries == 1 else 'entries'} verified"


def study_text(study: StudyResult, curves: Mapping[str, CurveModel]) -> str:
    """The estimates of a study, assay by assay, each with its curve model, and its checks."""
    lines = [wrap_line(f"Synthetic data: {study.synthetic}")] if study.synthetic else []
    for assay in study.assays:
        if len(study.assays) > 1:
            lines += [""] if _names_itself(assay) else ["", assay.title]
        lines += _estimates(assay, curves)
        lines += [wrap_line(f"  {comparison.statement}") for comparison in assay.comparisons]
        lines += check_lines(assay.all_checks())
    for one in study.experiments:
        lines += [""] if lines else []
        lines.append(one.summary())
    if study.comparisons or study.selectivity:
        lines += ["", "Comparisons"]
        lines += [wrap_line(f"  {comparison.statement}") for comparison in study.comparisons]
        lines += [wrap_line(f"  {format_estimate(estimate)}") for estimate in study.selectivity]
    lines += check_lines(study.checks)
    if study.exclusions:
        lines += ["", "Exclusions"]
        lines += [
            f"  {e.target}   {e.reason} ({e.excluded_by}, {e.excluded_on})"
            for e in study.exclusions
        ]
    lines += [wrap_line(f"  read as   {part}") for part in study.read_as]
    lines += unused_lines(study.unused)
    return "\n".join(lines).strip("\n")


def _estimates(assay: AssayResult, curves: Mapping[str, CurveModel]) -> list[str]:
    names = dict.fromkeys(plate.model for plate in assay.plates if plate.model)
    model = "; ".join(curves[name].description if name in curves else name for name in names)
    groups = {plate.group for plate in assay.plates} - {""}
    slopes = {(e.subject, e.where): e for e in assay.pooled if e.name == LOGISTIC_SLOPE}
    lines = []
    for estimate in _in_order(assay):
        group = f"{estimate.where}   " if estimate.where in groups else ""
        slope = slopes.get((estimate.subject, estimate.where))
        if is_of_logistic(estimate, assay):
            if estimate.name != LOGISTIC_SLOPE:
                text = _with_slope(with_p_scale(estimate), slope)
                lines.append(wrap_line(f"{group}{text}   {LOGISTIC}"))
        else:
            verdict = _verdict(assay, estimate.where if group else "")
            line = f"{group}{with_p_scale(estimate)}   {model}{verdict}"
            lines.append(wrap_line(line.rstrip()))
    return lines


def _in_order(assay: AssayResult) -> list[Estimate]:
    """The pooled estimates, each IC50 of a logistic after the Ki of its compound."""
    others = [e for e in assay.pooled if is_of_logistic(e, assay)]
    ordered: list[Estimate] = []
    for estimate in assay.pooled:
        if estimate in others:
            continue
        ordered.append(estimate)
        if estimate.name == "Ki":
            key = (estimate.subject, estimate.where)
            ordered += [e for e in others if (e.subject, e.where) == key]
    # Beside the two affinities of two sites there is no Ki to follow.
    return ordered + [e for e in others if e not in ordered]


def _with_slope(text: str, slope: Estimate | None) -> str:
    """The line of an IC50, with the slope of the same logistic before its n."""
    if slope is None:
        return text
    head, separator, n = text.rpartition("   ")
    return f"{head}{separator}nH {format_number(slope.value)} ({format_interval(slope)})   {n}"


def with_p_scale(estimate: Estimate) -> str:
    """The line of an estimate, with the pKi of a Ki before its n."""
    text, p_scale = format_estimate(estimate), format_p_scale(estimate)
    if not p_scale:
        return text
    head, separator, n = text.rpartition("   ")
    return f"{head}{separator}{p_scale_name(estimate)} {p_scale}   {n}"


def _verdict(assay: AssayResult, group: str) -> str:
    """What follows the name of a curve that the readings do not follow."""
    check = fit_check(assay, group)
    if check is None or check.level == "pass":
        return ""
    strength = "does not follow the readings" if check.level == "fail" else "may not fit"
    # The check is of all curves that are fitted together, of which one may be meant.
    subjects = {e.subject for e in assay.pooled if e.where == group or not group} - {""}
    which = "a curve of this fit " if len(subjects) > 1 else ""
    return f" ({which}{strength}: see model_fits)"


def _names_itself(assay: AssayResult) -> bool:
    """Whether a line of an estimate begins with the title of the assay."""
    return any(
        format_estimate(estimate).startswith(f"{assay.title}  ") for estimate in assay.pooled
    )
