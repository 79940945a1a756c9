"""Data that must exist after every migrate: permissions, focus areas, and what the home page shows.

Staff can edit the texts. This module has only these data and `seed`.
"""

from typing import Final, TypedDict
from uuid import UUID, uuid5

from django.apps import AppConfig
from django.apps.registry import Apps
from django.apps.registry import apps as all_apps

from accounts.services.staff_groups import (
    COORDINATORS,
    DESK_MANAGERS,
    OBSERVERS,
    TRIAGE_OFFICERS,
    give_permissions,
)
from focus_areas.models import FocusArea, HomeSection, HomeSectionKind, Link, Pillar

VIEW_PERMISSIONS: Final = (
    "view_every_area",
    "view_focusarea",
    "view_homesection",
    "view_link",
    "view_pillar",
)
TRIAGE_PERMISSIONS: Final = (
    "add_link",
    "add_pillar",
    "change_focusarea",
    "change_homesection",
    "change_link",
    "change_pillar",
)
COORDINATOR_PERMISSIONS: Final = ("view_focusarea",)
GROUPS: Final = {
    TRIAGE_OFFICERS: (*VIEW_PERMISSIONS, *TRIAGE_PERMISSIONS),
    DESK_MANAGERS: (*VIEW_PERMISSIONS, *TRIAGE_PERMISSIONS),
    COORDINATORS: COORDINATOR_PERMISSIONS,
    OBSERVERS: VIEW_PERMISSIONS,
}

# The UUIDs of links and meetings are made from it, so that the next migrate finds them again.
SEED_NAMESPACE = UUID("3d2f1c0a-6a0e-5a53-9b7e-20211018a110")

WORKING_GROUP_EN = """\
## What the working group does

The organisations admitted to this focus area form its working group. It meets online, led by
several co-leads, and its members:

- write the area's part of the Action Framework together
- find partnership opportunities
- make commitments that say who does what, how much of it, where and by when
- support the Roadmap for Digital Cooperation of the United Nations Secretary-General
"""
WORKING_GROUP_FR = """\
## Ce que fait le groupe de travail

Les organisations admises dans ce domaine d'action en forment le groupe de travail. Il se réunit
en ligne, sous la conduite de plusieurs co-responsables, et ses membres :

- rédigent ensemble la partie du cadre d'action qui concerne le domaine
- recherchent des possibilités de partenariat
- prennent des engagements qui disent qui fait quoi, en quelle quantité, où et à quelle échéance
- soutiennent le Plan d'action pour la coopération numérique du Secrétaire général de
  l'Organisation des Nations Unies
"""


class FocusAreaTexts(TypedDict):
    """The first texts of a focus area, before staff change them."""

    number: int
    slug: str
    short_name: str
    summary_en: str
    summary_fr: str
    description_en: str
    description_fr: str


class PillarTexts(TypedDict):
    """The first texts of a pillar, before staff change them; `key` never changes."""

    key: str
    number: int
    name_en: str
    name_fr: str
    summary_en: str
    summary_fr: str


class LinkTexts(TypedDict):
    """The first texts of a link, before staff change them; `key` never changes."""

    key: str
    url: str
    title_en: str
    title_fr: str
    description_en: str
    description_fr: str


