"""Which interface shows a text: the command line, or Python with its keyword arguments."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_IN_SHELL: ContextVar[bool] = ContextVar("in_shell", default=False)


@contextmanager
def shell_words() -> Iterator[None]:
    """Texts inside the context name options and commands as they are typed in a shell."""
    token = _IN_SHELL.set(True)
    try:
        yield
    finally:
        _IN_SHELL.reset(token)


def in_shell() -> bool:
    """Whether a text is for the command line."""
    return _IN_SHELL.get()
