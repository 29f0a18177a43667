"""An experiment of study.toml that is no binding assay, and its files once they are read.

A kind of experiment has a table of its own in study.toml. Its schema and plan stand in
`experiment_plans`, the reader of its files in `folder`.
"""

from __future__ import annotations


class StudyExperimentPlan:
    """One experiment as study.toml describes it.

    Attributes
    ----------
    name : str
        Unlike that of any other assay or experiment of the study.
    where : str
        Its place in study.toml, for messages.
    """

    name: str
    where: str


class PreparedExperiment:
    """One experiment whose files were read.

    Attributes
    ----------
    plan : StudyExperimentPlan
    unused : tuple of str
        What its files contain that is not used.
    raw : tuple of str
        Its files that stay as they were written, by their paths in the study.
    """

    plan: StudyExperimentPlan
    unused: tuple[str, ...]
    raw: tuple[str, ...]
