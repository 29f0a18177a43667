"""The included Graphviz draws DOT text, always as the same bytes, and fails with a sentence."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import os
import re
import shutil
import subprocess
import sys
import threading
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from tricyclic.errors import InputError
from tricyclic.plotting import graphviz
from tricyclic.plotting.graphviz import render_dot, vendored_viz

SVG = "{http://www.w3.org/2000/svg}"
VENDOR = Path(graphviz.__file__).parent / "vendor"
CHAIN = 'digraph { a [label="α₂ – Ca²⁺"]; a -> b -> c; a -> c [dir=back] }'


def tangle(links: int) -> str:
    return (
        "digraph {" + "; ".join(f"n{i % 97} -> n{(i * i * 7 + i) % 89}" for i in range(links)) + "}"
    )


def drawn(svg: str) -> dict[str, list[str]]:
    """Titles of nodes and of edges."""
    titles: dict[str, list[str]] = {"node": [], "edge": []}
    for group in ElementTree.fromstring(svg).iter(f"{SVG}g"):
        title = group.find(f"{SVG}title")
        if group.get("class") in titles and title is not None:
            titles[group.get("class", "")].append(title.text or "")
    return titles


def test_every_node_every_edge_and_every_letter_of_the_text_is_drawn():
    svg = render_dot(CHAIN)
    assert drawn(svg) == {"node": ["a", "b", "c"], "edge": ["a->b", "a->c", "b->c"]}
    assert "α₂ – Ca²⁺" in svg


def test_a_chain_is_laid_out_from_top_to_bottom():
    heights = {
        group.find(f"{SVG}title").text: float(group.find(f"{SVG}ellipse").get("cy"))
        for group in ElementTree.fromstring(render_dot("digraph { a -> b -> c }")).iter(f"{SVG}g")
        if group.get("class") == "node"
    }
    assert heights["a"] < heights["b"] < heights["c"]


def test_the_first_drawing_of_a_process_and_a_later_one_are_the_same_bytes():
    program = (
        "from tricyclic.plotting.graphviz import render_dot; import hashlib, sys; "
        "print(hashlib.sha256(render_dot(sys.argv[1]).encode()).hexdigest())"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program, CHAIN],
        capture_output=True,
        text=True,
        check=True,
        env={
            "PYTHONPATH": ":".join(sys.path),
            "HOME": "/",
            "PATH": "",
        },  # nothing on PATH: pip is enough
    )
    render_dot(tangle(40))
    assert hashlib.sha256(render_dot(CHAIN).encode()).hexdigest() == done.stdout.strip()


@pytest.mark.parametrize(
    ("dot", "message"),
    [
        ("digraph { a -> ", "syntax error in line 1"),
        ("no graph", "syntax error"),
        ("", "it gave no drawing"),
    ],
)
def test_text_that_is_not_dot_is_refused_with_the_message_of_graphviz(dot, message):
    with pytest.raises(InputError, match=f"Graphviz cannot read the DOT text: {message}"):
        render_dot(dot)
    assert render_dot("digraph { a }")  # and the engine still works


def test_a_layout_that_takes_too_long_is_stopped_and_the_next_one_works():
    with pytest.raises(InputError, match=r"took longer than 0\.3 s\. Draw a smaller part"):
        render_dot(tangle(4000), limit_s=0.3)
    assert drawn(render_dot("digraph { a -> b }"))["edge"] == ["a->b"]


def test_it_draws_inside_a_running_event_loop_as_in_a_notebook():
    async def draw() -> str:
        return render_dot(CHAIN)

    assert asyncio.run(draw()) == render_dot(CHAIN)


def test_threads_that_draw_at_once_do_not_mix_their_graphs():
    texts = [f"digraph {{ from{n} -> to{n} }}" for n in range(6)]
    made: dict[str, str] = {}
    threads = [
        threading.Thread(target=lambda t=text: made.update({t: render_dot(t)})) for text in texts
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for n, text in enumerate(texts):
        assert drawn(made[text])["edge"] == [f"from{n}->to{n}"]


def test_a_missing_engine_is_an_error_with_what_to_install(monkeypatch):
    graphviz._drop(os.getpid())
    monkeypatch.setitem(sys.modules, "py_mini_racer", None)
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(InputError) as refused:
        render_dot(CHAIN)
    assert str(refused.value) == (
        "Diagrams need the Python package mini-racer, which is not installed. Install it with pip "
        "install mini-racer, or use Graphviz with the engine 'dot'; DOT text needs neither."
    )
    with pytest.raises(InputError, match="no program called 'dot' is on PATH"):
        render_dot(CHAIN, engine="dot")
    with pytest.raises(InputError, match="Engine is 'neato'"):
        render_dot(CHAIN, engine="neato")  # type: ignore[arg-type]


@pytest.mark.skipif(shutil.which("dot") is None, reason="no dot on PATH to compare with")
def test_dot_on_path_draws_the_same_nodes_and_edges():
    assert drawn(render_dot(CHAIN, engine="dot")) == drawn(render_dot(CHAIN))


def test_a_dot_on_path_is_used_and_its_output_returned(monkeypatch, tmp_path):
    program = tmp_path / "dot"
    program.write_text(
        "#!/bin/sh\nread -r text\n"
        'if [ "$text" = bad ]; then echo "syntax error" >&2; exit 1; fi\n'
        'printf "<svg>%s</svg>" "$text"\n'
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    assert render_dot("digraph\n", engine="dot") == "<svg>digraph</svg>"
    with pytest.raises(InputError, match="Graphviz cannot read the DOT text: syntax error"):
        render_dot("bad\n", engine="dot")


def test_the_included_program_is_the_one_that_its_readme_names():
    text = gzip.decompress(vendored_viz())
    readme = (VENDOR / "README.md").read_text(encoding="utf-8")
    assert hashlib.sha256(text).hexdigest() in readme
    version = re.search(rb"Viz\.js ([\d.]+)", text)
    assert version is not None
    assert f"| Viz.js | {version[1].decode()} |" in readme
    graphviz_version = re.search(rb'graphvizVersion="([\d.]+)"', text)
    assert graphviz_version is not None
    assert f"| Graphviz | {graphviz_version[1].decode()} |" in readme
    for licence in re.findall(r"`(LICENSE\.\w+)`", readme):
        assert (VENDOR / licence).stat().st_size > 500


def test_a_model_can_be_compiled_and_run_after_a_drawing_in_the_same_process():
    # The compiler of the solver needs code and tables close together; an open V8 engine lies
    # between them.
    program = """
from tricyclic.plotting.graphviz import render_dot
from tricyclic.workflows.model.options import SimulateOptions
from tricyclic.workflows.model.simulate import run
options = SimulateOptions(
    "noradrenergic_synapse", drug="desipramine", dose="10 mg/kg", route="ip", hours=1.0,
    point_estimate=True,
)
for _ in range(2):
    render_dot("digraph { a -> b }")
    run(options)
print("ran")
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0 and "ran" in done.stdout, done.stderr
