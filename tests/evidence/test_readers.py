"""Who reads a number: found in code, board and scenarios by line."""

from __future__ import annotations

from pathlib import Path

from sim.evidence import read_evidence
from sim.evidence.names import KNOWN, member
from sim.evidence.readers import CHANGES, CITES, READS, Places, readings, shown


def lines(world) -> dict[str, list[tuple[str, str, int, str]]]:
    found = readings(read_evidence(world.cards), world.places)
    return {
        name: [(line.how, Path(line.file).name, line.line, line.what) for line in its] for name, its in found.items()
    }


def test_each_kind_of_reader_is_found_with_its_line(world) -> None:
    found = lines(world)
    assert found["stay.mean"] == [(READS, "pathway.py", 2, "Known.STAY_MEAN")]
    assert found["stay.longest"] == [(READS, "pathway.py", 2, "f\"STAY_{last('LONGEST')}\" with LONGEST")]
    assert found["sex.men"] == [(READS, "pathway.py", 5, '"SEX_MEN"')]
    assert found["age_least"] == [
        (CHANGES, "older.yaml", 4, "age_least: 21"),
        (READS, "board.yaml", 5, "row young: age < age_least"),
    ]
    assert found["nobody_minds"] == [(CITES, "board.yaml", 6, "row young")]
    assert "sex.women" not in found


def test_a_name_put_together_takes_members_of_enumerations_too(world) -> None:
    world.edit("code/pathway.py", "last('LONGEST')", "Stay.LONGEST.name")
    assert [line[0] for line in lines(world)["stay.longest"]] == [READS]


def test_a_name_in_a_comment_or_a_docstring_is_no_reader(world) -> None:
    text = '"""Known.STAY_MEAN is not read here."""\n# Known.STAY_MEAN\nKnown = None\n'
    (world.folder / "code" / "pathway.py").write_text(text, "utf-8")
    assert "stay.mean" not in lines(world)


def test_the_generated_names_themselves_are_no_readers(world) -> None:
    (world.folder / "code" / KNOWN.name).write_text("class Known: pass\nX = 'SEX_WOMEN'\n", "utf-8")
    assert "sex.women" not in lines(world)


def test_changes_are_found_wherever_a_scenario_or_a_design_writes_them(world) -> None:
    (world.folder / "scenarios" / "dotted.yaml").write_text("kind: scenario\nchange:\n  evidence.stay.mean: 4 days\n")
    (world.folder / "scenarios" / "sweep.yaml").write_text(
        "kind: sweep\nparameters:\n  - name: stay\n    path: evidence.stay.longest\n    values: [8 days]\n"
    )
    found = lines(world)
    assert (CHANGES, "dotted.yaml", 3, "stay.mean: 4 days") in found["stay.mean"]
    assert (CHANGES, "sweep.yaml", 4, "stay.longest") in found["stay.longest"]


def test_a_scenario_that_can_not_be_read_is_left_to_its_own_check(world) -> None:
    (world.folder / "scenarios" / "broken.yaml").write_text("kind: [\n")
    assert "stay.mean" in lines(world)


def test_every_number_the_clinic_asks_for_by_name_is_on_a_card() -> None:
    import re

    given = {member(name) for name in read_evidence().flat}
    for file in KNOWN.parent.glob("*.py"):
        asked = re.findall(r"\bKnown\.([A-Z][A-Z0-9_]*)", file.read_text("utf-8"))
        assert set(asked) <= given, f"{file.name} reads {sorted(set(asked) - given)}"


def test_the_shipped_overrides_are_seen() -> None:
    found = readings(read_evidence(), Places.shipped())
    changed = {Path(line.file).stem for line in found["delay_pancreas.median"] if line.how == CHANGES}
    assert {"delay_13_months", "delay_5_6_months"} <= changed


def test_files_are_named_from_where_one_stands(monkeypatch, tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    monkeypatch.chdir(tmp_path)
    assert shown(tmp_path / "a" / "b.yaml") == "a/b.yaml"
    assert shown(KNOWN) == "sim/clinic/known.py"
    assert shown("b.yaml") == "b.yaml"
