"""Real exports end to end: the bank's call log and the help desk's event log give the facts printed of them."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from servicelab import company
from servicelab.cli import main
from servicelab.company.importing import import_data
from servicelab.models.process import cycle_times, dependency, directly_follows, rework_rate, variants
from servicelab.models.queueing import (
    call_log_facts,
    erlang_a_metrics,
    estimate_patience,
    hourly_profile,
    measured_metrics,
    queue_path,
    recontact_rates,
    service_by_kind,
)

pytestmark = pytest.mark.realdata


@pytest.fixture(scope="module")
def bank(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("bank")
    source = real_data / "anonymous_bank" / "data_anonymous_bank_february.txt"
    assert main(["data", "import", "bank-call-log", str(source), "--out", str(out)]) == 0
    return out


def test_the_bank_gives_its_printed_facts(bank: Path) -> None:
    """../shared/data/README.md, to the digits printed there."""
    calls = company.load("calls", bank)
    assert len(calls) == 33_344 - 278
    facts = call_log_facts(calls)
    assert round(facts.served, 2) == 0.82
    assert round(facts.hung_up, 2) == 0.18
    assert round(facts.abandoned_in_queue, 3) == 0.119
    assert round(facts.waited, 3) == 0.545
    assert round(facts.mean_wait_of_waiting) == 76
    assert round(facts.service_mean) == 177
    assert facts.service_median == 107
    assert round(facts.service_cv2, 2) == 1.51
    assert round(facts.log_service_mean, 2) == 4.78
    assert round(facts.log_service_sd, 2) == 0.95
    kinds = service_by_kind(calls)
    assert [round(kinds[kind]) for kind in ("NW", "PS", "NE")] == [115, 194, 296]
    hours = hourly_profile(calls)
    assert hours.idxmax() == 10
    assert round(hours[10], 3) == 0.084
    assert round(hours[13], 3) == 0.078
    again = recontact_rates(calls, within=3600)
    assert round(again.after_abandonment, 2) == 0.48
    assert round(again.after_service, 2) == 0.14


def test_the_queueing_lesson_runs_on_the_bank(bank: Path) -> None:
    calls = company.load("calls", bank)
    queued = calls[calls.wait > 0]
    path = queue_path(queued)
    assert path.iloc[-1] == 0
    hour = calls[(calls.arrived_at.dt.hour == 10) & (calls.arrived_at.dt.day_of_week < 4)]
    days = hour.arrived_at.dt.date.nunique()
    seen = measured_metrics(hour, 20, duration=3600 * days)
    rate, aht = len(hour) / (3600 * days), float(hour.service.mean())
    said = erlang_a_metrics(rate, aht, 8, estimate_patience(hour[hour.wait > 0]), 20)
    assert 0 < seen.p_abandon < 0.5
    assert 0 < said.p_abandon < 0.5


def test_nobody_at_the_bank_is_named(bank: Path) -> None:
    calls = company.load("calls", bank)
    assert calls.customer_id.dropna().str.fullmatch(r"K\d{18}").all()
    assert calls.agent.dropna().str.fullmatch(r"A\d{18}").all()
    assert calls.agent.nunique() == 24  # 25 names on the log, one of which is NO_SERVER
    assert "DORIT" not in (bank / "calls.csv").read_text(encoding="utf-8")
    assert company.check(bank).empty


@pytest.mark.parametrize(
    ("mapping", "file", "cases", "events", "ways"),
    [
        ("help-desk-xes", "helpdesk.xes.gz", 4580, 21_348, 226),
        ("xes", "helpdesk.xes.gz", 4580, 21_348, 226),
        # The coded extract is a shorter log of the same desk; counted from the file with the standard library.
        ("help-desk-csv", "helpdesk.csv", 3804, 13_710, 154),
    ],
)
def test_the_help_desk_gives_its_published_counts(
    real_data: Path, tmp_path: Path, mapping: str, file: str, cases: int, events: int, ways: int
) -> None:
    """Polato (2017), 4TU.ResearchData: 4,580 cases, 21,348 events, 226 variants."""
    report = import_data(mapping, real_data / "helpdesk_log" / file, tmp_path)
    assert report.complete
    assert report.written == {"event_log": events}
    log = company.load("event_log", tmp_path)
    assert log.case_id.nunique() == cases
    found = variants(log)
    assert len(found) == ways
    assert found.cases.sum() == cases
    follows = directly_follows(log)
    assert follows.to_numpy().sum() == events - cases
    assert dependency(follows).abs().to_numpy().max() < 1
    assert (cycle_times(log) >= 0).all()
    assert 0 < rework_rate(log) < 1
    assert company.check(tmp_path).empty


def test_two_exports_share_a_folder(bank: Path, real_data: Path) -> None:
    import_data("help-desk-xes", real_data / "helpdesk_log" / "helpdesk.xes.gz", bank)
    assert company.tables(bank)["table"].tolist() == ["calls", "event_log"]
    assert company.check(bank).empty


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_the_bank_as_a_spreadsheet_saves_it(real_data: Path, tmp_path: Path, encoding: str) -> None:
    raw = pd.read_csv(real_data / "anonymous_bank" / "data_anonymous_bank_february.txt", sep="\t", dtype=str)
    raw.head(500).to_csv(tmp_path / "bank.txt", sep="\t", index=False, encoding=encoding)
    report = import_data("bank-call-log", tmp_path / "bank.txt", tmp_path / "out")
    assert report.complete
    assert report.read == 500


def test_a_mutilated_copy_of_the_bank_is_taken_apart_row_by_row(real_data: Path, tmp_path: Path, capsys) -> None:
    lines = (real_data / "anonymous_bank" / "data_anonymous_bank_february.txt").read_bytes().split(b"\r\n")
    header = lines[0].decode().split("\t")

    def change(row: int, column: str, value: bytes) -> None:
        cells = lines[row - 1].split(b"\t")
        cells[header.index(column)] = value
        lines[row - 1] = b"\t".join(cells)

    # Rows as a spreadsheet counts them; none of these is a phantom call.
    change(1_001, "date", b"230229")
    change(2_001, "q_time", b"-7")
    change(3_001, "outcome", b"VANISHED")
    change(4_001, "server", b"\xd5\xc5\xce\xb0")
    change(5_001, "type", b"P\0S")
    lines[6_000] = lines[5_999]
    lines[7_000] = lines[7_000][:20]
    change(8_001, "type", b"=HYPERLINK(1)")
    source = tmp_path / "bank.txt"
    source.write_bytes(b"\r\n".join(lines))
    assert main(["data", "import", "bank-call-log", str(source), "--out", str(tmp_path / "out")]) == 1
    said = capsys.readouterr()
    assert "Traceback" not in said.out + said.err
    rejects = pd.read_csv(tmp_path / "out" / "rejects.csv")
    assert rejects["row"].tolist() == [1_001, 2_001, 3_001, 4_001, 5_001, 6_001, 7_001]
    findings = pd.read_csv(tmp_path / "out" / "findings.csv")
    assert sorted(findings["row"].unique()) == [1_001, 2_001, 3_001, 4_001, 5_001, 6_001, 7_001, 8_001]
    assert len(company.load("calls", tmp_path / "out")) == 33_066 - 7
