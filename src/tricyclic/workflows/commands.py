"""The table of commands, in the order in which the help lists them."""

from __future__ import annotations

from tricyclic.workflows.base import Command

_W = "tricyclic.workflows"

# Group -> its line in the help.
GROUPS: dict[str, str] = {
    "study": "A study folder: raw files, exclusions, results, verification",
    "binding": "Radioligand binding: affinity, density, kinetics, design of a plate",
    "curves": "Dose-response and binding curves: one table or millions of curves",
    "screen": "Screens and the reproducibility of assays",
    "microdialysis": "Microdialysis: from chromatograms to the effect of a drug",
    "neurites": "Neurite outgrowth: from counts or images to the effect of a drug",
    "release": "Evoked release of transmitter from cultures",
    "model": "Models: from a dose to occupancy, norepinephrine, firing and signals",
    "library": "Drugs, scenarios and protocols that come with tricyclic",
    "": "Files, units and the installation",
}


# Names of the functions of the Python API where they are not the name of the command.
_FUNCTIONS = {
    "study new": "new_study",
    "study run": "run_study",
    "study verify": "verify_study",
    "curves fit": "fit_file",
    "curves models": "curve_models",
    "screen run": "screen",
    "microdialysis analyse": "microdialysis",
    "microdialysis design": "microdialysis_design",
    "microdialysis recovery": "probe_recovery",
    "neurites analyse": "analyse_neurites",
    "neurites design": "neurites_design",
    "release analyse": "analyse_release",
    "release design": "release_design",
    "read": "read_file",
}

# Commands whose result has a figure: they have --plot.
_WITH_FIGURE = frozenset(
    {
        "study demo",
        "study run",
        "binding affinity",
        "binding saturation",
        "binding kinetics",
        "binding design",
        "compare",
        "read",
        "curves fit",
        "curves interpolate",
        "curves sensorgram",
        "screen run",
        "screen control-chart",
        "screen msr",
        "screen relative-potency",
        "microdialysis quantify",
        "microdialysis analyse",
        "microdialysis recovery",
        "microdialysis no-net-flux",
        "microdialysis design",
        "neurites analyse",
        "neurites design",
        "release analyse",
        "release design",
        "model simulate",
        "model population",
        "model sensitivity",
        "model calibrate",
        "model validate",
        "model credibility",
        "model virtual-assay",
        "model diagram",
    }
)
# Those of them whose figures show readings, as single wells or as means: they have --points.
_WITH_READINGS = frozenset(
    {
        "study demo",
        "study run",
        "binding affinity",
        "binding saturation",
        "binding kinetics",
        "curves fit",
        "curves interpolate",
        "screen relative-potency",
        "model virtual-assay",
    }
)


def _command(
    group: str, name: str, help: str, options: str, module: str, *, at_top: bool = False
) -> Command:
    folder, full_name = group or "general", f"{group} {name}".strip()
    return Command(
        group,
        name,
        help,
        options=f"{_W}.{folder}.options:{options}",
        run=f"{_W}.{folder}.{module}:run",
        function=_FUNCTIONS.get(full_name, name.replace("-", "_")),
        at_top=at_top,
        figure=full_name in _WITH_FIGURE,
        readings=full_name in _WITH_READINGS,
    )


