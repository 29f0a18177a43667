"""The sample list of a chromatographic batch: what was injected, in which order, and what it is."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

from tricyclic.errors import InputError, UnknownNameError

SampleRole = Literal["standard", "quality control", "blank", "sample", "suitability"]
ROLES: tuple[SampleRole, ...] = get_args(SampleRole)


@dataclass(frozen=True)
class SampleRow:
    """One injection of a batch.

    Parameters
    ----------
    order : int
        Place in the batch, from 1; as the list states it, or its row.
    name : str
        Of the injection; unique in the batch.
    file : str
        Its chromatogram, relative to the folder of the list; empty for a sample that was lost, and
        for an excluded injection without one.
    role : str
        "standard", "quality control", "blank", "sample" or "suitability" (a standard that is
        injected again and again, and not used for the line).
    amount : float
        Nominal amount of the analyte that was injected, in the unit of the batch; nan except for
        standards, quality controls and suitability.
    level : str
        Name of the level of a quality control ("low").
    animal : str
        Of a sample; empty where a batch is quantified without a study (`check_animals`).
    start, end : str
        When the vial of a sample was put in place and taken away, as the list writes it.
    internal_standard : bool
        Whether the internal standard was added; false for a double blank.
    channel : str
        Trace of the file; empty for that of the method.
    excluded : str
        Reason for which the injection is left out.
    note : str
    where : str
        Row of the list, for errors.
    amounts : tuple of (str, float)
        Nominal amounts by analyte, where the list has a column for each.
    group : str
        Of the animal of a sample, where the list states it.
    """

    order: int
    name: str
    file: str
    role: SampleRole
    amount: float = math.nan
    level: str = ""
    animal: str = ""
    start: str = ""
    end: str = ""
    internal_standard: bool = True
    channel: str = ""
    excluded: str = ""
    note: str = ""
    where: str = ""
    amounts: tuple[tuple[str, float], ...] = ()
    group: str = ""

    def __post_init__(self) -> None:
        where = self.where or self.name
        if self.role not in ROLES:
            raise UnknownNameError.among("role", self.role, ROLES, where=where)
        needs = self.role in ("standard", "quality control")
        if needs and not (math.isfinite(self.amount) and self.amount > 0):
            raise InputError(
                f"the {self.role} {self.name} has no amount above 0",
                where=where,
                do='Fill in the amount, or give it the role "blank"',
            )
        if not self.file and self.role != "sample" and not self.excluded:
            raise InputError(
                f"the {self.role} {self.name} has no file",
                where=where,
                do="Fill in its file, or exclude it with a reason; only a sample can be lost",
            )


@dataclass(frozen=True)
class SampleList:
    """The injections of a batch, in their order.

    Parameters
    ----------
    rows : tuple of SampleRow
    file : str
        Where the list was read.
    unused : tuple of str
        Columns that were not used.
    unit : str
        Of the amounts; empty where the list states none.
    """

    rows: tuple[SampleRow, ...]
    file: str = ""
    unused: tuple[str, ...] = ()
    unit: str = ""

    def __post_init__(self) -> None:
        where = self.file or "sample list"
        if not self.rows:
            raise InputError("has no injections", where=where)
        _check_unique([r.name for r in self.rows], "injection", where)
        _check_unique([str(r.order) for r in self.rows], "place", where)
        object.__setattr__(self, "rows", tuple(sorted(self.rows, key=lambda r: r.order)))

    def __iter__(self) -> Iterator[SampleRow]:
        return iter(self.rows)

    @property
    def injected(self) -> tuple[SampleRow, ...]:
        """The rows with a chromatogram, in order."""
        return tuple(row for row in self.rows if row.file)

    @property
    def lost(self) -> tuple[SampleRow, ...]:
        """The samples without one."""
        return tuple(row for row in self.rows if not row.file)

    def __len__(self) -> int:
        return len(self.rows)

    def of_analyte(self, analyte: str) -> SampleList:
        """The list with the nominal amounts of one analyte.

        Raises
        ------
        InputError
            If the list has columns of amounts by analyte, and none for this one.
        """
        columns = {name.lower() for row in self.rows for name, _ in row.amounts}
        if not columns:
            return self
        if analyte.lower() not in columns:
            raise InputError(
                f"has no amounts of {analyte}",
                where=self.file or "sample list",
                do=f'Add a column "{analyte}_{self.unit or "fmol"}", or give {analyte} the role '
                '"neighbour" in the method',
            )
        rows = []
        for row in self.rows:
            amounts = {name.lower(): value for name, value in row.amounts}
            rows.append(replace(row, amount=amounts.get(analyte.lower(), row.amount)))
        return replace(self, rows=tuple(rows))

    def check_animals(self) -> None:
        """Refuse a list with a sample of no animal, which has no place in a study.

        Raises
        ------
        InputError
            With the first such sample.
        """
        for row in self.of("sample"):
            if not row.animal:
                raise InputError(
                    f"the sample {row.name} has no animal",
                    where=row.where or self.file or "sample list",
                    do="Fill in the animal",
                )

    def of(self, *roles: SampleRole) -> tuple[SampleRow, ...]:
        """The injections of these roles, in order."""
        return tuple(r for r in self.rows if r.role in roles)


def _check_unique(names: Sequence[str], kind: str, where: str) -> None:
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise InputError(
            f"{kind} {twice} occurs twice", where=where, allowed=f"Each {kind} occurs once"
        )
