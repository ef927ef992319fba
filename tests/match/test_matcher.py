"""Named cases of the matcher: what each option overlooks, what it never does, and what is refused."""

from __future__ import annotations

import pickle
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy

import pyarrow as pa
import pytest

from lictor.errors import UsageError
from lictor.match import Match, Matcher, MatchOptions, Term

DISGUISES = [
    ("比特币", "买比特幣", "比特幣", ("script",)),
    ("比特币", "比 特 币", "比 特 币", ("separators",)),
    ("比特币", "【比】【特】【币】", "比】【特】【币", ("separators",)),
    ("比特币", "比\n特\n币", "比\n特\n币", ("separators",)),
    ("比特币", "比\u200b特\u2060币", "比\u200b特\u2060币", ("invisible",)),
    ("比特币", "比特币币币", "比特币币币", ("repeats",)),
    ("bitcoin", "BitCoin", "BitCoin", ("case",)),
    ("bitcoin", "ｂｉｔｃｏｉｎ", "ｂｉｔｃｏｉｎ", ("width",)),
    ("bitcoin", "🅱🅸🆃🅲🅾🅸🅽", "🅱🅸🆃🅲🅾🅸🅽", ("case", "style")),
    ("bitcoin", "bitсоin", "bitсоin", ("lookalike",)),
    ("bitcoin", "bítcöin", "bítcöin", ("accents",)),
    ("bitcoin", "bi\u0301tcoin", "bi\u0301tcoin", ("accents",)),
    ("bitcoin", "b1tc0in", "b1tc0in", ("leet",)),
    ("bitcoin", "b!tcoin", "b!tcoin", ("leet",)),
    ("bitcoin", "bit(oin", "bit(oin", ("leet",)),
    ("airdrop", "@irdrop", "@irdrop", ("leet",)),
    ("yabc", "y. @. b. c", "y. @. b. c", ("leet", "separators")),
    ("bitcoin", "bitcoooin", "bitcoooin", ("repeats",)),
    ("bitcoin", "b-i-t-c-o-i-n", "b-i-t-c-o-i-n", ("separators",)),
    ("bitcoin", "b i t c o i n", "b i t c o i n", ("separators",)),
    ("bitcoin", "bitc*in", "bitc*in", ("masked",)),
    ("bitcoin", "b i * c o i n", "b i * c o i n", ("masked", "separators")),
    ("bitcoin", "b.i.t.c.*.i.n", "b.i.t.c.*.i.n", ("masked", "separators")),
    (
        "bitcoin",
        "b\u200bi\u200b*\u200bc\u200bo\u200bi\u200bn",
        "b\u200bi\u200b*\u200bc\u200bo\u200bi\u200bn",
        ("invisible", "masked"),
    ),
    ("token", "tokens", "tokens", ("inflect",)),
    ("ICO", "ⅠCO", "ⅠCO", ("style",)),
    ("ICO", "1CO", "1CO", ("leet",)),
    ("民生", "⺠生", "⺠生", ("style",)),
    ("二饼", "2饼", "2饼", ("style",)),
    ("2饼", "㈡饼", "㈡饼", ("style",)),
    ("usd-t", "USDT", "USDT", ("case", "separators")),
    ("initial coin offering", "initial  coin  offering", "initial  coin  offering", ("separators",)),
    ("ICO", "buyⓘⓒⓞnow", "ⓘⓒⓞ", ("case", "style")),
    ("ICO", "\U000e0069\U000e0063\U000e006f", "\U000e0069\U000e0063\U000e006f", ("case", "style")),
    ("airdrop", "АІRԀRОР", "АІRԀRОР", ("case", "lookalike")),
    ("nft", "ɴғᴛ", "ɴғᴛ", ("lookalike", "style")),
    ("bitcoin", "bιtcοιη", "bιtcοιη", ("lookalike",)),
    ("mining", "mininԍ", "mininԍ", ("lookalike",)),
    ("bitcoin", "ьitcoin", "ьitcoin", ("lookalike",)),
    ("wallet", "wаӏӏеt", "wаӏӏеt", ("lookalike",)),
    ("νόμος", "ΝΌΜΟΣ", "ΝΌΜΟΣ", ("case",)),
    ("bitcoin", "ВІТСОІN", "ВІТСОІN", ("case", "lookalike")),
    ("crypto", "(rypto", "(rypto", ("leet",)),
    ("token", "+oken", "+oken", ("leet",)),
    ("NFT", "NF+", "NF+", ("leet",)),
    ("bitcoin", "b-i-+-c-o-i-n", "b-i-+-c-o-i-n", ("leet", "separators")),
    (
        "2021",
        "2\ufe0f\u20e30\ufe0f\u20e32\u20e31\ufe0f\u20e3",
        "2\ufe0f\u20e30\ufe0f\u20e32\u20e31\ufe0f\u20e3",
        ("style",),
    ),
    ("wallet", "🇼🇦|🇱🇪🇹", "🇼🇦|🇱🇪🇹", ("case", "leet", "style")),
    ("finance", "the ﬁnance", "ﬁnance", ("style",)),
    ("币圈", "幣圏", "幣圏", ("script",)),
    ("下单", "下単", "下単", ("script",)),
    ("TRC20", "用TRC 20转", "TRC 20", ("separators",)),
    ("usdt1234", "a usdt 1234", "usdt 1234", ("separators",)),
    ("TP钱包", "T.P.钱.包", "T.P.钱.包", ("separators",)),
    ("huobi.pro", "h*u*o*b*i*.*p*r*o", "h*u*o*b*i*.*p*r*o", ("separators",)),
    ("币安", "《币》《安》", "币》《安", ("separators",)),
    ("币安", "币\n安", "币\n安", ("separators",)),
    ("bitcoin", "bit\u034f\u0301coin", "bit\u034f\u0301coin", ("accents", "invisible")),
    ("🔥币", "🔥币", "🔥币", ()),
    ("✈️群", "✈群", "✈群", ()),
    ("群✈️人", "群✈️人", "群✈️人", ()),
    ("FYB-SG", "FYB\ufe0f-SG", "FYB\ufe0f-SG", ("invisible",)),
    ("比\u200b特币", "比\u200b特币", "比\u200b特币", ("invisible",)),
    ("比特币\ufe0f", "比特币\ufe0f", "比特币", ()),
    ("✈️群", "✈️群", "✈️群", ()),
    ("❤🔥群", "买❤️🔥\ufe0f群", "❤️🔥\ufe0f群", ()),
    ("🪙", "买🪙吧", "🪙", ()),
    ("+V", "加我＋V", "＋V", ("width",)),
    ("$BTC", "buy $BTC", "$BTC", ()),
]


