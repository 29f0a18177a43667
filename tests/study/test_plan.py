"""study.toml is read, or refused with the place of the error."""

from __future__ import annotations

import pytest

from tricyclic.errors import InputError
from tricyclic.study.plan import read_plan

GOOD = """
schema_version = 1
title = "A study"
[[people]]
name = "A. B."
role = "pipetted"
[[assay]]
name = "NET"
protocol = "net-nisoxetine"
layout = "layouts/net.toml"
[assay.conditions]
radioligand_nM = "1.0 nM"
[assay.method]
calibrate = 99
[[assay.plate]]
file = "raw/net_1.csv"
run = 1
[[assay.plate]]
file = "raw/net_2.csv"
run = 2
[assay.plate.conditions]
radioligand_nM = 1.1
"""


def plan_of(tmp_path, text):
    (tmp_path / "study.toml").write_text(text, encoding="utf-8")
    return read_plan(tmp_path)


def test_a_plan_is_read(tmp_path):
    plan = plan_of(tmp_path, GOOD)
    (assay,) = plan.assays
    assert plan.people == ("A. B. (pipetted)",)
    assert [(plate.run, plate.layout) for plate in assay.plates] == [
        ("1", "layouts/net.toml"),
        ("2", "layouts/net.toml"),
    ]
    assert assay.method.calibrate == 99
    assert assay.conditions == {"radioligand_nM": "1.0 nM"}
    assert assay.plates[1].conditions == {"radioligand_nM": 1.1}
    assert plan.formats == ("html", "pdf")


@pytest.mark.parametrize(
    ("old", "new", "part"),
    [
        ("title =", "titel =", r"no key is called 'titel'.*Did you mean 'title'"),
        ('title = "A study"', 'title = "A study"\nautor = "x"', r"Did you mean 'author'"),
        ("schema_version = 1", "schema_version = 2", "reads version 1"),
        ('protocol = "net-nisoxetine"\n', "", "assay 'NET': has neither a protocol nor a kind"),
        ('protocol = "net-nisoxetine"', 'kind = "competiton"', "Did you mean 'competition'"),
        ("run = 2", "run = 1", "assay 'NET': two runs are called '1'. Give each its own name"),
        ("calibrate = 99", "calibrated = 99", "Did you mean 'calibrate'"),
        ("calibrate = 99", "calibrate = -1", r"assay 'NET', method, calibrate: is a number \(-1\)"),
        ("calibrate = 99", "calibrate = 1.5", "It must be a whole number"),
        ("calibrate = 99", "confidence = 95", "between 0.5 and 1"),
        ("calibrate = 99", 'variance = "poison"', "Did you mean 'poisson'"),
        (
            "raw/net_1.csv",
            "../net_1.csv",
            "plate '../net_1.csv', file: '../net_1.csv' is outside the study",
        ),
        ("raw/net_1.csv", "C:/net_1.csv", "outside the study"),
        ('layout = "layouts/net.toml"\n', "", "has no layout"),
        (
            '[[assay.plate]]\nfile = "raw/net_1.csv"',
            '[[assay.plate]]\nfiel = "raw/net_1.csv"',
            "no key is called 'fiel'.*Did you mean 'file'",
        ),
        ('title = "A study"', "title = A study", "is not TOML"),
        ('title = "A study"', 'title = ""', "study.toml, title: is empty. Fill it in"),
    ],
)
def test_an_error_names_the_file_and_the_key(tmp_path, old, new, part):
    assert old in GOOD
    with pytest.raises(InputError, match=part) as caught:
        plan_of(tmp_path, GOOD.replace(old, new, 1))
    assert "study.toml" in str(caught.value)


def test_a_study_without_an_assay_is_refused(tmp_path):
    with pytest.raises(InputError, match="contains no assay"):
        plan_of(tmp_path, 'schema_version = 1\ntitle = "x"\n')


def test_a_group_without_a_run_is_named_in_the_error(tmp_path):
    compare = (
        '\n[[compare]]\nkind = "groups"\nassay = "NET"\nreference = "vehicle"\nother = "treated"\n'
    )
    with pytest.raises(InputError, match="has the group 'vehicle'"):
        plan_of(tmp_path, GOOD + compare)


def test_a_selectivity_against_an_unknown_assay_is_refused(tmp_path):
    compare = '\n[[compare]]\nkind = "selectivity"\nassay = "NET"\nagainst = ["SERTT"]\n'
    with pytest.raises(InputError, match="SERTT"):
        plan_of(tmp_path, GOOD + compare)


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        (
            'kind = "selectivity"\nagainst = ["NET"]\nreference = "vehicle"',
            (
                "a comparison of kind 'selectivity' does not use 'reference'. Remove it, or write "
                'kind = "groups".'
            ),
        ),
        (
            'kind = "groups"\nagainst = ["NET"]',
            (
                "a comparison of kind 'groups' does not use 'against'. Remove it, or write "
                'kind = "selectivity".'
            ),
        ),
    ],
)
def test_a_key_that_a_comparison_does_not_use_is_refused(tmp_path, lines, sentence):
    with pytest.raises(InputError) as caught:
        plan_of(tmp_path, f'{GOOD}\n[[compare]]\nassay = "NET"\n{lines}\n')
    assert str(caught.value).endswith(sentence)


@pytest.mark.parametrize(
    ("value", "text"),
    [("true", "the readings were simulated"), ("false", ""), ('"by hand"', "by hand")],
)
def test_synthetic_may_be_true_or_a_text(tmp_path, value, text):
    plan = plan_of(
        tmp_path, GOOD.replace('title = "A study"', f'title = "A study"\nsynthetic = {value}')
    )
    assert plan.synthetic == text


def test_the_error_for_a_missing_study_is_how_to_create_one(tmp_path):
    with pytest.raises(InputError) as caught:
        read_plan(tmp_path)
    assert str(caught.value) == (
        f"{tmp_path}/study.toml: does not exist. "
        "Create a study with: tricyclic study new binding DIR."
    )
