"""Protocols and published values agree with guides and papers, and a user may add their own."""

from __future__ import annotations

import csv
import io
import math
import re
from importlib.resources import files

import pytest

from tricyclic.errors import InputError
from tricyclic.io.library.evidence import evidence, sources
from tricyclic.io.library.examples import example, examples
from tricyclic.io.library.protocols import protocol, protocols
from tricyclic.io.library.scenarios import scenario
from tricyclic.units import known_unit

NAMES = (
    "beta1-iodopindolol",
    "dat-win35428",
    "net-nisoxetine",
    "sert-citalopram",
    "sigma1-pentazocine",
    "sigma2-dtg",
)


def test_the_assays_of_the_vendor_guides_are_in_the_library():
    assert protocols() == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_every_protocol_has_what_an_analysis_and_a_methods_text_need(name):
    chosen = protocol(name)
    c = chosen.conditions
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
    assert "count" in [step.name for step in chosen.steps]
    assert set(chosen.sources) <= set(sources())
    # Values of one counter or one lot are specified in the study.
    assert (
        c.counting_efficiency is None and c.counting_time_min is None and c.background_cpm is None
    )


# The library has no affinity of cocaine at DAT, nor of propranolol at beta1.
@pytest.mark.parametrize("name", NAMES[2:])
def test_the_nsb_drug_of_a_protocol_occupies_almost_all_sites(name):
    """The NSB drug leaves at most a few percent of the sites to the radioligand, at the affinities
    of the library.
    """
    c = protocol(name).conditions
    known = [e for e in evidence(c.nsb_drug, c.target) if e.unit == "nM" and e.qualifier == "="]
    affinity_M = max(e.value for e in known) * 1e-9
    radioligand = (c.radioligand_nM.value if c.radioligand_nM else 0.0) / c.radioligand_kd_nM.value
    left = (1 + radioligand) / (1 + radioligand + c.nsb_drug_M / affinity_M)
    assert left < 0.02


def test_the_net_protocol_has_the_values_of_the_vendor_guide():
    c = protocol("net-nisoxetine").conditions
    assert (c.radioligand_nM.value, c.nsb_drug, c.incubation_min, c.temperature_C) == (
        1.0,
        "desipramine",
        180,
        4,
    )
    assert c.nsb_drug_M == pytest.approx(10e-6)
    assert "volume_uL" in protocol("net-nisoxetine").assumed


def test_the_sigma_2_protocol_has_a_mask_with_its_affinity_at_both_sites():
    c = protocol("sigma2-dtg").conditions
    assert (c.mask, c.masked_site) == ("(+)-pentazocine", "sigma-1")
    covered = c.mask_M / (c.mask_M + c.mask_kd_masked_nM.value * 1e-9)
    lost = c.mask_M / (c.mask_M + c.mask_kd_wanted_nM.value * 1e-9)
    assert covered > 0.97 and 0.05 < lost < 0.2


def test_the_concentration_of_an_iodinated_ligand_falls_as_it_decays():
    assert protocol("beta1-iodopindolol").conditions.decay_convention == "concentration_falls"


def test_a_vendor_guide_and_a_paper_that_contradicts_it_are_both_in_the_library():
    by_source = {e.source: e for e in evidence("desipramine", "SERT", "Ki")}
    assert (by_source["guide_desipramine"].low, by_source["guide_desipramine"].high) == (39, 64)
    assert by_source["tatsumi_1997"].value == 17.6


def test_the_tables_of_the_vendor_guides_agree_number_by_number():
    def row(subject, target, source, parameter="Ki"):
        return next(e for e in evidence(subject, target, parameter) if e.source == source)

    net, dat = (row("desipramine", t, "guide_desipramine") for t in ("NET", "DAT"))
    assert (net.low, net.high, dat.low, dat.high) == (0.4, 4.2, 1850, 82000)
    sigma1, sigma2 = (
        row("imipramine", t, "guide_imipramine_sigma") for t in ("sigma-1", "sigma-2")
    )
    assert (sigma1.value, sigma2.value) == (602, 2291)
    assert math.isclose(-math.log10(602e-9), 6.22, abs_tol=0.005)
    assert math.isclose(-math.log10(2291e-9), 5.64, abs_tol=0.005)
    bmax = {
        e.subject: e for e in evidence(target="beta1", parameter="Bmax") if e.source == "zhao_2008"
    }
    assert bmax["vehicle"].value == 73.3 and bmax["vehicle"].high - 73.3 == pytest.approx(4.6)
    assert bmax["desipramine 14 d"].value == 40.7 and bmax[
        "desipramine 14 d"
    ].high - 40.7 == pytest.approx(3.4)


def test_wrong_references_of_a_vendor_guide_are_stated_in_its_caution():
    caution = sources()["guide_desipramine"].caution
    for words in (
        "reference 6 is a rat vas deferens study",
        "reference 4 concerns nonapeptide",
        "reference 3 is human urine",
    ):
        assert words in caution


def test_every_number_has_a_known_unit_and_a_known_source():
    known = sources()
    for item in evidence():
        assert item.source in known and known_unit(item.unit) == item.unit
        assert math.isfinite(item.value) or math.isfinite(item.low)


def test_a_filter_ignores_case_blanks_and_hyphens():
    assert evidence("Imipramine", "Sigma 1", "ki") == evidence("imipramine", "sigma-1", "Ki") != ()
    assert evidence("imipramine", "GABA-A") == ()


