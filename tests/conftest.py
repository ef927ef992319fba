"""How properties are tried, and a small policy about an invented trade that the tests of several stages use."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

# A busy machine is no failure, and CI tries the same examples each time; elsewhere every run tries others.
settings.register_profile("house", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("house")

POLICY = """
lictor: 1
policy: tulips
title: {en: Tulip futures, zh: 郁金香期货}
owner: garden-policy
assume: {registered_region: NL, subject: shop, field: article, surface: group}
binds: {when: {any: [{registered_region: NL}]}, otherwise: {effect: hide, viewers: [NL]}}
signals: {risk: {type: number}}
versions:
  - {id: v1, from: '2020-01-01T00:00:00+01:00', source: {name: Rules of the market, clause: '1'}}
  - {id: v2, from: '2021-01-01T00:00:00+01:00', source: {name: Rules of the market, clause: '2'}}
lexicons:
  tulip: {terms: [{term: tulip, variants: [tulp]}, 郁金香]}
  trade: {terms: [buy, sell, 买, 卖]}
  report: {terms: [reportedly, 据报道]}
  shouting: {terms: [moon]}
conditions:
  entry: {near: [{any: [url, invite_code]}, tulip], within: 30, inside: paragraph}
severities: [{id: S1, title: talk}, {id: S2, title: trade}, {id: S3, title: house}]
categories:
  trade.offer: {title: {en: Offers, zh: 买卖}, from: v1, ground: {kind: incompatible_content, clause: '2'}}
  trade.talk: {title: Talk, from: {group: v1, default: v2}, ground: {kind: illegal_content, clause: '3'}}
  trade.house: {title: House, from: v1, ground: {kind: incompatible_content, clause: '4'}}
exemptions:
  NEWS: {title: {en: a report, zh: 报道}, when: report, cancelled_by: [entry]}
rules:
  - id: offer
    title: {en: Offers to buy or sell tulips, zh: 买卖郁金香}
    category: trade.offer
    severity: S2
    status: enforce
    when: {near: [tulip, trade], within: 8}
    unless: [NEWS]
    tests: {fires: [buy my tulip], silent: [a tulip in spring]}
  - id: talk
    title: Talk of tulips rising
    category: trade.talk
    severity: S1
    status: enforce
    in: [article, post]
    when: {all: [tulip, shouting]}
    tests: {fires: [tulip to the moon]}
  - id: filter
    title: Tulips in a group
    category: trade.offer
    severity: S1
    status: enforce
    in: [message]
    when: {all: [tulip, {surface: group}]}
    effect: filter
    tests: {fires: [tulip], given: {surface: group}}
  - id: house
    title: Running a tulip house
    category: trade.house
    severity: S3
    status: enforce
    when: {all: [tulip, {risk: {at_least: 900000}}]}
    tests: {fires: [tulip], given: {risk: 950000}}
  - id: watched
    title: Disguised tulips
    category: trade.offer
    severity: S2
    status: monitor
    when: {mechanism: [separators, variant], of: [tulip]}
    tests: {fires: [tu.lip]}
functions: [publish, search, withdraw]
bundles: {MEND: [publish, search]}
subjects:
  shop: {title: Shop, rectify: 7d, bundle: MEND, on_expiry: ban_permanent}
  group: {title: Group, rectify: 1d}
standing: [name, bio]
detected:
  S1: flag
  S2: {message: filter, default: hide}
  S3: {message: filter, default: hide}
automatic: [flag, filter, hide]
ladders:
  - id: A
    for: [shop]
    from: v2
    by: strikes
    steps: [[hide, rectify_order], [hide, {suspend: 30d}, rectify_order], [ban_permanent]]
    severity: {S3: [ban_permanent]}
  - id: B
    for: [shop]
    from: v1
    by: severity
    severity: {S1: [warn], S2: [hide, {restrict: search, until: rectified}], S3: [block_indefinite]}
  - {id: G, for: [group], from: v1, by: rungs, steps: [[rectify_order], [disable]], first: {S2: 1, S3: 2}}
strikes: {life: 365d}
appeals: {window: 30d, answer: 7 workdays, how: {en: Write to the bench., zh: 请致函。}}
notices: [{id: N, text: {en: hidden, zh: 已隐藏}, on: item}]
invariants: {never_restrict: [withdraw]}
retroactive: {effect: hide}
"""


@pytest.fixture(scope="session")
def tulips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The policy file, valid as it stands."""
    path = tmp_path_factory.mktemp("tulips") / "policy.yaml"
    path.write_text(POLICY, encoding="utf-8")
    return path
