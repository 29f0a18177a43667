"""Drugs, scenarios and protocols of the library."""

from __future__ import annotations

from pathlib import Path

from tricyclic.api._call import call, check_path, check_text, path, python_wording
from tricyclic.core.call_arguments import checked_arguments
from tricyclic.core.progress import ProgressCallback
from tricyclic.core.protocol import Protocol
from tricyclic.io.library.protocols import protocol as library_protocol
from tricyclic.results.library import DrugsResult, ProtocolsResult, ScenariosResult
from tricyclic.workflows.library.drugs import run as run_drugs
from tricyclic.workflows.library.options import DrugsOptions, ProtocolsOptions, ScenariosOptions
from tricyclic.workflows.library.protocols import run as run_protocols
from tricyclic.workflows.library.scenarios import run as run_scenarios


@checked_arguments
def drugs(
    name: str = "",
    *,
    species: str = "",
    library: str | Path = "",
    on_progress: ProgressCallback | None = None,
) -> DrugsResult:
    """List the drugs, or show the values of one with their sources and conflicts.

    Parameters
    ----------
    name
        A drug to show in detail.
    species
        Show the kinetics of one species only. One of "rat", "human".
    library
        Your own library folder; its entries take precedence.
    on_progress
        Called with the progress of long runs.

    Returns
    -------
    DrugsResult
        Drugs; `full` where one was named, with its sources as (key, citation).

    Raises
    ------
    InputError
        With one sentence: where, what was read, what is allowed, what to do.
    """
    options = DrugsOptions(name=name, species=species, library=path(library))
    return call(run_drugs, options, on_progress)


@checked_arguments
def scenarios(
    name: str = "", *, library: str | Path = "", on_progress: ProgressCallback | None = None
) -> ScenariosResult:
    """List the scenarios that can be simulated, or describe one.

    Parameters
    ----------
    name
        A scenario to show in detail.
    library
        Your own library folder; its entries take precedence.
    on_progress
        Called with the progress of long runs.

    Returns
    -------
    ScenariosResult
        Scenarios; `full` where one was named.

    Raises
    ------
    InputError
        With one sentence: where, what was read, what is allowed, what to do.
    """
    options = ScenariosOptions(name=name, library=path(library))
    return call(run_scenarios, options, on_progress)


@checked_arguments
def protocols(
    name: str = "", *, library: str | Path = "", on_progress: ProgressCallback | None = None
) -> ProtocolsResult:
    """List the assay protocols, or show the conditions and steps of one.

    Parameters
    ----------
    name
        A protocol to show in detail.
    library
        Your own library folder; its entries take precedence.
    on_progress
        Called with the progress of long runs.

    Returns
    -------
    ProtocolsResult
        Protocols; `full` where one was named.

    Raises
    ------
    InputError
        With one sentence: where, what was read, what is allowed, what to do.
    """
    options = ProtocolsOptions(name=name, library=path(library))
    return call(run_protocols, options, on_progress)


@checked_arguments
def protocol(name: str, *, library: str | Path = "") -> Protocol:
    """An assay protocol by its name.

    Parameters
    ----------
    name
        Name of the protocol; `tca.protocols()` lists them.
    library
        Your own library folder; its entries take precedence.

    Returns
    -------
    Protocol
        Conditions, steps and plate layout.

    Raises
    ------
    InputError
        If there is no such protocol; near names are suggested.
    """
    with python_wording():
        check_text(name, "name")
        check_path(library, "library")
        return library_protocol(name, folder=library or None)
