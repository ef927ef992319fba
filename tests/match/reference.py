"""A slow matcher written from the definitions: every term at every place, every way to lay one over the other.

It shares with the matcher the facts about single characters (`describe`, `differences`) and the spellings of a term
(`compile_term`), nothing else: no skeleton, no candidates, no chunks, no automaton.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from lictor.match.edges import DOT_FORMS, SPELT_DOT_SIDES
from lictor.match.gaps import BRACKETS, CLAUSE_MARKS
from lictor.match.ordinary import BOTH_BY_CHANCE, COMMONEST, MEET_BY_CHANCE
from lictor.match.spellings import cancel_phrase, compile_term
from lictor.match.terms import LEADING_DUALS, OPENING_DUALS, TRAILING_DUALS, Pattern, Term
from lictor.match.verify import CLOSED_WITHIN
from lictor.text import BITS, Part, describe, differences, names_of
from lictor.text.dictionary import is_longer_word
from lictor.text.frequency import frequency, is_common_word, is_ordinary_word
from lictor.text.tables import (
    ACCENT,
    DIGIT,
    DUAL,
    ENCLOSING,
    HAN,
    INVISIBLE,
    KEPT,
    LETTER,
    MASKS,
    SPACE,
    readings,
    relation,
    sound_symbol,
)

Row = tuple[str, int, int, tuple[str, ...]]


@dataclass(frozen=True)
class Place:
    """One letter of the text."""

    start: int
    end: int
    first: bool
    last: bool
    char: str
    flags: int
    dual: bool
    part: Part
    gap: str


def find_all(terms: Iterable[Term], text: str, allow: Iterable[str] = (), common: Term | None = None) -> list[Row]:
    """What `Matcher(terms, allow=allow).find(text, overlap="all")` must return: name, start, end, mechanisms."""
    terms = list(terms)
    patterns = [pattern for order, term in enumerate(terms) for pattern in compile_term(term, order)]
    if common is not None:
        patterns += [cancel_phrase(phrase, common.options, -1, None) for phrase in allow]
    found = [(p, *match) for p in patterns for match in matches_of(p, text)]
    cancelling = [(p.scope, start, end) for p, start, end, _ in found if p.allow]
    best: dict[tuple[int, int, int], tuple[int, int]] = {}
    for pattern, start, end, needed in found:
        if pattern.allow or any(s in (None, pattern.order) and a <= start and end <= b for s, a, b in cancelling):
            continue
        key = (start, end, pattern.order)
        best[key] = min(best.get(key, (99, 0)), (needed.bit_count(), needed))
    return [
        (terms[order].name or terms[order].text, s, e, names_of(n)) for (s, e, order), (_, n) in sorted(best.items())
    ]


def matches_of(pattern: Pattern, text: str) -> Iterator[tuple[int, int, int]]:
    if not pattern.letters:
        for start in range(len(text)):
            if (end := literal_end(text, start, pattern.lead, pattern.allowed)) is not None:
                yield start, end[0], end[1] | pattern.needs
        return
    for letters in (False,) if pattern.sound else (False, True):
        for places, owners, needed, leet in layings(pattern, text, letters=letters):
            judged = judge(pattern, text, places, owners, needed, leet, letters=letters)
            if judged is not None:
                yield judged


def read(text: str, *, letters: bool) -> list[Place]:
    places: list[Place] = []
    gap = ""
    for at, char in enumerate(text):
        about = describe(char)
        if about.kind == KEPT or (letters and about.kind == DUAL):
            for index, part in enumerate(about.parts):
                last = index == len(about.parts) - 1
                places.append(Place(at, at + 1, index == 0, last, char, about.flags, about.kind == DUAL, part, gap))
                gap = ""
        elif places and (
            (about.kind in (ACCENT, ENCLOSING) and not gap) or (about.kind == ENCLOSING and gap in ("\ufe0e", "\ufe0f"))
        ):
            gap = ""
            old = places[-1]
            part = old.part._replace(marks=old.part.marks + about.parts[0].marks)
            places[-1] = Place(old.start, at + 1, old.first, old.last, old.char, old.flags, old.dual, part, old.gap)
        else:
            gap += char
    return places


def layings(pattern: Pattern, text: str, *, letters: bool) -> Iterator[tuple[list[Place], list[int], int, int]]:
    """Each way the runs of the text lie over the runs of the pattern."""
    runs = [list(run) for _, run in groupby(read(text, letters=letters), key=lambda p: symbol_of(pattern, p.part))]
    wanted = [
        list(run)
        for _, run in groupby(range(len(pattern.letters)), key=lambda i: symbol_of(pattern, pattern.letters[i].part))
    ]
    for begin in range(len(runs) - len(wanted) + 1):
        over = runs[begin : begin + len(wanted)]
        if any(
            symbol_of(pattern, o[0].part) != symbol_of(pattern, pattern.letters[w[0]].part)
            for o, w in zip(over, wanted, strict=True)
        ):
            continue
        if len(wanted) == 1:
            start = 0
            while start < len(over[0]):
                # Two Latin letters are never written apart: no laying begins where they would be.
                apart = start + 1 < len(over[0]) and not only_invisible(over[0][start + 1].gap)
                if apart and len(wanted[0]) == 2 and pattern.latin == ((0, 2),):
                    start += 1
                    continue
                choice = forwards(pattern, over[0][start:], wanted[0])
                if choice is not None:
                    yield choice
                start += len(choice[0]) if choice is not None and pattern.allowed & BITS["repeats"] else 1
            continue
        parts = []
        for index, (run, letter_indexes) in enumerate(zip(over, wanted, strict=True)):
            if index == 0:
                parts.append(backwards(pattern, run, letter_indexes))
            elif index == len(wanted) - 1:
                parts.append(forwards(pattern, run, letter_indexes))
            else:
                parts.append(way_of(pattern, run, letter_indexes))
        if all(part is not None for part in parts):
            yield (
                [p for part in parts if part for p in part[0]],
                [o for part in parts if part for o in part[1]],
                union(part[2] for part in parts if part),
                sum(part[3] for part in parts if part),
            )


Way = tuple[list[Place], list[int], int, int]


def forwards(pattern: Pattern, run: list[Place], letters: list[int]) -> Way | None:
    """The shortest way over the run's first places, drawn out over those that touch."""
    chosen = None
    for size in range(1, len(run) + 1):
        if chosen is not None and not only_invisible(run[size - 1].gap):
            break
        chosen = way_of(pattern, run[:size], letters) or chosen
    return chosen


