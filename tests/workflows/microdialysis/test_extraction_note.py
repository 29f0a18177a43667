"""The note that percent of baseline understates under uptake block: on every figure and report of
a drug that blocks uptake, and on no other.
"""

from __future__ import annotations

import re

import numpy as np
import pytest

import tricyclic as tca
from tricyclic.reports.figures import drawings_of
from tricyclic.workflows.extraction import extraction_note

# Of each: the treatment as the model is compared with it, and whether it blocks uptake.
DRUGS = {
    "desipramine": ("desipramine 10 mg/kg ip", True),
    "idazoxan": ("idazoxan 2 mg/kg ip", False),
}


def plain(text):
    """Text of a figure or a terminal without tags and line ends."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))


def has_note(text):
    words = plain(text)
    return "lowers the fraction" in words and "which no net flux measures" in words


def values(groups):
    rng = np.random.default_rng(5)
    rows = [
        (f"{group}{k}", group, start, start + 20, (2 + k) * np.exp(0.1 * rng.standard_normal()))
        for group in groups
        for k in range(3)
        for start in range(-80, 120, 20)
    ]
    names = ("animal", "group", "start_min", "end_min", "NE_nM")
    return dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))


@pytest.mark.parametrize("drug", DRUGS)
def test_the_text_and_every_figure_of_an_analysis_have_it_for_uptake_blockers_alone(drug):
    treatment, blocks = DRUGS[drug]
    # The groups do not name the drug: the dose that the model is compared with does.
    result = tca.microdialysis(
        values(("vehicle", "treated")),
        compare=f"treated = {treatment}",
        region="lc",
        ensemble_size=1,
        recovery=0.1,
    )
    assert has_note(result.summary()) is blocks
    drawings = drawings_of(result)
    assert set(drawings) == {
        "time_course",
        "time_course_absolute",
        "animals",
        "model",
        "model_absolute",
    }
    for name, drawing in drawings.items():
        assert has_note(drawing.make().svg) is blocks, name


@pytest.mark.parametrize("drug", DRUGS)
def test_the_text_and_the_figure_of_a_virtual_study_have_it_for_uptake_blockers_alone(drug):
    result = tca.virtual_assay("microdialysis", drug=drug, animals=2, experiments=2)
    blocks = DRUGS[drug][1]
    assert has_note(result.summary()) is blocks
    assert any("Dialysate underestimates" in one for one in result.remarks) is blocks
    for name, drawing in drawings_of(result).items():
        assert has_note(drawing.make().svg) is blocks, name


@pytest.mark.parametrize("drug", DRUGS)
def test_no_net_flux_has_it_for_uptake_blockers_alone(drug):
    rng = np.random.default_rng(3)
    rows = [
        (f"{group}{k}", group, inlet, inlet - 0.3 * (inlet - 3) + 0.05 * rng.standard_normal())
        for group in ("vehicle", drug)
        for k in range(2)
        for inlet in (0.0, 2.0, 5.0, 10.0)
    ]
    names = ("animal", "group", "inlet_nM", "outlet_nM")
    table = dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))
    assert has_note(tca.no_net_flux(table).summary()) is DRUGS[drug][1]


@pytest.mark.parametrize(
    ("groups", "drug", "begin"),
    [
        (("vehicle", "desipramine 10 mg/kg"), "", "Uptake blocker desipramine (NET)"),
        (("A", "B", "B = desipramine 10 mg/kg ip"), "", "Uptake blocker desipramine (NET)"),
        (("A", "B"), "imipramine", "Uptake blocker imipramine ("),
        (("A", "B"), "", "If a treatment blocks uptake: "),
        (("vehicle", "idazoxan"), "", ""),
    ],
)
def test_the_note_follows_the_targets_of_the_drug(groups, drug, begin):
    note = extraction_note(groups, drug, "")
    assert note.startswith(begin) if begin else note == ""


def test_an_unknown_drug_is_refused():
    with pytest.raises(tca.InputError, match=r"no drug is called 'desipramin'. Did you mean"):
        extraction_note(("a",), "desipramin", "")
