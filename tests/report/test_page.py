"""A report's page is one file: complete, safe to open, the same for the same report, and never too large."""

import json
import re
import subprocess
import sys
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser
from importlib.resources import files

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lictor.decide.words import LANGUAGES
from lictor.errors import UsageError
from lictor.policy.names import MECHANISMS
from lictor.report.page import Note, Page, Plot, Sample, Samples, Section, Span, Table, figures, render_page
from lictor.report.page.payload import as_script, packed
from lictor.report.page.plots import bars
from lictor.report.page.words import HTML_LANG, WORDS

ANY_TEXT = st.text(
    st.one_of(st.characters(), st.sampled_from("<>&/!-\"'`\u202e\u200b\u2028\x00\ud800\udc00😀")), max_size=60
)
HOSTILE = "</script><!--<script>alert(1)</script>\u202e\u2028 & `x`"


def _page(*blocks, title="Report", facts=(), lang="en"):
    return Page(title, "What it is about.", facts, [Section("All of it", blocks)], lang)


class _Reader(HTMLParser):
    """The elements of a document, and the text of the data in it."""

    def __init__(self, document):
        super().__init__()
        self.tags, self.data, self._in_data = [], "", False
        self.feed(document)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self._in_data = dict(attrs).get("id") == "data"

    def handle_endtag(self, tag):
        self._in_data = False

    def handle_data(self, data):
        self.data += data if self._in_data else ""


def _read(*blocks, **rest):
    return _Reader(render_page(_page(*blocks, **rest)))


def test_nothing_is_fetched_and_nothing_else_may_run():
    """No element names an address, and the policy of the page allows its own style and script by digest alone."""
    document = render_page(_page(Plot("a", "b", bars([{"x": 1, "y": "n"}], x="x", y="y")), Samples("s", [])))
    reader = _Reader(document)
    [policy] = [has["content"] for tag, has in reader.tags if has.get("http-equiv") == "Content-Security-Policy"]
    allowed = {
        f"'sha256-{b64encode(sha256(body.encode()).digest()).decode()}'"
        for body in re.findall(r"<(?:style|script)>(.*?)</(?:style|script)>", document, re.DOTALL)
    }

    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert allowed == set(re.findall(r"'sha256-[^']*'", policy))
    assert {has.get("src") for _, has in reader.tags} == {None}
    assert {has["href"] for _, has in reader.tags if "href" in has} == {"data:,", "#report", "#s1"}
    assert [has for _, has in reader.tags if any(name == "style" or name.startswith("on") for name in has)] == []


@settings(max_examples=30)
@given(ANY_TEXT, ANY_TEXT, ANY_TEXT)
def test_no_words_become_markup(title, cell, text):
    """Whatever the words, the document has the elements it has for tame ones, and its data can be read back."""
    blocks = [
        Table(title, [cell], [[cell]], text),
        Note(text.replace("`", "")),
        Samples(title, [Sample(text, [Span(0, len(text), cell, title, (text,))], {title: cell}, [text], cell)]),
    ]
    tame = [Table("t", ["c"], [["c"]], "a" if text else ""), Note("n"), Samples("s", [])]
    reader = _read(*blocks, title=title, facts=[(title, cell)])
    expected = _read(*tame, facts=[("a", "b")])
    tags = [tag for tag, _ in reader.tags if tag != "code"]

    assert tags == [tag for tag, _ in expected.tags]

    held = json.loads(reader.data)["samples"][0]["rows"][0]
    kept = re.sub(r"[\ud800-\udfff]", "\ufffd", text)

    assert (held[1], held[2], held[4]) == (kept, [[0, len(text), 0]], [kept])


@given(st.recursive(ANY_TEXT, lambda inner: st.lists(inner) | st.dictionaries(ANY_TEXT, inner)))
def test_data_cannot_end_its_element_nor_turn_its_reader(value):
    """As a script's data any value is read back as it was, without a `<` or a character that hides or turns others."""
    text = as_script(value)

    assert json.loads(text) == value
    assert re.search("[<>&\u2028\u2029\u202a-\u202e\u2066-\u2069\u200b]", text) is None


