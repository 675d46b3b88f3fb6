"""The files and tables of a report, read back by their structure."""

import csv
import io
import json
import re
from collections.abc import Sequence
from datetime import UTC, date, datetime

import openpyxl
import pikepdf
import pytest
from lxml import html
from rich.console import Console

from pipeline.indicators.periods import parse
from pipeline.indicators.report import Report, build
from pipeline.model import Centre, Dossier, Level, Measure, Scope, Tally, Target
from pipeline.output import report_csv, report_html, report_json, report_pdf, report_terminal, report_xlsx

MADE_AT = datetime(2023, 10, 2, 7, 5, tzinfo=UTC)
PERIOD = parse("9T/2023")
TARGETS = (
    Target(indicator="centres_digitizing", scope=Scope.NATION, value=0.769, valid_from=date(2023, 1, 1)),
    Target(indicator="records_digitized", scope=Scope.PROVINCE, code="H18", value=0.75, valid_from=date(2023, 1, 1)),
)
TRICKY = '=Bộ phận "một cửa" <xã> & Nậm Pồ'
M = Measure


def tally(number: int, province: str = "H18", name: str = "", **counts: int) -> Tally:
    centre = Centre(
        code=f"{province}.{number}",
        name=name or f"Bộ phận một cửa xã số {number}",
        province=province,
        province_name={"H18": "Điện Biên", "H35": "Lai Châu"}[province],
        level=Level.COMMUNE,
    )
    return Tally(centre=centre, counts={M.CENTRES: 1} | {M(measure): count for measure, count in counts.items()})


def digitized(number: int, share: int, province: str = "H18", name: str = "") -> Tally:
    return tally(
        number,
        province,
        name,
        centres_digitizing=1,
        dossiers=1000,
        dossiers_digitized=share,
        result_dossiers=800,
        e_results=share // 2,
        components=2500,
        components_digitized=2 * share,
    )


TALLIES = (digitized(1, 819, name=TRICKY), digitized(2, 444), tally(3), digitized(4, 700, "H35"))


def nation(tallies: Sequence[Tally] = TALLIES) -> Report:
    missing = (Dossier(code="H18.2-230914-0012", centre="H18.2", procedure="1.1", received_at=MADE_AT),)
    return build(Scope.NATION, "", PERIOD, tallies, TARGETS, MADE_AT, missing=missing)


def province(tallies: Sequence[Tally] = TALLIES) -> Report:
    return build(Scope.PROVINCE, "H18", PERIOD, tallies, TARGETS, MADE_AT)


def text(element: html.HtmlElement) -> str:
    return " ".join(element.text_content().split())


# --- the page -----------------------------------------------------------------------------------------------


def test_the_page_leads_with_place_period_time_and_the_three_rates() -> None:
    page = html.fromstring(report_html.render(province()))
    assert page.get("lang") == "vi"
    assert text(page.find(".//h1")) == "Điện Biên 9 tháng đầu năm 2023 (01/01/2023 – 30/09/2023)".replace(" 9", "9", 1)
    assert "14:05 ngày 02/10/2023" in text(page.find(".//header"))
    values = [text(value) for value in page.find_class("value")]
    assert values == ["66,7 %", "63,2 %", "39,44 %"]
    assert "còn thiếu 237 hồ sơ để đạt mục tiêu 75,0 %" in text(page.find_class("summary")[0])


def test_every_table_has_a_caption_and_headings_with_a_scope() -> None:
    for table in html.fromstring(report_html.render(nation())).iter("table"):
        assert table.find("caption") is not None
        assert all(cell.get("scope") for cell in table.iter("th"))


def test_every_line_of_the_table_of_centres_has_as_many_cells_as_the_heading() -> None:
    page = html.fromstring(report_html.render(nation()))
    for table in page.xpath("//table[contains(@class, 'sortable')]"):
        width = len(table.xpath("./thead/tr[last()]/th"))
        groups = sum(int(cell.get("colspan")) for cell in table.xpath("./thead/tr[1]/*"))
        assert {len(row) for row in table.xpath("./tbody/tr | ./tfoot/tr")} == {width}
        assert groups == width


def test_a_name_is_text_and_never_markup() -> None:
    page = html.fromstring(report_html.render(province()))
    names = [text(cell) for cell in page.xpath("//table[contains(@class, 'sortable')]/tbody/tr/th")]
    assert names[0] == f"{TRICKY}H18.1 · cấp xã"
    assert not page.xpath("//xã")


