package io.spackle.jobs.run;

import io.spackle.jobs.driver.Interruption;

/** The exit code of a command, and the status in its closing line. */
public enum ExitCode {
  /** Done. */
  DONE(0, "done"),
  /** Any failure without a code of its own. */
  BROKEN(1, "broken"),
  /** Refused before the first row, because of problems that are all listed: nothing was done. */
  REFUSED(2, "refused"),
  /** Done, but every row of the run failed, or more rows than the configuration allows. */
  FAILURES(3, "failures"),
  /** Ended by Ctrl-C: what was done is published, and the same command goes on. */
  INTERRUPTED(Interruption.Kind.INT.exitStatus(), "interrupted"),
  /** The same, ended by a process or cluster manager. */
  TERMINATED(Interruption.Kind.TERM.exitStatus(), "interrupted");

  private final int code;
  private final String status;

  ExitCode(int code, String status) {
    this.code = code;
    this.status = status;
  }

  /** The exit code of an interrupted command. */
  public static ExitCode of(Interruption.Kind kind) {
    return kind == Interruption.Kind.INT ? INTERRUPTED : TERMINATED;
  }

  /** The exit code of the process. */
  public int code() {
    return code;
  }

  /** The status in the closing line and in summary.json. */
  public String status() {
    return status;
  }
}
