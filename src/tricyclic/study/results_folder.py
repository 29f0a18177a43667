"""The results of a study on disk: results/<key>/ whole or not at all, and which of them is the latest.

Order matters, because a run may be killed between any two steps: first the folder, in one step; then its
line in the log; then the pointer `results/latest`. Until the pointer moves, the last good results stand.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tricyclic._version import __version__
from tricyclic.errors import InputError
from tricyclic.io import atomic
from tricyclic.study import log
from tricyclic.study.folder import ReadyStudy

FOLDER = "results"
LATEST = "latest"
MANIFEST = "manifest.json"
SCHEMA = "tricyclic-manifest/1"


def sealed(study: ReadyStudy, files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Add the manifest: the sha256 of every output and of every raw file."""
    manifest = {
        "schema": SCHEMA,
        "key": study.key,
        "version": __version__,
        "inputs": {item.path: item.sha256 for item in study.inputs},
        "outputs": {name: hashlib.sha256(data).hexdigest() for name, data in sorted(files.items())},
    }
    text = json.dumps(manifest, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
    return {**files, MANIFEST: text.encode("utf-8")}


def keep(study: ReadyStudy, files: Mapping[str, bytes], facts: Mapping[str, Any]) -> Path:
    """Write the results of a run, its line in the log and the pointer; say where the results are.

    To be called while the study is locked. `files` include the manifest.
    """
    folder = study.folder / FOLDER
    if folder.is_dir():
        atomic.clear_unfinished(folder)
    place = atomic.write_folder(folder / study.key, files)
    log.append(
        study.folder,
        "run",
        {
            "results": place.name,
            "version": __version__,
            "manifest": hashlib.sha256(files[MANIFEST]).hexdigest(),
            "raw": {item.path: item.sha256 for item in study.inputs},
            **facts,
        },
    )
    atomic.write_file(folder / LATEST, place.name + "\n")
    return place


def latest(folder: Path) -> Path:
    """The folder of the latest results.

    Raises
    ------
    InputError
        If the study was never run, or the results were removed.
    """
    pointer = folder / FOLDER / LATEST
    if not pointer.is_file():
        raise InputError(
            "has no results yet", where=str(folder), do=f"Run it first: tricyclic run {folder}"
        )
    place = folder / FOLDER / pointer.read_text(encoding="utf-8").strip()
    if not place.is_dir():
        raise InputError(
            f"its results {place.name} are gone",
            where=str(folder),
            do=f"Run it again: tricyclic run {folder}",
        )
    return place


def logged_manifest(folder: Path, place: Path) -> str:
    """The sha256 of the manifest as the log has it for these results; empty where the log does not know them."""
    return next(
        (
            str(e.facts["manifest"])
            for e in reversed(log.read_log(folder))
            if e.facts.get("results") == place.name
        ),
        "",
    )


def manifest_hash(place: Path) -> str:
    """The sha256 of the manifest as it stands; empty where there is none."""
    file = place / MANIFEST
    return hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else ""


def damage(place: Path) -> str:
    """Name the first output that is not what the manifest says; empty where all are."""
    try:
        manifest = json.loads((place / MANIFEST).read_bytes())
        outputs = dict(manifest["outputs"])
    except (OSError, ValueError, KeyError, TypeError):
        return f"{MANIFEST} is missing or damaged"
    there = {path.relative_to(place).as_posix() for path in place.rglob("*") if path.is_file()} - {
        MANIFEST
    }
    for name in sorted(there | outputs.keys()):
        if name not in there:
            return f"{name} is missing"
        if name not in outputs:
            return f"{name} was added after the run"
        if hashlib.sha256((place / name).read_bytes()).hexdigest() != outputs[name]:
            return f"{name} was changed after the run"
    return ""