def test_the_same_report_gives_the_same_bytes():
    """Neither the clock nor the time zone nor the order of a hash shows in a page."""
    script = (
        "from lictor.report.page import *; from lictor.report.page.plots import lines; import hashlib;"
        "rows = [{'day': f'2022-07-{d:02}', 'n': d, 'who': w} for d in range(1, 9) for w in 'ab'];"
        "page = Page('t', 'a', [], [Section('s', [Plot('p', 'a', lines(rows, x='day', y='n', series='who'))])]);"
        "print(hashlib.sha256(render_page(page).encode()).hexdigest())"
    )
    told = {
        subprocess.run(
            [sys.executable, "-c", script], env={"TZ": zone, "PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for zone, seed in (("UTC", "1"), ("Asia/Shanghai", "2"), ("America/Los_Angeles", "3"))
    }

    assert len(told) == 1


@pytest.mark.parametrize("length", [10, 3000, 100_000])
def test_a_page_stays_below_five_megabytes(length):
    """However many and long the samples: as many as fit, the first ones, and the page says how many it left out."""
    many = min(20_000, 20_000_000 // length)
    every = [
        Sample("收矿" * (length // 2), [Span(1, 3, f"term {n}")], {"n": str(n)}, id=f"row-{n}") for n in range(many)
    ]
    document = render_page(_page(Samples("first", every), Samples("second", every[:900])))
    first, second = json.loads(_Reader(document).data)["samples"]
    held = len(first["rows"])
    left = f"This page holds the first {held:,} of {many:,} samples; more would make it too large."

    assert len(document.encode()) < 5_000_000
    assert held >= 200
    assert [row[0] for row in first["rows"]] == [f"row-{n}" for n in range(held)]
    assert first["left"] == (left if held < many else "")
    assert (second["left"] == "") == (len(second["rows"]) == 900)


def test_a_long_sample_keeps_its_first_evidence():
    """Of a text of a megabyte four thousand characters stay, round the first evidence, with offsets that still fit."""
    text = "a" * 300_000 + "bitcoin" + "b" * 700_000
    told = packed(Samples("s", [Sample(text, [Span(300_000, 300_007, "bitcoin"), Span(900_000, 900_001, "b")], {})]),
                  lang="en", room=10**6)  # fmt: skip
    [[_, kept, [[start, end, what]], _, notes, _]] = told["rows"]

    assert (kept[start:end], told["whats"][what][0], len(kept)) == ("bitcoin", "bitcoin", 4000)
    assert notes == ["Cut: 4,000 of 1,000,007 characters."]


@pytest.mark.parametrize(
    ("value", "shown"),
    [(1234567, "1,234,567"), (0.61234, "0.6123"), (12.0, "12"), (98765.43, "98,765.4"), (-2, "-2"), (1e-7, "1e-07")],
)
def test_numbers_are_set_as_people_read_them(value, shown):
    """Thousands stand apart, a fraction has four figures, and the exact value stays with the cell to sort by."""
    document = render_page(_page(Table("t", ["n"], [[value]])))

    assert f'<td class="n" data-n="{value!r}">{shown}</td>' in document


def test_a_column_with_words_in_it_is_no_column_of_numbers():
    """Only where every cell is a number or missing are they set to the right."""
    document = render_page(_page(Table("t", ["a", "b"], [[1, None], ["x", 2]])))

    assert document.count('<th scope="col">') == 1
    assert document.count('<th scope="col" class="n">') == 1


def test_what_is_empty_says_so():
    """A plot or a table without rows is a sentence, not an empty frame."""
    document = render_page(_page(Plot("p", "a", bars([], x="x", y="y")), Table("t", ["a"], [])))

    assert "<svg" not in document
    assert WORDS["en"]["nothing"] in document
    assert WORDS["en"]["no_rows"] in document


def test_long_tables_say_what_they_leave_out():
    """Two thousand rows of a table, five hundred of a plot's numbers; the rest is counted."""
    rows = [{"x": n, "y": n % 7} for n in range(2500)]
    document = render_page(
        _page(Plot("p", "a", bars(rows, x="x", y="y")), Table("t", ["x"], [[n] for n in range(2500)]))
    )

    assert "The first 500 of 2,500 rows." in document
    assert "The first 2,000 of 2,500 rows." in document


def test_languages_have_the_same_words():
    """Every word of the page stands in every language, with the same things to fill in; so does every disguise."""
    blanks = {
        lang: {name: set(re.findall(r"\{\w+\}", said)) for name, said in words.items()} for lang, words in WORDS.items()
    }

    assert blanks["en"] == blanks["zh"]
    assert set(HTML_LANG) == set(WORDS)

    for lang in WORDS:
        spans = [Span(0, 1, "t", mechanisms=(one,)) for one in MECHANISMS]
        told = packed(Samples("s", [Sample("t", spans, {})]), lang=lang, room=10**6)

        assert [how for _, _, [how] in told["whats"]] == [LANGUAGES[lang].mechanism[one] for one in MECHANISMS]


def test_without_the_drawing_package_the_way_out_is_said(monkeypatch):
    """What is missing is named, with the command that installs it; a page without plots needs it not."""
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    figures.drawing.cache_clear()

    with pytest.raises(UsageError) as refused:
        render_page(_page(Plot("p", "a", bars([{"x": 1, "y": "n"}], x="x", y="y"))))

    assert refused.value.hint == "install it with `pip install 'lictor[report]'`"
    assert "<h1>Report</h1>" in render_page(_page(Note("no plot")))


def test_style_and_script_are_in_the_package():
    """What the page is made of is installed with it, and holds no address and nothing of anyone else."""
    for name in ("page.css", "page.js"):
        text = files("lictor.report.page").joinpath(name).read_text("utf-8")

        assert re.search(r"https?:|@import|url\(|innerHTML|eval\(", text) is None


def _luminance(colour):
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one, other):
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_colours_can_be_told_from_their_ground():
    """Words have a contrast of 4.5 at least, marks and lines of plots of 3, in light and in dark (WCAG 2.2 AA)."""
    css = files("lictor.report.page").joinpath("page.css").read_text("utf-8")
    themes = [
        dict(re.findall(r"--([\w-]+): (#\w{6})", block)) for block in re.findall(r"\{[^{}]*--paper: [^{}]*\}", css)
    ]

    assert len(themes) == 3
    assert themes[1] == themes[2]

    for theme in themes:
        words = [(name, ground) for name in ("ink", "muted", "link") for ground in ("paper", "soft")]
        for name, ground in [*words, ("mark-ink", "mark")]:
            assert _contrast(theme[name], theme[ground]) >= 4.5, (name, ground)
        for name in [*(f"s{number}" for number in range(1, figures.SERIES + 1)), "line", "focus", "mark-line"]:
            assert _contrast(theme[name], theme["paper"]) >= 3, name
