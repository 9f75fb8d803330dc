"""Every rate of a synthetic region, as a value, with where it comes from.

Marks in the comments: [S] a public figure named in `funding-rules.md` section 6 of the shared
domain notes; [own] our own choice, because no public figure was found.
"""

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Providers:
    """How many organisations there are, and how women are spread over them."""

    practices_inside: int = 14
    practices_outside: int = 2
    practices_outside_share: float = 0.03  # [own] first intakes outside the IGO, regional profile
    kraamzorg_inside: int = 6
    kraamzorg_outside: int = 1
    kraamzorg_outside_share: float = 0.01  # [own] all kraamzorg by an outsider, by choice
    hospitals: tuple[str, ...] = ("Waterland", "Overberg")
    """The first belongs to the IGO; the last also is the perinatal centre."""
    hospital_shares: tuple[float, ...] = (0.985, 0.015)  # [own] where second-line care is given
    hospital_shares_rotate: bool = False
    """True: each practice is tied to one of the hospitals, most of them to the first."""
    extra_networks: int = 0
    """VSV networks beside the IGO, each around one of the hospitals."""
    vsvs_per_practice: tuple[int, ...] = (0,)
    """How many of those a practice belongs to beside the IGO: practices take these in turn."""


@dataclass(frozen=True, slots=True)
class Insurance:
    """Five invented insurers: their share, whose terms they have, and how often women switch."""

    shares: tuple[float, ...] = (0.46, 0.21, 0.13, 0.12, 0.08)  # [S] regionally very uneven
    regimes: tuple[str, ...] = ("correction", "parallel_ban", "none", "", "")
    """Regime of the insurer's own contract; empty: no contract of its own."""
    follows: tuple[int, ...] = (-1, -1, -1, 0, 0)
    starts_late: tuple[int, ...] = (2,)
    """Insurers whose first contract starts with the simulation, not half a year before."""
    # [S] 7 % of all insured switch on 1 January; 10.9 % of those aged 18 to 44.
    switch: float = 0.07
    uninsured: float = 0.004  # [own]
    insured_late: float = 0.004  # [own] newly arrived, insured some weeks after the first intake


@dataclass(frozen=True, slots=True)
class Course:
    """How pregnancies go: chances per pregnancy unless said otherwise."""

    # Ends, as a share of first intakes.
    miscarriage: float = 0.09  # [own] after an intake at about 9 weeks
    termination: float = 0.006  # [own]
    ectopic: float = 0.004  # [own]
    moved_away: float = 0.013  # [own]
    lost: float = 0.005  # [own]
    miscarriage_late: float = 0.06  # [own] of the miscarriages: at 16 weeks or later
    entered: float = 0.012  # [own] taken over from a practice outside
    changed_practice: float = 0.012  # [own] to another practice in the region
    exempt: float = 0.003  # [own]
    # First intake: mean and spread in days of gestation.
    intake_mean_days: float = 64.0  # [own] about 9 weeks
    intake_spread_days: float = 10.0
    intake_late: float = 0.05  # [own] first seen after 14 weeks
    due_corrected: float = 0.25  # [own] by the first scan
    # Births.
    nulliparous: float = 0.45  # [own] about 45 % first births
    twins: float = 0.015  # [S] 1.5 % multiples
    preterm_one: float = 0.0594  # with half of the twins preterm: 6.6 % together [S]
    preterm_twins: float = 0.50  # [S] about half of multiples
    starts_second_line: float = 0.10  # [own] first intake with a gynaecologist
    referred_pregnant_nulli: float = 0.464  # so that about 69 % is born in the second line [S]
    referred_pregnant_multi: float = 0.432
    referred_labour_nulli: float = 0.568  # [S] 56.8 % of midwife-led starts
    referred_labour_multi: float = 0.2317  # so that the mean is 37.8 % [S]
    place_unknown: float = 0.037  # [S] 3.7-4.2 %: no act of the birth is registered
    # Of the births that end under a midwife: home 13.1-14.8, birth centre 2.4-3.2,
    # poliklinisch 9.7-11.5 % of all births [S].
    place_home: float = 0.505
    place_birth_centre: float = 0.108
    poliklinisch_medical: float = 0.08  # [own] hospital birth with a midwife on medical grounds
    # Of the births under a gynaecologist from the start.
    planned_caesarean: float = 0.139  # 7.5 to 8 % of all births [S]
    induction: float = 0.525  # of what is left: 22-27 % of all births [S, marked BK there]
    # Caesarean in labour, first births; later births 0.55 of it: 16 % with the planned ones [S].
    caesarean_referred: float = 0.168
    caesarean_induced: float = 0.225
    caesarean_spontaneous: float = 0.12
    caesarean_multi_factor: float = 0.55
    instrumental: float = 0.13  # [own] of vaginal births in the second line
    epidural: float = 0.343  # of second-line births, planned caesareans aside: 20-22 % of all [S]
    nitrous_oxide: float = 0.05  # [own]
    breech: float = 0.03  # [own]
    full_ward: float = 0.02  # [own] hospital births sent on to another hospital
    perinatal_centre_early: float = 0.85  # [own] of births before 32 weeks
    perinatal_centre: float = 0.008  # [own] of the other births in a hospital
    again_after_loss: float = 0.45  # [own] pregnant again within the simulation
    again_after_birth: float = 0.12  # [own] of births that leave time for it


