"""The pictures of pages, made by the commands of the pages when the documentation is built.

Where a page shows `![...](figures/NAME)` and has a command that writes NAME, the files and commands
of the page run one after the other in an empty folder, and the picture is kept in `docs/figures`.
Pictures that only Python can draw are made by `example_figures`.

With `-D draw_pictures=0` every picture that is missing is an empty one: the text of the pages is
then built and checked in a few seconds.
"""

from __future__ import annotations

import contextlib
import re
import shlex
import tempfile
from pathlib import Path
from typing import Any

from click.testing import CliRunner
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

BLOCK = re.compile(r"^```[a-z]+\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FILE = re.compile(r"# file: (\S+)\n")
PICTURE = re.compile(r"!\[[^\]]*\]\(figures/([\w.-]+)\)")


def pictures_of(page: Path) -> tuple[str, ...]:
    """Names of the pictures that a page shows and its commands write."""
    text = page.read_text(encoding="utf-8")
    written = [line for line in text.splitlines() if line.startswith("$ tricyclic")]
    names = dict.fromkeys(PICTURE.findall(text))
    return tuple(name for name in names if any(name in line for line in written))


def draw(page: Path, place: Path) -> None:
    """Run the commands of a page that write its pictures, and keep the pictures.

    Raises
    ------
    ExtensionError
        If a command fails, or a picture is not written.
    """
    names = pictures_of(page)
    with tempfile.TemporaryDirectory() as folder:
        for body in BLOCK.findall(page.read_text(encoding="utf-8")):
            if named := FILE.match(body):
                (Path(folder) / named[1]).write_text(body[named.end() :], encoding="utf-8")
                continue
            for line in body.splitlines():
                if line.startswith("$ tricyclic") and any(name in line for name in names):
                    call(shlex.split(line.removeprefix("$ tricyclic")), folder)
        for name in names:
            source = Path(folder) / name
            if not source.is_file():
                raise ExtensionError(f"{page.name}: no command writes figures/{name}")
            keep(place / name, source.read_bytes())


def call(arguments: list[str], folder: str) -> None:
    """Run a command of tricyclic in a folder."""
    from tricyclic.cli.main import main

    with contextlib.chdir(folder):
        done = CliRunner().invoke(main, [*arguments, "--quiet"], prog_name="tricyclic")
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    if done.exit_code not in (0, 4):
        raise ExtensionError(f"tricyclic {shlex.join(arguments)}: {done.stderr}")


def keep(file: Path, data: bytes) -> None:
    """Write a file where it has changed, so that unchanged pages are not built again."""
    if not file.is_file() or file.read_bytes() != data:
        file.write_bytes(data)


def keep_empty(file: Path) -> None:
    """Write an empty picture where there is none."""
    if not file.is_file():
        file.write_text('<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>')


def write_pictures(app: Sphinx) -> None:
    """Draw the pictures of all pages."""
    source = Path(app.srcdir)
    place = source / "figures"
    place.mkdir(exist_ok=True)
    for page in sorted(source.glob("*.md")):
        if not app.config.draw_pictures:
            for name in pictures_of(page):
                keep_empty(place / name)
        elif pictures_of(page):
            draw(page, place)


def setup(app: Sphinx) -> dict[str, Any]:
    """Draw the pictures before Sphinx reads the folder."""
    app.add_config_value("draw_pictures", default=True, rebuild="", types=[bool])
    app.connect("builder-inited", write_pictures)
    return {"parallel_read_safe": True}
