"""Prompts as AUTOMATIC1111's WebUI reads them: spans with weights, sequences of tokens, embeddings.

Written from what the WebUI does, in plain steps, to check another implementation by.
"""

import re

import torch

ROOM = 75  # tokens of a sequence without its marks
BACKTRACK = 20
NUMBER = re.compile(r":\s*([+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+))\s*\)")


def spans(prompt):
    """[[text, weight], ...] per section; sections are divided by BREAK."""
    pieces = []  # [text, weight, may hold BREAK]
    opened = {"(": [], "[": []}

    def close(kind, factor):
        for piece in pieces[opened[kind].pop() :]:
            piece[1] *= factor

    at = 0
    while at < len(prompt):
        c = prompt[at]
        number = NUMBER.match(prompt, at) if c == ":" and opened["("] else None
        if c == "\\":
            if at + 1 < len(prompt) and prompt[at + 1] in "\\()[]":
                at += 1
                pieces.append([prompt[at], 1.0, False])
        elif c in "([":
            opened[c].append(len(pieces))
        elif number:
            close("(", float(number[1]))
            at = number.end() - 1
        elif c == ")" and opened["("]:
            close("(", 1.1)
        elif c == "]" and opened["["]:
            close("[", 1 / 1.1)
        else:
            pieces.append([c, 1.0, True])
        at += 1
    for kind, factor in (("(", 1.1), ("[", 1 / 1.1)):
        while opened[kind]:
            close(kind, factor)

    sections, joined = [[]], []
    for text, weight, divisible in pieces:
        if joined and joined[-1][2] == divisible and abs(joined[-1][1] - weight) < 1e-9:
            joined[-1][0] += text
        else:
            joined.append([text, weight, divisible])
    for text, weight, divisible in joined:
        parts = re.split(r"\bBREAK\b", text) if divisible else [text]
        for i, part in enumerate(parts):
            if i > 0:
                sections.append([])
            section = sections[-1]
            if section and abs(section[-1][1] - weight) < 1e-9:
                section[-1][0] += part
            elif part:
                section.append([part, weight])
    return sections


def sequences(tokenizer, prompt):
    """([77 ids, 77 weights], ...) with start, end and padding."""
    start, comma, end = tokenizer(",").input_ids
    done, ids, weights, last_comma = [], [], [], None

    def finish():
        fill = ROOM - len(ids)
        done.append(([start, *ids, end, *[tokenizer.pad_token_id] * fill], [1.0, *weights, 1.0, *[1.0] * fill]))

    for number, section in enumerate(spans(prompt)):
        if number > 0:
            finish()
            ids, weights, last_comma = [], [], None
        for text, weight in section:
            for token in tokenizer(text, add_special_tokens=False).input_ids:
                if token == comma:
                    last_comma = len(ids)
                elif len(ids) == ROOM and last_comma is not None and ROOM - last_comma <= BACKTRACK:
                    moved = ids[last_comma + 1 :], weights[last_comma + 1 :]
                    ids, weights = ids[: last_comma + 1], weights[: last_comma + 1]
                    finish()
                    (ids, weights), last_comma = moved, None
                if len(ids) == ROOM:
                    finish()
                    ids, weights, last_comma = [], [], None
                ids.append(token)
                weights.append(weight)
    if ids or not done:
        finish()
    return done


def embeddings(pipe, prompt, negative):
    """The pipeline arguments that stand for a prompt and its negative one (None: absent)."""
    encoders = [(pipe.tokenizer, pipe.text_encoder)]
    xl = hasattr(pipe, "tokenizer_2")
    if xl:
        encoders.append((pipe.tokenizer_2, pipe.text_encoder_2))
    zeros = xl and negative is None and pipe.config.force_zeros_for_empty_prompt
    read = [[sequences(t, text) for t, _ in encoders] for text in (prompt, "" if zeros else negative or "")]
    count = max(len(s) for both in read for s in both)
    (hidden, pooled), (hidden_not, pooled_not) = (encode(encoders, both, count, xl) for both in read)
    if zeros:
        hidden_not, pooled_not = torch.zeros_like(hidden_not), torch.zeros_like(pooled_not)
    given = {"prompt_embeds": hidden, "negative_prompt_embeds": hidden_not}
    return given | ({"pooled_prompt_embeds": pooled, "negative_pooled_prompt_embeds": pooled_not} if xl else {})


def encode(encoders, prompts, count, xl):
    widths, pooled = [], None
    for (tokenizer, encoder), prompt in zip(encoders, prompts):
        empty = sequences(tokenizer, "")
        parts = []
        for ids, weights in prompt + empty * (count - len(prompt)):
            out = encoder(torch.tensor([ids]), output_hidden_states=True)
            z = out.hidden_states[-2] if xl else out.last_hidden_state
            weighed = z * torch.tensor(weights)[None, :, None]
            parts.append(weighed * (z.mean() / weighed.mean()))
            if len(parts) == 1:
                pooled = out.text_embeds  # at last that of the last encoder
        widths.append(torch.cat(parts, dim=1))
    return torch.cat(widths, dim=2), pooled


def arguments(pipe, spec):
    """The arguments of the pipeline call of a case that is written with emphasis."""
    call = dict(spec["call"])
    prompt, negative = call.pop("prompt"), call.pop("negative_prompt", None)
    if hasattr(pipe, "transformer"):
        text = " ".join("".join(text for text, _ in section) for section in spans(prompt))
        return call | {"prompt": text}
    return call | embeddings(pipe, prompt, negative)
