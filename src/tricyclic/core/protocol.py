"""Assay protocols: the steps in the laboratory and the conditions that they fix."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tricyclic.core.conditions import BindingConditions

AssayKind = Literal[
    "competition",
    "homologous",
    "saturation",
    "association",
    "dissociation",
    "association_then_dissociation",
    "competitive_association",
    "schild",
    "allosteric",
]


@dataclass(frozen=True)
class Step:
    """One step: what is done, for how long, at what temperature, in what volume."""

    name: str
    instruction: str
    minutes: float | None = None
    temperature_C: float | None = None
    volume_uL: float | None = None


@dataclass(frozen=True)
class Protocol:
    """An assay protocol, from which the methods paragraph and the plate map of a study are written.

    `conditions` are those that the protocol fixes (a study provides the others); `layout` is a
    plate map in TOML to start from; `sources` are keys of sources.csv; `assumed` names the fields
    without a source.
    """

    name: str
    title: str
    kind: AssayKind
    conditions: BindingConditions
    steps: tuple[Step, ...]
    layout: str = ""
    compound: str = ""
    description: str = ""
    sources: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()
