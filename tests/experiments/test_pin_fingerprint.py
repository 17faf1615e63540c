"""A fingerprint says of another log whose story is another, and from which row on."""

from __future__ import annotations

import pytest

from sim.errors import InputError
from sim.experiments.fingerprint import LETTERS, fingerprint, partings, read_fingerprint
from sim.log import Event, EventLog, Happening, LogWriter

NAMES = {"steps": ("scan", "visit"), "resources": ("ct", "clinic"), "whys": ("imaging",)}


def written(replication=0, patients=40, rows=12, names=NAMES, change=None, resource_change=None) -> EventLog:
    """A log of many short stories; `change` is given the fields of a row and may give others."""
    log = LogWriter()
    for who in range(patients):
        for n in range(rows):
            row = (who, 100 * n + who, int(Event.JOINED), n % 2, (who + n) % 2, 7 * who + n, 100)
            row = change(n, row) if change else row
            if row:
                log.event(*row)
    for at in range(300):
        row = (10 * at, at % 2, int(Happening.JOINED), 1000 + at, 1, -1)
        log.resource(*(resource_change(at, row) if resource_change else row))
    return log.finish(names, replication)


def at_row(patient, n, value=-5):
    """Another value in one row of one patient."""
    return lambda at, row: (*row[:5], value, row[6]) if (row[0], at) == (patient, n) else row


def test_a_log_does_not_part_from_itself():
    assert partings(fingerprint([written(0), written(1)]), [written(0), written(1)]) == ()


def test_the_patient_and_the_row_that_changed_are_named():
    (parting,) = partings(fingerprint([written()]), [written(change=at_row(17, 5))])
    assert (parting.changed, parting.patients, parting.resources) == (1, 40, ())
    assert (parting.patient.who, parting.patient.row, parting.patient.begins) == (17, 5, 517)
    assert parting.first is parting.patient


def test_of_rows_changed_one_at_a_time_nearly_all_are_named_and_none_too_early():
    """One letter in 64 is the same by accident; then the row after is named. The patient is always right."""
    pinned, exact = fingerprint([written()]), 0
    for who in range(40):
        for n in range(12):
            (parting,) = partings(pinned, [written(change=at_row(who, n))])
            assert parting.patient.who == who
            assert parting.patient.row >= n
            exact += parting.patient.row == n
    assert exact >= 0.95 * 480


def test_of_several_patients_the_one_whose_row_comes_first_now_is_named():
    def change(n, row):
        return at_row(3, 9)(n, at_row(30, 2)(n, row))

    (parting,) = partings(fingerprint([written()]), [written(change=change)])
    assert (parting.changed, parting.patient.who, parting.patient.row) == (2, 30, 2)


def test_a_patient_who_is_gone_and_one_who_is_new_are_changed():
    pinned = fingerprint([written(patients=40)])
    (fewer,), (more,) = partings(pinned, [written(patients=39)]), partings(pinned, [written(patients=41)])
    assert (fewer.changed, fewer.patients, fewer.patient.who) == (1, 40, 39)
    assert (more.changed, more.patients, more.patient.who, more.patient.row) == (1, 41, 40, 0)


def test_a_story_that_ends_sooner_parts_at_its_end():
    (parting,) = partings(
        fingerprint([written()]), [written(change=lambda n, row: None if (row[0], n) == (8, 11) else row)]
    )
    assert (parting.patient.who, parting.patient.row, parting.patient.begins) == (8, 11, 1008)


def test_where_only_a_resource_changed_its_rows_are_named():
    changed = written(resource_change=lambda at, row: (*row[:4], 2, -1) if at == 201 else row)
    (parting,) = partings(fingerprint([written()]), [changed])
    assert (parting.changed, parting.patient, parting.resources) == (0, None, ("clinic",))
    assert (parting.first.who, parting.first.row, parting.first.shared, parting.first.begins) == (
        "clinic",
        100,
        1,
        2010,
    )


