"""The pathway: one short function per step of care, in the order a patient meets them.

First symptom, referral, imaging, receptor PET, core biopsy, tumour board; then what the board offers, with its
sessions and its stay; then surveillance, until growth, recurrence or symptoms bring her back to the board.

    advance(world, i, step, now)      run a step: medicine says what it wants next

A step reads its patient, writes only that patient's course, and asks for what it wants next through the verbs
of `sim.steps`. The clinic knows the date, never the queue.
"""

from __future__ import annotations

from sim.clinic.board import Finding, first_row
from sim.clinic.disease import begin, set_alarm, settle, symptomatic
from sim.clinic.imaging import CT, MRI, PET, changed, measured_cm, observe, sample
from sim.clinic.known import Known
from sim.clinic.patient import Ask, Grade, Phase, World, whole
from sim.clinic.stages import FIRST_CAUSE, FIRST_MAIN_ROW, FIRST_TREATMENT, Cause, Policy, Stage
from sim.clinic.treatments import (
    Role,
    Treatment,
    give,
    second_minutes,
    session_minutes,
    start_analogue,
    still_suitable,
)
from sim.draws import lognormal, uniform
from sim.jit import jit, jit_inside
from sim.log import Event
from sim.steps import NEVER, alarm, attend, clear, end, keep, note, standing, then, use, wait
from sim.units import YEAR


@jit_inside
def urgency(world: World, i: int) -> int:
    """0 emergency, 1 urgent, 2 routine: carcinomas, the failing and the symptomatic go first."""
    c, p = world.courses[i], world.traits[i]
    if c.failed:
        return 0
    poor = c.histology_known and p.grade >= Grade.NET_G3.value
    return 1 if poor or c.ecog >= 2 or symptomatic(world, i) else 2


@jit_inside
def _report(world: World, i: int) -> int:
    """How long a scan's report takes [minutes]."""
    known, c = world.known, world.courses[i]
    median, sigma = known[Known.IMAGING_REPORT_MEDIAN.value], known[Known.IMAGING_REPORT_SIGMA.value]
    return whole(lognormal(world.key, i, Ask.REPORT.value, c.scans, median, sigma))


@jit_inside
def _on_list(world: World, i: int, role: int, minutes: float) -> int:
    return attend(world.plan, world.resources[role], whole(minutes), urgency(world, i))


@jit_inside
def _to_board(world: World, i: int) -> None:
    world.courses[i].phase = Phase.WORK_UP.value
    _on_list(world, i, Role.BOARD.value, world.known[Known.BOARD_CASE_MINUTES.value])
    then(world.plan, Stage.DISCUSSED.value)


@jit_inside
def first_symptom(world: World, i: int, now: int) -> None:
    """She has symptoms and does not know of what; years may pass."""
    begin(world, i, now)
    set_alarm(world, i, now)
    wait(world.plan, world.traits[i].delay)
    then(world.plan, Stage.PRESENTED.value)


@jit_inside
def presented(world: World, i: int, now: int) -> None:
    """Somebody takes the symptoms seriously; as an emergency she is referred at once."""
    known, c = world.known, world.courses[i]
    settle(world, i, now)
    c.presented = 1
    c.phase = Phase.WORK_UP.value
    set_alarm(world, i, now)
    if c.burden >= known[Known.PRESENTING_BURDEN.value]:
        wait(world.plan, 0)
    else:
        median, sigma = known[Known.REFERRAL_INTERVAL_MEDIAN.value], known[Known.REFERRAL_INTERVAL_SIGMA.value]
        wait(world.plan, whole(lognormal(world.key, i, Ask.REFERRAL.value, 0, median, sigma)))
    then(world.plan, Stage.REFERRED.value)


@jit_inside
def referred(world: World, i: int) -> None:
    """The centre has her: CT, with MRI where contrast is barred or the radiologist asks for it."""
    known = world.known
    note(world.plan, Event.REFERRED.value)
    _on_list(world, i, Role.CT.value, known[Known.CT_MINUTES.value])
    if world.traits[i].mri_told:
        _on_list(world, i, Role.MRI.value, known[Known.MRI_MINUTES.value])
    then(world.plan, Stage.IMAGED.value)


