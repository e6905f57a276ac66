"""Every page of the console is clean under axe (WCAG 2.2 AA), fits a phone, can be enlarged and used by keyboard."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

from tests.console.acting import Office
from tests.console.look import OF_COLOURS, OF_WORDS, PHONE, Look, violations
from tests.console.words import words

pytestmark = pytest.mark.slow

LOOKS = (Look(), Look(theme="dark", language="en"), Look(PHONE))
# Every page is looked at by all rules on the phone; what differs in another theme and language by those that can tell.
RULES = {Look(theme="dark", language="en"): (*OF_COLOURS, *OF_WORDS)}
# Colours of the light theme are those of the phone; what is laid out otherwise on a large screen is seen in both.
LAID_OUT_OTHERWISE = {"desk with a form", "map as table", "cases", "case", "parts", "zones", "wall"}
# Half of a large screen's width is what is left of it when everything is twice as large.
ENLARGED = Look((640, 400))
MAIN = {"desk", "map", "cases", "case", "parts", "zones", "field", "people"}
# Of words that are longer than a line the end is cut on purpose; what may be scrolled to is not cut.
CUT = """() => [...document.querySelectorAll("main *, header *, nav *")].filter((one) => {
  const style = getComputedStyle(one);
  if (![...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim())) return false;
  if (one.closest(".sr-only, [aria-hidden=true], canvas, [hidden]") || !one.checkVisibility()) return false;
  const box = one.getBoundingClientRect();
  return box.width > 0 && (box.left < -1 || box.right > innerWidth + 1) && !scrolled(one);
  function scrolled(part) {
    for (let up = part; up; up = up.parentElement) {
      const over = up.scrollWidth > up.clientWidth && /auto|scroll/.test(getComputedStyle(up).overflowX);
      if (over || up.matches(".is-scrollable")) return true;
    }
    return false;
  }
}).map((one) => one.outerHTML.slice(0, 160))"""


@dataclass(frozen=True)
class Place:
    """A page somebody opens, what tells that it is there, and what they press on it."""

    name: str
    username: str
    path: str
    ready: Callable[[Page, str], None]


def _sees(selector: str) -> Callable[[Page, str], None]:
    return lambda page, _language: expect(page.locator(selector).first).to_be_visible(timeout=15_000)


def _map_at_rest(page: Page, _language: str) -> None:
    expect(page.locator("section.map[data-idle=true]").first).to_be_visible(timeout=15_000)


def _as_table(page: Page, language: str) -> None:
    _map_at_rest(page, language)
    page.get_by_role("button", name=words("map.table", language)).click()
    expect(page.get_by_role("table").first).to_be_visible()


def _layers(page: Page, language: str) -> None:
    page.get_by_role("button", name=words("map.layers", language)).click()
    expect(page.get_by_role("radio").first).to_be_visible()


def _form(page: Page, language: str) -> None:
    actions = page.get_by_role("region", name=words("case.actions", language))
    actions.get_by_role("button").first.click()
    expect(actions.get_by_role("heading")).to_be_visible()


def _search(page: Page, language: str) -> None:
    page.get_by_role("combobox", name=words("shell.search", language)).fill("路")
    expect(page.get_by_role("option").first).to_be_visible(timeout=15_000)


def _filters(page: Page, language: str) -> None:
    page.get_by_role("button", name=words("cases.filter.more", language)).click()
    expect(page.get_by_label(words("cases.filter.from", language)).first).to_be_visible()


def _tab(key: str) -> Callable[[Page, str], None]:
    def ready(page: Page, language: str) -> None:
        expect(page.get_by_role("tab", name=words(key, language), exact=True)).to_have_attribute(
            "aria-selected", "true"
        )
        expect(page.get_by_role("status").filter(has_text=words("admin.loading", language))).to_have_count(0)

    return ready


def _counted(page: Page, language: str) -> None:
    expect(page.get_by_role("article").first).to_be_visible(timeout=15_000)
    expect(page.get_by_role("status").filter(has_text=words("figures.loading", language))).to_have_count(0)


PLACES = (
    Place("desk", "dispatcher", "/desk", _sees("[data-desk-list] [role=option]")),
    Place("desk with a form", "dispatcher", "/desk/{to_dispatch}", _form),
    Place("desk of a unit", "unit1", "/desk", _sees("[data-desk-list] [role=option], .state")),
    Place("map", "supervisor", "/map", _map_at_rest),
    Place("map as table", "supervisor", "/map", _as_table),
    Place("layers", "supervisor", "/map", _layers),
    Place("cases", "supervisor", "/cases", _sees("[role=grid] [role=row]")),
    Place("filters", "supervisor", "/cases", _filters),
    Place("case", "supervisor", "/cases/{closed}", _sees("article h2, article h1")),
    Place("search", "supervisor", "/cases", _search),
    Place("parts", "admin", "/parts", _sees("table tbody tr, [role=row]")),
    Place("proposals", "admin", "/parts?tab=proposals", _tab("parts.proposals")),
    Place("imports of parts", "admin", "/parts?tab=imports", _tab("parts.imports")),
    Place("areas", "admin", "/grid", _sees("[role=treeitem]")),
    Place("zones", "admin", "/grid?tab=zones", _sees("table tbody tr")),
    Place("imports of the grid", "admin", "/grid?tab=imports", _tab("grid.tab.imports")),
    Place("base", "admin", "/grid?tab=base", _tab("grid.tab.base")),
    Place("field", "leader", "/field", _sees("main h1")),
    Place("figures", "evaluator", "/figures", _counted),
    Place("statement", "evaluator", "/figures/statements?statement=new", _sees("main form")),
    Place("ranking", "evaluator", "/figures/ranking", _sees("section table tbody tr")),
    Place("map of figures", "evaluator", "/figures/map", _map_at_rest),
    Place("period", "evaluator", "/figures/periods?period=2026", _sees("article ol")),
    Place("definition", "evaluator", "/figures/definitions?name=scores.unit", _sees("section table tbody tr")),
    Place("people", "admin", "/admin?tab=people", _sees("table tbody tr")),
    Place("organizations", "admin", "/admin?tab=organizations", _sees("table tbody tr")),
    Place("tables", "admin", "/admin?tab=tables", _tab("admin.tab.tables")),
    Place("changes", "admin", "/admin?tab=changes", _tab("admin.tab.changes")),
    Place("webhooks", "admin", "/admin?tab=webhooks", _tab("admin.tab.webhooks")),
    Place("wall", "supervisor", "/wall", _sees("ul.numbers")),
    Place("missing", "admin", "/no/such/page", _sees("main h1, main .el-result__title, main h2")),
)


@pytest.fixture(scope="module")
def numbers(office: Office) -> dict[str, str]:
    """One case of each state that pages show."""
    states = ("to_dispatch", "closed")
    return {state: office.get("admin", "/cases", state=state, limit=1)["items"][0]["number"] for state in states}


@pytest.fixture
def visit(open_page: Callable[..., Page], numbers: dict[str, str]) -> Callable[[Place, Look], Page]:
    """Open a place; whoever has been somewhere goes on from there."""
    pages: dict[str, Page] = {}

    def visited(place: Place, look: Look) -> Page:
        path = place.path.format(**numbers)
        if place.username in pages:
            page = pages[place.username]
            page.goto(f"{page.url.split('/console')[0]}/console{path}")
        else:
            page = pages[place.username] = open_page(place.username, path, look)
        place.ready(page, look.language)
        return page

    return visited


def beyond_screen(page: Page) -> bool:
    """Whether the page is wider than its screen, or scrolls as a whole beside its content."""
    found: bool = page.evaluate("""() => {
  const page = document.documentElement;
  return page.scrollWidth > innerWidth || (!!document.querySelector("#content") && page.scrollHeight > innerHeight);
}""")
    return found


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.name)
def test_every_page_is_accessible_and_as_wide_as_its_screen(visit, look):
    wanted = [place for place in PLACES if look != Look() or place.name in LAID_OUT_OTHERWISE]
    found = {}
    for place in wanted:
        page = visit(place, look)
        wrong = violations(page, RULES.get(look, ())) + [f"cut: {what}" for what in page.evaluate(CUT)]
        if beyond_screen(page):
            wrong.append("wider than the screen")
        if wrong:
            found[place.name] = wrong
    assert found == {}


def test_nothing_is_cut_when_everything_is_twice_as_large(visit):
    found = {}
    for place in PLACES:
        if place.name in MAIN:
            page = visit(place, ENLARGED)
            cut = page.evaluate(CUT)
            if cut or beyond_screen(page):
                found[place.name] = cut or "wider than the screen"
    assert found == {}


def test_the_first_tab_leads_past_the_navigation(open_page):
    page = open_page("supervisor", "/cases")
    expect(page.get_by_role("navigation", name=words("shell.pages"))).to_be_visible()
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name=words("shell.skip"))
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()


def test_the_map_is_moved_enlarged_and_read_as_a_table_by_keyboard(open_page):
    page = open_page("supervisor", "/map")
    _map_at_rest(page, "zh-CN")
    canvas = page.get_by_role("region", name=words("map.canvas"))
    controls = [words(f"map.{name}") for name in ("zoomIn", "zoomOut", "wholeCity", "locate", "layers", "table")]
    canvas.focus()
    reached = []
    for _ in range(20):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.getAttribute('aria-label')"))
        if reached[-1] == controls[-1]:
            break
    assert [name for name in reached if name in controls] == controls
    page.keyboard.press("Enter")
    expect(page.get_by_role("table").first).to_be_visible()
