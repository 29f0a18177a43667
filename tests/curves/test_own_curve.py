"""A user's own curve is one file in a folder; a broken one gets a sentence."""

from __future__ import annotations

import numpy as np
import pytest

from tricyclic.core.curve_model import CurveModel
from tricyclic.core.series import Series
from tricyclic.curves import CurveShelf
from tricyclic.errors import InputError, UnknownNameError
from tricyclic.fitting.fit import fit

OWN = '''
"""From a dose to a reading: a straight line through a point."""

import numpy as np

from tricyclic.core.curve_model import Column, CurveModel, Parameter


def line(*, concentration_M, start, rise):
    return start + rise * concentration_M


def first_guess(series, given):
    x, y = series.x["concentration_M"], series.y
    rise = (y[-1] - y[0]) / (x[-1] - x[0])
    return [{"start": y[0] - rise * x[0], "rise": rise}]


MODEL = CurveModel(
    says="a straight line",
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


def shelf_with(folder, text: str, name: str = "my_line") -> CurveShelf:
    (folder / f"{name}.py").write_text(text, encoding="utf-8")
    shelf = CurveShelf("curve", "tricyclic.curves", "MODEL")
    shelf.add_folder(folder)
    return shelf


def test_a_file_in_a_folder_of_my_own_is_a_curve_beside_the_others(tmp_path):
    shelf = shelf_with(tmp_path, OWN)
    assert {"my_line", "one_site_competition"} <= set(shelf)
    model = shelf["my_line"]
    assert isinstance(model, CurveModel) and model.name == "my_line"
    x = np.array([0.0, 1e-9, 2e-9, 4e-9, 6e-9])
    found = fit(Series("line", 3 + 2e9 * x, "dpm", {"concentration_M": x}), model, intervals="none")
    assert found["rise"].value == pytest.approx(2e9)


def test_my_file_wins_over_a_curve_of_the_same_name(tmp_path):
    assert shelf_with(tmp_path, OWN, "logistic_4pl")["logistic_4pl"].says == "a straight line"


BROKEN = {
    "a word python does not know": (OWN.replace("def line", "define line"), "cannot be loaded"),
    "no model": (OWN.replace("MODEL =", "MY_MODEL ="), "holds no MODEL"),
    "a model that is none": (OWN + "\nMODEL = 3\n", "MODEL is int"),
    "a parameter the kernel does not take": (
        OWN.replace("start, rise):", "start, slope):"),
        "disagree on rise, slope",
    ),
    "bounds the wrong way round": (
        OWN.replace("low=0.0", "low=1.0, high=0.0"),
        "rise is bounded by 1 and 0",
    ),
    "a target that is no parameter": (
        OWN.replace('target="rise"', 'target="ki"'),
        "target is 'ki'",
    ),
    "no example": (OWN.replace('"rise": 2e9}', "}"), "example and design lack rise"),
    "an example out of bounds": (
        OWN.replace('"rise": 2e9', '"rise": -1.0'),
        "rise is -1 in the example",
    ),
    "no design": (
        OWN.replace('design={"concentration_M": (0.0, 1e-9, 2e-9, 4e-9)}', "design={}"),
        "lack concentration_M",
    ),
    "a kernel that fails": (
        OWN.replace("return start", "return stat"),
        "the kernel fails on its own example (NameError",
    ),
    "a kernel for one set of parameters only": (
        OWN.replace("return start +", "return np.ravel(start)[0] +"),
        "other readings for two sets",
    ),
    "a kernel of one number": (
        OWN.replace("return start + rise", "return np.sum(start) + np.sum(rise)").replace(
            "* concentration_M", "* 1e-9"
        ),
        "the kernel gives shapes",
    ),
    "a kernel that gives nan": (
        OWN.replace("return start", "return np.nan * start"),
        "no finite number",
    ),
    "a guess that fails": (OWN.replace("y[-1] - y[0]", "y[99] - y[0]"), "the first guess fails"),
    "a guess of nothing": (
        OWN.replace('return [{"start": y[0] - rise * x[0], "rise": rise}]', "return []"),
        "no start",
    ),
    "a guess of strangers": (
        OWN.replace('"rise": rise}]', '"slope": rise}]'),
        "the first guess names slope",
    ),
}


@pytest.mark.parametrize("fault", sorted(BROKEN))
def test_a_broken_file_gets_a_sentence_that_names_it(tmp_path, fault):
    text, sentence = BROKEN[fault]
    assert text != OWN
    shelf = shelf_with(tmp_path, text)
    with pytest.raises(InputError) as caught:
        shelf["my_line"]
    assert "my_line.py" in str(caught.value)
    assert sentence.lower() in str(caught.value).lower()


def test_a_misspelt_name_gets_the_near_ones():
    with pytest.raises(UnknownNameError, match="one_site_competition"):
        CurveShelf("curve", "tricyclic.curves", "MODEL")["one_site_competiton"]
