"""What came of published results: a table for the screen, panels of curves with the published points, a page.

table(score)                    -> the lines of the table
summary(score)                  -> how many are inside, emergent ones and read-back ones apart
draw_overlays(scored, ...)      a picture with a panel for each target that has a curve
page(files)                     -> the page of the documentation, docs/validation.md
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sim import units
from sim.report.style import BLUE, GREEN, GREY, INK, ORANGE, PINK, RED, SKY, save, tidy
from sim.units import YEAR
from sim.validation.measures import FEWEST, curve
from sim.validation.samples import Sample
from sim.validation.scoring import Compared, Score, Scored
from sim.validation.targets import MEASURES, TIMED, Part

_COLOURS = (BLUE, ORANGE, GREEN, PINK, SKY, GREY)
_PER_ROW = 4
_MOST_COLOURS = 48
_MOST_YEARS = 20
_WORD = {True: "inside", False: "OUTSIDE"}


def number(value: float) -> str:
    """A number as a table shows it.

    >>> number(0.6951), number(107.62), number(17.0), number(float("nan"))
    ('0.695', '108', '17', 'none')
    """
    if math.isnan(value):
        return "none"
    return f"{value:.3g}" if abs(value) < 1000 else f"{value:,.0f}"


def published(part: Part) -> str:
    """What was published, as one word."""
    return number(part.low) if part.low == part.high else f"{number(part.low)} to {number(part.high)}"


def simulated(its: Compared) -> str:
    """What the model says, with its interval."""
    if its.n < FEWEST:
        return f"too few patients: {its.n}"
    if math.isnan(its.low):
        return f"{number(its.simulated)} ({its.n:,} patients)"
    return f"{number(its.simulated)} ({number(its.low)} to {number(its.high)})"


def _z(its: Compared) -> str:
    return "" if math.isnan(its.z) else f"{its.z:+.1f}"


def _label(its: Compared) -> str:
    part = its.part
    measure = part.measure.replace("_", " ")
    if part.difference:
        measure = f"{part.difference} of the {measure}s" if part.difference == "ratio" else f"difference of {measure}s"
    a_time = part.measure in ("median", "restricted_mean") and part.difference != "ratio"
    unit = f" [{part.unit}]" if a_time and part.unit not in part.what else ""
    return f"{part.what or measure}{unit}"


def table(score: Score) -> list[str]:
    """A line for each number, below a line for each target."""
    lines = [f"     {'':<46} {'published':<16} {'simulated (95 % interval)':<28} {'z':>6} {'patients':>9}"]
    for its in score.scored:
        word = _WORD[its.inside] if its.counts else "reported"
        kind = "read back" if its.target.nature == "read_back" else its.target.use
        lines.append(f"{its.target.id:<6} {word:<8} {its.target.what}  [{its.target.source}; {kind}]")
        for part in its.parts:
            mark = " " if part.inside else "x"
            label = textwrap.shorten(_label(part), 44, placeholder="...")
            ours = f"{simulated(part):<28} {_z(part):>6} {part.n:>9,}"
            lines.append(f"     {mark} {label:<44} {published(part.part):<16} {ours}")
    return lines


def summary(score: Score) -> str:
    """How many are inside.

    Emergent ones prove something; what is read as an input and comes out again proves little.
    """
    inside, of = score.of("emergent")
    back, of_back = score.of("read_back")
    share = f" ({100 * inside / of:.0f} %)" if of else ""
    text = f"emergent: {inside} of {of} inside{share}"
    return text + (f"; read back: {back} of {of_back} inside" if of_back else "")


def draw_overlays(scored: Sequence[Scored], samples: Mapping[tuple[int, int, bool], Sample], path: Path) -> Path | None:
    """A panel for each target with a curve; None where there is none."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    shown = [(t, its) for t, its in enumerate(scored) if any(_has_curve(p.part) for p in its.parts)]
    if not shown:
        return None
    rows = math.ceil(len(shown) / _PER_ROW)
    figure = Figure(
        figsize=(3.6 * min(_PER_ROW, len(shown)), 2.9 * rows + 0.5), layout="constrained", facecolor="white"
    )
    FigureCanvasAgg(figure)
    axes = figure.subplots(rows, min(_PER_ROW, len(shown)), squeeze=False).ravel()
    for panel, (t, its) in zip(axes, shown, strict=False):
        _panel(panel, t, its, samples)
    for panel in axes[len(shown) :]:
        panel.set_axis_off()
    figure.supxlabel(
        "Lines: simulated patients, selected as the published ones were. Points: published, of a median at one half, "
        "with the band that counts as inside; red where the line is outside it.",
        x=0.01, ha="left", fontsize=8, color="#555555",
    )  # fmt: skip
    return _with_few_colours(save(figure, path))


