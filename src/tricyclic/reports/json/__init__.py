"""Results as plain data, ready for `json.dumps(..., allow_nan=False)`: what `--json` prints and
result.json contains.
"""

from __future__ import annotations

import json
from typing import Any

from tricyclic._version import __version__
from tricyclic.core.serialize import to_jsonable

# Number of the JSON documents; it rises when a key changes its name or meaning.
SCHEMA_VERSION = 2
# Type of a result -> "module:function" that turns it into plain data; by default all fields, as
# they are.
RENDERERS: dict[str, str] = {
    "Renderable": "tricyclic.reports.json:all_fields",
    "DesignResult": "tricyclic.reports.json.design:design_json",
    "DemoResult": "tricyclic.reports.json.study:demo_json",
    "StudyRunResult": "tricyclic.reports.json.study:study_run_json",
    "PopulationResult": "tricyclic.reports.json.population:population_json",
    "SimulationResult": "tricyclic.reports.json.simulation:simulation_json",
    "ExportResult": "tricyclic.reports.json.model_exports:export_json",
    "PetabResult": "tricyclic.reports.json.model_exports:petab_json",
    "VirtualAssayResult": "tricyclic.reports.json.virtual_assay:virtual_assay_json",
    "KiResult": "tricyclic.reports.json.study:ki_json",
    "KbResult": "tricyclic.reports.json.study:kb_json",
    "MsrResult": "tricyclic.reports.json.reproducibility:msr_json",
    "RelativePotencyResult": "tricyclic.reports.json.reproducibility:relative_potency_json",
    "CredibilityResult": "tricyclic.reports.json.credibility:credibility_json",
    "ScreeningResult": "tricyclic.reports.json.screening:screen_json",
    "BatchFitResult": "tricyclic.reports.json.curves:batch_fit_json",
    "CompareResult": "tricyclic.reports.json.comparison:compare_json",
    "CurveFitResult": "tricyclic.reports.json.curves:curve_fit_json",
    "BatchResult": "tricyclic.reports.json.chromatography:batch_json",
    "DialysisExperiment": "tricyclic.reports.json.dialysis_study:experiment_json",
    "NeuriteImagesResult": "tricyclic.reports.json.neurite_images:neurite_images_json",
    "NeuritesExperiment": "tricyclic.reports.json.neurites_study:neurites_experiment_json",
    "NeuritesResult": "tricyclic.reports.json.neurites:neurites_json",
    "ReleaseExperiment": "tricyclic.reports.json.release_study:release_experiment_json",
    "MicrodialysisResult": "tricyclic.reports.json.microdialysis:microdialysis_json",
}


def all_fields(result: object) -> dict[str, Any]:
    """Every field of a result dataclass."""
    document: dict[str, Any] = to_jsonable(result)
    return document


def document(name: str, content: dict[str, Any]) -> dict[str, Any]:
    """A document of its own: schema and version, then the content."""
    return {"schema": f"tricyclic-{name}/{SCHEMA_VERSION}", "version": __version__} | content


def encode(content: dict[str, Any]) -> bytes:
    """A document as the bytes of a file."""
    text = json.dumps(content, ensure_ascii=False, allow_nan=False, indent=1)
    return (text + "\n").encode("utf-8")
