"""The parameters, questions and log numbers of both workloads as a C header, so that they stand in one place.

header()   its text; floating-point numbers are written with all their bits
"""

from __future__ import annotations

from collections.abc import Iterator

from sim.engine.rules import Question, visit
from sim.log import Event, Happening
from workloads import mm3, network, numbers


def _lines() -> Iterator[str]:
    for event in Event:
        yield f"#define EVENT_{event.name} {event.value}"
    for happening in Happening:
        yield f"#define HAPPENING_{happening.name} {happening.value}"
    yield f"#define ASK_TIE {Question.TIE.value}"
    yield f"#define VISITS_A_STEP {visit(8, 0)}"  # the address of a draw about the one order of step n is n times this
    for prefix, module in (("W1", mm3), ("W2", network)):
        for ask in module.Ask:
            yield f"#define {prefix}_ASK_{ask.name} {ask.value}"
        for step in module.Step:
            yield f"#define {prefix}_{step.name} {step.value}"
    whole = {
        "W1_UNIT": numbers.UNIT,
        "W1_SERVERS": numbers.SERVERS,
        "W1_DRAIN_MINUTES": numbers.W1_DRAIN * numbers.UNIT,
        "W2_DAY": numbers.DAY,
        "W2_DRAIN_MINUTES": numbers.W2_DRAIN * numbers.DAY,
        "W2_BOARD_EVERY": numbers.BOARD_EVERY * numbers.DAY,
        "W2_BOARD_SLOTS": numbers.BOARD_SLOTS,
        "W2_BOARD_MINUTES": network.BOARD_MINUTES,
        "W2_MOST_RECURRENCES": numbers.MOST_RECURRENCES,
        "W2_MOST_VISITS": numbers.VISITS,
        "W2_RESOURCES": len(numbers.RESOURCES),
        "W2_SCANNER_ROOM": network.SCANNER,
        "W2_BIOPSY_ROOM": network.BIOPSY,
        "W2_BOARD_ROOM": network.BOARD,
        "W2_FIRST_SUITE": network.FIRST_SUITE,
        "W2_WARD": network.WARD,
    }
    for name, number in whole.items():
        yield f"#define {name} {number}"
    parts = {
        "W1_GAP": mm3.GAP,
        "W1_SERVICE": mm3.SERVICE,
        "W2_GAP": network.GAP,
        "W2_TRIAGE": network.TRIAGE,
        "W2_SCAN_MEAN": network.SCAN,
        "W2_BIOPSY_MEAN": network.SAMPLE,
        "W2_INTERVAL": network.INTERVAL,
        "W2_RECURS": numbers.RECURS,
        "W2_TREATMENT_SIGMA": network.TREATMENT_SIGMA,
        "W2_STAY_MEDIAN": network.STAY_MEDIAN,
        "W2_STAY_SIGMA": network.STAY_SIGMA,
    }
    for name, part in parts.items():
        yield f"#define {name} {part.hex()}"
    yield f"#define W2_CAPACITIES {{{', '.join(map(str, numbers.CAPACITIES))}}}"
    yield f"#define W2_NAMES {{{', '.join(f'{chr(34)}{name}{chr(34)}' for name in numbers.RESOURCES)}}}"
    yield f"#define W2_SHARE_BOUNDS {{{', '.join(bound.hex() for bound in numbers.SHARE_BOUNDS)}}}"
    yield f"#define W2_TREATMENT_MEDIANS {{{', '.join(median.hex() for median in network.TREATMENT_MEDIANS)}}}"


def header() -> str:
    """The text of `numbers.h`."""
    return "/* Written by workloads/header.py; do not edit. */\n#pragma once\n\n" + "\n".join(_lines()) + "\n"
