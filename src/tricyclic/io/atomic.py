"""Write files and folders completely or not at all, and lock a folder for one process.

A file is written under another name beside its destination and then renamed; a folder of results
likewise. A process that is killed leaves either the previous content or the complete new one.
"""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from tricyclic.errors import InputError

UNFINISHED = ".unfinished-"


def write_file(path: Path, content: bytes | str) -> None:
    """Write a file in one step; a missing folder is made.

    Raises
    ------
    InputError
        If the file cannot be written.
    """
    write_files({path: content.encode("utf-8") if isinstance(content, str) else content})


def write_files(files: Mapping[Path, bytes]) -> None:
    """Write several files: all of them, or none if one cannot be written.

    Every file is written under another name first, and the names are changed at the end.

    Raises
    ------
    InputError
        If a file cannot be written.
    """
    unfinished: dict[Path, str] = {}
    try:
        for path, data in files.items():
            with _writing(path):
                if path.is_dir():
                    raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
                unfinished[path] = _write_beside(path, data)
        for path, temporary in unfinished.items():
            with _writing(path):
                os.replace(temporary, path)
    finally:
        for temporary in unfinished.values():
            with suppress(OSError):
                os.unlink(temporary)


def check_can_write(place: Path) -> None:
    """Refuse a file or folder below something that is no folder, or where nothing can be written.

    Raises
    ------
    InputError
        With the nearest folder that exists.
    """
    with _writing(place):
        nearest = place
        while not nearest.exists() and nearest != nearest.parent:
            nearest = nearest.parent
        if nearest != place and not nearest.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, f"{nearest} is not a folder")
        if not os.access(nearest, os.W_OK):
            raise PermissionError(errno.EACCES, f"no permission to write to {nearest}")


def write_folder(place: Path, files: Mapping[str, bytes]) -> Path:
    """Write a folder of files in one step and return its path.

    If `place` contains exactly these files, nothing is written. If it contains something else, the
    new folder is `NAME.2`, `NAME.3`, … beside it: results are never overwritten.
    """
    candidate, number = place, 1
    while candidate.exists():
        if contains_files(candidate, files):
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


def contains_files(folder: Path, files: Mapping[str, bytes]) -> bool:
    """Whether a folder contains exactly these files, byte for byte."""
    return first_difference(folder, files) == ""


def first_difference(folder: Path, files: Mapping[str, bytes]) -> str:
    """First file in which a folder differs from `files`, and how; empty if they are equal."""
    present = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    for name in sorted(present | files.keys()):
        if name not in files:
            return f"{name} is not expected"
        if name not in present:
            return f"{name} is missing"
        data, expected = (folder / name).read_bytes(), files[name]
        if data != expected:
            at = next(
                (i for i, (a, b) in enumerate(zip(data, expected, strict=False)) if a != b),
                min(len(data), len(expected)),
            )
            line = data[:at].count(b"\n") + 1
            return f"{name} differs from line {line} on"
    return ""


def clear_unfinished(folder: Path) -> None:
    """Remove unfinished files of runs that were killed; call it only while the folder is locked."""
    for path in folder.glob(UNFINISHED + "*"):
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            with suppress(OSError):
                path.unlink()


@contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """Lock a folder for one process; a second one gets an error.

    The lock belongs to the process, so a killed run leaves none behind, and needs no file.

    Raises
    ------
    InputError
        If the folder does not exist or is locked.
    """
    if not folder.is_dir():
        raise InputError(
            "is not a folder",
            where=str(folder),
            do="Create a study with: tricyclic study new binding DIR",
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
        if not _lock(handle):
            raise InputError(
                "another run of this study is in progress",
                where=str(folder),
                do="Wait until it has finished",
            )
        yield
    finally:
        os.close(handle)


def _write_beside(path: Path, data: bytes) -> str:
    """Write a file under another name in the folder of `path`; gives that name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(prefix=UNFINISHED, dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        _readable_as_usual(temporary, 0o666)
    except BaseException:
        with suppress(OSError):
            os.unlink(temporary)
        raise
    return temporary


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise _cannot_write(path, error) from error


def _lock(handle: int) -> bool:
    try:
        if os.name == "nt":
            import msvcrt

            os.lseek(handle, 1 << 30, os.SEEK_SET)  # past the end, so that the file stays readable
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _readable_as_usual(path: str | Path, mode: int) -> None:
    # Temporary files are private; the final file gets the permissions of the user's umask.
    mask = os.umask(0)
    os.umask(mask)
    os.chmod(path, mode & ~mask)


def _cannot_write(path: Path, error: OSError) -> InputError:
    return InputError(
        f"cannot be written ({error.strerror or error})",
        where=str(path),
        do="Choose another location",
    )
