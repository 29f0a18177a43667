"""Makes `.venv` from requirements.lock once, then does one thing in it.

    python3 dev.py demo     the shipped study from counts to report; prints where the report is
    python3 dev.py test     all tests; what follows is handed to pytest
    python3 dev.py docs     the documentation, offline, warnings are errors
    python3 dev.py lint     ruff, mypy, the Scientific Python review

Standard library only. Uses uv where it is on PATH, else venv and pip; either way every file is held
to the hashes of requirements.lock. A second call finds `.venv` ready and starts at once.
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
WORK = {
    "demo": ["tricyclic demo"],
    "test": ["pytest -n auto"],
    "docs": ["sphinx-build -W --keep-going -q -b html docs docs/_build/html"],
    "lint": ["ruff check .", "ruff format --check .", "mypy", "codespell", "repo-review ."],
}


def stamp() -> str:
    """Say in one word what `.venv` was made from: the interpreter, the place, the lock, the project."""
    parts = [sys.version.encode(), str(ROOT).encode()]
    parts += [(ROOT / name).read_bytes() for name in ("requirements.lock", "pyproject.toml")]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def make_venv() -> None:
    """Build `.venv` anew unless it is already the one that the lock describes."""
    ready = VENV / ".ready"
    if ready.is_file() and ready.read_text() == stamp() and PYTHON.is_file():
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
    call(make)
    call([*install, "--require-hashes", "-r", "requirements.lock"])
    call([*install, "--no-deps", "--no-build-isolation", "-e", "."])
    ready.write_text(stamp())


def call(command: list[str]) -> None:
    """Run a command at the root; when it fails, stop with its exit code."""
    code = subprocess.run(command, cwd=ROOT, check=False).returncode
    if code:
        sys.exit(code)


def main() -> None:
    """Read the one word, make the place, do the work."""
    if sys.version_info < (3, 11):
        sys.exit(
            "tricyclic needs Python 3.11 or newer; this is Python " + sys.version.split()[0] + "."
        )
    if len(sys.argv) < 2 or sys.argv[1] not in WORK:
        sys.exit("Usage: python3 dev.py " + "|".join(WORK))
    make_venv()
    for command in WORK[sys.argv[1]]:
        program, *arguments = command.split()
        call([str(BIN / program), *arguments, *sys.argv[2:]])


if __name__ == "__main__":
    main()
