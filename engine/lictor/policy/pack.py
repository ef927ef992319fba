"""A policy in one file: what it is called and what it hashes to, who says so, and all that its files say.

    lictor policy pack 1
    policy tulips
    version v2
    revision 0
    digest <SHA-256 of the policy's canonical bytes, in hex: what decisions name it by>
    content <SHA-256 of all that follows the signatures, in hex> <how many bytes it unpacks to>

    — <name> <signature>                 a line for each; there may be none

    <the document as JSON, compressed with zlib>

Rules: down to its last signature the file is a C2SP signed note, whose text are the six lines. The document is the
policy's tree with all its files and all it borrowed in it, rules' own tests included, and is read as strictly as YAML.
A file that was cut off, changed, or holds more than it says is refused before anything in it is believed.
"""

from __future__ import annotations

import hashlib
import re
import zlib
from dataclasses import dataclass
from typing import Any

import orjson

from lictor.errors import InputError, UsageError
from lictor.policy.load import MAGIC, Policy, policy_from
from lictor.policy.source import MAX_DEPTH, Node, TextFile, plain

__all__ = ["MAX_PACK", "Pack", "pack_of", "read_pack"]

MAX_PACK = 32_000_000
_MAX_CONTENT = 64_000_000
_MAX_HEADER = 65_536
_TEXT = re.compile(
    r"lictor policy pack 1\npolicy (?P<policy>\S+)\nversion (?P<version>\S+)\nrevision (?P<revision>\d{1,7})\n"
    r"digest (?P<digest>[0-9a-f]{64})\ncontent (?P<content>[0-9a-f]{64}) (?P<length>\d{1,9})\n"
)
_SIGNATURES = re.compile("(?:\u2014 [^\n]+\n)*")
_AGAIN = "copy it again from where it came, or pack the policy again"


@dataclass(frozen=True, slots=True)
class Pack:
    """A pack taken apart: the text that is signed, its lines of signatures, the compressed document."""

    text: str
    signatures: str
    body: bytes

    @property
    def name(self) -> str:
        """The name of its file: the policy's, and the beginning of the digest."""
        said = _said(self.text)
        return f"{said['policy']}-{said['digest'][:12]}.lictor"

    @property
    def digest(self) -> str:
        """What it says the policy's digest is."""
        return _said(self.text)["digest"]

    @property
    def note(self) -> str:
        """The signed note that it begins with."""
        return f"{self.text}\n{self.signatures}"

    @property
    def signers(self) -> tuple[str, ...]:
        """Who signed it, by what their signatures say; nothing is verified."""
        return tuple(line.split(" ")[1] for line in self.signatures.splitlines())

    def signed(self, note: str) -> Pack:
        """The pack with the signatures of that note, which is of the same text."""
        text, _, signatures = note.rpartition("\n\n")
        assert f"{text}\n" == self.text
        return Pack(self.text, signatures, self.body)

    def to_bytes(self) -> bytes:
        """The file: the same policy, key and compressor always give the same bytes."""
        return f"{self.note}\n".encode() + self.body

    def policy(self, name: str) -> Policy:
        """The policy in it, held to what the text says; `name` is how the file is called to its reader.

        Raises:
            InputError: it does not hold what it says.
            PolicyError: the document is no policy that loads.
        """
        said = _said(self.text)
        if hashlib.sha256(self.body).hexdigest() != said["content"]:
            raise _damaged(name, "what it holds is not what its text names; was it cut off or changed?")
        content = _unpacked(self.body, int(said["length"]), name)
        try:
            value = orjson.loads(content)
        except orjson.JSONDecodeError:
            raise _damaged(name, "the document is no JSON") from None
        policy = policy_from(_node(TextFile(name, ""), value, name, 0))
        document = policy.document
        if policy.digest != said["digest"]:
            fact = f"`{name}` says digest {said['digest'][:12]}, and what it holds has {policy.digest[:12]} here"
            raise InputError(fact, hint="another version of Lictor packed it, or it was altered: pack the policy again")
        if (document.policy, document.versions[-1].id, str(document.revision)) != tuple(
            said[key] for key in ("policy", "version", "revision")
        ):
            raise _damaged(name, "it holds another policy, version or revision than its text names")
        return policy


