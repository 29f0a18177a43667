"""Names of curves in other programs, R's drc and GraphPad Prism, and which of our curves they are.

They are no aliases: parameters differ in sign, logarithm or what is fixed, which a user has to
know before the numbers are compared. So such a name is refused with a sentence that states both.
"""

from __future__ import annotations

import re

# drc: f(x) = c + (d - c) / (1 + exp(b (log x - log e)))^f for LL., Phi(b (log x - log e)) for LN.,
# 1 + e / x for MM., exp(-x / e) for EXD. and AR. [reference manual of drc 3.0-1].
_B = "hill is -b"
_PLATEAUS = "bottom is c, top is d"
_E, _E2 = "EC50 is e", "EC50 is exp(e), since e is a natural logarithm"
_ZERO, _ONE = "fix bottom=0", "fix top=1"
_LOGISTIC: dict[str, tuple[str, str]] = {
    "4": ("logistic_4pl", f"{_PLATEAUS}, {{e}}, {_B}"),
    "3": ("logistic_4pl", f"{_ZERO}; top is d, {{e}}, {_B}"),
    "3u": ("logistic_4pl", f"{_ONE} (the upper limit); bottom is c, {{e}}, {_B}"),
    "2": ("logistic_4pl", f"{_ZERO} and top=1 (the upper limit); {{e}}, {_B}"),
    "5": (
        "logistic_5pl",
        (
            f"{_PLATEAUS}, |hill| is |b|, log10_asymmetry is log10 f, with asymmetric_end=1 where "
            "b is above 0 (a falling curve); our EC50 is the half-way dose, which e is not"
        ),
    ),
}
_LOG_NORMAL = {
    "4": f"{_PLATEAUS}, {_E}",
    "3": f"{_ZERO}; top is d, {_E}",
    "3u": f"{_ONE} (the upper limit); bottom is c, {_E}",
    "2": f"{_ZERO} and top=1 (the upper limit); {_E}",
}
_DRC: dict[str, tuple[str, str]] = {
    **{f"ll.{n}": (ours, text.format(e=_E)) for n, (ours, text) in _LOGISTIC.items()},
    **{f"ll2.{n}": (ours, text.format(e=_E2)) for n, (ours, text) in _LOGISTIC.items()},
    **{
        f"ln.{n}": ("probit", f"{text}, hill is 2.303 b (probits per decade)")
        for n, text in _LOG_NORMAL.items()
    },
    "mm.2": ("logistic_3pl", f"{_ZERO}; top is d, {_E}"),
    "mm.3": ("logistic_3pl", f"{_PLATEAUS}, {_E}"),
    "exd.2": ("one_phase_decay", "fix plateau=0; y0 is d, the rate is 1/e, and x is a time"),
    "exd.3": ("one_phase_decay", "y0 is d, plateau is c, the rate is 1/e, and x is a time"),
    "ar.2": ("one_phase_association", "fix y0=0; plateau is d, the rate is 1/e, and x is a time"),
    "ar.3": ("one_phase_association", "y0 is c, plateau is d, the rate is 1/e, and x is a time"),
}
_DRC_NAME = re.compile(
    r"((?:LL2?|LN|MM|EXD|AR|W[12]|L|G|BC|CRS|UCRS|NEC|B)\.[1-6][a-c]?u?)(?:\(.*\))?", re.IGNORECASE
)
# Prism's names, in lower case and with single blanks instead of all signs; the first that matches.
# [GraphPad Curve Fitting Guide: dose-response, binding and exponential equations]
_SLOPE_1 = "its slope is fixed at 1 or -1; hill here is Prism's HillSlope"
_PRISM: tuple[tuple[str, str, str], ...] = (
    (r"(asymmetric|five param|5pl|richards)", "logistic_5pl", "log10_asymmetry is log10 of S"),
    (
        r"normalized response.*variable slope",
        "logistic_4pl",
        "fix bottom=0 and top=100",
    ),
    (r"normalized response", "logistic_3pl", f"fix bottom=0 and top=100; {_SLOPE_1}"),
    (r"(gaddum|schild)", "gaddum_schild", "it needs the columns agonist_M and antagonist_M"),
    (
        r"vs( |.*)response.*(variable slope|four param)|sigmoidal 4pl|variable slope",
        "logistic_4pl",
        "hill is HillSlope; doses are concentrations, and log10 M where their unit states it",
    ),
    (
        r"vs( |.*)response|sigmoidal dose response|sigmoidal 3pl",
        "logistic_3pl",
        f"{_SLOPE_1}; doses are concentrations, and log10 M where their unit states it",
    ),
    (
        r"two sites? fit ki",
        "two_site_competition_with_depletion",
        "Ki of both sites, with the radioligand and its Kd as columns or fixed",
    ),
    (r"one site fit ki", "competition_ki", "Ki with the radioligand and its Kd"),
    (r"one site fit log ?ic50", "one_site_competition", "log10_ic50 is LogIC50"),
    (r"two sites? fit log ?ic50", "two_site_competition", "log10_ic50_high and log10_ic50_low"),
    (r"homologous", "homologous_competition", "it needs the radioligand's concentration"),
    (r"two sites? (specific|total)", "saturation_two_sites", "Bmax and Kd of both sites"),
    (r"one site.*(ligand depletion|depletion)", "saturation_with_depletion", "exact mass balance"),
    (r"one site.*(total|nonspecific)", "saturation", "total and non-specific readings together"),
    (r"one site.*specific|michaelis menten", "saturation_specific", "Bmax is Vmax, Kd is Km"),
    (r"kinetics of competitive binding", "competitive_association", "kon and koff of both"),
    (r"association then dissociation", "association_then_dissociation", "rates of one ligand"),
    (r"association kinetics", "association", "kon and koff of the radioligand"),
    (r"dissociation two phase", "dissociation_two_phases", "rates of both phases"),
    (r"dissociation one phase|^dissociation", "dissociation", "koff of the radioligand"),
    (r"two phase decay", "two_phase_decay", "rates are log10 of 1/min"),
    (r"one phase decay|exponential decay", "one_phase_decay", "log10_rate is log10 of K in 1/min"),
    (r"two phase association", "two_phase_association", "rates are log10 of 1/min"),
    (r"one phase association", "one_phase_association", "log10_rate is log10 of K in 1/min"),
    (r"second order polynomial|quadratic", "quadratic", "three coefficients"),
    (r"straight line|linear regression|^line$", "straight_line", "intercept and slope"),
    (
        r"^(4 ?pl|four param.*|hill|hill equation|e ?max|sigmoid e ?max|sigmoid(al)?|logistic)$",
        "logistic_4pl",
        "bottom, top, log10_ec50 and hill",
    ),
    (r"^(3 ?pl|three param.*)$", "logistic_3pl", _SLOPE_1),
)


def other_name(name: str) -> tuple[str, str] | None:
    """Which of our curves a name of drc or Prism is.

    Parameters
    ----------
    name : str
        As the user wrote it.

    Returns
    -------
    (str, str) or None
        Our name, empty where we have no such curve, and how parameters correspond; None for a name
        of no other program.
    """
    text = name.strip()
    if match := _DRC_NAME.fullmatch(text):
        return _DRC.get(match[1].lower(), ("", ""))
    plain = " ".join(re.findall(r"[a-z0-9]+", text.lower()))
    for pattern, ours, difference in _PRISM:
        if re.search(pattern, plain):
            return ours, difference
    return None


def advice_for(name: str) -> tuple[str, str] | None:
    """What a message allows and advises for a name of another program; None for other names."""
    known = other_name(name)
    if known is None:
        return None
    ours, difference = known
    if not ours:
        return (
            "R's drc has it, and none here has its form; logistic_5pl is an asymmetric curve",
            "Write your own: see the page on extending",
        )
    return f"Here it is {ours}: {difference}", f"Write {ours}"
