"""All of a pregnancy but its observations: contacts, births, scans, problems, plans. Pure."""

from collections.abc import Iterable

from ooievaar.exchange.fhir.dossiers import BIRTH, DELIVERY, PREGNANCY
from ooievaar.exchange.fhir.ending import ENDED_ON
from ooievaar.exchange.fhir.mapping import Target
from ooievaar.exchange.fhir.placer import Placer
from ooievaar.exchange.fhir.resource import (
    Json,
    Resource,
    codings,
    extension,
    focus_of,
    happened,
    has_code,
    moment,
    words_of,
)
from ooievaar.exchange.fhir.values import Value, checked, time_text
from ooievaar.exchange.fhir.woman import place_children, place_woman
from ooievaar.exchange.kernset_moments import Moment
from ooievaar.exchange.planned_entries import Author, PlannedEntry

BIRTH_MODE, APGAR_1, APGAR_5, APGAR_10 = "364336006", "9272-6", "9274-2", "9271-8"
AT_BIRTH = (APGAR_1, APGAR_5, APGAR_10, "8339-4", "169812000", "366344009")
ASSISTANCE, MEETING = "236973005", "384682003"
UNCERTAIN = {"provisional", "differential"}


def place_around(placer: Placer) -> None:
    """Make the entries that have a resource of their own, and place what these say themselves."""
    for episode in placer.dossier.episodes:
        _place_episode(placer, episode)
    _place_births(placer)
    for contact in placer.members("Encounter"):
        _place_contact(placer, contact)
    for report in placer.members("DiagnosticReport"):
        _place_report(placer, report)
    place_woman(placer)
    place_children(placer)
    for condition in placer.members("Condition"):
        if has_code(condition.one("code"), PREGNANCY):
            placer.ledger.place(condition, "code")
        else:
            _place_condition(placer, condition)
    for procedure in placer.members("Procedure"):
        if not has_code(procedure.one("code"), BIRTH, DELIVERY):
            _place_procedure(placer, procedure)
    for kind, place in (
        ("ClinicalImpression", _place_impression),
        ("ReferralRequest", _place_referral),
        ("CarePlan", _place_plan),
        ("CareTeam", _place_team),
    ):
        for resource in placer.members(kind):
            place(placer, resource)


def put(
    placer: Placer, entry: PlannedEntry, key: str, value: str, resource: Resource, path: str,
    number: int = 0,
) -> bool:  # fmt: skip
    """Write a value that is known to be of an element; tell whether the record takes it."""
    element = placer.mapping.dictionary.element(key, entry.day)
    read = checked(Value(value), element) if element is not None else None
    if element is None or not isinstance(read, Value):
        return False
    placer.entries.put(entry, element, number, read.text, resource, path)
    placer.ledger.place(resource, path)
    return True


def _place_episode(placer: Placer, episode: Resource) -> None:
    """The start of a dossier is the first day of care."""
    placer.ledger.place(episode, "type[1]")
    at = happened(episode)
    if at is None or at[1].day > placer.today:
        placer.ledger.refuse(episode, "zonder dag van begin die al is geweest")
        return
    placer.ledger.place(episode, "period")


def _place_births(placer: Placer) -> None:
    graph, dossier = placer.graph, placer.dossier
    deliveries = [one for one in placer.members("Procedure") if has_code(one.one("code"), DELIVERY)]
    placer.delivery = deliveries[0] if deliveries else None
    for key, number in sorted(dossier.births.items(), key=lambda one: one[1]):
        procedure = graph.get(key)
        if procedure is None or procedure not in dossier.members:
            continue
        at = _born(placer, procedure, number)
        if at is None or at.day > placer.today:
            placer.ledger.refuse(procedure, "geen dag van geboorte, hier of elders, die is geweest")
            continue
        placer.born[number] = at
        entry = placer.entries.make(key, "birth_child", at.day, at.minute, placer.author(procedure))
        put(placer, entry, "birth_date", at.day.isoformat(), procedure, "code", number)
        if at.minute is not None:
            put(placer, entry, "birth_time", time_text(at.minute), procedure, "code", number)
    for delivery in deliveries:
        at = happened_with_births(placer, delivery)
        if at is None or at.day > placer.today:
            placer.ledger.refuse(delivery, "geen dag van de bevalling die is geweest")
            continue
        placer.entries.make(delivery.key, "birth_mother", at.day, None, placer.author(delivery))
        placer.ledger.place(delivery, "code")


def happened_with_births(placer: Placer, delivery: Resource) -> Moment | None:
    """Return when a delivery was: as it says, else when its last child was born."""
    if found := happened(delivery):
        placer.ledger.place(delivery, found[0])
        return found[1]
    days = [one.day for one in placer.born.values()]
    return Moment(max(days)) if days else None