def test_the_example_tables_are_as_printed_and_have_a_citation():
    assert examples() == (
        "competition_three_compounds.csv",
        "saturation_total_nonspecific.csv",
    )
    for name, rows, last in (
        ("competition_three_compounds.csv", 11, ["-11", "128", "126", "128"]),
        ("saturation_total_nonspecific.csv", 7, ["72", "99.12", "57.3"]),
    ):
        table = list(csv.reader(io.StringIO(example(name).decode())))
        assert len(table) == rows + 1 and table[-1] == last
    about = (files("tricyclic") / "data" / "examples" / "README.md").read_text(encoding="utf-8")
    assert "Koncevicius (2016)" in about and all(name in about for name in examples())


def test_a_near_name_is_suggested_for_a_wrong_one():
    with pytest.raises(InputError, match="Did you mean 'net-nisoxetine'"):
        protocol("net-nisoxetin")
    with pytest.raises(InputError, match="saturation_total"):
        example("saturation")


def own_folder(tmp_path, **texts):
    for name, text in texts.items():
        file = tmp_path / name.replace("__", "/").replace("_dot_", ".")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return tmp_path


def test_a_folder_of_the_user_adds_protocols_sources_and_values(tmp_path):
    folder = own_folder(
        tmp_path,
        sources_dot_csv="key,citation\nmine_2026,Our own lab book\n",
        protocols__mine_dot_toml='title = "Mine"\nkind = "saturation"\n'
        '[numbers]\nradioligand_kd = { value = 500, unit = "pM", se = 50, source = "mine_2026" }\n',
        evidence__mine_dot_csv="subject,target,parameter,value,unit,source\n"
        "desipramine,NET,Ki,900,pM,mine_2026\n",
    )
    assert set(protocols(folder)) == {*NAMES, "mine"}
    kd = protocol("mine", folder=folder).conditions.radioligand_kd_nM
    assert (kd.value, kd.se, kd.source) == (0.5, 0.05, "mine_2026")
    added = set(evidence("desipramine", "NET", "Ki", folder=folder)) - set(
        evidence("desipramine", "NET", "Ki")
    )
    assert [(e.value, e.unit) for e in added] == [(900, "pM")]


@pytest.mark.parametrize(
    ("numbers", "message"),
    [
        (
            "radioligand_kd = 3",
            (
                "bad.toml, numbers, radioligand_kd: is a number (3). Write a "
                "table: { key = value } or [name]."
            ),
        ),
        (
            'radioligand_kd = { value = 1, unit = "nM" }',
            ("bad.toml, numbers, radioligand_kd: 'source' is missing. Add source = …"),
        ),
        (
            'radioligand_kd = { value = 1, unit = "nM", source = "unknown_1900" }',
            "bad.toml, numbers, radioligand_kd: no source is called 'unknown_1900'.",
        ),
        (
            'radioligand_kd = { value = 1, unit = "mg", source = "assumed" }',
            (
                "bad.toml, numbers, radioligand_kd: 'mg' is a mass and cannot be converted to "
                "'nM', a concentration. Give a concentration, in nM for example."
            ),
        ),
        (
            'radioligand_kD = { value = 1, unit = "nM", source = "assumed" }',
            (
                "bad.toml, numbers: no key is called 'radioligand_kD'. Did you mean "
                "'radioligand_kd' or 'radioligand' or 'radioligand_kd_masked'? There are: "
                "background, competitor_ki_masked, counting_efficiency, counting_time, "
                "dissociation_start, incubation, koff, kon, "
                "mask_concentration, mask_kd_masked, mask_kd_wanted, masked_bmax_ratio, "
                "nsb_drug_concentration, protein, radioligand, radioligand_kd, "
                "radioligand_kd_masked, specific_activity, temperature, volume."
            ),
        ),
        (
            'volume = { value = -1, unit = "uL", source = "assumed" }',
            ("bad.toml, numbers, volume: is -1 uL. It is 0 or more."),
        ),
    ],
)
def test_a_wrong_protocol_is_refused_with_a_sentence(tmp_path, numbers, message):
    folder = own_folder(
        tmp_path,
        protocols__bad_dot_toml=f'title = "x"\nkind = "saturation"\n[numbers]\n{numbers}\n',
    )
    with pytest.raises(InputError) as caught:
        protocol("bad", folder=folder)
    # The sources in the library are not part of the claim.
    assert re.sub(r" There are: abercrombie_1988.*", "", str(caught.value)) == message


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (
            "desipramine,NET,Ki,4200,nM,0.4,4.2",
            (
                "x.csv, line 2: Ki of desipramine at NET is "
                "4200, outside its own range 0.4 to 4.2. "
                "Check the unit."
            ),
        ),
        (
            'desipramine,NET,Ki,"4,2",nM,,',
            ("x.csv, line 2, column value: '4,2' is not a number. Write it with a decimal point."),
        ),
        (
            "desipramine,NET,Ki,4.2,nanograms,,",
            (
                "x.csv, line 2: 'nanograms' is not a known "
                "unit. Units are written like nM, pM, dpm, "
                "cpm, fmol/mg, Ci/mmol, min, h, mg/kg."
            ),
        ),
        (
            "desipramine,NET,Ki,4.2,nM,,,,,,,,,,,,",
            (
                "x.csv, line 2: has more cells than the "
                "header. Put a cell that contains a comma "
                "into quotation marks."
            ),
        ),
    ],
)
def test_a_wrong_row_of_evidence_is_refused_with_a_sentence(tmp_path, row, message):
    folder = own_folder(
        tmp_path, evidence__x_dot_csv=f"subject,target,parameter,value,unit,low,high\n{row}\n"
    )
    with pytest.raises(InputError) as caught:
        evidence(folder=folder)
    assert str(caught.value) == message


def test_an_own_file_that_does_not_exist_is_named(tmp_path):
    missing = tmp_path / "my.toml"
    for read in (protocol, scenario):
        with pytest.raises(InputError) as error:
            read(str(missing))
        assert str(error.value) == f"{missing}: does not exist. Check the name and the folder."
