"""Items that can be solved, or say that something is assessed, for the wrong reason."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from servicelab.course.declared import Text, read, texts
from servicelab.course.deskfile import Choice, Desk
from servicelab.course.layout import READ, catalogue_path
from servicelab.course.quizfile import Offer, QuizFile
from servicelab.publish.catalogues import Catalogue, catalogue_file, document_messages
from servicelab.publish.checks.coverage import assessed, curriculum
from servicelab.publish.findings import Gap
from servicelab.publish.sources import Course, Unit

TELLING = 0.4
"""Share of the single-choice items whose right option may be the longest; by chance it is a third or a quarter."""
DESK_TELLING = 0.5
"""Share of a desk's moments at which the best sentence may be the longest; some have two sentences only."""
CHINESE = re.compile(r"[\u4e00-\u9fff]")
TOKENS = {"en": (re.compile(r"[a-z0-9]+(?:['’][a-z]+)?"), 8, " "), "zh": (re.compile(r"[\u4e00-\u9fff0-9]"), 12, "")}
"""By language: what counts as a word, how many in a row the lesson and a graded item may not share, what joins them."""


class Asked(NamedTuple):
    """An item that offers options, wherever it stands: its source, its id, its kind, and the ids of the right ones."""

    source: str
    id: str
    kind: str
    prompt: str
    options: tuple[Offer, ...]
    right: frozenset[str]


def asked(quiz: QuizFile, decisions: Mapping[str, Any]) -> list[Asked]:
    """Every item of a unit that offers options; `decisions` are the right ones of those that are graded."""
    found = [
        Asked("quiz", each.id, each.kind, each.prompt, each.options, frozenset(each.right))
        for each in (*quiz.quiz, *quiz.recall)
    ]
    for each in quiz.decisions:
        if each.options:
            value = decisions[each.id]
            right = frozenset(map(str, value)) if isinstance(value, list) else frozenset({str(value)})
            found.append(Asked("exercise", each.id, each.kind, each.prompt, each.options, right))
    return found


def distractors(course: Course, unit: Unit, quiz: QuizFile, decisions: Mapping[str, Any]) -> Iterator[Gap]:
    """Ids that are assessed only where their name is an option to be passed over: whoever never heard of them passes.

    A misconception is assessed by exactly such an option.
    """
    items = {(each.source, each.id): each for each in asked(quiz, decisions)}
    names = {key: str(item["en"] or "").split(" (")[0].casefold() for key, item in curriculum(course).items()}
    passed: dict[str, list[bool]] = {}
    for key, reference in assessed(course):
        place, _hash, name = reference.partition("#")
        home, _slash, source = place.partition("/")
        if key in names and not key.startswith("X"):
            item = items.get((source, name)) if home == unit.id else None
            passed.setdefault(key, []).append(item is not None and _passed_over(names[key], item))
    here = {key for key, reference in assessed(course) if reference.startswith(f"{unit.id}/")}
    for key in sorted(here & passed.keys()):
        if all(passed[key]):
            problem = f"{key} ({names[key]}) is assessed only by an option that is there to be wrong"
            remedy = "Assess it where it is the answer, and name that item here"
            yield Gap("distractor", key, course.coverage.finding((key, "assessed"), key, problem, remedy))
    if not here:
        remedy = f'Write assessed: ["{unit.id}/quiz#…"] where one is'
        finding = course.coverage.finding((), unit.id, f"no id is assessed in {unit.id}", remedy)
        yield Gap("distractor", unit.id, finding)


def _passed_over(name: str, item: Asked) -> bool:
    """Whether a name stands in wrong options, and neither in the question nor in what is right."""
    wrong = " ".join(option.text for option in item.options if option.id not in item.right)
    right = " ".join(
        f"{option.text} {getattr(option, 'because', '')}" for option in item.options if option.id in item.right
    )
    return name in wrong.casefold() and name not in f"{item.prompt} {right}".casefold()