def backwards(pattern: Pattern, run: list[Place], letters: list[int]) -> Way | None:
    """The same over the run's last places."""
    chosen = None
    for first in range(len(run) - 1, -1, -1):
        if chosen is not None and not only_invisible(run[first + 1].gap):
            break
        chosen = way_of(pattern, run[first:], letters) or chosen
    return chosen


def way_of(pattern: Pattern, stretch: list[Place], letters: list[int]) -> Way | None:
    """The way that needs least over exactly these places."""
    short = len(letters) == 1 and len(stretch) == 2 and len(pattern.letters) < 5
    if short and pattern.letters[letters[0]].flags & LETTER:
        return None
    ways = list(lay(pattern, stretch, letters))
    if not ways:
        return None
    owners, needed, leet = min(ways, key=lambda way: (way[1].bit_count(), way[1], way[2]))
    return stretch, owners, needed, leet


def lay(pattern: Pattern, places: list[Place], letters: list[int]) -> Iterator[tuple[list[int], int, int]]:
    def step(at: int, owner: int, owners: list[int], needed: int, leet: int) -> Iterator[tuple[list[int], int, int]]:
        if at == len(places):
            if owner == len(letters) - 1:
                yield owners, needed, leet
            return
        place = places[at]
        if owner >= 0 and pattern.allowed & BITS["repeats"]:
            letter = pattern.letters[letters[owner]]
            may = letter.flags & (LETTER | HAN) and not any(p.flags & DIGIT or p.dual for p in places[at - 1 : at + 1])
            if may and only_invisible(place.gap):
                folds = fold_of(pattern, letters[owner], place)
                own = fold_of(pattern, letters[owner], places[at - 1])
                if folds is not None and own is not None and not (folds ^ own) & BITS["sound"]:
                    yield from step(at + 1, owner, [*owners, letters[owner]], needed | folds, leet + is_leet(folds))
        if owner + 1 < len(letters):
            folds = fold_of(pattern, letters[owner + 1], place)
            if folds is not None:
                yield from step(at + 1, owner + 1, [*owners, letters[owner + 1]], needed | folds, leet + is_leet(folds))

    yield from step(0, -1, [], 0, 0)


def is_leet(folds: int) -> int:
    return int(bool(folds & BITS["leet"]))


