"""Text → words that are written twice, misspelt, or left over by the extraction of a PDF; judges no mark."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from importlib import resources
from itertools import compress, islice, pairwise
from operator import eq

from mujaz.language.slip import Slip
from mujaz.marks import parse

RULES = ("word-doubled", "hamza-slip", "ta-marbuta-slip", "maqsura-slip", "extraction-leftover")
_A = "\u0621-\u064a\u066e-\u06d3\u064b-\u0652"
_WORD = re.compile(rf"[{_A}ـ]+")
_MARKS = "،؛؟.!:,;?«»()[]“”\"'*_`"
_DOUBLED = re.compile(r"(?<![\w\u064b-\u0652-])([^\W\d_]{2,})(?:[ \t]+\n?|\n)[ \t]*\1(?![\w\u064b-\u0652-])")
"""Nobody who writes vowel marks, as in «حرفاً حرفاً», does it twice by mistake."""
_SWAPPED = re.compile("(?<![\u0621-\u064a])([وفبكل]{0,2})(اإل|األ|اآل|اال|إلأ|إلإ)(?=[\u0621-\u064a])")
_RIGHT = {"اإل": "الإ", "األ": "الأ", "اآل": "الآ", "اال": "الا", "إلأ": "الأ", "إلإ": "الإ"}
_ALONE = re.compile("(?<![\\w(./\u064b-\u0652«@-])و?[ثحخدذرزشضطظغةىءئؤي](?![\\w).:/ـ\u064b-\u0652»-])")
"""A letter by itself, of those that name no list, page or year."""
_ALA = re.compile(
    "(?<![\u0621-\u064a])[وف]?علي(?= (?:الرغم|أن|هذا|هذه|ذلك|تلك|أساس|الأساس|غرار|كافة|كل|جميع|مستوى|المستوى|مدى|وجه|حد"
    "|حساب|سبيل|ضوء|عكس|الصعيد|صعيد|الأقل|الأكثر|الفور|الدوام|الإطلاق|النحو|نحو|رأس|أي|بعد|ما)(?![\u0621-\u064a]))"
)
"""«علي» where nobody of that name can be meant."""
_LABEL = re.compile(
    "(?:حرف|حروف|حرفا|حرفي|فقرة|الفقرة|بند|البند|مجموعات|درجة|المجموعة|الفئة|القسم|ملحق|الملحق|فيتامين|صف|فئة|قسم|مجموعة|نوع|نموذج|طراز|لوحة|الصنف|صنف|نقطة|[:0-9٠-٩])[\"'«(]?\\s*$"
)
_NUMBERED = re.compile(r"\s+[0-9٠-٩]")
"""What stands around a letter that is a name: «فيتامين ي», «12 ط 3456»."""
_SINGLE = frozenset(prefix + letter for prefix in ("", "و") for letter in "ثحخدذرزشضطظغةىءئؤي")
_HEH = re.compile("((?:[وفبكل]{0,2}ال|[وف]?لل)[\u0621-\u064a]{2,})ه")
"""A word with «ال» that ends in ه: no pronoun can follow «ال», so that ه is of its root, or ة was meant."""
_HEH_RIGHT = frozenset(
    re.findall(
        r"\S+",
        """
    فقيه وجيه نبيه سفيه نزيه شبيه تنبيه توجيه تنويه تشويه ترفيه تمويه تسفيه تنزيه كريه بديه تأليه متيه تكريه تفويه
    تشبيه تدليه تفقيه تتويه تيه وجه وجوه أوجه شبه أشبه فقه أفقه كره أكره سفه بله أبله فواكه شره أشره وله عته كنه
    مكروه معتوه مشبوه مشدوه منزه مرفه مشوه مموه موجه منبه مشابه متشابه تشابه مواجه توجه تفقه تنزه ترفه تشوه تفوه
    تأوه تأله إله مكره مسفه متفقه متوجه متنزه مشتبه منتبه متنبه متجه فاره شافه تافه أتفه نابه أنبه كاره شائه نزه
    تنبه تشبه تموه أكمه كمه عمه أعمه تعته توله تدله تبله تفكه تسفه تفاكه تمويهي مدره أمره
    أنزه فكه تفكه متأوه مؤله مدله متيمه نقه ناقه جبه مجبه فوه أفوه بدائه متفوه متأله مشافه مجابه لاه له لوجه
    """,
    )
)
_AH = frozenset(
    re.findall(
        r"\S+",
        """
    حياه قناه وفاه زكاه صلاه معاناه فتاه مساواه محاكاه مباراه مراعاه موازاه مقاضاه أداه اداه نواه قضاه دعاه رعاه
    بغاه طغاه غزاه مشاه نجاه ولاه رواه هواه مأساه مواساه محاباه مناجاه محاذاه معاداه ملاقاه مداراه
    """,
    )
)
"""Of the words that end in اه, those where اة was meant."""
_ILT = re.compile("(?:[وفبكل]{0,2})الت(?:زام|قائ|قاؤ|قاء|حاق|فات|هاب|ماس|باس|صاق|حام|ئام|قاط|قا|قط|زم|هم|مس)(?:ات)?ه?")
"""«ال» is the first half of these: «التزامه», «التقاه»."""
_WASL = re.compile(
    "((?:[وفبكل]{0,2}ال|[وف]?لل|[وفبكل]{0,2}))إ"
    "(ست(?!راتيج|ون|انبول|برق|ديو|ي)[\u0621-\u064a]{3,}|(?:جت|قت(?!ار)|حت|عت(?!اق)|خت|لت|شت|رت|بت|فت(?!اء))[\u0621-\u064a]{2,}"
    "|ت(?:فاق|حاد|صال|جاه|هام|خاذ|ساع|باع)[\u0621-\u064a]*|مت(?!اع|ام)[\u0621-\u064a]{2,}|نت(?!اج|ر|ان)[\u0621-\u064a]{3,})"
)
"""An initial إ where the pattern of the word has a plain ا: «إستخدام», «الإجتماع»."""

_PARTICLES = {
    "fa": frozenset(["از", "با", "را", "که", "این", "آن", "بر", "تا", "برای", "است"]),
    "ckb": frozenset(["لە", "بە", "بۆ", "کە", "ئەم", "ئەو", "لەگەڵ", "لەسەر", "بەڵام"]),
}


@cache
def _lexicon() -> tuple[Mapping[str, str], frozenset[str], frozenset[str]]:
    """Misspelt → right; frequent words; words that a stray letter seems to make and that are words all the same."""
    raw = resources.files("mujaz").joinpath("words", "spelling.yaml").read_bytes()
    data = parse(raw, "spelling.yaml").data
    wrong = dict(pair.split(":") for group in ("hamza", "ta-marbuta", "maqsura") for pair in data[group].split())
    return wrong, frozenset(data["frequent"].split()), frozenset(data["real"].split())


@cache
def _group(name: str) -> frozenset[str]:
    raw = resources.files("mujaz").joinpath("words", "spelling.yaml").read_bytes()
    return frozenset(pair.partition(":")[0] for pair in parse(raw, "spelling.yaml").data[name].split())


@cache
def _confusions() -> Mapping[str, str]:
    raw = resources.files("mujaz").joinpath("words", "spelling.yaml").read_bytes()
    return dict(pair.split(":") for pair in parse(raw, "spelling.yaml").data["confused"].split())


_PREFIXES = ("", "و", "ف", "ب", "ل", "ك", "وب", "ول", "وك", "فب", "فل")
_LONG = {"و": 3, "ف": 4, "ب": 4, "ل": 4, "ك": 5}
"""Of so many letters at least is a word that a prefix was written to: «فاو» and «كادت» are words of their own."""
_REPEATED = frozenset(
    re.findall(
        r"\S+",
        """
    قطرة خطوة كلمة صفحة درجة نقطة مادة جملة بلدة حبة لبنة دفعة طبقة سنة ساعة لحظة قرية مدينة زنقة دار بيت شارع
    واحد واحدة اثنان اثنين اثنتان اثنتين ثلاثة أربعة خمسة عشرة مئة ألف بي هو هي هم نحن أنت أنا
    جدا رويدا يوما شيئا حرفا سطرا بابا فصلا بندا صفا الله آمين كلا هيهات مهلا دواليك نعم لا
    محمد أحمد علي حسن حسين محمود إبراهيم صالح سالم عباس كريم خليل جاسم كاظم جعفر حمزة خالد سعد ناصر
    يوسف عيسى موسى داود سليمان زيد had that
    """,
    )
)


_SOUND: set[str] = set()
"""Words that were judged before and found right."""


def doubts(text: str) -> Iterator[int]:
    """Where Arabic text may hold a slip of its words."""
    words = set(_WORD.findall(text))
    new = words - _SOUND
    suspects = {word for word in new if _judge(word) is not None}
    _SOUND.update(new - suspects)
    if suspects:
        yield from (found.start() for found in _WORD.finditer(text) if found[0] in suspects)
    if _twice(text):
        yield from (found.start() for found in _DOUBLED.finditer(text))
    if "علي " in text:
        yield from (found.start() for found in _ALA.finditer(text))
    if any(pair in text for pair in _RIGHT):
        yield from (found.start() for found in _SWAPPED.finditer(text))
    if not words.isdisjoint(_SINGLE):
        yield from (found.start() for found in _ALONE.finditer(text))


def _twice(text: str) -> bool:
    """Whether a word may stand twice in a row; what is written to the front of a word is no part of it."""
    for mark in "(«[“*_`'\"":
        text = text.replace(mark, " ")
    words = text.split()
    rows = compress(pairwise(words), map(str.startswith, islice(words, 1, None), words))
    return any(_DOUBLED.search(f"{one} {two}") for one, two in rows)


def doubled(text: str, language: str = "ar") -> Iterator[Slip]:
    """A word that stands twice in a row.

    Persian and Kurdish double nouns and adverbs on purpose («کم کم»): of theirs, only particles are told of.
    """
    words = [word.strip(_MARKS) for word in text.split()]
    if not any(map(eq, words, words[1:])):
        return
    for found in _DOUBLED.finditer(text):
        if language in _PARTICLES and found[1] not in _PARTICLES[language]:
            continue
        if found[1] not in _REPEATED and not (found[1].isascii() and found[1][0].isupper()):
            yield Slip("word-doubled", found.start(), found.end(), found[0])


def spelling(text: str) -> Iterator[Slip]:
    """Hamzas and ta marbutas that are off, and what an extraction left."""
    words = set(_WORD.findall(text))
    suspects = {word for word in words if _judge(word) is not None}
    if suspects:
        quoted = [found.span() for found in _QUOTED.finditer(text)] if "«" in text else []
        for found in _WORD.finditer(text):
            if found[0] in suspects:
                inside = any(start < found.start() < end for start, end in quoted)
                yield from map(_left, _misspelt(found)) if inside else _misspelt(found)
    if "علي " in text:
        for found in _ALA.finditer(text):
            yield Slip("maqsura-slip", found.start(), found.end(), found[0], found[0][:-1] + "ى")
    if any(pair in text for pair in _RIGHT):
        for found in _SWAPPED.finditer(text):
            yield _swapped(text, found)
    if not words.isdisjoint(_SINGLE):
        for found in _ALONE.finditer(text):
            if _LABEL.search(text, max(0, found.start() - 12), found.start()) or _NUMBERED.match(text, found.end()):
                continue
            yield Slip("extraction-leftover", found.start(), found.end(), found[0])


_QUOTED = re.compile("«[^«»]*»")


def _left(slip: Slip) -> Slip:
    """A slip within quotation marks: it may be its author's, and whoever quotes decides."""
    return replace(slip, better=None, likely=slip.better or slip.likely)


