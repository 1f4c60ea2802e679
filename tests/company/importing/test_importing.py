"""Imports in the small: what a mapping can say, and what comes of it."""

from __future__ import annotations

import datetime as dt
import gzip
import io
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from servicelab import company
from servicelab.cli import main
from servicelab.company import importing
from servicelab.company.importing import available, import_data
from servicelab.company.importing.personal import Pseudonyms
from servicelab.errors import UserError
from servicelab.i18n import use

from .conftest import CALLS, HEADER, ROW

START = "source:\n  format: csv\n"
TICKETS = START + "{source}tables:\n  tickets:\n    columns:\n      ticket_id: id\n      opened_at: at\n{columns}"


def tickets(source: str = "", columns: str = "") -> str:
    return TICKETS.format(source=source, columns=columns)


def test_an_export_becomes_a_table_that_loads(run, tmp_path: Path) -> None:
    report = run(CALLS, HEADER + ROW)
    assert report.complete
    assert report.written == {"calls": 1}
    call = company.load("calls", tmp_path / "out").iloc[0]
    assert (call.call_id, call.wait, call.served, call.service, call.kind) == ("1", 12, True, 60, "order")
    assert call.arrived_at == pd.Timestamp("2025-11-11 09:30")
    assert company.check(tmp_path / "out").empty
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["calls.csv", "datapackage.json"]


def test_a_folder_named_datasets_is_found_by_the_course(run, tmp_path: Path, monkeypatch) -> None:
    run(CALLS, HEADER + ROW)
    (tmp_path / "out").rename(tmp_path / "datasets")
    monkeypatch.chdir(tmp_path)
    assert len(company.load("calls")) == 1


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16", "utf-16-le", "big5", "utf-32"])
def test_encodings(run, tmp_path: Path, encoding: str) -> None:
    mapping = tickets(f"  encoding: {encoding}\n", "      topic: 主題\n")
    rows = "id,at,主題\n" + "".join(f"{n},2025-01-02,退貨 換貨 安裝\n" for n in range(40))
    report = run(mapping, rows.encode(encoding))
    assert report.complete, report.findings
    assert set(company.load("tickets", tmp_path / "out").topic) == {"退貨 換貨 安裝"}


@pytest.mark.parametrize("stated", ["gbk", "big5", "cp1252"])
def test_utf_8_that_is_called_something_else_is_not_garbled(run, stated: str) -> None:
    with pytest.raises(UserError, match="looks like utf-8"):
        run(tickets(f"  encoding: {stated}\n"), "id,at,t\n" + "1,2025-01-02,退货换货安装破损迟到\n" * 3)


@pytest.mark.parametrize(
    ("delimiter", "sign"), [("comma", ","), ("semicolon", ";"), ("tab", "\t"), ("pipe", "|"), ("auto", ";"), ("~", "~")]
)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_delimiters_and_line_ends(run, tmp_path: Path, delimiter: str, sign: str, end: str) -> None:
    export = end.join([f"id{sign}at", f"1{sign}2025-01-02", f"2{sign}2025-01-03", ""])
    assert run(tickets(f"  delimiter: '{delimiter}'\n"), export).complete
    assert company.load("tickets", tmp_path / "out").ticket_id.tolist() == ["1", "2"]


def test_gzip_and_lines_above_the_header(run, tmp_path: Path) -> None:
    export = gzip.compress(b"Exported by X\n\nid,at\n1,2025-01-02\nx,never\n")
    report = run(tickets("  skip: 2\n"), export, "export.csv.gz")
    assert report.written == {"tickets": 1}
    assert report.findings.row.tolist() == [5]


