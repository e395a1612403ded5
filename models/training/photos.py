"""The photo folder (photos named by id, labels.csv with image,label,kids) as one array, split into train and test."""
import csv
import glob
import os
import random

import numpy as np
from PIL import Image

TEST = 400


def load(folder, cache):
    """Returns (uint8 array [n, 256, 256, 3], labels, indices of train, indices of test)."""
    with open(os.path.join(folder, "labels.csv"), newline="") as f:
        labels = {row["image"]: row["label"] for row in csv.DictReader(f)}
    files = {os.path.splitext(os.path.basename(p))[0]: p
             for p in glob.glob(os.path.join(folder, "**", "*"), recursive=True)}
    ids = sorted(i for i in labels if i in files)
    path = os.path.join(cache, "photos.npy")
    if not os.path.exists(path):
        os.makedirs(cache, exist_ok=True)
        pixels = np.zeros((len(ids), 256, 256, 3), np.uint8)
        for i, name in enumerate(ids):
            with Image.open(files[name]) as image:
                pixels[i] = np.asarray(image.convert("RGB").resize((256, 256), Image.LANCZOS))
        np.save(path + ".part.npy", pixels)
        os.replace(path + ".part.npy", path)
    order = list(range(len(ids)))
    random.Random(400).shuffle(order)
    return np.load(path, mmap_mode="r"), [labels[i] for i in ids], sorted(order[TEST:]), sorted(order[:TEST])
