"""Tables as people have them, and wrong arguments, in `tca.fit` and the methods of its result."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import tricyclic as tca

CONC = np.repeat([0.001, 0.01, 0.1, 1, 10, 100], 2)


def curve(ec50, name, seed):
    rng = np.random.default_rng(seed)
    y = 100 / (1 + ec50 / CONC) + rng.normal(0, 3, CONC.size)
    return pd.DataFrame({"compound": name, "conc_uM": CONC, "pct": y})


TABLE = pd.concat([curve(0.1, "a", 1), curve(2.0, "b", 2)], ignore_index=True)
COLUMNS = {"x": "conc_uM", "y": "pct", "by": "compound"}
MANY = {"x_column": "conc_uM", "y_column": "pct", "curve_column": "compound"}


@pytest.fixture(scope="module")
def fits():
    return tca.fit(TABLE, **COLUMNS)


@pytest.mark.parametrize(
    "table",
    [
        pl.from_pandas(TABLE).lazy(),
        TABLE.assign(compound=TABLE.compound.astype("category")),
        TABLE.set_index("compound"),
        TABLE.set_index("compound", drop=False),
        pa.Table.from_pandas(TABLE).combine_chunks().to_batches()[0],
        TABLE.assign(pct=TABLE.pct.astype(str)),
        TABLE.sample(frac=1, random_state=1).sort_values("compound", kind="stable"),
    ],
    ids=[
        "lazy",
        "categories",
        "index",
        "index and column",
        "record batch",
        "numbers as text",
        "shuffled",
    ],
)
def test_the_form_of_a_table_does_not_change_the_fit(fits, table):
    again = tca.fit(table, **COLUMNS).to_frame()
    assert list(again.ec50_nM) == pytest.approx(list(fits.to_frame().ec50_nM), rel=1e-6)


@pytest.mark.parametrize("key", [1, 1.5, True, "1"])
def test_a_curve_is_selected_by_the_value_in_the_table(key):
    table = TABLE.assign(compound=[key if name == "a" else "other" for name in TABLE.compound])
    assert tca.fit(table, **COLUMNS)[key]["hill"].value > 0


def test_a_word_among_the_readings_is_missing_and_named(fits):
    table = TABLE.assign(pct=[*map(str, TABLE.pct[:-1]), "spilled"])
    fit = tca.fit(table, **COLUMNS)
    assert fit["b"].n == 11
    assert fit.unused == (
        "row 24 (no reading in 'pct')",
        "1 cell of 'pct' without a number ('spilled'), as missing readings",
    )
    with pytest.raises(tca.InputError, match="column 'compound' is not all numbers"):
        tca.fit(TABLE, x="conc_uM", y="compound")


def test_logarithms_and_masses_are_doses_and_predictions_use_their_unit(fits):
    logs = TABLE.assign(conc_uM=np.log10(TABLE.conc_uM)).rename(columns={"conc_uM": "l"})
    fit = tca.fit(logs, x="l", x_unit="log10 uM", y="pct", by="compound")
    expected = fits["a"].predict([0.1, 1.0])
    assert fit["a"].predict([-1.0, 0.0]) == pytest.approx(expected, rel=1e-6)
    assert list(fit.to_frame("readings").l_log10_uM) == pytest.approx(list(logs.l))
    mass = TABLE.assign(conc_uM=TABLE.conc_uM * 0.3).rename(columns={"conc_uM": "dose"})
    molar = tca.fit(mass, x="dose", x_unit="mg/L", molar_mass=300.0, y="pct", by="compound")
    assert molar["a"].ec(50).value == pytest.approx(fits["a"].ec(50).value, rel=1e-6)
    assert molar["a"].predict([0.03]) == pytest.approx(expected[:1], rel=1e-6)
    own = tca.fit(mass, x="dose", x_unit="mg/L", y="pct", by="compound")
    dose = own["a"].ec(50)
    assert dose.unit == "mg/L"
    assert dose.value == pytest.approx(0.3e-3 * fits["a"].ec(50).value, rel=1e-6)
    assert "ec50_mg_per_L" in own.to_frame() and "pEC50" not in own.to_frame()


def test_a_curve_with_too_few_points_keeps_its_row_without_numbers():
    table = pd.concat([TABLE, curve(1.0, "c", 3).iloc[:3]], ignore_index=True)
    fits = tca.fit(table, **COLUMNS)
    row = fits.to_frame().set_index("compound").loc["c"]
    assert row.status == "too few points" and np.isnan(row.ec50_nM) and row.ec50_nM_text == "n.d."
    assert np.isnan(fits.ec([50]).ec_nM.iloc[2]) and np.isfinite(fits.ec([50]).ec_nM[:2]).all()
    assert np.isnan(fits["c"].predict([1.0])).all()
    assert fits.confint().low.isna().sum() == 4
    assert not fits["c"].ok and fits["a"].ok and not fits.failed
    with pytest.raises(tca.InputError) as caught:
        fits.compare()
    assert str(caught.value) == (
        "c: 2 different doses cannot determine its own 4 parameters. Leave this curve out, or "
        "share or fix parameters."
    )


def test_a_result_is_pickled_and_copied(fits):
    for again in (pickle.loads(pickle.dumps(fits)), copy.deepcopy(fits)):
        pd.testing.assert_frame_equal(again.to_frame(), fits.to_frame())
        assert again["a"].ec(10).low == pytest.approx(fits["a"].ec(10).low)


def test_a_result_shows_itself_as_a_table_in_a_notebook(fits):
    assert "<table" in fits._repr_html_()


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (
            lambda f: f.ec(120),
            (
                "The level is 120 %. A relative effective dose lies between 0 and 100 % of the way "
                "between the plateaus. For the dose at a reading, add absolute=True."
            ),
        ),
        (
            lambda f: f["a"].compare(),
            "compare: there is one curve. Add by=COLUMN, whose values are the curves.",
        ),
        (lambda f: f.predict("a"), "x=: is 'a'. It is a number, or several."),
        (
            lambda f: f.predict([1], interval="both"),
            "interval=: no interval is called 'both'. There are: confidence, prediction.",
        ),
        (lambda f: f.confint(95), "level=: is 95. It lies between 0.5 and 1, such as 0.95."),
        (
            lambda f: tca.fit(TABLE, 5, **COLUMNS),
            "model=: is 5. It is a curve model, or the name of one.",
        ),
        (
            lambda f: tca.fit(TABLE, **COLUMNS, intervals="some"),
            "intervals=: no choice is called 'some'. There are: all, auto, none, target.",
        ),
        (
            lambda f: tca.fit(TABLE, x="conc_uM", y="pct", starts=[{"hill": 1.0}]),
            "starts=: applies to Series and parts. Omit it, or pass a Series.",
        ),
        (
            lambda f: f.status,
            (
                "Status is of one curve, and there are 2. Select one, such as fit['a']; there are: "
                "'a', 'b'."
            ),
        ),
    ],
)
def test_wrong_arguments_are_refused_in_the_words_of_python(fits, call, sentence):
    with pytest.raises(tca.InputError) as caught:
        call(fits)
    assert str(caught.value) == sentence


def test_decimal_commas_of_a_column_of_text_are_read(fits):
    """ "0,001" was read as 1, or its column was refused for want of a unit."""

    def with_commas(values):
        return [f"{value:.12g}".replace(".", ",") for value in values]

    table = TABLE.assign(conc_uM=with_commas(TABLE.conc_uM), pct=with_commas(TABLE.pct))
    again = tca.fit(table, **COLUMNS).to_frame()
    assert list(again.ec50_nM) == pytest.approx(list(fits.to_frame().ec50_nM), rel=1e-6)
    small = TABLE[TABLE.conc_uM < 1]
    read = tca.fit(
        small.assign(conc_uM=[f"{x:.3f}".replace(".", ",") for x in small.conc_uM]), **COLUMNS
    )
    assert sorted(set(read.to_frame("readings").conc_uM)) == pytest.approx([0.001, 0.01, 0.1])


def test_grouped_thousands_are_read_where_the_table_shows_what_they_mean():
    table = TABLE.assign(
        conc_nM=[f"{1000 * x:,.1f}" for x in TABLE.conc_uM], pct=TABLE.pct.map("{:.2f}".format)
    )
    fit = tca.fit(table, x="conc_nM", y="pct", by="compound")
    doses = sorted(set(fit.to_frame("readings").conc_nM.round(6)))
    assert doses == [1, 10, 100, 1000, 10000, 100000]
    unclear = TABLE.assign(pct=["1,234"] * len(TABLE))
    with pytest.raises(tca.InputError, match="'1,234' can be read in two ways"):
        tca.fit(unclear, **COLUMNS)


@pytest.mark.parametrize("kind", ["pandas", "polars", "date"])
def test_a_day_is_a_key_without_its_midnight(kind):
    day = pd.to_datetime(["2026-01-05" if name == "a" else "2026-02-07" for name in TABLE.compound])
    table = TABLE.assign(day=day.date if kind == "date" else day)
    table = pl.from_pandas(table) if kind == "polars" else table
    fits = tca.fit(table, x="conc_uM", y="pct", by="day")
    assert fits.keys() == ("2026-01-05", "2026-02-07")


def test_columns_of_a_frame_without_names_have_numbers():
    table = TABLE.set_axis([0, 1, 2], axis=1)
    fits = tca.fit(table, x=1, y=2, by=0, x_unit="uM")
    assert fits.keys() == ("a", "b")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"x": "conc_um"}, "no column is called 'conc_um'. Did you mean 'conc_uM'"),
        ({"weights": TABLE.pct.to_numpy()}, "weights=: are values. It is the name of a column"),
        ({"x": TABLE.conc_uM[::-1]}, "x=: are values. It is the name of a column"),
        ({"workers": 0}, "workers=: is 0. A whole number from 1"),
        ({"x": ()}, "Add x=COLUMN"),
    ],
)
def test_wrong_arguments_are_named_in_a_short_sentence(change, message):
    with pytest.raises(tca.InputError) as error:
        tca.fit(TABLE, **(COLUMNS | change))
    assert message in str(error.value)
    assert len(str(error.value)) < 250


def test_columns_of_different_lengths_and_infinite_doses_are_refused():
    with pytest.raises(tca.InputError, match=r"different lengths.*conc_uM 3, pct 2"):
        tca.fit({"conc_uM": [1, 2, 3], "pct": [1, 2]}, x="conc_uM", y="pct")
    table = TABLE.assign(conc_uM=TABLE.conc_uM.where(TABLE.index > 0, np.inf))
    with pytest.raises(tca.InputError, match=r"contains inf\. A concentration is a number"):
        tca.fit(table, **COLUMNS)


@pytest.mark.parametrize(
    ("use", "message"),
    [
        (lambda f: f.predict(pd.DataFrame({"a": [1], "b": [2]})), r"x=: has the shape (1, 2)"),
        (lambda f: f.confint("x"), "level=: is 'x'"),
        (lambda f: f.ec(50, confidence="0.9"), "confidence=: is '0.9'"),
        (lambda f: f.save(None), "path=: is None"),
        (lambda f: f.to_frame(3), "no table is called '3'"),
        (lambda f: f.to_frame(["curves"]), "no table is called"),
        (lambda f: f.plot(3), "no figure is called '3'"),
        (lambda f: f.plot(ax=[1, 2]), "ax=: is [1, 2]"),
    ],
)
def test_wrong_arguments_of_methods_have_sentences(fits, use, message):
    with pytest.raises(tca.InputError) as error:
        use(fits)
    assert message in str(error.value)


def test_a_wrong_source_is_shown_as_it_was_given():
    with pytest.raises(tca.InputError, match=r"plates=: is None\. It is the name of a file"):
        tca.affinity(None)


@pytest.mark.parametrize("intervals", [True, 1, {"hill": 1}, ["hill", 3]])
def test_intervals_are_a_choice_or_names(intervals):
    with pytest.raises(tca.InputError, match=r"^intervals=: is .*names of parameters"):
        tca.fit(TABLE, **COLUMNS, intervals=intervals)


@pytest.mark.parametrize("interval", [None, "confidence", "prediction"])
def test_the_prediction_at_a_missing_dose_is_missing(fits, interval):
    table = fits.predict([np.nan, 0.1], interval=interval)
    columns = table.columns[2:] if interval else ["fitted"]
    assert table[list(columns)].isna().to_numpy()[::2].all()
    assert table[list(columns)].notna().to_numpy()[1::2].all()
    assert np.isnan(fits["a"].predict([np.nan])).all()


def test_several_comparisons_are_given_singly_or_as_a_list(fits):
    listed = fits.compare(["ec50", "hill"]).to_frame()
    pd.testing.assert_frame_equal(listed, fits.compare("ec50", "hill").to_frame())
    with pytest.raises(tca.InputError, match=r"^level=: has no values"):
        fits.ec([])


@pytest.mark.parametrize("level", [90, "hill", True])
def test_a_wrong_level_of_confint_is_named_as_its_argument(fits, level):
    with pytest.raises(tca.InputError, match=r"^level=: is .* lies between 0.5 and 1"):
        fits.confint(level)


@pytest.mark.parametrize("name", [5, None, ["LD"], b"LD", "LD\n", "β", "a" * 300])
def test_the_name_of_effective_doses_is_one_of_letters(name):
    with pytest.raises(tca.InputError, match=r"ec_name=?: .* is no name of effective doses"):
        tca.fit(TABLE, **COLUMNS, ec_name=name)


@pytest.mark.parametrize("roles", [{"y": "conc_uM"}, {"by": "pct"}, {"by": ["compound", "pct"]}])
def test_a_column_has_one_role(roles):
    with pytest.raises(tca.InputError, match=f"^{next(iter(roles))}=: the column '.*' has the "):
        tca.fit(TABLE, **COLUMNS | roles)


@pytest.mark.parametrize(
    "roles", [{"curve_column": "pct"}, {"weights": "pct"}, {"weights": "conc_uM"}]
)
def test_a_column_of_many_curves_has_one_role(roles):
    with pytest.raises(tca.InputError, match=r"^DataFrame: the column '.*' has two roles"):
        tca.fit_file(TABLE, **MANY | roles)


def test_a_series_of_pandas_is_no_series_of_readings():
    with pytest.raises(tca.InputError, match=r"the type pandas.Series. It is .*tricyclic.Series"):
        tca.fit(TABLE.set_index("conc_uM").pct)
