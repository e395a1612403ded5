package io.spackle.jobs.output;

/** What happens to an output folder that holds a run already. */
public enum OutputMode {
  RESUME,
  OVERWRITE,
  FAIL_IF_EXISTS
}
