"""The match options: what each overlooks, its default, and a text that shows it, tried here."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from lictor import Matcher, MatchOptions
from written.markdown import code, table
from written.words import words

__all__ = ["page"]

HEAD = """# Match options

People disguise words. A match option says which disguise is undone: **on means that this difference is ignored.**
What is not said keeps the safe default below, which finds most disguises and nothing inside ordinary words.

Options stand at a lexicon, at one term, or at `terms` written into a condition:

```yaml
lexicons:
  tickets:
    terms: [ticket, {term: 演唱会, match: {sound: pinyin}}]
    match: {separators: symbols}
```

In Python they are the keywords of `Matcher(terms, **options)`. Each example below is found with the option on and
not with it off; that was tried when this page was made.

"""


def page() -> str:
    """The whole page."""
    told = {one["option"]: one for one in words("options")}
    defaults = {option.name: getattr(MatchOptions(), option.name) for option in fields(MatchOptions)}
    rows = [
        [code(name), words("keys")["MatchSettings"][name], code(_written(default)), _tried(told[name], default)]
        for name, default in defaults.items()
    ]
    return HEAD + table(["option", "what is ignored", "default", "example"], rows) + _values()


def _tried(told: dict[str, Any], default: Any) -> str:
    """The example in words, once it was seen to be true."""
    term, text = told["term"], told["text"]
    on, off = told.get("on", default), told.get("off", False)
    found = {value: bool(Matcher([term], **{told["option"]: value}).find(text)) for value in (on, off)}
    finds = off if told.get("reverse") else on
    if found != {on: finds == on, off: finds == off}:
        raise AssertionError(f"match option `{told['option']}`: {found} for {text!r}")
    plain = "" if (on, off) == (True, False) else f"with {code(_written(on))}, not with {code(_written(off))}"
    said = told.get("say", plain)
    return f"{code(term)} in {code(_seen(text))}" + (f": {said}" if said else "")


def _seen(text: str) -> str:
    return "".join(c if c.isprintable() else f"U+{ord(c):04X}" for c in text)


def _written(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _values() -> str:
    return """
## `separators`

| value | what may stand between two characters |
|---|---|
| `none` | nothing |
| `space` | white space |
| `symbols` | anything that is no letter, digit or white space |
| `any` | both |
| other characters, such as `'.-'` | just these |

## `sound`

For Chinese terms. Each step includes the ones before it.

| value | what is also found |
|---|---|
| `none` | nothing |
| `homophone` | other characters of the same syllables, without their tones |
| `pinyin` | the syllables in letters |
| `mixed` | some syllables in letters, others in characters |
| `initials` | the first letters of the syllables |

## `boundary`

Tested at an end of a term only where that end is itself such a character. Chinese has no boundaries.

| value | what may not touch the term |
|---|---|
| `word` | letters |
| `number` | letters and digits |
| `auto` | as `number` |
| `none` | anything may |

## `allow`

`allow` is no option but a list of phrases in which a term is innocent. It stands beside `match`, at a lexicon or a
term: `{term: 以太, allow: [以太网]}`. The longest phrase that holds the match decides.
"""
