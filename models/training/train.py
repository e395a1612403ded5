"""Trains the text encoder and the UNet together: v-prediction of the latents, 10 % of the captions dropped.

Steps at 256 x 256 alternate with steps at 128 x 128 of four times as many images. A step's samples, noise and times come
from its number, so that a run that was stopped goes on as if it had not been.
"""
import argparse
import math
import os
import time

import cv2
import numpy as np
import torch
from torch.nn import functional as F

import common
import models
import samples
import tokens
import vae as autoencoder

OUTSIDE = 0.1   # weight of what is known, against 1 in the hole
KNEE = 0.1      # errors above it count by their size, below by their square (pseudo-Huber)


class Steps(torch.utils.data.Dataset):
    """The batch of a step: images and what is known of them (n, side, side, 3) uint8, holes (n, side, side), captions."""

    def __init__(self, pool, count):
        self.pool, self.count = pool, count

    def __len__(self):
        return 1 << 30

    def __getitem__(self, step):
        cv2.setNumThreads(1)
        rng = np.random.default_rng((3, step))
        side, n = (256, self.count) if step % 2 else (128, 4 * self.count)
        image, known, hole, captions = zip(*(self.pool.draw(rng, side) for _ in range(n)))
        dropped = rng.random(n) < 0.1
        return np.stack(image), np.stack(known), np.stack(hole), ["" if d else c for d, c in zip(dropped, captions)]


def loss_of(nets, vae, scale, cumulated, tokenizer, sample):
    image, known, hole, captions = sample
    n = len(captions)
    hole = torch.from_numpy(hole).to(common.DEVICE)[:, None].float()
    image, known = autoencoder.tensor(image), autoencoder.tensor(known)
    with common.half():
        with torch.no_grad():
            both = vae.encode(torch.cat([torch.where(hole > 0, image, known), known * (1 - hole)]))
        z, given = (both.float() * scale).chunk(2)
        cells = F.max_pool2d(hole, 8)
        # Towards the noisy end, where it is decided what appears; a fifth at the very end, all that a single step sees.
        times = (1118 * torch.rand(n, device=common.DEVICE) ** 0.5).long().clamp(max=999)
        alpha = cumulated[times].sqrt()[:, None, None, None]
        sigma = (1 - cumulated[times]).sqrt()[:, None, None, None]
        noise = torch.randn_like(z)
        noisy, target = alpha * z + sigma * noise, alpha * noise - sigma * z
        texts = sorted(set(captions))
        hidden = nets["text"](tokens.encode(tokenizer, texts).to(common.DEVICE)).last_hidden_state
        hidden = hidden[[texts.index(c) for c in captions]]
        out = nets["unet"](torch.cat([noisy, cells, given], 1), times, hidden)
    weight = (OUTSIDE + (1 - OUTSIDE) * cells).expand_as(z)
    error = ((out - target).square() + KNEE ** 2).sqrt() - KNEE
    return (error * weight).sum() / weight.sum()


def networks(work):
    tokenizer = tokens.load(os.path.join(work, "tokenizer"))
    nets = torch.nn.ModuleDict({"text": models.text_encoder(len(tokenizer)), "unet": models.Unet()})
    return tokenizer, nets.to(common.DEVICE)


@torch.no_grad()
def latent_scale(vae, pool):
    """What brings latents to unit variance: SD's scaling_factor."""
    rng = np.random.default_rng(1)
    images = np.stack([pool.draw(rng, 128)[0] for _ in range(64)])
    return round(float(1 / vae.encode(autoencoder.tensor(images)).std()), 4)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--photos", required=True)
    p.add_argument("--work", required=True)
    p.add_argument("--steps", type=int, default=20000)
    p.add_argument("--minutes", type=float, default=math.inf, help="end after this time, as if all steps were done")
    p.add_argument("--rate", type=float, default=8e-4)
    p.add_argument("--batch", type=int, default=4, help="images of 256 x 256 in a step")
    p.add_argument("--threads", type=int, default=2)
    p.add_argument("--workers", type=int, default=0, help="processes that draw samples; useful beside a GPU")
    a = p.parse_args()
    torch.manual_seed(5)
    pool, vae, path = samples.Pool(a.photos, a.work), autoencoder.load(a.work), os.path.join(a.work, "unet.pt")
    tokenizer, nets = networks(a.work)
    nets = nets.to(memory_format=torch.channels_last)
    torch.nn.init.zeros_(nets["unet"].layers.conv_out.weight)
    average, cumulated = common.Average(nets, 0.999), models.cumulated_alphas().to(common.DEVICE)
    optimizer = torch.optim.AdamW(nets.parameters(), lr=a.rate, betas=(0.9, 0.99), weight_decay=1e-3)
    step, threads = 0, common.Threads(a.threads)
    if state := common.read(path):
        nets.load_state_dict(state["model"])
        average.load(state["average"])
        if "optimizer" in state:
            optimizer.load_state_dict(state["optimizer"])
        step, scale = state["step"], state["scale"]
    else:
        scale = latent_scale(vae, pool)
        print(f"{sum(p.numel() for p in nets.parameters()) / 1e6:.1f} million parameters, latents times {scale}", flush=True)

    def keep():
        common.save(path, {"model": nets.state_dict(), "average": average.state(), "step": step, "scale": scale,
                           "optimizer": optimizer.state_dict()})

    schedule = common.Schedule(a.steps, a.minutes)
    shown = saved = time.time()
    losses = {128: [], 256: []}
    for sample in torch.utils.data.DataLoader(Steps(pool, a.batch), batch_size=None, sampler=range(step, a.steps),
                                              num_workers=a.workers, collate_fn=lambda x: x):
        threads.adapt()
        torch.manual_seed(step)
        for group in optimizer.param_groups:
            group["lr"] = common.learning_rate(a.rate, schedule.progress(step))
        loss = loss_of(nets, vae, scale, cumulated, tokenizer, sample)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(nets.parameters(), 1.0)
        optimizer.step()
        average.update(nets)
        step += 1
        losses[sample[0].shape[1]].append(float(loss.detach()))
        if time.time() - shown > 60:
            means = " ".join(f"{np.mean(values):.4f} at {side}" for side, values in losses.items() if values)
            print(f"step {step} of {a.steps} loss {means} threads {torch.get_num_threads()}", flush=True)
            shown, losses = time.time(), {128: [], 256: []}
        if time.time() - saved > 150:
            keep()
            saved = time.time()
        if schedule.progress(step) == 1:
            break
    keep()


if __name__ == "__main__":
    main()
