"""Who the woman and her children are, and how to reach her: the administrative entry. Pure."""

import hashlib
from dataclasses import dataclass
from datetime import date

from ooievaar.exchange.fhir.placer import Placer
from ooievaar.exchange.fhir.resource import Json, Resource, extension, happened, moment, words_of
from ooievaar.exchange.fhir.values import Value, checked, of_concept
from ooievaar.exchange.kernset_moments import Moment
from ooievaar.kernel.identifiers import BSN_UNKNOWN, is_bsn

BSN_SYSTEMS = {"http://fhir.nl/fhir/NamingSystem/bsn", "urn:oid:2.16.840.1.113883.2.4.6.3"}
SEXES = {"female": "girl", "male": "boy"}


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a woman is; `reference` stays the same at every reading, and says nothing of her.

    `bsn` is empty when it is masked, unknown, or no BSN (`is_bsn_wrong`).
    """

    reference: str
    bsn: str
    name: str
    birth_date: date | None
    postcode: str
    is_bsn_wrong: bool = False


def identity_of(patient: Resource) -> Identity:
    """Return who a patient is. Without a BSN its id, birth date and name tell her apart."""
    bsn = ""
    for identifier in patient.many("identifier"):
        if identifier.get("system") in BSN_SYSTEMS:
            bsn = str(identifier.get("value") or "").strip()
    is_wrong = bool(bsn) and bsn != BSN_UNKNOWN and not is_bsn(bsn)
    born = moment(patient.content.get("birthDate"))
    name = name_of(patient)
    key = "|".join((patient.id, str(patient.content.get("birthDate") or ""), name))
    return Identity(
        reference=f"F-{hashlib.sha256(key.encode()).hexdigest()[:16]}",
        bsn=bsn if is_bsn(bsn) else "",
        name=name[:120],
        birth_date=born.day if born else None,
        postcode=str(patient.one("address").get("postalCode") or "").replace(" ", "").upper()[:7],
        is_bsn_wrong=is_wrong,
    )


def name_of(patient: Resource) -> str:
    """Return the name of a patient as people write it."""
    name = patient.one("name")
    if text := str(name.get("text") or ""):
        return text
    given = [str(one) for one in name.get("given") or () if one]
    return " ".join([*given[:1], str(name.get("family") or "")]).strip()


def place_woman(placer: Placer) -> None:
    """Place who she is, where she lives and how to reach her, on the first day of the dossier."""
    patient = placer.placed.woman
    if patient is None:
        return
    starts = [found[1] for one in placer.dossier.episodes if (found := happened(one))]
    days = [entry.day for entry in placer.entries]
    day = min((one.day for one in starts), default=min(days, default=placer.today))
    placer.ledger.place(patient, "name[1]", "birthDate", "gender")
    identity = identity_of(patient)
    for number, identifier in enumerate(patient.many("identifier"), start=1):
        if identifier.get("system") in BSN_SYSTEMS:
            path = f"identifier[{number}]"
            if identity.bsn:
                placer.ledger.place(patient, path)
            else:
                placer.ledger.refuse(patient, "het BSN is afgeschermd, onbekend of geen BSN", path)
    if day > placer.today:
        return
    told = list(_told_of(patient))
    author = placer.placed.author
    if told:
        placer.derive(f"{patient.key}: zonder datum, dus op de eerste dag van het dossier")
    entry = placer.entries.make(patient.key, "administrative", day, None, author)
    for episode in placer.dossier.episodes:
        start, end = (moment(episode.one("period").get(one)) for one in ("start", "end"))
        if start is not None and end is not None:
            words = f"Dossier bij de bron: {start.day} tot en met {end.day}"
            put = placer.put_words(episode, "period", "", words, Moment(day), entry)
            assert put is entry, "the administrative form keeps words"
    for path, key, text in told:
        element = placer.mapping.dictionary.element(key, day)
        read = checked(Value(text), element) if element is not None else None
        if element is not None and isinstance(read, Value):
            placer.entries.put(entry, element, 0, read.text, patient, path)
            placer.ledger.place(patient, path)
    _place_marital_status(placer, patient, day)
    died = moment(patient.content.get("deceasedDateTime"))
    if died is not None and died.day <= placer.today:
        words = f"Volgens de bron overleden op {died.day}"
        placer.put_words(patient, "deceasedDateTime", "", words, died, None)


def _told_of(patient: Resource) -> list[tuple[str, str, str]]:
    """Return (path, element, words) of what the administrative form keeps."""
    told: list[tuple[str, str, str]] = []
    for number, address in enumerate(patient.many("address"), start=1):
        told += [
            (f"address[{number}]", key, text) for key, text in _address(address) if text
        ] if number == 1 else []  # fmt: skip
    for number, telecom in enumerate(patient.many("telecom"), start=1):
        value = str(telecom.get("value") or "")
        key = "email" if telecom.get("system") == "email" or "@" in value else "phone"
        told.append((f"telecom[{number}]", key, value))
    for number, said in enumerate(patient.many("communication"), start=1):
        words = words_of(said.get("language"))
        told.append((f"communication[{number}]", "communication_language", words))
    return [one for one in told if one[2]]


def _address(address: Json) -> list[tuple[str, str]]:
    parts = {"streetName": "", "houseNumber": "", "additionalLocator": ""}
    for primitive in address.get("_line") or ():
        for part in parts:
            parts[part] = str(
                extension(primitive or {}, f"ADXP-{part}").get("valueString") or parts[part]
            )
    street = parts["streetName"] or " ".join(str(one) for one in address.get("line") or () if one)
    return [
        ("street", street),
        ("house_number", parts["houseNumber"]),
        ("house_number_addition", parts["additionalLocator"]),
        ("postcode", str(address.get("postalCode") or "")),
        ("city", str(address.get("city") or "")),
    ]


def _place_marital_status(placer: Placer, patient: Resource, day: date) -> None:
    concept = patient.one("maritalStatus")
    element = placer.mapping.dictionary.element("marital_status", day)
    if not concept or element is None:
        return
    read = of_concept(concept, element, placer.mapping)
    if isinstance(read, Value):
        entry = placer.entries.make(
            f"{patient.key}/psychosocial", "psychosocial", day, None, placer.placed.author
        )
        placer.entries.put(entry, element, 0, read.text, patient, "maritalStatus")
        placer.ledger.place(patient, "maritalStatus")
    else:
        placer.ledger.refuse(patient, read.reason, "maritalStatus")


def place_children(placer: Placer) -> None:
    """Place the name and the sex of a child on the entry of its birth."""
    for key, number in placer.dossier.children.items():
        patient = placer.graph.get(key)
        births = [one for one, child in placer.dossier.births.items() if child == number]
        entry = placer.entries.get(births[0]) if births else None
        if patient is None or patient.kind != "Patient" or entry is None:
            continue
        placer.ledger.place(patient, "birthDate")
        for path, element_key, text in (
            ("gender", "sex", SEXES.get(patient.word("gender"), "")),
            ("name[1]", "child_name", name_of(patient)),
        ):
            element = placer.mapping.dictionary.element(element_key, entry.day)
            read = checked(Value(text), element) if element is not None and text else None
            if element is not None and isinstance(read, Value):
                placer.entries.put(entry, element, number, read.text, patient, path)
                placer.ledger.place(patient, path)