@pytest.mark.parametrize(("term", "text", "found", "mechanisms"), DISGUISES)
def test_a_disguise_is_found_and_named(term: str, text: str, found: str, mechanisms: tuple[str, ...]) -> None:
    """The safe preset finds the disguised term and says which differences it overlooked."""
    assert [(term, found, mechanisms)] == [(m.term, m.text, m.mechanisms) for m in Matcher([term]).find(text)]


@pytest.mark.parametrize(
    ("term", "text"),
    [
        ("ico", "icon silicone mexico"),
        ("eth", "method together Seth ethics"),
        ("otc", "not cold, scotch"),
        ("nefit", "benefit"),
        ("coin", "coincidence"),
        ("hingt", "the thing"),
        ("eth", "the thing"),
        ("bit", "12122121221555512515"),
        ("sol", "50L"),
        ("ton", "béton armé"),
        ("ton", "be\u0301ton"),
        ("ton", "toon"),
        ("taxi", "pay your tax!"),
        ("click", "a book (lick it)"),
        ("大饼", "很大,饼也好"),
        ("币安", "《币》、《安》"),
        ("大饼", "市场很大，饼图如下"),
        ("出金", "不会生出“金蛋”来"),
        ("比特币", "以太币"),
        ("2021年", "2021"),
        ("10086", "100.86"),
        ("TRC20", "T RC20, TRC2 0, TRC 201"),
        ("web3", "the web 3 times"),
        ("ieo", "the bound, i.e. 0.5"),
        ("eth", "3-t h"),
        ("all", "al"),
    ],
)
def test_an_innocent_text_is_left_alone(term: str, text: str) -> None:
    """The safe preset finds nothing in words that only look alike."""
    assert [] == Matcher([term]).find(text)


