"""Curve models: one file here is one model, with its parameters, kernel and starting guess."""

from __future__ import annotations

from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

from tricyclic.curves._other_names import advice_for
from tricyclic.errors import InputError, UnknownNameError
from tricyclic.registry import Registry

__all__ = ["CURVES", "CurveRegistry"]


class CurveRegistry(Registry):
    """Curve models by name; a model of a user or of an installed package is checked when loaded.

    A name of drc or Prism is refused with that of our curve, and how their parameters correspond.
    """

    def __getitem__(self, name: str) -> Any:
        try:
            return super().__getitem__(name)
        except UnknownNameError as error:
            raise unknown_curve(name, error) from error

    def _load(self, name: str, source: Path | EntryPoint) -> Any:
        model = super()._load(name, source)
        if isinstance(source, Path) and source.parent not in self._own_folders:
            return model
        # Imported here because the check needs NumPy, which the names of the curves do not.
        from tricyclic.curves._own_curve import check_own_curve

        return check_own_curve(model, self.location(source))


def unknown_curve(name: object, error: InputError) -> InputError:
    """The error for the name of a curve, with our name for one of drc or Prism."""
    advice = advice_for(name) if isinstance(name, str) else None
    if advice is None:
        return error
    allowed, do = advice
    return InputError(
        f"no curve model is called '{name}'", where=error.where, allowed=allowed, do=do
    )


CURVES = CurveRegistry("curve model", "tricyclic.curves", "MODEL", "tricyclic.curves")
