"""What decisions are said in, a language each. Whole sentences, so that no order of words is assumed.

A language is added here, in one value; every field must be filled, and every action and disguise named.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["LANGUAGES", "Words"]


@dataclass(frozen=True, slots=True)
class Words:
    """One language's words for a statement of reasons."""

    effect: Mapping[str, str]
    applied: str
    proposed: str
    functions: str
    viewers: str
    until: str
    rectify: str
    lasting: str
    rectified: str
    found: str
    quote: str
    disguised: str
    more: str
    field: Mapping[str, str]
    mechanism: Mapping[str, str]
    ground: str
    degree: str
    degree_by_rule: str
    law: str
    contract: str
    detected: str
    reviewed: str
    decided: str
    followed: str
    trigger: Mapping[str, str]
    appeal: str
    appeal_by: str
    nothing: str
    exempted: str
    unit: Mapping[str, tuple[str, str]]
    comma: str
    semicolon: str
    stop: str

    def duration(self, text: str) -> str:
        """A duration as policies write it (`7d`, `7 workdays`), in words."""
        amount, unit = re.fullmatch(r"(\d+) ?(.+)", text).groups()  # type: ignore[union-attr]
        one, many = self.unit[unit]
        return (one if amount == "1" else many).format(amount=amount)


LANGUAGES: Mapping[str, Words] = {
    "en": Words(
        effect={
            "flag": "the item is marked for a person to look at",
            "filter": "the message is not delivered",
            "hide": "the content is hidden",
            "refuse": "the link or transfer is refused",
            "warn": "a warning is given",
            "restrict": "functions of the account are restricted",
            "rectify_order": "an order to rectify",
            "payment_halt": "payments to the account are halted",
            "suspend": "the account is suspended",
            "block_indefinite": "the account is blocked, without an end date",
            "disable": "the group is disabled",
            "delist": "the mini-program is taken down",
            "network_block": "access to the host is blocked",
            "merchant_terminated": "the merchant contract is ended",
            "ban_permanent": "the account is banned permanently",
        },
        applied="Done: {effects}.",
        proposed="Proposed, and not in force until a person has reviewed it: {effects}.",
        functions="without the functions {names} meanwhile",
        viewers="for viewers in {names}",
        until="until {instant}",
        rectify="to be met within {lasting} of delivery of the notice",
        lasting="for {lasting}",
        rectified="until it is rectified",
        found="Found in the {field}: {quotes}.",
        quote="“{text}” (characters {start} to {end})",
        disguised="“{text}” (characters {start} to {end}), read as “{term}” ({how})",
        more="and {count} more",
        field={
            "article": "article",
            "post": "post",
            "message": "message",
            "group_notice": "group notice",
            "profile": "profile",
            "menu": "menu",
            "page": "page",
            "moments": "moments post",
            "payment": "payment memo",
            "name": "name",
            "bio": "bio",
            "title": "title",
            "comment": "comment",
            "link": "link",
        },
        mechanism={
            "case": "in other case",
            "width": "in full-width or half-width letters",
            "style": "in styled letters or digits",
            "script": "in the other Chinese script",
            "accents": "with accents",
            "lookalike": "with look-alike letters",
            "leet": "with digits or signs for letters",
            "invisible": "with invisible characters in it",
            "separators": "with spaces or signs in between",
            "repeats": "with letters repeated",
            "sound": "spelled by its sound",
            "split": "with characters taken apart",
            "shape": "with characters of like shape",
            "reversed": "written backwards",
            "masked": "with a letter masked",
            "inflect": "in the plural",
            "variant": "by another name of it",
        },
        ground="This is “{category}”{degree}, against clause {clause} of {source}, {kind}.",
        degree=" (severity {severity})",
        degree_by_rule=" (severity {severity}, rule “{rule}”)",
        law="which is law",
        contract="which are the platform's own terms",
        detected="It was found and decided automatically.",
        reviewed="It was found automatically; a person decides on what is proposed.",
        decided="A person reviewed it and decided.",
        followed="It followed automatically from an earlier decision.",
        trigger={
            "proactive": "No complaint led to it: the platform looked on its own initiative.",
            "complaint": "Users' complaints led to it.",
            "authority_order": "An order of an authority led to it.",
            "payment": "A payment led to it.",
            "system": "A deadline led to it.",
        },
        appeal="To contest it: {how} Appeals are open for {window}{by}, and answered within {answer}.",
        appeal_by=", until {instant}",
        nothing="Nothing is done.",
        exempted="What was found in the text is excused: {titles}.",
        unit={
            "s": ("1 second", "{amount} seconds"),
            "m": ("1 minute", "{amount} minutes"),
            "h": ("1 hour", "{amount} hours"),
            "d": ("1 day", "{amount} days"),
            "workdays": ("1 working day", "{amount} working days"),
            "calendar years": ("1 calendar year", "{amount} calendar years"),
        },
        comma=", ",
        semicolon="; ",
        stop=" ",
    ),
    "zh": Words(
        effect={
            "flag": "标记该内容待人工查看",
            "filter": "消息不予送达",
            "hide": "隐藏该内容",
            "refuse": "拒绝该链接或转移",
            "warn": "予以警告",
            "restrict": "限制帐号部分功能",
            "rectify_order": "责令限期整改",
            "payment_halt": "暂停帐号收款",
            "suspend": "暂停使用帐号",
            "block_indefinite": "屏蔽帐号（未定期限）",
            "disable": "停用该群",
            "delist": "下架该小程序",
            "network_block": "阻断对该主机的访问",
            "merchant_terminated": "终止商户合作",
            "ban_permanent": "永久封禁帐号",
        },
        applied="已执行：{effects}。",
        proposed="建议执行，经人工审核后方可生效：{effects}。",
        functions="期间停用功能 {names}",
        viewers="仅对 {names} 的访问者",
        until="至 {instant}",
        rectify="自通知送达起 {lasting}内完成",
        lasting="为期 {lasting}",
        rectified="至整改完成",
        found="在{field}中发现：{quotes}。",
        quote="“{text}”（第 {start} 至 {end} 字符）",
        disguised="“{text}”（第 {start} 至 {end} 字符），还原为“{term}”（{how}）",
        more="另有 {count} 处",
        field={
            "article": "文章",
            "post": "帖子",
            "message": "消息",
            "group_notice": "群公告",
            "profile": "资料",
            "menu": "菜单",
            "page": "页面",
            "moments": "朋友圈",
            "payment": "付款备注",
            "name": "名称",
            "bio": "简介",
            "title": "标题",
            "comment": "评论",
            "link": "链接",
        },
        mechanism={
            "case": "大小写不同",
            "width": "全角或半角字符",
            "style": "花体字母或数字",
            "script": "繁简不同",
            "accents": "带重音符号",
            "lookalike": "形似字母",
            "leet": "以数字或符号代替字母",
            "invisible": "夹有不可见字符",
            "separators": "夹有空格或符号",
            "repeats": "字母重复",
            "sound": "谐音",
            "split": "拆字",
            "shape": "形近字",
            "reversed": "倒写",
            "masked": "遮盖字母",
            "inflect": "复数形式",
            "variant": "别称",
        },
        ground="属于“{category}”{degree}，依据{source} {clause}（{kind}）不被允许。",
        degree="（严重程度 {severity}）",
        degree_by_rule="（严重程度 {severity}，规则“{rule}”）",
        law="法律法规或主管部门文件",
        contract="平台规则",
        detected="由系统自动发现并自动处理。",
        reviewed="由系统自动发现；建议的措施由人工决定。",
        decided="经人工审核后作出决定。",
        followed="由此前的决定自动产生。",
        trigger={
            "proactive": "并非因投诉引起，系平台主动检查。",
            "complaint": "因用户投诉引起。",
            "authority_order": "因主管部门要求引起。",
            "payment": "因一笔支付引起。",
            "system": "因期限届满引起。",
        },
        appeal="如有异议：{how}申诉期为 {window}{by}，{answer}内答复。",
        appeal_by="（至 {instant}）",
        nothing="不采取任何措施。",
        exempted="文中内容因下列情形不予处理：{titles}。",
        unit={
            "s": ("1 秒", "{amount} 秒"),
            "m": ("1 分钟", "{amount} 分钟"),
            "h": ("1 小时", "{amount} 小时"),
            "d": ("1 天", "{amount} 天"),
            "workdays": ("1 个工作日", "{amount} 个工作日"),
            "calendar years": ("1 个公历年", "{amount} 个公历年"),
        },
        comma="，",
        semicolon="；",
        stop="",
    ),
}
