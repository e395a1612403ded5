package io.spackle.model;

/** The devices that can be asked for. */
public enum DeviceChoice {
  /** The GPU that the task was given, else the CPU. */
  AUTO,
  CPU,
  /** The GPU that the task was given, else the first. */
  CUDA
}
