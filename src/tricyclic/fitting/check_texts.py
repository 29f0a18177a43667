"""Sentences of the checks of a fitted curve: message, value, limit, unit, advice and source."""

from __future__ import annotations

import math
from typing import NamedTuple

from tricyclic.core.estimate import NAMES_OF_CONCENTRATIONS, Fit
from tricyclic.core.format import format_number, format_p, format_quantity, pluralize
from tricyclic.numerics.batch.fit import STATUS
from tricyclic.numerics.batch.verdict import (
    FULL_SPAN_SD,
    LACK_OF_FIT_LEVEL,
    PLATEAU_TOLERANCE,
    RUNS_LEVEL,
    SigmoidFacts,
    Verdicts,
)

AGM = "Assay Guidance Manual, receptor binding assays"
DEFAULT = "default threshold"
# Highest radioligand over Kd of a saturation: three quarters of the sites are occupied.
MIN_HIGHEST_OVER_KD = 3.0


class CheckText(NamedTuple):
    """What a check states; `advice` is given where it does not pass."""

    message: str
    value: float | None
    limit: float | None
    unit: str
    advice: str
    source: str


def _flat(verdict: Verdicts, facts: SigmoidFacts, target: str, fit: Fit) -> CheckText:
    power = float(verdict.power[0])
    f = f"F({facts.more}, {fit.df}) = {format_number(float(facts.f_flat[0]), 2)}"
    indistinct = STATUS[int(verdict.status[0])] != "flat"
    return CheckText(
        (
            f"not distinguishable from a flat line ({f}); the design would detect a complete curve "
            f"of a span of {FULL_SPAN_SD:g} standard deviations with a probability of "
            f"{format_number(100 * power, 2)} % only"
            if indistinct
            else f"the readings do not change with the dose ({f} against a flat line)"
        ),
        float(facts.f_flat[0]),
        None,
        "",
        "Add doses or replicates; this is no evidence that there is no effect"
        if indistinct
        else f"There is no {target} in these readings",
        "extra sum of squares F at 5 %",
    )


def _not_monotone(verdict: Verdicts, facts: SigmoidFacts, target: str, fit: Fit) -> CheckText:
    turns = verdict.monotone
    before, after = float(turns.before[0]), float(turns.after[0])
    words = ("rise", "fall") if turns.turn[0] > 0 else ("fall", "rise")
    return CheckText(
        f"the readings {words[0]} by {format_number(abs(before))} and then {words[1]} by "
        f"{format_number(abs(after))} (t = {format_number(float(turns.t[0]), 2)}, critical "
        f"{format_number(float(turns.critical[0]), 2)} at 1 %)",
        float(turns.t[0]),
        float(turns.critical[0]),
        "",
        f"A sigmoid has no {target} here: look for toxicity, aggregation, insolubility or two "
        "effects, and fit the doses on one side of the turn only",
        "simulated distribution of flat readings",
    )


def _outside(verdict: Verdicts, facts: SigmoidFacts, target: str, fit: Fit) -> CheckText:
    c, low, high = (float(one[0]) for one in (facts.log10_ic50, verdict.lowest, verdict.highest))
    tested = f"{_dose(10**low, fit)} to {_dose(10**high, fit)}"
    unit = f"log10 {_dose_unit(fit)}"
    if low <= c <= high:
        return CheckText(f"the {target} lies within the tested {tested}", c, None, unit, "", AGM)
    side, end = ("below", low) if c < low else ("above", high)
    return CheckText(
        f"the {target} lies {side} the tested {tested}",
        c,
        end,
        unit,
        _bound_to_report(side, end, facts, fit),
        AGM,
    )


def _bound_to_report(side: str, end: float, facts: SigmoidFacts, fit: Fit) -> str:
    """The bound that the readings support: the confidence limit, at most the tested range."""
    if side == "above":
        sign, bound = ">", min(float(facts.log10_ic50_low[0]), end)
    else:
        sign, bound = "<", max(float(facts.log10_ic50_high[0]), end)
    if not math.isfinite(bound):
        return "The readings give no bound for it; test further in that direction"
    return f"Report {sign} {_dose(10**bound, fit)}, or test further in that direction"


def _unbounded(verdict: Verdicts, facts: SigmoidFacts, target: str, fit: Fit) -> CheckText:
    below, above = bool(verdict.open_below[0]), bool(verdict.open_above[0])
    percent = f"{100 * fit.confidence:g} %"
    low, high = float(facts.log10_ic50_low[0]), float(facts.log10_ic50_high[0])
    if below and above:
        text, advice = f"the readings do not determine the {target}", "Test more doses"
    elif above:
        text = f"the {target} has no upper {percent} confidence limit"
        advice = f"Report > {_dose(10**low, fit)}, or test higher doses"
    else:
        text = f"the {target} has no lower {percent} confidence limit"
        advice = f"Report < {_dose(10**high, fit)}, or test lower doses"
    return CheckText(text, None, None, "", advice, "profile likelihood")


