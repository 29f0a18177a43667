"""Figures have the width, the resolution and the look that the style states."""

from __future__ import annotations

import io
import re
import zlib
from dataclasses import fields, replace
from functools import partial

import matplotlib.pyplot as plt
import numpy as np
import pytest
from PIL import Image

from tricyclic.core.plot_data import CurvePlot, PointSet
from tricyclic.errors import InputError
from tricyclic.plotting import style
from tricyclic.plotting.curve import curve, draw_curve
from tricyclic.plotting.drawing import (
    Drawing,
    check_dpi,
    draw_on,
    pdf_bytes,
    raster_bytes,
    show,
    svg_bytes,
)
from tricyclic.plotting.plot_style import CHOICES, DEFAULT, LIMITS, PRESETS, PlotStyle
from tricyclic.plotting.style_file import read_style


@pytest.fixture
def drawing(competition):
    return Drawing(
        partial(curve, competition), lambda axes: draw_curve(axes, competition), is_flexible=True
    )


@pytest.mark.parametrize("suffix", [".png", ".tiff"])
@pytest.mark.parametrize(("width", "dpi"), [(85.0, 300), (174.0, 150), (40.0, 600)])
def test_a_picture_has_the_width_in_mm_and_states_its_resolution(drawing, suffix, width, dpi):
    picture = Image.open(io.BytesIO(raster_bytes(drawing, suffix, PlotStyle(width_mm=width), dpi)))
    assert picture.size[0] == round(width / 25.4 * dpi)
    assert picture.info["dpi"] == pytest.approx((dpi, dpi), rel=1e-4)
    assert picture.mode == "RGB"
    if suffix == ".tiff":
        assert picture.info["compression"] == "tiff_lzw"


def objects_of(pdf):
    """A PDF with what is readable of its compressed streams after it."""
    streams = re.findall(rb"stream\r?\n(.*?)endstream", pdf, re.DOTALL)
    return pdf + b"".join(
        zlib.decompressobj().decompress(one) for one in streams if one[:1] == b"x"
    )


def test_a_pdf_has_the_font_of_the_style(drawing):
    fonts = {
        name: set(
            re.findall(rb"/BaseFont ?/[A-Z]{6}\+([\w-]+)", objects_of(pdf_bytes(drawing, look)))
        )
        for name, look in (("ours", PlotStyle()), ("own", PlotStyle(font="DejaVu Serif")))
    }
    assert fonts["ours"] and all(name.startswith(b"DejaVuSans") for name in fonts["ours"])
    assert fonts["own"] and all(name.startswith(b"DejaVuSerif") for name in fonts["own"])


def test_an_svg_and_a_pdf_have_the_width_in_mm(drawing):
    look = PlotStyle(width_mm=85.0)
    assert re.search(rb'<svg[^>]* width="85mm"', svg_bytes(drawing, look))
    box = re.search(rb"/MediaBox ?\[ ?0 0 ([\d.]+)", objects_of(pdf_bytes(drawing, look)))
    assert float(box[1]) == pytest.approx(85 / 25.4 * 72, rel=1e-4)


def test_the_same_picture_has_the_same_bytes(drawing):
    assert raster_bytes(drawing, ".png", DEFAULT) == raster_bytes(drawing, ".png", DEFAULT)
    assert raster_bytes(drawing, ".tiff", DEFAULT) == raster_bytes(drawing, ".tiff", DEFAULT)


def test_a_figure_of_fixed_layout_is_scaled_and_not_made_unreadable(competition):
    fixed = Drawing(partial(curve, competition, width="full"))
    picture = Image.open(io.BytesIO(raster_bytes(fixed, ".png", PlotStyle(width_mm=120.0), 100)))
    assert picture.size[0] == round(120 / 25.4 * 100)
    with pytest.raises(InputError, match=r"width: is 60 mm\. This figure needs at least 113 mm\."):
        raster_bytes(fixed, ".png", PlotStyle(width_mm=60.0), 100)


def test_a_picture_that_would_fill_the_memory_is_refused(drawing):
    with pytest.raises(InputError, match="at most 120 million pixels"):
        raster_bytes(drawing, ".png", PlotStyle(width_mm=500.0), 2400)


@pytest.mark.parametrize("dpi", ["300", 5, 1e6, float("nan"), True])
def test_an_impossible_resolution_is_refused(dpi):
    with pytest.raises(InputError, match="It is a number from 30 to 2400"):
        check_dpi(dpi)


def test_axes_of_the_user_keep_their_size_and_get_no_title(drawing):
    figure, axes = plt.subplots(figsize=(3, 2))
    before = axes.get_position().bounds
    draw_on(drawing, axes, PlotStyle())
    assert axes.get_position().bounds == before
    assert axes.get_title() == ""
    assert axes.get_xlabel() == "log₁₀ [desipramine] (M)"
    assert len(axes.lines) > 3
    plt.close(figure)


