"""A report as its reader uses it: opened from disk, offline, by mouse, by keyboard, on paper."""

import os
import re
from itertools import pairwise
from pathlib import Path

import pytest
from sample_page import ACTIONS, HOSTILE, WORDS, page

from lictor.report.page import Plot, Samples

ROOT = Path(__file__).parents[2]
AXE = Path(os.environ.get("LICTOR_AXE", ROOT / ".venv/node_modules/axe-core/axe.min.js"))
LANGS = pytest.mark.parametrize("lang", ["en", "zh"])


def _blocks(kind, lang="en"):
    return [block for section in page(lang).sections for block in section.blocks if isinstance(block, kind)]


def _status(tab):
    return int(re.search(r"^\d[\d,]*|(?<=符合 )\d[\d,]*", tab.inner_text("[role=status]"))[0].replace(",", ""))


def _truth(keep, lang="en"):
    return sum(map(keep, _blocks(Samples, lang)[0].samples))


@LANGS
def test_every_plot_is_drawn(opened, lang):
    """Each plot has marks of a size one can see, and axes with words; none is left empty."""
    tab = opened(lang)
    drawn = tab.eval_on_selector_all(
        ".plot svg",
        """plots => plots.map(plot => ({
            marks: [...plot.querySelectorAll('[role=graphics-symbol]:not([aria-roledescription=axis])')]
                .filter(mark => { const box = mark.getBoundingClientRect(); return box.width > 1 || box.height > 1 })
                .filter(mark => { const {fill, stroke} = getComputedStyle(mark); return /rgb/.test(fill + stroke) })
                .length,
            words: plot.querySelectorAll('text').length,
            named: plot.getAttribute('role') === 'img' && plot.getAttribute('aria-labelledby').split(' ')
                .every(id => document.getElementById(id).textContent !== ''),
        }))""",
    )

    assert len(drawn) == len(_blocks(Plot, lang))
    assert [one for one in drawn if one["marks"] < 2 or one["words"] < 4 or not one["named"]] == []


def test_colours_of_plots_follow_the_theme(opened):
    """What draws the marks in light is not what draws them in dark, and the choice in the page overrules the system."""
    fill = "getComputedStyle(document.querySelector('.plot [aria-roledescription=bar]')).fill"
    light, dark = opened(color_scheme="light"), opened(color_scheme="dark")
    before = light.evaluate(fill)

    assert before != dark.evaluate(fill)

    light.select_option("#theme", "dark")
    dark.select_option("#theme", "light")

    assert (light.evaluate(fill), dark.evaluate(fill)) == (dark.evaluate(fill), before) or light.evaluate(
        fill
    ) != before
    assert dark.evaluate(fill) == before


@LANGS
def test_every_value_of_every_filter_narrows_to_its_count(opened, lang):
    """Choosing a value shows as many samples as have it, which is the number that stood beside it."""
    tab = opened(lang)
    tab.eval_on_selector_all(".facet", "facets => facets.forEach(facet => { facet.open = true })")
    tried = 0
    for name in (WORDS[lang]["change"], WORDS[lang]["rule"], WORDS[lang]["severity"]):
        group = tab.get_by_role("group", name=name, exact=True)
        for label in group.locator("label").all():
            value, count = label.locator("span").first.inner_text(), int(label.locator(".count").inner_text())
            label.locator("input").check()

            assert (value, count) == (value, _truth(lambda one, n=name, v=value: one.facets[n] == v, lang))
            assert _status(tab) == count

            label.locator("input").uncheck()
            tried += 1

    assert (tried, _status(tab)) == (4 + 13 + 3, 300)


def test_filters_work_together(opened):
    """Values of one filter add, filters narrow one another, and the counts say what a choice would show."""
    tab = opened()
    tab.get_by_label(re.compile("^S1")).check()
    tab.get_by_label(re.compile("^S2")).check()
    tab.get_by_label(re.compile("^none → hide")).check()
    change = "none → hide"

    assert _status(tab) == _truth(lambda one: one.facets["severity"] in ("S1", "S2") and one.facets["change"] == change)
    assert int(tab.locator("label", has_text="S3").locator(".count").inner_text()) == _truth(
        lambda one: one.facets["severity"] == "S3" and one.facets["change"] == change
    )

    tab.get_by_role("button", name="Clear all filters").click()

    assert _status(tab) == 300
    assert tab.evaluate("document.activeElement.type") == "search"


