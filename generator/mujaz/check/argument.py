"""`Entry` → gaps of its argument: what nothing answers, and what says nothing; judges no source and no language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from mujaz.check.texts import Whole, bare, place
from mujaz.model.blocks import (
    Block,
    Evaluation,
    Findings,
    Hypothesis,
    Mechanisms,
    Pointed,
    ProblemStatement,
    Recommendations,
    Scenarios,
)
from mujaz.model.content import Entry, Path
from mujaz.model.points import Side, Verdict
from mujaz.model.text import Wording
from mujaz.problems import Problem, Severity

RULES = frozenset(
    (
        "weakness-unanswered",
        "recommendation-idle",
        "answer-misplaced",
        "hypothesis-unproven",
        "hypothesis-one-sided",
        "question-unanswered",
        "likelihood-missing",
        "headline-empty",
    )
)


def argument(entry: Entry, whole: Whole) -> Iterator[Problem]:
    """What the argument leaves open."""
    yield from _answers(entry)
    yield from _hypotheses(entry)
    if entry.language in _STEMMED:
        yield from _questions(entry, whole)
    for number, block in enumerate(entry.topic.blocks):
        if isinstance(block, Scenarios):
            for at, point in enumerate(block.points):
                if point.likelihood is None:
                    yield _told("likelihood-missing", entry, ("blocks", number, "points", at), point.id)
    yield from _headlines(entry, whole)


def _told(rule: str, entry: Entry, path: Path, found: str) -> Problem:
    return Problem(rule, entry.source.where(path), {"found": found}, Severity.WARNING)


def _answers(entry: Entry) -> Iterator[Problem]:
    """Weaknesses and recommendations that have nothing to do with each other."""
    weak: dict[str, Path] = {}
    others: set[str] = set()
    advice: list[tuple[Path, str, tuple[str, ...]]] = []
    for number, block in enumerate(entry.topic.blocks):
        at: Path = ("blocks", number, "points")
        if isinstance(block, Evaluation) and block.side is Side.NEGATIVE:
            weak |= {point.id: (*at, place) for place, point in enumerate(block.points)}
        elif isinstance(block, Evaluation | Findings | Mechanisms):
            others |= {point.id for point in block.points}
        elif isinstance(block, Recommendations):
            others |= {point.id for point in block.points}
            advice += [((*at, place), point.id, point.answers) for place, point in enumerate(block.points)]
    if not weak or not advice:
        return
    answered = {each for _, _, answers in advice for each in answers}
    for name, path in weak.items():
        if name not in answered:
            yield _told("weakness-unanswered", entry, (*path, "id"), name)
    for path, name, answers in advice:
        if not answers:
            yield _told("recommendation-idle", entry, (*path, "id"), name)
        for number, each in enumerate(answers):
            if each in others:
                yield _told("answer-misplaced", entry, (*path, "answers", number), each)


def _hypotheses(entry: Entry) -> Iterator[Problem]:
    sides = {block.side for block in entry.topic.blocks if isinstance(block, Evaluation)}
    for number, block in enumerate(entry.topic.blocks):
        if isinstance(block, Hypothesis) and block.verdict is not Verdict.OPEN:
            path: Path = ("blocks", number, "verdict")
            if not sides:
                yield _told("hypothesis-unproven", entry, path, block.verdict.value)
            elif len(sides) == 1:
                yield _told("hypothesis-one-sided", entry, path, next(iter(sides)).value)


# ------------------------------------------------------------------------------------------------ questions

_STEMMED = ("ar", "en")
"""Languages whose words are compared by what is left of them without their grammar."""
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_FOLD = str.maketrans("أإآٱىةؤئ", "اااايهوي", "".join(chr(code) for code in range(0x064B, 0x0653)) + "ـ")
_PREFIX = re.compile(r"^(?:وال|بال|فال|كال|ولل|لل|ال|[وفبكل](?=\w{4}))(?=\w{3})")
_SUFFIX = re.compile(r"(?<=\w{3})(?:هما|اتها|اته|ات|ون|ين|ها|هم|يه|ته|تها|ان|ه|ي)$")
_STOP = frozenset(
    re.findall(
        r"\S+",
        """
    ما ماذا هل كيف لماذا متى اين من اي مدي هو هي هم في علي الي عن مع بعد قبل بين هذا هذه ذلك تلك التي الذي الذين
    ان كان كانت يكون تكون يمكن لا لم لن قد او ثم حول حتي عند كل وهل وما وكيف ومن الا منها فيها عليها له لها به
    بها اثر تاثير يوثر توثر دور متاح متاحه لذلك ممكن affect effect role what which who how why when where is are
    was were the a an of to in on for and or does do did can could
    should would it its their they this that these those by with from has have been be
    """,
    )
)
_KINDS = {
    "mechanisms": "خطوات إجراءات طرق سبل آلية آليات وسائل أدوات مجالات يعمل mechanism means tools",
    "evaluation": "عوائق معوقات تحديات عقبات مشكلات مزايا تقييم قوة ضعف إيجابي سلبي نجاح إخفاق أثر فاعلية "
    "evaluation strength weakness effect success",
    "concepts": "مفهوم مفاهيم معنى تعريف يعني concept meaning definition",
    "recommendations": "توصية توصيات ينبغي مطلوب معالجة تطوير علاج recommendation remedy improve",
    "legal-basis": "قانوني قانون أساس دستور مشروعية legal law basis",
    "scenarios": "سيناريو سيناريوهات محتملة مشاهد مشهد مستقبل احتمال scenario future",
    "actors": "أطراف طرف مواقف موقف جهات يتحمل actors parties positions",
    "implications": "آثار أثر تداعيات نتائج انعكاسات implications effects consequences",
    "timeline": "مراحل مرحلة تطور تاريخ stages history",
    "background": "خلفية أسباب تاريخ تطور background causes history",
    "findings": "نتائج خلاصة findings results",
    "figure": "أرقام حجم كم figures size",
    "table": "أرقام حجم كم كلفة figures size cost",
}
"""Words by which a question asks for a kind of block, whatever the block's own words are."""


