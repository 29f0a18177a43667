"""Readings of plates, which a table of their design assigns to samples."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tricyclic.core.format import list_names
from tricyclic.core.plate import Plate, well_name
from tricyclic.core.release import SampleState
from tricyclic.core.table import DataTable
from tricyclic.errors import InputError
from tricyclic.io.open import read_plates


@dataclass(frozen=True)
class PlatesOfDesign:
    """Readings of plates by the name, file or number of the plate, and by well."""

    values: Mapping[tuple[str, str], float]
    names: tuple[str, ...]
    unit: str
    note: str

    @classmethod
    def read(cls, files: Sequence[str | Path | DataTable], unit: str) -> PlatesOfDesign:
        """Read the files.

        Parameters
        ----------
        files : sequence of path or DataTable
        unit : str
            Of readings that have none.
        """
        plates: list[tuple[Plate, set[str]]] = []
        for file in files:
            of_file = read_plates(file, unit=unit or None, keep_negative=True)
            called = Path(file.name if isinstance(file, DataTable) else str(file))
            for plate in of_file:
                names = {plate.name.lower(), str(len(plates) + 1)}
                names |= {called.stem.lower(), called.name.lower()} if len(of_file) == 1 else set()
                plates.append((plate, names))
        values: dict[tuple[str, str], float] = {}
        for plate, names in plates:
            for well in plate.wells:
                for one in names:
                    values[(one, well.name)] = well.value
                if len(plates) == 1:
                    values[("", well.name)] = well.value
        units = {plate.unit for plate, _ in plates}
        return cls(
            values,
            tuple(plate.name for plate, _ in plates),
            units.pop() if len(units) == 1 else "",
            f"readings of {list_names([plate.name for plate, _ in plates], 6)}",
        )

    def value(
        self, table: DataTable, used: Mapping[str, str], row: int
    ) -> tuple[float, SampleState, float]:
        """The reading of the well that a row of the design names."""
        on = used.get("read_plate") or used.get("plate")
        column = used.get("read_well") or used["well"]
        called = table.texts(on) if on else ("",) * len(table)
        plate = re.sub(r"^plate\s+(?=[0-9]+$)", "", called[row].strip().lower())
        well = well_name(table.texts(column)[row].strip())
        if len(set(called)) == 1 and len(self.names) == 1 and ("", well) in self.values:
            # One plate in the design and one file: they belong together, whatever they are called.
            plate = ""
        if (plate, well) not in self.values:
            raise InputError(
                f"no reading of well {well}" + (f" of plate {plate}" if plate else ""),
                where=f"{table.file or table.name}, {table.place(row)}",
                allowed=f"Plates are {list_names(list(self.names), 6)}",
                do="Name the plates of the design as their files, or number them",
            )
        value = self.values[(plate, well)]
        return value, "measured" if math.isfinite(value) else "lost", math.nan
