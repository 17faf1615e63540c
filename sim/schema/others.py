"""The files beside scenarios as JSON Schema: boards, evidence, designs, pins, results, intervals, planner's figures.

    FILES    by kind: a function from the names there are to the schema

Their keys and words are those of their readers; tests hold the two together.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from enum import IntEnum

from sim.clinic.board import MOST_OFFERS, MOST_ROWS
from sim.clinic.protocols import BACKGROUND, MAIN
from sim.evidence.cards import CERTAINTIES, USES
from sim.evidence.files import REQUIRED
from sim.experiments.design import MOST_POINTS
from sim.experiments.pin_file import DIGESTS
from sim.experiments.points import KINDS as DESIGNS
from sim.experiments.points import SAMPLED
from sim.log import Event
from sim.measures.intervals import ANY, OF
from sim.report.planner import HIGHER, LOWER, NEITHER
from sim.scenario import forms
from sim.scenario.forms import Form
from sim.schema.conditions import CONDITIONS, FINDINGS
from sim.schema.keyed import file_of, items, said
from sim.schema.published import calibration, target
from sim.schema.stories import story
from sim.schema.vocabulary import Vocabulary, named, one_or_list

_VALUE: Form = {"type": ["number", "string"]}
_CARD_NAME = forms.text("[a-z][a-z0-9]*(_[a-z0-9]+)*")
_PARTS = {"type": "object", "propertyNames": _CARD_NAME}


def _needs(key: str, words: Collection[str], other: str) -> Form:
    """Where a key says one of some words, another key is needed."""
    return {"if": {"properties": {key: {"enum": list(words)}}, "required": [key]}, "then": {"required": [other]}}


def _board(names: Vocabulary) -> Form:
    def table(words: str, offers: Iterable[str]) -> Form:
        offer = named(offers, f"treatments of this table, one or up to {MOST_OFFERS} equal ones")
        row = forms.keyed(
            {
                "name": said("its name, by which decisions are counted"),
                "offer": said("the treatment, or a list of equal ones", one_or_list(offer)),
                "when": said(
                    "conditions, all of which must be known and hold; `always` in the last row",
                    {"anyOf": [CONDITIONS, {"const": "always"}]},
                ),
                "source": said("the evidence cards it stands on", {"$ref": "#/definitions/Cards"}),
                "note": said("more about it, for the reader"),
            }
        ) | {"required": ["name", "offer", "when", "source"]}
        return said(words, items(row, MOST_ROWS))

    case = forms.keyed(
        {
            "who": said("who she is, in a clinician's words"),
            "findings": said("what is known of her", FINDINGS),
            "main": said("the row of the main table that she gets"),
            "background": said("the row of the background's table that she gets"),
        }
    ) | {"required": ["who", "findings"], "anyOf": [{"required": ["main"]}, {"required": ["background"]}]}
    keys = {
        "board": said("its name"),
        "means": said("what it is, in a sentence"),
        "background": table("what goes on beside everything else: the first row that fits", _lower(BACKGROUND)),
        "main": table("the main offer: the first row that fits", _lower(MAIN)),
        "cases": said("worked cases; every row is reached by one", items(case)),
    }
    return file_of("board", keys, ("background", "main", "cases")) | {"definitions": _cards(names.cards)}


def _lower(words: Iterable[IntEnum]) -> list[str]:
    return [word.name.lower() for word in words]


def _cards(cards: Mapping[str, str] | Iterable[str]) -> dict[str, Form]:
    return {"Cards": one_or_list(named(cards, "the name of an evidence card"))}


def _evidence_cards(names: Vocabulary) -> Form:
    source: Form = {"$ref": "#/definitions/SourceKeys"}
    pair: Form = {"type": "array", "items": _VALUE, "minItems": 2, "maxItems": 2}
    numbers: Form = {**pair, "items": forms.NUMBER}
    card = forms.keyed(
        {
            "means": said("what the number is, in a sentence"),
            "value": said(
                "a number, or several under a name each: 30 % is a share, 14 days a duration, 0.03 per month a rate",
                {**_VALUE, **_PARTS, "type": ["number", "string", "object"], "additionalProperties": _VALUE},
            ),
            "unit": said("for the reader; of a rule in words: rule"),
            "range": said(
                "what is plausible, lowest and highest",
                {**pair, "type": ["array", "object"], "additionalProperties": pair},
            ),
            "limits": said(
                "what makes sense at all; beyond it a value is refused",
                {**numbers, "type": ["array", "object"], "additionalProperties": numbers},
            ),
            "sums_to_1": said("true where the parts are shares of a whole", forms.SWITCH),
            "distribution": said("the shape it is drawn from"),
            "source": said("keys of sources.yaml; or else `assumption`", source),
            "assumption": said("why this value was chosen, where no source says it"),
            "assumed": said(
                "parts that are assumptions although the rest has a source", forms.mapping({"type": "string"})
            ),
            "rests_on": said("sources an assumption leans on", source),
            "where": said("table or arithmetic"),
            "quote": said("the sentence it was read in"),
            "population": said("exactly whom it was measured in"),
            "certainty": said("how sure it is", forms.one_of(CERTAINTIES)),
            "use": said("what it is for", forms.one_of(USES)),
            "note": said("what else one should know"),
            "not_read": said("why the model does not read it, or what it waits for"),
        }
    ) | {
        "required": list(REQUIRED),
        "oneOf": [{"required": ["source"]}, {"required": ["assumption"]}],
        "allOf": [
            _needs("use", ["later"], "not_read"),
            _needs("certainty", ["seed"], "quote"),
            _needs("certainty", ["seed", "found", "derived"], "source"),
            _needs("certainty", ["proposed"], "assumption"),
        ],
    }
    cards: Form = forms.mapping(card) | {"propertyNames": _CARD_NAME, "minProperties": 1}
    keys = {
        "topic": said("as the file is called"),
        "about": said("what the topic is", {"type": "string"}),
        "cards": said("by name", cards),
    }
    sources = one_or_list(named(names.sources, "a key of sources.yaml"))
    return file_of("cards", keys, ("topic", "cards")) | {"definitions": {"SourceKeys": sources}}


def _sources(_: Vocabulary) -> Form:
    source = forms.keyed(
        {
            "cite": said("authors, title, where and when it was published"),
            "doi": said("without an address before it", _VALUE),
            "pmid": said("number in PubMed", _VALUE),
            "pmc": said("number in PubMed Central, such as PMC6889414", _VALUE),
            "document": said("file name of the clinical document it is"),
        }
    ) | {"required": ["cite"]}
    return file_of("sources", {"sources": said("by key", forms.mapping(source))}, ("sources",))


def _figures(names: Vocabulary) -> Form:
    keys = {
        "about": said("what the register is"),
        "figures": said(
            "figures of the clinical documents by id, each with the cards that hold it",
            forms.mapping({"$ref": "#/definitions/Cards"}),
        ),
    }
    return file_of("figures", keys, ("figures",)) | {"definitions": _cards(list(names.cards))}


def _conflicts(names: Vocabulary) -> Form:
    conflict = forms.keyed(
        {
            "about": said("a title"),
            "found": said("what the sources say"),
            "decided": said("what was decided"),
            "cards": said("where it shows", {"$ref": "#/definitions/Cards"}),
        }
    ) | {"required": ["about", "found", "decided"]}
    keys = {"about": said("what the register is"), "conflicts": said("by name", forms.mapping(conflict))}
    return file_of("conflicts", keys, ("conflicts",)) | {"definitions": _cards(list(names.cards))}


def _sweep(_: Vocabulary) -> Form:
    path: Form = {**forms.TEXT, "examples": ["resources.ward.capacity", "evidence.delay_pancreas.median"]}
    parameter = forms.keyed(
        {
            "name": said("its column in the table", forms.NAME),
            "path": said(
                "a dotted path of the scenario, or a list of paths that all take the value", one_or_list(path)
            ),
            "values": said("the values it takes, such as [18, 20, 22]", {"type": "array", "minItems": 1}),
            "from": said("the lowest value, with its unit", _VALUE),
            "to": said("the highest value, in the same unit", _VALUE),
            "steps": said("how many values from the one to the other", forms.whole(2, 10_000)),
            "scale": said("steps of equal difference or of equal ratio", forms.one_of(("linear", "log"))),
            "whole": said("true for whole numbers only", forms.SWITCH),
        }
    ) | {"required": ["name", "path"], "oneOf": [{"required": ["values"]}, {"required": ["from", "to"]}]}
    figure: Form = {
        **forms.keyed({"kpi": forms.TEXT, "group": forms.TEXT}),
        "type": ["string", "object"],
        "required": ["kpi"],
    }
    keys = {
        "sweep": said("its name, that of the file", forms.NAME),
        "question": said("what it is to answer"),
        "description": said("more about it", {"type": "string"}),
        "scenario": said("the file of the scenario that is varied, seen from this folder"),
        "replications": said("of each point", forms.whole(1, 100_000)),
        "design": said(
            "every combination; each parameter alone; or points spread over all ranges", forms.one_of(DESIGNS)
        ),
        "points": said(f"how many, of {' and '.join(SAMPLED)} only", forms.whole(1, 10_000_000)),
        "seed": said("of a sampled design. Left out: 1", forms.whole(0, 10**18)),
        "limit": said(f"the most points that are taken. Left out: {MOST_POINTS}", forms.whole(1, 10_000_000)),
        "set": said("changes that hold for every point, by dotted path", {"type": "object"}),
        "parameters": said("what is varied", items(parameter)),
        "kpis": said("the figures that are drawn: names, or {kpi: ..., group: ...}", items(figure)),
    }
    required = ("sweep", "question", "scenario", "design", "replications", "parameters")
    return file_of("sweep", keys, required) | _needs("design", SAMPLED, "points")


def _pin(_: Vocabulary) -> Form:
    mean: Form = {"type": ["number", "string"], "pattern": "^none$"}
    keys = {
        "scenario": said("the scenario's name, that of the file", forms.NAME),
        "note": said("why this is right, in the words of the one who looked"),
        "file": said("the scenario's file"),
        "replications": said("how many", forms.whole(1, 10**9)),
        "set": said("changes that make it small enough, as path=value", {"type": "array", "items": forms.TEXT}),
        "tolerance": said("how far a figure may move, in pinned standard errors", {"type": "number", "minimum": 0}),
        "digests": said(
            "of what a result hangs on",
            {"type": "object", "required": list(DIGESTS), "additionalProperties": forms.TEXT},
        ),
        "logs": said("digest of each replication's log", forms.mapping(forms.TEXT)),
        "made_with": said("versions of what could move a last bit", forms.mapping(forms.TEXT)),
        "figures": said(
            "mean and standard error of each figure, by group; then how many replications have it, if not all",
            forms.mapping(forms.mapping({"type": "array", "items": mean, "minItems": 2, "maxItems": 3}))
            | {"propertyNames": {"pattern": r"^.+ \[.*\]$"}},
        ),
    }
    return file_of("pin", keys, tuple(keys))


def _intervals(_: Vocabulary) -> Form:
    events = _lower(Event)
    milestone = forms.keyed(
        {
            "event": said("an event of the patients' log", forms.one_of(events)),
            "of": said("which decisions or treatments", forms.one_of(dict.fromkeys(sum(OF.values(), (ANY,))))),
            "each": said("as a start: every one of a patient's, not her first alone", forms.SWITCH),
            "later": said("as an end: only in a later minute than the start", forms.SWITCH),
        }
    ) | {"required": ["event"]}
    interval = forms.keyed(
        {
            "name": said("as in the table of figures", forms.NAME),
            "means": said("what it is, in words"),
            "from": said("the milestone that starts the clock", milestone),
            "to": said("the milestones that stop it: the first of them to come", items(milestone)),
            "ends": said("milestones that end the wait otherwise", items(milestone)),
            "target": said("days within which it should be over", {"type": "number", "minimum": 0}),
            "standard": said("the share that should be over by then", forms.number(0, 1)),
            "source": said("where target and standard are from"),
        }
    ) | {"required": ["name", "means", "from", "to"]}
    return file_of("intervals", {"intervals": said("in the order of a patient's way", items(interval))}, ("intervals",))


def _planner_kpis(_: Vocabulary) -> Form:
    figure = forms.keyed(
        {
            "kpi": said("as in the table of figures; `*` stands for a name"),
            "group": said("of the figure. Left out: all"),
            "label": said("in words; {name} is what stands in the place of `*`"),
            "better": said("which way is good for patients", forms.one_of((LOWER, HIGHER, NEITHER))),
            "most": said("of a figure with `*`, how many are drawn", forms.whole(1, 10**9)),
            "first": said("whether it heads the answer of a comparison. Left out: false", forms.SWITCH),
        }
    ) | {"required": ["kpi", "label", "better"]}
    return file_of("planner_kpis", {"kpis": said("in the order in which they are told", items(figure))}, ("kpis",))


FILES: dict[str, Callable[[Vocabulary], Form]] = {
    "board": _board,
    "cards": _evidence_cards,
    "sources": _sources,
    "figures": _figures,
    "conflicts": _conflicts,
    "sweep": _sweep,
    "pin": _pin,
    "target": target,
    "calibration": calibration,
    "story": story,
    "intervals": _intervals,
    "planner_kpis": _planner_kpis,
}
