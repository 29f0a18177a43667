"""Every sample of a chromatogram is read as the JSON beside it, and no other reader claims it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from tricyclic.errors import InputError
from tricyclic.io.chromatograms import read_chromatograms
from tricyclic.io.open import READERS, read_plates, sniff
from tricyclic.registry import Registry

SAMPLES = Path(__file__).parents[2] / "golden" / "chromatograms"
NAMES = sorted(path.name.removesuffix(".json") for path in SAMPLES.glob("*__*.json"))


def expected(name: str) -> dict:
    return json.loads((SAMPLES / f"{name}.json").read_text(encoding="utf-8"))


def sample(name: str, folder: Path) -> Path:
    """The sample under the name that its program gives it."""
    known_as = expected(name).get("reads_as")
    return Path(shutil.copy(SAMPLES / name, folder / known_as)) if known_as else SAMPLES / name


def test_every_reader_of_chromatograms_has_a_sample():
    ours = Registry(READERS.kind, READERS.package, READERS.attribute)
    readers = {name for name in ours if ours[name].chromatograms}
    assert {name.split("__")[0] for name in NAMES} == readers


@pytest.mark.parametrize("name", NAMES)
def test_one_reader_and_no_other_claims_the_sample(name, tmp_path):
    reader = expected(name)["reader"]
    claimed = [one for one, _ in sniff(sample(name, tmp_path))]
    # A plain table of times and readings is a table as well, unless chromatograms are wanted.
    generic = ["plain_table"] if not name.endswith("no_headings.csv") else []
    assert claimed == (generic if READERS[reader].generic else [reader])


@pytest.mark.parametrize("name", NAMES)
def test_the_traces_and_peaks_of_the_sample_are_those_of_its_json(name, tmp_path):
    wanted = expected(name)
    injections = read_chromatograms(sample(name, tmp_path))
    assert len(injections) == wanted.get("injections", 1)
    assert {one.reader for one in injections} == {wanted["reader"]}
    traces = [trace for one in injections for trace in one.traces]
    assert [trace.name for trace in traces] == [one["name"] for one in wanted["traces"]]
    for trace, one in zip(traces, wanted["traces"], strict=True):
        assert trace.signal_unit == one["unit"]
        np.testing.assert_allclose(trace.time_min, one["time_min"], rtol=1e-7, atol=1e-8)
        np.testing.assert_allclose(trace.signal, one["signal"], rtol=1e-7, atol=1e-8)
        assert trace.sample == one.get("sample", trace.sample)
    peaks = [peak for one in injections for peak in one.vendor_peaks]
    assert len(peaks) == len(wanted["peaks"])
    for peak, one in zip(peaks, wanted["peaks"], strict=True):
        for key, value in one.items():
            read = getattr(peak, key)
            close = isinstance(value, float) and read is not None
            assert read == (pytest.approx(value, rel=1e-6) if close else value), key


def test_a_chromatogram_is_not_a_plate():
    with pytest.raises(InputError) as error:
        read_plates(SAMPLES / "empower_arw__cr.arw")
    assert str(error.value) == (
        "empower_arw__cr.arw: contains chromatograms, not plates or tables (read by empower_arw). "
        "See tricyclic read empower_arw__cr.arw."
    )


def test_a_folder_of_chemstation_is_one_injection_with_each_peak_once():
    (injection,) = read_chromatograms(SAMPLES / "chemstation.D")
    (trace,) = injection.traces
    assert (trace.name, len(trace), injection.file) == ("FID1 A", 121, "chemstation.D")
    assert [
        (peak.channel, peak.retention_min, peak.area, peak.height, peak.name)
        for peak in injection.vendor_peaks
    ] == [
        ("FID1 A", 3.1, 12.34567, 2.1, "norepinephrine"),
        ("FID1 A", 6.4, 123.457, 20.5, "DHBA"),
        ("TCD2 B", 3.12, 2608.15039, 444.79111, ""),
    ]
    assert "Report.TXT: FID1 A: no peak at 4.9 min (epinephrine)" in injection.notes
    assert "Result.xml: 2 peaks as in another report" in injection.notes
    assert "file 'RUN.LOG'" in injection.unused


def test_a_folder_gives_its_injections_and_lists_the_other_files(tmp_path):
    for name in ("empower_arw__cr.arw", "chromatogram_table__semicolon_comma.csv"):
        shutil.copy(SAMPLES / name, tmp_path / name)
    shutil.copytree(SAMPLES / "chemstation.D", tmp_path / "batch" / "one.D")
    (tmp_path / "notes.txt").write_text("new column\n", encoding="utf-8")
    injections = read_chromatograms(tmp_path)
    assert [one.file for one in injections] == [
        "one.D",
        "chromatogram_table__semicolon_comma.csv",
        "empower_arw__cr.arw",
    ]
    assert "file 'notes.txt'" in injections[0].unused


def test_several_files_are_read_in_their_order():
    paths = [SAMPLES / "empower_arw__cr.arw", SAMPLES / "agilent_ch__30.ch"]
    assert [one.reader for one in read_chromatograms(paths)] == ["empower_arw", "agilent_ch"]


def test_the_unit_of_times_without_one_is_that_which_is_named():
    path = SAMPLES / "chromatogram_table__no_headings.csv"
    (minutes,), (seconds,) = read_chromatograms(path), read_chromatograms(path, time_unit="s")
    ratio = minutes.traces[0].time_min[-1] / seconds.traces[0].time_min[-1]
    assert ratio == pytest.approx(60.0)
    assert any("states no unit of time; read in min" in note for note in minutes.notes)
    assert any("states no unit of time; read in s" in note for note in seconds.notes)
