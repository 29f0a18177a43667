"""The note about uptake blockers and the extraction of a probe, where it applies."""

from __future__ import annotations

from collections.abc import Sequence

from tricyclic.core.drug import Drug
from tricyclic.errors import UnknownNameError
from tricyclic.io.library.library import Library
from tricyclic.results.microdialysis import EXTRACTION_NOTE

TRANSPORTERS = ("NET", "SERT", "DAT")
# A transporter counts among the targets of a drug whose strongest affinity is up to so many times
# higher.
WITHIN = 10.0


def extraction_note(groups: Sequence[str], drug: str, library: str) -> str:
    """What applies to the treatments of a study; empty if none of them blocks uptake.

    Parameters
    ----------
    groups : sequence of str
        Names of the groups, which may be names of drugs ("desipramine 10 mg/kg"), and doses.
    drug : str
        Name of a drug of the library; empty to take it from the groups.
    library : str
        The user's own library folder.

    Returns
    -------
    str
        The note; a conditional one where no group is a drug of the library.

    Raises
    ------
    UnknownNameError
        If the library has no such drug.
    """
    known = Library(library).drugs
    if drug:
        if drug not in known:
            raise UnknownNameError.among("drug", drug, known, where="drug")
        drugs = [known[drug]]
    else:
        words = {word.strip("(),;") for name in groups for word in name.lower().split()}
        drugs = [one for name, one in known.items() if name.lower() in words]
    if not drugs:
        return f"If a treatment blocks uptake: {EXTRACTION_NOTE}"
    blocking = {one.name: _transporters(one) for one in drugs}
    named = [f"{name} ({', '.join(blocked)})" for name, blocked in blocking.items() if blocked]
    if not named:
        return ""
    return f"Uptake blocker {', '.join(named)}: {EXTRACTION_NOTE}"


def _transporters(drug: Drug) -> list[str]:
    """Transporters among the strongest targets of a drug."""
    affinities: dict[str, float] = {}
    for row in drug.constants:
        if row.name.startswith("Ki_"):
            affinities.setdefault(row.name.removeprefix("Ki_"), row.value)
    if not affinities:
        return []
    strongest = min(affinities.values())
    return [t for t in TRANSPORTERS if affinities.get(t, float("inf")) <= WITHIN * strongest]
