"""Files of real instruments are read with every well and no other."""

from __future__ import annotations

import math
import os
from pathlib import Path

import pytest

from tricyclic.errors import InputError
from tricyclic.io.open import one_reading_each, read_plates, read_tables

SHARED = Path(
    os.environ.get("TRICYCLIC_SHARED_DATA") or Path(__file__).parents[4] / "shared" / "data"
)
pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason="the folder of shared data is not here")


def counted(plate):
    return {well.name: well.value for well in plate.wells if well.counted}


def test_microbeta_list_and_grid_agree_and_a_dash_is_not_zero():
    (plate,) = read_plates(SHARED / "counters" / "microbeta_layout_example.txt")
    assert (plate.size, plate.unit, len(plate.wells)) == (24, "cpm", 24)
    assert counted(plate) == {"A01": 4630.0, "A02": 312.0, "C01": 57.0}
    assert "list and grid agree" in plate.notes
    # "5_MIN" in the name of the protocol is not a counting time.
    assert plate.counting_time_min is None


def test_the_flag_of_the_wizard_is_that_of_the_well():
    (plate,) = read_plates(SHARED / "counters" / "wizard_gamma_layout_example.csv")
    assert counted(plate) == {"A01": 4919.63, "A02": 5211.97, "A03": 2.72}
    assert [well.name for well in plate.wells if well.flag == "I"] == ["A03"]
    assert plate.counting_time_min == pytest.approx(5.0, abs=0.001)


def test_tricarb_vials_are_in_order_and_an_ambiguous_date_is_noted():
    (plate,) = read_plates(SHARED / "counters" / "tricarb_layout_example.txt")
    assert counted(plate) == {"A01": 4630.0, "A02": 312.0}
    assert (plate.unit, plate.counting_time_min) == ("cpm", 1.0)
    assert any("day/month or month/day" in note for note in plate.notes)


def test_envision_gives_its_three_blocks_and_not_its_plate_map():
    ratio, donor, acceptor = read_plates(SHARED / "plates" / "envision_fluorescence.csv")
    assert [len(counted(plate)) for plate in (ratio, donor, acceptor)] == [48, 48, 48]
    assert [plate.unit for plate in (ratio, donor, acceptor)] == ["unknown", "counts", "counts"]
    # The instrument's own ratio is 10,000 times the first channel over the second.
    for name, value in counted(ratio).items():
        assert value == pytest.approx(
            1e4 * counted(donor)[name] / counted(acceptor)[name], rel=1e-6
        )


def test_kaleido_gives_384_wells_that_add_up_to_the_sum_of_the_file():
    (plate,) = read_plates(SHARED / "plates" / "kaleido_fluorescence.csv")
    lines = (
        (SHARED / "plates" / "kaleido_fluorescence.csv")
        .read_text(encoding="utf-8-sig")
        .splitlines()
    )
    start = next(k for k, line in enumerate(lines) if line.startswith(",1,2,3,"))
    wanted = sum(
        float(cell)
        for line in lines[start + 1 : start + 17]
        for cell in line.split(",")[1:]
        if cell
    )
    assert plate.size == 384 and len(counted(plate)) == 384
    assert math.fsum(counted(plate).values()) == wanted
    assert plate.unit == "RFU"


def test_mars_gives_the_wells_that_were_read_and_no_others():
    (plate,) = read_plates(SHARED / "plates" / "bmg_mars_384_fluorescence.csv")
    assert plate.size == 384 and len(plate.wells) == 68
    assert counted(plate)["A01"] == 23864 and counted(plate)["P24"] == 23949
    assert "D01" not in counted(plate)


def test_the_two_published_tables_keep_their_numbers_and_units():
    (saturation,) = read_tables(SHARED / "published" / "saturation_total_nonspecific.csv")
    assert dict(saturation.units) == {
        "conc_nM": "nM",
        "total_fmol_mg": "fmol/mg",
        "nonspecific_fmol_mg": "fmol/mg",
    }
    assert saturation.numbers("total_fmol_mg").tolist() == [
        8.49,
        13.8,
        19.38,
        24.45,
        33.12,
        62.34,
        99.12,
    ]
    (competition,) = read_tables(SHARED / "published" / "competition_three_compounds.csv")
    assert len(competition) == 11
    assert competition.units["log10_conc_M"] == "log10 M"
    assert competition.numbers("compound1_fmol_mg").tolist() == [
        0,
        6,
        1,
        3,
        61,
        88,
        93,
        114,
        116,
        125,
        128,
    ]


