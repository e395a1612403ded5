"""A small byte-pair vocabulary in CLIP's file format, built from the words that captions use."""
import collections
import json
import os

from transformers import CLIPTokenizer

START, END = "<|startoftext|>", "<|endoftext|>"
TEXT = dict(lstrip=False, normalized=True, rstrip=False, single_word=False)


def byte_letters():
    """The 256 printable stand-ins for bytes, in the order of CLIP's and GPT-2's vocabularies."""
    kept = [*range(33, 127), *range(161, 173), *range(174, 256)]
    rest = [b for b in range(256) if b not in kept]
    return [chr(b) for b in kept] + [chr(256 + i) for i in range(len(rest))]


def merges(words, limit):
    """The usual greedy merging of the most frequent pair; `words` maps a word to its count."""
    split = {w: [*w[:-1], w[-1] + "</w>"] for w in words}
    done = []
    while len(done) < limit:
        pairs = collections.Counter()
        for w, parts in split.items():
            for pair in zip(parts, parts[1:]):
                pairs[pair] += words[w]
        if not pairs:
            break
        best = min(pairs, key=lambda p: (-pairs[p], p))
        done.append(best)
        for w, parts in split.items():
            i = 0
            while i < len(parts) - 1:
                if (parts[i], parts[i + 1]) == best:
                    parts[i:i + 2] = ["".join(best)]
                i += 1
    return done


def build(folder, captions, limit=500):
    """Writes vocab.json, merges.txt and the two configuration files into `folder`."""
    words = collections.Counter(w for c in captions for w in c.lower().replace("-", " - ").split())
    pairs = merges(words, limit)
    letters = byte_letters()
    vocabulary = letters + [x + "</w>" for x in letters] + ["".join(p) for p in pairs] + [START, END]
    os.makedirs(folder, exist_ok=True)

    def write(name, value):
        with open(os.path.join(folder, name), "w", encoding="utf-8") as f:
            f.write(value)

    write("vocab.json", json.dumps({v: i for i, v in enumerate(dict.fromkeys(vocabulary))}, ensure_ascii=False))
    write("merges.txt", "#version: 0.2\n" + "".join(f"{a} {b}\n" for a, b in pairs))
    token = {k: {"content": v, **TEXT} for k, v in (("bos_token", START), ("eos_token", END), ("unk_token", END))}
    write("special_tokens_map.json", json.dumps({**token, "pad_token": END}, indent=1))
    write("tokenizer_config.json", json.dumps({
        "add_prefix_space": False, "do_lower_case": True, "errors": "replace", "model_max_length": 77, "pad_token": END,
        "tokenizer_class": "CLIPTokenizer", **{k: {"__type": "AddedToken", **v} for k, v in token.items()}}, indent=1))


def load(folder):
    return CLIPTokenizer.from_pretrained(folder)


def encode(tokenizer, texts):
    """Ids (n, 77), padded with the end token as SD 1.5 does."""
    return tokenizer(list(texts), padding="max_length", max_length=77, truncation=True, return_tensors="pt").input_ids
