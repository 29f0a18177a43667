"""Scattered plate layouts: the contents of a layout on its wells in random order, balanced.

With doses along the columns, a drift along the columns is another curve. Scattered doses separate
the two, so that the drift can be tested and hardly changes the result.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace

import numpy as np

from tricyclic.core.plate import Role, Well, well_position
from tricyclic.core.plate_layout import PlateLayout, WellBlock

# Random orders that are tried; the most balanced one is kept.
TRIALS = 400
# Wells that are not incubated like the others stay where they are.
_IN_PLACE = (Role.BACKGROUND, Role.ADDED, Role.EMPTY)


def scattered_layout(layout: PlateLayout, rng: np.random.Generator) -> PlateLayout:
    """The contents of a layout on the same wells in another order.

    Parameters
    ----------
    layout : PlateLayout
        Wells of background and of the radioligand solution stay where they are; so do exclusions.
    rng : Generator
        Each run should have its own order.

    Returns
    -------
    PlateLayout
        One block for the wells of each content. Of many random orders, that in which the replicates
        of each content are most evenly spread over rows and columns: the mean position of every
        content is near the centre, so that a drift shifts all of them alike.
    """
    planned = layout.planned_wells
    moved = [name for name, well in planned.items() if well.role not in _IN_PLACE]
    contents = [_content(planned[name]) for name in moved]
    kinds = list(dict.fromkeys(contents))
    index = np.array([kinds.index(content) for content in contents])
    positions = np.array([well_position(name) for name in moved], float)
    if len(kinds) < 2:
        return layout
    orders = [rng.permutation(len(moved)) for _ in range(TRIALS)]
    best = min(orders, key=lambda order: _imbalance(index[order], positions))
    blocks = []
    for kind in range(len(kinds)):
        wells = [name for name, k in zip(moved, index[best], strict=True) if k == kind]
        like = planned[moved[int(np.flatnonzero(index == kind)[0])]]
        blocks.append(_block(like, wells))
    kept = [name for name, well in planned.items() if well.role in _IN_PLACE]
    blocks += [_block(planned[name], [name]) for name in kept]
    exclusions = tuple(block for block in layout.blocks if block.role is None)
    return replace(layout, blocks=(*blocks, *exclusions))


def _imbalance(index: np.ndarray, positions: np.ndarray) -> float:
    """Share of the variance of rows and of columns that lies between contents, the larger one."""
    counts = np.bincount(index)
    shares = []
    for place in positions.T:
        spread = float(((place - place.mean()) ** 2).sum())
        means = np.bincount(index, place) / counts
        between = float((counts * (means - place.mean()) ** 2).sum())
        shares.append(between / spread if spread > 0 else 0.0)
    return max(shares)


def _content(well: Well) -> Hashable:
    return (
        well.role,
        well.compound,
        well.concentration_M,
        well.radioligand_nM,
        well.time_min,
        well.modulator,
        well.modulator_M,
        well.group,
    )


def _block(well: Well, wells: list[str]) -> WellBlock:
    return WellBlock(
        wells=", ".join(wells),
        role=well.role,
        compound=well.compound,
        concentrations_M=(well.concentration_M,) if well.concentration_M else (),
        radioligand_nM=() if well.radioligand_nM is None else (well.radioligand_nM,),
        times_min=() if well.time_min is None else (well.time_min,),
        modulator=well.modulator,
        modulator_M=(well.modulator_M,) if well.modulator else (),
        group=well.group,
    )
