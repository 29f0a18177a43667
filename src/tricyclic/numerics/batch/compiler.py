"""Compiles the kernels of this package with numba and keeps the machine code on disk, keyed over
all modules of the package.

numba stamps the cached code of a function with the text of that function's own file only. A
function that has inlined another module's kernel would keep the old machine code after an edit
there. Here the name of the cache folder contains the hash of every module of the package, so any
edit (or an upgrade, or `git pull`) gives a new folder and fresh code.
"""

from __future__ import annotations

import hashlib
import logging
import tempfile
from collections.abc import Callable, Collection
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypeVar

import numba
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import Compiler

Function = TypeVar("Function", bound=Callable[..., Any])
PACKAGE = Path(__file__).parent
logger = logging.getLogger(__name__)
_settings: Any = numba.config


@cache
def cache_folder() -> Path:
    """Folder of the machine code for the present text of the package.

    Below NUMBA_CACHE_DIR where that is set, else beside the package where it can be written, else
    in the user's cache.
    """
    if _settings.CACHE_DIR:
        return Path(_settings.CACHE_DIR) / f"tricyclic-{source_hash()}"
    beside = PACKAGE / "__pycache__"
    base = beside if _is_writable(beside) else Path.home() / ".cache" / "tricyclic"
    return base / f"numba-{source_hash()}"


def source_hash() -> str:
    """Hash of all modules of the package and of the version of numba."""
    digest = hashlib.sha256(numba.__version__.encode())
    for path in sorted(PACKAGE.glob("*.py")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def is_compiled() -> bool:
    """Whether machine code for the present text of the package is on disk, so that the first call
    starts at once.
    """
    return any(cache_folder().rglob("*fit_blocks*.nbi"))


@cache
def announce_compilation() -> None:
    """Log once per process that the first call compiles, if the machine code is not on disk."""
    if not is_compiled():
        logger.warning(
            "Compiling the curve fits for this computer, once, in about half a minute; later runs "
            "start at once."
        )


def compiled(
    *,
    entry: bool = False,
    allocates: bool = True,
    fastmath: Collection[str] = (),
    nogil: bool = False,
    inline: bool = False,
) -> Callable[[Function], Function]:
    """Decorator: `numba.njit` with the cache of this package and NumPy's rules for division by
    zero.

    Parameters
    ----------
    entry
        True for a function that Python calls. Others are called by compiled functions only; what
        unpacks Python's arguments takes longer to compile than many of them.
    allocates
        False for a function that makes no array of its own. It is then compiled without counting
        references: otherwise each access to an array in a named tuple costs two atomic operations,
        and the fits take three times as long.
    fastmath
        Names of the floating-point rules that may be relaxed, for `numba.njit`.
    nogil
        True where other threads may run meanwhile.
    inline
        True for a function of an inner loop that is too large for the compiler to inline by itself.
        A call copies every field of every array, which can take longer than the arithmetic, and
        keeps a loop over lanes from becoming vector instructions.
    """
    # Only what differs from the default is passed: a function inherits all else from its caller.
    options: dict[str, Any] = {} if allocates else {"_nrt": False}
    if fastmath:
        options["fastmath"] = set(fastmath)
    if nogil:
        options["nogil"] = True
    if inline:
        options["forceinline"] = True
    options["no_cfunc_wrapper"] = True
    if entry:
        options["cache"] = True
    else:
        options |= {"no_cpython_wrapper": True, "pipeline_class": _InnerCompiler}

    def decorate(function: Function) -> Function:
        # numba reads the setting when a function is decorated; other packages keep theirs.
        before = _settings.CACHE_DIR
        folder = cache_folder()
        _settings.CACHE_DIR = str(folder)
        try:
            made: Function = numba.njit(error_model="numpy", **options)(function)
        finally:
            _settings.CACHE_DIR = before
        if not entry:
            _refuse_python(made)
        return made

    return decorate


class _InnerLibrary(JITCodeLibrary):
    """Code of a kernel that is only linked into those that call it.

    numba would optimize it and translate it into machine code here, and again in each kernel on the
    way up to the one that Python calls.
    """

    is_arithmetic = False
    # numba stores the globals of a kernel in its machine code, of which there is none.
    codegen = SimpleNamespace(set_env=lambda name, env: None)

    def _optimize_final_module(self) -> None:
        # The loops that take most of the time run a little faster if they are optimized twice.
        if self.is_arithmetic:
            super()._optimize_final_module()  # type: ignore[no-untyped-call]

    def _finalize_final_module(self) -> None:
        self._finalize_dynamic_globals()  # type: ignore[no-untyped-call]
        self._finalized = True

    def get_pointer_to_function(self, name: str) -> int:
        """No address: see `_refuse_python`."""
        return 0


class _InnerCompiler(Compiler):
    """numba's compiler for kernels that only kernels call."""

    def compile_extra(self, function: Callable[..., Any]) -> Any:
        """Compile into a library that is only linked."""
        codegen = self.state.targetctx.codegen()
        library = _InnerLibrary(codegen, function.__qualname__)  # type: ignore[no-untyped-call]
        library.is_arithmetic = bool(self.state.flags.fastmath)
        self.state.library = library
        return super().compile_extra(function)  # type: ignore[no-untyped-call]


def _refuse_python(kernel: Any) -> None:
    """Raise TypeError where Python calls a kernel without `entry`, which has no address to jump to.

    numba looks for machine code by the types of the arguments before it compiles.
    """

    def keep(code: Any) -> None:
        kernel.overloads[tuple(code.signature.args)] = code

    def refuse(*arguments: Any, **named: Any) -> None:
        raise TypeError(f"{kernel.__name__} is called by compiled functions only: entry=True")

    kernel.add_overload, kernel._compile_for_args = keep, refuse


def _is_writable(folder: Path) -> bool:
    try:
        folder.mkdir(exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
    except OSError:
        return False
    return True
