"""The command, run in this process on given arguments and standard input, and golden files."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner

from lictor.cli.exits import run

GOLDEN = Path(__file__).parent / "golden"


@dataclass(frozen=True)
class Ran:
    """How a command ended: its exit code, and what it wrote where."""

    code: int
    out: str
    err: str

    @property
    def rows(self) -> list[dict]:
        return [orjson.loads(line) for line in self.out.splitlines()]


@pytest.fixture
def lictor() -> Callable[..., Ran]:
    """Runs `lictor` with these arguments."""

    def command(*arguments: object, stdin: bytes | str = b"") -> Ran:
        with CliRunner().isolation(input=stdin) as (out, err, _):
            code = run([str(one) for one in arguments])
            return Ran(code, out.getvalue().decode(), err.getvalue().decode())

    return command


@pytest.fixture
def golden() -> Callable[[str, str], None]:
    """Compares a text with the golden file of that name; `LICTOR_GOLDEN=1` rewrites the file."""

    def compare(name: str, actual: str) -> None:
        path = GOLDEN / name
        if os.environ.get("LICTOR_GOLDEN") == "1":
            path.parent.mkdir(exist_ok=True)
            path.write_text(actual, "utf-8")

        assert path.read_text("utf-8") == actual

    return compare


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    """Six rows: three of which something is decided, one clean, one broken, one with a subject nobody knows."""
    path = tmp_path / "rows.jsonl"
    lines = [
        '{"id": "a", "text": "buy my tulip"}',
        '{"id": "b", "text": "nothing to see"}',
        '{"id": "c", "text": ',
        '{"id": "d", "text": "tulip", "field": "message"}',
        '{"id": "e", "text": "buy my tulip", "subject": "nobody"}',
        '{"id": "f", "text": "卖郁金香\\u202e", "account": "=acc"}',
    ]
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


SHOP = [
    {"id": "s1", "t": "2021-06-01T09:00:00+02:00", "kind": "subject_updated", "subject": "shop-1", "type": "shop",
     "name": "Bulbs & Co", "registered_region": "NL"},
    {"id": "e1", "t": "2021-06-02T10:00:00+02:00", "kind": "content", "subject": "shop-1", "form": "article",
     "text": "spring is here: buy my tulip, only today"},
    {"id": "e2", "t": "2021-06-02T10:05:00+02:00", "kind": "content", "subject": "shop-1", "form": "article",
     "text": "a tulip to the moon \u202e"},
    {"id": "e3", "t": "2021-06-02T10:06:00+02:00", "kind": "content", "subject": "shop-1", "form": "article",
     "text": "a day in spring"},
]  # fmt: skip
"""A shop that published an offer, mere talk, and something harmless."""


@pytest.fixture
def fed(lictor, tulips, tmp_path) -> Callable[..., Path]:
    """The ledger that facts were fed into: the shop's, and those given."""

    def feed(*facts: dict, shop: bool = True) -> Path:
        ledger, path = tmp_path / "lives.ledger", tmp_path / "facts.jsonl"
        told = [*(SHOP if shop else []), *facts]
        path.write_bytes(b"".join(orjson.dumps(one, option=orjson.OPT_APPEND_NEWLINE) for one in told))
        ran = lictor("enforce", path, "--ledger", ledger, "-p", tulips)

        assert ran.code in (0, 1), ran.err
        return ledger

    return feed