def test_a_rate_without_a_denominator_is_never_a_zero() -> None:
    page = html.fromstring(report_html.render(build(Scope.CENTRE, "H18.3", PERIOD, TALLIES, TARGETS, MADE_AT)))
    assert [text(value) for value in page.find_class("value")] == ["Chưa", "n/a", "n/a"]
    assert "không phải là 0 %" in text(page.find(".//main"))


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_page_asks_nothing_of_the_network(language: str) -> None:
    page = report_html.render(nation(), language)
    assert not re.search(r"https?:|//[a-z]|@import|url\(", page.replace("http://www.w3.org", ""))
    assert not html.fromstring(page).xpath("//link | //img | //iframe | //script[@src]")


def test_ids_are_unique_and_labels_point_at_something() -> None:
    page = html.fromstring(report_html.render(nation([digitized(i, i * 10) for i in range(1, 60)] + [TALLIES[3]])))
    ids = page.xpath("//@id")
    assert len(ids) == len(set(ids))
    assert {word for value in page.xpath("//@aria-labelledby") for word in value.split()} <= set(ids)


def test_up_to_forty_units_are_named_bars_and_more_are_a_skyline() -> None:
    few = html.fromstring(report_html.render(province([digitized(i, i * 10) for i in range(1, 41)])))
    many = html.fromstring(report_html.render(province([digitized(i, i * 3) for i in range(1, 301)])))
    assert (len(few.xpath("//ol[@class='bars']/li")), len(few.find_class("skyline"))) == (40, 0)
    assert (len(many.xpath("//ol[@class='bars']/li")), len(many.find_class("skyline"))) == (0, 1)
    assert len(many.xpath("//*[@class='skyline']/rect/title")) == 300
    assert "51 trong 300 đơn vị đạt mục tiêu" in text(many.find(".//figcaption"))


def test_the_page_lists_what_is_missing_and_which_dossiers() -> None:
    page = html.fromstring(report_html.render(nation()))
    facts = [text(item) for item in page.xpath("//ul[@class='facts']/li")]
    assert "1.037 hồ sơ trong kỳ chưa được số hóa" in facts
    assert [text(cell) for cell in page.xpath("//details//tbody/tr/*")] == [
        "H18.2-230914-0012",
        "1.1",
        "02/10/2023",
        "",
    ]


def test_the_notes_say_which_version_of_which_definition_was_used() -> None:
    page = html.fromstring(report_html.render(province(), "en"))
    terms = [text(term) for term in page.xpath("//section[@class='method']//dt")]
    assert "Record digitization rate (records_digitized, version 1)" in terms
    assert page.get("lang") == "en"


# --- files --------------------------------------------------------------------------------------------------


def test_the_json_has_exact_counts_and_null_where_there_is_no_rate() -> None:
    content = json.loads(report_json.render(nation()))
    centres = {row["code"]: row["indicators"]["records_digitized"] for row in content["centres"]}
    assert content["total"]["indicators"]["records_digitized"]["numerator"] == 1963
    assert centres["H18.1"] | {"percent": 81.9, "gap": 6.9, "reached": True} == centres["H18.1"]
    assert centres["H18.3"]["percent"] is None
    assert content["missing"]["dossier_codes"] == {"H18.2": ["H18.2-230914-0012"]}
    assert {d["version"] for d in content["definitions"]} == {1}


def test_the_short_table_has_a_line_per_place() -> None:
    rows = report_json.rows(nation())
    assert [row["Mã"] for row in rows] == ["", "H18", "H35", "H18.1", "H18.2", "H18.3", "H35.4"]
    assert rows[4]["Tỷ lệ hồ sơ được số hóa"] == "44,4\u00a0% (−30,6\u00a0điểm\u00a0%)"


@pytest.mark.parametrize(("language", "separator", "rate"), [("vi", ";", "81,9"), ("en", ",", "81.9")])
def test_the_csv_opens_in_the_readers_excel(language: str, separator: str, rate: str) -> None:
    content = report_csv.render(nation(), language)
    assert content.startswith("\ufeff")
    lines = list(csv.reader(io.StringIO(content[1:]), delimiter=separator))
    assert {len(line) for line in lines} == {len(lines[0])}
    centre = next(line for line in lines if line[1] == "H18.1")
    assert centre[2] == f"'{TRICKY}"
    assert rate in centre
    assert [line[1] for line in lines[1:]] == ["", "H18", "H35", "H18.1", "H18.2", "H18.3", "H35.4"]
    assert "n/a" in next(line for line in lines if line[1] == "H18.3")


def test_the_csv_of_a_centre_has_one_line() -> None:
    content = report_csv.render(build(Scope.CENTRE, "H18.2", PERIOD, TALLIES, TARGETS, MADE_AT))
    assert len(content.splitlines()) == 2


