"""Reads evidence files: one YAML file of cards per topic, and `sources.yaml`.

    read_folder(folder)  -> cards, sources, problems    everything that could be read, and every mistake with its line
    read_cards(path)     -> cards                       one file of cards, or every mistake of it
    read_sources(path)   -> sources                     one file of sources, or every mistake of it

What a card must have: means, value, unit, population, certainty, use, and exactly one of source and assumption.
A card certain by its source (seed, found, derived) has a source, a proposed one an assumption, a recalled one
either; a seed card has the sentence it was read in. A card of use `later` says what it waits for. Every key it cites
is in `sources.yaml`, and no two files have a card of the same name. Numbers are checked by kind, limits and range;
shares of a whole must add up to 1.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from sim.errors import InputError, Problem, nearest, one_of
from sim.evidence.amounts import Amount, Written, amount
from sim.evidence.cards import CERTAINTIES, USES, Card, Source
from sim.reading import Node, Steps, read_yaml

SOURCES, FIGURES, CONFLICTS = "sources.yaml", "figures.yaml", "conflicts.yaml"
REGISTERS = (SOURCES, FIGURES, CONFLICTS)
"""Files of the folder that hold no cards."""

REQUIRED = ("means", "value", "unit", "population", "certainty", "use")
WORDS = (
    "means",
    "unit",
    "population",
    "certainty",
    "use",
    "assumption",
    "distribution",
    "where",
    "quote",
    "note",
    "not_read",
)
KEYS = (*REQUIRED, *WORDS, "source", "assumed", "rests_on", "range", "limits", "sums_to_1")
_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")


def read_folder(folder: Path) -> tuple[dict[str, Card], dict[str, Source], list[Problem]]:
    """All cards and sources of a folder, and every mistake found on the way, in the order of the files."""
    problems: list[Problem] = []
    sources = _read_sources(folder / SOURCES, problems)
    cards: dict[str, Card] = {}
    files: dict[str, str] = {}
    for file in sorted(folder.glob("*.yaml")):
        if file.name not in REGISTERS:
            _read_topic(file, sources, cards, files, problems)
    return cards, sources, problems


def read_cards(path: str | Path) -> dict[str, Card]:
    """The cards of one file; what they cite is looked up in the `sources.yaml` beside it, else in the shipped one.

    InputError holds every mistake of the file.
    """
    problems: list[Problem] = []
    beside = Path(path).parent / SOURCES
    sources = _read_sources(beside if beside.exists() else Path(__file__).parent / SOURCES, [])
    cards: dict[str, Card] = {}
    _read_topic(path, sources, cards, {}, problems)
    if problems:
        raise InputError(problems)
    return cards


def read_sources(path: str | Path) -> dict[str, Source]:
    """The sources of one file, by key.

    InputError holds every mistake of the file.
    """
    problems: list[Problem] = []
    sources = _read_sources(path, problems)
    if problems:
        raise InputError(problems)
    return sources


def _read_topic(
    path: str | Path,
    sources: Mapping[str, Source],
    cards: dict[str, Card],
    files: dict[str, str],
    problems: list[Problem],
) -> None:
    """Adds a file's cards to `cards`; `files` remembers which file a name was first seen in."""
    root = _read(path, problems)
    if root is None or not _headed(root, Path(path).stem, problems):
        return
    found = root.child("cards")
    if found is None or not isinstance(found.value, dict) or not found.value:
        problems.append(root.problem(("cards",), "cards by name"))
        return
    for name in found.value:
        at: Steps = ("cards", name)
        if not _NAME.fullmatch(name):
            problems.append(root.problem(at, "a name of small letters, digits and _", found=name, of_key=True))
        elif name in files:
            what = f"a card that is also in {files[name]}"
            problems.append(root.problem(at, "each card in one file", "take one out", found=what, of_key=True))
        elif not isinstance(found.value[name].value, dict):
            problems.append(root.problem(at, "a card: keys such as means, value, unit"))
        else:
            files[name] = Path(path).name
            card = _CardReader(root, at, name, Path(path).stem, sources, problems).card()
            if card is not None:
                cards[name] = card


def _read(file: str | Path, problems: list[Problem]) -> Node | None:
    try:
        return read_yaml(file)
    except InputError as error:
        problems.extend(error.problems)
        return None


