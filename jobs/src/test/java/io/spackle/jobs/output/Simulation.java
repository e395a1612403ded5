package io.spackle.jobs.output;

import io.spackle.jobs.output.History.Event;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.config.Configurator;

/**
 * Histories by their seeds; even ones are on a store like HDFS, odd ones on one like S3.
 *
 * <p>Arguments: the number of histories, and that of the first one; or {@code --seed N}.
 */
final class Simulation {

  private static final int PROGRESS = 10_000;

  private final Map<Event, Integer> events = new EnumMap<>(Event.class);
  private final List<String> violations = new ArrayList<>();

  public static void main(String[] args) {
    Configurator.setAllLevels(LogManager.ROOT_LOGGER_NAME, Level.OFF); // faults would fill the logs
    if (args[0].equals("--seed")) {
      print(Long.parseLong(args[1]), System.out);
      return;
    }
    int count = Integer.parseInt(args[0]);
    long first = args.length > 1 ? Long.parseLong(args[1]) : 0;
    Simulation simulation = new Simulation();
    long start = System.nanoTime();
    for (long seed = first; seed < first + count; seed += PROGRESS) {
      int known = simulation.violations.size();
      simulation.play(seed, (int) Math.min(PROGRESS, first + count - seed));
      System.out.printf(
          "%d histories in %d s, %d with violations%n",
          seed - first + PROGRESS,
          (System.nanoTime() - start) / 1_000_000_000,
          simulation.violations.size());
      simulation.violations.stream().skip(known).forEach(System.out::println);
    }
    System.out.println(simulation.events);
    System.exit(simulation.violations.isEmpty() ? 0 : 1);
  }

  /** Plays histories. */
  void play(long first, int count) {
    for (long seed = first; seed < first + count; seed++) {
      History history = history(seed, null);
      Set<String> violated = history.play();
      if (!violated.isEmpty()) {
        violations.add("history " + seed + ": " + violated);
      }
      history.events().forEach(event -> events.merge(event, 1, Integer::sum));
    }
  }

  /** The first history with a violation of some from a number on; null if there is none. */
  static String find(long first, int count) {
    Simulation simulation = new Simulation();
    for (long seed = first; seed < first + count && simulation.violations.isEmpty(); seed++) {
      simulation.play(seed, 1);
    }
    return simulation.violations.isEmpty() ? null : simulation.violations.get(0);
  }

  /** In how many histories each event has happened. */
  Map<Event, Integer> events() {
    return events;
  }

  /** The histories with violations, by their seeds. */
  List<String> violations() {
    return violations;
  }

  private static History history(long seed, List<String> log) {
    return new History(seed, seed % 2 != 0, log);
  }

  /** Prints what happens in a history. */
  static void print(long seed, PrintStream out) {
    List<String> log = new ArrayList<>();
    Set<String> violated = history(seed, log).play();
    log.forEach(out::println);
    out.println("history " + seed + ": " + violated);
  }
}
