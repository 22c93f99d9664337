# SPDX-License-Identifier: Apache-2.0
"""Texts that tokenizers disagree about: scripts, cases, marks, spaces, markup, damage."""

PLAIN = """a photo of a cat
A Photo Of A DOG
don't DON'T Don’t
it's we're they've I'm she'll he'd y'all'd've
hello, world!
What?! No... yes; (maybe) [sic] {braces} <tag> "quoted" 'single'
2016
1,234.56 € 50% #1 @user user@example.com
https://example.com/a/b?c=d&e=f#g
C++ C# F# .NET node.js
snake_case camelCase kebab-case
1st 2nd 3rd 4th 3D 4K 100km/h
''s 's's ''' 'tis 'TWAS rock'n'roll
a-b—c–d…e
$%^&*~`|\\/+=-_
x² + y³ = z⁴, ½ ¼ ⅓ Ⅷ ⅷ ① ⑳ ㊗ ㎏
antidisestablishmentarianism pneumonoultramicroscopicsilicovolcanoconiosis
aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
ababababababababababababababababababababababababababababababababa
!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!
....,,,,;;;;::::????----____====++++
the quick brown fox jumps over the lazy dog
THE QUICK BROWN FOX JUMPS OVER THE LAZY DOG
a diagram of a neural network, oil on canvas, trending on artstation, 8k, highly detailed
café naïve façade jalapeño Ångström Øresund smörgåsbord
cafe\u0301 nai\u0308ve fac\u0327ade
Straße STRASSE ẞ groß
İstanbul ISTANBUL ıstanbul Iğdır
ΟΔΟΣ ΟΔΥΣΣΕΥΣ Σ ΑΣ. Σίσυφος ΣΑΣ
Ελλάδα Ά έ Ώ ἀρχή ᾳ ᾼ Ὀδυσσεύς
Привет, мир! ЩУКА ё Ё й Й
Україна Ґ ґ ї Ї
Беларусь Ў ў
Српски Љ љ Џ
日本語のテキスト カタカナ ひらがな 漢字
東京タワーの写真、夜景。
ｶﾀｶﾅ ﾊﾟﾋﾟ ＦＵＬＬＷＩＤＴＨ １２３
が か\u3099 パ ハ\u309a
中文：一张猫的照片。繁體中文
한국어 고양이 사진
\u1112\u1161\u11ab\u1100\u116e\u11a8
\u1100 \u1161 \u11a8 \uac00\u11a8 \uac01\u11a8
ㄱㄴㄷ ㅏㅑ
ภาษาไทย แมวน่ารัก กี่ ก็
ສະບາຍດີ ພາສາລາວ
မြန်မာဘာသာ
ភាសាខ្មែរ
हिन्दी में एक बिल्ली क्\u200dष क\u093c क़
বাংলা বিড়াল ড\u09bc ড়
தமிழ் பூனை கொ
తెలుగు పిల్లి
ಕನ್ನಡ ಬೆಕ್ಕು ಕೊ
മലയാളം പൂച്ച
ગુજરાતી બિલાડી
ਪੰਜਾਬੀ ਬਿੱਲੀ ਸ\u0a3c ਸ਼
සිංහල පූසා
བོད་ཡིག ཞི་མི
ქართული კატა ᲥᲐᲠᲗᲣᲚᲘ
Հայերեն կատու ԿԱՏՈՒ և
አማርኛ ድመት
עברית חתול שָׁלוֹם ש\u05c1
العربية قطة مَرْحَبًا ٱللَّه ﷲ ﻻ
فارسی گربه می\u200cخواهم ۱۲۳
اردو بلی ٠١٢٣٤
Tiếng Việt con mèo ở ữ Ế
polski żółw ŁÓDŹ
český Žluťoučký kůň
magyar ŐRÜLT Űr
türkçe ÇĞİÖŞÜ
ᏣᎳᎩ ꭰꭱ
ᚠᚢᚦᚨᚱᚲ
𐌰𐌱𐌲 𐐀𐐨 𝔘𝔫𝔦𝔠𝔬𝔡𝔢 𝒜𝓑 𝟙𝟚
ǅ ǆ Ǆ ǈ ǋ ǲ
ﬁ ﬂ ﬀ ﬃ ﬆ ĳ Ĳ
ſ ſt 'ſ K Å Ω
ªº ªbº №5 ™ ® ©
ʼn ŉ ‘single’ “double” „low“ «guillemets» ‹›
ʰʲˢ ˈaɪpʰiːˈeɪ
a\u0301\u0327 a\u0327\u0301 a\u0328\u0301\u0323 \u01d5\u0323
o\u0302\u0301 \u00f4\u0301 \u1ed1 \u0065\u0323\u0302
\u0301 \u0301a \u0344 \u0343 \u0341
\u212b \u2126 \u00c5\u0323 \u1e9b\u0323
\u0958 \u0929 \u0928\u093c \u0dda \u0dd9\u0dca
\u2adc \u0f43 \ufb1d \ufb2a \ufb4b
Z\u0351\u036b\u0343\u036a\u0302\u036b\u033d\u034f\u0334\u0319\u0324a\u0347\u031fl\u0321g\u0337o\u0326
😀 😂🤣 🙂
👍🏽 👍🏿 👋🏻
👨‍👩‍👧‍👦 👩‍❤️‍💋‍👨 🏳️‍🌈 🧑🏽‍🚀
🇩🇪🇫🇷🇯🇵 🇩
1️⃣ #️⃣ *️⃣
❤️ ❤ ☺️ ☺︎
a😀b 😀a 1😀2
🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f
∀x∈ℝ: ⌈x⌉ = −⌊−x⌋ ∑∏∫√
→←↑↓ ⇒ ⇔ ★☆ ♠♥♦♣ ♪♫
┌─┐│ │└─┘ ░▒▓█
¯\\_(ツ)_/¯ (╯°□°)╯︵ ┻━┻ ʕ•ᴥ•ʔ
𠀀𠮷 㐀 豈 \uf900 \U0002f804
\ue000\uf8ff \U000f0000
\ufffd \ufffe \uffff
null None undefined NaN true false __proto__ constructor toString hasOwnProperty""".split("\n")

