"""The command line: help, JSON, errors, exit codes, progress, colours."""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

import tricyclic
from tricyclic import __version__
from tricyclic.cli.main import main
from tricyclic.cli.options import option_name
from tricyclic.core.progress import Progress, report_progress
from tricyclic.errors import InputError
from tricyclic.results.base import Renderable
from tricyclic.workflows.base import Command, option_fields
from tricyclic.workflows.commands import COMMANDS, GROUPS
from tricyclic.workflows.general import convert

EXAMPLE = Path(tricyclic.__file__).parent / "data" / "examples" / "desipramine-study"
NET = str(EXAMPLE / "raw" / "net_run1.csv")
LAYOUT = str(EXAMPLE / "layouts" / "net.toml")

each_command = pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.full_name)


def call(*args):
    return CliRunner().invoke(main, list(args))


@dataclasses.dataclass(frozen=True)
class Text(Renderable):
    """A result that is a text."""

    text: str

    def summary(self):
        return self.text

    def to_json(self):
        return {"text": self.text}


@pytest.fixture
def convert_runs(monkeypatch):
    """Replace the function of `convert`."""

    def replace(run):
        monkeypatch.setattr(convert, "run", run)

    return replace


def test_the_help_lists_every_command_under_the_heading_of_its_group():
    shown = " ".join(call("--help").output.split())
    for group, description in GROUPS.items():
        heading = shown.index(description)
        for command in COMMANDS:
            if command.group == group:
                assert shown.index(command.full_name, heading) > heading
                assert command.help in shown


def test_names_of_commands_and_functions_are_unique():
    assert len({c.full_name for c in COMMANDS}) == len(COMMANDS) >= 28
    assert len({c.function for c in COMMANDS}) == len(COMMANDS)
    top = [c.name for c in COMMANDS if c.at_top or not c.group]
    assert len(set(top)) == len(top)


@pytest.mark.parametrize("group", [group for group in GROUPS if group])
def test_the_help_of_a_group_lists_its_commands(group):
    shown = call(group, "--help").output
    assert all(f"  {c.name}" in shown for c in COMMANDS if c.group == group)


@each_command
def test_every_option_is_in_the_help_with_its_text(command):
    shown = call(*command.full_name.split(), "--help")
    assert shown.exit_code == 0
    plain = " ".join(shown.output.split())
    for field, info, _ in option_fields(command.load_options()):
        assert info.help and not info.help.endswith(".")
        assert (field.name.upper() if info.positional else option_name(field.name)) in plain
        assert info.help.split()[0] in plain
    assert "--json" in plain and "--quiet" in plain


@each_command
def test_a_help_fits_into_100_columns(command):
    shown = call(*command.full_name.split(), "--help").output
    assert max(map(len, shown.splitlines())) <= 100


@pytest.mark.parametrize("command", [c for c in COMMANDS if c.at_top], ids=lambda c: c.name)
def test_some_commands_work_without_their_group(command):
    short, full = call(command.name, "--help").output, call(*command.full_name.split(), "--help")
    assert short.splitlines()[2:] == full.output.splitlines()[2:]


def test_every_output_option_is_called_out_and_has_a_short_form():
    for command in COMMANDS:
        fields = option_fields(command.load_options())
        names = {field.name for field, info, _ in fields if not info.positional}
        assert not names & {"to", "output", "report", "destination"}, command.full_name
        if "out" in names:
            assert "-o, --out" in call(*command.full_name.split(), "--help").output


def test_the_version_is_printed():
    assert call("--version").output == f"tricyclic {__version__}\n"


def test_json_is_one_document_before_and_after_the_command():
    for args in (["--json", "convert", "0.5 uM", "nM"], ["convert", "0.5 uM", "nM", "--json"]):
        result = call(*args)
        document = json.loads(result.stdout)
        assert document["schema"] == "tricyclic-convert/2"
        assert document["result"]["value"] == 500.0
        assert document["exit_code"] == result.exit_code == 0


def test_an_error_is_one_json_document_as_well():
    result = call("--json", "convert", "0.5 uM", "nN")
    document = json.loads(result.stdout)
    assert document["schema"] == "tricyclic-error/2"
    assert document["exit_code"] == result.exit_code == 3
    assert "nN" in document["error"] and "nN" in result.stderr


def test_wrong_usage_is_exit_code_2_and_the_nearest_command_is_suggested():
    assert call("convert").exit_code == 2
    wrong = call("afinity", "x.csv")
    assert wrong.exit_code == 2
    assert "Did you mean 'binding affinity'?" in wrong.output