@pytest.mark.parametrize(
    ("source", "written", "becomes"),
    [
        ("", "2025-11-11T09:30:15.987", "2025-11-11 09:30:15"),
        ("", "2025-11-11T01:30:00Z", "2025-11-11 01:30:00"),
        ("", "2025-11-11T01:30+00", "2025-11-11 01:30:00"),
        ("", "2025-11-11 01:30Z", "2025-11-11 01:30:00"),
        ("  show_in: Asia/Shanghai\n", "2025-11-11T01:30:00Z", "2025-11-11 09:30:00"),
        ("  show_in: Asia/Shanghai\n", "2025-11-10T20:30:00-05:00", "2025-11-11 09:30:00"),
        ("  zone: UTC\n  show_in: Asia/Shanghai\n", "2025-11-11 01:30:00", "2025-11-11 09:30:00"),
        ("  zone: Asia/Shanghai\n", "2025-11-11 09:30:00", "2025-11-11 09:30:00"),
        ("  time: '%d/%m/%Y %H:%M'\n", "02/11/2025 9:30", "2025-11-02 09:30:00"),
        ("  time: '%Y年%m月%d日 %H时'\n", "2025年11月2日 9时", "2025-11-02 09:00:00"),
        ("  time: '%Y-%m-%d %H:%M%z'\n  show_in: Asia/Shanghai\n", "2025-11-02 09:30+0000", "2025-11-02 17:30:00"),
        ("  time: unix\n  show_in: Asia/Shanghai\n", "1762824600", "2025-11-11 09:30:00"),
        ("  time: unix_ms\n", "1762824600123", "2025-11-11 01:30:00"),
        ("  time: excel\n", "45972.395833333336", "2025-11-11 09:30:00"),
        # What a finding says can be written is taken: years from 1900 to 2100.
        ("", "1955-03-01 08:00:00", "1955-03-01 08:00:00"),
        # The clocks of New York went back at 02:00: the first 01:30 is meant.
        ("  zone: America/New_York\n  show_in: UTC\n", "2025-11-02 01:30:00", "2025-11-02 05:30:00"),
    ],
)
def test_times(run, tmp_path: Path, source: str, written: str, becomes: str) -> None:
    report = run(tickets(source), f"id,at\n1,{written}\n")
    assert report.complete, report.findings.to_string()
    assert str(company.load("tickets", tmp_path / "out").opened_at[0]) == becomes


@pytest.mark.parametrize(
    ("source", "written", "says"),
    [
        ("", "2023-02-29", "not a date"),
        ("", "11/11/2025", "not a date"),
        ("", "45972", "not a date"),
        ("", "2025-01-01 09Z", "not a date"),
        ("", "2025-01-01T0903Z", "not a date"),
        ("", "2025-01-01 09:00 Europe/Rome", "not a date"),
        ("", "2025-01-01T09:00+99:99", "not a date"),
        ("", "1025-11-11", "not a date"),
        ("", "1899-12-31", "not a date"),
        ("  time: unix\n", "-5", "not a date"),
        ("  time: '%d/%m/%Y'\n", "29/02/2023", "not a date"),
        ("  zone: America/New_York\n", "2025-03-09 02:30:00", "leapt over"),
    ],
)
def test_times_that_never_were(run, source: str, written: str, says: str) -> None:
    report = run(tickets(source), f"id,at\n1,{written}\n2,\n")
    assert not report.complete
    assert report.rejected == 2
    assert says in report.findings.problem[0]


def test_a_format_that_python_does_not_know_is_said(run) -> None:
    with pytest.raises(UserError, match="time format"):
        run(tickets("  time: '%Q'\n"), "id,at\n1,x\n")


NUMBERS = START + (
    "{source}tables:\n  calls:\n    columns:\n      call_id: id\n      arrived_at: {{value: 2025-01-01}}\n"
    "      wait: {{from: w, unit: {unit}}}\n      served: {{value: 'true'}}\n"
)


