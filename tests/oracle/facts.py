"""The facts of a region as one reads them: dated tables, pregnancies, and every act in them."""

from collections import defaultdict
from datetime import date
from datetime import timedelta as days
from itertools import pairwise
from types import SimpleNamespace as Row

from ooievaar.kernel.period import FAR_DATE

PRENATAL, NATAL, POSTNATAL = 1, 2, 3
DELIVERED, GONE = ("birth", "miscarriage", "termination", "ectopic"), ("moved_away", "lost")
UNKNOWN = Row(scope="", match_hint="", phase_hint=0, hourly=False, equivalent=None)


class Book:
    """Tables, indexed by whatever columns they are asked by."""

    def __init__(self, tables):
        self.tables, self.indexes = tables, {}

    def all(self, table, **key):
        """Return the rows with this key, in order of the day from which they hold."""
        columns = (table, *key)
        if columns not in self.indexes:
            index = self.indexes[columns] = defaultdict(list)
            rows = self.tables.get(table, [])
            for row in sorted(rows, key=lambda row: row.get("valid_from", date.min)):
                index[tuple(row[column] for column in key)].append(Row(**row))
        return self.indexes[columns].get(tuple(key.values()), [])

    def held(self, day, table, **key):
        """Return the rows with this key that hold on a day, in `[valid_from, valid_until)`."""
        return [row for row in self.all(table, **key) if row.valid_from <= day < row.valid_until]

    def on(self, day, table, **key):
        """Return the row with this key that holds on a day; None: none does."""
        return next(iter(self.held(day, table, **key)), None)

    def tariff(self, contract_id, product, day):
        row = self.on(day, "tariffs", contract_id=contract_id, product=product)
        return row and row.cents


def half_up(numerator, denominator):
    return (2 * numerator + denominator) // (2 * denominator)


def read_pregnancy(p, book):
    """Add the phases to a pregnancy; the start of a phase fixes its insurer and contract."""
    intake, ended = p.first_intake_on, p.ended_on
    by_member = book.on(intake, "memberships", organisation_id=p.first_intake_organisation_id)
    p.integral = bool(by_member or p.entered_on) and not p.exempt
    p.clock, p.phases, p.acts = book.all("clock")[0].until, {}, []
    p.conceived = p.due_on - days(p.limits.term_days)
    p.last_expected = p.due_on + days(p.limits.ongoing_extra_days)
    delivered, p.gone = ended and p.end_kind in DELIVERED, bool(ended and p.end_kind in GONE)
    p.early = delivered and (ended - p.conceived).days < p.limits.early_end_days
    p.natal_from = p.final_day = p.birth_on or ended
    if p.labour_on and p.final_day and p.labour_on <= p.final_day:
        p.natal_from = p.labour_on
    # The borders of its phases, but for who came late or left early.
    aftercare = days(1 + p.limits.aftercare_days)
    borders = [intake, FAR_DATE if p.gone else ended or p.last_expected]
    if p.early:
        borders = [intake, ended + aftercare]
    elif delivered or (p.gone and p.birth_on):
        borders = [intake, p.natal_from, p.final_day + days(1), p.final_day + aftercare]
    for number, (begins, natural_until) in enumerate(pairwise(borders), start=PRENATAL):
        starts_on = max(begins, intake)
        until = min(natural_until, ended + days(1)) if p.gone else natural_until
        if starts_on < until:
            phase = p.phases[number] = cover(p, starts_on, book)
            phase.phase, phase.starts_on, phase.until = number, starts_on, until
            phase.natural_until, phase.is_open = natural_until, until > p.clock
    return p


def cover(p, day, book):
    """Tell who insures her on a day and by which terms, or why her care goes the old way."""
    insurance = book.on(day, "coverages", woman_id=p.woman_id)
    insurer_id = insurance and insurance.insurer_id
    terms = book.on(day, "terms", insurer_id=insurer_id) if p.integral else None
    why = "" if terms else "no_contract" if insurance else "not_insured"
    if not p.integral:
        why = "exempt" if p.exempt else "outside_practice"
    told = {"pregnancy_id": p.pregnancy_id, "contract_id": terms and terms.contract_id}
    return Row(**told, insurer_id=insurer_id, terms=terms, why=why)


