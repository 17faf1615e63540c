"""Every kind of file with its schema, as a dictionary and as the text that is shipped."""

from __future__ import annotations

import json

from sim.scenario import Scenario
from sim.scenario.forms import Form
from sim.schema.others import FILES
from sim.schema.scenario import scenario_schema
from sim.schema.vocabulary import Vocabulary, shipped

DRAFT = "http://json-schema.org/draft-07/schema#"
KINDS = ("scenario", *FILES)
"""What `kind:` may say in a file that somebody writes."""


def schema(kind: str, base: Scenario | None = None, names: Vocabulary | None = None) -> Form:
    """The schema of a kind of file.

    kind    one of KINDS
    base    of a scenario: one whose resources, sittings and streams are offered by name under `change:`
    names   that may be used; by default those of the shipped model and evidence

    >>> schema("sweep")["properties"]["replications"]["maximum"]
    100000
    """
    names = names or shipped()
    return {"$schema": DRAFT} | (scenario_schema(names, base) if kind == "scenario" else FILES[kind](names))


def as_text(form: Form) -> str:
    """A schema as JSON, the same for the same schema."""
    return json.dumps(form, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
