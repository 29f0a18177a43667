"""The figure of a comparison shows the readings with the separate and with the simpler fit."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import tricyclic as tca

DOSES = np.repeat([0.3, 1, 3, 10, 30, 100, 300, 1000], 2)


def table(*ic50: float) -> pd.DataFrame:
    rng = np.random.default_rng(4)
    return pd.concat(
        pd.DataFrame(
            {
                "compound": f"c{k}",
                "conc_nM": DOSES,
                "y": 5 + 95 / (1 + DOSES / one) + rng.normal(0, 3, DOSES.size),
            }
        )
        for k, one in enumerate(ic50)
    )


def fitted(*ic50: float, **more):
    return tca.fit(table(*ic50), x="conc_nM", y="y", by="compound", **more)


def test_each_question_has_a_figure_of_both_fits():
    fit = fitted(20, 60)
    compared = fit.compare()
    assert compared.figure_names == (
        "compare-one-curve-for-all",
        "compare-same-ec50",
        "compare-same-hill",
        "compare-same-plateaus",
    )
    plot = compared.plots[1]
    solid, dashed = ([t for t in plot.traces if t.dashed is kind] for kind in (False, True))
    shared = fitted(20, 60, share=["log10_ec50"])
    for traces, source in ((solid, fit), (dashed, shared)):
        assert [trace.name for trace in traces] == ["c0", "c1"]
        for trace in traces:
            assert (trace.x.min(), trace.x.max()) == pytest.approx(
                (np.log10(0.3e-9), -6.0), abs=0.05
            )
            expected = source[trace.name].predict(10.0 ** (trace.x + 9))
            assert trace.mean == pytest.approx(np.asarray(expected), abs=0.02)


def test_one_curve_for_all_is_one_dashed_line_over_all_doses():
    data = table(20, 60)
    beyond = data[data["compound"] == "c1"].assign(conc_nM=lambda t: t["conc_nM"] * 10)
    data = pd.concat([data[data["compound"] == "c0"], beyond])
    plot = tca.fit(data, x="conc_nM", y="y", by="compound").compare("curves").plots[0]
    (common,) = [trace for trace in plot.traces if trace.dashed]
    assert common.name == "one curve for all"
    assert (common.x.min(), common.x.max()) == pytest.approx((np.log10(0.3e-9), -5.0), abs=0.05)
    assert (np.diff(common.x) > 0).all()
    assert (np.diff(common.mean) < 0.05).all()


def test_the_title_has_the_test_and_the_caption_both_fits():
    compared = fitted(20, 60).compare("ec50")
    one, plot = compared.comparisons[0], compared.plots[0]
    assert plot.title == f"Same EC50: F(1, 24) = {one.statistic:.1f}, p < 0.0001"
    assert plot.caption.startswith("Solid: separate EC50; dashed: one EC50 for all. ")
    axes = compared.plot()
    styles = [line.get_linestyle() for line in axes.lines if len(line.get_xdata()) > 50]
    assert sorted(styles) == ["-", "-", "--", "--"]


def test_the_shell_draws_it_by_name(tmp_path):
    from tricyclic.cli.main import main

    table(20, 60).to_csv(tmp_path / "two.csv", index=False)
    figure = tmp_path / "same.svg"
    call = ["curves", "fit", str(tmp_path / "two.csv"), "--x", "conc_nM", "--y", "y"]
    call += ["--by", "compound", "--compare", "ec50", "--figure", "compare-same-ec50"]
    with pytest.raises(SystemExit) as ended:
        main([*call, "--plot", str(figure), "--quiet"])
    assert ended.value.code in (0, None)
    assert "Same EC50: F(1, 24)" in figure.read_text(encoding="utf-8")


def test_many_curves_have_no_figure():
    assert fitted(*range(10, 140, 10)).compare("ec50").plots == ()


def test_two_fits_are_drawn_with_their_test_and_their_aicc():
    one = table(20)
    simple = tca.fit(one, "logistic_3pl", x="conc_nM", y="y")
    full = tca.fit(one, "logistic_4pl", x="conc_nM", y="y")
    compared = tca.compare_fits(simple, full)
    (plot,) = compared.plots
    assert plot.y_title == "y"
    solid, dashed = plot.traces
    assert (solid.dashed, dashed.dashed) == (False, True)
    assert solid.name == f"logistic_4pl, AICc {full.fit.aicc:.4g}"
    assert dashed.name == f"logistic_3pl, AICc {simple.fit.aicc:.4g}"
    for trace, source in ((solid, full), (dashed, simple)):
        np.testing.assert_allclose(trace.mean, source.predict(10.0 ** (trace.x + 9)), rtol=1e-9)
    # F of Bates & Watts from the residual sums of both fits.
    f = (simple.fit.rss - full.fit.rss) / (full.fit.rss / full.fit.df)
    assert plot.notes == (f"F(1, {full.fit.df}) = {compared.statistic:.3g}, p = {compared.p:.2f}",)
    assert compared.statistic == pytest.approx(f)
    axes = compared.plot()
    legend = [text.get_text() for text in axes.get_legend().get_texts()]
    assert legend == [solid.name, dashed.name, *plot.notes]


def test_fits_of_several_curves_are_drawn_by_curve_and_the_legend_names_both_fits():
    data = table(20, 60)
    how = {"x": "conc_nM", "y": "y", "by": "compound"}
    simple = tca.fit(data, **how, share=["bottom", "top", "hill"])
    full = tca.fit(data, **how, share=["bottom", "top"])
    compared = tca.compare_fits(simple, full)
    assert compared.name == "logistic_4pl with 5 or 6 parameters"
    (plot,) = compared.plots
    assert [(t.name, t.dashed) for t in plot.traces] == [
        ("c0", False),
        ("c1", False),
        ("c0", True),
        ("c1", True),
    ]
    assert plot.notes[0].startswith("solid: 6 parameters, AICc ")
    assert plot.notes[1].startswith("dashed: 5 parameters, AICc ")
    assert compared.to_frame()["p"][0] == compared.p
