"""Figures of any result in a notebook, or in the user's own axes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from tricyclic.errors import InputError, brief
from tricyclic.plotting.drawing import draw_on, show
from tricyclic.plotting.style_file import read_style
from tricyclic.reports.figures import check_effects, chosen_drawings, drawings_of

if TYPE_CHECKING:
    from tricyclic.plotting.drawing import Axes, Canvas

RENDERERS: dict[str, str] = {"Renderable": "tricyclic.reports.axes:plot"}
# Names listed by a message.
MAX_LISTED = 12


def plot(
    result: object, which: str | Axes, ax: Axes | None, style: Any, keys: Mapping[str, Any]
) -> Axes | Canvas:
    """Draw one figure of a result with pyplot, or into axes; gives the axes, or the figure where it
    has several panels.

    Parameters
    ----------
    result
        Any result.
    which
        Name of the figure; empty for the first, or with `ax` for the first of one panel.
    ax, style, keys
        As of `Renderable.plot`.

    Raises
    ------
    InputError
        If there is no such figure, or it has several panels and `ax` is given.
    """
    # plot(ax), as functions of pandas and seaborn take it.
    axes, figure = (which, "") if ax is None and hasattr(which, "set_xlim") else (ax, which)
    ax = cast("Axes | None", axes)
    look = read_style(style, **keys)
    try:
        chosen = chosen_drawings(result, cast("str", figure))
    except InputError as error:
        where = "which=" if error.where == "figure" else error.where
        raise error.reworded(where, str) from error
    name = next(iter(chosen))
    if ax is not None and not figure:
        # The first of the main figures that fits into one pair of axes, else of all.
        every = {**chosen, **drawings_of(result)}
        name = next((n for n, one in every.items() if one.on_axes is not None), name)
        chosen = every
    drawing = chosen[name]
    try:
        check_effects({name: drawing}, [key for key, value in keys.items() if value is not None])
    except InputError as error:
        raise error.reworded(f"{error.where}=", str) from error
    if ax is not None:
        if not hasattr(ax, "set_xlim"):
            raise InputError(
                f"is {brief(ax)}",
                where="ax=",
                allowed="It is one pair of axes of matplotlib",
                do="Select one of several, such as axes[0]",
            )
        if drawing.on_axes is None:
            single = [n for n, one in drawings_of(result).items() if one.on_axes is not None]
            listed = ", ".join(single[:MAX_LISTED]) + (", …" if len(single) > MAX_LISTED else "")
            raise InputError(
                f"the figure '{name}' cannot be drawn into one pair of axes",
                where="ax=",
                allowed=f"These can: {listed}" if listed else "",
                do="Name one of them with which=" if single else "Omit ax=",
            )
        draw_on(drawing, ax, look)
        return ax
    if drawing.is_diagram:
        raise InputError(
            f"the figure '{name}' is a diagram and is not drawn with matplotlib",
            where="which=",
            do="Write it to a file with save()",
        )
    canvas = show(drawing, look)
    return canvas.axes[0] if drawing.on_axes is not None else canvas
