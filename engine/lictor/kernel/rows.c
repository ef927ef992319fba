/* What `match/columns.py` and `match/search.py` ask of rows: where some of their characters are, and their code points. */

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
