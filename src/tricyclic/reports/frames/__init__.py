"""What `to_frame` gives: the tables of a result, tidy, with units in the names of columns."""

from __future__ import annotations

# Type of a result -> "module:function" that gives {name of the table: columns}, the main one first.
RENDERERS: dict[str, str] = {
    "CurveFitResult": "tricyclic.reports.frames.curves:curve_fit_frames",
    "CurveComparisonResult": "tricyclic.reports.frames.curves:curve_comparison_frames",
    "BatchFitResult": "tricyclic.reports.frames.curves:batch_fit_frames",
    "CurveModelsResult": "tricyclic.reports.frames.curves:curve_models_frames",
    "DoctorResult": "tricyclic.reports.frames.doctor:doctor_frames",
    "InterpolationResult": "tricyclic.reports.frames.standard_curve:interpolation_frames",
    "NewStudyResult": "tricyclic.reports.frames.study:new_study_frames",
    "SimulationResult": "tricyclic.reports.frames.simulation:simulation_frames",
    "StudyRunResult": "tricyclic.reports.frames.study:study_run_frames",
    "VerifyResult": "tricyclic.reports.frames.study:verify_frames",
}
