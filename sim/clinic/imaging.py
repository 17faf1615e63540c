"""What imaging and pathology see of the disease, and what follows for the board.

    found(case, j, ...)         is this lesion seen by a modality this sharp?
    observe(case, now, ...)     a scan is read: lesions seen, burden seen, pattern, spread seen
    sizes(values)               what a scan wrote into the log of diameters
    sample(case)                a biopsy is read: histology and the sampled Ki-67
    receptor_scan(case)         PET or scintigraphy
    chromogranin(case)          the marker in her blood
    changed(case, now, new)     growth, or new disease, since the smallest sum of diameters
    mark_smallest(case, now)    from now on growth is counted from what is measured now
    main_lobe, tumour_seen          where most of what was seen is, and how much it is

True disease and observed disease differ. A lesion has one conspicuity for all modalities: it is found once it
has grown large enough for that, so that one scan does not lose what another has found. Detection is per lesion
and per modality. Everything here writes into the findings, which are all that the board knows.
"""

from __future__ import annotations

import math
from typing import Any

from sim.clinic.ablation import can_be_ablated
from sim.clinic.board import Finding
from sim.clinic.disease import settle
from sim.clinic.known import Known
from sim.clinic.lesions import size
from sim.clinic.patient import Ask, Case, Grade, Spread, whole
from sim.clinic.reach import beyond_reach, remnant, remnant_enough
from sim.clinic.seeding import KINDS
from sim.draws import lognormal, normal, uniform
from sim.jit import jit, jit_inside
from sim.log import Event
from sim.steps import note
from sim.units import MONTH

CT, MRI, PET, SCINTIGRAPHY = 1, 2, 4, 8  # not clinical: bits of the modalities read together
SIZE_BITS = 31  # not clinical: of the lower of two numbers in one


@jit_inside
def found(case: Case, j: int, half_cm: float, steepness: float, ceiling: float) -> bool:
    """Is lesion j seen by a modality that sees half of all lesions of `half_cm`, and `ceiling` of large ones?"""
    hidden = case.liver.lesions[j].hidden
    return bool(hidden < ceiling and hidden < ceiling / (1 + math.pow(half_cm / size(case, j), steepness)))


@jit_inside
def _found_by(case: Case, j: int, modalities: int) -> bool:
    known = case.desk.known
    if modalities & CT and found(
        case,
        j,
        known[Known.DETECTION_CT_HALF_CM.value],
        known[Known.DETECTION_CT_STEEPNESS.value],
        known[Known.DETECTION_CT_CEILING.value],
    ):
        return True
    if modalities & MRI and found(
        case,
        j,
        known[Known.DETECTION_MRI_HALF_CM.value],
        known[Known.DETECTION_MRI_STEEPNESS.value],
        known[Known.DETECTION_MRI_CEILING.value],
    ):
        return True
    if case.traits.receptors == 0:
        return False
    if modalities & PET and found(
        case,
        j,
        known[Known.DETECTION_PET_HALF_CM.value],
        known[Known.DETECTION_PET_STEEPNESS.value],
        known[Known.DETECTION_PET_CEILING.value],
    ):
        return True
    return bool(
        modalities & SCINTIGRAPHY
        and found(
            case,
            j,
            known[Known.DETECTION_SCINTIGRAPHY_HALF_CM.value],
            known[Known.DETECTION_SCINTIGRAPHY_STEEPNESS.value],
            known[Known.DETECTION_SCINTIGRAPHY_CEILING.value],
        )
    )


@jit_inside
def receptor_scan(case: Case) -> int:
    """What a receptor scan is at this centre for her: PET, or the older scintigraphy."""
    u = uniform(case.key, case.i, Ask.RECEPTOR_SCANNER.value, 0)
    return PET if u < case.desk.known[Known.RECEPTOR_PET_SHARE.value] else SCINTIGRAPHY


