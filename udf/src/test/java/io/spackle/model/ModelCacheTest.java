package io.spackle.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spackle.bundle.ModelBundle;
import io.spackle.graph.InvalidModelException;
import io.spackle.model.ModelSettings.FolderKind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class ModelCacheTest {

  private static final Path BUNDLE =
      Path.of(System.getProperty("bundles.dir"), "idle-sd15-inpaint");
  private static final String DIGEST = ModelBundle.open(BUNDLE).digest();
  private static final String GRAPH = "unet/model.onnx";

  @TempDir Path temp;

  private Path origin;
  private Path cache;

  @BeforeEach
  void copyModel() throws IOException {
    origin = temp.resolve("origin/sd15");
    cache = temp.resolve("cache");
    Files.createDirectories(origin.getParent());
    try (Stream<Path> files = Files.walk(BUNDLE)) {
      for (Path file : files.toList()) {
        Files.copy(file, origin.resolve(BUNDLE.relativize(file)));
      }
    }
  }

  @Test
  void localFolderIsUsedInPlace() {
    assertThat(local("/models/sd15", DIGEST)).isEqualTo(Path.of("/models/sd15"));
    assertThat(local("file:///models/sd%2015", DIGEST)).isEqualTo(Path.of("/models/sd%2015"));
    assertThat(cache).doesNotExist();
  }

  @Test
  void remoteFolderIsCopiedOnce() throws IOException {
    Path copy = local(remote(), DIGEST);
    assertThat(copy.getFileName()).isEqualTo(Path.of("sd15")); // a model is named after its folder
    assertThat(ModelBundle.open(copy).digest()).isEqualTo(DIGEST);
    Files.delete(origin.resolve(GRAPH));
    assertThat(local(remote(), DIGEST)).isEqualTo(copy);
    assertThat(RemoteTestFileSystem.read(readLog())).doesNotHaveDuplicates();
  }

  @Test
  void knownListingIsNotReadAgain() throws IOException {
    ModelCache.Copy first = now();
    assertThat(first.digest()).isEqualTo(DIGEST);
    assertThat(first.folder()).isEqualTo(local(remote(), DIGEST)).isEqualTo(now().folder());
    assertThat(RemoteTestFileSystem.read(readLog())).doesNotHaveDuplicates();
  }

  @Test
  void changedFolderIsCopiedAgain() throws IOException {
    ModelCache.Copy first = now();
    Files.writeString(origin.resolve("model_index.json"), "\n", StandardOpenOption.APPEND);
    ModelCache.Copy second = now();
    assertThat(second.digest()).isNotEqualTo(first.digest());
    assertThat(ModelBundle.open(second.folder()).digest()).isEqualTo(second.digest());
    assertThat(first.folder()).isDirectory();
  }

  @Test
  void folderThatChangedSinceTheStartIsRefused() {
    assertThatThrownBy(() -> local(remote(), "0".repeat(64)))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining(DIGEST + ", expected " + "0".repeat(64))
        .hasMessageContaining("start the job again");
    assertThat(folders()).isEmpty();
  }

  @Test
  void folderWithoutAModelIsRefused() throws IOException {
    Files.delete(origin.resolve("model_index.json"));
    assertThatThrownBy(this::now).isInstanceOf(InvalidModelException.class);
    assertThat(folders()).isEmpty();
  }

  @Test
  void damagedCopyIsReplaced() throws IOException {
    Path copy = local(remote(), DIGEST);
    byte[] graph = Files.readAllBytes(copy.resolve(GRAPH));
    graph[graph.length / 2] ^= 1;
    Files.write(copy.resolve(GRAPH), graph);
    assertThat(local(remote(), DIGEST)).isEqualTo(copy);
    assertThat(ModelBundle.open(copy).digest()).isEqualTo(DIGEST);
    Files.delete(copy.resolve(GRAPH));
    assertThat(now().folder()).isEqualTo(copy);
    assertThat(ModelBundle.open(copy).digest()).isEqualTo(DIGEST);
  }

  @Test
  void concurrentThreadsShareOneCopy() throws Exception {
    ExecutorService tasks = Executors.newFixedThreadPool(4);
    List<Future<Path>> copies = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      copies.add(tasks.submit(() -> local(remote(), DIGEST)));
    }
    for (Future<Path> copy : copies) {
      assertThat(copy.get().resolve(GRAPH)).exists();
    }
    tasks.shutdown();
    assertThat(RemoteTestFileSystem.read(readLog())).doesNotHaveDuplicates();
  }

  @Test
  @Timeout(60)
  void concurrentProcessesShareOneCopy() throws Exception {
    Process one = ModelCacheProcess.start(cache, remote(), DIGEST, readLog(), 50);
    Process other = ModelCacheProcess.start(cache, remote(), DIGEST, readLog(), 50);
    assertThat(one.waitFor()).isZero();
    assertThat(other.waitFor()).isZero();
    assertThat(RemoteTestFileSystem.read(readLog())).doesNotHaveDuplicates();
    assertThat(ModelBundle.open(local(remote(), DIGEST)).digest()).isEqualTo(DIGEST);
  }

  @Test
  @Timeout(60)
  void processThatCrashesWhileCopyingBlocksNoOther() throws Exception {
    Process crashing = ModelCacheProcess.start(cache, remote(), DIGEST, readLog(), 600_000);
    while (RemoteTestFileSystem.read(readLog()).isEmpty()) {
      assertThat(crashing.isAlive()).isTrue();
      TimeUnit.MILLISECONDS.sleep(20);
    }
    Process waiting = ModelCacheProcess.start(cache, remote(), DIGEST, readLog(), 0);
    assertThat(waiting.waitFor(2, TimeUnit.SECONDS)).as("waits").isFalse();
    assertThat(folders()).containsExactly(DIGEST + ".part");
    crashing.destroyForcibly().waitFor();
    assertThat(waiting.waitFor()).isZero();
    assertThat(folders()).containsExactly(DIGEST);
    assertThat(ModelBundle.open(local(remote(), DIGEST)).digest()).isEqualTo(DIGEST);
  }

  @Test
  void failedCopyLeavesNothing() {
    assertThatThrownBy(() -> local("remote://" + temp.resolve("missing"), DIGEST))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("missing");
    assertThat(folders()).isEmpty();
    assertThat(local(remote(), DIGEST)).isDirectory();
  }

  @Test
  void copiesUnusedForAMonthAreDeletedAtTheNextCopy() throws IOException {
    Path old = Files.createDirectories(cache.resolve("0".repeat(64)));
    Path young = Files.createDirectories(cache.resolve("1".repeat(64)));
    Files.setLastModifiedTime(old, daysAgo(31));
    Files.setLastModifiedTime(young, daysAgo(29));
    Path copy = local(remote(), DIGEST);
    assertThat(old).doesNotExist();
    assertThat(young).exists();
    Files.setLastModifiedTime(copy.getParent(), daysAgo(31));
    local(remote(), DIGEST);
    assertThat(Files.getLastModifiedTime(copy.getParent())).isGreaterThan(daysAgo(1));
  }

  /** The folder may be one that the user shares with other programs, such as /data/models. */
  @Test
  void filesOfOthersInTheCacheFolderAreKeptHoweverOldTheyAre() throws IOException {
    List<Path> foreign =
        List.of(
            Files.createDirectories(cache.resolve("sd15-inpainting/unet")).getParent(),
            Files.createDirectories(cache.resolve("0123abcd")),
            Files.writeString(cache.resolve("notes.part"), "mine"));
    Path part = Files.createDirectories(cache.resolve("2".repeat(64) + ".part"));
    Path digest = Files.writeString(cache.resolve("3".repeat(64) + ".digest"), DIGEST);
    for (Path file : List.of(foreign.get(0), foreign.get(1), foreign.get(2), part, digest)) {
      Files.setLastModifiedTime(file, daysAgo(400));
    }
    local(remote(), DIGEST);
    assertThat(foreign).allSatisfy(file -> assertThat(file).exists());
    assertThat(part).doesNotExist();
    assertThat(digest).doesNotExist();
  }

  private Path local(String location, String digest) {
    return ModelCache.in(cache.toString())
        .local(new ModelSettings.Folder(location, digest, FolderKind.MODEL), hadoop());
  }

  private ModelCache.Copy now() throws IOException {
    return ModelCache.in(cache.toString()).now(remote(), FolderKind.MODEL, hadoop());
  }

  private String remote() {
    return "remote://" + origin;
  }

  private Path readLog() {
    return temp.resolve("read.log");
  }

  private Configuration hadoop() {
    return RemoteTestFileSystem.configuration(readLog(), 0);
  }

  private List<String> folders() {
    try (Stream<Path> files = Files.list(cache)) {
      return files.filter(Files::isDirectory).map(file -> file.getFileName().toString()).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static FileTime daysAgo(int days) {
    return FileTime.from(Instant.now().minus(Duration.ofDays(days)));
  }
}
