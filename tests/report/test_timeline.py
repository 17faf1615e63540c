"""A patient's story as a picture and a page: everything named, nothing overlapping, whatever the story."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from matplotlib import image
from matplotlib.text import Text

from sim.errors import InputError
from sim.log import Event
from sim.report.timeline import timeline
from sim.report.timeline_file import check_name, write


def long_life():
    """Fifteen years with a scan, and a wait for it, every quarter, and a board and a treatment after every fourth."""
    rows = [(0, 0, Event.ARRIVED, "", 0, ""), (400, 0, Event.REFERRED, "", 0, "")]
    for number, day in enumerate(range(400, 5400, 90)):
        rows += [
            (day, 1, Event.JOINED, "ct", 2, ""),
            (day + 1 + number % 13, 1, Event.CALLED, "ct", 0, ""),
            (day + 1 + number % 13, 1, Event.STARTED, "ct", 30, ""),
            (day + 1 + number % 13, 31, Event.FINISHED, "ct", 30, ""),
            (day + 20, 1, Event.MEASURED, "", 4_000 * number, ""),
        ]
        if number % 4 == 0:
            given = ("resection", "prrt", "supportive")[number // 4 % 3]
            rows += [
                (day + 20, 1, Event.PROGRESSED, "", 0, "new_disease"),
                (day + 30, 1, Event.DECIDED, "", 1, "row: resection"),
                (day + 40, 1, Event.CANCELLED, "theatre", 0, "no_second"),
                (day + 50, 1, Event.TREATED, "", 1, given),
                (day + 50, 2, Event.COMPLICATED, "", 100, given),
                (day + 70, 1, Event.COMPLETED, "", 1, given),
            ]
    rows += [(day, 3, Event.WORSENED, "", level, "") for level, day in ((1, 2000), (2, 4000), (3, 5000))]
    return sorted([*rows, (5450, 0, Event.DIED, "", 0, "cancer")], key=lambda row: row[:2])


STORIES = {
    "by hand": None,
    "long": long_life(),
    "dies the day she has symptoms": [(0, 0, Event.ARRIVED, "", 0, ""), (0, 5, Event.DIED, "", 0, "cancer")],
    "referred and gone": [
        (0, 0, Event.ARRIVED, "", 0, ""),
        (50, 0, Event.REFERRED, "", 0, ""),
        (51, 0, Event.LEFT, "", 0, "horizon"),
    ],
}


@pytest.fixture(params=list(STORIES))
def story(request, story_of):
    return story_of(STORIES[request.param])


def texts_of(figure):
    """Everything written that can be seen, with its box in pixels; ticks beyond an axis are never drawn."""
    figure.draw_without_rendering()
    hidden = set()
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            low, high = sorted(axis.get_view_interval())
            for tick in axis.get_major_ticks():
                if not axes.axison or not low <= tick.get_loc() <= high:
                    hidden |= {id(tick.label1), id(tick.label2)}
    found = [text for text in figure.findobj(Text) if text.get_visible() and text.get_text().strip()]
    return [(text.get_text(), text.get_window_extent()) for text in found if id(text) not in hidden]


def test_nothing_written_overlaps_or_leaves_the_picture(story):
    figure = timeline(story)
    texts = texts_of(figure)
    width, height = figure.canvas.get_width_height()
    for words, box in texts:
        assert box.x0 >= -1, words
        assert box.x1 <= width + 1, words
        assert box.y0 >= -1, words
        assert box.y1 <= height + 1, words
    for (one, box), (other, next_box) in combinations(texts, 2):
        across = min(box.x1, next_box.x1) - max(box.x0, next_box.x0)
        along = min(box.y1, next_box.y1) - max(box.y0, next_box.y0)
        assert across <= 1.5 or along <= 1.5, f"{one!r} and {other!r} overlap"


def test_every_event_is_a_mark_in_a_row_with_its_name(story_of):
    figure = timeline(story_of())
    (events,) = (axes for axes in figure.axes if axes.get_title(loc="left") == "Events")
    rows = [label.get_text() for label in events.get_yticklabels()]
    assert rows == [
        *("Board decides", "Put off by the board", "Disease back after treatment", "Complication"),
        *("Planned treatment lost", "Offer not taken or given", "Cancelled or not attended", "Death"),
    ]
    marks = [line for line in events.get_lines() if line.get_marker() not in ("None", "", None)]
    assert len(marks) == 2 + 1 + 1 + 1 + 1 + 2 + 2 + 1


def test_a_picture_says_whose_story_it_is_and_how_it_ended(story_of):
    figure = timeline(story_of())
    title = " ".join(figure.get_suptitle().split())
    assert title == "1.2 years from first symptom, 2 courses of treatment; died of the cancer"
    assert figure.get_supxlabel().startswith("Scenario by_hand, replication 3, patient 7.")


def test_what_was_there_unseen_is_hatched(story_of):
    figure = timeline(story_of())
    (truth,) = (axes for axes in figure.axes if axes.get_title(loc="left").startswith("What was true"))
    assert sum(bool(bar.get_hatch()) for bar in truth.patches) == 2  # in the liver until seen, and outside it


def test_the_same_story_is_the_same_picture_byte_for_byte(story_of, tmp_path):
    for name in ("one", "two"):
        write(story_of(), tmp_path / f"{name}.png")
    assert (tmp_path / "one.png").read_bytes() == (tmp_path / "two.png").read_bytes()
    assert float(np.ptp(image.imread(tmp_path / "one.png")[..., :3])) == 1.0


def test_a_page_holds_the_picture_and_every_step(story_of, tmp_path):
    write(story_of(), tmp_path / "story.html")
    page = (tmp_path / "story.html").read_text("utf-8")
    assert page.count("<svg") == 1
    assert all(entry.text.split(";")[0] in page for entry in story_of().entries)
    assert "http" not in page.replace("http://www.w3.org", "").replace("http://purl.org", "").replace(
        "http://creativecommons.org", ""
    ), "a page must not fetch anything"


@pytest.mark.parametrize("name", ["story.gif", "story", ".png/"])
def test_a_name_that_is_no_picture_is_refused_before_anything_is_read(name):
    with pytest.raises(InputError, match="--output"):
        check_name(name)


def test_a_picture_in_a_folder_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(InputError, match="to do:    make"):
        check_name(str(tmp_path / "nowhere" / "story.png"))
