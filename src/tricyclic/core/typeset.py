"""Typography of names and units that are written in ASCII: [³H]ligand, MgCl₂, Ca²⁺, 30 ± 1.5 µg.

For figures and reports. Files with tables keep names as they were written, so that they can be
matched with those of the user. Only what is certainly an isotope, a salt or a unit is replaced: the
names of receptors, cells and compounds (H1, D2, PC12, HCN1) have the same form as formulae.
"""

from __future__ import annotations

import re

_RAISED = str.maketrans("0123456789+-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻")
_LOWERED = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")

# Before a name in brackets any isotope ([13C]glucose); alone only those that laboratories count.
_LABEL = re.compile(r"\[([0-9]{1,3})([A-Z][a-z]?)\](?=[A-Za-z(+-])")
_COUNTED = (
    "3H|11C|14C|13N|15O|18F|22Na|32P|33P|35S|36Cl|45Ca|51Cr|57Co|64Cu|65Zn|67Ga|68Ga|75Se|76Br|86Rb|"
    "89Zr|111In|123I|124I|125I|131I"
)
_ALONE = re.compile(rf"\[({_COUNTED})\](?![\w.])")
# "3H-" is also indicated hydrogen (3H-indole), so that tritium is read in brackets only.
_PREFIX = re.compile(
    rf"(?<![\w.,/-])({_COUNTED.removeprefix('3H|')})-(?=\(|[A-Za-z]*[a-z]{{2}}|[A-Z]{{3}})"
)
# Salts: cations before the anion of a buffer, or ammonium.
_CATIONS = "H|Li|Na|K|Rb|Cs|Mg|Ca|Sr|Ba|Mn|Fe|Co|Ni|Cu|Zn|Cd|La|Gd|Al|Ag"
_ANIONS = (
    "H2PO4|HPO4|PO4|P2O7|H2PO2|SO4|HSO4|HSO3|SO3|S2O3|S2O4|S2O5|S2O8|HCO3|CO3|NO3|NO2|N3|VO4|WO4|"
    "MoO4|B4O7|BO3|SeO3|SiO3|ClO4|ClO3|OH|Cl|Br"
)
_SALT = re.compile(
    rf"(?<![\w./\\-])((?:(?:{_CATIONS})[0-9]?){{1,2}}|NH4|\(NH4\)2)({_ANIONS}|\((?:{_ANIONS})\))([0-9]?)"
    r"(?![\w/\\]|[.-]\w)"
)
_MOLECULE = re.compile(
    r"(?<![\w./\\-])(H2O2?|D2O|CO2|O2|N2|NH3|NH4|SO2|H2S|Na2S|MgF2|CaF2|Al2O3|Fe2O3|SiO2|TiO2)"
    r"(?![\w/\\]|[.-]\w)"
)
_WATER = re.compile(r"(?<=[·*•x])\s?([0-9]*)\s?H2O\b")
_ION = re.compile(r"(?<![\w./\\-])(Mg|Ca|Sr|Ba|Mn|Fe|Co|Ni|Cu|Zn|Cd|La|Gd|Al)([23])([+])(?!\w)")
_MICRO = re.compile(r"([0-9] |\(|\) )u([gLM]|mol|Ci|l|m)\b")


def typeset(text: str) -> str:
    """Replace ASCII notation by symbols.

    Parameters
    ----------
    text : str

    Returns
    -------
    str
        With isotopes raised, numbers of formulae lowered, charges, micro, degrees and plus-minus.
    """
    text = _LABEL.sub(lambda match: f"[{_isotope(match[1] + match[2])}]", text)
    text = _ALONE.sub(lambda match: f"[{_isotope(match[1])}]", text)
    text = _PREFIX.sub(lambda match: f"{_isotope(match[1])}-", text)
    text = _ION.sub(lambda match: match[1] + (match[2] + match[3]).translate(_RAISED), text)
    text = _SALT.sub(_lowered, text)
    text = _MOLECULE.sub(_lowered, text)
    text = _WATER.sub(_lowered, text)
    return (
        _MICRO.sub(r"\1µ\2", text)
        .replace("log10 [", "log₁₀ [")
        .replace("(log10 ", "(log₁₀ ")
        .replace(" +/- ", " ± ")
        .replace(" degC", " °C")
    )


def _isotope(nuclide: str) -> str:
    """The mass number raised: ³H."""
    number = nuclide.rstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
    return number.translate(_RAISED) + nuclide[len(number) :]


def _lowered(match: re.Match[str]) -> str:
    """The formula with its numbers lowered; a number before it (6 H2O) stays."""
    digits = re.match(r"\s?[0-9]*\s?", match[0])
    assert digits is not None
    return digits[0] + match[0][digits.end() :].translate(_LOWERED)
