"""A case of a rule → what the checker says of it; also writes the guides of rules, `python tests/judged.py`."""

from __future__ import annotations

import datetime
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

# ruff: noqa: E501 # the openings of the guides are printed line for line
ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "generator"))

from mujaz.problems import Problem  # noqa: E402 # run as a script, it must find the package first
from mujaz.report import Speaker  # noqa: E402
from mujaz.survey import survey  # noqa: E402

CASES = ROOT / "tests" / "cases" / "rules"
FAMILIES = ("argument", "evidence", "length", "language", "languages", "house")
HOUSE = ("colours", "organisation", "languages")
"""Keys of a sample that stand in mujaz.yaml."""
ELSEWHERE = ("references", "en", *HOUSE)
"""Keys of a sample that stand in files of their own."""
TODAY = datetime.date(2025, 6, 30)
SUMMARY = {"kind": "summary", "headline": "الري الحديث يوفّر الماء"}

HEADS = {
    "en": {
        "argument": ("The argument", "What the brief claims, and what it answers."),
        "evidence": ("The evidence", "What the claims rest on."),
        "length": ("The length", "Whether a reader in a hurry can follow."),
        "language": ("The language", "Whether the Arabic is clean."),
        "languages": (
            "The languages",
            "Whether the languages of a topic tell the same readers of the same things; `en` stands for its file en.yaml. `kept-differs` is an error.",
        ),
        "house": (
            "The house",
            "Whether what `mujaz.yaml` says can be read, in every language. `contrast-low` is an error.",
        ),
        "bad": "Told of",
        "said": "What is said",
        "good": "Silent",
    },
    "ar": {
        "argument": ("الحجة", "ما يدّعيه الموجز، وما يجيب عنه."),
        "evidence": ("الدليل", "ما تقوم عليه الدعاوى."),
        "length": ("الطول", "هل يتابعه قارئ مستعجل."),
        "language": ("اللغة", "هل العربية سليمة."),
        "languages": (
            "اللغات",
            "هل تقول لغات الموضوع الأشياء نفسها للقراء أنفسهم. و`en` في المثال ملفه en.yaml. و`kept-differs` خطأ لا تنبيه.",
        ),
        "house": ("المؤسسة", "هل يُقرأ ما اختارته في `mujaz.yaml`، وبكل لغة. و`contrast-low` خطأ لا تنبيه."),
        "bad": "ما يُنبَّه عليه",
        "said": "نص التنبيه",
        "good": "ما يُسكَت عنه",
    },
}
OPENINGS = {
    "en": """# The rules of `check`

`mujaz check` reads a topic as an editor would. Each rule has a name that stays, one bad and one good example below. The messages are those that the tool itself gives for the bad example.

A house weighs a rule otherwise in `mujaz.yaml`:

```yaml
rules:
  sentence-long: "off"
  number-uncited: error
```

The weights are `error` (stops the topic), `warning` and `off` (in quotation marks or not). An author silences a rule in one place, with the reason, by the key `allow` of a block, a point, the topic itself, or a reference:

```yaml
- kind: evaluation
  side: negative
  points:
    - id: old-figures
      headline: أرقام المسح قديمة
      allow:
        weakness-unanswered: المسح الجديد مقرر، ولا يحتاج إلى توصية
```

A silenced rule that nothing breaks any more is a warning itself (`allow-unused`), and so a silence does not outlive its reason.

The rule `leak`, by which a file is held back that tells an audience what it is kept from, belongs to `build`: it can be neither weighed nor silenced (`rule-fixed`). The rule `kept-differs` is an error in every house (`rule-firm`), and an author may still silence it in a place.

""",
    "ar": """# قواعد الأمر `check`

يقرأ الأمر `mujaz check` الموضوع كما يقرؤه محرر. لكل قاعدة اسم ثابت، وتحته مثال مخالف ومثال سليم. ونص التنبيه هو ما يقوله البرنامج نفسه عن المثال المخالف.

تغيّر المؤسسة وزن القاعدة في `mujaz.yaml`:

```yaml
rules:
  sentence-long: "off"
  number-uncited: error
```

والأوزان هي `error` (خطأ يوقف الموضوع) و`warning` (تنبيه) و`off` (ملغاة). ويُسكت الكاتب قاعدة في موضع واحد، مع السبب، بالمفتاح `allow` في كتلة أو نقطة أو في الموضوع نفسه أو في مرجع:

```yaml
- kind: evaluation
  side: negative
  points:
    - id: old-figures
      headline: أرقام المسح قديمة
      allow:
        weakness-unanswered: المسح الجديد مقرر، ولا يحتاج إلى توصية
```

والقاعدة المُسكتة التي لم يعد شيء يخالفها تنبيه هي نفسها (`allow-unused`)، فلا يبقى الإسكات بعد زوال سببه.

أما القاعدة `leak`، وبها يُمنع نشر ملف فيه ما حُجب عن جمهوره، فهي من قواعد `build`، ولا يُغيَّر وزنها ولا تُسكت (`rule-fixed`). والقاعدة `kept-differs` خطأ لدى كل مؤسسة لا يُغيَّر وزنه (`rule-firm`)، وللكاتب أن يُسكتها في موضع بعينه.

""",
}


