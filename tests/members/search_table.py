"""A fixed coalition in many scripts, and what each search finds in it, on both databases."""

from datetime import timedelta

from members.models import TimelineKind
from members.services.search import write_search_entries
from tests.factories import (
    NOON,
    FocalPointFactory,
    MemberFactory,
    TimelineEntryFactory,
    UserFactory,
)

# By the letter that stands for the member in the table: name, acronym, country, website, and the
# given name, family name and address of the focal points.
MEMBERS = {
    "A": ("Telefónica, S.A.", "TEF", "ES", "https://www.telefonica.example/es/"),
    "B": ("Bundesamt für Straßen und Netze", "BASN", "DE", "http://basn.example"),
    "C": ("İstanbul Teknik Üniversitesi", "İTÜ", "TR", ""),
    "D": ("Đại học Bách khoa Hà Nội", "", "VN", "https://hust.example"),
    "E": ("Министерство связи", "", "RU", ""),
    "F": ("هيئة الاتّصالات والتقنية", "CST", "SA", ""),
    "G": ("北京大学", "PKU", "CN", ""),
    "H": ("日本電信電話ネットワーク", "NTT", "JP", ""),
    "I": ("Communications Authority", "CAK", "KE", "https://ca.go.example/kenya"),
    "J": ("Autorité de régulation", "ARTCI", "CI", ""),
    "K": ("Ｏｆﬁce of Telecom", "", "RO", ""),
    "L": ("Gulf Telecom", "GT", "OM", ""),
    "M": ("Ελληνική Αρχή", "", "GR", ""),
    "N": ("한국통신", "KT", "KR", ""),
    "O": ("Uniwersytet Łódzki – Wydział", "UŁ", "PL", ""),
    "P": ("100% Connected_Schools", "", "NE", ""),
    "Q": ("Fund “Cœur” (Lagos)", "", "NG", ""),
    "R": ("भारत संचार", "", "IN", ""),
}
# The telephone numbers of the focal points who have one.
PHONES = {"A": "+34911234567", "B": "+4930123456", "J": "+2252720123456"}
PEOPLE = {
    "A": [("Lucía", "Gómez", "lucia.gomez@mail.example"), ("Íñigo", "Prat", "prat@mail.example")],
    "B": [("Jürgen", "Weiß", "j.weiss+itu@basn.example")],
    "C": [("Ayşe", "Yıldırım", "ayse@edu.example")],
    "D": [("Văn Đức", "Nguyễn", "duc@mail.example")],
    "E": [("Пётр", "Ёлкин", "petr@mail.example")],
    "F": [("أحمد", "المُنصور", "ahmad@mail.example")],
    "G": [("明", "李", "liming@pku.example")],
    "H": [("太郎", "田中", "tanaka@mail.example")],
    "I": [("Grace", "Ng’ang’a", "grace@mail.example")],
    "J": [("Adjoua", "O'Neil", "adjoua@mail.example")],
    "N": [("민수", "김", "minsu@mail.example")],
    "R": [("प्रिया", "शर्मा", "priya@mail.example")],
}
# Who is assigned, and what colleagues noted.
ASSIGNEES = {"J": "Zoé Martín", "K": "Zoé Martín", "L": "Bob O’Hara"}
NOTES = {"L": ["Called the deputy minister.", "Waits for the Größe of the budget."], "M": ["Zoé"]}


def reference_of(letter):
    return f"P2C-{letter}7HQ9K"


def store_members():
    staff = {name: UserFactory(name=name, is_staff=True) for name in set(ASSIGNEES.values())}
    members = []
    for number, (letter, (name, acronym, country, website)) in enumerate(MEMBERS.items()):
        member = MemberFactory(
            reference=reference_of(letter),
            organisation_name=name,
            acronym=acronym,
            country=country,
            website=website,
            assignee=staff.get(ASSIGNEES.get(letter)),
            submitted_at=NOON - timedelta(days=90 - number),
        )
        people = zip((False, True), PEOPLE.get(letter, []), strict=False)
        for is_alternate, (given_name, family_name, email) in people:
            FocalPointFactory(
                member=member,
                is_alternate=is_alternate,
                given_name=given_name,
                family_name=family_name,
                email=email,
                phone="" if is_alternate else PHONES.get(letter, ""),
            )
        for note in NOTES.get(letter, []):
            TimelineEntryFactory(member=member, kind=TimelineKind.NOTE_ADDED, note=note)
        # The organisation reads these, and they are not searched.
        TimelineEntryFactory(member=member, kind=TimelineKind.ANSWERED, note="Unsearchable")
        members.append(member)
    write_search_entries(members)