def _headed(root: Node, stem: str, problems: list[Problem]) -> bool:
    before = len(problems)
    for key in root.value:
        if key not in ("kind", "topic", "about", "cards"):
            todo = nearest(key, ("kind", "topic", "about", "cards"))
            problems.append(root.problem((key,), "kind, topic, about, cards", todo, found=key, of_key=True))
    kind, topic = root.child("kind"), root.child("topic")
    if kind is None or kind.value != "cards":
        problems.append(root.problem(("kind",), "kind: cards"))
    if topic is None or topic.value != stem:
        problems.append(root.problem(("topic",), f"topic: {stem}, as the file is called"))
    return len(problems) == before


def _read_sources(path: str | Path, problems: list[Problem]) -> dict[str, Source]:
    root = _read(path, problems)
    if root is None:
        return {}
    kind, listed = root.child("kind"), root.child("sources")
    if kind is None or kind.value != "sources":
        problems.append(root.problem(("kind",), "kind: sources"))
    if listed is None or not isinstance(listed.value, dict):
        problems.append(root.problem(("sources",), "sources by key"))
        return {}
    sources = {}
    for key, node in listed.value.items():
        words = node.plain() if isinstance(node.value, dict) else {}
        if not isinstance(words.get("cite"), str) or not set(words) <= {"cite", "doi", "pmid", "pmc", "document"}:
            problems.append(root.problem(("sources", key), "cite, and where known doi, pmid, pmc and document"))
            continue
        sources[key] = Source(key, **{name: str(word) for name, word in words.items()})
    return sources


