"""Hostile input: unusual real texts, attacks, and noise."""

from hypothesis import strategies as st

# No real text contains it. If it is in an element, an attribute or the URL of a script, the page
# has treated text as markup.
MARK = "zq9"

NAMES = {
    "one word": "Suharto",
    "very long": "Wolfeschlegelsteinhausenbergerdorff " * 2 + "der Ältere von Zitzewitz",
    "apostrophe, hyphen, tilde": "O'Brien-Ñandú",
    "curly apostrophe": "Ng’ang’a",
    "Arabic": "الجمعية",
    "Chinese": "国际电信联盟",
    "Cyrillic": "Международный союз электросвязи",
    "joiners of Indian scripts": "ക്‍ഷ ശ്രീ‌മതി",
    "Persian joiner": "می‌خواهم",
    "Vietnamese, decomposed": "Nguye\u0302\u0303n",
    "Turkish": "İstanbul Iğdır ı",
    "emoji": "Digital 🌍 for all 👩🏽‍💻",
    "outside the first plane": "𠮷野家 𝔘𝔫𝔦𝔬𝔫",
    "combining marks": "Z\u0327\u0301o\u0308e",
    "zalgo": "Z̸̡̛̯͓̞̤̦̭̺̟̲̮̝a̴̷̶̢̧̛̗̖l̵g̸o",
    "Null": "Null",
    "NaN": "NaN",
    "ampersand": "AT&T &amp; Sons &lt;",
    "quotes": "The \"Best\" 'Union' „of‟ «all»",
    "percent": "100% Connected %s %(name)s",
    "comma and semicolon": "Smith, Jones; and Sons",
    "at the beginning of a line": "# 1. - + > ~ Heading",
}

HOSTILE = {
    "SQL": "Robert'); DROP TABLE members_member;-- x",
    "template variable": "{{7*7}} x",
    "template tag": "{% debug %} x",
    "format": "%s %n %(x)d {0} {0.__class__} x",
    "Markdown link": "[Verify your account](http://evil.example/verify)",
    "Markdown link by reference": "[Verify][1] [1]: http://evil.example",
    "Markdown picture": "![x](http://evil.example/x.png)",
    "Markdown emphasis": "**bold** _it_ `code` ~~x~~",
    "bare address": "Go to www.evil.example or http://evil.example/x now",
    "script": f"<script>{MARK}()</script>",
    "element": f"<{MARK} onload={MARK}>x</{MARK}>",
    "out of an attribute": f'"><{MARK} x="',
    "out of an attribute, single": f"' on{MARK}=alert(1) x='",
    "out of a text area": f"</textarea><{MARK}>",
    "out of a title": f"</title><{MARK}>",
    "entity": f"&lt;{MARK}&gt; &#60;{MARK}&#62;",
    "formula": "=cmd|' /C calc'!A0",
    "path": "../../../../etc/passwd x",
    "shell": "$(reboot) `reboot`; rm -rf / | x",
    "XML": "<!DOCTYPE x [<!ENTITY y SYSTEM 'file:///etc/passwd'>]>&y;",
    "calendar line": "x;y,z\\nATTENDEE:mailto:evil@evil.example",
}

# One line of it must stay one line. Its other characters are removed or refused.
LINES = {
    "mail header": "Union\r\nBcc: evil@evil.example\r\n\r\nHello",
    "mail header, bare": "Union\nBcc: evil@evil.example",
    "calendar": "Union\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:evil",
    "next line": "Union\u0085Bcc: evil@evil.example",
    "line separator": "Union\u2028Bcc: evil@evil.example",
    "vertical tab": "Union\x0bBcc: evil@evil.example",
    "file separator": "Union\x1cBcc: evil@evil.example",
    "right-to-left override": "Union\u202egnp.exe",
    "isolates": "Union \u2067evil\u2069",
    "zero": "Union\0evil",
    "lost": "Union\ufffdevil",
    "deleted": "Union\x7fevil",
}

NUMBERS = (
    *("0", "-1", "1", "2", str(2**31), str(2**63 - 1), str(2**63), str(-(2**63) - 1)),
    *("9" * 40, "9" * 5_000, "1e400", "1.5", "NaN", "Infinity", "0x10", "1_000", "１２", "²"),
    *("٣", " 1 "),
)
MOMENTS = (
    *("0000-01-01", "0001-01-01", "0001-01-01T00:00", "9999-12-31", "9999-12-31T23:59"),
    *("99999-01-01", "10000-01-01T00:00", "2021-02-30", "2021-10-31T02:30"),
    *("2022-03-27T02:30", "1582-10-10", "23:59:60", "24:00", "-1:00", "12:00:00.123456"),
)
HUGE = ("x" * 10_000, "é " * 5_000, "<" * 10_000, "\u202e" * 10_000, "[" * 10_000, "👩🏽‍💻" * 2_000)
BROKEN = (
    *(b"\0", b"\xff\xfe", b"\xc3", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xc0\x80"),
    *(b"caf\xe9", b"+2AA-", b"\\ud800", b"%00", b"%ud800", b"\r\n", b"", b" "),
)

TABLE = [
    *(text.encode() for text in (*NAMES.values(), *HOSTILE.values(), *LINES.values())),
    *(text.encode() for text in (*NUMBERS, *MOMENTS, *HUGE)),
    *BROKEN,
]

TEXTS = st.text(max_size=40)
# Bytes that are treated as text wherever they form text.
ANYTHING = st.one_of(
    st.sampled_from(TABLE),
    st.text(st.characters(), max_size=40).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.binary(max_size=20),
)
