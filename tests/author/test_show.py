"""The page of a policy: complete, and safe to print whatever the policy says."""

import re

import pytest

from lictor.author.show import page
from lictor.policy import bundled_policies, load_policy
from lictor.report.show import to_markdown, to_text
from lictor.report.show_html import to_html

FORMS = (to_text, to_markdown, lambda blocks: to_html(blocks, lang="en"))


@pytest.mark.parametrize("name", sorted(bundled_policies()))
@pytest.mark.parametrize("form", FORMS, ids=["text", "markdown", "html"])
def test_everything_is_on_the_page(name, form):
    """Every rule, category, ladder, notice and version is named."""
    policy = load_policy(name)
    shown = form(page(policy)).replace("\\", "")
    document = policy.document
    names = [*(one.id for one in document.rules), *document.categories, *(one.id for one in document.ladders)]
    names += [*(one.id for one in document.notices), *(one.id for one in document.versions)]

    assert [] == [name for name in names if name not in shown]


def test_languages(tulips):
    """Titles are in the language asked for, where the policy speaks it."""
    policy = load_policy(tulips)

    assert "买卖郁金香" in to_text(page(policy, lang="zh"))
    assert "Offers to buy or sell tulips" in to_text(page(policy, lang="en"))


@pytest.mark.parametrize("form", FORMS, ids=["text", "markdown", "html"])
def test_hostile_titles(tulips, tmp_path, form):
    """A title cannot smuggle control characters or markup into the page."""
    text = tulips.read_text("utf-8").replace(
        "title: Talk of tulips rising", 'title: "<img src=x>|\\u202e*a*\\u001b[31m"'
    )
    path = tmp_path / "policy.yaml"
    path.write_text(text, "utf-8")
    shown = form(page(load_policy(path)))

    assert "\u202e" not in shown
    assert "\x1b" not in shown
    if form is not to_text:
        assert "<img" not in shown.replace("\\<img", "")


def test_html_needs_nothing_else(tulips):
    """The file fetches nothing: no script, no address, no picture."""
    html = to_html(page(load_policy(tulips)), lang="en")

    assert not re.search(r"<script|src=|url\(|https?:", html)
    assert html.startswith("<!doctype html>")