# The letters of the members that each search finds, the oldest first.
FOUND = {
    # Accents and case, in each script.
    "telefonica": "A",
    "strasse": "B",
    "ıstanbul üniversitesi": "C",
    "itü": "BC",
    "ĐẠI HỌC": "D",
    "МИНИСТЕРСТВО": "E",
    "هيئه الاتصالات": "F",
    "الاتّصـالات": "F",
    "北京": "G",
    "大": "G",
    "ﾈｯﾄﾜｰｸ": "H",
    "ｏｆｆｉｃｅ": "K",
    "ΕΛΛΗΝΙΚΗ": "M",
    "통신": "N",
    "lodzki-wydział": "",
    "lodzki wydzial": "O",
    "coeur": "Q",
    "संचार": "R",
    # Acronyms, and parts of words.
    "artci": "J",
    "gulat": "J",
    # People, in either order.
    "lucia gomez": "A",
    "nguyen duc": "D",
    "петр елкин": "E",
    "احمد المنصور": "F",
    "明 李": "G",
    "田中太郎": "H",
    "김민수": "N",
    "Ng’ang’a grace": "I",
    "o’neil": "J",
    "gomez prat": "A",
    "gomez weiss": "",
    # Addresses, and parts of them.
    "lucia.gomez@mail.example": "A",
    "Lucia.Gomez@MAIL": "A",
    "weiss+itu": "B",
    "@mail.example gulf": "",
    # References.
    "P2C-A7HQ9K": "A",
    "p2ca7hq9k": "A",
    "a7hq": "A",
    "Ｐ２Ｃ‑Ｂ７ＨＱ９Ｋ": "B",
    "p2c a7hq9k": "A",
    # Countries: in any language, by code, and by the beginnings of words.
    "kenya": "I",
    "Alemania": "B",
    "côte d'ivoire": "J",
    "oman": "L",
    "romania telecom": "K",
    "niger": "PQ",
    "肯尼亚": "I",
    "OM": "AIKL",
    "saudi": "F",
    "united": "",
    # Countries as people say them.
    "ivory coast": "J",
    "Costa de Marfil": "J",
    "象牙海岸": "J",
    "south korea": "N",
    "Южная Корея": "N",
    "كوريا الجنوبية": "N",
    "russia": "E",
    "россия министерство": "E",
    "turkey": "C",
    "vietnam": "D",
    "uk": "",
    # Telephone numbers, and parts of them, however they are written.
    "+34 911 23 45 67": "A",
    "0034 911234567": "A",
    "911-234-567": "A",
    "+49 (0)30 123456": "B",
    "030/123456": "B",
    "+２２５ 27.20.12.34.56": "J",
    "telefonica 911234567": "A",
    "gulf 911234567": "",
    "911 234 568": "",
    "000000": "",
    # A number of five digits is a word.
    "91123": "",
    # Websites.
    "www.telefonica.example": "A",
    "https://hust.example/": "D",
    "ca.go.example": "I",
    # Assignees and notes.
    "zoe": "JKM",
    "deputy MINISTER": "L",
    "grosse": "L",
    "unsearchable": "",
    # Several words in several places.
    "authority grace kenya": "I",
    "telecom oman bob": "L",
    # Phrases, and characters with a meaning elsewhere.
    '"teknik üniversitesi"': "C",
    '"üniversitesi teknik"': "",
    '"of telecom': "KL",
    "%": "P",
    "_": "P",
    "100%": "P",
    "connected_schools": "P",
    "connectedxschools": "",
    "(lagos)": "Q",
    "\u200ftele\u00adfonica\u202c": "A",
    "\ttelefonica\x01": "A",
    # Nothing is left to search for.
    '"': "",
    "\u202e\u0301": "",
    "https://": "",
}

# The same for what PostgreSQL finds with typing errors.
FOUND_SIMILAR = {
    # Countries, in any language.
    "kemya": "I",
    "south kroea": "N",
    "germny": "B",
    "Allemagen": "B",
    "polnad": "O",
    "Нигирия": "Q",
    "saudy arabai": "F",
    "romania telecon": "K",
    "omna telecom": "L",
    "ecvador": "",
    # Assignees.
    "zoee": "JKM",
    "martn": "JK",
    "zoe martni": "JK",
    "o'harra": "L",
    "martni telecon": "K",
    "martni germny": "",
    # Too short.
    "omn": "",
    "zo": "",
}