class _CardReader:
    """Reads one card and notes what is wrong with it."""

    def __init__(
        self, root: Node, at: Steps, name: str, topic: str, sources: Mapping[str, Source], problems: list[Problem]
    ):
        self.root, self.at, self.name, self.topic = root, at, name, topic
        self.sources, self.problems = sources, problems
        self.place = root.at(at).key
        self.fields: dict[str, Node] = root.at(at).value

    def card(self) -> Card | None:
        """The card, or None where anything is wrong with it."""
        before = len(self.problems)
        self._keys()
        words = {key: self._words(key) for key in WORDS}
        self._who_says_so(words)
        amounts, text = self._value(words["use"], words["unit"])
        card = Card(
            name=self.name,
            topic=self.topic,
            amounts=amounts,
            text=text,
            source=self._cited("source"),
            rests_on=self._cited("rests_on"),
            assumed=self._assumed(amounts),
            ranges=self._ranges(amounts),
            sums_to_1=self._sums_to_1(),
            file=self.place.file,
            line=self.place.line,
            **words,
        )
        found, expected = card.wrong_together({part: one.number for part, one in amounts.items()})
        if found:
            self._wrong(("value",), expected, found=found)
        return card if len(self.problems) == before else None

    def _wrong(self, key: Steps, expected: str, todo: str = "", *, found: str = "", of_key: bool = False) -> None:
        self.problems.append(self.root.problem((*self.at, *key), expected, todo, found=found, of_key=of_key))

    def _keys(self) -> None:
        for key in self.fields:
            if key not in KEYS:
                self._wrong((key,), "a key of a card", nearest(key, KEYS), found=key, of_key=True)
        for key in REQUIRED:
            if key not in self.fields:
                self._wrong((key,), f"every card to say its {key}")

    def _words(self, key: str) -> str:
        node = self.fields.get(key)
        if node is None:
            return ""
        if not isinstance(node.value, str) or not node.value.strip():
            self._wrong((key,), "words")
            return ""
        return node.value.strip()

    def _who_says_so(self, words: Mapping[str, str]) -> None:
        certainty, use = words["certainty"], words["use"]
        if certainty and certainty not in CERTAINTIES:
            self._wrong(("certainty",), one_of(CERTAINTIES), nearest(certainty, CERTAINTIES))
        if use and use not in USES:
            self._wrong(("use",), one_of(USES), nearest(use, USES))
        sourced, assumed = "source" in self.fields, "assumption" in self.fields
        if sourced == assumed:
            found = "both a source and an assumption" if sourced else "neither a source nor an assumption"
            todo = (
                "say with `assumed:` which parts are assumptions"
                if sourced
                else "say who says so, or why it was chosen"
            )
            self._wrong((), "exactly one of source and assumption", todo, found=found)
        elif certainty in ("seed", "found", "derived") and assumed:
            self._wrong(("certainty",), "a source, or the certainty proposed or recalled")
        elif certainty == "proposed" and sourced:
            self._wrong(("certainty",), "an assumption, or another certainty")
        if certainty == "seed" and not words["quote"]:
            self._wrong((), "the sentence it was read in, as `quote`", found="a seed card without its quote")
        if use == "later" and not words["not_read"]:
            self._wrong((), "what it waits for, as `not_read`", found="a later card that does not say so")
        elif use in ("model", "target") and words["not_read"]:
            self._wrong(("not_read",), f"no reason why it is not read, as its use is {use}")

    def _cited(self, key: str) -> tuple[str, ...]:
        node = self.fields.get(key)
        if node is None:
            return ()
        keys = node.plain() if isinstance(node.value, list) else [node.value]
        if not keys:
            self._wrong((key,), "keys of sources.yaml")
        for one in keys:
            if not isinstance(one, str):
                self._wrong((key,), "keys of sources.yaml")
            elif one not in self.sources:
                self._wrong((key,), "keys of sources.yaml", nearest(one, self.sources), found=one)
        return tuple(one for one in keys if isinstance(one, str))

    def _value(self, use: str, unit: str) -> tuple[dict[str, Amount], str]:
        node = self.fields.get("value")
        if node is None:
            return {}, ""
        if unit == "rule":
            if use == "model":
                self._wrong(("value",), "a number, as its use is model", "give a rule in words another use")
            return {}, self._words("value")
        if not isinstance(node.value, dict):
            one = self._amount(("value",), node.value, self._limits(""))
            return ({"": one} if one else {}), ""
        amounts = {}
        for part, value in node.value.items():
            if not _NAME.fullmatch(part):
                self._wrong(("value", part), "a name of small letters, digits and _", found=part, of_key=True)
            above = part.endswith("median")
            one = self._amount(("value", part), value.value, self._limits(part), above)
            if one:
                amounts[part] = one
        return amounts, ""

    def _amount(
        self, key: Steps, value: Written, within: tuple[float, float] | None = None, above: bool = False
    ) -> Amount | None:
        try:
            return amount(value, within, above)
        except ValueError as error:
            self._wrong(key, str(error))
            return None

    def _limits(self, part: str) -> tuple[float, float] | None:
        node = self.fields.get("limits")
        if node is None:
            return None
        key: Steps = ("limits", part) if part else ("limits",)
        pair = node.child(part) if part else node
        if pair is None:
            return None
        limits = pair.plain()
        if not _is_pair(limits) or not all(isinstance(end, int | float) for end in limits) or limits[0] > limits[1]:
            self._wrong(key, "a list of two numbers, the smallest and the largest allowed")
            return None
        return float(limits[0]), float(limits[1])

    def _ranges(self, amounts: Mapping[str, Amount]) -> dict[str, tuple[Amount, Amount]]:
        node = self.fields.get("range")
        if node is None:
            return {}
        whole = not isinstance(node.value, dict)
        ranges = {}
        for part, pair in {"": node}.items() if whole else node.value.items():
            key: Steps = ("range",) if whole else ("range", part)
            ends = pair.plain()
            if part not in amounts:
                self._wrong(key, "parts of the card's value", nearest(part, amounts), of_key=True)
            elif not _is_pair(ends):
                self._wrong(key, "a list of two, the lowest and the highest plausible value")
            else:
                low, high = (self._amount(key, end) for end in ends)
                if low is None or high is None:
                    continue
                if low.kind is not amounts[part].kind or high.kind is not amounts[part].kind:
                    self._wrong(key, amounts[part].kind.value + ", as the value is")
                elif not low.number <= amounts[part].number <= high.number:
                    self._wrong(key, f"a range around the value, {amounts[part].written}")
                else:
                    ranges[part] = (low, high)
        return ranges

    def _assumed(self, amounts: Mapping[str, Amount]) -> dict[str, str]:
        node = self.fields.get("assumed")
        if node is None:
            return {}
        reasons = node.plain()
        if not isinstance(reasons, dict) or not all(isinstance(reason, str) for reason in reasons.values()):
            self._wrong(("assumed",), "a reason for each assumed part of the value")
            return {}
        for part in reasons:
            if part not in amounts:
                self._wrong(("assumed", part), "parts of the card's value", nearest(part, amounts), of_key=True)
        return reasons

    def _sums_to_1(self) -> bool:
        node = self.fields.get("sums_to_1")
        if node is not None and not isinstance(node.value, bool):
            self._wrong(("sums_to_1",), "true or false")
        return node is not None and node.value is True


def _is_pair(value: object) -> bool:
    return isinstance(value, list) and len(value) == 2
