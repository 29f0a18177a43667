"""Options dataclasses as parameters of the command line, and typed values as options."""

from __future__ import annotations

import dataclasses
import types
from typing import Any, Union, get_args, get_origin

import click
from click.shell_completion import CompletionItem

from tricyclic.numerals import digits_advice
from tricyclic.workflows.base import OptionInfo, is_pair, names_option, option_fields, without_none

# Options that have a short name as well.
SHORT_NAMES = {"out": "-o"}
# Longest list of choices beside the name of an option; longer ones are listed after its text.
MAX_METAVAR = 50


class PanelOption(click.Option):
    """An option that the help shows under the heading `panel`."""

    def __init__(self, *args: Any, panel: str = "Options", **more: Any) -> None:
        super().__init__(*args, **more)
        self.panel = panel


def parameters(options: type) -> list[click.Parameter]:
    """An argument for every positional field, an option for every other."""
    return [_parameter(field, info, hint) for field, info, hint in option_fields(options)]


def arguments(options: type) -> list[tuple[str, str]]:
    """Name and help of every positional argument."""
    return [
        (
            field.name.upper(),
            f"{info.help}." + (f" One of {', '.join(info.choices)}." if info.choices else ""),
        )
        for field, info, _ in option_fields(options)
        if info.positional
    ]


def options_from(options: type, typed: dict[str, Any]) -> Any:
    """Make the options of what was typed; what was not typed keeps its default."""
    given = {}
    for field in dataclasses.fields(options):
        value = typed.get(field.name)
        if value is None or (value == () and field.default is not dataclasses.MISSING):
            continue
        given[field.name] = value
    return options(**given)


def option_name(field: str) -> str:
    """A field as it is typed: `plate_size` is --plate-size."""
    return "--" + field.rstrip("_").replace("_", "-")


def option_label(options: Any, where: str) -> str:
    """The location of an error, an option's field as it is typed; any other location as it is.

    Parameters
    ----------
    options
        The options of the command.
    where
        Location of the error.
    """
    first, comma, more = where.partition(",")
    if not names_option(options, first):
        return where
    info = next(i for f, i, _ in option_fields(type(options)) if f.name == first)
    return f"{first.upper() if info.positional else option_name(first)}{comma}{more}"


def _parameter(field: dataclasses.Field[Any], info: OptionInfo, hint: Any) -> click.Parameter:
    required = field.default is dataclasses.MISSING
    multiple = get_origin(hint) is tuple and not is_pair(hint)
    kind = _click_type(hint, info)
    if info.positional:
        return click.Argument(
            [field.name],
            type=kind,
            nargs=-1 if multiple else 1,
            required=required,
            # Choices are listed under the heading Arguments.
            metavar=(field.name.upper() + ("..." if multiple else "")) if info.choices else None,
        )
    names = [option_name(field.name), field.name]
    if field.name in SHORT_NAMES:
        names.insert(0, SHORT_NAMES[field.name])
    unit = _unit_note(info.unit)
    if hint is bool:
        return PanelOption(
            names, is_flag=True, default=None, help=f"{info.help}{unit}.", panel=info.panel
        )
    choices = "|".join(info.choices)
    long = len(choices) > MAX_METAVAR
    several = " May be given several times." if multiple else ""
    listed = f" One of {', '.join(info.choices)}." if long else ""
    return PanelOption(
        names,
        type=kind,
        nargs=2 if is_pair(hint) else 1,
        multiple=multiple,
        required=required,
        # A default, even None, would satisfy `required`.
        **({} if required else {"default": None}),
        metavar="WORD" if long else None,
        help=f"{info.help}{unit}.{listed}{several}{_default_text(field)}",
        panel=info.panel,
    )


def _default_text(field: dataclasses.Field[Any]) -> str:
    default = field.default
    if default is dataclasses.MISSING or default is None or default in ("", (), False):
        return ""
    if isinstance(default, tuple):
        return f" Default: {' '.join(f'{one:g}' for one in default)}."
    return f" Default: {'the current folder' if default == '.' else default}."


def _click_type(hint: Any, info: OptionInfo) -> click.ParamType[Any]:
    if info.choices:
        return click.Choice(list(info.choices))
    if info.unit:
        return _TextType("NUMBER")
    # A word may stand in place of the number, such as "none"; the command reads both.
    kinds = _alternatives(hint)
    simple = str if str in kinds else next((a for a in kinds if a in (int, float)), str)
    if simple is int:
        return _WholeNumber()
    if simple is float:
        return _Number()
    return _TextType("PATH" if info.path else "TEXT")


def _alternatives(hint: Any) -> tuple[Any, ...]:
    if is_pair(hint):
        return (get_args(without_none(hint))[0],)
    return get_args(hint) if get_origin(hint) in (Union, types.UnionType) else (hint,)


class _Number(click.types.FloatParamType):
    """A number in the digits 0 to 9; the command itself refuses "nan" and "inf" in a sentence."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        _check_digits(self, value, param, ctx)
        return super().convert(value, param, ctx)


class _WholeNumber(click.types.IntParamType):
    """A whole number in the digits 0 to 9."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        _check_digits(self, value, param, ctx)
        return super().convert(value, param, ctx)


def _check_digits(
    kind: click.ParamType[Any], value: Any, param: click.Parameter | None, ctx: click.Context | None
) -> None:
    # Python also accepts underscores and digits of other scripts.
    if isinstance(value, str) and ("_" in value or digits_advice(value)):
        advice = digits_advice(value) or "Numbers are written without underscores"
        kind.fail(f"{value!r} is not a valid {kind.name}. {advice}.", param, ctx)


class _TextType(click.ParamType):  # type: ignore[type-arg,unused-ignore]
    """Text as typed, with a name that describes it in the help."""

    def __init__(self, name: str) -> None:
        self.name = name.lower()

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        return value

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        return [CompletionItem(incomplete, type="file" if self.name == "path" else "plain")]


def _unit_note(unit: str) -> str:
    """What the help states about the unit of a number; a ratio has none, or is in percent."""
    if unit in ("ratio", "fraction"):
        return " [a number, or in %]"
    return f" [{unit}, or with its unit]" if unit else ""
