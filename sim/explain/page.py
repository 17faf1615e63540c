"""What will be run, as one page that can be sent by itself: words, tables, the pathway drawn.

    page(explanation)   -> HTML

The drawing is inside the page, there is no script, and nothing is fetched when it is opened.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable
from html import escape

from sim.explain.drawing import drawing, picture
from sim.explain.rows import TABLES, Told
from sim.explain.setting import arrivals_sentence, choices, run_sentence
from sim.explain.whole import LEGEND, NET, Explanation, load_cells

STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; color: #222; background: #fff; max-width: 64rem; margin: 2rem auto;
  padding: 0 1rem }
h1 { font-size: 1.5rem } h2 { font-size: 1.15rem; margin-top: 2.2rem } h3 { font-size: 1rem }
img { max-width: 100%; height: auto } dt { font-weight: 600; margin-top: .6rem } dd { margin: 0 0 0 1rem }
table { border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums }
th, td { text-align: left; padding: .25rem .6rem; border-bottom: 1px solid #ddd; vertical-align: top }
.loads td:nth-child(n+2):nth-child(-n+5), .loads th:nth-child(n+2):nth-child(-n+5) { text-align: right }
tr.hard td { background: #fdf0e6 } .note { color: #555; font-size: .9rem } .wide { overflow-x: auto }
"""
HEADS = ("Resource", "Open", "Others ask", "Own ask, estimated", "Load", "")
ROW_HEADS = ("", "Row", "Offer", "If", "Sources", "Worked cases that it decides")
ALT = "The steps of care and which may follow which; the outline below says the same."


def page(its: Explanation) -> str:
    """The page as text."""
    scenario = its.scenario
    title = f"{scenario.scenario}: {scenario.question}"
    source = base64.b64encode(picture(drawing("The pathway, from the model"), "svg")).decode("ascii")
    parts = [
        f"<h1>{escape(title)}</h1>",
        _paragraph(scenario.description),
        f"<h2>What is run</h2>\n{_paragraph(run_sentence(scenario))}",
        f"<h2>Who arrives</h2>\n{_paragraph(arrivals_sentence(scenario))}",
        *(f"<h2>{escape(what)}</h2>\n{_paragraph(text)}" for what, text in choices(scenario)),
        "<h2>Load against opening time, before anything is run</h2>",
        _table(HEADS, ((("hard" if load.warning else ""), load_cells(load)) for load in its.loads), "loads"),
        _paragraph(f"{LEGEND} {its.own.basis}", "note"),
        _items(its.warnings()),
        f"<h2>What the hospital has</h2>\n{_paragraph(NET, 'note')}",
        "<dl>" + "\n".join(f"<dt>{escape(n)}</dt><dd>{escape(t)}</dd>" for n, t in its.resources()) + "</dl>",
        f'<h2>The pathway</h2>\n<img src="data:image/svg+xml;base64,{source}" alt="{ALT}">',
        "<h2>The tumour board</h2>",
        *(_board(table, [row for row in its.rows if row.table == table]) for table in TABLES),
    ]
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
        + "\n".join(part for part in parts if part)
        + "\n</body>\n</html>\n"
    )


def _paragraph(text: str, kind: str = "") -> str:
    return f'<p class="{kind}">{escape(text)}</p>' if text else ""


def _items(lines: Iterable[str]) -> str:
    items = "\n".join(f"<li>{escape(line)}.</li>" for line in lines)
    return f"<ul>\n{items}\n</ul>" if items else ""


def _board(table: str, rows: list[Told]) -> str:
    body = (
        (
            "",
            (
                str(row.number),
                row.name + (f" (not used: {row.used})" if row.used else ""),
                row.offer,
                "; ".join(row.conditions) or "everybody else",
                ", ".join(row.sources),
                "; ".join(row.cases),
            ),
        )
        for row in rows
    )
    return f"<h3>{TABLES[table]}</h3>\n{_table(ROW_HEADS, body, 'rows')}"


def _table(heads: Iterable[str], rows: Iterable[tuple[str, Iterable[str]]], kind: str) -> str:
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in heads)
    body = "\n".join(
        f'<tr class="{mark}">' + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + "</tr>" for mark, cells in rows
    )
    return (
        f'<div class="wide"><table class="{kind}">\n<thead><tr>{head}</tr></thead>\n'
        f"<tbody>\n{body}\n</tbody>\n</table></div>"
    )
