"""A ready study becomes the files of its results, byte for byte the same on every repetition.

No clock, no random state and no path of the machine goes into them.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING

from tricyclic.jobs._job import Progress

if TYPE_CHECKING:
    from tricyclic.jobs._found import Found
    from tricyclic.study.folder import ReadyStudy


def outputs_of(ready: ReadyStudy) -> Generator[Progress, None, tuple[Found, dict[str, bytes]]]:
    """Analyse a study and write all its files in memory, the manifest included."""
    from tricyclic.jobs._binding import analyse_all, curves_of, says_of
    from tricyclic.jobs._found import Found
    from tricyclic.jobs._json import as_json_bytes
    from tricyclic.jobs._pictures import pictures_of
    from tricyclic.jobs._report import document_of, figures_of, html_of, pdf_of, tables_of
    from tricyclic.study.results_folder import sealed

    study = yield from analyse_all(ready)
    curves = curves_of(ready)
    methods = {assay.plan.name: assay.plan.method for assay in ready.assays}
    found = Found(study, methods, says=says_of(study, curves))
    total = sum(len(assay.runs) for assay in ready.assays) + 2
    yield Progress(total - 1, total, "drawing and writing")
    pictures = tuple(picture for assay in study.assays for picture in pictures_of(assay, curves))
    files: dict[str, bytes] = tables_of(study)
    files["result.json"] = as_json_bytes(found.as_json())
    document = document_of(study, pictures)
    if "html" in ready.plan.formats:
        files["report.html"] = html_of(document)
    if "pdf" in ready.plan.formats:
        files["report.pdf"] = pdf_of(document)
    files |= figures_of(document)
    return found, sealed(ready, files)
