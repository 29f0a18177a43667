"""Annotations of a model: what its quantities and drugs are in public vocabularies.

Molecules are identified in UniProt, ChEBI and ChEMBL, processes in the Gene Ontology, kinds of
quantity in the Systems Biology Ontology, and animals in the NCBI taxonomy; addresses are those of
identifiers.org.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from tricyclic.core.drug import Drug
from tricyclic.simulation.model import ModelQuantity

TAXA = {"rat": 10116, "human": 9606}
CONCENTRATION, AMOUNT, SIMPLE_CHEMICAL, INHIBITORY_CONSTANT, MICHAELIS_CONSTANT = (
    196,
    360,
    247,
    261,
    27,
)


def annotation_lines(quantities: Iterable[ModelQuantity], species: str) -> list[str]:
    """Antimony statements that annotate each quantity and the animal."""
    lines = [f'  model taxon "https://identifiers.org/taxonomy:{TAXA[species]}"']
    for item in quantities:
        for identifier in item.identifiers:
            lines.append(f'  {item.id} {_relation(identifier)} "{address(identifier)}"')
        term = _sbo_term(item)
        if term:
            lines.append(f"  {item.id}.sboTerm = {term}")
    return lines


def identified(quantities: Mapping[str, ModelQuantity], drug: Drug) -> tuple[str, ...]:
    """Names of all quantities that are amounts or concentrations of a drug."""
    own = re.compile(
        rf"{drug.name}\.(?:central|peripheral|eliminated|plasma_total|plasma_free|medium_free|in_\w+)"
        rf"|{drug.name}_brain\.free|{drug.name}_dose[0-9]+\.amount|{drug.name}_probe_\w+\.tissue"
    )
    return tuple(name for name in quantities if own.fullmatch(name))


def find_identifiers(drug: Drug) -> tuple[str, ...]:
    """Identifiers of a drug in public databases; its CAS number only where there is no other."""
    prefixes = {"chebi": "", "chembl": "", "inchikey": "inchikey:", "uniprot": "uniprot:"}
    best = tuple(
        prefix + drug.identifier(key) for key, prefix in prefixes.items() if drug.identifier(key)
    )
    cas = drug.identifier("cas")
    return best or ((f"cas:{cas}",) if cas else ())


def address(identifier: str) -> str:
    """The identifiers.org address of "uniprot:P23975", "CHEBI:47781" or "CHEMBL1418"."""
    compound = identifier.startswith("CHEMBL")
    return f"https://identifiers.org/{'chembl.compound/' if compound else ''}{identifier}"


def _relation(identifier: str) -> str:
    """A molecule is identical to its entry; a process or cell part is an instance of its term."""
    return "hypernym" if identifier.startswith("GO:") else "identity"


def _sbo_term(item: ModelQuantity) -> int:
    """Kind of quantity in the ontology; 0 where it adds nothing to the unit."""
    symbol = item.name.rpartition(".")[2]
    if item.kind == "species":
        return SIMPLE_CHEMICAL
    if item.kind == "parameter":
        if symbol.startswith("Ki_"):
            return INHIBITORY_CONSTANT
        return MICHAELIS_CONSTANT if symbol == "Km" or symbol.startswith("Km_") else 0
    if item.kind in ("state", "computed"):
        return {"nM": CONCENTRATION, "nmol_per_kg": AMOUNT}.get(item.unit, 0)
    return 0
