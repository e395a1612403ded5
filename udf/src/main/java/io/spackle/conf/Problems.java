package io.spackle.conf;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/** Collects the problems found before a job starts, so that all are reported at once. */
public final class Problems {

  private final List<String> found = new ArrayList<>();

  public void add(String problem) {
    found.add(problem);
  }

  public void addAll(List<String> problems) {
    found.addAll(problems);
  }

  /**
   * The result of a check, or null if it fails; its failure is then added as a problem.
   *
   * @param what prefix of the problem, such as "the manifest x.csv cannot be read"
   */
  public <T> T attempt(String what, Callable<T> check) {
    try {
      return check.call();
    } catch (RefusedException e) {
      addAll(e.problems());
    } catch (Exception e) { // Spark throws undeclared checked exceptions
      add(what + ": " + firstLine(e));
    }
    return null;
  }

  public boolean isEmpty() {
    return found.isEmpty();
  }

  /**
   * Returns if there are no problems.
   *
   * @throws RefusedException with all problems otherwise
   */
  public void refuse() {
    if (!found.isEmpty()) {
      throw new RefusedException(found);
    }
  }

  /** The first line of an exception's message: Spark's go on with query plans and stack traces. */
  public static String firstLine(Throwable e) {
    String message = e.getMessage() == null ? e.toString() : e.getMessage();
    return message.lines().findFirst().orElse(e.toString());
  }
}
