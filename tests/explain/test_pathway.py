"""The outline and the drawing say what the model obeys, all of it."""

from __future__ import annotations

import pytest

from sim.clinic.stages import MAY_FOLLOW, Stage
from sim.explain.drawing import BOX, drawing, layout, picture
from sim.explain.pathway import label, outline

ARROWS = [(stage, follower) for stage, followers in MAY_FOLLOW.items() for follower in followers]


def test_the_outline_names_every_step():
    text = " ".join(" ".join(outline()).split())
    assert [stage.name for stage in Stage if label(stage) not in text] == []


def test_every_arrow_of_the_model_is_drawn_once():
    its = layout()
    assert sorted([*its.chains, *its.beside]) == sorted(ARROWS)


def test_no_two_boxes_overlap():
    its = layout()
    for one in Stage:
        for other in Stage:
            if one < other and its.at[one][1] == its.at[other][1]:
                assert abs(its.at[one][0] - its.at[other][0]) >= BOX


def test_an_arrow_over_several_layers_passes_each_of_them():
    its = layout()
    for chain in its.chains.values():
        heights = [its.at[place][1] for place in chain]
        assert heights == sorted(heights, reverse=True)
        assert len(set(heights)) == len(heights)


def test_the_drawing_is_the_same_at_every_call_and_holds_the_names():
    svg = picture(drawing("The pathway"), "svg")
    assert svg == picture(drawing("The pathway"), "svg")
    assert [stage.name for stage in Stage if label(stage).encode() not in svg] == []


@pytest.mark.parametrize("form", ["svg", "png"])
def test_the_command_writes_the_drawing(nelm, file, tmp_path, form):
    path = tmp_path / f"pathway.{form}"
    said = nelm("explain", file, "--patient", "ecog: 1", "--picture", path)
    assert said.code == 0
    assert path.stat().st_size > 5000


def test_a_picture_of_another_kind_is_refused_with_2(nelm, file, tmp_path):
    said = nelm("explain", file, "--picture", tmp_path / "pathway.gif")
    assert said.code == 2
    assert ".svg or .png" in said.err
