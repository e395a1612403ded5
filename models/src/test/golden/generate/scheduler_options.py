"""Writes vectors/scheduler_options.json: walks with the options that scheduler_walks.json leaves out.

The walk is that of scheduler_walks.json: x0 fixed, model output =
0.3 * scaled input + 0.1 * cos(index + call); the generator of seed 1234 draws x0 (1,4,2,2), the noise, then
whatever the scheduler draws; start_step k: add_noise at timesteps[k * order], set_begin_index(k * order).
"""

import inspect
import json
import pathlib

import diffusers
import torch

VECTORS = pathlib.Path(__file__).resolve().parents[1] / "vectors"

COSINE = {"beta_schedule": "squaredcos_cap_v2"}
LINEAR = {"beta_schedule": "linear"}
V = {"prediction_type": "v_prediction"}
X0 = {"prediction_type": "sample"}
ZERO_SNR = {"rescale_betas_zero_snr": True, "prediction_type": "v_prediction", "timestep_spacing": "trailing"}
CLIP = {"clip_sample": True}
CLIP_HALF = {"clip_sample": True, "clip_sample_range": 0.5}
ALPHA_ONE = {"set_alpha_to_one": True}
KARRAS_LEADING = {"use_karras_sigmas": True, "timestep_spacing": "leading"}
LOWEST = {"final_sigmas_type": "sigma_min"}
KARRAS_LOWEST = {"use_karras_sigmas": True, "final_sigmas_type": "sigma_min"}
THIRD = {"solver_order": 3}
FIRST = {"solver_order": 1}
THIRD_LOWEST = {"solver_order": 3, "final_sigmas_type": "sigma_min"}
FULL_ORDER = {"lower_order_final": False, "final_sigmas_type": "sigma_min"}
LOWER_ORDER = {"lower_order_final": True, "final_sigmas_type": "sigma_min"}
THIRD_FULL = {"solver_order": 3, "lower_order_final": False, "final_sigmas_type": "sigma_min"}
HEUN = {"solver_type": "heun"}
HEUN_THIRD = {"solver_type": "heun", "solver_order": 3}
BH1 = {"solver_type": "bh1", "final_sigmas_type": "sigma_min"}
BH1_THIRD = {"solver_type": "bh1", "solver_order": 3, "final_sigmas_type": "sigma_min"}
SDE_HEUN = {"algorithm_type": "sde-dpmsolver++", "solver_type": "heun"}

OPTIONS = {
    "DDPMScheduler": [COSINE, LINEAR, V, X0, ZERO_SNR, CLIP, CLIP_HALF],
    "DDIMScheduler": [COSINE, LINEAR, X0, ZERO_SNR, CLIP, CLIP_HALF, ALPHA_ONE],
    "PNDMScheduler": [COSINE, LINEAR, V, ALPHA_ONE],
    "LMSDiscreteScheduler": [COSINE, LINEAR, V, X0, KARRAS_LEADING],
    "EulerDiscreteScheduler": [COSINE, LINEAR, X0, KARRAS_LEADING, LOWEST],
    "EulerAncestralDiscreteScheduler": [COSINE, LINEAR, V],
    "DPMSolverMultistepScheduler": [
        COSINE, LINEAR, X0, ZERO_SNR, KARRAS_LOWEST, THIRD_LOWEST, FULL_ORDER, THIRD_FULL, HEUN, SDE_HEUN,
    ],
    "HeunDiscreteScheduler": [COSINE, LINEAR, V, X0, KARRAS_LEADING],
    "KDPM2DiscreteScheduler": [COSINE, LINEAR, V, KARRAS_LEADING],
    "DPMSolverSinglestepScheduler": [
        COSINE, LINEAR, V, X0, LOWEST, KARRAS_LOWEST, FIRST, THIRD, THIRD_LOWEST, FULL_ORDER, LOWER_ORDER, THIRD_FULL,
        HEUN, HEUN_THIRD,
    ],
    "KDPM2AncestralDiscreteScheduler": [LINEAR, V, KARRAS_LEADING],
    "UniPCMultistepScheduler": [
        COSINE, LINEAR, V, X0, ZERO_SNR, LOWEST, KARRAS_LOWEST, FIRST, THIRD, THIRD_LOWEST, FULL_ORDER, THIRD_FULL,
        BH1, BH1_THIRD,
    ],
    "DEISMultistepScheduler": [COSINE, LINEAR, V, X0, FIRST, THIRD, FULL_ORDER, THIRD_FULL],
    "LCMScheduler": [
        COSINE, LINEAR, V, X0, ZERO_SNR, CLIP, CLIP_HALF, {"original_inference_steps": 25}, {"timestep_scaling": 5.0},
    ],
}  # fmt: skip


def rounded(tensor):
    return [float(f"{value:.8g}") for value in tensor.flatten().tolist()]


def walk(name, config, overrides, steps, start):
    scheduler = getattr(diffusers, name).from_config({**config, **overrides})
    scheduler.set_timesteps(steps)
    generator = torch.Generator("cpu").manual_seed(1234)
    x0 = torch.randn((1, 4, 2, 2), generator=generator)
    noise = torch.randn((1, 4, 2, 2), generator=generator)
    begin = start * scheduler.order
    timesteps = scheduler.timesteps[begin:]
    if hasattr(scheduler, "set_begin_index"):
        scheduler.set_begin_index(begin)
    sample = scheduler.add_noise(x0, noise, timesteps[:1]) if start else noise * scheduler.init_noise_sigma
    draws = {"generator": generator} if "generator" in inspect.signature(scheduler.step).parameters else {}
    first, samples = rounded(sample), []
    for call, timestep in enumerate(timesteps):
        wave = torch.cos(torch.arange(16, dtype=torch.float32) + call).reshape(sample.shape)
        output = 0.3 * scheduler.scale_model_input(sample, timestep) + 0.1 * wave
        sample = scheduler.step(output, timestep, sample, return_dict=False, **draws)[0]
        samples.append(rounded(sample))
    return {
        "scheduler": name, "config": "sd15", "overrides": overrides, "n": steps, "start_step": start,
        "first": first, "samples": samples,
    }  # fmt: skip


def main():
    config = json.loads((VECTORS / "scheduler_walks.json").read_text())["configs"]["sd15"]
    rows = [
        walk(name, config, overrides, steps, start)
        for name, options in OPTIONS.items()
        for overrides in options
        for steps, start in [(6, 0), (7, 3)]
    ]
    what = " ".join(__doc__.split("\n\n")[1].split())
    head = json.dumps({"what": what, "configs": {"sd15": config}}, indent=1)[:-2]
    lines = ",\n".join("  " + json.dumps(row) for row in rows)
    (VECTORS / "scheduler_options.json").write_text(f'{head},\n "rows": [\n{lines}\n ]\n}}\n')
    print(len(rows), "walks")


if __name__ == "__main__":
    main()