@pytest.mark.parametrize(
    ("source", "unit", "written", "seconds"),
    [
        ("", "seconds", " 12.5 ", 12.5),
        ("", "minutes", "1.5", 90),
        ("", "hours", "2", 7200),
        ("", "milliseconds", "1500", 1.5),
        ("", "clock", "1:02:03", 3723),
        ("", "clock", "2:03", 123),
        ("", "clock", "0:00:03.5", 3.5),
        ("  decimal: ','\n  thousands: '.'\n", "seconds", "1.234,5", 1234.5),
        ("  thousands: ','\n", "seconds", "1,234", 1234),
    ],
)
def test_numbers(run, tmp_path: Path, source: str, unit: str, written: str, seconds: float) -> None:
    report = run(NUMBERS.format(source=source, unit=unit), f'id,w\n1,"{written}"\n')
    assert report.complete, report.findings.to_string()
    assert company.load("calls", tmp_path / "out").wait[0] == seconds


@pytest.mark.parametrize("written", ["1:75", "abc", "0x10", "1e999", "nan", "--", "1 2"])
@pytest.mark.parametrize("unit", ["seconds", "clock"])
def test_what_is_no_number(run, written: str, unit: str) -> None:
    report = run(NUMBERS.format(source="", unit=unit), f"id,w\n1,{written}\n")
    assert report.rejected == 1
    assert report.written == {}
    assert "is it the right mapping" in report.sentence()


@pytest.mark.parametrize("written", ["9" * 40, "1e300", "inf", "4.5", "six", "0"])
def test_what_is_no_whole_number(run, tmp_path: Path, written: str) -> None:
    report = run(tickets(columns="      csat: c\n"), f"id,at,c\n1,2025-01-02,{written}\n2,2025-01-02,5\n")
    assert report.findings.column.tolist() == ["csat"]
    path = tmp_path / "out" / "tickets.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(",5,", f",{written},"), encoding="utf-8")
    assert company.check(tmp_path / "out").column.tolist() == ["csat"]


def test_codes_alternatives_parts_and_conditions(run, tmp_path: Path) -> None:
    mapping = START + (
        "tables:\n  calls:\n    keep: {type: [call]}\n    drop: {state: [test]}\n    columns:\n"
        "      call_id: {from: [line, id], join: '/'}\n      arrived_at: [begun, started]\n"
        "      wait: w\n      served: {from: state, codes: {done: 'true'}, other: 'false'}\n"
        "      service: {from: talk, when: {state: [done]}}\n      kind: {from: kind, empty: [none, '?']}\n"
        "      agent: {from: by, personal: false}\n    extra: [product]\n"
    )
    export = (
        "line,id,started,w,state,talk,kind,type,product,by\nA,1,2025-01-01,3,done,60,none,call,lamp,desk 1\n"
        "A,2,2025-01-01,3,lost,60,order,call,,\nA,3,2025-01-01,3,done,60,order,chat,sofa,\n"
        "A,4,2025-01-01,3,test,60,order,call,sofa,\n"
    )
    report = run(mapping, export)
    assert report.complete, report.findings.to_string()
    assert report.left_out == {"calls": 2}
    calls = company.load("calls", tmp_path / "out")
    assert calls.call_id.tolist() == ["A/1", "A/2"]
    assert calls.served.tolist() == [True, False]
    assert calls.service.isna().tolist() == [False, True]
    assert calls.kind.isna().tolist() == [True, False]
    assert calls["product"].isna().tolist() == [False, True]
    assert calls.agent[0] == "desk 1"
    assert "Left out by the mapping: calls 2" in report.sentence()


def test_a_ticket_export_gives_tickets_and_their_events(tmp_path: Path) -> None:
    source = tmp_path / "tickets.csv"
    source.write_text(
        "Ticket ID,Requester,Created at,First reply at,Solved at,Status,Assignee,Subject\n"
        "7,Zhang Wei,2025-01-01 09:00,2025-01-01 10:00,2025-01-02 09:00,solved,Li Na,Where is my sofa?\n"
        "8,Zhang Wei,2025-01-01 09:30,,,open,,请打 13812345678\n"
        "9,Wang,2025-01-01 09:30,2025-01-01 08:00,,open,,x\n",
        encoding="utf-8",
    )
    report = import_data("tickets-csv", source, tmp_path / "out")
    assert report.written == {"tickets": 2, "event_log": 4}
    assert report.rejected == 1
    assert "before opened_at" in report.findings.problem[0]
    log = company.load("event_log", tmp_path / "out")
    assert log[log.case_id == "7"].activity.tolist() == ["Opened", "First reply", "Resolved"]
    table = company.load("tickets", tmp_path / "out")
    assert table.customer_id.nunique() == 1
    assert table.text[1].startswith("请打 [phone P")
    assert company.check(tmp_path / "out").empty


