"""Five women of De Linde with a record that lives: what the stories of the record begin from.

Roos is thirty weeks along, Eva twenty-five and without anything unusual. Mila expects twins and had
a scan in the hospital last week. Lotte is almost due: there is a question about her, a consult is
asked and she is on an agenda. Aisha gave birth two days ago. Days are counted back from today, and
everything is made with the commands that the pages use.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone

from ooievaar.network.models import Person, Position
from ooievaar.network.roles import Role
from ooievaar.network.workplace import workplace
from ooievaar.pathways.commands import adopt_shipped
from ooievaar.record.entries.commands import Observed, finish
from ooievaar.record.entries.models import Entry
from ooievaar.record.entries.registering import NewWoman, register_pregnancy
from ooievaar.record.handover.commands import ask
from ooievaar.record.models import Pregnancy, TreatmentRelation
from ooievaar.record.relations import Rejected, record_consent
from ooievaar.record.teamwork.appointments import make_appointment, make_joint_hour
from ooievaar.record.teamwork.buddies import fix_buddy
from ooievaar.record.teamwork.meetings import plan_meeting, put_on_agenda
from ooievaar.record.teamwork.threads import start_thread
from ooievaar.settlement.following import follow_now
from ooievaar.web.tests.small_region import START, Region

TERM_DAYS = 280
BSN_OF_ROOS = "100000058"
WOMEN = {
    "roos": ("Roos Hendriks", BSN_OF_ROOS, 30 * 7 + 2),
    "eva": ("Eva Mulder", "100000071", 25 * 7),
    "mila": ("Mila de Groot", "100000083", 28 * 7 + 3),
    "lotte": ("Lotte Smit", "100000095", 37 * 7),
    "aisha": ("Aisha Bakkali", "100000101", 39 * 7 + 4),
}
ROLE_OF = {
    "linde": Role.MIDWIFE,
    "gyn": Role.GYNAECOLOGIST,
    "kraam": Role.KRAAM_CARER,
    "echo": Role.SONOGRAPHER,
}
SCAN_OF_TWINS = {
    "scan_kind": "growth", "scan_fetus_count": "2", "chorionicity": "dichorionic",
    "hc:1": "262", "ac:1": "238", "fl:1": "53", "scan_heart_rate:1": "140",
    "hc:2": "258", "ac:2": "226", "fl:2": "51", "scan_heart_rate:2": "146",
}  # fmt: skip


@dataclass
class RecordWorld:
    """Writes the stories down; `things` is what addresses name, per woman."""

    region: Region
    own: dict[Role, Position]
    at: datetime

    def __post_init__(self) -> None:
        self.today = timezone.localdate(self.at)
        self.pregnancies: dict[str, Pregnancy] = {}
        self.things: dict[str, dict[str, int]] = {}

    def day(self, ago: int) -> date:
        """Return a day so many days ago."""
        return self.today - timedelta(days=ago)

    def moment(self, day: date, hour: int) -> datetime:
        """Return an hour of a day, on the clock of the wall."""
        return timezone.make_aware(datetime.combine(day, time(hour)))

    def register(self, key: str, practice: str = "linde") -> Pregnancy:
        """Take a woman into care at nine weeks."""
        name, bsn, along = WOMEN[key]
        intake = self.day(along - 63)
        made = register_pregnancy(
            NewWoman(name, date(1995, 4, 2), bsn, "1441AA", self.region.insurers[0]),
            organisation=self.region.organisations[practice],
            first_intake_on=intake,
            due_on=self.today + timedelta(days=TERM_DAYS - along),
            due_precision_days=3,
            at=self.moment(intake, 9),
        )
        assert isinstance(made, Pregnancy), made
        self.pregnancies[key] = made
        self.things[key] = {"pregnancy_id": made.pk}
        return made

    def write(self, key: str, where: str, form: str, ago: int, values: dict[str, str]) -> Entry:
        """Let somebody have finished a form some days ago; values by `element` or `element:n`."""
        held = self.own[ROLE_OF[where]]
        observed = []
        for place, value in values.items():
            element, _colon, number = place.partition(":")
            observed.append(Observed(element, value, int(number or 0)))
        return made(
            finish(
                self.pregnancies[key],
                form,
                observed,
                organisation=self.region.organisations[where],
                person=held.person,
                role=held.role,
                happened_on=self.day(ago),
                happened_minute=10 * 60,
                at=self.moment(self.day(ago), 11),
            )
        )

    def treats(self, key: str, where: str, since: int) -> None:
        """Let another organisation give care to a woman since some days."""
        TreatmentRelation.objects.get_or_create(
            pregnancy=self.pregnancies[key],
            organisation=self.region.organisations[where],
            basis=TreatmentRelation.Basis.CARE,
            defaults={"valid_from": self.day(since)},
        )

    def consents(self, key: str, to: str, ago: int) -> None:
        """Let a woman have said that an organisation may see what everybody wrote."""
        made(
            record_consent(
                self.pregnancies[key].woman,
                source=None,
                recipient=self.region.organisations[to],
                is_given=True,
                at=self.moment(self.day(ago), 9),
                by=self.own[Role.MIDWIFE].person,
            )
        )


def made(result: Any) -> Any:
    """Return what a command made; it was not to be refused."""
    assert not isinstance(result, Rejected), str(getattr(result, "reason", ""))
    return result


def fill_record(region: Region, own: dict[Role, Position], director: Person) -> RecordWorld:
    """Write the five stories down, and the pathways that the network began with."""
    now = timezone.now()
    world = RecordWorld(region, own, now)
    adopt_shipped(region.network, director, START, now)
    for key in WOMEN:
        world.register(key)
        _beginning(world, key)
    _checks(world)
    _twins(world)
    _lying_in(world)
    _team(world)
    for one in world.pregnancies.values():
        follow_now(one.woman_id, now)
    return world


def _beginning(world: RecordWorld, key: str) -> None:
    along = WOMEN[key][2]
    first = world.write(key, "linde", "intake", along - 63, {
        "intake_kind": "first", "gravidity": "2", "parity": "1", "living_children": "1",
        "fetal_losses": "0", "height": "170", "weight_before": "64",
        "blood_pressure_systolic": "112", "blood_pressure_diastolic": "68",
        "allergies": "penicillin", "policy": "Bloedonderzoek aangevraagd.",
    })  # fmt: skip
    world.things[key]["entry_id"] = first.pk
    world.write(key, "linde", "obstetric_history", along - 63, {
        "earlier_year:1": str(world.today.year - 3), "earlier_ending:1": "birth",
        "earlier_gestation_weeks:1": "39", "earlier_children:1": "1",
        "earlier_birth_mode:1": "spontaneous", "earlier_weight:1": "3400",
    })  # fmt: skip
    world.write(key, "linde", "laboratory", along - 77, {
        "performed_by": "other", "blood_group": "A", "rhesus_d": "positive", "hb": "7.9",
    })  # fmt: skip


def _checks(world: RecordWorld) -> None:
    for key in ("roos", "eva", "lotte"):
        along = WOMEN[key][2]
        for week in (16, 20, 24, 27, 30, 33, 35):
            if week * 7 < along - 3:
                world.write(key, "linde", "prenatal_contact", along - week * 7, {
                    "blood_pressure_systolic": "116", "blood_pressure_diastolic": "70",
                    "weight": str(64 + week // 3), "fundus_height": str(max(week - 1, 16)),
                    "fetal_heart_rate:1": "142", "policy": "Volgende controle gepland.",
                })  # fmt: skip
    world.write("eva", "linde", "note", 1, {"note_act": "note", "note_text": "Belde over reizen."})


def _twins(world: RecordWorld) -> None:
    along = WOMEN["mila"][2]
    made(
        ask(workplace(world.own[Role.MIDWIFE]), world.pregnancies["mila"], "consult",
            to_organisation=world.region.organisations["echo"], question="Echo’s bij de tweeling",
            urgency="week", at=world.moment(world.day(along - 12 * 7), 10))
    )  # fmt: skip
    world.write("mila", "echo", "ultrasound", along - 20 * 7, {
        "scan_kind": "structural_20", "scan_fetus_count": "2", "chorionicity": "dichorionic",
        "hc:1": "176", "ac:1": "151", "fl:1": "33", "hc:2": "174", "ac:2": "149", "fl:2": "32",
    })  # fmt: skip
    world.write("mila", "linde", "due_date", along - 12 * 7, {
        "due_date": str(world.today + timedelta(days=TERM_DAYS - along)),
        "due_date_method": "crl", "fetus_count": "2", "chorionicity": "dichorionic",
    })  # fmt: skip
    world.consents("mila", "echo", 60)
    world.treats("mila", "gyn", 60)
    world.write("mila", "gyn", "ultrasound", 5, SCAN_OF_TWINS)


def _lying_in(world: RecordWorld) -> None:
    world.consents("aisha", "kraam", 60)
    world.write("aisha", "kraam", "kraam_indication", 60, {
        "kraam_intake_kind": "home", "kraam_hours_indicated": "49", "intended_feeding": "breast",
        "home_is_fit": "yes",
    })  # fmt: skip
    world.write("aisha", "linde", "birth_mother", 2, {
        "labour_date": str(world.day(2)), "labour_time": "01:30", "birth_place": "home",
        "birth_led_by": "midwife", "birth_mode": "spontaneous", "blood_loss": "300",
        "placenta_date": str(world.day(2)), "placenta_time": "06:40",
    })  # fmt: skip
    world.write("aisha", "linde", "birth_child", 2, {
        "birth_date:1": str(world.day(2)), "birth_time:1": "06:20", "born_alive:1": "yes",
        "sex:1": "girl", "birth_weight:1": "3450", "apgar_5:1": "9",
    })  # fmt: skip


def _team(world: RecordWorld) -> None:
    """Fix a buddy, ask and write about Lotte, put her on an agenda, and fill the day."""
    own, region = world.own, world.region
    midwife, doctor = own[Role.MIDWIFE], own[Role.GYNAECOLOGIST]
    linde, gyn = region.organisations["linde"], region.organisations["gyn"]
    here, lotte = workplace(midwife), world.pregnancies["lotte"]
    yesterday = world.moment(world.day(1), 9)
    pair = made(
        fix_buddy(linde, doctor.person, gyn, valid_from=world.today, by=here, today=world.today)
    )
    asked = made(
        ask(here, lotte, "consult", to_organisation=gyn, question="Bloeddruk loopt op: meekijken?",
            urgency="week", at=yesterday)
    )  # fmt: skip
    world.things["lotte"]["referral_id"] = asked.pk
    made(
        start_thread(lotte, "Pijnstilling", "Zij wil een ruggenprik. Kan dat bij u?", by=here,
                     at=world.at, to=[f"o{gyn.pk}"], answer_by=world.today + timedelta(days=2))
    )  # fmt: skip
    meeting = made(
        plan_meeting(
            kind="mdo",
            starts_at=world.at - timedelta(minutes=5),
            minutes=60,
            place="Vergaderkamer",
            chair=doctor.person,
            organisations=[linde, gyn, region.organisations["kraam"]],
            by=workplace(doctor),
            at=yesterday,
        )
    )
    for one in world.things.values():
        one["meeting_id"] = meeting.pk
    made(
        put_on_agenda(meeting, lotte, question="Waar bevalt zij?", preparation="Zij wil thuis.",
                      organisations=[linde, gyn], by=here, at=yesterday)
    )  # fmt: skip
    morning = world.moment(world.today, 9)
    for minutes, key in ((0, "roos"), (20, "eva")):
        made(
            make_appointment(
                world.pregnancies[key],
                person=midwife.person,
                starts_at=morning + timedelta(minutes=minutes),
                minutes=20,
                note="Controle",
                by=here,
                at=yesterday,
            )
        )
    made(
        make_joint_hour(pair, day=world.today + timedelta(days=6), clock=time(9), places=3,
                        minutes=20, by=here, at=world.at)
    )  # fmt: skip
