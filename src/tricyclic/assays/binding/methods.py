"""The methods paragraph of an assay, written from what was really done and stated."""

from __future__ import annotations

from collections.abc import Sequence

from tricyclic.core.analysis_options import BindingMethod
from tricyclic.core.conditions import BindingConditions, Measured
from tricyclic.core.estimate import Estimate
from tricyclic.core.format import figures
from tricyclic.core.protocol import Protocol
from tricyclic.results.binding import PlateResult

_WEIGHTS = {
    "counting": "each reading weighted by the inverse of its expected variance, counting (Poisson) plus a proportional part "
    "estimated by restricted likelihood",
    "poisson": "each reading weighted by the inverse of its expected counting variance",
    "proportional": "each reading weighted by the inverse square of what the curve expects",
    "constant": "all readings weighted alike",
}


def methods_paragraph(
    plates: Sequence[PlateResult],
    protocol: Protocol | None,
    method: BindingMethod,
    equation: str = "",
    *,
    kind: str = "competition",
    pooled: Sequence[Estimate] = (),
) -> str:
    """Write the methods of an assay.

    Parameters
    ----------
    plates : sequence of PlateResult
        At least one; the conditions of the first are told, and how many runs there are.
    protocol : Protocol or None
        Where the assay followed one.
    method : BindingMethod
    equation : str
        Of the curve that was fitted.
    kind : str
        Of the assay ("saturation").
    pooled : sequence of Estimate
        Numbers over the runs, whose own method is told.
    """
    first = plates[0]
    sentences = [
        _at_the_bench(first.conditions, protocol),
        _counted(first.conditions),
        _mask(first.conditions),
    ]
    sentences.append(_fitted(plates, kind, method, equation))
    sentences.append(_pooled(plates, pooled, method))
    return " ".join(sentence for sentence in sentences if sentence)


def joint_paragraph(
    plates: Sequence[PlateResult],
    assays: Sequence[str],
    method: BindingMethod,
    pooled: Sequence[Estimate] = (),
) -> str:
    """Write how several assays of one target were fitted together.

    Parameters
    ----------
    plates : sequence of PlateResult
        One per run, from `analyse_jointly`.
    assays : sequence of str
        Names of the assays.
    method : BindingMethod
    pooled : sequence of Estimate
        Numbers over the runs.
    """
    first = plates[0]
    return (
        f"The wells of {' and '.join(assays)} of one run were fitted together with '{first.model}': one Kd of the radioligand, one density "
        f"of sites and one ratio of non-specifically bound to free radioligand for all of them, each plate with its own scatter "
        f"({_WEIGHTS[first.fit.variance]}). Where there are rates, the Kd is koff / kon. Limits of one run are "
        f"{method.confidence * 100:g} % profile-likelihood limits. {_pooled(plates, pooled, method)}"
    )


def _at_the_bench(c: BindingConditions, protocol: Protocol | None) -> str:
    tissue = c.tissue or "Membranes"
    amount = f" ({_told(c.protein_ug, 'ug')} protein per well)" if c.protein_ug else ""
    with_hot = f" were incubated with {c.radioligand or 'the radioligand'}"
    hot = f" at {_told(c.radioligand_nM, 'nM')}" if c.radioligand_nM else ""
    volume = f" in {figures(c.volume_uL)} uL" if c.volume_uL else ""
    buffer = f" of {c.buffer}" if c.buffer and volume else f" in {c.buffer}" if c.buffer else ""
    how_long = f" for {figures(c.incubation_min)} min" if c.incubation_min else ""
    warm = f" at {figures(c.temperature_C)} degC" if c.temperature_C is not None else ""
    nsb = ""
    if c.nsb_drug:
        dose = f" ({figures(c.nsb_drug_M * 1e6)} uM)" if c.nsb_drug_M else ""
        nsb = f" Non-specific binding was defined with {c.nsb_drug}{dose}."
    stopped = f" Incubation was stopped by filtration through {c.filter}." if c.filter else ""
    lead = (
        f"{tissue[0].upper()}{tissue[1:]}{amount}{with_hot}{hot}{volume}{buffer}{how_long}{warm}."
    )
    named = f" The steps follow the protocol '{protocol.name}'." if protocol else ""
    return lead + nsb + stopped + named