@jit_inside
def _spread_found(case: Case, modalities: int, kind: int) -> bool:
    """Would these scans show disease outside the liver of this kind?"""
    known = case.desk.known
    sharpest = 0.0
    if modalities & CT:
        sharpest = known[Known.EXTRAHEPATIC_DETECTION_CT.value]
    if modalities & MRI:
        sharpest = max(sharpest, known[Known.EXTRAHEPATIC_DETECTION_MRI.value])
    if modalities & PET and case.traits.receptors:
        sharpest = max(sharpest, known[Known.EXTRAHEPATIC_DETECTION_PET.value])
    if modalities & SCINTIGRAPHY and case.traits.receptors:
        sharpest = max(sharpest, known[Known.EXTRAHEPATIC_DETECTION_SCINTIGRAPHY.value])
    return uniform(case.key, case.i, Ask.EXTRAHEPATIC_SEEN.value, kind) < sharpest


@jit_inside
def show_spread(case: Case, kinds: int) -> None:
    """Disease of these kinds (bits of `Spread`) outside the liver has been seen."""
    findings = case.course.findings
    if kinds & Spread.NODES.value:
        findings[Finding.NODES.value] = 1
    if kinds & Spread.BONE.value:
        findings[Finding.BONE.value] = 1
    if kinds & Spread.PERITONEUM.value:
        findings[Finding.PERITONEUM.value] = 1
    if kinds & ~Spread.NODES.value:
        findings[Finding.EXTRAHEPATIC.value] = 1


@jit_inside
def _look_outside(case: Case, modalities: int) -> bool:
    """What the scan shows outside the liver. Returns whether it shows some where none had been seen before."""
    c, findings = case.course, case.course.findings
    first = math.isnan(findings[Finding.EXTRAHEPATIC.value])
    if math.isnan(findings[Finding.EXTRAHEPATIC.value]):
        findings[Finding.EXTRAHEPATIC.value] = 0
        findings[Finding.NODES.value] = 0
        findings[Finding.BONE.value] = 0
        findings[Finding.PERITONEUM.value] = 0
    before = _places_seen(findings)
    for kind in range(KINDS):
        if c.extrahepatic >> kind & 1 and _spread_found(case, modalities, kind):
            show_spread(case, 1 << kind)
    return bool(not first and _places_seen(findings) > before)


@jit_inside
def _places_seen(findings: Any) -> float:
    """In how many kinds of places outside the liver disease has been seen."""
    outside = findings[Finding.EXTRAHEPATIC.value] + findings[Finding.NODES.value]
    return float(outside + findings[Finding.BONE.value] + findings[Finding.PERITONEUM.value])


@jit_inside
def observe(case: Case, now: int, modalities: int) -> bool:
    """A scan is read. Returns whether it shows disease, in the liver or elsewhere, that had not been seen before.

    modalities   bits CT, MRI, PET, SCINTIGRAPHY of what is read together
    """
    c, findings = case.course, case.course.findings
    settle(case, now)
    new = False
    before, total = 0.0, 0.0  # diameters of the lesions seen before, and of all that are seen now
    for j in range(case.course.slots):
        if case.liver.lesions[j].share <= 0:
            continue
        if case.liver.lesions[j].seen:
            before += size(case, j)
        elif _found_by(case, j, modalities):
            case.liver.lesions[j].seen = 1
            new = True
        if case.liver.lesions[j].seen:
            total += size(case, j)
    new = _look_outside(case, modalities) or new
    if modalities & (PET | SCINTIGRAPHY):
        findings[Finding.RECEPTORS.value] = case.traits.receptors
    findings[Finding.CGA.value] = chromogranin(case)
    c.scans += 1
    c.scanned_before, c.scanned_at = c.scanned_at, now
    _note_sizes(case, before, total)
    _describe(case)
    if findings[Finding.LIVER_METASTASES.value] and c.had_disease == 0:
        settle(case, now)
        c.had_disease = 1
        c.nelm_minute = now
    return new


@jit_inside
def _note_sizes(case: Case, before: float, total: float) -> None:
    """What a trial would write down of the scan, for the log; see `sizes`."""
    if total > 0:
        error = _reading_error(case)
        hundredths = whole(before * error * 1000) << SIZE_BITS | whole(total * error * 1000)  # not clinical: of a mm
        note(case.plan, Event.SIZED.value, hundredths)


