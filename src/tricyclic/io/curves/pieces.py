"""Rows of many curves as they are read together, and the curves that they give.

A piece is one block of a file; the rows of a curve may continue in the next piece.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.types as kinds

from tricyclic.core.curve_batch import CurveBatch, dose_series_keys
from tricyclic.errors import InputError
from tricyclic.io.curves.arrays import numpy_numbers
from tricyclic.io.curves.cells import rows_without
from tricyclic.io.curves.columns import CurveColumns
from tricyclic.io.curves.doses import checked_doses, shown_name
from tricyclic.io.curves.plan import RowBlock
from tricyclic.io.curves.runs import (
    CurveRuns,
    as_dictionary,
    as_index,
    concatenated,
    find_runs,
    join_runs,
)


@dataclass(frozen=True)
class RowPiece:
    """Rows that are read together.

    Parameters
    ----------
    runs : CurveRuns
        Runs of rows of the same curve.
    values : list of array, shape (rows,)
        Doses (in a long file), readings, weights.
    carried : dict of Arrow arrays of codes, length rows
        Columns with one value per curve beside a single key.
    once : bool
        Whether the doses are those of one curve, which all curves have.
    left_out : tuple of (str, int)
        Rows that were left out, by the column in which nothing stands.
    """

    runs: CurveRuns
    values: list[np.ndarray]
    carried: dict[str, Any]
    once: bool = False
    left_out: tuple[tuple[str, int], ...] = ()

    def whole(self) -> RowPiece:
        """The same with the doses of every row."""
        if not self.once:
            return self
        doses = np.tile(self.values[0], self.runs.rows // self.values[0].size)
        return replace(self, values=[doses, *self.values[1:]], once=False)

    def only(self, wanted: Sequence[Any], *, keep: bool) -> RowPiece:
        """The rows of the curves named, or of all others, of a whole piece."""
        runs, own = self.runs.only(wanted, keep=keep)
        return RowPiece(runs, [v[own] for v in self.values], _taken(self.carried, own))

    def followed_by(self, more: RowPiece) -> RowPiece:
        """The rows with those of another piece after them, whose curves are among those here; both
        whole.
        """
        carried = {
            name: concatenated([column, more.carried[name]])
            for name, column in self.carried.items()
        }
        values = [np.concatenate([a, b]) for a, b in zip(self.values, more.values, strict=True)]
        return RowPiece(join_runs(self.runs, more.runs), values, carried)


@dataclass(frozen=True)
class GroupedPiece:
    """A piece with its rows by curve, and checked doses.

    Parameters
    ----------
    piece : RowPiece
        As it was read.
    names : Arrow array, length curves
    starts : array of int, shape (curves + 1,)
    order : array of int, shape (rows,), or None
        Rows in the order of the curves; None where they are in it.
    log10_molar : array
        Doses as in `CurveBatch`.
    same_doses : bool
        Whether all curves have the doses of the first one.
    has_readings : bool
        Whether readings were read beside names and doses.
    """

    piece: RowPiece
    names: Any
    starts: np.ndarray
    order: np.ndarray | None
    log10_molar: np.ndarray
    same_doses: bool
    has_readings: bool

    def series_keys(self) -> np.ndarray:
        """Keys of the dose series of the curves, shape (curves,)."""
        curves = len(self.names)
        if self.same_doses:
            one = dose_series_keys(self.log10_molar, np.array([0, self.log10_molar.size]))
            return np.repeat(one, curves)
        if self.log10_molar.size != self.starts[-1]:
            # The columns of a wide file are its doses.
            return np.zeros(curves, np.uint64)
        return dose_series_keys(self.log10_molar, self.starts)


@dataclass(frozen=True)
class PieceReader:
    """Makes pieces of tables, and curves of pieces.

    Parameters
    ----------
    layout : CurveColumns
    named : str
        Name of the file, for messages.
    alone : str
        Name of the curve where no column names curves.
    """

    layout: CurveColumns
    named: str
    alone: str

    @property
    def extra(self) -> list[str]:
        """Columns with one value per curve beside a single key."""
        layout = self.layout
        names = dict.fromkeys([*([layout.plate] if layout.plate else []), *layout.carried])
        return [name for name in names if layout.keys != (name,)]

    def piece(
        self,
        column: Callable[[str], Any],
        rows: int,
        *,
        readings: bool = True,
        parts: Callable[[str], Iterator[Any]] | None = None,
    ) -> RowPiece:
        """Rows from their columns, which are taken one after the other.

        Parameters
        ----------
        column : function
            The Arrow column of a name.
        rows : int
            Number of rows.
        readings : bool
            Whether to take the readings, or only names and doses.
        parts : function, optional
            Gives a column of numbers as Arrow arrays of some of its rows, where it is not in memory
            as a whole.

        Returns
        -------
        RowPiece
            Without the rows that have no name or no dose, which it counts.

        Raises
        ------
        InputError
            If no row is left.
        """
        layout = self.layout
        keys = [column(name) for name in layout.keys]
        missing = {
            name: np.asarray(key.is_null())
            for name, key in zip(layout.keys, keys, strict=True)
            if key.null_count
        }
        # Names are let go before the doses are read, which saves memory.
        runs = None if missing else find_runs(keys, rows=rows, alone=self.alone)
        del keys
        values, once = [], False
        for name in layout.doses:
            one = None if parts is None or runs is None else _doses_once(parts(name), runs)
            once = one is not None
            if one is None:
                one = _numbers(column(name)) if parts is None else _joined(parts(name), rows)
            values.append(one)
            if (without := np.isnan(one)).any():
                missing[name] = without
        kept, left_out = _complete_rows(missing, rows, self.named)
        if runs is None or kept is not None:
            of_keys = [_rows_kept(column(name), kept) for name in layout.keys]
            number = rows if kept is None else int(kept.sum())
            runs = find_runs(of_keys, rows=number, alone=self.alone)
            del of_keys
            values = [own if kept is None else own[kept] for own in values]
        for name in layout.required if readings else ():
            one = _numbers(column(name)) if parts is None else _joined(parts(name), rows)
            values.append(one if kept is None else one[kept])
        extra = self.extra if readings else []
        carried = {name: as_dictionary(_rows_kept(column(name), kept)) for name in extra}
        return RowPiece(runs, values, carried, once, left_out)

    def grouped(self, piece: RowPiece, *, readings: bool = True) -> GroupedPiece:
        """The rows of a piece by curve.

        Raises
        ------
        InputError
            If a dose is not a concentration.
        """
        layout = self.layout
        codes, starts, order = piece.runs.grouped()
        names = piece.runs.names_of(codes)
        if layout.wide:
            doses = np.array(layout.log10_molar)
            return GroupedPiece(piece, names, starts, order, doses, False, readings)
        x = piece.values[0] if order is None else piece.values[0][order]
        own = x if piece.once else _doses_of_each(x, starts)
        if own is not None:
            x, checked, owners = own, np.array([0, own.size]), names.slice(0, 1)
            # The doses are kept once, not once for each curve.
            if order is None:
                piece = replace(piece, values=[own, *piece.values[1:]], once=True)
        else:
            checked, owners = starts, names
        x = checked_doses(
            x,
            checked,
            owners,
            where=self.named,
            name=layout.dose,
            unit=layout.unit,
            molar_mass_g_per_mol=layout.molar_mass_g_per_mol,
        )
        return GroupedPiece(piece, names, starts, order, x, own is not None, readings)

    def curves(
        self, own: GroupedPiece, block: RowBlock, following: GroupedPiece | None
    ) -> CurveBatch:
        """The curves that begin in a block.

        Parameters
        ----------
        own, following : GroupedPiece
            The rows of the block, and those of the next one where curves continue there.
        block : RowBlock
            With the curves that begin before it and those that continue after it.

        Raises
        ------
        InputError
            If a curve is on two plates, a weight is below 0, or a number that is kept has two
            values in a curve.
        """
        if block.begun_before or block.continued:
            piece = own.piece.whole()
            if block.begun_before:
                piece = piece.only(block.begun_before, keep=False)
            if block.continued:
                assert following is not None
                piece = piece.followed_by(following.piece.whole().only(block.continued, keep=True))
            own = self.grouped(piece)
        layout, names, starts, order = self.layout, own.names, own.starts, own.order
        values, carried = own.piece.values[len(layout.doses) :], own.piece.carried
        if order is not None:
            values, carried = [v[order] for v in values], _taken(carried, order)
        if layout.plate:
            self._check_one_plate(names, starts, carried[layout.plate])
        labels = self._labels(names, starts, carried)
        if layout.wide:
            readings = np.stack(values, axis=1)
            return CurveBatch(names, starts, own.log10_molar, readings, labels=labels)
        weight = values[1] if layout.weight else None
        if weight is not None and (bad := np.flatnonzero(weight < 0)).size:
            raise InputError(
                f"has a weight of {weight[bad[0]]:g}",
                where=f"{self.named}, curve '{_name_at(names, starts, bad[0])}'",
                allowed="A weight is 0 or more",
            )
        return CurveBatch(
            names, starts, own.log10_molar, values[0], weight, labels, same_doses=own.same_doses
        )

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
        codes = numpy_numbers(column.indices, -1).astype(np.int64)
        high = np.maximum.reduceat(codes, starts[:-1])
        low = np.minimum.reduceat(np.where(codes < 0, codes.max() + 1, codes), starts[:-1])
        indices = pa.array(high, mask=high < 0)
        values = column.dictionary.take(indices)
        several = np.flatnonzero((low < high) & (high >= 0))
        if not several.size:
            return values
        first = int(several[0])
        if not _is_text(values.type):
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
        codes = numpy_numbers(plates.indices, -1).astype(np.int64)
        high = np.maximum.reduceat(codes, starts[:-1])
        low = np.minimum.reduceat(np.where(codes < 0, codes.max() + 1, codes), starts[:-1])
        for k in np.flatnonzero((low < high) & (high >= 0))[:1]:
            two = [plates.dictionary[int(code)].as_py() for code in (low[k], high[k])]
            raise InputError(
                f"is on two plates, '{two[0]}' and '{two[1]}'",
                where=f"{self.named}, curve '{shown_name(names[int(k)].as_py())}'",
                allowed="One curve is fitted to the readings of one plate",
                do="Name a curve by both: "
                + " ".join(f'--curve-column "{name}"' for name in (*self.layout.keys, "plate")),
            )


def _complete_rows(
    missing: Mapping[str, np.ndarray], rows: int, named: str
) -> tuple[np.ndarray | None, tuple[tuple[str, int], ...]]:
    """Rows with a name and a dose (None for all), and how many are left out for each column.

    Raises
    ------
    InputError
        If no row is left.
    """
    if not missing:
        return None, ()
    kept = np.ones(rows, bool)
    left_out = []
    for name, at in missing.items():
        left_out.append((name, int((at & kept).sum())))
        kept &= ~at
    if not kept.any():
        raise no_row_error(dict(left_out), named)
    return kept, tuple(left_out)


def _rows_kept(column: Any, kept: np.ndarray | None) -> Any:
    return column if kept is None else column.filter(pa.array(kept))


def no_row_error(left_out: Mapping[str, int], named: str) -> InputError:
    """The refusal of rows of which none has a name and a dose."""
    return InputError(
        "no row can be used: " + ", ".join(rows_without(left_out)),
        where=named,
        do="Choose the columns in which curves and doses stand",
    )


def _doses_of_each(x: np.ndarray, starts: np.ndarray) -> np.ndarray | None:
    """The doses of the first curve where all curves have the same ones in one order; else None."""
    lengths = np.diff(starts)
    if lengths.size < 2 or (lengths != lengths[0]).any():
        return None
    table = x.reshape(-1, lengths[0])
    # Most files are decided by their second curve.
    if not (table[1] == table[0]).all() or not (table == table[0]).all():
        return None
    return np.array(table[0])


def _doses_once(parts: Iterator[Any], runs: CurveRuns) -> np.ndarray | None:
    """As `_doses_of_each`, for doses that come part by part: None as soon as one differs, or where
    a curve has rows in two places.
    """
    lengths = runs.lengths
    if lengths.size < 2 or (lengths != lengths[0]).any() or runs.are_apart:
        return None
    points, place = int(lengths[0]), 0
    expected: np.ndarray | None = None
    for part in parts:
        doses = _numbers(part)
        if expected is None:
            if doses.size < points:
                return None
            expected = np.tile(doses[:points], doses.size // points + 2)
        begin = place % points
        if not (doses == expected[begin : begin + doses.size]).all():
            return None
        place += doses.size
    return None if expected is None else expected[:points].copy()


def _joined(parts: Iterator[Any], rows: int) -> np.ndarray:
    """Numbers that come part by part, in one array."""
    values, place = np.empty(rows), 0
    for part in parts:
        values[place : place + len(part)] = _numbers(part)
        place += len(part)
    return values


def _numbers(column: Any) -> np.ndarray:
    return numpy_numbers(column.cast(pa.float64()))


def _taken(columns: dict[str, Any], rows: slice | np.ndarray) -> dict[str, Any]:
    if isinstance(rows, slice):
        return {
            name: column.slice(rows.start, rows.stop - rows.start)
            for name, column in columns.items()
        }
    return {name: column.take(as_index(rows)) for name, column in columns.items()}


def _name_at(names: Any, starts: np.ndarray, row: int) -> str:
    return shown_name(names[int(np.searchsorted(starts, row, "right")) - 1].as_py())


def _is_text(kind: Any) -> bool:
    kind = kind.value_type if kinds.is_dictionary(kind) else kind
    return bool(kinds.is_string(kind) or kinds.is_large_string(kind) or kinds.is_binary(kind))