def test_a_figure_of_a_notebook_is_one_of_pyplot(drawing):
    figure = show(drawing, PlotStyle(width_mm=100.0))
    assert plt.fignum_exists(figure.number)
    assert figure.get_figwidth() == pytest.approx(100 / 25.4)
    plt.close(figure)


def test_the_settings_of_matplotlib_are_those_of_before(drawing):
    before = dict(plt.rcParams)
    raster_bytes(drawing, ".png", PRESETS["prism"])
    assert dict(plt.rcParams) == before


def test_the_prism_preset_has_black_symbols_means_and_axes_that_meet(competition, drawn):
    with style.use_style(PRESETS["prism"]):
        figure = curve(competition, pdf=False)
    drawing = drawn(figure)
    # 12 concentrations as means, and the means of the two kinds of control wells.
    assert len({x for x, _ in drawing.symbols("#000000")}) >= 14
    assert "mean ± SEM (n = 2 to 3 wells)" in figure.caption
    assert "desipramine at NET" not in drawing.texts
    assert not any("Ki" in text for text in drawing.texts)
    assert not drawing.symbols(style.COLOURS[0])


@pytest.mark.parametrize(
    ("axis", "tick", "title"),
    [
        ("power", "10⁻⁹", "[desipramine] (M)"),
        ("nM", "100", "[desipramine] (nM)"),
        ("uM", "0.001", "[desipramine] (µM)"),
        ("log10", "−9", "log₁₀ [desipramine] (M)"),
    ],
)
def test_the_axis_of_concentrations_is_in_the_unit_of_the_style(
    competition, drawn, axis, tick, title
):
    with style.use_style(PlotStyle(concentration_axis=axis)):
        texts = drawn(curve(competition, width="full", pdf=False)).texts
    assert tick in texts
    assert title in texts


@pytest.mark.parametrize(
    ("key", "text"),
    [("title", "desipramine at NET"), ("estimates", "Ki 1.26 nM (1.00 to 1.58)")],
)
def test_a_key_removes_text_from_the_figure(competition, drawn, key, text):
    assert text in drawn(curve(competition, pdf=False)).texts
    with style.use_style(PlotStyle(**{key: False})):
        assert text not in drawn(curve(competition, pdf=False)).texts


def test_a_band_is_drawn_only_where_the_style_has_it(competition):
    assert "Shaded" in curve(competition, pdf=False).caption
    with style.use_style(PlotStyle(band=False)):
        assert "Shaded" not in curve(competition, pdf=False).caption


def test_larger_text_stays_inside_the_figure(competition):
    with style.use_style(PlotStyle(font_size_pt=12.0)), style.publication_style():
        drawn = style.captured(lambda: curve(competition))
        canvas = drawn.canvas
        renderer = canvas._get_renderer()
        box = canvas.get_tightbbox(renderer)
        wide, high = canvas.get_size_inches()
    assert box.x0 >= -0.01
    assert box.y0 >= -0.01
    assert box.x1 <= wide + 0.01
    assert box.y1 <= high + 0.01


def test_several_marks_are_written_in_full(competition, drawn):
    marks = tuple(
        replace(competition.marks[0], label=f"compound {k} Ki 1.26 nM (1.00 to 1.58)")
        for k in range(4)
    )
    texts = drawn(curve(replace(competition, marks=marks), pdf=False)).texts
    assert all(any(mark.label in text for text in texts) for mark in marks)


def test_every_key_of_a_style_can_be_set_in_a_file(tmp_path):
    values = {}
    for one in fields(PlotStyle):
        default = getattr(DEFAULT, one.name)
        if one.name in CHOICES:
            values[one.name] = CHOICES[one.name][-1]
        elif isinstance(default, bool):
            values[one.name] = not default
        elif isinstance(default, float):
            values[one.name] = LIMITS[one.name][1]
        elif isinstance(default, tuple):
            values[one.name] = ["star"] if one.name == "symbols" else ["#123456"]
        else:
            values[one.name] = "Helvetica"

    def toml(value):
        if isinstance(value, bool):
            return str(value).lower()
        return repr(value).replace("'", '"')

    file = tmp_path / "lab.toml"
    file.write_text("".join(f"{key} = {toml(value)}\n" for key, value in values.items()))
    look = read_style(file)
    for key, value in values.items():
        assert getattr(look, key) == (tuple(value) if isinstance(value, list) else value)


