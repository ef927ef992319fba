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
