/* The loops over every character of a text, compiled: what `fold.py` and, in `match/`, `lookup.py`, `duals.py`,
   `aswritten.py` and `columns.py` do in numpy, step by step as they say it there, in one pass each and without the
   interpreter's lock; what `detect/near.py` does with spans; and the lines that `scan/inputs/jsonl_rows.py` asks Arrow
   for.

   Lictor runs without this module, more slowly; both ways are held to the same results by the tests. Arrays come in as
   buffers, those of results as bytearrays. No index is trusted: the sizes of arrays are checked before the lock is let
   go, what one table says of another where it is used. It speaks Python's stable interface of 3.11, so that one build
   serves all later versions. */

#define Py_LIMITED_API 0x030B0000
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* As `text/tables.py` and `text/fold.py` have them. */
enum { ALIKE = 1, WORD = 6, JOINED = WORD << 2, STANDS = 32, BLANK = 64, MASK = 128 };
enum { LATIN = WORD | ALIKE, FIRST_JOINED = 8, LOOSE = BLANK, PARTED = MASK, LETTER = 2 };
enum { FIRST_KEPT = 16, EXPANDS = 0xFFFE, BREAK_CODE = 0x110000 };
/* Greater than each. */
enum { NO_SYMBOL = 0x10000 };

/* Why a loop was left, if not at its end. */
enum { NO_MEMORY = -1, NO_ROOM = -1, STRAY = -2 };

/* Buffers of one call: taken one after the other, let go together. */

enum { MOST_BUFFERS = 48 };

typedef struct {
    Py_buffer own[MOST_BUFFERS];
    int count;
} Buffers;

static void let_go(Buffers *buffers) {
    while (buffers->count) PyBuffer_Release(&buffers->own[--buffers->count]);
}

/* The elements of a buffer, their number in `length`; NULL with an error set if it is none of elements so wide, each at
   an address that such elements may have. */
static void *take(Buffers *buffers, PyObject *from, size_t width, int writable, Py_ssize_t *length) {
    if (buffers->count == MOST_BUFFERS) {
        PyErr_SetString(PyExc_SystemError, "too many buffers");
        return NULL;
    }
    Py_buffer *view = &buffers->own[buffers->count];
    if (PyObject_GetBuffer(from, view, writable ? PyBUF_CONTIG : PyBUF_CONTIG_RO) < 0) return NULL;
    buffers->count++;
    if ((size_t)view->itemsize != width) {
        PyErr_Format(PyExc_TypeError, "an array of elements of %zu bytes is wanted, not of %zd", width, view->itemsize);
        return NULL;
    }
    if ((uintptr_t)view->buf % width) {
        PyErr_SetString(PyExc_ValueError, "an array begins between two elements");
        return NULL;
    }
    *length = view->len / (Py_ssize_t)width;
    return view->buf ? view->buf : (void *)"";
}

