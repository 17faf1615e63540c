"""The words between clinic and engine: what a plan holds after each verb."""

from __future__ import annotations

import pytest

from sim.steps import (
    MOST_NOTES,
    MOST_ORDERS,
    NEVER,
    Join,
    Kind,
    Ring,
    alarm,
    attend,
    clear,
    end,
    keep,
    new_plan,
    note,
    seek,
    standing,
    then,
    use,
    wait,
    withdraw,
)


@pytest.fixture
def plan():
    plan = new_plan()
    clear(plan)
    return plan


def order(plan, number):
    row = plan.orders[number]
    return {name: int(row[name]) for name in row.dtype.names}


def test_each_verb_writes_one_order_and_says_its_number(plan):
    assert [wait(plan, 60), use(plan, 3, 1440, 1), attend(plan, 2, 30, 2, 5, 600), seek(plan, 1, 6, 90, 0, 4, 10)] == [
        0,
        1,
        2,
        3,
    ]
    assert plan.reply[0].orders == 4
    nothing = {"urgency": 0, "second": -1, "second_minutes": 0, "mask": 0, "keep": 0, "standing": 0, "then": -1}
    assert order(plan, 0) == nothing | {"kind": Kind.WAIT, "resource": -1, "minutes": 60}
    assert order(plan, 1) == nothing | {"kind": Kind.PLACE, "resource": 3, "minutes": 1440, "urgency": 1}
    assert order(plan, 2) == nothing | {
        "kind": Kind.LIST, "resource": 2, "minutes": 30, "urgency": 2, "second": 5, "second_minutes": 600
    }  # fmt: skip
    assert order(plan, 3) == nothing | {
        "kind": Kind.OFFER, "resource": 1, "minutes": 90, "mask": 6, "second": 4, "second_minutes": 10
    }  # fmt: skip


def test_an_order_can_be_kept_or_stand_beside_the_journey(plan):
    keep(plan, use(plan, 3, 10))
    standing(plan, use(plan, 4, NEVER))
    standing(plan, seek(plan, 1, 1, 90), 7)
    assert [(order(plan, k)["keep"], order(plan, k)["standing"], order(plan, k)["then"]) for k in range(3)] == [
        (1, 0, -1),
        (0, 1, -1),
        (0, 1, 7),
    ]


def test_what_follows_waits_for_all_orders_unless_any_will_do(plan):
    then(plan, 4)
    assert (plan.reply[0].then, plan.reply[0].join) == (4, Join.ALL)
    then(plan, 5, Join.ANY.value)
    assert (plan.reply[0].then, plan.reply[0].join) == (5, Join.ANY)


def test_clearing_forgets_everything_but_the_alarm(plan):
    keep(plan, use(plan, 3, 10))
    then(plan, 4, 1)
    note(plan, 23, 5, 101, 2)
    withdraw(plan, 3)
    end(plan, 1)
    alarm(plan, 500)
    plan.reply[0].ring = Ring.REDIRECT.value
    clear(plan)
    reply = plan.reply[0]
    fields = ("orders", "notes", "join", "then", "ring", "over", "why", "withdraw", "alarm")
    assert [int(reply[name]) for name in fields] == [0, 0, 0, -1, 0, 0, -1, -1, 500]
    wait(plan, 1)
    assert order(plan, 0)["keep"] == 0


def test_notes_are_rows_in_the_order_written(plan):
    note(plan, 23, 5, 101, 2)
    note(plan, 20)
    rows = [tuple(int(x) for x in plan.notes[k]) for k in range(plan.reply[0].notes)]
    assert rows == [(23, 2, 5, 101), (20, -1, 0, -1)]


def test_more_than_a_plan_can_hold_is_refused_rather_than_lost(plan):
    for _ in range(MOST_ORDERS):
        wait(plan, 1)
    with pytest.raises(ValueError, match="more orders at once"):
        wait(plan, 1)
    for _ in range(MOST_NOTES):
        note(plan, 20)
    with pytest.raises(ValueError, match="more notes at once"):
        note(plan, 20)
    assert (plan.reply[0].orders, plan.reply[0].notes) == (MOST_ORDERS, MOST_NOTES)
