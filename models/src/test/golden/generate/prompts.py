"""Writes prompts.json, prompts with emphasis read with the real CLIP vocabulary: prompts.py VECTORS"""

import argparse
import json
from pathlib import Path

from transformers import CLIPTokenizer

from cases import API_NEGATIVE, PORTRAIT
from emphasis import sequences, spans

WORDS = "a photo of a cat "  # 5 tokens
PROMPTS = [
    "a (red:1.4) cat \\(small\\), [grass], ((sun",
    "((a)) (b) [c] [[d]] (e:0.5) (f:-.5) (g: 2 )",
    "(a [b (c:1.5) d] e)",
    "(a [b) c]",
    "a) b] c:1.3) (d:x) (e:1.2.3)",
    "a \\n b \\\\ \\[c\\] \\",
    "BREAK",
    "a BREAK b",
    "a BREAK",
    "BREAK a BREAK BREAK b",
    "aBREAK BREAKb break Break",
    "(a BREAK b:1.2) c",
    "(cat)(dog) \u732b (\U0001f408:1.2) e\u0301 10:30",
    "!!! (wow!:1.3)",
    PORTRAIT,
    API_NEGATIVE,
    WORDS * 15,
    WORDS * 15 + "here",
    WORDS * 30,
    WORDS * 11 + ", " + WORDS * 8,
    WORDS * 12 + ", " + WORDS * 8,
    WORDS * 14 + "(cat, dog:1.2) " * 5,
    WORDS * 14 + "a photo of a, " + WORDS,
    WORDS * 14 + "a photo of a cat, " + WORDS,
    ", " * 80,
    f"{WORDS * 15}BREAK {WORDS}",
]


def row(tokenizer, prompt):
    read = sequences(tokenizer, prompt)
    return {
        "prompt": prompt,
        "sections": spans(prompt),
        "ids": [ids for ids, _ in read],
        "weights": [weights for _, weights in read],
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("vectors", type=Path)
    folder = parser.parse_args().vectors
    tokenizer = CLIPTokenizer.from_pretrained(folder / "clip-tokenizer")
    plain = [r["prompt"] for r in json.loads((folder / "clip_tokens.json").read_text())["rows"]]
    rows = [row(tokenizer, prompt) for prompt in PROMPTS + [p for p in plain if "\0" not in p]]
    lines = ",\n".join(json.dumps(r) for r in rows)
    (folder / "prompts.json").write_text(f"[\n{lines}\n]\n")


if __name__ == "__main__":
    main()
