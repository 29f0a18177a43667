"""The methods paragraph of an assay, from its conditions and the choices of the analysis."""

from __future__ import annotations

from collections.abc import Sequence

from tricyclic.assays.binding.masked_sites import masked_sentence
from tricyclic.assays.binding.methods_conditions import counting_sentences, incubation_sentences
from tricyclic.core.analysis_options import AnalysisOptions
from tricyclic.core.condition_text import DEFAULT_MARK
from tricyclic.core.conditions import MeasuredValue
from tricyclic.core.estimate import Estimate
from tricyclic.core.format import format_number
from tricyclic.core.protocol import Protocol
from tricyclic.results.binding import PlateResult

_WEIGHTS = {
    "counting": "each reading weighted by the inverse of its expected variance, counting (Poisson) "
    "plus a proportional part estimated by restricted likelihood",
    "poisson": "each reading weighted by the inverse of its expected counting variance",
    "proportional": "each reading weighted by the inverse square of its expected value",
    "constant": "all readings weighted equally",
}
_WELLS = {
    "competition": "total, non-specific and competition wells",
    "homologous": "wells of labelled and unlabelled ligand",
    "saturation": "total and non-specific wells at all radioligand concentrations",
    "schild": "responses at all concentrations of agonist and antagonist",
    "allosteric": "wells at all concentrations of the modulator",
}


def methods_paragraph(
    plates: Sequence[PlateResult],
    protocol: Protocol | None,
    method: AnalysisOptions,
    equation: str = "",
    *,
    kind: str = "competition",
    pooled: Sequence[Estimate] = (),
) -> str:
    """The methods of an assay.

    Parameters
    ----------
    plates : sequence of PlateResult
        At least one; the text has the conditions of the first, and the number of runs.
    protocol : Protocol or None
        The protocol of the assay, if any.
    method : AnalysisOptions
    equation : str
        Of the fitted curve.
    kind : str
        Of the assay ("saturation").
    pooled : sequence of Estimate
        Pooled estimates, whose method is named.
    """
    conditions = plates[0].conditions
    sentences = [
        incubation_sentences(plates, kind, protocol),
        counting_sentences(plates),
        masked_sentence(conditions),
        _fitting(plates, kind, method, equation),
        _pooling(plates, pooled, method),
    ]
    return " ".join(sentence for sentence in sentences if sentence)


def joint_paragraph(
    plates: Sequence[PlateResult],
    assays: Sequence[str],
    method: AnalysisOptions,
    pooled: Sequence[Estimate] = (),
) -> str:
    """The methods of a joint fit of several assays of one target.

    Parameters
    ----------
    plates : sequence of PlateResult
        One per run, from `analyse_jointly`.
    assays : sequence of str
        Names of the assays.
    method : AnalysisOptions
    pooled : sequence of Estimate
        Pooled estimates, whose method is named.
    """
    first = plates[0]
    return (
        f"The wells of {' and '.join(assays)} of one run were fitted together with "
        f"'{first.model}': one Kd of the radioligand, one density of sites and one ratio of "
        "non-specifically bound to free radioligand for all of them, each plate with its own "
        f"scatter ({_WEIGHTS[first.fit.variance]}). Where there are rates, the Kd is koff / kon. "
        f"Limits of one run are {method.confidence * 100:g} % profile-likelihood limits. "
        f"{_pooling(plates, pooled, method)}"
    )


def _fitting(
    plates: Sequence[PlateResult], kind: str, method: AnalysisOptions, equation: str
) -> str:
    first = plates[0]
    law = f" [{equation}]" if equation else ""
    if first.plate is None:
        readings = f"The readings of the table (in {first.series[0].y_unit}, unchanged)"
        raw = ""
    else:
        readings = f"All {_WELLS.get(kind, 'wells at all times')} of a plate, as counted,"
        raw = "; nothing was subtracted or normalised before"
    return (
        f"{readings} were fitted together with '{first.model}'{law}, "
        f"{_WEIGHTS[first.fit.variance]}{raw}.{_fixed_values(first)} Limits of one plate are "
        f"{method.confidence * 100:g} % profile-likelihood limits{_ratios(plates)}."
    )


def _ratios(plates: Sequence[PlateResult]) -> str:
    """How the limits of ratios of rates were computed, where there are any."""
    has_ratio = any("(koff / kon)" in e.name for plate in plates for e in plate.estimates)
    return "; those of ratios of rates follow from the covariance" if has_ratio else ""


def _fixed_values(plate: PlateResult) -> str:
    """Sentences on the values that were not fitted."""
    text, kd = "", plate.conditions.radioligand_kd_nM
    if kd is not None and "log10_kd" in plate.fit and plate.fit["log10_kd"].fixed:
        source = f" ({kd.source})" if kd.source else ""
        mark = f" {DEFAULT_MARK}" if plate.conditions.is_default("radioligand_kd_nM") else ""
        text += f" The Kd of the radioligand was fixed at {_number(kd, 'nM')}{source}{mark}."
    rates = [
        parameter.name
        for parameter in plate.fit.parameters
        if parameter.fixed and parameter.name in ("log10_kon", "log10_koff")
    ]
    if rates:
        text += f" {' and '.join(rates)} of the radioligand were fixed at the values provided."
    return text


def _pooling(
    plates: Sequence[PlateResult], pooled: Sequence[Estimate], method: AnalysisOptions
) -> str:
    groups = {
        g: len({p.experiment for p in plates if p.group == g and not p.excluded})
        for g in dict.fromkeys(p.group for p in plates)
    }
    if max(groups.values()) < 2:
        return (
            f"There is one run, so no interval between runs can be given.{_shared_errors(plates)}"
        )
    runs = ", ".join(f"{n} in {group}" if group else str(n) for group, n in groups.items())
    methods = dict.fromkeys(
        e.method
        for e in pooled
        if e.n_experiments > 1 and "shared" not in e.method and "all runs share" not in e.method
    )
    how = f" ({'; '.join(methods)})" if methods else ""
    return (
        f"The independent runs ({runs}) are the unit of replication: affinities and densities are "
        f"averaged on the log scale, with a {method.confidence * 100:g} % interval from the "
        f"scatter between runs{how}.{_shared_errors(plates)}"
    )


def _shared_errors(plates: Sequence[PlateResult]) -> str:
    """A sentence on the interval with the stated errors that all runs share, if any are stated."""
    names = dict.fromkeys(
        share.name
        for plate in plates
        if not plate.excluded
        for share in plate.budget
        if share.shared and share.log10_se > 0
    )
    if not names:
        return ""
    return (
        f" A second interval also includes the stated standard errors of {', '.join(names)}, which "
        "all runs share; it is the result for comparison with other studies."
    )


def _number(number: MeasuredValue | None, unit: str) -> str:
    if number is None:
        return ""
    error = f" +/- {format_number(number.se, 2)} (SE)" if number.se else ""
    return f"{format_number(number.value)}{error} {unit}"
