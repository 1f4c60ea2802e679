"""The firm's rules: as they are declared, as they are translated, and as notebooks call for them."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from servicelab.course.declared import mistakes, read, texts
from servicelab.course.layout import catalogue_path
from servicelab.course.policyfile import NAMED, PolicyFile
from servicelab.publish.catalogues import Catalogue
from servicelab.publish.findings import Finding
from servicelab.publish.sources import CODE, Course, parses

CALL = "figures.policy"


def policy_findings(course: Course) -> Iterator[Finding]:
    """What is wrong in `policy.yml` and its translation, and rules that a notebook shows and nobody wrote."""
    document = course.policy
    if document.findings:
        return
    wrong = mistakes(PolicyFile, document.data)
    for path, problem, remedy in wrong:
        yield document.finding(path, _named(document.data, path), problem, remedy)
    if wrong:
        return
    file = catalogue_path("", "policy")
    chinese = Catalogue(course.root / file)
    for text in texts(PolicyFile, document.data):
        theirs = chinese.translate(text.context, text.text)
        if set(NAMED.findall(text.text)) != set(NAMED.findall(theirs)):
            problem = "the numbers in braces differ from the English"
            yield Finding(file, 0, text.context, problem, "Use the same names in braces in the translation")
    known = {rule.id for rule in read(PolicyFile, document.data).rules}
    for source in course.documents:
        for cell in source.cells:
            for line, name in _shown(cell.source) if cell.kind == CODE else ():
                if name not in known:
                    remedy = f"Take one of {', '.join(sorted(known))}"
                    problem = f"there is no rule called {name}"
                    yield Finding(source.file, cell.first_line + line - 1, cell.name, problem, remedy)


def _named(data: object, path: tuple[str | int, ...]) -> str:
    """What a mistake is about, as its author calls it: a rule's id, or a key of the file."""
    if len(path) > 1 and path[0] == "rules" and isinstance(data, dict):
        rule = data["rules"][path[1]]
        return str(rule.get("id") or f"rule {int(path[1]) + 1}") if isinstance(rule, dict) else "rules"
    return str(path[1] if len(path) > 1 else path[0] if path else "")


def _shown(code: str) -> Iterator[tuple[int, str]]:
    """The ids that a cell's calls of the figure name, each with its line in the cell."""
    for node in ast.walk(ast.parse(code)) if CALL in code and parses(code) else ():
        if isinstance(node, ast.Call) and ast.unparse(node.func) == CALL:
            for argument in (*node.args, *(keyword.value for keyword in node.keywords)):
                for each in ast.walk(argument):
                    if isinstance(each, ast.Constant) and isinstance(each.value, str):
                        yield each.lineno, each.value
