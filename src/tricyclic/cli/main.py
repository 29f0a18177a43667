"""The command line: one command per row of the command table, its options read from its options
dataclass.

A result goes to standard output, as text, or with --format as JSON or as a table; progress,
warnings and errors go to standard error. Exit codes: 0 done, 1 internal error, 2 usage, 3 bad
input, 4 done but a check failed, 130 interrupted.
"""

from __future__ import annotations

import difflib
import inspect
import io
import json
import logging
import os
import re
import shutil
import sys
import tempfile
import traceback
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from tricyclic._version import __version__
from tricyclic.cli.figure_options import (
    checked_figure,
    figure_parameters,
    take_figure_options,
    write_figures,
)
from tricyclic.cli.options import (
    PanelOption,
    arguments,
    option_label,
    options_from,
    parameters,
)
from tricyclic.cli.progress import ProgressLine
from tricyclic.cli.table_output import (
    TableOutput,
    table_parameters,
    take_table_options,
    write_json,
    write_table,
)
from tricyclic.core.format import fit_lines, text_width
from tricyclic.core.interface import shell_words
from tricyclic.errors import (
    EXIT_CHECK_FAILED,
    EXIT_INTERNAL_ERROR,
    EXIT_OK,
    InputError,
    TricyclicError,
    from_os_error,
)
from tricyclic.workflows.base import Command, option_fields
from tricyclic.workflows.check_options import checked_options
from tricyclic.workflows.commands import COMMANDS, GROUPS

if TYPE_CHECKING:
    from tricyclic.results.base import Result

EXIT_INTERRUPTED = 130
HELP_WIDTH = 100
CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": HELP_WIDTH}
COMMON_PANEL = "Output"
# Options of earlier versions, and of habit -> what they are called now.
RENAMED = {
    "--to": "--out",
    "--output": "--out",
    "--output-dir": "--out",
    "--plan": "--layout",
    "--map": "--layout",
    "--outputs": "--observable",
    "--ensemble": "--ensemble-size",
    "--with": "--dose-event",
    "--hold": "--fixed",
    "--some": "--n-examples",
    "--sheet-name": "--sheet",
    "--kd": "--kd-nM",
    "--radioligand-conc": "--radioligand-nM",
    "--conf-level": "--confidence",
    "--weights": "--variance",
}
# Options of earlier versions that still work, with a note, by command.
FORMER = {
    "binding ki": {"--radioligand": "--radioligand-nM", "--kd-nM": "--kd"},
    "curves fit": {"--weights-column": "--weights"},
}
LEVEL_COLORS = {"warn": "yellow", "fail": "red", "pass": "green"}
_LEVEL = re.compile(r"^( *)(pass|warn|fail)(?= {2,})", re.MULTILINE)