@pytest.mark.parametrize(
    ("option", "term", "text"),
    [
        ({"case": False}, "eth", "ETH"),
        ({"width": False}, "eth", "ｅｔｈ"),
        ({"style": False}, "eth", "ⓔⓣⓗ"),
        ({"script": False}, "币安", "幣安"),
        ({"accents": False}, "bitcoin", "bítcoin"),
        ({"lookalike": False}, "bitcoin", "bitсoin"),
        ({"leet": False}, "bitcoin", "b1tcoin"),
        ({"invisible": False}, "币安", "币\u200b安"),
        ({"invisible": False}, "币\u200b安", "币\u200b安"),
        ({"separators": "none"}, "币安", "币 安"),
        ({"separators": "space"}, "币安", "币*安"),
        ({"separators": "symbols"}, "币安", "币 安"),
        ({"separators": "-"}, "币安", "币*安"),
        ({"gap": 1}, "币安", "币**安"),
        ({"repeats": False}, "bitcoin", "bitcoooin"),
        ({"masked": False}, "bitcoin", "bitc*in"),
        ({"inflect": False}, "token", "tokens"),
        ({"ticker": True}, "OP", "use op"),
    ],
)
def test_an_option_that_is_off_matters(option: dict[str, object], term: str, text: str) -> None:
    """A difference whose option is off keeps the term from matching; with the preset it matches."""
    assert [] == Matcher([term], **option).find(text)
    assert Matcher([term]).find(text)


@pytest.mark.parametrize(
    ("boundary", "term", "text", "count"),
    [
        ("word", "test", "abc弹药test", 1),
        ("word", "test", "1test2", 1),
        ("number", "test", "1test2", 0),
        ("auto", "test", "test2", 0),
        ("none", "test", "atesta", 1),
        ("word", "弹药", "abc弹药abc", 1),
        ("number", "10", "100", 0),
        ("word", "10", "a10b", 1),
        ("word", "ton", "ton\u200bic", 0),
    ],
)
def test_a_boundary_is_tested_where_the_term_has_one(boundary: str, term: str, text: str, count: int) -> None:
    """A letter may not touch a letter; with `number`, nor a digit; a Chinese character has no boundary."""
    assert count == len(Matcher([term], boundary=boundary).find(text))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("上okex.com看看", ["okex.com"]),
        ("https://www.okex.com/path", ["okex.com"]),
        ("okex[.]com", ["okex[.]com"]),
        ("okex(.)com", ["okex(.)com"]),
        ("okex点com", ["okex点com"]),
        ("okex點com", ["okex點com"]),
        ("okex。com", ["okex。com"]),
        ("okex dot com", ["okex dot com"]),
        ("ＯＫＥＸ．ＣＯＭ", ["ＯＫＥＸ．ＣＯＭ"]),
        ("okex.com。注册", ["okex.com"]),
        ("okex.com. Next", ["okex.com"]),
        ("okex.com-官网", ["okex.com"]),
        ("notokex.com", []),
        ("not-okex.com", []),
        ("okex.com.evil.org", []),
        ("okex.com[.]evil[.]org", []),
        ("okex.company", []),
        ("okexdotcom", []),
        ("okex com", []),
    ],
)
def test_a_host_is_found_as_the_end_of_a_name(text: str, found: list[str]) -> None:
    """A host matches itself and its subdomains, dots disguised or not, and never inside another name."""
    assert found == [m.text for m in Matcher([Term("okex.com", host=True)]).find(text)]


