"""How weapon names are written: ids, comparison keys, spelling variants and plurals. Pure functions on strings."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

__all__ = ["key", "normal_phrase", "plural", "singular", "slug", "variants"]

_CYRILLIC = str.maketrans(
    dict(zip("абвгдезийклмнопрстуфыэіґё", "abvgdeziyklmnoprstufyeige", strict=True))
    | {"ж": "zh", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "", "ь": "", "ю": "yu", "я": "ya"}
    | {"ї": "yi", "є": "ye"}
)
#: Letters that NFKD does not split into a base letter and a mark.
_LETTERS = str.maketrans({"ı": "i", "ł": "l", "ø": "o", "đ": "d", "ß": "ss", "æ": "ae", "’": "'", "‘": "'", "`": "'"})
_ROMAN = {"ii": "2", "iii": "3", "iv": "4", "vi": "6", "vii": "7", "viii": "8", "ix": "9"}
_ROMAN_LAST = {"i": "1", "v": "5"}
_ARABIC = {"1": "I", "2": "II", "3": "III", "4": "IV", "5": "V"}
_WORDS = re.compile(r"[a-z0-9]+")
_CALIBRE = re.compile(r"\b(\d+(?:[.,]\d+)?)[ -]?(?:mm\b\.?|millimet(?:re|er)s?\b)(?=[ -]|$)")
_SPELLINGS = (
    (re.compile(r"\barmor"), "armour"),
    (re.compile(r"\bdefence"), "defense"),
    (re.compile(r"caliber"), "calibre"),
    (re.compile(r"\banti(?=(?:tank|ship|aircraft|personnel|drone|missile|submarine|satellite|armour|materiel|radar)\b)"),
     "anti-"),
    (re.compile(r"\bweapons (?=system|platform|station)"), "weapon "),
)  # fmt: skip


def _fold(text: str) -> str:
    """Lower case, without diacritics, Cyrillic letters transliterated."""
    text = text.lower()
    if text.isascii():
        return text
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).translate(_CYRILLIC))
    return "".join(char for char in decomposed.translate(_LETTERS) if not unicodedata.combining(char))


def slug(text: str) -> str:
    """The id form of a designation: lower case, no diacritics, words joined by hyphens.

    Example:
        >>> slug("Super Étendard"), slug("David's Sling"), slug("F/A-18"), slug("7.62mm")
        ('super-etendard', 'davids-sling', 'fa-18', '7.62mm')
    """
    text = re.sub(r"(?<=[a-z])/(?=[a-z]\b)|'|(?<=\d),(?=\d{3})", "", _fold(text))
    return "-".join(re.findall(r"[a-z0-9]+(?:(?<=\d)\.(?=\d)[a-z0-9]+)*", text)) or "weapon"


def key(text: str) -> str:
    """A key that all spellings of a designation share: letters and digits only, Latin, Roman numerals as digits.

    Example:
        >>> key("Shahed-136") == key("SHAHED 136") == key("Shahed136")
        True
        >>> key("С-300"), key("Wing Loong II"), key("Х-101")
        ('s300', 'wingloong2', 'kh101')
    """
    words = _WORDS.findall(_fold(text).replace("'", ""))
    last = len(words) - 1
    for at in range(1, len(words)):
        word = words[at]
        if word in _ROMAN:
            words[at] = _ROMAN[word]
        elif at == last and word in _ROMAN_LAST and len(words[at - 1]) > 2:
            words[at] = _ROMAN_LAST[word]
    return "".join(words)


def normal_phrase(text: str) -> str:
    """A class phrase in one spelling (armoured, defense, 155mm, anti-tank), lower case, spaces for hyphens.

    Example:
        >>> normal_phrase("155-millimeter armored-vehicle antitank shells")
        '155mm armoured vehicle anti tank shells'
    """
    text = _fold(text).strip(" .")
    if "mm" in text or "millim" in text:
        text = _CALIBRE.sub(lambda match: match[1].replace(",", ".") + "mm", text)
    for pattern, replacement in _SPELLINGS:
        text = pattern.sub(replacement, text)
    return " ".join(text.replace("-", " ").split())


def plural(noun: str) -> str:
    """The regular plural of a noun phrase; with "of", of the word before it.

    Example:
        >>> plural("artillery battery"), plural("weapon of mass destruction"), plural("torpedo tube")
        ('artillery batteries', 'weapons of mass destruction', 'torpedo tubes')
    """
    head, of, rest = noun.partition(" of ")
    if head.endswith(("s", "x", "ch", "sh", "z")):
        return f"{head}es{of}{rest}"
    if head.endswith("y") and head[-2:-1] not in "aeiou" and head[-1:] == "y":
        return f"{head[:-1]}ies{of}{rest}"
    return f"{head}s{of}{rest}"


def singular(noun: str) -> str:
    """The singular of a regular plural; a singular stays as it is.

    Example:
        >>> singular("batteries"), singular("torpedoes"), singular("glass"), singular("weapons of war")
        ('battery', 'torpedo', 'glass', 'weapon of war')
    """
    head, of, rest = noun.partition(" of ")
    if head.endswith("ies") and len(head) > 4:
        head = head[:-3] + "y"
    elif head.endswith(("ches", "shes", "xes", "sses", "oes")):
        head = head[:-2]
    elif head.endswith("s") and not head.endswith(("ss", "us", "'s")):
        head = head[:-1]
    return head + of + rest


#: Latin prefixes of Russian designations and their Cyrillic spelling; S-300 is also met as C-300, Kh-101 as X-101.
_CYRILLIC_PREFIX = {
    "S": "С", "T": "Т", "R": "Р", "MiG": "МиГ", "Su": "Су", "Tu": "Ту", "Il": "Ил", "Yak": "Як", "Ka": "Ка", "Mi": "Ми",
    "Kh": "Х", "BM": "БМ", "BMP": "БМП", "BTR": "БТР", "AK": "АК", "TOS": "ТОС",
}  # fmt: skip
_CYRILLIC_SUFFIX = str.maketrans("ABVMKSUPTEN", "АБВМКСУПТЕН")
_JOIN = re.compile(r"(?<=[^\W\d_])[-. ]?(?=\d)")
_RUSSIAN = re.compile(r"(S|T|MiG|Su|Tu|Il|Yak|Ka|Mi|Kh|BMP?|BTR|R|AK|TOS)-(\d{1,3})([ABVMKSUPTEN]?\d?[ABVMKSUPTEN]?)$")
_MIXED_CASE = re.compile(r"(MiG|Su|Tu|Il|Yak|Ka|Mi|Kh|An)(?=-\d)")
_NUMERAL = re.compile(r"(?<=[a-z][ -])(II|III|IV|V|[2345])$")


def _spellings(name: str) -> Iterator[str]:
    """Forms of a name that differ in more than the join of letters and digits."""
    yield name
    folded = "".join(c for c in unicodedata.normalize("NFKD", name.translate(_LETTERS)) if not unicodedata.combining(c))
    if folded != name and folded[:1].isascii():
        yield folded
    if "'" in name:
        yield name.replace("'", "’")
        yield name.replace("'", "")
    if numeral := _NUMERAL.search(name):
        other = {v: k for k, v in _ARABIC.items()}.get(numeral[0]) or _ARABIC[numeral[0]]
        yield name[: numeral.start()] + other
    if "-" in name and not any(char.isdigit() for char in name):
        yield name.replace("-", " ")
    if name.startswith("F/A-"):
        yield "FA-" + name[4:]
    if name.startswith("Al-"):
        yield "al-" + name[3:]
    if acronyms := re.findall(r"\b[A-Z]{4,}\b", name):  # newspapers write Nato, Himars, Nasams
        yield name.replace(acronyms[0], acronyms[0].capitalize())
    if _MIXED_CASE.match(name):
        prefix, rest = name.split("-", 1)
        yield f"{prefix.upper()}-{rest}"
        yield f"{prefix.capitalize()}-{rest}"
        if prefix == "Kh":
            yield f"X-{rest}"
            yield f"Х-{rest}"
    if match := _RUSSIAN.match(name):
        prefix, digits, suffix = match.groups()
        yield f"{_CYRILLIC_PREFIX[prefix]}-{digits}{suffix.translate(_CYRILLIC_SUFFIX)}"
        if prefix in "ST":  # the Latin letters that only look like the Cyrillic ones, and mixtures of both
            yield f"{_CYRILLIC_PREFIX[prefix]}-{digits}{suffix}"
        if prefix == "S" and len(digits) > 1:
            yield f"C-{digits}{suffix}"


def variants(name: str) -> set[str]:
    """All spellings of a weapon name that a rule can give, with their plurals; the name itself is one of them.

    Example:
        >>> sorted(variants("Su-57"))[:4]
        ['SU 57', 'SU 57s', 'SU-57', 'SU-57s']
        >>> {"Shahed 136", "Shahed136", "Shahed-136s"} <= variants("Shahed-136")
        True
    """
    found: set[str] = set()
    for spelling in _spellings(name):
        found.add(spelling)
        if join := _JOIN.search(spelling):
            head, tail = spelling[: join.start()], spelling[join.end() :]
            found.update({f"{head}-{tail}", f"{head} {tail}", f"{head}{tail}"})
    return found | {f"{text}s" for text in found if not text.endswith(("s", "S", "x", "z", ")"))}