def test_bad_input_is_exit_code_3_and_one_line():
    result = call("convert", "0.5 min", "nM")
    assert result.exit_code == 3
    assert result.stdout == ""
    assert len(result.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize(
    ("field", "label"),
    [
        ("molar_mass", "--molar-mass"),
        ("quantity", "QUANTITY"),
        ("net.csv, row 3", "net.csv, row 3"),
    ],
)
def test_an_error_names_an_option_as_it_is_typed(convert_runs, field, label):
    def run(options, on_progress=None):
        raise InputError("is -3", where=field, allowed="Above 0")

    convert_runs(run)
    assert call("convert", "1 nM", "pM").stderr == f"{label}: is -3. Above 0.\n"


def test_an_internal_error_is_exit_code_1_and_its_traceback_goes_to_a_file(
    convert_runs, monkeypatch, tmp_path
):
    def run(options, on_progress=None):
        raise RuntimeError("division of nothing")

    convert_runs(run)
    result = call("convert", "1 nM", "pM")
    assert result.exit_code == 1
    assert "division of nothing" in result.stderr and "--debug" in result.stderr
    assert "Traceback" not in result.output
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    saved = call("convert", "1 nM", "pM", "--debug")
    place = saved.stderr.split("The traceback is in ")[1].strip()
    with open(place, encoding="utf-8") as file:
        assert "division of nothing" in file.read()
    assert "Traceback" not in saved.output


def test_an_interruption_is_exit_code_130(convert_runs):
    def run(options, on_progress=None):
        raise KeyboardInterrupt

    convert_runs(run)
    assert call("convert", "1 nM", "pM").exit_code == 130


def test_a_failed_check_is_exit_code_4(convert_runs):
    class Failed(Text):
        @property
        def failed(self):
            return True

    convert_runs(lambda options, on_progress=None: Failed("fail   no number"))
    result = call("convert", "1 nM", "pM")
    assert (result.exit_code, result.stdout) == (4, "fail   no number\n")


def test_progress_goes_to_standard_error_and_quiet_suppresses_it(convert_runs):
    def run(options, on_progress=None):
        report_progress(on_progress, 0, 2, "one")
        report_progress(on_progress, 1, 2, "two")
        return Text("1000 pM")

    convert_runs(run)
    result = call("convert", "1 nM", "pM")
    assert (result.stderr, result.stdout) == ("0/2 one\n1/2 two\n", "1000 pM\n")
    assert call("convert", "1 nM", "pM", "--quiet").stderr == ""


def test_a_log_contains_about_ten_lines_of_progress_per_stage(convert_runs):
    def run(options, on_progress=None):
        for k in range(101):
            on_progress(Progress(k, 101, "runs"))
        return Text("1000 pM")

    convert_runs(run)
    lines = call("convert", "1 nM", "pM").stderr.splitlines()
    assert lines[0] == "0/101 runs" and lines[-1].startswith("91/101")
    assert len(lines) == 10


def test_levels_are_coloured_on_a_terminal_only_and_no_color_is_obeyed(convert_runs, monkeypatch):
    convert_runs(lambda options, on_progress=None: Text("  warn  few wells"))
    assert "\x1b[" not in call("convert", "1 nM", "pM").stdout
    from tricyclic.cli import main as module

    assert "\x1b[33m" in module._with_color("  warn  few wells")

    class Terminal:
        def isatty(self):
            return True

    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert module._use_color(Terminal())
    monkeypatch.setenv("NO_COLOR", "1")
    assert not module._use_color(Terminal())


def test_a_reader_of_the_output_may_stop_early():
    program = "from tricyclic.cli.main import main; main(['curves', 'models'])"
    process = subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    process.stdout.close()
    complaint = process.stderr.read()
    process.stderr.close()
    process.wait()
    assert "Traceback" not in complaint


def test_completion_is_available_for_the_shell():
    done = subprocess.run(
        [sys.executable, "-c", "from tricyclic.cli.main import main; main()"],
        env={"_TRICYCLIC_COMPLETE": "bash_source", "PATH": "", "PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        text=True,
    )
    assert "_TRICYCLIC_COMPLETE=bash_complete" in done.stdout


def test_a_command_is_described_by_its_row_of_the_table():
    command = next(one for one in COMMANDS if one.full_name == "model simulate")
    assert isinstance(command, Command)
    assert command.load_options().__name__ == "SimulateOptions"
    assert command.load_run().__module__ == "tricyclic.workflows.model.simulate"


def test_a_missing_required_option_is_a_usage_error_that_names_it():
    result = call("screen", "relative-potency", "table.csv")
    assert result.exit_code == 2
    assert "Missing option '--reference'" in result.stderr


def test_the_help_of_options_states_repetition_and_the_current_folder():
    text = " ".join(call("model", "diagram", "--help").stdout.split())
    assert "Folder for the files. Default: the current folder." in text
    assert "COMPONENT.symbol=number; see: tricyclic model simulate SCENARIO --list. " in text
    assert "May be given several times." in text


def test_an_argument_with_choices_has_its_name_and_lists_the_choices():
    text = " ".join(call("model", "virtual-assay", "--help").stdout.split())
    assert "model virtual-assay [OPTIONS] ASSAY" in text
    assert "Experiment to simulate. One of glutamate, neurites, microdialysis." in text
    assert "Invalid value for 'ASSAY'" in call("model", "virtual-assay", "glutamat").stderr


def test_diagnostics_are_logged_by_the_module_that_has_them(tmp_path, caplog):
    file = tmp_path / "plate.csv"
    file.write_text("well,cpm\nA01,100\nA02,101\n", encoding="utf-8")
    with caplog.at_level("INFO", logger="tricyclic"):
        assert call("read", str(file)).exit_code == 0
    assert ("tricyclic.io.open", "plate.csv: read by plate_list") in [
        (record.name, record.getMessage()) for record in caplog.records
    ]


@pytest.mark.parametrize(
    ("option", "value", "sentence"),
    [
        (
            "--hours",
            "1２",
            (
                "'1２' is not a valid float. Numbers are written with the digits 0 to 9; '２' "
                "is none of them."
            ),
        ),
        ("--hours", "1_0", "'1_0' is not a valid float. Numbers are written without underscores."),
        (
            "--subjects",
            "٣0",
            (
                "'٣0' is not a valid integer. Numbers are written with the digits 0 to 9; '٣' "
                "is none of them."
            ),
        ),
    ],
)
def test_a_number_of_an_option_is_written_in_the_digits_0_to_9(option, value, sentence):
    result = CliRunner().invoke(main, ["model", "population", option, value])
    assert result.exit_code == 2
    assert f"Error: Invalid value for '{option}': {sentence}" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "option", "now"),
    [
        (["binding", "affinity", "a.csv"], "--plan", "--layout"),
        (["model", "simulate", "x"], "--outputs", "--observable"),
        (["model", "simulate", "x"], "--to", "--out"),
        (["binding", "affinity", "a.csv"], "--kd", "--kd-nM"),
    ],
)
def test_an_option_of_another_name_is_refused_with_its_present_one(arguments, option, now, capsys):
    with pytest.raises(SystemExit) as end:
        main([*arguments, option, "5"])
    assert end.value.code == 2
    assert f"No such option: {option}. It is called {now}." in capsys.readouterr().err


