"""The library says what the guides and papers say, and a user may add a shelf of their own."""

from __future__ import annotations

import csv
import io
import math
from importlib.resources import files

import pytest

from tricyclic.errors import InputError
from tricyclic.io.library import protocols as library
from tricyclic.units import known_unit

NAMES = (
    "beta1-iodopindolol",
    "dat-win35428",
    "net-nisoxetine",
    "sert-citalopram",
    "sigma1-pentazocine",
    "sigma2-dtg",
)


def test_the_guides_assays_are_on_the_shelf():
    assert library.protocols() == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_every_protocol_knows_what_an_analysis_and_a_methods_text_need(name):
    found = library.protocol(name)
    c = found.conditions
    assert (
        c.target
        and c.radioligand
        and c.nsb_drug
        and c.buffer
        and c.tissue
        and c.filter
        and c.isotope in ("3H", "125I")
    )
    assert (
        c.radioligand_kd_nM is not None
        and c.radioligand_kd_nM.value > 0
        and c.radioligand_kd_nM.source
    )
    for number in (c.nsb_drug_M, c.volume_uL, c.incubation_min, c.temperature_C):
        assert number is not None and number > 0
    assert c.protein_ug is not None and c.specific_activity_Ci_per_mmol is not None
    assert "count" in [step.name for step in found.steps]
    assert set(found.sources) <= set(library.sources())
    # What belongs to one counter or one lot on one day is for the study to state.
    assert (
        c.counting_efficiency is None and c.counting_time_min is None and c.background_cpm is None
    )


# The library holds no affinity of cocaine at DAT, nor of propranolol at beta1.
@pytest.mark.parametrize("name", NAMES[2:])
def test_nothing_displaces_better_than_the_nsb_drug_of_the_protocol(name):
    """The NSB drug leaves at most a few percent of the sites to the radioligand, at the affinities of the library."""
    c = library.protocol(name).conditions
    known = [
        e for e in library.evidence(c.nsb_drug, c.target) if e.unit == "nM" and e.relation == "="
    ]
    affinity_M = max(e.value for e in known) * 1e-9
    radioligand = (c.radioligand_nM.value if c.radioligand_nM else 0.0) / c.radioligand_kd_nM.value
    left = (1 + radioligand) / (1 + radioligand + c.nsb_drug_M / affinity_M)
    assert left < 0.02


def test_the_net_protocol_says_what_the_guide_says():
    c = library.protocol("net-nisoxetine").conditions
    assert (c.radioligand_nM.value, c.nsb_drug, c.incubation_min, c.temperature_C) == (
        1.0,
        "desipramine",
        180,
        4,
    )
    assert c.nsb_drug_M == pytest.approx(10e-6)
    assert "volume_uL" in library.protocol("net-nisoxetine").assumed


def test_the_sigma_2_protocol_knows_its_mask_at_both_sites():
    c = library.protocol("sigma2-dtg").conditions
    assert (c.mask, c.masked_site) == ("(+)-pentazocine", "sigma-1")
    covered = c.mask_M / (c.mask_M + c.mask_kd_masked_nM * 1e-9)
    lost = c.mask_M / (c.mask_M + c.mask_kd_wanted_nM * 1e-9)
    assert covered > 0.97 and 0.05 < lost < 0.2


def test_iodine_that_decays_takes_its_ligand_with_it():
    assert (
        library.protocol("beta1-iodopindolol").conditions.decay_convention == "concentration_falls"
    )


def test_both_the_guide_and_the_paper_that_contradicts_it_stay():
    found = {e.source: e for e in library.evidence("desipramine", "SERT", "Ki")}
    assert (found["guide_desipramine"].low, found["guide_desipramine"].high) == (39, 64)
    assert found["tatsumi_1997"].value == 17.6


def test_the_guides_tables_are_there_number_for_number():
    def row(subject, target, source, parameter="Ki"):
        return next(e for e in library.evidence(subject, target, parameter) if e.source == source)

    net, dat = (row("desipramine", t, "guide_desipramine") for t in ("NET", "DAT"))
    assert (net.low, net.high, dat.low, dat.high) == (0.4, 4.2, 1850, 82000)
    sigma1, sigma2 = (
        row("imipramine", t, "guide_imipramine_sigma") for t in ("sigma-1", "sigma-2")
    )
    assert (sigma1.value, sigma2.value) == (602, 2291)
    assert math.isclose(-math.log10(602e-9), 6.22, abs_tol=0.005)
    assert math.isclose(-math.log10(2291e-9), 5.64, abs_tol=0.005)
    bmax = {
        e.subject: e
        for e in library.evidence(target="beta1", parameter="Bmax")
        if e.source == "zhao_2008"
    }
    assert bmax["vehicle"].value == 73.3 and bmax["vehicle"].high - 73.3 == pytest.approx(4.6)
    assert bmax["desipramine 14 d"].value == 40.7 and bmax[
        "desipramine 14 d"
    ].high - 40.7 == pytest.approx(3.4)


