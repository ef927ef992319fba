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