@pytest.mark.parametrize(
    ("term", "text", "found"),
    [
        ("火币", "注册伙币送礼", ["伙币"]),
        ("火币", "用货币结算", []),
        ("加薇", "这个价位不错", []),
        ("柚子", "大家都有自己的想法", []),
        ("韭菜", "等了很久才发现", []),
        ("韭菜", "又割久菜", ["久菜"]),
        ("中币", "用旧币换新币", []),
        ("打新", "汪丁丁新著", []),
        ("太子", "味道太好了", []),
        ("火币网", "注册货币网", ["货币网"]),
        ("寄售", "令人痛心疾首", []),
        ("卡商", "写在户口卡上了", []),
        ("卡商", "认识卡伤的人", ["卡伤"]),
        ("稳定币", "繁荣和稳定市场", []),
        ("稳定币", "发行稳定市的平台", ["稳定市"]),
        ("纸飞机", "由塔台控制飞机降落", []),
        ("纸飞机", "装个制飞机吧", ["制飞机"]),
        ("稳定币", "多种稳定币种", ["稳定币"]),
    ],
)
@pytest.mark.parametrize("around", ["", "好的。" * 800])
def test_what_resembles_a_term_is_judged_by_its_neighbours(term: str, text: str, found: list[str], around: str) -> None:
    """What only sounds or looks like a term is not found where it reads as words, in long texts as in short."""
    matcher = Matcher([term], sound="mixed", shape=True)

    assert found == [m.text for m in matcher.find(around + text + around)]


@pytest.mark.parametrize(
    ("term", "text", "found", "mechanisms"),
    [
        ("比特币", "5比te币", "比te币", ("sound",)),
        ("比特币", "买10bitebi了", "bitebi", ("sound",)),
        ("比特币", "必\u0336特币\u20e3", "必\u0336特币\u20e3", ("accents", "sound", "style")),
        ("以太坊", "房太以", "房太以", ("reversed", "sound")),
        ("比特币", "⽐忒币", "⽐忒币", ("sound", "style")),
        ("比特币", "bi忒币", "bi忒币", ("sound",)),
        ("助记词", "助纪词", "助纪词", ("shape",)),
        ("山寨币", "山zhai必", "山zhai必", ("sound",)),
        ("绿洲币", "lv洲币", "lv洲币", ("sound",)),
        ("绿洲币", "lüzhoubi", "lüzhoubi", ("sound",)),
        ("行情", "hangqing", "hangqing", ("sound",)),
        ("银行卡", "银hang卡", "银hang卡", ("sound",)),
        ("長期", "changqi", "changqi", ("sound",)),
        ("㍿买", "株shi会社买", "株shi会社买", ("sound",)),
        ("绿洲币", "路洲币", None, ()),
        ("crypto", "oʇdʎɹɔ", "oʇdʎɹɔ", ("lookalike", "reversed")),
        ("mining", "ƃuᴉuᴉɯ", "ƃuᴉuᴉɯ", ("lookalike", "reversed")),
        ("币安", "bian注册", "bian", ("sound",)),
        ("法币", "F4 B1", None, ()),
        ("法币", "fa bi", "fa bi", ("sound",)),
        ("矿圈", "矿 泉 水", None, ()),
        ("买币", "买-笔-记-本", None, ()),
        ("买币", "买-笔", "买-笔", ("separators", "sound")),
        ("USDT", "ʇpsn", "ʇpsn", ("case", "lookalike", "reversed")),
        ("sun", "uns", None, ()),
        ("OTC", "a street (to be honest", None, ()),
        ("OTC", "cto", "cto", ("case", "reversed")),
        ("token", "70k3n", "70k3n", ("leet",)),
        ("wallet", "wa%let", "wa%let", ("masked",)),
        ("以太坊", "以太⽅", "以太⽅", ("sound",)),
        ("狗狗币", "句狗币", "句狗币", ("shape",)),
        ("狗狗币", "狗犬句币", "狗犬句币", ("split",)),
    ],
)
def test_what_resembles_a_term_is_found(term: str, text: str, found: str | None, mechanisms: tuple[str, ...]) -> None:
    """What sounds like a term may carry marks, stand backwards or behind a digit; one of two alike may be replaced."""
    matches = Matcher([term], sound="mixed", split=True, shape=True, reversed=True).find(text)

    assert ([(found, mechanisms)] if found else []) == [(m.text, m.mechanisms) for m in matches]


