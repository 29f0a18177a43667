"""Impossible options of a simulation are refused in whole sentences."""

from __future__ import annotations

import shlex

import pytest


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (
            "--drug testamin --dose '1 mg/kg' --route iv",
            "No drug is called 'testamin'. Did you mean 'testamine' or 'desipramine'?",
        ),
        (
            "--set amine.kk=3",
            (
                "small: no parameter is called 'amine.kk'. Did you mean 'amine.k'? There are: "
                "amine.baseline, amine.k, subject.activity_CYP2C19, subject.activity_CYP2D6, "
                "subject.body_weight."
            ),
        ),
        (
            "--set amine.k",
            "--set: 'amine.k' sets nothing. Write it like net_cortex.Km=400.",
        ),
        (
            "--set amine.k=fast",
            "set amine.k: 'fast' is not a value. A number in 1/h.",
        ),
        (
            "--set amine.level=3",
            (
                "--set: 'amine.level' is computed and cannot be set. Set a parameter; `tricyclic "
                "model simulate small --list` lists them."
            ),
        ),
        (
            "--observable amin",
            (
                "small: no observable is called 'amin'. Did you mean 'amine' or 'amine.k'? There "
                "are: amine, amine.baseline, amine.k, amine.level, blocked, net_site.effect, "
                "net_site.load, net_site.occupancy, subject.activity_CYP2C19, "
                "subject.activity_CYP2D6, subject.body_weight, subject.dosing."
            ),
        ),
        (
            "--drug testamine --dose 1 --route iv",
            'dose of testamine: \'1\' has no unit. Write it like "10 mg/kg" or "37 umol/kg".',
        ),
        (
            "--drug weightless --dose '1 mg/kg' --route iv",
            (
                "weightless: has no molar mass, so a dose in mg cannot be converted to an amount "
                "of substance. Add a row molar_mass in g_per_mol, or dose in nmol/kg."
            ),
        ),
        (
            "--drug testamine --dose '1 mg/kg' --route iv --start '-1 h'",
            "--start: the time is -1 h. A time is 0 or more.",
        ),
        (
            "--hours -1",
            "The time to simulate is -1 h. It is above 0.",
        ),
        (
            "--hours 1e-300",
            "The time to simulate is 1e-300 h. It is 1e-06 h or more.",
        ),
        (
            "--hours 3 --days 1",
            "Both days and hours are given. Give one of them.",
        ),
        (
            "--days 1e9",
            "1e+09 days are to be simulated. At most 366.",
        ),
        (
            "--drug testamine --dose '1 mg/kg' --route 'by mouth'",
            (
                "dosing of testamine, small: no route is called 'by mouth'. There are: ip, iv, po, "
                "probe_cortex, pump."
            ),
        ),
        (
            "--drug testamine --dose '1 mg/kg' --route iv --every 12h --doses 9 --days 3",
            (
                "dosing of testamine: has its last dose at 96 h, and the simulation ends at 72 h. "
                "Simulate longer, or give fewer or earlier doses."
            ),
        ),
        (
            "--dose-event 'testamine 1 mg/kg iv at 80 h' --days 3",
            (
                "dosing of testamine: has its last dose at 80 h, and the simulation ends at 72 h. "
                "Simulate longer, or give fewer or earlier doses."
            ),
        ),
        (
            "--dose '1 mg/kg'",
            "--dose: is given without a drug. Add --drug.",
        ),
        (
            "--ensemble-size 3",
            "small: has no calibrated ensemble. Leave the ensemble size out.",
        ),
        (
            "--ensemble-size -3",
            "--ensemble-size: is -3. It is 1 or more.",
        ),
        (
            "--phenotype CYP2D6=slow",
            (
                "CYP2D6: no phenotype is called 'slow'. There are: extensive, intermediate, "
                "normal, poor, rapid, ultrarapid."
            ),
        ),
        (
            "--phenotype CYP1A2=poor",
            (
                "phenotype 'CYP1A2=poor': no enzyme is called 'CYP1A2'. Did you mean 'CYP2D6' or "
                "'CYP2C19'? There are: CYP2C19, CYP2D6."
            ),
        ),
        (
            "--weight heavy",
            "--weight: 'heavy' is not a weight. Write it like \"80 kg\".",
        ),
        (
            "--weight 7.1.2kg",
            "--weight: '7.1.2kg' is not a weight. Write it like \"80 kg\".",
        ),
        (
            "--compare nowhere.csv",
            "nowhere.csv: does not exist. Check the name and the folder.",
        ),
        (
            "--out out.pdf",
            (
                "--out: 'out.pdf' looks like a file. It is a folder for several files. Write a "
                "figure with --plot FILE."
            ),
        ),
        (
            "--drug testamine --dose '1 mg/kg' --route iv --duration '3 h'",
            (
                "dosing of testamine: is given for 3 h, but a dose by 'iv' is given at once. Add "
                'the interval: "every 12 h"; or leave "for" out.'
            ),
        ),
        (
            "--drug testamine --set testamine.V=-5",
            "--set: testamine.V is -5. It is above 0, in L/kg.",
        ),
        (
            "--drug testamine --set testamine.V=0",
            "--set: testamine.V is 0. It is above 0, in L/kg.",
        ),
        (
            "--drug testamine --set testamine.fu=5",
            "--set: testamine.fu is 5. A fraction is 0 to 1.",
        ),
        (
            "--drug testamine --set testamine_dose1.F=3",
            "--set: testamine_dose1.F is 3. A fraction is 0 to 1.",
        ),
        (
            "--drug testamine --set testamine.Ki_NET=0",
            "--set: testamine.Ki_NET is 0. It is above 0, in nM.",
        ),
        (
            "--drug testamine --set testamine_dose1.dose=5",
            (
                "--set: 'testamine_dose1.dose' is part of a dose. Use --dose, --every, --doses, "
                "--start or --dose-event."
            ),
        ),
        (
            "--set amine.baseline=0",
            "--set: amine.baseline is 0. It is above 0, in nM.",
        ),
        (
            "--set amine.k=-1",
            "--set: amine.k is -1. It is above 0, in 1/h.",
        ),
        (
            "--set amine.load=1",
            (
                "--set: 'amine.load' is wired to net_site.load and cannot be set by itself. Set a "
                "parameter; `tricyclic model simulate small --list` lists them."
            ),
        ),
        (
            "--every '1 min' --drug testamine --dose '1 mg/kg' --route iv --days 30",
            "43200 doses are given. At most 2000.",
        ),
    ],
)
def test_impossible_options_are_refused_in_a_whole_sentence_with_exit_code_3(
    typed, words, sentence
):
    reply = typed(*shlex.split(words))
    assert reply.exit_code == 3, reply.output
    # The drugs of the library are listed after the sentence.
    assert reply.stderr.split(" There are: amitriptyline")[0].strip() == sentence
    assert "Traceback" not in reply.output
