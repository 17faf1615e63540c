"""How every picture looks: size, colours, words, and the line at its foot.

    Titles              what the pictures say of the run they are from
    sheet(titles, ...)  a figure with a title, a line that says how to read it, and room for panels
    headline(axes, ...) what a panel shows
    nothing(axes, why)  a panel that says that there is nothing to show

Uses matplotlib's objects only, never its global state, so pictures can be drawn in any thread or process.
"""

from __future__ import annotations

import struct
import textwrap
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from sim.report.words import words

DPI = 150

# Okabe and Ito 2008: told apart by people who see colours differently, and in print.
BLUE, ORANGE, GREEN, RED, SKY, PINK, YELLOW, GREY = (
    "#0072B2",
    "#E69F00",
    "#009E73",
    "#D55E00",
    "#56B4E9",
    "#CC79A7",
    "#F0E442",
    "#7F7F7F",
)
INK = "#222222"
FEW = 5
"""Replications below which an interval says little; then each of them is drawn instead."""
PALE = "#D9D9D9"
SEQUENCE = (BLUE, ORANGE, GREEN, RED, SKY, PINK, GREY, YELLOW)


@dataclass(frozen=True)
class Titles:
    """What the pictures say of the run they are from.

    scenario         its name
    replications     how many
    measured_years   length of the measured period
    labels           names of resources and treatments as people know them, where `words` does not do
    """

    scenario: str
    replications: int
    measured_years: float
    labels: Mapping[str, str] = field(default_factory=dict)

    def foot(self, note: str = "") -> str:
        """The line at the foot of a picture."""
        runs = "1 replication" if self.replications == 1 else f"{self.replications} replications"
        years = f"{self.measured_years:.1f}".removesuffix(".0")
        line = f"Scenario {self.scenario}, {runs}, {years} measured year{'' if years == '1' else 's'} each."
        if self.replications == 1:
            line += " One replication has no intervals."
        return f"{line} {note}".strip()

    def bands(self, what: str) -> str:
        """What the bands of a picture of curves are; of few replications, that each is drawn instead."""
        if 1 < self.replications < FEW:
            return "So few replications have no bands: each of them is a thin line of its own. "
        return what if self.replications >= FEW else ""

    def label(self, name: str) -> str:
        """A name as people know it."""
        return self.labels.get(name, words(name))


def sheet(titles: Titles, title: str, note: str, width: float = 10.0, height: float = 6.0) -> Figure:
    """An empty figure with its title on top and its foot below; panels are laid out between by the figure itself.

    note     one line on how to read it, such as what the bands are
    width, height   inches
    """
    figure = Figure(figsize=(width, height), dpi=DPI, layout="constrained", facecolor="white")
    FigureCanvasAgg(figure)
    per_line = int(width * 13)
    figure.suptitle(textwrap.fill(title, int(width * 8)), x=0.01, ha="left", fontsize=13, fontweight="bold", color=INK)
    figure.supxlabel(textwrap.fill(titles.foot(note), per_line), x=0.01, ha="left", fontsize=8, color="#555555")
    return figure


def tidy(axes: Axes, grid: str = "y") -> None:
    """The same plain look for every panel: no box, a light grid behind."""
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    axes.grid(axis=grid, color="#E6E6E6", linewidth=0.8)  # type: ignore[arg-type]
    axes.set_axisbelow(True)
    axes.tick_params(labelsize=9, colors=INK)


def headline(axes: Axes, text: str, per_line: int = 60) -> None:
    """What a panel shows, above its left edge."""
    axes.set_title(textwrap.fill(text, per_line), loc="left", fontsize=10, color=INK)


def nothing(axes: Axes, why: str) -> None:
    """A panel that says why it shows nothing."""
    axes.set_axis_off()
    axes.text(0.5, 0.5, textwrap.fill(why, 40), ha="center", va="center", fontsize=10, color="#555555")


def save(figure: Figure, path: Path) -> Path:
    """Write a picture; nothing in the file depends on when it was written."""
    figure.set_dpi(DPI)
    canvas: Any = FigureCanvasAgg(figure)
    canvas.draw()  # `savefig` would draw it once more to lay it out
    path.write_bytes(_png(np.asarray(canvas.buffer_rgba())[..., :3]))
    return path


def _png(pixels: np.ndarray) -> bytes:
    """A picture as the bytes of a PNG file; `pixels` by row, column and colour.

    The usual writers try five filters on each row, which takes three times as long and makes flat colours larger.
    """
    height, width, _ = pixels.shape
    rows = np.zeros((height, 1 + 3 * width), np.uint8)  # before each row the number of its filter: none
    rows[:, 1:] = pixels.reshape(height, -1)
    size = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)  # 8 bits for each of three colours
    per_metre = round(DPI / 0.0254)
    parts = {
        b"IHDR": size,
        b"pHYs": struct.pack(">IIB", per_metre, per_metre, 1),
        b"IDAT": zlib.compress(rows.tobytes(), 3),
    }
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, content) for kind, content in (parts | {b"IEND": b""}).items())


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
