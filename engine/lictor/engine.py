"""The engine: policies loaded and compiled once, then asked of texts, items and columns.

Immutable after loading, without global state, safe to share between threads. It reads no clock: an instant that is not
given means the newest version of each policy, and the decision says so.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from lictor.decide import Decision, decide, judge
from lictor.detect import CompiledPolicy, compile_policy
from lictor.errors import UsageError
from lictor.facts import FIELDS, Content, instant, one_of, readable, refuse_no_text
from lictor.policy import Policy, load_policy
from lictor.policy.actions import strength

if TYPE_CHECKING:
    import pyarrow as pa

    from lictor.scan.columns import Decided, RowError

__all__ = ["Engine", "collector_paused"]


class Engine:
    """Compiled policies, ready to decide. Of several, the one with the strongest action speaks, the first of equals."""

    def __init__(self, policies: Sequence[Policy]) -> None:
        names = [policy.id for policy in policies]
        if not names:
            raise UsageError("no policy to decide by", hint="name at least one")
        if len(set(names)) < len(names):
            raise UsageError("the same policy is loaded twice", hint="name each policy once")
        with collector_paused():
            self.policies: tuple[CompiledPolicy, ...] = tuple(compile_policy(policy) for policy in policies)
        self.version = version("lictor")

    @classmethod
    def load(cls, spec: str | Path | Iterable[str | Path]) -> Engine:
        """The engine for a bundled policy's name, a policy file or folder, or several of them."""
        specs = [spec] if isinstance(spec, str | bytes | Path) or not isinstance(spec, Iterable) else list(spec)
        for one in specs:
            if not isinstance(one, str | Path):
                raise UsageError(f"a policy is named by a `str` or a `Path`, not `{type(one).__name__}`")
        with collector_paused():
            return cls([load_policy(one) for one in specs])

    @property
    def signals(self) -> Mapping[str, str]:
        """The signals that these policies read, beside an item's own attributes: the type of each by its name."""
        from lictor.scan.columns import signal_columns  # noqa: PLC0415

        return signal_columns(self.policies)

    def warm_up(self) -> None:
        """Builds what is otherwise built on first need: for those who will need it, or start processes as copies."""
        for compiled in self.policies:
            for matcher in (compiled.anchors, compiled.others):
                matcher.warm_up()

    def check(
        self,
        text: str | Mapping[str, str],
        *,
        field: str | None = None,
        subject: str | None = None,
        surface: str | None = None,
        account: str | None = None,
        item: str | None = None,
        published_at: str | datetime | None = None,
        at: str | datetime | None = None,
        lang: str | None = None,
        signals: Mapping[str, str | int | bool] | None = None,
    ) -> Decision:
        """The decision of one item: a text, or a mapping of fields to texts, as of an instant.

        What is left out is filled from the policy's `assume`. `published_at` left out means at that same instant.
        """
        named = {"field": field, "subject": subject, "surface": surface, "account": account, "item": item, "lang": lang}
        for what, value in named.items():
            if value is not None:
                refuse_no_text(value, f"`{what}`")
        if isinstance(text, str):
            fields: dict[str | None, str] = {field: readable(text)}
        elif not isinstance(text, Mapping):
            raise UsageError(f"`{type(text).__name__}` is neither a text nor a mapping of fields to texts")
        elif field is not None:
            raise UsageError("`field` given beside a mapping of fields", hint="leave `field` out")
        elif not text:
            raise UsageError("no field to judge", hint="give at least one field with its text")
        else:
            fields = {name: readable(one) for name, one in text.items()}
        for name in fields:
            if name is not None:
                refuse_no_text(name, f"the name of field `{name}`")
                one_of(name, FIELDS, "field")
        content = Content(
            fields=fields,
            item=item,
            account=account,
            subject=subject,
            surface=surface,
            published_at=None if published_at is None else _instant(published_at, "published_at"),
            lang=lang,
            signals={} if signals is None else self._readable_signals(signals),
        )
        as_of = None if at is None else _instant(at, "at")
        decisions = [
            decide(compiled.policy, judge(compiled, content), as_of=as_of, engine=self.version)
            for compiled in self._that_know(subject)
        ]
        return max(decisions, key=lambda decision: strength(decision.action))

    def decide_batch(
        self,
        batch: pa.RecordBatch,
        *,
        at: str | datetime | None = None,
        items: Callable[[int], str | None] | None = None,
        silent: bool = False,
        checked: bool = False,
    ) -> list[Decided | RowError]:
        """The rows of a batch that something is decided of, and those that cannot be judged, in order of row.

        With `silent`, so are rows where a rule fired and nothing follows: it only watches, or was excused. With
        `checked`, nothing asks again whether the strings are UTF-8.
        """
        # Whoever checks single texts need not wait for pyarrow.
        from lictor.scan.columns import decide_columns  # noqa: PLC0415

        as_of = None if at is None else instant(at, what="at")
        return decide_columns(
            self.policies, batch, as_of=as_of, engine=self.version, items=items, silent=silent, checked=checked
        )

    def scan(self, batches: Iterable[pa.RecordBatch], *, at: str | datetime | None = None) -> Iterator[pa.RecordBatch]:
        """One row out for each row in: `row, action, category, severity, rules, decision`, null where nothing is done.

        A row that cannot be judged is a `UsageError` that names it; files with such rows are for `lictor scan`.
        """
        from lictor.scan.columns import decision_batch  # noqa: PLC0415

        first = 0
        for batch in batches:
            outcomes = self.decide_batch(batch, at=at)
            yield decision_batch(first, batch.num_rows, outcomes)
            first += batch.num_rows

    def _that_know(self, subject: str | None) -> list[CompiledPolicy]:
        if subject is None:
            return list(self.policies)
        known = [one for one in self.policies if subject in one.policy.document.subjects]
        if not known:
            one_of(subject, {name for one in self.policies for name in one.policy.document.subjects}, "subject")
        return known

    def _readable_signals(self, signals: Mapping[str, str | int | bool]) -> dict[str, str | int | bool]:
        """The signals, each declared by one of the policies at least; which type it has, each policy says."""
        if not isinstance(signals, Mapping):
            raise UsageError(f"`signals` is a mapping of names to values, not `{type(signals).__name__}`")
        for name, value in signals.items():
            refuse_no_text(name, f"the name of signal `{name}`")
            one_of(name, self.signals, "signal")
            if isinstance(value, str):
                refuse_no_text(value, f"signal `{name}`")
        return dict(signals)


def _instant(value: str | datetime, what: str) -> datetime:
    return _read_instant(value, what) if isinstance(value, str) else instant(value, what=what)


@lru_cache(maxsize=256)
def _read_instant(text: str, what: str) -> datetime:
    """The instant; whoever asks again and again asks as of the same one."""
    return instant(text, what=what)


@contextmanager
def collector_paused() -> Iterator[None]:
    """Garbage waits: what is loaded stays, and to look through it again and again took as long as loading it."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