FOCUS_AREAS: list[FocusAreaTexts] = [
    {
        "number": 1,
        "slug": "connecting-people-everywhere",
        "short_name": "ACCESS",
        "summary_en": "Affordable connections that people can trust, where there are none yet.",
        "summary_fr": "Des connexions abordables et sûres, là où il n’y en a pas encore.",
        "description_en": f"""\
Everything begins with access: a network that reaches the place where someone lives, at a price
that they can pay, and that they can use without harm. This focus area works where connecting is
hardest.

{WORKING_GROUP_EN}""",
        "description_fr": f"""\
Tout commence par l’accès : un réseau qui arrive là où l’on vit, à un prix que l’on peut payer, et
dont on peut se servir sans danger. Ce domaine d’action travaille là où il est le plus difficile de
connecter.

{WORKING_GROUP_FR}""",
    },
    {
        "number": 2,
        "slug": "empowering-communities",
        "short_name": "ADOPTION",
        "summary_en": "Skills and inclusion, so that everybody can make use of a connection.",
        "summary_fr": "Des compétences et de l’inclusion, pour que chacun puisse se servir d’une "
        "connexion.",
        "description_en": f"""\
A connection changes little for somebody who cannot use it. This focus area works for the people
who have been left out, so that they can go online with confidence and to their own benefit.

{WORKING_GROUP_EN}""",
        "description_fr": f"""\
Une connexion change peu de choses pour qui ne peut pas s’en servir. Ce domaine d’action travaille
pour les personnes laissées de côté, afin qu’elles aillent en ligne avec assurance et à leur propre
avantage.

{WORKING_GROUP_FR}""",
    },
    {
        "number": 3,
        "slug": "building-digital-ecosystems",
        "short_name": "VALUE CREATION",
        "summary_en": "Places where local innovators and entrepreneurs can build digital services.",
        "summary_fr": "Un milieu où innovateurs et entrepreneurs locaux peuvent créer des services "
        "numériques.",
        "description_en": f"""\
People come online for what they find there. This focus area works for the surroundings that let
useful services grow where they are needed, made by those who know the need.

{WORKING_GROUP_EN}""",
        "description_fr": f"""\
On va en ligne pour ce que l’on y trouve. Ce domaine d’action travaille pour un milieu qui laisse
naître des services utiles là où l’on en a besoin, créés par ceux qui connaissent ce besoin.

{WORKING_GROUP_FR}""",
    },
    {
        "number": 4,
        "slug": "incentivizing-investments",
        "short_name": "ACCELERATE",
        "summary_en": "Conditions and partnerships that bring investment to digital development.",
        "summary_fr": "Des conditions et des partenariats qui attirent l’investissement vers le "
        "développement numérique.",
        "description_en": f"""\
Networks, skills and services need money that stays. This focus area works for conditions under
which public and private investors put it where connecting is hardest.

{WORKING_GROUP_EN}""",
        "description_fr": f"""\
Les réseaux, les compétences et les services ont besoin d’un financement qui dure. Ce domaine
d’action travaille pour des conditions dans lesquelles investisseurs publics et privés le placent là
où il est le plus difficile de connecter.

{WORKING_GROUP_FR}""",
    },
]

# No pillars of the fourth area are known.
PILLARS: list[PillarTexts] = [
    {
        "key": "infrastructure",
        "number": 1,
        "name_en": "Infrastructure",
        "name_fr": "Infrastructure",
        "summary_en": "Networks that reach the places where there are none yet.",
        "summary_fr": "Des réseaux qui arrivent là où il n’y en a pas encore.",
    },
    {
        "key": "affordability",
        "number": 1,
        "name_en": "Affordability",
        "name_fr": "Accessibilité financière",
        "summary_en": "Connections and devices at a price that people can pay.",
        "summary_fr": "Des connexions et des appareils à un prix que l’on peut payer.",
    },
    {
        "key": "cybersecurity",
        "number": 1,
        "name_en": "Cybersecurity",
        "name_fr": "Cybersécurité",
        "summary_en": "Connections that people can trust and use without harm.",
        "summary_fr": "Des connexions sûres, dont on peut se servir sans danger.",
    },
    {
        "key": "skills",
        "number": 2,
        "name_en": "Skills",
        "name_fr": "Compétences",
        "summary_en": "What people need to know to make use of a connection.",
        "summary_fr": "Ce qu’il faut savoir pour tirer profit d’une connexion.",
    },
    {
        "key": "digital-inclusion",
        "number": 2,
        "name_en": "Digital inclusion",
        "name_fr": "Inclusion numérique",
        "summary_en": "A place online for the people who have been left out.",
        "summary_fr": "Une place en ligne pour les personnes laissées de côté.",
    },
    {
        "key": "innovation-and-entrepreneurship",
        "number": 3,
        "name_en": "Digital innovation and entrepreneurship",
        "name_fr": "Innovation numérique et entrepreneuriat",
        "summary_en": "Useful services, built where they are needed.",
        "summary_fr": "Des services utiles, créés là où l’on en a besoin.",
    },
]

COALITION_SITE = "https://www.itu.int/itu-d/sites/partner2connect/"
ROAD_TO_ADDIS = "https://www.itu.int/en/ITU-D/Conferences/WTDC/WTDC21/R2A/Pages/default.aspx"

