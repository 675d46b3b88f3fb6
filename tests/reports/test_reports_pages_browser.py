"""The pages of a report in a real browser (Chromium from the system), from files, without a network."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright

from flows.pages import write_pages
from flows.publishing import make_report
from flows.services import open_services, prepare
from flows.settings import load
from pipeline.indicators import periods
from pipeline.model import Scope
from sample_scans import nation

PERIOD = periods.parse("9T/2023")
NOW = datetime(2023, 10, 2, tzinfo=UTC)
PROVINCES = ("H18", "H26", "H35", "G01")
"""Of the generated nation, so that the pages are made quickly."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of pages: some provinces, all centres of one."""
    workspace = tmp_path_factory.mktemp("workspace")
    (workspace / "sohoa.toml").touch()
    settings = load(workspace)
    prepare(settings)
    with open_services(settings) as services:
        centres = [centre for centre in nation.centres() if centre.province in PROVINCES][:400]
        codes = {centre.code for centre in centres}
        services.catalogue.register.put_centres(centres)
        services.catalogue.register.put_procedures(nation.PROCEDURES)
        services.catalogue.register.put_dossiers(row for row in nation.dossiers(2023) if row.centre in codes)
        make = partial(make_report, services, period=PERIOD, now=NOW, named=False)
        for path in write_pages(services, make, Scope.NATION, "", workspace / "site", centres=False):
            assert path.stat().st_size < 400_000
        pages = write_pages(services, make, Scope.PROVINCE, "G01", workspace / "site" / "G01")
        assert len(list(pages)) > 2
    return workspace / "site"


@pytest.fixture(scope="module")
def browser_page() -> Iterator[Page]:
    program = shutil.which("chromium")
    assert program, "chromium is missing: scripts/setup.sh test installs it"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        context = browser.new_context(offline=True, locale="vi-VN")
        yield context.new_page()
        browser.close()


@pytest.fixture
def page(browser_page: Page, site: Path) -> Page:
    faults: list[str] = []
    browser_page.on("pageerror", lambda error: faults.append(str(error)))
    browser_page.goto((site / "index.html").as_uri())
    assert faults == []
    return browser_page


def shown(page: Page) -> list[str]:
    rows = page.locator("table.sortable").first.locator("tbody tr:visible th")
    return [text.split("\n")[0] for text in rows.all_inner_texts()]


def test_one_goes_down_by_links_to_a_dossier_and_up_again(page: Page, site: Path) -> None:
    page.get_by_role("link", name="Tỉnh Điện Biên").first.click()
    assert page.locator("h1").inner_text().startswith("Tỉnh Điện Biên")
    page.locator("nav.trail a").first.click()
    assert page.locator("h1").inner_text().startswith("Toàn quốc")
    page.goto((site / "G01" / "index.html").as_uri())
    page.locator("table.sortable tbody a").first.click()
    page.get_by_role("link", name="Danh sách hồ sơ").click()
    assert page.locator("table.sortable tbody tr").count() > 0
    assert page.locator("nav.trail a").count() == 2


def test_a_heading_sorts_by_mouse_and_by_keyboard(page: Page) -> None:
    heading = page.locator("table.sortable").first.locator("th[data-column='0']")
    heading.get_by_role("button").click()
    assert heading.get_attribute("aria-sort") == "ascending"
    ascending = shown(page)
    heading.get_by_role("button").focus()
    page.keyboard.press("Enter")
    assert heading.get_attribute("aria-sort") == "descending"
    assert shown(page) == ascending[::-1]


def test_a_list_is_searched_without_marks(page: Page, site: Path) -> None:
    page.goto((site / "H18.html").as_uri())
    before = len(shown(page))
    page.locator("input[type=search]").first.fill("bo phan mot cua")
    assert 0 < len(shown(page)) <= before
    page.locator("input[type=search]").first.fill("không có đơn vị nào tên thế")
    assert shown(page) == []
    assert page.locator("output").first.inner_text().startswith("0 / ")


def test_words_stand_out_from_what_is_behind_them(page: Page) -> None:
    """Contrast of at least 4.5 to 1 (WCAG 2.1, 1.4.3) for everything that is read on the page."""
    worst = page.evaluate(CONTRAST)
    assert worst["ratio"] >= 4.5, worst


def test_everything_that_is_used_has_a_name_and_tables_have_headings(page: Page) -> None:
    for control in page.locator("button, input, a, svg[role=img]").all():
        if control.is_visible():
            name = control.evaluate(
                "e => (e.labels && e.labels.length) || e.textContent.trim() || e.getAttribute('aria-labelledby')"
            )
            assert name
    assert page.locator("table:not(:has(caption))").count() == 0
    assert page.locator("th:not([scope])").count() == 0
    assert page.locator("main").count() == 1


def test_it_prints_on_a4_with_all_details(page: Page) -> None:
    assert page.pdf(format="A4").startswith(b"%PDF")
    page.emulate_media(media="print")
    assert not page.locator(".controls").first.is_visible()
    page.emulate_media(media="screen")


CONTRAST = """() => {
  const lightness = c => { const f = v => { v /= 255; return v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4; };
    return .2126 * f(c[0]) + .7152 * f(c[1]) + .0722 * f(c[2]); };
  const parse = text => text.match(/[\\d.]+/g).map(Number);
  let worst = { ratio: 21 };
  for (const e of document.querySelectorAll("body *")) {
    const own = [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
    if (!own || e.closest("script, style, svg, .visually-hidden") || !e.offsetParent) continue;
    let behind = e, colour = [255, 255, 255];
    while (behind) {
      const c = parse(getComputedStyle(behind).backgroundColor);
      if (c.length < 4 || c[3] > 0) { colour = c; break; }
      behind = behind.parentElement;
    }
    const [a, b] = [lightness(parse(getComputedStyle(e).color)), lightness(colour)].sort((x, y) => y - x);
    const ratio = (a + .05) / (b + .05);
    if (ratio < worst.ratio) worst = { ratio, text: e.textContent.trim().slice(0, 40), name: e.className };
  }
  return worst;
}"""