#define TAKE(name, type, object)                                                  \
    Py_ssize_t name##_n = 0;                                                      \
    const type *name = take(held, object, sizeof(type), 0, &name##_n);        \
    if (!name) goto failed;
#define TAKE_OUT(name, type, object)                                              \
    Py_ssize_t name##_n = 0;                                                      \
    type *name = take(held, object, sizeof(type), 1, &name##_n);              \
    if (!name) goto failed;
#define WANT(holds, message)                                                      \
    if (!(holds)) {                                                               \
        PyErr_SetString(PyExc_ValueError, message);                               \
        goto failed;                                                              \
    }

static void raise_for(int reason, const char *stray) {
    if (reason == NO_MEMORY) PyErr_NoMemory();
    else PyErr_SetString(PyExc_ValueError, stray);
}

/* Where a number stands among others in order, or -1. */
static Py_ssize_t place_of(const uint32_t *numbers, Py_ssize_t count, uint32_t number) {
    Py_ssize_t low = 0, high = count;
    while (low < high) {
        Py_ssize_t middle = (low + high) / 2;
        if (numbers[middle] < number) low = middle + 1;
        else high = middle;
    }
    return low < count && numbers[low] == number ? low : -1;
}

/* fold: in blocks that stay in the nearest cache. First what each character is by itself, then how it stands, which
   compilers make many of at a time, then what is kept. */

enum { BLOCK = 2048, BEFORE = 3 };

typedef struct {
    uint16_t symbols[BLOCK];
    /* What was read of each character, with the last three of the block before. */
    uint8_t read[BEFORE + BLOCK];
    /* Whether it has the symbol of the one before; whether it is dual; then whether it stands and repeats nothing that it
       touches; and its mark in the skeleton. */
    uint8_t again[BLOCK], duals[BLOCK], stands[BLOCK], marks[BLOCK];
} Block;

/* What the characters of a block are by themselves; all that was read of them together. `before` is the symbol of the one
   before, `strange` is set where a code is none. */
static uint8_t read_block(Block *block, const uint32_t *codes, int size, const uint32_t *table, const uint32_t *letters,
                          uint16_t *before, int *strange) {
    uint16_t last = *before;
    uint8_t words = 0;
    int beyond = 0;
    for (int at = 0; at < size; at++) {
        uint32_t code = codes[at];
        beyond |= code > BREAK_CODE;
        uint32_t found = table[code > BREAK_CODE ? 0 : code];
        uint16_t symbol = (uint16_t)found;
        block->duals[at] = (uint16_t)(symbol - 1) < FIRST_KEPT - 1;
        if (letters && block->duals[at]) found = letters[symbol];
        block->symbols[at] = symbol = (uint16_t)found;
        block->again[at] = symbol == last;
        last = symbol;
        block->read[BEFORE + at] = (uint8_t)(found >> 16);
        words |= (uint8_t)(found >> 16);
    }
    *before = last;
    *strange |= beyond;
    return words;
}

/* How each character stands among those before it. */
static void stand(const uint8_t *restrict read, const uint8_t *restrict again, uint8_t *restrict stands,
                  uint8_t *restrict marks, int size) {
    for (int at = 0; at < size; at++) {
        uint8_t here = read[at + 3], one = read[at + 2], two = read[at + 1], three = read[at];
        uint8_t own = here | (uint8_t)((here & one & WORD) << 2);
        uint8_t joined = own & (LATIN | JOINED);
        uint8_t apart = (joined != 0) & (joined < FIRST_JOINED);
        uint8_t both = one | two;
        uint8_t parted = ((own & LATIN) == 0) & ((one & STANDS) != 0);
        parted |= ((one & BLANK) != 0) & ((two & STANDS) != 0);
        parted |= ((both & (STANDS | BLANK | MASK)) == BLANK) & ((three & STANDS) != 0);
        stands[at] = ((here & STANDS) != 0) & ((again[at] == 0) | apart);
        marks[at] = (uint8_t)((own & (uint8_t) ~(LOOSE | PARTED)) | (uint8_t)(parted << 7));
    }
}

/* One symbol more, unless it is the last one again, whose run is loose then; how many there are. */
static Py_ssize_t put(uint16_t *symbols, int64_t *offsets, uint8_t *marks, Py_ssize_t count, uint16_t symbol, int64_t offset,
                      uint8_t mark) {
    if (count && symbols[count - 1] == symbol) {
        marks[count - 1] |= (mark & LATIN) | LOOSE;
        return count;
    }
    symbols[count] = symbol;
    offsets[count] = offset;
    marks[count] = mark;
    return count + 1;
}

/* Where the dual characters of a block are that begins there, behind those that were found; how many there are. */
static Py_ssize_t put_duals(const Block *block, int size, int64_t begin, int64_t *duals, Py_ssize_t count) {
    for (int at = 0; at < size; at++) {
        /* Most are none: eight at a time. */
        uint64_t eight = 1;
        if (at % 8 == 0) memcpy(&eight, block->duals + at, 8);
        if (!eight) {
            at += 7;
            continue;
        }
        duals[count] = begin + at;
        count += block->duals[at];
    }
    return count;
}

/* What is read of each code point and of the break; the characters that expand, in order, with where the symbols of each
   begin among all these; and what dual characters are as letters, NULL if they are not read so. */
typedef struct {
    const uint32_t *table, *expanding, *letters;
    const int64_t *firsts;
    const uint16_t *expanded;
    Py_ssize_t expanding_size, expanded_size;
} Folds;

/* A skeleton as it is written, with room for so many symbols; and where dual characters are, if that is asked. */
typedef struct {
    uint16_t *symbols;
    int64_t *offsets;
    uint8_t *marks;
    int64_t *duals;
    Py_ssize_t room;
} Folded;

/* The tables are those of the buffers held. */
static int take_folds(Buffers *held, PyObject *table_o, PyObject *expansions, PyObject *letters_o, Folds *folds) {
    PyObject *expanding_o, *firsts_o, *expanded_o;
    const uint32_t *letters = NULL;
    Py_ssize_t letters_n = 0;
    WANT(PyTuple_Check(expansions), "the expansions are a tuple")
    if (!PyArg_ParseTuple(expansions, "OOO:expansions", &expanding_o, &firsts_o, &expanded_o)) goto failed;
    TAKE(table, uint32_t, table_o)
    TAKE(expanding, uint32_t, expanding_o)
    TAKE(firsts, int64_t, firsts_o)
    TAKE(expanded, uint16_t, expanded_o)
    if (letters_o != Py_None && !(letters = take(held, letters_o, 4, 0, &letters_n))) goto failed;
    WANT(table_n == BREAK_CODE + 1, "the table has an element for each code point and the break")
    WANT(!letters || letters_n == FIRST_KEPT, "there are letters for each dual symbol")
    WANT(firsts_n == expanding_n + 1 && firsts[expanding_n] == expanded_n, "each character expands to some symbols")
    *folds = (Folds){table, expanding, letters, firsts, expanded, expanding_n, expanded_n};
    return 0;
failed:
    return -1;
}

/* The codes folded: how many symbols, how many duals into `duals`; NO_ROOM, or STRAY where a table has no such code. */
static Py_ssize_t fold_codes(const Folds *folds, const uint32_t *codes, Py_ssize_t size, int64_t begin, const Folded *into,
                             Py_ssize_t *duals) {
    uint16_t *symbols = into->symbols;
    int64_t *offsets = into->offsets;
    uint8_t *marks = into->marks;
    Py_ssize_t count = 0, dual = 0;
    /* Symbols that there is room for beside one for each character. */
    Py_ssize_t spare = into->room - size;
    int strange = 0;
    unsigned last = NO_SYMBOL;
    uint8_t has_words = 0;
    Block block;
    memset(block.read, 0, sizeof block.read);
    memset(block.duals, 0, sizeof block.duals);
    uint16_t before = 0;
    for (Py_ssize_t from = 0; from < size && !strange; from += BLOCK) {
        int here = size - from < BLOCK ? (int)(size - from) : BLOCK;
        has_words |= read_block(&block, codes + from, here, folds->table, folds->letters, &before, &strange) & WORD;
        stand(block.read, block.again, block.stands, block.marks, here);
        for (int at = 0; at < here; at++) {
            unsigned symbol = block.symbols[at], kept = block.stands[at];
            if (kept & ((symbol == last) | (symbol == EXPANDS))) {
                if (symbol == EXPANDS) {
                    Py_ssize_t own = place_of(folds->expanding, folds->expanding_size, codes[from + at]);
                    Py_ssize_t first = own < 0 ? 0 : folds->firsts[own], end = own < 0 ? 0 : folds->firsts[own + 1];
                    strange |= first < 0 || first > end || end > folds->expanded_size;
                    if (strange) break;
                    spare -= end - first - 1;
                    if (spare < 0) return NO_ROOM;
                    for (; first < end; first++)
                        count = put(symbols, offsets, marks, count, folds->expanded[first], begin + from + at, block.marks[at]);
                    if (count) last = symbols[count - 1];
                    continue;
                }
                /* A symbol again, apart from its run, which is loose. */
                marks[count - 1] |= (block.marks[at] & LATIN) | LOOSE;
                kept = 0;
            }
            symbols[count] = (uint16_t)symbol;
            offsets[count] = begin + from + at;
            marks[count] = block.marks[at];
            count += kept;
            last = kept ? symbol : last;
        }
        if (into->duals) dual = put_duals(&block, here, begin + from, into->duals, dual);
        memset(block.duals, 0, sizeof block.duals);
        memmove(block.read, block.read + here, BEFORE);
    }
    if (strange) return STRAY;
    for (Py_ssize_t at = count - 1; at > 0; at--)
        if (marks[at - 1] & LOOSE) marks[at] &= (uint8_t)~JOINED;
    if (!has_words)
        for (Py_ssize_t at = 0; at < count; at++) marks[at] &= (uint8_t)~PARTED;
    *duals = dual;
    return count;
}

static const char NO_CODE[] = "a code is beyond the last code point, or its symbols beyond all symbols";

static PyObject *fold(PyObject *self, PyObject *args) {
    (void)self;
    PyObject *codes_o, *table_o, *expansions, *letters_o, *symbols_o, *offsets_o, *marks_o, *duals_o;
    long long begin;
    if (!PyArg_ParseTuple(args, "OOOOLOOOO:fold", &codes_o, &table_o, &expansions, &letters_o, &begin, &symbols_o, &offsets_o,
                          &marks_o, &duals_o))
        return NULL;
    Buffers buffers = {.count = 0}, *held = &buffers;
    Folds folds;
    int64_t *duals = NULL;
    Py_ssize_t duals_n = 0;
    if (take_folds(held, table_o, expansions, letters_o, &folds) < 0) goto failed;
    TAKE(codes, uint32_t, codes_o)
    TAKE_OUT(symbols, uint16_t, symbols_o)
    TAKE_OUT(offsets, int64_t, offsets_o)
    TAKE_OUT(marks, uint8_t, marks_o)
    if (duals_o != Py_None && !(duals = take(held, duals_o, 8, 1, &duals_n))) goto failed;
    WANT(offsets_n == symbols_n && marks_n == symbols_n && symbols_n >= codes_n && (!duals || duals_n >= codes_n),
         "the arrays of results are as long as the text")
    Folded into = {symbols, offsets, marks, duals, symbols_n};
    Py_ssize_t dual = 0;
    PyThreadState *lock = PyEval_SaveThread();
    Py_ssize_t count = fold_codes(&folds, codes, codes_n, begin, &into, &dual);
    PyEval_RestoreThread(lock);
    WANT(count != STRAY, NO_CODE)
    let_go(&buffers);
    return Py_BuildValue("nn", count, dual);
failed:
    let_go(&buffers);
    return NULL;
}

/* find */

static const uint32_t P = 0x9E3779B1u, Q = 0x85EBCA6Bu;
/* As `match/lookup.py` has them. */
enum { PAIR = 0x10001, LEFT = 0x20002, RIGHT = 0x30003, WHOLE = 0x40004, SINGLE = 0x50005 };
enum { NEEDS_DIGIT = 1, NEEDS_MASK = 2, NEEDS_WITHIN = 4, NEEDS_FREE = 8, NEEDS_EDGE = 16, NEEDS_ANY_EDGE = 32, NEEDS_LINK = 64 };
enum { ASKS_NOTHING = 1, ASKS_DIGIT_FIRST = 2, ASKS_DIGIT_SECOND = 4, ASKS_FREE_FIRST = 8 };

typedef struct {
    int64_t *own;
    Py_ssize_t count, room;
    int sorted;
} Numbers;

/* A key of a word: its hash, the word's number, where its symbols begin among all words' and how many there are, and
   how far before the key's place it begins. As `match/lookup.py` lays it out. */
typedef struct {
    uint32_t hash, word, begin, size, before;
} Key;
enum { KEY_FIELDS = sizeof(Key) / sizeof(uint32_t) };

typedef struct {
    /* The skeleton. */
    const uint16_t *symbols;
    const int64_t *offsets;
    const uint8_t *marks;
    int64_t size;
    /* The words, and their keys by slot. */
    const uint16_t *spelling;
    int64_t spelling_size;
    const Key *keys;
    int64_t keys_size;
    const uint8_t *known;
    const int32_t *slots;
    unsigned known_shift, shift;
    int64_t words;
    /* What each needs. */
    const uint8_t *needs;
    int64_t needs_size;
    const uint16_t *counts;
    const int64_t *first_need;
    /* The first looks: a table of bytes and one of bits by hash each, where there are such words. */
    const uint8_t *pairs, *pair_bits, *wholes, *whole_bits, *singles;
    unsigned pair_shift, whole_shift;
    int has_pairs, has_wholes, has_singles, pairs_ask;
    Numbers found;
} Find;

/* Whether the table, of bits, has one for the hash. */
static int has(const uint8_t *bits, unsigned shift, uint32_t hash) { return bits[hash >> shift >> 3] >> (hash >> shift & 7) & 1; }

static uint32_t mixed(uint32_t pair, uint32_t third, uint32_t seed) { return (((pair + third) * P) ^ seed) * Q; }

static int is_letter(uint8_t mark) { return (mark & LATIN) == LETTER; }

/* What the first look may ask of a symbol, as far as it is so. */
static uint8_t first_look(uint8_t mark) {
    return (uint8_t)(ASKS_NOTHING | !is_letter(mark) * ASKS_DIGIT_FIRST |
                     (((mark & LOOSE) != 0) | ((mark & JOINED) == 0)) * ASKS_FREE_FIRST);
}

static uint8_t states(uint8_t mark) {
    uint8_t found = 0;
    int loose = mark & LOOSE;
    if (is_letter(mark)) found |= NEEDS_DIGIT;
    if (mark & (JOINED | PARTED)) found |= NEEDS_MASK;
    if (!loose) found |= NEEDS_WITHIN;
    if ((mark & JOINED) && !loose) found |= NEEDS_FREE;
    if (mark & (LETTER << 2)) found |= NEEDS_EDGE;
    if (mark & JOINED) found |= NEEDS_ANY_EDGE;
    return found;
}

/* Whether the word that begins there stands as it must. */
static int stands_well(const Find *find, int64_t start, const Key *key) {
    int64_t need = find->first_need[key->word];
    if (need < 0) return 1;
    const uint8_t *marks = find->marks;
    int64_t size = key->size, last = find->size - 1;
    int linked = 0, parted = 0;
    /* Most of what does not stand well goes on: its end comes first. */
    if (states(start + size > last ? LOOSE : marks[start + size]) & find->needs[need + size]) return 0;
    for (int64_t ahead = 0; ahead <= size; ahead++) {
        int64_t place = start + ahead;
        uint8_t mark = place > last ? LOOSE : marks[place];
        uint8_t needs = find->needs[need + ahead];
        if (states(mark) & needs) return 0;
        if (needs & NEEDS_LINK) {
            linked |= mark & JOINED;
            parted |= mark & PARTED;
        }
        if (place < last && !(mark & (ALIKE | LOOSE))) {
            int64_t length = find->offsets[place + 1] - find->offsets[place];
            uint8_t after = marks[place + 1];
            length -= (after & PARTED) && (after & WORD) && !(after & LOOSE);
            if (length < find->counts[need + ahead]) return 0;
        }
    }
    return !(linked && parted);
}

static int keep(Numbers *found, int64_t number) {
    if (found->count == found->room) {
        Py_ssize_t room = found->room ? 2 * found->room : 256;
        int64_t *more = realloc(found->own, (size_t)room * sizeof(int64_t));
        if (!more) return NO_MEMORY;
        found->own = more;
        found->room = room;
    }
    if (found->count && found->own[found->count - 1] >= number) found->sorted = 0;
    found->own[found->count++] = number;
    return 0;
}

/* Whether the tables have all of which the key speaks. */
static int is_whole(const Find *find, const Key *key) {
    if (key->word >= find->words || (int64_t)key->begin + key->size > find->spelling_size) return 0;
    int64_t need = find->first_need[key->word];
    return need < 0 || need < find->needs_size - key->size;
}

/* The words with the key that stand where it was found. */
static int look(Find *find, int64_t place, uint32_t hash) {
    if (!has(find->known, find->known_shift, hash)) return 0;
    uint32_t slot = hash >> find->shift;
    int32_t first = find->slots[slot], end = find->slots[slot + 1];
    if (first < 0 || end > find->keys_size) return STRAY;
    for (int32_t own = first; own < end; own++) {
        const Key *key = find->keys + own;
        if (key->hash != hash) continue;
        if (!is_whole(find, key)) return STRAY;
        int64_t start = place - key->before;
        if (start < 0 || start + key->size > find->size) continue;
        if (memcmp(find->symbols + start, find->spelling + key->begin, (size_t)key->size * 2)) continue;
        if (stands_well(find, start, key) && keep(&find->found, start * find->words + key->word) < 0) return NO_MEMORY;
    }
    return 0;
}

/* The numbers in order: stretches that are so already are merged two by two. What is found is nearly in order. */
static int put_in_order(Numbers *numbers) {
    Py_ssize_t count = numbers->count;
    int64_t *from = numbers->own, *to = malloc((size_t)count * sizeof(int64_t));
    if (!to) return NO_MEMORY;
    for (int again = 1; again;) {
        Py_ssize_t done = 0;
        again = 0;
        while (done < count) {
            Py_ssize_t one = done, middle = done + 1;
            while (middle < count && from[middle - 1] <= from[middle]) middle++;
            Py_ssize_t other = middle, end = middle + (middle < count);
            while (end < count && from[end - 1] <= from[end]) end++;
            while (one < middle && other < end) {
                int later = from[other] < from[one];
                to[done++] = later ? from[other] : from[one];
                one += !later;
                other += later;
            }
            while (one < middle) to[done++] = from[one++];
            while (other < end) to[done++] = from[other++];
            again |= done < count || end > middle;
        }
        int64_t *last = from;
        from = to;
        to = last;
    }
    numbers->own = from;
    numbers->room = count;
    free(to);
    return 0;
}

/* Places are gathered without branches, some hundreds at a time, and only then looked at: what is rare but irregular
   would cost more in wrong guesses of the processor than the rest in work. */
enum { SOME = 512 };

/* By the first symbols of what may be broken words. */
static int look_heads(Find *find, const int64_t *places, int count) {
    int64_t last = find->size - 1;
    for (int which = 0; which < count; which++) {
        int64_t place = places[which];
        uint32_t hash = 0;
        for (uint32_t ahead = 1; ahead <= 8; ahead++) {
            int64_t at = place + ahead - 1;
            hash = (hash + find->symbols[at < last ? at : last]) * P;
            if (ahead > 5 && ahead < 8) continue;
            int reason = look(find, place, (hash ^ 0x20002u * ahead) * Q);
            if (reason < 0) return reason;
        }
    }
    return 0;
}

/* Where runs of letters or digits that touch begin, and behind where each ends: those from `at` on, up to SOME. */
static int runs_from(const Find *find, int64_t *at, int64_t *begins, int64_t *behind) {
    const uint8_t *marks = find->marks;
    int64_t here = *at, size = find->size;
    int begun = 0, ended = 0;
    for (; here < size && begun < SOME; here++) {
        unsigned mark = marks[here], joined = (mark & JOINED) != 0;
        behind[ended] = here;
        ended += (ended < begun) & !joined;
        begins[begun] = here;
        begun += ((mark & WORD) != 0) & !joined;
    }
    if (ended < begun) {
        while (here < size && (marks[here] & JOINED)) here++;
        behind[ended] = here;
    }
    *at = here;
    return begun;
}

static int look_letters(Find *find) {
    const uint8_t *wholes = find->wholes, *whole_bits = find->whole_bits;
    unsigned shift = find->whole_shift;
    int64_t begins[SOME + 1], behind[SOME + 1], broken[SOME + 1];
    uint32_t hashes[SOME];
    int known[SOME + 1];
    const uint16_t *symbols = find->symbols;
    const uint8_t *marks = find->marks;
    int64_t size = find->size;
    for (int64_t from = 0; from < size;) {
        int runs = runs_from(find, &from, begins, behind), found = 0, odd = 0;
        for (int run = 0; run < runs; run++) {
            int64_t at = begins[run], next = behind[run], last = next - 1;
            uint32_t hash = symbols[at] * P;
            hash = (hash + symbols[at + 1 < last ? at + 1 : last]) * P;
            hash = (hash + symbols[at + 2 < last ? at + 2 : last]) * P;
            hash = (hash + symbols[last - 1 > at ? last - 1 : at]) * P;
            hash = (hash + symbols[last]) * P;
            hash = ((hash + (uint32_t)(last - at)) ^ WHOLE) * Q;
            hashes[run] = hash;
            known[found] = run;
            found += has(whole_bits, shift, hash);
            /* What is spelt out with spaces goes on with another single letter. */
            unsigned after = marks[next < size ? next : last], behind_that = next + 1 < size ? marks[next + 1] : 0;
            int ends = next == size;
            int goes_on = !ends & ((after & WORD) != 0) & ((after & JOINED) == 0) & ((behind_that & JOINED) != 0);
            int intact = (ends | ((after & PARTED) != 0)) & ((last != at) | goes_on);
            broken[odd] = at;
            odd += !intact & ((marks[at] & (ALIKE | LOOSE)) == 0);
        }
        for (int which = 0; which < found; which++) {
            int run = known[which];
            int64_t at = begins[run], next = behind[run];
            uint32_t hash = hashes[run];
            uint8_t beyond = wholes[hash >> shift];
            for (int ahead = 0; beyond >> ahead; ahead++) {
                int reason = beyond >> ahead & 1 ? look(find, at, hash) : 0;
                if (reason < 0) return reason;
                hash = mixed(hash, symbols[next + ahead < size ? next + ahead : size - 1], WHOLE);
            }
        }
        int reason = look_heads(find, broken, odd);
        if (reason < 0) return reason;
    }
    for (int64_t from = 0; from < size; from += SOME) {
        int64_t end = from + SOME < size ? from + SOME : size;
        int odd = 0;
        for (int64_t at = from; at < end; at++) {
            /* Most are none: eight at a time. */
            uint64_t eight = 0;
            if (at + 8 <= end) memcpy(&eight, marks + at, 8);
            if (at + 8 <= end && !(eight & 0x4141414141414141u)) {
                at += 7;
                continue;
            }
            broken[odd] = at;
            odd += (marks[at] & (ALIKE | LOOSE)) != 0;
        }
        int reason = look_heads(find, broken, odd);
        if (reason < 0) return reason;
    }
    return 0;
}

static int look_pairs(Find *find) {
    const uint8_t *pairs = find->pairs, *pair_bits = find->pair_bits;
    unsigned shift = find->pair_shift;
    int ask = find->pairs_ask;
    int64_t places[SOME + 1];
    const uint16_t *symbols = find->symbols;
    const uint8_t *marks = find->marks;
    int64_t size = find->size;
    for (int64_t from = 0; from + 1 < size; from += SOME) {
        int64_t end = from + SOME < size - 1 ? from + SOME : size - 1;
        int count = 0;
        for (int64_t at = from; at < end; at++) {
            places[count] = at;
            count += has(pair_bits, shift, (symbols[at] * P + symbols[at + 1]) * Q);
        }
        for (int which = 0; which < count; which++) {
            int64_t at = places[which];
            uint32_t pair = (symbols[at] * P + symbols[at + 1]) * Q;
            if (ask) {
                uint8_t holds = first_look(marks[at]);
                if (!is_letter(marks[at + 1])) holds |= ASKS_DIGIT_SECOND;
                if (!(pairs[pair >> shift] & holds)) continue;
            }
            uint16_t left = symbols[at ? at - 1 : 0], right = symbols[at + 2 < size ? at + 2 : size - 1];
            int reason = look(find, at, mixed(pair, left, LEFT));
            if (!reason) reason = look(find, at, mixed(pair, right, RIGHT));
            if (!reason) reason = look(find, at, (pair ^ PAIR) * P);
            if (reason) return reason;
        }
    }
    return 0;
}

static int look_singles(Find *find) {
    const uint8_t *singles = find->singles;
    int64_t places[SOME + 1];
    const uint16_t *symbols = find->symbols;
    const uint8_t *marks = find->marks;
    for (int64_t from = 0; from < find->size; from += SOME) {
        int64_t end = from + SOME < find->size ? from + SOME : find->size;
        int count = 0;
        for (int64_t at = from; at < end; at++) {
            places[count] = at;
            count += (singles[symbols[at]] & first_look(marks[at])) != 0;
        }
        for (int which = 0; which < count; which++) {
            int reason = look(find, places[which], (symbols[places[which]] * P ^ SINGLE) * Q);
            if (reason) return reason;
        }
    }
    return 0;
}

/* A lookup's words; the skeleton comes later. The tables are those of the buffers held. */
static int take_words(Buffers *held, PyObject *tables, Find *find) {
    PyObject *spelling_o, *keys_o, *known_o, *slots_o, *needs_o, *counts_o, *first_need_o, *pairs_o, *pair_bits_o, *wholes_o,
        *whole_bits_o, *singles_o;
    unsigned known_shift, shift, pair_shift, whole_shift;
    int pairs_ask;
    WANT(PyTuple_Check(tables), "the tables of a lookup are a tuple")
    if (!PyArg_ParseTuple(tables, "OOOIOIOOOOOIpOOIO:lookup", &spelling_o, &keys_o, &known_o, &known_shift, &slots_o, &shift,
                          &needs_o, &counts_o, &first_need_o, &pairs_o, &pair_bits_o, &pair_shift, &pairs_ask, &wholes_o,
                          &whole_bits_o, &whole_shift, &singles_o))
        goto failed;
    TAKE(spelling, uint16_t, spelling_o)
    TAKE(key_fields, uint32_t, keys_o)
    TAKE(known, uint8_t, known_o)
    TAKE(slots, int32_t, slots_o)
    TAKE(needs, uint8_t, needs_o)
    TAKE(counts, uint16_t, counts_o)
    TAKE(first_need, int64_t, first_need_o)
    TAKE(pairs, uint8_t, pairs_o)
    TAKE(pair_bits, uint8_t, pair_bits_o)
    TAKE(wholes, uint8_t, wholes_o)
    TAKE(whole_bits, uint8_t, whole_bits_o)
    TAKE(singles, uint8_t, singles_o)
    WANT(known_shift < 29 && shift < 32 && pair_shift < 29 && whole_shift < 29, "hashes have 32 bits")
    WANT(known_n == (Py_ssize_t)(UINT32_MAX >> known_shift >> 3) + 1, "the table of keys has another size")
    WANT(slots_n == (Py_ssize_t)(UINT32_MAX >> shift) + 2, "the table of slots has another size")
    WANT(!pairs_n || (pairs_n == (Py_ssize_t)(UINT32_MAX >> pair_shift) + 1 && pair_bits_n == pairs_n / 8),
         "the tables of pairs have another size")
    WANT(!wholes_n || (wholes_n == (Py_ssize_t)(UINT32_MAX >> whole_shift) + 1 && whole_bits_n == wholes_n / 8),
         "the tables of words have another size")
    WANT(!singles_n || singles_n == 1 << 16, "the table of singles has another size")
    Py_ssize_t keys_n = key_fields_n / KEY_FIELDS;
    WANT(slots[slots_n - 1] == keys_n && counts_n == needs_n, "the tables are not of one lookup")
    *find = (Find){.spelling = spelling,
                   .spelling_size = spelling_n,
                   .keys = (const Key *)key_fields,
                   .keys_size = keys_n,
                   .known = known,
                   .slots = slots,
                   .known_shift = known_shift,
                   .shift = shift,
                   .words = first_need_n,
                   .needs = needs,
                   .needs_size = needs_n,
                   .counts = counts,
                   .first_need = first_need,
                   .pairs = pairs,
                   .pair_bits = pair_bits,
                   .pair_shift = pair_shift,
                   .has_pairs = pairs_n > 0,
                   .pairs_ask = pairs_ask,
                   .wholes = wholes,
                   .whole_bits = whole_bits,
                   .whole_shift = whole_shift,
                   .has_wholes = wholes_n > 0,
                   .singles = singles,
                   .has_singles = singles_n > 0,
                   .found = {.sorted = 1}};
    return 0;
failed:
    return -1;
}

/* Finds the words in the skeleton: into `found`, as a number of begin and word each, in order, none twice. */
static int find_words(Find *find) {
    int reason = find->has_pairs ? look_pairs(find) : 0;
    if (!reason && find->has_wholes) reason = look_letters(find);
    if (!reason && find->has_singles) reason = look_singles(find);
    Numbers *found = &find->found;
    if (!reason && !found->sorted) reason = put_in_order(found);
    Py_ssize_t count = 0;
    for (Py_ssize_t at = 0; at < found->count; at++)
        if (!at || found->own[at] != found->own[at - 1]) found->own[count++] = found->own[at];
    found->count = count;
    return reason;
}

static const char NO_WORD[] = "a key is of no word";

static PyObject *find(PyObject *self, PyObject *args) {
    (void)self;
    PyObject *symbols_o, *offsets_o, *marks_o, *tables;
    if (!PyArg_ParseTuple(args, "OOOO:find", &symbols_o, &offsets_o, &marks_o, &tables)) return NULL;
    Buffers buffers = {.count = 0}, *held = &buffers;
    Find find;
    if (take_words(held, tables, &find) < 0) goto failed;
    TAKE(symbols, uint16_t, symbols_o)
    TAKE(offsets, int64_t, offsets_o)
    TAKE(marks, uint8_t, marks_o)
    WANT(offsets_n == symbols_n && marks_n == symbols_n, "a skeleton has as many offsets and marks as symbols")
    find.symbols = symbols;
    find.offsets = offsets;
    find.marks = marks;
    find.size = symbols_n;
    PyThreadState *lock = PyEval_SaveThread();
    int reason = find_words(&find);
    PyEval_RestoreThread(lock);
    let_go(&buffers);
    Py_ssize_t count = find.found.count;
    PyObject *starts = NULL, *words = NULL, *both = NULL;
    if (reason) {
        raise_for(reason, NO_WORD);
    } else {
        starts = PyByteArray_FromStringAndSize(NULL, count * 8);
        words = PyByteArray_FromStringAndSize(NULL, count * 8);
        if (starts && words) {
            int64_t *start = (int64_t *)PyByteArray_AsString(starts), *word = (int64_t *)PyByteArray_AsString(words);
            for (Py_ssize_t at = 0; at < count; at++) {
                start[at] = find.found.own[at] / find.words;
                word[at] = find.found.own[at] % find.words;
            }
            both = PyTuple_Pack(2, starts, words);
        }
    }
    free(find.found.own);
    Py_XDECREF(starts);
    Py_XDECREF(words);
    return both;
failed:
    let_go(&buffers);
    return NULL;
}

/* places */

static unsigned asked(const uint8_t *table, uint32_t code) { return table[code > BREAK_CODE ? BREAK_CODE : code]; }

static PyObject *places(PyObject *self, PyObject *args) {
    (void)self;
    PyObject *codes_o, *table_o;
    if (!PyArg_ParseTuple(args, "OO:places", &codes_o, &table_o)) return NULL;
    Buffers buffers = {.count = 0}, *held = &buffers;
    TAKE(codes, uint32_t, codes_o)
    TAKE(table, uint8_t, table_o)
    WANT(table_n == BREAK_CODE + 1, "the table has an element for each code point and the break")
    Numbers found = {.sorted = 1};
    int failed = 0;
    PyThreadState *lock = PyEval_SaveThread();
    for (Py_ssize_t from = 0; from < codes_n && !failed; from += SOME) {
        Py_ssize_t end = from + SOME < codes_n ? from + SOME : codes_n;
        int64_t some[SOME + 1];
        int count = 0;
        for (Py_ssize_t at = from; at < end; at++) {
            /* Most are none: eight at a time. */
            unsigned any = at + 8 > end;
            for (Py_ssize_t own = at; own < at + 8 && !any; own += 4)
                any = asked(table, codes[own]) | asked(table, codes[own + 1]) | asked(table, codes[own + 2]) |
                      asked(table, codes[own + 3]);
            if (!any) {
                at += 7;
                continue;
            }
            some[count] = at;
            count += asked(table, codes[at]) != 0;
        }
        for (int at = 0; at < count && !failed; at++) failed = keep(&found, some[at]) < 0;
    }
    PyEval_RestoreThread(lock);
    let_go(&buffers);
    PyObject *which = NULL;
    if (failed) PyErr_NoMemory();
    else which = PyByteArray_FromStringAndSize((const char *)found.own, found.count * (Py_ssize_t)sizeof(int64_t));
    free(found.own);
    return which;
failed:
    let_go(&buffers);
    return NULL;
}

/* duals: as `match/duals.py` says it. */

enum { TOUCHES_WORD = 1, TOUCHES_KEPT = 2, LEADS = 4, TRAILS = 8 };
enum { BEGINS = 1, ENDS = 2, ANYWHERE = 7, WITHIN = ANYWHERE & ~(BEGINS | ENDS) };
enum { DUAL_FIRST = 0x30003, DUAL_MIDDLE = 0x60006, DUAL_LAST = 0x90009, AROUND_BITS = 18 };
enum { MOST_BRACKETS = 8 };

typedef struct {
    const uint32_t *codes;
    int64_t size;
    const uint8_t *touching;
    /* Brackets that open, and what closes each; how far away. */
    const uint32_t *opening, *closing;
    Py_ssize_t brackets;
    int64_t within;
} Text;

/* What a character is beside another, or as a dual one. */
static uint8_t touch(const Text *text, uint32_t code) { return code > BREAK_CODE ? 0 : text->touching[code]; }

static uint8_t beside(const Text *text, int64_t place) {
    return place < 0 || place >= text->size ? 0 : touch(text, text->codes[place]) & (TOUCHES_WORD | TOUCHES_KEPT);
}

/* The code at a place, or at the end of the text that is nearest. */
static uint32_t code_near(const Text *text, int64_t place) {
    return text->codes[place < 0 ? 0 : place < text->size ? place : text->size - 1];
}

/* Whether the bracket is closed in its row, not too far away; another character is none. */
static int is_closed(const Text *text, int64_t place) {
    Py_ssize_t own = 0;
    while (own < text->brackets && text->opening[own] != text->codes[place]) own++;
    if (own == text->brackets) return 0;
    for (int64_t at = place; at < text->size && at - place <= text->within; at++) {
        uint32_t code = text->codes[at];
        for (Py_ssize_t other = 0; other < text->brackets; other++)
            if (code == text->closing[other]) return other == own;
        if (code == BREAK_CODE) return 0;
    }
    return 0;
}

/* How the dual characters from one place to another, that touch, may be letters: into `how`, one for each. */
static void may_be_letters(const Text *text, const int64_t *places, Py_ssize_t count, uint8_t *how) {
    uint8_t before = beside(text, places[0] - 1), after = beside(text, places[count - 1] + 1);
    uint8_t around = before | after;
    int alone = !(around & TOUCHES_WORD) && (count > 1 || around);
    for (Py_ssize_t at = 0; at < count; at++) {
        int64_t place = places[at];
        uint8_t own = touch(text, text->codes[place]), found = ANYWHERE;
        uint8_t left = at ? TOUCHES_WORD | TOUCHES_KEPT : before;
        uint8_t right = at + 1 < count ? TOUCHES_WORD | TOUCHES_KEPT : after;
        if (!left && (right & TOUCHES_KEPT)) found = own & LEADS ? BEGINS : 0;
        if (!right && (left & TOUCHES_KEPT)) found = own & TRAILS ? ENDS : 0;
        if (alone) found = 0;
        if ((found == BEGINS || found == ENDS) && is_closed(text, place)) found = 0;
        for (int step = -1; step <= 1; step += 2) {
            uint32_t separator = code_near(text, place + step), letter = code_near(text, place + 2 * step);
            if (separator == code_near(text, place + 3 * step) && (touch(text, letter) & TOUCHES_WORD) &&
                !(touch(text, separator) & TOUCHES_WORD))
                found = ANYWHERE;
        }
        how[at] = found;
    }
}

static int has_around(const uint8_t *table, uint32_t one, uint32_t two, uint32_t three, uint32_t four, uint32_t seed) {
    uint32_t hash = one * P;
    hash = (hash + two) * P;
    hash = (hash + three) * P;
    hash = (hash + four) * P;
    return table[((hash ^ seed) * Q) >> (32 - AROUND_BITS)];
}

/* Where an offset of at least so many is first, among others in order, from the one at `low` on: most likely near it. */
static int64_t first_from(const int64_t *offsets, int64_t low, int64_t count, int64_t offset) {
    int64_t high = low;
    for (int64_t step = 1; high < count && offsets[high] < offset; step *= 2) {
        low = high + 1;
        high = count - high > step ? high + step : count;
    }
    while (low < high) {
        int64_t middle = (low + high) / 2;
        if (offsets[middle] < offset) low = middle + 1;
        else high = middle;
    }
    return low;
}

/* What stands around the letters of words, and which symbol each dual character is as a letter; and the symbols among which
   dual characters stand. */
typedef struct {
    const uint8_t *table;
    const uint16_t *letters;
    int has_short;
    const uint16_t *symbols;
    const int64_t *offsets;
    const uint8_t *marks;
    int64_t size;
} Around;

/* Whether a dual character, read as a letter, stands as in a word: after so many symbols, two or more, and before as many.
   `others` says whether there are other dual characters in the gap before and in the next one. */
static int may_stand(const Around *around, int64_t after, uint32_t letter, uint8_t how, const int others[2]) {
    const uint16_t *symbols = around->symbols;
    const uint8_t *marks = around->marks, *table = around->table;
    int64_t end = around->size - 1;
    uint32_t two_before = symbols[after - 2], before = symbols[after - 1], next = symbols[after],
             next_two = symbols[after + 1 < end ? after + 1 : end];
    if ((marks[after - 1] & LOOSE) || before == letter || next == letter) return 1;
    int unknown_before = others[0] || (marks[after - 2] & LOOSE), unknown_after = others[1] || (marks[after] & LOOSE);
    int may = 0;
    if (how & BEGINS)
        may |= unknown_after || has_around(table, letter, next, next_two, 0, DUAL_FIRST) ||
               (around->has_short && has_around(table, letter, next, 0, 0, DUAL_FIRST));
    if (how & ENDS)
        may |= unknown_before || has_around(table, two_before, before, letter, 0, DUAL_LAST) ||
               (around->has_short && has_around(table, before, letter, 0, 0, DUAL_LAST));
    if (how & WITHIN)
        may |= unknown_before || unknown_after || has_around(table, before, letter, next, next_two, DUAL_MIDDLE) ||
               has_around(table, before, letter, next, 0, DUAL_MIDDLE);
    return may;
}

/* What a search knows of dual characters; text and skeleton come later. The tables are those of the buffers held. */
static int take_around(Buffers *held, PyObject *tables, PyObject *around_o, int has_short, Text *text, Around *about) {
    PyObject *touching_o, *letters_o, *opening_o, *closing_o;
    long long within;
    WANT(PyTuple_Check(tables), "the tables of dual characters are a tuple")
    if (!PyArg_ParseTuple(tables, "OOOOL:duals", &touching_o, &letters_o, &opening_o, &closing_o, &within)) goto failed;
    TAKE(touching, uint8_t, touching_o)
    TAKE(letters, uint16_t, letters_o)
    TAKE(opening, uint32_t, opening_o)
    TAKE(closing, uint32_t, closing_o)
    TAKE(around, uint8_t, around_o)
    WANT(touching_n == BREAK_CODE + 1 && letters_n == touching_n, "a table has an element for each code point")
    WANT(opening_n == closing_n && around_n == 1 << AROUND_BITS, "the tables have another size")
    *text = (Text){.touching = touching, .opening = opening, .closing = closing, .brackets = opening_n, .within = within};
    *about = (Around){.table = around, .letters = letters, .has_short = has_short};
    return 0;
failed:
    return -1;
}

/* Which of the dual characters may stand as letters: their numbers into `found`. */
static int duals_that_may(const Text *text, const Around *about, const int64_t *duals, Py_ssize_t size, Numbers *found) {
    for (Py_ssize_t at = 0; at < size; at++)
        if (duals[at] < 0 || duals[at] >= text->size || text->codes[duals[at]] > BREAK_CODE) return STRAY;
    uint8_t *how = malloc((size_t)size + 1);
    int64_t *gaps = malloc(((size_t)size + 1) * sizeof(int64_t));
    int reason = how && gaps ? 0 : NO_MEMORY;
    for (Py_ssize_t first = 0, end; !reason && first < size; first = end) {
        for (end = first + 1; end < size && duals[end] == duals[end - 1] + 1;) end++;
        may_be_letters(text, duals + first, end - first, how + first);
    }
    /* How many symbols stand before each. */
    for (Py_ssize_t at = 0; !reason && at < size; at++)
        gaps[at] = first_from(about->offsets, at ? gaps[at - 1] : 0, about->size, duals[at]);
    /* The first of those in the gap before, in the same gap, in the next one, and behind it. */
    Py_ssize_t in_before = 0, in_own = 0, in_next = 0, behind = 0;
    for (Py_ssize_t at = 0; !reason && at < size; at++) {
        int64_t after = gaps[at];
        while (in_before < size && gaps[in_before] < after - 1) in_before++;
        while (in_own < size && gaps[in_own] < after) in_own++;
        while (in_next < size && gaps[in_next] < after + 1) in_next++;
        while (behind < size && gaps[behind] < after + 2) behind++;
        if (!how[at]) continue;
        const int others[2] = {in_own > in_before, behind > in_next};
        /* What is too near an end, or not by itself in its gap, is not known. */
        if (!about->size || after < 2 || after + 2 > about->size || in_next - in_own > 1 ||
            may_stand(about, after, about->letters[text->codes[duals[at]]], how[at], others))
            reason = keep(found, at);
    }
    free(how);
    free(gaps);
    return reason;
}

static const char NO_DUAL[] = "a dual character is beyond the text";

static PyObject *may_be_duals(PyObject *self, PyObject *args) {
    (void)self;
    PyObject *codes_o, *duals_o, *symbols_o, *offsets_o, *marks_o, *tables, *around_o;
    int has_short;
    if (!PyArg_ParseTuple(args, "OOOOOOOp:may_be_duals", &codes_o, &duals_o, &symbols_o, &offsets_o, &marks_o, &tables,
                          &around_o, &has_short))
        return NULL;
    Buffers buffers = {.count = 0}, *held = &buffers;
    Text text;
    Around about;
    if (take_around(held, tables, around_o, has_short, &text, &about) < 0) goto failed;
    TAKE(codes, uint32_t, codes_o)
    TAKE(duals, int64_t, duals_o)
    TAKE(symbols, uint16_t, symbols_o)
    TAKE(offsets, int64_t, offsets_o)
    TAKE(marks, uint8_t, marks_o)
    WANT(offsets_n == symbols_n && marks_n == symbols_n, "a skeleton has as many offsets and marks as symbols")
    text.codes = codes;
    text.size = codes_n;
    about.symbols = symbols;
    about.offsets = offsets;
    about.marks = marks;
    about.size = symbols_n;
    Numbers found = {.sorted = 1};
    PyThreadState *lock = PyEval_SaveThread();
    int reason = duals_that_may(&text, &about, duals, duals_n, &found);
    PyEval_RestoreThread(lock);
    let_go(&buffers);
    PyObject *which = NULL;
    if (reason) raise_for(reason, NO_DUAL);
    else which = PyByteArray_FromStringAndSize((const char *)found.own, found.count * (Py_ssize_t)sizeof(int64_t));
    free(found.own);
    return which;
failed:
    let_go(&buffers);
    return NULL;
}

/* decide: as `match/aswritten.py` says it. */

/* What is said of a pattern, a row of numbers each, as it lays them out there. */
typedef struct {
    /* Where its characters begin among all patterns', and how many there are: none if it is the verifier's. */
    uint32_t begin, size;
    uint32_t order, needs, allowed, letters;
    /* What may not touch its ends; its first symbol and its last; what follows the first run. */
    uint32_t edge_before, edge_after, first, last, second;
    uint32_t sought_before, sought_within;
    uint32_t is_alone, is_single, is_once, is_ticker;
} Pattern;
enum { PATTERN_FIELDS = sizeof(Pattern) / sizeof(uint32_t) };

enum { KIND = 7, KIND_SPACE = 1, KIND_SYMBOL = 2, KIND_LETTER = 8, KIND_DIGIT = 16 };
enum { STRANGE = 1, SOUGHT_IN = 64, STRETCHED_FROM = 5, LEET = 1 << 6 };
enum { UNSURE, NO, YES };
static const uint32_t NO_DIFFERENCE = 0xFFFFFFFFu, SOME_LETTER = 1u << 31;

typedef struct {
    const uint32_t *codes;
    int64_t size;
    /* Of each code point its kind, its symbol, and what it is beside a word. */
    const uint8_t *kinds, *beside;
    const uint16_t *symbols;
    /* The folds between characters of ASCII; the characters of the patterns; the symbols that are sought, in order. */
    const uint32_t *differences, *spelling, *sought, *sought_bits;
    Py_ssize_t spelling_size, sought_size;
    /* The patterns, and for each word the number of its first; behind the last word, of how many there are. */
    const Pattern *patterns;
    const int64_t *first;
    Py_ssize_t patterns_size, words;
} Decide;

/* What is found of words: of which, where it begins, where its second run does, where its end is sought, and whether its
   first run is of characters that are apart. */
typedef struct {
    int64_t word, begin, second, until;
    int loose;
} Occurrence;

/* The code at a place of the text, for a table to be asked; the break beyond either end. */
static uint32_t code_at(const Decide *decide, int64_t place) {
    if (place < 0 || place >= decide->size) return BREAK_CODE;
    uint32_t code = decide->codes[place];
    return code > BREAK_CODE ? BREAK_CODE : code;
}

static uint32_t folds_between(const Decide *decide, uint32_t seen, uint32_t meant, uint32_t allowed) {
    if (seen > 127 || meant > 127) return NO_DIFFERENCE;
    uint32_t folds = decide->differences[meant << 7 | seen];
    return folds & ~allowed ? NO_DIFFERENCE : folds;
}

static int is_lower(uint32_t code) { return code - 'a' < 26; }

static int is_dollar(uint32_t code) { return code == '$' || code == 0xFF04; }

static uint32_t bits_of(const Decide *decide, uint32_t code) {
    Py_ssize_t own = place_of(decide->sought, decide->sought_size, code);
    uint32_t letter = code > 127 || (code | 32) - 'a' < 26 ? SOME_LETTER : 0;
    return letter | (own < 0 ? 0 : decide->sought_bits[own]);
}

/* In a run of characters that are apart a pattern begins with the last, if that is by itself. */
static int64_t last_of_run(const Decide *decide, const Pattern *pattern, int64_t begin, int64_t second) {
    if (second <= begin + 1 || second > decide->size) return begin;
    int64_t last = second - 1;
    unsigned kind = decide->kinds[code_at(decide, last - 1)] & KIND;
    int by_itself = kind == KIND_SPACE || kind == KIND_SYMBOL;
    return by_itself && decide->symbols[code_at(decide, last)] == pattern->first ? last : begin;
}

/* The verdict from what is beside a pattern that stands letter for letter, or not so if it does not fit. */
static int stands_alone(const Decide *decide, const Pattern *pattern, int64_t begin, int fits) {
    const uint32_t *codes = decide->codes;
    int64_t end = begin + pattern->size;
    uint32_t before = code_at(decide, begin - 1), after = code_at(decide, end);
    uint8_t left = decide->beside[before], right = decide->beside[after];
    if (right & STRANGE || decide->symbols[after] == pattern->last) return UNSURE;
    if (left & STRANGE && pattern->edge_before) return UNSURE;
    if (left & pattern->edge_before || right & pattern->edge_after)
        /* What is drawn as a symbol touches no letter. */
        return codes[begin] > 127 || codes[end - 1] > 127 ? UNSURE : NO;
    if (pattern->is_ticker && !(begin && is_dollar(before)))
        for (int64_t at = begin; at < end; at++)
            if (is_lower(codes[at])) return NO;
    return fits ? YES : NO;
}

/* The verdict on a pattern at a place; what it needs there into `needed`. */
static int judge(const Decide *decide, const Pattern *pattern, int64_t begin, int loose, uint32_t *needed) {
    const uint32_t *codes = decide->codes, *meant = decide->spelling + pattern->begin;
    int64_t size = pattern->size;
    if (!size || begin + size > decide->size || (loose && pattern->is_alone)) return UNSURE;
    if (decide->symbols[code_at(decide, begin + size - 1)] != pattern->last) return UNSURE;
    uint32_t folds = 0;
    int64_t leet = 0, letters = pattern->letters;
    int differs = memcmp(codes + begin, meant, (size_t)size * sizeof(uint32_t)) != 0;
    for (int64_t at = 0; differs && at < size && folds != NO_DIFFERENCE; at++) {
        if (codes[begin + at] == meant[at]) continue;
        uint32_t own = folds_between(decide, codes[begin + at], meant[at], pattern->allowed);
        leet += (own & LEET) != 0;
        folds |= own;
    }
    int fits = folds != NO_DIFFERENCE;
    if (fits && leet) {
        /* As `verify` has it: letters carry the word. */
        int64_t plain = letters - leet;
        fits = letters <= 3 ? plain > leet : (letters < STRETCHED_FROM ? plain : 3 * plain) >= leet;
    }
    *needed = pattern->needs | folds;
    /* A single letter that is another one is nothing; of several, others may be those meant. */
    return fits || (pattern->is_single && codes[begin] < 128) ? stands_alone(decide, pattern, begin, fits) : UNSURE;
}

/* Whether a pattern is surely nothing: without its symbol, with another letter, a ticker in lower case. */
static int cannot(const Decide *decide, const Pattern *pattern, int64_t begin, int64_t until, int loose) {
    const uint32_t *codes = decide->codes;
    uint32_t before = code_at(decide, begin - 1);
    uint32_t behind = codes[begin + 1 < decide->size ? begin + 1 : decide->size - 1];
    if (behind < 128 && decide->kinds[behind] & (KIND_LETTER | KIND_DIGIT) && decide->symbols[behind] != pattern->first) {
        if (pattern->second && folds_between(decide, behind, pattern->second, pattern->allowed) == NO_DIFFERENCE) return 1;
        if (pattern->is_ticker && is_lower(codes[begin]) && begin + 1 < decide->size && !is_dollar(before)) return 1;
    }
    if (pattern->sought_before && !loose && before != 0xFE0E && before != 0xFE0F &&
        pattern->sought_before & ~bits_of(decide, before))
        return 1;
    if (pattern->sought_within && until > begin && until - begin <= SOUGHT_IN && until <= decide->size) {
        uint32_t there = 0;
        for (int64_t at = begin; at < until; at++) there |= bits_of(decide, codes[at]);
        if (pattern->sought_within & ~there) return 1;
    }
    return 0;
}

/* Whether all patterns of an occurrence are decided; then the matches of it are put behind those that were found. */
static int decide_one(const Decide *decide, const Occurrence *one, Numbers *found) {
    if (one->word < 0 || one->word >= decide->words || one->begin < 0 || one->begin >= decide->size) return STRAY;
    int64_t first = decide->first[one->word], end = decide->first[one->word + 1];
    if (first < 0 || end > decide->patterns_size) return STRAY;
    Py_ssize_t before = found->count;
    for (int64_t own = first; own < end; own++) {
        const Pattern *pattern = decide->patterns + own;
        if ((int64_t)pattern->begin + pattern->size > decide->spelling_size) return STRAY;
        int64_t begin = one->begin;
        uint32_t needed = 0;
        if (one->loose && pattern->is_once) begin = last_of_run(decide, pattern, begin, one->second);
        int verdict = judge(decide, pattern, begin, one->loose, &needed);
        if (verdict == UNSURE && !cannot(decide, pattern, begin, one->until, one->loose)) {
            found->count = before;
            return 0;
        }
        if (verdict == YES && (keep(found, begin) < 0 || keep(found, begin + pattern->size) < 0 ||
                               keep(found, pattern->order) < 0 || keep(found, needed) < 0))
            return NO_MEMORY;
    }
    return 1;
}

/* What is said of patterns; the text comes later. The tables are those of the buffers held. */
static int take_patterns(Buffers *held, PyObject *tables, Decide *decide) {
    PyObject *first_o, *patterns_o, *spelling_o, *kinds_o, *symbols_o, *beside_o, *differences_o, *sought_o, *sought_bits_o;
    WANT(PyTuple_Check(tables), "the tables of patterns are a tuple")
    if (!PyArg_ParseTuple(tables, "OOOOOOOOO:patterns", &first_o, &patterns_o, &spelling_o, &kinds_o, &symbols_o, &beside_o,
                          &differences_o, &sought_o, &sought_bits_o))
        goto failed;
    TAKE(first, int64_t, first_o)
    TAKE(pattern_fields, uint32_t, patterns_o)
    TAKE(spelling, uint32_t, spelling_o)
    TAKE(kinds, uint8_t, kinds_o)
    TAKE(symbols, uint16_t, symbols_o)
    TAKE(beside, uint8_t, beside_o)
    TAKE(differences, uint32_t, differences_o)
    TAKE(sought, uint32_t, sought_o)
    TAKE(sought_bits, uint32_t, sought_bits_o)
    Py_ssize_t patterns_n = pattern_fields_n / PATTERN_FIELDS;
    WANT(kinds_n == BREAK_CODE + 1 && symbols_n == kinds_n && beside_n == kinds_n,
         "a table has an element for each code point and the break")
    WANT(differences_n == 128 * 128 && sought_n == sought_bits_n, "the tables have another size")
    WANT(first_n && first[first_n - 1] == patterns_n, "the tables are not of one list of patterns")
    *decide = (Decide){.kinds = kinds,
                       .beside = beside,
                       .symbols = symbols,
                       .differences = differences,
                       .spelling = spelling,
                       .sought = sought,
                       .sought_bits = sought_bits,
                       .spelling_size = spelling_n,
                       .sought_size = sought_n,
                       .patterns = (const Pattern *)pattern_fields,
                       .first = first,
                       .patterns_size = patterns_n,
                       .words = first_n - 1};
    return 0;
failed:
    return -1;
}

static const char NO_OCCURRENCE[] = "an occurrence is beyond the words or the text, or a word beyond the patterns";

static PyObject *decide(PyObject *self, PyObject *args) {
    (void)self;
    PyObject *codes_o, *words_o, *begins_o, *second_o, *until_o, *loose_o, *tables;
    if (!PyArg_ParseTuple(args, "OOOOOOO:decide", &codes_o, &words_o, &begins_o, &second_o, &until_o, &loose_o, &tables))
        return NULL;
    Buffers buffers = {.count = 0}, *held = &buffers;
    Decide about;
    if (take_patterns(held, tables, &about) < 0) goto failed;
    TAKE(codes, uint32_t, codes_o)
    TAKE(words, int64_t, words_o)
    TAKE(begins, int64_t, begins_o)
    TAKE(second, int64_t, second_o)
    TAKE(until, int64_t, until_o)
    TAKE(loose, uint8_t, loose_o)
    WANT(begins_n == words_n && second_n == words_n && until_n == words_n && loose_n == words_n,
         "each occurrence has a word, a begin, where its second run is, an end, and says whether it is loose")
    about.codes = codes;
    about.size = codes_n;
    Numbers found = {.sorted = 1};
    uint8_t *decided = malloc((size_t)words_n + 1);
    int reason = decided ? 0 : NO_MEMORY;
    PyThreadState *lock = PyEval_SaveThread();
    for (Py_ssize_t at = 0; at < words_n && reason >= 0; at++) {
        Occurrence one = {words[at], begins[at], second[at], until[at], loose[at]};
        reason = decide_one(&about, &one, &found);
        decided[at] = reason == 1;
    }
    PyEval_RestoreThread(lock);
    let_go(&buffers);
    PyObject *both = NULL;
    if (reason < 0) {
        raise_for(reason, NO_OCCURRENCE);
    } else {
        PyObject *truths = PyByteArray_FromStringAndSize((const char *)decided, words_n);
        PyObject *matches = PyByteArray_FromStringAndSize((const char *)found.own, found.count * (Py_ssize_t)sizeof(int64_t));
        if (truths && matches) both = PyTuple_Pack(2, truths, matches);
        Py_XDECREF(truths);
        Py_XDECREF(matches);
    }
    free(decided);
    free(found.own);
    return both;
failed:
    let_go(&buffers);
    return NULL;
}

/* glance: all of this for one short text. Its price is that of the calls, so the tables are taken once, for all texts. */

static const char TABLES[] = "lictor.text.tables";

typedef struct {
    Buffers buffers;
    Folds folds;
    Find find;
    /* Of each word how many symbols it has. */
    const int64_t *sizes;
    /* Whether dual characters may be letters of words. */
    int has_duals;
    Text text;
    Around around;
    Decide decide;
} Tables;

static void free_tables(PyObject *capsule) {
    Tables *own = PyCapsule_GetPointer(capsule, TABLES);
    if (!own) return;
    let_go(&own->buffers);
    free(own);
}

static PyObject *tables(PyObject *self, PyObject *args) {
    (void)self;
    PyObject *table_o, *expansions, *words, *sizes_o, *duals, *around, *patterns;
    int has_short;
    if (!PyArg_ParseTuple(args, "OOOOOOpO:tables", &table_o, &expansions, &words, &sizes_o, &duals, &around, &has_short,
                          &patterns))
        return NULL;
    Tables *own = calloc(1, sizeof *own);
    if (!own) return PyErr_NoMemory();
    Buffers *held = &own->buffers;
    own->has_duals = around != Py_None;
    if (take_folds(held, table_o, expansions, Py_None, &own->folds) < 0) goto failed;
    if (take_words(held, words, &own->find) < 0) goto failed;
    if (own->has_duals && take_around(held, duals, around, has_short, &own->text, &own->around) < 0) goto failed;
    if (take_patterns(held, patterns, &own->decide) < 0) goto failed;
    TAKE(sizes, int64_t, sizes_o)
    WANT(sizes_n == own->find.words, "each word has a size")
    own->sizes = sizes;
    PyObject *capsule = PyCapsule_New(own, TABLES, free_tables);
    if (capsule) return capsule;
failed:
    let_go(held);
    free(own);
    return NULL;
}

/* One tuple of numbers more in the list. */
static int append(PyObject *list, const int64_t *numbers, Py_ssize_t count) {
    PyObject *tuple = PyTuple_New(count);
    int failed = !tuple;
    for (Py_ssize_t at = 0; !failed && at < count; at++) {
        PyObject *number = PyLong_FromLongLong(numbers[at]);
        failed = !number || PyTuple_SetItem(tuple, at, number) < 0;
    }
    failed = failed || PyList_Append(list, tuple) < 0;
    Py_XDECREF(tuple);
    return failed ? -1 : 0;
}

/* Of what was found the matches, and what is left to the verifier: a list each. */
static PyObject *matches_and_left(const Tables *own, const Find *find, const uint32_t *codes, Py_ssize_t size) {
    Decide about = own->decide;
    about.codes = codes;
    about.size = size;
    int64_t last = find->size - 1;
    Numbers matches = {.sorted = 1};
    PyObject *places = PyList_New(0), *left = PyList_New(0), *both = NULL;
    int failed = !places || !left;
    for (Py_ssize_t at = 0; !failed && at < find->found.count; at++) {
        int64_t start = find->found.own[at] / find->words, word = find->found.own[at] % find->words;
        int64_t symbols = own->sizes[word];
        Occurrence one = {.word = word,
                          .begin = find->offsets[start],
                          .second = find->offsets[start < last ? start + 1 : last],
                          .until = symbols > 0 && symbols <= last - start ? find->offsets[start + symbols] : -1,
                          .loose = (find->marks[start] & LOOSE) != 0};
        int reason = decide_one(&about, &one, &matches);
        if (reason < 0) raise_for(reason, NO_OCCURRENCE);
        failed = reason < 0 || (reason == 0 && append(left, (int64_t[]){one.word, one.begin}, 2) < 0);
    }
    for (Py_ssize_t at = 0; !failed && at < matches.count; at += 4) failed = append(places, matches.own + at, 4) < 0;
    if (!failed) both = PyTuple_Pack(2, places, left);
    free(matches.own);
    Py_XDECREF(places);
    Py_XDECREF(left);
    return both;
}

static PyObject *glance(PyObject *self, PyObject *args) {
    (void)self;
    PyObject *text, *capsule;
    if (!PyArg_ParseTuple(args, "UO:glance", &text, &capsule)) return NULL;
    const Tables *own = PyCapsule_GetPointer(capsule, TABLES);
    if (!own) return NULL;
    Py_ssize_t size = PyUnicode_GetLength(text), count = NO_ROOM, dual = 0;
    PyObject *result = NULL;
    Find find = own->find;
    Numbers may = {.sorted = 1};
    uint32_t *codes = malloc(((size_t)size + 1) * sizeof *codes);
    uint8_t *arrays = NULL;
    if (!codes || (size && !PyUnicode_AsUCS4(text, codes, size, 0))) goto done;
    /* Room for a few characters that expand, then for more. */
    for (Py_ssize_t room = size + size / 8 + 1; count == NO_ROOM; room *= 2) {
        free(arrays);
        arrays = malloc((size_t)room * (2 * sizeof(int64_t) + sizeof(uint16_t) + 1));
        if (!arrays) goto done;
        int64_t *offsets = (int64_t *)arrays, *duals = offsets + room;
        uint16_t *symbols = (uint16_t *)(duals + room);
        Folded into = {symbols, offsets, (uint8_t *)(symbols + room), duals, room};
        count = fold_codes(&own->folds, codes, size, 0, &into, &dual);
        find.symbols = symbols;
        find.offsets = offsets;
        find.marks = into.marks;
        find.size = count;
        if (count < 0 || !dual || !own->has_duals) continue;
        Text about = own->text;
        about.codes = codes;
        about.size = size;
        Around around = own->around;
        around.symbols = symbols;
        around.offsets = offsets;
        around.marks = into.marks;
        around.size = count;
        int reason = duals_that_may(&about, &around, duals, dual, &may);
        if (reason) {
            raise_for(reason, NO_DUAL);
            goto done;
        }
    }
    if (count == STRAY) {
        raise_for(STRAY, NO_CODE);
    } else if (may.count) {
        result = Py_None;
        Py_INCREF(result);
    } else {
        int reason = find_words(&find);
        if (reason) raise_for(reason, NO_WORD);
        else result = matches_and_left(own, &find, codes, size);
    }
done:
    if (!result && !PyErr_Occurred()) PyErr_NoMemory();
    free(codes);
    free(arrays);
    free(may.own);
    free(find.found.own);
    return result;
}

/* decode */

/* The code points of UTF-8 from `at` to `end`, behind each other at `out`; NULL where it is none. */
static uint32_t *decode_row(const uint8_t *at, const uint8_t *end, uint32_t *out) {
    while (at < end) {
        uint32_t one = *at;
        if (one < 0x80) {
            *out++ = one;
            at++;
        } else if (one >= 0xE0 && one < 0xF0) {
            if (end - at < 3 || (at[1] & 0xC0) != 0x80 || (at[2] & 0xC0) != 0x80) return NULL;
            uint32_t code = (one & 0x0F) << 12 | (at[1] & 0x3Fu) << 6 | (at[2] & 0x3Fu);
            if (code < 0x800 || (code >= 0xD800 && code < 0xE000)) return NULL;
            *out++ = code;
            at += 3;
        } else if (one >= 0xC2 && one < 0xE0) {
            if (end - at < 2 || (at[1] & 0xC0) != 0x80) return NULL;
            *out++ = (one & 0x1F) << 6 | (at[1] & 0x3Fu);
            at += 2;
        } else if (one >= 0xF0 && one < 0xF5) {
            if (end - at < 4 || (at[1] & 0xC0) != 0x80 || (at[2] & 0xC0) != 0x80 || (at[3] & 0xC0) != 0x80) return NULL;
            uint32_t code = (one & 7) << 18 | (at[1] & 0x3Fu) << 12 | (at[2] & 0x3Fu) << 6 | (at[3] & 0x3Fu);
            if (code < 0x10000 || code > 0x10FFFF) return NULL;
            *out++ = code;
            at += 4;
        } else {
            return NULL;
        }
    }
    return out;
}

static PyObject *decode(PyObject *self, PyObject *args) {
    (void)self;
    PyObject *bytes_o, *ends_o, *codes_o, *starts_o;
    if (!PyArg_ParseTuple(args, "OOOO:decode", &bytes_o, &ends_o, &codes_o, &starts_o)) return NULL;
    Buffers buffers = {.count = 0}, *held = &buffers;
    TAKE(bytes, uint8_t, bytes_o)
    TAKE(ends, int64_t, ends_o)
    TAKE_OUT(codes, uint32_t, codes_o)
    TAKE_OUT(starts, int64_t, starts_o)
    WANT(ends_n > 1 && starts_n == ends_n, "rows have a begin, and a start each")
    WANT(ends[0] >= 0 && ends[ends_n - 1] <= bytes_n, "a row is beyond the bytes")
    WANT(codes_n >= ends[ends_n - 1] - ends[0] + ends_n - 2, "there is room for the codes")
    uint32_t *out = codes;
    PyThreadState *lock = PyEval_SaveThread();
    starts[0] = 0;
    for (Py_ssize_t row = 0; out && row + 1 < ends_n; row++) {
        if (row) *out++ = BREAK_CODE;
        if (ends[row + 1] < ends[row] || ends[row + 1] > ends[ends_n - 1]) {
            out = NULL;
            break;
        }
        out = decode_row(bytes + ends[row], bytes + ends[row + 1], out);
        if (out) starts[row + 1] = out - codes + 1;
    }
    PyEval_RestoreThread(lock);
    let_go(&buffers);
    return PyLong_FromSsize_t(out ? out - codes : -1);
failed:
    let_go(&buffers);
    return NULL;
}

/* measured: what distances in a text are counted by. */

static const char FOLDS[] = "lictor.text.folds", MEASURED[] = "lictor.text.measured";

typedef struct {
    Buffers buffers;
    Folds folds;
} OwnFolds;

static void free_folds(PyObject *capsule) {
    OwnFolds *own = PyCapsule_GetPointer(capsule, FOLDS);
    if (!own) return;
    let_go(&own->buffers);
    free(own);
}

static PyObject *folds(PyObject *self, PyObject *args) {
    (void)self;
    PyObject *table, *expansions;
    if (!PyArg_ParseTuple(args, "OO:folds", &table, &expansions)) return NULL;
    OwnFolds *own = calloc(1, sizeof *own);
    if (!own) return PyErr_NoMemory();
    if (take_folds(&own->buffers, table, expansions, Py_None, &own->folds) == 0) {
        PyObject *capsule = PyCapsule_New(own, FOLDS, free_folds);
        if (capsule) return capsule;
    }
    let_go(&own->buffers);
    free(own);
    return NULL;
}

/* Where the symbols of a text begin, where its paragraphs end, and where its sentences do; in order. */
typedef struct {
    int64_t *begins, *ends[2];
    Py_ssize_t count, parts[2];
} Measured;

static void free_measured(PyObject *capsule) {
    Measured *own = PyCapsule_GetPointer(capsule, MEASURED);
    if (!own) return;
    free(own->begins);
    free(own->ends[0]);
    free(own);
}

/* What a character ends, as `detect/near.py` has it: 2 for a paragraph, and the sentence with it, 1 for a sentence. */
static int ends_part(uint32_t code) {
    switch (code) {
    case '\n': case '\r': case 0x2028: case 0x2029: return 2;
    case '!': case '?': case ';': case 0x3002: case 0xFF01: case 0xFF1F: case 0xFF1B: return 1;
    default: return 0;
    }
}

/* Where parts of the text end; -1 where there is no memory. */
static int find_ends(Measured *own, const uint32_t *codes, Py_ssize_t size) {
    Py_ssize_t many = 0;
    for (Py_ssize_t at = 0; at < size; at++) many += ends_part(codes[at]) != 0;
    own->ends[0] = malloc((size_t)(2 * many + 1) * sizeof(int64_t));
    if (!own->ends[0]) return -1;
    own->ends[1] = own->ends[0] + many;
    for (Py_ssize_t at = 0; many && at < size; at++) {
        int part = ends_part(codes[at]);
        if (part) own->ends[1][own->parts[1]++] = at;
        if (part == 2) own->ends[0][own->parts[0]++] = at;
    }
    return 0;
}

/* The same for the symbols; NO_MEMORY or STRAY where that fails. */
static int find_begins(Measured *own, const Folds *folds, const uint32_t *codes, Py_ssize_t size) {
    /* Room for a few characters that expand, then for more. */
    own->count = NO_ROOM;
    for (Py_ssize_t room = size + size / 8 + 1; own->count == NO_ROOM; room *= 2) {
        free(own->begins);
        own->begins = malloc((size_t)room * sizeof(int64_t));
        uint16_t *symbols = malloc((size_t)room * (sizeof(uint16_t) + 1));
        if (own->begins && symbols) {
            Py_ssize_t duals = 0;
            Folded into = {symbols, own->begins, (uint8_t *)(symbols + room), NULL, room};
            own->count = fold_codes(folds, codes, size, 0, &into, &duals);
        }
        free(symbols);
        if (!own->begins || !symbols) return NO_MEMORY;
    }
    return own->count < 0 ? STRAY : 0;
}

static PyObject *measured(PyObject *self, PyObject *args) {
    (void)self;
    PyObject *text, *folds_o;
    if (!PyArg_ParseTuple(args, "UO:measured", &text, &folds_o)) return NULL;
    const OwnFolds *folds = PyCapsule_GetPointer(folds_o, FOLDS);
    if (!folds) return NULL;
    Py_ssize_t size = PyUnicode_GetLength(text);
    Measured *own = calloc(1, sizeof *own);
    uint32_t *codes = malloc(((size_t)size + 1) * sizeof *codes);
    PyObject *capsule = NULL;
    if (own && codes && (!size || PyUnicode_AsUCS4(text, codes, size, 0))) {
        int reason = find_begins(own, &folds->folds, codes, size);
        if (!reason && find_ends(own, codes, size) == 0) capsule = PyCapsule_New(own, MEASURED, free_measured);
        if (reason == STRAY) raise_for(STRAY, NO_CODE);
    }
    free(codes);
    if (capsule) return capsule;
    if (!PyErr_Occurred()) PyErr_NoMemory();
    if (own) {
        free(own->begins);
        free(own->ends[0]);
    }
    free(own);
    return NULL;
}

/* together: chains of spans of several kinds, as `detect/near.py` has them. */

typedef struct {
    long long start, end, first, last; /* begin and end in symbols; and in the text */
    int kind, named;                   /* of two of one kind at one place the one named first is meant */
    PyObject *place, *span;            /* owned: what is called to put spans down may change where they came from */
} Event;

typedef struct {
    long long end;
    Py_ssize_t event, before; /* what it ends with, and the chain it goes on from, or -1 */
    uint32_t kinds;
} Chain;

typedef struct {
    Event *events;
    Py_ssize_t size;
    Chain *chains;    /* all that were begun */
    Py_ssize_t *heap; /* those that have not ended yet, the first to end on top */
    Py_ssize_t count, room, waiting;
} Sweep;

enum { MOST_KINDS = 12 };

static int in_order(const void *one, const void *other) {
    const Event *a = one, *b = other;
    if (a->start != b->start) return a->start < b->start ? -1 : 1;
    if (a->end != b->end) return a->end < b->end ? -1 : 1;
    if (a->kind != b->kind) return a->kind < b->kind ? -1 : 1;
    if (a->first != b->first) return a->first < b->first ? -1 : 1;
    if (a->last != b->last) return a->last < b->last ? -1 : 1;
    return a->named < b->named ? -1 : a->named > b->named;
}

static int ends_before(const Sweep *sweep, Py_ssize_t one, Py_ssize_t other) {
    const Chain *a = &sweep->chains[one], *b = &sweep->chains[other];
    if (a->end != b->end) return a->end < b->end;
    if (a->event != b->event) return a->event < b->event;
    return a->kinds < b->kinds;
}

/* Begins a chain; -1 where there is no memory. */
static int begin_chain(Sweep *sweep, Py_ssize_t event, Py_ssize_t before, uint32_t kinds) {
    if (sweep->count == sweep->room) {
        Py_ssize_t room = sweep->room * 2 + 32;
        Chain *chains = realloc(sweep->chains, (size_t)room * sizeof(Chain));
        if (!chains) return -1;
        sweep->chains = chains;
        Py_ssize_t *heap = realloc(sweep->heap, (size_t)room * sizeof(Py_ssize_t));
        if (!heap) return -1;
        sweep->heap = heap;
        sweep->room = room;
    }
    Py_ssize_t number = sweep->count++;
    sweep->chains[number] = (Chain){sweep->events[event].end, event, before, kinds};
    Py_ssize_t at = sweep->waiting++;
    while (at && ends_before(sweep, number, sweep->heap[(at - 1) / 2])) {
        sweep->heap[at] = sweep->heap[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    sweep->heap[at] = number;
    return 0;
}

static Py_ssize_t first_ended(Sweep *sweep) {
    Py_ssize_t first = sweep->heap[0], moved = sweep->heap[--sweep->waiting], at = 0;
    for (;;) {
        Py_ssize_t below = 2 * at + 1;
        if (below >= sweep->waiting) break;
        if (below + 1 < sweep->waiting && ends_before(sweep, sweep->heap[below + 1], sweep->heap[below])) below++;
        if (!ends_before(sweep, sweep->heap[below], moved)) break;
        sweep->heap[at] = sweep->heap[below];
        at = below;
    }
    sweep->heap[at] = moved;
    return first;
}

/* A number of a tuple, from 0 on; -1 with an error set if it is none. No code of others runs, as a conversion's might. */
static long long number_of(PyObject *tuple, Py_ssize_t place) {
    PyObject *number = PyTuple_GetItem(tuple, place);
    long long found = number && PyLong_Check(number) ? PyLong_AsLongLong(number) : -1;
    if (found < 0 && !PyErr_Occurred()) PyErr_SetString(PyExc_TypeError, "a place is a whole number that is not negative");
    return found < 0 ? -1 : found;
}

/* How many of the numbers in order are less than that one; with `same`, or are it. */
static Py_ssize_t up_to(const int64_t *numbers, Py_ssize_t count, int64_t number, int same) {
    Py_ssize_t low = 0, high = count;
    while (low < high) {
        Py_ssize_t middle = (low + high) / 2;
        if (numbers[middle] < number || (same && numbers[middle] == number)) low = middle + 1;
        else high = middle;
    }
    return low;
}

/* One more event, of a span. What stands in another paragraph or sentence is further than any text is long. */
static int add_event(Sweep *sweep, const Measured *by, int inside, int kind, int named, PyObject *place, PyObject *span) {
    if (!PyTuple_Check(span) || PyTuple_Size(span) < 3) {
        PyErr_SetString(PyExc_TypeError, "a span has a field, a start and an end");
        return -1;
    }
    long long first = number_of(span, 1), last = number_of(span, 2);
    if (PyErr_Occurred()) return -1;
    long long far = inside ? (long long)up_to(by->ends[inside - 1], by->parts[inside - 1], first, 1) << 32 : 0;
    Event event = {.start = far + up_to(by->begins, by->count, first, 0), .end = far + up_to(by->begins, by->count, last, 0),
                   .first = first, .last = last, .kind = kind, .named = named, .place = place, .span = span};
    Py_INCREF(place);
    Py_INCREF(span);
    sweep->events[sweep->size++] = event;
    return 0;
}

static void forget(const Event *event) {
    Py_DECREF(event->place);
    Py_DECREF(event->span);
}

static void give_back(Sweep *sweep) {
    while (sweep->size) forget(&sweep->events[--sweep->size]);
    free(sweep->events);
    free(sweep->chains);
    free(sweep->heap);
}

/* The events in order, of two of one kind at one place the one named first. */
static void order_events(Sweep *sweep) {
    Py_ssize_t kept = 0;
    qsort(sweep->events, (size_t)sweep->size, sizeof(Event), in_order);
    for (Py_ssize_t at = 0; at < sweep->size; at++) {
        const Event *one = &sweep->events[at], *last = &sweep->events[kept ? kept - 1 : 0];
        if (kept && one->kind == last->kind && one->first == last->first && one->last == last->last) forget(one);
        else sweep->events[kept++] = *one;
    }
    sweep->size = kept;
}

/* The spans of the chain that ends with this event and goes on from that chain, first to last. */
static int show(const Sweep *sweep, Py_ssize_t event, Py_ssize_t before, PyObject *found) {
    if (before >= 0 && show(sweep, sweep->chains[before].event, sweep->chains[before].before, found) < 0) return -1;
    return PyDict_SetItem(found, sweep->events[event].place, sweep->events[event].span);
}

/* The chains among the events, the first of so many kinds; -1 with an error set, or without where memory ran out. */
static int find_chains(Sweep *sweep, Py_ssize_t kinds, long long within, int ordered, Py_ssize_t left, PyObject *found) {
    Py_ssize_t reached[1 << MOST_KINDS]; /* the chain that ended last, by its kinds */
    uint32_t known[1 << MOST_KINDS];     /* the kinds of which one ended, in the order in which they first did */
    uint32_t whole = (1u << kinds) - 1, sets = 0;
    memset(reached, -1, ((size_t)whole + 1) * sizeof(*reached));
    for (Py_ssize_t at = 0; at < sweep->size && left > 0; at++) {
        const Event *event = &sweep->events[at];
        while (sweep->waiting && sweep->chains[sweep->heap[0]].end <= event->start) {
            Py_ssize_t ended = first_ended(sweep);
            uint32_t set = sweep->chains[ended].kinds;
            if (reached[set] < 0) known[sets++] = set;
            reached[set] = ended;
        }
        uint32_t bit = 1u << event->kind;
        if ((!ordered || event->kind == 0) && begin_chain(sweep, at, -1, bit) < 0) return -1;
        for (uint32_t one = 0; one < sets && left > 0; one++) {
            uint32_t set = known[one];
            if (set & bit || (ordered && set != bit - 1)) continue;
            if (event->start - sweep->chains[reached[set]].end > within) continue;
            if ((set | bit) == whole) {
                if (show(sweep, at, reached[set], found) < 0) return -1;
                left--;
            } else if (begin_chain(sweep, at, reached[set], set | bit) < 0) {
                return -1;
            }
        }
    }
    return 0;
}

/* What is looked for, and where it is found: dictionaries of spans by place, all owned. */
typedef struct {
    PyObject **found;
    int *kinds;
    Py_ssize_t count, room;
} Looked;

/* The spans of an operand; how many there are, or -1. */
static Py_ssize_t look_for(Looked *looked, PyObject *spans, PyObject *operand, Py_ssize_t kinds) {
    Py_ssize_t kind, total = 0;
    PyObject *numbers;
    if (!PyTuple_Check(operand)) {
        PyErr_SetString(PyExc_TypeError, "an operand is its place and numbers");
        return -1;
    }
    if (!PyArg_ParseTuple(operand, "nO!:operand", &kind, &PyTuple_Type, &numbers)) return -1;
    if (kind < 0 || kind >= kinds) {
        PyErr_SetString(PyExc_ValueError, "an operand has a place among the others");
        return -1;
    }
    for (Py_ssize_t at = 0; at < PyTuple_Size(numbers); at++) {
        if (looked->count == looked->room) {
            Py_ssize_t room = looked->room * 2 + 16;
            PyObject **found = realloc(looked->found, (size_t)room * sizeof *found);
            if (found) looked->found = found;
            int *own = found ? realloc(looked->kinds, (size_t)room * sizeof *own) : NULL;
            if (!own) {
                PyErr_NoMemory();
                return -1;
            }
            looked->kinds = own;
            looked->room = room;
        }
        PyObject *some = PyObject_GetItem(spans, PyTuple_GetItem(numbers, at));
        if (!some) return -1;
        looked->found[looked->count] = some;
        looked->kinds[looked->count++] = (int)kind;
        if (!PyDict_Check(some)) {
            PyErr_SetString(PyExc_TypeError, "spans are a dictionary by place");
            return -1;
        }
        total += PyDict_Size(some);
    }
    return total;
}

/* All that was found as events, in order. Nothing but C runs meanwhile. */
static int make_events(Sweep *sweep, const Looked *looked, const Measured *by, int inside) {
    Py_ssize_t size = 0;
    for (Py_ssize_t one = 0; one < looked->count; one++) size += PyDict_Size(looked->found[one]);
    sweep->events = malloc((size_t)(size ? size : 1) * sizeof(Event));
    if (!sweep->events) return -1;
    for (Py_ssize_t one = 0; one < looked->count; one++) {
        Py_ssize_t at = 0;
        PyObject *place, *span;
        while (PyDict_Next(looked->found[one], &at, &place, &span))
            if (add_event(sweep, by, inside, looked->kinds[one], (int)one, place, span) < 0) return -1;
    }
    order_events(sweep);
    return 0;
}

static PyObject *together(PyObject *self, PyObject *args) {
    (void)self;
    PyObject *measured_o, *spans, *operands;
    long long within;
    Py_ssize_t most;
    int inside, ordered, failed = 0;
    if (!PyArg_ParseTuple(args, "OOO!iLpn:together", &measured_o, &spans, &PyTuple_Type, &operands, &inside, &within, &ordered,
                          &most))
        return NULL;
    const Measured *by = PyCapsule_GetPointer(measured_o, MEASURED);
    if (!by) return NULL;
    Py_ssize_t kinds = PyTuple_Size(operands), some = 1;
    if (kinds < 1 || kinds > MOST_KINDS) return PyErr_Format(PyExc_ValueError, "%zd kinds of spans", kinds);
    if (inside < 0 || inside > 2) return PyErr_Format(PyExc_ValueError, "nothing is inside %d", inside);
    PyObject *found = PyDict_New();
    if (!found) return NULL;
    Looked looked = {0};
    Sweep sweep = {0};
    for (Py_ssize_t at = 0; at < kinds && some > 0; at++) some = look_for(&looked, spans, PyTuple_GetItem(operands, at), kinds);
    /* Where one kind finds nothing, the others are not asked. */
    if (some > 0)
        failed = make_events(&sweep, &looked, by, inside) < 0 || find_chains(&sweep, kinds, within, ordered, most, found) < 0;
    give_back(&sweep);
    while (looked.count) Py_DECREF(looked.found[--looked.count]);
    free(looked.found);
    free(looked.kinds);
    if (some >= 0 && !failed) return found;
    if (!PyErr_Occurred()) PyErr_NoMemory();
    Py_DECREF(found);
    return NULL;
}

/* strings: JSON lines that are objects of strings, into columns. */

enum { MOST_KEYS = 64 };

typedef struct {
    const uint8_t *data;
    Py_ssize_t end, at;
} Lines;

static int is_next(Lines *lines, uint8_t wanted) {
    if (lines->at == lines->end || lines->data[lines->at] != wanted) return 0;
    lines->at++;
    return 1;
}

static void skip_blanks(Lines *lines) {
    while (lines->at < lines->end) {
        uint8_t here = lines->data[lines->at];
        if (here != ' ' && here != '\t' && here != '\r') return;
        lines->at++;
    }
}

/* Four hexadecimal digits, or -1. */
static int32_t hexadecimal(Lines *lines) {
    int32_t value = 0;
    if (lines->end - lines->at < 4) return -1;
    for (int digit = 0; digit < 4; digit++) {
        uint8_t here = lines->data[lines->at++];
        uint8_t low = here | 32;
        if (here >= '0' && here <= '9') value = value * 16 + (here - '0');
        else if (low >= 'a' && low <= 'f') value = value * 16 + (low - 'a' + 10);
        else return -1;
    }
    return value;
}

/* What stands behind a backslash, as UTF-8: how many bytes, none of half a surrogate pair or of what is no escape. */
static int unescape(Lines *lines, uint8_t *into) {
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    if (lines->at == lines->end) return 0;
    uint8_t here = lines->data[lines->at++];
    if (here != 'u') {
        const char *known = here ? strchr(from, here) : NULL;
        if (!known) return 0;
        into[0] = (uint8_t)to[known - from];
        return 1;
    }
    int32_t code = hexadecimal(lines);
    if (code >= 0xD800 && code < 0xDC00) {
        if (!is_next(lines, '\\') || !is_next(lines, 'u')) return 0;
        int32_t low = hexadecimal(lines);
        if (low < 0xDC00 || low > 0xDFFF) return 0;
        code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
        into[0] = (uint8_t)(0xF0 | code >> 18);
        into[1] = (uint8_t)(0x80 | (code >> 12 & 63));
        into[2] = (uint8_t)(0x80 | (code >> 6 & 63));
        into[3] = (uint8_t)(0x80 | (code & 63));
        return 4;
    }
    if (code < 0 || (code >= 0xDC00 && code <= 0xDFFF)) return 0;
    if (code < 0x80) {
        into[0] = (uint8_t)code;
        return 1;
    }
    if (code < 0x800) {
        into[0] = (uint8_t)(0xC0 | code >> 6);
        into[1] = (uint8_t)(0x80 | (code & 63));
        return 2;
    }
    into[0] = (uint8_t)(0xE0 | code >> 12);
    into[1] = (uint8_t)(0x80 | (code >> 6 & 63));
    into[2] = (uint8_t)(0x80 | (code & 63));
    return 3;
}

/* Whether one of eight bytes is a quote, a backslash or a control character; never no where one is. */
static int ends_run(uint64_t eight) {
    const uint64_t ones = 0x0101010101010101u, tops = 0x8080808080808080u;
    uint64_t quote = eight ^ ones * '"', slash = eight ^ ones * '\\';
    return ((((quote - ones) & ~quote) | ((slash - ones) & ~slash) | ((eight - ones * 32) & ~eight)) & tops) != 0;
}

/* A string behind its opening quote, without escapes; its length, or -1. What is written is never more than was read. */
static Py_ssize_t unquoted(Lines *lines, uint8_t *into) {
    uint8_t *out = into;
    for (;;) {
        uint64_t eight;
        while (lines->end - lines->at >= 8) {
            memcpy(&eight, lines->data + lines->at, 8);
            if (ends_run(eight)) break;
            memcpy(out, &eight, 8);
            lines->at += 8;
            out += 8;
        }
        for (;;) {
            if (lines->at == lines->end) return -1;
            uint8_t here = lines->data[lines->at++];
            if (here == '"') return out - into;
            if (here < 32) return -1;
            if (here == '\\') {
                int many = unescape(lines, out);
                if (!many) return -1;
                out += many;
                break;
            }
            *out++ = here;
        }
    }
}

typedef struct {
    const uint8_t *keys[MOST_KEYS];
    Py_ssize_t lengths[MOST_KEYS], ends[MOST_KEYS];
    int count;
} Keys;

/* The key behind an opening quote, the one of that number if it can be; or -1. */
static int key_of(Lines *lines, const Keys *keys, int guess) {
    for (int tried = 0; tried < keys->count; tried++) {
        int key = (guess + tried) % keys->count;
        Py_ssize_t length = keys->lengths[key];
        if (lines->end - lines->at > length && lines->data[lines->at + length] == '"' &&
            memcmp(lines->data + lines->at, keys->keys[key], (size_t)length) == 0) {
            lines->at += length + 1;
            return key;
        }
    }
    return -1;
}

/* How many rows the lines are, or -1. */
static Py_ssize_t read_strings(Lines *lines, Keys *keys, Py_ssize_t room, int32_t *offsets, uint8_t *valid, uint8_t *texts) {
    Py_ssize_t row = 0;
    for (int key = 0; key < keys->count; key++) offsets[key * (room + 1)] = 0;
    for (; lines->at < lines->end; row++) {
        if (row == room) return -1;
        uint64_t seen = 0;
        int key = -1;
        for (key = 0; key < keys->count; key++) valid[key * room + row] = 0;
        key = -1;
        skip_blanks(lines);
        if (!is_next(lines, '{')) return -1;
        do {
            skip_blanks(lines);
            if (!is_next(lines, '"') || (key = key_of(lines, keys, key + 1)) < 0 || seen >> key & 1) return -1;
            seen |= (uint64_t)1 << key;
            skip_blanks(lines);
            if (!is_next(lines, ':')) return -1;
            skip_blanks(lines);
            if (is_next(lines, '"')) {
                Py_ssize_t many = unquoted(lines, texts + key * lines->end + keys->ends[key]);
                if (many < 0) return -1;
                keys->ends[key] += many;
                valid[key * room + row] = 1;
            } else {
                if (lines->end - lines->at < 4 || memcmp(lines->data + lines->at, "null", 4) != 0) return -1;
                lines->at += 4;
            }
            skip_blanks(lines);
        } while (is_next(lines, ','));
        if (!is_next(lines, '}')) return -1;
        skip_blanks(lines);
        if (lines->at < lines->end && !is_next(lines, '\n')) return -1;
        for (key = 0; key < keys->count; key++) offsets[key * (room + 1) + row + 1] = (int32_t)keys->ends[key];
    }
    return row;
}

static PyObject *strings(PyObject *Py_UNUSED(self), PyObject *args) {
    PyObject *given, *names, *into_offsets, *into_valid, *into_texts;
    if (!PyArg_ParseTuple(args, "OO!OOO", &given, &PyTuple_Type, &names, &into_offsets, &into_valid, &into_texts)) return NULL;
    Buffers buffers = {.count = 0}, *held = &buffers;
    TAKE(data, uint8_t, given)
    TAKE_OUT(offsets, int32_t, into_offsets)
    TAKE_OUT(valid, uint8_t, into_valid)
    TAKE_OUT(texts, uint8_t, into_texts)
    Keys keys = {.count = (int)PyTuple_Size(names)};
    WANT(keys.count > 0 && keys.count <= MOST_KEYS, "one key to 64 are wanted")
    for (int key = 0; key < keys.count; key++) {
        char *name;
        if (PyBytes_AsStringAndSize(PyTuple_GetItem(names, key), &name, &keys.lengths[key]) < 0) goto failed;
        keys.keys[key] = (const uint8_t *)name;
    }
    Py_ssize_t room = valid_n / keys.count;
    WANT(data_n <= INT32_MAX, "no more than two gigabytes are read at once")
    WANT(valid_n == keys.count * room && offsets_n == keys.count * (room + 1), "an offset more than rows is wanted")
    WANT(texts_n / keys.count >= data_n, "each column may need as many bytes as there are")
    Lines lines = {.data = data, .end = data_n, .at = 0};
    Py_ssize_t rows;
    Py_BEGIN_ALLOW_THREADS
    rows = read_strings(&lines, &keys, room, offsets, valid, texts);
    Py_END_ALLOW_THREADS
    let_go(&buffers);
    return PyLong_FromSsize_t(rows);
failed:
    let_go(&buffers);
    return NULL;
}

/* plain: one character for each, or none. */

/* The characters as a str. */
static PyObject *str_of(const uint32_t *codes, Py_ssize_t size) {
    const uint16_t one = 1;
    int order = *(const uint8_t *)&one ? -1 : 1;
    return PyUnicode_DecodeUTF32((const char *)codes, size * (Py_ssize_t)sizeof *codes, "surrogatepass", &order);
}

static PyObject *plain(PyObject *self, PyObject *args) {
    (void)self;
    PyObject *text, *table_o, *kept_o = NULL, *spelt = NULL, *result = NULL;
    if (!PyArg_ParseTuple(args, "UO:plain", &text, &table_o)) return NULL;
    Buffers buffers = {.count = 0}, *held = &buffers;
    Py_ssize_t size = PyUnicode_GetLength(text), kept = 0;
    uint32_t *codes = malloc(((size_t)size + 1) * sizeof *codes);
    if (!codes) {
        PyErr_NoMemory();
        goto failed;
    }
    TAKE(table, uint32_t, table_o)
    WANT(table_n > 0x10FFFF, "the table has an element for each code point")
    if (size && !PyUnicode_AsUCS4(text, codes, size, 0)) goto failed;
    int same = 1;
    for (Py_ssize_t at = 0; at < size; at++) {
        uint32_t found = table[codes[at]];
        same &= found == codes[at] && found;
        kept += found != 0;
    }
    if (same) {
        result = Py_None;
        Py_INCREF(result);
        goto failed;
    }
    int64_t *offsets = NULL;
    if (kept < size) {
        kept_o = PyByteArray_FromStringAndSize(NULL, kept * (Py_ssize_t)sizeof(int64_t));
        if (!kept_o) goto failed;
        offsets = (int64_t *)PyByteArray_AsString(kept_o);
    }
    Py_ssize_t count = 0;
    for (Py_ssize_t at = 0; at < size; at++) {
        uint32_t found = table[codes[at]];
        if (!found) continue;
        codes[count] = found;
        if (offsets) offsets[count] = at;
        count++;
    }
    if ((spelt = str_of(codes, count))) result = PyTuple_Pack(2, spelt, kept_o ? kept_o : Py_None);
failed:
    free(codes);
    Py_XDECREF(spelt);
    Py_XDECREF(kept_o);
    let_go(&buffers);
    return result;
}

static PyMethodDef methods[] = {
    {"fold", fold, METH_VARARGS,
     "fold(codes, table, expansions, letters, begin, symbols, offsets, marks, duals)\n--\n\n"
     "The skeleton of the codes into the arrays; how many symbols, or -1 if there is no room, and how many duals."},
    {"places", places, METH_VARARGS,
     "places(codes, table)\n--\n\nWhere the codes are that the table has: a bytearray of 64-bit integers."},
    {"find", find, METH_VARARGS,
     "find(symbols, offsets, marks, tables)\n--\n\n"
     "Where words begin in the skeleton, in order, and the number of the word: two bytearrays of 64-bit integers."},
    {"may_be_duals", may_be_duals, METH_VARARGS,
     "may_be_duals(codes, duals, symbols, offsets, marks, tables, around, has_short)\n--\n\n"
     "Which dual characters, read as letters, may stand as in one of the words: a bytearray of 64-bit integers."},
    {"decide", decide, METH_VARARGS,
     "decide(codes, words, begins, second, until, loose, tables)\n--\n\n"
     "Whether each occurrence is decided, and the matches of those that are, four 64-bit integers each: two bytearrays."},
    {"tables", tables, METH_VARARGS,
     "tables(table, expansions, words, sizes, duals, around, has_short, patterns)\n--\n\n"
     "What `fold`, `find`, `may_be_duals` and `decide` take, held for `glance`; `around` is None where duals are never letters."},
    {"glance", glance, METH_VARARGS,
     "glance(text, tables)\n--\n\n"
     "The matches in a short text, and the occurrences left to the verifier: tuples of four numbers and of two; None if duals\n"
     "may be letters."},
    {"decode", decode, METH_VARARGS,
     "decode(bytes, ends, codes, starts)\n--\n\n"
     "The code points of rows of UTF-8, a break between them, and where each row starts; how many, or -1 if they are none."},
    {"folds", folds, METH_VARARGS,
     "folds(table, expansions)\n--\n\nWhat `measured` reads of each character."},
    {"measured", measured, METH_VARARGS,
     "measured(text, folds)\n--\n\nWhat distances in the text are counted by."},
    {"plain", plain, METH_VARARGS,
     "plain(text, table)\n--\n\n"
     "The text with what the table has for each character; and where some are dropped, the offsets of the others: a bytearray\n"
     "of 64-bit integers. None if it stays as it is."},
    {"together", together, METH_VARARGS,
     "together(measured, spans, operands, inside, within, ordered, most)\n--\n\n"
     "The spans of the first chains of all kinds, by place, the later chain's of two at one place. An operand is its place\n"
     "and the numbers under which its spans are asked for; `inside` a field (0), a paragraph (1) or a sentence (2)."},
    {"strings", strings, METH_VARARGS,
     "strings(lines, keys, offsets, valid, texts)\n--\n\n"
     "Lines of JSON that are objects of strings and nulls under these keys, a column a key; how many rows, or -1 if they are not."},
    {NULL, NULL, 0, NULL},
};

/* What `kernel.py` must ask for: raised with it wherever a function takes or gives something else. */
enum { VERSION = 4 };

static int add_version(PyObject *module) { return PyModule_AddIntConstant(module, "VERSION", VERSION); }

static PyModuleDef_Slot slots[] = {{Py_mod_exec, add_version}, {0, NULL}};

static struct PyModuleDef module = {
    .m_base = PyModuleDef_HEAD_INIT,
    .m_name = "lictor.text._kernel",
    .m_doc = "The loops over every character of a text, compiled.",
    .m_methods = methods,
    .m_slots = slots,
};

PyMODINIT_FUNC PyInit__kernel(void) { return PyModuleDef_Init(&module); }
