"""Curve models: one file here is one model, with its parameters, kernel and starting guess."""

from __future__ import annotations

from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

from tricyclic.registry import Registry

__all__ = ["CURVES", "CurveRegistry"]


class CurveRegistry(Registry):
    """Curve models by name; a model of a user or of an installed package is checked when loaded."""

    def _load(self, name: str, source: Path | EntryPoint) -> Any:
        model = super()._load(name, source)
        if isinstance(source, Path) and source.parent not in self._own_folders:
            return model
        # Imported here because the check needs NumPy, which the names of the curves do not.
        from tricyclic.curves._own_curve import check_own_curve

        return check_own_curve(model, self.location(source))


CURVES = CurveRegistry("curve model", "tricyclic.curves", "MODEL", "tricyclic.curves")
