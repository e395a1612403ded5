"""Measures an exported model and draws the sheet: colours, garments by outline, removal against Telea's fill, reconstruction,
diversity, time.

Writes figures.json and contact-sheet.jpg (drawn scenes only) beside the model card.
"""
import argparse
import collections
import json
import os
import time

import cv2
import numpy as np
from PIL import Image, ImageDraw

import colours
import demo
import paint
import photos
import samples
import scenes

GARMENTS = ("T-Shirt", "Longsleeve", "Dress", "Pants", "Skirt")
SCENE = 20_000_000      # first seed of scenes that training never draws


def box_mask(alpha, margin=0.04):
    top, left, bottom, right = samples.box_of(alpha)
    h, w = alpha.shape
    dy, dx = int(margin * h), int(margin * w)
    mask = np.zeros(alpha.shape, bool)
    mask[max(0, top - dy):bottom + dy, max(0, left - dx):right + dx] = True
    return mask


def around(alpha, reach=11):
    return cv2.dilate((alpha > 0.02).astype(np.uint8), np.ones((reach, reach), np.uint8)) > 0


def first_cut_out(pixels, labels, test, label):
    """The first test photo of the label whose garment can be cut out: image, alpha (256, 256), colour of the ground."""
    for i in test:
        image = np.array(pixels[i])
        if labels[i] == label and (alpha := samples.garment(image)) is not None:
            return image, samples.scaled(alpha, image.shape[0]), samples.ground_word(image, alpha)
    raise ValueError(f"no test photo of {label} can be cut out")


def colour_control(model, pixels, labels, test, a):
    """Share of fills whose mean colour, over the whole hole and over where the garment was, is nearest to the asked one."""
    hits = {"hole": [], "garment": []}
    by_colour, by_garment = {name: [] for name in colours.EIGHT}, {label: [] for label in GARMENTS}
    for label in GARMENTS:
        image, alpha, ground = first_cut_out(pixels, labels, test, label)
        mask = box_mask(alpha)
        for name in colours.EIGHT:
            prompt = f"a photo of {samples.thing(name, samples.NAMES[label])} on a {ground} background"
            for out in model.inpaint(image, mask, prompt, range(5), a.steps, a.guidance, a.soft):
                lab = colours.to_lab(out)
                hits["hole"].append(colours.nearest_of_eight(lab[mask].mean(0)) == name)
                hits["garment"].append(colours.nearest_of_eight(lab[alpha > 0.5].mean(0)) == name)
                by_colour[name].append(hits["hole"][-1])
                by_garment[label].append(hits["hole"][-1])
    share = lambda lists: {k: round(float(np.mean(v)), 3) for k, v in lists.items()}
    return {"fills": len(hits["hole"]), **share(hits), "by_colour": share(by_colour), "by_garment": share(by_garment)}


def outlined(model, pixels, labels, test, a):
    """Garments of photos generated anew by their outline, without a soft edge: colours as asked, and the step across the
    outline over the photo's own."""
    hits, edges = {name: [] for name in colours.EIGHT}, []
    for label in GARMENTS:
        image, _, ground = first_cut_out(pixels, labels, test, label)
        mask = demo.garment(image) > 0.5
        for name in colours.EIGHT:
            prompt = f"a photo of {samples.thing(name, samples.NAMES[label])} on a {ground} background"
            for out in model.inpaint(image, mask, prompt, range(2), a.steps, a.guidance):
                hits[name].append(colours.nearest_of_eight(colours.to_lab(out)[mask].mean(0)) == name)
                edges.append(across(out, mask) / across(image, mask))
    return {"fills": len(edges), "colour": float(np.mean([*hits.values()])),
            "by_colour": {name: float(np.mean(found)) for name, found in hits.items()},
            "edge_median": float(np.median(edges)), "edge_within_1.5_in": float(np.mean(np.array(edges) <= 1.5))}


def across(image, mask):
    """Mean absolute step between neighbours of which one is in the hole and one is not."""
    p, steps = image.astype(np.float32), []
    for axis in (0, 1):
        edge = np.diff(mask.astype(np.int8), axis=axis) != 0
        steps.append(np.abs(np.diff(p, axis=axis))[edge].ravel())
    return float(np.concatenate(steps).mean())


