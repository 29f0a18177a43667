"""Figures of relative potency, control charts and forests: what they show, in any width."""

from __future__ import annotations

import re

import numpy as np
import pytest
from click.testing import CliRunner

from tricyclic.cli.main import main

DOSES_NM = 10.0 ** np.arange(-1, 4, 0.5)
EC50_NM = {"Standard": 30.0, "lot 1": 15.0}


def rows_of(ec50, hill=None, seed=1):
    """A table with three readings a dose, of logistic curves in percent."""
    generator = np.random.default_rng(seed)
    lines = ["sample,dose_nM,viability_%"]
    for name, middle in ec50.items():
        y = 100 / (1 + (np.repeat(DOSES_NM, 3) / middle) ** (hill or {}).get(name, 1.0))
        y = y + generator.normal(0, 1.0, y.size)
        lines += [f"{name},{x:.5g},{v:.3f}" for x, v in zip(np.repeat(DOSES_NM, 3), y, strict=True)]
    return "\n".join(lines) + "\n"


@pytest.fixture
def call(tmp_path, monkeypatch):
    """Run a command in a folder of its own; gives exit code, standard output and error."""
    monkeypatch.chdir(tmp_path)

    def run(*typed):
        done = CliRunner().invoke(main, typed)
        return done.exit_code, done.stdout, done.stderr

    return run


def potency(call, *more, name="rp.csv"):
    """The command on the table of that name."""
    return call(
        "screen",
        "relative-potency",
        name,
        "--reference",
        "Standard",
        "--response",
        "viability_%",
        *more,
    )


def test_the_figure_of_a_relative_potency_has_both_curves_shifted_by_it(tmp_path, monkeypatch):
    import tricyclic as tca

    monkeypatch.chdir(tmp_path)
    (tmp_path / "rp.csv").write_text(rows_of(EC50_NM))
    result = tca.relative_potency("rp.csv", reference="Standard", response="viability_%")
    plot = result.potencies[0].plot
    reference, sample = plot.traces
    assert (reference.name, sample.name) == ("Standard", "lot 1")
    shift = np.log10(result.potencies[0].potency)
    assert shift == pytest.approx(np.log10(2.0), abs=0.03)
    # The curve of the sample is that of the reference, moved to the left by the potency.
    moved = np.interp(sample.x, reference.x - shift, reference.mean)
    inside = slice(20, 180)
    np.testing.assert_allclose(sample.mean[inside], moved[inside], atol=0.05)
    assert [p.y.size for p in plot.points] == [30, 30]
    assert (plot.x_title, plot.y_title) == ("concentration of the drug (log10 M)", "viability (%)")
    marks = [mark.x for mark in plot.marks]
    assert marks[0] - marks[1] == pytest.approx(shift)
    assert plot.marks[0].label.startswith("relative potency 2.0")


def test_curves_that_are_not_parallel_are_drawn_with_their_own_shapes(tmp_path, monkeypatch):
    import tricyclic as tca

    monkeypatch.chdir(tmp_path)
    (tmp_path / "rp.csv").write_text(rows_of(EC50_NM, {"lot 1": 2.2}))
    one = tca.relative_potency("rp.csv", reference="Standard", response="viability_%").potencies[0]
    assert one.failed
    slopes = [
        np.max(np.abs(np.gradient(trace.mean, trace.x))) * 4 / (100 * np.log(10))
        for trace in one.plot.traces
    ]
    assert slopes == pytest.approx([1.0, 2.2], rel=0.1)
    assert [mark.name for mark in one.plot.marks] == ["not parallel: no relative potency"]
    assert "not parallel" in one.plot.caption


def test_one_sample_has_one_figure_and_several_have_their_potencies_beside_it(call, tmp_path):
    (tmp_path / "rp.csv").write_text(rows_of(EC50_NM))
    (tmp_path / "two.csv").write_text(rows_of(EC50_NM | {"lot 2": 60.0}))
    assert potency(call, "--plot", "one.svg")[0] == 0
    assert [path.name for path in tmp_path.glob("one*.svg")] == ["one.svg"]
    assert potency(call, "--plot", "two.svg", name="two.csv")[0] == 0
    assert sorted(path.name for path in tmp_path.glob("two*.svg")) == [
        "two-curves-lot-1.svg",
        "two-curves-lot-2.svg",
        "two-relative_potency.svg",
    ]


