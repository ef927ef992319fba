"""Which words stand where in a skeleton, found exactly and in numpy alone, whatever the number of words.

Two looks leave little to compare. First look: a bit for the pair of symbols that is rarest in each word; second look,
at the places that are left: the symbol on one side of the pair. A word that may begin only where a word of letters
begins (`eth`, never inside `method`) is not looked for by a pair: each whole word of letters in the text is looked up
at once, and only where something stands in the way (a symbol, a mark, a look-alike) are the first letters. What passes
is compared with the words it may be, four symbols at a time, and then with how it must stand.

Hashes collide; a collision only costs a comparison.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lictor import kernel
from lictor.match.words import Word
from lictor.text import JOINED, LOOSE, PARTED, Marks, Skeleton, Symbols
from lictor.text.frequency import pair_commonness
from lictor.text.tables import ALIKE, LETTER, WORD

__all__ = ["Lookup", "Places", "one_by_one", "pieces", "rarest_pairs", "spelt"]

Places = NDArray[np.int64]
Hashes = NDArray[np.uint32]

_P, _Q = np.uint32(0x9E3779B1), np.uint32(0x85EBCA6B)
# What each kind of key is told apart by: a pair alone, with the symbol on its left, on its right; a whole word of
# letters; a word of one symbol.
_PAIR, _LEFT, _RIGHT, _WHOLE, _SINGLE = (np.uint32(0x10001 * seed) for seed in range(1, 6))
# How many symbols of a word's beginning are looked up: all of a short word; and how many behind its first whole word.
_HEADS = (1, 2, 3, 4, 5, 8)
_BEYOND = 3
# What a word needs of its symbols, and of the one behind it: that it is a digit; that something stands before it that
# may hide a letter; that its run does not touch; that it touches nothing before; that no letter, nor letter or digit,
# touches the end; and where the links are that must be all of one kind.
_DIGIT, _MASK, _WITHIN, _FREE, _EDGE, _ANY_EDGE, _LINK = (np.uint8(1 << bit) for bit in range(7))
# What the first look asks of a symbol or a pair: nothing, that it (the first) is a digit, that the second is, that the
# first touches nothing before.
_NOTHING, _DIGIT_FIRST, _DIGIT_SECOND, _FREE_FIRST = (np.uint8(1 << bit) for bit in range(4))
_LETTER = WORD & -WORD
# Bits of the first looks for each key, and the smallest and largest table: half of a core's own cache.
_BITS, _SMALLEST, _LARGEST = 128, 13, 20
# Comparisons made at a time: hostile text may have many for each of its characters.
_AT_A_TIME = 1 << 16


@dataclass(frozen=True, slots=True)
class _Keys:
    """Keys of words: the hash, the number of the word, and how far before the key's place the word begins."""

    hashes: Hashes
    words: Places
    before: Places


