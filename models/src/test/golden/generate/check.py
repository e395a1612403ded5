"""Reruns the cases of a golden folder and compares: check.py GOLDEN BUNDLES PHOTOS [NAME ...]"""

import argparse
import json
from pathlib import Path

import numpy
from PIL import Image

from runner import run_case

FACTS = [
    "num_model_calls", "init_noise_sigma", "order", "scheduler_class", "scheduler_config", "scheduler_bundle_config",
    "pipeline_class", "input_ids", "input_ids_2", "negative_input_ids", "crop_region", "images", "image_size",
]  # fmt: skip


def same_draws(expected, actual):
    return len(expected) == len(actual) and all(
        e["by"] == a["by"] and e["shape"] == a["shape"] and e["generators"] == a["generators"]
        and numpy.allclose(e["head"], a["head"], rtol=0, atol=2e-6)
        for e, a in zip(expected, actual)
    )  # fmt: skip


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("golden", type=Path, help="folder with cases/")
    parser.add_argument("bundles", type=Path)
    parser.add_argument("photos", type=Path)
    parser.add_argument("names", nargs="*")
    args = parser.parse_args()
    names = args.names or sorted(
        p.parent.name for p in args.golden.glob("cases/*/case.json") if not p.parent.name.startswith("catvton-")
    )
    failed = 0
    for name in names:
        folder = args.golden / "cases" / name
        spec = json.loads((folder / "case.json").read_text())
        images, tensors, facts = run_case(spec, args.bundles, args.photos)
        worst, mean = 0, 0.0
        for i, image in enumerate(images):
            file = folder / ("out.png" if len(images) == 1 else f"out_{i}.png")
            expected = numpy.asarray(Image.open(file).convert("RGB"), dtype=int)
            off = abs(expected - numpy.asarray(image, dtype=int))
            worst, mean = max(worst, off.max()), max(mean, off.mean())
        latents, problems = 0.0, []
        for file in sorted(folder.glob("*.npy")):
            expected = numpy.load(file)
            if file.stem == "decoded":
                continue
            actual = tensors.get(file.stem)
            if actual is None or actual.shape != expected.shape:
                problems.append(f"{file.stem}: {None if actual is None else actual.shape} not {expected.shape}")
                continue
            off = abs(actual - expected).max()
            latents = max(latents, off) if file.stem == "latents_after_step" else latents
            if off > 1e-3 * max(1, abs(expected).max()):
                problems.append(f"{file.stem}: off by {off:.2g}")
        problems += [f"{f}: {facts.get(f)} not {spec.get(f)}" for f in FACTS if facts.get(f) != spec.get(f)]
        if not same_draws(spec["random_draws"], facts["random_draws"]):
            problems.append("random_draws")
        bad = worst > 2 or mean > 0.01 or problems
        failed += bool(bad)
        print(f"{'BAD ' if bad else 'ok  '} {name}: max {worst}, mean {mean:.5f}, latents {latents:.1e}", *problems, flush=True)
    print(f"{len(names) - failed} passed, {failed} failed")
    raise SystemExit(1 if failed else 0)


if __name__ == "__main__":
    main()
