"""Tables of dialysate fractions in the layouts of laboratories give the same fractions."""

from __future__ import annotations

import openpyxl
import pytest

from tricyclic.errors import InputError
from tricyclic.io.animal_table import read_animal_table
from tricyclic.io.fraction_table import FractionColumns, read_fraction_table

ANIMALS = {"r1": "vehicle", "r2": "vehicle", "r3": "drug", "r4": "drug"}
TIMES = (-40, -20, 0, 20, 40)
VALUE = {(a, t): 1.5 + k + t / 100 for k, a in enumerate(ANIMALS) for t in TIMES}
ROW = {t: ",".join(f"{VALUE[a, t]:.2f}" for a in ANIMALS) for t in TIMES}
NAMES, GROUPS = ",".join(ANIMALS), ",".join(ANIMALS.values())


def save(tmp_path, lines, name="values.csv"):
    path = tmp_path / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def german(number):
    return f"{number:.2f}".replace(".", ",")


LAYOUTS = {
    "tidy": [
        "rat,treatment,time (min),NE (nM)",
        *(f"{a},{ANIMALS[a]},{t},{VALUE[a, t]:.2f}" for a in ANIMALS for t in TIMES),
    ],
    "tidy, each animal named once": [
        "rat,treatment,time (min),NE (nM)",
        *(
            f"{a if t == -40 else ''},{ANIMALS[a] if t == -40 else ''},{t},{VALUE[a, t]:.2f}"
            for a in ANIMALS
            for t in TIMES
        ),
    ],
    "tidy, semicolons and decimal commas": [
        "Tier;Gruppe;Zeit (min);NE (nM)",
        *(f"{a};{ANIMALS[a]};{t};{german(VALUE[a, t])}" for a in ANIMALS for t in TIMES),
    ],
    "tidy, hours": [
        "rat,treatment,time (h),NE_nM",
        *(f"{a},{ANIMALS[a]},{t / 60:.8f},{VALUE[a, t]:.2f}" for a in ANIMALS for t in TIMES),
    ],
    "times down, groups once above": [
        "NE (nM)",
        ",vehicle,,drug,",
        f"time (min),{NAMES}",
        *(f"{t},{ROW[t]}" for t in TIMES),
    ],
    "times down, groups below the names": [
        "NE (nM)",
        f"time (min),{NAMES}",
        f"group,{GROUPS}",
        *(f"{t},{ROW[t]}" for t in TIMES),
    ],
    "times down, labelled rows above": [
        "NE (nM)",
        f"group,{GROUPS}",
        "treated,80,80,80,80",
        f"time,{NAMES}",
        *(f"{t},{ROW[t]}" for t in TIMES),
    ],
    "times down, numbers of fractions and a footnote": [
        "NE (nM)",
        f",,{GROUPS}",
        f"fraction,time (min),{NAMES}",
        *(f"{k},{t},{ROW[t]}" for k, t in enumerate(TIMES)),
        "",
        "by HPLC-ED",
    ],
    "times down, without a name of the times": [
        "NE (nM)",
        f",{GROUPS}",
        f",{NAMES}",
        *(f"{t},{ROW[t]}" for t in TIMES),
    ],
    "animals down, groups once": [
        "NE (nM)",
        f"group,rat,{','.join(f'{t} min' for t in TIMES)}",
        *(
            ",".join(
                [
                    ANIMALS[a] if a in ("r1", "r3") else "",
                    a,
                    *(f"{VALUE[a, t]:.2f}" for t in TIMES),
                ]
            )
            for a in ANIMALS
        ),
        f",mean,{','.join('1' for _ in TIMES)}",
    ],
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_each_layout_gives_the_same_fractions(name, tmp_path):
    table = read_fraction_table(save(tmp_path, LAYOUTS[name]))
    read = {(r.animal, round(r.time_min, 4)): r.value for r in table.rows}
    assert read == pytest.approx(VALUE)
    groups = {r.animal: r.group for r in table.rows}
    stated = {a: row.group for a, row in table.animals.items()}
    assert ANIMALS in (groups, stated)
    assert (table.unit, table.analyte) == ("nM", "NE")
    if "labelled rows" in name:
        assert {row.treated for row in table.animals.values()} == {"80"}
    if "footnote" in name:
        assert table.unused == ("line 10 ('by HPLC-ED')",)


def test_a_workbook_with_merged_groups_means_and_another_sheet_is_read(tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "NE"
    sheet["A1"] = "NE (nM)"
    sheet["B3"], sheet["F3"] = "vehicle", "drug"
    sheet.merge_cells("B3:C3")
    sheet.merge_cells("F3:G3")
    head = ["time (min)", "r1", "r2", "mean", "SEM", "r3", "r4"]
    for k, cell in enumerate(head, 1):
        sheet.cell(4, k, cell)
    for row, t in enumerate(TIMES, 5):
        own = [VALUE[a, t] for a in ANIMALS]
        for k, cell in enumerate([t, *own[:2], 9.9, 0.1, *own[2:]], 1):
            sheet.cell(row, k, cell)
    book.create_sheet("notes")["A1"] = "probes of 2 mm"
    book.save(tmp_path / "values.xlsx")
    table = read_fraction_table(tmp_path / "values.xlsx")
    assert {(r.animal, r.time_min): r.value for r in table.rows} == pytest.approx(VALUE)
    assert {r.animal: r.group for r in table.rows} == ANIMALS
    assert table.unused == ("column 'mean'", "column 'SEM'", "sheet 'notes'")


# Names of the columns of two groups of two animals, as programs number replicates.
NUMBERED = {
    "Prism's export": ["X", "vehicle:Y1", "vehicle:Y2", "drug 3 mg/kg:Y1", "drug 3 mg/kg:Y2"],
    "brackets": ["time", "vehicle [1]", "vehicle [2]", "drug (1)", "drug (2)"],
    "columns of one name in pandas": ["time", "vehicle", "vehicle.1", "drug 3", "drug 3.1"],
    "numbers over all animals": ["time", "vehicle 1", "vehicle 2", "drug 3", "drug 4"],
}


@pytest.mark.parametrize("way", NUMBERED)
def test_columns_called_by_group_and_number_have_groups(way, tmp_path):
    names = NUMBERED[way]
    lines = [",".join(names), *(f"{t},{ROW[t]}" for t in TIMES)]
    table = read_fraction_table(save(tmp_path, lines))
    groups = [table.animals[name].group for name in names[1:]]
    assert groups[0] == groups[1] == "vehicle"
    assert groups[2] == groups[3]
    assert groups[2].startswith("drug")
    assert [row.value for row in table.rows] == pytest.approx(
        [VALUE[a, t] for t in TIMES for a in ANIMALS]
    )


@pytest.mark.parametrize(
    "names", [["rat 1", "rat 2", "rat 3"], ["IMI 3", "IMI 10", "DMI 3", "DMI 10"], ["r1", "r2"]]
)
def test_names_of_animals_and_doses_are_no_groups(names, tmp_path):
    values = ",".join("1" for _ in names)
    lines = [",".join(["time", *names]), *(f"{t},{values}" for t in TIMES)]
    table = read_fraction_table(save(tmp_path, lines))
    assert {row.group for row in table.animals.values()} == {""}


def test_means_and_errors_of_groups_are_no_animals(tmp_path):
    names = "time,r1,r2,r3,r4,vehicle mean,vehicle SEM,drug mean,SEM drug,drug n"
    lines = [names, *(f"{t},{ROW[t]},1,0.1,2,0.2,2" for t in TIMES)]
    table = read_fraction_table(save(tmp_path, lines))
    assert set(table.animals) == set(ANIMALS)
    assert "column 'SEM drug'" in table.unused
    alone = ["time,vehicle mean,vehicle sem,drug mean,drug sem", *(f"{t},1,2,3,4" for t in TIMES)]
    with pytest.raises(InputError, match="means and errors of groups, and no values of animals"):
        read_fraction_table(save(tmp_path, alone))


@pytest.mark.parametrize(
    ("title", "unit", "analyte"),
    [
        ("DA, % of baseline, n = 5", "% of baseline", "DA"),
        ("DA (nM), n=20", "nM", "DA"),
        ("DA, n=20", "", ""),
        ("% basal", "% basal", ""),
        ("Dopamine, nM", "nM", "Dopamine"),
    ],
)
def test_a_title_states_a_unit_of_values_or_none(title, unit, analyte, tmp_path):
    lines = [f'"{title}"', f"time,{NAMES}", *(f"{t},{ROW[t]}" for t in TIMES)]
    table = read_fraction_table(save(tmp_path, lines))
    assert (table.unit, table.analyte) == (unit, analyte)


def test_a_tidy_table_in_german_with_times_of_day_and_a_date_is_read(tmp_path):
    lines = ["Ratte;Behandlung;Datum;Beginn;Ende;DA (nM)"]
    for k, animal in enumerate(ANIMALS):
        for t in TIMES:
            clock = [f"{(660 + m) // 60}:{m % 60:02d}" for m in (t, t + 20)]
            cells = [animal, ANIMALS[animal], f"0{k + 1}.03.2026", *clock]
            lines.append(";".join([*cells, german(VALUE[animal, t])]))
    table = read_fraction_table(save(tmp_path, lines))
    assert {(r.animal, r.start_min - 660): r.value for r in table.rows} == pytest.approx(VALUE)
    assert {r.animal: r.group for r in table.rows} == ANIMALS


def test_one_analyte_of_a_long_table_is_read_with_the_unit_of_its_rows(tmp_path):
    lines = ["animal,group,end,analyte,unit,value"]
    lines += [
        f"{a},{ANIMALS[a]},{t},{name},{unit},{scale * VALUE[a, t]}"
        for name, unit, scale in (("DA", "nM", 1), ("NE", "fmol", 3))
        for a, t in VALUE
    ]
    path = save(tmp_path, lines)
    table = read_fraction_table(path, FractionColumns(analyte="ne"))
    assert (table.unit, table.analyte, len(table.rows)) == ("fmol", "NE", len(VALUE))
    assert table.rows[0].value == pytest.approx(3 * VALUE["r1", -40])
    with pytest.raises(InputError, match=r'values of DA, NE.*Add --analyte "DA"'):
        read_fraction_table(path)
    with pytest.raises(InputError, match="no analyte is called 'GABA'"):
        read_fraction_table(path, FractionColumns(analyte="GABA"))


def workbook(tmp_path, sheets, name="values.xlsx"):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for cells in rows:
            sheet.append(cells)
    book.save(tmp_path / name)
    return tmp_path / name


def across(animals, scale=1.0):
    rows = [[t, *(scale * VALUE[a, t] for a in animals)] for t in TIMES]
    return [["time (min)", *animals], *rows]


def test_sheets_of_different_animals_are_read_together_and_others_are_chosen(tmp_path):
    sheets = {"vehicle": across(["r1", "r2"]), "drug": across(["r3", "r4"])}
    table = read_fraction_table(workbook(tmp_path, {**sheets, "notes": [["2 mm probes"]]}))
    assert {(r.animal, r.time_min): r.value for r in table.rows} == pytest.approx(VALUE)
    assert {r.animal: r.group for r in table.rows} == ANIMALS
    assert table.unused == ("sheet 'notes'",)
    both = workbook(tmp_path, {"NE": across(ANIMALS), "DA": across(ANIMALS, 2.0)})
    with pytest.raises(InputError, match=r"sheets 'NE', 'DA' each have a table.*Add --sheet"):
        read_fraction_table(both)
    table = read_fraction_table(both, sheet="DA")
    assert table.rows[0].value == pytest.approx(2 * VALUE["r1", -40])


def test_animals_are_read_from_the_sheet_with_one_row_each(tmp_path):
    fractions = [["animal", "group", "end", "NE (nM)"], *([a, "x", t, 1] for a, t in VALUE)]
    about = [["animal", "group", "treated"], *([a, g, "10:20"] for a, g in ANIMALS.items())]
    rows = read_animal_table(workbook(tmp_path, {"values": fractions, "animals": about})).rows
    assert {a: (row.group, row.treated) for a, row in rows.items()} == {
        a: (group, "10:20") for a, group in ANIMALS.items()
    }


def test_a_prism_project_is_read_with_its_groups_and_excluded_cells(tmp_path):
    def column(tag, title, subcolumns, starred=()):
        cells = [
            "".join(
                f'<d Excluded="1">{v}</d>' if (j, k) in starred else f"<d>{v}</d>"
                for k, v in enumerate(values)
            )
            for j, values in enumerate(subcolumns)
        ]
        inside = "".join(f"<Subcolumn>{text}</Subcolumn>" for text in cells)
        return f'<{tag} Subcolumns="{len(subcolumns)}"><Title>{title}</Title>{inside}</{tag}>'

    of = {a: [VALUE[a, t] for t in TIMES] for a in ANIMALS}
    body = (
        column("XColumn", "Time (min)", [TIMES])
        + column("YColumn", "vehicle", [of["r1"], of["r2"]], {(1, 2)})
        + column("YColumn", "drug 3 mg/kg", [of["r3"], of["r4"]])
    )
    path = tmp_path / "values.pzfx"
    path.write_text(
        '<?xml version="1.0" encoding="UTF-8"?><GraphPadPrismFile><Table ID="T0" XFormat="numbers" '
        f'YFormat="replicates" Replicates="2"><Title>NE</Title>{body}</Table></GraphPadPrismFile>'
    )
    table = read_fraction_table(path)
    assert [row.value for row in table.rows] == pytest.approx(
        [of[a][k] for k in range(5) for a in of]
    )
    assert {row.group for row in table.animals.values()} == {"vehicle", "drug 3 mg/kg"}
    left_out = [(row.animal, row.time_min) for row in table.rows if row.excluded]
    assert left_out == [("vehicle 2", 0)]


def test_columns_with_other_names_are_those_of_the_user(tmp_path):
    lines = ["who,when,NE_nM,DA_nM", *(f"{a},{t},1,{VALUE[a, t]}" for a, t in VALUE)]
    columns = FractionColumns(animal="who", time="when", value="DA_nM")
    table = read_fraction_table(save(tmp_path, lines), columns)
    assert {(r.animal, r.time_min): r.value for r in table.rows} == pytest.approx(VALUE)
    assert table.unused == ("column 'NE_nM'",)
    with pytest.raises(InputError, match="no column is called 'GABA'"):
        read_fraction_table(save(tmp_path, lines), FractionColumns("GABA", "who", time="when"))
    with pytest.raises(InputError, match=r"no column is called 'DA_pM'. Did you mean 'DA_nM'\?"):
        read_fraction_table(save(tmp_path, lines), FractionColumns("DA_pM", "who", time="when"))
    lines[0] = "who,when,DA_nM,DA_nM"
    with pytest.raises(InputError, match="several columns are called 'DA_nM'"):
        read_fraction_table(save(tmp_path, lines), columns)


def test_what_a_row_states_about_its_animal_is_read_in_each_layout(tmp_path):
    stated = "animal,group,treated,dead volume (uL),flow (uL/min),excluded,note"
    cells = "r1,drug,10:20,17.6,1.2,probe outside,new probe"
    table = read_fraction_table(
        save(tmp_path, [f"{stated},-20,0,20", f"{cells},1,2,3"], "across.csv")
    )
    rows = read_animal_table(save(tmp_path, [stated, cells], "animals.csv")).rows
    assert table.layout == "animals down"
    assert table.unused == ()
    for one in (table.animals["r1"], rows["r1"]):
        assert (one.group, one.treated, one.note) == ("drug", "10:20", "new probe")
        assert (one.dead_volume_uL, one.flow_uL_per_min) == (17.6, 1.2)
        assert one.excluded == "probe outside"


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        (["time,r1,r1,r2", "0,1,2,3", "20,1,2,3"], "line 1: animal r1 has two columns"),
        (["animal,end,NE_nM", "r1,0,3.5*", "r1,20,1"], "line 2, animal r1: '3.5*' is no value"),
        (["animal,end,NE_nM", "r1,0,1", "r1,,2"], "line 3, animal r1: has no time"),
        (["animal,end,NE_nM", "r1,0,1", "r1,soon,2"], "'soon' is no time"),
        (["animal,end,NE_nM", "r1,0,1", "r1,10:20,2"], "the times are numbers and times of day"),
        (["animal,end,NE_nM", "r1,3/4/2026 10:20,1"], "can be read in two ways"),
        (["animal,end,NE_nM", "r1,31.2.2026 10:20,1"], "there is no day '31.2.2026'"),
        (["animal,end,NE_nM,state", "r1,0,1,odd"], "no state is called 'odd'"),
        (["animal,end,NE_nM,state", "r1,0,,ok", "r1,20,1,ok"], "is quantified, and has no value"),
        (["one,two", "three,four"], "no table of fractions is recognised"),
        (["time,r1,r2", "0,1,2", "20,=B2*2,3"], "animal r1: the formula =B2*2 has no result"),
        (
            ["time,r1,r2,r3", "B1,0.9,1.0,1.1", "B2,1,2,3", "T1,2,3,4"],
            "line 2: 'B1' is no time",
        ),
        (
            ["animal,end,NE_nM,treated", "r1,0,1,5", "r1,20,1,6"],
            "the time of the treatment is 6, and was 5",
        ),
        (
            ["animal,end,NE_nM,recovery,recovery_se", "r1,0,1,0.1,0.01", "r1,20,1,0.1,0.02"],
            "the error of the recovery is 0.02, and was 0.01",
        ),
        (["animal,group,end", "r1,x,0", "r1,x,20"], "has no column of values. Add one"),
    ],
)
def test_a_table_that_cannot_be_read_is_refused_in_one_sentence(lines, sentence, tmp_path):
    with pytest.raises(InputError) as error:
        read_fraction_table(save(tmp_path, lines))
    assert sentence in str(error.value)
    assert "values.csv" in str(error.value)


