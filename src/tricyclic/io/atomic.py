"""Files written whole or not at all, and the lock that keeps two runs of one study apart.

A file is written beside its place and then moved there in one step; a folder of results likewise. A
process killed at any moment leaves either what was there before or the whole new thing.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from tricyclic.errors import InputError

UNFINISHED = ".unfinished-"


def write_file(path: Path, content: bytes | str) -> None:
    """Write a file in one step; its folder is made where it is missing.

    Raises
    ------
    InputError
        If the place cannot be written.
    """
    data = content.encode("utf-8") if isinstance(content, str) else content
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(prefix=UNFINISHED, dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            _readable_as_usual(temporary, 0o666)
            os.replace(temporary, path)
        except BaseException:
            with suppress(OSError):
                os.unlink(temporary)
            raise
    except OSError as error:
        raise _cannot_write(path, error) from error


def write_folder(place: Path, files: Mapping[str, bytes]) -> Path:
    """Write a folder of files in one step and say where it went.

    Where `place` already holds exactly these files nothing is written. Where it holds something else,
    the new folder stands beside it as `NAME.2`, `NAME.3`, …: results are never overwritten.
    """
    candidate, number = place, 1
    while candidate.exists():
        if holds(candidate, files):
            return candidate
        number += 1
        candidate = place.with_name(f"{place.name}.{number}")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(prefix=UNFINISHED, dir=place.parent))
        try:
            for name, data in files.items():
                file = temporary / name
                file.parent.mkdir(parents=True, exist_ok=True)
                with file.open("wb") as handle:
                    handle.write(data)
                    handle.flush()
                    os.fsync(handle.fileno())
            _readable_as_usual(temporary, 0o777)
            os.rename(temporary, candidate)
        except BaseException:
            shutil.rmtree(temporary, ignore_errors=True)
            raise
    except OSError as error:
        raise _cannot_write(place, error) from error
    return candidate


def holds(folder: Path, files: Mapping[str, bytes]) -> bool:
    """Whether a folder holds exactly these files, byte for byte."""
    return first_difference(folder, files) == ""


def first_difference(folder: Path, files: Mapping[str, bytes]) -> str:
    """Name the first file in which a folder differs from `files`, and how; empty where it does not."""
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    for name in sorted(there | files.keys()):
        if name not in files:
            return f"{name} is there and should not be"
        if name not in there:
            return f"{name} is missing"
        found = (folder / name).read_bytes()
        if found != files[name]:
            at = next(
                (i for i, (a, b) in enumerate(zip(found, files[name], strict=False)) if a != b),
                min(len(found), len(files[name])),
            )
            line = found[:at].count(b"\n") + 1
            return f"{name} differs from line {line} on"
    return ""


def clear_unfinished(folder: Path) -> None:
    """Remove what killed runs left half-written; only call this under the study's lock."""
    for path in folder.glob(UNFINISHED + "*"):
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            with suppress(OSError):
                path.unlink()


@contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """Hold the lock of a study; a second run at the same time is told so.

    The lock belongs to the process, so a killed run leaves none behind, and no file is made for it.
    """
    if not folder.is_dir():
        raise InputError(
            "is not a folder", where=str(folder), do="Begin a study with: tricyclic new binding DIR"
        )
    try:
        handle = (
            os.open(folder / "study.toml", os.O_RDWR)
            if os.name == "nt"
            else os.open(folder, os.O_RDONLY)
        )
    except OSError as error:
        raise InputError(f"cannot be opened ({error.strerror})", where=str(folder)) from error
    try:
        if not _taken(handle):
            raise InputError(
                "another run of this study is under way",
                where=str(folder),
                do="Wait until it is done",
            )
        yield
    finally:
        os.close(handle)


def _taken(handle: int) -> bool:
    try:
        if os.name == "nt":
            import msvcrt

            os.lseek(handle, 1 << 30, os.SEEK_SET)  # past the end, so that the text stays readable
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _readable_as_usual(path: str | Path, mode: int) -> None:
    # Temporary files are private; what people share is as open as their own umask says.
    mask = os.umask(0)
    os.umask(mask)
    os.chmod(path, mode & ~mask)


def _cannot_write(path: Path, error: OSError) -> InputError:
    return InputError(
        f"cannot be written ({error.strerror or error})", where=str(path), do="Choose another place"
    )
