/* The loops over every character of a text, compiled: what `fold.py` and, in `match/`, `lookup.py`, `duals.py`,
   `aswritten.py` and `columns.py` do in numpy, step by step as they say it there, in one pass each and without the
   interpreter's lock; what `detect/near.py` does with spans; and the lines that `scan/inputs/jsonl_rows.py` asks Arrow
   for.

   Lictor runs without this module, more slowly; both ways are held to the same results by the tests. Arrays come in as
   buffers, those of results as bytearrays. No index is trusted: the sizes of arrays are checked before the lock is let
   go, what one table says of another where it is used. It speaks Python's stable interface of 3.11, so that one build
   serves all later versions.

   The parts are one translation unit, read in this order; each says which module it speaks for. */

#define Py_LIMITED_API 0x030B0000
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "buffers.c"
#include "fold.c"
#include "find.c"
#include "rows.c"
#include "duals.c"
#include "decide.c"
#include "glance.c"
#include "near.c"
#include "lines.c"
#include "plain.c"

static PyMethodDef methods[] = {
    {"fold", fold, METH_VARARGS,
     "fold(codes, table, expansions, letters, begin, symbols, offsets, marks, duals)\n--\n\n"
     "The skeleton of the codes into the arrays; how many symbols, or -1 if there is no room, and how many duals."},
    {"places", places, METH_VARARGS,
     "places(codes, table)\n--\n\nWhere the codes are that the table has: a bytearray of 64-bit integers."},
    {"find", find, METH_VARARGS,
     "find(symbols, offsets, marks, tables)\n--\n\n"
     "Where words begin in the skeleton, in order, and the number of the word: two bytearrays of 64-bit integers."},
    {"may_be_duals", may_be_duals, METH_VARARGS,
     "may_be_duals(codes, duals, symbols, offsets, marks, tables, around, has_short)\n--\n\n"
     "Which dual characters, read as letters, may stand as in one of the words: a bytearray of 64-bit integers."},
    {"decide", decide, METH_VARARGS,
     "decide(codes, words, begins, second, until, loose, tables)\n--\n\n"
     "Whether each occurrence is decided, and the matches of those that are, four 64-bit integers each: two bytearrays."},
    {"tables", tables, METH_VARARGS,
     "tables(table, expansions, words, sizes, duals, around, has_short, patterns)\n--\n\n"
     "What `fold`, `find`, `may_be_duals` and `decide` take, held for `glance`; `around` is None where duals are never letters."},
    {"glance", glance, METH_VARARGS,
     "glance(text, tables)\n--\n\n"
     "The matches in a short text, and the occurrences left to the verifier: tuples of four numbers and of two; None if duals\n"
     "may be letters."},
    {"decode", decode, METH_VARARGS,
     "decode(bytes, ends, codes, starts)\n--\n\n"
     "The code points of rows of UTF-8, a break between them, and where each row starts; how many, or -1 if they are none."},
    {"folds", folds, METH_VARARGS,
     "folds(table, expansions)\n--\n\nWhat `measured` reads of each character."},
    {"measured", measured, METH_VARARGS,
     "measured(text, folds)\n--\n\nWhat distances in the text are counted by."},
    {"plain", plain, METH_VARARGS,
     "plain(text, table)\n--\n\n"
     "The text with what the table has for each character; and where some are dropped, the offsets of the others: a bytearray\n"
     "of 64-bit integers. None if it stays as it is."},
    {"together", together, METH_VARARGS,
     "together(measured, spans, operands, inside, within, ordered, most)\n--\n\n"
     "The spans of the first chains of all kinds, by place, the later chain's of two at one place. An operand is its place\n"
     "and the numbers under which its spans are asked for; `inside` a field (0), a paragraph (1) or a sentence (2)."},
    {"strings", strings, METH_VARARGS,
     "strings(lines, keys, offsets, valid, texts)\n--\n\n"
     "Lines of JSON that are objects of strings and nulls under these keys, a column a key; how many rows, or -1 if they are not."},
    {NULL, NULL, 0, NULL},
};

/* What `__init__.py` must ask for: raised with it wherever a function takes or gives something else. */
enum { VERSION = 4 };

static int add_version(PyObject *module) { return PyModule_AddIntConstant(module, "VERSION", VERSION); }

static PyModuleDef_Slot slots[] = {{Py_mod_exec, add_version}, {0, NULL}};

static struct PyModuleDef module = {
    .m_base = PyModuleDef_HEAD_INIT,
    .m_name = "lictor.kernel._kernel",
    .m_doc = "The loops over every character of a text, compiled.",
    .m_methods = methods,
    .m_slots = slots,
};

PyMODINIT_FUNC PyInit__kernel(void) { return PyModuleDef_Init(&module); }
