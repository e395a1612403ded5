package io.spackle.jobs.run;

/** The exit code of a command, and the status in its closing line. */
public enum ExitCode {
  /** Done. */
  DONE(0, "done"),
  /** Any failure without a code of its own. */
  BROKEN(1, "broken"),
  /** Refused before the first row, because of problems that are all listed: nothing was done. */
  REFUSED(2, "refused"),
  /** Done, but more rows failed than the configuration allows. */
  FAILURES(3, "failures");

  private final int code;
  private final String status;

  ExitCode(int code, String status) {
    this.code = code;
    this.status = status;
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