@jit_inside
def imaged(world: World, i: int) -> None:
    """The scans wait for their reports."""
    wait(world.plan, _report(world, i))
    then(world.plan, Stage.IMAGING_READ.value)


@jit_inside
def _note_measured(world: World, i: int) -> None:
    burden = world.findings[i, Finding.LIVER_BURDEN_PCT.value]
    note(world.plan, Event.MEASURED.value, whole(burden * 1e4))  # not clinical: per cent to millionths


@jit_inside
def imaging_read(world: World, i: int, now: int) -> None:
    """The first look; receptor PET and core biopsy are asked for together."""
    known = world.known
    observe(world, i, now, CT | MRI if world.traits[i].mri_told else CT)
    set_alarm(world, i, now)
    _note_measured(world, i)
    _on_list(world, i, Role.PET.value, known[Known.PET_MINUTES.value])
    _on_list(world, i, Role.BIOPSY.value, known[Known.BIOPSY_MINUTES.value])
    then(world.plan, Stage.SAMPLED.value)


@jit_inside
def sampled(world: World, i: int) -> None:
    """The biopsy waits for its report; that of the PET is in by then."""
    known, c = world.known, world.courses[i]
    median, sigma = known[Known.HISTOLOGY_REPORT_MEDIAN.value], known[Known.HISTOLOGY_REPORT_SIGMA.value]
    wait(world.plan, whole(lognormal(world.key, i, Ask.HISTOLOGY.value, c.biopsies, median, sigma)))
    then(world.plan, Stage.RESULTS_IN.value)


@jit_inside
def results_in(world: World, i: int, now: int) -> None:
    """Diagnosis, unless the biopsy has to be repeated."""
    known, c = world.known, world.courses[i]
    fails = uniform(world.key, i, Ask.BIOPSY_FAILS.value, c.biopsies) < known[Known.BIOPSY_FAILURE.value]
    c.biopsies += 1
    if c.biopsies == 1:
        observe(world, i, now, CT | MRI | PET if world.traits[i].mri_told else CT | PET)
        set_alarm(world, i, now)
        _note_measured(world, i)
    if fails:
        _on_list(world, i, Role.BIOPSY.value, known[Known.BIOPSY_MINUTES.value])
        then(world.plan, Stage.SAMPLED.value)
        return
    sample(world, i)
    c.diagnosed_at = now
    c.nadir_cm = measured_cm(world, i)
    ki67 = world.findings[i, Finding.KI67_PCT.value]
    note(world.plan, Event.DIAGNOSED.value, whole(ki67 * 100))  # not clinical: hundredths
    _to_board(world, i)


@jit_inside
def _know_the_patient(world: World, i: int, now: int) -> None:
    """What the board sees without a scan."""
    f, c, p = world.findings[i], world.courses[i], world.traits[i]
    f[Finding.ECOG.value] = c.ecog
    f[Finding.AGE_YEARS.value] = p.age + (now - p.arrived) / YEAR
    f[Finding.SITE.value] = p.site
    f[Finding.SYMPTOMS.value] = 1 if symptomatic(world, i) else 0
    f[Finding.KIDNEY_DISEASE.value] = p.kidney_disease
    f[Finding.EGFR_ML_MIN.value] = p.egfr
    f[Finding.BILIARY_PROCEDURE.value] = p.biliary


