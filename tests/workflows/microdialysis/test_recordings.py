"""Damaged and odd traces in a batch: each gives one sentence, or a check that names it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import tricyclic as tca
from tricyclic.assays.chromatography.recording_checks import recording_checks
from tricyclic.errors import InputError


def quantified(samples):
    folder = samples.parent
    return tca.quantify(samples, method=folder / "method.toml", folder=folder / "raw")


def small(batch):
    """One series of standards, a control of each level and three samples."""
    kept = ("f00", "f01", "f02", "qc_low_0", "qc_mid_0", "qc_high_0", "blank_1")
    batch.injections = [
        one for one in batch.injections if one.name in kept or "_1" in one.name[-2:]
    ]
    return batch


def spoil(samples, names, change, heading=""):
    """Change the readings of injections; all of them without names."""
    for path in sorted((samples.parent / "raw").glob("*.csv")):
        if names and path.stem not in names:
            continue
        head, *rows = path.read_text(encoding="utf-8").splitlines()
        table = change(np.array([row.split(",") for row in rows], dtype=float))
        lines = [f"{t:.5f},{y:.8g}" for t, y in table]
        path.write_text("\n".join([heading or head, *lines]) + "\n", encoding="utf-8")


def times(factor=1.0, shift=0.0):
    return lambda a: np.column_stack([a[:, 0] * factor + shift, a[:, 1]])


def signal(change):
    return lambda a: np.column_stack([a[:, 0], change(a[:, 1])])


def without(start, end):
    return lambda a: a[(a[:, 0] < start) | (a[:, 0] > end)]


F = ("f01",)
REFUSED = {
    "one in seconds": (F, times(60.0), "", "the times of f01 end at 479.52 min"),
    "one in hours": (F, times(1 / 60), "", "the times of f01 end at 0.1332 min"),
    "one in milliseconds": (F, times(6e4), "", "the times of f01 end at 479520 min"),
    "three in seconds": (
        ("f01", "f02", "std_1_1"),
        times(60.0),
        "",
        "the times of std_1_1, f01, f02 end at 479.52 min",
    ),
    "all in seconds": ((), times(60.0), "", "1 reading within 0.3 min of NE, 28.8 s apart"),
    "another run": (F, times(1.0, 100.0), "", "the trace begins at 100 min, after NE"),
    "begins late": (F, without(-1, 4.0), "", "the trace begins at 4.008 min, after NE at 3.8"),
    "ends early": (F, without(5.0, 99), "", "the trace ends at 4.992 min, before DHBA"),
    "a gap in a peak": (F, without(3.68, 3.92), "", "no readings from 3.672 to 3.928 min"),
    "a gap in the standard": (F, without(5.6, 6.0), "", "where DHBA elutes"),
    "few readings": ((), lambda a: a[::12], "", "6 readings within 0.3 min of NE, 5.76 s apart"),
    "another kind of unit": (
        F,
        times(),
        "time_min,EC1 (mV)",
        "the readings of f01 are in mV, those of most injections in nA",
    ),
    "inverted": ((), signal(np.negative), "", "DHBA is below the baseline in 7 of 7 standards"),
}


@pytest.mark.parametrize("fault", REFUSED)
def test_a_trace_that_does_not_show_the_compounds_is_refused(batch, write, fault):
    names, change, heading, sentence = REFUSED[fault]
    samples = write(small(batch))
    spoil(samples, names, change, heading)
    with pytest.raises(InputError) as error:
        quantified(samples)
    assert sentence in str(error.value)


def top_of(samples, name, compound="NE"):
    """Center and width of a peak, of which readings are then taken out."""
    peak = next(one for one in quantified(samples).injections if one.injection == name)[compound]
    return peak.retention_min, peak.width_half_height_min / 2.3548


@pytest.mark.parametrize("place", [-1.0, 0.0, 2.0])
def test_few_missing_readings_of_a_peak_do_not_change_its_amount(batch, write, place):
    samples = write(small(batch))
    before = quantified(samples).to_frame().set_index("injection")["amount_fmol"]
    center, sd = top_of(samples, "f01")
    at = center + place * sd
    spoil(samples, F, without(at - 0.18 * sd, at + 0.18 * sd))
    after = quantified(samples).to_frame().set_index("injection")["amount_fmol"]
    assert after["f01"] == pytest.approx(before["f01"], rel=0.015)


@pytest.mark.parametrize("place", [-2.0, 0.0])
@pytest.mark.parametrize("width", [0.8, 4.0])
@pytest.mark.parametrize(("name", "compound"), [("f01", "NE"), ("std_5_1", "DHBA")])
def test_missing_readings_that_change_an_amount_are_refused(
    batch, write, place, width, name, compound
):
    """An interpolation over one standard deviation at the top of a peak takes up to 30 %."""
    samples = write(small(batch))
    center, sd = top_of(samples, name, compound)
    at, half = center + place * sd, 0.5 * width * sd
    spoil(samples, (name,), without(at - half, at + half))
    with pytest.raises(InputError) as error:
        quantified(samples)
    text = str(error.value)
    assert f"{name}: the trace has no readings from" in text
    assert compound in text
    assert "or exclude the injection with a reason" in text
    lines = samples.read_text(encoding="utf-8").splitlines()
    lines = [
        f"{line},{'excluded' if k == 0 else 'gap' if f',{name},' in f',{line},' else ''}"
        for k, line in enumerate(lines)
    ]
    samples.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert quantified(samples)["NE"].line.slope > 0


def limited(low, high):
    return signal(lambda y: np.clip(y, low, high))


NAMED = {
    "no signal": (F, signal(np.zeros_like), {"trace_constant", "internal_standard_missing"}),
    "one reading": (
        F,
        signal(lambda y: np.full_like(y, 3.3)),
        {"trace_constant", "internal_standard_missing"},
    ),
    "truncated behind the last peak": (F, without(7.2, 99), {"trace_short"}),
    "top of a sample cut": (
        F,
        limited(-np.inf, 6.0),
        {"detector_saturated", "internal_standard_area", "unfitted_readings"},
    ),
    "baselines cut": (
        (),
        limited(0.2, np.inf),
        {"detector_saturated", "unfitted_readings"},
    ),
    "coarse digits": ((), signal(lambda y: np.round(y, 1)), set()),
    "spikes": (F, signal(lambda y: y + 1e9 * (np.arange(y.size) == 475)), set()),
    "an offset": ((), signal(lambda y: y - 1e4), set()),
}


@pytest.mark.parametrize("fault", NAMED)
def test_an_odd_trace_is_named_by_its_check(batch, write, fault):
    names, change, expected = NAMED[fault]
    samples = write(small(batch))
    clean = raised(quantified(samples))
    spoil(samples, names, change)
    result = quantified(samples)
    # Coarse digits and cut noise may show a neighbour that there is none of.
    assert raised(result) - clean - {"resolution_low", "unlisted_peak"} == expected


def raised(result):
    return {check.name for check in result.checks if check.level != "pass"}


@pytest.mark.parametrize("digits", [8, 5])
def test_copied_readings_are_named_whatever_their_digits(batch, write, digits):
    samples = write(small(batch))
    raw = samples.parent / "raw"
    (raw / "f02.csv").write_bytes((raw / "f00.csv").read_bytes())
    spoil(samples, ("f02",), signal(lambda y: np.round(y, digits)))
    (check,) = (c for c in quantified(samples).checks if c.name == "trace_copied")
    assert (check.level, "f00 and f02" in check.message) == ("fail", True)


def test_readings_in_another_prefix_of_the_unit_give_the_same_amounts(batch, write):
    samples = write(small(batch))
    before = quantified(samples).to_frame()
    spoil(samples, ("f01", "std_5_1"), signal(lambda y: y / 1000.0), "time_min,EC1 (uA)")
    after = quantified(samples)
    assert after.to_frame()["amount_fmol"].to_numpy() == pytest.approx(
        before["amount_fmol"].to_numpy(), rel=1e-4, nan_ok=True
    )
    assert any("converted to nA" in text for text in after.unused)


LISTS = {
    "levels that are one": (
        lambda b: [setattr(one, "nominal", 5.0 + 1e-9 * k) for k, one in enumerate(b)],
        "7 standards at 1 level",
    ),
    "a span that no line has": (
        lambda b: setattr(b[0], "nominal", 1e-300),
        "from 1e-300 to 50 fmol",
    ),
}


@pytest.mark.parametrize("fault", LISTS)
def test_standards_that_make_no_line_are_refused(batch, write, fault):
    change, sentence = LISTS[fault]
    small(batch)
    change([one for one in batch.injections if one.role == "standard"])
    with pytest.raises(InputError) as error:
        quantified(write(batch))
    assert sentence in str(error.value)


def test_standards_without_internal_standard_are_counted_with_their_reason(batch, write):
    samples = write(small(batch))
    text = samples.read_text(encoding="utf-8")
    samples.write_text(text.replace(",yes", ",no"), encoding="utf-8")
    with pytest.raises(InputError) as error:
        quantified(samples)
    assert "7 are left out (without internal standard: 7)" in str(error.value)


def test_an_excluded_sample_may_have_a_truncated_trace(batch, write):
    samples = write(small(batch))
    spoil(samples, F, without(5.0, 99))
    head, *rows = samples.read_text(encoding="utf-8").splitlines()
    marked = [f"{row},{'power failure' if ',f01,' in row else ''}" for row in rows]
    samples.write_text("\n".join([f"{head},excluded", *marked]), encoding="utf-8")
    result = quantified(samples)
    assert [row.name for row in result.samples.lost] == ["f01"]
    assert any("f01 is excluded, and not fitted" in text for text in result.unused)
    assert not result.traces or "f01" not in [one.name for one in result.traces]


# What may have happened to the file of an injection, as bytes; None: it is not there.
DAMAGED = {
    "empty": b"",
    "heading alone": b"time_min,signal\n",
    "binary": bytes(range(256)) * 4,
    "truncated": b"time_min,signal\n0.0,1.0\n0.1,1.0\n0.2,1.0\n",
    "not there": None,
}


@pytest.mark.parametrize("damage", DAMAGED)
@pytest.mark.parametrize("name", ["std_1_1", "qc_low_0", "blank_1", "f01"])
def test_the_damaged_file_of_an_excluded_injection_is_named_and_not_read(
    batch, write, damage, name
):
    def written(reason):
        head, *rows = lines
        marked = [f"{row},{reason if f',{name},' in row else ''}" for row in rows]
        samples.write_text("\n".join([f"{head},excluded", *marked]), encoding="utf-8")
        return samples

    samples = write(small(batch))
    lines = samples.read_text(encoding="utf-8").splitlines()
    intact = quantified(written("power failure"))
    path = samples.parent / "raw" / f"{name}.csv"
    if DAMAGED[damage] is None:
        path.unlink()
    else:
        path.write_bytes(DAMAGED[damage])
    result = quantified(samples)
    assert any(f"{name} is excluded, and" in text for text in result.unused)
    assert f"{name} (power failure)" in result.summary()
    # The line is that of the same list with an intact file, and counts the standard as left out.
    ours, theirs = result["NE"].line, intact["NE"].line
    assert (ours.slope, ours.intercept) == pytest.approx((theirs.slope, theirs.intercept), rel=1e-3)
    assert len(ours.standards) == len(theirs.standards)
    if damage != "truncated":
        # Without the reason, the file is refused.
        with pytest.raises(tca.InputError):
            quantified(written(""))


@pytest.mark.parametrize(("factor", "named"), [(1.0, False), (20.0, False), (60.0, True)])
def test_runs_whose_times_may_be_seconds_are_named(batch, write, factor, named):
    result = quantified(write(small(batch)))
    traces = [
        replace(
            one,
            chromatogram=replace(one.chromatogram, time_min=factor * one.chromatogram.time_min),
        )
        for one in result.traces
    ]
    checks = recording_checks(replace(result, traces=tuple(traces)))
    of = [check for check in checks if check.name == "run_length"]
    assert bool(of) is named
    if named:
        assert of[0].message == (
            "the runs end at 479.5 min, which is 7.99 min if their times are seconds"
        )


METHODS = {
    "one retention of two compounds": (
        'name = "X"\nretention_min = 3.8001\n',
        "NE and X elute at 3.8 and 3.8001 min",
    ),
    "a compound behind the end": (
        'name = "X"\nretention_min = 30.0\n',
        "ends at 7.992 min, before X at 30 min",
    ),
}


@pytest.mark.parametrize("fault", METHODS)
def test_a_method_that_no_trace_shows_is_refused(batch, write, fault):
    compound, sentence = METHODS[fault]
    batch.method += f"\n[[compounds]]\n{compound}"
    with pytest.raises(InputError) as error:
        quantified(write(small(batch)))
    assert sentence in str(error.value)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("amount_fmol", "amount_min", "the unit of the amounts is 'min', a unit of time"),
        ("standard,5.0,", "standard,nan,", "the standard std_5_1 has no amount above 0"),
    ],
)
def test_a_list_that_states_no_amounts_is_refused(batch, write, old, new, sentence):
    samples = write(small(batch))
    text = samples.read_text(encoding="utf-8")
    assert old in text
    samples.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(InputError) as error:
        quantified(samples)
    assert sentence in str(error.value)


def test_an_empty_list_is_named(batch, write):
    samples = write(small(batch))
    samples.write_text("", encoding="utf-8")
    with pytest.raises(InputError, match=r"samples\.csv: the file is empty"):
        quantified(samples)


@pytest.mark.parametrize(
    ("limits", "sentence"),
    [
        ("7.5,10", "outside of its window of 3.5 to 4.1 min"),
        ("5.6,6.0", "outside of its window of 3.5 to 4.1 min"),
        ("-3,4", "the manual limits of -3 and 4 min are not within the trace"),
        ("3.8,3.801", "1 reading between the manual limits"),
    ],
)
def test_manual_limits_that_are_not_of_the_peak_are_refused(batch, write, limits, sentence):
    samples = write(small(batch))
    manual = samples.parent / "manual.csv"
    manual.write_text(f"injection,compound,start_min,end_min,reason\nf01,NE,{limits},tail\n")
    with pytest.raises(InputError) as error:
        tca.quantify(
            samples,
            method=samples.parent / "method.toml",
            folder=samples.parent / "raw",
            manual=manual,
        )
    assert sentence in str(error.value)
