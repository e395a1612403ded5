"""The autoencoder: images to latents of 4 channels at an eighth of the side, and back.

The encoder is a linear map of blocks of 8 x 8, started from their principal components: a latent depends on its own block
alone, so that known places look the same next to a hole. (In one trial each, six minutes at the same rate, a convolutional
encoder came 2.8 dB behind.) The decoder is a linear map too, plus a residual network, which works at an eighth and a quarter
of the side, where arithmetic is cheap, and has no normalisation, so that what it draws depends on its surroundings alone.
"""
import argparse
import math
import os
import time

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

import common
import photos

LATENT_NOISE = 0.07     # deviation of the noise that the decoder learns to bear, where latents have 1
LOG_VARIANCE = -10.0    # what the encoder tells of its own uncertainty: hardly any


class Residual(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.first, self.second = nn.Conv2d(width, width, 3, padding=1), nn.Conv2d(width, width, 3, padding=1)
        nn.init.zeros_(self.second.weight)
        nn.init.zeros_(self.second.bias)

    def forward(self, x):
        return x + self.second(F.silu(self.first(F.silu(x))))


class Encoder(nn.Module):
    """(n, 3, h, w) in -1..1 to (n, 8, h/8, w/8): mean and log variance."""

    def __init__(self):
        super().__init__()
        self.linear = nn.Conv2d(3, 4, 8, stride=8)

    def forward(self, x):
        z = self.linear(x)
        return torch.cat([z, torch.full_like(z, LOG_VARIANCE)], 1)


class Decoder(nn.Module):
    """(n, 4, h/8, w/8) to (n, 3, h, w)."""

    def __init__(self, wide, narrow):
        super().__init__()
        self.linear = nn.ConvTranspose2d(4, 3, 8, stride=8)
        self.net = nn.Sequential(
            nn.Conv2d(4, wide, 3, padding=1), Residual(wide), Residual(wide), Residual(wide),
            nn.Conv2d(wide, 4 * narrow, 3, padding=1), nn.PixelShuffle(2), Residual(narrow), Residual(narrow), nn.SiLU(),
            nn.Conv2d(narrow, 48, 3, padding=1), nn.PixelShuffle(4))
        nn.init.zeros_(self.net[-2].weight)

    def forward(self, z):
        return self.linear(z) + self.net(z)


class Autoencoder(nn.Module):
    def __init__(self, wide=128, narrow=64):
        super().__init__()
        self.encoder, self.decoder = Encoder(), Decoder(wide, narrow)

    def encode(self, x):
        return self.encoder(x)[:, :4]

    @torch.no_grad()
    def start_from(self, images):
        """Sets the linear parts to the four principal components of 8 x 8 blocks, scaled to unit variance."""
        flat = F.unfold(images, 8, stride=8).permute(0, 2, 1).reshape(-1, 192).double()
        centre = flat.mean(0)
        values, vectors = torch.linalg.eigh((flat - centre).T @ (flat - centre) / len(flat))
        values, vectors = values.flip(0)[:4], vectors.flip(1)[:, :4]
        self.encoder.linear.weight.copy_((vectors / values.sqrt()).T.reshape(4, 3, 8, 8))
        self.encoder.linear.bias.copy_(-(vectors / values.sqrt()).T @ centre)
        self.decoder.linear.weight.copy_((vectors * values.sqrt()).T.reshape(4, 3, 8, 8))
        self.decoder.linear.bias.copy_(centre.reshape(3, 64).mean(1))


def tensor(images):
    """uint8 images (n, h, w, 3) to (n, 3, h, w) in -1..1."""
    return (torch.from_numpy(images).to(common.DEVICE).permute(0, 3, 1, 2).float() / 127.5 - 1).contiguous()


def batch(pixels, train, scenes, count, rng):
    """Crops of 128 x 128, a quarter of them whole images at half size; a quarter drawn scenes, a third in other hues."""
    crops = []
    for _ in range(count):
        source = scenes[rng.integers(len(scenes))] if rng.random() < 0.25 else pixels[train[rng.integers(len(train))]]
        if rng.random() < 0.25:
            crop = np.asarray(source, np.uint16).reshape(128, 2, 128, 2, 3).sum((1, 3)) // 4
        else:
            top, left = rng.integers(0, 129, 2)
            crop = source[top:top + 128, left:left + 128]
        crop = crop[..., rng.permutation(3)] if rng.random() < 0.33 else crop
        crops.append(crop[:, ::-1] if rng.random() < 0.5 else crop)
    return tensor(np.stack(crops).astype(np.uint8))


def loss_of(vae, x):
    """Mean logarithm of the squared error of each crop (so that it follows the PSNR), and unit variance of each channel."""
    with common.half():
        z = vae.encode(x)
        y = vae.decoder(z + LATENT_NOISE * torch.randn_like(z))
    z, error = z.float(), (y.float() - x).square().mean((1, 2, 3))
    spread = (z.var((0, 2, 3)) - 1).square().mean() + z.mean((0, 2, 3)).square().mean()
    return (error + 5e-4).log().mean() + 0.05 * spread


@torch.no_grad()
def psnr(vae, pixels, indices):
    """Mean over photos of the PSNR in dB, on 8-bit images."""
    values = []
    for i in indices:
        x = tensor(np.array(pixels[i])[None])
        a, b = ((v / 2 + 0.5).clamp(0, 1).mul(255).round() for v in (x, vae.decoder(vae.encode(x))))
        values.append(float(10 * torch.log10(255 ** 2 / (a - b).square().mean().clamp(min=1e-6))))
    return float(np.mean(values))


def load(work):
    """The trained autoencoder, for use."""
    vae = Autoencoder()
    vae.load_state_dict(common.read(os.path.join(work, "vae.pt"))["average"]["values"])
    return vae.eval().requires_grad_(False).to(common.DEVICE)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--photos", required=True, help="folder of photos and labels.csv")
    p.add_argument("--work", required=True, help="folder for caches and checkpoints")
    p.add_argument("--steps", type=int, default=4000)
    p.add_argument("--minutes", type=float, default=math.inf, help="end after this time, as if all steps were done")
    p.add_argument("--rate", type=float, default=1.5e-3)
    p.add_argument("--batch", type=int, default=8)
    p.add_argument("--threads", type=int, default=2)
    a = p.parse_args()
    torch.manual_seed(8)
    pixels, _, train, test = photos.load(a.photos, a.work)
    scenes = np.load(os.path.join(a.work, "scenes-picture.npy"), mmap_mode="r")
    vae = Autoencoder().to(common.DEVICE).to(memory_format=torch.channels_last)
    average, step = common.Average(vae, 0.998), 0
    optimizer = torch.optim.AdamW(vae.parameters(), lr=a.rate, betas=(0.9, 0.98), weight_decay=1e-4)
    threads, path = common.Threads(a.threads), os.path.join(a.work, "vae.pt")
    if state := common.read(path):
        vae.load_state_dict(state["model"])
        average.load(state["average"])
        if "optimizer" in state:
            optimizer.load_state_dict(state["optimizer"])
        step = state["step"]
    else:
        chosen = [np.array(pixels[i]) for i in train[::16]] + [np.array(s) for s in scenes[:60]]
        vae.start_from(tensor(np.stack(chosen)))
        average = common.Average(vae, 0.998)
        print(f"start: {psnr(vae, pixels, test[:40]):.2f} dB on 40 test photos", flush=True)

    def keep():
        common.save(path, {"model": vae.state_dict(), "average": average.state(), "step": step,
                           "optimizer": optimizer.state_dict()})

    schedule = common.Schedule(a.steps, a.minutes)
    shown = saved = time.time()
    total, count = 0.0, 0
    while schedule.progress(step) < 1:
        threads.adapt()
        torch.manual_seed(step)
        x = batch(pixels, train, scenes, a.batch, np.random.default_rng((8, step)))
        for group in optimizer.param_groups:
            group["lr"] = common.learning_rate(a.rate, schedule.progress(step))
        loss = loss_of(vae, x)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(vae.parameters(), 1.0)
        optimizer.step()
        average.update(vae)
        step, total, count = step + 1, total + float(loss.detach()), count + 1
        if time.time() - shown > 30:
            print(f"step {step} of {a.steps} loss {total / count:.4f} threads {torch.get_num_threads()}", flush=True)
            shown, total, count = time.time(), 0.0, 0
        if time.time() - saved > 150:
            keep()
            saved = time.time()
    keep()
    vae.load_state_dict(average.values)
    print(f"final: {psnr(vae, pixels, test):.2f} dB on {len(test)} test photos", flush=True)


if __name__ == "__main__":
    main()
