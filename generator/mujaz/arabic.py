"""Text, numbers, dates → as ar, ckb, fa and en print them; touches no HTML, no bidi marks but a minus sign's.

Babel and hijridate are imported here and nowhere else (16 ms together, so at the top).
"""

from __future__ import annotations

import datetime
import difflib
import math
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, Literal

from babel import Locale, UnknownLocaleError
from hijridate import Gregorian

from mujaz.folding import WESTERN, folded

Policy = Literal["arabic-indic", "western", "persian"]
Calendar = Literal["gregorian", "hijri", "both"]
Script = Literal["arabic", "latin"]


class HijriRangeError(ValueError):
    """The date lies outside the Umm al-Qura tables, 1 August 1924 to 16 November 2077."""


# ---------------------------------------------------------------- digits

_TABLES: Final[Mapping[str, dict[int, int]]] = {
    "arabic-indic": str.maketrans("0123456789۰۱۲۳۴۵۶۷۸۹", "٠١٢٣٤٥٦٧٨٩" * 2),
    "persian": str.maketrans("0123456789٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹" * 2),
}
_D: Final = "[0-9٠-٩۰-۹]"
_WHOLE: Final = re.compile(  # a URL, an address or a DOI is one Latin token, whatever it holds
    r"(?:https?://|www\.)[^\s،؛؟«»<>]+|(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+|\b10\.[0-9]{4,9}/[^\s،؛«»]+"
)
_PIECE: Final = re.compile(  # grouped thousands, else digits with dots between them; then a percent sign
    rf"({_D}{{1,3}}(?:[,٬]{_D}{{3}})+(?:[.٫]{_D}+)?(?![,٬.٫]?{_D})|{_D}+(?:[.٫]{_D}+)*)([%٪]?)"
)
_OPENING: Final = "([{"
_CLOSING: Final = ")]}"
_RESET: Final = "،؛؟«»\n"
_LINKS: Final = "–_/.:@+#&=~'’%-"
"""What ties a digit to a letter within one token: F-16, 10:30pm, A/76/5."""


def digits(text: str, policy: Policy) -> str:
    """Running text with its numbers as the policy prints them; `western` undoes the others.

    A number follows the last letter before it (the first after it, if none stands before). After an Arabic
    letter it is localised, with `.` → `٫` in a decimal, `,` → `٬` between thousands, `%` → `٪`. After a Latin
    one it stays (`RAND 2017`, `pp. 45–67`, `S/RES/1373 (2001)`), and so it does inside a Latin token (`F-16`,
    `5G`, URLs, addresses, DOIs). Arabic punctuation and the end of a line close a Latin phrase; a closing
    bracket takes up again what stood before it opened. U+061C or U+200E before a number settles a doubtful
    case. `2.0` is read as a decimal («٢٫٠»), `1.2.3` and `15.1.2025` keep their dots.
    """
    if policy == "western":
        return text.translate(WESTERN)
    if not re.search(_D, text):
        return text
    latin = _latin(text)
    return _PIECE.sub(lambda m: m[0] if latin[m.start()] else _localised(m[1], m[2], policy), text)


def _localised(figure: str, percent: str, policy: str) -> str:
    if re.fullmatch(rf"[^.٫]*[.٫]{_D}+", figure):
        figure = figure.replace(".", "٫")
    return figure.replace(",", "٬").translate(_TABLES[policy]) + ("٪" if percent else "")


def _latin(text: str) -> list[bool]:
    """For each character, whether a number that starts there belongs to Latin text."""
    strong = [_strong(char) for char in text]
    for found in _WHOLE.finditer(text):
        strong[found.start() : found.end()] = "L" * (found.end() - found.start())
    for found in re.finditer(rf"[\w{_LINKS}]+", text):  # tokens: one Latin letter makes neighbours Latin
        _spread(strong, found.start(), found.end())
    answer, last, outside = [], "", [""]
    following = _following(text, strong)
    for index, char in enumerate(text):
        last = strong[index] or last
        if char in _RESET:
            last = ""
        elif char in _OPENING:
            outside.append(last)
        elif char in _CLOSING and len(outside) > 1:
            last = outside.pop()
        answer.append((last or following[index]) == "L")
    return answer


def _spread(strong: list[str], start: int, end: int) -> None:
    """Give letterless stretches of a token to the Latin letter after them, or before them at its end."""
    index = start
    while index < end:
        stop = index
        while stop < end and not strong[stop]:
            stop += 1
        side = strong[stop] if stop < end else strong[index - 1] if index > start else ""
        if side == "L":
            strong[index:stop] = "L" * (stop - index)
        index = stop + 1


