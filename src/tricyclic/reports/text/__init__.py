"""Results as text for a terminal; one module per group of results."""

from __future__ import annotations

# Type of a result -> "module:function" that turns it into text.
RENDERERS: dict[str, str] = {
    "KiResult": "tricyclic.reports.text.ki:ki_text",
    "KbResult": "tricyclic.reports.text.ki:kb_text",
    "DesignResult": "tricyclic.reports.text.design:design_text",
    "DemoResult": "tricyclic.reports.text.study:demo_text",
    "NewStudyResult": "tricyclic.reports.text.study:new_study_text",
    "PopulationResult": "tricyclic.reports.text.population:population_text",
    "StudyRunResult": "tricyclic.reports.text.study:study_run_text",
    "VerifyResult": "tricyclic.reports.text.study:verify_text",
    "QuantitiesResult": "tricyclic.reports.text.model_quantities:quantities_text",
    "SensitivityResult": "tricyclic.reports.text.sensitivity:sensitivity_text",
    "SimulationResult": "tricyclic.reports.text.simulation:simulation_text",
    "CurveFitResult": "tricyclic.reports.text.curve_fits:curve_fit_text",
    "CurveComparisonResult": "tricyclic.reports.text.curve_fits:curve_comparison_text",
    "FitComparison": "tricyclic.reports.text.curve_fits:fit_comparison_text",
    "BatchFitResult": "tricyclic.reports.text.curves:batch_fit_text",
    "CurveModelsResult": "tricyclic.reports.text.curves:curve_models_text",
    "FileContentResult": "tricyclic.reports.text.files:file_content_text",
    "DoctorResult": "tricyclic.reports.text.doctor:doctor_text",
    "CompareResult": "tricyclic.reports.text.comparison:compare_text",
    "ConvertResult": "tricyclic.reports.text.files:convert_text",
    "DrugsResult": "tricyclic.reports.text.library:drugs_text",
    "ProtocolsResult": "tricyclic.reports.text.library:protocols_text",
    "ScenariosResult": "tricyclic.reports.text.library:scenarios_text",
    "DiagramResult": "tricyclic.reports.text.model_exports:diagram_text",
    "ExportResult": "tricyclic.reports.text.model_exports:export_text",
    "PetabResult": "tricyclic.reports.text.model_exports:petab_text",
    "VirtualAssayResult": "tricyclic.reports.text.virtual_assay:virtual_assay_text",
    "CalibrationResult": "tricyclic.reports.text.calibration:calibration_text",
    "ValidationResult": "tricyclic.reports.text.calibration:validation_text",
    "ControlChartResult": "tricyclic.reports.text.reproducibility:control_chart_text",
    "MsrResult": "tricyclic.reports.text.reproducibility:msr_text",
    "RelativePotencyResult": "tricyclic.reports.text.reproducibility:relative_potency_text",
    "CredibilityResult": "tricyclic.reports.text.credibility:credibility_text",
    "ScreeningResult": "tricyclic.reports.text.screening:screen_text",
    "InterpolationResult": "tricyclic.reports.text.standard_curve:interpolation_text",
    "SensorgramResult": "tricyclic.reports.text.sensorgram:sensorgram_text",
    "BatchResult": "tricyclic.reports.text.chromatography:batch_text",
    "MicrodialysisResult": "tricyclic.reports.text.microdialysis:microdialysis_text",
    "NoNetFluxResult": "tricyclic.reports.text.no_net_flux:no_net_flux_text",
    "MicrodialysisDesignResult": (
        "tricyclic.reports.text.microdialysis_design:microdialysis_design_text"
    ),
}