class Lookup:
    """The places of a list of words in any skeleton. Immutable, safe to share between threads."""

    def __init__(self, words: Sequence[Word]) -> None:
        """Two words may be alike; each is found."""
        symbols, begins, sizes = spelt(words)
        self.longest = int(sizes.max(initial=0))
        self._sizes = sizes
        self._quads, self._first_quad = _quads_of(symbols, begins, sizes)
        self._needs, self._counts, self._first_need = _needs_of(words)
        anywhere = np.fromiter((word.beginnings is None for word in words), np.bool_, len(words))
        self._singles, singles = _single_keys(words)
        pairs, asked, seconds = _pair_keys(symbols, begins, sizes, np.flatnonzero(anywhere & (sizes > 1)), words)
        wholes, beyond, beginnings = _letter_keys(symbols, begins, sizes, words)
        self._pairs, self._pair_shift = _bits(pairs, asked)
        self._pairs_ask = bool((asked != _NOTHING).any())
        self._wholes, self._whole_shift = _bits(wholes, beyond)
        keys = [singles, seconds, beginnings]
        hashes = np.concatenate([some.hashes for some in keys])
        self._known, self._known_shift = _bits(hashes)
        bits = min(max(int(len(hashes) * 4).bit_length(), _SMALLEST), _LARGEST)
        self._shift = np.uint32(32 - bits)
        slots = hashes >> self._shift
        order = np.argsort(slots, kind="stable")
        self._slots = np.zeros((1 << bits) + 1, np.int32)
        np.cumsum(np.bincount(slots, minlength=1 << bits), out=self._slots[1:])
        self._hashes = hashes[order]
        self._words = np.concatenate([some.words for some in keys])[order]
        self._before = np.concatenate([some.before for some in keys])[order]
        self.tables = None if kernel.compiled is None else self._for_kernel(symbols, begins)

    def _for_kernel(self, symbols: Symbols, begins: Places) -> tuple[object, ...]:
        """The tables as the compiled kernel takes them: what is asked most is small enough to stay in its cache."""
        words = self._words
        columns = (self._hashes, words, begins.take(words), self._sizes.take(words), self._before)
        keys = np.stack([column.astype(np.uint32) for column in columns], axis=1)
        tables = [(_NO_TABLE, _NO_TABLE) if t is None else (t, _packed(t)) for t in (self._pairs, self._wholes)]
        return (
            *(symbols, keys),
            *(_NO_TABLE if self._known is None else _packed(self._known), int(self._known_shift)),
            *(self._slots, int(self._shift), self._needs, self._counts, self._first_need),
            *(*tables[0], int(self._pair_shift), self._pairs_ask, *tables[1], int(self._whole_shift)),
            _NO_TABLE if self._singles is None else self._singles,
        )

    def find(self, view: Skeleton) -> tuple[Places, Places]:
        """Where words begin in the skeleton, in order, and the number of the word."""
        if self._known is None or not len(view):
            return _NONE, _NONE
        if self.tables is not None and kernel.compiled is not None:
            starts, words = kernel.compiled.find(view.symbols, view.offsets, view.marks, self.tables)
            return np.frombuffer(starts, np.int64), np.frombuffer(words, np.int64)
        symbols = view.symbols
        looks: list[tuple[Places, Hashes]] = []
        if self._pairs is not None and len(symbols) > 1:
            pairs = _pair(symbols[:-1], symbols[1:])
            near = _nonzero(self._pairs.take(pairs >> self._pair_shift))
            pairs = pairs.take(near)
            if self._pairs_ask and len(near):
                holds = _first_look(view.marks.take(near), view.marks.take(near + 1))
                some = _nonzero(self._pairs.take(pairs >> self._pair_shift) & holds)
                near, pairs = near.take(some), pairs.take(some)
            if len(near):
                left, right = symbols.take(near - 1, mode="clip"), symbols.take(near + 2, mode="clip")
                looks += [(near, _mixed(pairs, left, _LEFT)), (near, _mixed(pairs, right, _RIGHT))]
                looks.append((near, _alone(pairs)))
        if self._wholes is not None and len(symbols):
            looks += self._letters(view, self._wholes)
        if self._singles is not None:
            at = _nonzero(self._singles.take(symbols) & _first_look(view.marks))
            looks.append((at, _single(symbols.take(at))))
        if not looks:
            return _NONE, _NONE
        return self._standing(view, *self._compared(symbols, looks))

    def _letters(self, view: Skeleton, wholes: NDArray[np.uint8]) -> list[tuple[Places, Hashes]]:
        """The whole words of letters that may begin one of ours, and the beginnings of what may be broken."""
        symbols, marks = view.symbols, view.marks
        ends = (marks & JOINED) == 0
        words = (marks & WORD) != 0
        begins = np.flatnonzero(words & ends)
        odd = np.flatnonzero((marks & (ALIKE | LOOSE)) != 0)
        if not len(begins) and not len(odd):
            return []
        ends[:-1] = ends[1:]
        ends[-1] = True
        last = np.flatnonzero(words & ends)
        hashes = _whole(symbols, begins, last)
        found = _nonzero(wholes.take(hashes >> self._whole_shift))
        behind, beyond = last.take(found) + 1, wholes.take(hashes.take(found) >> self._whole_shift)
        found, hashes = begins.take(found), hashes.take(found)
        looks = []
        for ahead in range(_BEYOND + 1):
            some = _nonzero(beyond & np.uint8(1 << ahead))
            looks.append((found.take(some), hashes.take(some)))
            if ahead < _BEYOND:
                hashes = _mixed(hashes, symbols.take(behind + ahead, mode="clip"), _WHOLE)
        intact = (marks.take(last + 1, mode="clip") & PARTED) != 0
        intact |= last == len(symbols) - 1
        # What is spelt out with spaces goes on with another single letter.
        single = last == begins
        next_single = np.ones(len(single), np.bool_)
        next_single[:-1] = single[1:] | (begins[1:] != last[:-1] + 1)
        intact &= ~(single & next_single)
        broken = np.concatenate([begins.take(np.flatnonzero(~intact)), odd])
        if len(broken):
            looks += [(broken, hashes) for hashes in _heads(symbols, broken)]
        return looks

    def _compared(self, symbols: Symbols, looks: list[tuple[Places, Hashes]]) -> tuple[Places, Places]:
        """The words that are there, of those that have one of the keys."""
        if not looks or self._known is None:
            return _NONE, _NONE
        hashes = np.concatenate([some for _, some in looks])
        some = _nonzero(self._known.take(hashes >> self._known_shift))
        if not len(some):
            return _NONE, _NONE
        hashes, places = hashes.take(some), np.concatenate([at for at, _ in looks]).take(some)
        slots = hashes >> self._shift
        begins = self._slots.take(slots).astype(np.int64)
        counts = self._slots.take(slots + np.uint32(1)) - begins
        found = []
        for part in pieces(counts):
            key, own = one_by_one(begins[part], counts[part])
            same = np.flatnonzero(self._hashes.take(key) == hashes[part].take(own))
            key, own = key.take(same), own.take(same)
            starts = places[part].take(own) - self._before.take(key)
            found.append(self._equal(symbols, starts, self._words.take(key)))
        starts, words = (np.concatenate(some) for some in zip(*found, strict=True))
        if len(starts) < 2:
            return starts, words
        both = np.sort(starts * len(self._sizes) + words)
        both = both[np.concatenate([[True], both[1:] != both[:-1]])]
        return both // len(self._sizes), both % len(self._sizes)

    def _standing(self, view: Skeleton, starts: Places, words: Places) -> tuple[Places, Places]:
        """Those of the words that stand in the text as they must."""
        need = self._first_need.take(words)
        asked = np.flatnonzero(need >= 0)
        if not len(asked):
            return starts, words
        sizes = self._sizes.take(words.take(asked)) + 1
        stands = np.ones(len(words), np.bool_)
        for part in pieces(sizes):
            which = asked[part]
            stands[which] = self._stand(view, starts.take(which), need.take(which), sizes[part])
        kept = np.flatnonzero(stands)
        return starts.take(kept), words.take(kept)

    def _stand(self, view: Skeleton, starts: Places, need: Places, sizes: Places) -> NDArray[np.bool_]:
        firsts = np.cumsum(sizes) - sizes
        places, own = one_by_one(starts, sizes)
        marks = view.marks.take(places, mode="clip")
        marks[places >= len(view)] = LOOSE
        asked = places + (need - starts).take(own)
        needs = self._needs.take(asked)
        wrong = (_states(marks) & needs) != 0
        # A run that touches is as long as it is far to the next symbol, less a space between; what expands is alike or
        # loose.
        long = view.offsets.take(places + 1, mode="clip") - view.offsets.take(places, mode="clip")
        after = view.marks.take(places + 1, mode="clip")
        long -= ((after & PARTED) != 0) & ((after & WORD) != 0) & ((after & LOOSE) == 0)
        short = long < self._counts.take(asked)
        short &= (marks & (ALIKE | LOOSE)) == 0
        short &= places + 1 < len(view)
        wrong |= short
        wrong = np.logical_or.reduceat(wrong, firsts)
        links = (needs & _LINK) != 0
        joined = np.logical_or.reduceat(links & ((marks & JOINED) != 0), firsts)
        joined &= np.logical_or.reduceat(links & ((marks & PARTED) != 0), firsts)
        return ~(wrong | joined)

    def _equal(self, symbols: Symbols, starts: Places, words: Places) -> tuple[Places, Places]:
        """Those of the words that stand where they should."""
        sizes = self._sizes.take(words)
        fits = starts >= 0
        fits &= starts + sizes <= len(symbols)
        at = 0
        left = np.flatnonzero(fits)
        found = [left[:0]]
        fours = _fours(symbols) if 4 * len(left) > len(symbols) else None
        while len(left):
            starts_, sizes_, quad = starts.take(left), sizes.take(left) - at, self._first_quad.take(words.take(left))
            if fours is not None:
                seen = fours.take(starts_ + at)
            else:
                text = np.empty((len(left), 4), np.uint16)
                for ahead in range(4):
                    text[:, ahead] = symbols.take(starts_ + (at + ahead), mode="clip")
                seen = text.view(np.uint64)[:, 0]
            seen &= _MASKS.take(sizes_, mode="clip")
            same = seen == self._quads.take(quad + at // 4)
            done = same & (sizes_ <= 4)
            found.append(left.take(np.flatnonzero(done)))
            left = left.take(np.flatnonzero(same & ~done))
            at += 4
        which = np.concatenate(found)
        return starts.take(which), words.take(which)


def pieces(counts: Places) -> Iterator[slice]:
    """Slices of what has so many parts each, so that few have more parts together than are worked on at a time."""
    ends = np.cumsum(counts, dtype=np.int64)
    begin = 0
    while begin < len(ends):
        done = int(ends[begin - 1]) if begin else 0
        end = max(int(np.searchsorted(ends, done + _AT_A_TIME, side="right")), begin + 1)
        yield slice(begin, end)
        begin = end


def one_by_one(firsts: Places, counts: Places) -> tuple[Places, Places]:
    """The numbers from each first on, as many as it counts, and for each of them whose it is."""
    own = np.repeat(np.arange(len(counts)), counts)
    ends = np.cumsum(counts, dtype=np.int64)
    return np.arange(len(own)) + (firsts - (ends - counts)).take(own), own


_NONE: Places = np.empty(0, np.int64)
# Of four symbols, the first none to four.
_MASKS = np.array([[0xFFFF * (at < size) for at in range(4)] for size in range(5)], np.uint16).view(np.uint64)[:, 0]


_NO_TABLE = np.empty(0, np.uint8)


def _packed(table: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A bit for each element of the table."""
    return np.packbits(table != 0, bitorder="little")


def _fours(symbols: Symbols) -> NDArray[np.uint64]:
    """From each place on, four symbols in one number."""
    padded = np.concatenate([symbols, np.zeros(3, np.uint16)])
    return np.stack([padded[ahead : ahead + len(symbols)] for ahead in range(4)], axis=1).view(np.uint64)[:, 0]


def _nonzero(values: NDArray[np.uint8]) -> Places:
    """Where the values are not zero: far quicker asked of truths than of numbers."""
    return np.flatnonzero(values != 0)


def _pair(one: Symbols, other: Symbols) -> Hashes:
    hashes = one * _P
    hashes += other
    hashes *= _Q
    return hashes


def _alone(pairs: Hashes) -> Hashes:
    return (pairs ^ _PAIR) * _P


def _mixed(pairs: Hashes, third: Symbols, seed: np.uint32) -> Hashes:
    return ((pairs + third) * _P ^ seed) * _Q


def _whole(symbols: Symbols, begins: Places, last: Places) -> Hashes:
    """The hash of the symbols from `begins` to `last`: of three at the beginning, two at the end, and their number."""
    hashes = symbols.take(begins) * _P
    hashes += symbols.take(np.minimum(begins + 1, last))
    hashes *= _P
    hashes += symbols.take(np.minimum(begins + 2, last))
    hashes *= _P
    hashes += symbols.take(np.maximum(last - 1, begins))
    hashes *= _P
    hashes += symbols.take(last)
    hashes *= _P
    hashes += (last - begins).astype(np.uint32)
    hashes ^= _WHOLE
    hashes *= _Q
    return hashes


def _heads(symbols: Symbols, begins: Places) -> list[Hashes]:
    """The hashes of as many symbols from `begins` on as `_HEADS` says."""
    found = []
    hashes = np.zeros(len(begins), np.uint32)
    for ahead in range(_HEADS[-1]):
        hashes += symbols.take(begins + ahead, mode="clip")
        hashes *= _P
        if ahead + 1 in _HEADS:
            found.append((hashes ^ np.uint32(0x20002 * (ahead + 1))) * _Q)
    return found


def _single(symbols: Symbols) -> Hashes:
    return (symbols * _P ^ _SINGLE) * _Q


def _is_letter(marks: Marks) -> NDArray[np.bool_]:
    """Whether the run is of letters alone."""
    found: NDArray[np.bool_] = (marks & (WORD | ALIKE)) == _LETTER
    return found


def _first_look(marks: Marks, after: Marks | None = None) -> NDArray[np.uint8]:
    """What the first look may ask of a symbol, and of the one after it, as far as it is so."""
    found = _NOTHING | ~_is_letter(marks) * _DIGIT_FIRST
    found |= ((marks & LOOSE != 0) | (marks & JOINED == 0)) * _FREE_FIRST
    if after is not None:
        found |= ~_is_letter(after) * _DIGIT_SECOND
    return found


def _states(marks: Marks) -> NDArray[np.uint8]:
    """What is so at each symbol, as the bits of the needs that it breaks."""
    joined = marks & JOINED
    states = _is_letter(marks) * _DIGIT
    states |= ((marks & (JOINED | PARTED)) != 0) * _MASK
    states |= ((marks & LOOSE) == 0) * _WITHIN
    states |= ((joined != 0) & ((marks & LOOSE) == 0)) * _FREE
    states |= ((joined & (_LETTER << 2)) != 0) * _EDGE
    states |= (joined != 0) * _ANY_EDGE
    return states


def _bits(hashes: Hashes, bits: NDArray[np.uint8] | None = None) -> tuple[NDArray[np.uint8] | None, np.uint32]:
    """A table with a bit or its own bits for each hash, and by how much hashes are shifted to be places in it."""
    size = min(max(int(len(hashes) * _BITS).bit_length(), _SMALLEST), _LARGEST)
    shift = np.uint32(32 - size)
    if not len(hashes):
        return None, shift
    table = np.zeros(1 << size, np.uint8)
    if bits is None:
        table[hashes >> shift] = 1
    else:
        np.bitwise_or.at(table, hashes >> shift, bits)
    return table, shift


def _quads_of(symbols: Symbols, begins: Places, sizes: Places) -> tuple[NDArray[np.uint64], Places]:
    """All words, four symbols in one number, and where each begins."""
    counts = (sizes + 3) // 4
    first = np.cumsum(counts) - counts
    padded = np.zeros((int(counts.sum()), 4), np.uint16)
    places = np.arange(len(symbols)) + np.repeat(first * 4 - begins, sizes)
    padded.reshape(-1)[places] = symbols
    return padded.view(np.uint64)[:, 0].copy(), first


def _needs_of(words: Sequence[Word]) -> tuple[NDArray[np.uint8], NDArray[np.uint16], Places]:
    """What the words need at each symbol and behind the last, one after the other, and where each begins or -1.

    Beside it how many letters each symbol stands for, which is none behind the last.
    """
    needs, counts = bytearray(), array("H")
    first = np.full(len(words), -1, np.int64)
    longest = max((len(word.symbols) for word in words), default=0)
    linked, once = bytes([_LINK]) * longest, array("H", [1]) * longest
    for number, word in enumerate(words):
        if not (word.digits or word.mask or word.counts or word.joined or word.edge or word.lead):
            continue
        size = len(word.symbols)
        first[number] = len(needs)
        own = bytearray(size + 1)
        if word.joined:
            own[1:size] = linked[: size - 1]
        for place in word.digits:
            own[place] |= int(_DIGIT)
        if word.mask is not None:
            place, within = word.mask
            own[place] |= int(_WITHIN if within else _MASK)
        if word.lead:
            own[0] |= int(_FREE)
        if word.edge:
            own[size] |= int(_EDGE if word.edge == LETTER else _ANY_EDGE)
        needs += own
        counts.extend(word.counts or once[:size])
        counts.append(0)
    return np.frombuffer(bytes(needs), np.uint8), np.array(counts, np.uint16), first


def _single_keys(words: Sequence[Word]) -> tuple[NDArray[np.uint8] | None, _Keys]:
    """For each symbol that is a word that may begin anywhere, what that needs; and the keys of those words."""
    table = np.zeros(1 << 16, np.uint8)
    own = [number for number, word in enumerate(words) if len(word.symbols) == 1 and word.beginnings is None]
    symbols = np.fromiter((ord(words[number].symbols) for number in own), np.uint16, len(own))
    for number, symbol in zip(own, symbols.tolist(), strict=True):
        table[symbol] |= _DIGIT_FIRST if words[number].digits else _FREE_FIRST if words[number].lead else _NOTHING
    keys = _Keys(_single(symbols), np.array(own, np.int64), np.zeros(len(own), np.int64))
    return table if own else None, keys


def spelt(words: Sequence[Word]) -> tuple[Symbols, Places, Places]:
    """The symbols of all words one after the other, where each word begins, and how many it has."""
    text = "".join(word.symbols for word in words)
    sizes = np.fromiter((len(word.symbols) for word in words), np.int64, len(words))
    return np.frombuffer(text.encode("utf-16-le", "surrogatepass"), np.uint16), np.cumsum(sizes) - sizes, sizes


def rarest_pairs(symbols: Symbols, begins: Places, sizes: Places) -> Places:
    """Where in each word, of two symbols or more, the pair stands that is rarest in ordinary text."""
    weights = np.append(pair_commonness(symbols[:-1], symbols[1:]), np.float32(0))
    places = np.zeros(len(begins), np.int64)
    for size in np.unique(sizes).tolist():
        some = np.flatnonzero(sizes == size)
        if size > 2:
            places[some] = np.argmin(weights.take(begins.take(some)[:, None] + np.arange(size - 1)), axis=1)
    return places


def _pair_keys(
    symbols: Symbols, begins: Places, sizes: Places, words: Places, all_words: Sequence[Word]
) -> tuple[Hashes, NDArray[np.uint8], _Keys]:
    """The hash of each word's rarest pair, what that asks; and its key, with the rarer neighbour of that pair."""
    begins, sizes = begins.take(words), sizes.take(words)
    place = rarest_pairs(symbols, begins, sizes)
    at = begins + place
    pairs = _pair(symbols.take(at), symbols.take(at + 1))
    before, after = symbols.take(at - 1, mode="clip"), symbols.take(at + 2, mode="clip")
    has_before, has_after = place > 0, place + 2 < sizes
    rarer = pair_commonness(before, before) < pair_commonness(after, after)
    hashes = np.where(has_after, _mixed(pairs, after, _RIGHT), _alone(pairs))
    hashes = np.where(has_before & (rarer | ~has_after), _mixed(pairs, before, _LEFT), hashes)
    asked = np.full(len(words), _NOTHING)
    for which, (number, first) in enumerate(zip(words.tolist(), place.tolist(), strict=True)):
        digits = all_words[number].digits
        if digits:
            asked[which] = _DIGIT_FIRST if first in digits else _DIGIT_SECOND if first + 1 in digits else _NOTHING
    return pairs, asked, _Keys(hashes, words, place)


def _letter_keys(
    symbols: Symbols, begins: Places, sizes: Places, all_words: Sequence[Word]
) -> tuple[Hashes, NDArray[np.uint8], _Keys]:
    """The whole words that may begin words of letters, and how many symbols behind them are known, a bit each.

    Then the keys of these, and of the first letters.
    """
    owners = [(number, end) for number, word in enumerate(all_words) for end in word.beginnings or ()]
    numbers, ends = np.array(owners, np.int64).reshape(-1, 2).T
    first = begins.take(numbers)
    left = np.minimum(sizes.take(numbers) - ends, _BEYOND)
    wholes = _whole(symbols, first, first + ends - 1)
    if not len(numbers):
        return wholes, left.astype(np.uint8), _Keys(wholes, numbers, numbers)
    hashes = [wholes]
    for ahead in range(_BEYOND):
        hashes.append(_mixed(hashes[-1], symbols.take(first + ends + ahead, mode="clip"), _WHOLE))
    words = np.unique(numbers)
    which = np.searchsorted(_HEADS, sizes.take(words), side="right") - 1
    heads = np.choose(which, _heads(symbols, begins.take(words)))
    both = np.concatenate([numbers, words])
    keys = _Keys(np.concatenate([np.choose(left, hashes), heads]), both, np.zeros(len(both), np.int64))
    return wholes, np.left_shift(1, left).astype(np.uint8), keys
