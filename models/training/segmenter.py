"""Trains the garment segmenter and exports it as a folder in the layout of Transformers' exports.

    python segmenter.py train  --work WORK --photos PHOTOS
    python segmenter.py export --work WORK --to MODEL
"""
import argparse
import json
import os
import time

import cv2
import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

import common
import composites

WIDTHS = (16, 24, 48, 64, 96)       # channels at 1/2, 1/4, 1/8, 1/16 and 1/32 of the image's size
MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
SIDE = 256


def unit(inside, outside, stride=1):
    return nn.Sequential(nn.Conv2d(inside, outside, 3, stride, 1, bias=False), nn.BatchNorm2d(outside), nn.ReLU())


class Residual(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.body = nn.Sequential(unit(width, width), nn.Conv2d(width, width, 3, 1, 1, bias=False), nn.BatchNorm2d(width))

    def forward(self, x):
        return F.relu(x + self.body(x))


class Segmenter(nn.Module):
    """A small U-Net: (batch, 3, h, w) normalized RGB -> logits (batch, 2, h, w) of background and garment."""

    def __init__(self):
        super().__init__()
        self.down = nn.ModuleList()
        inside = 3
        for level, width in enumerate(WIDTHS):
            self.down.append(nn.Sequential(unit(inside, width, 2), *[Residual(width) for _ in range(min(level, 2))]))
            inside = width
        self.whole = nn.Linear(inside, inside)      # what the image as a whole says, for each cell
        self.up, self.side = nn.ModuleList(), nn.ModuleList()
        for width in reversed(WIDTHS[:-1]):
            self.side.append(nn.Conv2d(width, width, 1))
            self.up.append(nn.ModuleList([nn.Conv2d(inside, width, 1), unit(width, width)]))
            inside = width
        self.head = nn.Conv2d(inside, 2, 3, 1, 1)

    def forward(self, x):
        levels = []
        for down in self.down:
            x = down(x)
            levels.append(x)
        x = x + self.whole(x.mean((2, 3)))[:, :, None, None]
        for (project, merge), side, level in zip(self.up, self.side, reversed(levels[:-1])):
            x = merge(F.interpolate(project(x), scale_factor=2, mode="bilinear", align_corners=False) + side(level))
        return F.interpolate(self.head(x), scale_factor=2, mode="bilinear", align_corners=False)


def normalized(images):
    """uint8 (batch, side, side, 3) -> float (batch, 3, side, side)."""
    x = torch.from_numpy(images).permute(0, 3, 1, 2).float() / 255
    return (x - torch.tensor(MEAN)[:, None, None]) / torch.tensor(STD)[:, None, None]


class Batches(torch.utils.data.IterableDataset):
    """Batches from `step` on; each is drawn from its number, so a continued run sees what an uninterrupted one does."""

    def __init__(self, a, step):
        self.a, self.step = a, step

    def __iter__(self):
        cv2.setNumThreads(1)
        pool = composites.Composites(self.a.photos, self.a.work)
        for step in range(self.step, self.a.steps):
            side, count = size(step / self.a.steps)
            rng = np.random.default_rng((9, step))
            drawn = [pool.draw(rng, side) for _ in range(count)]
            yield np.stack([image for image, _ in drawn]), np.stack([area for _, area in drawn])


def size(progress):
    """Side and number of the images of a batch: small ones first."""
    return (128, 24) if progress < 0.8 else (192, 12)


def loss_of(logits, area):
    """Cross-entropy, and one minus the Dice coefficient of each image."""
    chance = logits.float().softmax(1)[:, 1]
    dice = 1 - (2 * (chance * area).sum((1, 2)) + 50) / (chance.sum((1, 2)) + area.sum((1, 2)) + 50)
    return F.cross_entropy(logits.float(), area.long()) + 0.5 * dice.mean()


def train(a):
    torch.set_num_threads(1)
    torch.manual_seed(3)
    net = Segmenter().to(memory_format=torch.channels_last)
    average = common.Average(net, 0.998)
    optimizer = torch.optim.AdamW(net.parameters(), lr=a.rate, weight_decay=0.01)
    path = os.path.join(a.work, "segmenter.pt")
    step = 0
    if (state := common.read(path)) is not None:
        net.load_state_dict(state["net"])
        optimizer.load_state_dict(state["optimizer"])
        average.load(state["average"])
        step = state["step"]
    saved, shown = time.time(), []
    loader = torch.utils.data.DataLoader(Batches(a, step), batch_size=None, num_workers=1, prefetch_factor=8)
    for images, area in loader:
        for group in optimizer.param_groups:
            group["lr"] = common.learning_rate(a.rate, step / a.steps)
        with common.half():
            logits = net(normalized(images.numpy()).contiguous(memory_format=torch.channels_last))
        loss = loss_of(logits, area.float())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        average.update(net)
        step += 1
        shown.append(loss.item())
        if step % 20 == 0:
            print(f"{time.strftime('%H:%M:%S')} step {step} loss {np.mean(shown[-20:]):.3f}", flush=True)
        if time.time() - saved > 120 or step == a.steps:
            common.save(path, {"net": net.state_dict(), "optimizer": optimizer.state_dict(), "average": average.state(),
                               "step": step})
            saved = time.time()


def export(a):
    import onnx
    from onnx import numpy_helper, TensorProto, helper
    net = Segmenter()
    net.load_state_dict(common.read(os.path.join(a.work, "segmenter.pt"))["average"]["values"])
    net.eval()
    os.makedirs(a.to, exist_ok=True)
    path = os.path.join(a.to, "model.onnx")
    axes = {0: "batch", 2: "height", 3: "width"}
    torch.onnx.export(net, torch.zeros(1, 3, SIDE, SIDE), path, input_names=["pixel_values"], output_names=["logits"],
                      dynamic_axes={"pixel_values": axes, "logits": axes}, opset_version=17, dynamo=False)
    model = onnx.load(path)
    for tensor in [t for t in model.graph.initializer if t.data_type == TensorProto.FLOAT and numpy_helper.to_array(t).size > 64]:
        half = numpy_helper.from_array(numpy_helper.to_array(tensor).astype(np.float16), tensor.name + "_half")
        model.graph.initializer.remove(tensor)
        model.graph.initializer.append(half)
        model.graph.node.insert(0, helper.make_node("Cast", [half.name], [tensor.name], to=TensorProto.FLOAT))
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, path)
    write(a.to, "config.json", {"model_type": "spackle-garment-segmenter",
                                "id2label": {"0": "background", "1": "garment"},
                                "label2id": {"background": 0, "garment": 1}})
    write(a.to, "preprocessor_config.json", {
        "do_resize": True, "size": {"height": SIDE, "width": SIDE}, "resample": 2, "do_rescale": True,
        "rescale_factor": 1 / 255, "do_normalize": True, "image_mean": MEAN, "image_std": STD})


def write(folder, name, value):
    with open(os.path.join(folder, name), "w") as f:
        f.write(json.dumps(value, indent=2) + "\n")


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = p.add_subparsers(required=True)
    one = commands.add_parser("train")
    one.add_argument("--photos", required=True)
    one.add_argument("--steps", type=int, default=4000)
    one.add_argument("--rate", type=float, default=3e-3)
    one.set_defaults(run=train)
    other = commands.add_parser("export")
    other.add_argument("--to", required=True)
    other.set_defaults(run=export)
    for command in (one, other):
        command.add_argument("--work", required=True)
    a = p.parse_args()
    a.run(a)


if __name__ == "__main__":
    main()
