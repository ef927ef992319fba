"""Hosts and addresses: a block follows the listed host; an address is blocked only while nobody else would be hit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from ipaddress import ip_address

from lictor.enforce.routed import AddressLeft, AddressServes, HostFlagged, HostFreed, HostListed
from lictor.enforce.states import Account, Address, Block, Case, Host, Server
from lictor.enforce.turn import Turn
from lictor.facts.kinds import DnsChange, DomainSeen, SubjectUpdated
from lictor.policy.models import PolicyDocument

__all__ = [
    "address_blocked",
    "address_name",
    "change_dns",
    "clear_flags",
    "host_name",
    "know_addresses",
    "list_hosts",
    "on_address",
    "on_host",
    "see_domain",
    "seen_domains",
    "unlist_hosts",
]


def host_name(written: str) -> str:
    """The host as it is compared: in lower case, without the dot that may end it."""
    return written.lower().removesuffix(".")


def address_name(written: str) -> str:
    """The address as it is compared: IPv6 has many spellings of one address; what is no address stays as written."""
    try:
        return str(ip_address(written))
    except ValueError:
        return written


def list_hosts(turn: Turn, account: Account, document: PolicyDocument, case: Case) -> None:
    """Blocks the hosts the case names, or all of the account's, and the addresses that serve nothing else."""
    viewers = document.network.viewers if document.network else ()
    before = any(
        sanction.action == "network_block"
        for one in account.cases
        if one is not case
        for sanction in one.sanctions
        if sanction.in_force(turn.now)
    )
    # A mirror is added to what is blocked already; the first block takes all that the account has.
    own = () if before and case.hosts else account.profile.domains
    case.hosts = tuple(dict.fromkeys(host_name(one) for one in (*own, *case.hosts)))
    for host in case.hosts:
        key = f"host:{host}"
        turn.send(
            key,
            HostListed,
            host=host,
            subject=account.id,
            case=case.id,
            category=case.category,
            severity=case.severity,
            version=case.version,
            trigger=case.trigger,
            viewers=viewers,
        )
    _serve(turn, account, document, account.profile.ips, listed=True)


def unlist_hosts(turn: Turn, account: Account, case: Case) -> None:
    """Frees what that case had blocked."""
    if not any(sanction.action == "network_block" for sanction in case.sanctions):
        return
    for host in case.hosts:
        key = f"host:{host}"
        turn.send(key, HostFreed, host=host, subject=account.id, case=case.id)
    if not _listed(account, turn.now):
        document = turn.rules.document(case.policy)
        _serve(turn, account, document, (*account.profile.ips, *account.past_ips), listed=False)


def know_addresses(turn: Turn, account: Account, fact: SubjectUpdated) -> None:
    """The addresses of a site, told with the rest of what is known of it."""
    if fact.ips is not None:
        _move(turn, account, fact.ips)


def change_dns(turn: Turn, account: Account, fact: DnsChange) -> None:
    """The site moved to these addresses."""
    _move(turn, account, fact.ips)


def see_domain(turn: Turn, account: Account, fact: DomainSeen) -> None:
    """A likely mirror: a person has to look before it is blocked."""
    domain = host_name(fact.domain)
    if domain not in account.flagged_hosts:
        account.flagged_hosts.append(domain)
    turn.send(f"host:{domain}", HostFlagged, host=domain, subject=account.id)


def seen_domains(turn: Turn, about: Sequence[str]) -> tuple[str, ...]:
    """The likely mirrors among what a review is about."""
    return tuple(host_name(fact.domain) for fact in map(turn.recall, about) if isinstance(fact, DomainSeen))


def clear_flags(turn: Turn, account: Account, domains: Sequence[str]) -> None:
    """A person has looked at these likely mirrors."""
    for domain in domains:
        if domain in account.flagged_hosts:
            account.flagged_hosts.remove(domain)
            turn.send(f"host:{domain}", HostFreed, host=domain, subject=account.id, case=turn.fact.id)


def on_host(turn: Turn, host: Host, fact: HostListed | HostFlagged | HostFreed) -> None:
    """What happens to one host."""
    if isinstance(fact, HostFlagged):
        host.subject = fact.subject
        if host.state == "open":
            host.state = turn.move("host", host.id, host.state, "flag")
    elif isinstance(fact, HostListed):
        host.subject, host.viewers = fact.subject, fact.viewers
        host.blocks.append(Block(fact.case, fact.category, fact.severity, fact.version, fact.trigger))
        if host.state != "listed":
            host.state = turn.move("host", host.id, host.state, "list")
    else:
        host.blocks = [block for block in host.blocks if block.case != fact.case]
        if not host.blocks and host.state != "open":
            host.state = turn.move("host", host.id, host.state, "delist" if host.state == "listed" else "clear")


def on_address(turn: Turn, address: Address, fact: AddressServes | AddressLeft) -> None:
    """What happens to one address."""
    if _serves_listed_only(address):
        for server in address.servers.values():
            server.alone = turn.now if server.last is None else server.alone
    server = address.servers.setdefault(fact.subject, Server())
    if isinstance(fact, AddressServes):
        server.listed = fact.listed
        server.last = fact.last and (server.last or fact.last)
        address.viewers, address.ttl = fact.viewers or address.viewers, fact.ttl or address.ttl
    else:
        server.last = turn.now


def address_blocked(address: Address, now: datetime) -> bool:
    """Whether it serves listed hosts only; or none any more, and did so not too long ago."""
    if any(server.last is None for server in address.servers.values()):
        return _serves_listed_only(address)
    life = timedelta(seconds=address.ttl)
    return any(
        server.listed and server.alone is not None and now <= server.alone + life for server in address.servers.values()
    )


def _serves_listed_only(address: Address) -> bool:
    serving = [server for server in address.servers.values() if server.last is None]
    return bool(serving) and all(server.listed for server in serving)


def _move(turn: Turn, account: Account, written: tuple[str, ...]) -> None:
    addresses = tuple(dict.fromkeys(map(address_name, written)))
    document = turn.rules.judges(account.profile.pack)[0].policy.document
    before, account.profile.ips = account.profile.ips, addresses
    for address in before:
        if address not in addresses:
            key = f"ip:{address}"
            account.past_ips = [one for one in account.past_ips if one != address] + [address]
            turn.send(key, AddressLeft, address=address, subject=account.id)
    _serve(turn, account, document, [one for one in addresses if one not in before], listed=_listed(account, turn.now))


def _serve(
    turn: Turn, account: Account, document: PolicyDocument, addresses: tuple[str, ...] | list[str], *, listed: bool
) -> None:
    network = document.network
    for address in addresses:
        key = f"ip:{address}"
        turn.send(
            key,
            AddressServes,
            address=address,
            subject=account.id,
            listed=listed,
            last=None if address in account.profile.ips else turn.now,
            viewers=network.viewers if network else (),
            ttl=int(network.address_ttl.fixed.total_seconds()) if network else 0,
        )


def _listed(account: Account, now: datetime) -> bool:
    return any(
        sanction.action == "network_block" and sanction.in_force(now)
        for case in account.cases
        for sanction in case.sanctions
    )
