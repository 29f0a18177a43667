"""The results of a study on disk: results/<hash>/, written completely or not at all.

The order of writing matters, because a run may be killed at any moment: first the folder, in one
step; then its line in the log; then the pointer `results/latest`. Until the pointer changes, the
previous results are the latest ones.
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
from tricyclic.study.folder import PreparedStudy

FOLDER = "results"
LATEST = "latest"
MANIFEST = "manifest.json"
SCHEMA = "tricyclic-manifest/2"


def with_manifest(study: PreparedStudy, files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Add the manifest: the sha256 of every output and of every raw file."""
    manifest = {
        "schema": SCHEMA,
        "input_hash": study.input_hash,
        "version": __version__,
        "inputs": {item.path: item.sha256 for item in study.inputs},
        "outputs": {name: hashlib.sha256(data).hexdigest() for name, data in sorted(files.items())},
    }
    text = json.dumps(manifest, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
    return {**files, MANIFEST: text.encode("utf-8")}


def save_results(
    study: PreparedStudy, files: Mapping[str, bytes], details: Mapping[str, Any]
) -> Path:
    """Write the results of a run, its line in the log and the pointer; the folder of the results.

    Only call it while the folder of the study is locked. `files` include the manifest.
    """
    folder = study.folder / FOLDER
    if folder.is_dir():
        atomic.clear_unfinished(folder)
    place = atomic.write_folder(folder / study.input_hash, files)
    log.append(
        study.folder,
        "run",
        {
            "results": place.name,
            "version": __version__,
            "manifest": hashlib.sha256(files[MANIFEST]).hexdigest(),
            "raw": {item.path: item.sha256 for item in study.inputs},
            **details,
        },
    )
    atomic.write_file(folder / LATEST, place.name + "\n")
    return place


def latest(folder: Path) -> Path:
    """The folder of the latest results.

    Raises
    ------
    InputError
        If the study was never run, or its results were removed.
    """
    pointer = folder / FOLDER / LATEST
    if not pointer.is_file():
        raise InputError(
            "has no results yet",
            where=str(folder),
            do=f"Run it first: tricyclic study run {folder}",
        )
    place = folder / FOLDER / pointer.read_text(encoding="utf-8").strip()
    if not place.is_dir():
        raise InputError(
            f"its results {place.name} do not exist any more",
            where=str(folder),
            do=f"Run it again: tricyclic study run {folder}",
        )
    return place


def logged_manifest(folder: Path, place: Path) -> str:
    """The sha256 of the manifest in the log entry of these results; empty without an entry."""
    return next(
        (
            str(e.details["manifest"])
            for e in reversed(log.read_log(folder))
            if e.details.get("results") == place.name
        ),
        "",
    )


def manifest_hash(place: Path) -> str:
    """The sha256 of the manifest on disk; empty where there is none."""
    file = place / MANIFEST
    return hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else ""


def find_damage(place: Path) -> str:
    """Describe the first file that differs from the manifest; empty where none does."""
    try:
        manifest = json.loads((place / MANIFEST).read_bytes())
        outputs = dict(manifest["outputs"])
    except (OSError, ValueError, KeyError, TypeError):
        return f"{MANIFEST} is missing or damaged"
    present = {path.relative_to(place).as_posix() for path in place.rglob("*") if path.is_file()}
    present -= {MANIFEST}
    for name in sorted(present | outputs.keys()):
        if name not in present:
            return f"{name} is missing"
        if name not in outputs:
            return f"{name} was added after the run"
        if hashlib.sha256((place / name).read_bytes()).hexdigest() != outputs[name]:
            return f"{name} was changed after the run"
    return ""
