package io.spackle.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.spackle.family.SchedulerChoice;
import io.spackle.row.ManifestRow;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.ParquetReader;
import org.apache.parquet.hadoop.example.GroupReadSupport;
import org.apache.parquet.hadoop.util.HadoopInputFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What every layout does that puts many images into one file. */
class ShardContractTest {

  private static final Configuration CONFIGURATION = new Configuration();
  private static final byte[] FIRST = {1, 2, 3};
  private static final byte[] SECOND = new byte[100_000];

  @TempDir Path folder;

  /** A file read back by other means than those that wrote it: images and facts by name. */
  private record Contents(Map<String, byte[]> pictures, Map<String, Map<String, Object>> facts) {}

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "FILES")
  void imagesComeWithWhatIsKnownOfThem(ImageLayout layout) throws IOException {
    List<String> locations;
    try (ImageWriter sink = open(layout)) {
      sink.write(row("other", null), List.of(SECOND), "png");
      locations = sink.write(row("a.b/c", ""), List.of(FIRST, SECOND), "png");
      sink.finish();
    }
    Path shard = onlyFile();
    assertThat(locations).containsExactly(shard + "#a%2Eb%2Fc-0.png", shard + "#a%2Eb%2Fc-1.png");
    Contents contents = contents(layout, shard);
    assertThat(contents.pictures())
        .containsOnlyKeys("other-0.png", "a%2Eb%2Fc-0.png", "a%2Eb%2Fc-1.png")
        .containsEntry("a%2Eb%2Fc-0.png", FIRST)
        .containsEntry("a%2Eb%2Fc-1.png", SECOND);
    assertThat(contents.facts().get("a%2Eb%2Fc-1.png"))
        .containsEntry("id", "a.b/c")
        .containsEntry("sample", "1")
        .containsEntry("prompt", "a prompt, \"quoted\"")
        .containsEntry("negative_prompt", "")
        .containsEntry("seed", "4294967296")
        .containsEntry("num_inference_steps", "4")
        .containsEntry("guidance_scale", "7.5")
        .containsEntry("strength", "1.0");
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "FILES")
  void nothingIsThereBeforeAllIs(ImageLayout layout) throws IOException {
    try (ImageWriter sink = open(layout)) {
      sink.write(row("a", null), List.of(FIRST), "png");
      assertThat(names()).allMatch(name -> name.endsWith(".tmp"));
    }
    assertThat(names()).as("dropped").isEmpty();
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "FILES")
  void aTaskWithoutImagesMakesNoFile(ImageLayout layout) throws IOException {
    try (ImageWriter sink = open(layout)) {
      sink.finish();
    }
    assertThat(names()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "FILES")
  void rowsThatAreStillBusyAtTheEndComeTooLate(ImageLayout layout) {
    ImageWriter sink = open(layout);
    sink.close();
    ManifestRow late = row("late", null);
    assertThatThrownBy(() -> sink.write(late, List.of(FIRST), "png")).hasMessageContaining("late");
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "FILES")
  void imagesThatNoRowNamesAreTakenOut(ImageLayout layout) throws IOException {
    try (ImageWriter sink = open(layout)) {
      for (String id : List.of("a", "b", "c")) {
        sink.write(row(id, null), List.of(FIRST, SECOND), "png");
      }
      sink.finish();
    }
    var shard = new org.apache.hadoop.fs.Path(onlyFile().toString());
    Set<String> named = Set.of("a-0.png", "c-0.png", "c-1.png");
    assertThat(layout.keep(shard, named, CONFIGURATION)).isEqualTo(3);
    Contents contents = contents(layout, onlyFile());
    assertThat(contents.pictures()).containsOnlyKeys(named).containsEntry("c-1.png", SECOND);
    assertThat(contents.facts().get("c-1.png")).containsEntry("id", "c");
    assertThat(layout.keep(shard, named, CONFIGURATION)).as("again").isZero();
    assertThat(layout.keep(shard, Set.of(), CONFIGURATION)).isEqualTo(3);
    assertThat(names()).isEmpty();
  }

  @Test
  void parquetSaysWhichColumnIsAnImage() throws IOException {
    try (ImageWriter sink = open(ImageLayout.PARQUET)) {
      sink.write(row("a", null), List.of(FIRST), "png");
      sink.finish();
    }
    var path = new org.apache.hadoop.fs.Path(onlyFile().toString());
    try (var file = ParquetFileReader.open(HadoopInputFile.fromPath(path, CONFIGURATION))) {
      var features =
          new ObjectMapper()
              .readTree(file.getFileMetaData().getKeyValueMetaData().get("huggingface"))
              .at("/info/features");
      assertThat(features.at("/image/_type").asText()).isEqualTo("Image");
      assertThat(features.at("/seed/dtype").asText()).isEqualTo("int64");
    }
  }

  @Test
  void whatOthersPutThereIsNotOurs() {
    assertThat(ImageLayout.ofShard("part-0000.tar")).isEmpty();
    assertThat(ImageLayout.ofShard("mine.parquet")).isEmpty();
  }

  private ImageWriter open(ImageLayout layout) {
    return layout.open(null, folder.resolve("images").toUri().toString(), CONFIGURATION);
  }

  private static ManifestRow row(String id, String negativePrompt) {
    return new ManifestRow(
        id,
        "photo.png",
        "mask.png",
        "a prompt, \"quoted\"",
        negativePrompt,
        64,
        64,
        2,
        4,
        7.5,
        1,
        null,
        false,
        (1L << 32) - 1,
        null,
        null,
        SchedulerChoice.DEFAULT);
  }

  private List<String> names() throws IOException {
    Path images = folder.resolve("images");
    if (Files.notExists(images)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(images)) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }

  private Path onlyFile() throws IOException {
    assertThat(names()).singleElement().matches(name -> ImageLayout.ofShard(name).isPresent());
    return folder.resolve("images").resolve(names().get(0));
  }

  private static Contents contents(ImageLayout layout, Path shard) throws IOException {
    return layout == ImageLayout.PARQUET ? parquet(shard) : tar(shard);
  }

  private static Contents tar(Path shard) throws IOException {
    Contents contents = new Contents(new LinkedHashMap<>(), new LinkedHashMap<>());
    String picture = null;
    try (InputStream file = Files.newInputStream(shard);
        TarArchiveInputStream tar = new TarArchiveInputStream(file)) {
      for (var entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        String name = entry.getName();
        if (name.endsWith(".json")) {
          assertThat(name).as("beside its image").isEqualTo(picture.replace(".png", ".json"));
          Map<String, Object> facts = new LinkedHashMap<>();
          new ObjectMapper()
              .readTree(tar.readAllBytes())
              .properties()
              .forEach(fact -> facts.put(fact.getKey(), fact.getValue().asText()));
          contents.facts().put(picture, facts);
        } else {
          picture = name;
          contents.pictures().put(name, tar.readAllBytes());
        }
      }
    }
    return contents;
  }

  private static Contents parquet(Path shard) throws IOException {
    Contents contents = new Contents(new LinkedHashMap<>(), new LinkedHashMap<>());
    var path = new org.apache.hadoop.fs.Path(shard.toString());
    try (ParquetReader<Group> rows = ParquetReader.builder(new GroupReadSupport(), path).build()) {
      for (Group row = rows.read(); row != null; row = rows.read()) {
        Group image = row.getGroup("image", 0);
        String name = image.getString("path", 0);
        contents.pictures().put(name, image.getBinary("bytes", 0).getBytes());
        contents.facts().put(name, facts(row));
      }
    }
    return contents;
  }

  private static Map<String, Object> facts(Group row) {
    Map<String, Object> facts = new LinkedHashMap<>();
    row.getType()
        .getFields()
        .forEach(
            field -> {
              if (field.isPrimitive() && row.getFieldRepetitionCount(field.getName()) > 0) {
                facts.put(
                    field.getName(),
                    row.getValueToString(row.getType().getFieldIndex(field.getName()), 0));
              }
            });
    return facts;
  }
}
