"""The recovery of a probe in vitro, as it is stated for a study or an animal."""

from __future__ import annotations

import math

from tricyclic.errors import InputError

ALLOWED = "A recovery is above 0 and at most 1 (100 %), with an error that is smaller than itself"


def check_recovery(value: float, se: float, where: str) -> None:
    """Refuse a recovery that no probe has.

    Parameters
    ----------
    value, se : float
        The share, and its standard error; 0 or nan where none is stated.
    where : str

    Raises
    ------
    InputError
        If it is not above 0 and at most 1, or its error is not smaller than itself.
    """
    error = 0.0 if math.isnan(se) else se
    if not (0 < value <= 1 and 0 <= error < value):
        raise InputError(
            f"is {value:g} +/- {error:g}" if error else f"is {value:g}",
            where=where,
            allowed=ALLOWED,
            do="Check whether it is in percent" if value > 1 else "Correct the number",
        )