SPACES = [
    "", " ", "   ", "\t", "\n", "\r\n", " a ", "  a   b  ", "a\tb\nc\rd\fe\vf", "a\x85b", "a\xa0b", "a\u1680b", "a\u180eb",
    "a\u2000b\u2003c\u2009d\u200ae", "a\u200bb", "a\u200cb\u200dc", "a\u2028b\u2029c", "a\u202fb\u205fc", "a\u3000b", "\ufeffa",
    "a\ufeffb", "a\u2060b", "a\xadb", "a\x00b", "a\x01b\x1fc", "a\x1cb\x1dc\x1ed", "a\x7fb", "a\x80b\x9fc", "a \u0301b", " \u0301",
    "a\u200e\u200fb", "\u202eabc\u202c", "a  <|endoftext|>  b", "\xa0a\xa0", "\u3000全角\u3000", "line one\nline two\n\nline four",
]

SPECIALS = [
    "<|startoftext|>", "<|endoftext|>", "<|startoftext|>a cat<|endoftext|>", "a<|endoftext|>b", "a <|endoftext|> b",
    "<|ENDOFTEXT|>", "<|StartOfText|> a", "<|endoftext|", "<|endoftext|>>", "<<|endoftext|>", "!<|endoftext|>!", "<|endoftext|><|endoftext|>",
    "<|ENDOFTEXT|>!!", "!!<|ENDOFTEXT|>", "a<|ENDOFTEXT|>b<|endoftext|>c", "< |endoftext| >", "<|pad|>", "<|ſtartoftext|>", "[PAD]", "</w>", "a</w>",
    "</w></w>", "Ġ", "Ā", "âĢĻ", "!</w>", "<|endoftext|>\u0301", "e<|endoftext|>\u0301",
    "a\u0345b !\u0345", "'ſ 'ſt it'ſ",
]

