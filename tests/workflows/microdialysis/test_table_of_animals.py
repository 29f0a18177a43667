"""What a second table states about animals, in which units, and what of it is not used."""

from __future__ import annotations

import numpy as np
import pytest
from openpyxl import Workbook

import tricyclic as tca
from tricyclic.errors import InputError

ANIMALS = {**dict.fromkeys(("a", "b", "c"), "vehicle"), **dict.fromkeys(("d", "e", "f"), "drug")}
TIMES = range(-60, 121, 20)


def values(*, per_unit=1.0, treated_min=0.0, unit="min", more=None):
    """Fractions of six animals, doubled by the drug from the treatment on."""
    rng = np.random.default_rng(2)
    rows = [
        (
            name,
            group,
            (time + treated_min) / per_unit,
            (2.0 if time > 0 and group == "drug" else 1.0) * np.exp(0.05 * rng.standard_normal()),
        )
        for name, group in ANIMALS.items()
        for time in TIMES
    ]
    columns = ("animal", "group", f"end ({unit})", "NE (nM)")
    return {**dict(zip(columns, map(list, zip(*rows, strict=True)), strict=True)), **(more or {})}


def animals(**columns):
    return {
        "animal": list(ANIMALS),
        **{k.replace("__", " "): v for k, v in columns.items()},
    }


def column(name, cell):
    return {"animal": list(ANIMALS), name: [cell] * len(ANIMALS)}


def fractions(result):
    return result.to_frame("fractions")[["animal", "start_min", "end_min", "value_nM"]]


@pytest.fixture(scope="module")
def plain():
    return fractions(tca.microdialysis(values()))


# A treatment at 2 h of the clock of the table, as its table or that of the animals may state it.
TREATMENTS = {
    "option": ({}, {"treated": "2"}),
    "option with its unit": ({}, {"treated": "120 min"}),
    "column of the animals in hours": ({}, {"animals_table": column("treated (h)", 2)}),
    "column of the animals in minutes": ({}, {"animals_table": column("treated_min", 120)}),
    "column of the animals without a unit": ({}, {"animals_table": column("treated", 2)}),
    "treated at": ({}, {"animals_table": column("Treated at (h)", 2)}),
    "column of the fractions": ({"treated": [2] * 60}, {}),
    "column of the fractions in minutes": ({"treated (min)": [120] * 60}, {}),
}


@pytest.mark.parametrize("way", TREATMENTS)
def test_a_time_of_treatment_has_the_unit_of_its_heading_else_that_of_the_times(way, plain):
    more, stated = TREATMENTS[way]
    table = values(per_unit=60.0, treated_min=120.0, unit="h", more=more)
    read = fractions(tca.microdialysis(table, **stated))
    assert read["end_min"].to_numpy() == pytest.approx(plain["end_min"].to_numpy())


LAYOUTS = {
    "times down": ["time (h),a,b", "group,x,x", "treated{unit},{at},{at}"],
    "animals down": ["animal (h),treated{unit}," + ",".join(f"{t / 60:.4f}" for t in TIMES)],
}


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize(("unit", "at"), [("", "0.25"), (" (h)", "0.25"), (" (min)", "15")])
def test_treatments_in_sheets_have_the_unit_of_the_times_or_their_own(layout, unit, at, tmp_path):
    lines = [line.format(unit=unit, at=at) for line in LAYOUTS[layout]]
    if layout == "times down":
        lines += [f"{t / 60:.4f},1,1.1" for t in TIMES]
    else:
        lines += [f"{name},{at}," + ",".join("1.5" for _ in TIMES) for name in "ab"]
    path = tmp_path / "values.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    ends = fractions(tca.microdialysis(path, unit="nM", time_is="end"))["end_min"]
    assert sorted(set(ends.round(3))) == pytest.approx([t - 15 for t in TIMES], abs=0.01)


