"""Changes on a base: dotted paths, list items by their name, and an explicit list of what to take out.

    merged(tree, remove, change)     -> Node, Taken    a new tree; the old one is untouched
    way(path), concerns(path, other)                   the steps of a path; whether one is inside another

`remove` is done before `change`, so that a thing can be taken out and put in anew. A mapping is merged key by
key into the mapping that is there; anything else replaces what is there. A path may add the last thing it
names (a resource, an item of a list, a key), never anything on the way to it. Every value keeps the place where
it was typed.

Knows which sections may be changed and which lists go by name; not what the values mean.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from sim.errors import Problem, nearest
from sim.reading import Node, Place, described
from sim.scenario.parts import NAMED_LISTS

SECTIONS = (
    *("run", "arrivals", "catchment", "holidays", "cohort", "evidence"),
    *("board", "preference", "treatments", "staff", "diseases", "resources"),
)
ONE_GROUP = "embolisation"  # the group of a `preference` that is written without groups
Way = tuple[str, ...]
Taken = dict[Way, Place]  # what was taken out, and where that was said


class _RefusedError(Exception):
    """A change that can not be made, before it is known where it was written."""

    def __init__(self, found: str, expected: str, todo: str = ""):
        super().__init__(found)
        self.found, self.expected, self.todo = found, expected, todo


def way(path: str) -> Way:
    """The steps of a dotted path. Names of evidence have dots of their own, so `evidence` takes the rest whole.

    >>> way("resources.ct.rank"), way("evidence.delay_pancreas.median")
    (('resources', 'ct', 'rank'), ('evidence', 'delay_pancreas.median'))
    >>> way("preference.tae")
    ('preference', 'embolisation', 'tae')
    """
    if path.startswith("evidence."):
        return ("evidence", path.removeprefix("evidence."))
    steps = tuple(path.split("."))
    return ("preference", ONE_GROUP, steps[1]) if steps in (("preference", "tae"), ("preference", "tace")) else steps


def concerns(path: str, other: str) -> bool:
    """Is one of two paths inside the other, or the same?

    >>> concerns("run.seed", "run"), concerns("run.seed", "run.start")
    (True, False)
    """
    mine, theirs = way(path), way(other)
    shared = min(len(mine), len(theirs))
    return mine[:shared] == theirs[:shared]


def grouped(preference: Node) -> Node:
    """A preference that is written without groups, as the one group it is; any other stays as it is."""
    shares = preference.value
    if not isinstance(shares, dict) or not shares or any(isinstance(n.value, dict | list) for n in shares.values()):
        return preference
    return replace(preference, value={ONE_GROUP: preference})


def merged(
    tree: Node, remove: Iterable[tuple[str, Place]], change: dict[str, Node]
) -> tuple[Node, Taken, list[Problem]]:
    """The tree with some things taken out and others put in.

    tree      the sections of the base
    remove    dotted paths, each with the place where it was written
    change    values by dotted path
    returns   the new tree, what was taken out, and the changes that could not be made
    """
    problems: list[Problem] = []
    taken: Taken = {}
    for path, place in remove:
        try:
            tree = _without(tree, _allowed(path, tree), ())
            taken[way(path)] = place
        except _RefusedError as refused:
            problems.append(_problem(refused, f"remove: {path}", place))
    for path, node in change.items():
        try:
            _refuse_twice(path, change)
            tree = _with(tree, _allowed(path, tree), grouped(node) if path == "preference" else node, ())
        except _RefusedError as refused:
            problems.append(_problem(refused, path, node.key))
    return tree, taken, problems


def _problem(refused: _RefusedError, path: str, place: Place) -> Problem:
    return Problem(place.file, place.line, place.column, path, refused.found, refused.expected, refused.todo)


def _allowed(path: str, tree: Node) -> Way:
    steps = way(path)
    if not all(steps):
        raise _RefusedError("an empty step in the path", "names with single dots between them")
    if steps[0] not in SECTIONS:
        todo = _meant(steps, tree) or nearest(steps[0], SECTIONS)
        raise _RefusedError(f"'{steps[0]}'", f"a path that begins with one of {', '.join(SECTIONS)}", todo)
    return steps


def _meant(steps: Way, tree: Node) -> str:
    """The whole path, where the section was left out and one section has what comes first."""
    there = {section: its.value for section, its in tree.value.items() if isinstance(its.value, dict)}
    inside = [section for section in SECTIONS if steps[0] in there.get(section, ())]
    return f"did you mean {inside[0]}.{'.'.join(steps)}?" if len(inside) == 1 else ""


def _refuse_twice(path: str, change: dict[str, Node]) -> None:
    """Two changes of which one holds the other would depend on their order; the order of keys never matters."""
    ends = way(path)
    for other in change:
        begins = way(other)
        if other != path and ends[: len(begins)] == begins:
            line = change[other].key.line
            where = f" (line {line})" if line else ""
            raise _RefusedError(
                f"a change inside '{other}', which is changed as well{where}", "each thing changed once"
            )


def _with(node: Node, steps: Way, value: Node, done: Way) -> Node:
    if not steps:
        return _laid_over(node, value)
    step, rest = steps[0], steps[1:]
    if isinstance(node.value, list):
        return _with_item(node, step, rest, value, done)
    if not isinstance(node.value, dict):
        raise _RefusedError(f"'{step}' inside {described(node.value)}", "a path that ends here")
    here = node.value.get(step)
    if here is None and rest:
        if done == ("resources",):
            raise _unknown(step, node.value, "a resource")
        here = Node([] if _goes_by_name(done, step) else {}, value.place, value.key)
    inside = _with(here, rest, value, (*done, step)) if here is not None else value
    return replace(node, value={**node.value, step: inside})


def _goes_by_name(done: Way, step: str) -> bool:
    """Does a list of named items stand at this step, where there is none yet? A resource may bear any name."""
    return step in NAMED_LISTS and (len(done) > 1 or done == ("arrivals",))


def _with_item(node: Node, step: str, rest: Way, value: Node, done: Way) -> Node:
    names = _names(node)
    if step in names:
        items = [_with(item, rest, value, (*done, step)) if name == step else item for item, name in _pairs(node)]
        return replace(node, value=items)
    if rest or not isinstance(value.value, dict):
        there = _unknown(step, names, "the name of an item")
        keys = ", ".join(f"{key}: ..." for key in node.value[0].value if key != "name") if names else "..."
        whole = f"o add '{step}', write the whole of it: {'.'.join((*done, step))}: {{{keys}}}"
        raise _RefusedError(there.found, there.expected, f"{there.todo} T{whole}" if there.todo else f"t{whole}")
    stated = value.value.get("name")
    if stated is not None and stated.value != step:
        raise _RefusedError(f"the name {described(stated.value)}", f"'{step}', as in the path", "leave the name out")
    item = replace(value, value={**value.value, "name": Node(step, value.key, value.key)})
    return replace(node, value=[*node.value, item])


def _laid_over(old: Node, new: Node) -> Node:
    if not (isinstance(old.value, dict) and isinstance(new.value, dict)):
        return new
    both = dict(old.value)
    for key, node in new.value.items():
        both[key] = _laid_over(both[key], node) if key in both else node
    return replace(old, value=both)


def _without(node: Node, steps: Way, done: Way) -> Node:
    step, rest = steps[0], steps[1:]
    if isinstance(node.value, list):
        names = _names(node)
        if step not in names:
            raise _unknown(step, names, "the name of an item")
        kept = [_without(item, rest, (*done, step)) if name == step else item for item, name in _pairs(node)
                if rest or name != step]  # fmt: skip
        return replace(node, value=kept)
    if not isinstance(node.value, dict) or step not in node.value:
        raise _unknown(step, node.value if isinstance(node.value, dict) else (), "something that is there")
    if rest:
        return replace(node, value={**node.value, step: _without(node.value[step], rest, (*done, step))})
    return replace(node, value={key: value for key, value in node.value.items() if key != step})


def _pairs(node: Node) -> list[tuple[Node, object]]:
    return [(item, item.get("name")) for item in node.value]


def _names(node: Node) -> list[str]:
    return [name for _, name in _pairs(node) if isinstance(name, str)]


def _unknown(step: str, names: Iterable[str], what: str) -> _RefusedError:
    known = sorted(names)
    there = f"{what}: {', '.join(known)}" if known else f"{what}; there is none here"
    return _RefusedError(f"'{step}'", there, nearest(step, known))