@pytest.mark.parametrize("around", ["", "好的。" * 2000])
def test_a_number_holds_no_word(around: str) -> None:
    """A digit is no first letter behind another, though a word may stand beside a number."""
    matcher = Matcher(["oeix"], boundary="word")

    assert ["0eix", "oeix"] == [m.text for m in matcher.find(around + "30eix 3.0eix 3oeix")]


def test_initials_are_found_as_words() -> None:
    """The first letters of two syllables or more are a spelling of the term where no letter touches them."""
    matcher = Matcher(["北京", "黑龙江"], sound="initials")

    assert ["BJ", "hlj"] == [m.text for m in matcher.find("去BJ还是hlj，不是obj")]


@pytest.mark.parametrize(
    ("term", "text"), [("现货", "一批批鲜活货"), ("bitcoin", "b.i.*-c.o.i.n"), ("bitcoin", "i t * o i n b")]
)
def test_what_only_seems_to_resemble_it_is_not(term: str, text: str) -> None:
    """Two characters of one sound are no character drawn out; what stands about a mask stands between all letters."""
    assert [] == Matcher([term], sound="mixed").find(text)


def test_terms_of_one_text_are_all_reported() -> None:
    """Two terms with one text and different keys or options are two matches."""
    terms = [Term("币安", key=1), Term("币安", key=2), Term("幣安", name="币安", key=3)]
    found = Matcher(terms).find("币安")

    assert [1, 2, 3] == [m.key for m in found]
    assert [(), (), ("script", "variant")] == [m.mechanisms for m in found]


def test_an_allowed_phrase_cancels_what_is_inside() -> None:
    """A match inside an allowed phrase is cancelled, one outside or around it is not."""
    matcher = Matcher(["币安", "外币安全局"], allow=["外币安全"])

    assert [("币安", 5)] == [(m.term, m.start) for m in matcher.find("外币安全 币安")]
    assert ["外币安全局"] == [m.term for m in matcher.find("外币安全局")]


def test_a_term_has_its_own_allowed_phrases() -> None:
    """A phrase allowed for one term cancels nothing of another."""
    matcher = Matcher([Term("以太", allow=("以太网",)), Term("太网")])

    assert ["太网"] == [m.term for m in matcher.find("以太网")]


@pytest.mark.parametrize(
    ("overlap", "expected"),
    [
        ("all", ["有一个东西", "一个", "一个东西", "个东", "东西"]),
        ("longest", ["有一个东西"]),
    ],
)
def test_overlaps(overlap: str, expected: list[str]) -> None:
    """`all` keeps every match in order, `longest` the leftmost and longest."""
    matcher = Matcher(["有一个东西", "一个东西", "一个", "东西", "个东"])
    found = sorted(matcher.find("我有一个东西", overlap=overlap), key=lambda m: (m.start, m.end))

    assert sorted(expected) == sorted(m.term for m in found)


