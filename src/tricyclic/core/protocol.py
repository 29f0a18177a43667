"""Protocol: the steps at the bench, and the conditions they fix."""

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
    """One step at the bench: what is done, for how long, at what temperature, in what volume."""

    name: str
    does: str
    minutes: float | None = None
    temperature_C: float | None = None
    volume_uL: float | None = None


@dataclass(frozen=True)
class Protocol:
    """A way to measure, as data: the methods paragraph and the plate plan are written from it.

    `conditions` holds what the protocol fixes (a study states the rest); `layout` is a TOML plate plan
    to start from; `sources` are keys of sources.csv, `assumed` names the fields no source supports.
    """

    name: str
    title: str
    kind: AssayKind
    conditions: BindingConditions
    steps: tuple[Step, ...]
    layout: str = ""
    compound: str = ""
    says: str = ""
    sources: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()
