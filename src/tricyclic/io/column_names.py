"""Names of the columns of a table as Prism and Excel write them: units, replicates, statistics."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from tricyclic.core.table import DataTable
from tricyclic.io.headings import unit_in_column_name
from tricyclic.unit_table import UNKNOWN

NSB = re.compile(r"(nsb|ns|n|non[\s_-]?spec(ific)?|blocked)([\s_-]*binding)?", re.IGNORECASE)
TOTAL = re.compile(
    r"(tot(als?)?|tb|t|bound|binding|b0|controls?)([\s_-]*(bound|binding))?", re.IGNORECASE
)
SPECIFIC = re.compile(r"(spec(ific)?|sb)([\s_-]*binding)?", re.IGNORECASE)
# Names of a column of readings that name no compound.
READING = re.compile(
    r"(y|readings?|values?|signals?|counts?|c?cpm|dpm|response|data set|rep|replicates?|wells?"
    r"|means?|averages?|avg\.?|medians?"
    r"|(%|percent)\s*(of\s+)?(total|controls?|max(imum|imal)?|specific|bound|binding|b/?b?0"
    r"|inhibition|activity|response|displacement)(\s+(bound|binding|response))?)"
    r"([\s_-]*[a-z])?",
    re.IGNORECASE,
)
_INDEX = ("", "index", "unnamed: 0", "tube", "vial", "rack", "position", "pos", "order")
_ERRORS = (
    r"(?:%\s*)?(?:sd|sem?|s\.\s?d\.?|s\.\s?e\.(?:\s?m\.?)?|cv|rsd|std(?:ev|[\s_.]*dev\.?)?"
    r"|st[\s_.]*dev\.?|variance)(?:\s*(?:%|\(%\)))?"
)
_MEANS = r"(?:means?|averages?|avg\.?|av\.?|medians?)"
STATISTIC = re.compile(
    rf"(.+?)[\s_.:-]+({_ERRORS}|n|upper|lower|low|high|min|max|{_MEANS})", re.IGNORECASE
)
_STATISTIC_OF = re.compile(rf"({_ERRORS}|n|{_MEANS})[\s_.:-]+(?:of[\s_]+)?(.+)", re.IGNORECASE)
_MEAN = re.compile(rf"{_MEANS}[\s_]*[0-9]{{0,2}}", re.IGNORECASE)
# A statistic without the name of its column, as after each mean in Prism: "SEM", "N", "SEM 2".
_ERROR = re.compile(rf"{_ERRORS}[\s_]*[0-9]{{0,2}}", re.IGNORECASE)
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
    """Whether a column numbers the rows, the tubes of a counter, or rows and columns of a plate."""
    plain = re.sub(r"[\s_.]*(no|nr|number|#)?\.?$", "", name.strip().lower())
    return (
        plain in _INDEX
        or re.fullmatch(r"(?:(?:plate|well)[\s_]*)?(?:row|col|column)", plain) is not None
    )


def statistics_of(table: DataTable, free: Sequence[str]) -> list[str]:
    """Columns that are calculated from other columns of a table: means beside the replicates,
    errors and numbers of values.

    A mean is a statistic where its replicates are in the table: those of its name ("DMI mean"), or
    those just before it. Alone it is the reading.

    Parameters
    ----------
    table : DataTable
    free : sequence of str
        Columns of numbers that may be readings, in the order of the table.
    """
    calculated = [name for name in free if is_statistic(name, free)]
    readings: list[str] = []
    for name in free:
        plain = without_unit(name)
        if name in calculated:
            continue
        if _MEAN.fullmatch(plain):
            if _is_mean_of_last(table, name, readings, free):
                calculated.append(name)
                continue
        elif stem := _stem(plain, only_means=True):
            own = [n for n in free if n != name and group_of(n, free).lower() == stem]
            if any(not _stem(without_unit(n), only_means=True) for n in own):
                calculated.append(name)
                continue
        readings.append(name)
    return [name for name in free if name in calculated]


def _is_mean_of_last(
    table: DataTable, name: str, before: Sequence[str], free: Sequence[str]
) -> bool:
    """Whether a column is the mean of the replicates just before it, by its values or since there
    are two or more of them.
    """
    if not before:
        return False
    group = group_of(before[-1], free)
    own = [one for one in before if group_of(one, free) == group]
    if len(own) > 1:
        return True
    cells = table.values[name]
    both = np.isfinite(cells) & np.isfinite(table.values[own[0]])
    return bool(both.any() and np.allclose(cells[both], table.values[own[0]][both], rtol=1e-6))


def _stem(plain: str, *, only_means: bool = False) -> str:
    """ "dmi" of "DMI mean", "DMI SEM" and "mean of DMI"; "" of another name."""
    after, before = STATISTIC.fullmatch(plain), _STATISTIC_OF.fullmatch(plain)
    for match, kind, name in ((after, 2, 1), (before, 1, 2)):
        # "N 1" is the first of several columns called N, and no statistic of "1".
        stem = match[name].strip(" _.:-").lower() if match else ""
        if match and not stem.isdigit() and (not only_means or _MEAN.fullmatch(match[kind])):
            return stem
    return ""


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
            or (_stem(other) and not _stem(other, only_means=True))
            or (not _COUNT.fullmatch(other) and NSB.fullmatch(_group(other)))
            for other in others
        )
    stem = _stem(plain)
    if not stem or _stem(plain, only_means=True):
        return False
    return any(
        other != name and (_group(without_unit(other)).lower() == stem or _group(other) == stem)
        for other in free
    )


def _group(name: str) -> str:
    """A name without the number of a replicate and without "mean"."""
    plain = re.sub(rf"[\s_.:-]+{_MEANS}$|^{_MEANS}[\s_]+(?:of[\s_]+)?", "", name, flags=re.I)
    return re.sub(r"[\s_]*[0-9]+$", "", plain) or plain


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
    plain = re.sub(rf"[\s_.:-]+{_MEANS}$", "", plain, flags=re.IGNORECASE)
    plain = re.sub(rf"^{_MEANS}[\s_]+(?:of[\s_]+)?(?=\S)(?![0-9]+$)", "", plain, flags=re.I)
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