@cache
def _root(word: str) -> str:
    """A word without what grammar adds to it, crude, for comparing words only; nothing of a word that carries none."""
    folded = word.lower().translate(_FOLD)
    if folded in _STOP:
        return ""
    return _SUFFIX.sub("", _PREFIX.sub("", folded))


def _folded(words: str) -> str:
    """A long text as roots are; `str.translate` would take ten times as long."""
    for one, other in _FOLDS:
        words = words.replace(one, other)
    return words.lower()


_FOLDS = [(chr(code), chr(other) if isinstance(other, int) else "") for code, other in _FOLD.items()]


def _roots(words: str) -> set[str]:
    return {_root(word) for word in _WORD.findall(_folded(words))} - {""}


def _questions(entry: Entry, whole: Whole) -> Iterator[Problem]:
    """Questions whose words no other block takes up."""
    asked: list[tuple[Path, Wording]] = [
        (("blocks", number, "questions", at), question)
        for number, block in enumerate(entry.topic.blocks)
        if isinstance(block, ProblemStatement)
        for at, question in enumerate(block.questions)
    ]
    if not asked:
        return
    title = _roots(entry.topic.title.default)
    blocks = list(_said(entry, whole))
    for path, question in asked:
        wanted = _roots(bare(question.default))
        # What is in the title, or in most blocks, answers nothing by itself.
        often = {root for root in wanted if sum(block.says(root) for block in blocks) * 2 > max(len(blocks), _FEW)}
        rare = wanted - title - often
        if wanted and not any(block.takes_up(rare or wanted) for block in blocks):
            yield _told("question-unanswered", entry, path, question.default)


@dataclass(frozen=True, slots=True)
class _Said:
    """The words of a block, and those that its kind is about."""

    text: str
    """Folded as roots are."""
    about: frozenset[str]

    def says(self, root: str) -> bool:
        """Whether a word stands in the block; a long one in whatever form."""
        if root not in self.text:
            return False
        return len(root) >= _LONG or any(_root(word) == root for word in self._words_with(root))

    def _words_with(self, root: str) -> Iterator[str]:
        """The words that hold a root, of a text in which only spaces part them."""
        at = self.text.find(root)
        while at >= 0:
            start, end = self.text.rfind(" ", 0, at) + 1, self.text.find(" ", at)
            yield self.text[start : end if end > 0 else None].strip(_MARKS)
            at = self.text.find(root, end) if end > 0 else -1

    def takes_up(self, wanted: set[str]) -> bool:
        """Whether the block speaks of a third of what is asked, the words that name its kind among them."""
        held = {root for root in wanted if self.says(root)} | (wanted & self.about)
        return bool(held) and len(held) * 3 >= len(wanted)


