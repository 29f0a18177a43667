"""study.toml says what it means, or is refused with file and key."""

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
    ("old", "new", "says"),
    [
        ("title =", "titel =", r"no 'title'"),
        ('title = "A study"', 'title = "A study"\nautor = "x"', r"Did you mean 'author'"),
        ("schema_version = 1", "schema_version = 2", "reads version 1"),
        ('protocol = "net-nisoxetine"\n', "", "has no 'kind'"),
        ('protocol = "net-nisoxetine"', 'kind = "competiton"', "Did you mean 'competition'"),
        ("run = 2", "run = 1", "run '1' is named twice"),
        ("calibrate = 99", "calibrated = 99", "Did you mean 'calibrate'"),
        ("calibrate = 99", "calibrate = -1", "0 or a number of simulations"),
        ("calibrate = 99", "calibrate = 1.5", "whole number"),
        ("calibrate = 99", "confidence = 95", "between 0.5 and 1"),
        ("calibrate = 99", 'variance = "poison"', "Did you mean 'poisson'"),
        ("raw/net_1.csv", "../net_1.csv", "outside the study"),
        ("raw/net_1.csv", "C:/net_1.csv", "outside the study"),
        ('layout = "layouts/net.toml"\n', "", "has no layout"),
        (
            '[[assay.plate]]\nfile = "raw/net_1.csv"',
            '[[assay.plate]]\nfiel = "raw/net_1.csv"',
            "has no 'file'",
        ),
        ('title = "A study"', "title = A study", "not TOML"),
        ('title = "A study"', 'title = ""', "empty"),
    ],
)
def test_what_is_wrong_is_said_with_file_and_key(tmp_path, old, new, says):
    assert old in GOOD
    with pytest.raises(InputError, match=says) as caught:
        plan_of(tmp_path, GOOD.replace(old, new, 1))
    assert "study.toml" in str(caught.value)


def test_a_study_without_an_assay_is_refused(tmp_path):
    with pytest.raises(InputError, match="names no assay"):
        plan_of(tmp_path, 'schema_version = 1\ntitle = "x"\n')


def test_groups_that_no_run_has_are_named(tmp_path):
    compare = (
        '\n[[compare]]\nkind = "groups"\nassay = "NET"\nreference = "vehicle"\nother = "treated"\n'
    )
    with pytest.raises(InputError, match="has the group 'vehicle'"):
        plan_of(tmp_path, GOOD + compare)


def test_a_selectivity_against_an_unknown_assay_is_refused(tmp_path):
    compare = '\n[[compare]]\nkind = "selectivity"\nassay = "NET"\nagainst = ["SERTT"]\n'
    with pytest.raises(InputError, match="SERTT"):
        plan_of(tmp_path, GOOD + compare)


def test_synthetic_may_be_true_or_say_how(tmp_path):
    assert (
        "simulator"
        in plan_of(
            tmp_path, GOOD.replace('title = "A study"', 'title = "A study"\nsynthetic = true')
        ).synthetic
    )
    said = plan_of(
        tmp_path, GOOD.replace('title = "A study"', 'title = "A study"\nsynthetic = "by hand"')
    )
    assert said.synthetic == "by hand"


def test_there_being_no_study_says_how_to_begin_one(tmp_path):
    with pytest.raises(InputError, match="tricyclic new"):
        read_plan(tmp_path)
