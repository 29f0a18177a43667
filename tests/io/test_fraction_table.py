"""Tables of dialysate fractions in the layouts of laboratories give the same fractions."""

from __future__ import annotations

import openpyxl
import pytest

from tricyclic.errors import InputError
from tricyclic.io.fraction_table import FractionColumns, read_animal_rows, read_fraction_table

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
    rows = read_animal_rows(save(tmp_path, [stated, cells], "animals.csv"))
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
        (["animal,end,NE_nM,treated", "r1,0,1,5", "r1,20,1,6"], "the treated is 6, and was 5"),
    ],
)
def test_a_table_that_cannot_be_read_is_refused_in_one_sentence(lines, sentence, tmp_path):
    with pytest.raises(InputError) as error:
        read_fraction_table(save(tmp_path, lines))
    assert sentence in str(error.value)
    assert "values.csv" in str(error.value)


def test_a_table_of_animals_is_read_with_its_numbers(tmp_path):
    lines = ["rat,group,dead volume (uL),flow (uL/min),treated", "r1,vehicle,17.6,1.2,10:20"]
    rows = read_animal_rows(save(tmp_path, lines))
    one = rows["r1"]
    assert (one.group, one.dead_volume_uL, one.flow_uL_per_min) == ("vehicle", 17.6, 1.2)
    assert one.treated == "10:20"
    with pytest.raises(InputError, match="animal r1: occurs twice"):
        read_animal_rows(save(tmp_path, [*lines, lines[1]]))
    with pytest.raises(InputError, match="has no columns of animals and groups"):
        read_animal_rows(save(tmp_path, ["a,b", "1,2"]))
