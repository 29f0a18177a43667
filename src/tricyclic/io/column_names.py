"""Names of the columns of a table as Prism and Excel write them: units, replicates, statistics."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tricyclic.io.headings import unit_in_column_name
from tricyclic.unit_table import UNKNOWN

NSB = re.compile(r"(nsb|ns|n|non[\s_-]?spec(ific)?|blocked)([\s_-]*binding)?", re.IGNORECASE)
TOTAL = re.compile(
    r"(tot(als?)?|tb|t|bound|binding|b0|controls?)([\s_-]*(bound|binding))?", re.IGNORECASE
)
SPECIFIC = re.compile(r"(spec(ific)?|sb)([\s_-]*binding)?", re.IGNORECASE)
# Names of a column of readings that name no compound.
READING = re.compile(
    r"(y|readings?|values?|signals?|counts?|c?cpm|dpm|response|data set)([\s_-]*[a-z])?",
    re.IGNORECASE,
)
STATISTIC = re.compile(r"(.+?)[\s_.:-]+(sd|sem?|s\.?e\.?m?\.?|cv|n|upper|lower|low|high)", re.I)
# A statistic without the name of its column, as after each mean in Prism: "SEM", "N", "SEM 2".
_ERROR = re.compile(r"(sd|sem?|s\.e\.m?\.?|cv|std(ev|[\s_]dev)?)[\s_]*[0-9]{0,2}", re.IGNORECASE)
_COUNT = re.compile(r"n[\s_]*[0-9]{0,2}", re.IGNORECASE)
# Names that are numbered because they are several things, not replicates: "compound 1".
NUMBERED = re.compile(
    r"(compound|cpd|cmpd|drug|inhibitor|ligand|sample|curve|batch|lot|donor|patient|animal)s?",
    re.IGNORECASE,
)
REPLICATE = re.compile(
    r"(?P<name>.+?)(?P<gap>[\s_.:#-]*)(?:(?:y|rep|replicate|r)[\s_.]*)?\(?(?P<number>[0-9]{1,2})\)?",
    re.IGNORECASE,
)
# A column of readings at one concentration of the radioligand: "5 nM", "5 nM 2".
CONCENTRATION = re.compile(r"\s*([0-9][0-9.]*\s*[pnuµμm]?M)\b(?!.*[A-Za-z]{3})")
# Logarithms of molar concentrations, where no unit is stated.
LOG_MOLAR = (-15.0, -1.0)


def is_index(name: str) -> bool:
    """Whether a column numbers the rows."""
    return name.strip().lower() in ("#", "no", "no.", "nr", "index", "row", "unnamed: 0")


def is_statistic(name: str, free: Sequence[str]) -> bool:
    """Whether a column is the error or the number of values of another ("DMI SD", "DMI n"), or of
    the one before ("SEM", "N"). N alone is non-specific binding where nothing else is.
    """
    plain = without_unit(name)
    if _ERROR.fullmatch(plain):
        return True
    if _COUNT.fullmatch(plain):
        others = [without_unit(other) for other in free]
        return any(
            _ERROR.fullmatch(other)
            or (not _COUNT.fullmatch(other) and NSB.fullmatch(re.sub(r"[\s_]*[0-9]+$", "", other)))
            for other in others
        )
    match = STATISTIC.fullmatch(plain)
    if not match:
        return False
    stem = match[1].lower()
    return any(
        without_unit(other).lower() in (stem, f"{stem} mean", f"{stem}_mean") for other in free
    )


def without_unit(name: str) -> str:
    """A name without the unit at its end: "total_fmol_mg" is "total"."""
    numbered = re.fullmatch(r"(.+?)\s+([0-9]{1,2})", name.strip())
    if numbered and unit_in_column_name(numbered[1]) != UNKNOWN:
        return f"{without_unit(numbered[1])} {numbered[2]}"
    unit = unit_in_column_name(name)
    text = re.sub(r"\s*[(\[][^()\[\]]*[)\]]\s*$", "", name.strip())
    if unit == UNKNOWN or text != name.strip():
        return text or name.strip()
    words = [part for part in re.split(r"([\s_]+)", name.strip()) if part]
    for length in range(1, len(words), 2):
        tail = "".join(words[-length:])
        if unit_in_column_name(f"x {tail}") == unit:
            return "".join(words[: -length - 1]) or name.strip()
    return name.strip()


def group_of(name: str, all_names: Sequence[str]) -> str:
    """The name without unit and number of the replicate: "A:Y1" is "A", "total_2" is "total"."""
    if level := CONCENTRATION.match(name):
        return level[1]
    plain = without_unit(name)
    plain = re.sub(r"[\s_.:-]+mean$", "", plain, flags=re.IGNORECASE)
    match = REPLICATE.fullmatch(plain)
    if not match or NUMBERED.fullmatch(match["name"].strip(" _")):
        return plain
    stem = match["name"].strip(" _.:#-")
    role = any(pattern.fullmatch(stem) for pattern in (NSB, TOTAL, SPECIFIC, READING))
    if not stem or not (role or match["gap"]):
        return plain
    # A number alone may belong to a name ("RTI 55"): replicates have the same name with others.
    others = [REPLICATE.fullmatch(without_unit(one)) for one in all_names]
    numbers = sorted(
        int(other["number"])
        for other in others
        if other and other["name"].strip(" _.:#-").lower() == stem.lower()
    )
    same = len(numbers) if numbers == list(range(1, len(numbers) + 1)) else 0
    return stem if role or same > 1 else plain


def is_level(name: str) -> bool:
    """Whether the name of a column of readings is a concentration, and not its unit."""
    return CONCENTRATION.match(name) is not None
