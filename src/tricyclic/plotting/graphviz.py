"""Lays out DOT text with Graphviz; the only module that calls it.

Graphviz is included as WebAssembly in `vendor/` and runs in the V8 engine of the wheel
`mini-racer`, so a diagram needs only pip, and is the same bytes on every machine. The program `dot`
on PATH is used on request; its version may lay out a graph differently.
"""

from __future__ import annotations

import atexit
import contextlib
import gzip
import json
import os
import pkgutil
import shutil
import subprocess
import threading
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, TypeVar

from tricyclic.errors import InputError, TricyclicError

if TYPE_CHECKING:
    from py_mini_racer import MiniRacer

Engine = Literal["auto", "dot"]
T = TypeVar("T")

LIMIT_S = 30.0
_LOCK = threading.Lock()

# Functions of a browser that V8 alone lacks. Random numbers must be random: with a constant
# Graphviz never ends.
_SHIMS = """
globalThis.location = { href: "viz-global.js" };
globalThis.performance = { now: () => Date.now() };
globalThis.crypto = {
  getRandomValues(a) {
    for (let i = 0; i < a.length; i++) a[i] = Math.random() * 4294967296;
    return a;
  }
};
globalThis.URL = class { constructor(path) { this.href = String(path); } };
globalThis.atob = (text) => {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  let bits = 0, buffer = 0, out = "";
  for (const letter of text.replace(/[=\\s]/g, "")) {
    buffer = (buffer << 6) | letters.indexOf(letter); bits += 6;
    if (bits >= 8) { bits -= 8; out += String.fromCharCode((buffer >> bits) & 255); }
  }
  return out;
};
globalThis.TextDecoder = class {
  decode(view) {
    const b = view instanceof Uint8Array ? view : new Uint8Array(view ? view.buffer || view : 0);
    let out = "", i = 0;
    while (i < b.length) {
      const c = b[i++], more = c < 0xC0 ? 0 : c < 0xE0 ? 1 : c < 0xF0 ? 2 : 3;
      let point = more === 0 ? c : c & (0x3F >> more);
      for (let k = 0; k < more; k++) point = (point << 6) | (b[i++] & 0x3F);
      out += String.fromCodePoint(point);
    }
    return out;
  }
};
"""
_RENDER = """
JSON.stringify((() => {
  const result = viz.render(%s, { format: "svg", engine: "dot" });
  const errors = result.errors.filter((e) => e.level === "error").map((e) => e.message);
  return { svg: result.output || "", errors: errors };
})())
"""


def render_dot(dot: str, *, engine: Engine = "auto", limit_s: float = LIMIT_S) -> str:
    """Lay out a graph and draw it.

    Parameters
    ----------
    dot : str
        A graph in the DOT language.
    engine : {"auto", "dot"}
        "auto": the Graphviz that comes with tricyclic; "dot": the program of that name on PATH.
    limit_s : float
        Longest time to wait [s].

    Returns
    -------
    str
        The SVG as Graphviz writes it, with its prolog. The included Graphviz gives the same bytes
        for the same DOT.

    Raises
    ------
    InputError
        If the engine is not installed, the DOT has an error, or the layout takes longer than the
        limit.
    """
    if engine == "dot":
        return _by_program(dot, limit_s)
    if engine != "auto":
        raise InputError(f"engine is '{engine}'", allowed="An engine is 'auto' or 'dot'")
    return _in_thread(lambda: _by_included(dot, limit_s))


def vendored_viz() -> bytes:
    """Viz.js, gzipped as it is included, for a page that draws DOT in the browser."""
    packed = pkgutil.get_data("tricyclic.plotting", "vendor/viz-global.js.gz")
    if packed is None:  # pragma: no cover - an import system without data files
        raise TricyclicError("vendor/viz-global.js.gz cannot be read from this installation")
    return packed


def _by_included(dot: str, limit_s: float) -> str:
    # One layout at a time: the included program keeps its graph in global variables.
    with _LOCK:
        racer = _racer(os.getpid())
        from py_mini_racer import JSEvalException, JSTimeoutException

        try:
            text = racer.eval(_RENDER % json.dumps(dot), timeout_sec=limit_s)
            result = json.loads(str(text))
        except JSTimeoutException:
            raise _too_slow(limit_s) from None
        except JSEvalException as error:
            raise InputError(
                f"Graphviz stopped: {str(error).splitlines()[0]}", where="diagram", do=_SIMPLER
            ) from error
        finally:
            # An open engine reserves so much of the address space that the compiler of the solver
            # cannot place a model in one piece, and the compiled model crashes. To start again
            # takes 70 ms.
            _drop(os.getpid())
    if result["errors"] or not result["svg"]:
        raise _bad_dot("; ".join(result["errors"]))
    return str(result["svg"])


@lru_cache(maxsize=1)
def _racer(process: int) -> MiniRacer:
    """The engine with Graphviz loaded; a forked process must not use that of its parent."""
    try:
        from py_mini_racer import JSPromise, MiniRacer
    except ImportError as error:
        raise _not_installed() from error
    racer = MiniRacer()
    # Left open to the end of the interpreter, one in about forty processes never ends: it waits for
    # a thread that does not exist any more.
    atexit.register(_drop, process)
    racer.eval(_SHIMS)
    racer.eval(gzip.decompress(vendored_viz()).decode("utf-8"))
    loading = racer.eval("Viz.instance().then((made) => { globalThis.viz = made; return true; })")
    if not isinstance(loading, JSPromise) or loading.get(timeout=LIMIT_S) is not True:
        raise TricyclicError("the included Graphviz did not start")
    return racer


def _drop(process: int) -> None:
    """Close the engine, if it belongs to this process."""
    atexit.unregister(_drop)
    if process == os.getpid() and _racer.cache_info().currsize:
        racer = _racer(process)
        # A layout that was stopped still reports its end; a later result arrives after that report.
        with contextlib.suppress(Exception):
            racer.eval("0", timeout_sec=LIMIT_S)
        racer.close()
    _racer.cache_clear()


def _by_program(dot: str, limit_s: float) -> str:
    program = shutil.which("dot")
    if program is None:
        raise InputError(
            "no program called 'dot' is on PATH",
            where="engine",
            do="Install Graphviz, or use the engine 'auto'",
        )
    try:
        done = subprocess.run(
            [program, "-Tsvg"],
            input=dot.encode(),
            capture_output=True,
            timeout=limit_s,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise _too_slow(limit_s) from None
    if done.returncode:
        raise _bad_dot(done.stderr.decode(errors="replace").strip())
    return done.stdout.decode()


def _in_thread(work: Callable[[], T]) -> T:
    """Run in a thread without an event loop: with the loop of a notebook the engine cannot wait."""
    done: list[T] = []
    failed: list[BaseException] = []

    def run() -> None:
        try:
            done.append(work())
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=run, name="graphviz")
    thread.start()
    thread.join()
    if failed:
        raise failed[0]
    return done[0]


_SIMPLER = "Draw a smaller part of the network"


def _not_installed() -> InputError:
    program = "Graphviz" if shutil.which("dot") is None else "the Graphviz on PATH"
    return InputError(
        "diagrams need the Python package mini-racer, which is not installed",
        do=f"Install it with pip install mini-racer, or use {program} with the engine 'dot'; "
        "DOT text needs neither",
    )


def _too_slow(limit_s: float) -> InputError:
    return InputError(f"the layout took longer than {limit_s:g} s", where="diagram", do=_SIMPLER)


def _bad_dot(message: str) -> InputError:
    return InputError(
        f"Graphviz cannot read the DOT text: {message or 'it gave no drawing'}", where="diagram"
    )