def removal(model, a, count):
    """Error in the hole and step across its edge: of the model's fills, after few sampling steps and after all, and of Telea's."""
    errors, seams = collections.defaultdict(list), collections.defaultdict(list)
    for i in range(count):
        s = scenes.scene(SCENE + i)
        mask = around(s["alpha"])
        fills = {f"model_{n}": model.inpaint(s["picture"], mask, s["ground"], [i], n, a.removal_guidance, a.soft)[0]
                 for n in (a.removal_steps, a.steps)}
        fills["telea"] = cv2.inpaint(s["picture"], mask.astype(np.uint8) * 255, 5, cv2.INPAINT_TELEA)
        fills["untouched"] = s["background"]
        for name, fill in fills.items():
            errors[name].append(np.abs(fill.astype(np.float32) - s["background"])[mask].mean())
            seams[name].append(across(fill, mask))
    errors, seams = ({k: np.array(v) for k, v in lists.items()} for lists in (errors, seams))
    return {"scenes": count, **{k: {
        "error": float(errors[k].mean()), "better_than_telea_in": float((errors[k] < errors["telea"]).mean()),
        "seam_ratio": float(seams[k].mean() / seams["untouched"].mean()),
        "seam_within_1.5_in": float((seams[k] <= 1.5 * seams["untouched"]).mean())} for k in errors if k != "untouched"}}


def slopes(image):
    """The step of brightness from each pixel to the next, to the right and down; (h - 1, w - 1)."""
    grey = image.astype(np.float32).mean(2)
    return np.hypot(np.diff(grey, axis=1)[:-1], np.diff(grey, axis=0)[:, :-1])


def reconstruction(model, pixels, test):
    """PSNR of decoded photos, and the steps of brightness at the strongest twentieth of their edges over the photos' own."""
    values, edges = [], []
    for i in test:
        x = np.array(pixels[i])
        decoded = model.decode(model.encode(x[None]))[0]
        values.append(10 * np.log10(255 ** 2 / max(((decoded.astype(np.float32) - x) ** 2).mean(), 1e-6)))
        own = slopes(x)
        strong = own >= np.quantile(own, 0.95)
        edges.append(slopes(decoded)[strong].mean() / own[strong].mean())
    return {"photos": len(values), "psnr": float(np.mean(values)), "psnr_worst_tenth": float(np.percentile(values, 10)),
            "edges": float(np.mean(edges))}


def diversity(model, a):
    s = scenes.scene(SCENE, kind="t-shirt", name="red")
    mask = box_mask(s["alpha"])
    prompt = f"a photo of {s['thing']} on {s['ground']}"
    first, second = (model.inpaint(s["picture"], mask, prompt, range(5), a.steps, a.guidance, a.soft) for _ in range(2))
    pairs = [np.abs(first[i].astype(np.float32) - first[j])[mask].mean() for i in range(5) for j in range(i)]
    return {"same_seed_identical": bool((first == second).all()), "mean_difference_of_seeds": float(np.mean(pairs)),
            "least_difference_of_seeds": float(np.min(pairs))}


def duration(model, a):
    s = scenes.scene(SCENE)
    start = time.time()
    model.inpaint(s["picture"], around(s["alpha"]), s["ground"], [1], 20, a.guidance)
    return {"seconds_256_20_steps": time.time() - start}


