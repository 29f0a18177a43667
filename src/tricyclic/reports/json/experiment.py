"""What the plain data of every experiment of a study have."""

from __future__ import annotations

from typing import Any

from tricyclic.results.experiment import StudyExperiment


def experiment_document(one: StudyExperiment, **parts: Any) -> dict[str, Any]:
    """Name, title and species, the parts of the kind, what is left out, and the methods.

    Parameters
    ----------
    one : StudyExperiment
    **parts
        What only this kind has, as plain data.
    """
    return {
        "name": one.name,
        "title": one.title,
        "species": one.species,
        **parts,
        "left_out": [{"target": t, "reason": reason} for t, reason in one.excluded],
        "methods_text": one.methods,
    }
