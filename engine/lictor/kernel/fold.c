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
                    for (uint8_t mark = block.marks[at]; first < end; first++, mark &= (uint8_t)~PARTED)
                        count = put(symbols, offsets, marks, count, folds->expanded[first], begin + from + at, mark);
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