def _with_few_colours(path: Path) -> Path:
    """Panels of lines need no more, and a page of them is a third of the size."""
    from PIL import Image

    with Image.open(path) as whole:
        few = whole.convert("RGB").quantize(
            _MOST_COLOURS, Image.Quantize.MAXCOVERAGE, kmeans=1, dither=Image.Dither.NONE
        )
    few.save(path, optimize=True)
    return path


def _has_curve(part: Part) -> bool:
    """Is the published number a point of a curve? A difference or a ratio of two is none."""
    timed = MEASURES[part.measure] == TIMED and part.measure != "restricted_mean"
    return not part.difference and (timed or part.measure == "median")


def _curve_name(part: Part) -> str:
    """What a line is, beside others."""
    words = part.what.removesuffix(units.spoken(part.at)).strip() if part.at else part.what
    return textwrap.shorten(words or part.endpoint.replace("_", " "), 34, placeholder="...")


def _panel(panel: Any, t: int, its: Scored, samples: Mapping[tuple[int, int, bool], Sample]) -> None:
    drawn: dict[int, str] = {}
    named: list[tuple[Any, str]] = []
    falls: set[bool] = set()
    longest = 1.0
    for p, compared in enumerate(its.parts):
        part, sample = compared.part, samples[t, p, False]
        if not _has_curve(part) or not len(sample):
            continue
        key = hash((id(sample), part.measure in ("survival", "median")))
        if key not in drawn:
            drawn[key] = _COLOURS[len(drawn) % len(_COLOURS)]
            times, heights = curve(part, sample)
            (line,) = panel.step(times / YEAR, heights, where="post", color=drawn[key], linewidth=1.2)
            named.append((line, _curve_name(part)))
            falls.add(heights[0] == 1)
        colour = drawn[key] if compared.inside else RED
        if part.measure == "median":
            unit = {"days": 365.25, "weeks": 365.25 / 7, "months": 12, "years": 1}[part.unit]
            low, high = part.low / unit, min(part.high / unit, _MOST_YEARS)
            panel.hlines(0.5, part.inner[0] / unit, min(part.inner[1] / unit, _MOST_YEARS), color=colour, linewidth=1.2)
            panel.plot([low, high], [0.5, 0.5], "o", color=colour, markersize=3.5)
            crossed = compared.simulated / unit
            longest = max(longest, 1.5 * high, 0 if math.isnan(crossed) else 1.15 * crossed)
        else:
            at = part.at / YEAR
            panel.vlines(at, max(part.inner[0], 0), min(part.inner[1], 1), color=colour, linewidth=1.2)
            panel.plot([at, at], [part.low, part.high], "o", color=colour, markersize=3.5)
            longest = max(longest, 1.15 * at)
    panel.set_xlim(0, min(longest, _MOST_YEARS))
    panel.set_ylim(0, 1.02)
    word = "" if its.inside or not its.counts else ": outside"
    panel.set_title(textwrap.fill(f"{its.target.id}{word}. {its.target.what}", 46), loc="left", fontsize=7.5, color=INK)
    panel.set_xlabel("years", fontsize=7, color=INK)
    if len(falls) == 1:
        panel.set_ylabel("share without it" if falls == {True} else "share with it", fontsize=7, color=INK)
    if len(named) > 1:
        lines, names = zip(*named, strict=True)
        panel.legend(lines, names, frameon=False, fontsize=5.5, labelspacing=0.2, handlelength=1.2)
    tidy(panel)
    panel.tick_params(labelsize=7)


def page(files: Sequence[tuple[str, str, Score, str]], command: str, patients: int) -> str:
    """The generated part of the page.

    files   of each file of targets: its name, what it means, its score, the name of its picture ("" for none)
    """
    lines = [
        f"Made by `{command}` with {patients:,} patients in each way of care.",
        "Published numbers, simulated ones with their 95 % interval, how many standard errors lie between, and whether",
        "the simulated number is inside the band that was set beforehand. A target is inside if every part of it is.",
        "",
    ]
    for name, means, score, picture in files:
        lines += [f"### {name}", "", means, "", f"**{summary(score)}**", ""]
        if picture:
            lines += [f"![Simulated curves with the published points]({picture})", ""]
        lines += ["| target | what | published | simulated (95 %) | z | |", "|---|---|---|---|---|---|"]
        for its in score.scored:
            word = ("inside" if its.inside else "**outside**") if its.counts else "reported"
            kind = "read back" if its.target.nature == "read_back" else its.target.use
            lines.append(f"| **{its.target.id}** | {its.target.what} ({its.target.source}; {kind}) | | | | {word} |")
            for part in its.parts:
                mark = "" if part.inside else "x"
                lines.append(f"| | {_label(part)} | {published(part.part)} | {simulated(part)} | {_z(part)} | {mark} |")
        lines.append("")
        misses = [its for its in score.scored if its.counts and not its.inside]
        if misses:
            lines += ["What is outside, and why it might differ:", ""]
            lines += [
                f"- **{its.target.id}** {its.target.what}: {its.target.why or 'not explained yet'}" for its in misses
            ]
            lines.append("")
    return "\n".join(lines)