def test_a_resource_comes_before_a_patient_only_where_it_is_earlier():
    def early(at, row):
        return (*row[:4], 2, -1) if at == 3 else row

    def late(at, row):
        return (*row[:4], 2, -1) if at == 290 else row

    pinned, change = fingerprint([written()]), at_row(17, 5)
    assert partings(pinned, [written(change=change, resource_change=early)])[0].first.who == "clinic"
    assert partings(pinned, [written(change=change, resource_change=late)])[0].first.who == 17


def test_another_resource_in_the_list_changes_the_digest_but_no_letter():
    """Rows are taken with their names: what was number 1 and is number 2 now has not changed."""
    more = {**NAMES, "resources": ("angio", "ct", "clinic")}

    def moved(n, row):
        return (*row[:4], row[4] + 1, *row[5:])

    shifted = written(names=more, change=moved, resource_change=lambda at, row: (row[0], row[1] + 1, *row[2:]))
    (parting,) = partings(fingerprint([written()]), [shifted])
    assert (parting.changed, parting.resources, parting.first) == (0, (), None)


def test_a_story_under_another_name_is_another_story():
    renamed = written(names={**NAMES, "steps": ("scan", "call")})
    (parting,) = partings(fingerprint([written()]), [renamed])
    assert (parting.changed, parting.patient.row) == (40, 1)


def test_of_long_logs_several_rows_share_a_letter_and_are_named_together(monkeypatch):
    monkeypatch.setattr("sim.experiments.fingerprint.MOST_PATIENT_ROWS", 120)
    pinned = fingerprint([written()])
    assert pinned.patient_rows == 4
    (parting,) = partings(pinned, [written(change=at_row(17, 6))])
    place = parting.patient
    assert (place.who, place.row, place.shared, place.begins, place.ends) == (17, 4, 4, 417, 717)
    assert fingerprint([written()], every_row=True).patient_rows == 1


def test_a_line_has_a_letter_for_each_row_and_three_that_hang_on_all():
    line = fingerprint([written()]).prints[0].patients[17]
    assert len(line) == 12 + 1 + 3
    assert line[12] == "."
    assert set(line) <= {*LETTERS, "."}


def test_a_fingerprint_reads_back_as_it_was_written(tmp_path):
    whole = fingerprint([written(0), written(1, patients=3)])
    path = tmp_path / "x.fingerprint"
    path.write_text(whole.text())
    assert read_fingerprint(path) == whole
    assert whole.text() == fingerprint([written(1, patients=3), written(0)]).text()


def test_where_nothing_happened_before_everyone_is_new():
    empty = LogWriter().finish(NAMES)
    assert partings(fingerprint([empty]), [empty]) == ()
    (parting,) = partings(fingerprint([empty]), [written()])
    assert (parting.changed, parting.patient.who, parting.patient.row) == (40, 0, 0)


@pytest.mark.parametrize(
    ("text", "place"),
    [("", ":1"), ("something else\n", ":1"), ("fingerprint of logs: rows for each letter 1 0\n", ":1"),
     ("fingerprint of logs: rows for each letter 1 8\n17 abc.def\n", ":2"),
     ("fingerprint of logs: rows for each letter 1 8\nreplication 0 ab12\n17 abc def ghi\n", ":3")],
)  # fmt: skip
def test_a_damaged_fingerprint_is_refused_with_its_line(tmp_path, text, place):
    path = tmp_path / "x.fingerprint"
    path.write_text(text)
    with pytest.raises(InputError) as wrong:
        read_fingerprint(path)
    assert str(wrong.value).startswith(f"{path}{place}\n")


def test_a_missing_fingerprint_is_said_to_be_missing(tmp_path):
    path = tmp_path / "x.fingerprint"
    with pytest.raises(InputError) as wrong:
        read_fingerprint(path)
    assert str(wrong.value) == (
        f"{path}\n"
        "  found:    nothing that can be read\n"
        "  expected: the fingerprint that belongs to the pin beside it\n"
        "  to do:    take the file back from version control, or save the pin again"
    )
