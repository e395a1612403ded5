package io.spackle.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.spackle.family.GuidanceSchedule;
import io.spackle.family.SchedulerChoice;
import io.spackle.row.GenerationParameters;
import io.spackle.row.ManifestRow;
import io.spackle.row.ReferenceContext;
import io.spackle.row.RowMask;
import io.spackle.sink.ImageWriter.ImageFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
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

/** The contract of all layouts with many images per file. */
class ShardContractTest {

  private static final Configuration CONFIGURATION = new Configuration();
  private static final byte[] FIRST = {1, 2, 3};
  private static final byte[] SECOND = new byte[100_000];

  private static final long SEED = 1L << 33;

  @TempDir Path folder;

  /** A shard read without the classes that wrote it: images and properties by name. */
  private record Contents(
      Map<String, byte[]> images, Map<String, Map<String, Object>> properties) {}

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "FILES")
  void shardContainsImagesWithTheirProperties(ImageLayout layout) throws IOException {
    List<String> locations;
    try (ImageWriter writer = open(layout)) {
      writer.write(row("other", null), images(SECOND), "png");
      locations = writer.write(row("a.b/c", ""), images(FIRST, SECOND), "png");
      writer.finish();
    }
    Path shard = onlyFile();
    assertThat(locations).containsExactly(shard + "#a%2Eb%2Fc-0.png", shard + "#a%2Eb%2Fc-1.png");
    Contents contents = contents(layout, shard);
    assertThat(contents.images())
        .containsOnlyKeys("other-0.png", "a%2Eb%2Fc-0.png", "a%2Eb%2Fc-1.png")
        .containsEntry("a%2Eb%2Fc-0.png", FIRST)
        .containsEntry("a%2Eb%2Fc-1.png", SECOND);
    assertThat(contents.properties().get("a%2Eb%2Fc-1.png"))
        .containsEntry("id", "a.b/c")
        .containsEntry("sample", "1")
        .containsEntry("prompt", "a prompt, \"quoted\"")
        .containsEntry("negative_prompt", "")
        .containsEntry("seed", "8589934593")
        .containsEntry("num_inference_steps", "4")
        .containsEntry("guidance_scale", "7.5")
        .containsEntry("strength", "1.0");
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "FILES")
  void shardAppearsOnlyWhenItIsFinished(ImageLayout layout) throws IOException {
    try (ImageWriter writer = open(layout)) {
      writer.write(row("a", null), images(FIRST), "png");
      assertThat(names()).allMatch(name -> name.endsWith(".tmp"));
    }
    assertThat(names()).as("discarded").isEmpty();
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "FILES")
  void taskWithoutImagesWritesNoFile(ImageLayout layout) throws IOException {
    try (ImageWriter writer = open(layout)) {
      writer.finish();
    }
    assertThat(names()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "FILES")
  void closedWriterRefusesRows(ImageLayout layout) {
    ImageWriter writer = open(layout);
    writer.close();
    ManifestRow late = row("late", null);
    assertThatThrownBy(() -> writer.write(late, images(FIRST), "png")).hasMessageContaining("late");
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "FILES")
  void shardCanBeReplacedByOneWithSomeOfItsImages(ImageLayout layout) throws IOException {
    try (ImageWriter writer = open(layout)) {
      for (String id : List.of("a", "b", "c")) {
        writer.write(row(id, null), images(FIRST, SECOND), "png");
      }
      writer.finish();
    }
    var shard = new org.apache.hadoop.fs.Path(onlyFile().toString());
    Set<String> kept = Set.of("a-0.png", "c-0.png", "c-1.png");
    assertThat(layout.names(shard, CONFIGURATION)).hasSize(6).containsAll(kept);
    layout.copy(shard, kept, shard, CONFIGURATION);
    Contents contents = contents(layout, onlyFile());
    assertThat(contents.images()).containsOnlyKeys(kept).containsEntry("c-1.png", SECOND);
    assertThat(contents.properties().get("c-1.png")).containsEntry("id", "c");
    assertThat(layout.names(shard, CONFIGURATION)).containsExactlyInAnyOrderElementsOf(kept);
  }

  @Test
  void parquetDeclaresTheImageColumn() throws IOException {
    try (ImageWriter writer = open(ImageLayout.PARQUET)) {
      writer.write(row("a", null), images(FIRST), "png");
      writer.finish();
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
  void otherFilesAreNotShards() {
    assertThat(ImageLayout.ofShard("part-0000.tar")).isEmpty();
    assertThat(ImageLayout.ofShard("mine.parquet")).isEmpty();
  }

  private ImageWriter open(ImageLayout layout) {
    return layout.open(
        null, new ImageKeys(1), folder.resolve("images").toUri().toString(), CONFIGURATION);
  }

  /** Images with seeds that are none of their row. */
  private static List<ImageFile> images(byte[]... files) {
    return IntStream.range(0, files.length)
        .mapToObj(i -> new ImageFile(files[i], SEED + i))
        .toList();
  }

  private static ManifestRow row(String id, String negativePrompt) {
    return new ManifestRow(
        new ManifestRow.Names(id, null, null),
        new ManifestRow.Locations("photo.png", new RowMask.File("mask.png"), null, null),
        new ManifestRow.Prompts(
            "a prompt, \"quoted\"", negativePrompt, null, ReferenceContext.NONE),
        new GenerationParameters(
            64, 64, 2, 4, GuidanceSchedule.of(7.5), 1, SchedulerChoice.DEFAULT),
        false,
        (1L << 32) - 1);
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
    String image = null;
    try (InputStream file = Files.newInputStream(shard);
        TarArchiveInputStream tar = new TarArchiveInputStream(file)) {
      for (var entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        String name = entry.getName();
        if (name.endsWith(".json")) {
          assertThat(name).as("follows its image").isEqualTo(image.replace(".png", ".json"));
          Map<String, Object> properties = new LinkedHashMap<>();
          new ObjectMapper()
              .readTree(tar.readAllBytes())
              .properties()
              .forEach(property -> properties.put(property.getKey(), property.getValue().asText()));
          contents.properties().put(image, properties);
        } else {
          image = name;
          contents.images().put(name, tar.readAllBytes());
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
        contents.images().put(name, image.getBinary("bytes", 0).getBytes());
        contents.properties().put(name, properties(row));
      }
    }
    return contents;
  }

  private static Map<String, Object> properties(Group row) {
    Map<String, Object> properties = new LinkedHashMap<>();
    row.getType()
        .getFields()
        .forEach(
            field -> {
              if (field.isPrimitive() && row.getFieldRepetitionCount(field.getName()) > 0) {
                properties.put(
                    field.getName(),
                    row.getValueToString(row.getType().getFieldIndex(field.getName()), 0));
              }
            });
    return properties;
  }
}