def test_a_table_of_animals_is_read_with_its_numbers(tmp_path):
    lines = ["rat,group,dead volume (uL),flow (uL/min),treated", "r1,vehicle,17.6,1.2,10:20"]
    rows = read_animal_table(save(tmp_path, lines)).rows
    one = rows["r1"]
    assert (one.group, one.dead_volume_uL, one.flow_uL_per_min) == ("vehicle", 17.6, 1.2)
    assert one.treated == "10:20"
    with pytest.raises(InputError, match="animal r1: occurs twice"):
        read_animal_table(save(tmp_path, [*lines, lines[1]]))
    with pytest.raises(InputError, match="has no columns of animals and groups"):
        read_animal_table(save(tmp_path, ["a,b", "1,2"]))


@pytest.mark.parametrize("label", [("", "Mean"), ("SEM", "")])
def test_a_row_of_means_below_numbered_fractions_is_not_used(label, tmp_path):
    lines = ["fraction,time (min),r1,r2", "1,-20,1,2", "2,0,1,2", "3,20,2,4"]
    lines.append(f"{','.join(label)},1.3,2.7")
    table = read_fraction_table(save(tmp_path, lines))
    assert len(table.rows) == 6
    assert table.unused == (f"row '{''.join(label)}' (line 5)",)
