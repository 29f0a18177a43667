"""What `to_frame` gives: the tables of a result, tidy, with units in the names of columns."""

from __future__ import annotations

# Type of a result -> "module:function" that gives {name of the table: columns}, the main one first.
RENDERERS: dict[str, str] = {
    "KiResult": "tricyclic.reports.frames.ki:ki_frames",
    "KbResult": "tricyclic.reports.frames.ki:kb_frames",
    "CurveFitResult": "tricyclic.reports.frames.curves:curve_fit_frames",
    "CurveComparisonResult": "tricyclic.reports.frames.curves:curve_comparison_frames",
    "FitComparison": "tricyclic.reports.frames.curves:fit_comparison_frames",
    "BatchFitResult": "tricyclic.reports.frames.curves:batch_fit_frames",
    "CompareResult": "tricyclic.reports.frames.comparison:compare_frames",
    "CalibrationResult": "tricyclic.reports.frames.models:calibration_frames",
    "ControlChartResult": "tricyclic.reports.frames.reproducibility:control_chart_frames",
    "ConvertResult": "tricyclic.reports.frames.library:convert_frames",
    "CredibilityResult": "tricyclic.reports.frames.models:credibility_frames",
    "CurveModelsResult": "tricyclic.reports.frames.curves:curve_models_frames",
    "DesignResult": "tricyclic.reports.frames.design:design_frames",
    "DiagramResult": "tricyclic.reports.frames.models:diagram_frames",
    "DoctorResult": "tricyclic.reports.frames.doctor:doctor_frames",
    "DrugsResult": "tricyclic.reports.frames.library:drugs_frames",
    "ExportResult": "tricyclic.reports.frames.models:export_frames",
    "FileContentResult": "tricyclic.reports.frames.library:file_content_frames",
    "MsrResult": "tricyclic.reports.frames.reproducibility:msr_frames",
    "InterpolationResult": "tricyclic.reports.frames.standard_curve:interpolation_frames",
    "NewStudyResult": "tricyclic.reports.frames.study:new_study_frames",
    "PetabResult": "tricyclic.reports.frames.models:petab_frames",
    "PopulationResult": "tricyclic.reports.frames.simulation:population_frames",
    "ProtocolsResult": "tricyclic.reports.frames.library:protocols_frames",
    "QuantitiesResult": "tricyclic.reports.frames.models:quantities_frames",
    "RelativePotencyResult": "tricyclic.reports.frames.reproducibility:relative_potency_frames",
    "ScenariosResult": "tricyclic.reports.frames.library:scenarios_frames",
    "SensitivityResult": "tricyclic.reports.frames.models:sensitivity_frames",
    "SimulationResult": "tricyclic.reports.frames.simulation:simulation_frames",
    "ScreeningResult": "tricyclic.reports.frames.screening:screen_frames",
    "StudyRunResult": "tricyclic.reports.frames.study:study_run_frames",
    "ValidationResult": "tricyclic.reports.frames.models:validation_frames",
    "VerifyResult": "tricyclic.reports.frames.study:verify_frames",
    "VirtualAssayResult": "tricyclic.reports.frames.models:virtual_assay_frames",
    "SensorgramResult": "tricyclic.reports.frames.sensorgram:sensorgram_frames",
    "BatchResult": "tricyclic.reports.frames.chromatography:batch_frames",
    "MicrodialysisResult": "tricyclic.reports.frames.microdialysis:microdialysis_frames",
    "ProbeRecoveryResult": "tricyclic.reports.frames.probe_recovery:probe_recovery_frames",
    "NoNetFluxResult": "tricyclic.reports.frames.no_net_flux:no_net_flux_frames",
    "MicrodialysisDesignResult": (
        "tricyclic.reports.frames.microdialysis_design:microdialysis_design_frames"
    ),
}
