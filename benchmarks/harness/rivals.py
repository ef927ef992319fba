"""Lictor and its rivals behind one door. A name is `library[+fold][/joined]`.

`library` alone searches each row as written; `+fold`, `+table`, `+squash` and `+spans` put that fold before it (see
`folds`); `/joined` joins the rows with line ends and makes one call, which spares the libraries a call a row. What each
one finds is its own answer: rows hit and matches, overlapping ones too where the library can tell them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from harness.folds import BREAK, FOLDS, fold_with_offsets, rows_of_places

__all__ = ["LIBRARIES", "Answer", "Library", "Missing", "Search", "build", "installed", "parts"]

# Where each match begins or ends: characters, or bytes of UTF-8.
Places = Iterable[int]


class Missing(LookupError):  # noqa: N818
    """An engine that cannot run here, with the reason."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Rows hit, and how many matches; None where the library does not say."""

    rows: frozenset[int]
    matches: int | None


Search = Callable[[Sequence[str]], Answer]
Build = Callable[[Sequence[str]], Callable[[str], Places]]


@dataclass(frozen=True, slots=True)
class Library:
    """A rival: its package, how it is built, and in words what it does not do.

    `all_matches` says it tells overlapping matches; `bytes_` that its places are bytes; `words` that it sees whole
    words only; `more` that it undoes something by itself, so that it may find more than a naive search; `most` is the
    largest number of terms it is asked to hold here, `why` the reason.
    """

    package: str
    build: Build
    lacks: str
    all_matches: bool = True
    bytes_: bool = False
    words: bool = False
    more: bool = False
    most: int = 1_000_000
    why: str = ""


def parts(name: str) -> tuple[str, str, bool]:
    """An engine's name taken apart: library, fold, whether rows are joined."""
    whole, _, joined = name.partition("/")
    library, _, how = whole.partition("+")
    if joined not in ("", "joined") or (how or "raw") not in FOLDS:
        raise ValueError(f"engine `{name}` is not `library[+fold][/joined]`")
    return library, how or "raw", bool(joined)


def installed(package: str) -> str | None:
    """The version of a package that is installed here."""
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def build(name: str, terms: Sequence[str]) -> Search:
    """The engine built for the terms, ready to search rows."""
    library, how, joined = parts(name)
    about = LIBRARIES[library]
    if installed(about.package) is None:
        raise Missing(f"`{about.package}` is not installed")
    if len(terms) > about.most:
        raise Missing(f"not asked to hold more than {about.most:,} terms: {about.why}")
    change = FOLDS[how]
    search = about.build(list(dict.fromkeys(map(change, terms))))
    if joined:
        return partial(_joined, search=search, change=change, about=about)
    if how == "spans":
        return partial(_row_by_row_with_spans, search=search)
    return partial(_row_by_row, search=search, change=change, about=about)


def _row_by_row(
    rows: Sequence[str], search: Callable[[str], Places], change: Callable[[str], str], about: Library
) -> Answer:
    hit, matches = set(), 0
    for number, row in enumerate(rows):
        found = sum(1 for _ in search(change(row)))
        if found:
            hit.add(number)
            matches += found
    return Answer(frozenset(hit), matches if about.all_matches else None)


def _row_by_row_with_spans(rows: Sequence[str], search: Callable[[str], Places]) -> Answer:
    hit, places = set(), []
    for number, row in enumerate(rows):
        folded, offsets = fold_with_offsets(row)
        found = [offsets[place] for place in search(folded)]
        if found:
            hit.add(number)
            places += found
    return Answer(frozenset(hit), len(places))


def _joined(
    rows: Sequence[str], search: Callable[[str], Places], change: Callable[[str], str], about: Library
) -> Answer:
    text = change(BREAK.join(rows))
    places = list(search(text))
    if not places:
        hit = []
    elif about.bytes_:
        hit = rows_of_bytes(text, places)
    else:
        hit = rows_of_places(text, places)
    return Answer(frozenset(hit), len(places) if about.all_matches else None)


def rows_of_bytes(text: str, places: Sequence[int]) -> list[int]:
    """The row each byte lies in."""
    # One character a byte, so that the same search for line ends serves.
    return rows_of_places(text.encode().decode("latin-1"), places)


def _pyahocorasick(terms: Sequence[str]) -> Callable[[str], Places]:
    import ahocorasick  # noqa: PLC0415

    automaton = ahocorasick.Automaton()
    for term in terms:
        automaton.add_word(term, len(term))
    automaton.make_automaton()
    return lambda text: [end + 1 - size for end, size in automaton.iter(text)]


def _ahocorasick_rs(terms: Sequence[str]) -> Callable[[str], Places]:
    import ahocorasick_rs  # noqa: PLC0415

    automaton = ahocorasick_rs.AhoCorasick(terms)
    return lambda text: [start for _, start, _ in automaton.find_matches_as_indexes(text, overlapping=True)]


def _daachorse(terms: Sequence[str]) -> Callable[[str], Places]:
    import daachorse  # noqa: PLC0415

    automaton = daachorse.CharwiseDoubleArrayAhoCorasick(list(terms))
    return lambda text: [start for start, _, _ in automaton.find_overlapping(text)]


