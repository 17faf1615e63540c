"""YAML as people write it, read strictly, with the place of everything that was read.

A scenario is typed by hand, and YAML is full of good intentions: `no` becomes false, `1:30` becomes 90,
`1e-5` becomes a text, the second of two equal keys wins without a word. Here nothing is guessed: a value
that could be misread is refused, with its place and with what to write instead.

    read_yaml(path)              -> Node             a file's content, or an InputError that names every mistake
    parse_yaml(text, file)       -> Node             the same for text
    compose(text, file)          -> Node, problems   for readers who have problems of their own to add
    compose_file(path)           -> Node, problems, text
    parse_value(text, file)      -> Node             one value, such as the right side of `path=value`
    dump_yaml(data)              -> str              canonical text that reads back as the same data
    is_file(path)                -> bool             no matter what somebody typed for a path

A `Node` is a value with its place; `node.plain()` is the data without places, `node.problem(steps, ...)` a
Problem that points at the right line. `made(value, place)` is a node that was never in a file.

Scalars follow the core of YAML 1.2: whole numbers, decimal numbers (also `1e-5`), `true`, `false`, text. Dates
stay text. Keys are always text. There are no aliases, anchors, merge keys, tags or second documents, so a small
file can not unfold into a large one.

Knows nothing of scenarios, boards or evidence.
"""

from sim.reading.files import compose, compose_file, dump_yaml, is_file, parse_value, parse_yaml, read_yaml
from sim.reading.nodes import UNREADABLE, Node, Place, Scalar, Steps, described, made

__all__ = [
    "UNREADABLE",
    "Node",
    "Place",
    "Scalar",
    "Steps",
    "compose",
    "compose_file",
    "described",
    "dump_yaml",
    "is_file",
    "made",
    "parse_value",
    "parse_yaml",
    "read_yaml",
]
