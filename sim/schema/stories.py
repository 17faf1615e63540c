"""Worked patients as JSON Schema.

    story(names)   the form of the file

Its keys and words are those of their reader in `sim.stories`; tests hold the two together.
"""

from __future__ import annotations

from enum import IntEnum

from sim.clinic.patient import BloodGroup, Exclusion, Grade, Hormone, Site
from sim.scenario import forms
from sim.scenario.forms import Form
from sim.schema.keyed import file_of, items, said
from sim.schema.vocabulary import Vocabulary

_SWITCH: Form = {"type": "boolean"}
_ANY: Form = {"type": "object"}
_AFTER = said("how long after first symptom", forms.DURATION_OR_ZERO)


def _lower(names: type[IntEnum]) -> Form:
    return forms.one_of(its.name.lower() for its in names)


_PERSON: dict[str, Form] = {
    "age": said("years", forms.number(18, 100)),
    "sex": forms.one_of(("female", "male")),
    "site": said("where the primary is", _lower(Site)),
    "grade": said("of the whole disease", forms.one_of(its.name for its in Grade)),
    "ki67_pct": said("Ki-67, of the grade", forms.number(0, 100)),
    "growth": said("how fast it grows untreated, such as 2 % per month"),
    "hormone": said("which hormone it makes", _lower(Hormone)),
    "receptors": said("does it take up the tracer?", forms.one_of(("negative", "positive"))),
    "kidney_disease": said("chronic", _SWITCH),
    "egfr": said("mL/min", forms.number(1, 150)),
    "bilirubin": said("umol/L", forms.number(1, 500)),
    "biliary_procedure": said("has had one on the bile duct", _SWITCH),
    "ecog": said("performance status at first symptom", forms.whole(0, 4)),
    "delay": said("first symptom until somebody takes it seriously", forms.DURATION_OR_ZERO),
    "found_by_chance": said("without symptoms", _SWITCH),
    "began_in_liver": said("there is no primary elsewhere", _SWITCH),
    "heart_disease": said("carcinoid heart disease comes", _SWITCH),
    "blood_group": _lower(BloodGroup),
    "transplant_exclusion": said("what bars from a transplant", _lower(Exclusion)),
    "right_lobe": said("its share of the liver, such as 65 %"),
    "mri": said("the radiologist asks for one too", _SWITCH),
}

_LESION: dict[str, Form] = {
    "after": _AFTER,
    "cm": said("diameter", forms.number(0.1, 20)),
    "lobe": forms.one_of(("right", "left", "both")),
    "number": said("so many alike", forms.whole(1, 48)),
}

_PLACE: dict[str, Form] = {
    "to": said("where"),
    "after": _AFTER,
    "hurts_after": said("bone: how long after first symptom", forms.DURATION_OR_ZERO),
    "closes_bowel_after": said("peritoneum: how long after first symptom", forms.DURATION_OR_ZERO),
}

_LINE: dict[str, Form] = {
    "date": said("the day on which it happens", forms.DAY),
    "event": said("what happens, as the log calls it"),
    "row": said("the row of the board that decides"),
    "treatment": said("which treatment"),
    "of": said("of what"),
    "list": said("the list or the place it is on"),
    "ecog": said("the new performance status", forms.whole(0, 4)),
}


def story(names: Vocabulary) -> Form:
    """A worked patient."""
    line = forms.keyed(_LINE) | {"required": ["event"]}
    keys = {
        "story": said("its name, as that of the file", forms.NAME),
        "means": said("who she is and what happens, in a sentence or two"),
        "patient": said("who she is", forms.keyed(_PERSON)),
        "first_symptom": said("the day", forms.DAY),
        "liver_metastases": said("each with its size", items(forms.keyed(_LESION))),
        "spread": said("disease outside the liver", items(forms.keyed(_PLACE))),
        "dies": said("when and of what", forms.keyed({"after": _AFTER, "of": said("the cause")})),
        "hospital": said("a scenario, seen from the folder of this file; else one where nobody else is"),
        "change": said("what is different of the hospital: dotted paths and their values", _ANY),
        "evidence": said("other values of the evidence, by name", _ANY),
        "years": said("how long she is followed", forms.number(0, 40)),
        "journey": said("what is to happen, in order", items(line | {"required": ["date", "event"]})),
        "never": said("what must not happen", items(line)),
    }
    return file_of("story", keys, ("story", "means", "patient", "journey"))
