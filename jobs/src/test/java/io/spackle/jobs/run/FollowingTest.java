package io.spackle.jobs.run;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spackle.conf.RefusedException;
import io.spackle.jobs.conf.JobConf;
import io.spackle.jobs.driver.Interruption;
import io.spackle.jobs.lease.Lease;
import io.spackle.jobs.manifest.FileManifest;
import io.spackle.jobs.output.OutputFolder;
import io.spackle.jobs.run.Following.Environment;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which files are taken when, without the runs that process them. */
class FollowingTest {

  private static final Configuration HADOOP = new Configuration();

  @TempDir Path folder;
  private Path in;
  private final Map<String, String> keys = new HashMap<>();
  private final ByteArrayOutputStream messages = new ByteArrayOutputStream();
  private final List<String> batches = new ArrayList<>();

  @BeforeEach
  void configure() throws IOException {
    in = Files.createDirectory(folder.resolve("in"));
    keys.put("manifest.path", in + "/*.csv");
    keys.put("manifest.follow-interval", "10ms");
    keys.put("output.path", folder.resolve("out").toString());
    keys.put("model.path", "builtin:patchmatch");
  }

  @Test
  void filesAreTakenOnceByTimeThenByName() throws IOException {
    put("b", 2000);
    put("c", 1000);
    put("a", 2000);
    take(false);
    assertThat(batches).containsExactly("c a b");
    take(false);
    put("older", 500);
    take(false);
    assertThat(batches).as("nothing twice").containsExactly("c a b", "older");
    assertThat(messages.toString(UTF_8)).contains("No new files in the manifest");
  }

  @Test
  void aFileThatHasChangedIsTakenAsANewOne() throws IOException {
    put("a", 1000);
    put("b", 1000);
    take(false);
    put("a", 3000);
    put("c", 2000);
    take(false);
    assertThat(batches).containsExactly("a b", "c a");
  }

  @Test
  void filesOfABatchThatIsNotDoneAreTakenAgainBeforeNewOnes() throws IOException {
    put("b", 2000);
    take(true);
    put("a", 1000);
    take(true);
    take(false);
    take(false);
    assertThat(batches).containsExactly("b", "b | a", "b a |");
  }

  @Test
  void aBatchThatWasNotRecordedIsTakenAgainAsIfItWereNew() throws IOException {
    put("b", 2000);
    following().availableNow((conf, batch) -> processed(conf));
    put("a", 1000);
    take(false);
    assertThat(batches).containsExactly("b", "a b");
  }

  @Test
  void hiddenFilesAndFoldersAreNotTaken() throws IOException {
    put("_a", 1000);
    put(".b", 1000);
    Files.createDirectory(in.resolve("c.csv"));
    put("c.csv/in a folder", 1000);
    put("c.csv/_SUCCESS", 1000);
    put("d", 1000);
    take(false);
    assertThat(batches).as("as Spark writes data sets").containsExactly("in a folder d");
  }

  @Test
  void aRequestForFailedRowsTakesAllFilesAgain() throws IOException {
    put("a", 1000);
    take(false);
    put("b", 2000);
    keys.put("output.retry-failed", "true");
    take(false);
    assertThat(batches).containsExactly("a", "a | b");
  }

  @Test
  void withoutMetaRowsTheRecordDoesNotCount() throws IOException {
    put("a", 1000);
    take(false);
    Files.delete(folder.resolve("out/meta/rows.parquet"));
    take(false);
    assertThat(batches).containsExactly("a", "a");
  }

  @Test
  void anOutputIsOverwrittenByTheFirstBatchOnly() throws IOException {
    put("a", 1000);
    take(false);
    keys.put("output.mode", "overwrite");
    List<OutputFolder.Mode> modes = new ArrayList<>();
    following()
        .continuously(
            (conf, batch) -> {
              modes.add(conf.output().mode());
              putNext(modes.size());
              return recorded(conf, batch, false, modes.size() < 2);
            });
    assertThat(modes).containsExactly(OutputFolder.Mode.OVERWRITE, OutputFolder.Mode.RESUME);
    assertThat(batches).containsExactly("a", "a", "file 1");
  }

