"""Traced neurites as SWC, the format of programs for the morphology of neurons."""

from __future__ import annotations

from tricyclic.core.neurite_trace import TracedCell, TracedPath

# Kinds of points of the format.
_SOMA, _NEURITE = 1, 3


def swc_text(cells: tuple[TracedCell, ...], *, scale: float, unit: str, title: str) -> str:
    """All cells of an image as SWC: a tree for each cell, with its soma as a point.

    Parameters
    ----------
    cells : tuple of TracedCell
    scale : float
        Units of length per pixel.
    unit : str
        Of lengths, for the heading.
    title : str
    """
    lines = [
        f"# {title}",
        f"# lengths in {unit}; x is the column, y the row, z 0; radii of neurites are not measured",
        "# columns: point, kind (1 soma, 3 neurite), x, y, z, radius, parent",
    ]
    count = 0

    def add(kind: int, row: float, column: float, radius: float, parent: int) -> int:
        nonlocal count
        count += 1
        x, y = scale * column, scale * row
        lines.append(f"{count} {kind} {x:.3f} {y:.3f} 0 {scale * radius:.3f} {parent}")
        return count

    for cell in cells:
        lines.append(f"# cell {cell.number}")
        soma = add(_SOMA, *cell.center, 0.5 * cell.soma_diameter, -1)
        numbers: list[list[int]] = []
        for path in cell.paths:
            parent = soma
            points = path.points
            if path.parent >= 0:
                parent = numbers[path.parent][_place_on(cell.paths[path.parent], path)]
                # The first point is one of the parent.
                points = points[1:]
            own = []
            for row, column in points:
                parent = add(_NEURITE, float(row), float(column), 0.5, parent)
                own.append(parent)
            numbers.append(own or [parent])
    return "\n".join(lines) + "\n"


def _place_on(parent: TracedPath, path: TracedPath) -> int:
    """Index of the point of the parent at which a path begins."""
    away = ((parent.points - path.points[0]) ** 2).sum(axis=1)
    index = int(away.argmin())
    # The first point of a branch is not repeated in its own list.
    return max(index - (parent.parent >= 0), 0)
