"""From DOT text to SVG: the one door to Graphviz.

Graphviz comes as WebAssembly in `vendor/` and runs in the V8 engine that the wheel `mini-racer` carries, so a
diagram needs pip and nothing else, and is the same bytes on every machine. A `dot` on PATH is used where it is
asked for; its version may lay a graph out differently.
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

# What a browser has and V8 alone lacks. Random numbers must be random: Graphviz waits for ever on a constant.
_SHIMS = """
globalThis.location = { href: "viz-global.js" };
globalThis.performance = { now: () => Date.now() };
globalThis.crypto = { getRandomValues(a) { for (let i = 0; i < a.length; i++) a[i] = Math.random() * 4294967296; return a; } };
globalThis.URL = class { constructor(path) { this.href = String(path); } };
globalThis.atob = (text) => {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  let bits = 0, held = 0, out = "";
  for (const letter of text.replace(/[=\\s]/g, "")) {
    held = (held << 6) | letters.indexOf(letter); bits += 6;
    if (bits >= 8) { bits -= 8; out += String.fromCharCode((held >> bits) & 255); }
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
  const told = viz.render(%s, { format: "svg", engine: "dot" });
  return { svg: told.output || "", errors: told.errors.filter((e) => e.level === "error").map((e) => e.message) };
})())
"""


def svg_of_dot(dot: str, *, engine: Engine = "auto", limit_s: float = LIMIT_S) -> str:
    """Lay out a graph and draw it.

    Parameters
    ----------
    dot : str
        A graph in the DOT language.
    engine : {"auto", "dot"}
        "auto": the Graphviz that tricyclic ships; "dot": the program of that name on PATH.
    limit_s : float
        Longest time to wait [s].

    Returns
    -------
    str
        The SVG as Graphviz writes it, with its prolog. The shipped Graphviz gives the same bytes for the same DOT.

    Raises
    ------
    InputError
        If the engine is not installed, the DOT has an error, or the layout takes longer than the limit.
    """
    if engine == "dot":
        return _by_program(dot, limit_s)
    if engine != "auto":
        raise InputError(f"engine is '{engine}'", allowed="An engine is 'auto' or 'dot'")
    return _in_a_thread(lambda: _by_shipped(dot, limit_s))


def vendored_viz() -> bytes:
    """Give Viz.js, gzipped as it is shipped, for a page that draws DOT in the browser."""
    packed = pkgutil.get_data("tricyclic.plotting", "vendor/viz-global.js.gz")
    if packed is None:  # pragma: no cover - an import system that serves no data
        raise TricyclicError("vendor/viz-global.js.gz cannot be read from this installation")
    return packed


def _by_shipped(dot: str, limit_s: float) -> str:
    # One layout at a time: the shipped program keeps its graph in globals.
    with _LOCK:
        racer = _racer(os.getpid())
        from py_mini_racer import JSEvalException, JSTimeoutException

        try:
            told = json.loads(str(racer.eval(_RENDER % json.dumps(dot), timeout_sec=limit_s)))
        except JSTimeoutException:
            raise _too_slow(limit_s) from None
        except JSEvalException as error:
            raise InputError(
                f"Graphviz stopped: {str(error).splitlines()[0]}", where="diagram", do=_SIMPLER
            ) from error
        finally:
            # It starts again in a fourteenth of a second. Open, it reserves so much of the address space that the compiler of
            # the solver finds no room for a model in one piece, and what it then compiles jumps to where nothing is.
            _drop(os.getpid())
    if told["errors"] or not told["svg"]:
        raise _bad_dot("; ".join(told["errors"]))
    return str(told["svg"])


@lru_cache(maxsize=1)
def _racer(process: int) -> MiniRacer:
    """The engine with Graphviz loaded, until it is dropped; a forked child must not use its parent's."""
    try:
        from py_mini_racer import JSPromise, MiniRacer
    except ImportError as error:
        raise _not_there() from error
    racer = MiniRacer()
    # Left to the end of the interpreter, one in some forty processes waits for ever on a thread that is gone.
    atexit.register(_drop, process)
    racer.eval(_SHIMS)
    racer.eval(gzip.decompress(vendored_viz()).decode("utf-8"))
    loading = racer.eval("Viz.instance().then((made) => { globalThis.viz = made; return true; })")
    if not isinstance(loading, JSPromise) or loading.get(timeout=LIMIT_S) is not True:
        raise TricyclicError("the shipped Graphviz did not start")
    return racer


def _drop(process: int) -> None:
    """Close the engine, if it is this process's own."""
    atexit.unregister(_drop)
    if process == os.getpid() and _racer.cache_info().currsize:
        racer = _racer(process)
        # What was stopped still reports its end; the answer to a later question comes after that report.
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
            do="Install Graphviz, or leave the engine 'auto'",
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


def _in_a_thread(work: Callable[[], T]) -> T:
    """Do it in a thread without an event loop: a notebook's own loop would not let the engine wait."""
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


def _not_there() -> InputError:
    other = (
        "or ask for the engine 'dot', which is on PATH"
        if shutil.which("dot")
        else "or Graphviz and ask for the engine 'dot'"
    )
    return InputError(
        "diagrams need the Python package mini-racer, which is not installed",
        do=f"Install it with pip install mini-racer, {other}; the DOT text can be had without",
    )


def _too_slow(limit_s: float) -> InputError:
    return InputError(f"the layout took longer than {limit_s:g} s", where="diagram", do=_SIMPLER)


def _bad_dot(said: str) -> InputError:
    return InputError(
        f"Graphviz cannot read the DOT text: {said or 'it gave no drawing'}", where="diagram"
    )
