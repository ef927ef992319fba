"""`PolicySource`: whatever happens to the files, decisions are made by a policy that was written whole."""

import os
import shutil
import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lictor import Engine, InputError, PolicyError, PolicySource, UsageError
from lictor.policy import load_policy
from lictor.policy.pack import pack_of


@pytest.fixture
def folder(tulips, tmp_path):
    """The tulips policy with a lexicon file of its own."""
    place = tmp_path / "tulips"
    place.mkdir()
    _save(place, tulips.read_text("utf-8"), "moon\n")
    return place


def _save(place: Path, text: str, words: str) -> None:
    (place / "policy.yaml").write_text(
        text.replace("shouting: {terms: [moon]}", "shouting: {file: words.txt}"), "utf-8"
    )
    (place / "words.txt").write_text(words, "utf-8")


def _settle(source: PolicySource) -> bool:
    """What comes of a change once no more happens: it is seen, then taken up; a look back, and again."""
    return sum(source.poll() for _ in range(5)) > 0


def test_a_change_is_taken_up(folder):
    """Another engine takes over at the second poll that sees the same files, and decisions name its digest."""
    source = PolicySource(folder)
    before = source.engine.check("buy my tulip")
    with (folder / "policy.yaml").open("a") as file:
        file.write("revision: 1\n")
    polled = [source.poll(), source.poll(), source.poll()]
    after = source.engine.check("buy my tulip")

    assert [False, True, False] == polled
    assert before.digest != after.digest == load_policy(folder).digest
    assert (after.digest,) == source.digests


def test_a_lexicon_file_counts(folder):
    """Every file that the policy is made of is watched, not only the first."""
    source = PolicySource([folder])
    (folder / "words.txt").write_text("moon\nmars\n", "utf-8")

    assert _settle(source)
    assert ("talk",) == source.engine.check("tulip to the mars", at="2021-06-01T00:00:00Z").rules


def test_a_mistake_changes_nothing(folder):
    """With a mistake in the files the last good engine goes on, and the mistake is told; mended, it is forgotten."""
    source = PolicySource(folder)
    engine, good = source.engine, (folder / "policy.yaml").read_text("utf-8")
    (folder / "policy.yaml").write_text(good.replace("near: [tulip, trade]", "near: [tulp, trade]"), "utf-8")
    broken = _settle(source)
    problem = source.problem
    (folder / "policy.yaml").write_text(good, "utf-8")
    mended = _settle(source)

    assert (False, False) == (broken, mended)
    assert isinstance(problem, PolicyError)
    assert "did you mean `tulip`?" in str(problem)
    assert (engine, None) == (source.engine, source.problem)


def test_a_missing_file_may_come_back(folder):
    """A file that is away, and a whole policy that is away, are problems that end when it is there again."""
    source = PolicySource(folder)
    for name in ("words.txt", "policy.yaml"):
        kept = folder / f"{name}.kept"
        (folder / name).rename(kept)
        assert not _settle(source)
        assert isinstance(source.problem, PolicyError if name == "words.txt" else UsageError)
        kept.rename(folder / name)
        assert not _settle(source)
        assert source.problem is None


def test_comments_change_no_engine(folder):
    """What decides nothing is read and forgotten: the engine stays the one it was."""
    source = PolicySource(folder)
    engine = source.engine
    with (folder / "policy.yaml").open("a") as file:
        file.write("# mind the frost\n")

    assert not _settle(source)
    assert engine is source.engine


def test_what_another_lends_counts(folder, tmp_path):
    """A policy that borrows follows its lender's files."""
    (tmp_path / "borrower").mkdir()
    text = (
        (folder / "policy.yaml")
        .read_text("utf-8")
        .replace("policy: tulips", "policy: bulbs\nborrow: {tulips: [trade]}")
    )
    text = text.replace("  trade: {terms: [buy, sell, 买, 卖]}\n", "").replace("{file: words.txt}", "{terms: [moon]}")
    (tmp_path / "borrower" / "policy.yaml").write_text(text, "utf-8")
    source = PolicySource(tmp_path / "borrower")
    lender = (folder / "policy.yaml").read_text("utf-8")
    (folder / "policy.yaml").write_text(lender.replace("[buy, sell,", "[buy, sell, swap,"), "utf-8")

    assert _settle(source)


def test_a_pack_is_followed(tulips, folder, tmp_path):
    """A pack put in the place of another is taken up whole; half a pack is a problem."""
    place = tmp_path / "live.lictor"
    place.write_bytes(pack_of(load_policy(tulips)).to_bytes())
    source = PolicySource(place)
    (folder / "words.txt").write_text("mars\n", "utf-8")
    other = pack_of(load_policy(folder)).to_bytes()
    place.write_bytes(other[:-9])
    broken = _settle(source), source.problem
    (tmp_path / "new").write_bytes(other)
    (tmp_path / "new").replace(place)

    assert (False, True) == (broken[0], isinstance(broken[1], InputError))
    assert _settle(source)
    assert (load_policy(folder).digest,) == source.digests