@pytest.mark.parametrize(
    ("term", "text", "found"),
    [
        ("raged", "aﬁ r@g3d", ["r@g3d"]),
        ("tea", "bit tea", ["tea"]),
        ("icon", "hi icon", ["icon"]),
        ("stone", "so ne", []),
        ("serriously", "seriously", []),
        ("usdt", "收ᑌSDT", ["ᑌSDT"]),
        ("initial coin offering", "initialcoin offering", ["initialcoin offering"]),
        ("initial coin offering", "initial c o i n offering", ["initial c o i n offering"]),
        ("okex pro", "okex; pro", ["okex; pro"]),
        ("比a", "比b比a", ["比a"]),
    ],
)
def test_a_word_of_letters_is_found_where_it_begins(term: str, text: str, found: list[str]) -> None:
    """What stands before a word, within it or in the run of its first letter hides none, and makes none."""
    assert found == [m.text for m in Matcher([term]).find(text)]


def test_replace_redacts_each_character() -> None:
    """A match is replaced character by character, so that the length stays."""
    assert "买*****和***" == Matcher(["比特币", "ETH"]).replace("买比 特 幣和eth")


def test_a_matcher_without_terms_finds_nothing() -> None:
    """No terms is a policy that looks for nothing, in texts and in columns."""
    assert [] == Matcher([]).find("比特币")
    assert {} == Matcher([]).find_column(pa.array(["比特币"]))


def test_unpaired_surrogates_are_searched() -> None:
    """Half a character in a str is a character like any other."""
    assert [(1, 4)] == [(m.start, m.end) for m in Matcher(["eth"]).find("\ud83eeth\udd23")]


def test_a_matcher_is_shared_between_threads() -> None:
    """Threads that search with one matcher from the first moment on find the same."""
    matcher = Matcher([f"比特{i}币" for i in range(500)])
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: matcher.find("比特7币 比特499币"), range(32)))

    assert all(each == found[0] and len(each) == 2 for each in found)


@pytest.mark.parametrize(
    ("make", "hint"),
    [
        (lambda: Matcher([""]), "character"),
        (lambda: Matcher([" "]), "character"),
        (lambda: Matcher(["a"], lookalikes=True), "did you mean `lookalike`?"),
        (lambda: Matcher(["a"], boundary="words"), "did you mean `word`?"),
        (lambda: Matcher(["a"], case="yes"), "true"),
        (lambda: Matcher(["a"], gap=-1), "4"),
        (lambda: Matcher(["a"], separators="ab"), "use one of"),
        (lambda: Matcher("bitcoin"), "Matcher"),
        (lambda: Matcher([Term("okex", host=True)]), "example.com"),
        (lambda: Matcher(["a"]).find(b"a"), "find_column"),
        (lambda: Matcher(["a"]).find("a", overlap="some"), "longest"),
        (lambda: Matcher(["a"]).find_column(["a"]), "pa.array"),
        (lambda: Matcher(["a"]).find_column(pa.array([1])), "cast"),
    ],
)
def test_a_mistake_is_refused_with_a_way_out(make: object, hint: str) -> None:
    """A wrong term, option or column is a `UsageError` whose hint says what to write."""
    with pytest.raises(UsageError) as refused:
        make()

    assert hint in refused.value.hint


def test_exact_options_overlook_nothing() -> None:
    """`MatchOptions.exact()` finds the term as written, wherever it stands."""
    matcher = Matcher([Term("bit", options=MatchOptions.exact())])

    assert [Match("bit", 1, 4, "bit")] == matcher.find("xbitx BIT b-i-t")


def test_dictionary_rows_and_nulls() -> None:
    """A dictionary column gives every row its value's matches; a null has none."""
    column = pa.array(["币安", "x", None, "币安"]).dictionary_encode()

    assert [0, 3] == list(Matcher(["币安"]).find_column(column))


def test_the_matches_of_a_row_are_a_sequence() -> None:
    """What a column search gives for a row tells its places, and is like the tuple of its matches."""
    matches = Matcher(["币安", "bit"]).find_column(pa.array(["Bit 币安"]))[0]
    expected = (Match("bit", 0, 3, "Bit", ("case",)), Match("币安", 4, 6, "币安"))

    assert ([0, 4], [3, 6], 2) == (matches.starts, matches.ends, len(matches))
    assert matches == expected
    assert expected == (matches[0], *matches[1:])
    assert (hash(expected), repr(expected)) == (hash(matches), repr(matches))
    assert expected == pickle.loads(pickle.dumps(matches))
    assert matches != [*expected]