def fold_of(pattern: Pattern, index: int, place: Place) -> int | None:
    letter = pattern.letters[index]
    same_marks = place.part.marks == letter.part.marks
    if place.char == letter.char and same_marks and place.part.base == letter.part.base:
        return 0
    spelled = place.part.needs | letter.part.needs
    for folds in differences(
        place.part.base, letter.part.base, marks_differ=None if same_marks else (place.part.marks, letter.part.marks)
    ):
        if not (folds | spelled) & ~pattern.allowed:
            return folds | spelled
    both_read = place.part.base in readings() and letter.part.base in readings()
    if pattern.sound and both_read and readings()[place.part.base] == readings()[letter.part.base]:
        base = letter.part.base
        hung = differences(base, base, marks_differ=None if same_marks else (place.part.marks, letter.part.marks))
        if hung and not hung[0] & ~pattern.allowed:
            return hung[0] | BITS["sound"]
    return None


def symbol_of(pattern: Pattern, part: Part) -> int:
    return sound_symbol(part.base) if pattern.sound else part.symbol


def judge(
    pattern: Pattern, text: str, places: list[Place], owners: list[int], needed: int, leet: int, *, letters: bool
) -> tuple[int, int, int] | None:
    options = pattern.term.options
    size = len(pattern.letters)
    if not places[0].first or not places[-1].last or (pattern.turned and not needed & BITS["lookalike"]):
        return None
    duals = [i for i, p in enumerate(places) if p.dual]
    if letters:
        if not duals or size < 3:
            return None
        between = {place.gap for place in places[1:]}
        if (len(between) > 1 or between == {""}) and not duals_stand(pattern, places, duals, text):
            return None
    needed |= pattern.needs | (BITS["repeats"] if len(places) > size else 0)
    separators: dict[int, str] = {}
    masked: str | None = None
    for place, before, owner in zip(places[1:], owners, owners[1:], strict=False):
        if owner != before and before == pattern.mask:
            masked = place.gap
            continue
        need = gap_of(pattern, place.gap, before, owner, separators)
        if need is None:
            return None
        needed |= need
    if masked is not None and pattern.mask is not None:
        hides = mask_of(pattern, masked, [separators.get(owner) for owner in owners[:-1] if owner != pattern.mask])
        if hides is None:
            return None
        needed |= hides[0]
        separators |= {pattern.mask: hides[1]} if hides[1] else {}
    if leet:
        plain = len(places) - leet
        if not (plain > leet if size <= 3 else plain >= leet if size < 5 else 3 * plain >= leet):
            return None
    start, end = places[0].start, places[-1].end
    if not spelled(pattern, text, separators, start, end, leet=leet > 0):
        return None
    if pattern.lead:
        read_literals = [(at, literal_end(text, at, pattern.lead, pattern.allowed)) for at in range(start)]
        ending_here = [(at, found[1]) for at, found in read_literals if found is not None and found[0] == start]
        if not ending_here:
            return None
        start, folds = ending_here[-1]
        needed |= folds
    if pattern.trail:
        read_literal = literal_end(text, end, pattern.trail, pattern.allowed)
        if read_literal is None:
            return None
        end = read_literal[0]
        needed |= read_literal[1]
    if options.ticker and not pattern.allow:
        dollar = text[start] in "$＄" or (start > 0 and text[start - 1] in "$＄")
        if not dollar and any(p.char.islower() for p in places):
            return None
    if pattern.dots:
        return (start, end, needed) if host_stands(text, start, end) else None
    if pattern.boundary != "none":
        touching = LETTER if pattern.boundary == "word" else LETTER | DIGIT
        if not pattern.lead and pattern.letters[0].flags & touching:
            before = beside(pattern, text[:start][::-1])
            if flags(before) & touching and (is_symbol(before) or not is_symbol(places[0].char)):
                return None
            pair = text[max(start - 1, 0) : start + 1]
            if (
                len(pair) == 2
                and all(flags(char) & DIGIT and not is_symbol(char) for char in pair)
                and touching == LETTER
            ):
                return None
        if not pattern.trail and pattern.letters[-1].flags & touching:
            after = beside(pattern, text[end:], marks=False)
            if flags(after) & touching and (is_symbol(after) or not is_symbol(places[-1].char)):
                return None
    if needed & (BITS["sound"] | BITS["shape"]) and size > 1 and all(one.flags & HAN for one in pattern.letters):
        chars = "".join(one.char for one in pattern.letters)
        if pattern.needs & BITS["shape"] and len(pattern.text) == len(pattern.term.text):
            chars = "".join(c for c in pattern.term.text if describe(c).kind == KEPT)
        seen = [written(place.char) for place in places]
        if reads_as_words(text, start, end, seen, list(map(written, chars)), places[1].gap):
            return None
    return start, end, needed


