"""The figures of a result, by name, the main ones first; one module per group of results."""

from __future__ import annotations

# Type of a result -> "module:function" that gives {name of the figure: Drawing}.
RENDERERS: dict[str, str] = {
    "BatchFitResult": "tricyclic.reports.plots.many_curves:batch_fit_drawings",
    "CalibrationResult": "tricyclic.reports.plots.models:calibration_drawings",
    "CompareResult": "tricyclic.reports.plots.comparison:compare_drawings",
    "ControlChartResult": "tricyclic.reports.plots.screening:control_chart_drawings",
    "CredibilityResult": "tricyclic.reports.plots.models:credibility_drawings",
    "CurveComparisonResult": "tricyclic.reports.plots.curves:curve_comparison_drawings",
    "FitComparison": "tricyclic.reports.plots.curves:curve_comparison_drawings",
    "CurveFitResult": "tricyclic.reports.plots.curves:curve_fit_drawings",
    "DesignResult": "tricyclic.reports.plots.binding:design_drawings",
    "DiagramResult": "tricyclic.reports.plots.models:diagram_drawings",
    "FileContentResult": "tricyclic.reports.plots.files:file_content_drawings",
    "MsrResult": "tricyclic.reports.plots.screening:msr_drawings",
    "PopulationResult": "tricyclic.reports.plots.simulation:population_drawings",
    "RelativePotencyResult": "tricyclic.reports.plots.screening:relative_potency_drawings",
    "ScreeningResult": "tricyclic.reports.plots.screening:screen_drawings",
    "SensitivityResult": "tricyclic.reports.plots.models:sensitivity_drawings",
    "SimulationResult": "tricyclic.reports.plots.simulation:simulation_drawings",
    "StudyRunResult": "tricyclic.reports.plots.binding:study_drawings",
    "ValidationResult": "tricyclic.reports.plots.models:validation_drawings",
    "VirtualAssayResult": "tricyclic.reports.plots.models:virtual_assay_drawings",
    "InterpolationResult": "tricyclic.reports.plots.standards:interpolation_drawings",
    "SensorgramResult": "tricyclic.reports.plots.standards:sensorgram_drawings",
    "BatchResult": "tricyclic.reports.plots.chromatography:batch_drawings",
    "DialysisExperiment": "tricyclic.reports.plots.dialysis_study:experiment_drawings",
    "NeuritesResult": "tricyclic.reports.plots.neurites:neurites_drawings",
    "NeuritesDesignResult": "tricyclic.reports.plots.neurites:neurites_design_drawings",
    "MicrodialysisResult": "tricyclic.reports.plots.microdialysis:microdialysis_drawings",
    "ProbeRecoveryResult": "tricyclic.reports.plots.microdialysis:probe_recovery_drawings",
    "ReleaseResult": "tricyclic.reports.plots.release:release_drawings",
    "ReleaseDesignResult": "tricyclic.reports.plots.release:design_drawings",
    "NoNetFluxResult": "tricyclic.reports.plots.microdialysis:no_net_flux_drawings",
    "MicrodialysisDesignResult": "tricyclic.reports.plots.microdialysis:design_drawings",
}
