"""Policies: YAML in, validated and frozen values out. The one door for YAML, and the only package that knows pydantic.

    source    bytes -> a tree of nodes that know their place; refuses what is not strict YAML 1.2 core
    merge     `include` and lexicon files -> one tree
    borrow    parts of other policies -> the same tree
    models    the language: which keys there are and which values they take
    mistakes  what the models refuse -> diagnostics at the exact place
    checks    what must hold between places: names, order, circles, bounds
    names     the names a policy may use without defining them
    load      all of it in order, and the canonical bytes a policy is known by
    layout    one way to lay a file out, with every word and comment kept

Names are loaded on first use: reading `lictor.policy.actions` must not cost the import of pydantic.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lictor.policy.load import Policy, bundled_policies, load_canonical, load_policy
    from lictor.policy.models import PolicyDocument, localized

__all__ = ["Policy", "PolicyDocument", "bundled_policies", "load_canonical", "load_policy", "localized"]


def __getattr__(name: str) -> object:
    if name in __all__:
        from lictor.policy import load, models  # noqa: PLC0415 - on first use, see above

        return getattr(load if hasattr(load, name) else models, name)
    raise AttributeError(f"module `lictor.policy` has no `{name}`")