def test_the_workbook_has_numbers_filters_and_a_frozen_heading() -> None:
    book = openpyxl.load_workbook(io.BytesIO(report_xlsx.render(nation())))
    assert book.sheetnames == [
        "Tổng hợp",
        "Tỉnh, bộ, ngành",
        "Bộ phận một cửa",
        "Đối soát, diễn biến",
        "Cách tính",
    ]
    assert len(book["Tổng hợp"]._charts) == 1
    sheet = book["Bộ phận một cửa"]
    headings = [cell.value for cell in sheet[1]]
    rate = sheet.cell(2, headings.index("Tỷ lệ hồ sơ được số hóa (%)") + 1)
    assert (rate.value, rate.number_format) == (0.819, "0.0%")
    assert sheet.cell(2, 3).value == TRICKY
    assert sheet.cell(2, 3).data_type == "s"
    assert sheet.freeze_panes == "D2"
    assert sheet.auto_filter.ref == "A1:W5"


def test_ministries_and_localities_are_told_apart_with_their_change() -> None:
    centre = Centre(code="G01.1", name="Bộ phận Một cửa", province="G01", province_name="Bộ A", level=Level.MINISTRY)
    tallies = (*TALLIES, Tally(centre=centre, counts={M.DOSSIERS: 9, M.RESULT_DOSSIERS: 9, M.E_RESULTS: 3}))
    before = [Tally(centre=centre, counts={M.DOSSIERS: 4, M.RESULT_DOSSIERS: 4, M.E_RESULTS: 1})]
    report = build(Scope.NATION, "", PERIOD, tallies, TARGETS, MADE_AT, before=before)
    page = html.fromstring(report_html.render(report))
    (blocs,) = page.xpath("//section[@aria-labelledby='blocs-title']")
    lines = [[text(cell) for cell in row] for row in blocs.xpath(".//tbody/tr")]
    assert lines[0] == ["Bộ, ngành", "Tỷ lệ cấp kết quả điện tử", "3", "9", "33,33 %", "+8,33"]
    assert lines[3] == ["Địa phương", "Tỷ lệ cấp kết quả điện tử", "981", "2.400", "40,88 %", "n/a"]
    assert "bộ, ngành 33,33 % (+8,33 điểm % so với cùng kỳ năm trước)" in text(page.find_class("summary")[0])
    assert "Ministries and agencies" in report_csv.render(report, "en")


def test_the_day_on_which_the_target_is_reached_is_told() -> None:
    report = build(Scope.PROVINCE, "H18", PERIOD, [digitized(1, 700)], TARGETS, MADE_AT, before=[digitized(1, 600)])
    cards = html.fromstring(report_html.render(report)).find_class("cards")[0]
    assert "Đạt mục tiêu, theo tốc độ một năm qua31/03/2024" in text(cards)
    assert (
        json.loads(report_json.render(report))["total"]["indicators"]["records_digitized"]["reached_on"] == "2024-03-31"
    )


def test_a_page_of_too_many_centres_lists_none_and_the_workbook_all() -> None:
    report = nation([digitized(i, i % 1000) for i in range(1, 1002)])
    assert not html.fromstring(report_html.render(report)).xpath("//table[@data-controls='centres-controls']")
    sheet = openpyxl.load_workbook(io.BytesIO(report_xlsx.render(report)), read_only=True)["Bộ phận một cửa"]
    assert sum(1 for _ in sheet.rows) == 1002


def test_the_letter_is_a_pdf_of_a4_pages_with_its_title() -> None:
    with pikepdf.open(io.BytesIO(report_pdf.render(province(), agency="UBND tỉnh Điện Biên"))) as pdf:
        assert "Điện Biên" in str(pdf.docinfo["/Title"])
        assert {tuple(round(float(side)) for side in page.mediabox) for page in pdf.pages} == {(0, 0, 595, 842)}


def test_the_terminal_shows_every_place_within_eighty_columns() -> None:
    console = Console(width=80, file=io.StringIO(), record=True)
    for table in report_terminal.tables(nation()):
        console.print(table)
    shown = console.export_text()
    assert max(map(len, shown.splitlines())) <= 80
    assert all(code in shown for code in ("H18.1", "H18.2", "H18.3", "H35.4", "H35"))
    assert "81,9\u00a0%" in shown
    assert "−30,6" in shown
    assert "n/a" in shown


def test_a_target_that_all_share_takes_no_column_and_nothing_is_cut_off() -> None:
    since = date(2023, 1, 1)
    targets = [
        Target(indicator=name, scope=Scope.NATION, value=0.75, valid_from=since)
        for name in ("records_digitized", "e_results")
    ]
    console = Console(width=80, file=io.StringIO(), record=True)
    for table in report_terminal.tables(build(Scope.NATION, "", PERIOD, TALLIES, targets, MADE_AT)):
        console.print(table)
    shown = console.export_text()
    assert "…" not in shown
    assert "−47,25" in shown
