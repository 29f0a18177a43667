"""Errors name keyword arguments and functions instead of options and commands."""

from __future__ import annotations

import inspect

import pytest

import tricyclic as tca
from tricyclic.api._call import assignments, in_python, paths, quantity, texts


@pytest.mark.parametrize(
    ("shell", "python"),
    [
        ("Add --out FOLDER", "Add out=FOLDER"),
        ("Give --plate-size and --unit cpm", 'Give plate_size= and unit="cpm"'),
        ("Add --y and --x to fit one table", "Add y= and x= to fit one table"),
        ("Add --out fits.parquet, or .csv", 'Add out="fits.parquet", or .csv'),
        ("Add --library FOLDER or --sobol 128", "Add library=FOLDER or sobol=128"),
        ('Choose --decimal "," or --decimal "."', 'Choose decimal="," or decimal="."'),
        ("Such as --reader plate_grid", 'Such as reader="plate_grid"'),
        ("Add --kind saturation or --engine scipy", 'Add kind="saturation" or engine="scipy"'),
        ("See: tricyclic library drugs", "See: tca.drugs()"),
        ("Run tricyclic fit or tricyclic curves fit", "Run tca.fit_file() or tca.fit_file()"),
        ("Use tricyclic study new binding DIR", 'Use tca.new_study("binding", DIR)'),
        ("All: tricyclic model simulate my_scenario --list", 'All: tca.quantities("my_scenario")'),
        (
            "Then run: tricyclic study run studies/my_study",
            'Then run: tca.run_study("studies/my_study")',
        ),
        ("pathways, for `tricyclic model diagram`", "pathways, for tca.diagram()"),
        ("A dash - and an em--dash stay", "A dash - and an em--dash stay"),
    ],
)
def test_advice_for_the_shell_becomes_advice_for_python(shell, python):
    assert in_python(shell) == python


def test_a_wrong_value_is_reported_with_its_keyword():
    with pytest.raises(tca.InputError) as error:
        tca.population("kinetics_and_occupancy", subjects=0)
    assert str(error.value).startswith("subjects=: is 0.")


def test_a_word_that_is_not_among_the_choices_is_refused_with_the_nearest():
    with pytest.raises(tca.InputError) as error:
        tca.affinity("x.csv", variance="poison")
    assert str(error.value) == (
        "variance=: no choice is called 'poison'. Did you mean 'poisson'? "
        "There are: auto, constant, counting, poisson, proportional."
    )


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        ({"efficiency": 45}, "efficiency=: is 45. It is above 0 and at most 1."),
        ({"kd_nM": -1}, "kd_nM=: is -1 nM. It is above 0."),
        (
            {"assay_date": "1.2.2024"},
            (
                "assay_date=: is '1.2.2024', which is not a date. "
                "A date is written year-month-day, such as 2026-03-12."
            ),
        ),
    ],
)
def test_a_condition_out_of_range_is_reported_with_its_keyword(condition, message, tmp_path):
    plate = tmp_path / "run1.csv"
    plate.write_text("well,cpm\nA1,5\n")
    with pytest.raises(tca.InputError) as error:
        tca.affinity(plate, protocol="net-nisoxetine", **condition)
    assert str(error.value) == message


def test_paths_and_texts_may_be_single_or_in_a_sequence(tmp_path):
    assert paths("a.csv") == ("a.csv",)
    assert paths([tmp_path, "b.csv"]) == (str(tmp_path), "b.csv")
    assert texts("firing") == ("firing",)
    assert texts(["firing", "cortex_NE"]) == ("firing", "cortex_NE")


def test_changed_values_may_be_a_mapping():
    assert assignments({"net_cortex.Km": 400}) == ("net_cortex.Km=400.0",)
    assert assignments("net_cortex.Km=400") == ("net_cortex.Km=400",)


def test_a_measured_value_keeps_its_standard_error_and_unit():
    assert quantity(tca.MeasuredValue(800.0, "pM", 60.0)) == "800.0 +/- 60.0 pM"
    assert quantity(tca.MeasuredValue(0.8, "nM")) == "0.8 nM"
    assert quantity(0.8) == 0.8
    assert quantity(None) is None


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (
            lambda: tca.affinity(5),
            "plates=: is 5. It is the name of a file, or several, or a DataFrame.",
        ),
        (
            lambda: tca.affinity(None),
            "plates=: is None. It is the name of a file, or several, or a DataFrame.",
        ),
        (
            lambda: tca.read_file(5),
            "file=: is 5. It is the name of a file, or several, or a DataFrame.",
        ),
        (
            lambda: tca.screen("a.csv", out=None),
            "out=: is None. It is the name of a file or folder.",
        ),
        (
            lambda: tca.population("human_occupancy", subjects="many"),
            "subjects=: is 'many'. It is a whole number.",
        ),
        (lambda: tca.drugs(b"x"), "name=: is b'x'. It is a text."),
    ],
)
def test_a_value_of_a_wrong_type_is_reported_with_its_keyword(call, sentence):
    with pytest.raises(tca.InputError) as error:
        call()
    assert str(error.value) == sentence