def reads_as_words(text: str, start: int, end: int, seen: list[str], meant: list[str], gap: str) -> bool:
    """Whether Chinese characters that resemble a term's are ordinary words."""
    before, after = written(text[:start][-1:]), written(text[end:][:1])
    for first in range(len(text)):
        for last in (first + 3, first + 4):
            covers = first <= start and last >= end and last - first > end - start and last <= len(text)
            if covers and is_longer_word("".join(map(written, text[first:last]))):
                return True
    if len(meant) > 2:
        ends = [(before + seen[0], seen[0], meant[0]), (seen[-1] + after, seen[-1], meant[-1])]
        return any(char != own and is_common_word(pair) for pair, char, own in ends)
    before, after = written(text[:start].removesuffix(gap)[-1:]), written(text[end:].removeprefix(gap)[:1])
    if len(seen) > 2 or any(map(is_ordinary_word, ("".join(seen), before + seen[0], seen[1] + after))):
        return True
    others = [char for char, own in zip(seen, meant, strict=True) if char != own]
    if any(frequency(char) > COMMONEST for char in others):
        return True
    return frequency(seen[0]) * frequency(seen[1]) > (BOTH_BY_CHANCE if len(others) == 2 else MEET_BY_CHANCE)


def duals_stand(pattern: Pattern, places: list[Place], duals: list[int], text: str) -> bool:
    for i in duals:
        if (i and not only_invisible(places[i].gap)) or not all(only_invisible(p.gap) for p in places[i + 1 : i + 2]):
            return False
        if i in (0, len(places) - 1):
            closing = OPENING_DUALS.get(places[i].char)
            if places[i].char not in (TRAILING_DUALS if i else LEADING_DUALS):
                return False
            if closing and (pattern.needs & BITS["reversed"] or closing in text[places[i].end :][:CLOSED_WITHIN]):
                return False
    return True


def written(char: str) -> str:
    return relation("script").get(char, char)[:1]


def gap_of(pattern: Pattern, gap: str, before: int, owner: int, separators: dict[int, str]) -> int | None:
    visible, needed = bare_of(pattern, gap)
    own = pattern.gaps[before] if owner != before else ""
    if owner != before and before in pattern.dots:
        dot = dot_of(pattern, before, visible)
        return None if dot is None or needed & ~pattern.allowed else dot | needed
    if gap == own or (own and own == gap[:1] + "".join(c for c in gap[1:] if c not in "\ufe0e\ufe0f")):
        return 0
    if needed & ~pattern.allowed:
        return None
    if visible == own:
        return needed
    if len(visible) == len(own):
        folds = [
            next((s for s in differences(a, b) if not s & ~pattern.allowed), None)
            for a, b in zip(visible, own, strict=True)
        ]
        if None not in folds:
            return needed | union(f for f in folds if f is not None)
    if owner == before:
        return None
    left, _, right = visible.partition(own) if own and own in visible else (visible or own, "", "")
    if not (separates(pattern, left) and separates(pattern, right)) and not separates(pattern, visible or own):
        return None
    separators[before] = visible
    return needed | BITS["separators"]


def mask_of(pattern: Pattern, gap: str, others: list[str | None]) -> tuple[int, str] | None:
    """What a mask needs, and what stands on both its sides and between all other letters."""
    visible, needed = bare_of(pattern, gap)
    for at, char in enumerate(visible):
        left, right = visible[:at], visible[at + 1 :]
        if gap in MASKS or char not in MASKS or left != right or needed & ~pattern.allowed:
            continue
        if not left or (separates(pattern, left) and set(others) == {left}):
            return needed | (BITS["separators"] if left else 0), left
    return (0, "") if gap.strip() in MASKS else None


def bare_of(pattern: Pattern, gap: str) -> tuple[str, int]:
    visible = "".join(c for c in gap if describe(c).kind != INVISIBLE)
    hidden = BITS["invisible"] if visible != gap else 0
    if not pattern.allowed & BITS["accents"]:
        return visible, hidden
    bare = "".join(c for c in visible if describe(c).kind not in (ACCENT, ENCLOSING))
    return bare, hidden | (BITS["accents"] if bare != visible else 0)