@pytest.mark.parametrize(
    ("flow", "volume"),
    [
        (("flow (uL/min)", 0.5), ("dead volume (uL)", 5)),
        (("flow (nL/min)", 500), ("dead volume (nL)", 5000)),
        (("Flow rate [nl/min]", 500), ("dead volume [µl]", 5)),
        (("flow_uL_per_min", 0.5), ("dead_volume_uL", 5)),
        (("flow (mL/h)", 0.03), ("dead volume (mL)", 0.005)),
        (("flow", "0,5"), ("Totvolumen", "5")),
    ],
)
def test_flow_and_dead_volume_are_converted_by_their_headings(flow, volume, plain):
    """5 uL at 0.5 uL/min are ten minutes."""
    stated = {**column(*flow), **column(*volume)}
    read = fractions(tca.microdialysis(values(), animals_table=stated))
    assert read["end_min"].to_numpy() == pytest.approx(plain["end_min"].to_numpy() - 10.0)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("flow (rpm)", "animal a: the flow is in 'rpm'. A flow is in uL/min, nL/min or mL/h."),
        ("dead volume (cm)", "animal a: the dead volume is in 'cm'. It is in uL, nL or mL."),
    ],
)
def test_a_unit_of_another_kind_is_refused(name, sentence):
    with pytest.raises(InputError) as error:
        tca.microdialysis(values(), animals_table=column(name, 1))
    assert sentence in str(error.value)


def test_a_mere_yes_or_no_excludes_an_animal_or_does_not():
    for cells in (
        ["no"] * 5 + ["yes"],
        [False] * 5 + [True],
        [0] * 5 + [1],
        [""] * 5 + ["excluded in the table"],
    ):
        result = tca.microdialysis(values(), animals_table=animals(excluded=cells))
        assert result.left_out == (("f", "excluded in the table"),)
    none = tca.microdialysis(values(), animals_table=animals(excluded=[False] * 6))
    assert none.left_out == ()


def test_a_mere_yes_or_no_excludes_a_fraction_or_does_not():
    count = len(values()["animal"])
    for cells in (["no"] * (count - 1) + ["yes"], [False] * (count - 1) + [True]):
        table = tca.microdialysis(values(more={"excluded": cells})).to_frame("fractions")
        assert table["excluded"].fillna("").tolist() == [""] * (count - 1) + [
            "excluded in the table"
        ]


@pytest.mark.parametrize(
    ("columns", "error"),
    [
        ({"recovery (%)": 12, "recovery_se": 1}, 0.01),
        ({"recovery (%)": 12, "SE": 1}, 0.01),
        ({"recovery": "12 %", "recovery se (%)": 1}, 0.01),
        ({"recovery": 0.12, "SE": 0.01}, 0.01),
        ({"recovery": 0.12, "weight (g)": 300, "SE": 4}, 0.0),
    ],
)
def test_an_error_without_a_unit_has_that_of_the_recovery_at_its_left(columns, error):
    stated = animals(**{k: [v] * 6 for k, v in columns.items()})
    result = tca.microdialysis(values(), animals_table=stated)
    assert [(one.value, one.se) for _, one in result.recoveries] == [
        (pytest.approx(0.12), pytest.approx(error))
    ] * 6
    assert "recovery of each probe, 12 %" in " ".join(result.summary().split())


@pytest.mark.parametrize(
    ("columns", "sentence"),
    [
        ({"recovery": "0.12 ± 0.01 ± 0.2"}, "animal a: the recovery is '0.12 ± 0.01 ± 0.2'"),
        (
            {"recovery": "0.12 +/- 0.01", "recovery_se": "0.02"},
            "with an error of 0.02 beside it. A recovery has one error",
        ),
        ({"flow": 1, "recovery_se": 0.02}, "has an error of the recovery, and no recovery"),
    ],
)
def test_an_error_that_is_stated_twice_or_without_a_recovery_is_refused(columns, sentence):
    stated = animals(**{k: [v] * 6 for k, v in columns.items()})
    with pytest.raises(InputError) as error:
        tca.microdialysis(values(), animals_table=stated)
    assert sentence in str(error.value)


def test_what_is_not_used_of_the_table_of_animals_is_named():
    stated = animals(recovery=[0.12] * 6, **{"weight (g)": [300] * 6, "treated by": ["MK"] * 6})
    result = tca.microdialysis(values(), animals_table=stated)
    assert result.unused == ("DataFrame: columns 'weight (g)', 'treated by'",)


