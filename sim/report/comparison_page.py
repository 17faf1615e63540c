"""A comparison as one page that can be sent by itself: sentences, pictures, tables; nothing from elsewhere.

    page(comparison, images)   -> HTML

The pictures are inside the page, there is no script, and nothing is fetched when it is opened.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from html import escape
from typing import TYPE_CHECKING, Any

import pandas as pd

from sim.experiments.differences import Verdict
from sim.report.comparison_words import opening, rounded, sections
from sim.report.planner import chosen, label
from sim.report.words import words

if TYPE_CHECKING:
    from sim.experiments.compare import Comparison

ALT = {
    "differences": "Differences from the reference with 95 % intervals; the numbers are in the table below.",
    "waits": "Share of those who started a wait who had got there by each day, one curve for each scenario.",
    "queues": "People waiting for each resource over the measured years, one curve for each scenario.",
    "survival": "Overall survival by years since liver metastases were seen, one curve for each scenario.",
}

STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; color: #222; background: #fff; max-width: 68rem; margin: 2rem auto;
  padding: 0 1rem }
h1 { font-size: 1.5rem } h2 { font-size: 1.15rem; margin-top: 2.2rem }
h3 { font-size: 1rem; margin-bottom: .3rem }
img { max-width: 100%; height: auto; display: block; margin: 1rem 0 }
table { border-collapse: collapse; font-size: .85rem; width: 100%; font-variant-numeric: tabular-nums }
th, td { text-align: right; padding: .25rem .5rem; border-bottom: 1px solid #ddd; vertical-align: top }
th:first-child, td:first-child, th:last-child, td:last-child { text-align: left }
tr.different { font-weight: 600 }
.wide { overflow-x: auto } summary { cursor: pointer; margin: 1rem 0 } li { margin: .35rem 0 }
code { background: #f2f2f2; padding: 0 .25rem }
"""

HEADS = ("Figure", "Unit", "Reference", "Scenario", "Difference", "95 % interval", "p (Holm)", "Pairs", "Verdict")


def page(comparison: Comparison, images: Mapping[str, bytes]) -> str:
    """The page as text.

    images   pictures by name, as PNG
    """
    parts = [f"<h1>{escape(comparison.title)}</h1>", _runs(comparison)]
    parts += ["<h2>What differs, and what does not</h2>", f"<p>{escape(opening(comparison))}</p>"]
    for its in sections(comparison):
        told = _items(its.items) if its.items else ""
        parts.append(f"<h3>{escape(its.scenario)}: {escape(its.heading)}</h3>\n{told}")
    for name, png in images.items():
        source = "data:image/png;base64," + base64.b64encode(png).decode("ascii")
        parts.append(f'<h2>{escape(words(name))}</h2>\n<img src="{source}" alt="{escape(ALT.get(name, words(name)))}">')
    for name in comparison.names[1:]:
        rows = comparison.table[comparison.table["scenario"] == name]
        parts.append(f"<h2>{escape(name)}: the figures a planner looks at first</h2>\n{_table(chosen(rows))}")
        parts.append(f"<details><summary>All {len(rows)} figures of {escape(name)}</summary>\n{_table(rows)}</details>")
    if len(comparison.patients):
        parts.append(f"<h2>The same patients under both</h2>\n{_patients(comparison.patients)}")
    body = "\n".join(parts)
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(comparison.title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n{body}\n</body>\n</html>\n"
    )


def _items(lines: Iterable[str]) -> str:
    return "<ul>\n" + "\n".join(f"<li>{escape(line)}</li>" for line in lines) + "\n</ul>"


def _runs(comparison: Comparison) -> str:
    """Which runs it rests on, so that it can be made again."""
    return _items(
        f"{name}: {run.scenario.question} Seed {run.scenario.run.seed}, {len(run.numbers)} replications, "
        f"result {run.record['digests']['result'][:12]}."
        for name, run in zip(comparison.names, comparison.runs, strict=True)
    )


def _rows(heads: Iterable[str], rows: Iterable[tuple[str, Iterable[str]]]) -> str:
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in heads)
    body = "\n".join(
        f'<tr class="{kind}">' + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + "</tr>" for kind, cells in rows
    )
    return f'<div class="wide"><table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table></div>'


def _table(rows: pd.DataFrame) -> str:
    return _rows(HEADS, (_cells(row) for row in rows.to_dict("records")))


def _cells(row: Mapping[Any, Any]) -> tuple[str, tuple[str, ...]]:
    verdict = str(row["verdict"])
    scale, places = rounded(row)

    def number(column: str) -> str:
        return "" if pd.isna(row[column]) else f"{row[column] * scale:.{places}f}"

    interval = f"{number('lower')} to {number('upper')}" if number("lower") else ""
    p = "" if pd.isna(row["p_holm"]) else "< 0.001" if row["p_holm"] < 0.001 else f"{row['p_holm']:.3f}"
    unit = "%" if row["unit"] == "share" else str(row["unit"])
    pairs = str(row["pairs"]) + (f", {row['missing']} counted out" if row["missing"] else "")
    name = row.get("label") or label(str(row["kpi"]), str(row["group"]))
    cells = (name, unit, number("mean_reference"), number("mean"), number("difference"), interval, p, pairs, verdict)
    return ("different" if verdict == Verdict.DIFFERENT else ""), cells


def _patients(table: pd.DataFrame) -> str:
    heads = ("Scenario", "Question", "Whose", "Compared", "Better off", "Worse off", "Unchanged", "Not comparable")

    def share(row: Mapping[Any, Any], word: str) -> str:
        if not row["patients"]:
            return ""
        ends = [row[f"share_{word}_{end}"] for end in ("lower", "upper")] if word != "unchanged" else []
        band = f" ({ends[0]:.1%} to {ends[1]:.1%})" if ends and not any(map(pd.isna, ends)) else ""
        return f"{row[f'share_{word}']:.1%}{band}"

    rows = [
        (
            "",
            (
                str(row["scenario"]),
                words(str(row["question"])),
                "with liver metastases" if row["group"] == "nelm" else "all",
                str(row["patients"]),
                *(share(row, word) for word in ("better", "worse", "unchanged")),
                str(row["not_comparable"]),
            ),
        )
        for row in table.to_dict("records")
    ]
    return _rows(heads, rows)
