"""What the kinds of file beside scenarios are put together from.

file_of(kind, keys, required)   a file whose first key says its kind
said(words, form)               a form with what an editor shows of it
items(form, most)               a list of such values, at least one
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sim.scenario import forms
from sim.scenario.forms import Form


def file_of(kind: str, keys: Mapping[str, Form], required: Collection[str]) -> Form:
    """The form of a file of a kind, with its keys, some of which must be there."""
    says: Form = {"const": kind, "description": "what this file is"}
    return forms.keyed({"kind": says, **keys}) | {"required": ["kind", *required]}


def said(words: str, form: Form = forms.TEXT) -> Form:
    """A form with words about it."""
    return form | {"description": words}


def items(form: Form, most: int = 0) -> Form:
    """A list of such values, at least one, at most so many where that is told."""
    return {"type": "array", "minItems": 1, "items": form} | ({"maxItems": most} if most else {})
