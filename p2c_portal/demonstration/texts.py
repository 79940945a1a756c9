"""Names and texts of the fictional people in the demonstration."""

from typing import NamedTuple

from members.models import Title

LANGUAGES_BY_COUNTRY = {
    "fr": "BE BF BI BJ CD CF CG CI CM FR GA GN HT LU MC MG ML NE SN TG",
    "es": "AR BO CL CO CR CU DO EC ES GQ GT HN MX NI PA PE PY SV UY VE",
    "ru": "AM AZ BY KG KZ MD RU TJ TM UZ",
    "zh-hans": "CN",
}

# Given names with a title, if one is certain to be right, and family names that fit all of them.
PEOPLE: dict[str, tuple[dict[str, str], list[str]]] = {
    "en": (
        {
            "Grace": Title.MS,
            "Samuel": Title.MR,
            "Priya": Title.MS,
            "Liam": Title.MR,
            "Hana": "",
            "Kofi": Title.MR,
            "Mei": "",
            "Oliver": Title.MR,
            "Thandiwe": "",
            "": "",
        },
        ["Mensah", "O’Connor", "Raman", "Smith", "Nakamura", "Tupou", "van der Berg", "Sukarno"],
    ),
    "fr": (
        {
            "Aïcha": Title.MS,
            "Benoît": Title.MR,
            "Chantal": Title.MS,
            "Étienne": Title.MR,
            "Fatoumata": Title.MS,
            "Gaëlle": Title.MS,
            "Moussa": Title.MR,
        },
        ["Hounkpè", "Lefèvre", "Traoré", "N’Diaye", "Dubois-Martin", "Kouassi"],
    ),
    "es": (
        {
            "Lucía": Title.MS,
            "Andrés": Title.MR,
            "María José": Title.MS,
            "Joaquín": Title.MR,
            "Ximena": Title.MS,
            "Íñigo": Title.MR,
        },
        ["Núñez de la Peña", "García Márquez", "Quispe", "Muñoz", "Ibáñez"],
    ),
    "ru": (
        {
            "Анна": Title.MS,
            "Тимур": Title.MR,
            "Ольга": Title.MS,
            "Данияр": Title.MR,
            "Елена": Title.MS,
        },
        ["Мельник", "Коваленко", "Ким", "Шевчук", "Бондарь"],
    ),
    "zh-hans": (
        {"伟": Title.MR, "芳": Title.MS, "秀英": Title.MS, "敏": ""},
        ["王", "李", "张", "欧阳"],
    ),
    "ar": (
        {
            "ليلى": Title.MS,
            "عمر": Title.MR,
            "هدى": Title.MS,
            "يوسف": Title.MR,
            "مريم": Title.MS,
        },
        ["الحداد", "بن صالح", "عبد الرحمن", "المنصوري"],
    ),
}

# The same words are used for women and men.
POSITIONS = {
    "en": ["Head of International Affairs", "Director"],
    "fr": ["Responsable des affaires internationales", "Membre du cabinet"],
    "es": ["Responsable de Relaciones Internacionales", "Responsable de proyectos"],
    "ru": ["Начальник отдела международного сотрудничества", "Руководитель проектов"],
    "zh-hans": ["国际合作处处长", "项目负责人"],
    "ar": ["إدارة التعاون الدولي", "مكتب المشاريع"],
}
# Positions at universities, in languages where the same word is used for women and men.
PROFESSORS = {
    "en": "Professor of Telecommunications",
    "ru": "Профессор",
    "zh-hans": "教授",
}

