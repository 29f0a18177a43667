"""A user's own curve is one file in a folder; its errors are whole sentences."""

from __future__ import annotations

import numpy as np
import pytest

from tricyclic.core.curve_model import CurveModel
from tricyclic.core.series import Series
from tricyclic.curves import CurveRegistry
from tricyclic.errors import InputError, UnknownNameError
from tricyclic.fitting.fit import fit

OWN = '''
"""A straight line through a point."""

import numpy as np

from tricyclic.core.curve_model import Column, CurveModel, Parameter


def line(*, concentration_M, start, rise):
    return start + rise * concentration_M


def first_guess(series, given):
    x, y = series.x["concentration_M"], series.y
    rise = (y[-1] - y[0]) / (x[-1] - x[0])
    return [{"start": y[0] - rise * x[0], "rise": rise}]


MODEL = CurveModel(
    description="a straight line",
    columns=(Column("concentration_M", "concentration [M]"),),
    parameters=(
        Parameter("start", "y", "reading at 0"),
        Parameter("rise", "y/M", "rise per molar", low=0.0),
    ),
    curve=line,
    first_guess=first_guess,
    sources=(),
    target="rise",
    example={"start": 3.0, "rise": 2e9},
    design={"concentration_M": (0.0, 1e-9, 2e-9, 4e-9)},
)
'''


def curves_with(folder, text: str, name: str = "my_line") -> CurveRegistry:
    (folder / f"{name}.py").write_text(text, encoding="utf-8")
    curves = CurveRegistry("curve", "tricyclic.curves", "MODEL")
    curves.add_folder(folder)
    return curves


def test_a_file_in_a_users_folder_is_a_curve_beside_the_built_in_ones(tmp_path):
    curves = curves_with(tmp_path, OWN)
    assert {"my_line", "one_site_competition"} <= set(curves)
    model = curves["my_line"]
    assert isinstance(model, CurveModel) and model.name == "my_line"
    x = np.array([0.0, 1e-9, 2e-9, 4e-9, 6e-9])
    result = fit(
        Series("line", 3 + 2e9 * x, "dpm", {"concentration_M": x}), model, intervals="none"
    )
    assert result["rise"].value == pytest.approx(2e9)


def test_a_users_file_replaces_a_built_in_curve_of_the_same_name(tmp_path):
    assert (
        curves_with(tmp_path, OWN, "logistic_4pl")["logistic_4pl"].description == "a straight line"
    )


SIGMOID = OWN.replace('target="rise",', 'target="rise",\n    sigmoid="rising",')
SHAPES = OWN.replace("return start + rise", "return np.sum(start) + np.sum(rise)").replace(
    "* concentration_M", "* 1e-9"
)
WITH_PLATEAUS = (
    OWN.replace("start, rise)", "start, rise, bottom, top, hill)")
    .replace('"rise": 2e9}', '"rise": 2e9, "bottom": 0.0, "top": 1.0, "hill": 1.0}')
    .replace(
        "    parameters=(\n",
        "    parameters=(\n"
        '        Parameter("bottom", "y", "bottom"),\n'
        '        Parameter("top", "y", "top"),\n'
        '        Parameter("hill", "", "hill", low=-10.0, high=10.0),\n',
    )
    .replace('target="rise",', 'target="rise",\n    sigmoid="rising",')
)
SMALL_HILL = WITH_PLATEAUS.replace("high=10.0)", "high=10.0, min_abs=0.05)").replace(
    '"hill": 1.0', '"hill": 0.01'
)

