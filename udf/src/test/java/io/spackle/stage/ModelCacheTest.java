package io.spackle.stage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelCacheTest {

  private static final String DIGEST = "abc123";

  @TempDir Path temp;

  /** The local file system under a name that is not local. */
  public static final class FarFileSystem extends RawLocalFileSystem {
    @Override
    public URI getUri() {
      return URI.create("far:///");
    }

    @Override
    protected void checkPath(org.apache.hadoop.fs.Path path) {}
  }

  @Test
  void whatIsLocalIsUsedWhereItIs() {
    assertThat(local("/models/sd15")).isEqualTo(Path.of("/models/sd15"));
    assertThat(local("file:///models/sd%2015")).isEqualTo(Path.of("/models/sd%2015"));
    assertThat(temp).isEmptyDirectory();
  }

  @Test
  void whatIsFarIsCopiedOnce() throws Exception {
    Path origin = model();
    Path copy = local("far://" + origin);
    assertThat(copy.resolve("unet/model.onnx")).hasContent("weights");
    Files.delete(origin.resolve("unet/model.onnx"));
    assertThat(local("far://" + origin)).isEqualTo(copy);
    assertThat(copy.resolve("unet/model.onnx")).hasContent("weights");
  }

  @Test
  void manyWhoAskGetOneCopy() throws Exception {
    String origin = "far://" + model();
    ExecutorService tasks = Executors.newFixedThreadPool(4);
    List<Future<Path>> answers = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      answers.add(tasks.submit(() -> local(origin)));
    }
    for (Future<Path> answer : answers) {
      assertThat(answer.get().resolve("unet/model.onnx")).hasContent("weights");
    }
    tasks.shutdown();
  }

  @Test
  void aCopyThatFailedLeavesNothingUnderTheFinalName() throws Exception {
    assertThatThrownBy(() -> local("far://" + temp.resolve("missing")))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("missing");
    assertThat(copies()).isEmpty();
    assertThat(local("far://" + model())).isDirectory();
  }

  @Test
  void whatADeadProcessLeftIsReplaced() throws Exception {
    Path left = Files.createDirectories(temp.resolve("cache").resolve(DIGEST + ".part"));
    Files.writeString(left.resolve("half"), "half");
    Path copy = local("far://" + model());
    assertThat(copy.resolve("half")).doesNotExist();
    assertThat(copies()).containsExactly(copy);
  }

  private Path local(String location) {
    Configuration hadoop = new Configuration(false);
    hadoop.set("fs.far.impl", FarFileSystem.class.getName());
    hadoop.setBoolean("fs.far.impl.disable.cache", true);
    return new ModelCache(temp.resolve("cache"))
        .local(new StageSettings.Folder(location, DIGEST), hadoop);
  }

  private Path model() throws Exception {
    Path origin = Files.createDirectories(temp.resolve("origin"));
    Files.createDirectories(origin.resolve("unet"));
    Files.writeString(origin.resolve("unet/model.onnx"), "weights");
    return origin;
  }

  private List<Path> copies() throws Exception {
    try (Stream<Path> files = Files.list(temp.resolve("cache"))) {
      return files.filter(Files::isDirectory).toList();
    }
  }
}