def _plateau(verdict: Verdicts, facts: SigmoidFacts, target: str, fit: Fit) -> CheckText:
    missing = [
        f"the plateau at {end} doses is not reached: "
        f"{format_number(100 * share, 2)} % of the span is missing at {_dose(10**dose, fit)}"
        for end, share, dose, known in (
            ("low", verdict.missing_low[0], verdict.lowest[0], facts.low_is_known[0]),
            ("high", verdict.missing_high[0], verdict.highest[0], facts.high_is_known[0]),
        )
        if share > PLATEAU_TOLERANCE and not known
    ]
    worst = 100 * float(max(verdict.missing_low[0], verdict.missing_high[0]))
    return CheckText(
        "; ".join(missing),
        worst,
        100 * PLATEAU_TOLERANCE,
        "% of the span",
        "The plateau is extrapolated; widen the range of doses, or fix it if it is known",
        AGM,
    )


def _at_bound(verdict: Verdicts, facts: SigmoidFacts, target: str, fit: Fit) -> CheckText:
    return CheckText(
        f"the slope (hill) lies on its bound {format_number(float(facts.steepness[0]))}",
        float(facts.steepness[0]),
        None,
        "",
        "The readings do not determine it; interpret the other parameters with caution",
        DEFAULT,
    )


def _reversed(verdict: Verdicts, facts: SigmoidFacts, target: str, fit: Fit) -> CheckText:
    check = next(check for check in fit.checks if check.name == "top_below_bottom")
    return CheckText(check.message, check.value, check.limit, "", check.advice, "")


def _few_doses(verdict: Verdicts, facts: SigmoidFacts, target: str, fit: Fit) -> CheckText:
    return few_settings(len(fit.free), "doses")


def few_settings(free: int, what: str) -> CheckText:
    """As many settings as parameters."""
    return CheckText(
        f"{free} different {what} for {free} parameters: any curve passes through their means",
        float(free),
        float(free + 1),
        "",
        f"Its shape is not tested; add {what}, or fix a parameter that is known",
        DEFAULT,
    )


def _lack(verdict: Verdicts, facts: SigmoidFacts, target: str, fit: Fit) -> CheckText:
    df, df_pure = int(facts.df[0]), int(facts.df_pure[0])
    return lack_of_fit_text(float(verdict.p_replicates[0]), df - df_pure, df_pure)


def lack_of_fit_text(p: float, between: int, within: int) -> CheckText:
    """The replicates test, with its degrees of freedom."""
    more = p < LACK_OF_FIT_LEVEL
    return CheckText(
        f"the means deviate from the curve {'' if more else 'no '}more than replicates scatter "
        f"({format_p(p)}, {between} and {within} degrees of freedom)",
        p,
        LACK_OF_FIT_LEVEL,
        "",
        "Another curve, a pipetting error or wrong doses; limits assume that the curve is right",
        "lack-of-fit F, Bates & Watts 1988",
    )


def _runs(verdict: Verdicts, facts: SigmoidFacts, target: str, fit: Fit) -> CheckText:
    return residual_runs_text(int(verdict.runs[0]), fit.n, float(verdict.p_runs[0]))


def residual_runs_text(changes: int, n: int, p: float) -> CheckText:
    """The test of runs of residuals."""
    return CheckText(
        f"the residuals change sign {pluralize(changes, 'time')} over {n} readings along the curve "
        f"({format_p(p)})",
        p,
        RUNS_LEVEL,
        "",
        "The curve does not follow the readings: choose another model",
        "Wald and Wolfowitz 1940",
    )


# Check of `numerics.batch.verdict` -> its sentence.
MESSAGES = {
    "flat": _flat,
    "not_monotone": _not_monotone,
    "ic50_outside_range": _outside,
    "ci_unbounded": _unbounded,
    "plateau_missing": _plateau,
    "parameter_at_bound": _at_bound,
    "top_below_bottom": _reversed,
    "few_doses": _few_doses,
    "lack_of_fit": _lack,
    "residual_runs": _runs,
}


def _dose_unit(fit: Fit) -> str:
    """Unit of the doses: M, or the own unit of the series."""
    return next((unit for part in fit.parts for unit in part.series.x_units.values()), "M")


def _dose(value: float, fit: Fit) -> str:
    """A dose in its own unit, or a concentration in the unit in which it is 1 or more."""
    unit = _dose_unit(fit)
    return format_molar(value) if unit == "M" else format_quantity(value, unit)


def format_molar(value: float) -> str:
    """A concentration in the unit in which it is 1 or more: "31.6 nM"."""
    for unit, factor in (("M", 1.0), ("mM", 1e3), ("uM", 1e6), ("nM", 1e9), ("pM", 1e12)):
        if value * factor >= 1.0 - 1e-9 or unit == "pM":
            return format_quantity(value * factor, unit)
    return f"{value:g} M"


def concentration_name(target: str) -> str:
    """Name of the concentration of which a parameter is the logarithm."""
    name = target.removeprefix("log10_")
    return NAMES_OF_CONCENTRATIONS.get(name, name)