def test_a_name_that_the_operating_system_refuses_is_an_input_error():
    with pytest.raises(tca.InputError, match="the operating system reports: File name too long"):
        tca.run_study("x" * 300)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: tca.curve_model(5), "name=: is 5. It is a text."),
        (
            lambda: tca.curve_model("logistic_4pl", folder=None),
            "folder=: is None. It is the name of a file or folder.",
        ),
        (lambda: tca.protocol(None), "name=: is None. It is a text."),
        (lambda: tca.open_study(5), "folder=: is 5. It is the name of a file or folder."),
        (lambda: tca.read_plates(None), "path=: is None. It is the name of a file or folder."),
        (
            lambda: tca.drugs(on_progress=5),
            "on_progress=: is 5. It is a function, or None.",
        ),
    ],
)
def test_a_wrong_argument_of_a_direct_function_is_reported_with_its_name(call, sentence):
    with pytest.raises(tca.InputError) as error:
        call()
    assert str(error.value) == sentence


def test_the_text_of_a_result_has_the_words_of_its_interface(tmp_path, capsys):
    from tricyclic.cli.main import main

    text = str(tca.scenarios("noradrenergic_synapse"))
    assert 'All parameters: tca.quantities("noradrenergic_synapse")' in text
    assert "--" not in text
    with pytest.raises(SystemExit):
        main(["library", "scenarios", "noradrenergic_synapse"])
    assert "tricyclic model simulate noradrenergic_synapse --list" in capsys.readouterr().out
    created = tca.new_study("binding", tmp_path / "my_study")
    assert f'tca.run_study("{tmp_path / "my_study"}")' in created.summary()
    listed = tca.quantities("noradrenergic_synapse").summary()
    assert "quantities, for observable=" in listed
    assert "parameters, for set=" in listed


TABLE = {"conc_nM": [1, 1, 10, 10, 100, 100, 1000, 1000], "y": [1, -2, 20, 22, 79, 71, 100, 98]}


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (
            lambda: tca.affinity("net.csv", layot="net.toml"),
            "affinity(): no argument is called 'layot'. Did you mean 'layout' or 'plate'?",
        ),
        (
            lambda: tca.fit(TABLE, x="conc_nM", y="y").predict([1.0], intervall="prediction"),
            (
                "predict(): no argument is called 'intervall'. Did you mean 'interval'? "
                "There are: confidence, interval, x, x_unit."
            ),
        ),
        (lambda: tca.affinity(), "affinity(): plates is missing."),
        (
            lambda: tca.fit(TABLE, "logistic_4pl", "conc_nM"),
            (
                "fit(): 3 arguments are given by position. By position it takes data and model. "
                "Name the others, as in x=..."
            ),
        ),
        (
            lambda: tca.fit(TABLE, "logistic_4pl", model="logistic_4pl"),
            "fit(): model is given twice. Give it once.",
        ),
    ],
    ids=["misspelt", "of a method", "missing", "by position", "twice"],
)
def test_wrong_arguments_are_a_sentence_and_a_type_error(call, sentence):
    with pytest.raises(TypeError) as raised:
        call()
    assert str(raised.value) == sentence
    assert isinstance(raised.value, tca.InputError)


@pytest.mark.parametrize(
    "name", [name for name in tca.__all__ if inspect.isfunction(getattr(tca, name))]
)
def test_every_function_refuses_an_argument_that_it_does_not_have(name):
    with pytest.raises(tca.InputError) as raised:
        getattr(tca, name)(not_an_argument=1)
    assert str(raised.value).startswith(f"{name}(): no argument is called 'not_an_argument'.")
    assert isinstance(raised.value, TypeError)


@pytest.mark.parametrize("function", ["affinity", "saturation", "kinetics", "screen", "fit"])
def test_a_mapping_of_single_values_is_no_table(function):
    with pytest.raises(tca.InputError) as raised:
        getattr(tca, function)({"a": 1})
    assert str(raised.value) == (
        "DataFrame: a is a single value: 1. "
        "A column is a list or an array with one value for every row."
    )


def test_a_single_value_beside_columns_counts_for_every_row():
    result = tca.fit({**TABLE, "compound": "A"}, x="conc_nM", y="y", by="compound")
    assert list(result.to_frame()["compound"]) == ["A"] and result.to_frame()["n"][0] == 8


def test_a_level_that_is_none_is_not_called_nan():
    with pytest.raises(tca.InputError) as raised:
        tca.fit(TABLE, x="conc_nM", y="y").ec(None)
    assert "None. It is a number, or several." in str(raised.value)
