"""Virtual: what a virtual assay gives the doors: estimates beside the truth, groups, comparisons, how many it takes, files.

Nobody did the experiment. That is said first on a terminal, in every table, figure and JSON document.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from tricyclic.core.estimate import Estimate, interval, told
from tricyclic.core.format import figures
from tricyclic.results.binding import Comparison

if TYPE_CHECKING:
    from tricyclic.core.course_plot import CoursePicture
    from tricyclic.core.plot_data import CurvePicture
    from tricyclic.io.write_tables import Columns
    from tricyclic.jobs._virtual_ask import Setting
    from tricyclic.simulation.virtual.common import Need

SYNTHETIC = "synthetic data: simulated wells and animals, no experiment"


@dataclass(frozen=True)
class Found:
    """What the experiment found of one number, and what is true of the typical subject of the model; nan where not known."""

    estimate: Estimate
    truth: float = math.nan
    says: str = ""


@dataclass(frozen=True)
class Group:
    """One row of the table of groups: its name, and one estimate for each column."""

    name: str
    estimates: tuple[Estimate | None, ...]


@dataclass(frozen=True)
class Virtual:
    """A virtual experiment.

    Parameters
    ----------
    assay, title, scenario : str
        Word of the command; what was measured; the scenario behind it.
    design : tuple of str
        Who got what, in lines.
    found : tuple of Found
        The main numbers.
    columns : tuple of str; groups : tuple of Group
        The table of groups, by concentration or dose.
    comparisons : tuple of Comparison
    needs : tuple of Need
        Power by size; empty where none was asked for.
    unit_of_need : str
        "cultures" or "animals in each group".
    settings : tuple of Setting
        Every number of the bench, with where it comes from.
    remarks : tuple of str
        What a reader should know.
    tables : mapping of str to columns
        Tables by file name.
    pictures : tuple
        CurvePictures and CoursePictures.
    to_write : mapping of str to bytes
    """

    assay: str
    title: str
    scenario: str
    seed: int
    design: tuple[str, ...]
    found: tuple[Found, ...]
    columns: tuple[str, ...]
    groups: tuple[Group, ...]
    comparisons: tuple[Comparison, ...]
    needs: tuple[Need, ...]
    unit_of_need: str
    settings: tuple[Setting, ...]
    remarks: tuple[str, ...] = ()
    tables: Mapping[str, Columns] = field(default_factory=dict)
    pictures: tuple[CurvePicture | CoursePicture, ...] = ()
    to_write: Mapping[str, bytes] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """As plain data; tables are in their files."""
        from tricyclic.core.serialize import as_plain
        from tricyclic.jobs._json import estimate_json

        plain: dict[str, Any] = as_plain(
            {
                "assay": self.assay,
                "synthetic": SYNTHETIC,
                "title": self.title,
                "scenario": self.scenario,
                "seed": self.seed,
                "design": self.design,
                "comparisons": self.comparisons,
                "settings": self.settings,
                "remarks": self.remarks,
            }
        )
        plain["found"] = [
            {
                "says": one.says,
                "estimate": estimate_json(one.estimate),
                "truth": as_plain(one.truth),
            }
            for one in self.found
        ]
        plain["groups"] = [
            {
                "name": group.name,
                "estimates": {
                    name: estimate_json(one) if one is not None else None
                    for name, one in zip(self.columns, group.estimates, strict=True)
                },
            }
            for group in self.groups
        ]
        plain["needs"] = [as_plain(need) | {"enough": need.enough} for need in self.needs]
        return plain

    def as_text(self) -> str:
        """The main numbers, the groups, what was compared, how many it takes."""
        from tricyclic.jobs._simulate_text import aligned

        lines = [
            f"{self.title}   SYNTHETIC: simulated, no experiment",
            *(f"  {line}" for line in self.design),
        ]
        lines += [""] if self.found else []
        lines += [self._found(one) for one in self.found]
        rows = [
            ("", *self.columns),
            *((group.name, *(_cell(one) for one in group.estimates)) for group in self.groups),
        ]
        lines += ["", *aligned(rows)]
        lines += ["", *(f"  {one.says}" for one in self.comparisons)] if self.comparisons else []
        if self.needs:
            sizes = sorted({n for need in self.needs for n in need.sizes})
            head = (f"how many {self.unit_of_need}", *(str(n) for n in sizes), "80 % from")
            table = [
                head,
                *((need.effect, *_powers(need, sizes), _enough(need)) for need in self.needs),
            ]
            lines += [
                "",
                *aligned(table),
                f"  shares of {self.needs[0].experiments} simulated experiments with p < 0.05",
            ]
        lines += [
            "",
            *(f"  {source}: {', '.join(names)}" for source, names in self._sources().items()),
        ]
        lines += [f"  look   {remark}" for remark in self.remarks]
        return "\n".join(lines)

    def _found(self, one: Found) -> str:
        truth = (
            f"   truth {figures(one.truth)} {one.estimate.unit}".rstrip()
            if not math.isnan(one.truth)
            else ""
        )
        return f"{told(one.estimate)}{truth}{f'   {one.says}' if one.says else ''}"

    def _sources(self) -> dict[str, list[str]]:
        named: dict[str, list[str]] = {}
        for one in self.settings:
            value = one.value if isinstance(one.value, str) else f"{one.value:g}"
            named.setdefault(one.source, []).append(f"{one.name} {value}")
        return named


def with_files(found: Virtual, folder: str) -> Virtual:
    """The same with everything that it writes: tables, JSON, text, figures."""
    from pathlib import Path

    from tricyclic._version import __version__
    from tricyclic.core.plot_data import CurvePicture
    from tricyclic.io.write_tables import csv_bytes
    from tricyclic.jobs._json import as_json_bytes
    from tricyclic.plotting.course import courses
    from tricyclic.plotting.curve import curve

    files = {
        f"{name}.csv": csv_bytes(_marked(columns, found.seed))
        for name, columns in found.tables.items()
    }
    files["result.json"] = as_json_bytes(
        {"schema": "tricyclic-virtual-assay/1", "version": __version__, "result": found.as_json()}
    )
    files["summary.txt"] = (found.as_text() + "\n").encode("utf-8")
    for picture in found.pictures:
        figure = curve(picture) if isinstance(picture, CurvePicture) else courses(picture)
        files[f"{figure.name}.svg"] = figure.svg.encode("utf-8")
        files[f"{figure.name}.pdf"] = figure.pdf
    return replace(found, to_write={str(Path(folder) / name): data for name, data in files.items()})


def power_table(needs: Sequence[Need]) -> Columns:
    """Power by effect and size, one row each."""
    rows = [(need, n, p) for need in needs for n, p in zip(need.sizes, need.power, strict=True)]
    return {
        "effect": [need.effect for need, _, _ in rows],
        "n": [float(n) for _, n, _ in rows],
        "power": [p for _, _, p in rows],
        "experiments": [float(need.experiments) for need, _, _ in rows],
    }


def _marked(columns: Columns, seed: int) -> Columns:
    """A table with a last column, named in its header line, that says on every row what it is."""
    n = len(next(iter(columns.values())))
    return {**columns, "synthetic": [f"simulated, no experiment; seed {seed}"] * n}


def _cell(one: Estimate | None) -> str:
    if one is None:
        return "-"
    limits = interval(one)
    return f"{figures(one.value)} {one.unit}".rstrip() + (f" ({limits})" if limits else "")


def _powers(need: Need, sizes: Sequence[int]) -> list[str]:
    """Power at each size in percent; "-" at those that were not simulated."""
    known = dict(zip(need.sizes, need.power, strict=True))
    return [f"{100 * known[n]:.0f} %" if n in known else "-" for n in sizes]


def _enough(need: Need) -> str:
    if not need.sizes:
        return "-"
    return str(need.enough) if need.enough is not None else f"more than {need.sizes[-1]}"
