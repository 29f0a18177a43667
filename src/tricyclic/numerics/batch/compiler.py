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
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, wraps
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
import numpy as np
from numba.extending import register_jitable

Function = TypeVar("Function", bound=Callable[..., Any])
PACKAGE = Path(__file__).parent
logger = logging.getLogger(__name__)
_settings: Any = numba.config
_interpreted: ContextVar[bool] = ContextVar("interpreted", default=False)


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


def announce_compilation() -> None:
    """Log once per process that the first call compiles, if the machine code is not on disk."""
    if not _interpreted.get():
        _announce()


@cache
def _announce() -> None:
    if not is_compiled():
        logger.warning(
            "Compiling the curve fits for this computer, once, in about a minute; later runs start "
            "at once."
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
        True for a function that Python calls. The others are compiled into these; called from
        Python, they run as Python.
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

    def decorate(function: Function) -> Function:
        if not entry:
            made: Function = register_jitable(error_model="numpy", **options)(function)
            return made
        # numba reads the setting when a function is decorated; other packages keep theirs.
        before = _settings.CACHE_DIR
        folder = cache_folder()
        _settings.CACHE_DIR = str(folder)
        try:
            kernel = numba.njit(cache=True, error_model="numpy", **options)(function)
        finally:
            _settings.CACHE_DIR = before

        @wraps(function)
        def call(*arguments: Any) -> Any:
            return (function if _interpreted.get() else kernel)(*arguments)

        # For tests, which count what was compiled.
        call.kernel = kernel  # type: ignore[attr-defined]
        return cast("Function", call)

    return decorate


@contextmanager
def interpreted() -> Iterator[None]:
    """Within this context the kernels run as Python: a curve takes hundredths of a second, but
    nothing has to be compiled.

    For single curves, whose numbers then also do not depend on the processor. Threads that are
    started within it run machine code.
    """
    token = _interpreted.set(True)
    try:
        # Kernels divide by 0 and overflow on purpose, as compiled code does without a warning.
        with np.errstate(all="ignore"):
            yield
    finally:
        _interpreted.reset(token)


def _is_writable(folder: Path) -> bool:
    try:
        folder.mkdir(exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
    except OSError:
        return False
    return True
