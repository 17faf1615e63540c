"""The command as a whole: help, hints, exit codes, `nelm check`, and never a traceback."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import click
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim import batch, cli
from sim.errors import InputError, Problem

COMMANDS = (Path(__file__).parents[2] / "docs" / "commands.md").read_text(encoding="utf-8")


def test_without_a_word_it_says_what_there_is(nelm):
    said = nelm()
    assert said.code == 2
    assert "Usage: nelm" in said.err
    assert re.search(r"^  run ", said.err, re.MULTILINE)


def test_help_and_version_are_no_mistakes(nelm):
    for words in (("--help",), ("run", "-h"), ("check", "--help"), ("--version",)):
        said = nelm(*words)
        assert (said.code, said.err) == (0, "")
        assert said.out


def test_a_command_that_is_none_is_told_with_a_hint(nelm):
    said = nelm("rum", "a.yaml")
    assert said.code == 2
    assert said.err.startswith(
        "\n".join(["", "  found:    'rum'", "  expected: a command: calibrate, check, "]).lstrip("\n")
    )
    assert "did you mean 'run'?" in said.err


def test_importing_the_command_imports_nothing_heavy():
    heavy = "numpy pandas numba matplotlib pydantic pyarrow simpy"
    text = f"import sys, sim.cli; print([name for name in '{heavy}'.split() if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_reader_who_has_gone_is_no_error(baseline):
    nelm = [sys.executable, "-c", "from sim.cli import main; main()"]
    process = subprocess.Popen(
        [*nelm, "check", "--quick", *[str(baseline)] * 3], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    wrote = process.stderr.read()
    process.stderr.close()
    assert (wrote, process.wait(60)) == ("", 0)


def test_check_tells_of_every_file_what_it_is_or_what_is_wrong_with_it(nelm, root, tmp_path):
    right = root / "scenarios" / "second_ir_list.yaml"
    wrong, kind = tmp_path / "wrong.yaml", tmp_path / "kind.yaml"
    wrong.write_text("kind: scenario\nscenario: wrong\nquestion: ''\nbased_on: nowhere.yaml\n")
    kind.write_text("kind: recipe\n")
    said = nelm("check", wrong, right, kind)
    assert said.code == 2
    assert said.out == f"{right}: scenario, no mistakes\n"
    assert f"{wrong}:3:" in said.err
    assert f"{wrong}:4:" in said.err
    assert f"{kind}:1:" in said.err


def test_a_mistake_in_a_shared_base_is_told_once(nelm, tmp_path):
    (tmp_path / "base.yaml").write_text("kind: scenario\nscenario: base\nquestion: Is it?\nrum: {}\n")
    for name in ("one", "two"):
        text = f"kind: scenario\nscenario: {name}\nquestion: Is it?\nbased_on: base.yaml\n"
        (tmp_path / f"{name}.yaml").write_text(text)
    said = nelm("check", tmp_path / "one.yaml", tmp_path / "two.yaml")
    assert said.code == 2
    assert said.err.count("the key 'rum'") == 1


def test_check_with_all_in_order_ends_well(nelm, root):
    scenario = root / "scenarios" / "second_ir_list.yaml"
    board = Path(cli.__file__).parent / "clinic" / "board.yaml"
    said = nelm("check", scenario, board)
    assert (said.code, said.err) == (0, "")
    assert said.out.splitlines() == [f"{scenario}: scenario, no mistakes", f"{board}: board, no mistakes"]


def test_check_takes_published_results_and_calibrations(nelm, root):
    results = root / "scenarios" / "targets" / "fit.yaml"
    fitted = root / "scenarios" / "calibration" / "natural_history.yaml"
    said = nelm("check", results, fitted)
    assert (said.code, said.err) == (0, "")
    assert said.out.splitlines() == [f"{results}: target, no mistakes", f"{fitted}: calibration, no mistakes"]


def test_a_file_of_another_kind_is_told_the_command_that_takes_it(nelm, root):
    said = nelm("run", root / "scenarios" / "targets" / "fit.yaml")
    assert said.code == 2
    assert "nelm validate --targets " in said.err


WORDS = st.one_of(
    st.sampled_from(
        [
            *("run", "check", "--help", "--set", "--seed", "--json", "--force", "--quiet", "--output", "--workers"),
            *("run.seed=2", "run.seed=no", "=", "a=b=c", "run=3", "resources.ct=", "1", "-1", "1e9", "--", "-", "@"),
            *("BASELINE", ".", "/", "/dev/null", "nowhere.yaml", "", "resources.ct.rank={", "evidence.x=[1, 2"),
        ]
    ),
    st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(WORDS, max_size=6))
def test_whatever_is_typed_there_is_no_traceback(nelm, baseline, words):
    def refuse(*_):
        raise InputError(Problem("not run here"))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(batch, "run", refuse)
        said = nelm(*(baseline if word == "BASELINE" else word for word in words))
    assert said.code in (0, 2)
    assert "Traceback" not in said.err
    assert said.code == 0 or said.err


def commands(group: click.Group, path: str = "nelm") -> list[tuple[str, click.Command]]:
    found = []
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            found += commands(command, f"{path} {name}")
        else:
            found.append((f"{path} {name}", command))
    return found


@pytest.mark.parametrize("path", ["nelm run", "nelm check"])
def test_every_option_is_in_the_reference(path):
    command = dict(commands(cli.nelm))[path]
    _, _, rest = COMMANDS.partition(f"## `{path}")
    section = rest.partition("\n## ")[0]
    assert section
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert f"`{parameter.opts[0]}" in section


def test_every_exit_code_is_in_the_reference():
    for code in (0, 1, cli.WRONG_INPUT, cli.INTERNAL, cli.STOPPED):
        assert f"| {code} |" in COMMANDS
