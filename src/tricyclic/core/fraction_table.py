"""Values of dialysate fractions as a laboratory's table states them, before times are related to
the treatment and units are converted.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from tricyclic.core.clock_time import TimeKind
from tricyclic.core.format import join_reasons
from tricyclic.core.fractions import State

TableLayout = Literal["tidy", "times down", "animals down"]
# What a single time of a fraction means.
TimeIs = Literal["start", "middle", "end", ""]


@dataclass(frozen=True)
class FractionRow:
    """One fraction of one animal as it was read.

    Parameters
    ----------
    animal, group : str
        The group is empty where the table states none.
    value : float
        nan where there is no number.
    state : str
    start_min, end_min, time_min : float
        Begin and end, or the one time that is stated, on the clock of the table [min]; nan where
        not stated.
    length_min : float
        nan where not stated.
    lod, se : float
        In the unit of the values; nan where not stated.
    name, excluded, note : str
    where : str
        Place in the file.
    """

    animal: str
    group: str
    value: float
    state: State
    start_min: float = math.nan
    end_min: float = math.nan
    time_min: float = math.nan
    length_min: float = math.nan
    lod: float = math.nan
    se: float = math.nan
    name: str = ""
    excluded: str = ""
    note: str = ""
    where: str = ""


@dataclass(frozen=True)
class AnimalRow:
    """What a table states about one animal.

    Parameters
    ----------
    group : str
    treated : str
        Time of the treatment, as it is written.
    dead_volume_uL, flow_uL_per_min, recovery, recovery_se : float
        nan where not stated; the recovery in vitro is a share.
    excluded, note, where : str
    flow_changes : tuple of (float, float)
        Time on the clock of the table [min], and the flow from then on [uL/min]; 0 while the pump
        stood still.
    """

    group: str = ""
    treated: str = ""
    dead_volume_uL: float = math.nan
    flow_uL_per_min: float = math.nan
    excluded: str = ""
    note: str = ""
    where: str = ""
    flow_changes: tuple[tuple[float, float], ...] = ()
    recovery: float = math.nan
    recovery_se: float = math.nan

    def with_stated(self, other: AnimalRow) -> AnimalRow:
        """This row with what another one states; what that one leaves open stays."""
        given = {key: getattr(other, key) for key in other.__dataclass_fields__}
        stated = {k: v for k, v in given.items() if v not in ("", ()) and v == v}
        if self.excluded and other.excluded:
            stated["excluded"] = join_reasons(self.excluded, other.excluded)
        return replace(self, **stated)


@dataclass(frozen=True)
class AnimalTable:
    """What a table states about animals, a row for each.

    Parameters
    ----------
    rows : mapping of str to AnimalRow
        By animal.
    file, sheet : str
        The sheet is empty where the file has none.
    unused : tuple of str
        Phrases for what was not used.
    """

    rows: Mapping[str, AnimalRow]
    file: str = ""
    sheet: str = ""
    unused: tuple[str, ...] = ()


@dataclass(frozen=True)
class FractionTable:
    """The fractions of a table.

    Parameters
    ----------
    rows : tuple of FractionRow
    animals : mapping of str to AnimalRow
        Animals about which something is stated apart from their fractions.
    unit : str
        Of the values; empty where the table states none.
    analyte : str
        Name of the column or table of values; empty where there is none.
    time_kind : {"minutes", "time of day", "date"}
    time_is : {"start", "middle", "end", ""}
        What the single times are, where their name states it.
    time_unit : str
        Of times that are numbers, as their heading states it: "h"; empty for minutes.
    layout : {"tidy", "times down", "animals down"}
    file : str
    read_as, unused : tuple of str
        Phrases for the report: what was recognised, and what was not used.
    """

    rows: tuple[FractionRow, ...]
    animals: Mapping[str, AnimalRow] = field(default_factory=dict)
    unit: str = ""
    analyte: str = ""
    time_kind: TimeKind = "minutes"
    time_is: TimeIs = ""
    time_unit: str = ""
    layout: TableLayout = "tidy"
    file: str = ""
    read_as: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()
