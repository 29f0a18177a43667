"""The chromatograms of a sample list: each injection finds its file, and the trace in it.

A list and a folder have to match: an injection without its file, two injections with one trace, and
a chromatogram that no injection names are refused.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tricyclic.core.chromatogram import Chromatogram, ChromatogramFile, InjectionTrace
from tricyclic.core.format import list_names, pluralize
from tricyclic.core.progress import ProgressCallback, report_progress
from tricyclic.core.sample_list import SampleList, SampleRow
from tricyclic.core.unused import as_remarks
from tricyclic.errors import InputError, UnknownNameError, did_you_mean
from tricyclic.io.chromatograms import MAX_DEPTH, MAX_FILES, channel_key, read_chromatograms

# Names that a message lists.
MAX_LISTED = 4
# A column of areas among the columns of a list that are not used.
_AREAS = re.compile(r"(?:^|: )columns? .*'[^']*(?:\barea|fläche)", re.IGNORECASE)


@dataclass(frozen=True)
class TraceSource:
    """Where the chromatograms of a batch are, and how they are read.

    Parameters
    ----------
    folder : Path
        Files of the list are relative to it.
    channel : str
        Trace of files with several; a channel in the list takes precedence.
    reader, decimal, time_unit : str
        As of `read_chromatograms`; empty for the default.
    others : tuple of Path
        Files of the folder that are no chromatograms: the list, the method.
    """

    folder: Path
    channel: str = ""
    reader: str = ""
    decimal: str = ""
    time_unit: str = ""
    others: tuple[Path, ...] = ()


def read_batch(
    samples: SampleList, source: TraceSource, on_progress: ProgressCallback | None = None
) -> tuple[tuple[InjectionTrace, ...], tuple[str, ...]]:
    """The trace of each injection of a list, in its order, and what the files have beside.

    Parameters
    ----------
    samples : SampleList
    source : TraceSource
    on_progress : callable, optional

    Returns
    -------
    traces : tuple of InjectionTrace
        None for excluded injections whose file is missing or cannot be read.
    unused : tuple of str
        Parts of the files that were not used, each once.

    Raises
    ------
    InputError
        If the list does not match the files, a file cannot be read, or its trace is not clear.
    """
    paths = batch_paths(samples, source)
    rows_of: dict[Path, list[SampleRow]] = {}
    unread = {row.name: "no file" for row in samples.injected if row.name not in paths}
    for row in samples.injected:
        if row.name in paths:
            rows_of.setdefault(paths[row.name], []).append(row)
    traces: dict[str, InjectionTrace] = {}
    unused: list[str] = []
    for done, (path, rows) in enumerate(rows_of.items(), 1):
        try:
            files = _read(path, source)
            matching = _of_one_file(rows, files, source, samples)
        except InputError as error:
            # Nothing of a file is needed where all its injections are excluded.
            if not all(row.excluded for row in rows):
                raise
            unread |= {row.name: error.problem for row in rows}
            continue
        traces.update({one.name: one for one in matching})
        unused += [text for one in files for text in one.unused]
        report_progress(on_progress, done, len(rows_of), f"reading {path.name}")
    # After the files of the list: two injections with one file may be why another is not named.
    _check_complete(paths, source, samples)
    unused += as_remarks(
        [f"{name} is excluded, and its file not read: {text}" for name, text in unread.items()]
    )
    ordered = tuple(traces[row.name] for row in samples.injected if row.name in traces)
    return ordered, tuple(dict.fromkeys(unused))


def _read(path: Path, source: TraceSource) -> tuple[ChromatogramFile, ...]:
    return read_chromatograms(
        path,
        reader=source.reader or None,
        decimal=source.decimal or None,
        time_unit=source.time_unit or None,
    )


def batch_paths(samples: SampleList, source: TraceSource) -> dict[str, Path]:
    """The file of each injection, by its name; a ChemStation folder NAME.D counts as one file.

    Raises
    ------
    InputError
        If the folder does not exist, a file is missing, or its name fits several.
    """
    if not source.folder.is_dir():
        raise InputError("is not a folder", where=str(source.folder), do="Name it with --folder")
    index = _Index.of(source.folder)
    paths: dict[str, Path] = {}
    missing: list[SampleRow] = []
    for row in samples.injected:
        matching = index.find(row)
        if matching is None:
            missing.append(row)
        else:
            paths[row.name] = matching
    if missing and all(row.file == row.name for row in missing):
        # The list has no column of files; the files may be called by numbers, or one table may
        # have all traces.
        by_sample = _by_sample(index, source)
        for row in missing:
            if place := by_sample.get(row.name.strip().lower()):
                paths[row.name] = place
        missing = [row for row in missing if row.name not in paths]
    # An excluded injection needs no file.
    missing = [row for row in missing if not row.excluded]
    if missing:
        raise _missing_files(missing, set(paths.values()), index, samples)
    return paths


def _missing_files(
    missing: Sequence[SampleRow], listed: Collection[Path], index: _Index, samples: SampleList
) -> InputError:
    """The error for files of the list that the folder has not; the nearest other file is named."""
    files = list(dict.fromkeys(row.file for row in missing))
    names = list_names(files, MAX_LISTED)
    count = pluralize(len(files), "file") + (" is" if len(files) == 1 else " are")
    others = [path.name for path in index.by_path.values() if path not in listed]
    near = did_you_mean(files[0], others) if len(files) == 1 else ""
    lost = "The file of a sample that was lost is left empty"
    do = "Correct the column of files, or name their folder with --folder"
    if any(_AREAS.search(text) for text in samples.unused):
        do += ". Areas of another program need no chromatograms: tricyclic curves interpolate"
    return InputError(
        f"{count} not in the folder {index.folder.name or index.folder}: {names}",
        where=missing[0].where if len(missing) == 1 else samples.file,
        allowed=f"{near} {lost}" if near else lost,
        do=do,
    )


@dataclass(frozen=True)
class _Index:
    """Files of a folder, and folders NAME.D in it, by their names in lower case."""

    folder: Path
    by_path: Mapping[str, Path]
    by_name: Mapping[str, tuple[Path, ...]]
    by_stem: Mapping[str, tuple[Path, ...]]

    @staticmethod
    def of(folder: Path) -> _Index:
        by_path: dict[str, Path] = {}
        by_name: dict[str, tuple[Path, ...]] = {}
        by_stem: dict[str, tuple[Path, ...]] = {}
        for path in _entries(folder, 1):
            by_path[path.relative_to(folder).as_posix().lower()] = path
            for table, key in ((by_name, path.name), (by_stem, path.stem)):
                table[key.lower()] = (*table.get(key.lower(), ()), path)
        return _Index(folder, by_path, by_name, by_stem)

    def find(self, row: SampleRow) -> Path | None:
        """The file of an injection; the folders of another computer do not matter."""
        text = row.file.replace("\\", "/").strip().strip("/").removeprefix("./").lower()
        if text in self.by_path:
            return self.by_path[text]
        own = Path(row.file)
        if own.is_absolute() and own.exists():
            return own
        name = text.rpartition("/")[2]
        for table in (self.by_name, self.by_stem):
            matching = table.get(name, ())
            if len(matching) > 1:
                shown = list_names([str(p.relative_to(self.folder)) for p in matching], MAX_LISTED)
                raise InputError(
                    f"the file '{row.file}' may be {shown}",
                    where=row.where,
                    do="Write the file with its folder and suffix",
                )
            if matching:
                return matching[0]
        return None


def _by_sample(index: _Index, source: TraceSource) -> dict[str, Path]:
    """The file of each sample, by the names in the file, in lower case; without those that repeat.

    A name is that of the injection, or that of one of its traces.
    """
    paths: dict[str, list[Path]] = {}
    others = {path.resolve() for path in source.others}
    for path in index.by_path.values():
        if path.resolve() in others:
            continue
        try:
            read = _read(path, source)
        except InputError:
            continue  # no chromatogram
        for one in read:
            names = {one.sample, *(trace.sample for trace in one.traces)}
            if len(one.traces) > 1:
                names.update(trace.name for trace in one.traces)
            for name in {name.strip().lower() for name in names}:
                paths.setdefault(name, []).append(path)
    return {name: several[0] for name, several in paths.items() if name and len(several) == 1}


def _entries(folder: Path, depth: int) -> list[Path]:
    matching: list[Path] = []
    for path in sorted(folder.iterdir()):
        if path.name.startswith("."):
            continue
        if path.is_file() or path.suffix.lower() == ".d":
            matching.append(path)
        elif path.is_dir() and depth < MAX_DEPTH:
            matching += _entries(path, depth + 1)
        if len(matching) > MAX_FILES:
            raise InputError(
                f"contains more than {MAX_FILES:,} files",
                where=str(folder),
                do="Name the folder of this batch alone with --folder",
            )
    return matching


def _check_complete(paths: Mapping[str, Path], source: TraceSource, samples: SampleList) -> None:
    """Refuse chromatograms beside those of the list, of the same kind, that it does not name."""
    listed = set(paths.values())
    kinds = {(path.parent, path.suffix.lower()) for path in listed}
    others = {path.resolve() for path in source.others}
    more = [
        path
        for folder, suffix in sorted(kinds)
        for path in sorted(folder.iterdir())
        if path.suffix.lower() == suffix
        and path not in listed
        and path.resolve() not in others
        and not path.name.startswith(".")
        and _is_chromatogram(path, source)
    ]
    if more:
        names = list_names([path.name for path in more], MAX_LISTED)
        count = "1 chromatogram" if len(more) == 1 else f"{len(more)} chromatograms"
        raise InputError(
            f"no injection of the list names {count} of the folder: {names}",
            where=samples.file,
            do='Add them to the list, with a reason in the column "excluded" for those that are '
            "left out, or move them to another folder",
        )


def _is_chromatogram(path: Path, source: TraceSource) -> bool:
    try:
        return any(one.traces for one in _read(path, source))
    except InputError:
        return False


def _of_one_file(
    rows: Sequence[SampleRow],
    files: Sequence[ChromatogramFile],
    source: TraceSource,
    samples: SampleList,
) -> list[InjectionTrace]:
    """The traces of the injections that name one file."""
    names = {row.name.strip().lower() for row in rows}
    matching = [_trace_of(row, files, source, names) for row in rows]
    used: dict[int, str] = {}
    for row, (_, trace) in zip(rows, matching, strict=True):
        if id(trace) in used:
            raise InputError(
                f"the injections {used[id(trace)]} and {row.name} have one chromatogram, "
                f"{_name_of(trace)} of {row.file}",
                where=samples.file,
                allowed="Each injection has its own",
                do="Correct the column of files, or that of channels",
            )
        used[id(trace)] = row.name
    if len(rows) > 1:
        every = [trace for one in files for trace in one.traces]
        more = [_name_of(trace) for trace in every if id(trace) not in used]
        if more and not source.channel and not any(row.channel for row in rows):
            raise InputError(
                f"no injection of the list names {pluralize(len(more), 'trace')} of "
                f"{rows[0].file}: {list_names(more, MAX_LISTED)}",
                where=samples.file,
                do='Add them to the list, with a reason in the column "excluded" for those that '
                "are left out",
            )
    return [
        InjectionTrace(
            row.name,
            trace,
            tuple(
                peak
                for peak in one.vendor_peaks
                if channel_key(peak.channel) == channel_key(trace.name)
                or (not peak.channel and len(one.traces) == 1)
            ),
        )
        for row, (one, trace) in zip(rows, matching, strict=True)
    ]


def _name_of(trace: Chromatogram) -> str:
    return trace.sample if trace.sample and trace.sample != trace.name else trace.name


def _trace_of(
    row: SampleRow, files: Sequence[ChromatogramFile], source: TraceSource, names: Collection[str]
) -> tuple[ChromatogramFile, Chromatogram]:
    """The trace of an injection: by its channel, by its name, or the only one; `names` are those of
    all injections of the file, in lower case.
    """
    pairs = [(one, trace) for one in files for trace in one.traces]
    if not pairs:
        raise InputError(
            "has a peak table and no chromatogram",
            where=row.file,
            do="Export the chromatogram with its readings",
        )
    own = row.name.strip().lower()
    by_name = [(f, t) for f, t in pairs if own in (t.sample.lower(), t.name.lower())]
    if len(names) > 1 or len(files) > 1:
        pairs = by_name or pairs
    channel = row.channel or source.channel
    if channel:
        wanted = channel_key(channel)
        chosen = [(f, t) for f, t in pairs if channel_key(t.name) == wanted]
        if not chosen:
            raise UnknownNameError.among(
                "trace", channel, [t.name for _, t in pairs], where=row.file
            )
        pairs = chosen
    elif len(pairs) > 1 and by_name:
        pairs = by_name
    if len(pairs) > 1:
        called = [_name_of(trace) for _, trace in pairs]
        near = did_you_mean(row.name, [one for one in called if one.lower() not in names])
        advice = 'dd --channel NAME, or a column "channel" to the list'
        raise InputError(
            f"{row.file} has {len(pairs)} traces, none of them called {row.name}"
            + ("" if near else f": {list_names(called, MAX_LISTED)}"),
            where=row.where,
            allowed=near,
            do=f"Correct the name in the list, or a{advice}" if near else f"A{advice}",
        )
    return pairs[0]
