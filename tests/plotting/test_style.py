"""One style, the same bytes every time, and drawings that can be combined in one page."""

from __future__ import annotations

import contextlib
import io
import subprocess
import sys
import time
from dataclasses import replace

import matplotlib
import pytest

from tricyclic.plotting import style
from tricyclic.plotting.curve import curve

AGAIN = """
import sys
from tricyclic.plotting.curve import curve
from tricyclic.core.plot_data import CurvePlot, PointSet, Trace
picture = CurvePlot(
    "again", "again", "x", "y", traces=(Trace("a", [-9, -8, -7], [3, 2, 1], [2, 1, 0], [4, 3, 2]),),
    points=(
        PointSet("a", [-9, -8, -7], [3.1, 2.2, 0.9], [False, True, False]),
        PointSet("b", [-9, -7], [1, 2]),
    ),
)
figure = curve(picture)
import hashlib
print(hashlib.sha256(figure.svg.encode()).hexdigest(), hashlib.sha256(figure.pdf).hexdigest())
"""


def test_the_same_figure_gives_the_same_bytes_in_another_process():
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(AGAIN, {})
    other = subprocess.run(
        [sys.executable, "-c", AGAIN],
        capture_output=True,
        text=True,
        check=True,
        env={
            "PYTHONHASHSEED": "2",
            "SOURCE_DATE_EPOCH": "1700000000",
            "PYTHONPATH": ":".join(sys.path),
            "HOME": "/",
        },
    )
    assert other.stdout == printed.getvalue()


def test_ids_are_unique_and_begin_with_the_name_of_the_figure(competition, drawn):
    drawing = drawn(curve(competition, pdf=False))
    assert len(drawing.ids) == len(set(drawing.ids))
    assert all(name.startswith("net-run-1-") for name in drawing.ids)


def test_two_figures_of_one_page_share_no_id_and_every_reference_exists(competition, drawn):
    one, two = (
        drawn(curve(competition, pdf=False)),
        drawn(curve(replace(competition, name="other"), pdf=False)),
    )
    assert not set(one.ids) & set(two.ids)
    assert one.references
    assert one.references <= set(one.ids)
    assert two.references <= set(two.ids)


def test_text_of_a_drawing_stays_text_unless_outlines_are_requested(competition, drawn):
    assert "desipramine at NET" in drawn(curve(competition, pdf=False)).texts
    assert drawn(curve(competition, pdf=False, text_as="path")).texts == []


def test_the_pdf_embeds_truetype_and_names_no_date(competition):
    pdf = curve(competition).pdf
    assert pdf.startswith(b"%PDF")
    assert b"/FontFile2" in pdf
    assert b"/Type3" not in pdf
    assert b"/CreationDate" not in pdf


@pytest.mark.parametrize(
    ("width", "points"), [("column", 84 / 25.4 * 72), ("full", 174 / 25.4 * 72)]
)
def test_widths_are_the_column_widths_of_journals(competition, drawn, width, points):
    root = drawn(curve(competition, width=width, pdf=False)).root
    assert float(root.get("width").removesuffix("pt")) == pytest.approx(points, abs=0.01)


def test_the_style_is_restored_and_the_users_own_settings_are_ignored(competition):
    plain = curve(competition, pdf=False).svg
    before = matplotlib.rcParams["font.size"]
    with matplotlib.rc_context(
        {"lines.linewidth": 9.0, "font.size": 31.0, "savefig.bbox": "tight"}
    ):
        assert curve(competition, pdf=False).svg == plain
        assert matplotlib.rcParams["font.size"] == 31.0
    assert matplotlib.rcParams["font.size"] == before


def test_a_cut_text_fits_as_measured_by_the_drawing_library():
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import TextPath

    for text in (
        "a compound with a long and winding name",
        "WWWWWWWWWWWWWWWWWWWW",
        "iiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiii",
    ):
        cut = style.fitted(text, 20.0)
        drawn = (
            TextPath((0, 0), cut, size=8, prop=FontProperties("DejaVu Sans")).get_extents().width
            * 25.4
            / 72
        )
        assert drawn <= 20.0
        assert cut.endswith("…")
    assert style.fitted("short", 20.0) == "short"


def test_a_long_title_takes_a_second_line_before_it_is_cut():
    title = "[125I]iodopindolol at beta1, vehicle and treated, vehicle day1"
    assert (
        style.wrapped(title, 80.0, bold=True)
        == "[¹²⁵I]iodopindolol at beta1, vehicle and treated,\nvehicle day1"
    )
    assert style.wrapped("short", 80.0) == "short"
    assert style.wrapped("word " * 60, 80.0).count("\n") == 1
    assert style.wrapped("x" * 300, 80.0).endswith("…")


@pytest.mark.parametrize("amount", ["3 uM", "10 mg/kg", "0.3 nM", "20 min", "5 %"])
def test_a_number_stays_beside_its_unit(amount):
    for wide in range(8, 60):
        lines = style.wrapped(f"imipramine {amount} + NE-100", float(wide), lines=3).split("\n")
        assert not any(line.startswith(amount.split()[1].replace("u", "µ")) for line in lines)


def test_isotopes_and_logarithms_are_typeset():
    assert style.typeset("[3H](+)-pentazocine") == "[³H](+)-pentazocine"
    assert style.typeset("log10 [desipramine] (M)") == "log₁₀ [desipramine] (M)"
    assert style.typeset("dose (log10 g/ha)") == "dose (log₁₀ g/ha)"
    assert (
        style.typeset("30.0 +/- 1.5 ug in 250 uL at 4 degC, Ki (uM)")
        == "30.0 ± 1.5 µg in 250 µL at 4 °C, Ki (µM)"
    )
    assert style.typeset("a plug of 3 ugly uMbrellas") == "a plug of 3 ugly uMbrellas"
    assert style.typeset("A[3] and [H3]x and [3h]x") == "A[3] and [H3]x and [3h]x"


def test_forty_curves_have_forty_different_looks():
    looks = {(style.colour(n), style.symbol(n)) for n in range(40)}
    assert len(looks) == 40


def test_neighbouring_colours_differ_in_lightness_or_hue_for_a_reader_without_green():
    # Deuteranopia as a projection of linear RGB [machado_2009, severity 1].
    to_seen = [
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ]

    def seen(colour: str) -> list[float]:
        rgb = [(int(colour[n : n + 2], 16) / 255) ** 2.2 for n in (1, 3, 5)]
        return [
            max(0.0, sum(a * b for a, b in zip(row, rgb, strict=True))) ** (1 / 2.2)
            for row in to_seen
        ]

    for n, one in enumerate(style.COLOURS):
        for other in style.COLOURS[n + 1 :]:
            assert (
                sum((a - b) ** 2 for a, b in zip(seen(one), seen(other), strict=True)) ** 0.5 > 0.15
            )


def test_a_figure_is_drawn_quickly(competition):
    curve(competition, pdf=False)

    def seconds() -> float:
        start = time.perf_counter()
        curve(competition, pdf=False)
        return time.perf_counter() - start

    # A quiet machine takes 0.04 s; a busy one more.
    assert min(seconds() for _ in range(5)) < 0.25