def cases(family: str) -> list[dict[str, Any]]:
    """The cases of a family, as they stand in their file."""
    found: list[dict[str, Any]] = yaml.load((CASES / f"{family}.yaml").read_text("utf-8"), yaml.CBaseLoader)  # noqa: S506 # a base loader makes text only
    return found


def topic_of(sample: str | Mapping[str, Any]) -> dict[str, Any]:
    """The topic that a case's sample stands for."""
    bare = {"title": "ترشيد مياه الري", "date": "2025-01-15"}
    if isinstance(sample, str):
        return {**bare, "blocks": [{**SUMMARY, "gist": sample}]}
    return {**bare, "blocks": [SUMMARY], **{key: each for key, each in sample.items() if key not in ELSEWHERE}}


def judged(sample: str | Mapping[str, Any], language: str = "ar") -> tuple[Problem, ...]:
    """What the checker says of a sample."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        topic = root / "content/topics/t"
        topic.mkdir(parents=True)
        apart = {key: sample[key] for key in ELSEWHERE if key in sample} if isinstance(sample, Mapping) else {}
        own = {key: each for key, each in apart.items() if key in HOUSE}
        house = {"organisation": "المؤسسة", "languages": ["ar", "en"], **own}
        (root / "mujaz.yaml").write_text(yaml.safe_dump(house, allow_unicode=True), "utf-8")
        audiences = root / "content/audiences"
        audiences.mkdir()
        for path in (ROOT / "content/audiences").glob("*.yaml"):
            (audiences / path.name).write_bytes(path.read_bytes())
        (topic / f"{language}.yaml").write_text(yaml.safe_dump(topic_of(sample), allow_unicode=True), "utf-8")
        more = {"references": apart.get("references"), "en": topic_of(apart["en"]) if "en" in apart else None}
        for name, data in more.items():
            if data:
                (topic / f"{name}.yaml").write_text(yaml.safe_dump(data, allow_unicode=True), "utf-8")
        return survey(root, TODAY).problems


def shown(sample: str | Mapping[str, Any]) -> str:
    """A sample as the guide prints it."""
    if isinstance(sample, str):
        return f"```text\n{sample.strip()}\n```"
    text = yaml.safe_dump(dict(sample), allow_unicode=True, sort_keys=False, width=100)
    return f"```yaml\n{text.strip()}\n```"


def guide(language: str) -> str:
    """The guide of rules in a language."""
    return OPENINGS[language] + "\n".join(_sections(language)).rstrip() + "\n"


def _sections(language: str) -> Iterator[str]:
    heads, speaker = HEADS[language], Speaker(language)
    for family in FAMILIES:
        title, line = heads[family]
        yield f"## {title}\n\n{line}\n"
        told: set[str] = set()
        for case in cases(family):
            rule = case["rule"]
            if rule in told:
                continue
            told.add(rule)
            problem = next(each for each in judged(case["bad"], case.get("language", "ar")) if each.rule == rule)
            yield f"### `{rule}`\n"
            yield f"{heads['bad']}:\n\n{shown(case['bad'])}\n"
            yield f"{heads['said']}: {speaker.sentence(problem)} {speaker.hint(problem)}\n"
            yield f"{heads['good']}:\n\n{shown(case['good'])}\n"


if __name__ == "__main__":
    for each in ("ar", "en"):
        (ROOT / "docs" / f"rules.{each}.md").write_text(guide(each), "utf-8")