@jit_inside
def discussed(world: World, i: int, now: int) -> None:
    """The tumour board: put off once if something is missing, else a background treatment and a main offer."""
    key, known, c, plan = world.key, world.known, world.courses[i], world.plan
    if c.deferred == 0 and uniform(key, i, Ask.DEFERRAL.value, c.boards) < known[Known.BOARD_DEFERRAL.value]:
        c.deferred = 1
        note(plan, Event.DEFERRED.value, 0, FIRST_CAUSE + _missing(world, i))
        _to_board(world, i)
        return
    c.deferred = 0
    settle(world, i, now)
    _know_the_patient(world, i, now)
    findings = world.findings[i]
    _start_background(world, i, now)
    off = int(world.policy[Policy.MAIN_OFF.value])
    table = world.boards.main
    row, fitting = first_row(table, findings, off)
    offered = table.offers[row, 0]
    active = offered != Treatment.SURVEILLANCE.value and offered != Treatment.SUPPORTIVE.value
    if active and uniform(key, i, Ask.ADHERENCE.value, c.boards) >= known[Known.BOARD_ADHERENCE.value]:
        other, _ = first_row(table, findings, off | 1 << row)
        if other >= 0:
            note(plan, Event.REFUSED.value, row, FIRST_TREATMENT + offered)
            row = other
    note(plan, Event.DECIDED.value, fitting, FIRST_MAIN_ROW + row)
    c.treatment = _alternative(world, i, row)
    c.boards += 1
    c.courses_made += 1
    c.session = 0
    c.nadir_cm = measured_cm(world, i)
    findings[Finding.PROGRESSING.value] = 0
    set_alarm(world, i, now)
    _begin_treatment(world, i)


@jit_inside
def _missing(world: World, i: int) -> int:
    """What was missing where a discussion is put off."""
    known = world.known
    u = uniform(world.key, i, Ask.DEFERRAL_CAUSE.value, world.courses[i].boards)
    if u < known[Known.BOARD_DEFERRAL_CAUSE_IMAGING.value]:
        return Cause.IMAGING.value
    if u < known[Known.BOARD_DEFERRAL_CAUSE_IMAGING.value] + known[Known.BOARD_DEFERRAL_CAUSE_PATHOLOGY.value]:
        return Cause.PATHOLOGY.value
    return Cause.IMAGING_AND_PATHOLOGY.value


@jit_inside
def _start_background(world: World, i: int, now: int) -> None:
    """The background table; an analogue once begun is a standing membership of the injection programme."""
    table, plan = world.boards.background, world.plan
    row, _ = first_row(table, world.findings[i], int(world.policy[Policy.BACKGROUND_OFF.value]))
    if row >= 0 and table.offers[row, 0] == Treatment.SSA.value:
        start_analogue(world, i, now)
        note(plan, Event.TREATED.value, 1, FIRST_TREATMENT + Treatment.SSA.value)
        order = use(plan, world.resources[Role.INJECTIONS.value], NEVER, 2)
        standing(plan, order)


@jit_inside
def _alternative(world: World, i: int, row: int) -> int:
    """Between two equal offers the scenario's preference decides, unless the patient's kidneys do."""
    key, c = world.key, world.courses[i]
    offers = world.boards.main.offers
    choice = int(offers[row, 0])
    if offers[row, 1] >= 0 and uniform(key, i, Ask.ALTERNATIVE.value, c.boards) >= world.policy[Policy.TAE_SHARE.value]:
        choice = int(offers[row, 1])
    barred = world.known[Known.TACE_BARRED_BY_KIDNEY.value]
    kidneys = world.traits[i].kidney_disease == 1 and uniform(key, i, Ask.TACE_BARRED.value, 0) < barred
    if choice == Treatment.TACE.value and kidneys:
        choice = Treatment.TAE.value
    return choice


@jit_inside
def _begin_treatment(world: World, i: int) -> None:
    """From the decision to what it asks for."""
    known, c, plan = world.known, world.courses[i], world.plan
    if c.treatment == Treatment.SURVEILLANCE.value:
        _watch(world, i)
    elif c.treatment == Treatment.PRIMARY_SURGERY.value:
        median, sigma = known[Known.PRIMARY_SURGERY_WAIT_MEDIAN.value], known[Known.PRIMARY_SURGERY_WAIT_SIGMA.value]
        c.phase = Phase.WAITING.value
        wait(plan, whole(lognormal(world.key, i, Ask.PRIMARY_WAIT.value, 0, median, sigma)))
        then(plan, Stage.PRIMARY_OPERATED.value)
    elif c.treatment == Treatment.SUPPORTIVE.value:
        c.phase = Phase.SUPPORTIVE.value
        note(plan, Event.TREATED.value, 1, FIRST_TREATMENT + Treatment.SUPPORTIVE.value)
        wait(plan, 0)
        then(plan, Stage.SUPPORTIVE_VISIT.value)
    else:
        c.phase = Phase.WAITING.value
        wait(plan, _preparation(world, i))
        then(plan, Stage.PREPARED.value)