def test_the_sheet_of_the_animals_in_the_workbook_of_the_values_is_used(tmp_path):
    book = Workbook()
    table = values()
    book.active.title = "NE"
    book.active.append(list(table))
    for row in zip(*table.values(), strict=True):
        book.active.append(row)
    about = book.create_sheet("Rats")
    about.append(["Rat", "Recovery (%)", "Cage"])
    for name in ANIMALS:
        about.append([name, 12, 3])
    book.create_sheet("Notes").append(["Rat a slept", "all day"])
    path = tmp_path / "ne.xlsx"
    book.save(path)
    alone = tca.microdialysis(path)
    both = tca.microdialysis(path, animals_table=path)
    assert alone.unused == ("sheets 'Notes', 'Rats'",)
    assert both.unused == ("sheet 'Notes'", "ne.xlsx: column 'Cage'")
    assert len(both.recoveries) == 6


def recovery_file(tmp_path, lines):
    path = tmp_path / "recovery.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return str(path)


def test_the_recovery_of_each_animal_is_that_of_its_probe_at_its_flow(tmp_path):
    path = recovery_file(
        tmp_path,
        [
            "probe,flow (nL/min),bath (nM),dialysate (nM)",
            *(
                f"{name},{flow},10,{10 * share * (1 if flow == 1000 else 0.5)}"
                for name, share in zip(ANIMALS, (0.1, 0.12, 0.14, 0.16, 0.18, 0.2), strict=True)
                for flow in (1000, 2000)
            ),
        ],
    )
    flows = [1, 1, 1, 2, 2, 2]
    result = tca.microdialysis(values(), animals_table=animals(flow=flows), recovery=path)
    shares = [one.value for _, one in result.recoveries]
    assert shares == pytest.approx([0.1, 0.12, 0.14, 0.08, 0.09, 0.1])
    alike = tca.microdialysis(values(), animals_table=animals(flow=[2] * 6), recovery=path)
    assert [one.value for _, one in alike.recoveries] == pytest.approx(
        [0.05, 0.06, 0.07, 0.08, 0.09, 0.1]
    )
    stated = animals(flow=flows, recovery=[0.3, *[""] * 5])
    result = tca.microdialysis(values(), animals_table=stated, recovery=path)
    assert dict(result.recoveries)["a"].value == 0.3
    assert any("as stated for a, not by recovery.csv" in text for text in result.read_as)


def test_animals_of_several_flows_need_probes_of_their_own(tmp_path):
    lines = ["probe,flow (uL/min),bath (nM),dialysate (nM)", "p,1,10,1.2", "p,2,10,0.7"]
    path = recovery_file(tmp_path, lines)
    with pytest.raises(InputError, match=r"a, b, c, d, e, f have flows of 1, 2 uL/min, and no"):
        tca.microdialysis(values(), animals_table=animals(flow=[1, 1, 1, 2, 2, 2]), recovery=path)
    one = tca.microdialysis(values(), animals_table=animals(flow=[2] * 6), recovery=path)
    assert one.recovery.value == pytest.approx(0.07)


@pytest.mark.parametrize("cells", [("no", "yes", "no"), ("", "bubble", "")])
def test_excluded_readings_of_probes_are_left_out_and_named(cells, tmp_path):
    lines = ["Sonde;Bad (nM);Dialysat (nM);excluded"]
    lines += [f"p1;10;{x};{c}" for x, c in zip(("1,1", "9,9", "1,3"), cells, strict=True)]
    result = tca.probe_recovery(recovery_file(tmp_path, lines))
    assert result["p1"].value == pytest.approx(0.12)
    reason = "bubble" if "bubble" in cells else "excluded in the table"
    assert result.unused == (f"remark: excluded, line 3: {reason}",)


@pytest.mark.parametrize(
    ("heading", "flow", "sentence"),
    [
        ("flow (uL/min)", -1, "line 2: a flow of -1 uL/min. A flow is above 0."),
        ("flow (rpm)", 5, "the flow of 'flow (rpm)' is in 'rpm'. A flow is in uL/min"),
    ],
)
def test_a_flow_that_no_pump_has_is_refused(heading, flow, sentence, tmp_path):
    lines = [f"probe,{heading},bath (nM),dialysate (nM)", f"p,{flow},10,1"]
    with pytest.raises(InputError) as error:
        tca.probe_recovery(recovery_file(tmp_path, lines))
    assert sentence in str(error.value)


