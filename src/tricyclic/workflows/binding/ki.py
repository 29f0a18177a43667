"""Ki from an IC50: by Cheng and Prusoff, or exact under depletion where the sites are known."""

from __future__ import annotations

import math
import re
from dataclasses import replace

from tricyclic.assays.binding.ki import StatedNumber, ki_of_ic50, sites_from_bound_over_free
from tricyclic.core.conditions import MeasuredValue
from tricyclic.core.progress import ProgressCallback
from tricyclic.errors import InputError
from tricyclic.numerals import UNSIGNED
from tricyclic.results.ki import KiResult
from tricyclic.stats.statistics import t_quantile
from tricyclic.study.conditions import read_measured_value
from tricyclic.units import convert, known_unit
from tricyclic.workflows.base import refuse_without_effect
from tricyclic.workflows.binding.options import KiOptions

LN10 = math.log(10.0)
_UNIT = r"\s*([^0-9\s()\[\],;.–-][^()\[\],;]*?)?\s*"
_WITH_LIMITS = re.compile(
    rf"\s*({UNSIGNED}){_UNIT}[(\[]\s*({UNSIGNED})\s*(?:-|–|to|,|;)\s*({UNSIGNED}){_UNIT}[)\]]{_UNIT}"
)


def run(options: KiOptions, on_progress: ProgressCallback | None = None) -> KiResult:
    """Convert, with the errors of all numbers that have one.

    Raises
    ------
    InputError
        If a number is not positive, or the sites are stated in two ways.
    """
    if not 0 < options.confidence < 1:
        raise InputError(
            f"is {options.confidence:g}", where="confidence", allowed="It is between 0 and 1"
        )
    if options.n < 1:
        raise InputError(f"is {options.n}", where="n", allowed="It is 1 or more")
    # The IC50 is from few runs; the other numbers are stated with errors of unknown n.
    df = float(options.n - 1) if options.n > 1 else math.inf
    ic50 = _number(options.ic50, "nM", "ic50", options.confidence, df)
    kd = _number(options.kd, "nM", "kd", options.confidence)
    hot = _number(options.radioligand, "nM", "radioligand", options.confidence)
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
        return _number(options.receptor, "nM", "receptor", confidence)
    if given == ["bmax"]:
        return _sites_of_bmax(options)
    ratio = _number(options.bound_free, "", "bound_free", confidence)
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
        _number(options.bmax, "fmol/mg", "bmax", confidence),
        _number(options.protein_ug, "ug", "protein_ug", confidence),
        _number(options.volume_uL, "uL", "volume_uL", confidence),
    ]
    # fmol/mg times ug is 1e-3 fmol, and fmol/uL is nM.
    value = parts[0].value * parts[1].value * 1e-3 / parts[2].value
    se = math.hypot(*(part.log10_se for part in parts))
    reach = t_quantile(math.inf, confidence) * se
    return StatedNumber(value, se, value * 10.0**-reach, value * 10.0**reach)


def _number(
    given: float | str | None, unit: str, where: str, confidence: float, df: float = math.inf
) -> StatedNumber:
    """A number with its standard error or its limits, in the unit of the option."""
    text = "" if given is None else str(given)
    match = _WITH_LIMITS.fullmatch(text)
    if match:
        return _with_limits(match, unit, where, confidence, df)
    measured: MeasuredValue = read_measured_value(given, unit, where=where)
    value = _positive(measured.value, unit, where)
    if not measured.se:
        return StatedNumber(value)
    se = measured.se / (value * LN10)
    reach = t_quantile(df, confidence) * se
    return StatedNumber(value, se, value * 10.0**-reach, value * 10.0**reach)


def _with_limits(
    match: re.Match[str], unit: str, where: str, confidence: float, df: float
) -> StatedNumber:
    """A number with the limits of its confidence interval: "12.3 (10.1-15.0) nM"."""
    units = [word.strip() for word in (match[2], match[5], match[6]) if word]
    own = known_unit(units[0], where=where) if units else unit
    if any(known_unit(word, where=where) != own for word in units):
        raise InputError(
            f"'{match[0].strip()}' has two units",
            where=where,
            allowed="Write it like 12.3 (10.1-15.0) nM",
        )
    value, low, high = (
        convert(float(match[k]), own, unit, where=where) if own != unit else float(match[k])
        for k in (1, 3, 4)
    )
    value = _positive(value, unit, where)
    if not 0 < low <= value <= high or low == high:
        raise InputError(
            f"'{match[0].strip()}' has limits that do not include the number",
            where=where,
            allowed="The lower limit is above 0 and the number is between both",
        )
    se = math.log10(high / low) / 2.0 / t_quantile(df, confidence)
    return replace(StatedNumber(value), log10_se=se, low=low, high=high)


def _positive(value: float, unit: str, where: str) -> float:
    if not (math.isfinite(value) and value > 0):
        raise InputError(
            f"is {value:g} {unit}".rstrip(), where=where, allowed="It is a number above 0"
        )
    return value
