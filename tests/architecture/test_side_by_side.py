"""Libraries that are used in one process do not break each other."""

from __future__ import annotations

import subprocess
import sys

DRAW_THEN_COMPILE = """
from tricyclic.plotting.graphviz import render_dot
assert "<svg" in render_dot("digraph { a -> b }")
import scipy.linalg
from tricyclic.ode.solver import engine, antimony_to_sbml
for k in range(3):
    text = "model m()\\n  x' = -k*x\\n  x = 1; k = %s\\nend\\n" % (1 + k)
    table = engine().load(antimony_to_sbml(text, "m")).run([0.0, 1.0], ["x"])
print(table[1, 0])
"""


def test_a_model_is_compiled_after_a_diagram_was_drawn_in_the_same_process():
    done = subprocess.run(
        [sys.executable, "-c", DRAW_THEN_COMPILE], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert abs(float(done.stdout) - 0.049787) < 1e-5