def test_advice_about_a_file_of_readings_names_its_columns_and_no_option(tmp_path):
    path = recovery_file(tmp_path, ["animal,NE (nM)", "a,1"])
    with pytest.raises(InputError) as error:
        tca.microdialysis(values(), recovery=path)
    assert str(error.value).endswith("Name its columns dialysate, and bath or perfusate.")


def flux(excluded):
    """Two animals of 3 nM and an extraction of 0.35; the last outlet of the second is spoiled."""
    inlets = [0.0, 2.0, 5.0, 10.0]
    outlets = [c - 0.35 * (c - 3.0) + 0.01 * (-1) ** k for k, c in enumerate(inlets)]
    table = {
        "animal": ["a"] * 4 + ["b"] * 4,
        "C_in (nM)": inlets * 2,
        "C_out (nM)": [*outlets, *outlets[:3], 99.0],
    }
    return {**table, "excluded": excluded} if excluded else table


@pytest.mark.parametrize("reason", ["spilled", "yes", True])
def test_points_of_no_net_flux_that_are_excluded_are_left_out_and_named(reason):
    no = False if reason is True else ""
    result = tca.no_net_flux(flux([no] * 7 + [reason]))
    table = result.to_frame().set_index("animal")
    assert table.loc["b", "concentration_nM"] == pytest.approx(3.0, abs=0.1)
    named = "spilled" if reason == "spilled" else "excluded in the table"
    assert result.unused == (f"remark: excluded, row 7 (from 0): {named}",)
    assert tca.no_net_flux(flux([False] * 8)).unused == ()


def test_a_plan_takes_the_analyte_of_a_table_with_several():
    one, other = values(), values()
    other["NE (nM)"] = [value * (1 + 0.4 * (k % 2)) for k, value in enumerate(other["NE (nM)"])]
    both = {key: [*one[key], *other[key]] for key in one}
    both["analyte"] = ["NE"] * len(one["animal"]) + ["DA"] * len(one["animal"])
    alone = tca.microdialysis_design(one, ratio=1.5)
    planned = tca.microdialysis_design(both, ratio=1.5, analyte="NE")
    assert planned.scatter == alone.scatter
    assert tca.microdialysis_design(both, ratio=1.5, analyte="DA").scatter != alone.scatter
    with pytest.raises(InputError, match='Add analyte="NE"'):
        tca.microdialysis_design(both, ratio=1.5)


@pytest.mark.parametrize("heading", ["Recovery", "Recovery (%)"])
def test_a_recovery_that_a_workbook_shows_as_percent_is_its_number(heading, tmp_path):
    book = Workbook()
    page = book.active
    page.append(["Rat", heading, "SE"])
    for row, name in enumerate(ANIMALS, 2):
        page.append([name, 0.12, 0.01])
        for column in (2, 3):
            page.cell(row, column).number_format = "0 %"
    path = tmp_path / "animals.xlsx"
    book.save(path)
    result = tca.microdialysis(values(), animals_table=path)
    assert [(one.value, one.se) for _, one in result.recoveries] == [(0.12, 0.01)] * 6


def test_a_table_without_a_column_of_animals_names_its_headings():
    with pytest.raises(InputError, match="no columns of animals and groups among 'code', 'flow'"):
        tca.microdialysis(values(), animals_table={"code": ["a", "b"], "flow": [1, 1]})


def test_a_hidden_sheet_of_animals_is_named_where_no_other_has_them(tmp_path):
    book = Workbook()
    book.active.append(["Notes", "of the day"])
    about = book.create_sheet("Rats")
    about.append(["Rat", "Flow (uL/min)"])
    about.append(["a", 1])
    about.sheet_state = "hidden"
    path = tmp_path / "animals.xlsx"
    book.save(path)
    with pytest.raises(InputError, match="Hidden sheets are not read: Rats"):
        tca.microdialysis(values(), animals_table=path)
    with pytest.raises(InputError, match="Hidden sheets are not read: Rats"):
        tca.microdialysis(path)
