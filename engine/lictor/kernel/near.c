/* measured: what distances in a text are counted by. */

static const char FOLDS[] = "lictor.kernel.folds", MEASURED[] = "lictor.kernel.measured";

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