def test_points_of_a_relative_potency_are_means_where_they_are_chosen(call, tmp_path):
    (tmp_path / "rp.csv").write_text(rows_of(EC50_NM))
    for name, points in (("wells", "wells"), ("means", "mean_sem")):
        assert potency(call, "--plot", f"{name}.svg", "--points", points)[0] == 0
    wells, means = ((tmp_path / f"{name}.svg").read_text() for name in ("wells", "means"))
    # 60 readings, or 20 means with an error bar and its two caps.
    assert wells.count("<use") - means.count("<use") == 60 - 20 - 2 * 20
    assert wells != means
    assert means.count("LineCollection") == 2


@pytest.mark.parametrize(
    ("command", "table"),
    [
        (("screen", "control-chart", "cc.csv"), "cc.csv"),
        (("screen", "msr", "msr.csv", "--first", "a_nM", "--second", "b_nM"), "msr.csv"),
        (
            (
                "screen",
                "relative-potency",
                "two.csv",
                "--reference",
                "Standard",
                "--response",
                "viability_%",
                "--figure",
                "relative_potency",
            ),
            "two.csv",
        ),
    ],
)
def test_figures_are_laid_out_for_the_column_of_a_journal(call, tmp_path, command, table):
    generator = np.random.default_rng(3)
    tables = {
        "two.csv": rows_of(EC50_NM | {"lot 2 with a long name": 60.0}),
        "cc.csv": "run,ic50_nM\n"
        + "".join(f"2024-{k:02d},{10 ** generator.normal(1, 0.1):.5g}\n" for k in range(1, 13)),
        "msr.csv": "compound,a_nM,b_nM\n"
        + "".join(
            f"C{k},{10**k * (1 + 0.1 * generator.random()):.4g},"
            f"{10**k * (1 + 0.1 * generator.random()):.4g}\n"
            for k in range(5)
        ),
    }
    (tmp_path / table).write_text(tables[table])
    _, _, err = call(*command, "--plot", "fig.svg", "--width", "85mm", "--height", "90mm")
    assert "written  fig.svg" in err
    svg = (tmp_path / "fig.svg").read_text()
    assert '"85mm"' in svg[: svg.index(">")]
    assert '"90mm"' in svg[: svg.index(">")]
    # No number or name is cut.
    assert "…" not in svg
    fonts = [float(size) for size in re.findall(r"font-size: ([\d.]+)px", svg)]
    assert min(fonts) >= 6.0


def test_points_are_refused_where_a_command_draws_no_readings(call, tmp_path):
    (tmp_path / "cc.csv").write_text("run,ic50_nM\na,10\nb,12\nc,11\n")
    code, _, err = call("screen", "control-chart", "cc.csv", "--plot", "f.svg", "--points", "wells")
    assert code == 2
    assert err.splitlines()[-1] == (
        "Error: No such option: --points. The figure of this command draws no single readings."
    )


def test_options_without_effect_on_a_figure_are_refused(tmp_path, monkeypatch):
    import tricyclic as tca
    from tricyclic.errors import InputError

    monkeypatch.chdir(tmp_path)
    (tmp_path / "cc.csv").write_text("run,ic50_nM\na,10\nb,12\nc,11\nd,12\n")
    chart = tca.control_chart("cc.csv")
    sentence = (
        "points=: has no effect here. The figure 'control_chart' draws no single readings that "
        "could be shown as means. Omit it."
    )
    with pytest.raises(InputError) as raised:
        chart.plot(points="mean_sem")
    assert str(raised.value) == sentence
    with pytest.raises(InputError) as raised:
        chart.save("f.png", points="mean_sem")
    assert str(raised.value) == sentence
    # A style of the laboratory may have points: they apply to other figures.
    assert chart.save("f.svg", style="prism")


def test_a_command_has_points_where_a_figure_shows_readings():
    from tricyclic.workflows.commands import COMMANDS

    with_readings = {command.full_name for command in COMMANDS if command.readings}
    assert all(command.figure for command in COMMANDS if command.readings)
    for command in COMMANDS:
        if command.figure:
            help_text = CliRunner().invoke(main, [*command.full_name.split(), "--help"]).stdout
            assert ("--points" in help_text) == (command.full_name in with_readings)
