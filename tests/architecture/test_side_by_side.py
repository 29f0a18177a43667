"""Libraries that are used in one process leave each other alive."""

from __future__ import annotations

import subprocess
import sys

DRAWN_THEN_COMPILED = """
from tricyclic.plotting.graphviz import svg_of_dot
assert "<svg" in svg_of_dot("digraph { a -> b }")
import scipy.linalg
from tricyclic.ode.solver import engine, sbml_of
for k in range(3):
    text = "model m()\\n  x' = -k*x\\n  x = 1; k = %s\\nend\\n" % (1 + k)
    table = engine().load(sbml_of(text, "m")).run([0.0, 1.0], ["x"])
print(table[1, 0])
"""


def test_a_model_is_compiled_after_a_diagram_was_drawn_in_the_same_process():
    done = subprocess.run(
        [sys.executable, "-c", DRAWN_THEN_COMPILED], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert abs(float(done.stdout) - 0.049787) < 1e-5