def sheet(model, a, path):
    """Rows: eight colours in a box; removals (scene, hole, Telea, model, truth); garments replaced; five seeds; sizes."""
    rows = []

    def hollow(image, mask):
        return np.where(mask[..., None], np.uint8(128), image)

    for seed, kind in ((1, "t-shirt"), (3, "dress")):
        s = scenes.scene(SCENE + 1000 + seed, kind=kind, name="blue", size=95)
        mask = box_mask(s["alpha"])
        row = [(s["picture"], "given"), (hollow(s["picture"], mask), "hole")]
        for name in colours.EIGHT:
            prompt = f"a photo of {samples.thing(name, kind)} on {s['ground']}"
            row.append((model.inpaint(s["picture"], mask, prompt, [seed], a.steps, a.guidance, a.soft)[0], f"{name} {kind}"))
        rows.append(row)
    for first in (0, 2, 4, 6):
        row = []
        for i in (first, first + 1):
            s = scenes.scene(SCENE + i)
            mask = around(s["alpha"])
            fill = model.inpaint(s["picture"], mask, s["ground"], [i], a.removal_steps, a.removal_guidance,
                               a.soft)[0]
            telea = cv2.inpaint(s["picture"], mask.astype(np.uint8) * 255, 5, cv2.INPAINT_TELEA)
            row += [(s["picture"], "given"), (hollow(s["picture"], mask), "hole"), (fill, s['ground']),
                    (telea, "Telea"), (s["background"], "truth")]
        rows.append(row)
    row = []
    for seed, wanted in ((11, "red dress"), (12, "black pants"), (13, "yellow skirt"), (14, "green hoodie"),
                         (15, "purple shorts")):
        s = scenes.scene(SCENE + 2000 + seed, kind="longsleeve", name="white", size=100)
        mask = box_mask(s["alpha"])
        prompt = f"a photo of {samples.thing(*wanted.split())} on {s['ground']}"
        fill = model.inpaint(s["picture"], mask, prompt, [seed], a.steps, a.guidance, a.soft)[0]
        row += [(s["picture"], "given"), (fill, wanted)]
    rows.append(row)
    s = scenes.scene(SCENE + 3000, kind="t-shirt", name="red", size=100)
    mask = box_mask(s["alpha"])
    fills = model.inpaint(s["picture"], mask, f"a photo of a green t-shirt on {s['ground']}", range(5), a.steps,
                        a.guidance, a.soft)
    row = [(s["picture"], "given"), *((f, f"green, seed {i}") for i, f in enumerate(fills))]
    for side in (128, 192, 320, 384):
        small = cv2.resize(s["picture"], (side, side), interpolation=cv2.INTER_AREA)
        hole = cv2.resize(mask.astype(np.uint8), (side, side), interpolation=cv2.INTER_NEAREST) > 0
        row.append((model.inpaint(small, hole, f"a photo of a green t-shirt on {s['ground']}", [1], a.steps,
                                a.guidance, a.soft)[0], f"green, {side} px"))
    rows.append(row)
    cell, text = 128, 14
    page = Image.new("RGB", (10 * cell, len(rows) * (cell + text)), "white")
    draw = ImageDraw.Draw(page)
    for y, row in enumerate(rows):
        for x, (image, title) in enumerate(row):
            page.paste(Image.fromarray(image).resize((cell - 2, cell - 2), Image.LANCZOS), (x * cell, y * (cell + text)))
            draw.text((x * cell, y * (cell + text) + cell - 1), title[:22], fill="black")
    page.save(path, quality=88)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--model", required=True, help="the exported model folder")
    p.add_argument("--photos", required=True)
    p.add_argument("--work", required=True)
    p.add_argument("--to", default=".", help="folder for figures.json and contact-sheet.jpg")
    p.add_argument("--only", default="sheet,duration,colour,outlined,removal,diversity,reconstruction")
    p.add_argument("--scenes", type=int, default=100)
    p.add_argument("--steps", type=int, default=20)
    p.add_argument("--guidance", type=float, default=3.0)
    p.add_argument("--soft", type=int, default=5, help="pixels of a soft edge inside the hole, as demo.conf sets them")
    p.add_argument("--removal-steps", type=int, default=1, help="few: the mean of what may be there errs least")
    p.add_argument("--removal-guidance", type=float, default=1.0)
    p.add_argument("--sampler", help="a scheduler class of diffusers in place of the model's own")
    p.add_argument("--threads", type=int, default=2)
    a = p.parse_args()
    cv2.setNumThreads(1)
    model = paint.Model(a.model, a.threads, a.sampler)
    pixels, labels, _, test = photos.load(a.photos, a.work)
    path = os.path.join(a.to, "figures.json")
    figures = {}
    if os.path.exists(path):
        with open(path) as f:
            figures = json.load(f)
    figures["settings"] = {"steps": a.steps, "guidance": a.guidance, "removal_steps": a.removal_steps,
                           "removal_guidance": a.removal_guidance, "soft": a.soft,
                           "sampler": a.sampler or type(model.scheduler).__name__}
    parts = {"duration": lambda: duration(model, a), "diversity": lambda: diversity(model, a),
             "colour": lambda: colour_control(model, pixels, labels, test, a),
             "outlined": lambda: outlined(model, pixels, labels, test, a),
             "removal": lambda: removal(model, a, a.scenes),
             "reconstruction": lambda: reconstruction(model, pixels, test)}
    for name in a.only.split(","):
        if name == "sheet":
            sheet(model, a, os.path.join(a.to, "contact-sheet.jpg"))
            continue
        figures[name] = parts[name]()
        print(name, figures[name], flush=True)
        with open(path, "w") as f:
            f.write(json.dumps(figures, indent=1) + "\n")


if __name__ == "__main__":
    main()
