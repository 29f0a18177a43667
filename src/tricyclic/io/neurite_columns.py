"""Columns of tables of neurites by the words of people, and thresholds in their headings."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from tricyclic.core.table import DataTable
from tricyclic.io.culture_arms import ANTAGONISTS
from tricyclic.io.culture_columns import CULTURE_ROLES, find_columns, plain_heading

NEURITE_ROLES: Mapping[str, tuple[str, ...]] = {
    **CULTURE_ROLES,
    "folder": ("folder", "directory", "ordner", "dossier", "carpeta"),
    "field": (
        "field",
        "field id",
        "field no",
        "field of view",
        "fov",
        "image",
        "image id",
        "image no",
        "picture",
        "photo",
        "frame",
        "site",
        "bild",
        "campo",
    ),
    "cells": (
        "cells",
        "n cells",
        "cells n",
        "no cells",
        "no of cells",
        "number of cells",
        "cell count",
        "cells counted",
        "counted cells",
        "cells scored",
        "total cells",
        "cells total",
        "scored",
        "counted",
        "nuclei",
        "zellen",
    ),
    "positive": (
        "positive",
        "positives",
        "positive cells",
        "cells positive",
        "n positive",
        "number positive",
        "with neurite",
        "with neurites",
        "cells with neurite",
        "cells with neurites",
        "cells with a neurite",
        "neurite bearing",
        "neurite bearing cells",
        "bearing",
        "bearing cells",
        "differentiated",
        "differentiated cells",
        "sprouting",
        "sprouting cells",
        "mit neuriten",
    ),
    "percent": (
        "percent",
        "%",
        "percentage",
        "pct",
        "percent positive",
        "% positive",
        "pct positive",
        "percentage positive",
        "% positive cells",
        "% cells with neurites",
        "% with neurites",
        "percent with neurites",
        "percent cells with neurites",
        "% neurite bearing",
        "% neurite bearing cells",
        "% differentiated",
        "fraction positive",
        "proportion positive",
        "fraction",
        "proportion",
    ),
    "cell": ("cell", "cell id", "cell no", "cell number", "neuron", "neuron id", "roi", "object"),
    "longest": (
        "longest",
        "longest neurite",
        "longest neurite length",
        "length of longest neurite",
        "max neurite length",
        "maximum neurite length",
        "max length",
        "longest length",
    ),
    "total": (
        "total",
        "total length",
        "total neurite length",
        "neurite length total",
        "total outgrowth",
        "outgrowth",
        "summed length",
        "sum of lengths",
        "length",
        "neurite length",
    ),
    "neurites": (
        "neurites",
        "n neurites",
        "no neurites",
        "no of neurites",
        "number of neurites",
        "neurite count",
        "neurites per cell",
        "number",
    ),
    "branches": (
        "branches",
        "branch points",
        "n branches",
        "number of branches",
        "branching points",
    ),
    "soma_diameter": (
        "soma diameter",
        "soma",
        "cell body diameter",
        "body diameter",
        "diameter",
        "cell diameter",
    ),
    "state": ("state", "status", "excluded", "exclude", "flag"),
    "reason": ("reason", "comment", "comments", "note", "notes", "remark"),
}
# "positive k=1.5", "with neurites >= 2 soma diameters", "positive 2x".
_THRESHOLD = re.compile(
    r"(?:\bk\s*[=_ ]?\s*|≥\s*|>=?\s*|_k)(?P<a>[0-9]+(?:\.[0-9]+)?)"
    r"|(?P<b>[0-9]+(?:\.[0-9]+)?)\s*(?:x\b|soma|diam|d\b)"
    r"|[\s_](?P<c>[0-9]+(?:\.[0-9]+)?)\s*$",
    re.IGNORECASE,
)
PROPORTION = re.compile(r"\b(?:fraction|proportion)\b")


def threshold_in(heading: str) -> float:
    """Soma diameters in the heading of a column of counts; nan where there are none."""
    match = _THRESHOLD.search(heading)
    return float(next(filter(None, match.groups()))) if match else float("nan")


def neurite_columns(
    table: DataTable,
    stated: Mapping[str, str],
    *,
    name: str,
    stimulus: str = "NGF",
    antagonists: Sequence[str] = (),
) -> tuple[dict[str, str], tuple[tuple[float, str], ...]]:
    """Columns of a table of neurites by their role, and its counts at several thresholds.

    Parameters
    ----------
    table : DataTable
    stated : mapping of str to str
        Columns that the user named.
    name : str
        Of the table, for errors.
    stimulus : str
        A column may be called so ("NGF" with yes and no), as by the name of an antagonist.
    antagonists : sequence of str
        Names of antagonists beside the usual ones.

    Returns
    -------
    dict of str to str
    tuple of (float, str)
        Threshold in soma diameters, and its column, ascending; the only one may be nan.
    """
    several: list[tuple[float, str]] = []
    if not stated.get("positive"):
        for heading in table.columns:
            k = threshold_in(heading)
            if k == k and _without_threshold(heading) in NEURITE_ROLES["positive"]:
                several.append((k, heading))
    words = {
        role: tuple(usual)
        for role, usual in NEURITE_ROLES.items()
        if not (role == "positive" and several)
    }
    words["stimulus"] += (plain_heading(stimulus), f"with {plain_heading(stimulus)}")
    plain = {plain_heading(one).replace(" ", "") for one in (*ANTAGONISTS, *antagonists)}
    headings = (plain_heading(one) for one in table.columns)
    words["antagonist"] += tuple(one for one in headings if one.replace(" ", "") in plain)
    columns = find_columns(table, words, stated, name=name)
    if several:
        return columns, tuple(sorted(several))
    if "positive" in columns:
        return columns, ((threshold_in(columns["positive"]), columns["positive"]),)
    return columns, ()


def _without_threshold(heading: str) -> str:
    return plain_heading(_THRESHOLD.sub("", heading).replace("soma diameters", ""))


def unused_columns(table: DataTable, used: Sequence[str]) -> tuple[str, ...]:
    """Columns of a table that have no role."""
    return tuple(one for one in table.columns if one not in used)