class PanelCommand(click.Command):
    """A command whose help lists its arguments, and its options under headings."""

    def __init__(
        self,
        *args: Any,
        arguments: Sequence[tuple[str, str]] = (),
        former: Mapping[str, str] | None = None,
        **more: Any,
    ) -> None:
        super().__init__(*args, **more)
        self.arguments = list(arguments)
        self.former = former or {}

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """As click does; an option of an earlier version is named as it is called now."""
        for place, typed in enumerate(args):
            name, equals, value = typed.partition("=")
            if name in self.former:
                args[place] = f"{self.former[name]}{equals}{value}"
                click.echo(f"note     {name} is called {self.former[name]} now", err=True)
        try:
            return super().parse_args(ctx, args)
        except click.NoSuchOption as error:
            now = RENAMED.get(error.option_name)
            known = {name for param in self.get_params(ctx) for name in param.opts}
            if now in known:
                sentence = f"No such option: {error.option_name}. It is called {now}."
                raise click.NoSuchOption(error.option_name, sentence, ctx=ctx) from None
            if error.option_name == "--points" and "--plot" in known:
                sentence = (
                    "No such option: --points. The figure of this command draws no single readings."
                )
                raise click.NoSuchOption(error.option_name, sentence, ctx=ctx) from None
            raise

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the arguments, then the options panel by panel."""
        if self.arguments:
            with formatter.section("Arguments"):
                formatter.write_dl(self.arguments)
        panels: dict[str, list[tuple[str, str]]] = {}
        for param in self.get_params(ctx):
            record = param.get_help_record(ctx)
            if record is not None and not isinstance(param, click.Argument):
                panel = param.panel if isinstance(param, PanelOption) else COMMON_PANEL
                panels.setdefault(panel, []).append(record)
        for panel, records in sorted(panels.items(), key=lambda item: item[0] == COMMON_PANEL):
            with formatter.section(panel):
                formatter.write_dl(records)


class CommandGroup(click.Group):
    """Commands of one group; each is made when it is called."""

    def __init__(self, group: str, **more: Any) -> None:
        super().__init__(**more)
        self.group_name = group

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in the order of the table."""
        return [command.name for command in COMMANDS if command.group == self.group_name]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name, if there is one."""
        for command in COMMANDS:
            if command.group == self.group_name and command.name == cmd_name:
                return _click_command(command)
        return None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the names and their help."""
        with formatter.section("Commands"):
            formatter.write_dl([(c.name, c.help) for c in COMMANDS if c.group == self.group_name])

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        """As click does, with the nearest name in the error."""
        return _resolve(super().resolve_command, ctx, args, self.list_commands(ctx))


class TricyclicGroup(click.Group):
    """All groups, and the commands that also work without their group."""

    def main(  # type: ignore[override]
        self, args: Sequence[str] | None = None, prog_name: str | None = None, **extra: Any
    ) -> NoReturn:
        """Run the command line and leave with its exit code; errors reach the user as sentences."""
        typed = list(sys.argv[1:] if args is None else args)
        for name in ("SUNLOGGER_ERROR_FILENAME", "SUNLOGGER_WARNING_FILENAME"):
            # The solver's own log; what matters of it arrives as our error, in a sentence.
            os.environ.setdefault(name, os.devnull)
        # Our matrices are small: threads of BLAS would wait for each other longer than they work.
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
        extra.pop("standalone_mode", None)
        for name in ("stdout", "stderr"):
            # A program may be started without them.
            if getattr(sys, name) is None:
                setattr(sys, name, io.StringIO())
        sys.exit(self._run(typed, prog_name or "tricyclic", extra))

    def _run(self, args: list[str], prog_name: str, extra: dict[str, Any]) -> int:
        debug, as_json = "--debug" in args, _wants_json(args)
        with _library_warnings(shown=debug):
            try:
                code = super().main(args, prog_name=prog_name, standalone_mode=False, **extra)
                return code if isinstance(code, int) else EXIT_OK
            except click.exceptions.Exit as end:
                return end.exit_code
            except click.ClickException as error:
                if as_json:
                    _print_json(_error_json(error.format_message(), error.exit_code))
                error.show()
                return error.exit_code
            except (click.Abort, KeyboardInterrupt):
                click.echo("Interrupted; the previous results are unchanged.", err=True)
                return EXIT_INTERRUPTED
            except BrokenPipeError:
                # The program that reads the output (head, less) has ended, which is not an error.
                _discard_output()
                return EXIT_OK
            except OSError as error:
                _discard_output_that_cannot_be_written()
                return _report_error(from_os_error(error), as_json, debug)
            except Exception as error:
                return _report_error(error, as_json, debug)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Groups and the commands at the top."""
        top = [c.name for c in COMMANDS if c.at_top or not c.group]
        return [*(group for group in GROUPS if group), *top]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """A group, or a command that works at the top."""
        if cmd_name in GROUPS and cmd_name:
            return CommandGroup(
                cmd_name,
                name=cmd_name,
                help=f"{GROUPS[cmd_name]}.",
                context_settings=CONTEXT,
                no_args_is_help=True,
            )
        for command in COMMANDS:
            if command.name == cmd_name and (command.at_top or not command.group):
                return _click_command(command)
        return None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write all commands by group."""
        width = max(len(command.full_name) for command in COMMANDS)
        for group, description in GROUPS.items():
            with formatter.section(description):
                formatter.write_dl(
                    [(c.full_name.ljust(width), c.help) for c in COMMANDS if c.group == group]
                )
        short = ", ".join(command.name for command in COMMANDS if command.at_top)
        formatter.write_paragraph()
        formatter.write_text(f"Without their group also: {short}.")

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        """As click does, with the nearest name in the error."""
        names = [*self.list_commands(ctx), *(c.name for c in COMMANDS)]
        return _resolve(super().resolve_command, ctx, args, names)


