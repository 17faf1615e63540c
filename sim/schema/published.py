"""Published results and calibrations as JSON Schema.

    target(names), calibration(names)   the forms of the two kinds of file

Their keys and words are those of their readers in `sim.validation`; tests hold the two together.
"""

from __future__ import annotations

from sim.clinic.protocols import BACKGROUND, MAIN
from sim.scenario import forms
from sim.scenario.forms import Form
from sim.schema.conditions import CONDITIONS, asked
from sim.schema.keyed import file_of, items, said
from sim.schema.vocabulary import Vocabulary, named, one_or_list
from sim.validation.attributes import ATTRIBUTES
from sim.validation.care_file import LEAST_PATIENTS, MOST_PATIENTS
from sim.validation.target_file import ENDPOINT_WORDS, START_WORDS
from sim.validation.targets import (
    AS,
    ENDPOINTS,
    MEASURES,
    NAMES_OF_TREATMENTS,
    NATURES,
    OF_ATTRIBUTE,
    STARTS,
    UNITS,
    USES,
)

_SELECT = forms.keyed({name: asked(its) for name, its in ATTRIBUTES.items()})
_ATTRIBUTE = named({name: its.means for name, its in ATTRIBUTES.items()}, "an attribute")
_ANY_TEXT: Form = {"type": "string"}
_NUMBER_OR_BAND: Form = {
    "type": ["number", "array"], "minItems": 1, "errorMessage": "Expected: a number, or [lowest, highest]"
}  # fmt: skip
_TIME = forms.DURATION_OR_ZERO
_CHANGE: Form = {"type": "object"}


def target(names: Vocabulary) -> Form:
    """A file of published results."""
    one = _keys_of_a_target()
    result = forms.keyed(one) | {"required": ["id", "what", "source"]}
    keys = {
        "means": said("what the file is for, in a sentence"),
        "scenario": said("the scenario of all targets that say none, seen from the folder of this file"),
        "settings": said("ways of care by name, which targets can share", forms.mapping(forms.keyed(_care()))),
        "trials": said("emulated trials by name", forms.mapping(forms.keyed({**_care(), **_trial()}))),
        "targets": said("published results", items(result)),
    }
    return file_of("target", keys, ("targets",))


def _care() -> dict[str, Form]:
    """How patients are treated."""
    return {
        "means": said("what it is, in words"),
        "scenario": said("the file of the scenario it begins with, seen from the folder of this file"),
        "change": said("what is different from it: dotted paths and their values", _CHANGE),
        "patients": said("how many are walked at the usual 40,000", forms.whole(LEAST_PATIENTS, MOST_PATIENTS)),
        "queues": said("true for the hospital of the scenario itself, with all who wait in it", forms.SWITCH),
    }


def _trial() -> dict[str, Form]:
    main = [treatment.name.lower() for treatment in MAIN]
    background = [treatment.name.lower() for treatment in BACKGROUND]
    arm = forms.keyed(
        {
            "means": said("what it is, in words"),
            "offer": said("what whoever is enrolled is offered", one_or_list(named(main, "a treatment"))),
            "background": said("what goes on beside it", forms.one_of(background)),
            "withheld": said(
                "what no board offers her afterwards", one_or_list(named(NAMES_OF_TREATMENTS, "a treatment"))
            ),
            "change": said("what else is different in this arm", _CHANGE),
        }
    ) | {"required": ["offer"]}
    return {
        "enrol": said("who is enrolled: conditions of the board", CONDITIONS),
        "arms": said("by name", forms.mapping(arm) | {"minProperties": 1}),
    }


def _keys_of_a_part() -> dict[str, Form]:
    starts = {**dict.fromkeys(START_WORDS, "this treatment begins for the first time"), **STARTS}
    endpoints = {**dict.fromkeys(ENDPOINT_WORDS, "this treatment begins"), **ENDPOINTS}
    start = said("when the clock of each patient starts", named(starts, "a start of the clock"))
    asked_of = {"anyOf": [_ATTRIBUTE, _SELECT]}
    needing = ", ".join(name for name, kind in MEASURES.items() if kind == OF_ATTRIBUTE)
    against = {
        "select": said("conditions in addition", _SELECT),
        "t0": start,
        "arm": said("another arm of the trial"),
        "setting": said("another setting of the file"),
    }
    return {
        "what": said("what was published, in words"),
        "setting": said("the name of one of the file's settings"),
        **{key: its for key, its in _care().items() if key in ("scenario", "change")},
        "trial": said("the name of one of the file's trials"),
        "arm": said("the name of an arm of the trial"),
        "select": said("which patients: conditions on attributes", _SELECT),
        "t0": start,
        "endpoint": said("what stops it", named(endpoints, "an endpoint")),
        "measure": said("how the sample is summed up", forms.one_of(MEASURES)),
        "at": said("the time of a curve, or a list of times", one_or_list(_TIME)),
        "of": said(f"an attribute of {needing}, or conditions; conditions of a proportion", asked_of),
        "within": said(
            "the time within which a share or a hazard ratio counts the endpoint. Left out: any time", _TIME
        ),
        "quantile": said("which quantile. Left out: 0.5", forms.number(0, 1)),
        "unit": said("of a median or a restricted mean. Left out: months", forms.one_of(UNITS)),
        "beside": said("further attributes of a log hazard", one_or_list(asked_of)),
        "against": said("the group it is compared with", forms.keyed(against)),
        "as": said("how two groups are compared", forms.one_of(AS)),
        "value": said("a number, [lowest, highest], or a list of these for a list of times", _NUMBER_OR_BAND),
        "interval": said("[lowest, highest] as published, or a list of these", {"type": "array", "minItems": 1}),
        "n": said("of how many patients it comes", {"type": "number", "exclusiveMinimum": 0}),
        "tolerance": said(
            "how far off still counts as inside: 0.08, or '25 %' of the number", {"type": ["number", "string", "array"]}
        ),
    }


def _keys_of_a_target() -> dict[str, Form]:
    part = forms.keyed(_keys_of_a_part())
    return {
        "id": said("a short name, such as c01"),
        **_keys_of_a_part(),
        **_trial(),
        **{key: its for key, its in _care().items() if key in ("patients", "queues")},
        "source": said("who published it: a key of the evidence's sources, or a citation"),
        "use": said("fitted to, only checked, or only reported. Left out: check", forms.one_of(USES)),
        "nature": said("read_back if the model reads it as an input. Left out: emergent", forms.one_of(NATURES)),
        "tier": said("how good the source is", _ANY_TEXT),
        "parts": said("several numbers; what a part does not say the target says", items(part)),
        "note": said("for the reader", _ANY_TEXT),
        "why": said("why the model may differ", _ANY_TEXT),
    }


def calibration(names: Vocabulary) -> Form:
    """What is fitted to which published results."""
    free = named(list(names.evidence), "the name of a number of the evidence whose card has a range")
    keys = {
        "means": said("what is fitted, and to what"),
        "targets": said(
            "the file of targets, or several, seen from the folder of this one; those of `use: fit` count",
            {"anyOf": [_ANY_TEXT, items(_ANY_TEXT)]},
        ),
        "free": said("the numbers of the evidence that are fitted", items(free) | {"uniqueItems": True}),
        "patients": said("in each way of care. Left out: 15,000", forms.whole(500, 1_000_000)),
        "rounds": said("at most so many steps of the search. Left out: 6", forms.whole(1, 100)),
    }
    return file_of("calibration", keys, ("targets", "free"))
