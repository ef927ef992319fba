/* glance: all of this for one short text. Its price is that of the calls, so the tables are taken once, for all texts. */

static const char TABLES[] = "lictor.kernel.tables";

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
