"""Copies the statements of a mechanism for one component, with its symbols renamed.

Antimony's own modules are not used: they give each component its own copy of every unit and write
events on quantities of a module incorrectly.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from tricyclic.errors import UnknownNameError
from tricyclic.numerals import NUMBER, UNSIGNED

# Words of Antimony that a mechanism may use and that are not symbols of its own.
WORDS = frozenset(
    [
        "species",
        "in",
        "time",
        "exp",
        "ln",
        "log",
        "log10",
        "sqrt",
        "abs",
        "min",
        "max",
        "pow",
        "floor",
        "ceil",
        "tanh",
        "piecewise",
        "factorial",
        "dimensionless",
    ]
)
_TOKEN = re.compile(rf"(?P<number>(?<![\w.]){UNSIGNED})|(?P<name>[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)")
_NUMBER = re.compile(rf"^{NUMBER}$")
_REACTION = re.compile(r"^(?P<name>\w+)\s*:(?!=)\s*(?P<sides>[^;]*->[^;]*);(?P<rate>.*)$")


def to_identifier(name: str) -> str:
    """The identifier in the model of a quantity named COMPONENT.symbol."""
    return name.replace(".", "__")


def symbols(expression: str) -> tuple[str, ...]:
    """Names in an expression, each once, in order, without the words of Antimony."""
    names = [match["name"] for match in _TOKEN.finditer(expression) if match["name"]]
    return tuple(dict.fromkeys(name for name in names if name not in WORDS))


def rename_symbols(expression: str, name_of: Callable[[str], str]) -> str:
    """The expression with each symbol replaced and each bare number marked as a pure number."""

    def one(match: re.Match[str]) -> str:
        if match["number"]:
            return f"({match['number']} dimensionless)"
        return match["name"] if match["name"] in WORDS else name_of(match["name"])

    return _TOKEN.sub(one, expression)


def parse_statement(statement: str, component: str, names: Mapping[str, str], *, where: str) -> str:
    """One statement of a mechanism, rewritten for the composed model.

    Parameters
    ----------
    statement : str
        "uptake := …", "density' = …", "density = …", or a reaction "J: NE -> ; place * …".
    component : str
        Name of the component, to which new symbols (names of reactions) belong.
    names : mapping of str to str
        Symbol of the mechanism -> text that replaces it.

    Raises
    ------
    UnknownNameError
        If the statement uses a symbol that neither the header nor the table declares.
    """

    def name_of(symbol: str) -> str:
        if symbol not in names:
            raise UnknownNameError.among("symbol", symbol, names, where=where)
        return names[symbol]

    reaction = _REACTION.match(statement)
    if reaction:
        sides = re.sub(r"[A-Za-z_]\w*", lambda match: name_of(match[0]), reaction["sides"])
        rate = rename_symbols(reaction["rate"].strip(), name_of)
        return f"{component}__{reaction['name']}: {sides.strip()}; {rate}"
    for sign in (":=", "'=", "' =", "="):
        if sign in statement:
            left, right = statement.split(sign, 1)
            symbol = left.strip().rstrip("'").strip()
            mark = "' =" if "'" in sign else f" {sign}"
            if sign == "=" and _NUMBER.match(right.strip()):
                # A bare start value keeps the unit of its state; "0 dimensionless" would change it.
                return f"{name_of(symbol)} = {right.strip()}"
            return f"{name_of(symbol)}{mark} {rename_symbols(right.strip(), name_of)}"
    raise UnknownNameError.among(
        "form of statement",
        statement,
        ("x := …", "x' = …", "x = …", "J: a -> b; rate"),
        where=where,
    )