@click.group(
    cls=TricyclicGroup,
    context_settings=CONTEXT,
    no_args_is_help=True,
)
@click.version_option(__version__, message="tricyclic %(version)s")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of text.")
@click.option("--quiet", is_flag=True, help="Suppress progress output.")
@click.option("--verbose", is_flag=True, help="Show diagnostic messages.")
@click.option("--debug", is_flag=True, help="Write a traceback file on an internal error.")
@click.pass_context
def main(ctx: click.Context, as_json: bool, quiet: bool, verbose: bool, debug: bool) -> None:
    """Open neuropharmacology: from raw laboratory data to affinities, mechanism and effects.

    Start with: tricyclic demo. These options also work after the command.
    """
    ctx.obj = {"as_json": as_json, "quiet": quiet, "verbose": verbose, "debug": debug}


def _discard_output() -> None:
    """Send what is still to be written to standard output nowhere, also at the end of Python."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _discard_output_that_cannot_be_written() -> None:
    """Keep Python from writing again, at its end, what a full disk has refused."""
    if sys.stdout is None:
        return
    try:
        sys.stdout.flush()
    except OSError:
        _discard_output()


def _click_command(command: Command) -> click.Command:
    options = command.load_options()
    own_out = next((info for field, info, _ in option_fields(options) if field.name == "out"), None)

    def call(**typed: Any) -> int:
        shared = click.get_current_context().find_root().obj or {}
        common = {
            key: bool(typed.pop(key, False)) or bool(shared.get(key))
            for key in ("as_json", "quiet", "verbose", "debug")
        }
        if common["verbose"]:
            logging.basicConfig(level=logging.INFO, format="%(name)s: %(message)s")
        figure_given = take_figure_options(typed) if command.figure else {}
        output = take_table_options(
            command.full_name, typed, own_out=own_out, as_json=common["as_json"]
        )
        chosen = options_from(options, typed)
        progress = ProgressLine(quiet=common["quiet"], color=_use_color(sys.stderr))
        try:
            chosen = checked_options(chosen)
            figure = checked_figure(figure_given)
            result = command.load_run()(chosen, progress)
            written = _write_files(result, getattr(chosen, "out", ""))
        except InputError as error:
            raise error.reworded(option_label(chosen, error.where), str) from error
        finally:
            progress.close()
        try:
            written += write_figures(result, figure) if figure is not None else []
        except InputError:
            # What was computed is shown beside the reason why there is no figure.
            if output.format != "json":
                _show(command, result, written, output)
            raise
        return _show(command, result, written, output)

    common = [
        *table_parameters(has_out=own_out is not None),
        PanelOption(
            ["--quiet", "quiet"], is_flag=True, help="Suppress progress output.", panel=COMMON_PANEL
        ),
        PanelOption(["--verbose", "verbose"], is_flag=True, hidden=True),
        PanelOption(["--debug", "debug"], is_flag=True, hidden=True),
    ]
    return PanelCommand(
        command.name,
        callback=call,
        params=[
            *parameters(options),
            *(figure_parameters(has_readings=command.readings) if command.figure else []),
            *common,
        ],
        help=inspect.getdoc(options),
        arguments=arguments(options),
        former=FORMER.get(command.full_name),
        short_help=command.help,
        context_settings=CONTEXT,
    )


def _write_files(result: Result, out: str) -> list[Path]:
    """Write the files of a result to --out, where it is given and the result has files."""
    from tricyclic.reports.save import has_files, save

    return list(save(result, Path(out))) if out and has_files(result) else []


def _show(command: Command, result: Result, written: list[Path], output: TableOutput) -> int:
    code = EXIT_CHECK_FAILED if result.failed else EXIT_OK
    if output.format == "json":
        from tricyclic.reports.json import document

        content = {
            "exit_code": code,
            "files": [str(path) for path in written],
            "result": result.to_json(),
        }
        whole = document(command.full_name.replace(" ", "-"), content)
        if output.path:
            click.echo(f"written  {write_json(whole, output.path)}", err=True)
        else:
            _print_json(whole)
        return code
    if output.is_table:
        for path in [*written, *write_table(result, output)]:
            click.echo(f"written  {path}", err=True)
        return code
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    with text_width(width), shell_words():
        text = fit_lines(result.summary())
    click.echo(_with_color(text) if _use_color(sys.stdout) else text)
    for path in written:
        click.echo(f"written  {path}", err=True)
    return code


def _wants_json(args: Sequence[str]) -> bool:
    """Whether errors are printed as JSON too."""
    return bool({"--json", "--format=json"} & set(args)) or ("--format", "json") in pairwise(args)


def _with_color(text: str) -> str:
    return _LEVEL.sub(lambda m: m[1] + click.style(m[2], fg=LEVEL_COLORS[m[2]], bold=True), text)


def _use_color(stream: Any) -> bool:
    """Whether a stream is a terminal with colours, and NO_COLOR is not set (no-color.org)."""
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return bool(stream.isatty()) and not plain


def _resolve(resolve: Any, ctx: click.Context, args: list[str], names: Sequence[str]) -> Any:
    try:
        return resolve(ctx, args)
    except click.UsageError as error:
        full = {c.name: c.full_name for c in COMMANDS}
        near = difflib.get_close_matches(args[0], names, n=1)
        if near:
            hint = full.get(near[0], near[0])
            raise click.UsageError(f"{error.message} Did you mean '{hint}'?", ctx) from None
        raise


def _print_json(content: dict[str, Any]) -> None:
    click.echo(json.dumps(content, ensure_ascii=False, allow_nan=False, indent=1))


def _error_json(sentence: str, code: int) -> dict[str, Any]:
    return {
        "schema": "tricyclic-error/2",
        "version": __version__,
        "error": sentence,
        "exit_code": code,
    }


def _report_error(error: Exception, as_json: bool, debug: bool) -> int:
    code, sentence = EXIT_INTERNAL_ERROR, str(error)
    if isinstance(error, TricyclicError):
        code = error.exit_code
    else:
        kind = f"{type(error).__name__}: {error}".strip().split("\n")[0][:300]
        sentence = f"Internal error in tricyclic ({kind})."
        sentence += "" if debug else " Repeat with --debug to write a traceback file."
    if debug:
        sentence += f"\nThe traceback is in {_save_traceback(error)}"
    if as_json:
        _print_json(_error_json(sentence, code))
    click.echo(sentence, err=True)
    return code


def _save_traceback(error: Exception) -> str:
    handle, place = tempfile.mkstemp(prefix="tricyclic-", suffix=".txt")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(f"tricyclic {__version__}, Python {sys.version}\n")
        file.write("".join(traceback.format_exception(error)))
    return place


@contextmanager
def _library_warnings(*, shown: bool) -> Iterator[None]:
    # A warning of a library does not help a pharmacologist; what matters is reported by a Check.
    with warnings.catch_warnings():
        if not shown:
            warnings.simplefilter("ignore")
        yield
