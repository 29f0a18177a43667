# The public names. `__init__.py` reads this file, so that the list exists once.
from ._version import __version__ as __version__
from .api.binding import affinity
from .api.binding_ki import ki
from .api.binding_kinetics import kinetics
from .api.binding_saturation import saturation
from .api.calibration import calibrate, credibility, validate
from .api.chromatography import quantify
from .api.compare import compare
from .api.curve_kb import kb
from .api.curves import curve_model, curve_models, fit_batch, fit_file
from .api.design import design
from .api.exchange import diagram, export, petab
from .api.files import (
    convert,
    doctor,
    read_chromatograms,
    read_file,
    read_layout,
    read_plates,
    read_tables,
)
from .api.fits import compare_fits, fit, predict
from .api.library import drugs, protocol, protocols, scenarios
from .api.microdialysis import (
    microdialysis,
    microdialysis_design,
    no_net_flux,
    probe_recovery,
)
from .api.neurite_images import trace_neurites
from .api.neurites import analyse_neurites, neurites_design
from .api.population import population, sensitivity
from .api.release import analyse_release, release_design
from .api.screen import control_chart, msr, relative_potency, screen
from .api.sensorgram import sensorgram
from .api.simulation import quantities, simulate
from .api.standard_curve import interpolate
from .api.study import Study, demo, new_study, open_study, run_study, verify_study
from .api.virtual import virtual_assay
from .core.analysis_options import AnalysisOptions
from .core.check import Check
from .core.conditions import BindingConditions, MeasuredValue
from .core.curve_model import Column, CurveModel, Parameter
from .core.estimate import Estimate, Fit
from .core.plate import Plate, Role, Well
from .core.plate_layout import PlateLayout
from .core.progress import Progress
from .core.series import Series
from .errors import InputError, TricyclicError
from .fitting.problem import FitPart
from .plotting.plot_style import PlotStyle

__all__ = [
    "AnalysisOptions",
    "BindingConditions",
    "Check",
    "Column",
    "CurveModel",
    "Estimate",
    "Fit",
    "FitPart",
    "InputError",
    "MeasuredValue",
    "Parameter",
    "Plate",
    "PlateLayout",
    "PlotStyle",
    "Progress",
    "Role",
    "Series",
    "Study",
    "TricyclicError",
    "Well",
    "affinity",
    "analyse_neurites",
    "analyse_release",
    "calibrate",
    "compare",
    "compare_fits",
    "control_chart",
    "convert",
    "credibility",
    "curve_model",
    "curve_models",
    "demo",
    "design",
    "diagram",
    "doctor",
    "drugs",
    "export",
    "fit",
    "fit_batch",
    "fit_file",
    "interpolate",
    "kb",
    "ki",
    "kinetics",
    "microdialysis",
    "microdialysis_design",
    "msr",
    "neurites_design",
    "new_study",
    "no_net_flux",
    "open_study",
    "petab",
    "population",
    "predict",
    "probe_recovery",
    "protocol",
    "protocols",
    "quantify",
    "quantities",
    "read_chromatograms",
    "read_file",
    "read_layout",
    "read_plates",
    "read_tables",
    "relative_potency",
    "release_design",
    "run_study",
    "saturation",
    "scenarios",
    "screen",
    "sensitivity",
    "sensorgram",
    "simulate",
    "trace_neurites",
    "validate",
    "verify_study",
    "virtual_assay",
]
