"""Links, host names, mail and internet addresses, their dots and at-signs disguised as people disguise them."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator

from lictor.match.found import Match, match_of
from lictor.text.plain import Plain, plain

__all__ = ["domain", "email", "hosts_in", "ipv4", "ipv6", "url"]

# Endings by which a dotted name is taken for a host. Country endings that are file endings (py, md, sh, rs, pl) are
# left out: a name in a sentence about programs is no host.
_KNOWN = """
com net org info biz name pro io co cc me tv ai app dev vip xyz top club site online shop store live fun link ink
wang art exchange finance trade trading money market markets cash fund capital bank pay wallet crypto eth nft dao
token world work works today space website tech cloud click group chat games game bet win one red blue plus best
cool love life news media wiki zone team social network email center company global international asia mobi edu gov
int mil icu cyou monster rest bond cfd sbs lol run ltd inc page digital design host press ac ad ae af ag al am ar at
au az ba bb bd be bf bg bh bi bj bn bo br bs bt bw by bz ca cd cf cg ch ci cl cm cn cr cu cv cy cz de dk dm do dz ec
ee eg es et eu fi fj fm fr ga gd ge gf gg gh gi gl gm gn gp gq gr gt gu gy hk hn hr ht hu id ie il im in iq ir is it
je jm jo jp ke kg kh ki km kn kp kr kw ky kz la lb lc li lk lr ls lt lu lv ly ma mc mg mk ml mn mo mp mq mr ms mt mu
mv mw mx my mz na nc ne nf ng ni nl no np nr nu nz om pa pe pf pg ph pk pm pr pt pw qa re ro ru rw sa sb sc sd se sg
si sk sl sm sn st su sv sx sz tc td tf tg th tj tk tl tm tn to tr tt tw tz ua ug uk us uy uz va vc ve vg vi vn vu ws
ye yt za zm zw
"""
# Endings that are believed behind a dot spelled out (okex点com) or a space.
_COMMON = """
com net org io co cc cn me vip xyz top info app club site online shop pro live fun link art biz tv
"""
# And behind a Chinese full stop.
_BEHIND_FULL_STOP = """
com net org cn io cc top xyz vip
"""
_ENDINGS = frozenset(_KNOWN.split())
_COMMON_ENDINGS = frozenset(_COMMON.split())
_FULL_STOP_ENDINGS = frozenset(_BEHIND_FULL_STOP.split())

_PLAIN_DOT = r"[.．｡]"
_DOT = (
    rf"(?:{_PLAIN_DOT}|。|·|\s?[\[(（【{{<［]\s?(?:[.．。·]|dot|点)\s?[\])）】}}>］]\s?"
    r"|\s?点\s?|\s{1,2}dot\s{1,2}|\s[.．]\s)"
)
_LATIN_LABEL = r"[a-z0-9_-]"
_NAME = re.compile(rf"(?<!{_LATIN_LABEL})(?<!@){_LATIN_LABEL}++(?:{_DOT}{_LATIN_LABEL}++)++", re.IGNORECASE)
# Without a letter or digit there is no name, and no scheme.
_SOME = re.compile(_LATIN_LABEL, re.IGNORECASE)
_DOTS = re.compile(_DOT, re.IGNORECASE)

_SCHEME = re.compile(r"(?<![a-z])(?:https?|h[tx]{2}ps?|ftp|wss?)\s?:\s?//", re.IGNORECASE)
_REST = re.compile(r"[!-~]++")
_PATH = re.compile(r"(?::\d{1,5})?(?:[/?#][!-~]*+)")
_SPACE = re.compile(r"\s")
_TRIMMED = 8

_AT = r"(?:@|\s?[\[(（【]\s?(?:@|at|艾特)\s?[\])）】]\s?|\s(?:at|AT)\s|#|艾特)"
_EMAIL = re.compile(rf"(?<![a-z0-9._+-])([a-z0-9][a-z0-9._+-]{{0,63}}+){_AT}(?={_LATIN_LABEL})", re.IGNORECASE)

_IPV4 = re.compile(r"(?<![\d.])\d{1,3}(?:\[?\.\]?\d{1,3}){3}(?![\d]|\.\d)")
_IPV6 = re.compile(
    r"(?<![0-9a-f:.])(?:[0-9a-f]{0,4}:){2,8}+(?:[0-9a-f]{1,4}|(?:\d{1,3}\.){3}\d{1,3})?(?![0-9a-f:.]*[0-9a-f:])",
    re.IGNORECASE,
)
_CLOSING = {")": "(", "]": "[", "}": "{", ">": "<"}


def domain(text: str) -> list[Match]:
    """The host names in the text, those of links included and those of mail not: lower case, with plain dots."""
    view = plain(text)
    return [match_of(view, start, end, name, also=also) for start, end, name, also in hosts_in(view)]


def url(text: str) -> list[Match]:
    """The links in the text: with a scheme, or a host name with a path, or one that begins with www.

    A link ends at white space, a Chinese character or a full-width mark behind its host, and before closing
    punctuation.
    """
    view = plain(text)
    if not _may_link(view.text):
        return []
    hosts = {start: (end, name, also) for start, end, name, also in hosts_in(view)}
    found: list[Match] = []
    taken = 0
    schemes = {scheme.end(): scheme for scheme in _SCHEME.finditer(view.text)}
    for start in sorted(schemes.keys() | hosts.keys()):
        if start < taken:
            continue
        scheme = schemes.get(start)
        end, name, also = hosts.get(start, (start, "", ()))
        rest = (_REST if scheme else _PATH).match(view.text, end)
        if rest is not None:
            end = _trim(view.text, end, rest.end())
        if end == start or (scheme is None and rest is None and not name.startswith("www.")):
            continue
        tail = name + view.text[hosts[start][0] if start in hosts else start : end]
        head = _SPACE.sub("", scheme[0]).lower().replace("xx", "tt").replace("tx", "tt") if scheme else ""
        found.append(match_of(view, scheme.start() if scheme else start, end, head + tail, also=also))
        taken = end
    return found


def _may_link(text: str) -> bool:
    """Whether there is a mark that begins a path (behind a scheme too), or a name that may begin with www."""
    return "/" in text or "?" in text or "#" in text or "www" in text.lower()


def email(text: str) -> list[Match]:
    """The mail addresses in the text: lower case, with a plain at-sign and dots."""
    view = plain(text)
    found = []
    for local in _EMAIL.finditer(view.text):
        name = _NAME_AT.match(view.text, local.end())
        host = _host(name[0]) if name else None
        if name is None or host is None:
            continue
        sign = view.text[local.end(1) : local.end()]
        if sign == "#" and host[0] not in (
            "qq.com",
            "163.com",
            "126.com",
            "gmail.com",
            "outlook.com",
            "hotmail.com",
            "sina.com",
        ):
            continue
        end = local.end() + host[1]
        also = ("separators",) if sign != "@" or host[2] else ()
        found.append(match_of(view, local.start(), end, f"{local[1].lower()}@{host[0]}", also=also))
    return found


def ipv4(text: str) -> list[Match]:
    """The IPv4 addresses in the text."""
    view = plain(text)
    found = []
    for match in _IPV4.finditer(view.text):
        value = match[0].replace("[", "").replace("]", "")
        if all(int(part) < 256 for part in value.split(".")):
            also = () if value == match[0] else ("separators",)
            found.append(match_of(view, match.start(), match.end(), value, also=also))
    return found


def ipv6(text: str) -> list[Match]:
    """The IPv6 addresses in the text, in their short form."""
    view = plain(text)
    found = []
    for match in _IPV6.finditer(view.text):
        try:
            value = str(ipaddress.IPv6Address(match[0]))
        except ValueError:
            continue
        if len(match[0]) > 4:
            found.append(match_of(view, match.start(), match.end(), value))
    return found


def hosts_in(view: Plain) -> Iterator[tuple[int, int, str, tuple[str, ...]]]:
    """The host names in a plain text: start, end, name and how they were disguised."""
    if not _SOME.search(view.text):
        return
    for found in _NAME.finditer(view.text):
        host = _host(found[0])
        if host is not None:
            start = found.start()
            yield start, start + host[1], host[0], ("separators",) if host[2] else ()


_NAME_AT = re.compile(rf"{_LATIN_LABEL}++(?:{_DOT}{_LATIN_LABEL}++)++", re.IGNORECASE)


def _host(spelt: str) -> tuple[str, int, bool] | None:
    """The longest host name the dotted words begin with: name, length, whether a dot was disguised."""
    place, labels, dots = 0, [], []
    for dot in _DOTS.finditer(spelt):
        labels.append((spelt[place : dot.start()].lower(), dot.start()))
        dots.append(dot[0])
        place = dot.end()
    labels.append((spelt[place:].lower(), len(spelt)))
    for size in range(min(len(labels), 64), 1, -1):
        names = [name for name, _ in labels[:size]]
        plain_dots = all(dot in ".．｡" for dot in dots[: size - 1])
        if names[-1] not in (_ENDINGS if plain_dots else _COMMON_ENDINGS) or not all(map(_is_label, names)):
            continue
        written = spelt[labels[size - 2][1] : labels[size - 1][1]].lstrip(" .．｡。·")
        if plain_dots and written.istitle() and size == 2:
            continue
        if "。" in dots[: size - 1] and (names[-1] not in _FULL_STOP_ENDINGS or len(names[-2]) < 2):
            continue
        if (
            len(names) == 2
            and len(names[0]) < 2
            and (len(names[1]) < 3 or not plain_dots)
            and names[1] not in ("me", "co", "cn")
        ):
            continue
        if all(name.isdigit() for name in names[:-1]) and len(names) == 2 and len(names[0]) < 3:
            continue
        return ".".join(names), labels[size - 1][1], any(dot != "." for dot in dots[: size - 1])
    return None


def _is_label(name: str) -> bool:
    return 0 < len(name) <= 63 and not name.startswith("-") and not name.endswith("-")


def _trim(text: str, start: int, end: int) -> int:
    """The end of a link without the punctuation of the sentence round it."""
    for _ in range(_TRIMMED):
        last = text[end - 1]
        unopened = last in _CLOSING and text.count(last, start, end) > text.count(_CLOSING[last], start, end)
        if end == start or not (last in ".,;:!?'\"*" or unopened):
            break
        end -= 1
    return end
