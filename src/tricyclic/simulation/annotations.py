"""From a quantity or a drug to what it is in public vocabularies, and the lines by which a model says so.

Molecules go by UniProt, ChEBI and ChEMBL, processes by the Gene Ontology, kinds of quantity by the Systems Biology
Ontology, animals by the taxonomy of NCBI; addresses are those of identifiers.org.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from tricyclic.core.drug import Drug
from tricyclic.simulation.model import Quantity

TAXA = {"rat": 10116, "human": 9606}
CONCENTRATION, AMOUNT, SIMPLE_CHEMICAL, INHIBITORY_CONSTANT, MICHAELIS_CONSTANT = (
    196,
    360,
    247,
    261,
    27,
)


def annotation_lines(quantities: Iterable[Quantity], species: str) -> list[str]:
    """Statements that say what each quantity and the animal are."""
    lines = [f'  model taxon "https://identifiers.org/taxonomy:{TAXA[species]}"']
    for item in quantities:
        for identifier in item.identifiers:
            lines.append(f'  {item.id} {_relation(identifier)} "{address(identifier)}"')
        term = _sbo_term(item)
        if term:
            lines.append(f"  {item.id}.sboTerm = {term}")
    return lines


def identified(quantities: Mapping[str, Quantity], drug: Drug) -> tuple[str, ...]:
    """Names of all quantities that are amounts or concentrations of a drug, wherever it is."""
    own = re.compile(
        rf"{drug.name}\.(?:central|peripheral|eliminated|plasma_total|plasma_free|medium_free|in_\w+)"
        rf"|{drug.name}_brain\.free|{drug.name}_dose\d+\.amount|{drug.name}_probe_\w+\.tissue"
    )
    return tuple(name for name in quantities if own.fullmatch(name))


def identifiers_of(drug: Drug) -> tuple[str, ...]:
    """What a drug is in public databases; its CAS number only where nothing better is known."""
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
    """A molecule is what its entry describes; a process or a part of a cell is one of the kind that the ontology defines."""
    return "hypernym" if identifier.startswith("GO:") else "identity"


def _sbo_term(item: Quantity) -> int:
    """What kind of quantity it is; 0 where the ontology says no more than its unit does."""
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
