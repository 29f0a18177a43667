"""Weights of a table: a column of weights, a formula of the fit, or one over a column of SDs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from tricyclic.core.table import DataTable
from tricyclic.core.weight_formula import weight_formula
from tricyclic.errors import UnknownNameError

# Quantities of a formula that are those of the fit, whatever the columns are called.
OF_THE_FIT = ("x", "y")


def weights_of(
    tables: Sequence[DataTable], table: DataTable, weights: str
) -> tuple[tuple[DataTable, ...], DataTable, str, str]:
    """The tables, the one that is fitted, its column of weights, and the formula of the fit.

    Parameters
    ----------
    tables, table
        All tables of the file, and the one that is fitted.
    weights
        A column of weights, "1/y^2", or "1/SD^2" with SD a column, which is replaced by a column of
        these weights.

    Raises
    ------
    InputError
        If the text is neither.
    """
    tables = tuple(tables)
    if not weights or weights in table.columns:
        return tables, table, weights, ""
    formula = weight_formula(weights)
    if formula is None:
        raise UnknownNameError.among("column of weights", weights, table.columns, where="weights")
    of, power = formula
    if of.lower() in OF_THE_FIT or of not in table.columns:
        return tables, table, "", weights
    numbers = table.numbers(of)
    with np.errstate(divide="ignore"):
        # A reading without a standard deviation above 0 is not used, and named as such.
        column = np.where(numbers > 0, np.abs(numbers) ** -power, np.nan)
    own = replace(
        table,
        columns=tuple(weights if name == of else name for name in table.columns),
        values={weights if name == of else name: v for name, v in table.values.items()}
        | {weights: column},
        units={name: unit for name, unit in table.units.items() if name != of},
        excluded={name: mask for name, mask in table.excluded.items() if name != of},
    )
    return tuple(own if one is table else one for one in tables), own, weights, ""
