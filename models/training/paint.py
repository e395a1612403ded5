"""Inpainting with an exported model folder: the steps of the pipeline that the engine follows, in a few lines of Python."""
import json
import os

import cv2
import diffusers
import numpy as np
import onnxruntime
import torch

import tokens


def shares(mask, soft):
    """The share of the generated image (h, w, 1): 0 outside the hole, rising inwards over `soft` pixels, as with `image.mask-blur`."""
    depth = cv2.distanceTransform(mask.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return np.minimum(1, depth / (soft + 1))[..., None]


class Model:
    def __init__(self, folder, threads=2, sampler=None):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        self.graph = {n: onnxruntime.InferenceSession(os.path.join(folder, n, "model.onnx"), options,
                                                      providers=["CPUExecutionProvider"])
                      for n in ("text_encoder", "unet", "vae_encoder", "vae_decoder")}
        self.tokenizer = tokens.load(os.path.join(folder, "tokenizer"))
        with open(os.path.join(folder, "scheduler", "scheduler_config.json")) as f:
            config = json.load(f)
        self.scheduler = getattr(diffusers, sampler or config["_class_name"]).from_config(config)
        with open(os.path.join(folder, "vae_decoder", "config.json")) as f:
            self.scale = json.load(f)["scaling_factor"]

    def run(self, name, *inputs):
        graph = self.graph[name]
        return graph.run(None, {i.name: v for i, v in zip(graph.get_inputs(), inputs)})[0]

    def hidden(self, prompts):
        return self.run("text_encoder", tokens.encode(self.tokenizer, prompts).numpy())

    def decode(self, latents):
        x = self.run("vae_decoder", latents / self.scale)
        return ((x / 2 + 0.5).clip(0, 1) * 255).round().astype(np.uint8).transpose(0, 2, 3, 1)

    def encode(self, images):
        """Mean latents of uint8 images (n, h, w, 3)."""
        x = np.asarray(images, np.float32).transpose(0, 3, 1, 2) / 127.5 - 1
        return self.run("vae_encoder", x)[:, :4] * self.scale

    def inpaint(self, image, mask, prompt, seeds, steps=20, guidance=3.0, soft=0):
        """uint8 (h, w, 3) and a bool hole (h, w) to one image per seed; pixels outside the hole are the given ones."""
        n, (h, w) = len(seeds), mask.shape
        generators = [torch.Generator().manual_seed(s) for s in seeds]
        draw = lambda: torch.cat([torch.randn((1, 4, h // 8, w // 8), generator=g) for g in generators]).numpy()
        x = draw() * float(self.scheduler.init_noise_sigma)
        pixels = (image.astype(np.float32) / 127.5 - 1) * ~mask[..., None]
        mean, log_variance = np.split(self.run("vae_encoder", pixels.transpose(2, 0, 1)[None]), 2, axis=1)
        known = (mean + np.exp(0.5 * log_variance.clip(-30, 20)) * draw()) * self.scale
        hole = mask.reshape(h // 8, 8, w // 8, 8).any((1, 3)).astype(np.float32)[None, None].repeat(n, 0)
        hidden = self.hidden([""] * n + [prompt] * n)
        self.scheduler.set_timesteps(steps)
        for t in self.scheduler.timesteps:
            scaled = np.asarray(self.scheduler.scale_model_input(torch.from_numpy(x), t))
            sample = np.concatenate([scaled, hole, known], 1).astype(np.float32)
            out = self.run("unet", np.concatenate([sample, sample]), np.full(2 * n, float(t), np.float32), hidden)
            without, with_text = out[:n], out[n:]
            guided = torch.from_numpy(without + guidance * (with_text - without))
            x = self.scheduler.step(guided, t, torch.from_numpy(x)).prev_sample.numpy()
        share = shares(mask, soft)
        return (share * self.decode(x.astype(np.float32)) + (1 - share) * image).round().astype(np.uint8)