def test_every_renamed_option_names_one_that_exists():
    from tricyclic.cli.main import RENAMED

    known = {
        option_name(field.name)
        for command in COMMANDS
        for field, _, _ in option_fields(command.load_options())
    }
    assert set(RENAMED.values()) <= known


def test_a_command_without_tables_loads_no_library_of_tables_and_figures():
    program = (
        "import json, sys\nfrom tricyclic.cli.main import main\n"
        "heavy = {'pandas', 'narwhals', 'pyarrow', 'polars', 'matplotlib', 'openpyxl'}\n"
        "for arguments in json.loads(sys.argv[1]):\n"
        "    try:\n        main(arguments)\n    except SystemExit:\n        pass\n"
        "    print(arguments[:2], 'loads', sorted(heavy & set(sys.modules)))"
    )
    commands = (
        ["binding", "affinity", NET, "--layout", LAYOUT, "--radioligand-nM", "1", "--kd-nM", "0.8"],
        ["binding", "ki", "--ic50", "5 nM", "--kd", "1 nM", "--radioligand", "1 nM"],
        ["convert", "0.5 uM", "nM"],
    )
    done = subprocess.run(
        [sys.executable, "-c", program, json.dumps(commands)],
        capture_output=True,
        text=True,
        check=True,
    )
    loads = [line for line in done.stdout.splitlines() if "] loads " in line]
    assert [line[-2:] for line in loads] == ["[]"] * len(commands), loads


@pytest.mark.parametrize("value", ["suggest", "none", "0.05"])
def test_a_word_may_stand_in_place_of_a_number(value):
    """`--outliers none` was refused as no number."""
    plate = ("binding", "affinity", NET, "--layout", LAYOUT, "--quiet")
    given = (*plate, "--radioligand-nM", "1", "--kd-nM", "0.8", "--outliers")
    result = call(*given, value)
    assert result.exit_code in (0, 4), result.stderr
    assert result.stdout.startswith("desipramine   Ki ")
    wrong = call(*given, "nine")
    assert (wrong.exit_code, wrong.stderr) == (
        3,
        "--outliers: is 'nine'. It is suggest, none, or a false discovery rate such as 0.01.\n",
    )