def test_a_file_changes_a_preset(tmp_path):
    file = tmp_path / "lab.toml"
    file.write_text('preset = "prism"\nfont = "Helvetica"\nwidth_mm = 85\n')
    look = read_style(file, points="mean_ci")
    assert (look.font, look.width_mm, look.points) == ("Helvetica", 85.0, "mean_ci")
    assert look.colours == ("#000000",)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('fnt = "Arial"', "lab.toml: no key is called 'fnt'. Did you mean 'font'?"),
        (
            "font_size_pt = 90",
            "lab.toml, font_size_pt: is 90. It must be 4 or more and at most 24.",
        ),
        ('symbols = ["cross"]', "lab.toml, symbols: no symbol is called 'cross'."),
        ('colours = ["bluish"]', "lab.toml, colours: 'bluish' is no colour. It is a name such as"),
        ("colours = []", "lab.toml, colours: is empty. Name at least one."),
        ('points = "sem"', "lab.toml, points: no points is called 'sem'."),
        ("title = 1", "lab.toml, title: is a number (1). Write true or false, without quotes."),
        ("font = ", "lab.toml: is not TOML"),
    ],
)
def test_a_wrong_style_file_is_refused_in_a_sentence(tmp_path, text, message):
    file = tmp_path / "lab.toml"
    file.write_text(text)
    with pytest.raises(InputError) as error:
        read_style(file)
    assert str(error.value).startswith(message)


def test_a_style_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(InputError, match="does not exist"):
        read_style(tmp_path / "none.toml")
    with pytest.raises(InputError, match="Did you mean 'prism'"):
        read_style("prsm")


@pytest.mark.parametrize(
    ("text", "mm"),
    [("85mm", 85.0), ("8.5 cm", 85.0), ("3.3in", 83.82), (85, 85.0), ("85", 85.0)],
)
def test_a_width_is_read_with_its_unit(text, mm):
    assert read_style(width=text).width_mm == pytest.approx(mm)


@pytest.mark.parametrize("text", ["2 km", "wide", "5mm", "9999", True, [85]])
def test_an_impossible_width_is_refused(text):
    with pytest.raises(InputError, match="It is a length from 30 to 500 mm"):
        read_style(width=text)


def test_symbols_of_curves_stay_distinct_in_every_preset():
    for look in PRESETS.values():
        with style.use_style(look):
            seen = {(style.symbol(k), style.colour(k), style.is_filled(k)) for k in range(10)}
        assert len(seen) == 10


def test_a_font_that_is_missing_is_named():
    from tricyclic.plotting.font_widths import font_remark, installed_font

    assert font_remark(DEFAULT) == ""
    look = PlotStyle(font="No Such Font")
    assert installed_font(look.font) == "DejaVu Sans"
    assert font_remark(look) == (
        "the font No Such Font is not installed here; DejaVu Sans is used, except in SVG files"
    )


def test_text_that_was_measured_is_not_cut_when_it_fits():
    for size in (6.0, 8.0, 12.0):
        width = style.width_mm("specific binding (%)", size_pt=size)
        assert style.fitted("specific binding (%)", width + 0.1, size_pt=size) == (
            "specific binding (%)"
        )
        assert np.isfinite(width)


@pytest.mark.parametrize(
    ("factor", "title", "ticks"),
    [
        (1e6, "bound (10⁹ dpm)", {"0", "2", "4", "6"}),
        (1e-8, "bound (10⁻⁵ dpm)", {"0", "2", "4", "6"}),
        (1.0, "bound (dpm)", {"0", "2000", "4000", "6000"}),
    ],
)
def test_long_numbers_are_divided_by_the_power_of_ten_in_the_title(
    competition, drawn, factor, title, ticks
):
    plot = replace(
        competition,
        traces=(),
        levels=(),
        percent_window=None,
        points=(replace(competition.points[0], y=competition.points[0].y * factor),),
    )
    texts = drawn(curve(plot, pdf=False)).texts
    assert title in texts
    assert ticks <= set(texts)
    assert not any(text.startswith("1e") for text in texts)


def several(competition, n):
    """A plot of n compounds with a mark each."""
    points, mark = competition.points[0], competition.marks[0]
    return replace(
        competition,
        traces=(),
        points=tuple(replace(points, name=f"compound {k}") for k in range(n)),
        marks=tuple(replace(mark, label=f"compound {k} {mark.label}") for k in range(n)),
        percent_window=None,
    )


def test_many_compounds_take_a_wide_figure_and_all_have_an_entry(competition, drawn):
    figure = curve(several(competition, 20), pdf=False)
    assert re.search(r'width="493\.\d+pt"', figure.svg)
    assert {f"compound {k}" for k in range(20)} <= set(drawn(figure).texts)