def _following(text: str, strong: list[str]) -> list[str]:
    """For each character, the next strong class before the phrase ends; `A` where there is none."""
    answer, ahead = ["A"] * len(text), "A"
    for index in range(len(text) - 1, -1, -1):
        ahead = "A" if text[index] in _RESET else strong[index] or ahead
        answer[index] = ahead
    return answer


def _strong(char: str) -> str:
    kind = unicodedata.bidirectional(char)
    return "L" if kind == "L" else "A" if kind in {"AL", "R"} else ""


_AMOUNT: Final = re.compile(r"[-+−]?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?")


def amount(text: str) -> float | None:
    """The quantity that a cell holds, in any digits, with or without its thousands parted; None for a dash alone.

    Raises ValueError for anything else.
    """
    plain = text.translate(WESTERN).replace("\u200e", "").replace("\u061c", "").strip()
    if plain in ("-", "–", "—"):
        return None
    if not _AMOUNT.fullmatch(plain):
        raise ValueError(f"no number: {text}")
    return float(plain.replace(",", "").replace("−", "-"))


def number(value: float, policy: Policy, lang: str) -> str:
    """A quantity with thousands separated and at most three decimals; English keeps Western digits.

    A negative one starts with the mark that CLDR asks for, so that its sign stays on its side in a
    right-to-left line. Raises ValueError for infinity and not-a-number.
    """
    if not math.isfinite(value):
        raise ValueError(f"not a number that can be printed: {value}")
    plain = f"{value:,}" if isinstance(value, int) else f"{value:,.3f}".rstrip("0").rstrip(".")
    sign, size = ("-", plain[1:]) if plain.startswith("-") and plain != "-0" else ("", plain.lstrip("-"))
    if lang == "en":
        return sign + size
    if policy == "western":
        return ("\u200e-" if sign else "") + size
    return ("\u061c-" if sign else "") + digits(size, policy)


# ---------------------------------------------------------------- dates, lists, plurals

_HIJRI: Final[Mapping[str, str]] = {  # hijridate names the months in Arabic and English only
    "fa": "محرم|صفر|ربیع‌الاول|ربیع‌الثانی|جمادی‌الاول|جمادی‌الثانی|رجب|شعبان|رمضان|شوال|ذی‌القعده|ذی‌الحجه",
    "ckb": "موحەڕڕەم|سەفەر|ڕەبیعی یەکەم|ڕەبیعی دووەم|جەمادی یەکەم|جەمادی دووەم|ڕەجەب|شەعبان|ڕەمەزان|شەووال"
    "|زولقەعدە|زولحیججە",
}
_DATES: Final[Mapping[str, tuple[str, str, str]]] = {  # gregorian, hijri, both
    "ar": ("{d} {m} {y}", "{d} {m} {y}هـ", "{hijri} الموافق {gregorian}م"),
    "ckb": ("{d}ی {m}ی {y}", "{d}ی {m}ی {y}ی کۆچی", "{hijri}، بەرامبەر {gregorian}ی زایینی"),
    "fa": ("{d} {m} {y}", "{d} {m} {y} ه‍.ق.", "{hijri} برابر با {gregorian} م."),
    "en": ("{d} {m} {y}", "{d} {m} {y} AH", "{hijri} ({gregorian})"),
}


def date(value: datetime.date, *, lang: str, country: str, calendar: Calendar, policy: Policy) -> str:
    """A day in words: «15 كانون الثاني 2025», «15 رجب 1446هـ», or both as official letters join them.

    `country` (ISO 3166, any case) chooses the Arabic and Persian names of Gregorian months; an unknown one gets the
    common names. Hijri is Umm al-Qura, from which an announced date may differ by a day; outside its
    tables HijriRangeError is raised.
    """
    patterns = _DATES[lang]
    gregorian = patterns[0].format(d=value.day, m=_month(value.month, lang, country), y=value.year)
    text = gregorian
    if calendar != "gregorian":
        hijri = _hijri(value, lang)
        text = hijri if calendar == "hijri" else patterns[2].format(hijri=hijri, gregorian=gregorian)
    return text if lang == "en" or policy == "western" else text.translate(_TABLES[policy])


def _month(month: int, lang: str, country: str) -> str:
    try:
        locale = Locale.parse(f"{lang}_{country.upper()}" if lang in ("ar", "fa") and country else lang)
    except (UnknownLocaleError, ValueError):
        locale = Locale.parse(lang)
    name = str(locale.months["format"]["wide"][month])
    return name.replace("کانونی", "کانوونی")  # CLDR spells the two Kurdish Kanuns differently


def _hijri(value: datetime.date, lang: str) -> str:
    try:
        day = Gregorian.fromdate(value).to_hijri()
    except OverflowError as error:
        raise HijriRangeError(f"no Umm al-Qura date for {value.isoformat()}") from error
    own = _HIJRI[lang].split("|") if lang in _HIJRI else None
    name = own[day.month - 1] if own else day.month_name("en" if lang == "en" else "ar")
    return _DATES[lang][1].format(d=day.day, m=name, y=day.year)


