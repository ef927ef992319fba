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
