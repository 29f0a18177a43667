"""The note about uptake blockers and the extraction of a probe, where it applies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from tricyclic.core.analyte import Analyte, Uptake, analyte_called
from tricyclic.core.drug import Drug
from tricyclic.core.format import format_number
from tricyclic.errors import UnknownNameError
from tricyclic.io.library.library import Library
from tricyclic.results.microdialysis import EXTRACTION_NOTE

# A transporter counts among the targets of a drug whose strongest affinity is up to so many times
# higher; a weaker one is stated with its factor, up to the second number.
WITHIN = 10.0
WEAKEST = 1000.0


@dataclass(frozen=True)
class _Blocked:
    """A transporter among the targets of a drug, or of one of its metabolites."""

    drug: str
    transporter: str
    ki_nM: float
    strongest: str
    strongest_nM: float
    metabolite: str = ""

    @property
    def times_weaker(self) -> float:
        return self.ki_nM / self.strongest_nM


def extraction_note(groups: Sequence[str], drug: str, library: str, analyte: str) -> str:
    """What applies to the treatments of a study; empty if none blocks the uptake of the analyte.

    Parameters
    ----------
    groups : sequence of str
        Names of the groups, which may be names of drugs ("desipramine 10 mg/kg"), and doses.
    drug : str
        Name of a drug of the library; empty to take it from the groups.
    library : str
        The user's own library folder.
    analyte : str
        Name of the analyte, in any usual spelling; empty where it is not stated.

    Returns
    -------
    str
        The note; a conditional one where no group is a drug of the library, or where it is not
        known which transporter takes up the analyte.

    Raises
    ------
    UnknownNameError
        If the library has no such drug.
    """
    own = Library(library)
    known = own.drugs
    if drug:
        if drug not in known:
            raise UnknownNameError.among("drug", drug, known, where="drug")
        drugs = [known[drug]]
    else:
        words = {word.strip("(),;") for name in groups for word in name.lower().split()}
        drugs = [one for name, one in known.items() if name.lower() in words]
    substance = analyte_called(analyte, own.analytes) if analyte.strip() else None
    if substance is not None and not substance.uptake:
        return ""
    if not drugs:
        by = f" by {_listed(substance.uptake)}" if substance is not None else ""
        if substance is None and analyte.strip():
            by = f" of {analyte.strip()}, whose transporters are not known here"
        return f"If a treatment blocks uptake{by}: {EXTRACTION_NOTE}"
    every = {row.transporter for one in own.analytes for row in one.uptake}
    transporters = every if substance is None else {row.transporter for row in substance.uptake}
    blocked = [one for each in drugs for one in _blocked(each, known, sorted(transporters))]
    main = [one for one in blocked if one.times_weaker <= WITHIN]
    if not main:
        return "" if substance is None else _of_weak(blocked, substance, analyte.strip())
    if substance is not None:
        return f"Uptake blocker {_named(main, substance.uptake)}: {EXTRACTION_NOTE}"
    them = " or ".join(dict.fromkeys(one.transporter for one in main))
    what = (
        f"which transporter takes up {analyte.strip()} is not known here"
        if analyte.strip()
        else "the analyte is not stated"
    )
    return f"Uptake blocker {_named(main, ())}: {what}. If {them} takes it up, {EXTRACTION_NOTE}"


def _listed(uptake: Sequence[Uptake]) -> str:
    return " or ".join(
        f"{row.transporter} (in the {row.region})" if row.region else row.transporter
        for row in uptake
    )


def _named(blocked: Sequence[_Blocked], uptake: Sequence[Uptake]) -> str:
    """Each drug with the transporters that it blocks: "desipramine (NET)"."""
    regions = {row.transporter: row.region for row in uptake}
    of: dict[str, list[str]] = {}
    for one in blocked:
        text = one.transporter
        if one.metabolite:
            text += f", by its metabolite {one.metabolite}"
        if region := regions.get(one.transporter, ""):
            text += f", in the {region}"
        of.setdefault(one.drug, []).append(text)
    return ", ".join(f"{drug} ({'; '.join(texts)})" for drug, texts in of.items())


def _of_weak(blocked: Sequence[_Blocked], substance: Analyte, analyte: str) -> str:
    """Drugs that block the uptake of the analyte at much higher levels than another target."""
    regions = {row.transporter: f" in the {row.region}" for row in substance.uptake if row.region}
    texts = [
        f"{one.drug} binds {one.transporter}, which takes up {analyte}"
        f"{regions.get(one.transporter, '')}, "
        f"{format_number(one.times_weaker, 2)} times weaker than {one.strongest} (Ki "
        f"{format_number(one.ki_nM)} and {format_number(one.strongest_nM)} nM)"
        for one in blocked
        if one.times_weaker <= WEAKEST
    ]
    if not texts:
        return ""
    return (
        f"{'; '.join(texts)}: only a dose that occupies it lowers the fraction of {analyte} that "
        "the probe extracts"
    )


def _blocked(drug: Drug, known: Mapping[str, Drug], transporters: Sequence[str]) -> list[_Blocked]:
    """Transporters with an affinity of the drug, or among the main targets of a metabolite."""
    blocked = {one.transporter: one for one in _of_compound(drug, transporters)}
    species = dict.fromkeys(row.applies_to for row in drug.constants)
    formed = {name for kind in species for _, name, _ in drug.metabolites(kind) if name in known}
    for name in sorted(formed):
        for one in _of_compound(known[name], transporters):
            own = blocked.get(one.transporter)
            if one.times_weaker <= WITHIN and (own is None or own.times_weaker > WITHIN):
                blocked[one.transporter] = replace(one, drug=drug.name, metabolite=name)
    return list(blocked.values())


def _of_compound(drug: Drug, transporters: Sequence[str]) -> list[_Blocked]:
    affinities: dict[str, float] = {}
    for row in drug.constants:
        if row.name.startswith("Ki_"):
            affinities.setdefault(row.name.removeprefix("Ki_"), row.value)
    if not affinities:
        return []
    strongest = min(affinities, key=lambda target: affinities[target])
    return [
        _Blocked(drug.name, name, affinities[name], strongest, affinities[strongest])
        for name in transporters
        if name in affinities
    ]
