"""The example study is made by its script, is declared synthetic, and recovers its true values."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import tricyclic
from tricyclic.core.interface import shell_words
from tricyclic.errors import InputError
from tricyclic.study import results_folder as results
from tricyclic.study.examples import copy_example
from tricyclic.workflows.study.demo import run
from tricyclic.workflows.study.options import DemoOptions

pytestmark = pytest.mark.usefixtures("equal_fits_once")

ROOT = Path(__file__).parents[3]
EXAMPLE = Path(tricyclic.__file__).parent / "data" / "examples" / "desipramine-study"
SCRIPT = ROOT / "benchmarks" / "make_demo_study.py"
README = ROOT / "docs" / "fill_readme.py"


def loaded(script: Path):
    """A script of the repository as a module."""
    spec = importlib.util.spec_from_file_location(script.stem, script)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo") / "study"
    return folder, run(DemoOptions(str(folder)))


@pytest.mark.skipif(not README.is_file(), reason="the README is in the repository")
def test_the_result_in_the_readme_is_what_the_demo_prints(demo):
    script = loaded(README)
    with shell_words():
        printed = demo[1].summary()
    assert script.block(printed) == script.shown(), "run: python docs/fill_readme.py"


@pytest.mark.skipif(
    not SCRIPT.is_file(), reason="the script is in the repository, not in the package"
)
def test_the_files_of_the_example_are_made_by_its_script(tmp_path):
    loaded(SCRIPT).main(tmp_path)
    written = {
        p.relative_to(tmp_path).as_posix(): p.read_bytes()
        for p in tmp_path.rglob("*")
        if p.is_file()
    }
    shipped = {
        p.relative_to(EXAMPLE).as_posix(): p.read_bytes() for p in EXAMPLE.rglob("*") if p.is_file()
    }
    assert written == shipped


def test_every_simulated_file_and_the_report_are_declared_synthetic(demo):
    folder, result = demo
    for file in (folder / "raw").glob("*.csv"):
        if file.name.startswith(("net", "sert", "dat", "beta1")):
            assert "SYNTHETIC" in file.read_text(encoding="utf-8").splitlines()[0]
    assert "come from the plate simulator" in result.study.synthetic
    assert "come from the plate simulator" in (results.latest(folder) / "report.html").read_text(
        encoding="utf-8"
    )
    assert (results.latest(folder) / "report.pdf").read_bytes().startswith(b"%PDF")


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext is not installed")
def test_the_report_without_its_appendix_has_four_pages(demo):
    pdf = results.latest(demo[0]) / "report.pdf"
    done = subprocess.run(["pdftotext", str(pdf), "-"], capture_output=True, text=True, check=True)
    pages = [page.splitlines() for page in done.stdout.split("\f")]
    assert next(number for number, lines in enumerate(pages) if "Appendix" in lines) == 4


@pytest.mark.parametrize(("assay", "truth"), [("NET", 0.9), ("SERT", 50.0), ("DAT", 8000.0)])
def test_the_true_affinity_is_within_its_interval(demo, assay, truth):
    ki = next(e for e in demo[1][assay].pooled if e.name == "Ki")
    assert ki.low < truth < ki.high and ki.n_experiments == 3


def test_treatment_lowers_the_density_as_in_the_vendor_guide(demo):
    comparison, published = demo[1].study.comparisons
    ratio = comparison.ratio
    assert ratio.low < 40.7 / 73.3 < ratio.high
    assert comparison.p < 0.01
    # The values of the guide: 40.7 / 73.3, without an n.
    assert published.ratio.value == pytest.approx(0.555, abs=5e-4)
    assert "n is not stated" in published.statement


def test_the_published_tables_give_their_published_values(demo):
    # G. Koncevicius (2016): global fit without background, Kd 21.7 nM, 95 % profile 18.23 to 25.79.
    kd = next(e for e in demo[1]["published-saturation"].pooled if e.name == "Kd")
    assert (kd.value, kd.low, kd.high) == (
        pytest.approx(21.7, abs=0.05),
        pytest.approx(18.23, abs=0.02),
        pytest.approx(25.79, abs=0.02),
    )
    # Compound 1: Ki 5.07 nM; compound 2: 0.699 nM, both from IC50 / (1 + 0.6 / 1.4).
    for name, ki in (("published-compound-1", 5.07), ("published-compound-2", 0.699)):
        others = [
            e for p in demo[1][name].plates for _, estimates in p.classical for e in estimates
        ]
        assert any(
            e.name.startswith("Ki") and e.value == pytest.approx(ki, rel=2e-3) for e in others
        )


def test_the_excluded_well_is_listed(demo):
    (exclusion,) = demo[1].study.exclusions
    assert exclusion.target == "raw/net_run2.csv:C05"


def test_a_folder_with_other_files_is_not_changed(tmp_path):
    (tmp_path / "study.toml").write_text("mine")
    with pytest.raises(InputError, match="contains other files"):
        copy_example("desipramine-study", tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["study.toml"]


def test_the_command_line_prints_a_ki_within_three_seconds_of_processor_time():
    program = (
        "from tricyclic.cli.main import main; import sys; main(['binding', 'affinity', "
        "sys.argv[1] + '/raw/net_run1.csv', '--layout', sys.argv[1] + '/layouts/net.toml', "
        "'--protocol', 'net-nisoxetine', '--quiet'])"
    )

    def cpu_seconds():
        before = os.times()
        done = subprocess.run(
            [sys.executable, "-c", program, str(EXAMPLE)],
            capture_output=True,
            text=True,
            check=True,
        )
        assert "desipramine at NET   Ki" in done.stdout
        after = os.times()
        return (after.children_user - before.children_user) + (
            after.children_system - before.children_system
        )

    # Processor time, because other processes delay the clock; about one second is usual.
    assert any(cpu_seconds() < 3.0 for _ in range(3))


def test_a_ki_without_a_report_loads_no_library_that_draws_or_typesets():
    program = (
        "import sys\nimport tricyclic as tca\n"
        "tca.affinity(sys.argv[1] + '/raw/net_run1.csv', "
        "layout=sys.argv[1] + '/layouts/net.toml', protocol='net-nisoxetine')\n"
        "heavy = {'matplotlib', 'jinja2', 'typst', 'openpyxl', 'pydantic', 'scipy.stats'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(EXAMPLE)], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_the_demonstration_lists_its_reports_and_never_fails(demo):
    folder, result = demo
    paths = [str(results.latest(folder) / name) for name in ("report.html", "report.pdf")]
    assert result.summary().splitlines()[-2:] == [f"report   {path}" for path in paths]
    assert result.to_json()["reports"] == paths
    assert not result.failed