def pack_of(policy: Policy) -> Pack:
    """The policy packed, not yet signed."""
    tree = policy.node()
    document = orjson.loads(policy.canonical) if tree is None else plain(tree)
    document.pop("include", None)  # all is in it
    for lexicon in document.get("lexicons", {}).values():
        lexicon.pop("file", None)
    content = orjson.dumps(document)
    if len(content) > _MAX_CONTENT:
        raise UsageError(f"policy `{policy.id}` is larger than {_MAX_CONTENT:,} bytes", hint="split it")
    body = zlib.compress(content, 9)
    text = (
        f"lictor policy pack 1\npolicy {policy.id}\nversion {policy.document.versions[-1].id}\n"
        f"revision {policy.document.revision}\ndigest {policy.digest}\n"
        f"content {hashlib.sha256(body).hexdigest()} {len(content)}\n"
    )
    return Pack(text, "", body)


def read_pack(data: bytes, name: str) -> Pack:
    """The pack in those bytes, taken apart; what its text says of the document is held to it by `policy`."""
    if not data.startswith(MAGIC):
        raise InputError(f"`{name}` is no policy pack", hint="`lictor policy pack` makes one")
    if len(data) > MAX_PACK:
        raise InputError(f"`{name}` is larger than {MAX_PACK:,} bytes", hint="no pack is: name another file")
    if not data.startswith(MAGIC + b"1\n"):
        raise InputError(f"`{name}` is a pack of a format that this Lictor does not read", hint="use the newer Lictor")
    head, empty, rest = data[:_MAX_HEADER].partition(b"\n\n")
    signatures, end, _ = rest.partition(b"\n") if rest.startswith(b"\n") else rest.partition(b"\n\n")
    try:
        text = f"{head.decode()}\n"
        signed = f"{signatures.decode()}\n" if signatures else ""
    except UnicodeDecodeError:
        raise _damaged(name, "its beginning is no text") from None
    if not empty or not end or _TEXT.fullmatch(text) is None or _SIGNATURES.fullmatch(signed) is None:
        raise _damaged(name, "its beginning is not that of a pack")
    return Pack(text, signed, data[len(f"{text}\n{signed}\n".encode()) :])


def _said(text: str) -> dict[str, str]:
    found = _TEXT.fullmatch(text)
    assert found is not None
    return found.groupdict()


def _unpacked(body: bytes, length: int, name: str) -> bytes:
    if length > _MAX_CONTENT:
        raise InputError(f"`{name}` would hold {length:,} bytes", hint="no pack does: name another file")
    unpack = zlib.decompressobj()
    try:
        content = unpack.decompress(body, length + 1)
    except zlib.error:
        raise _damaged(name, "the document cannot be unpacked") from None
    if len(content) != length or not unpack.eof or unpack.unused_data:
        raise _damaged(name, "the document is not as long as its text says")
    return content


def _node(file: TextFile, value: Any, name: str, depth: int) -> Node:
    """The value as a tree whose every part stands at the file's beginning."""
    if depth > MAX_DEPTH:
        raise _damaged(name, "the document is nested too deep")
    if isinstance(value, list):
        return Node(file, 1, 1, 1, [_node(file, one, name, depth + 1) for one in value])
    if isinstance(value, dict):
        entries = {key: (Node(file, 1, 1, 1, key), _node(file, one, name, depth + 1)) for key, one in value.items()}
        return Node(file, 1, 1, 1, entries)
    return Node(file, 1, 1, 1, value)


def _damaged(name: str, fact: str) -> InputError:
    return InputError(f"`{name}` is damaged: {fact}", hint=_AGAIN)
