"""Starts a work folder from a model folder that export.py wrote, to continue its training: vae.pt, unet.pt and the tokenizer.

A graph does not name all its weights as PyTorch does, and holds some transposed. So each network is exported once more, with
random weights: a parameter is the initializer that has the same values, and the trained values have the same place among
the initializers of the model folder. The optimizers start anew.
"""
import argparse
import json
import os
import shutil
import tempfile

import numpy as np
import onnx
import torch
from onnx import numpy_helper

import common
import export
import train
import vae as autoencoder


def initializers(folder):
    return [numpy_helper.to_array(w) for w in onnx.load(os.path.join(folder, "model.onnx")).graph.initializer]


def trained_values(values, fresh, trained):
    """The trained values of the parameter that has these values in the fresh graph."""
    for candidate, wanted in zip(fresh, trained):
        if candidate.size == values.size:
            for turn in (np.asarray, np.transpose):
                if np.array_equal(turn(candidate).reshape(values.shape), values):
                    return turn(wanted).reshape(values.shape).astype(np.float32)
    raise ValueError(f"no initializer has the values of a parameter of shape {values.shape}")


@torch.no_grad()
def restore(part, model):
    """Gives the module of a part the weights of the model folder."""
    for parameter in part.module.parameters():
        parameter.copy_(torch.randn_like(parameter) * 0.05)
    with tempfile.TemporaryDirectory() as folder:
        export.write(folder, part)
        fresh, trained = (initializers(os.path.join(place, part.name)) for place in (folder, model))
    if [v.shape for v in fresh] != [v.shape for v in trained]:
        raise ValueError(f"{model}/{part.name} has other weights than models.py and vae.py define")
    for parameter in part.module.parameters():
        parameter.copy_(torch.from_numpy(trained_values(parameter.numpy(), fresh, trained)))


def checkpoint(module, **more):
    values = {key: value.clone() for key, value in module.state_dict().items()}
    return {"model": module.state_dict(), "average": {"values": values, "steps": 0}, "step": 0, **more}


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--model", required=True, help="the model folder")
    p.add_argument("--work", required=True, help="the work folder, without checkpoints")
    a = p.parse_args()
    if found := [name for name in ("vae.pt", "unet.pt") if os.path.exists(os.path.join(a.work, name))]:
        p.error(f"{a.work} has checkpoints: {', '.join(found)}; delete them, or name another folder")
    common.DEVICE = torch.device("cpu")
    shutil.copytree(os.path.join(a.model, "tokenizer"), os.path.join(a.work, "tokenizer"), dirs_exist_ok=True)
    with open(os.path.join(a.model, "vae_decoder", "config.json")) as f:
        scale = json.load(f)["scaling_factor"]
    vae, (tokenizer, nets) = autoencoder.Autoencoder(), train.networks(a.work)
    for part in export.parts(tokenizer, nets, vae, scale):
        restore(part, a.model)
    common.save(os.path.join(a.work, "vae.pt"), checkpoint(vae))
    common.save(os.path.join(a.work, "unet.pt"), checkpoint(nets, scale=scale))


if __name__ == "__main__":
    main()