@pytest.mark.parametrize(
    ("words", "keep"),
    [
        ("17: line", lambda one: "17:" in one.text),
        ("比特币", lambda one: any(span.term == "比特币" for span in one.spans)),
        ("LEET here", lambda one: False),
        ("digits for letters", lambda one: any("leet" in span.mechanisms for span in one.spans)),
        ("stablecoin 第8条", lambda one: one.text.startswith("第8条")),
        ("row-29", lambda one: "row-29" in one.id),
        ("nowhere to be found", lambda one: False),
    ],
)
def test_search_looks_in_text_terms_lists_disguises_and_ids(opened, words, keep):
    """A search shows what holds all its words, whatever their case, and says how many that is."""
    tab = opened()
    tab.get_by_label("Search").fill(words)
    tab.wait_for_timeout(250)
    expected = _truth(keep)

    if expected:
        assert _status(tab) == expected
    else:
        assert tab.inner_text("[role=status]") == "No sample fits. Clear a filter, or search for less."
        assert tab.locator("article").count() == 0


def test_more_samples_come_when_asked_for(opened):
    """Fifty samples are shown at first; the button shows the next ones, and the first of them has the focus."""
    tab = opened()

    assert tab.locator("article").count() == 50

    tab.get_by_role("button", name="Show 50 more").press("Enter")

    assert tab.locator("article").count() == 100
    assert tab.evaluate("document.activeElement.getAttribute('aria-label')") == "Sample 51"


def test_samples_are_sorted_as_asked(opened):
    """By score the highest comes first, by length the shortest; as ranked is as they were given."""
    tab = opened()
    first = ".list article .facts li:first-child"
    given = tab.locator(first).first.inner_text()
    tab.get_by_label("Order", exact=True).select_option("score")
    highest = tab.locator(first).first.inner_text()
    tab.get_by_label("Order", exact=True).select_option("short")
    shortest = tab.locator(first).first.inner_text()
    samples = _blocks(Samples)[0].samples

    assert given == samples[0].id
    assert highest == max(samples, key=lambda one: one.score).id
    assert shortest == min(samples, key=lambda one: len(one.text)).id


def test_evidence_is_marked_and_explained(opened):
    """The stretch stands out in the text, also after astral characters, and a list says term, lexicon and disguise."""
    tab = opened()
    tab.get_by_label("Search").fill("row-29")
    tab.wait_for_timeout(250)
    card = tab.locator("article").first

    assert card.locator("mark").all_inner_texts() == ["b1tcoin", "B I T C O I N"]
    assert card.locator(".evidence li").all_inner_texts() == [
        "“b1tcoin” → bitcoin (list coin_name): with digits or signs for letters",
        "“B I T C O I N” → bitcoin (list coin_name): in other case, with spaces or signs in between",
    ]


def test_a_text_is_copied_without_our_numbers(opened):
    """What a reader copies from a sample is the sample, without what we say of its evidence."""
    tab = opened()
    tab.get_by_label("Search").fill("row-29")
    tab.wait_for_timeout(250)
    copied = tab.evaluate(
        "() => { getSelection().selectAllChildren(document.querySelector('.text')); return getSelection().toString() }"
    )
    [text] = {one.text for one in _blocks(Samples)[0].samples if one.id == "row-29"}

    assert copied == text


def test_long_tables_scroll_within_themselves(opened):
    """A table of many rows takes no more of the page than its window, and the keyboard scrolls it."""
    tab = opened()
    tab.locator("summary", has_text="The numbers as a table").nth(2).click()
    window = tab.locator(".long:visible").first
    before = window.evaluate("one => one.scrollTop")
    window.focus()
    tab.keyboard.press("End")
    tab.wait_for_function("one => one.scrollTop > 0", arg=window.element_handle())

    assert before == 0
    assert window.bounding_box()["height"] < 600


def test_hostile_words_only_show(opened):
    """A sample that holds markup, a script's end, bidi marks and escapes is text: each unseen character is named."""
    tab = opened()
    card = tab.locator("article").nth(3)
    text = card.locator(".text").inner_text()

    assert card.locator("img, b:has(b), script").count() == 0
    assert tab.locator("script").count() == 2
    assert "</script>" in text
    assert "<img src=x onerror=alert(1)>" in text
    assert [code for code in ("U+202E", "U+200B", "U+001B") if code not in text] == []
    assert "\u202e" not in text
    assert "👨‍👩‍👧" in text
    assert "\u202e" in HOSTILE


def test_a_long_text_is_folded_until_asked_for(opened):
    """Far from evidence a long text is left out, with the number of characters; the button brings it."""
    tab = opened()
    card = tab.locator("article").nth(4)
    button = card.get_by_role("button", name="820 characters more")
    before = len(card.locator(".text").inner_text())
    button.press("Enter")

    assert button.count() == 0
    assert len(card.locator(".text").inner_text()) > before + 700


