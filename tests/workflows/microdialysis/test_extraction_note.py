"""The note that percent of baseline understates under uptake block: on every figure and report of
a drug that blocks uptake, and on no other.
"""

from __future__ import annotations

import re

import numpy as np
import pytest

import tricyclic as tca
from tricyclic.io.library.library import Library
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
    assert not has_note(tca.no_net_flux(table, analyte="GABA").summary())


@pytest.mark.parametrize(
    ("groups", "drug", "begin"),
    [
        (("vehicle", "desipramine 10 mg/kg"), "", "Uptake blocker desipramine (NET): blocking"),
        (("A", "B", "B = desipramine 10 mg/kg ip"), "", "Uptake blocker desipramine (NET): "),
        (("A", "B"), "maprotiline", "Uptake blocker maprotiline (NET): blocking"),
        (("A", "B"), "", "If a treatment blocks uptake by NET: "),
        (("vehicle", "idazoxan"), "", ""),
    ],
)
def test_the_note_follows_the_targets_of_the_drug(groups, drug, begin):
    note = extraction_note(groups, drug, "", "NE")
    assert note.startswith(begin) if begin else note == ""


# Of each analyte: its transporters in the literature, and names by which laboratories call it.
NAMES = {
    "NET": "NE NA norepinephrine noradrenaline Noradrenalin (-)-norepinephrine L-NE E adrenaline",
    "DAT NET": "DA dopamine Dopamin",
    "SERT": "5-HT 5HT serotonin Serotonin 5-hydroxytryptamine",
    "": "DOPAC HVA 5-HIAA 5HIAA MHPG 3-MT glutamate Glu L-glutamate GABA glycine acetylcholine",
}
# Of each drug: transporters that it or its metabolite blocks at usual doses [Tatsumi et al. 1997].
BLOCKS = {
    "desipramine": "NET",
    "reboxetine": "NET",
    "imipramine": "SERT NET",
    "amitriptyline": "SERT NET",
    "citalopram": "SERT",
    "fluoxetine": "SERT",
    "idazoxan": "",
}


@pytest.mark.parametrize("drug", BLOCKS)
@pytest.mark.parametrize("transporters", NAMES)
def test_blockers_have_the_note_for_analytes_that_their_transporter_takes_up_alone(
    drug, transporters
):
    applies = bool(set(transporters.split()) & set(BLOCKS[drug].split()))
    for name in NAMES[transporters].split():
        note = extraction_note(("a",), drug, "", name)
        assert has_note(note) is applies, (drug, name, note)
        assert note.startswith("Uptake blocker") is applies
        if not transporters:
            assert note == ""


def test_dopamine_is_taken_up_by_net_in_the_cortex_and_the_note_states_where():
    note = extraction_note((), "desipramine", "", "DA")
    assert note.startswith("Uptake blocker desipramine (NET, in the cortex): blocking")


def test_a_transporter_that_a_drug_binds_much_more_weakly_is_stated_with_its_factor():
    assert extraction_note(("vehicle", "fluoxetine"), "", "", "noradrenaline") == (
        "fluoxetine binds NET, which takes up noradrenaline, 300 times weaker than SERT (Ki 240 "
        "and 0.800 nM): only a dose that occupies it lowers the fraction of noradrenaline that "
        "the probe extracts"
    )
    # Above a factor of a thousand there is none: citalopram binds NET 3400 times weaker.
    assert extraction_note((), "citalopram", "", "NE") == ""


@pytest.mark.parametrize(
    ("drug", "analyte", "begin"),
    [
        (
            "fluoxetine",
            "xyz",
            (
                "Uptake blocker fluoxetine (SERT): which transporter takes up xyz is "
                "not known here. If SERT takes it up, blocking"
            ),
        ),
        (
            "fluoxetine",
            "",
            (
                "Uptake blocker fluoxetine (SERT): the analyte is not stated. If SERT "
                "takes it up, blocking"
            ),
        ),
        ("", "xyz", "If a treatment blocks uptake of xyz, whose transporters are not known here: "),
        ("", "", "If a treatment blocks uptake: "),
        ("idazoxan", "xyz", ""),
    ],
)
def test_an_analyte_that_is_not_known_is_stated(drug, analyte, begin):
    note = extraction_note(("a", "b"), drug, "", analyte)
    assert note.startswith(begin) if begin else note == ""


def test_names_of_analytes_are_read_from_titles_where_they_name_one():
    start = "If a treatment blocks uptake"
    assert extraction_note((), "", "", "NE in PFC (dialysate)").startswith(f"{start} by NET: ")
    assert extraction_note((), "", "", "NE and 5-HT").startswith(f"{start} of NE and 5-HT, whose ")
    # L-DOPA is not dopamine, and an E among words is no epinephrine.
    for other in ("L-DOPA", "group E"):
        assert "not known here" in extraction_note((), "", "", other)


def test_every_name_of_the_table_belongs_to_one_analyte():
    every = [name for one in Library("").analytes for name in one.names]
    assert len(every) == len(set(every))


def test_an_analyte_of_an_own_library_replaces_ours(tmp_path):
    table = tmp_path / "analytes.csv"
    table.write_text("name,other_names,transporter\nxyz,x1,NET\n", encoding="utf-8")
    note = extraction_note((), "desipramine", str(tmp_path), "X-1")
    assert note.startswith("Uptake blocker desipramine (NET): blocking")
    table.write_text("name,transporter,certainty\nxyz,NET,reported\n", encoding="utf-8")
    with pytest.raises(tca.InputError) as caught:
        extraction_note((), "desipramine", str(tmp_path), "X-1")
    assert str(caught.value) == (
        "analytes.csv, line 2: is reported and has no source. Add the key of a source, or write "
        "assumed."
    )


def test_an_unknown_drug_is_refused():
    with pytest.raises(tca.InputError, match=r"no drug is called 'desipramin'. Did you mean"):
        extraction_note(("a",), "desipramin", "", "NE")
