package io.spackle.bundle;

import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.WRITE;

import io.spackle.graph.GraphOptimizer;
import io.spackle.onnx.OnnxFileCheck;
import io.spackle.onnx.UnetCopy;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Makes a model folder that opens faster: its graphs are optimised, the UNet is the {@link UnetCopy
 * changed copy}, and weights lie beside the graphs, where they are mapped and not parsed. It
 * generates the same images, bit for bit on the CPU, and has the same digest.
 */
public final class PreparedBundle {

  private static final String UNET = "unet";

  private final Path source;
  private final Path target;
  private final Optional<GraphOptimizer> optimizer;

  private PreparedBundle(Path source, Path target, Optional<GraphOptimizer> optimizer) {
    this.source = source;
    this.target = target;
    this.optimizer = optimizer;
  }

  /**
   * Writes a prepared folder. It appears complete; a failure leaves a folder with the suffix {@code
   * .part}, which the next call replaces.
   *
   * @param source a model folder
   * @param target the folder to write
   * @param optimizer for the device that is to run the graphs; empty for any device: only the UNet
   *     is changed then
   * @throws io.spackle.graph.InvalidModelException if the source is not a model folder
   * @throws IllegalArgumentException if the target exists, or the source is prepared already
   * @throws IOException if a file cannot be read or written
   */
  public static void write(Path source, Path target, Optional<GraphOptimizer> optimizer)
      throws IOException {
    ModelBundle bundle = ModelBundle.open(source);
    if (PreparedMark.of(source).isPresent()) {
      throw new IllegalArgumentException(
          source + " is prepared already: prepare the folder that it was made from");
    }
    if (Files.exists(target)) {
      throw new IllegalArgumentException(target + " exists: name a folder that does not");
    }
    Path part = target.toAbsolutePath().resolveSibling(target.getFileName() + ".part");
    delete(part);
    new PreparedBundle(source, part, optimizer).write(bundle);
    Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
  }

  private void write(ModelBundle bundle) throws IOException {
    Set<Path> replaced = new HashSet<>();
    List<Path> graphs = graphs(bundle);
    for (Path graph : graphs) {
      replaced.add(normalized(graph));
      if (optimizer.isEmpty()) {
        continue; // the weights stay as they are
      }
      OnnxFileCheck.check(graph, graph.toString())
          .external()
          .forEach(weights -> replaced.add(normalized(weights)));
    }
    for (Path file : tree(source, FileVisitOption.FOLLOW_LINKS)) {
      if (Files.isDirectory(file)) {
        Files.createDirectories(copyOf(file));
      } else if (!replaced.contains(normalized(file))) {
        Files.copy(file, copyOf(file));
      }
    }
    for (Path graph : graphs) {
      write(graph, changed(graph), copyOf(graph));
    }
    new PreparedMark(
            GraphOptimizer.runtime(),
            optimizer.map(GraphOptimizer::kind).orElse(null),
            optimizer
                .filter(GraphOptimizer::isForThisCpu)
                .map(cpu -> PreparedMark.layoutOfThisCpu())
                .orElse(null),
            new TreeMap<>(bundle.digests()),
            new TreeMap<>(ModelBundle.open(target).digests()))
        .write(target);
  }

  private void write(Path graph, Optional<ByteBuffer> changed, Path copy) throws IOException {
    if (optimizer.isPresent()) {
      optimizer.get().save(graph, changed, copy);
    } else if (changed.isPresent()) {
      try (FileChannel channel = FileChannel.open(copy, CREATE_NEW, WRITE)) {
        while (changed.get().hasRemaining()) {
          channel.write(changed.get());
        }
      }
    } else {
      Files.copy(graph, copy);
    }
  }

  /** The graphs of all components, those of a safety checker included. */
  private List<Path> graphs(ModelBundle bundle) {
    Stream<Path> components =
        bundle.config(ModelBundle.ROOT).isPresent()
            ? Stream.of(source)
            : BundleCheck.list(source).stream();
    return components
        .map(component -> component.resolve(BundleCheck.GRAPH))
        .filter(Files::isRegularFile)
        .toList();
  }

  private Optional<ByteBuffer> changed(Path graph) throws IOException {
    return graph.equals(source.resolve(UNET).resolve(BundleCheck.GRAPH))
        ? UnetCopy.of(graph)
        : Optional.empty();
  }

  private Path copyOf(Path file) {
    return target.resolve(source.relativize(file));
  }

  private static Path normalized(Path file) {
    return file.toAbsolutePath().normalize();
  }

  private static List<Path> tree(Path folder, FileVisitOption... options) throws IOException {
    try (Stream<Path> files = Files.walk(folder, options)) {
      return files.toList();
    }
  }

  private static void delete(Path folder) throws IOException {
    if (Files.exists(folder)) {
      List<Path> files = tree(folder);
      for (int i = files.size() - 1; i >= 0; i--) {
        Files.delete(files.get(i));
      }
    }
  }
}