def _swapped(text: str, found: re.Match[str]) -> Slip:
    """A lam and an alif that changed places. Where the word holds another pair, which one is right a person says."""
    end = _WORD.match(text, found.start())
    rest = text[found.end() : end.end() if end else found.end()]
    better = text[found.start() : found.start(2)] + _RIGHT[found[2]] + rest
    whole = text[found.start() : found.end()] + rest
    sure = "ال" not in rest and not any(pair in rest for pair in _RIGHT)
    return Slip(
        "extraction-leftover",
        found.start(),
        found.end() + len(rest),
        whole,
        better if sure else None,
        None if sure else better,
    )


@cache
def _judge(word: str) -> tuple[str, str | None] | None:
    """The rule that a word breaks and what is meant, or None."""
    wrong, frequent, real = _lexicon()
    bare = word.rstrip("\u064b\u064c\u064d")
    if bare in real or (bare[:1] in "وفبلك" and bare[1:] in real):
        return None
    for prefix in _PREFIXES:
        rest = word[len(prefix) :]
        if not word.startswith(prefix) or (prefix and len(rest) < _LONG[prefix[-1]]):
            continue
        if rest in wrong:
            better = wrong[rest]
            return _rule_of(rest), prefix + better if better != "?" else None
        if rest in _confusions():
            return "extraction-leftover", prefix + _confusions()[rest]
    if "ـ" not in word and (shape := _shaped(word)):
        return shape
    if "د" in word and len(word) > 3 and bare not in frequent:
        for at, letter in enumerate(word):
            if letter == "د" and at > 0:
                less = word[:at] + word[at + 1 :]
                if less in frequent or (less[:1] in "وفبل" and less[1:] in frequent and len(less) > 4):
                    return "extraction-leftover", None
    return None