LINKS: list[LinkTexts] = [
    {
        "key": "coalition-site",
        "url": COALITION_SITE,
        "title_en": "The coalition's website",
        "title_fr": "Le site de la coalition",
        "description_en": "What Partner2Connect is, and what it has achieved so far.",
        "description_fr": "Ce qu’est Partner2Connect, et ce que la coalition a accompli à ce jour.",
    },
    {
        "key": "concept-note",
        "url": COALITION_SITE,
        "title_en": "Concept Note",
        "title_fr": "Note de présentation",
        "description_en": "Why the coalition was founded, and how it works. On its website.",
        "description_fr": "Pourquoi la coalition a été créée, et comment elle fonctionne. Sur son "
        "site.",
    },
    {
        "key": "road-to-addis",
        "url": ROAD_TO_ADDIS,
        "title_en": "Road to Addis Digital Development Series",
        "title_fr": "Série sur le développement numérique « En route pour Addis »",
        "description_en": "Initiated in 2020. Its second chapter, December 2021 to May 2022, "
        "features the coalition's progress.",
        "description_fr": "Lancée en 2020. Son deuxième chapitre, de décembre 2021 à mai 2022, "
        "présente les progrès de la coalition.",
    },
    {
        "key": "road-to-addis-meeting",
        "url": ROAD_TO_ADDIS,
        "title_en": "Road to Addis: Partner2Connect meeting, 20 September 2021",
        "title_fr": "En route pour Addis : réunion Partner2Connect, 20 septembre 2021",
        "description_en": "The meeting at the 76th session of the United Nations General Assembly.",
        "description_fr": "La réunion tenue lors de la 76e session de l’Assemblée générale des "
        "Nations Unies.",
    },
    {
        "key": "least-developed-countries-report",
        "url": "https://www.itu.int/itu-d/reports/statistics/"
        "connectivity-in-the-least-developed-countries-status-report-2021/",
        "title_en": "Connectivity in the Least Developed Countries: Status Report 2021",
        "title_fr": "La connectivité dans les pays les moins avancés : rapport de situation 2021",
        "description_en": "By ITU and UN-OHRLLS, the United Nations office for the least developed "
        "countries.",
        "description_fr": "Par l’UIT et l’UN-OHRLLS, le bureau des Nations Unies chargé des pays "
        "les moins avancés.",
    },
    {
        "key": "roadmap",
        "url": "https://www.un.org/en/content/digital-cooperation-roadmap/",
        "title_en": "Roadmap for Digital Cooperation",
        "title_fr": "Plan d’action pour la coopération numérique",
        "description_en": "The plan of the United Nations Secretary-General that the coalition "
        "follows.",
        "description_fr": "Le plan du Secrétaire général de l’Organisation des Nations Unies que "
        "suit la coalition.",
    },
]


def seed(sender: AppConfig, *, apps: Apps = all_apps, **kwargs: object) -> None:
    """Create what is missing. Rows that exist are not changed."""
    if "focusarea" not in apps.all_models[sender.label]:
        # All migrations of the app were reversed, so there are no tables.
        return

    give_permissions(GROUPS, sender, apps)
    for texts in FOCUS_AREAS:
        FocusArea.objects.get_or_create(number=texts["number"], defaults={**texts})
    for position, pillar in enumerate(PILLARS, start=1):
        create_pillar(pillar, position=position)
    for position, link in enumerate(LINKS, start=1):
        create_link(link, position=position)
    for position, kind in enumerate(HomeSectionKind, start=1):
        HomeSection.objects.get_or_create(kind=kind, defaults={"position": position})


def create_pillar(pillar: PillarTexts, *, position: int) -> None:
    """Create a pillar if it is missing."""
    words = {name: value for name, value in pillar.items() if name not in ("key", "number")}
    Pillar.objects.get_or_create(
        uid=uuid5(SEED_NAMESPACE, f"pillar/{pillar['key']}"),
        defaults={
            **words,
            "focus_area": FocusArea.objects.get(number=pillar["number"]),
            "position": position,
        },
    )


def create_link(link: LinkTexts, *, position: int) -> None:
    """Create a link if it is missing."""
    words = {name: value for name, value in link.items() if name != "key"}
    Link.objects.get_or_create(
        uid=uuid5(SEED_NAMESPACE, f"link/{link['key']}"), defaults={**words, "position": position}
    )