def join(items: Sequence[str], lang: str) -> str:
    """Items as one phrase: «أ وب وج», `a, b and c`, ckb and fa «أ، ب و ج»; the empty string for none.

    Arabic separates by «، و» as soon as an item holds a conjunction or a comma itself, so that the items can
    be told apart, and leaves a space between «و» and a Latin word.
    """
    if len(items) < 2:
        return "".join(items)
    if lang == "ar":
        comma = "،" if len(items) > 2 and any(" و" in item or "،" in item for item in items) else ""
        return items[0] + "".join(f"{comma} و{_gap(item)}{item}" for item in items[1:])
    comma, conjunction = (", ", "and") if lang == "en" else ("، ", "و")
    return f"{comma.join(items[:-1])} {conjunction} {items[-1]}"


def _gap(item: str) -> str:
    return " " if next(filter(None, map(_strong, item)), "") == "L" and not item[:1].isdigit() else ""


def counted(n: int, forms: Mapping[str, str], *, lang: str, policy: Policy) -> str:
    """The form for `n` things by CLDR category (zero, one, two, few, many, other), `{n}` filled in.

    A category that the forms lack falls back to `other`; KeyError when that is missing too.
    """
    category = Locale.parse(lang).plural_form(n)
    form = forms[category] if category in forms else forms["other"]
    return form.replace("{n}", number(n, policy, lang))


# ---------------------------------------------------------------- order, script, words

_ALPHABET: Final = "ءابپتثجچحخدذرڕزژسشصضطظعغفڤقكگلڵمنهەوۆيێ"
_PERSIAN: Final = _ALPHABET.replace("هەوۆ", "وۆهە")
_SEATED: Final = str.maketrans("ئؤ", "ءء")  # a hamza on its seat is a hamza: «رئاسة» stands before «ربيع»
_ROOTED: Final = re.compile(  # «ال» is part of these words
    r"الله(?!\w)|الت(?:زام|قاء|ماس|باس|حاق|فات|فاف|هاب|ئام|قاط|واء|حام)|الكترون|الغاء"
)


def sort_key(text: str, lang: str = "ar", *, article: bool = True) -> tuple[int, str, str]:
    """Key of a list's order: Arabic before Latin, word by word, without an initial «ال».

    Alif with or without hamza is one letter, as are ya and alif maqsura, ha and ta marbuta, and hamza on either
    seat; the text itself breaks ties. «ابن» and «أبو» count. Numbers sort by value, before letters. `lang` is that of
    the list: Persian has «و» before «ه». Texts of a language without an article are sorted by «ال» too («الگو»).
    """
    bare = re.sub(r"^[\W_]+", "", re.sub(r"[ـ\u064b-\u065f\u0670\u200c\u200d]", "", text))
    if article and re.match(r"ال\w{2}", bare) and not _ROOTED.match(bare):
        bare = bare[2:]
    bare = bare.translate(_SEATED)
    plain = re.sub(r"[\W_]+", " ", re.sub(r"['’ʼ]", "", folded(bare))).strip()
    plain = re.sub(r"\d+", lambda found: found[0].lstrip("0").zfill(15), plain)
    alphabet = _PERSIAN if lang == "fa" else _ALPHABET
    ranked = "".join(chr(0xE000 + alphabet.index(c)) if c in alphabet else c for c in plain)
    return (0 if script(text) == "arabic" else 1, ranked, text)


def script(text: str) -> Script:
    """The script of most words by their first letter; of the first word in a tie, Arabic if there is none."""
    kinds = [next(filter(None, map(_strong, word)), "") for word in text.split()]
    arabic, latin = kinds.count("A"), kinds.count("L")
    first = next(filter(None, kinds), "A")
    return "latin" if latin > arabic or (latin == arabic and first == "L") else "arabic"


_NOT_WORDS: Final = re.compile(r"\[[^\[\]@]*@[^\[\]]*\]|(?<=\])(?:\([^()]*\)|\{[^{}]*\})")


def words(text: str) -> int:
    """How many words an editor counts in Markdown: marks, link targets and `[@citations]` are none."""
    return sum(any(c.isalnum() for c in word) for word in re.split(r"[\s—]+", _NOT_WORDS.sub("", text)))


def closest(word: str, candidates: Iterable[str]) -> str | None:
    """The candidate that was probably meant, blind to case, hyphens and Arabic spelling variants; or None."""
    known = {folded(name).replace("_", "-"): name for name in sorted(candidates, reverse=True)}
    found = difflib.get_close_matches(folded(word).replace("_", "-"), known, n=1, cutoff=0.6)
    return known[found[0]] if found else None