def test_a_chinese_ticket_export_in_gbk(run, tmp_path: Path) -> None:
    mapping = (Path(importing.__file__).parent / "mappings" / "tickets-csv.yml").read_text(encoding="utf-8")
    export = "工单号,客户,创建时间,渠道,状态\n1,张伟,2025-01-01 09:00:00,电话,已关闭\n"
    report = run(mapping.replace("encoding: auto", "encoding: gbk"), export.encode("gbk"))
    assert report.complete, report.findings
    assert company.load("tickets", tmp_path / "out").channel.tolist() == ["电话"]


def test_a_workbook(run, tmp_path: Path) -> None:
    book, stream = openpyxl.Workbook(), io.BytesIO()
    book.active.append(["not this"])
    sheet = book.create_sheet("来电")
    sheet.append(["Exported 2025"])
    sheet.append(["id", "at", "wait", "ok", "talk", "kind", "who"])
    sheet.append([1, dt.datetime(2025, 11, 11, 9, 30), dt.time(0, 0, 12), True, None, "order", "Li Wei"])
    sheet.append([2, "2025-11-11 09:31", dt.timedelta(seconds=5), False, None, None, None])
    book.save(stream)
    mapping = CALLS.replace("csv\n  delimiter: comma", "xlsx\n  sheet: 来电\n  skip: 1\n  time: '%d.%m.%Y'")
    report = run(mapping.replace("wait: wait", "wait: {from: wait, unit: clock}"), stream.getvalue(), "export.xlsx")
    assert report.complete, report.findings.to_string()
    calls = company.load("calls", tmp_path / "out")
    assert calls.call_id.tolist() == ["1", "2"]
    assert calls.arrived_at[0] == pd.Timestamp("2025-11-11 09:30")
    assert calls.wait.tolist() == [12, 5]
    assert calls.served.tolist() == [True, False]
    with pytest.raises(UserError, match="no sheet 'x'"):
        run(mapping.replace("来电", "x"), stream.getvalue(), "export.xlsx")


def test_the_firms_own_tables_are_made_too(run, tmp_path: Path) -> None:
    """A table of the course with codes and a key of its own form, from another firm's words."""
    mapping = START + (
        "tables:\n  customers:\n    columns:\n      customer_id: nr\n"
        "      segment: {from: group, codes: {S: senior, F: new_family}}\n"
        "      city_tier: {from: tier, codes: {一线: '1'}}\n"
        "      joined_on: since\n      opted_in: {from: ads, codes: {Y: 'true', N: 'false'}}\n"
    )
    report = run(
        mapping, "nr,group,tier,since,ads\n88,S,一线,2020-05-01,Y\n89,F,一线,2020-02-30,N\n90,X,一线,2020-02-03,N\n"
    )
    assert report.written == {"customers": 1}
    assert report.findings.column.tolist() == ["joined_on", "segment"]
    assert report.findings.value.tolist() == ["2020-02-30", "X"]
    table = company.load("customers", tmp_path / "out")
    assert table.customer_id.str.fullmatch(r"K\d{18}").all()
    assert table.segment.tolist() == ["senior"]
    assert company.check(tmp_path / "out").empty


