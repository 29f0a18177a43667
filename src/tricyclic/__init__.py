"""tricyclic: from raw laboratory data to affinity, from affinity to mechanism.

    import tricyclic as tca

    study = tca.open_study("my-study")
    result = study.run()
    result

Importing opens and compiles nothing; each name is fetched when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from tricyclic._version import __version__

# name -> the module that holds it
_NAMES = {
    # what one asks for
    "open_study": "tricyclic.jobs._face",
    "new_study": "tricyclic.jobs._face",
    "demo": "tricyclic.jobs._face",
    "affinity": "tricyclic.jobs._face",
    "saturation": "tricyclic.jobs._face",
    "kinetics": "tricyclic.jobs._face",
    "fit": "tricyclic.jobs._face",
    "fit_batch": "tricyclic.jobs._face",
    "design": "tricyclic.jobs._face",
    "screen": "tricyclic.jobs._face",
    "simulate": "tricyclic.jobs._face",
    "population": "tricyclic.jobs._face",
    "sensitivity": "tricyclic.jobs._face",
    "calibrate": "tricyclic.jobs._face",
    "judge_predictions": "tricyclic.jobs._face",
    "virtual_assay": "tricyclic.jobs._face",
    "export": "tricyclic.jobs._face",
    "diagram": "tricyclic.jobs._face",
    "credibility": "tricyclic.jobs._face",
    "predict": "tricyclic.jobs._face",
    "report": "tricyclic.jobs._face",
    "convert": "tricyclic.jobs._face",
    "curves": "tricyclic.jobs._face",
    "protocol": "tricyclic.jobs._face",
    "read_plates": "tricyclic.jobs._face",
    "read_tables": "tricyclic.jobs._face",
    "read_layout": "tricyclic.jobs._face",
    "Study": "tricyclic.jobs._face",
    "Result": "tricyclic.jobs._face",
    # what one is given, and may make
    "Plate": "tricyclic.core.plate",
    "Well": "tricyclic.core.plate",
    "Role": "tricyclic.core.plate",
    "Layout": "tricyclic.core.plate_layout",
    "Series": "tricyclic.core.series",
    "Estimate": "tricyclic.core.estimate",
    "Fit": "tricyclic.core.estimate",
    "Check": "tricyclic.core.check",
    "Measured": "tricyclic.core.conditions",
    "BindingConditions": "tricyclic.core.conditions",
    "BindingMethod": "tricyclic.core.analysis_options",
    "CurveModel": "tricyclic.core.curve_model",
    "Parameter": "tricyclic.core.curve_model",
    "Column": "tricyclic.core.curve_model",
    # how it says no
    "TricyclicError": "tricyclic.errors",
    "InputError": "tricyclic.errors",
}

__all__ = [
    "__version__",
    "open_study",
    "new_study",
    "demo",
    "affinity",
    "saturation",
    "kinetics",
    "fit",
    "fit_batch",
    "design",
    "screen",
    "simulate",
    "population",
    "sensitivity",
    "calibrate",
    "judge_predictions",
    "virtual_assay",
    "export",
    "diagram",
    "credibility",
    "predict",
    "report",
    "convert",
    "curves",
    "protocol",
    "read_plates",
    "read_tables",
    "read_layout",
    "Study",
    "Result",
    "Plate",
    "Well",
    "Role",
    "Layout",
    "Series",
    "Estimate",
    "Fit",
    "Check",
    "Measured",
    "BindingConditions",
    "BindingMethod",
    "CurveModel",
    "Parameter",
    "Column",
    "TricyclicError",
    "InputError",
]


def __getattr__(name: str) -> Any:
    if name not in _NAMES:
        raise AttributeError(f"tricyclic has no '{name}'; it has {', '.join(_NAMES)}")
    value = getattr(import_module(_NAMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)


if TYPE_CHECKING:
    from tricyclic.core.analysis_options import BindingMethod
    from tricyclic.core.check import Check
    from tricyclic.core.conditions import BindingConditions, Measured
    from tricyclic.core.curve_model import Column, CurveModel, Parameter
    from tricyclic.core.estimate import Estimate, Fit
    from tricyclic.core.plate import Plate, Role, Well
    from tricyclic.core.plate_layout import Layout
    from tricyclic.core.series import Series
    from tricyclic.errors import InputError, TricyclicError
    from tricyclic.jobs._face import (
        Result,
        Study,
        affinity,
        calibrate,
        convert,
        credibility,
        curves,
        demo,
        design,
        diagram,
        export,
        fit,
        fit_batch,
        judge_predictions,
        kinetics,
        new_study,
        open_study,
        population,
        predict,
        protocol,
        read_layout,
        read_plates,
        read_tables,
        report,
        saturation,
        screen,
        sensitivity,
        simulate,
        virtual_assay,
    )
