"""The files that a result is written to in a folder: tables, JSON and figures, by name."""

from __future__ import annotations

# Type of a result -> "module:function" that gives {name of the file: bytes}.
RENDERERS: dict[str, str] = {
    "DesignResult": "tricyclic.reports.files.design:design_files",
    "PopulationResult": "tricyclic.reports.files.population:population_files",
    "SensitivityResult": "tricyclic.reports.files.sensitivity:sensitivity_files",
    "StudyRunResult": "tricyclic.reports.files.study:study_files",
    "SimulationResult": "tricyclic.reports.files.simulation:simulation_files",
    "CurveFitResult": "tricyclic.reports.files.curves:curve_fit_files",
    "DiagramResult": "tricyclic.reports.files.model_exports:diagram_files",
    "ExportResult": "tricyclic.reports.files.model_exports:export_files",
    "PetabResult": "tricyclic.reports.files.model_exports:petab_files",
    "VirtualAssayResult": "tricyclic.reports.files.virtual_assay:virtual_assay_files",
    "CalibrationResult": "tricyclic.reports.files.calibration:calibration_files",
    "ValidationResult": "tricyclic.reports.files.calibration:validation_files",
    "ControlChartResult": "tricyclic.reports.files.reproducibility:control_chart_files",
    "MsrResult": "tricyclic.reports.files.reproducibility:msr_files",
    "RelativePotencyResult": "tricyclic.reports.files.reproducibility:relative_potency_files",
    "ScreeningResult": "tricyclic.reports.files.screening:screen_files",
    "InterpolationResult": "tricyclic.reports.files.standard_curve:interpolation_files",
    "SensorgramResult": "tricyclic.reports.files.sensorgram:sensorgram_files",
    "BatchResult": "tricyclic.reports.files.chromatography:batch_files",
    "NeuritesResult": "tricyclic.reports.files.neurites:neurites_files",
    "NeuritesDesignResult": "tricyclic.reports.files.neurites:neurites_design_files",
    "MicrodialysisResult": "tricyclic.reports.files.microdialysis:microdialysis_files",
    "NeuriteImagesResult": "tricyclic.reports.files.neurite_images:neurite_images_files",
    "ProbeRecoveryResult": "tricyclic.reports.files.probe_recovery:probe_recovery_files",
    "ReleaseResult": "tricyclic.reports.files.release:release_files",
    "ReleaseDesignResult": "tricyclic.reports.files.release_design:release_design_files",
    "NoNetFluxResult": "tricyclic.reports.files.no_net_flux:no_net_flux_files",
    "MicrodialysisDesignResult": (
        "tricyclic.reports.files.microdialysis_design:microdialysis_design_files"
    ),
}