# What is wrong with the file -> its text, and the sentence without the name of the file.
BROKEN = {
    "a syntax error": (
        OWN.replace("def line", "define line"),
        "cannot be loaded (SyntaxError: invalid syntax (my_line.py, line 9)).",
    ),
    "no model": (
        OWN.replace("MODEL =", "MY_MODEL ="),
        "defines no MODEL. Define MODEL in it.",
    ),
    "a model of another type": (
        OWN + "\nMODEL = 3\n",
        "MODEL is int. MODEL is a CurveModel. Copy a built-in curve to start from.",
    ),
    "a name that is declared twice": (
        OWN.replace('Column("concentration_M"', 'Column("rise"'),
        "declares rise twice. Give each column and parameter its own name.",
    ),
    "a parameter that the kernel does not take": (
        OWN.replace("start, rise):", "start, slope):"),
        (
            "the kernel and the declaration disagree on rise, slope. The kernel takes each column "
            "and each parameter by name."
        ),
    ),
    "bounds in the wrong order": (
        OWN.replace("low=0.0", "low=1.0, high=0.0"),
        "rise is bounded by 1 and 0. The bound low is below high.",
    ),
    "a target that is no parameter": (
        OWN.replace('target="rise"', 'target="ki"'),
        "target is 'ki'. Its target is the parameter that the experiment is done for.",
    ),
    "a sigmoid without plateaus": (
        SIGMOID,
        (
            "is a sigmoid without bottom, hill, top. A sigmoid has the parameters bottom, top and "
            "hill."
        ),
    ),
    "a sigmoid whose hill may be 0": (
        WITH_PLATEAUS,
        "is a sigmoid whose hill may be 0. Give hill a min_abs above 0, such as 0.05.",
    ),
    "an example with a hill that is too small": (
        SMALL_HILL,
        (
            "hill is 0.01 in the example. It is bounded by -10 and 10, its absolute value by 0.05 "
            "below."
        ),
    ),
    "no example": (
        OWN.replace('"rise": 2e9}', "}"),
        (
            "example and design lack rise. Give each parameter a value in example and each column "
            "its settings in design."
        ),
    ),
    "an example out of bounds": (
        OWN.replace('"rise": 2e9', '"rise": -1.0'),
        "rise is -1 in the example. It is bounded by 0 and inf.",
    ),
    "no design": (
        OWN.replace('design={"concentration_M": (0.0, 1e-9, 2e-9, 4e-9)}', "design={}"),
        (
            "example and design lack concentration_M. Give each parameter a value in example and "
            "each column its settings in design."
        ),
    ),
    "a kernel that fails": (
        OWN.replace("return start", "return stat"),
        (
            "the kernel fails on its own example (NameError: name 'stat' is not defined). Columns "
            "come as arrays of shape (n,), parameters as numbers or with shape (k, 1)."
        ),
    ),
    "a kernel for one set of parameters only": (
        OWN.replace("return start +", "return np.ravel(start)[0] +"),
        (
            "the kernel gives other readings for two sets of parameters at once than for one at a "
            "time. Let columns of shape (n,) and parameters of shape (k, 1) broadcast."
        ),
    ),
    "a kernel that gives one number": (
        SHAPES,
        (
            "the kernel gives shapes () and () for 4 readings. Shape (4,) for numbers and (2, 4) "
            "for two sets of parameters."
        ),
    ),
    "a kernel that gives nan": (
        OWN.replace("return start", "return np.nan * start"),
        "the kernel gives no finite number on its own example.",
    ),
    "a first guess that fails": (
        OWN.replace("y[-1] - y[0]", "y[99] - y[0]"),
        (
            "the first guess fails on its own example (IndexError: index 99 is out of bounds for "
            "axis 0 with size 4)."
        ),
    ),
    "a first guess without a start": (
        OWN.replace('return [{"start": y[0] - rise * x[0], "rise": rise}]', "return []"),
        "the first guess gives no start. A list of one or more starts.",
    ),
    "a first guess with an unknown name": (
        OWN.replace('"rise": rise}]', '"slope": rise}]'),
        "the first guess names slope. It names parameters of the curve.",
    ),
}


@pytest.mark.parametrize("fault", sorted(BROKEN))
def test_an_error_in_a_users_curve_is_a_sentence_that_names_the_file(tmp_path, fault):
    text, sentence = BROKEN[fault]
    assert text != OWN
    curves = curves_with(tmp_path, text)
    with pytest.raises(InputError) as caught:
        curves["my_line"]
    assert str(caught.value) == f"{tmp_path / 'my_line.py'}: {sentence}"


def test_a_misspelt_name_gets_a_suggestion():
    with pytest.raises(UnknownNameError, match="one_site_competition"):
        CurveRegistry("curve", "tricyclic.curves", "MODEL")["one_site_competiton"]