COMMANDS: tuple[Command, ...] = (
    _command(
        "study",
        "demo",
        "Run the example study, from raw counts to a report",
        "DemoOptions",
        "demo",
        at_top=True,
    ),
    _command("study", "new", "Create a study folder", "NewStudyOptions", "new", at_top=True),
    _command("study", "run", "Analyse a study folder", "RunStudyOptions", "run", at_top=True),
    _command(
        "study",
        "verify",
        "Recompute the results of a study and compare every byte",
        "VerifyOptions",
        "verify",
    ),
    _command("binding", "affinity", "Ki from competition plates", "AffinityOptions", "affinity"),
    _command(
        "binding",
        "saturation",
        "Kd and Bmax from saturation plates",
        "SaturationOptions",
        "saturation",
    ),
    _command(
        "binding",
        "kinetics",
        "Rates and residence time from plates read over time",
        "KineticsOptions",
        "kinetics",
    ),
    _command("binding", "ki", "Ki from an IC50, with or without depletion", "KiOptions", "ki"),
    _command(
        "binding", "design", "Plan a plate and simulate its analysis", "DesignOptions", "design"
    ),
    _command(
        "curves",
        "fit",
        "Fit a curve model to a table, or to every curve of a large file",
        "FitOptions",
        "fit",
        at_top=True,
    ),
    _command(
        "curves",
        "interpolate",
        "Concentrations of unknowns from a standard curve (ELISA, RIA, BCA)",
        "InterpolateOptions",
        "interpolate",
    ),
    _command(
        "curves",
        "sensorgram",
        "Rates and Kd from sensorgrams (SPR, BLI)",
        "SensorgramOptions",
        "sensorgram",
    ),
    _command("curves", "kb", "KB of a functional antagonist from an IC50", "KbOptions", "kb"),
    _command(
        "curves", "models", "List the curve models, or describe one", "CurveModelsOptions", "models"
    ),
    _command(
        "screen",
        "run",
        "Quality of plates, hits, curves and potencies of a screen",
        "ScreenOptions",
        "run",
    ),
    _command(
        "screen",
        "control-chart",
        "Control chart of a reference compound over runs",
        "ControlChartOptions",
        "control_chart",
    ),
    _command("screen", "msr", "Minimum significant ratio from two runs", "MsrOptions", "msr"),
    _command(
        "screen",
        "relative-potency",
        "Potency of samples relative to a reference",
        "RelativePotencyOptions",
        "relative_potency",
    ),
    _command(
        "microdialysis",
        "quantify",
        "Amounts in the injections of a batch, from their chromatograms",
        "QuantifyOptions",
        "quantify",
    ),
    _command(
        "microdialysis",
        "analyse",
        "Effect of a treatment on dialysate levels, from a table of values",
        "AnalyseDialysisOptions",
        "analyse",
    ),
    _command(
        "microdialysis",
        "recovery",
        "Recovery of probes in a bath, by gain or by loss",
        "ProbeRecoveryOptions",
        "recovery",
    ),
    _command(
        "microdialysis",
        "no-net-flux",
        "Tissue concentration and extraction from several inlet concentrations",
        "NoNetFluxOptions",
        "no_net_flux",
    ),
    _command(
        "microdialysis",
        "design",
        "Animals, baseline and window for a wanted power",
        "DialysisDesignOptions",
        "design",
    ),
    Command(
        "neurites",
        "trace",
        "Cells and neurites in fluorescence images",
        options=f"{_W}.neurites.trace_options:TraceNeuritesOptions",
        run=f"{_W}.neurites.trace:run",
        function="trace_neurites",
    ),
    _command(
        "neurites",
        "analyse",
        "Effect of drugs on neurites, from a table of counts or of lengths",
        "AnalyseNeuritesOptions",
        "analyse",
    ),
    _command(
        "neurites",
        "design",
        "Cultures, wells, fields and cells for a wanted power",
        "NeuritesDesignOptions",
        "design",
    ),
    _command(
        "release",
        "analyse",
        "Effect of a drug on evoked release, from samples of cultures",
        "AnalyseReleaseOptions",
        "analyse",
    ),
    _command(
        "release",
        "design",
        "Cultures and wells for a wanted power",
        "ReleaseDesignOptions",
        "design",
    ),
    _command(
        "model",
        "simulate",
        "Dose a scenario: plasma, brain, occupancy, effects",
        "SimulateOptions",
        "simulate",
        at_top=True,
    ),
    _command(
        "model",
        "population",
        "Dose many subjects: percentile bands and responders",
        "PopulationOptions",
        "population",
    ),
    _command(
        "model",
        "sensitivity",
        "Sensitivity of predictions: elasticities, Sobol indices",
        "SensitivityOptions",
        "sensitivity",
    ),
    _command(
        "model",
        "calibrate",
        "Calibrate a scenario to published observations",
        "CalibrateOptions",
        "calibrate",
    ),
    _command(
        "model",
        "validate",
        "Compare predictions with experiments kept out of calibration",
        "ValidateOptions",
        "validate",
    ),
    _command(
        "model",
        "credibility",
        "Credibility report of a scenario",
        "CredibilityOptions",
        "credibility",
    ),
    _command(
        "model",
        "virtual-assay",
        "Simulated experiments with wells and power",
        "VirtualAssayOptions",
        "virtual_assay",
    ),
    _command("model", "diagram", "Draw the pathways of a scenario", "DiagramOptions", "diagram"),
    _command(
        "model",
        "export",
        "Write a scenario as SBML, SED-ML and a COMBINE archive",
        "ExportOptions",
        "export",
    ),
    _command("model", "petab", "Write a calibration problem as PEtab v2", "PetabOptions", "petab"),
    _command(
        "library",
        "drugs",
        "List the drugs, or one with its sources and conflicts",
        "DrugsOptions",
        "drugs",
    ),
    _command(
        "library",
        "scenarios",
        "List the scenarios, or describe one",
        "ScenariosOptions",
        "scenarios",
    ),
    _command(
        "library",
        "protocols",
        "List the assay protocols, or describe one",
        "ProtocolsOptions",
        "protocols",
    ),
    _command(
        "",
        "compare",
        "Compare two compounds, conditions or studies: ratio, interval, test",
        "CompareOptions",
        "compare",
    ),
    _command("", "convert", "Convert units, counts and decay", "ConvertOptions", "convert"),
    _command("", "read", "Show what raw files contain", "ReadFileOptions", "read"),
    _command("", "doctor", "Examine the installation", "DoctorOptions", "doctor"),
)
