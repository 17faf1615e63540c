"""A patient's timeline as a file: a picture, or a page with picture and story.

    check_name(name)        refuses a name that is no picture or page, before anything is read
    write(story, path)      .png, .svg or .html

Knows no log.
"""

from __future__ import annotations

import io
from html import escape
from pathlib import Path

from sim.errors import InputError, Problem
from sim.report.story import Story
from sim.report.story_text import waits_in_all, who
from sim.report.style import DPI
from sim.report.timeline import timeline
from sim.store import refuse_no_folder, write_aside

OPTION = "--output"
KINDS = (".png", ".svg", ".html")


def check_name(name: str) -> None:
    """InputError unless the name ends as one of the kinds there are, in a folder that is there."""
    path = Path(name)
    if path.suffix.lower() not in KINDS:
        raise InputError(Problem(OPTION, found=f"'{name}'", expected=f"a name that ends with {', '.join(KINDS)}"))
    refuse_no_folder(path, OPTION)


def write(story: Story, path: Path) -> None:
    """Write the timeline, whole or not at all. InputError if it can not be written."""
    kind = path.suffix.lower()
    content = page(story).encode() if kind == ".html" else _drawn(story, kind[1:])
    write_aside(path, lambda aside: aside.write_bytes(content), OPTION)


def _drawn(story: Story, kind: str) -> bytes:
    """The picture; nothing in it depends on when it was drawn."""
    figure, stream = timeline(story), io.BytesIO()
    metadata = {"Software": None} if kind == "png" else {"Date": None, "Creator": None}
    figure.savefig(stream, format=kind, dpi=DPI, metadata=metadata)
    return stream.getvalue()


def page(story: Story) -> str:
    """One page with who it is, the picture, every step, and the waits; in itself whole, without other files."""
    svg = _drawn(story, "svg").decode("utf-8")
    title = escape(f"{story.scenario}, replication {story.replication}, patient {story.patient}".removeprefix(", "))
    rows = []
    for entry in story.entries:
        first, last = story.day(entry.minute), story.day(entry.until)
        when = f"{first}" if first == last else f"{first}<br>until {last}"
        mark = ' class="truth"' if entry.truth else ""
        text = ("in truth: " if entry.truth else "") + escape(entry.text)
        rows.append(f"<tr{mark}><td>{when}</td><td>{text}</td></tr>")
    waited = "; ".join(waits_in_all(story.visits)) or "for nothing"
    return _PAGE.format(
        title=title,
        who="".join(f"<tr><th>{escape(label)}</th><td>{escape(text)}</td></tr>" for label, text in who(story)),
        picture=svg[svg.index("<svg") :],
        rows="\n".join(rows),
        waited=escape(waited),
    )


_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>{title}</title>
<style>
body {{ font-family: sans-serif; max-width: 1000px; margin: 2em auto; padding: 0 1em; color: #222; line-height: 1.4; }}
svg {{ width: 100%; height: auto; }}
td, th {{ text-align: left; vertical-align: top; padding: 0.15em 0.8em 0.15em 0; font-weight: normal; }}
td:first-child, th {{ white-space: nowrap; color: #555; }}
.truth td {{ font-style: italic; color: #555; }}
</style>
</head>
<body>
<h1>{title}</h1>
<table>{who}</table>
{picture}
<h2>Step by step</h2>
<p>In italics: what happened in truth, when nobody knew it.</p>
<table>
{rows}
</table>
<p>Waited in all: {waited}.</p>
</body>
</html>
"""