def _born(placer: Placer, procedure: Resource, number: int) -> Moment | None:
    """Return when a child was born: its birth says so, the child, or what was seen at birth."""
    if found := happened(procedure):
        placer.ledger.place(procedure, found[0])
        return found[1]
    child = placer.graph.get(placer.graph.name(procedure.one("subject"), procedure))
    if child is not None and child.kind == "Patient":
        primitive = child.content.get("_birthDate") or {}
        time = extension(primitive, "patient-birthTime").get("valueDateTime")
        if day := moment(time) or moment(child.content.get("birthDate")):
            return day
    seen: list[tuple[int, str, Resource, Moment]] = []
    for one in placer.members("Observation"):
        if placer.whose(one) != ("child", number):
            continue
        at = happened(one)
        at_birth = focus_of(one) == procedure.key or has_code(one.one("code"), *AT_BIRTH)
        if at is not None and at_birth:
            rank = 0 if has_code(one.one("code"), BIRTH_MODE) else 1
            exact = 0 if at[1].minute is not None else 2
            seen.append((rank + exact, one.key, one, at[1]))
    if not seen:
        return None
    _rank, _key, one, at_birth_moment = min(seen, key=lambda found: found[:2])
    placer.derive(f"{procedure.key}: het moment van geboorte is dat van {one.key}")
    return at_birth_moment


def _place_contact(placer: Placer, contact: Resource) -> None:
    at = happened(contact) or _from_participants(contact)
    if at is None:
        placer.ledger.refuse(contact, "een contact zonder dag")
        return
    moment_of, day = at[1], at[1].day
    if day > placer.today:
        placer.ledger.refuse(contact, f"ligt na vandaag ({day})")
        return
    author = placer.author(contact)
    concept: Json = {"coding": [contact.one("class"), *(
        coding for kind in contact.many("type") for coding in kind.get("coding") or ()
    )]}  # fmt: skip
    form = placer.mapping.contact_form(
        concept, author.specialty, is_after_birth=_is_over(placer, moment_of)
    )
    if not form:
        placer.ledger.refuse(contact, "dit soort contact heeft hier geen formulier")
        return
    entry = placer.entries.make(contact.key, form, day, moment_of.minute, author)
    placer.ledger.place(contact, at[0], "class")
    for number, kind in enumerate(contact.many("type"), start=1):
        placer.ledger.place(contact, f"type[{number}]")
        if form == "mdo":
            put(placer, entry, "mdo_reason", words_of(kind), contact, f"type[{number}]")
    for number, participant in enumerate(contact.many("participant"), start=1):
        path = f"participant[{number}]"
        if has_code(concept, ASSISTANCE):
            _place_assistance(placer, contact, entry, participant, path)
        elif form == "mdo":
            name = str((participant.get("individual") or {}).get("display") or "")
            roles = ", ".join(filter(None, map(words_of, participant.get("type") or ())))
            if name or roles:
                told = f"{name} ({roles})" if name and roles else name or roles
                put(placer, entry, "mdo_participants", told, contact, path)
    for number, reason in enumerate(contact.many("reason"), start=1):
        placer.put_words(contact, f"reason[{number}]", "Reden", words_of(reason), moment_of, entry)


def _from_participants(contact: Resource) -> tuple[str, Moment] | None:
    for number, participant in enumerate(contact.many("participant"), start=1):
        if found := moment((participant.get("period") or {}).get("start")):
            return f"participant[{number}]", found
    return None


def _is_over(placer: Placer, at: Moment) -> bool:
    """Tell whether the pregnancy had ended before a day."""
    if placer.born and at.day > max(one.day for one in placer.born.values()):
        return True
    return any(
        (ended := moment(one.content.get("valueDateTime"))) is not None and ended.day < at.day
        for one in placer.members("Observation")
        if has_code(one.one("code"), ENDED_ON)
    )


def _place_assistance(
    placer: Placer, contact: Resource, entry: PlannedEntry, participant: Json, path: str
) -> None:
    """Help of kraamzorg at a birth: that it was given, and for how many minutes."""
    put(placer, entry, "birth_assisted", "yes", contact, path)
    period = participant.get("period") or {}
    start, end = moment(period.get("start")), moment(period.get("end"))
    if start and end and start.minute is not None and end.minute is not None:
        minutes = (end.day - start.day).days * 1440 + end.minute - start.minute
        put(placer, entry, "birth_assistance_minutes", str(minutes), contact, path)