def _counted(c: BindingConditions) -> str:
    said = []
    if c.counting_time_min:
        said.append(f"wells were counted for {figures(c.counting_time_min)} min")
    if c.counting_efficiency:
        said.append(f"with an efficiency of {figures(100 * c.counting_efficiency.value)} %")
    if c.specific_activity_Ci_per_mmol:
        activity = f"a specific activity of {_told(c.specific_activity_Ci_per_mmol, 'Ci/mmol')}"
        if (
            c.reference_date
            and c.assay_date
            and c.isotope
            and c.decay_convention == "specific_activity_falls"
        ):
            activity += f" on {c.reference_date.isoformat()}, carried to {c.assay_date.isoformat()} by the decay of {c.isotope}"
        elif c.reference_date and c.assay_date and c.isotope:
            activity += ", which decay leaves as it is (carrier-free)"
        said.append(f"and {activity}" if said else activity)
    if not said:
        return "Readings stay in the unit they were given in: nothing was stated that turns them into moles."
    text = ", ".join(said)
    return f"{text[0].upper()}{text[1:]}."


def _mask(c: BindingConditions) -> str:
    if not (c.mask and c.mask_M):
        return ""
    site = c.masked_site or "other"
    return (
        f"{c.mask} ({figures(c.mask_M * 1e9)} nM) covered the {site} sites; what it leaves of them, and what it takes of the "
        f"{c.target} sites, is in the fit."
    )


_WELLS = {
    "competition": "total, non-specific and competition wells",
    "homologous": "wells of hot and cold ligand",
    "saturation": "total and non-specific wells at all radioligand concentrations",
    "schild": "responses at all concentrations of agonist and antagonist",
    "allosteric": "wells at all concentrations of the modulator",
}


def _fitted(plates: Sequence[PlateResult], kind: str, method: BindingMethod, equation: str) -> str:
    first = plates[0]
    law = f" [{equation}]" if equation else ""
    kd = ""
    if (
        first.conditions.radioligand_kd_nM is not None
        and "log10_kd" in first.fit
        and first.fit["log10_kd"].fixed
    ):
        stated = first.conditions.radioligand_kd_nM
        source = f" ({stated.source})" if stated.source else ""
        kd = f" The Kd of the radioligand was taken as {_told(stated, 'nM')}{source}."
    if first.plate is None:
        what = f"The readings of the table (in {first.series[0].y_unit}, as they were given)"
    else:
        what = f"All {_WELLS.get(kind, 'wells at all times')} of a plate, as counted,"
    untouched = "" if first.plate is None else "; nothing was subtracted or normalised beforehand"
    held = [
        p.name for p in first.fit.parameters if p.fixed and p.name in ("log10_kon", "log10_koff")
    ]
    rates = (
        f" {' and '.join(held)} of the radioligand were held at the stated values." if held else ""
    )
    return (
        f"{what} were fitted together with '{first.model}'{law}, {_WEIGHTS[first.fit.variance]}{untouched}.{kd}{rates} Limits of "
        f"one plate are {method.confidence * 100:g} % profile-likelihood limits; those of ratios of rates follow from the covariance."
    )


def _pooled(
    plates: Sequence[PlateResult], pooled: Sequence[Estimate], method: BindingMethod
) -> str:
    groups = {
        g: len({p.experiment for p in plates if p.group == g and p.fit.ok})
        for g in dict.fromkeys(p.group for p in plates)
    }
    if max(groups.values()) < 2:
        return "There is one run, so no interval between runs can be given."
    told = ", ".join(f"{n} in {group}" if group else str(n) for group, n in groups.items())
    ways = dict.fromkeys(
        e.method
        for e in pooled
        if e.n > 1 and "shared" not in e.method and "all runs share" not in e.method
    )
    how = f" ({'; '.join(ways)})" if ways else ""
    return (
        f"The independent runs ({told}) are the unit of replication: affinities and densities are averaged on the log scale, with a "
        f"{method.confidence * 100:g} % interval from the scatter between runs{how}."
    )


def _told(number: Measured | None, unit: str) -> str:
    if number is None:
        return ""
    error = f" +/- {figures(number.se, 2)}" if number.se else ""
    return f"{figures(number.value)}{error} {unit}"