def test_people_stay_behind_pseudonyms_wherever_they_stand(run, tmp_path: Path) -> None:
    mapping = tickets(
        columns="      customer_id: who\n      csat: score\n      text: said\n"
        "    extra: [Customer name, mobile, product]\n"
    )
    people = ["Zhang Wei", "13812345678", "zhang.wei@example.com", "110101199003071234"]
    export = "id,at,who,score,said,Customer name,mobile,product\n" + (
        "1,2025-01-02,Zhang Wei,5,ring 138 1234 5678 or zhang.wei@example.com please,Zhang Wei,13812345678,lamp\n"
        "2,2025-01-02,zhang wei ,9,身份证110101199003071234。,Zhang Wei,13812345678,lamp\n"
        "3,2025-01-02,,Zhang Wei,+44 20 7946 0958,,,zhang.wei@example.com\n"
    )
    report = run(mapping, export)
    assert report.rejected == 2
    assert report.pseudonymised == ("tickets.customer_id", "tickets.Customer name", "tickets.mobile")
    for path in (tmp_path / "out").glob("*.csv"):
        text = path.read_text(encoding="utf-8-sig")
        for person in [*people, "138 1234 5678", "7946 0958"]:
            assert person not in text, (path.name, person)
    kept = run(mapping, export, keep_identifiers=True)
    assert kept.pseudonymised == ()
    assert "zhang.wei@example.com" in (tmp_path / "out" / "tickets.csv").read_text(encoding="utf-8")
    assert "Zhang Wei" in (tmp_path / "out" / "rejects.csv").read_text(encoding="utf-8")


def test_the_key_stays_outside_and_joins_two_imports(run, tmp_path: Path) -> None:
    key = tmp_path / "key"
    one = run(CALLS, HEADER + ROW, key=key)
    first = (one.out / "calls.csv").read_bytes()
    assert key.stat().st_mode & 0o077 == 0
    run(CALLS, HEADER + ROW)
    assert (one.out / "calls.csv").read_bytes() != first
    run(CALLS, HEADER + ROW, key=key)
    assert (one.out / "calls.csv").read_bytes() == first
    with pytest.raises(UserError, match="inside the output"):
        run(CALLS, HEADER + ROW, key=tmp_path / "out" / "key")
    with pytest.raises(UserError, match="exclude each other"):
        run(CALLS, HEADER + ROW, key=key, keep_identifiers=True)
    key.write_text("not a key", encoding="ascii")
    with pytest.raises(UserError, match="holds no key"):
        run(CALLS, HEADER + ROW, key=key)


@pytest.mark.parametrize(
    "text",
    [
        "我的电话是13812345678，谢谢",
        "tel. +86 138-1234-5678",
        "010-12345678",
        "(212) 555-0123",
        "a.b@c-d.cn",
        "a＠b.cn",
    ],
)
def test_numbers_and_addresses_are_found_in_text(text: str) -> None:
    assert "P" in Pseudonyms(b"k").text(text)
    assert Pseudonyms(b"k").text(text) != text


@pytest.mark.parametrize("text", ["order 4711 of 2025-11-11 09:30", "¥12,345.00", "D00012345 and C00012", "3 @ 5 each"])
def test_other_numbers_are_left_alone(text: str) -> None:
    assert Pseudonyms(b"k").text(text) == text


def test_many_findings_are_counted_and_not_listed(run) -> None:
    report = run(CALLS, HEADER + "".join(f"{n},2025-01-01,-1,yes,,,\n" for n in range(50)) + ROW.replace("1,", "x,", 1))
    assert report.rejected == 50
    assert len(report.findings) == 21
    assert "30 more like" in report.findings.problem.iloc[-1]


def test_what_an_earlier_import_left_is_renewed(run, tmp_path: Path) -> None:
    assert run(CALLS, HEADER + ROW + "2,never,1,yes,,,\n").rejects == tmp_path / "out" / "rejects.csv"
    assert run(CALLS, HEADER + ROW).rejects is None
    assert not (tmp_path / "out" / "rejects.csv").exists()
    assert not (tmp_path / "out" / "findings.csv").exists()


def test_keys_are_compared_across_batches(run, monkeypatch) -> None:
    monkeypatch.setattr("servicelab.company.importing.batches.ROWS", 7)
    rows = [ROW.replace("1,", f"{n},", 1) for n in range(100)]
    report = run(CALLS, HEADER + "".join(rows + rows[3:90:20]))
    assert report.written == {"calls": 100}
    assert report.findings.row.tolist() == [102, 103, 104, 105, 106]


