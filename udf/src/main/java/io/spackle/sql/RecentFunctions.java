package io.spackle.sql;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The functions of the settings that queries used last. Spark analyzes a query several times; the
 * model is read only once. A model that is replaced in its folder is noticed after a minute.
 */
final class RecentFunctions {

  private static final int MOST = 16;
  private static final long LIFETIME_NANOS = Duration.ofMinutes(1).toNanos();

  private static final Map<Map<String, String>, Recent> RECENT =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Map<String, String>, Recent> eldest) {
          return size() > MOST;
        }
      };

  private RecentFunctions() {}

  private record Recent(InpaintFunction function, long readNanos) {

    boolean isValid() {
      return System.nanoTime() - readNanos < LIFETIME_NANOS;
    }
  }

  /**
   * The function for a session's settings.
   *
   * @throws io.spackle.conf.RefusedException with all problems
   */
  static InpaintFunction of(SessionConf conf) {
    Map<String, String> identity = conf.identity();
    synchronized (RECENT) {
      Recent recent = RECENT.get(identity);
      if (recent != null && recent.isValid()) {
        return recent.function();
      }
    }
    InpaintFunction function = InpaintFunction.of(conf.resolved());
    synchronized (RECENT) {
      RECENT.remove(identity); // so that it becomes the youngest
      RECENT.put(identity, new Recent(function, System.nanoTime()));
    }
    return function;
  }
}
