package io.spackle.graph;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Resources that are closed together, the latest first, each even if closing another fails.
 *
 * <p>Opens several resources such that none leaks if one fails to open:
 *
 * <pre>{@code
 * try (CloseStack opening = new CloseStack()) {
 *   Graph unet = opening.push(OrtGraph.open(...));
 *   Graph vae = opening.push(OrtGraph.open(...));
 *   return new Family(unet, vae, opening.release());
 * }
 * }</pre>
 */
public final class CloseStack implements AutoCloseable {

  private final Deque<AutoCloseable> resources = new ArrayDeque<>();

  /** Adds a resource and returns it. */
  public <T extends AutoCloseable> T push(T resource) {
    resources.push(resource);
    return resource;
  }

  /**
   * Moves all resources to a new stack; this one is empty afterwards, and closing it has no effect.
   */
  public CloseStack release() {
    CloseStack owner = new CloseStack();
    owner.resources.addAll(resources);
    resources.clear();
    return owner;
  }

  /**
   * Closes everything; a second call does nothing.
   *
   * @throws RuntimeException the first failure (a checked one as the cause of an
   *     IllegalStateException), the others suppressed
   */
  @Override
  public void close() {
    RuntimeException failure = null;
    while (!resources.isEmpty()) {
      try {
        resources.pop().close();
      } catch (Exception e) {
        RuntimeException unchecked =
            e instanceof RuntimeException ? (RuntimeException) e : new IllegalStateException(e);
        if (failure == null) {
          failure = unchecked;
        } else {
          failure.addSuppressed(unchecked);
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
  }
}
