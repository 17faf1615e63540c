"""A thousand shipped files with something broken in them: each is read, or refused with a place; nothing else."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from sim.errors import InputError, Problem
from sim.scenario import read_scenario

SHIPPED = sorted((Path(__file__).parents[2] / "scenarios").glob("*.yaml"))
MUTANTS = 1000
_SCRAPS = (
    *(b"{", b"}", b"[", b"]", b":", b": ", b"- ", b"#", b"'", b'"', b"|", b">", b"? ", b"~", b"{}", b"[]", b"''"),
    *(b"&a ", b"*a", b"!!python/object:x ", b"<<: ", b"---\n", b"...\n", b"%YAML 1.1\n", b"[[[[[["),
    *(b"\t", b"\n", b"\r", b"\0", b"\xff", b"\xc3", b"\xef\xbb\xbf", "\u2028\u0130\U0001f600".encode()),
    *(b"null", b"yes", b"true", b"1e400", b"-1", b"0", b"012", b".nan", b"1e-5", b"99999999999999999999"),
    *(
        b"9999-12-31",
        b"0001-01-01",
        b"1e9 years",
        b"-1 min",
        b"0 min",
        b"200 %",
        b"1e300 per min",
        b"name",
        b"resources.",
    ),
)


def _some_byte(chance: random.Random, text: bytes) -> bytes:
    at = chance.randrange(len(text))
    return text[:at] + bytes([chance.randrange(256)]) + text[at + 1 :]


def _scrap(chance: random.Random, text: bytes) -> bytes:
    at = chance.randrange(len(text))
    return text[:at] + chance.choice(_SCRAPS) + text[at + chance.choice((0, 0, 1, 5)) :]


def _other_value(chance: random.Random, text: bytes) -> bytes:
    lines = text.split(b"\n")
    at = chance.randrange(len(lines))
    key, colon, _ = lines[at].partition(b":")
    lines[at] = key + colon + b" " + chance.choice(_SCRAPS)
    return b"\n".join(lines)


def _without_lines(chance: random.Random, text: bytes) -> bytes:
    lines = text.split(b"\n")
    at = chance.randrange(len(lines))
    del lines[at : at + chance.choice((1, 1, 2, 10))]
    return b"\n".join(lines)


def _line_again(chance: random.Random, text: bytes) -> bytes:
    lines = text.split(b"\n")
    lines.insert(chance.randrange(len(lines)), chance.choice(lines))
    return b"\n".join(lines)


def _other_indent(chance: random.Random, text: bytes) -> bytes:
    lines = text.split(b"\n")
    at = chance.randrange(len(lines))
    lines[at] = b" " * chance.randrange(8) + lines[at].lstrip()
    return b"\n".join(lines)


def _words_swapped(chance: random.Random, text: bytes) -> bytes:
    words = text.split(b" ")
    one, other = chance.randrange(len(words)), chance.randrange(len(words))
    words[one], words[other] = words[other], words[one]
    return b" ".join(words)


def _cut_off(chance: random.Random, text: bytes) -> bytes:
    return text[: chance.randrange(len(text))]


WAYS: tuple[Callable[[random.Random, bytes], bytes], ...] = (
    _some_byte,
    _scrap,
    _other_value,
    _other_value,
    _without_lines,
    _line_again,
    _other_indent,
    _words_swapped,
    _cut_off,
)


def _problems(path: Path) -> tuple[Problem, ...]:
    """What is wrong with a file; any other exception than an InputError gets through."""
    try:
        read_scenario(path)
    except InputError as error:
        return error.problems
    return ()


@pytest.mark.parametrize("tenth", range(10))
def test_a_broken_file_is_read_or_refused_with_its_place(tenth: int, tmp_path: Path) -> None:
    for path in SHIPPED:
        shutil.copy(path, tmp_path)
    refused = 0
    for number in range(tenth * MUTANTS // 10, (tenth + 1) * MUTANTS // 10):
        chance = random.Random(number)
        # Half of the mutants are of the baseline, in which most can break.
        source = chance.choice(SHIPPED) if chance.random() < 0.5 else SHIPPED[0]
        text = source.read_bytes()
        for _ in range(chance.choice((1, 1, 1, 2, 5))):
            text = chance.choice(WAYS)(chance, text) or b"\n"
        broken = tmp_path / source.name
        broken.write_bytes(text)
        problems = _problems(broken)
        refused += bool(problems)
        assert all(problem.file and problem.found and problem.expected for problem in problems), number
        shutil.copy(source, tmp_path)
    assert 50 <= refused < 100  # most mutations break something, and some hit a comment or a text
