"""Progress on standard error: one line with the time left on a terminal, about ten lines per stage
in a log.
"""

from __future__ import annotations

import sys
import time

import click

from tricyclic.core.progress import Progress

# Lines that a stage writes to a log; a terminal has one line that changes.
LINES_PER_STAGE = 10
# Seconds before a time left is shown: earlier it would be a guess.
SETTLING_S = 2.0


class ProgressLine:
    """A callback for `on_progress` that prints; `close` removes the line from a terminal."""

    def __init__(self, *, quiet: bool, color: bool) -> None:
        self._quiet, self._color = quiet, color
        self._on_terminal = sys.stderr.isatty()
        self._last: tuple[int, int] | None = None
        self._stage = ""
        self._started = 0.0
        self._first_done = 0
        self._open = False

    def __call__(self, step: Progress) -> None:
        """Show a step."""
        if self._quiet:
            return
        if step.message != self._stage:
            self._stage, self._started = step.message, time.monotonic()
            self._first_done = step.done
        line = f"{step.done:,}/{step.total:,} {step.message}{self._time_left(step)}"
        if self._on_terminal and self._color:
            click.echo(f"\r\x1b[K{line[:110]}", nl=False, err=True)
            self._open = True
            return
        now = (step.total, LINES_PER_STAGE * step.done // max(step.total, 1))
        if now != self._last:
            click.echo(line, err=True)
        self._last = now

    def close(self) -> None:
        """Clear the line."""
        if self._open:
            click.echo("\r\x1b[K", nl=False, err=True)
            self._open = False

    def _time_left(self, step: Progress) -> str:
        elapsed, advanced = time.monotonic() - self._started, step.done - self._first_done
        if elapsed < SETTLING_S or advanced <= 0 or step.done >= step.total:
            return ""
        seconds = elapsed / advanced * (step.total - step.done)
        return f", about {_in_words(seconds)} left"


def _in_words(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
