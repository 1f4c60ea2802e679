"""The base of every control: state follows value, text stands in for the picture, labels speak the language."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from servicelab.i18n import language, use
from servicelab.widgets import Interactive
from servicelab.widgets.house import CODE, LIVE_PAGE, text_table

WIDGETS = Path(sys.modules["servicelab.widgets"].__file__ or "").parent


class Doubler(Interactive):
    """The smallest control there can be."""

    view = "doubler.js"

    def derive(self, value: dict[str, Any]) -> dict[str, Any]:
        n = value.get("n", 1) if isinstance(value.get("n", 1), int) else 1
        return {
            "at": {"n": n},
            "twice": 2 * n,
            "text": f"{language()}: twice {n} is {2 * n}.",
            "table": {"caption": "Doubles", "columns": ["n", "twice"], "rows": [[n, 2 * n]]},
        }

    def name(self) -> str:
        return "Doubler"

    def words(self) -> dict[str, str]:
        return {"n": "Number"}


def test_state_follows_value_from_the_start_and_after_every_change() -> None:
    control = Doubler({"n": 3})
    assert control.state["twice"] == 6
    control.value = {"n": 5}
    assert control.state["twice"] == 10


class SlowDoubler(Doubler):
    """The same, for which somebody waits."""

    view = "doubler.js"
    slow = True


def test_what_is_slow_is_made_when_it_is_seen_on_a_trainees_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(LIVE_PAGE, "1")
    made: list[str] = []

    def content() -> dict[str, str]:
        made.append(language())
        return {"said": "once"}

    with use("zh"):
        control = SlowDoubler({"n": 3}, content=content)
    assert (control.ready, control.state, control.content, made) == (False, {}, {}, [])
    # What is restored from the sheet is there when it is made.
    control.value = {"n": 5}
    assert control.state == {}
    assert control.text() == "Doubler"
    for _again in range(2):
        control._answer(control, {"sight": True}, [])
    assert (control.ready, control.state["twice"], control.content, made) == (True, 10, {"said": "once"}, ["zh"])
    assert control.state["text"].startswith("zh:")
    control.value = {"n": 6}
    assert control.state["twice"] == 12


def test_what_is_made_late_is_sent_whole_in_one_message(monkeypatch: pytest.MonkeyPatch) -> None:
    """In several, a view would draw a state whose content is not there."""
    monkeypatch.setenv(LIVE_PAGE, "1")
    control = SlowDoubler(content={"said": "once"})
    sent: list[set[str]] = []
    monkeypatch.setattr(control, "send_state", lambda key=None: sent.append({key} if isinstance(key, str) else {*key}))
    control._answer(control, {"sight": True}, [])
    assert sent == [{"content", "state", "ready"}]


def test_what_is_slow_and_cannot_be_made_says_why_where_it_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(LIVE_PAGE, "1")

    def broken() -> dict[str, str]:
        raise ValueError("no table here")

    with use("zh"):
        control = SlowDoubler(content=broken)
    with pytest.raises(ValueError, match="no table here"):
        control._answer(control, {"sight": True}, [])
    assert not control.ready
    assert control.labels["preparing"] == "没能准备好：no table here"


def test_whoever_asks_whether_python_is_there_is_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[object] = []
    control = Doubler()
    monkeypatch.setattr(control, "send", sent.append)
    control._answer(control, {"look": True}, [])
    assert sent == []
    control._answer(control, {"ping": True}, [])
    assert sent == [{"pong": True}]


def test_what_is_slow_is_made_at_once_where_a_notebook_is_executed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(LIVE_PAGE, raising=False)
    control = SlowDoubler({"n": 3}, content=lambda: {"said": "once"})
    assert (control.ready, control.state["twice"], control.content) == (True, 6, {"said": "once"})


def test_a_change_from_the_front_end_reaches_the_state() -> None:
    control = Doubler()
    control.set_state({"value": {"n": 7}})  # what ipywidgets calls when the comm brings an update
    assert control.state["at"] == {"n": 7}
    assert control.state["twice"] == 14


def test_later_derivations_keep_the_language_the_control_was_made_in() -> None:
    with use("zh"):
        control = Doubler()
    control.value = {"n": 2}
    assert control.state["text"].startswith("zh:")
    assert control.labels["locale"] == "zh-CN"


def test_plain_text_is_title_summary_and_table() -> None:
    control = Doubler({"n": 4})
    assert control.text() == "Doubler\nen: twice 4 is 8.\nDoubles\nn  twice\n4  8"
    data, _metadata = control._repr_mimebundle_()
    assert data["text/plain"] == control.text()
    assert "application/vnd.jupyter.widget-view+json" in data


def test_the_module_is_the_house_followed_by_the_view_and_asks_no_network() -> None:
    module = Doubler._esm
    house = [(WIDGETS / "house" / name).read_text(encoding="utf-8") for name in CODE]
    assert module.startswith("\n".join(house))
    assert module.rstrip().endswith(Path(__file__).with_name("doubler.js").read_text(encoding="utf-8").rstrip())
    views = [*WIDGETS.rglob("*.js")]
    assert {view.name for view in views} == {*CODE, "view.js"}
    for view in views:
        source = view.read_text(encoding="utf-8")
        assert "import " not in source, view
        assert source.replace("http://www.w3.org/2000/svg", "").count("http") == 0, view
    for styles in WIDGETS.rglob("*.css"):
        assert "url(" not in styles.read_text(encoding="utf-8"), styles


def test_a_view_asks_only_for_strings_that_python_sends() -> None:
    """`t("…")` of a key that no `words()` has would show the key itself."""
    house = {"title", "locale", "table", "colon", "percent", "yuan", "saved", "stale"}
    views = [*WIDGETS.rglob("view.js")]
    assert len(views) > 4
    for view in views:
        sent = words_sent((view.parent / "__init__.py").read_text(encoding="utf-8")) | house
        asked = set(re.findall(r'\bt\("(\w+)"', view.read_text(encoding="utf-8")))
        assert asked, view
        assert asked <= sent, (view, asked - sent)


def words_sent(python: str) -> set[str]:
    """The keys of what a `words()` makes, however it is laid out."""
    made = [node for node in ast.walk(ast.parse(python)) if isinstance(node, ast.FunctionDef) and node.name == "words"]
    keys = [key for each in made for node in ast.walk(each) if isinstance(node, ast.Dict) for key in node.keys]
    return {key.value for key in keys if isinstance(key, ast.Constant) and isinstance(key.value, str)}


def test_no_control_writes_over_a_string_of_the_house() -> None:
    """What every control says of itself (saved, silent) would be said in one control's own words."""
    house = ast.parse((WIDGETS / "house" / "__init__.py").read_text(encoding="utf-8"))
    labels = next(
        node.value for node in ast.walk(house)
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Dict)
        and [name.id for name in node.targets if isinstance(name, ast.Name)] == ["labels"]
    )  # fmt: skip
    ours = {key.value for key in labels.keys if isinstance(key, ast.Constant)}
    assert {"title", "saved", "saving", "stale", "table"} <= ours
    for control in [*WIDGETS.rglob("*.py"), *(WIDGETS.parent / "learn" / "controls").rglob("*.py")]:
        assert not words_sent(control.read_text(encoding="utf-8")) & ours, control


def test_the_keys_of_words_are_found_and_no_others() -> None:
    python = 'def words(self):\n    return {"a": _("A"), **more, "b": self._lead}\n\ndef x():\n    return {"c": 1}\n'
    assert words_sent(python) == {"a", "b"}


@pytest.mark.parametrize("heavy", ["pandas", "sklearn", "matplotlib", "scipy", "jieba"])
def test_importing_widgets_loads_nothing_heavy(heavy: str) -> None:
    code = f"import sys, servicelab.widgets; from servicelab.widgets import explore; print({heavy!r} in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_text_table_aligns_chinese_by_its_width() -> None:
    lines = text_table(["类别", "n"], [["功能", 1], ["emotional", 20]]).splitlines()
    assert lines == ["类别       n", "功能       1", "emotional  20"]


def test_state_and_content_are_plain_json(kano_survey: Any, features: Any) -> None:
    from servicelab.widgets import explore

    control = explore.kano(kano_survey, features)
    for sent in (control.state, control.content, control.labels):
        assert json.loads(json.dumps(sent, allow_nan=False)) == sent