def test_a_table_sorts_by_keyboard(opened):
    """A head's button sorts, again turns the order, numbers as numbers, and says so; what is missing stands last."""
    tab = opened()
    table = tab.locator(".block table").first
    column = lambda at: table.locator(f"tbody td:nth-child({at})").all_inner_texts()  # noqa: E731
    table.get_by_role("button", name="lines").press("Enter")

    assert column(2) == ["7", "7", "30", "1,200", ""]
    assert table.locator("th").nth(1).get_attribute("aria-sort") == "ascending"

    table.get_by_role("button", name="lines").press("Space")

    assert column(2) == ["1,200", "30", "7", "7", ""]

    table.get_by_role("button", name="rule").press("Enter")

    assert column(1)[1:3] == ["app 9", "app 10"]
    assert table.locator("[aria-sort]").count() == 1


def test_the_keyboard_reaches_everything_in_order(opened):
    """Tab goes from the skip link through tools, contents, plots and filters; each stop is visible and has a ring."""
    tab = opened()
    stops = []
    for _ in range(60):
        tab.keyboard.press("Tab")
        stops.append(
            tab.evaluate(
                """() => { const e = document.activeElement; const box = e.getBoundingClientRect();
                return {tag: e.tagName, id: e.id || e.className, box: box.width * box.height,
                        ring: getComputedStyle(e).outlineStyle, top: e.closest('.skip') ? 0 : box.top + scrollY} }"""
            )
        )
        if stops[-1]["tag"] == "INPUT" and stops[-1]["id"] == "":
            break
    names = [stop["id"] or stop["tag"] for stop in stops]

    assert names[:3] == ["skip", "theme", "print"]
    assert [stop for stop in stops if stop["box"] == 0 or stop["ring"] == "none"] == []
    assert all(before["top"] <= after["top"] + 4 for before, after in pairwise(stops))
    assert "samples-0-q" in names

    tab.keyboard.press("Space")

    assert _status(tab) == 75


def test_the_skip_link_skips(opened):
    """The first stop of the keyboard leads past the head of the page."""
    tab = opened()
    tab.keyboard.press("Tab")
    tab.keyboard.press("Enter")

    assert tab.evaluate("document.activeElement.id") == "report"


def test_a_mark_says_what_it_stands_for(opened):
    """Under the pointer a mark shows its values; Escape puts them away."""
    tab = opened()
    tab.locator(".plot [aria-roledescription=bar]").first.hover()

    assert tab.locator("#tip").inner_text().splitlines() == ["lines: 907", "action: none", "kind: before"]

    tab.keyboard.press("Escape")

    assert tab.locator("#tip").is_hidden()


@pytest.mark.parametrize("width", [320, 390, 768, 1280])
@LANGS
def test_nothing_is_wider_than_the_window(opened, lang, width):
    """On a telephone as on a desk only plots and tables scroll sideways, each within itself."""
    tab = opened(lang, width=width)

    assert tab.evaluate("document.documentElement.scrollWidth") <= width


@LANGS
def test_languages_are_declared(opened, lang):
    """The page says its language, and words of the other kind say theirs."""
    tab = opened(lang)

    assert tab.get_attribute("html", "lang") == {"en": "en", "zh": "zh-Hans"}[lang]
    assert tab.locator("article").nth(2).locator(".text").get_attribute("lang") == {"en": "zh-Hans", "zh": None}[lang]
    assert ACTIONS[lang][1] in tab.inner_text("main")


def test_paper_has_every_sample_and_no_controls(opened):
    """Printed, the page is light, all samples found are there, and what can only be clicked is not."""
    tab = opened(color_scheme="dark")
    tab.get_by_label(re.compile("^S1")).check()
    pdf = tab.pdf(format="A4")
    tab.emulate_media(media="print", color_scheme="dark")

    assert pdf.startswith(b"%PDF")
    assert tab.locator("article").count() == 100
    assert tab.locator(".filters").is_hidden()
    assert tab.locator(".tools").is_hidden()
    assert tab.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


def test_five_thousand_samples_stay_quick(opened):
    """A search through thousands of samples takes less than the blink that a reader notices."""
    tab = opened(samples=5000)
    took = tab.evaluate(
        """() => { const box = document.querySelector('.facet input'); const began = performance.now();
        box.click(); return performance.now() - began }"""
    )

    assert _status(tab) == 1250
    assert took < 500


@pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not installed: `make browser` does, where there is npm")
@pytest.mark.parametrize("scheme", ["light", "dark"])
@LANGS
def test_axe_finds_nothing(opened, lang, scheme):
    """No rule of WCAG 2.2 A and AA that axe-core can check is broken, contrast among them."""
    tab = opened(lang, color_scheme=scheme)
    tab.eval_on_selector_all("details", "all => all.forEach(one => { one.open = true })")
    tab.evaluate(AXE.read_text(encoding="utf-8"))
    found = tab.evaluate(
        "axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']})"
    )

    assert [(one["id"], [node["html"][:200] for node in one["nodes"][:3]]) for one in found["violations"]] == []