def sizes(values: Any) -> tuple[Any, Any]:
    """The two sums of diameters [cm] of rows of the log: of the metastases seen before the scan, and of all it shows.

    The first beside the second of the scan before says how the same metastases have grown, whatever else has come.

    >>> sizes((2500 << SIZE_BITS) | 3000)
    (2.5, 3.0)
    """
    return (values >> SIZE_BITS) / 1000, (values & ((1 << SIZE_BITS) - 1)) / 1000  # not clinical: hundredths of a mm


@jit_inside
def _reading_error(case: Case) -> float:
    """The reader's error of this scan, as a factor."""
    known, c = case.desk.known, case.course
    error = known[Known.MEASUREMENT_ERROR.value] * normal(case.key, case.i, Ask.MEASUREMENT.value, c.scans)
    return math.exp(error)


@jit_inside
def chromogranin(case: Case) -> float:
    """Chromogranin A in the blood at this scan, in multiples of the upper limit of normal: more with more tumour."""
    known, c = case.desk.known, case.course
    doublings = c.burden / known[Known.CHROMOGRANIN_DOUBLING_BURDEN.value]
    rise = math.pow(doublings, known[Known.CHROMOGRANIN_EXPONENT.value])
    median = known[Known.CHROMOGRANIN_NORMAL.value] * (1 + rise)
    sigma = known[Known.CHROMOGRANIN_SIGMA.value]
    return float(lognormal(case.key, case.i, Ask.CHROMOGRANIN.value, c.scans, median, sigma))


@jit_inside
def measured_cm(case: Case) -> float:
    """Sum of the diameters of all lesions seen [cm], with the reader's error of this scan."""
    total = 0.0
    for j in range(case.course.slots):
        if case.liver.lesions[j].seen and case.liver.lesions[j].share > 0:
            total += size(case, j)
    return total * _reading_error(case)


@jit_inside
def mark_smallest(case: Case, now: int) -> None:
    """From now on growth is counted from what is measured now."""
    case.course.nadir_cm = measured_cm(case)
    case.course.nadir_at = now


@jit_inside
def changed(case: Case, now: int, new: bool) -> bool:
    """Progression at a scheduled scan: new disease, or growth of the sum of diameters above its smallest value.

    new   whether a lesion was seen that had not been seen before

    RECIST 1.1: a fifth and at least 5 mm (the card `recist`). The smallest sum is kept up to date here, and so is
    what the board knows of the time within which it grew.
    """
    c, known = case.course, case.desk.known
    total = measured_cm(case)
    grown = total > c.nadir_cm * (1 + known[Known.RECIST_GROWTH.value])
    grown = grown and total - c.nadir_cm >= known[Known.RECIST_LEAST_CM.value]
    if new or grown:
        since = c.scanned_before if new else c.nadir_at
        c.findings[Finding.GROWTH_MONTHS.value] = (now - since) / MONTH
        return True
    if total < c.nadir_cm:
        c.nadir_cm = total
        c.nadir_at = now
    return False


@jit_inside
def main_lobe(case: Case) -> int:
    """The lobe in which more tumour has been seen, which is the one a surgeon takes; the first at a tie."""
    balance = 0.0
    for j in range(case.course.slots):
        if case.liver.lesions[j].seen:
            balance += case.liver.lesions[j].share if case.liver.lesions[j].lobe else -case.liver.lesions[j].share
    return 1 if balance > 0 else 0


@jit_inside
def tumour_seen(case: Case) -> float:
    """Volume of all lesions seen, as a share of the liver."""
    volume = 0.0
    for j in range(case.course.slots):
        if case.liver.lesions[j].seen:
            volume += case.liver.lesions[j].share
    return volume


