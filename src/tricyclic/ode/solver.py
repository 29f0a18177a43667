"""Antimony text becomes SBML, and an engine is chosen by name."""

from __future__ import annotations

from collections.abc import Callable

from tricyclic.errors import InputError, UnknownNameError
from tricyclic.ode.base import Engine
from tricyclic.ode.roadrunner import RoadRunnerEngine


def antimony_to_sbml(antimony_text: str, name: str) -> str:
    """Write an Antimony model as SBML Level 3 Version 2.

    Parameters
    ----------
    antimony_text : str
        One or several models in Antimony; modules that the last one uses come before it.
    name : str
        Name of the text in an error: a file, a scenario.

    Returns
    -------
    str
        SBML of the main model, modules flattened.

    Raises
    ------
    InputError
        If the text does not parse; the message names the line.
    """
    import antimony

    antimony.clearPreviousLoads()
    if antimony.loadAntimonyString(antimony_text) < 0:
        raise _unreadable(antimony.getLastError(), name)
    sbml = antimony.getSBMLString(antimony.getMainModuleName())
    if not sbml:
        raise _unreadable(antimony.getLastError(), name)
    return str(sbml)


def sbml_to_antimony(sbml: str, name: str) -> str:
    """Write an SBML model as Antimony.

    Raises
    ------
    InputError
        If it cannot be written as Antimony.
    """
    import antimony

    antimony.clearPreviousLoads()
    if antimony.loadSBMLString(sbml) < 0:
        raise _unreadable(antimony.getLastError(), name)
    return str(antimony.getAntimonyString(antimony.getMainModuleName()))


def engine(name: str = "roadrunner") -> Engine:
    """The engine of that name.

    Raises
    ------
    UnknownNameError
        If there is none.
    """
    if name not in _ENGINES:
        raise UnknownNameError.among("engine", name, _ENGINES)
    return _ENGINES[name]()


_ENGINES: dict[str, Callable[[], Engine]] = {"roadrunner": RoadRunnerEngine}


def _unreadable(message: str, name: str) -> InputError:
    first = " ".join(message.split()) or "it has no model"
    return InputError(f"the model text cannot be read: {first}", where=name)
