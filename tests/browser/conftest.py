"""A headless Chromium that is offline, and what it complains about. Without one these tests are skipped."""

import os
import shutil
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def chromium():
    """The browser that is on this machine, started once."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: `make browser`")
    path = os.environ.get("LICTOR_CHROMIUM") or next(
        filter(None, map(shutil.which, ("chromium", "google-chrome"))), None
    )
    if path is None:
        pytest.skip("there is no Chromium on this machine: install one, or set LICTOR_CHROMIUM")
    with sync_api.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def written(tmp_path_factory):
    """A function that writes a page once as a file, and gives its address."""
    from sample_page import page

    from lictor.report.page import render_page

    folder = tmp_path_factory.mktemp("pages")

    def write(lang, samples=300):
        path = folder / f"{lang}-{samples}.html"
        if not path.exists():
            path.write_text(render_page(page(lang, samples)), encoding="utf-8")
        return path.as_uri()

    return write


@pytest.fixture
def opened_at(chromium):
    """A function that opens a page from disk, offline; at the end nothing was complained of, and nothing asked for."""
    contexts, complaints, requests = [], [], []

    def open_page(address, *, width=1280, **settings):
        context = chromium.new_context(viewport={"width": width, "height": 900}, offline=True, **settings)
        contexts.append(context)
        tab = context.new_page()
        tab.on("console", lambda message: complaints.append(message.text))
        tab.on("pageerror", lambda error: complaints.append(str(error)))
        tab.on("request", lambda request: requests.append(request.url))
        tab.goto(address)
        return tab

    yield open_page
    for context in contexts:
        context.close()

    assert complaints == []
    assert [url for url in requests if not url.startswith("file:")] == []
    assert len(requests) == len(contexts)


@pytest.fixture
def opened(opened_at, written):
    """A function that opens the sample page."""
    return lambda lang="en", *, samples=300, **settings: opened_at(written(lang, samples), **settings)