@jit_inside
def _describe(case: Case) -> None:
    """From the lesions seen to what the board asks: number, size, burden, pattern, what could be removed."""
    known, findings = case.desk.known, case.course.findings
    main = main_lobe(case)
    number, other_number, not_ablatable, other_bad = 0, 0, 0, 0
    volume, other_volume, other_good, largest = 0.0, 0.0, 0.0, 0.0
    for j in range(case.course.slots):
        share = case.liver.lesions[j].share
        if case.liver.lesions[j].seen == 0 or share <= 0:
            continue
        largest = max(largest, size(case, j))
        number += 1
        volume += share
        ablatable = can_be_ablated(case, j)
        if not ablatable:
            not_ablatable += 1
        if case.liver.lesions[j].lobe != main:
            other_number += 1
            other_volume += share
            if ablatable:
                other_good += share
            else:
                other_bad += 1
    findings[Finding.LIVER_METASTASES.value] = 1 if number > 0 else 0
    findings[Finding.LESIONS.value] = number
    findings[Finding.LARGEST_CM.value] = largest
    findings[Finding.LIVER_BURDEN_PCT.value] = 100 * volume  # not clinical: per cent
    findings[Finding.NOT_ABLATABLE.value] = not_ablatable
    few = other_number <= known[Known.ABLATION_MOST_INTRAOPERATIVE.value]
    excised = int(known[Known.EXCISION_MOST_LESIONS.value])
    ablated = int(known[Known.ABLATION_MOST_INTRAOPERATIVE.value])
    stays = beyond_reach(case, 1 - main, excised, ablated)
    other = 3 if stays <= 0 else 2  # not clinical: codes of what could be excised, and of what could not
    findings[Finding.SATELLITES.value] = 0 if other_number == 0 else 1 if other_bad == 0 and few else other
    findings[Finding.DEBULKABLE_PCT.value] = (
        100 * (volume - stays) / volume if number else math.nan  # not clinical: per cent
    )
    removed = volume - other_volume + (other_good if few else 0.0)
    findings[Finding.REMOVABLE_PCT.value] = 100 * removed / volume if number else math.nan  # not clinical: per cent
    major = number > known[Known.RESECTION_MINOR_MOST_LESIONS.value]
    remains = remnant(case, main) if major else 1 - known[Known.RESECTED_SHARE.value]
    findings[Finding.REMNANT_PCT.value] = 100 * remains  # not clinical: per cent
    findings[Finding.REMNANT.value] = remnant_enough(case, remains)
    findings[Finding.PATTERN.value] = pattern(known, number, other_number, volume, other_volume)


@jit
def pattern(known: Any, number: int, other_number: int, volume: float, other_volume: float) -> int:
    """Type I, II or III (1, 2, 3) of what was seen, 0 if nothing.

    number         of lesions seen, of them `other_number` in the lobe with less disease
    volume         of the lesions seen, of it `other_volume` in that lobe

    Type I is confined to one lobe, type II has a dominant lobe with smaller satellites in the other, type III
    is diffuse. Source: the card `pattern_rule`.
    """
    few = number <= known[Known.PATTERN_RULE_MOST_LESIONS.value]
    if number == 0:
        return 0
    if not few:
        return 3  # not clinical: a code
    if other_number == 0 or other_number == number:
        return 1
    smaller = min(other_volume, volume - other_volume)
    share = known[Known.PATTERN_RULE_SATELLITE_SHARE.value]
    return 2 if smaller <= share * volume else 3  # not clinical: a code


@jit_inside
def grade_read(case: Case) -> int:
    """The Grade that was read, by the Ki-67 of the last sample, which may have hit a slower part; G1 where unread."""
    known, findings = case.desk.known, case.course.findings
    ki67 = findings[Finding.KI67_PCT.value]
    if findings[Finding.DIFFERENTIATION.value] == 1:
        return Grade.NEC.value
    if ki67 > known[Known.KI67_RANGE_G2_HIGHEST.value]:
        return Grade.NET_G3.value
    return Grade.G2.value if ki67 >= known[Known.KI67_RANGE_G2_LOWEST.value] else Grade.G1.value


@jit_inside
def sample(case: Case) -> None:
    """A core biopsy is read: differentiation, and Ki-67 of the lesion that was hit."""
    known, findings, p, c = case.desk.known, case.course.findings, case.traits, case.course
    sigma = known[Known.KI67_SAMPLING_SIGMA.value]
    ki67 = p.ki67 * math.exp(sigma * normal(case.key, case.i, Ask.KI67_SAMPLE.value, c.biopsies))
    findings[Finding.KI67_PCT.value] = min(ki67, 100.0)  # not clinical: per cent
    findings[Finding.DIFFERENTIATION.value] = 1 if p.grade == Grade.NEC.value else 0
    c.histology_known = 1