MOTIVATIONS = {
    "en": [
        (
            "We would like to bring our experience with community networks in remote districts, "
            "and to find partners who can finance the last mile."
        ),
        (
            "Our graduates train teachers in digital skills. We hope to open the courses to other "
            "countries and to measure what they change."
        ),
        (
            "We are preparing a commitment on affordable access for small islands and want to "
            "agree on it with others before the Roundtable."
        ),
        (
            "To share how our regulatory sandbox works, and to learn from others what we should do "
            "better."
        ),
    ],
    "fr": [
        (
            "Nous voulons partager notre expérience du service universel et trouver des "
            "partenaires pour connecter 1 200 écoles rurales."
        ),
        (
            "Notre organisation forme des jeunes femmes aux métiers du numérique et souhaite "
            "étendre ce programme à la sous-région."
        ),
    ],
    "es": [
        (
            "Queremos aportar nuestra experiencia en redes comunitarias y encontrar socios para "
            "llegar a las zonas de montaña."
        ),
        (
            "Preparamos un compromiso sobre competencias digitales para docentes y buscamos "
            "aliados en la región."
        ),
    ],
    "ru": [
        (
            "Мы готовы поделиться опытом подключения сельских школ и ищем партнёров для совместных "
            "проектов в регионе."
        ),
    ],
    "zh-hans": ["我们希望分享农村宽带建设的经验, 并与其他成员共同制定行动框架。"],
    "ar": ["نود أن نشارك خبرتنا في ربط المدارس الريفية وأن نجد شركاء لتمويل المرحلة القادمة."],
}

# What members say about themselves on their public pages.
ABOUT = {
    "en": [
        (
            "We plan and run networks in districts that had none. In the coalition we work on "
            "connections for schools and clinics.\n\nOur engineers train colleagues in other "
            "countries, and publish what they learn."
        ),
        "We teach digital skills to teachers, and measure what changes in their classes.",
    ],
    "fr": [
        (
            "Nous accompagnons les opérateurs qui raccordent les zones rurales, et partageons nos "
            "méthodes avec les pays voisins."
        ),
    ],
    "es": [
        (
            "Trabajamos con comunidades que construyen y mantienen sus propias redes en zonas de "
            "montaña."
        ),
    ],
    "ru": ["Мы подключаем сельские школы и обучаем учителей цифровым навыкам."],
    "zh-hans": ["我们为农村地区建设宽带网络, 并为当地技术人员提供培训。"],
    "ar": ["نعمل على ربط المدارس الريفية بالإنترنت وتدريب المعلمين على المهارات الرقمية."],
}

MISSING = [
    "Please send us a letter in which the head of the organisation names the focal point.",
    "Which programme would you like to bring to the working group, and from when on?",
]
# The keys of the reasons that staff use for other members too.
ASKED = ["address-of-the-organisation", "what-it-does"]
ANSWERS = [
    "Our director signed the letter today. It names me, and is on its way to you by mail.",
    "We would like to bring our school connectivity programme. It starts next spring.",
]


# Second EOIs, by the name of the organisation in the first EOI: the name that another office uses,
# its website, and whether the same person sends it.
OTHER_NAMES = {
    "Казахтелеком": ("Kazakhtelecom JSC", "", False),
    "Autorité de Régulation des Télécommunications et des Postes": (
        "ARTP Sénégal (ARTP)",
        "https://observatoire.artp.sn",
        False,
    ),
    "Université de Lausanne": ("UNIL — Université de Lausanne", "", True),
}

# To the coordinator, and to the observer, who has answered.
OPINION_QUESTIONS = (
    "Does your office know this organisation? Is its network programme still running?",
    "Did they take part in the last regional forum?",
)
OPINION = (
    "Yes, with three people. They presented their school network, and asked good questions.\n\n"
    "The person who signs is their director."
)


class Mail(NamedTuple):
    """A mail that somebody wrote."""

    subject: str
    text: str


REPLY = (
    "Dear colleagues,\n\nThank you for your letter. We are 40 people, and teach at 12 schools. "
    "The letter of our director is attached.\n\nKind regards"
)
STRANGER = Mail(
    "How can our college join?",
    "Good morning,\n\nWe are a small college and heard of the coalition at a conference. May we "
    "still join, or is the call only for companies?\n\nInés Okoro",
)
