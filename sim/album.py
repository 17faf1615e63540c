"""The pictures of a run in its folder: whole or not there, and drawn again only when something has changed.

    drawn(scenario, measures, store, of)   -> paths of the pictures of a run
    drawn_once(folder, of, draw)           -> paths of any pictures
    load()                                 load what draws them, where there is time for it
    figures(scenario, measures)            -> the pictures of a run as figures, for Python and notebooks

Drawing takes longer than everything else about a result that is found again, and the drawing library alone takes
a third of a second to load; so a note beside the pictures says what they were drawn from.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Callable
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.measures import Measures
from sim.running import window_of
from sim.scenario import Scenario
from sim.store import Store, checksum, digest_of_files, folder_aside, unwritable, write_aside

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from sim.report.style import Titles

NOTE = "drawn.json"


def load() -> None:
    """Load what draws pictures, so that it is there when they are to be drawn."""
    import sim.report.figures  # noqa: F401


def figures(scenario: Scenario, measures: Measures) -> dict[str, Figure]:
    """The pictures of a run as Matplotlib figures, by name; nothing is written."""
    from sim.report.figures import PICTURES

    return {name: picture(measures, _titles(scenario, measures)) for name, picture in PICTURES.items()}


def _titles(scenario: Scenario, measures: Measures) -> Titles:
    from sim.report.style import Titles

    return Titles(scenario.scenario, len(measures.replications()), window_of(scenario).years)


def drawn(scenario: Scenario, measures: Measures, store: Store, of: Any) -> list[Path]:
    """The pictures of a run, in `pictures/` below its folder; drawn where they are not there as they should be.

    measures   of all replications together
    store      of the run
    of         plain data that names everything the measures come from
    InputError if they can not be written; then those that were there before are still there.
    """

    def draw(aside: Path) -> list[Path]:
        from sim.report.figures import draw_all

        return draw_all(measures, aside, _titles(scenario, measures))

    return drawn_once(store.folder, [scenario.scenario, of], draw, store.mark, store.tell)


def drawn_once(
    folder: Path,
    of: Any,
    draw: Callable[[Path], list[Path]],
    mark: str = "",
    tell: Callable[[str], object] = lambda sentence: None,
) -> list[Path]:
    """Pictures in `pictures/` below a folder; drawn where they are not there as they should be.

    of      plain data that names everything they are drawn from
    draw    draws them into a folder, and returns their paths
    mark    ends the name of what is being drawn
    tell    called with a sentence where pictures were changed since they were drawn
    InputError if they can not be written; then those that were there before are still there.
    """
    place = folder / "pictures"
    source = hashlib.sha256(json.dumps([_how(), version("matplotlib"), of], sort_keys=True).encode()).hexdigest()
    return _as_noted(place, source, tell) or _draw(draw, place, source, mark or uuid.uuid4().hex)


@cache
def _how() -> str:
    """Digest of the code that draws, as it was when first asked."""
    report = Path(__file__).parent / "report"
    return digest_of_files(report, list(report.glob("*.py")))


def _as_noted(place: Path, source: str, tell: Callable[[str], object]) -> list[Path]:
    """The pictures there are, if they are whole and were drawn from this source; else none."""
    if not (place / NOTE).exists():
        return []
    try:
        note = json.loads((place / NOTE).read_text(encoding="utf-8"))
        if note["of"] != source:
            return []
        pictures = [place / name for name in note["files"]]
        changed = [its.name for its in pictures if not its.is_file() or checksum(its) != note["files"][its.name]]
    except (OSError, ValueError, KeyError, AttributeError, TypeError):
        pictures, changed = [], [NOTE]
    if changed:
        tell(f"{', '.join(changed)} in {place} had been changed since they were drawn; the pictures are drawn anew")
    return [] if changed else pictures


def _draw(draw: Callable[[Path], list[Path]], place: Path, source: str, mark: str) -> list[Path]:
    try:
        with folder_aside(place.with_name(f".{place.name}.{mark}")) as aside:
            pictures = draw(aside / place.name)
            place.mkdir(exist_ok=True)
            note = {"of": source, "files": {picture.name: checksum(picture) for picture in pictures}}
            (place / NOTE).unlink(missing_ok=True)  # until all are there, it would tell of others
            for picture in pictures:
                picture.replace(place / picture.name)
            text = json.dumps(note, indent=1) + "\n"
            write_aside(place / NOTE, lambda path: path.write_text(text, encoding="utf-8"))
    except OSError as error:
        raise unwritable(place.parent, error) from error
    return [place / picture.name for picture in pictures]
