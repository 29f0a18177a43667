"""Columns of tables of cultures by the words of people: "Exp.", "Drug (µM)", "NGF", "% pos."."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from tricyclic.core.format import list_names
from tricyclic.core.table import DataTable
from tricyclic.errors import InputError, UnknownNameError
from tricyclic.io.headings import without_accents

_BRACKETS = re.compile(r"\s*[(\[][^()\[\]]*[)\]]\s*$")
_UNIT_AT_END = re.compile(
    r"[\s_](?:[pnum]M|[npum]g[\s_/]*(?:per[\s_]*)?m?L|um|µm|μm|px|pixels?|h)$"
)
_NOT_WORD = re.compile(r"[^a-z0-9%#+]+")
_PERCENT = re.compile(r"^(?:(?:percentages?|percent|pct)\b|%)\s*(?:of\s+)?(?:the\s+)?")
_COUNT = re.compile(r"^(?:(?:total )?(?:number|no|num|n|count)\b|#)\s*(?:of\s+)?(?=\S)")
# Words of each role in lower case, without unit, accents and marks.
CULTURE_ROLES: Mapping[str, tuple[str, ...]] = {
    "culture": (
        "culture",
        "culture id",
        "culture no",
        "cultures",
        "independent culture",
        "experiment",
        "experiment id",
        "experiment no",
        "independent experiment",
        "exp",
        "exp no",
        "expt",
        "preparation",
        "prep",
        "passage",
        "batch",
        "biological replicate",
        "biol replicate",
        "bio replicate",
        "biorep",
        "bio rep",
        "donor",
        "litter",
        "isolation",
        "kultur",
        "versuch",
        "experience",
        "cultivo",
        "experimento",
    ),
    "plate": ("plate", "plate id", "plate no", "platte", "dish", "dish id"),
    "well": ("well", "well id", "well no", "coverslip", "coverslip id", "chamber", "slide"),
    "drug": (
        "drug",
        "compound",
        "drug name",
        "test compound",
        "substance",
        "substanz",
        "wirkstoff",
        "ligand",
        "agent",
    ),
    "treatment": (
        "treatment",
        "treatment group",
        "condition",
        "conditions",
        "group",
        "arm",
        "behandlung",
        "traitement",
        "tratamiento",
    ),
    "concentration": (
        "concentration",
        "conc",
        "c",
        "drug concentration",
        "drug conc",
        "compound concentration",
        "dose",
        "log",
        "log10",
        "log conc",
        "log10 conc",
        "log concentration",
        "log10 concentration",
        "konzentration",
        "konz",
        "concentracion",
    ),
    "stimulus": (
        "stimulus",
        "stimulation",
        "stimulated with",
        "growth factor",
        "factor",
        "neurotrophin",
        "inducer",
        "agonist",
    ),
    "antagonist": (
        "antagonist",
        "inhibitor",
        "blocker",
        "antagonists",
        "antagonist inhibitor",
        "cotreatment",
        "co treatment",
        "pretreatment",
        "pre treatment",
    ),
}


def plain_heading(text: str) -> str:
    """A heading in lower case, without unit, accents and marks: "Conc. (µM)" is "conc"."""
    text = _BRACKETS.sub("", text.strip())
    text = _UNIT_AT_END.sub("", text)
    return _NOT_WORD.sub(" ", without_accents(text).lower()).strip()


def _canonical(heading: str) -> str:
    """A plain heading with one spelling of counts and percentages: "number of cells" and "# cells"
    as "n cells", "percentage of cells" as "% cells".
    """
    text = _PERCENT.sub("% ", heading)
    return " ".join(_COUNT.sub("n ", text).split())


def find_columns(
    table: DataTable,
    words: Mapping[str, Sequence[str]],
    stated: Mapping[str, str],
    *,
    name: str,
) -> dict[str, str]:
    """Columns by their role: those that the user named, and those with a usual name.

    Parameters
    ----------
    table : DataTable
    words : mapping of str to sequence of str
        Headings of each role, as `plain_heading` writes them, preferred first.
    stated : mapping of str to str
        Columns that the user named, "" where none.
    name : str
        Of the table, for errors.

    Raises
    ------
    InputError
        If two columns fit a role equally.
    UnknownNameError
        If the table has no column that the user named.
    """
    columns: dict[str, str] = {}
    for role, own in stated.items():
        if own and own not in table.columns:
            raise UnknownNameError.among("column", own, table.columns, where=role)
        if own:
            columns[role] = own
    for role, usual in words.items():
        if role in columns:
            continue
        known = {_canonical(one) for one in usual}
        free = [one for one in table.columns if one not in columns.values()]
        hits = [one for one in free if _canonical(plain_heading(one)) in known]
        if len(hits) > 1:
            listed = list_names([f"'{one}'" for one in hits], 8)
            raise InputError(
                f"the column of {role.replace('_', ' ')} may be {listed}",
                where=name,
                do=f"Add --{role.replace('_', '-')} COLUMN",
            )
        if hits:
            columns[role] = hits[0]
    return columns
