"""Whether a card's quote stands in the document it cites, without the document.

The clinical documents are other people's text and are not shipped. What is shipped of each is a fingerprint: the
truncated hashes of all runs of four consecutive words, sorted, so that no text can be read off them.
A quote is in the document if each of its own runs of four words is.

    python -m sim.evidence.documents FOLDER            compares the fingerprints with the documents in FOLDER
    python -m sim.evidence.documents FOLDER --write    makes them anew

    words(text)                  -> list       the words as they are compared
    fingerprint(text)            -> Fingerprint
    read_fingerprints()          -> dict       the shipped ones, by source
    read_texts(folder, sources)  -> dict       the documents themselves, by source, to compare with instead

What it proves and what not: docs/evidence.md.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import sys
import textwrap
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from sim.errors import InputError, Problem
from sim.evidence.cards import Source
from sim.evidence.files import SOURCES, read_sources
from sim.reading import read_yaml

FINGERPRINTS = Path(__file__).parent / "fingerprints"
WINDOW = 4
"""Words in a run: fewer would be found by chance, more would not fit into the shortest quotes."""

BYTES = 3
"""Kept of each hash: a run that is not in the longest document (4,000 runs) passes with a chance of 1 in 4,000, and
a wrong word makes four such runs, two or three near an end of the quote, one at its very end."""

_HYPHEN = re.compile(r"(?<=\w)[-\u00ad\u2010\u2011]\s*(?=\w)")
_WORD = re.compile(r"[^\W_]+")


def words(text: str) -> list[str]:
    """The words of a text as they are compared: small letters and digits; what a hyphen parts is one word.

    >>> words("Liver me-\\ntastases: 30–60% (5-year).")
    ['liver', 'metastases', '30', '60', '5year']
    """
    plain = unicodedata.normalize("NFKC", text).casefold()
    return _WORD.findall(_HYPHEN.sub("", plain))


def runs(text: str) -> list[str]:
    """All runs of four consecutive words, in order.

    >>> runs("Half of the people stay")
    ['half of the people', 'of the people stay']
    """
    listed = words(text)
    return [" ".join(listed[at : at + WINDOW]) for at in range(len(listed) - WINDOW + 1)]


class Document(Protocol):
    """Something a quote can be looked up in."""

    def lacks(self, quote: str) -> str:
        """The first words of the quote that are not there; '' if all are."""
        ...


@dataclass(frozen=True)
class Fingerprint:
    """What is shipped of a document.

    source   its key in sources.yaml
    count    of words
    digest   SHA-256 of its words
    hashes   of its runs of words, truncated
    """

    source: str
    count: int
    digest: str
    hashes: frozenset[bytes]

    def lacks(self, quote: str) -> str:
        """The first run of the quote that is not there; '' if all are. A quote of fewer than four words never is.

        >>> fingerprint("Half of the people spend the night in the hospital.").lacks("of the people stay the night")
        'of the people stay'
        """
        listed = runs(quote) or [" ".join(words(quote))]
        return next((run for run in listed if _hash(run) not in self.hashes), "")


@dataclass(frozen=True)
class Text:
    """A document itself, as its words with a blank around each."""

    spaced: str

    def lacks(self, quote: str) -> str:
        """The quote's words if they do not stand there one after the other; '' if they do."""
        spoken = " ".join(words(quote))
        return "" if spoken and f" {spoken} " in self.spaced else spoken or "any word"


def _hash(run: str) -> bytes:
    return hashlib.sha256(run.encode()).digest()[:BYTES]


def fingerprint(text: str, source: str = "") -> Fingerprint:
    """What is shipped of a text."""
    listed = words(text)
    digest = hashlib.sha256(" ".join(listed).encode()).hexdigest()
    return Fingerprint(source, len(listed), digest, frozenset(map(_hash, runs(text))))


def read_fingerprints(folder: Path = FINGERPRINTS) -> dict[str, Document]:
    """The shipped fingerprints, by the key of their source.

    InputError where a file is damaged.
    """
    return {path.stem: _read_fingerprint(path) for path in sorted(folder.glob("*.yaml"))}


def _read_fingerprint(path: Path) -> Fingerprint:
    root = read_yaml(path)
    text, count, digest = root.get("hashes"), root.get("words"), root.get("sha256")
    try:
        joined = base64.b64decode("".join(text.split()), validate=True) if isinstance(text, str) else b""
    except binascii.Error:
        joined = b""
    if not joined or len(joined) % BYTES or not isinstance(count, int) or root.get("source") != path.stem:
        todo = "make it anew: python -m sim.evidence.documents FOLDER --write"
        raise InputError(root.problem((), "the fingerprint of a document", todo, found="something else"))
    hashes = frozenset(joined[at : at + BYTES] for at in range(0, len(joined), BYTES))
    return Fingerprint(path.stem, count, str(digest), hashes)


def written(found: Fingerprint) -> str:
    """The text of a fingerprint's file."""
    joined = base64.b64encode(b"".join(sorted(found.hashes))).decode()
    lines = "\n".join(f"  {line}" for line in textwrap.wrap(joined, 116))
    return (
        f"kind: fingerprint\nsource: {found.source}\nwords: {found.count}\nsha256: {found.digest}\n"
        f"hashes: |-  # {WINDOW} words each, {8 * BYTES} bits of their SHA-256, sorted\n{lines}\n"
    )


def read_texts(folder: str | Path, sources: Mapping[str, Source]) -> dict[str, Document]:
    """The clinical documents themselves, by the key of their source.

    folder    holds the files that sources.yaml names as `document`
    InputError if one is missing or can not be read.
    """
    return {key: Text(f" {' '.join(words(text))} ") for key, text in _texts(Path(folder), sources.values())}


def _texts(folder: Path, sources: Iterable[Source]) -> Iterable[tuple[str, str]]:
    problems, texts = [], []
    for source in sources:
        if source.document:
            file = folder / source.document
            try:
                texts.append((source.key, file.read_text("utf-8")))
            except (OSError, UnicodeDecodeError) as error:
                what = (getattr(error, "strerror", None) or "no text in UTF-8").lower()
                problems.append(Problem(str(file), found=what, expected=f"the document of {source.key}"))
    if problems:
        raise InputError(problems)
    return texts


def main(arguments: list[str]) -> int:
    """Does what the arguments ask; 1 where a fingerprint is out of date, 2 where they ask for nothing known."""
    folders = [argument for argument in arguments if argument != "--write"]
    if len(folders) != 1 or folders[0].startswith("-"):
        sys.stderr.write("python -m sim.evidence.documents FOLDER [--write]\n")
        return 2
    stale = 0
    try:
        for key, text in _texts(Path(folders[0]), read_sources(FINGERPRINTS.parent / SOURCES).values()):
            path, new = FINGERPRINTS / f"{key}.yaml", written(fingerprint(text, key))
            if "--write" in arguments:
                FINGERPRINTS.mkdir(exist_ok=True)
                path.write_text(new, "utf-8")
            elif not path.exists() or path.read_text("utf-8") != new:
                sys.stderr.write(f"{path.name} is not that of {folders[0]}\n")
                stale = 1
    except InputError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    return stale


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
