"""Read a Parquet file of many curves block by block, so that it need not fit into memory.

A block is one or several row groups; a curve belongs to the block in which it begins and may
continue in the next one.
"""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tricyclic.core.curve_batch import CurveBatch, dose_series_keys
from tricyclic.errors import InputError
from tricyclic.io.curves.columns import (
    ColumnNames,
    CurveColumns,
    find_columns,
)
from tricyclic.io.curves.doses import checked_doses, shown_name
from tricyclic.io.curves.plan import BlockScan, ReadPlan, RowBlock
from tricyclic.io.curves.runs import (
    CurveRuns,
    as_dictionary,
    as_index,
    concatenated,
    find_runs,
    join_runs,
)
from tricyclic.io.files import existing_file

ROWS_PER_BLOCK = 500_000
_UNREADABLE = "Write the file again, or copy it again from its source"


@dataclass(frozen=True)
class CurveFile:
    """A Parquet file of curves; `of` opens it.

    Parameters
    ----------
    path : str
    layout : CurveColumns
    named : str
        Name of the file, for messages.
    """

    path: str
    layout: CurveColumns
    named: str

    @classmethod
    def of(
        cls, path: str | Path, *, named: str = "", chosen: ColumnNames | None = None
    ) -> CurveFile:
        """Read the names of the columns.

        Raises
        ------
        InputError
            If the file cannot be read or is empty, or a column is missing.
        """
        place = existing_file(path)
        name = named or place.name
        if place.stat().st_size == 0:
            raise InputError("the file is empty", where=name)
        file = cls(str(place), CurveColumns(), name)
        schema = file.schema
        layout = find_columns(
            {field.name: _kind(field.type) for field in schema},
            names=[field.name for field in schema],
            where=name,
            chosen=chosen,
        )
        if not file.metadata.num_rows:
            raise InputError("has columns but no rows", where=name)
        return replace(file, layout=layout)

    def __reduce__(self) -> tuple[type[CurveFile], tuple[str, CurveColumns, str]]:
        # A process on another machine opens the file itself.
        return CurveFile, (self.path, self.layout, self.named)

    @cached_property
    def metadata(self) -> Any:
        """Metadata of the file."""

        try:
            return pq.read_metadata(self.path)
        except (OSError, pa.ArrowException) as error:
            raise InputError(
                "is not a Parquet file, or its end is missing",
                where=self.named,
                do=_UNREADABLE,
            ) from error

    @property
    def schema(self) -> Any:
        """Names and types of the columns."""
        return self.metadata.schema.to_arrow_schema()

    def plan(self, rows_per_block: int = ROWS_PER_BLOCK) -> ReadPlan:
        """Scan names and doses once, for curves that continue in the next block and shared doses.

        Raises
        ------
        InputError
            If the rows of one curve are far apart, or doses are not log10 molar.
        """
        blocks = tuple(self._cut(max(int(rows_per_block), 1)))
        scan = BlockScan(self, blocks)
        for scanned in self._scanned(blocks):
            scan.add(*scanned)
        return scan.plan()

    def rows(self, block: RowBlock) -> CurveBatch:
        """Read one block; readings that are missing are nan.

        Raises
        ------
        InputError
            If the file is damaged, or a curve is on two plates.
        """
        layout = self.layout
        columns = [*layout.doses, *layout.required]
        runs, values, carried = self._read(block.groups, columns, carried=True)
        if block.begun_before:
            runs, own = runs.only(block.begun_before, keep=False)
            values, carried = [v[own] for v in values], _taken(carried, own)
        if block.continued:
            more, others, more_carried = self._read(block.next_groups, columns, carried=True)
            more, own = more.only(block.continued, keep=True)
            runs = join_runs(runs, more)
            values = [np.concatenate([a, b[own]]) for a, b in zip(values, others, strict=True)]
            next_carried = _taken(more_carried, own)
            carried = {
                name: concatenated([column, next_carried[name]]) for name, column in carried.items()
            }
        codes, starts, order = runs.grouped()
        if order is not None:
            values, carried = [v[order] for v in values], _taken(carried, order)
        names = runs.names.take(as_index(codes))
        if layout.plate:
            self._check_one_plate(names, starts, carried[layout.plate])
        labels = self._labels(names, starts, carried)
        if layout.wide:
            doses, readings = np.array(layout.log10_molar), np.stack(values, axis=1)
            return CurveBatch(names, starts, doses, readings, labels=labels)
        x = checked_doses(
            values[0],
            starts,
            names,
            where=self.named,
            name=layout.dose,
            unit=layout.unit,
            molar_mass_g_per_mol=layout.molar_mass_g_per_mol,
        )
        weight = values[2] if layout.weight else None
        if weight is not None and (bad := np.flatnonzero(weight < 0)).size:
            raise InputError(
                f"has a weight of {weight[bad[0]]:g}",
                where=f"{self.named}, curve '{_name_at(names, starts, bad[0])}'",
                allowed="A weight is 0 or more",
            )
        return CurveBatch(names, starts, x, values[1], weight, labels)

    def digest(self, block: RowBlock) -> str:
        """SHA-256 of the stored bytes of a block, with those that it reads of the next one."""
        sha = hashlib.sha256(repr((block.begun_before, block.continued)).encode())
        with open(self.path, "rb") as file:
            for group in (*block.groups, *block.next_groups):
                about = self.metadata.row_group(group)
                for number in range(about.num_columns):
                    column = about.column(number)
                    begin = min(
                        filter(None, (column.dictionary_page_offset, column.data_page_offset))
                    )
                    file.seek(begin)
                    sha.update(file.read(column.total_compressed_size))
        return sha.hexdigest()

    def _cut(self, rows_per_block: int) -> Iterator[RowBlock]:
        groups: list[int] = []
        first = rows = number = 0
        for group in range(self.metadata.num_row_groups):
            groups.append(group)
            rows += self.metadata.row_group(group).num_rows
            last = group == self.metadata.num_row_groups - 1
            if rows >= rows_per_block / self.layout.readings_per_row or (last and rows):
                yield RowBlock(number, first, rows, tuple(groups))
                first, rows, number, groups = first + rows, 0, number + 1, []

    def _scanned(self, blocks: tuple[RowBlock, ...]) -> Iterator[tuple[RowBlock, Any, np.ndarray]]:
        """Names of the curves of each block and keys of their doses, a few blocks ahead."""
        with ThreadPoolExecutor(2) as pool:
            waiting: deque[Any] = deque()
            for block in blocks:
                waiting.append(pool.submit(self.scan, block))
                if len(waiting) > 3:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()

    def scan(self, block: RowBlock) -> tuple[RowBlock, Any, np.ndarray]:
        """Names of the curves of a block, and keys of their doses."""
        layout = self.layout
        runs, values, _ = self._read(block.groups, list(layout.doses))
        codes, starts, order = runs.grouped()
        names = runs.names.take(as_index(codes))
        if not values:
            return block, names, np.zeros(codes.size, np.uint64)
        x = values[0] if order is None else values[0][order]
        doses = checked_doses(
            x,
            starts,
            names,
            where=self.named,
            name=layout.dose,
            unit=layout.unit,
            molar_mass_g_per_mol=layout.molar_mass_g_per_mol,
        )
        return block, names, dose_series_keys(doses, starts)

    def _read(
        self, groups: tuple[int, ...], columns: list[str], *, carried: bool = False
    ) -> tuple[CurveRuns, list[np.ndarray], dict[str, Any]]:
        """Runs of curves, numbers, and the columns with one value per curve beside a single key."""
        layout = self.layout
        extra = [layout.plate] if carried and layout.plate else []
        extra += [name for name in layout.carried if name not in extra] if carried else []
        extra = [name for name in extra if layout.keys != (name,)]
        wanted = list(dict.fromkeys([*layout.keys, *columns, *extra]))
        text = [
            name
            for name in dict.fromkeys([*layout.keys, *extra])
            if _kind(self.schema.field(name).type) == "text"
        ]
        try:
            with pq.ParquetFile(self.path, metadata=self.metadata, read_dictionary=text) as file:
                table = file.read_row_groups(groups, columns=wanted, use_threads=False)
        except (OSError, pa.ArrowException) as error:
            which = (
                f"row group {groups[0]}"
                if len(groups) == 1
                else f"row groups {groups[0]} to {groups[-1]}"
            )
            raise InputError(
                "the data are damaged and cannot be read",
                where=f"{self.named}, {which}",
                do=_UNREADABLE,
            ) from error
        for name in layout.keys:
            if missing := table.column(name).null_count:
                what = "curve" if layout.keys == ("curve",) else f"value in '{name}'"
                raise InputError(
                    f"1 row has no {what}" if missing == 1 else f"{missing:,} rows have no {what}",
                    where=f"{self.named}, column '{name}'",
                    do="Fill it in, or delete the row",
                )
        keys = [table.column(name) for name in layout.keys]
        runs = find_runs(keys, rows=table.num_rows, alone=Path(self.named).stem)
        values = [_numbers(table.column(name)) for name in columns]
        return runs, values, {name: as_dictionary(table.column(name)) for name in extra}

    def _labels(self, names: Any, starts: np.ndarray, carried: dict[str, Any]) -> dict[str, Any]:
        """Keys and kept columns of the curves, by the names that they have in the file."""
        layout = self.layout
        labels = {}
        for name in layout.carried:
            if layout.keys == (name,):
                labels[name] = names
            else:
                labels[name] = self._value_of_each(name, carried[name], names, starts)
        return labels or {"curve": names}

    def _value_of_each(self, name: str, column: Any, names: Any, starts: np.ndarray) -> Any:
        """The one value of a column in each curve; different texts of a curve are joined."""
        codes = np.asarray(column.indices.fill_null(-1)).astype(np.int64)
        high = np.maximum.reduceat(codes, starts[:-1])
        low = np.minimum.reduceat(np.where(codes < 0, codes.max() + 1, codes), starts[:-1])
        indices = pa.array(high, mask=high < 0)
        values = column.dictionary.take(indices)
        several = np.flatnonzero((low < high) & (high >= 0))
        if not several.size:
            return values
        first = int(several[0])
        if _kind(values.type) != "text":
            two = [column.dictionary[int(code)].as_py() for code in (low[first], high[first])]
            raise InputError(
                f"has {two[0]} and {two[1]} in column '{name}'",
                where=f"{self.named}, curve '{shown_name(names[first].as_py())}'",
                allowed="A column of numbers that is kept has one value per curve",
                do=f'Omit it, or add --curve-column "{name}"',
            )
        texts = values.to_pylist()
        for k in several:
            own = dict.fromkeys(codes[starts[k] : starts[k + 1]].tolist())
            texts[k] = "; ".join(column.dictionary[code].as_py() for code in own if code >= 0)
        return pa.array(texts, values.type)

    def _check_one_plate(self, names: Any, starts: np.ndarray, plates: Any) -> None:
        codes = plates.indices.to_numpy(zero_copy_only=False)
        low, high = np.minimum.reduceat(codes, starts[:-1]), np.maximum.reduceat(codes, starts[:-1])
        for k in np.flatnonzero(low != high)[:1]:
            two = [plates.dictionary[int(code)].as_py() for code in (low[k], high[k])]
            raise InputError(
                f"is on two plates, '{two[0]}' and '{two[1]}'",
                where=f"{self.named}, curve '{shown_name(names[int(k)].as_py())}'",
                allowed="One curve is fitted to the readings of one plate",
                do="Name a curve by both: "
                + " ".join(f'--curve-column "{name}"' for name in (*self.layout.keys, "plate")),
            )


def _numbers(column: Any) -> np.ndarray:

    return np.asarray(column.cast(pa.float64()).to_numpy())


def _taken(columns: dict[str, Any], rows: np.ndarray) -> dict[str, Any]:
    return {name: column.take(as_index(rows)) for name, column in columns.items()}


def _name_at(names: Any, starts: np.ndarray, row: int) -> str:
    return shown_name(names[int(np.searchsorted(starts, row, "right")) - 1].as_py())


def _kind(kind: Any) -> str:

    if pa.types.is_dictionary(kind):
        return _kind(kind.value_type)
    if pa.types.is_integer(kind):
        return "whole numbers"
    if pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return "numbers"
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_binary(kind):
        return "text"
    return str(kind)