@jit_inside
def _preparation(world: World, i: int) -> int:
    """From the decision until she can be booked: told, seen, consented, and what the treatment itself needs."""
    known, c = world.known, world.courses[i]
    median, sigma = known[Known.BOARD_ACTION_MEDIAN.value], known[Known.BOARD_ACTION_SIGMA.value]
    minutes = lognormal(world.key, i, Ask.PREPARATION.value, c.courses_made, median, sigma)
    if c.treatment == Treatment.PRRT.value:
        minutes += known[Known.PRRT_ORDER_LEAD.value]
    elif c.treatment == Treatment.RESECTION.value or c.treatment == Treatment.RESECTION_WITH_ABLATION.value:
        minutes += known[Known.RESECTION_ASSESSMENT.value]
    return whole(minutes)


@jit_inside
def prepared(world: World, i: int) -> None:
    """Ready to be booked."""
    _ask_for_session(world, i)


@jit_inside
def _ask_for_session(world: World, i: int) -> None:
    c = world.courses[i]
    protocol = world.protocols[c.treatment]
    second = world.resources[protocol.second] if protocol.second >= 0 else -1
    attend(
        world.plan,
        world.resources[protocol.role],
        session_minutes(world, i),
        urgency(world, i),
        second,
        second_minutes(world, i),
    )
    then(world.plan, Stage.SESSION_OVER.value)


@jit_inside
def session_over(world: World, i: int, now: int) -> None:
    """A session has ended, or was broken off because what was planned is no longer possible."""
    known, c, plan = world.known, world.courses[i], world.plan
    settle(world, i, now)
    why = FIRST_TREATMENT + c.treatment
    if c.session == 0 and not still_suitable(world, i):
        _lose(world, i)
        set_alarm(world, i, now)
        return
    if c.session == 0:
        note(plan, Event.TREATED.value, c.courses_made, why)
    c.phase = Phase.UNDER_TREATMENT.value
    extra = give(world, i, now)
    c.nadir_cm = measured_cm(world, i)
    set_alarm(world, i, now)
    if extra > 0:
        note(plan, Event.COMPLICATED.value, extra, why)
    if c.treatment == Treatment.RESECTION.value or c.treatment == Treatment.RESECTION_WITH_ABLATION.value:
        order = use(plan, world.resources[Role.ICU.value], whole(known[Known.RESECTION_ICU.value]), 0)
        keep(plan, order)
        c.extra_stay = extra
        then(plan, Stage.STEPPED_DOWN.value)
    elif extra > 0:
        use(plan, world.resources[Role.WARD.value], extra, 0)
        then(plan, Stage.RECOVERED.value)
    else:
        wait(plan, 0)
        then(plan, Stage.RECOVERED.value)


@jit_inside
def _lose(world: World, i: int) -> None:
    """What was planned is not possible any more: a new scan, and back to the board."""
    c, plan = world.courses[i], world.plan
    note(plan, Event.LOST.value, 0, FIRST_TREATMENT + c.treatment)
    if c.extrahepatic:
        world.findings[i, Finding.EXTRAHEPATIC.value] = 1
    c.treatment = -1
    c.phase = Phase.WORK_UP.value
    c.visit = 1
    _ask_for_scan(world, i)


@jit_inside
def stepped_down(world: World, i: int) -> None:
    """From intensive care to the ward, whose beds may be full."""
    known, c = world.known, world.courses[i]
    major = c.major == 1
    stay = known[Known.RESECTION_STAY_MAJOR.value if major else Known.RESECTION_STAY_MINOR.value]
    use(world.plan, world.resources[Role.WARD.value], whole(stay) + c.extra_stay, 0)
    then(world.plan, Stage.RECOVERED.value)


