package io.spackle.conf;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/** Problems found before the work starts, gathered so that all can be told at once. */
public final class Problems {

  private final List<String> found = new ArrayList<>();

  public void add(String problem) {
    found.add(problem);
  }

  public void addAll(List<String> problems) {
    found.addAll(problems);
  }

  /**
   * The value of a check, or null if it fails, which is a problem then.
   *
   * @param what begins the problem, such as "the manifest x.csv cannot be read"
   */
  public <T> T attempt(String what, Callable<T> check) {
    try {
      return check.call();
    } catch (RefusedException e) {
      addAll(e.problems());
    } catch (Exception e) { // Spark throws checked exceptions undeclared
      add(what + ": " + firstLine(e));
    }
    return null;
  }

  /**
   * Goes on only if there are none.
   *
   * @throws RefusedException with all problems
   */
  public void refuse() {
    if (!found.isEmpty()) {
      throw new RefusedException(found);
    }
  }

  /** What an exception says, of Spark's without the query plan or stack trace that follow. */
  public static String firstLine(Throwable e) {
    String message = e.getMessage() == null ? e.toString() : e.getMessage();
    return message.lines().findFirst().orElse(e.toString());
  }
}
