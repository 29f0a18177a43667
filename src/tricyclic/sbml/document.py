"""The one door to libSBML: a model as SBML text becomes tables and complaints, or the same model with more said in it."""

from __future__ import annotations

from tricyclic.sbml.checks import refuse_unsafe, unit_complaints, validation_complaints
from tricyclic.sbml.parts import parse
from tricyclic.sbml.tables import Event, Quantity, Reaction, Rule, Tables, tables
from tricyclic.sbml.time import seconds_of_time
from tricyclic.sbml.write import (
    Uncertain,
    annotate,
    derive_always,
    with_initial_values,
    with_names,
    with_notes,
    with_uncertainty,
)

__all__ = [
    "Event",
    "Quantity",
    "Reaction",
    "Rule",
    "Tables",
    "Uncertain",
    "annotate",
    "derive_always",
    "parse",
    "refuse_unsafe",
    "seconds_of_time",
    "tables",
    "unit_complaints",
    "validation_complaints",
    "with_initial_values",
    "with_names",
    "with_notes",
    "with_uncertainty",
]
