/* find: as `match/lookup.py` says it. */

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