def separates(pattern: Pattern, gap: str) -> bool:
    options = pattern.term.options
    if not pattern.allowed & BITS["separators"] or len(gap) > options.gap:
        return False
    kinds = {
        "space": lambda c: describe(c).kind == SPACE,
        "symbols": lambda c: describe(c).kind != SPACE,
        "any": lambda c: True,
    }
    return all(map(kinds.get(options.separators, lambda c: c in options.separators), gap))


def spelled(pattern: Pattern, text: str, separators: dict[int, str], start: int, end: int, *, leet: bool) -> bool:
    letters = pattern.letters
    all_the_way = sum(1 for gap in separators.values() if gap) == len(letters) - 1
    for first, stop in pattern.latin:
        inside = [separators.get(i, "") for i in range(first, stop - 1)]
        if not any(inside):
            continue
        spaced = any(describe(c).kind == SPACE for gap in inside for c in gap)
        numeric = any(
            gap and letters[i].flags & DIGIT and letters[i + 1].flags & DIGIT
            for i, gap in zip(range(first, stop), inside, strict=False)
        )
        if stop - first < 3 and not (all_the_way and len(letters) > 2):
            return False
        drawn = "".join("1" if letters[i].flags & DIGIT else "a" for i in range(first, stop))
        seams = {at for at in range(2, len(drawn) - 1) if drawn[at - 2 : at + 2] in ("aa11", "11aa")}
        if (spaced or numeric) and not all(inside) and not all(at in seams for at, gap in enumerate(inside, 1) if gap):
            return False
        if spaced and leet and len(set(filter(None, inside))) > 1:
            return False
        if spaced and first == 0 and neighbour(pattern, text[:start][::-1]) & (LETTER | DIGIT):
            return False
        if spaced and stop == len(letters) and neighbour(pattern, text[end:], marks=False) & (LETTER | DIGIT):
            return False
    for i, gap in separators.items():
        clause = set(gap) & CLAUSE_MARKS and (letters[i].flags | letters[i + 1].flags) & HAN
        round_each = gap[::-1] in BRACKETS and text[:start].endswith(gap[-1:]) and text[end:].startswith(gap[:1])
        if clause and not (all_the_way and (len(letters) > 2 or round_each)):
            return False
    return True


def neighbour(pattern: Pattern, outward: str, *, marks: bool = True) -> int:
    return flags(beside(pattern, outward, marks=marks))


def flags(char: str) -> int:
    return describe(char).flags if char else 0


def is_symbol(char: str) -> bool:
    return unicodedata.category(char) in ("So", "Cf")


def beside(pattern: Pattern, outward: str, *, marks: bool = True) -> str:
    for char in outward[:64]:
        about = describe(char)
        if marks and about.kind in (ACCENT, ENCLOSING):
            continue
        if about.kind == INVISIBLE and pattern.allowed & BITS["invisible"]:
            continue
        return char
    return ""


def literal_end(text: str, start: int, literal: str, allowed: int) -> tuple[int, int] | None:
    total = 0
    for char in literal:
        if not 0 <= start < len(text):
            return None
        folds = next((s for s in differences(text[start], char) if not s & ~allowed), None)
        if folds is None:
            return None
        total |= folds
        start += 1
        start += text[start : start + 1] in ("\ufe0e", "\ufe0f")
    return start, total


def dot_of(pattern: Pattern, before: int, gap: str) -> int | None:
    bare = gap.strip()
    if len(gap) - len(bare) > 2:
        return None
    if pattern.needs & BITS["separators"]:
        both = pattern.letters[before].flags & pattern.letters[before + 1].flags & LETTER
        return BITS["separators"] if bare in SPELT_DOT_SIDES and not (both and not gap) else None
    if bare not in DOT_FORMS:
        return None
    return 0 if gap == "." else BITS["width"] if gap in ("．", "。", "｡") else BITS["separators"]


def host_stands(text: str, start: int, end: int) -> bool:
    def label(at: int) -> bool:
        return 0 <= at < len(text) and bool(describe(text[at]).flags & (LETTER | DIGIT))

    before, after = text[start - 1 : start] if start else "", text[end : end + 1]
    if label(start - 1) or before == "_" or (before == "-" and label(start - 2)):
        return False
    if label(end) or after == "_":
        return False
    forms = ["-", *(DOT_FORMS - {"。", "｡"})]
    return not any(text.startswith(form, end) and label(end + len(form)) for form in forms)


def only_invisible(gap: str) -> bool:
    return all(describe(c).kind == INVISIBLE for c in gap)


def union(sets: Iterable[int]) -> int:
    total = 0
    for one in sets:
        total |= one
    return total
