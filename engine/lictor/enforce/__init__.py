"""Enforcement over time: facts in, an account's life under the rules out."""

from lictor.enforce.fold import Applied, Enforcer, Outcome, key_of
from lictor.enforce.rulebook import Rulebook
from lictor.enforce.standing import Standing, standing
from lictor.enforce.states import Account, Address, Finding, Holding, Host, Principal, encode_state

__all__ = [
    "Account",
    "Address",
    "Applied",
    "Enforcer",
    "Finding",
    "Holding",
    "Host",
    "Outcome",
    "Principal",
    "Rulebook",
    "Standing",
    "encode_state",
    "key_of",
    "standing",
]