_LONG, _FEW = 4, 4
_MARKS = "،؛؟.:!«»()[]…\"'"


@cache
def _about(kind: str) -> frozenset[str]:
    return frozenset(_roots(_KINDS.get(kind, "")))


def _said(entry: Entry, whole: Whole) -> Iterator[_Said]:
    """Each block but the problem's own."""
    texts: dict[int, list[str]] = {}
    for text in whole.texts:
        if text.at[0] == "blocks":
            texts.setdefault(int(text.at[1]), []).append(text.bare)
    for number, block in enumerate(entry.topic.blocks):
        if not isinstance(block, ProblemStatement):
            said = " ".join(texts.get(number, ())).replace("\n", " ")
            kind = str(getattr(block, "kind", ""))
            yield _Said(_folded(said), _about(kind))


# ------------------------------------------------------------------------------------------------ headlines

_LABELS = {
    "summary": "الخلاصة خلاصة البحث الموجز ملخص summary brief",
    "importance": "أهمية الموضوع البحث الأهمية importance topic",
    "method": "المنهج منهج البحث منهجية method",
    "background": "خلفية الموضوع الخلفية background",
    "concepts": "المفاهيم مفهوم تعريف concept definition",
    "timeline": "التسلسل الزمني حدث محطة مرحلة event stage",
    "legal-basis": "الأساس القانوني نص قانوني legal basis text",
    "actors": "الأطراف ومواقفها طرف موقف actor position",
    "mechanisms": "الآليات آلية وسيلة mechanism",
    "evaluation": "التقييم مواطن القوة الضعف نقطة نقاط قوة ضعف إيجابية سلبية إيجابيات سلبيات strength weakness point",
    "implications": "الآثار المترتبة أثر آثار implication effect",
    "scenarios": "السيناريوهات سيناريو مشهد scenario",
    "findings": "النتائج نتيجة نتائج finding result",
    "recommendations": "التوصيات توصية recommendation",
}
_ORDINALS = (
    "الأول الأولى الثاني الثانية الثالث الثالثة الرابع الرابعة الخامس الخامسة السادس السادسة السابع السابعة الثامن "
    "الثامنة التاسع التاسعة العاشر العاشرة أول أولى رقم مهم مهمة عام عامة أخرى "
    "الموجز البحث الورقة الدراسة الموضوع المقال التقرير كبير كبيرة كبرى أبرز أهم بعض عدة متعددة مختلفة "
    "brief paper study report topic main major some several various "
    "first second third fourth fifth sixth seventh eighth ninth tenth number important general other one two three"
)


@cache
def _known(kind: str) -> frozenset[str]:
    """The words that say no more than that a block is of a kind."""
    return frozenset(_roots(f"{_LABELS.get(kind, '')} {_ORDINALS}"))


def _headlines(entry: Entry, whole: Whole) -> Iterator[Problem]:
    """Headlines that say no more than the title of their block."""
    known: dict[int, frozenset[str]] = {}
    title = bare(entry.topic.title.default).strip()
    pointed = {number for number, block in enumerate(entry.topic.blocks) if isinstance(block, Pointed)}
    for text in whole.texts:
        if text.audience is not None or text.at[-1] != "headline":
            continue
        number = int(text.at[1])
        if number not in known:
            known[number] = _titled(entry.topic.blocks[number])
        # One without any word stands where none was written, which was told.
        roots = [_root(found[0]) for found in _WORD.finditer(text.bare)]
        repeats = number not in pointed and text.bare.strip() == title
        if repeats or (roots and all(not root or root in known[number] for root in roots)):
            facts = {"found": text.words}
            yield Problem("headline-empty", place(entry, text), facts, Severity.WARNING)


def _titled(block: Block) -> frozenset[str]:
    """The words that a block says by its kind and its title."""
    return _known(str(getattr(block, "kind", ""))) | (_roots(block.title.default) if block.title else frozenset())