@dataclass(frozen=True, slots=True)
class Kraamzorg:
    """Home care after the birth, by indication."""

    users: float = 0.95  # [S] about 95 % of women
    breastfeeding: float = 0.65  # [own]
    hours_breastfeeding: float = 49.0  # [S] recommended by the protocol
    hours_bottle: float = 45.0  # [S]
    hours_less: float = 3.0  # [own] so that the mean comes at 37 to 45 hours [S-derived 37]
    hours_spread: float = 8.0  # [own]
    hours_per_hospital_day: float = 4.5  # [own] a day in hospital is a day less at home
    hours_twins: float = 12.0  # [own]
    hours_least: float = 24.0  # [S]
    hours_most: float = 80.0  # [S]
    parallel_outsider: float = 0.025  # [own] an outsider gives part of the hours


@dataclass(frozen=True, slots=True)
class Registration:
    """How well what happened is written down."""

    late: float = 0.03  # [own] registered up to 60 days later
    late_days: int = 60
    unlinked: float = 0.21  # [own] no pregnancy named by the source; with `unlinked_laboratory`
    unlinked_laboratory: float = 0.46  # about 30 % of all acts
    duplicate: float = 0.02  # [own] the same act once more, from claims
    withdrawn: float = 0.0006  # [own]
    billed_mono: float = 0.006  # [own] pregnancies with one line that went the old way
    outside_visit: float = 0.012  # [own] holiday, second opinion: an outside practice
    time_known: float = 0.5  # [own] of acts outside the birth


@dataclass(frozen=True, slots=True)
class Profile:
    """One kind of region."""

    name: str
    providers: Providers = Providers()
    insurance: Insurance = Insurance()
    course: Course = Course()
    kraamzorg: Kraamzorg = Kraamzorg()
    registration: Registration = Registration()


REGIONAL = Profile("regional")
"""One hospital, every practice in the IGO, one preferred insurer that two others follow."""

URBAN = Profile(
    "urban",
    providers=replace(
        Providers(),
        practices_inside=7,
        practices_outside=7,
        practices_outside_share=0.5,
        kraamzorg_inside=3,
        kraamzorg_outside=3,
        kraamzorg_outside_share=0.35,
        hospitals=("Singel", "Havenpoort", "Noorderpark"),
        hospital_shares=(0.6, 0.25, 0.15),
        hospital_shares_rotate=True,
        extra_networks=3,
        vsvs_per_practice=(1, 2),
    ),
    insurance=replace(
        Insurance(),
        shares=(0.27, 0.24, 0.21, 0.16, 0.12),
        regimes=("correction", "parallel_ban", "none", "correction", ""),
        follows=(-1, -1, -1, -1, -1),
        switch=0.109,  # [S] the age group 18 to 44
    ),
)
"""Three hospitals, half of the practices and kraamzorg organisations in, nobody preferred."""

PROFILES = {profile.name: profile for profile in (REGIONAL, URBAN)}