MARKUP = [
    "&amp; &lt; &gt; &quot; &apos; &nbsp;x", "&amp;amp; &amp;lt;b&amp;gt;", "&eacute; &EACUTE; &Eacute; &eAcute;", "caf&eacute; cr&egrave;me",
    "AT&T R&D &c", "&copy &copy; &copyright &notit; &notin; &not", "&#39; &#x27; &#X27; &#039", "&#128; &#150; &#x80; &#x9f; &#129;",
    "&#0; &#1; &#x1f; &#127; &#xd800; &#xdfff; &#x110000; &#99999999999;", "&#xfffe; &#xfdd0; &#x1fffe; &#13; &#11; &#12;", "&hellip;&mdash;&ldquo;&rdquo;",
    "<b>bold</b> &amp; <i>it</i>", "a < b &amp; c > d", "1 &lt; 2\n&lt;tag&gt;", "<p>\n&eacute;", "&lt;|endoftext|&gt;", "&lt;|ENDOFTEXT|&gt;", "&AMP; &LT; &GT; &COPY; &REG;",
    "P&EACUTE;REZ BUNDESSTRA&SZLIG;E", "&NTILDE;&OELIG;&ZCARON;", "&Jscr; &HilbertSpace; &CounterClockwiseContourIntegral;", "&; &#; &#x; & & &a;", "&ThickSpace;a&zwj;b&NewLine;c",
    "\x1b[31mred\x1b[0m \x1b[1;32m", "&#x1c;a&#x1d;", "&#59;", "x&#38;lt;y", "&ampamp;lt;", "&fjlig; &bne; &nvlt;",
]

TEXTS = PLAIN + SPACES + SPECIALS + MARKUP + [" ".join(PLAIN[:12]), "a photo of " * 40, "word" * 100, "é" * 300]


def garble(text, encoding, times=1):
    """Mojibake: UTF-8 read as another encoding."""
    for _ in range(times):
        text = text.encode("utf-8").decode(encoding)
    return text


MOJIBAKE = [
    "âœ” No problems", "schÃ¶n", "sÃ³", "voilÃ le travail", "Ã la mode", "fÃ cil", "lâ€™Ã©tÃ©", "â€œquotedâ€\x9d â€“ dash", "â€œ like this â€�",
    "ã\x83\x84", "&macr;\\_(ã\x83\x84)_/&macr;", "The Mona Lisa doesnÃƒÂ¢Ã¢â€šÂ¬Ã¢â€žÂ¢t have eyebrows.", "Ã\xa0 perturber la rÃ©flexion",
    "(à¸‡'âŒ£')à¸‡", "¯\\_(ツ)_/¯", "PrÃ©vision ÃÂ ÃÂ", "IÃ±tÃ«rnÃ¢tiÃ´nÃ lizÃ¦tiÃ¸n", "ï¿½ ï»¿BOM", "Handwerk bringt dich Ã¼berall hin: Von der YOU bis zur Monarch",
    "â\x80\x9cabc", "\x80uro \x93quotes\x94 \x85", "AHÅ™, the new sofa from IKEA®", "WELCOME TO THE SPRINGFIELD ÂJAILÂ", "Â£5 Â°C Â©", "Ð¿Ñ€Ð¸Ð²ÐµÑ‚", "РїСЂРёРІРµС‚",
    "Î•Î»Î»Î¬Î´Î±", "Ă©tĂ©", "√© ‚Äôt", "├⌐ ΓÇÖ", "Å\x82 Å¼Ã³Å\x82w", "Ø³Ù„Ø§Ù…", "à¤¹à¤¿à¤¨", "å\xad¦ä¹\xa0", "ðŸ˜€ ðŸ‘©â€\x8d", "í\xa0½í¸\x80", "À\x80",
    "Ａｂｃ　１２３ ﾊﾟ ￥", "ﬂuﬃest ﬅ ŉ Ǆ", "‘a’ ‚b‛ “c” ‟d ʼe", "a\r\nb\rc\u2028d\u2029e\x85f", "a\ufeffb\u206ac\ufff9d\ufffce", "Ｕﾀｰﾝ", "２＋２＝４",
    "Ã£Â\x83Â\x84", "nicode™", "Ã…land Ã…rhus", "São Paulo Ã¡ Ã­", "2Â²", "Ã—Â²", "ÃƒÆ’Ã‚Â©", "вЂ™ вЂ”", "β€™", "ā€™", "fiancÃ©e fiance\u0301e",
] + [garble(text, encoding, times) for encoding in ("latin-1", "macroman", "cp437") for times in (1, 2) for text in ("é", "naïve café", "“quote”", "日本", "Привет", "😀")]