@jit_inside
def recovered(world: World, i: int) -> None:
    """Home; the next session after its interval, or surveillance if that was the last."""
    c, plan = world.courses[i], world.plan
    c.session += 1
    protocol = world.protocols[c.treatment]
    if c.session < protocol.sessions:
        wait(plan, whole(protocol.spacing))
        then(plan, Stage.NEXT_SESSION.value)
        return
    note(plan, Event.COMPLETED.value, c.session, FIRST_TREATMENT + c.treatment)
    _watch(world, i)


@jit_inside
def next_session(world: World, i: int) -> None:
    """The next session, unless she has become too frail for it."""
    c = world.courses[i]
    if c.ecog > world.known[Known.SESSION_MOST_ECOG.value]:
        _lose(world, i)
    else:
        _ask_for_session(world, i)


@jit_inside
def primary_operated(world: World, i: int) -> None:
    """The primary is out; done elsewhere in the hospital."""
    world.findings[i, Finding.PRIMARY.value] = 1
    note(world.plan, Event.TREATED.value, 1, FIRST_TREATMENT + Treatment.PRIMARY_SURGERY.value)
    note(world.plan, Event.COMPLETED.value, 1, FIRST_TREATMENT + Treatment.PRIMARY_SURGERY.value)
    _watch(world, i)


@jit_inside
def _watch(world: World, i: int) -> None:
    """Surveillance: the interval goes by grade, and is long where the liver is free."""
    known, c, p = world.known, world.courses[i], world.traits[i]
    c.phase = Phase.SURVEILLANCE.value
    interval = known[Known.SURVEILLANCE_INTERVAL_NO_LIVER_METASTASES.value]
    if c.had_disease:
        interval = known[Known.SURVEILLANCE_INTERVAL_G3.value]
        if p.grade == Grade.G1.value:
            interval = known[Known.SURVEILLANCE_INTERVAL_G1.value]
        elif p.grade == Grade.G2.value:
            interval = known[Known.SURVEILLANCE_INTERVAL_G2.value]
    wait(world.plan, whole(interval))
    then(world.plan, Stage.SURVEILLANCE_DUE.value)


@jit_inside
def surveillance_due(world: World, i: int, now: int) -> None:
    """A scan, or discharge of those whose liver has been free for long enough."""
    known, c = world.known, world.courses[i]
    if c.had_disease == 0 and now - c.diagnosed_at > known[Known.SURVEILLANCE_YEARS_LIGHT.value]:
        end(world.plan, FIRST_CAUSE + Cause.DISCHARGED.value)
        return
    _ask_for_scan(world, i)


@jit_inside
def _ask_for_scan(world: World, i: int) -> None:
    known = world.known
    if world.traits[i].kidney_disease:
        _on_list(world, i, Role.MRI.value, known[Known.MRI_MINUTES.value])
    else:
        _on_list(world, i, Role.CT.value, known[Known.CT_MINUTES.value])
    then(world.plan, Stage.SCANNED.value)


@jit_inside
def scanned(world: World, i: int) -> None:
    """The scan waits for its report."""
    wait(world.plan, _report(world, i))
    then(world.plan, Stage.ASSESSED.value)


@jit_inside
def assessed(world: World, i: int, now: int) -> None:
    """Has anything changed? Then back to the board, by way of a receptor PET if the liver is newly involved."""
    known, c, plan = world.known, world.courses[i], world.plan
    first = c.had_disease == 0
    new = observe(world, i, now, MRI if world.traits[i].kidney_disease else CT)
    set_alarm(world, i, now)
    _note_measured(world, i)
    worse = changed(world, i, new)
    visit = c.visit == 1
    c.visit = 0
    if worse:
        recurred = c.clear == 1 and not first
        note(
            plan,
            Event.RECURRED.value if recurred else Event.PROGRESSED.value,
            0,
            FIRST_CAUSE + Cause.NEW_DISEASE.value if new else -1,
        )
        c.clear = 0
        world.findings[i, Finding.PROGRESSING.value] = 1
    if worse and first:
        c.phase = Phase.WORK_UP.value
        _on_list(world, i, Role.PET.value, known[Known.PET_MINUTES.value])
        then(plan, Stage.RESTAGED.value)
    elif worse or visit:
        _to_board(world, i)
    else:
        _watch(world, i)


