package io.spackle.graph;

import io.spackle.tensor.Tensor;
import java.util.Map;
import java.util.concurrent.CancellationException;

/** A process whose threads load and run a graph until it is killed, to be started by a test. */
final class EndlessRuns {

  private EndlessRuns() {}

  /** Prints a line when it has begun. */
  public static void main(String[] args) {
    Graph graph = open();
    Map<String, Tensor> inputs = Fixtures.unetInputs(1, 801, 2);
    graph.run(inputs, new Cancellation());
    forever(() -> graph.run(inputs, new Cancellation()));
    forever(() -> open().close());
    System.out.println("running");
  }

  private static OrtGraph open() {
    return Fixtures.open("tiny-sd15-inpaint", "unet", 2);
  }

  private static void forever(Runnable work) {
    Runnable loop =
        () -> {
          try {
            while (true) {
              work.run();
            }
          } catch (CancellationException e) {
            // The process ends.
          }
        };
    new Thread(loop).start();
  }
}
