"""The command line: one verb per job, its options read from the job's Request.

What a job found goes to standard output, as text or, with --json, as one JSON document. Progress and
complaints go to standard error. Exit codes: 0 done, 1 our fault, 2 usage, 3 bad input, 4 done but a check
says stop, 130 interrupted.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NoReturn

import click

from tricyclic._version import __version__
from tricyclic.cli.options import help_of, params_of, request_from
from tricyclic.errors import EXIT_CHECK_SAYS_STOP, EXIT_DONE, EXIT_OUR_FAULT, TricyclicError
from tricyclic.jobs import SHELF

EXIT_INTERRUPTED = 130
# How many lines of progress a stage writes where it is not a terminal that reads them.
LINES = 10
FIRST = (
    "demo",
    "new",
    "run",
    "verify",
    "affinity",
    "saturation",
    "kinetics",
    "design",
    "fit",
    "screen",
    "simulate",
    "diagram",
    "scenarios",
    "drugs",
)


class Verbs(click.Group):
    """The jobs of the shelf as commands; a job is made into a command when it is asked for."""

    def main(  # type: ignore[override]
        self, args: Sequence[str] | None = None, prog_name: str | None = None, **extra: Any
    ) -> NoReturn:
        """Run the command line and leave with its exit code; nothing but a sentence ever reaches the user."""
        typed = list(sys.argv[1:] if args is None else args)
        for name in ("SUNLOGGER_ERROR_FILENAME", "SUNLOGGER_WARNING_FILENAME"):
            # The solver's own log; what matters of it arrives as our error, in a sentence.
            os.environ.setdefault(name, os.devnull)
        # Our matrices are small: threads of BLAS would wait for each other longer than they work.
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
        extra.pop("standalone_mode", None)
        sys.exit(self._run(typed, prog_name or "tricyclic", extra))

    def _run(self, args: list[str], prog_name: str, extra: dict[str, Any]) -> int:
        debug, as_json = "--debug" in args, "--json" in args
        with _hushed(debug):
            try:
                code = super().main(args, prog_name=prog_name, standalone_mode=False, **extra)
                return code if isinstance(code, int) else EXIT_DONE
            except click.exceptions.Exit as end:
                return end.exit_code
            except click.ClickException as error:
                if as_json:
                    _tell_json(_error_json(error.format_message(), error.exit_code))
                error.show()
                return error.exit_code
            except (click.Abort, KeyboardInterrupt):
                click.echo("Interrupted; the last good results stand.", err=True)
                return EXIT_INTERRUPTED
            except BrokenPipeError:
                # The reader of our output (head, less) went away; that is no error of ours or theirs.
                os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
                return EXIT_DONE
            except Exception as error:
                return _complain(error, as_json, debug)

    def list_commands(self, ctx: click.Context) -> list[str]:
        verbs = [SHELF[name].verb for name in SHELF]
        return sorted(
            verbs, key=lambda verb: (FIRST.index(verb) if verb in FIRST else len(FIRST), verb)
        )

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        for name in SHELF:
            job = SHELF[name]
            if job.verb == cmd_name:
                return _command(job)
        return None

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            import difflib

            near = difflib.get_close_matches(args[0], self.list_commands(ctx), n=1)
            if near:
                raise click.UsageError(f"{error.message} Did you mean '{near[0]}'?", ctx) from None
            raise


@click.group(
    cls=Verbs, context_settings={"help_option_names": ["-h", "--help"]}, no_args_is_help=True
)
@click.version_option(__version__, message="tricyclic %(version)s")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of text.")
@click.option("--quiet", is_flag=True, help="Say nothing on the way.")
@click.option("--debug", is_flag=True, help="On an error of ours, save a traceback and say where.")
@click.pass_context
def main(ctx: click.Context, as_json: bool, quiet: bool, debug: bool) -> None:
    """From the raw counts of a plate to affinities with honest intervals, checks and a report.

    Begin with: tricyclic demo. These options also work after the command.
    """
    ctx.obj = {"as_json": as_json, "quiet": quiet, "debug": debug}


def _command(job: Any) -> click.Command:
    def call(**given: Any) -> int:
        shared = click.get_current_context().obj or {}
        common = {
            key: bool(given.pop(key)) or bool(shared.get(key))
            for key in ("as_json", "quiet", "debug")
        }
        found = _finish(job.run(request_from(job.request, given)), quiet=common["quiet"])
        return _show(job, found, as_json=common["as_json"])

    common = [
        click.Option(
            ["--json", "as_json"], is_flag=True, help="Print one JSON document instead of text."
        ),
        click.Option(["--quiet", "quiet"], is_flag=True, help="Say nothing on the way."),
        click.Option(["--debug", "debug"], is_flag=True, hidden=True),
    ]
    return click.Command(
        job.verb,
        callback=call,
        params=[*params_of(job.request), *common],
        help=help_of(job.request),
        short_help=job.says,
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    )


def _finish(work: Any, *, quiet: bool) -> Any:
    """Let a long job run to its end, with its progress on standard error."""
    if not isinstance(work, Generator):
        return work
    on_terminal = sys.stderr.isatty()
    last: tuple[int, int] | None = None
    while True:
        try:
            step = next(work)
        except StopIteration as end:
            if on_terminal and not quiet:
                click.echo("\r\x1b[K" if _colour() else "\n", nl=False, err=True)
            return end.value
        if quiet:
            continue
        line = f"{step.done}/{step.total} {step.says}"
        if on_terminal and _colour():
            click.echo(f"\r\x1b[K{line[:110]}", nl=False, err=True)
        else:
            # A log is no bar: of each stage its first step, then one in ten.
            now = (step.total, LINES * step.done // max(step.total, 1))
            if now != last:
                click.echo(line, err=True)
            last = now


def _show(job: Any, found: Any, *, as_json: bool) -> int:
    from tricyclic.io.atomic import write_file

    files = getattr(found, "to_write", {})
    for place, data in files.items():
        from pathlib import Path

        write_file(Path(place), data)
    stop = found.stop if hasattr(found, "stop") else False
    code = EXIT_CHECK_SAYS_STOP if stop else EXIT_DONE
    if as_json:
        _tell_json(
            {
                "schema": f"tricyclic-{job.verb}/1",
                "version": __version__,
                "exit_code": code,
                "files": sorted(files),
                "result": found.as_json(),
            }
        )
    else:
        from tricyclic.cli.show import as_text

        click.echo(as_text(job.verb, found))
        for place in sorted(files):
            click.echo(f"written  {place}", err=True)
    return code


def _tell_json(document: dict[str, Any]) -> None:
    click.echo(json.dumps(document, ensure_ascii=False, allow_nan=False, indent=1))


def _error_json(sentence: str, code: int) -> dict[str, Any]:
    return {
        "schema": "tricyclic-error/1",
        "version": __version__,
        "error": sentence,
        "exit_code": code,
    }


def _complain(error: Exception, as_json: bool, debug: bool) -> int:
    ours = not isinstance(error, TricyclicError)
    code = EXIT_OUR_FAULT if ours else error.exit_code  # type: ignore[attr-defined]
    sentence = str(error)
    if ours:
        kind = f"{type(error).__name__}: {error}".strip().split("\n")[0][:300]
        sentence = f"Something went wrong inside tricyclic ({kind})."
        sentence += (
            "" if debug else " Run it again with --debug to save a traceback that helps us mend it."
        )
    if debug:
        sentence += f"\nThe traceback is in {_save_traceback(error)}"
    if as_json:
        _tell_json(_error_json(sentence, code))
    click.echo(sentence, err=True)
    return code


def _save_traceback(error: Exception) -> str:
    import tempfile
    import traceback

    handle, place = tempfile.mkstemp(prefix="tricyclic-", suffix=".txt")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(f"tricyclic {__version__}, Python {sys.version}\n")
        file.write("".join(traceback.format_exception(error)))
    return place


def _colour() -> bool:
    return not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


@contextmanager
def _hushed(debug: bool) -> Iterator[None]:
    # A warning of a library is no sentence for a pharmacologist; what matters is said by a Check.
    import warnings

    with warnings.catch_warnings():
        if not debug:
            warnings.simplefilter("ignore")
        yield
