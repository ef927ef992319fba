"""Search that finds Chinese: a run of Han characters is indexed, and asked for, by its pairs of characters."""

from __future__ import annotations

import re
from typing import Any

from sphinx.search import SearchLanguage
from sphinx.search.en import SearchEnglish

__all__ = ["setup"]

WORD = re.compile(r"[一-鿿]+|[^\W一-鿿]+")
SPLITTER = r"""
function splitQuery(query) {
  const words = query.match(/[\u4e00-\u9fff]+|(?:(?![\u4e00-\u9fff])[\p{L}\p{N}_])+/gu) || [];
  return words.flatMap((word) =>
    /[\u4e00-\u9fff]/.test(word) && word.length > 2
      ? Array.from({ length: word.length - 1 }, (_, i) => word.slice(i, i + 2))
      : [word]
  );
}
"""


class English(SearchEnglish):
    """English as ever, and Han by pairs."""

    js_splitter_code = SPLITTER

    def split(self, input: str) -> list[str]:  # noqa: A002 - Sphinx's name
        """The words of a text; of a run of Han characters every two that stand together."""
        found: list[str] = []
        for word in WORD.findall(input):
            pairs = "一" <= word[0] <= "鿿" and len(word) > 2
            found += [word[i : i + 2] for i in range(len(word) - 1)] if pairs else [word]
        return found

    def word_filter(self, word: str) -> bool:
        """Single Han characters count as words."""
        return bool(word) and (len(word) > 1 or "一" <= word <= "鿿") and super().word_filter(word)


def setup(app: Any) -> dict[str, bool]:
    """Puts it in the place of the search for English."""
    assert issubclass(English, SearchLanguage)
    app.add_search_language(English)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
