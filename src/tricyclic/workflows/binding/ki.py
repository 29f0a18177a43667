"""Ki from an IC50: by Cheng and Prusoff, or exact under depletion where the sites are known."""

from __future__ import annotations

import math

from tricyclic.assays.binding.ki import ki_of_ic50, sites_from_bound_over_free
from tricyclic.core.progress import ProgressCallback
from tricyclic.core.stated_number import StatedNumber
from tricyclic.errors import InputError
from tricyclic.results.ki import KiResult
from tricyclic.stats.statistics import t_quantile
from tricyclic.workflows.base import refuse_without_effect
from tricyclic.workflows.binding.options import KiOptions
from tricyclic.workflows.stated_numbers import check_confidence_and_n, stated_number


def run(options: KiOptions, on_progress: ProgressCallback | None = None) -> KiResult:
    """Convert, with the errors of all numbers that have one.

    Raises
    ------
    InputError
        If a number is not positive, or the sites are stated in two ways.
    """
    df = check_confidence_and_n(options.confidence, options.n)
    ic50 = stated_number(options.ic50, "nM", "ic50", options.confidence, df)
    kd = stated_number(options.kd, "nM", "kd", options.confidence)
    hot = stated_number(options.radioligand_nM, "nM", "radioligand_nM", options.confidence)
    return ki_of_ic50(
        ic50,
        kd,
        hot,
        _sites(options, kd, hot),
        confidence=options.confidence,
        n=options.n,
        compound=options.compound,
    )


def _sites(options: KiOptions, kd: StatedNumber, hot: StatedNumber) -> StatedNumber | None:
    """The sites in the well [nM], where they are known."""
    given = [
        name for name in ("receptor", "bmax", "bound_free") if getattr(options, name) is not None
    ]
    if len(given) > 1:
        raise InputError(
            "states the sites in the well, as another option does",
            where=given[1],
            allowed="One of --receptor, --bmax and --bound-free is enough",
            do=f"Omit --{given[1].replace('_', '-')}",
        )
    if given != ["bmax"]:
        refuse_without_effect(options, ("protein_ug", "volume_uL"), "--bmax")
    if not given:
        return None
    confidence = options.confidence
    if given == ["receptor"]:
        return stated_number(options.receptor, "nM", "receptor", confidence)
    if given == ["bmax"]:
        return _sites_of_bmax(options)
    ratio = stated_number(options.bound_free, "", "bound_free", confidence)
    if ratio.log10_se:
        raise InputError(
            "has an error",
            where="bound_free",
            allowed="Bound over free is a number without one; the sites with an error are "
            "--receptor",
        )
    return StatedNumber(sites_from_bound_over_free(ratio.value, kd.value, hot.value))


def _sites_of_bmax(options: KiOptions) -> StatedNumber:
    """Sites [nM] = Bmax [fmol/mg] x protein [mg] / volume; their relative errors add as squares."""
    missing = [name for name in ("protein_ug", "volume_uL") if getattr(options, name) is None]
    if missing:
        raise InputError(
            "is a density per protein",
            where="bmax",
            allowed="The sites in the well need the protein and the volume",
            do=f"Add --{missing[0].replace('_', '-')}",
        )
    confidence = options.confidence
    parts = [
        stated_number(options.bmax, "fmol/mg", "bmax", confidence),
        stated_number(options.protein_ug, "ug", "protein_ug", confidence),
        stated_number(options.volume_uL, "uL", "volume_uL", confidence),
    ]
    # fmol/mg times ug is 1e-3 fmol, and fmol/uL is nM.
    value = parts[0].value * parts[1].value * 1e-3 / parts[2].value
    se = math.hypot(*(part.log10_se for part in parts))
    reach = t_quantile(math.inf, confidence) * se
    return StatedNumber(value, se, value * 10.0**-reach, value * 10.0**reach)
