"""An exported model run by COPASI through basico, which shares no parser and no solver with the
main engine.

Needs the optional dependency `tricyclic[verification]`.
"""

from __future__ import annotations

import importlib.util
import locale
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from tricyclic.errors import InputError, NumericsError
from tricyclic.ode.base import Floats

MAX_STEPS = 10_000_000


@contextmanager
def unchanged_locale() -> Iterator[None]:
    """Restore the locale at the end.

    COPASI sets the locale "C" when it is loaded and when it runs a model; files opened later
    without an encoding would then be read as ASCII.
    """
    before = locale.setlocale(locale.LC_CTYPE)
    try:
        yield
    finally:
        locale.setlocale(locale.LC_CTYPE, before)


def is_installed() -> bool:
    """Whether basico can be imported."""
    return importlib.util.find_spec("basico") is not None


def version() -> str:
    """Name and version of the program, for a report."""
    basico = load_basico()
    return f"COPASI through basico {basico.__version__}, LSODA"


@unchanged_locale()
def time_course(
    sbml: str, time_h: Floats, ids: Sequence[str], *, rtol: float = 1e-9, atol: float = 1e-12
) -> Floats:
    """Values of quantities at given times.

    Parameters
    ----------
    sbml : str
        A model with its doses as events.
    time_h : array, shape (times,)
        Times in the unit of the model, ascending from 0.
    ids : sequence of str
        SBML ids of species or parameters.

    Returns
    -------
    array, shape (times, ids)

    Raises
    ------
    InputError
        If basico is not installed.
    NumericsError
        If COPASI cannot load or run the model.
    """
    if not is_installed():
        raise InputError(
            "COPASI is not installed",
            do="Install it with: pip install 'tricyclic[verification]'",
        )
    basico = load_basico()
    # COPASI labels columns by name and, where there is none, by id.
    model = basico.load_model_from_string(re.sub(r' name="[^"]*"', "", sbml))
    if model is None:
        raise NumericsError("COPASI cannot load the exported model")
    try:
        species = basico.get_species(model=model)
        known = set() if species is None else set(species.index)
        table = basico.run_time_course_with_output(
            [f"[{name}]" if name in known else f"Values[{name}]" for name in ids],
            values=[float(time) for time in time_h],
            r_tol=rtol,
            a_tol=atol,
            max_steps=MAX_STEPS,
            method="deterministic",
            model=model,
        )
    finally:
        basico.remove_datamodel(model)
    if table.shape != (len(time_h), len(ids)):
        raise NumericsError("COPASI cannot run the exported model to its end")
    return np.asarray(table.to_numpy(float))


def load_basico() -> Any:
    """The module basico; the locale of the process stays as it is."""
    with unchanged_locale():
        import basico

        return basico
