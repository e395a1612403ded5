"""How often garments of test photos get the colour that their prompt names, with image.composite = recolour.

The first call writes the rows of a job and its configuration. After ./spackle run of that, the second call with the same
arguments prints the share of garments whose mean colour is nearest to the one in the prompt, and the step across the outline
relative to the photo's own, both by word.
"""
import argparse
import collections
import glob
import json
import os

import numpy as np
from PIL import Image

import colours
import demo
import photos
from demo_results import steps

GARMENTS = 40
WORDS = colours.EIGHT

CONF = """include "profiles/recolour.conf"
spackle {
  manifest { path = rows.jsonl, base = "." }
  output { path = out, mode = overwrite }
  model { path = "%s", device = cpu }
  defaults { guidance-scale = 3, seed = 7 }
  fetch.allow-files = [.]
}
"""


def garments(folder, cache):
    """Photos that GrabCut finds a garment of some size in, with its outline and label."""
    pixels, labels, _, test = photos.load(folder, cache)
    chosen = []
    for i in test:
        photo = np.array(pixels[i])
        area = demo.garment(photo) > 0.5
        if labels[i] not in ("Not sure", "Other", "Skip") and 0.12 < area.mean() < 0.6:
            chosen.append((photo, area, labels[i].lower()))
        if len(chosen) == GARMENTS:
            break
    return chosen


def write(folder, model, chosen):
    os.makedirs(folder)
    rows = []
    for k, (photo, area, label) in enumerate(chosen):
        row = demo.write(folder, f"{k:02}", photo, area)
        rows += [{**row, "id": f"{k:02}-{word}", "prompt": f"a photo of a {word} {label}"} for word in WORDS]
    demo.write_manifest(os.path.join(folder, "rows.jsonl"), rows)
    with open(os.path.join(folder, "job.conf"), "w") as f:
        f.write(CONF % os.path.abspath(model))


def figures(folder, chosen):
    right, edges = collections.Counter(), {word: [] for word in WORDS}
    for k, (photo, area, _) in enumerate(chosen):
        for word in WORDS:
            file, = glob.glob(os.path.join(folder, "out", "images", "*", f"{k:02}-{word}-0.png"))
            result = np.asarray(Image.open(file).convert("RGB"))
            right[word] += colours.nearest_of_eight(colours.to_lab(result[area]).mean(0)) == word
            edges[word].append(steps(result, area, ~area) / steps(photo, area, ~area))
    print("colour as asked:", {word: round(right[word] / len(chosen), 3) for word in WORDS},
          f"in all {sum(right.values()) / len(chosen) / len(WORDS):.3f}")
    print("step across the outline over the photo's own, median:",
          {word: round(float(np.median(ratios)), 2) for word, ratios in edges.items()},
          f"of all {np.median(sum(edges.values(), [])):.2f}")


def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--photos", required=True)
    p.add_argument("--work", required=True)
    p.add_argument("--model", default="../bundles/spackle-small")
    a = p.parse_args()
    folder, chosen = os.path.join(a.work, "recolours"), garments(a.photos, a.work)
    if os.path.exists(os.path.join(folder, "out")):
        figures(folder, chosen)
    else:
        write(folder, a.model, chosen)
        print(f"now run ./spackle run {os.path.join(folder, 'job.conf')}")


if __name__ == "__main__":
    main()
