"""Which resources tell of which pregnancy of which woman, about whom, and who wrote them. Pure.

Prevents that what is of another woman lands in a record: a resource follows its own references to
one pregnancy, and then its subject must be the woman of that pregnancy or a child born of it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from ooievaar.exchange.fhir.data import Ledger
from ooievaar.exchange.fhir.resource import (
    Json,
    Resource,
    extension,
    focus_of,
    happened,
    has_code,
    target,
)
from ooievaar.exchange.planned_entries import Author

PREGNANCY, MATERNAL_RECORD = "118185001", "364320009"
BIRTH, DELIVERY = "3950001", "236973005"
CLINICAL = {
    "Observation", "Procedure", "Condition", "Encounter", "DiagnosticReport", "ReferralRequest",
    "ClinicalImpression", "CarePlan", "CareTeam", "EpisodeOfCare",
}  # fmt: skip
AGB_SYSTEMS = {
    "http://fhir.nl/fhir/NamingSystem/agb-z", "urn:oid:2.16.840.1.113883.2.4.6.1",
    "http://fhir.nl/fhir/NamingSystem/agb",
}  # fmt: skip
VOID = {"entered-in-error", "cancelled", "not-done", "aborted", "unknown", "planned", "suspended"}
REFUTED = {"refuted", "entered-in-error"}


@dataclass
class Dossier:
    """What is told of one pregnancy of one woman; `key` names the pregnancy.

    `children` and `fetuses` are numbered from 1, by the references that the files use for them;
    `births` gives the number of the child of each birth.
    """

    key: str
    woman: str
    condition: Resource | None = None
    episodes: list[Resource] = field(default_factory=list)
    members: list[Resource] = field(default_factory=list)
    children: dict[str, int] = field(default_factory=dict)
    fetuses: dict[str, int] = field(default_factory=dict)
    births: dict[str, int] = field(default_factory=dict)


class Graph:
    """Resources by every name that others use for them."""

    def __init__(self, resources: Iterable[Resource]) -> None:
        self.resources = list(resources)
        self._by_name: dict[str, Resource] = {}
        self._inside: dict[tuple[str, str], Resource] = {}
        for resource in self.resources:
            self._by_name[resource.key] = resource
            for alias in resource.aliases:
                if alias.startswith("#"):
                    self._inside[resource.id.split("#")[0], alias] = resource
                else:
                    self._by_name.setdefault(alias, resource)
                    self._by_name.setdefault("/".join(alias.rsplit("/", 2)[-2:]), resource)

    def name(self, element: Json | None, of: Resource | None = None) -> str:
        """Return whom a reference means, by its own key where it is among the resources."""
        key = target(element)
        found = self.get(key, of)
        return found.key if found else key

    def get(self, key: str, of: Resource | None = None) -> Resource | None:
        """Return the resource that a reference (inside another one) means, if it is here."""
        if key.startswith("#"):
            return self._inside.get((of.id.split("#")[0], key)) if of else None
        return self._by_name.get(key)

    def of_kind(self, kind: str) -> Iterator[Resource]:
        """Yield the resources of one kind."""
        return (resource for resource in self.resources if resource.kind == kind)


def gather(graph: Graph, ledger: Ledger) -> list[Dossier]:
    """Return the pregnancies with all that is told of each; what fits none is refused, and why."""
    by_name: dict[str, Dossier] = {}
    for condition in graph.of_kind("Condition"):
        if has_code(condition.one("code"), PREGNANCY):
            woman = graph.name(condition.one("subject"), condition)
            dossier = Dossier(condition.key, woman, condition)
            by_name[condition.key] = dossier
    for episode in graph.of_kind("EpisodeOfCare"):
        if any(has_code(kind, MATERNAL_RECORD) for kind in episode.many("type")):
            _add_episode(episode, graph, by_name)
    for dossier in list(by_name.values()):
        if dossier.condition is not None:
            record = graph.name(dossier.condition.one("context"), dossier.condition)
            if record:
                by_name.setdefault(record, dossier)
    dossiers = list({id(dossier): dossier for dossier in by_name.values()}.values())
    _number_children(dossiers, graph, by_name)
    for resource in graph.resources:
        if resource.kind in CLINICAL:
            _assign(resource, graph, by_name, dossiers, ledger)
    for dossier in dossiers:
        _number_fetuses(dossier, graph)
    return sorted(dossiers, key=lambda dossier: dossier.key)


def _add_episode(episode: Resource, graph: Graph, by_name: dict[str, Dossier]) -> None:
    woman = graph.name(episode.one("patient"), episode)
    for diagnosis in episode.many("diagnosis"):
        named = graph.name(diagnosis.get("condition"), episode)
        dossier = by_name.get(named)
        if dossier is None:
            dossier = Dossier(named or episode.key, woman)
            by_name[dossier.key] = dossier
        if dossier.woman == woman:
            dossier.episodes.append(episode)
            by_name[episode.key] = dossier
            return
    dossier = Dossier(episode.key, woman, episodes=[episode])
    by_name[episode.key] = dossier


def _number_children(
    dossiers: Iterable[Dossier], graph: Graph, by_name: Mapping[str, Dossier]
) -> None:
    """A child is the subject of a birth; it has its rank, or else its place in order of birth."""
    births: dict[int, list[tuple[tuple[object, ...], Resource]]] = {}
    for procedure in graph.of_kind("Procedure"):
        if not has_code(procedure.one("code"), BIRTH):
            continue
        dossier = _reached(procedure, graph, by_name)
        if dossier is not None:
            child = graph.get(graph.name(procedure.one("subject"), procedure))
            rank = child.content.get("multipleBirthInteger") if child else None
            day = happened(procedure)
            order = (int(rank or 99), str(day[1]) if day else "", procedure.key)
            births.setdefault(id(dossier), []).append((order, procedure))
    for dossier in dossiers:
        found = sorted(births.get(id(dossier), []), key=lambda one: one[0])
        for number, (_order, procedure) in enumerate(found, start=1):
            dossier.births[procedure.key] = number
            child_key = graph.name(procedure.one("subject"), procedure)
            if child_key != dossier.woman:
                dossier.children.setdefault(child_key, number)


def _reached(
    resource: Resource, graph: Graph, by_name: Mapping[str, Dossier], depth: int = 0
) -> Dossier | None:
    """Follow the references of a resource to a pregnancy, the plainest ones first."""
    if depth > 3:
        return None
    if resource.key in by_name:
        return by_name[resource.key]
    for name in _towards(resource, graph):
        if name in by_name:
            return by_name[name]
        step = graph.get(name, resource)
        if step is None or step is resource or step.kind not in CLINICAL:
            continue
        if found := _reached(step, graph, by_name, depth + 1):
            return found
    return None


def _towards(resource: Resource, graph: Graph) -> Iterator[str]:
    content = resource.content
    for name in ("context", "episodeOfCare", "encounter"):
        for one in resource.many(name):
            yield graph.name(one, resource)
    for one in resource.many("diagnosis"):
        yield graph.name(one.get("condition"), resource)
    yield focus_of(resource)
    yield graph.name(extension(content, "condition-partOf").get("valueReference"), resource)
    for name in ("partOf", "reasonReference", "addresses"):
        for one in resource.many(name):
            yield graph.name(one, resource)


def _assign(
    resource: Resource,
    graph: Graph,
    by_name: Mapping[str, Dossier],
    dossiers: Iterable[Dossier],
    ledger: Ledger,
) -> None:
    subject = subject_of(resource, graph)
    dossier = _reached(resource, graph, by_name)
    if dossier is None:
        hers = [one for one in dossiers if one.woman == subject]
        if len(hers) != 1:
            why = "meer dan één zwangerschap kan bedoeld zijn" if hers else (
                "de zwangerschap waarbij dit hoort, staat niet in deze bestanden")  # fmt: skip
            ledger.refuse(resource, why)
            return
        dossier = hers[0]
    if subject and subject != dossier.woman and subject not in dossier.children:
        ledger.refuse(
            resource, "gaat over iemand anders dan de vrouw van dit dossier (of haar kind)"
        )
        return
    if why := _void(resource):
        ledger.refuse(resource, why)
        return
    dossier.members.append(resource)


def subject_of(resource: Resource, graph: Graph) -> str:
    """Return whom a resource is about, by the key of the patient; empty when it does not say."""
    return graph.name(resource.one("subject") or resource.one("patient"), resource)


def _void(resource: Resource) -> str:
    """Return why a resource tells nothing that happened; empty when it does."""
    status = resource.word("status")
    if resource.kind == "EpisodeOfCare":
        return "de bron noemt dit een vergissing" if status == "entered-in-error" else ""
    if resource.kind in ("ReferralRequest", "CarePlan", "CareTeam", "ClinicalImpression"):
        return "de bron noemt dit een vergissing" if status == "entered-in-error" else ""
    if status in VOID:
        return f"de bron geeft dit de status {status}: het is niet gebeurd of niet zeker"
    verified = resource.word("verificationStatus")
    if verified in REFUTED:
        return f"de bron noemt dit {verified}"
    return ""


def _number_fetuses(dossier: Dossier, graph: Graph) -> None:
    seen = {
        body.key
        for member in dossier.members
        for key in (focus_of(member), _site_of(member, graph))
        if (body := graph.get(key, member)) is not None and body.kind == "BodySite"
    }
    for number, key in enumerate(sorted(seen), start=1):
        dossier.fetuses[key] = number


def _site_of(resource: Resource, graph: Graph) -> str:
    site = extension(resource.one("bodySite"), "body-site-instance")
    return graph.name(site.get("valueReference"), resource)


def author_of(resource: Resource, graph: Graph, dossier: Dossier) -> Author:
    """Return who wrote a resource: its performer, that of its contact, or who keeps the dossier.

    An organisation where the files have it; else what they call whoever wrote it.
    """
    specialty, called = "", ""
    for element, owner in _writers(resource, graph, dossier):
        role = extension(element, "practitionerrole-reference").get("valueReference")
        found = graph.get(graph.name(role or element, owner))
        if found is not None and found.kind == "PractitionerRole":
            codes = [
                one.get("code")
                for said in found.many("specialty")
                for one in said.get("coding") or ()
            ]
            specialty = specialty or str(next(filter(None, codes), ""))
            element, owner, role = found.one("organization"), found, None
            found = graph.get(graph.name(element, owner))
        named = str((role or element).get("display") or "")
        if found is not None and found.kind == "Organization":
            return Author(found.word("name") or named, agb_of(found), specialty)
        if found is None and named and target(element).startswith("Organization/"):
            return Author(named, "", specialty)
        if found is None and role and owner.kind != "EpisodeOfCare":
            return Author(named, "", specialty, is_person=True)
        called = called or named
    return Author(called, "", specialty, is_person=bool(called))


def _writers(resource: Resource, graph: Graph, dossier: Dossier) -> Iterator[tuple[Json, Resource]]:
    for performer in resource.many("performer"):
        yield performer.get("actor") or performer, resource
    for participant in resource.many("participant"):
        if individual := participant.get("individual"):
            yield individual, resource
    contact = graph.get(graph.name(resource.one("context") or resource.one("encounter"), resource))
    if contact is not None and contact.kind == "Encounter" and contact is not resource:
        yield from _writers(contact, graph, dossier)
        return
    for episode in dossier.episodes:
        for name in ("careManager", "managingOrganization"):
            if episode.one(name):
                yield episode.one(name), episode


def agb_of(organisation: Resource) -> str:
    """Return the AGB code of an organisation, if the file gives it."""
    for identifier in organisation.many("identifier"):
        if identifier.get("system") in AGB_SYSTEMS:
            return str(identifier.get("value") or "")
    return ""
