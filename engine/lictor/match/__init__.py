"""Terms and detectors: what stands in a text, where, and how it was disguised."""

from lictor.match.detectors import DETECTORS
from lictor.match.found import Match, keys_of
from lictor.match.matcher import Matcher
from lictor.match.terms import MatchOptions, Term

__all__ = ["DETECTORS", "Match", "MatchOptions", "Matcher", "Term", "keys_of"]
