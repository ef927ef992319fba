"""A policy takes parts of another by name: with all they need, as if they were its own, and never in a circle."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lictor import Engine
from lictor.errors import PolicyError
from lictor.policy import Policy, load_canonical, load_policy

LENDER = """\
lictor: 1
policy: lender
title: Lender
owner: trust-and-safety
versions: [{id: v1, from: '2026-01-01T00:00:00+08:00'}]
severities: [{id: S1, title: Talk}]
signals: {age: {type: number}}
categories:
  trade.coin: {title: Trade, from: v1, ground: {kind: incompatible_content, clause: '1'}}
lexicons:
  coin: {file: words/coins.txt}
  trade: {terms: [买]}
  talk: {terms: [据报道]}
  deal: {terms: [加微信]}
conditions:
  young: {age: {below: 18}}
  offer: {near: [{lexicon: coin}, {lexicon: trade}], within: 9}
  in-sight: {any: [deal, price]}
exemptions:
  NEWS: {title: News, when: {all: [{lexicon: talk}, {not: {use: young}}]}, cancelled_by: [in-sight]}
rules:
  - {id: own, title: Own, category: trade.coin, severity: S1, when: offer, unless: [NEWS]}
appeals: {window: 30d, answer: 7 workdays, how: write to us}
calendar: {holidays: ['2026-10-01']}
"""
BORROWER = """\
lictor: 1
policy: borrower
title: Borrower
owner: trust-and-safety
borrow: {lender: [offer, NEWS, trade.coin, versions, severities, calendar]}
rules:
  - {id: theirs, title: Theirs, category: trade.coin, severity: S1, status: enforce, when: offer, unless: [NEWS]}
appeals: {window: 30d, answer: 7 workdays, how: write to us}
"""


def written(folder: Path, **policies: str) -> Path:
    """The folder with each policy in one of its own; returns the first."""
    (folder / "lender" / "words").mkdir(parents=True)
    (folder / "lender" / "words" / "coins.txt").write_text("比特币\n", encoding="utf-8")
    for name, text in policies.items():
        (folder / name).mkdir(exist_ok=True)
        (folder / name / "policy.yaml").write_text(text, encoding="utf-8")
    return folder / next(iter(policies))


def codes(policy: Path) -> list[str]:
    with pytest.raises(PolicyError) as refused:
        load_policy(policy)
    return [diagnostic.code for diagnostic in refused.value.diagnostics]


@pytest.fixture
def borrower(tmp_path: Path) -> Policy:
    return load_policy(written(tmp_path, borrower=BORROWER, lender=LENDER))


def test_what_is_borrowed_brings_what_it_needs(borrower: Policy) -> None:
    """Conditions bring lexicons and signals, exemptions what they name and what cancels them; nothing else comes."""
    document = borrower.document

    assert set(document.lexicons) == {"coin", "trade", "talk", "deal"}
    assert set(document.conditions) == {"offer", "young", "in-sight"}
    assert set(document.signals) == {"age"}
    assert [term.term for term in document.lexicons["coin"].terms] == ["比特币"]
    assert document.calendar is not None
    assert [rule.id for rule in document.rules] == ["theirs"]


def test_what_is_borrowed_judges(borrower: Policy) -> None:
    """A borrowed condition fires and a borrowed exemption excuses, as they do in the lender."""
    engine = Engine([borrower])

    assert engine.check("买比特币").violations[0].rule == "theirs"
    assert engine.check("据报道有人要买比特币", signals={"age": 30}).action == "none"


def test_borrowing_is_the_same_as_owning(tmp_path: Path, borrower: Policy) -> None:
    """The same parts written in place make the same canonical bytes, and these load without the lender."""
    parts = LENDER[LENDER.index("versions:") : LENDER.index("rules:")].replace(
        "{file: words/coins.txt}", "{terms: [比特币]}"
    )
    own = BORROWER.replace("borrow: {lender: [offer, NEWS, trade.coin, versions, severities, calendar]}\n", parts)
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "policy.yaml").write_text(own + LENDER[LENDER.index("calendar:") :], encoding="utf-8")

    assert borrower.canonical == load_policy(tmp_path / "own").canonical
    assert borrower.digest == load_canonical(borrower.canonical).digest


@pytest.mark.parametrize(
    ("old", "new", "changes"),
    [
        ("{terms: [买]}", "{terms: [买, 卖]}", True),
        ("within: 9", "within: 8", True),
        ("title: Own", "title: Mine", False),
    ],
)
def test_the_digest_follows_what_is_borrowed(
    tmp_path: Path, borrower: Policy, old: str, new: str, changes: bool
) -> None:
    """A change of what is borrowed changes the borrower's digest; any other change of the lender does not."""
    (tmp_path / "lender" / "policy.yaml").write_text(LENDER.replace(old, new), encoding="utf-8")

    assert changes == (borrower.digest != load_policy(tmp_path / "borrower").digest)


