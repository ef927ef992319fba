"""Lictor, a content-moderation rules engine: policies in YAML, reasoned and recorded decisions out.

    from lictor import Engine, Matcher

    engine = Engine.load("wechat")
    decision = engine.check("收U 6.42 出大饼", field="message", subject="group")

Names load on first use, so that importing the package, or asking the command for help, costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lictor.decide import Decision
    from lictor.engine import Engine
    from lictor.errors import InputError, LedgerError, LictorError, PolicyError, UsageError
    from lictor.match import Match, Matcher, MatchOptions, Term
    from lictor.reload import PolicySource

__all__ = [
    "Decision",
    "Engine",
    "InputError",
    "LedgerError",
    "LictorError",
    "Match",
    "MatchOptions",
    "Matcher",
    "PolicyError",
    "PolicySource",
    "Term",
    "UsageError",
]

_HOMES = {
    "Decision": "lictor.decide",
    "Engine": "lictor.engine",
    **dict.fromkeys(("InputError", "LedgerError", "LictorError", "PolicyError", "UsageError"), "lictor.errors"),
    "PolicySource": "lictor.reload",
    **dict.fromkeys(("Match", "MatchOptions", "Matcher", "Term"), "lictor.match"),
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module `lictor` has no attribute `{name}`")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
