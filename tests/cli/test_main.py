"""The command line: help at once, one JSON document, sentences instead of tracebacks, exit codes."""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys

import pytest
from click.testing import CliRunner

from tricyclic.cli.main import main
from tricyclic.jobs import SHELF
from tricyclic.jobs import convert as convert_job


def call(*args):
    return CliRunner().invoke(main, list(args))


def test_every_job_has_a_verb_of_its_own_and_help():
    verbs = [SHELF[name].verb for name in SHELF]
    assert len(set(verbs)) == len(verbs) >= 12
    shown = call("--help").output
    for name in SHELF:
        assert SHELF[name].verb in shown
        assert SHELF[name].says in shown


@pytest.mark.parametrize("verb", [SHELF[name].verb for name in SHELF])
def test_every_field_of_a_request_is_an_option_with_help(verb):
    job = next(SHELF[name] for name in SHELF if SHELF[name].verb == verb)
    shown = call(verb, "--help")
    assert shown.exit_code == 0
    for field in dataclasses.fields(job.request):
        assert field.metadata["says"]
        name = (
            field.name.upper()
            if field.metadata["place"]
            else "--" + field.name.rstrip("_").replace("_", "-")
        )
        assert name in shown.output
    assert "--json" in shown.output and "--quiet" in shown.output


def test_version_is_told():
    from tricyclic import __version__

    assert call("--version").output == f"tricyclic {__version__}\n"


def test_json_is_one_document_on_standard_output_wherever_the_option_stands():
    for args in (["--json", "convert", "0.5 uM", "nM"], ["convert", "0.5 uM", "nM", "--json"]):
        result = call(*args)
        document = json.loads(result.stdout)
        assert document["schema"] == "tricyclic-convert/1"
        assert document["result"]["value"] == 500.0
        assert document["exit_code"] == result.exit_code == 0


def test_an_error_is_one_json_document_too():
    result = call("--json", "convert", "0.5 uM", "nN")
    document = json.loads(result.stdout)
    assert (document["schema"], document["exit_code"], result.exit_code) == (
        "tricyclic-error/1",
        3,
        3,
    )
    assert "nN" in document["error"] and "nN" in result.stderr


def test_a_wrong_use_is_exit_code_2_with_a_near_miss():
    assert call("convert").exit_code == 2
    wrong = call("afinity", "x.csv")
    assert wrong.exit_code == 2
    assert "Did you mean 'affinity'?" in wrong.output


def test_bad_input_is_exit_code_3_and_one_sentence():
    result = call("convert", "0.5 min", "nM")
    assert result.exit_code == 3
    assert result.stdout == ""
    assert len(result.stderr.strip().splitlines()) == 1


def test_our_own_fault_is_exit_code_1_without_a_traceback(monkeypatch, tmp_path):
    def broken(request):
        raise RuntimeError("a gear broke")

    monkeypatch.setattr(convert_job, "JOB", dataclasses.replace(convert_job.JOB, run=broken))
    monkeypatch.setattr(SHELF, "_loaded", {})
    result = call("convert", "1 nM", "pM")
    assert result.exit_code == 1
    assert "a gear broke" in result.stderr and "--debug" in result.stderr
    assert "Traceback" not in result.output
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    saved = call("convert", "1 nM", "pM", "--debug")
    place = saved.stderr.split("The traceback is in ")[1].strip()
    with open(place, encoding="utf-8") as file:
        assert "a gear broke" in file.read()
    assert "Traceback" not in saved.output


def test_an_interruption_is_exit_code_130(monkeypatch):
    def stopped(request):
        raise KeyboardInterrupt

    monkeypatch.setattr(convert_job, "JOB", dataclasses.replace(convert_job.JOB, run=stopped))
    monkeypatch.setattr(SHELF, "_loaded", {})
    assert call("convert", "1 nM", "pM").exit_code == 130


def test_progress_goes_to_standard_error_and_quiet_silences_it(monkeypatch):
    from tricyclic.jobs._job import Progress

    def slow(request):
        yield Progress(0, 2, "one")
        yield Progress(1, 2, "two")
        return convert_job.Result("1 nM", 1000.0, "pM", ())

    monkeypatch.setattr(convert_job, "JOB", dataclasses.replace(convert_job.JOB, run=slow))
    monkeypatch.setattr(SHELF, "_loaded", {})
    loud = call("convert", "1 nM", "pM")
    assert loud.stderr == "0/2 one\n1/2 two\n"
    assert "1000 pM" in loud.stdout
    assert call("convert", "1 nM", "pM", "--quiet").stderr == ""


def test_a_log_is_given_some_ten_lines_of_progress_and_not_one_of_each_step(monkeypatch):
    from tricyclic.jobs._job import Progress

    def slow(request):
        for k in range(101):
            yield Progress(k, 101, f"member {k}")
        return convert_job.Result("1 nM", 1000.0, "pM", ())

    monkeypatch.setattr(convert_job, "JOB", dataclasses.replace(convert_job.JOB, run=slow))
    monkeypatch.setattr(SHELF, "_loaded", {})
    lines = call("convert", "1 nM", "pM").stderr.splitlines()
    assert lines[0] == "0/101 member 0" and lines[-1].startswith("91/101")
    assert len(lines) == 10


def test_a_reader_of_the_output_may_leave_early():
    program = "from tricyclic.cli.main import main; main(['curves'])"
    process = subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    process.stdout.close()
    complaint = process.stderr.read()
    process.stderr.close()
    process.wait()
    assert "Traceback" not in complaint


def test_completion_is_offered_for_the_shell():
    done = subprocess.run(
        [sys.executable, "-c", "from tricyclic.cli.main import main; main()"],
        env={"_TRICYCLIC_COMPLETE": "bash_source", "PATH": "", "PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        text=True,
    )
    assert "_TRICYCLIC_COMPLETE=bash_complete" in done.stdout