def test_the_errors_of_the_guides_own_references_are_stated():
    caution = library.sources()["guide_desipramine"].caution
    for words in (
        "reference 6 is a rat vas deferens study",
        "reference 4 concerns nonapeptide",
        "reference 3 is human urine",
    ):
        assert words in caution


def test_every_number_has_a_known_unit_and_a_known_source():
    known = library.sources()
    for item in library.evidence():
        assert item.source in known and known_unit(item.unit) == item.unit
        assert math.isfinite(item.value) or math.isfinite(item.low)


def test_a_filter_does_not_mind_case_or_hyphens():
    assert (
        library.evidence("Imipramine", "Sigma 1", "ki")
        == library.evidence("imipramine", "sigma-1", "Ki")
        != ()
    )
    assert library.evidence("imipramine", "GABA-A") == ()


def test_the_published_tables_come_as_they_were_printed_and_with_their_citation():
    assert library.examples() == (
        "competition_three_compounds.csv",
        "saturation_total_nonspecific.csv",
    )
    for name, rows, last in (
        ("competition_three_compounds.csv", 11, ["-11", "128", "126", "128"]),
        ("saturation_total_nonspecific.csv", 7, ["72", "99.12", "57.3"]),
    ):
        table = list(csv.reader(io.StringIO(library.example(name).decode())))
        assert len(table) == rows + 1 and table[-1] == last
    about = (files("tricyclic") / "data" / "examples" / "README.md").read_text(encoding="utf-8")
    assert "Koncevicius (2016)" in about and all(name in about for name in library.examples())


def test_a_wrong_name_brings_the_near_one():
    with pytest.raises(InputError, match="Did you mean 'net-nisoxetine'"):
        library.protocol("net-nisoxetin")
    with pytest.raises(InputError, match="saturation_total"):
        library.example("saturation")


def own_folder(tmp_path, **texts):
    for name, text in texts.items():
        file = tmp_path / name.replace("__", "/").replace("_dot_", ".")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return tmp_path


def test_a_folder_of_the_users_own_adds_protocols_papers_and_numbers(tmp_path):
    folder = own_folder(
        tmp_path,
        sources_dot_csv="key,citation\nmine_2026,Our own lab book\n",
        protocols__mine_dot_toml='title = "Mine"\nkind = "saturation"\n'
        '[numbers]\nradioligand_kd = { value = 500, unit = "pM", se = 50, source = "mine_2026" }\n',
        evidence__mine_dot_csv="subject,target,parameter,value,unit,source\ndesipramine,NET,Ki,900,pM,mine_2026\n",
    )
    assert set(library.protocols(folder)) == {*NAMES, "mine"}
    kd = library.protocol("mine", folder=folder).conditions.radioligand_kd_nM
    assert (kd.value, kd.se, kd.source) == (0.5, 0.05, "mine_2026")
    added = set(library.evidence("desipramine", "NET", "Ki", folder=folder)) - set(
        library.evidence("desipramine", "NET", "Ki")
    )
    assert [(e.value, e.unit) for e in added] == [(900, "pM")]


@pytest.mark.parametrize(
    ("numbers", "words"),
    [
        ("radioligand_kd = 3", "Write a table"),
        ('radioligand_kd = { value = 1, unit = "nM" }', "'source' is missing"),
        (
            'radioligand_kd = { value = 1, unit = "nM", source = "nobody_1900" }',
            "no source is called 'nobody_1900'",
        ),
        ('radioligand_kd = { value = 1, unit = "mg", source = "assumed" }', "cannot become nM"),
        (
            'radioligand_kD = { value = 1, unit = "nM", source = "assumed" }',
            "Did you mean 'radioligand_kd'",
        ),
        ('volume = { value = -1, unit = "uL", source = "assumed" }', "0 or more"),
    ],
)
def test_a_protocol_with_a_fault_is_refused_in_words(tmp_path, numbers, words):
    folder = own_folder(
        tmp_path,
        protocols__bad_dot_toml=f'title = "x"\nkind = "saturation"\n[numbers]\n{numbers}\n',
    )
    with pytest.raises(InputError) as caught:
        library.protocol("bad", folder=folder)
    assert words in str(caught.value) and "bad.toml" in str(caught.value)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("desipramine,NET,Ki,4200,nM,0.4,4.2", "outside its own range 0.4 to 4.2"),
        ('desipramine,NET,Ki,"4,2",nM,,', "is no number"),
        ("desipramine,NET,Ki,4.2,nanograms,,", "no unit that tricyclic knows"),
        ("desipramine,NET,Ki,4.2,nM,,,,,,,,,,,,", "more cells than the header"),
    ],
)
def test_a_row_of_evidence_with_a_fault_is_refused_in_words(tmp_path, row, words):
    folder = own_folder(
        tmp_path, evidence__x_dot_csv=f"subject,target,parameter,value,unit,low,high\n{row}\n"
    )
    with pytest.raises(InputError) as caught:
        library.evidence(folder=folder)
    assert words in str(caught.value) and "x.csv, line 2" in str(caught.value)
