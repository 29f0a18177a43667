"""Which transporters take up an analyte of dialysates."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from tricyclic.core.certainty import Certainty


@dataclass(frozen=True)
class Uptake:
    """A transporter that takes up an analyte.

    Parameters
    ----------
    transporter : str
    region : str
        Where it matters for the analyte; empty for everywhere.
    description, source : str
    certainty : Certainty
    """

    transporter: str
    region: str = ""
    description: str = ""
    source: str = ""
    certainty: Certainty = "assumed"


@dataclass(frozen=True)
class Analyte:
    """An analyte, its other names, and its uptake; none for one that no listed transporter takes
    up.
    """

    name: str
    other_names: tuple[str, ...] = ()
    uptake: tuple[Uptake, ...] = ()

    @property
    def names(self) -> frozenset[str]:
        """All names, in the form that `plain_name` gives."""
        return frozenset(plain_name(one) for one in (self.name, *self.other_names))


def plain_name(text: str) -> str:
    """A name without case, hyphens, spaces and the sign of an enantiomer: "(-)-NE" is "ne"."""
    text = re.sub(r"^\s*(?:\([^()]*\)|[lL])\s*-\s*", "", text)
    return re.sub(r"[\s_\-‐-―]+", "", text.casefold())


def analyte_called(text: str, analytes: Sequence[Analyte]) -> Analyte | None:
    """The analyte of a name, or of the one name among the words of a title; None if not known.

    Single letters are names only by themselves.
    """
    if whole := [one for one in analytes if plain_name(text) in one.names]:
        return whole[0]
    words = {plain_name(word) for word in re.split(r"[\s_,;:/()\[\]]+", text)}
    fitting = [one for one in analytes if {word for word in words if len(word) > 1} & one.names]
    return fitting[0] if len(fitting) == 1 else None
