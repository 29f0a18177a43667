"""Chromatograms of files and folders, with the peaks that the program of the instrument integrated.

A folder `NAME.D` is one injection: its traces and reports are read together. Another folder gives
the injections of all files and folders in it that a reader of chromatograms claims; the others are
listed as not used.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from tricyclic.core.chromatogram import Chromatogram, ChromatogramFile, VendorPeak
from tricyclic.core.unused import as_remarks, quoted
from tricyclic.errors import InputError
from tricyclic.io.base import RawFile, Reader, ReadOptions, nothing_beside
from tricyclic.io.delimited_text import shortened
from tricyclic.io.files import at_file, read_bytes
from tricyclic.io.open import CLAIM, READERS
from tricyclic.io.xlsx import other_sheets

logger = logging.getLogger(__name__)

# Files of one folder, and levels of folders, that are searched.
MAX_FILES, MAX_DEPTH = 20_000, 6
# Files of other programs that a folder always has.
_SYSTEM_FILES = frozenset({".ds_store", "thumbs.db", "desktop.ini"})
# Within these limits two reports list the same peak.
_SAME_TIME_MIN, _SAME_AREA = 0.006, 2e-3
Source = str | Path


def read_chromatograms(
    path: Source | Sequence[Source],
    *,
    reader: str | None = None,
    sheet: str | int | None = None,
    decimal: str | None = None,
    time_unit: str | None = None,
) -> tuple[ChromatogramFile, ...]:
    """Read the chromatograms of a file, a folder, or several of them.

    Parameters
    ----------
    path : str, Path, or several
        Files, folders `NAME.D` of ChemStation, or folders of such files.
    reader : str, optional
        Name of the reader, if several claim a file or none does.
    sheet : str or int, optional
        Sheet of a workbook, by name or number from 1.
    decimal : {".", ","}, optional
        Decimal mark, if a file can be read in two ways.
    time_unit : {"min", "s", "ms", "h"}, optional
        Unit of the times of a table that states none; default: min, with a remark.

    Returns
    -------
    tuple of ChromatogramFile
        One for each injection, in the order of the files; the files of a folder by name.

    Raises
    ------
    InputError
        If a file cannot be read, is damaged, or contains no chromatogram.
    """
    several = [path] if isinstance(path, str | Path) else list(path)
    if not several:
        raise InputError("no file is named", do="Name one or more files or folders")
    opener = _Opener(reader, sheet, decimal, ReadOptions(time_unit=time_unit))
    return tuple(one for source in several for one in opener.read(Path(source)))


def has_chromatograms(path: str | Path) -> bool:
    """Whether a reader of one instrument reads chromatograms from a file, or it is a folder."""
    file = Path(path)
    if file.is_dir():
        return True
    data, name = read_bytes(file)
    return bool(_claims(RawFile(name, data), _readers(), generic=False))


class _Opener:
    """Opens files and folders with the settings of one call."""

    def __init__(
        self, reader: str | None, sheet: str | int | None, decimal: str | None, options: ReadOptions
    ) -> None:
        if decimal not in (None, ".", ","):
            raise InputError(f"the decimal mark is {decimal!r}", allowed='It must be "." or ","')
        self.reader, self.sheet, self.decimal, self.options = reader, sheet, decimal, options
        self._readers = _readers()

    def read(self, path: Path) -> tuple[ChromatogramFile, ...]:
        """The injections of a file or folder."""
        if not path.is_dir():
            return self._file(path)
        if path.suffix.lower() == ".d":
            return (self._injection(path),)
        injections, others = self._folder(path, 1)
        if not injections:
            raise InputError(
                "contains no file with chromatograms",
                where=str(path),
                do="Export the chromatograms as text, CSV or AIA",
            )
        if others:
            first = injections[0]
            injections[0] = replace(
                first, unused=first.unused + quoted("file", [shortened(name) for name in others])
            )
        return tuple(injections)

    def _folder(self, folder: Path, depth: int) -> tuple[list[ChromatogramFile], list[str]]:
        """Injections of a folder, by name, and the files that no reader claims."""
        injections: list[ChromatogramFile] = []
        others: list[str] = []
        for entry in _entries(folder):
            if entry.is_dir() and entry.suffix.lower() == ".d":
                injections.append(self._injection(entry))
            elif entry.is_dir() and depth < MAX_DEPTH:
                inner, left = self._folder(entry, depth + 1)
                injections += inner
                others += [f"{entry.name}/{name}" for name in left]
            elif entry.is_file():
                raw = _raw(entry, self.sheet, self.decimal)
                chosen = self._claimant(raw, required=False)
                if chosen is None:
                    others.append(entry.name)
                else:
                    injections += self._read(raw, chosen)
        return injections, others

    def _file(self, path: Path) -> tuple[ChromatogramFile, ...]:
        return self._read(_raw(path, self.sheet, self.decimal))

    def _read(self, raw: RawFile, chosen: Reader | None = None) -> tuple[ChromatogramFile, ...]:
        """The injections of a file, by the reader that claims it."""
        try:
            if not raw.data.strip(b"\x00 \t\r\n\xef\xbb\xbf\xff\xfe"):
                raise InputError("the file is empty", do="Export it again from the instrument")
            if raw.sheet is not None and not raw.is_workbook:
                raise InputError("has no sheets", do="Omit --sheet")
            chosen = chosen or self._claimant(raw, required=True)
            assert chosen is not None
            injections = chosen.read(raw, self.options).injections
            if not any(one.traces or one.vendor_peaks for one in injections):
                raise InputError(f"contains no chromatogram for the reader {chosen.name}")
        except InputError as error:
            raise at_file(error, raw.name) from error.__cause__
        logger.info("%s: read by %s", raw.name, chosen.name)
        others: tuple[str, ...] = ()
        if raw.is_workbook:
            others = quoted("sheet", other_sheets(raw.data, raw.sheets))
            others += as_remarks([text for sheet in raw.sheets for text in sheet.remarks])
        digest = hashlib.sha256(raw.data).hexdigest()
        return tuple(
            replace(
                one,
                file=one.file or raw.name,
                sha256=digest,
                reader=chosen.name,
                traces=tuple(replace(trace, file=raw.name) for trace in one.traces),
                vendor_peaks=tuple(
                    replace(peak, file=peak.file or raw.name) for peak in one.vendor_peaks
                ),
                unused=one.unused + others,
            )
            for one in injections
        )

    def _injection(self, folder: Path) -> ChromatogramFile:
        """All traces and reports of a folder NAME.D as one injection."""
        parts: list[ChromatogramFile] = []
        others: list[str] = []
        names = {entry.name.lower() for entry in _entries(folder)}
        for entry in _entries(folder):
            if not entry.is_file():
                continue
            raw = _raw(entry, None, self.decimal)
            chosen = self._claimant(raw, required=False, generic=False)
            if chosen is None:
                others.append(entry.name)
            elif not _is_part_of_report(entry.name, names):
                parts += self._read(raw, chosen)
        if not any(part.traces or part.vendor_peaks for part in parts):
            raise InputError(
                "contains no trace (.ch) and no report that can be read",
                where=folder.name,
                do="Export the signals of this injection as CSV or AIA",
            )
        return _merged(folder.name, parts, others)

    def _claimant(self, raw: RawFile, *, required: bool, generic: bool = True) -> Reader | None:
        if self.reader is not None:
            named: Reader = READERS[self.reader]
            if not named.chromatograms:
                raise InputError(f"the reader {named.name} reads no chromatograms")
            return named
        claimed = _claims(raw, self._readers, generic=False)
        if not claimed and generic:
            claimed = _claims(raw, self._readers, generic=True)
        if len(claimed) > 1 and claimed[0][1] - claimed[1][1] < 0.2 and required:
            named_both = " and ".join(reader.name for reader, _ in claimed)
            raise InputError(
                f"{named_both} claim this file",
                do=f"Name the reader, such as --reader {claimed[0][0].name}",
            )
        if claimed:
            return claimed[0][0]
        if not required:
            return None
        if not raw.parts and not raw.text and not raw.data.startswith(b"CDF"):
            _ = raw.sheets  # raises the error that states what is wrong with the file
        listed = ", ".join(
            f"{name} ({READERS[name].description})"
            for name in READERS
            if READERS[name].chromatograms
        )
        raise InputError(
            "no reader recognises a chromatogram in this file",
            do="Save it as a table with a column of times and one or more of readings, in CSV or "
            f"XLSX; --reader NAME names a reader: {listed}",
        )


def _readers() -> tuple[Reader, ...]:
    """The readers of chromatograms."""
    every: list[Reader] = [READERS[name] for name in READERS]
    return tuple(reader for reader in every if reader.chromatograms)


def _claims(
    raw: RawFile, readers: Sequence[Reader], *, generic: bool
) -> list[tuple[Reader, float]]:
    """Readers that claim a file, the most certain first."""
    claimed = [
        (reader, certainty)
        for reader in readers
        if reader.generic is generic and (certainty := reader.sniff(raw)) >= CLAIM
    ]
    return sorted(claimed, key=lambda claim: -claim[1])


def _entries(folder: Path) -> list[Path]:
    try:
        entries = sorted(folder.iterdir(), key=lambda entry: entry.name.lower())
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror})", where=str(folder)) from error
    if len(entries) > MAX_FILES:
        raise InputError(
            f"contains {len(entries)} files",
            where=str(folder),
            allowed=f"A folder has at most {MAX_FILES:,}",
        )
    return [entry for entry in entries if entry.name.lower() not in _SYSTEM_FILES]


def _raw(path: Path, sheet: str | int | None, decimal: str | None) -> RawFile:
    data, name = read_bytes(path)
    return RawFile(name, data, sheet=sheet, decimal=decimal, beside=_beside(path))


def _beside(path: Path) -> Callable[[str], bytes | None]:
    def beside(name: str) -> bytes | None:
        for entry in path.parent.iterdir():
            if entry.name.lower() == name.lower() and entry.is_file():
                return read_bytes(entry)[0]
        return None

    return beside if path.parent.is_dir() else nothing_beside


def _is_part_of_report(name: str, names: set[str]) -> bool:
    """Whether a file REPORTnn.CSV is read with its headings, Report00.CSV."""
    lower = name.lower()
    return (
        lower.startswith("report")
        and lower.endswith(".csv")
        and lower != "report00.csv"
        and "report00.csv" in names
    )


def channel_key(name: str) -> str:
    """A channel as ChemStation writes it ("DAD1 A, Sig=254,4 Ref=off", "DAD1A") in one form."""
    return "".join(name.split(",", 1)[0].split()).upper()


def _merged(
    name: str, parts: Sequence[ChromatogramFile], others: Sequence[str]
) -> ChromatogramFile:
    """The files of one injection as one: each trace once, each peak once, under its trace."""
    traces: list[Chromatogram] = []
    named: dict[str, str] = {}
    for part in parts:
        for trace in part.traces:
            sample = trace.sample or next((one.sample for one in parts if one.sample), "")
            traces.append(replace(trace, sample=sample))
            named.setdefault(channel_key(Path(part.file).stem), trace.name)
            named.setdefault(channel_key(trace.name), trace.name)
    peaks: list[VendorPeak] = []
    repeated: dict[str, int] = {}
    for part in parts:
        for peak in part.vendor_peaks:
            own = replace(peak, channel=named.get(channel_key(peak.channel), peak.channel))
            same = next((k for k, one in enumerate(peaks) if _same_peak(own, one)), None)
            if same is None:
                peaks.append(own)
            else:
                peaks[same] = _completed(peaks[same], own)
                repeated[part.file] = repeated.get(part.file, 0) + 1
    notes = [f"{part.file}: {note}" for part in parts for note in part.notes]
    notes += [
        f"{file}: {count} peak{'s' if count > 1 else ''} as in another report"
        for file, count in repeated.items()
    ]
    unused = tuple(f"{part.file}: {text}" for part in parts for text in part.unused)
    digests = "\n".join(part.sha256 for part in parts)
    return ChromatogramFile(
        file=name,
        traces=tuple(traces),
        vendor_peaks=tuple(peaks),
        reader=", ".join(dict.fromkeys(part.reader for part in parts)),
        sha256=hashlib.sha256(digests.encode()).hexdigest(),
        notes=tuple(notes),
        unused=unused + quoted("file", [shortened(other) for other in others]),
        sample_name=next((part.sample for part in parts if part.sample), ""),
    )


def _completed(peak: VendorPeak, other: VendorPeak) -> VendorPeak:
    """A peak with what only another report states about it."""
    missing = {
        name: getattr(other, name)
        for name in ("height", "height_unit", "name", "start_min", "end_min", "baseline_type")
        if getattr(peak, name) in (None, "")
    }
    return replace(peak, **missing)


def _same_peak(one: VendorPeak, other: VendorPeak) -> bool:
    if one.file == other.file or channel_key(one.channel) != channel_key(other.channel):
        return False
    if abs(one.retention_min - other.retention_min) > _SAME_TIME_MIN:
        return False
    if one.area is None or other.area is None:
        return one.area is other.area
    return abs(one.area - other.area) <= _SAME_AREA * abs(other.area)