def test_a_policy_lends_what_it_borrowed(tmp_path: Path) -> None:
    """Through a chain of policies the same part may come by two ways: it is one part."""
    middle = BORROWER.replace("policy: borrower", "policy: middle")
    last = BORROWER.replace("borrow: {lender: [offer,", "borrow: {lender: [offer], middle: [offer,")
    folder = written(tmp_path, last=last, middle=middle, lender=LENDER)

    assert set(load_policy(folder).document.lexicons) == {"coin", "trade", "talk", "deal"}


def test_a_bundled_policy_lends_from_anywhere(tmp_path: Path) -> None:
    """Where no folder of that name lies beside the policy, the bundled one lends."""
    text = BORROWER.replace(
        "{lender: [offer, NEWS, trade.coin, versions, severities, calendar]}",
        "{wechat: [coin_name, fin.vc.pay, versions, severities]}",
    )
    text = text.replace("trade.coin", "fin.vc.pay").replace("when: offer, unless: [NEWS]", "when: {lexicon: coin_name}")

    assert "coin_name" in load_policy(written(tmp_path, borrower=text)).document.lexicons


def test_mistakes_of_the_lender_are_shown_where_they_are(tmp_path: Path) -> None:
    """A name that a borrowed condition lacks is shown in the lender's file; what is not borrowed is not looked at."""
    broken = LENDER.replace("[deal, price]", "[deal, prise]").replace("category: trade.coin", "category: none")
    folder = written(tmp_path, borrower=BORROWER, lender=broken)
    with pytest.raises(PolicyError) as refused:
        load_policy(folder)
    (mistake,) = refused.value.diagnostics

    assert mistake.code == "P030"
    assert mistake.place is not None
    assert mistake.place.file.endswith("lender/policy.yaml")


@pytest.mark.parametrize(
    ("lender", "code"),
    [
        ("lictor: 1\nlexicons: [", "P001"),
        (LENDER.replace("words/coins.txt", "words/coin.txt"), "P027"),
        (LENDER + "borrow: {borrower: [offer]}\n", "P048"),
        (LENDER + "borrow: {lender: [offer]}\n", "P048"),
        (LENDER.replace("offer:", "offers:"), "P047"),
    ],
)
def test_a_lender_that_cannot_lend(tmp_path: Path, lender: str, code: str) -> None:
    """A lender that cannot be read, borrows back or lacks the name is a mistake of its own code."""
    assert code in codes(written(tmp_path, borrower=BORROWER, lender=lender))


@pytest.mark.parametrize("borrow", ["lender", "[lender]", "{lender: {a: b}}", "{lender: [[offer]]}", "{lender: 3}"])
def test_what_is_no_list_of_names_is_a_mistake(tmp_path: Path, borrow: str) -> None:
    """Whatever stands under `borrow` in place of names by policy is of the wrong kind."""
    asked = BORROWER[BORROWER.index("borrow: ") : BORROWER.index("rules:")]
    folder = written(tmp_path, borrower=BORROWER.replace(asked, f"borrow: {borrow}\n"), lender=LENDER)

    assert "P016" in codes(folder)


def test_what_comes_along_may_not_take_a_name(tmp_path: Path) -> None:
    """An own lexicon of the name that a borrowed condition needs is not replaced: that is a mistake."""
    folder = written(tmp_path, borrower=BORROWER + "lexicons: {coin: {terms: [大饼]}}\n", lender=LENDER)

    assert codes(folder) == ["P049"]


@pytest.mark.parametrize("name", ["..", ".", "'a/b'", "'../lender'", "'\"\\0\"'", "'" + "x" * 300 + "'"])
def test_no_lender_lies_elsewhere(tmp_path: Path, name: str) -> None:
    """Only a folder right beside the policy's lends; any other name is refused and nothing else is read."""
    text = BORROWER.replace("{lender:", "{" + name + ":")

    assert set(codes(written(tmp_path, borrower=text, lender=LENDER))) <= {"P026", "P046"}


def test_a_link_that_leads_out_is_refused(tmp_path: Path) -> None:
    """A link beside the policy to a folder elsewhere lends nothing."""
    folder = written(tmp_path / "policies", borrower=BORROWER.replace("{lender:", "{linked:"), lender=LENDER)
    (tmp_path / "policies" / "lender").rename(tmp_path / "elsewhere")
    (tmp_path / "policies" / "linked").symlink_to(tmp_path / "elsewhere")

    assert codes(folder) == ["P026"]


@given(st.data())
def test_any_pair_of_policies_is_one_or_refused(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    """However the borrower and the lender are cut and joined, the answer is a policy or its mistakes."""
    texts = {}
    for name, text in (("borrower", BORROWER), ("lender", LENDER)):
        at = data.draw(st.integers(0, len(text)))
        piece = data.draw(
            st.sampled_from(["", "offer", "versions", "{}", "[", ": ", "\n- ", "null", "borrow: {lender: NEWS}"])
        )
        texts[name] = text[:at] + piece + text[at + data.draw(st.integers(0, 12)) :]
    folder = written(tmp_path_factory.mktemp("pair"), **texts)

    try:
        answer: Policy | PolicyError = load_policy(folder)
    except PolicyError as wrong:
        answer = wrong

    assert isinstance(answer, Policy) or answer.diagnostics
