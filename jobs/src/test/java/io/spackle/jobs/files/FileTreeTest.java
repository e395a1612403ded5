package io.spackle.jobs.files;

import static org.assertj.core.api.Assertions.assertThat;

import io.spackle.jobs.TestSpark;
import io.spackle.jobs.files.FileTree.Entry;
import io.spackle.jobs.files.FileTree.Kind;
import io.spackle.jobs.files.FileTree.Rules;
import io.spackle.jobs.files.FileTree.Visit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The same tree on the local file system and on another one of Hadoop. */
class FileTreeTest {

  private static final SparkSession SPARK = TestSpark.session();
  private static final Rules ALL = path -> Visit.ENTER;

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"file", "locked"})
  void filesOfAllLevelsAreListedOnce(String scheme) throws IOException {
    String deep = "1/2/3/4/5/6/7/8/9/10";
    file("a.png");
    file(deep + "/b.png");
    for (int i = 0; i < 40; i++) {
      file("wide/" + i + "/c d#%20.png");
    }
    Files.createDirectories(folder.resolve("empty"));
    List<Entry> entries = list(scheme, ALL);
    assertThat(entries).hasSize(43);
    assertThat(entries)
        .extracting(Entry::path)
        .contains("a.png", deep + "/b.png", "wide/17/c d#%20.png")
        .doesNotHaveDuplicates();
    assertThat(entries)
        .filteredOn(entry -> entry.kind() == Kind.EMPTY)
        .extracting(Entry::path)
        .containsExactly("empty");
    String prefix = scheme.equals("file") ? "" : "locked:";
    assertThat(entries)
        .extracting(Entry::location)
        .contains(prefix + folder + "/wide/17/c d#%20.png");
  }

  @ParameterizedTest
  @ValueSource(strings = {"file", "locked"})
  void rulesDecideWhichFoldersAreEntered(String scheme) throws IOException {
    file("x/a.png");
    file("y/b.png");
    file("z/x/c.png");
    Rules rules =
        path -> path.equals("x") ? Visit.IGNORE : path.equals("y") ? Visit.NAME : Visit.ENTER;
    assertThat(list(scheme, rules))
        .extracting(entry -> entry.kind() + " " + entry.path())
        .containsExactlyInAnyOrder("LEFT_OUT y", "FILE z/x/c.png");
  }

  @ParameterizedTest
  @ValueSource(strings = {"file", "locked"})
  void aFolderThatDoesNotExistHasNoEntries(String scheme) throws IOException {
    Files.delete(folder);
    assertThat(list(scheme, ALL)).isEmpty();
    Files.createDirectories(folder);
  }

  @Test
  void aFolderThatMayNotBeListedIsNamed() throws IOException {
    file("a.png");
    file("x/locked/b.png");
    assertThat(list("locked", ALL))
        .extracting(entry -> entry.kind() + " " + entry.path())
        .containsExactlyInAnyOrder("FILE a.png", "UNREADABLE x/locked");
  }

  /** A chain of single folders must not need a job for each of them. */
  @Test
  void fewJobsListADeepTree() throws IOException {
    String deep = String.join("/", IntStream.range(0, 60).mapToObj(i -> "d").toList());
    file(deep + "/a.png");
    assertThat(list("file", ALL)).extracting(Entry::path).containsExactly(deep + "/a.png");
  }

  private void file(String path) throws IOException {
    Path file = folder.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, "");
  }

  private List<Entry> list(String scheme, Rules rules) {
    LockedFileSystem.register(SPARK.sparkContext().hadoopConfiguration());
    var root = new org.apache.hadoop.fs.Path(scheme + "://" + folder);
    return new FileTree(SPARK, root, rules).list().collect();
  }
}