def tells(course: Course, unit: Unit, quiz: QuizFile, decisions: Mapping[str, Any]) -> Iterator[Gap]:
    """A unit in which whoever takes the longest option does well."""
    items = [each for each in asked(quiz, decisions) if each.kind == "choice"]
    if not items:
        problem, remedy = "there is no single-choice item in this unit", "Write `kind: choice` items"
        yield Gap("tell", unit.id, unit.quiz.finding((), unit.id, problem, remedy))
        return
    chinese = Catalogue(course.root / catalogue_path(unit.id, "quiz"))
    said: dict[str, Callable[[Asked, Offer], str]] = {
        "en": lambda _item, option: option.text,
        "zh": lambda item, option: chinese.translate(f"{item.id}.{option.id}.text", option.text),
    }
    for language, words in said.items():
        shown = {item.id: {option.id: words(item, option) for option in item.options} for item in items}
        written = "".join(text for options in shown.values() for text in options.values())
        if language == "zh" and not CHINESE.search(written):
            # Not translated yet: that is the catalogues' matter.
            continue
        telling = [item.id for item in items if longest(shown[item.id]) == item.right]
        if len(telling) > TELLING * len(items):
            problem = (
                f"the right option is the longest in {len(telling)} of {len(items)} single-choice items "
                f"({language}: {', '.join(telling)})"
            )
            remedy = "Write each wrong option as a colleague would say it, at the same length"
            yield Gap("tell", f"{unit.id}/{language}", unit.quiz.finding(("quiz",), unit.id, problem, remedy))


def desk_tells(course: Course, unit: Unit) -> Iterator[Gap]:
    """A desk at which whoever takes the longest sentence does well; the best one moves the meters up most."""
    source = unit.desk
    if source is None:
        return
    desk = read(Desk, source.data)
    chinese = Catalogue(course.root / catalogue_path(unit.id, "desk"))
    moments = {key: node.choices for key, node in desk.nodes.items() if node.choices}
    for language in ("en", "zh"):
        shown = {
            key: {
                each.id: each.say if language == "en" else chinese.translate(f"{key}.{each.id}.say", each.say)
                for each in choices
            }
            for key, choices in moments.items()
        }
        if language == "zh" and not CHINESE.search("".join(text for says in shown.values() for text in says.values())):
            continue
        telling = [key for key, choices in moments.items() if longest(shown[key]) == _best(choices)]
        if len(telling) > DESK_TELLING * len(moments):
            problem = (
                f"the best sentence is the longest at {len(telling)} of {len(moments)} moments "
                f"({language}: {', '.join(telling)})"
            )
            remedy = "Give the wrong ones the politeness that people really use, or shorten the best"
            yield Gap("tell", f"{unit.id}/desk/{language}", source.finding(("nodes",), unit.id, problem, remedy))


def _best(choices: Iterable[Choice]) -> frozenset[str]:
    """The ids of the choices after which the meters stand highest."""
    gained = {each.id: sum(each.effect.values()) for each in choices}
    return frozenset(key for key, effect in gained.items() if effect == max(gained.values()))


def longest(options: Mapping[str, str]) -> frozenset[str]:
    """The ids of the longest options: one, unless several are as long."""
    most = max(map(len, options.values()))
    return frozenset(key for key, text in options.items() if len(text) == most)


def echoes(course: Course, unit: Unit) -> Iterator[Gap]:
    """Graded items that share words in a row with the lesson: they are recognised, not solved."""
    decisions = {str(item.get("id")): index for _name, index, item in unit.items("decisions")}
    listed = list(texts(QuizFile, unit.quiz.data))
    document = unit.documents[READ[unit.kind]]
    said = [Text((), message.context or "", message.text) for message in document_messages(document)]
    graded = [text for text in listed if text.path[0] == "decisions"]
    formative = [text for text in listed if text.path[0] != "decisions"]
    if not graded or not said:
        problem, remedy = "there is no graded item to hold against the lesson", "Write `decisions:`"
        yield Gap("echo", unit.id, unit.quiz.finding((), unit.id, problem, remedy))
        return
    quiz = Catalogue(course.root / catalogue_path(unit.id, "quiz"))
    lesson = Catalogue(course.root / catalogue_file(document))
    for language in TOKENS:
        known = set(runs(said, lesson, language)) | set(runs(formative, quiz, language))
        for key, index in decisions.items():
            own = [text for text in graded if text.path[1] == index]
            shared = next((run for run in runs(own, quiz, language) if run in known), "")
            if shared:
                problem = f"“{shared}” stands in the lesson as well ({language})"
                remedy = "Ask it in other words, of another customer"
                finding = unit.quiz.finding(("decisions", index), key, problem, remedy)
                yield Gap("echo", f"{unit.id}/{key}/{language}", finding)


def runs(listed: Iterable[Text], chinese: Catalogue, language: str) -> Iterator[str]:
    """Every run of words in texts, in one language."""
    token, length, between = TOKENS[language]
    for text in listed:
        words = text.text if language == "en" else chinese.translate(text.context, text.text)
        tokens = token.findall(words.casefold())
        for start in range(len(tokens) - length + 1):
            yield between.join(tokens[start : start + length])
