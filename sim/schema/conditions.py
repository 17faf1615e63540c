"""What a row of the tumour board may ask, and what is known of a worked case, as JSON Schema.

CONDITIONS     attributes with comparisons or levels, for `when:`
CHANGED        the same, where `any` takes a condition out
FINDINGS       attributes with what is known, for a worked case
"""

from __future__ import annotations

from sim.clinic.board import ATTRIBUTES, Attribute
from sim.scenario import forms
from sim.scenario.clinical import ANY
from sim.scenario.forms import Form

_ONE = r"(<=|>=|<|>|=)\s*([+-]?\d+(\.\d+)?|[a-z][a-z0-9_.]*)"
_COMPARISONS = rf"\s*{_ONE}\s*( and \s*{_ONE}\s*)*"


def asked(attribute: Attribute, *, also: str = "") -> Form:
    """A condition on an attribute; `also` is a word that may stand in its place."""
    words = {"description": _words(attribute)}
    if attribute.levels:
        level = forms.one_of(attribute.levels) | {
            "errorMessage": f"Expected: one or a list of {', '.join(attribute.levels)}"
        }
        alone = forms.one_of([*attribute.levels, also]) if also else level
        return words | {"anyOf": [alone, {"type": "array", "items": level, "minItems": 1}]}
    pattern = f"({_COMPARISONS}|{also})" if also else _COMPARISONS
    return words | {
        "type": ["number", "string"],
        "pattern": f"^{pattern}$",
        "examples": ["<= 20", ">= 3 and <= 20"],
        "errorMessage": 'Expected: a comparison such as "<= 20", ">= 3 and <= 20", or a number',
    }


def _known(attribute: Attribute) -> Form:
    if attribute.levels:
        return {**forms.one_of(attribute.levels), "description": _words(attribute)}
    return {**forms.number(attribute.lowest, attribute.highest), "description": _words(attribute)}


def _words(attribute: Attribute) -> str:
    return attribute.means + (f", in {attribute.unit}" if attribute.unit not in ("", "number") else "")


CONDITIONS = forms.keyed({name: asked(its) for name, its in ATTRIBUTES.items()}) | {"minProperties": 1}
CHANGED = forms.keyed({name: asked(its, also=ANY) for name, its in ATTRIBUTES.items()}) | {"minProperties": 1}
FINDINGS = forms.keyed({name: _known(its) for name, its in ATTRIBUTES.items()})
