"""Make `.venv` from requirements.lock once, then run one task in it.

    python3 dev.py demo          analyse the shipped studies and print where their reports are
    python3 dev.py test          all tests but those marked slow; other arguments go to pytest
    python3 dev.py test --all    all tests
    python3 dev.py docs          build the documentation offline; warnings are errors
    python3 dev.py lint          ruff, mypy, codespell and the Scientific Python review

Standard library only. Uses uv where it is on PATH, otherwise venv and pip; both check every file
against the hashes of requirements.lock. A second call finds `.venv` complete and starts at once.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
TASKS = {
    "demo": [
        "tricyclic new microdialysis tricyclic-demo-microdialysis",
        "tricyclic run tricyclic-demo-microdialysis",
        "tricyclic new release tricyclic-demo-release",
        "tricyclic run tricyclic-demo-release",
        "tricyclic new neurites tricyclic-demo-neurites",
        "tricyclic run tricyclic-demo-neurites",
        "tricyclic demo",
    ],
    "test": ["pytest -n auto --dist worksteal"],
    "docs": ["sphinx-build -W --keep-going -q -b html docs docs/_build/html"],
    "lint": ["ruff check .", "ruff format --check .", "mypy", "codespell", "repo-review ."],
}
# Run before a task, without its extra arguments: parallel tests must not each compile the kernels.
PREPARATION = {"test": "python -m tricyclic.numerics.batch"}
# Folders of tests that need no kernels, about a minute of one processor.
WITHOUT_KERNELS = ("architecture", "exchange", "ode", "sbml", "simulation")
LEAVE_OUT_SLOW = ["-m", "not slow"]
# Tests run on every core, so that each has one thread; and many start Python again, which should
# not compile the same modules each time.
SETTINGS = {"OPENBLAS_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": ""}


def fingerprint() -> str:
    """Hash of what `.venv` is made from: interpreter, folder, lock file and project file."""
    parts = [sys.version.encode(), str(ROOT).encode()]
    parts += [(ROOT / name).read_bytes() for name in ("requirements.lock", "pyproject.toml")]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def make_venv() -> None:
    """Build `.venv` unless it already has what the lock file lists."""
    ready = VENV / ".ready"
    if ready.is_file() and ready.read_text() == fingerprint() and PYTHON.is_file():
        return
    uv = shutil.which("uv")
    if uv is None and importlib.util.find_spec("ensurepip") is None:
        sys.exit(
            "This Python cannot make a virtual environment. Run: apt-get install -y python3-venv"
        )
    print(f"Making {VENV} (about half a minute, once) ...", file=sys.stderr, flush=True)
    if uv:
        make = [uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(VENV)]
        install = [uv, "pip", "install", "--quiet", "--python", str(PYTHON)]
    else:
        make = [sys.executable, "-m", "venv", "--clear", str(VENV)]
        install = [str(PYTHON), "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
    run(make)
    run([*install, "--require-hashes", "-r", "requirements.lock"])
    run([*install, "--no-deps", "--no-build-isolation", "-e", "."])
    ready.write_text(fingerprint())


def run(command: list[str]) -> None:
    """Run a command at the root; exit with its code if it fails."""
    code = subprocess.run(command, cwd=ROOT, check=False).returncode
    if code:
        sys.exit(code)


def prepare(command: list[str], arguments: list[str]) -> tuple[list[str], int]:
    """Compile the kernels; exit with the code of that if it fails.

    Compiling takes a minute of one processor. Where it is needed, the test files are compiled
    beside it, once for all processes of the tests, and of a run of all tests those run that need
    no kernels.

    Returns
    -------
    tuple of (list of str, int)
        Arguments that leave out the tests that have run, and their exit code.
    """
    program, *options = command
    kernels = subprocess.Popen([str(BIN / program), *options], cwd=ROOT)
    beside: list[str] = []
    failed = 0
    try:
        code = kernels.wait(timeout=5)
    except subprocess.TimeoutExpired:
        subprocess.run(
            [str(BIN / "pytest"), "--collect-only", "-qq", *arguments],
            cwd=ROOT,
            check=False,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        others = (os.cpu_count() or 1) - 1
        chosen = [argument for argument in arguments if not argument.startswith("--ignore=")]
        if chosen in ([], LEAVE_OUT_SLOW) and others:
            print("First the tests that need no compiled kernels.", file=sys.stderr, flush=True)
            folders = [f"tests/{name}" for name in WITHOUT_KERNELS]
            beside = [folder for folder in folders if f"--ignore={folder}" not in arguments]
            processes = "0" if others == 1 else str(others)
            tests = [str(BIN / "pytest"), "-n", processes, *arguments, *beside]
            failed = subprocess.run(tests, cwd=ROOT, check=False).returncode
        code = kernels.wait()
    if code:
        sys.exit(code)
    return [f"--ignore={folder}" for folder in beside], failed


def extra_arguments(task: str, arguments: list[str]) -> list[str]:
    """Arguments for the last command of a task; without --all, pytest leaves out the slow tests."""
    if task != "test":
        return arguments
    if "--all" in arguments:
        return [argument for argument in arguments if argument != "--all"]
    print(
        "Tests marked slow are not run; python3 dev.py test --all runs them too.",
        file=sys.stderr,
        flush=True,
    )
    return [*LEAVE_OUT_SLOW, *arguments]


def main() -> None:
    """Read the task, make the environment, run the commands of the task."""
    if sys.version_info < (3, 11):
        sys.exit(
            "tricyclic needs Python 3.11 or newer; this is Python " + sys.version.split()[0] + "."
        )
    if len(sys.argv) < 2 or sys.argv[1] not in TASKS:
        sys.exit("Usage: python3 dev.py " + "|".join(TASKS))
    make_venv()
    task = sys.argv[1]
    if task == "test":
        os.environ |= SETTINGS
    more = extra_arguments(task, sys.argv[2:])
    failed = 0
    if task in PREPARATION:
        done, failed = prepare(PREPARATION[task].split(), more)
        more = [*done, *more]
    for number, command in enumerate(TASKS[task], 1):
        program, *arguments = command.split()
        # Only the last of the demonstrations takes a folder.
        own = more if task != "demo" or number == len(TASKS[task]) else []
        run([str(BIN / program), *arguments, *own])
    if failed:
        sys.exit(failed)


if __name__ == "__main__":
    main()
