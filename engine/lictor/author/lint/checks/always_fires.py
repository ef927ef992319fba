"""A condition is always true.

The rule fires on every text, or on every text that says nothing: an alternative holds of everything, a `not` stands
where something was meant to be found, or only the surface or the field is asked about. An exemption that always
holds excuses everything; a `binds` that always holds can be left out.
"""

from __future__ import annotations

from collections.abc import Iterator

from lictor.author.lint.finding import Fault
from lictor.author.lint.logic import And, Formula, In, Lit, Opaque, Or, Range, Where, negated
from lictor.author.lint.study import Study

CODE = "L011"
LEVEL = "warning"


def find(study: Study) -> Iterator[Fault]:
    """Each rule, exemption and scope whose condition asks for nothing."""
    for number, rule in study.active:
        formula = study.formulas.of(rule.when)
        place = study.place("rules", number, "when")
        if study.logic.can_hold(formula) is False:
            continue
        if study.logic.can_hold(negated(formula), fields=study.fields(rule)) is False:
            yield Fault(place, f"rule `{rule.id}` fires on everything: its condition is always true", _HINT)
        elif not _reads(formula, signals=True):
            message = f"rule `{rule.id}` asks for nothing in the text: it fires on everything that stands there"
            yield Fault(place, message, _HINT)
        elif study.logic.can_hold(negated(_of_silence(formula)), fields=study.fields(rule)) is False:
            message = f"rule `{rule.id}` fires on every text that says nothing: a `not` is enough to make it true"
            yield Fault(place, message, _HINT)
    for name, exemption in study.document.exemptions.items():
        formula = study.formulas.of(exemption.when)
        if study.logic.can_hold(negated(formula)) is False:
            message = f"exemption `{name}` excuses everything: its condition is always true"
            yield Fault(study.place("exemptions", name, "when"), message, "name what the excuse rests on")
        elif _reads(formula, signals=False) and study.logic.can_hold(negated(_of_silence(formula))) is False:
            message = f"exemption `{name}` excuses every text that says nothing: a `not` is enough to make it true"
            yield Fault(study.place("exemptions", name, "when"), message, "name what the excuse rests on")
    binds = study.document.binds
    if binds is not None:
        formula = study.formulas.of(binds.when)
        if study.logic.can_hold(negated(formula)) is False:
            message = "`binds` holds of every account: its condition is always true"
            yield Fault(study.place("binds", "when"), message, "leave `binds` out, or say whom the policy binds")
        elif study.logic.can_hold(formula) is False:
            message = "`binds` holds of no account: its condition can never be true"
            yield Fault(study.place("binds", "when"), message, "say whom the policy binds, or leave `binds` out")


_HINT = "name what must be found: `lexicon`, `terms`, a detector, or `near` with several of these"


def _reads(formula: Formula, *, signals: bool) -> bool:
    """Whether the formula asks for anything in the text, or for a signal."""
    match formula:
        case And(parts) | Or(parts):
            return any(_reads(part, signals=signals) for part in parts)
        case Lit(In(name), _):
            return signals and name.startswith("signal ")
        case Lit(Range(), _):
            return signals
        case Lit(Where(), _):
            return False
        case _:
            return True


def _of_silence(formula: Formula) -> Formula:
    """The formula of a text in which nothing is found; what is not known of a condition stays open."""
    match formula:
        case And(parts):
            return And(tuple(map(_of_silence, parts)))
        case Or(choices):
            return Or(tuple(map(_of_silence, choices)))
        case Lit(In() | Range() | Where() | Opaque(), _):
            return formula
        case Lit(_, positive):
            return Or(()) if positive else And(())
