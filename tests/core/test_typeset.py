"""Names in ASCII are typeset where they are certainly isotopes, formulae or units."""

from __future__ import annotations

import pytest

from tricyclic.core.typeset import typeset


@pytest.mark.parametrize(
    ("plain", "symbols"),
    [
        # The buffers of the protocols, and of usual methods sections.
        ("10 mM MgCl2, pH 7.4", "10 mM MgCl₂, pH 7.4"),
        ("3 mM KCl, 2 mM MgCl2, 10 uM ZnCl2.", "3 mM KCl, 2 mM MgCl₂, 10 µM ZnCl₂."),
        (
            "25 mM NaHCO3, 1.2 mM KH2PO4 and MgSO4",
            "25 mM NaHCO₃, 1.2 mM KH₂PO₄ and MgSO₄",
        ),
        ("Na2HPO4/NaCl", "Na2HPO4/NaCl"),
        ("1 mM Na3VO4, 10 mM Na4P2O7", "1 mM Na₃VO₄, 10 mM Na₄P₂O₇"),
        ("(NH4)2SO4, NH4Cl, NH4HCO3", "(NH₄)₂SO₄, NH₄Cl, NH₄HCO₃"),
        ("Ca(OH)2, Ca(NO3)2", "Ca(OH)₂, Ca(NO₃)₂"),
        ("MgCl2·6H2O, CuSO4 x 5 H2O", "MgCl₂·6H₂O, CuSO₄ x 5 H₂O"),
        ("95 % O2 and 5 % CO2 in H2O", "95 % O₂ and 5 % CO₂ in H₂O"),
        ("1 mM Ca2+, free Mg2+", "1 mM Ca²⁺, free Mg²⁺"),
        ("SiO2, Al2O3, CaF2", "SiO₂, Al₂O₃, CaF₂"),
        # Isotopes.
        ("[3H]", "[³H]"),
        ("[3H] nisoxetine, 1.5 nM", "[³H] nisoxetine, 1.5 nM"),
        ("[3H]DTG and [3H](+)-pentazocine", "[³H]DTG and [³H](+)-pentazocine"),
        ("[125I]RTI-55, 125I-RTI-55", "[¹²⁵I]RTI-55, ¹²⁵I-RTI-55"),
        ("[35S]GTPgammaS", "[³⁵S]GTPgammaS"),
        # Units.
        ("in 250 uL, (5 umol), 2 uCi", "in 250 µL, (5 µmol), 2 µCi"),
    ],
)
def test_what_is_an_isotope_a_formula_or_a_unit_is_typeset(plain, symbols):
    assert typeset(plain) == symbols
    assert typeset(symbols) == symbols


@pytest.mark.parametrize(
    "name",
    [
        "H1, H2 and D2 receptors, M1, 5-HT2A, CB1, P2X7",
        "HCN1, KCNQ2, SCN5A, COS7, PC12, HEK293, CHO-K1, SK-N-SH",
        "SH3, CO1, NO1, compound C1, F2, N1, K2, I2",
        "KI2, HO1, KO2, CaV1.2 and KV7.2",
        "MgCl2.csv, data/MgCl2, run-MgCl2_2.csv",
        "3H-indole, 1H-indazole, 2,3-dihydro-1H-isoindole",
        "[3] and [3A], Smith [12]",
        "A[3] and [H3]x and [3h]x, [3H].csv",
        "ICI 118,551; 8-OH-DPAT; SB-269970",
    ],
)
def test_names_of_the_same_form_stay_as_they_are(name):
    assert typeset(name) == name


def test_reports_and_figures_share_one_rule_and_code_stays_as_it_is():
    """The report typesets the buffer and the radioligand; a table keeps the name of the user."""
    from tricyclic.plotting import style
    from tricyclic.reports.layout import clean

    assert clean("2 mM MgCl2 with [3H] ligand") == "2 mM MgCl₂ with [³H] ligand"
    assert style.one_line("2 mM MgCl2 with [3H] ligand") == "2 mM MgCl₂ with [³H] ligand"
    assert clean("buffer = '2 mM MgCl2'", keep_lines=True) == "buffer = '2 mM MgCl2'"
