"""--plot writes the figure of a result, in the size and the style that are stated."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner
from PIL import Image

from tricyclic.cli.main import main

DOSES = (
    "conc_nM,response\n0,102\n1,95\n1,92\n3,78\n3,81\n10,52\n10,47\n30,27\n30,24\n100,12\n300,6\n"
)
FIT = ("--curve", "logistic_4pl", "--y", "response", "--x", "concentration_M=conc_nM:nM")


@pytest.fixture
def call(tmp_path, monkeypatch):
    """Fit the doses with further options; gives exit code, standard output and error."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "doses.csv").write_text(DOSES)

    def run(*more, fit=FIT, file="doses.csv"):
        done = CliRunner().invoke(main, ["curves", "fit", file, *fit, *more])
        return done.exit_code, done.stdout, done.stderr

    return run


def test_plot_writes_a_picture_of_the_stated_width(call, tmp_path):
    code, out, err = call("--plot", "fit.png", "--dpi", "200", "--width", "85mm")
    assert code == 0
    assert "ec50" in out
    assert err.splitlines()[-1] == "written  fit.png"
    with Image.open(tmp_path / "fit.png") as picture:
        assert picture.size[0] == round(85 / 25.4 * 200)
        assert picture.info["dpi"][0] == pytest.approx(200, rel=1e-3)


@pytest.mark.parametrize(
    ("suffix", "begins"), [("tiff", b"II*"), ("svg", b"<svg"), ("pdf", b"%PDF")]
)
def test_plot_writes_the_format_of_the_suffix(call, tmp_path, suffix, begins):
    assert call("--plot", f"fit.{suffix}")[0] == 0
    assert (tmp_path / f"fit.{suffix}").read_bytes().startswith(begins)


def test_the_files_are_part_of_the_json_document(call):
    _, out, _ = call("--plot", "fit.svg", "--json")
    assert json.loads(out)["files"] == ["fit.svg"]


def test_a_style_file_and_points_change_the_figure(call, tmp_path):
    (tmp_path / "lab.toml").write_text('preset = "prism"\nconcentration_axis = "nM"\n')
    call("--plot", "wells.svg")
    call("--plot", "means.svg", "--points", "mean_sd")
    call("--plot", "lab.svg", "--style", "lab.toml")
    wells, means, lab = (
        (tmp_path / f"{name}.svg").read_text() for name in ("wells", "means", "lab")
    )
    assert wells != means
    assert "concentration of the drug (nM)" in lab
    assert "Logistic with a slope (4PL)</text>" in wells
    assert "Logistic with a slope (4PL)</text>" not in lab


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            ("--plot", "fit.bmp"),
            "fit.bmp: a figure cannot end in '.bmp'. It is .png, .tiff, .svg or .pdf.",
        ),
        (("--plot", "fit"), "fit: has no suffix. It is .png, .tiff, .svg or .pdf."),
        (
            ("--plot", "fit.png", "--dpi", "many"),
            "--dpi: is many. It is a number from 30 to 2400; journals want 300.",
        ),
        (
            ("--plot", "fit.svg", "--dpi", "300"),
            (
                "--dpi: has no effect here. It applies to .png and .tiff; "
                ".svg and .pdf have no pixels."
            ),
        ),
        (
            ("--plot", "fit.png", "--width", "8 km"),
            "--width: is '8 km'. It is a length from 30 to 500 mm, such as 85mm, 8.5cm or 3.35in.",
        ),
        (
            ("--plot", "fit.png", "--style", "prsm"),
            "--style: no style is called 'prsm'. Did you mean 'prism'? There are: default, prism.",
        ),
        (
            ("--width", "85mm"),
            "--width: has no effect here. Add --plot FILE, or omit --width.",
        ),
        (
            ("--plot", "fit.png", "--figure", "curv"),
            "--figure: no figure is called 'curv'. Did you mean 'curve'? There are: curve.",
        ),
    ],
)
def test_a_wrong_option_of_a_figure_is_refused_in_a_sentence(call, tmp_path, options, message):
    code, _, err = call(*options)
    assert code == 3
    assert err.splitlines()[-1] == message
    assert not list(tmp_path.glob("fit.*"))


def test_a_wrong_option_is_refused_before_anything_is_computed(call):
    code, out, err = call("--plot", "fit.bmp", file="none.csv")
    assert code == 3
    assert "fit.bmp" in err
    assert out == ""


def test_a_result_without_a_figure_is_shown_and_the_reason_is_given(call, tmp_path):
    (tmp_path / "schild.csv").write_text(
        "agonist_nM,antagonist_nM,response\n"
        + "".join(
            f"{a},{b},{100 * a / (a + 10 * (1 + b / 3))}\n"
            for a in (1, 10, 100, 1000)
            for b in (0, 3, 30)
        )
    )
    code, out, err = call(
        "--plot",
        "fit.png",
        file="schild.csv",
        fit=(
            "--curve",
            "gaddum_schild",
            "--y",
            "response",
            "--x",
            "agonist_M=agonist_nM:nM",
            "--x",
            "antagonist_M=antagonist_nM:nM",
        ),
    )
    assert code == 3
    assert "gaddum_schild" in out
    assert err.splitlines()[-1] == (
        "--plot: this result has no figure. A curve of several variables and a list of names have "
        "none."
    )


def test_a_command_without_a_figure_has_no_plot():
    done = CliRunner().invoke(main, ["library", "drugs", "--plot", "x.png"])
    assert done.exit_code == 2
    assert "No such option" in done.stderr


def test_a_folder_named_like_a_figure_is_refused_with_the_way_to_a_figure(call):
    code, _, err = call("--out", "fit.png")
    assert code == 3
    assert err.splitlines()[-1] == (
        "--out: 'fit.png' looks like a file. It is a folder for several files. "
        "Write a figure with --plot FILE."
    )
