"""The fields of a Request become options of the command line, and what was typed becomes a Request."""

from __future__ import annotations

import dataclasses
import types
from typing import Any, Union, get_args, get_origin, get_type_hints

import click


def params_of(request: type) -> list[click.Parameter]:
    """Make an argument of every field that stands without a name, an option of every other."""
    hints = get_type_hints(request)
    return [_param(field, hints[field.name]) for field in dataclasses.fields(request)]


def help_of(request: type) -> str:
    """What a command does, and what stands without a name on its line."""
    import inspect

    named = [field for field in dataclasses.fields(request) if field.metadata.get("place")]
    lines = [f"  {field.name.upper()}  {field.metadata['says']}." for field in named]
    return "\n\n".join(
        [inspect.getdoc(request) or "", *(["\b\n" + "\n".join(lines)] if lines else [])]
    )


def request_from(request: type, typed: dict[str, Any]) -> Any:
    """Make the Request from what was typed; what was not typed keeps its default."""
    given = {}
    for field in dataclasses.fields(request):
        value = typed.get(field.name)
        if value is None or (value == () and field.default is not dataclasses.MISSING):
            continue
        given[field.name] = value
    return request(**given)


def _param(field: dataclasses.Field[Any], hint: Any) -> click.Parameter:
    about = field.metadata
    required = field.default is dataclasses.MISSING
    many = get_origin(hint) is tuple
    kind = _kind(hint, about)
    if about.get("place"):
        return click.Argument([field.name], type=kind, nargs=-1 if many else 1, required=required)
    name = "--" + field.name.rstrip("_").replace(
        "_", "-"
    )  # with_ is --with: `with` itself is a word of Python
    says = about.get("says", "")
    if about.get("unit"):
        says += f" [{about['unit']}, or with its unit]"
    if hint is bool:
        return click.Option([name, field.name], is_flag=True, default=None, help=says + ".")
    shown = field.default if isinstance(field.default, (int, float)) or field.default else None
    default = f" Default: {shown}." if not required and shown not in (None, False) else ""
    return click.Option(
        [name, field.name],
        type=kind,
        multiple=many,
        required=required,
        default=None,
        help=f"{says}.{default}",
    )


def _kind(hint: Any, about: Any) -> click.ParamType[Any]:
    if about.get("choices"):
        return click.Choice(list(about["choices"]))
    if about.get("unit"):
        return _Plain("NUMBER")
    simple = next((a for a in _members(hint) if a in (int, float)), str)
    if simple is int:
        return click.INT
    if simple is float:
        return click.FLOAT
    return _Plain("PATH" if about.get("path") else "TEXT")


def _members(hint: Any) -> tuple[Any, ...]:
    if get_origin(hint) in (Union, types.UnionType):
        return get_args(hint)
    return (hint,)


class _Plain(click.ParamType):  # type: ignore[type-arg,unused-ignore]
    """Text as typed, with a name that says what it is."""

    def __init__(self, name: str) -> None:
        self.name = name.lower()

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        return value

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[Any]:
        from click.shell_completion import CompletionItem

        return [CompletionItem(incomplete, type="file" if self.name == "path" else "plain")]