def _place_report(placer: Placer, report: Resource) -> None:
    at = placer.when(report)
    if at is None or at.day > placer.today:
        placer.ledger.refuse(report, "een verslag zonder dag die is geweest")
        return
    targets = placer.mapping.targets(report.one("code"))
    is_scan = any(one.key == "scan_kind" for target in targets for one in target.elements)
    results = {placer.graph.name(one, report) for one in report.many("result")}
    is_scan = is_scan or bool(placer.dossier.fetuses and results)
    author = placer.author(report)
    for procedure in placer.members("Procedure"):
        if report.key in {placer.graph.name(one, procedure) for one in procedure.many("report")}:
            author = placer.author(procedure)
    form = "ultrasound" if is_scan else "laboratory"
    entry = placer.entries.make(report.key, form, at.day, at.minute, author)
    for key in results:
        placer.reports[key] = report
    _put_answers(placer, entry, report, "code", targets)
    if conclusion := report.word("conclusion"):
        element = placer.mapping.words.get(form, "")
        put(placer, entry, element, conclusion, report, "conclusion")


def _put_answers(
    placer: Placer, entry: PlannedEntry, resource: Resource, path: str, targets: Iterable[Target]
) -> bool:
    done = False
    for target in targets:
        for element in target.elements:
            form = placer.mapping.dictionary.form(entry.form, entry.day)
            if target.answer and form is not None and element.key in form.element_keys:
                done = put(placer, entry, element.key, target.answer, resource, path) or done
    return done


def _place_condition(placer: Placer, condition: Resource) -> None:
    at = placer.when(condition)
    if at is None or at.day > placer.today:
        placer.ledger.refuse(condition, "een probleem zonder dag die is geweest")
        return
    concept = condition.one("code")
    name = words_of(concept)
    certain = condition.word("verificationStatus") not in UNCERTAIN
    found = placer.mapping.problem(concept, condition.many("category")) if certain else None
    about = placer.whose(condition)[0]
    entry: PlannedEntry | None = None
    if found is not None and about == "woman":
        element, choice, says_all = found
        if form := placer.form_of(element):
            entry = placer.entries.make(condition.key, form, at.day, at.minute,
                                        placer.author(condition))  # fmt: skip
            put(placer, entry, element.key, choice, condition, "code")
            if form == "complication":
                put(placer, entry, "complication_since", at.day.isoformat(), condition, "onset")
            if not says_all:
                placer.put_words(condition, "code", "", name, at, entry)
    if entry is None:
        words = name if certain else f"{name} (nog niet zeker)"
        entry = placer.put_words(condition, "code", "", words, at, None)
        if not certain and entry is not None:
            placer.ledger.keep_words(condition, "verificationStatus")
    _words_beside(placer, condition, entry, at)


def _words_beside(
    placer: Placer, condition: Resource, entry: PlannedEntry | None, at: Moment
) -> None:
    over = moment(condition.content.get("abatementDateTime"))
    if over is not None:
        placer.put_words(condition, "abatementDateTime", "Voorbij op", str(over.day), at, entry)
    for number, site in enumerate(condition.many("bodySite"), start=1):
        path = f"bodySite[{number}]"
        if extension(site, "body-site-instance") and not words_of(site):
            placer.ledger.place(condition, path)
        elif words := words_of(site):
            side = extension(site, "BodySite-Qualifier").get("valueCodeableConcept")
            told = ", ".join(filter(None, (words, words_of(side))))
            placer.put_words(condition, path, "Waar", told, at, entry)
    for number, note in enumerate(condition.many("note"), start=1):
        placer.put_words(condition, f"note[{number}]", "", str(note.get("text") or ""), at, entry)


def _place_procedure(placer: Placer, procedure: Resource) -> None:
    at = placer.when(procedure)
    if at is None or at.day > placer.today:
        placer.ledger.refuse(procedure, "een verrichting zonder dag die is geweest")
        return
    concept = procedure.one("code")
    reported = {placer.graph.name(one, procedure) for one in procedure.many("report")}
    entry = next((one for key in sorted(reported) if (one := placer.entries.get(key))), None)
    targets = placer.mapping.targets(concept)
    if entry is None or not _put_answers(placer, entry, procedure, "code", targets):
        entry = placer.put_part(procedure, "code", {}, concept, at)
    if any(target.answer == "other" for target in targets):
        placer.put_words(procedure, "code", "", words_of(concept), at, entry)
    for number, note in enumerate(procedure.many("note"), start=1):
        placer.put_words(procedure, f"note[{number}]", "", str(note.get("text") or ""), at, entry)
    if outcome := words_of(procedure.one("outcome")):
        placer.put_words(procedure, "outcome", "Uitkomst", outcome, at, entry)