def read_care(book):
    """Return every pregnancy with its acts, and every act, also those of no pregnancy."""
    pregnancies, of_woman, same = {}, defaultdict(list), defaultdict(list)
    for p in book.all("pregnancies"):
        p.limits = book.on(p.first_intake_on, "limits")
        if p.limits:  # else the rule book knows no law
            pregnancies[p.pregnancy_id] = read_pregnancy(p, book)
            of_woman[p.woman_id].append(p)
    for act in book.all("activities"):
        act.day, who = act.performed_on, {"organisation_id": act.organisation_id}
        act.twin_id, act.phase, act.product = None, 0, None
        act.entry = book.on(act.day, "catalogue", code=act.code) or UNKNOWN
        act.member = book.on(act.day, "memberships", **who) is not None
        act.inside = act.member or book.on(act.day, "suppliers", **who, code=act.code) is not None
        act.pregnancy = pregnancies.get(act.pregnancy_id)  # as the source says
        if act.pregnancy_id is None:
            act.pregnancy = match(act, of_woman[act.woman_id])
        if p := act.pregnancy:
            p.acts.append(act)
            act.phase = phase_of(p, act)
            what = (act.entry.equivalent or act.code, act.day, act.child_number)
            same[p.pregnancy_id, act.organisation_id, what].append(act)
    for group in same.values():  # of the same act only the most trusted source's counts
        best, twin_id = min((act.source_rank, act.activity_id) for act in group)
        claimed = any(act.billed_mono for act in group if act.source_rank > best)
        for act in group:  # a claim that a twin tells of was made for the act that counts
            act.twin_id = twin_id if act.source_rank > best else None
            act.billed_mono |= claimed and act.twin_id is None
    for act in book.all("activities"):
        act.counted = act.twin_id is None and act.entry.scope == "inside" and act.phase > 0
        act.hourly = act.counted and act.entry.hourly
        # Care of the IGO that was not billed the old way can be part of a product.
        act.payable = act.counted and act.inside and not act.billed_mono
    return pregnancies.values(), book.all("activities")


def match(act, of_woman):
    """Find the pregnancy that fits best: within it, outside by hint, after it, before it."""
    found = []
    for p in of_woman:
        intake, ended, hint = p.first_intake_on, p.ended_on, act.entry.match_hint
        last = ended and (ended if p.gone else p.final_day + days(p.limits.aftercare_days))
        after = ended is not None and ended <= act.day <= last
        before = p.conceived <= act.day < intake
        by_hint = (after and hint == "aftercare") or (before and hint == "intake")
        fits = [intake <= act.day < (ended or p.last_expected), by_hint, after, before]
        if any(fits):
            found.append((-fits.index(True), intake, p.pregnancy_id, p))
    return max(found)[-1] if found else None


def phase_of(p, act):
    """Tell in which phase an act falls: by its hint, else by its time; 0 is none."""
    if act.day < p.first_intake_on:
        return 0
    if act.entry.phase_hint in p.phases:
        return act.entry.phase_hint
    if act.performed_minute is None or NATAL not in p.phases:
        held = [n for n, phase in p.phases.items() if phase.starts_on <= act.day < phase.until]
        return held[0] if held else 0
    # The natal phase to the minute, as far as minutes are known.
    begins = (p.natal_from, (p.labour_minute or 0) if p.natal_from == p.labour_on else 0)
    ends = (p.final_day + days(1), 0)
    if p.placenta_on is not None and p.placenta_minute is not None:
        later, minute = divmod(p.placenta_minute + p.limits.after_placenta_minutes, 24 * 60)
        ends = (p.placenta_on + days(later), minute)
    now, aftercare = (act.day, act.performed_minute), p.phases.get(POSTNATAL)
    if now < begins:
        return PRENATAL if PRENATAL in p.phases else 0
    return NATAL if now < ends else POSTNATAL if aftercare and act.day < aftercare.until else 0