def _rule_of(word: str) -> str:
    """The rule that a word of the lists breaks."""
    return next((f"{name}-slip" for name in ("ta-marbuta", "maqsura") if word in _group(name)), "hamza-slip")


def _shaped(word: str) -> tuple[str, str] | None:
    """What a word's shape alone tells: ه for ة behind «ال», and إ where a plain ا stands."""
    if word[-1] == "ه" and (found := _HEH.fullmatch(word)) and not _ILT.fullmatch(word):
        stem = re.sub("^[وفبكل]{0,2}ال|^[وف]?لل", "", word)
        if stem in _AH if stem.endswith("اه") else stem not in _HEH_RIGHT:
            return "ta-marbuta-slip", found[1] + "ة"
    if "إ" in word and (found := _WASL.match(word)):
        return "hamza-slip", f"{found[1]}ا{word[found.start(2) :]}"
    return None


def _misspelt(found: re.Match[str]) -> Iterator[Slip]:
    judged = _judge(found[0])
    if judged:
        rule, better = judged
        likely = None
        if better is None and rule == "hamza-slip":  # of أن and إن a person chooses
            seats = "أ" if "لان" in found[0] else "أإ"  # nothing begins with «لإن»
            likely = " / ".join(found[0].replace("ان", f"{seat}ن", 1) for seat in seats)
        yield Slip(rule, found.start(), found.end(), found[0], better, likely)
