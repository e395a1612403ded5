package io.spackle.jobs.output;

import static io.spackle.jobs.output.Compaction.ENOUGH;
import static org.assertj.core.api.Assertions.assertThat;

import io.spackle.jobs.output.Compaction.Small;
import io.spackle.jobs.output.MergedFiles.Merge;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CompactionTest {

  private static final long MIB = 1L << 20;

  @Test
  void fewSmallFilesStay() {
    assertThat(merges(files(ENOUGH - 1, MIB))).isEmpty();
    assertThat(merges(files(ENOUGH, MIB))).hasSize(1);
  }

  @Test
  void aNewFileHasBetween192And256MiBOfSourcesButTheLast() {
    List<Small> files = files(1000, MIB);
    List<Merge> merges = merges(files);
    assertThat(merges)
        .extracting(Merge::target)
        .containsExactly("t0", "t1", "t2", "t3", "t4", "t5");
    assertThat(merges.subList(0, 5)).allSatisfy(merge -> assertThat(merge.sources()).hasSize(192));
    assertThat(merges.stream().flatMap(merge -> merge.sources().stream()))
        .containsExactlyElementsOf(files.stream().map(Small::name).toList());
    assertThat(merges(files(32, Compaction.SMALL - 1)).get(0).sources())
        .hasSize(4); // just below 256 MiB
  }

  @Test
  void aLastFileThatWouldBeAloneStays() {
    List<Merge> merges = merges(files(193, MIB));
    assertThat(merges).hasSize(1);
    assertThat(merges.get(0).sources()).hasSize(192);
  }

  /** Each night a run adds two files of 300 KB. */
  @Test
  void manySmallRunsLeaveFewFilesAndWriteEachRowAFewTimes() {
    List<Small> files = new ArrayList<>();
    long written = 0;
    for (int night = 0; night < 365; night++) {
      List<Merge> merges = Compaction.of(files, number -> "t" + number);
      for (Merge merge : merges) {
        long bytes =
            files.stream()
                .filter(file -> merge.sources().contains(file.name()))
                .mapToLong(Small::bytes)
                .sum();
        files.removeIf(file -> merge.sources().contains(file.name()));
        files.add(new Small(night + merge.target(), bytes));
        files.removeIf(file -> file.bytes() >= Compaction.SMALL);
        written += bytes;
      }
      files.add(new Small("a" + night, 300_000));
      files.add(new Small("b" + night, 300_000));
      assertThat(files).hasSizeLessThan(ENOUGH + 2);
    }
    assertThat(written).isLessThan(30L * 365 * 600_000);
  }

  private static List<Merge> merges(List<Small> files) {
    return Compaction.of(files, number -> "t" + number);
  }

  private static List<Small> files(int count, long bytes) {
    return IntStream.range(0, count)
        .mapToObj(i -> new Small("f%05d.parquet".formatted(i), bytes))
        .toList();
  }
}
