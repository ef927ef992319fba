"""A policy as it stood in git: its own files and its neighbours', whatever else the repository holds."""

import shutil
import subprocess
from pathlib import Path

import pytest

from lictor.policy import bundled_policies

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="there is no git here")


def git(*arguments):
    who = ["-c", "user.name=n", "-c", "user.email=e"]
    subprocess.run(["git", *who, *arguments], check=True, capture_output=True)


@pytest.fixture
def repository(tulips, tmp_path, monkeypatch) -> Path:
    """A repository whose root is the current folder, with a policy in `shop policies/tulips`."""
    root = tmp_path / "repository"
    folder = root / "shop policies" / "tulips"
    folder.mkdir(parents=True)
    shutil.copy(tulips, folder / "policy.yaml")
    monkeypatch.chdir(root)
    git("init", "-q")
    return root


def changes(lictor, before, after="shop policies/tulips"):
    ran = lictor("policy", "diff", before, after)

    assert "bug in lictor" not in ran.err
    return ran


def commit():
    git("add", "-A")
    git("commit", "-qm", "one")


@pytest.mark.parametrize("path", ["shop policies/tulips", "shop policies/tulips/", "shop policies/tulips/policy.yaml"])
def test_a_folder_or_a_file(lictor, repository, path):
    """What stands in the folder now changes nothing of what stood there."""
    commit()
    before = repository / "shop policies/tulips/policy.yaml"
    before.write_text(before.read_text("utf-8").replace("severity: S2", "severity: S3", 1), "utf-8")

    assert changes(lictor, f"HEAD:{path}").code == 1
    assert changes(lictor, f"HEAD:{path}", f"HEAD:{path}").code == 0


def test_at_the_root(lictor, repository, tulips):
    """A repository that is the policy, and a policy in a folder right below the root."""
    shutil.copy(tulips, "policy.yaml")
    shutil.copytree("shop policies/tulips", "below")
    commit()

    for path in (".", "", "policy.yaml", "below"):
        assert changes(lictor, f"HEAD:{path}").code == 0


def test_links_lead_nowhere(lictor, repository):
    """A link out of the repository is left out, wherever it stands; one inside leads where it led."""
    Path("shop policies/away").symlink_to("/etc/hosts")
    Path("shop policies/up").symlink_to("../../..")
    Path("shop policies/same").symlink_to("tulips")
    commit()

    assert changes(lictor, "HEAD:shop policies/tulips").code == 0
    assert changes(lictor, "HEAD:shop policies/same").code == 0
    assert "no policy at that path" in changes(lictor, "HEAD:shop policies/up").err


def test_what_archives_leave_out(lictor, repository):
    """What is not meant for releases (`export-ignore`) is a policy all the same, and is taken as it was committed."""
    Path(".gitattributes").write_text("* export-ignore\n*.yaml export-subst\n", "utf-8")
    commit()

    assert changes(lictor, "HEAD:shop policies/tulips").code == 0


def test_names_that_are_patterns(lictor, repository):
    """A name with brackets and stars is that name."""
    shutil.copytree("shop policies/tulips", "shop policies/a[b]*")
    commit()

    assert changes(lictor, "HEAD:shop policies/a[b]*").code == 0


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ("HEAD:shop policies/moved", "no policy at that path"),
        ("HEAD:notes", "no policy at that path"),
        ("HEAD:shop policies", "holds no `policy.yaml`"),
        ("HEAD~7:shop policies/tulips", "HEAD~7"),
        ("HEAD:../tulips", "no path in the repository"),
    ],
)
def test_what_is_not_there(lictor, repository, spec, said):
    """Said as the author wrote it, with a way out; no temporary folder is named."""
    Path("notes").mkdir()
    Path("notes/readme.md").write_text("nothing", "utf-8")
    commit()
    ran = changes(lictor, spec)

    assert ran.code == 2
    assert said in ran.err
    assert "hint" in ran.err
    assert "lictor-" not in ran.err


def test_mistakes_are_named_by_revision(lictor, repository):
    """A mistake of then is shown where it stood then."""
    Path("shop policies/tulips/policy.yaml").write_text("lictor: 1\npolcy: x\n", "utf-8")
    commit()
    ran = changes(lictor, "HEAD:shop policies/tulips")

    assert ran.code == 2
    assert "HEAD:shop policies/tulips/policy.yaml:2:1" in ran.err


@pytest.mark.parametrize("around", ["", "shop policies/"])
def test_what_is_borrowed(lictor, repository, around):
    """A policy that borrows gets what its neighbour lent it at that revision, at the root of the repository too."""
    for name in ("payments", "wechat"):
        shutil.copytree(bundled_policies()[name], f"{around}{name}")
    commit()
    then = changes(lictor, f"HEAD:{around}payments", f"./{around}payments")
    lent = Path(f"{around}wechat/lexicons/coin_names.yaml")
    lent.write_text(lent.read_text("utf-8") + "  - {term: lilycoin, meaning: a coin of lilies}\n", "utf-8")

    assert then.code == 0, then.err
    assert "lilycoin" in changes(lictor, f"HEAD:{around}payments", f"./{around}payments").out
