"""What of the clinic a scenario may say otherwise: who the patients are, what the board does, who treats where.

    Cohort                    the mix of patients in plain words; `cohort.evidence()` says it in names of evidence
    Board, ChangedRow, NewRow what of the tumour board's table is different
    Care                      where a treatment is given

What the names of rows, attributes and treatments are is for the clinic to say; see `check.Known`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, PlainSerializer, model_validator
from pydantic_core import PydanticCustomError

from sim.errors import nearest
from sim.scenario import forms
from sim.scenario.demand import Spread
from sim.scenario.forms import typed_as
from sim.scenario.parts import Part
from sim.scenario.words import NOT_SAID, Name, NumberOrNot, ShareOrNot, Sources, Text, named_shares, one_of, wrong

SITES = ("small_intestine", "pancreas", "other", "unknown")
GRADES = ("g1", "g2", "net_g3", "nec")
ECOG = ("ecog_0", "ecog_1", "ecog_2")
HERE = "here"
ANY = "any"  # in a changed row of the board: whatever it is


def _mix(names: tuple[str, ...]) -> BeforeValidator:
    """Shares of all of some names, together 1; who is left out has none."""
    expected = f"shares of {', '.join(names)} that add up to 1"

    def read(typed: Any) -> dict[str, float]:
        for name in typed if isinstance(typed, Mapping) else ():
            if name not in names:
                raise wrong(expected, nearest(str(name), names), f"'{name}'")
        try:
            shares = named_shares(typed)
        except PydanticCustomError as error:
            context = error.context or {}
            raise wrong(expected, context["todo"], context["found"]) from None
        return {name: shares.get(name, 0.0) for name in sorted(names)}

    return typed_as(read, forms.shares_of(names))


def _by_site(typed: Any) -> Any:
    expected = f"a mapping from sites ({', '.join(SITES)}) to shares of {', '.join(GRADES)}"
    if not isinstance(typed, Mapping):
        raise wrong(expected)
    for site in typed:
        if site not in SITES:
            raise wrong(expected, nearest(str(site), SITES), f"'{site}'")
    return dict(sorted(typed.items()))


BY_SITE = forms.keyed(dict.fromkeys(SITES, forms.shares_of(GRADES)))
Sites = Annotated[dict[str, float], _mix(SITES)]
Grades = Annotated[dict[str, float], _mix(GRADES)]
Performance = Annotated[dict[str, float], _mix(ECOG)]


class Age(Part):
    """Age at first symptom, in years."""

    mean: NumberOrNot = Field(NOT_SAID, description="the mean in years, such as 59")
    sd: NumberOrNot = Field(NOT_SAID, description="the standard deviation in years, such as 11")


class Cohort(Part):
    """Who the patients are, where that is not as the evidence says; what is left out stays as it says."""

    site: Sites = Field({}, description=f"shares of {', '.join(SITES)} that add up to 1")
    grade: Annotated[dict[str, Grades], typed_as(_by_site, BY_SITE)] = Field(
        {}, description=f"for some sites, shares of {', '.join(GRADES)} that add up to 1"
    )
    functioning: ShareOrNot = Field(NOT_SAID, description="the share whose tumour makes hormones, such as 30 %")
    age: Age = Field(
        Age.model_validate({}), description="a mean and a standard deviation in years, such as {mean: 59, sd: 11}"
    )
    male: ShareOrNot = Field(NOT_SAID, description="the share of men, such as 52 %")
    performance: Performance = Field({}, description=f"shares of {', '.join(ECOG)} that add up to 1")
    kidney_disease: ShareOrNot = Field(NOT_SAID, description="the share with kidney disease, such as 12 %")
    source: Sources = Field((), description="a key of the evidence's sources, or a list of them")
    assumption: Text = Field("", description="the reason for numbers that have no source")

    def evidence(self) -> dict[str, tuple[tuple[str, ...], float]]:
        """The same in names of evidence: name -> (keys of this section that say it, value).

        >>> Cohort.model_validate({"male": "40 %", "assumption": "Ours."}).evidence()
        {'male_share': (('male',), 0.4)}
        """
        said: dict[str, tuple[tuple[str, ...], float]] = {}
        for key, card, shares in (
            (("site",), "site_share", self.site),
            (("performance",), "ecog_at_symptom", self.performance),
            *((("grade", site), f"grade_share_{site}", grades) for site, grades in self.grade.items()),
        ):
            said |= {f"{card}.{part}": ((*key, part), share) for part, share in shares.items()}
        for keys, name, number in (
            (("functioning",), "functioning_share", self.functioning),
            (("age", "mean"), "age.mean", self.age.mean),
            (("age", "sd"), "age.sd", self.age.sd),
            (("male",), "male_share", self.male),
            (("kidney_disease",), "kidney_disease", self.kidney_disease),
        ):
            if number != NOT_SAID:
                said[name] = (keys, number)
        return said


NO_DELAY = Spread.model_construct(median=0, sigma=0.0)


class Care(Part):
    """Where a treatment is given: here, at another hospital after a wait of its own, or not at all."""

    where: Annotated[str, one_of(HERE, "elsewhere", "none")] = Field(description="here, elsewhere or none")
    delay: Annotated[Spread, PlainSerializer(lambda its: "" if its == NO_DELAY else its.model_dump(by_alias=True))] = (
        Field(NO_DELAY, description="from the decision to the first session elsewhere, a median and a sigma")
    )
    source: Sources = Field((), description="a key of the evidence's sources, or a list of them")
    assumption: Text = Field("", description="the reason for numbers that have no source")

    @model_validator(mode="after")
    def _delay_where_there_is_one(self) -> Care:
        if self.where == "elsewhere" and self.delay == NO_DELAY:
            todo = "add `delay: {median: 8 weeks, sigma: 0.4}`, from the decision to the first session"
            raise wrong("a delay with `where: elsewhere`", todo, "no delay")
        if self.where != "elsewhere" and self.delay != NO_DELAY:
            raise wrong(
                "a delay only with `where: elsewhere`", "take the delay out", f"a delay with where: {self.where}"
            )
        return self


def _conditions(typed: Any) -> Any:
    expected = 'conditions such as {ecog: "<= 2", site: [pancreas, other]}'
    if not isinstance(typed, Mapping) or not typed:
        raise wrong(expected, "rows for everybody (`when: always`) end a table; they can not be added" if typed else "")
    for name, value in typed.items():
        words = value if isinstance(value, list) else [value]
        if not words or isinstance(value, bool) or not all(isinstance(word, str | int | float) for word in words):
            raise wrong(expected, f"write a comparison, a level or a list of levels for '{name}'")
    return dict(sorted(typed.items()))


def _offer(typed: Any) -> Any:
    words = [typed] if isinstance(typed, str) else typed
    if not isinstance(words, list) or not words or not all(isinstance(word, str) for word in words):
        raise wrong("the name of a treatment, or a list of equal ones")
    return tuple(words)


CONDITIONS = forms.mapping({"type": ["string", "number", "array"]}) | {"minProperties": 1}
Conditions = Annotated[dict[str, Any], typed_as(_conditions, CONDITIONS)]
Offer = Annotated[tuple[str, ...], typed_as(_offer, forms.ONE_OR_MORE_TEXTS), PlainSerializer(list)]


class ChangedRow(Part):
    """A row of the tumour board with other conditions or another offer; conditions it does not name stay."""

    when: Conditions = Field({}, description='conditions such as {ecog: "<= 2"}; `any` takes one out')
    offer: Offer = Field((), description="the name of a treatment, or a list of equal ones")

    @model_validator(mode="after")
    def _something(self) -> ChangedRow:
        if not self.when and not self.offer:
            raise wrong("other conditions (`when`) or another offer (`offer`)", found="neither")
        return self


class NewRow(Part):
    """A row of the tumour board that this scenario adds."""

    before: Name = Field(description="the name of the row before which it stands")
    offer: Offer = Field(description="the name of a treatment, or a list of equal ones")
    when: Conditions = Field(description='conditions such as {ecog: "<= 2"}')
    source: Sources = Field((), description="the name of an evidence card, or a list of them")
    assumption: Text = Field("", description="the reason for a row that has no source")
    trial: bool = Field(False, description="true where the row enrols in a trial; then trials_had counts it")


def _by_row(typed: Any) -> Any:
    if not isinstance(typed, Mapping):
        raise wrong("a mapping from names of rows to what is different")
    return dict(sorted(typed.items()))


BY_ROW = BeforeValidator(_by_row)


def _rows(typed: Any) -> Any:
    if not isinstance(typed, list):
        raise wrong("a list of names", "write [] for none")
    return tuple(sorted(set(typed))) if all(isinstance(name, str) for name in typed) else tuple(typed)


class Board(Part):
    """What of the tumour board's table is not used, or different, in this scenario."""

    rows_off: Annotated[tuple[Name, ...], BeforeValidator(_rows)] = Field((), description="a list of names of rows")
    change: Annotated[dict[str, ChangedRow], BY_ROW] = Field(
        {}, description="a mapping from names of rows to what is different"
    )
    add: Annotated[dict[Name, NewRow], BY_ROW] = Field({}, description="a mapping from names to new rows")
