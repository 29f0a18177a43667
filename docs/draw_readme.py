"""Draw the pictures of the README, docs/images/*.svg, by the commands that its captions name.

python docs/draw_readme.py
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

IMAGES = Path(__file__).parent / "images"
RUN = "from tricyclic.cli.main import main; main()"
# Name of each picture and the command that draws it; PICTURE is the file.
COMMANDS = {
    "affinity.svg": "demo study --plot PICTURE --figure net-all-runs",
    "simulation.svg": "model simulate noradrenergic_synapse --drug desipramine --dose 10_mg/kg "
    "--route ip --every 12h --days 14 --observable cortex_NE --observable firing "
    "--observable alpha2_terminal --observable beta1_Bmax --plot PICTURE --figure courses",
}


def draw() -> None:
    """Write all pictures."""
    IMAGES.mkdir(exist_ok=True)
    for name, command in COMMANDS.items():
        words = [word.replace("PICTURE", str(IMAGES / name)) for word in command.split()]
        words = [word.replace("_mg", " mg") for word in words]
        with tempfile.TemporaryDirectory() as folder:
            done = subprocess.run(
                [sys.executable, "-c", RUN, *words, "--quiet"], cwd=folder, check=False
            )
        if done.returncode not in (0, 4):
            sys.exit(f"tricyclic {command} failed")


if __name__ == "__main__":
    draw()
