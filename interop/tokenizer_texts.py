"""Texts with the token ids that Python's `tokenizers` gives them, as JSON: `{"written": [[text, ids], …], "random": …}`.

Usage: python tokenizer_texts.py TOKENIZER_JSON OUTPUT TEXT_FILE…

Written are the lines of the files, the vocabulary's words, and sentences of several scripts; random are strings of any code points,
and sentences with ideographs that UTF-16 takes two units for.
"""

import json
import random
import sys
from pathlib import Path

from tokenizers import Tokenizer

RANDOM_TEXTS = 1000
VOCABULARY_STEP = 10
SENTENCES = [
    "Ça va très bien, merci. Et vous?", "Wie heißt die größte Straße in Köln?", "¿Dónde está la biblioteca?", "Москва — столица России.",
    "Η Αθήνα είναι πρωτεύουσα.", "東京は日本の首都です。", "서울은 대한민국의 수도이다.", "北京是中国的首都。", "القاهرة عاصمة مصر", "ירושלים היא עיר",
    "दिल्ली भारत की राजधानी है।", "กรุงเทพเป็นเมืองหลวง", "Việt Nam có thủ đô là Hà Nội.", "naïve café résumé coöperate", "e\u0301 o\u0308 n\u0303",
    "I \u2764\ufe0f 🍕, don't you? 👩‍👩‍👧", "A\tB\nC\r\nD\u00a0E\u2003F", "3.14 × 2 = 6.28; 50 % of £20 → €…", "user@example.com, https://example.com/a?b=c#d", "[CLS] [SEP] [MASK] [UNK] [PAD]",
    "x" * 300, "", " ", "\u200b\u200dzero\u200bwidth", "\x00control\x07characters\x7f", "İstanbul ǅ ẞ ﬁ ½ Ⅷ",
]
RANGES = [(0x20, 0x7E), (0xA0, 0x24F), (0x300, 0x36F), (0x370, 0x52F), (0x590, 0x6FF), (0x900, 0xDFF), (0x1E00, 0x206F), (0x2070, 0x2BFF), (0x3040, 0x30FF), (0x4E00, 0x9FFF), (0xAC00, 0xD7A3), (0xE000, 0xFFFD), (0x10000, 0x1F9FF)]


RARE = ["𠮷野家で食べる", "the 𠮟る of 𡈽井さん", "𪜶𫝫", "a𠀀b", "𩸽 (ほっけ)"]


def soup(rng):
    return "".join(chr(rng.randint(*rng.choice(RANGES))) for _ in range(rng.randint(1, 24)))


def main():
    tokenizer = Tokenizer.from_file(sys.argv[1])
    tokenizer.no_padding()
    tokenizer.no_truncation()
    lines = [line for path in sys.argv[3:] for line in Path(path).read_text(encoding="utf-8").splitlines() if line.strip() != ""]
    words = sorted(tokenizer.get_vocab(), key=tokenizer.get_vocab().get)[::VOCABULARY_STEP]
    rng = random.Random(7)
    groups = {"written": [*lines, *words, *SENTENCES], "random": [*RARE, *(soup(rng) for _ in range(RANDOM_TEXTS))]}
    answers = {name: [[text, tokenizer.encode(text).ids] for text in texts] for name, texts in groups.items()}
    Path(sys.argv[2]).write_text(json.dumps(answers), encoding="utf-8")


main()
