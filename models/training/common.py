"""What the training scripts share: the device, threads, moving averages, checkpoints."""
import math
import os
import time

import torch

DEVICE = torch.device("cuda" if torch.cuda.is_available() else "cpu")


def half():
    """Most of the arithmetic in bfloat16: twice as fast, on processors and devices that have it."""
    return torch.autocast(DEVICE.type, torch.bfloat16)


def others_load():
    """CPU seconds that processes of normal priority have used on this machine since it started (Linux), else 0."""
    try:
        with open("/proc/stat") as f:
            fields = f.readline().split()
        return (int(fields[1]) + int(fields[3])) / os.sysconf("SC_CLK_TCK")
    except OSError:
        return 0.0


class Threads:
    """Keeps the number of threads to the cores that other work leaves free, for runs of low priority.

    Such a run on two threads waits for the slower of the two: where other work keeps a core busy, one thread is faster.
    """

    def __init__(self, most):
        self.most, self.looked, self.load = most, time.time(), others_load()
        torch.set_num_threads(most)

    def adapt(self):
        passed = time.time() - self.looked
        if passed > 5 and os.nice(0) > 0:
            load = others_load()
            torch.set_num_threads(max(1, min(self.most, round((os.cpu_count() or 1) - (load - self.load) / passed))))
            self.looked, self.load = time.time(), load


class Schedule:
    """How far a run is, 0 to 1: by its steps, or by its minutes where they end sooner. Minutes count anew in each call."""

    def __init__(self, steps, minutes):
        self.steps, self.seconds, self.started = steps, 60 * minutes, time.time()

    def progress(self, step):
        return min(1.0, max(step / self.steps, (time.time() - self.started) / self.seconds))


class Average:
    """Exponential moving average of a module's parameters, with a warm-up of the decay."""

    def __init__(self, module, decay):
        self.decay, self.steps = decay, 0
        self.values = {k: v.detach().clone() for k, v in module.state_dict().items()}

    @torch.no_grad()
    def update(self, module):
        self.steps += 1
        decay = min(self.decay, (1 + self.steps) / (10 + self.steps))
        for key, value in module.state_dict().items():
            if value.is_floating_point():
                self.values[key].lerp_(value, 1 - decay)
            else:
                self.values[key].copy_(value)

    def state(self):
        return {"values": self.values, "steps": self.steps}

    def load(self, state):
        self.values, self.steps = state["values"], state["steps"]


def save(path, state):
    """Never leaves a partial file under the final name."""
    torch.save(state, path + ".part")
    os.replace(path + ".part", path)


def read(path):
    """A checkpoint, or None where there is none yet."""
    return torch.load(path, weights_only=True, map_location=DEVICE) if os.path.exists(path) else None


def learning_rate(peak, progress, warm=0.02):
    """Linear warm-up, then a cosine down to 2 % of the peak."""
    if progress < warm:
        return peak * (0.05 + 0.95 * progress / warm)
    return peak * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * (progress - warm) / (1 - warm))))