def _hyperscan(terms: Sequence[str]) -> Callable[[str], Places]:
    import hyperscan  # noqa: PLC0415

    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    encoded = [term.encode() for term in terms]
    database.compile(expressions=encoded, ids=list(range(len(encoded))), literal=True, flags=0)

    def search(text: str) -> Places:
        ends: list[int] = []
        # A match is told when its last byte is read.
        database.scan(text.encode(), match_event_handler=lambda _id, _from, to, _flags, _context: ends.append(to - 1))
        return ends

    return search


def _re2(terms: Sequence[str]) -> Callable[[str], Places]:
    import re2  # noqa: PLC0415

    options = re2.Options()
    options.max_mem = 1 << 30
    pattern = re2.compile("|".join(map(re2.escape, terms)), options)
    return lambda text: [match.start() for match in pattern.finditer(text)]


def _flashtext(terms: Sequence[str]) -> Callable[[str], Places]:
    from flashtext import KeywordProcessor  # noqa: PLC0415

    processor = KeywordProcessor(case_sensitive=True)
    processor.add_keywords_from_list(list(terms))
    return lambda text: [start for _, start, _ in processor.extract_keywords(text, span_info=True)]


def _yara_rules(terms: Sequence[str]) -> str:
    """Rules of 5,000 strings, since a rule may hold 10,000."""
    rules = []
    for first in range(0, len(terms), 5_000):
        strings = "\n".join(
            f'$t{number} = "' + "".join(f"\\x{byte:02x}" for byte in term.encode()) + '"'
            for number, term in enumerate(terms[first : first + 5_000])
        )
        rules.append(f"rule r{first} {{ strings:\n{strings}\ncondition: any of them }}")
    return "\n".join(rules)


def _yara_x(terms: Sequence[str]) -> Callable[[str], Places]:
    import yara_x  # noqa: PLC0415

    scanner = yara_x.Scanner(yara_x.compile(_yara_rules(terms)))

    def search(text: str) -> Places:
        found = scanner.scan(text.encode()).matching_rules
        return [match.offset for rule in found for pattern in rule.patterns for match in pattern.matches]

    return search


def _yara(terms: Sequence[str]) -> Callable[[str], Places]:
    import yara  # noqa: PLC0415

    rules = yara.compile(source=_yara_rules(terms))

    def search(text: str) -> Places:
        found = rules.match(data=text.encode())
        return [one.offset for rule in found for string in rule.strings for one in string.instances]

    return search


def _better_profanity(terms: Sequence[str]) -> Callable[[str], Places]:
    from better_profanity import Profanity  # noqa: PLC0415

    judge = Profanity(list(terms))
    return lambda text: [0] if judge.contains_profanity(text) else []


LIBRARIES: Mapping[str, Library] = {
    "pyahocorasick": Library(
        "pyahocorasick", _pyahocorasick, "folds nothing, tests no boundary, no offsets into the text as written"
    ),
    "ahocorasick_rs": Library("ahocorasick_rs", _ahocorasick_rs, "folds nothing, tests no boundary"),
    "daachorse": Library("daachorse", _daachorse, "folds nothing, tests no boundary"),
    "hyperscan": Library(
        "hyperscan",
        _hyperscan,
        "folds nothing beyond ASCII case, literals test no boundary; tells where a match ends (in bytes), not begins",
        bytes_=True,
    ),
    "re2": Library(
        "google-re2",
        _re2,
        "folds nothing beyond case; an alternation tells one match at a place and none that overlap",
        all_matches=False,
        most=10_000,
        why="its automaton outgrows its memory and falls back to a slower search",
    ),
    "flashtext": Library(
        "flashtext",
        _flashtext,
        "folds case only; takes a term only between characters that are no ASCII word characters; tells none that "
        "overlap",
        all_matches=False,
        words=True,
    ),
    "yara-x": Library(
        "yara-x", _yara_x, "folds nothing beyond ASCII case; places in bytes; rules are made for files", bytes_=True
    ),
    "yara": Library(
        "yara-python", _yara, "folds nothing beyond ASCII case; places in bytes; rules are made for files", bytes_=True
    ),
    "better_profanity": Library(
        "better-profanity",
        _better_profanity,
        "English only; folds case and a few leet letters; whole words only; says yes or no, not where",
        all_matches=False,
        words=True,
        more=True,
        most=1_000,
        why="it compares every word of the text with every term",
    ),
}


def lictor(terms: Sequence[Any], options: Mapping[str, Any]) -> Search:
    """Lictor's own column search: every match verified, explained, and placed in the text as written."""
    import pyarrow as pa  # noqa: PLC0415

    from lictor import Matcher  # noqa: PLC0415

    matcher = Matcher(terms, **options)

    def search(column: pa.Array) -> Answer:
        found = matcher.find_column(column)
        # What it is compared with gives places, so matches are asked for theirs.
        places = [start for matches in found.values() for start in matches.starts]
        return Answer(frozenset(found), len(places))

    # An automaton that is built on first need is part of what building costs.
    matcher.find_column(pa.array([str(getattr(terms[0], "text", terms[0]))]))
    return search
