"""The parts of a scenario as JSON Schema, from the models by which they are read.

    definitions(names)     -> dict   one for each model, with the names there are in place of any name
    part_of(definitions)   -> dict   the same where only some keys are said, as in a change

Each field's description is what its reader says is expected there, and what it is when it is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, models_json_schema

from sim.scenario import forms
from sim.scenario.clinical import Board, Care, Cohort
from sim.scenario.demand import Arrivals, Disease
from sim.scenario.forms import Form
from sim.scenario.model import KINDS, Catchment, Holidays, Run
from sim.scenario.parts import Part
from sim.scenario.staff import Group
from sim.schema.conditions import CHANGED, CONDITIONS
from sim.schema.vocabulary import QUANTITIES, Vocabulary, named, one_or_list

MODELS: tuple[type[Part], ...] = (
    *(Run, Arrivals, Catchment, Holidays, Cohort, Board, Care, Group, Disease),
    *KINDS.values(),
)
REF = "#/definitions/"
PART = "_part"  # ends the name of a definition where only some keys are said
_SOURCED = ("Arrivals", "Cohort", "NewRow", *(model.__name__ for model in KINDS.values()))
_EXAMPLE = re.compile(r"such as [\"']?([^\"'{}\[\]]+?)[\"']?$")
_NOWHERE = {"errorMessage": "Expected: `source:` with a key of the sources, or `assumption:` with the reason"}
_FROM_SOMEWHERE: Form = {"anyOf": [{"required": ["source"], **_NOWHERE}, {"required": ["assumption"], **_NOWHERE}]}


class _Plain(GenerateJsonSchema):
    """Without titles, which are the names of things in Python, and with defaults as they would be typed."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        """No."""
        return False

    def default_schema(self, schema: Any) -> Form:
        """The form of the value; `_left_out` adds the default."""
        return self.generate_inner(schema["schema"])


def definitions(names: Vocabulary) -> dict[str, Form]:
    """The parts of a scenario by the name of their model, the kinds of quantity, and the names there are."""
    _, written = models_json_schema(
        [(model, "validation") for model in MODELS], ref_template=REF + "{model}", schema_generator=_Plain
    )
    found: dict[str, Form] = written["$defs"]
    for model in _all_of(MODELS):
        form = found[model.__name__]
        del form["title"]
        form["description"] = str(model.__doc__).split("\n\n")[0].replace("\n    ", " ")
        for key, default in _left_out(model).items():
            form["properties"][key]["default"] = default
        for its in form["properties"].values():
            _told(its)
    _name(found, names)
    for resource in KINDS.values():
        found[resource.__name__]["properties"]["kind"]["description"] = f"of resource: {', '.join(KINDS)}"
    for model_name in _SOURCED:
        found[model_name] |= _FROM_SOMEWHERE
    found["ChangedRow"]["minProperties"] = 1
    found["Care"] |= {
        "if": {"properties": {"where": {"const": "elsewhere"}}, "required": ["where"]},
        "then": {"required": ["delay"], **_FROM_SOMEWHERE},
    }
    return found | QUANTITIES


def _name(found: dict[str, Form], names: Vocabulary) -> None:
    """Puts the names that there are in place of any text."""
    row = {"anyOf": [named(names.rows, "the name of a row"), forms.NAME]}
    found["SourceKeys"] = one_or_list(named(names.sources, "a key of the evidence's sources"))
    found["Cards"] = one_or_list(named(list(names.cards), "the name of an evidence card"))
    found["Offer"] = one_or_list(named(names.treatments, "the name of a treatment"))
    found["Conditions"], found["ChangedConditions"] = CONDITIONS, CHANGED
    found["Evidence"] = forms.keyed(names.evidence)
    for model, key, name in (
        *((model, "source", "SourceKeys") for model, form in found.items() if "source" in form.get("properties", ())),
        ("NewRow", "source", "Cards"),
        ("NewRow", "when", "Conditions"),
        ("NewRow", "offer", "Offer"),
        ("ChangedRow", "when", "ChangedConditions"),
        ("ChangedRow", "offer", "Offer"),
    ):
        found[model]["properties"][key] = {"$ref": REF + name, "description": _words(found, model, key)}
    board = found["Board"]["properties"]
    board["rows_off"]["items"] = row
    board["change"]["properties"] = dict.fromkeys(names.rows, board["change"]["additionalProperties"])
    found["NewRow"]["properties"]["before"] = row | {"description": _words(found, "NewRow", "before")}


def _words(found: Mapping[str, Form], model: str, key: str) -> str:
    return str(found[model]["properties"][key]["description"])


def _all_of(models: tuple[type[Part], ...]) -> Iterator[type[Part]]:
    """The models and all models inside them, each once."""
    seen: list[type[Part]] = []
    queue: list[Any] = [*models]
    while queue:
        its = queue.pop()
        if isinstance(its, type) and issubclass(its, Part):
            if its not in seen:
                seen.append(its)
                yield its
                queue += [information.annotation for information in its.model_fields.values()]
        else:
            queue += getattr(its, "__args__", ())


_NAMES = tuple(model.__name__ for model in _all_of(MODELS))


def _left_out(model: type[Part]) -> dict[str, Any]:
    """What each key is when it is left out, as it would be typed; without those that then say nothing."""
    said: dict[str, Any] = {}
    for name, information in model.model_fields.items():
        if not information.is_required():
            typed = model.model_construct().model_dump(by_alias=True, include={name}, warnings=False)
            said |= {key: value for key, value in typed.items() if value not in ("", (), [], {})}
    return said


def _told(form: Form) -> None:
    """Takes the example from the description, and adds to it what is meant by leaving the key out."""
    example = _EXAMPLE.search(form.get("description", ""))
    if example and re.match(form.get("pattern", "$."), example[1]):
        form["examples"] = [example[1]]
    if "default" in form:
        default = form["default"]
        form.pop("examples", None)
        spoken = str(default).lower() if isinstance(default, bool) else default
        form["description"] += f". Left out: {spoken:g}" if isinstance(default, float) else f". Left out: {spoken}"


def part_of(found: Mapping[str, Form]) -> dict[str, Form]:
    """The definitions with nothing required, as a mapping that is laid over another; lists are replaced as a whole."""
    return {name + PART: relaxed(found[name]) for name in _NAMES}


def relaxed(form: Form) -> Form:
    """One form, and all that mappings hold below it, with nothing required.

    >>> relaxed({"$ref": "#/definitions/Run", "description": "When."})
    {'$ref': '#/definitions/Run_part', 'description': 'When.'}
    """
    loose = {key: value for key, value in form.items() if key not in ("required", "if", "then", "minProperties")}
    if loose.get("anyOf") == _FROM_SOMEWHERE["anyOf"]:
        del loose["anyOf"]
    if str(loose.get("$ref", "")).removeprefix(REF) in _NAMES:
        loose["$ref"] += PART
    if "anyOf" in loose:
        loose["anyOf"] = [relaxed(one) for one in loose["anyOf"]]
    for keys in ("properties", "patternProperties"):
        if keys in loose:
            loose[keys] = {key: relaxed(one) for key, one in loose[keys].items()}
    if isinstance(loose.get("additionalProperties"), dict):
        loose["additionalProperties"] = relaxed(loose["additionalProperties"])
    return loose