@jit_inside
def restaged(world: World, i: int) -> None:
    """The PET waits for its report."""
    wait(world.plan, _report(world, i))
    then(world.plan, Stage.RESTAGING_READ.value)


@jit_inside
def restaging_read(world: World, i: int, now: int) -> None:
    """With all that was seen, to the board; the primary's histology stands."""
    observe(world, i, now, PET)
    set_alarm(world, i, now)
    _note_measured(world, i)
    world.courses[i].nadir_cm = measured_cm(world, i)
    _to_board(world, i)


@jit_inside
def symptom_visit(world: World, i: int) -> None:
    """New or worse symptoms: a scan soon, and the board whatever it shows."""
    c = world.courses[i]
    note(world.plan, Event.SYMPTOM.value, c.ecog)
    c.phase = Phase.WORK_UP.value
    c.treatment = -1
    c.visit = 1
    _ask_for_scan(world, i)


@jit_inside
def supportive_visit(world: World, i: int) -> None:
    """Best supportive care: seen in clinic."""
    _on_list(world, i, Role.CLINIC.value, world.known[Known.CLINIC_MINUTES.value])
    then(world.plan, Stage.SUPPORTIVE_SEEN.value)


@jit_inside
def supportive_seen(world: World, i: int) -> None:
    """Until the next visit."""
    wait(world.plan, whole(world.known[Known.SUPPORTIVE_VISIT.value]))
    then(world.plan, Stage.SUPPORTIVE_VISIT.value)


@jit
def advance(world: World, i: int, step: int, now: int) -> None:
    """Run a step of care: fill the plan with what medicine wants next."""
    clear(world.plan)
    if step == Stage.FIRST_SYMPTOM.value:
        first_symptom(world, i, now)
    elif step == Stage.PRESENTED.value:
        presented(world, i, now)
    elif step == Stage.REFERRED.value:
        referred(world, i)
    elif step == Stage.IMAGED.value:
        imaged(world, i)
    elif step == Stage.IMAGING_READ.value:
        imaging_read(world, i, now)
    elif step == Stage.SAMPLED.value:
        sampled(world, i)
    elif step == Stage.RESULTS_IN.value:
        results_in(world, i, now)
    elif step == Stage.DISCUSSED.value:
        discussed(world, i, now)
    elif step == Stage.SESSION_OVER.value:
        session_over(world, i, now)
    elif step == Stage.STEPPED_DOWN.value:
        stepped_down(world, i)
    elif step == Stage.RECOVERED.value:
        recovered(world, i)
    elif step == Stage.NEXT_SESSION.value:
        next_session(world, i)
    elif step == Stage.PRIMARY_OPERATED.value:
        primary_operated(world, i)
    elif step == Stage.SURVEILLANCE_DUE.value:
        surveillance_due(world, i, now)
    elif step == Stage.SCANNED.value:
        scanned(world, i)
    elif step == Stage.ASSESSED.value:
        assessed(world, i, now)
    elif step == Stage.RESTAGED.value:
        restaged(world, i)
    elif step == Stage.RESTAGING_READ.value:
        restaging_read(world, i, now)
    elif step == Stage.SYMPTOM_VISIT.value:
        symptom_visit(world, i)
    elif step == Stage.SUPPORTIVE_VISIT.value:
        supportive_visit(world, i)
    elif step == Stage.SUPPORTIVE_SEEN.value:
        supportive_seen(world, i)
    elif step == Stage.PREPARED.value:
        prepared(world, i)
    else:
        raise ValueError("no such step of care")
    alarm(world.plan, world.courses[i].alarm_at)