SOFTMAX = {
    # Plates, wells that were counted in each, sum of the first plate and unit, as counted in the
    # files by another program (awk).
    "softmax_absorbance_endpoint.txt": (2, 96, "OD"),
    "softmax_luminescence_endpoint.txt": (2, 48, "RLU"),
    "softmax_fluorescence_kinetic.txt": (8, 6, "RFU"),
    "softmax_partial_plate_empty_values.txt": (51, 360, "OD"),
}


@pytest.mark.parametrize("name", SOFTMAX)
def test_softmax_gives_every_raw_reading_of_its_plates(name):
    path = SHARED / "plates" / name
    number, wells, unit = SOFTMAX[name]
    plates = read_plates(path)
    assert len(plates) == number
    assert {plate.unit for plate in plates} == {unit}
    data = path.read_bytes()
    text = data.decode("utf-16" if data[:2] == b"\xff\xfe" else "utf-8")
    raw: list[float] = []
    marks = 0
    for section in text.split("~End"):
        lines = section.strip("\r\n").splitlines()
        start = next((k for k, line in enumerate(lines) if line.startswith("Plate:")), None)
        if start is None:
            continue
        for line in lines[start + 2 :]:
            cells = line.split("\t")
            if cells[1:2] == [""] and cells[2:3] in (["1"], ["A1"]):
                break
            raw += [float(cell) for cell in cells[2:] if cell.strip(" ?")]
            marks += sum(1 for cell in cells[2:] if "?" in cell)
    readings = [value for plate in plates for value in counted(plate).values()]
    assert sorted(readings) == sorted(raw)
    assert len(readings) + marks == number * wells


# Plates, wells that were counted in each, reading of A1 and sum of the first plate, and its unit,
# as the description of the shared files states them.
EXPORTS = {
    "gen5_luminescence_endpoint.txt": (1, 96, 8718, 483886, "RLU"),
    "gen5_fluorescence_filter.txt": (1, 120, 190, 8923, "RFU"),
    "gen5_absorbance_stdcurve.txt": (1, 96, 3.337, 87.861, "OD"),
    "skanit_absorbance.xlsx": (1, 96, 1.7455, 34.1783, "OD"),
    "magellan_od.xlsx": (1, 96, 0.1462, 12.5814, "OD"),
    "softmax_absorbance_endpoint.txt": (2, None, 3.41798, None, "OD"),
    "softmax_luminescence_endpoint.txt": (2, None, 1011329, None, "RLU"),
}


@pytest.mark.parametrize("name", EXPORTS)
def test_an_export_of_a_plate_reader_has_the_wells_and_the_sum_of_its_description(name):
    number, wells, first, total, unit = EXPORTS[name]
    plates = read_plates(SHARED / "plates" / name)
    assert len(plates) == number
    values = counted(plates[0])
    assert values["A01"] == pytest.approx(first, rel=1e-5)
    assert wells is None or len(values) == wells
    assert total is None or math.fsum(values.values()) == pytest.approx(total, abs=1e-4)
    assert plates[0].unit == unit


def test_the_sums_of_the_two_softmax_endpoints_are_those_of_their_description():
    for name, total in (("absorbance", 289.0925), ("luminescence", 70187830)):
        plates = read_plates(SHARED / "plates" / f"softmax_{name}_endpoint.txt")
        values = [value for plate in plates for value in counted(plate).values()]
        assert math.fsum(values) == pytest.approx(total, rel=1e-6)


def test_two_reads_of_a_gen5_plate_are_readings_of_one_plate():
    first, second = read_plates(SHARED / "plates" / "gen5_two_read_modes.txt")
    assert (counted(first)["A01"], counted(second)["A01"]) == (0.052, 418)
    assert len(counted(first)) == len(counted(second)) == 96
    assert first.reading_of == second.reading_of == "plate 'Plate 1'"
    assert [plate.name.split(" ", 1)[1] for plate in (first, second)] == ["od:600", "260:280"]
    with pytest.raises(InputError, match="Add --plate"):
        one_reading_each((first, second), "two.txt", do="Add --plate")


def test_channels_of_an_envision_plate_are_readings_of_that_plate():
    plates = read_plates(SHARED / "plates" / "envision_fluorescence.csv")
    assert {plate.reading_of for plate in plates} == {"plate '1'"}
