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
