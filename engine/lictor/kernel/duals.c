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