def test_many_compounds_in_a_narrow_figure_have_their_legend_below(competition, drawn):
    with style.use_style(PlotStyle(width_mm=85.0)):
        figure = curve(several(competition, 10), pdf=False)
    drawing = drawn(figure)
    assert re.search(r'width="240\.\d+pt"', figure.svg)
    assert {f"compound {k}" for k in range(10)} <= set(drawing.texts)


def test_marks_of_many_compounds_are_left_to_the_table(competition, drawn):
    assert not any("Ki" in text for text in drawn(curve(several(competition, 7), pdf=False)).texts)
    assert any("Ki" in text for text in drawn(curve(several(competition, 6), pdf=False)).texts)


def test_a_legend_covers_no_reading(competition):
    high = replace(competition.points[0], y=np.full(36, 5000.0))
    low = replace(competition.points[0], name="other", y=np.zeros(36))
    plot = replace(competition, traces=(), levels=(), marks=(), points=(high, low))
    with style.publication_style():
        canvas = style.captured(lambda: curve(plot)).canvas
        (axes,) = canvas.axes[:1]
        box = axes.get_legend().get_window_extent(canvas._get_renderer())
        places = axes.transData.transform(np.column_stack([high.x, high.y]))
    assert not any(box.contains(x, y) for x, y in places)


def test_a_legend_of_many_names_covers_no_reading_and_leaves_the_axes_no_emptier_than_needed(
    competition,
):
    points = tuple(
        replace(competition.points[0], name=f"compound {k}", y=np.full(36, 1250.0 * k))
        for k in range(5)
    )
    plot = replace(competition, traces=(), levels=(), marks=(), points=points)
    with style.publication_style():
        canvas = style.captured(lambda: curve(plot)).canvas
        (axes,) = canvas.axes[:1]
        box = axes.get_legend().get_window_extent(canvas._get_renderer())
        places = [
            place
            for one in points
            for place in axes.transData.transform(np.column_stack([one.x, one.y]))
        ]
        highest = max(y for _, y in places)
        entry = box.height / len(points)
    assert not any(box.contains(x, y) for x, y in places)
    assert box.y0 - highest < entry


@pytest.mark.parametrize("dpi", [72, 90, 300])
def test_text_is_as_wide_as_it_was_measured_at_every_resolution(dpi):
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    words = "nortriptyline 25 mg by mouth: NET occupancy at two weeks"
    with style.publication_style():
        canvas = style.blank(100.0, 20.0)
        text = canvas.text(0, 0.5, words, fontsize=6)
        canvas.set_dpi(dpi)
        FigureCanvasAgg(canvas).draw()
        drawn = text.get_window_extent().width / dpi * 25.4
    assert drawn == pytest.approx(style.width_mm(words, size_pt=6), rel=0.01)


@pytest.mark.parametrize("points", ["wells", "mean_sem"])
def test_a_reading_at_the_end_of_an_axis_is_drawn_whole_and_one_beyond_it_not_at_all(
    competition, points
):
    at_zero = replace(competition.points[0], x=np.repeat([0.0, 1.0], 18))
    plot = replace(competition, x_scale="linear", traces=(), levels=(), marks=(), points=(at_zero,))
    with style.use_style(PlotStyle(points=points)), style.publication_style():
        canvas = style.captured(lambda: curve(plot)).canvas
        (axes,) = canvas.axes[:1]
        (symbols,) = [
            one for one in axes.lines if one.get_linestyle() == "None" and one.get_zorder() == 4
        ]
        size = symbols.get_markersize() / 72 * canvas.dpi
        edge = axes.get_window_extent()
        clipped = symbols.get_clip_box()
        assert edge.x0 - clipped.x0 >= size / 2
        assert edge.x0 - clipped.x0 < 3 * size


def test_titles_of_a_narrow_figure_are_whole_and_within_it():
    """With the axis in percent the axes are 24 mm wide, and titles may reach beyond them."""
    plot = CurvePlot(
        *("narrow", "a", "log10 [compound 12] (M)", "specific binding (fmol/mg)"),
        points=(PointSet("a", [-9, -8, -6], [0, 10, 40]),),
        percent_window=(0.0, 40.0),
    )
    canvas = style.captured(
        lambda: curve(plot, width="third", height_mm=46.0, show_title=False)
    ).canvas
    axes = canvas.axes[0]
    page = canvas.bbox
    for label in (axes.xaxis.label, axes.yaxis.label):
        box = label.get_window_extent(canvas._get_renderer())
        assert page.x0 <= box.x0
        assert box.x1 <= page.x1
        assert page.y0 <= box.y0
        assert box.y1 <= page.y1
        assert "…" not in label.get_text()