def test_the_first_load_raises(folder, tmp_path):
    """There is no last good engine before the first: what is wrong then is raised."""
    (folder / "words.txt").unlink()

    with pytest.raises(PolicyError):
        PolicySource(folder)
    with pytest.raises(UsageError):
        PolicySource(tmp_path / "nowhere")


def test_policies_that_do_not_go_together(folder, tmp_path):
    """Two policies that come to have one name are a problem like any other."""
    other = tmp_path / "other"
    shutil.copytree(folder, other)
    text = (other / "policy.yaml").read_text("utf-8")
    (other / "policy.yaml").write_text(text.replace("policy: tulips", "policy: bulbs"), "utf-8")
    source = PolicySource([folder, other])
    (other / "policy.yaml").write_text(text, "utf-8")

    assert not _settle(source)
    assert "loaded twice" in str(source.problem)


def test_files_that_never_rest_are_not_believed(folder, monkeypatch):
    """A policy whose files change whenever they are read is neither loaded at first nor taken up later."""
    source = PolicySource(folder)
    digests, number = source.digests, iter(range(10_000))

    def restless(spec, *, tried):
        (folder / "words.txt").write_text(f"moon{next(number)}\n", "utf-8")
        return load_policy(spec, tried=tried)

    monkeypatch.setattr("lictor.reload.load_policy", restless)
    (folder / "words.txt").write_text("mars\n", "utf-8")

    assert not _settle(source)
    assert (digests, None) == (source.digests, source.problem)
    with pytest.raises(InputError, match="change while they are read"):
        PolicySource(folder)


def test_a_change_within_the_grain_of_the_clock(folder):
    """A file that changed after it was read, with the same size and the same times, is found all the same."""
    source = PolicySource(folder)
    (folder / "words.txt").write_text("mars\n", "utf-8")
    os.utime(folder / "words.txt", ns=(1, 1))
    source._stamps = {path: source._stamps[path] for path in source._stamps}  # as if no stamp had told
    from lictor.reload import _stamps

    source._stamps = _stamps(source._paths)

    assert _settle(source)


TEXTS = [("moon\n", "0"), ("moon\nmars\n", "1"), ("venus\n", "2")]


@given(st.data())
@settings(max_examples=40)
def test_no_half_policy_is_ever_in_use(tulips, tmp_path_factory, data):
    """Whatever a writer does between polls, at most one poll while it saves: what decides was once written whole."""
    place = tmp_path_factory.mktemp("reload")
    text = tulips.read_text("utf-8").replace("shouting: {terms: [moon]}", "shouting: {file: words.txt}")
    whole = set()

    def write(name, content):
        (place / name).write_text(content, "utf-8")

    def note():
        whole.add(load_policy(place).digest)

    write("policy.yaml", text)
    write("words.txt", "moon\n")
    note()
    source = PolicySource(place)
    for _ in range(data.draw(st.integers(1, 4))):
        words, revision = data.draw(st.sampled_from(TEXTS))
        full = f"{text}revision: {revision}\n"
        half = full[: data.draw(st.integers(0, len(full)))]
        steps = [("policy.yaml", half), ("policy.yaml", full), ("words.txt", words[:2]), ("words.txt", words)]
        during = data.draw(st.integers(0, len(steps)))
        for number, (name, content) in enumerate(steps):
            if number == during:
                source.poll()
                assert source.digests[0] in whole
            write(name, content)
        note()
        for _ in range(data.draw(st.integers(0, 4))):
            source.poll()
            assert source.digests[0] in whole


def test_readers_never_wait_or_see_half(folder):
    """While one thread polls and files are rewritten all the time, others decide, each by one whole engine."""
    source = PolicySource(folder)
    done, wrong = threading.Event(), []
    known = set()
    for revision in range(3):
        _save(
            folder,
            f"{(folder / 'policy.yaml').read_text('utf-8').split('revision')[0]}revision: {revision}\n",
            "moon\n",
        )
        known.add(load_policy(folder).digest)

    def read():
        while not done.is_set():
            try:
                engine: Engine = source.engine
                decision = engine.check("buy my tulip")
                if decision.digest != engine.policies[0].policy.digest:
                    wrong.append(decision.digest)
            except Exception as bug:  # noqa: BLE001
                wrong.append(bug)

    readers = [threading.Thread(target=read) for _ in range(2)]
    for one in readers:
        one.start()
    base = (folder / "policy.yaml").read_text("utf-8").split("revision")[0]
    swaps = 0
    for number in range(12):
        (folder / "policy.yaml").write_text(f"{base}revision: {number % 3}\n", "utf-8")
        swaps += source.poll() + source.poll()
    done.set()
    for one in readers:
        one.join()

    assert [] == wrong
    assert swaps >= 8
    assert set(source.digests) <= known | {load_policy(folder).digest}
