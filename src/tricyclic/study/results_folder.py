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
from tricyclic.io.files import read_bytes
from tricyclic.study import log
from tricyclic.study.folder import PreparedStudy

FOLDER = "results"
LATEST = "latest"
MANIFEST = "manifest.json"
SCHEMA = "tricyclic-manifest/2"


def with_manifest(study: PreparedStudy, files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Add the manifest: the sha256 of every output and of every raw file."""
    inputs = {item.path: item.sha256 for item in study.inputs}
    return manifest_of(study.input_hash, inputs, files)


def manifest_of(
    input_hash: str, inputs: Mapping[str, str], files: Mapping[str, bytes]
) -> dict[str, bytes]:
    """The files with their manifest.

    Parameters
    ----------
    input_hash : str
        Hash of all that was read.
    inputs : mapping of str to str
        sha256 of each raw file.
    files : mapping of str to bytes
        The outputs.
    """
    manifest = {
        "schema": SCHEMA,
        "input_hash": input_hash,
        "version": __version__,
        "inputs": dict(inputs),
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


def beside_workbook(path: Path) -> Path:
    """The folder of the results of a workbook that is a study, beside it."""
    return path.parent / f"{path.stem} results"


def save_beside(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write the results of a workbook, and remove what an earlier run wrote and this one does not.

    Parameters
    ----------
    folder : Path
        Beside the workbook.
    files : mapping of str to bytes
        With their manifest.
    """
    for name in read_manifest(folder).get("outputs", {}):
        if name not in files:
            (folder / name).unlink(missing_ok=True)
    atomic.write_files({folder / name: data for name, data in files.items()})


def sha256_of_file(path: Path) -> str:
    """Hash of a file."""
    return hashlib.sha256(read_bytes(path)[0]).hexdigest()


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


def read_manifest(place: Path) -> dict[str, Any]:
    """The manifest of a folder of results; empty where it is missing or damaged."""
    try:
        manifest: dict[str, Any] = json.loads((place / MANIFEST).read_bytes())
        return manifest if isinstance(manifest["outputs"], dict) else {}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def find_damage(place: Path) -> str:
    """Describe the first file that differs from the manifest; empty where none does."""
    outputs = read_manifest(place).get("outputs")
    if outputs is None:
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