  @Test
  void newFilesDoNotWaitForThoseOfFailedRows() throws IOException {
    takeThreeWithFailedRows(Duration.ofHours(1));
    assertThat(batches).containsExactly("file 0", "file 1", "file 2");
  }

  @Test
  void filesOfFailedRowsAreTakenAgainAfterAPause() throws IOException {
    takeThreeWithFailedRows(Duration.ZERO);
    assertThat(batches).containsExactly("file 0", "file 0 | file 1", "file 0 file 1 | file 2");
  }

  /** Files appear while batches run; rows failed in each of them, and the last one ends it. */
  private void takeThreeWithFailedRows(Duration retryPause) throws IOException {
    put("file 0", 1000);
    Summary total =
        following(retryPause)
            .continuously(
                (conf, batch) -> {
                  putNext(batches.size() + 1);
                  return recorded(conf, batch, true, batches.size() < 2);
                });
    assertThat(total.exit()).as("that of the last batch").isEqualTo(ExitCode.BROKEN);
  }

  @Test
  void aFileThatAnotherRunHasTakenMeanwhileIsRefused() throws IOException {
    put("a", 1000);
    following()
        .availableNow(
            (conf, batch) -> {
              take(false);
              assertThatThrownBy(batch::requireCurrent)
                  .isInstanceOf(RefusedException.class)
                  .hasMessageContaining("another run has taken files");
              return processed(conf);
            });
    assertThat(batches).hasSize(2);
  }

  @Test
  void whatCannotBeFollowedIsRefusedWithWhatToDo() {
    keys.put("manifest.format", "orc");
    assertThatThrownBy(() -> take(false))
        .isInstanceOf(RefusedException.class)
        .hasMessageContainingAll("is orc; expected csv", "again and again without --follow");
    keys.put("manifest.format", "csv");
    keys.put("manifest.path", in.resolve("none").toString());
    assertThatThrownBy(() -> take(false)).hasMessageContaining("none does not exist");
    keys.put("manifest.path", "null");
    keys.put("manifest.images", in.toString());
    assertThatThrownBy(() -> take(false)).hasMessageContaining("manifest.path is not set");
  }

  private Following following() {
    return following(Duration.ofHours(1));
  }

  private Following following(Duration retryPause) {
    PrintStream out = new PrintStream(messages, true, UTF_8);
    return new Following(
        JobConf.load(Optional.empty(), keys),
        HADOOP,
        new Environment(out, Interruption.none(), retryPause));
  }

  /** A command that takes what is available. */
  private void take(boolean isToRepeat) {
    following().availableNow((conf, batch) -> recorded(conf, batch, isToRepeat, true));
  }

  /** The end of a run that has recorded its files. */
  private Summary recorded(JobConf conf, FollowedBatch batch, boolean again, boolean goesOn) {
    OutputFolder output = OutputFolder.of(conf.output().path(), HADOOP);
    try (Lease lease = output.acquireLease("run", Duration.ofMinutes(2), () -> {})) {
      output.prepare(conf.output().mode(), lease.files());
      batch.record(again, lease.files());
      lease.done();
      Files.write(folder.resolve("out/meta/rows.parquet"), new byte[0]);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Summary done = processed(conf);
    return goesOn ? done : Summary.empty(ExitCode.BROKEN, null, Duration.ZERO);
  }

  /** Notes the names of the files; a bar ends those that were seen before. */
  private Summary processed(JobConf conf) {
    FileManifest.Batch batch = ((FileManifest) conf.manifest()).batch();
    List<String> names = new ArrayList<>();
    for (String file : batch.files()) {
      String name = Path.of(URI.create(file)).getFileName().toString();
      names.add(name.replace(".csv", ""));
    }
    if (batch.seen() > 0) {
      names.add(batch.seen(), "|");
    }
    batches.add(String.join(" ", names));
    return Summary.empty(ExitCode.DONE, null, Duration.ZERO);
  }

  private void putNext(int number) {
    try {
      put("file " + number, 1000 + number);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void put(String name, long modified) throws IOException {
    Path file = in.resolve(name.contains("/") ? name : name + ".csv");
    Files.writeString(file, "id,init_image,mask_image\n");
    Files.setLastModifiedTime(file, FileTime.fromMillis(modified));
  }
}
