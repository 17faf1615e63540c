"""The pathway drawn from the model itself: a box for each step of care, an arrow for each that may follow.

    drawing(title)                 -> a Matplotlib figure
    picture(figure, "svg" or "png")  -> bytes, the same at every call

Steps stand in layers by how far they are from the first symptom (Sugiyama, Tagawa and Toda 1981): an arrow that leads
back over several layers keeps a narrow place in each of them, so that it passes beside the boxes, and the places of
a layer are ordered by where their neighbours stand. No step is placed by hand.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from sim.clinic.stages import MAY_FOLLOW, Stage
from sim.explain.pathway import ANY_TIME, label
from sim.explain.speech import wrapped

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Place = Stage | tuple[Stage, Stage, int]  # a step, or the passage of an arrow through a layer
Point = tuple[float, float]
SWEEPS = 12
LAYER = 1.05  # from layer to layer, in the drawing's units
BOX, PASSAGE, GAP = 1.9, 0.3, 0.35  # widths of a box and of a passage, and the room between
HEIGHT = 0.5


def depths() -> dict[Stage, int]:
    """How many steps each step is from the first symptom; what only the disease leads to stands above what follows it.

    >>> depths()[Stage.FIRST_SYMPTOM], depths()[Stage.PRESENTED]
    (0, 1)
    """
    depth = {Stage.FIRST_SYMPTOM: 0}
    reached = [Stage.FIRST_SYMPTOM]
    for stage in reached:
        for follower in MAY_FOLLOW.get(stage, ()):
            if follower not in depth:
                depth[follower] = depth[stage] + 1
                reached.append(follower)
    for stage in Stage:
        if stage not in depth:
            depth[stage] = max(0, min((depth[its] for its in MAY_FOLLOW.get(stage, ()) if its in depth), default=1) - 1)
    return depth


@dataclass(frozen=True)
class Layout:
    """Where everything stands.

    at        middle of each place
    chains    for each arrow between layers its places, from the upper to the lower step
    up        arrows that lead up
    beside    arrows within a layer, and of a step to itself
    width     of the whole
    """

    at: dict[Place, Point]
    chains: dict[tuple[Stage, Stage], list[Place]]
    up: set[tuple[Stage, Stage]]
    beside: list[tuple[Stage, Stage]]
    width: float


def layout() -> Layout:
    """Where each step and each passage stands."""
    depth = depths()
    rows: list[list[Place]] = [[s for s in Stage if depth[s] == level] for level in range(max(depth.values()) + 1)]
    chains: dict[tuple[Stage, Stage], list[Place]] = {}
    up: set[tuple[Stage, Stage]] = set()
    beside: list[tuple[Stage, Stage]] = []
    for stage, followers in MAY_FOLLOW.items():
        for follower in followers:
            if depth[stage] == depth[follower]:
                beside.append((stage, follower))
                continue
            upper, lower = sorted((stage, follower), key=lambda its: depth[its])
            passages: list[Place] = [(stage, follower, level) for level in range(depth[upper] + 1, depth[lower])]
            for level, passage in enumerate(passages, depth[upper] + 1):
                rows[level].append(passage)
            chains[stage, follower] = [upper, *passages, lower]
            if lower == stage:
                up.add((stage, follower))
    near = _neighbours(chains, beside)
    at = _placed(rows)
    for _ in range(SWEEPS):
        for row in (*rows, *reversed(rows)):
            row.sort(key=lambda place: _mean([at[other][0] for other in near.get(place, ())], at[place][0]))
            at = _placed(rows)
    width = max(x for x, _ in at.values()) - min(x for x, _ in at.values()) + BOX + GAP
    return Layout(at, chains, up, beside, width)


def _neighbours(
    chains: dict[tuple[Stage, Stage], list[Place]], beside: list[tuple[Stage, Stage]]
) -> dict[Place, list[Place]]:
    near: dict[Place, list[Place]] = {}
    pairs: list[tuple[Place, Place]] = [(a, b) for a, b in beside if a != b]
    for chain in chains.values():
        pairs += pairwise(chain)
    for a, b in pairs:
        near.setdefault(a, []).append(b)
        near.setdefault(b, []).append(a)
    return near


def _mean(values: list[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise


def _wide(place: Place) -> float:
    return BOX if isinstance(place, Stage) else PASSAGE


def _placed(rows: list[list[Place]]) -> dict[Place, Point]:
    """Each layer's places side by side, its middle in the middle."""
    at: dict[Place, Point] = {}
    for level, row in enumerate(rows):
        x = -(sum(map(_wide, row)) + GAP * (len(row) - 1)) / 2
        for place in row:
            at[place] = (x + _wide(place) / 2, -level * LAYER)
            x += _wide(place) + GAP
    return at


