"""A calibration, and a validation, as text: observations, predictions, parameters."""

from __future__ import annotations

from tricyclic.core.ensemble import Identifiability, ObservationMisfit, Prior
from tricyclic.core.format import align_columns, format_number, pluralize, wrap_line
from tricyclic.core.observation import Observation
from tricyclic.results.calibration import MISSED_SD, CalibrationResult
from tricyclic.results.validation import ValidationResult, ValidationScore

MAX_INFORMING = 3
NO_BAND = "no band"


def calibration_text(result: CalibrationResult) -> str:
    """Misfit of each observation, width of each parameter, and how the ensemble was sampled."""
    ensemble = result.ensemble
    fitted = sum(row.fitted for row in result.observations)
    misfit = {row.id: row for row in ensemble.misfit}
    observations: list[tuple[str, ...]] = [
        ("observation", "observed", "best set", "5 to 95 %", "unit", "")
    ]
    observations += [_observation(row, misfit[row.id]) for row in result.observations]
    parameters: list[tuple[str, ...]] = [
        ("parameter", "start", "median", "5 to 95 %", "width", "informed by")
    ]
    parameters += [
        _parameter(prior, row)
        for prior, row in zip(ensemble.priors, ensemble.identifiability, strict=True)
    ]
    n_free = pluralize(len(ensemble.priors), "free parameter")
    counts = f"{pluralize(fitted, 'observation')}   {n_free}"
    lines = [
        f"{', '.join(result.scenarios)}   {counts}",
        f"  ensemble '{ensemble.name}', version {ensemble.version}: {len(ensemble)} parameter sets",
        "",
        *align_columns(observations),
        "",
        *align_columns(parameters),
        "",
        (
            "  width: posterior over prior standard deviation; 1 where the observations have no "
            "information"
        ),
        wrap_line(f"  {_sampling(result)}"),
    ]
    lines += [
        f"  warn   {one} and {other} exclude each other: no parameter set fits both"
        for one, other in result.conflicts
    ]
    lines += [wrap_line(f"  warn   {note}") for note in ensemble.notes]
    return "\n".join(lines)


def validation_text(result: ValidationResult) -> str:
    """Predictions beside the experiments, scenario by scenario, and their score."""
    lines: list[str] = []
    rows = list(zip(result.observations, result.predictions, result.ratios, strict=True))
    has_bands = any(row.has_band for row in result.predictions)
    for scenario, predicted_by in result.predicted_by.items():
        head = ("experiment", "observed", "predicted", "5 to 95 %", "unit", "ratio", "")
        table = [head] + [
            _validated(*row, has_bands=has_bands) for row in rows if row[0].scenario == scenario
        ]
        lines += [f"{scenario}, predicted by {predicted_by}", *align_columns(table), ""]
    lines += [wrap_line(line) for line in score_lines(result.score)]
    if has_bands and not all(row.has_band for row in result.predictions):
        lines.append("  no band: no calibrated parameter changes the prediction")
    lines += [wrap_line(f"  warn   {remark}") for remark in result.remarks]
    return "\n".join(lines)


def score_lines(score: ValidationScore) -> list[str]:
    """One or two lines on how well the predictions agree with the experiments."""
    lines = []
    if score.n_numbers:
        inside = (
            f", {score.n_inside_band} of {score.n_with_band} inside their 5 to 95 % band"
            if score.n_with_band
            else ""
        )
        lines.append(
            f"{pluralize(score.n_numbers, 'published number')}: geometric mean fold error "
            f"{score.fold_error:.2f}, predicted over observed {score.bias:.2f}, "
            f"{score.n_within_twofold} within twofold{inside}"
        )
    if score.n_limits:
        lines.append(
            f"{score.n_limits} published directions and limits: {score.n_limits_kept} kept"
        )
    return lines


def observed_text(row: Observation) -> str:
    """The published number or limit, without its unit."""
    return {
        "is": format_number(row.value),
        "above": f"> {format_number(row.low)}",
        "below": f"< {format_number(row.high)}",
        "between": f"{format_number(row.low)} to {format_number(row.high)}",
    }[row.qualifier]


def band_text(row: ObservationMisfit | Identifiability) -> str:
    """Limits of the 90 % band of an ensemble; "no band" where all sets give the same number."""
    if not row.low < row.high:
        return NO_BAND
    return f"{format_number(row.low)} to {format_number(row.high)}"


def _observation(row: Observation, misfit: ObservationMisfit) -> tuple[str, ...]:
    mark = "" if row.fitted else "not fitted"
    if row.fitted and abs(misfit.distance) > MISSED_SD:
        mark = f"{misfit.distance:+.1f} SD"
    return (
        row.id,
        observed_text(row),
        format_number(misfit.best),
        band_text(misfit),
        row.unit,
        mark,
    )


def _parameter(prior: Prior, row: Identifiability) -> tuple[str, ...]:
    informing = ", ".join(
        f"{name} ({100 * share:.0f} %)" for name, share in row.rows[:MAX_INFORMING]
    )
    return (
        prior.name,
        format_number(prior.start),
        format_number(row.median),
        band_text(row),
        f"{row.width:.2f}",
        informing or "the prior only",
    )


def _sampling(result: CalibrationResult) -> str:
    numbers = result.ensemble.sampling
    return (
        f"{numbers['runs']:.0f} runs; {numbers['walkers']:.0f} walkers for "
        f"{numbers['autocorrelation_times']:.0f} autocorrelation times of "
        f"{numbers['autocorrelation']:.0f} steps; {numbers['weighted_draws']:.0f} weighted draws, "
        f"{numbers['effective_draws']:.0f} effective; tail shape {numbers['tail']:.2f} "
        f"(reliable below 0.7)"
    )


def _validated(
    row: Observation, predicted: ObservationMisfit, ratio: float, *, has_bands: bool
) -> tuple[str, ...]:
    is_kept = not row.is_quantitative and row.accepts(predicted.median)
    return (
        row.id,
        observed_text(row),
        format_number(predicted.median),
        band_text(predicted) if has_bands else "",
        row.unit,
        "kept" if is_kept else f"{ratio:.2f}",
        row.description,
    )
