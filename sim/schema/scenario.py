"""A scenario file as JSON Schema: a whole one, or one that says what it changes of its base.

    scenario_schema(names, base)   -> dict

Which of the two a file is, its `based_on` says.
"""

from __future__ import annotations

from sim.scenario import Scenario, forms
from sim.scenario.forms import Form
from sim.scenario.merge import SECTIONS
from sim.scenario.model import KINDS
from sim.schema.changes import SHARES_OR_SHARE, changes
from sim.schema.parts import REF, definitions, part_of, relaxed
from sim.schema.vocabulary import Vocabulary

_NEEDED = ("run", "arrivals", "catchment", "holidays", "resources")
_GROUP_OR_SHARE: Form = {**forms.SHARE, "type": ["object", *forms.SHARE["type"]]}


def scenario_schema(names: Vocabulary, base: Scenario | None = None) -> Form:
    """The schema of a scenario file.

    names   that may be used in it
    base    a scenario whose resources, sittings and streams are offered by name in a file that changes it
    """
    shares = forms.keyed(dict.fromkeys(names.treatments, forms.SHARE))
    found = definitions(names) | {"Shares": shares, SHARES_OR_SHARE: shares | _GROUP_OR_SHARE}
    sections = _sections(names)
    title = _title()
    whole = forms.keyed({**title, "based_on": _BASED_ON, **sections})
    whole["required"] = ["kind", "scenario", "question", *_NEEDED]
    overlay = forms.keyed({**title, "based_on": _BASED_ON, "change": {"$ref": REF + "Changes"}, "remove": _REMOVE})
    overlay["required"] = ["kind", "scenario", "question", "based_on"]
    loose = {name: relaxed(form) for name, form in sections.items()}
    found |= part_of(found)
    found["Changes"] = changes(loose, found, names.resources, base)
    return {
        "type": "object",
        "if": {"required": ["based_on"]},
        "then": {"$ref": REF + "ChangedScenario"},
        "else": {"$ref": REF + "WholeScenario"},
        "definitions": {**found, "WholeScenario": whole, "ChangedScenario": overlay},
    }


_BASED_ON: Form = {
    **forms.TEXT,
    "description": "the scenario file that this one changes, seen from its folder; then `change` and `remove` follow",
    "examples": ["baseline.yaml"],
}
_REMOVE: Form = {
    "type": "array",
    "description": "dotted paths of what is taken out of the base, before anything is changed",
    "items": {**forms.TEXT, "examples": ["holidays", "resources.ct.competing.liver_and_pancreas"]},
}


def _title() -> dict[str, Form]:
    return {
        "kind": {"const": "scenario", "description": "what this file is: a scenario"},
        "scenario": forms.NAME | {"description": "its name, that of the file"},
        "question": forms.TEXT | {"description": "what it is to answer, in a sentence"},
        "description": forms.TEXT | {"description": "more about it, for the reader"},
    }


def _sections(names: Vocabulary) -> dict[str, Form]:
    """The sections of a scenario, in their order."""
    care: Form = {"$ref": REF + "Care"}
    found: dict[str, Form] = {
        "run": {"$ref": REF + "Run"},
        "arrivals": {"$ref": REF + "Arrivals"},
        "catchment": {"$ref": REF + "Catchment"},
        "holidays": {
            "anyOf": [{"$ref": REF + "Holidays"}, {"const": "none"}],
            "description": "a country, whose public holidays are worked out, or dates, or the word none",
        },
        "cohort": {"$ref": REF + "Cohort"},
        "evidence": {
            "$ref": REF + "Evidence",
            "description": "other values in place of those of evidence cards, by the card's name",
        },
        "board": {"$ref": REF + "Board"},
        "preference": {
            "type": "object",
            "description": "shares of treatments that the board offers as equals, by group; of each group together 1",
            "properties": {name: {"$ref": REF + SHARES_OR_SHARE} for name in names.treatments},
            "additionalProperties": {"$ref": REF + "Shares"},
        },
        "treatments": forms.keyed(dict.fromkeys(names.treatments, care))
        | {"description": "treatments that are given elsewhere, or not at all"},
        "staff": forms.mapping({"$ref": REF + "Group"}) | {"description": "groups of people whom sittings need"},
        "diseases": forms.mapping({"$ref": REF + "Disease"})
        | {"description": "by disease: factors of all its streams of competing patients"},
        "resources": _resources(names),
    }
    return {section: found[section] for section in SECTIONS}


def _resources(names: Vocabulary) -> Form:
    of_kind = {kind: {"$ref": REF + model.__name__} for kind, model in KINDS.items()}
    return {
        "type": "object",
        "description": "lists, places and offers, by name",
        "properties": {
            name: of_kind[kind] | {"description": f"a {kind}, which the pathway uses"}
            for name, kind in names.resources.items()
        },
        "required": list(names.resources),
        "additionalProperties": {"anyOf": list(of_kind.values())},
    }