def drawing(title: str) -> Figure:
    """The pathway as a figure.

    title   at its head
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    from sim.report.style import INK

    its = layout()
    lowest = min(y for _, y in its.at.values())
    left = min(x for x, _ in its.at.values()) - BOX / 2 - GAP
    figure = Figure(figsize=(its.width * 0.95, (2 * LAYER - lowest) * 0.75), facecolor="white")
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.set_axis_off()
    axes.set_xlim(left, left + its.width + GAP)
    axes.set_ylim(lowest - LAYER, LAYER)
    for (stage, follower), points in _lines(its).items():
        _arrow(axes, points, back=(stage, follower) in its.up)
    for stage, follower in its.beside:
        _beside(axes, its.at[stage], its.at[follower])
    met = {follower for followers in MAY_FOLLOW.values() for follower in followers}
    for stage in Stage:
        _box(axes, its.at[stage], label(stage), dashed=stage not in met)
    axes.text(left + GAP / 2, 0.75 * LAYER, title, fontsize=12, fontweight="bold", color=INK, va="center")
    note = f"{ANY_TIME} Grey: back to an earlier step. Dashed: where the disease leads, or the beginning."
    axes.text(left + GAP / 2, lowest - 0.65 * LAYER, "\n".join(wrapped(note)), fontsize=8, color="#555555", va="center")
    return figure


def _lines(its: Layout) -> dict[tuple[Stage, Stage], list[Point]]:
    """The points of each arrow between layers, in its own direction; each side of a box shares out its arrows."""
    ends: dict[tuple[Stage, bool], list[tuple[Stage, Stage]]] = {}
    for arrow, chain in its.chains.items():
        for end, below in ((chain[0], True), (chain[-1], False)):
            assert isinstance(end, Stage)
            ends.setdefault((end, below), []).append(arrow)
    ports: dict[tuple[Stage, bool, tuple[Stage, Stage]], float] = {}
    for (stage, below), arrows in ends.items():
        arrows.sort(key=lambda arrow: its.at[its.chains[arrow][1 if below else -2]][0])
        for number, arrow in enumerate(arrows):
            ports[stage, below, arrow] = ((number + 1) / (len(arrows) + 1) - 0.5) * 0.8 * BOX
    lines = {}
    for arrow, chain in its.chains.items():
        points = [its.at[place] for place in chain]
        (x0, y0), (x1, y1) = points[0], points[-1]
        upper, lower = chain[0], chain[-1]
        assert isinstance(upper, Stage)
        assert isinstance(lower, Stage)
        points[0] = (x0 + ports[upper, True, arrow], y0 - HEIGHT / 2 - 0.02)
        points[-1] = (x1 + ports[lower, False, arrow], y1 + HEIGHT / 2 + 0.02)
        lines[arrow] = points[::-1] if arrow in its.up else points
    return lines


def _arrow(axes: Any, points: list[Point], back: bool) -> None:
    """A line through the points that leaves and arrives upright."""
    from matplotlib.patches import FancyArrowPatch
    from matplotlib.path import Path

    from sim.report.style import GREY, INK

    vertices, codes = [points[0]], [Path.MOVETO]
    for (x0, y0), (x1, y1) in pairwise(points):
        middle = (y0 + y1) / 2
        vertices += [(x0, middle), (x1, middle), (x1, y1)]
        codes += [Path.CURVE4] * 3
    style: dict[str, Any] = {"arrowstyle": "-|>", "mutation_scale": 10, "linewidth": 1.0, "zorder": 1}
    axes.add_patch(FancyArrowPatch(path=Path(vertices, codes), color=GREY if back else INK, **style))


def _beside(axes: Any, start: Point, end: Point) -> None:
    """An arrow to a box of the same layer: straight to the next one, else in a bow below; to itself in a loop."""
    from matplotlib.patches import FancyArrowPatch

    from sim.report.style import INK

    (x0, y), (x1, _) = start, end
    side = BOX / 2 if x1 >= x0 else -BOX / 2
    if start == end:
        ends, bow = ((x0 + side, y - 0.12), (x0 + side, y + 0.12)), 1.5
    elif abs(x1 - x0) < BOX + 2 * GAP:
        ends, bow = ((x0 + side, y), (x1 - side, y)), 0.0
    else:
        ends = ((x0 + side / 2, y - HEIGHT / 2), (x1 - side / 2, y - HEIGHT / 2))
        bow = (LAYER - HEIGHT) * 0.8 / (ends[1][0] - ends[0][0])  # so deep that it stays between the layers
    style: dict[str, Any] = {"arrowstyle": "-|>", "mutation_scale": 10, "linewidth": 1.0, "zorder": 1}
    axes.add_patch(FancyArrowPatch(*ends, connectionstyle=f"arc3,rad={bow}", color=INK, **style))


def _box(axes: Any, middle: Point, text: str, dashed: bool) -> None:
    from matplotlib.patches import FancyBboxPatch

    from sim.report.style import BLUE, INK

    x, y = middle
    box = FancyBboxPatch(
        (x - BOX / 2, y - HEIGHT / 2),
        BOX,
        HEIGHT,
        boxstyle="round,pad=0,rounding_size=0.1",
        facecolor="#EEF5FA",
        edgecolor=BLUE,
        linestyle="--" if dashed else "-",
        zorder=2,
    )
    axes.add_patch(box)
    axes.text(x, y, text, ha="center", va="center", fontsize=9.5, color=INK, zorder=3)


def picture(figure: Figure, form: str) -> bytes:
    """A figure as the content of a file; nothing in it depends on when it was drawn.

    form   svg or png
    """
    import matplotlib

    from sim.report.style import DPI

    content = io.BytesIO()
    metadata: dict[str, Any] = {"Date": None} if form == "svg" else {"Software": None}
    with matplotlib.rc_context({"svg.hashsalt": "nelm", "svg.fonttype": "none"}):
        figure.savefig(content, format=form, dpi=DPI, metadata=metadata)
    return content.getvalue()
