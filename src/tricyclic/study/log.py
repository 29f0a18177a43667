"""The log of a study: one line per action, each with the hash of the line before it.

A line that was changed, removed or inserted breaks the chain of hashes. Times are written here and
nowhere else, so that results are the same on every repetition.
"""

from __future__ import annotations

import getpass
import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tricyclic.errors import InputError
from tricyclic.io.files import optional_content

NAME = "log.jsonl"


@dataclass(frozen=True)
class LogEntry:
    """One line of the log: its number from 1, time, action, details, and hash."""

    number: int
    time: str
    action: str
    details: Mapping[str, Any]
    line_hash: str


def read_log(folder: Path) -> tuple[LogEntry, ...]:
    """Read the log of a study and verify its hashes; a study that was never run has no log.

    An incomplete last line (the machine lost power while writing) is left out.

    Raises
    ------
    InputError
        If a line was changed, removed or inserted; the error names the first such line.
    """
    path = folder / NAME
    content = optional_content(path)
    if content is None:
        return ()
    text = content.decode("utf-8", "replace")
    entries: list[LogEntry] = []
    previous = ""
    for place, line in enumerate(text.split("\n")[:-1], 1):
        where = f"{path}, line {place}"
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            line_hash, details = row.pop("hash"), row["details"]
        except (ValueError, KeyError, TypeError, AttributeError):
            if _is_incomplete(text, place):
                continue
            raise InputError("is not a line of a log", where=where, do=_PUT_BACK) from None
        if line_hash != _hash(row):
            raise InputError("was changed after it was written", where=where, do=_PUT_BACK)
        if row.get("previous_hash") != previous or row.get("number") != len(entries) + 1:
            raise InputError(
                "does not follow from the line before it; a line was removed, moved or added",
                where=where,
                do=_PUT_BACK,
            )
        entries.append(LogEntry(row["number"], row["time"], row["action"], details, line_hash))
        previous = line_hash
    return tuple(entries)


def append(
    folder: Path, action: str, details: Mapping[str, Any], *, now: datetime | None = None
) -> LogEntry:
    """Add one line to the log of a study, while its folder is locked."""
    entries = read_log(folder)
    number, time = len(entries) + 1, (now or datetime.now(UTC)).isoformat(timespec="seconds")
    row = {
        "number": number,
        "time": time,
        "user": _user_name(),
        "action": action,
        "details": dict(details),
        "previous_hash": entries[-1].line_hash if entries else "",
    }
    line_hash = _hash(row)
    line = json.dumps(row | {"hash": line_hash}, ensure_ascii=False, sort_keys=True) + "\n"
    path = folder / NAME
    if path.is_file() and not path.read_bytes().endswith(b"\n") and path.stat().st_size:
        line = INCOMPLETE + "\n" + line
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
    try:
        os.write(handle, line.encode("utf-8"))
        os.fsync(handle)
    finally:
        os.close(handle)
    return LogEntry(number, time, action, dict(details), line_hash)


def raw_hashes(entries: tuple[LogEntry, ...]) -> dict[str, str]:
    """The sha256 of each raw file at the first run that read it."""
    hashes: dict[str, str] = {}
    for entry in entries:
        for path, sha256 in entry.details.get("raw", {}).items():
            hashes.setdefault(path, sha256)
    return hashes


INCOMPLETE = " (broke off)"
_PUT_BACK = "Put the log back from a copy; results made before are still in results"


def _is_incomplete(text: str, place: int) -> bool:
    return text.split("\n")[place - 1].endswith(INCOMPLETE)


def _hash(row: Mapping[str, Any]) -> str:
    return hashlib.sha256(
        json.dumps(row, ensure_ascii=False, sort_keys=True).encode("utf-8")
    ).hexdigest()


def _user_name() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return ""
