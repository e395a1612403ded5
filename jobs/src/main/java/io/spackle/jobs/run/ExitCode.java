package io.spackle.jobs.run;

/** How a command ends, as scripts see it. */
public enum ExitCode {
  /** Done. */
  DONE(0, "done"),
  /** Anything that no other code tells. */
  BROKEN(1, "broken"),
  /** Refused at the start: nothing was done. */
  REFUSED(2, "refused"),
  /** Done, but more rows failed than the configuration allows. */
  FAILURES(3, "failures");

  private final int code;
  private final String status;

  ExitCode(int code, String status) {
    this.code = code;
    this.status = status;
  }

  public int code() {
    return code;
  }

  /** The name in the closing line and in summary.json. */
  public String status() {
    return status;
  }
}
