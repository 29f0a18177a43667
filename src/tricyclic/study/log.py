"""The log of a study: what was done when, one line each, every line sealed with the one before.

A line holds the hash of the line before it and its own; a line that was changed, removed or slipped in
breaks the chain. Times stand here and nowhere else, so that results stay the same on every repetition.
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

NAME = "log.jsonl"


@dataclass(frozen=True)
class Entry:
    """One line of the log: its number from 1, when, what was done, and the facts of it."""

    number: int
    when: str
    what: str
    facts: Mapping[str, Any]
    seal: str


def read_log(folder: Path) -> tuple[Entry, ...]:
    """Read the log of a study and hold it to its seals; a study that was never run has none.

    A last line that breaks off (the machine lost power while writing) is left out.

    Raises
    ------
    InputError
        If a line was changed, removed or slipped in; the first such line is named.
    """
    path = folder / NAME
    if not path.is_file():
        return ()
    text = path.read_bytes().decode("utf-8", "replace")
    entries: list[Entry] = []
    before = ""
    for place, line in enumerate(text.split("\n")[:-1], 1):
        where = f"{path}, line {place}"
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            seal, facts = row.pop("seal"), row["facts"]
        except (ValueError, KeyError, TypeError, AttributeError):
            if _broke_off(text, place):
                continue
            raise InputError("is no line of a log", where=where, do=_PUT_BACK) from None
        if seal != _seal(row):
            raise InputError("was changed after it was written", where=where, do=_PUT_BACK)
        if row.get("before") != before or row.get("number") != len(entries) + 1:
            raise InputError(
                "does not follow from the line before it; a line was removed, moved or added",
                where=where,
                do=_PUT_BACK,
            )
        entries.append(Entry(row["number"], row["when"], row["what"], facts, seal))
        before = seal
    return tuple(entries)


def append(
    folder: Path, what: str, facts: Mapping[str, Any], *, when: datetime | None = None
) -> Entry:
    """Add one line to the log of a study, under the study's lock."""
    entries = read_log(folder)
    row = {
        "number": len(entries) + 1,
        "when": (when or datetime.now(UTC)).isoformat(timespec="seconds"),
        "who": _who(),
        "what": what,
        "facts": dict(facts),
        "before": entries[-1].seal if entries else "",
    }
    seal = _seal(row)
    line = json.dumps(row | {"seal": seal}, ensure_ascii=False, sort_keys=True) + "\n"
    path = folder / NAME
    if path.is_file() and not path.read_bytes().endswith(b"\n") and path.stat().st_size:
        line = BROKE_OFF + "\n" + line
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
    try:
        os.write(handle, line.encode("utf-8"))
        os.fsync(handle)
    finally:
        os.close(handle)
    return Entry(row["number"], row["when"], what, dict(facts), seal)  # type: ignore[arg-type]


def raw_hashes(entries: tuple[Entry, ...]) -> dict[str, str]:
    """The sha256 of each raw file as it was when a run first read it."""
    known: dict[str, str] = {}
    for entry in entries:
        for path, sha256 in entry.facts.get("raw", {}).items():
            known.setdefault(path, sha256)
    return known


BROKE_OFF = " (broke off)"
_PUT_BACK = "Put the log back from a copy; results made before are still in results"


def _broke_off(text: str, place: int) -> bool:
    return text.split("\n")[place - 1].endswith(BROKE_OFF)


def _seal(row: Mapping[str, Any]) -> str:
    return hashlib.sha256(
        json.dumps(row, ensure_ascii=False, sort_keys=True).encode("utf-8")
    ).hexdigest()


def _who() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return ""