def test_an_import_speaks_chinese(run) -> None:
    with use("zh"):
        report = run(CALLS, HEADER + ROW + "2,never,1,yes,,,\n")
        assert not report.findings.problem.str.contains("not").any()
        assert "读" in report.sentence()


def test_what_can_run_on_a_folder(tmp_path: Path, root: Path) -> None:
    course = tmp_path / "course"
    module = course / "modules" / "02_queues"
    module.mkdir(parents=True)
    (module / "lesson.md").write_text(
        "```{code-cell}\ncalls = load(\"calls\")\nload('orders')\n```\n", encoding="utf-8"
    )
    (module / "exercise.md").write_text("Nothing is loaded here.\n", encoding="utf-8")
    (module / "quiz.yml").write_text(
        'exercises:\n  - {id: ex-wait, setup: "calls = load(\\"calls\\")", answer: "calls.wait.mean()"}\n',
        encoding="utf-8",
    )
    data = tmp_path / "data"
    data.mkdir()
    (data / "calls.csv").write_text("x\n", encoding="utf-8")
    found = available(data, course).set_index("material")
    assert found.can_run.to_dict() == {
        "02_queues/exercise": True,
        "02_queues/lesson": False,
        "02_queues/ex-wait": True,
    }
    assert found.missing["02_queues/lesson"] == ["orders"]
    assert found.sentence["02_queues/lesson"] == "02_queues/lesson cannot run on this data: it needs orders (Orders)."
    with use("zh"):
        assert "订单" in available(data, course).set_index("material").sentence["02_queues/lesson"]
    with pytest.raises(UserError, match="no folder"):
        available(tmp_path / "nowhere")


def test_all_of_the_course_can_run_on_the_firms_own_data(root: Path) -> None:
    found = available(root / "datasets", root / "course")
    assert "01_needs/lesson" in set(found.material)
    assert found.can_run.all()
    assert found.needs.map(len).sum() > 5


@pytest.mark.parametrize(
    ("old", "new", "column", "says"),
    [
        (",12.0,", ",-12.0,", "wait", "not one this column can hold"),
        (",True,", ",False,", "service", "was not served"),
        ("2025-11-11", "2023-02-29", "arrived_at", "not a date"),
        (",True,", ",perhaps,", "served", "not True or False"),
    ],
)
def test_check_knows_the_imported_tables(run, old: str, new: str, column: str, says: str) -> None:
    folder = run(CALLS, HEADER + ROW).out
    text = (folder / "calls.csv").read_text(encoding="utf-8-sig")
    assert old in text
    (folder / "calls.csv").write_text(text.replace(old, new), encoding="utf-8")
    findings = company.check(folder)
    assert findings.table.tolist() == ["calls"]
    assert findings.column.tolist() == [column]
    assert says in findings.problem[0]


def test_the_page_on_mappings_is_a_mapping(tmp_path: Path) -> None:
    """What the README shows is read by the program that it describes."""
    from servicelab.company.importing.mapping import read_mapping

    page = (Path(importing.__file__).parent / "mappings" / "README.md").read_text(encoding="utf-8")
    (tmp_path / "page.yml").write_text(page.split("```yaml\n")[1].split("```")[0], encoding="utf-8")
    mapping = read_mapping(tmp_path / "page.yml")
    assert mapping.source.encoding == "gb18030"
    assert len(mapping.targets[0].fields) == 7


@pytest.mark.parametrize("options", [[], ["bank-call-log"], ["bank-call-log", "export.txt"]])
def test_the_command_asks_for_what_is_missing(options: list[str], capsys) -> None:
    assert main(["data", "import", *options]) == 1
    assert "data import MAPPING SOURCE --out DIR" in capsys.readouterr().err


def test_check_and_generate_take_one_folder(capsys) -> None:
    assert main(["data", "check", "a", "b"]) == 1
    assert "one too many" in capsys.readouterr().err