def _place_impression(placer: Placer, impression: Resource) -> None:
    """What was concluded of the risk, and what follows."""
    at = placer.when(impression)
    if at is None or at.day > placer.today:
        placer.ledger.refuse(impression, "een conclusie zonder dag die is geweest")
        return
    entry = placer.entries.make(
        impression.key, "risk", at.day, at.minute, placer.author(impression)
    )
    coded = [(f"finding[{number}]", "risk_conclusion", finding.get("itemCodeableConcept") or {})
             for number, finding in enumerate(impression.many("finding"), start=1)]  # fmt: skip
    policy = impression.extension("bc-clinicalimpression-management")
    if policy:
        path = f"extension[{policy['url'].rsplit('/', 1)[-1]}]"
        coded.append((path, "risk_policy", policy.get("valueCodeableConcept") or {}))
    for path, key, concept in coded:
        element = placer.mapping.dictionary.element(key, at.day)
        choices = [] if element is None else [
            choice for system, code in codings(concept)
            if (choice := placer.mapping.choice(element, system, code))
        ]  # fmt: skip
        if not choices or not put(placer, entry, key, choices[0], impression, path):
            placer.put_words(impression, path, "", words_of(concept), at, entry)
    if summary := impression.word("summary"):
        put(placer, entry, "risk_why", summary, impression, "summary")
    for number, note in enumerate(impression.many("note"), start=1):
        placer.put_words(impression, f"note[{number}]", "", str(note.get("text") or ""), at, entry)


def _place_referral(placer: Placer, referral: Resource) -> None:
    at = happened(referral)
    if at is None or at[1].day > placer.today:
        placer.ledger.refuse(referral, "een verwijzing zonder dag die is geweest")
        return
    agent = referral.one("requester").get("agent") or {}
    told = [
        ("", "code", "Verwijzing (overgenomen)"),
        ("Soort", "type", words_of(referral.one("type"))),
        ("Specialisme", "specialty", words_of(referral.one("specialty"))),
        ("Voor", f"extension[{'bc-referralrequest-contacttype'}]", words_of(
            referral.extension("bc-referralrequest-contacttype").get("valueCodeableConcept"))),
        ("Van", "requester", str(agent.get("display") or "")),
        ("Naar", "recipient", str(referral.one("recipient").get("display") or "")),
        ("Reden", "reasonCode", words_of(referral.one("reasonCode"))),
        ("", "description", referral.word("description")),
    ]  # fmt: skip
    entry = placer.entries.make(
        referral.key, "note", at[1].day, at[1].minute, placer.author(referral)
    )
    put(placer, entry, "note_act", "referral", referral, at[0])
    for title, path, words in told:
        if words:
            line = f"{title}: {words}" if title else words
            put(placer, entry, "note_text", line, referral, path)


def _place_plan(placer: Placer, plan: Resource) -> None:
    at = happened(plan)
    if at is None or at[1].day > placer.today:
        placer.ledger.refuse(plan, "een zorgplan zonder dag die is geweest")
        return
    author = _first_author(placer, plan)
    entry = placer.entries.make(plan.key, "care_plan", at[1].day, at[1].minute, author)
    placer.ledger.place(plan, at[0])
    for number, activity in enumerate(plan.many("activity"), start=1):
        detail = activity.get("detail") or {}
        told = ": ".join(filter(None, (words_of(detail.get("code")), detail.get("description"))))
        if told:
            put(placer, entry, "care_agreements", told, plan, f"activity[{number}]")
    for number, note in enumerate(plan.many("note"), start=1):
        placer.put_words(plan, f"note[{number}]", "", str(note.get("text") or ""), at[1], entry)


def _place_team(placer: Placer, team: Resource) -> None:
    at = happened(team)
    names = [
        str((one.get("member") or {}).get("display") or "") for one in team.many("participant")
    ]
    if at is None or at[1].day > placer.today or not any(names):
        placer.ledger.refuse(team, "een team zonder dag, of zonder namen van wie erin zitten")
        return
    entry = placer.entries.make(team.key, "care_plan", at[1].day, at[1].minute, placer.author(team))
    placer.ledger.place(team, at[0])
    for number, name in enumerate(names, start=1):
        if name:
            put(placer, entry, "care_team", name, team, f"participant[{number}]")


def _first_author(placer: Placer, plan: Resource) -> Author:
    for author in plan.many("author"):
        role = extension(author, "practitionerrole-reference").get("valueReference") or author
        found = placer.graph.get(placer.graph.name(role, plan))
        if found is not None and found.kind == "PractitionerRole":
            organisation = placer.graph.get(placer.graph.name(found.one("organization"), found))
            if organisation is not None:
                return Author(organisation.word("name"))
    return placer.author(plan)
