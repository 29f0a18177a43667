"""Options of the command that traces neurites in images."""

from __future__ import annotations

from dataclasses import dataclass

from tricyclic.workflows.base import folder_option, option

CHANNELS, LINES, OUTPUT = "Channels", "Lines", "Output"


@dataclass(frozen=True)
class TraceNeuritesOptions:
    """Cells and neurites in fluorescence images.

    `tricyclic neurites trace images --nuclei 2 --out traced`

    `tricyclic neurites trace vehicle drug --cytoplasm _w1 --nuclei _w2 --pixel-um 0.65`

    Files or folders; the folders are the groups. Images are bright on dark (cytoplasm or beta-III
    tubulin) with or without a channel of nuclei. Phase contrast is not segmented.
    """

    images: tuple[str, ...] = option(
        "Images, or folders of images (.tif, .ome.tif, .png)", positional=True, path=True
    )
    cytoplasm: str = option(
        "Channel in which neurites are seen: its number or name, or what its files have in their "
        "names, such as _w1",
        default="",
        panel=CHANNELS,
    )
    nuclei: str = option(
        "Channel of the nuclei, in the same way; default: by the names of the channels",
        default="",
        panel=CHANNELS,
    )
    pixel_um: float | None = option(
        "Side of a pixel [um], where the files do not state it",
        default=None,
        panel=CHANNELS,
    )
    inverted: bool = option("The signal is dark on bright", default=False, panel=CHANNELS)
    masks: str = option(
        "Folder of label images of the somata, corrected by hand or from another program",
        default="",
        path=True,
        panel=CHANNELS,
    )
    neurite_masks: str = option(
        "Folder of masks of the neurites, with --masks, for images in which neurites are no bright "
        "lines, such as phase contrast",
        default="",
        path=True,
        panel=CHANNELS,
    )
    threshold: float = option(
        "Largest length of a neurite that is counted, in soma diameters; cells nearer to the "
        "border are left out",
        default=2.0,
        panel=LINES,
    )
    line_sigma: float = option(
        "Scale of the neurites: about half of their width [pixels]", default=1.6, panel=LINES
    )
    gap: float = option("Longest gap that is closed [pixels]", default=12.0, panel=LINES)
    shortest: float = option("Shortest neurite or branch [pixels]", default=5.0, panel=LINES)
    workers: int | None = option("Threads; default: one per core", default=None, panel=OUTPUT)
    title: str = option("Title of the experiment", default="", panel=OUTPUT)
    out: str = folder_option("tables, overlays, masks and SWC", panel=OUTPUT)
