"""The two networks that are trained together: a CLIP text encoder and a 9-channel UNet, both small."""
import math

import torch
from diffusers import UNet2DConditionModel
from diffusers.models.attention_processor import AttnProcessor
from transformers import CLIPTextConfig, CLIPTextModel

WIDTH = 128
CHANNELS = (48, 96, 128)
BLURS = (8.0, 4.0, 2.0, 1.0)    # standard deviations, in cells of the latents


def text_encoder(vocabulary):
    return CLIPTextModel(CLIPTextConfig(
        vocab_size=vocabulary, hidden_size=WIDTH, intermediate_size=2 * WIDTH, num_hidden_layers=2, num_attention_heads=2,
        max_position_embeddings=77, projection_dim=WIDTH, bos_token_id=vocabulary - 2, eos_token_id=vocabulary - 1,
        pad_token_id=vocabulary - 1, initializer_factor=1.0))


def bell(count, sigma, device):
    """How much each of `count` cells in a row counts for each other one, (count, count)."""
    at = torch.arange(count, device=device, dtype=torch.float32)
    return torch.exp(-(at[:, None] - at) ** 2 / (2 * sigma ** 2)) / (sigma * math.sqrt(2 * math.pi))


def blurred(values, sigma):
    """Gaussian blur of each channel, zero beyond the border."""
    height, width = values.shape[2:]
    return bell(height, sigma, values.device) @ values @ bell(width, sigma, values.device)


def smooth_fill(known, hole):
    """Latents (n, 4, h, w) whose hole (n, 1, h, w) is filled with weighted means of the cells around it: near ones where there are any."""
    both = torch.cat([known * (1 - hole), 1 - hole], 1)
    total = both.mean((2, 3), keepdim=True)
    fill = total[:, :4] / total[:, 4:].clamp(min=1e-3)
    for sigma in BLURS:
        sums = blurred(both, sigma)
        share = sums[:, 4:]
        trust = (4 * share).clamp(max=1)
        fill = trust * sums[:, :4] / share.clamp(min=1e-4) + (1 - trust) * fill
    return both[:, :4] + hole * fill


def cumulated_alphas():
    """Of the noise schedule of Stable Diffusion 1.5, one for each of its 1000 timesteps."""
    return torch.cumprod(1 - torch.linspace(0.00085 ** 0.5, 0.012 ** 0.5, 1000) ** 2, 0)


class Unet(torch.nn.Module):
    """A UNet of the usual nine channels whose layers work on what differs from a smooth fill of the hole.

    With x = alpha x0 + sigma noise and v = alpha noise - sigma x0, the difference x0 - fill has the noisy form
    x - alpha fill, and its own v is v + sigma fill. The layers see the fill beside it.
    """

    def __init__(self, channels=CHANNELS):
        super().__init__()
        self.layers = layers(channels)
        self.register_buffer("alphas", cumulated_alphas(), persistent=False)

    def forward(self, sample, timestep, encoder_hidden_states):
        with torch.autocast(sample.device.type, enabled=False):
            sample = sample.float()
            fill = smooth_fill(sample[:, 5:], sample[:, 4:5])
            alpha = self.alphas[timestep.long()].reshape(-1, 1, 1, 1)
            noisy = sample[:, :4] - alpha.sqrt() * fill
        shown = torch.cat([noisy, sample[:, 4:], fill], 1)
        out = self.layers(shown, timestep, encoder_hidden_states, return_dict=False)[0]
        return out.float() - (1 - alpha).sqrt() * fill


def layers(channels):
    net = UNet2DConditionModel(
        in_channels=9 + 4, out_channels=4, sample_size=32, block_out_channels=channels, layers_per_block=1,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
        cross_attention_dim=WIDTH, attention_head_dim=4, norm_num_groups=8)
    net.set_attn_processor(AttnProcessor())    # on processors faster than the fused kernel in bfloat16
    return net
