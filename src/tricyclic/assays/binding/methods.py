"""The methods paragraph of an assay, from its conditions and the choices of the analysis."""

from __future__ import annotations

from collections.abc import Sequence

from tricyclic.core.analysis_options import AnalysisOptions
from tricyclic.core.conditions import BindingConditions, MeasuredValue
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
        _incubation(conditions, protocol),
        _counting(conditions),
        _mask(conditions),
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


def _incubation(c: BindingConditions, protocol: Protocol | None) -> str:
    tissue = c.tissue or "Membranes"
    amount = f" ({_number(c.protein_ug, 'ug')} protein per well)" if c.protein_ug else ""
    ligand = f" were incubated with {c.radioligand or 'the radioligand'}"
    added = f" at {_number(c.radioligand_nM, 'nM')}" if c.radioligand_nM else ""
    volume = f" in {format_number(c.volume_uL)} uL" if c.volume_uL else ""
    buffer = f" of {c.buffer}" if c.buffer and volume else f" in {c.buffer}" if c.buffer else ""
    time = f" for {format_number(c.incubation_min)} min" if c.incubation_min else ""
    temperature = (
        f" at {format_number(c.temperature_C)} degC" if c.temperature_C is not None else ""
    )
    nsb = ""
    if c.nsb_drug:
        dose = f" ({format_number(c.nsb_drug_M * 1e6)} uM)" if c.nsb_drug_M else ""
        nsb = f" Non-specific binding was defined with {c.nsb_drug}{dose}."
    stopped = f" Incubation was stopped by filtration through {c.filter}." if c.filter else ""
    steps = f" The steps follow the protocol '{protocol.name}'." if protocol else ""
    first = f"{tissue[0].upper()}{tissue[1:]}{amount}{ligand}{added}{volume}{buffer}{time}"
    return f"{first}{temperature}.{nsb}{stopped}{steps}"


def _counting(c: BindingConditions) -> str:
    parts = []
    if c.counting_time_min:
        parts.append(f"wells were counted for {format_number(c.counting_time_min)} min")
    if c.counting_efficiency:
        parts.append(f"with an efficiency of {format_number(100 * c.counting_efficiency.value)} %")
    if c.specific_activity_Ci_per_mmol:
        activity = f"a specific activity of {_number(c.specific_activity_Ci_per_mmol, 'Ci/mmol')}"
        if c.reference_date and c.assay_date and c.isotope:
            if c.decay_convention == "specific_activity_falls":
                activity += (
                    f" on {c.reference_date.isoformat()}, corrected to "
                    f"{c.assay_date.isoformat()} for the decay of {c.isotope}"
                )
            else:
                activity += ", which decay does not change (carrier-free)"
        parts.append(f"and {activity}" if parts else activity)
    if not parts:
        return "Readings stay in their unit: the conditions do not allow a conversion to amounts."
    text = ", ".join(parts)
    return f"{text[0].upper()}{text[1:]}."


def _mask(c: BindingConditions) -> str:
    if not (c.mask and c.mask_M):
        return ""
    site = c.masked_site or "other"
    return (
        f"{c.mask} ({format_number(c.mask_M * 1e9)} nM) masked the {site} sites; the {site} sites "
        f"that it leaves free, and the {c.target} sites that it occupies, are part of the fit."
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
        text += f" The Kd of the radioligand was fixed at {_number(kd, 'nM')}{source}."
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
        return "There is one run, so no interval between runs can be given."
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
        f"scatter between runs{how}."
    )


def _number(number: MeasuredValue | None, unit: str) -> str:
    if number is None:
        return ""
    error = f" +/- {format_number(number.se, 2)} (SE)" if number.se else ""
    return f"{format_number(number.value)}{error} {unit}"