def test_a_matcher_that_was_used_can_be_sent_elsewhere() -> None:
    """Processes and threads of other people's tools are given matchers, pickled or copied."""
    matcher = Matcher(["比特币", "eth"], sound="mixed")
    found = [matcher.find("bi特币 and ETH") for _ in range(2)][1]

    assert [found] * 3 == [
        one.find("bi特币 and ETH") for one in (matcher, pickle.loads(pickle.dumps(matcher)), deepcopy(matcher))
    ]


@pytest.mark.parametrize(("term", "text", "start"), [("o0", "o0x", 0), ("0o", "x0o", 1), ("F&F", "x f&f", 2)])
def test_an_edge_that_is_not_tested_may_be_touched(term: str, text: str, start: int) -> None:
    """A letter may stand beside a digit where only letters may not be touched, also in a term of one symbol."""
    matcher = Matcher([term], boundary="word")

    assert [(start, start + len(term))] == [(m.start, m.end) for m in matcher.find(text)]


def test_a_dollar_stands_before_what_a_ticker_begins_with() -> None:
    """A ticker that begins with a symbol is one in lower case too, behind a dollar sign."""
    matcher = Matcher([Term(".abc", options=MatchOptions(ticker=True))])

    assert [(1, 5)] == [(m.start, m.end) for m in matcher.find("$.abc")]
    assert [] == matcher.find(" .abc")


@pytest.mark.parametrize(
    ("term", "text", "count"),
    [
        ("IDO", "I do. ", 0),
        ("said", "He said, Said: s aid, saidly ", 2),
        ("into $", "into it, into $ ", 1),
        ("tithe", "t the, t*the t#the ", 2),
        ("kidd", "kid is, kidd. ", 1),
        ("horor", "a horror and a horrror ", 2),
        ("turns", "it turns s turns ", 2),
        ("tg：", "a tg:8 tg：8 tg 8 ", 2),
    ],
)
def test_prose_is_decided_together_as_one_by_one(term: str, text: str, count: int) -> None:
    """A long text, where occurrences are decided together, has the matches of a short one again and again."""
    matcher = Matcher([Term(term, options=MatchOptions(ticker=term.isupper()))])
    found = [match.start for match in matcher.find(text)]
    again = [match.start for match in matcher.find_column(pa.array([text * 1_000]))[0]] if count else []

    assert count == len(found)
    assert again == [start + at * len(text) for at in range(1_000) for start in found if count]


def test_a_match_may_hold_any_number_of_invisible_characters() -> None:
    """What is dropped inside a match has no limit, whatever the chunk."""
    text = "比" + "\u200b" * 200_000 + "特币"

    assert [(0, len(text))] == [(m.start, m.end) for m in Matcher(["比特币"]).find(text)]


def test_a_last_letter_may_be_drawn_out_in_the_next_chunk() -> None:
    """A dual character that repeats it is read with all of the word before it."""
    matcher = Matcher(["比ss"], inflect=False)
    half = "的" * 300_000
    text = half[3:] + "比ss" + "$" + half[1:]

    assert ["比ss", "比ss$"] == [match.text for match in matcher.find(text, overlap="all")]


@pytest.mark.parametrize(
    ("term", "said"), [(5, "not `int`"), (b"coin", "not `bytes`"), ("x" * 501, "501 characters"), (" ", "empty")]
)
def test_what_is_no_term_is_refused(term: object, said: str) -> None:
    """What is no text, empty, or as long as a page is refused, and the message says which."""
    with pytest.raises(UsageError, match=said):
        Matcher([term])  # type: ignore[list-item]
