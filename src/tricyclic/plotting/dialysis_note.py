"""The notes at the foot of a figure of microdialysis: on uptake blockers, and on synthetic data."""

from __future__ import annotations

from matplotlib.figure import Figure as Canvas

from tricyclic.plotting import style
from tricyclic.results.microdialysis import MicrodialysisResult

FOOT_LINE_MM = 2.7
NOTE_LINES = 6


def note_lines(result: MicrodialysisResult, width: style.Width = "column") -> str:
    """The notes in lines for the foot of a figure; empty where it has none.

    Parameters
    ----------
    result : MicrodialysisResult
    width : {"third", "column", "full"}
        Of the figure.
    """
    parts = _notes(result)
    if not parts or not style.current().title:
        return ""
    wide = (style.page_mm(width) - 4.0) * style.font_pt() / style.tiny_pt()
    return style.wrapped(". ".join(parts) + ".", wide, lines=NOTE_LINES)


def foot_mm(note: str) -> float:
    """Height of the lines of a note."""
    return FOOT_LINE_MM * style.current().scale * (note.count("\n") + 1) if note else 0.0


def draw_note(canvas: Canvas, note: str, height_mm: float, width: style.Width = "column") -> None:
    """Write a note at the foot of a figure."""
    canvas.text(
        2.0 / style.page_mm(width),
        1.2 / height_mm,
        note,
        va="bottom",
        fontsize=style.tiny_pt(),
        color=style.GREY,
    )


def caption_note(result: MicrodialysisResult) -> str:
    """The notes as sentences of a caption; empty where they are drawn in the figure."""
    if note_lines(result):
        return ""
    return "".join(f" {text[0].upper()}{text[1:]}." for text in _notes(result))


def _notes(result: MicrodialysisResult) -> list[str]:
    return [text for text in (result.extraction_note, result.synthetic) if text]
