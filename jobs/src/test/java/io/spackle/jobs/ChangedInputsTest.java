package io.spackle.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Input files that are replaced under their names between two runs. */
class ChangedInputsTest {

  private static final String ERASER =
      "spackle.model { path = \"builtin:patchmatch\", device = auto }\n";

  @TempDir Path folder;

  private JobRows rows;
  private int level;

  @Test
  void aPhotoReplacedInAFolderIsNewWork() throws IOException {
    photo("photos/a.png");
    photo("photos/x/b.png");
    mask("masks/a.png");
    mask("masks/x/b.png");
    String input =
        ERASER
            + "spackle.manifest { path = null, images = photos, masks = masks, mask-suffix = null }";
    assertThat(done(input)).isEqualTo("2 done, 0 changed");
    String before = digest("x/b.png");
    photo("photos/x/b.png");
    mask("masks/a.png");
    String keep = input + "\nspackle.resume.changed-inputs = keep";
    assertThat(plan(keep).at("/to_do").asInt()).isZero();
    assertThat(plan(input).at("/changed_inputs").asInt()).isEqualTo(2);
    assertThat(done(input)).isEqualTo("2 done, 2 changed");
    assertThat(digest("x/b.png")).isNotEqualTo(before);
    assertThat(meta()).containsOnlyKeys("a.png", "x/b.png");
    assertThat(done(input)).as("nothing is new").isEqualTo("0 done, 0 changed");
  }

  /**
   * Folders of many rows are listed, the files of others asked for; hosts are only if the
   * configuration says so.
   */
  @Test
  void filesOfAManifestAreComparedWhereverTheyAre() throws IOException {
    rows = new JobRows(folder);
    for (int i = 0; i < 25; i++) {
      rows.row("many" + i, "init_image", photo("many/%d.png".formatted(i)));
    }
    rows.row("one", "init_image", photo("few/one.png"));
    rows.row("late", "init_image", folder.resolve("few/late.png"));
    rows.row("late too", "init_image", folder.resolve("many/late.png"));
    rows.row("broken", "init_image", Files.writeString(folder.resolve("few/broken.png"), "no"));
    rows.row("gone", "init_image", photo("few/gone.png"));
    AtomicReference<String> etag = new AtomicReference<>("\"1\"");
    try (FaultyServer host = host(Files.readAllBytes(rows.file("photo.png")), etag)) {
      rows.row("far", "init_image", host.url("/photo.png"));
      rows.writeJob("");
      String fetch = ERASER + "spackle.fetch { allow-private = [127.0.0.1], retries = 0 }\n";
      assertThat(done(fetch)).isEqualTo("28 done, 0 changed");
      etag.set("\"2\"");
      photo("many/7.png");
      photo("few/one.png");
      photo("few/late.png");
      photo("many/late.png");
      photo("few/broken.png");
      Files.delete(folder.resolve("few/gone.png"));
      assertThat(done(fetch)).isEqualTo("5 done, 5 changed");
      assertThat(meta()).hasSize(31);
      assertThat(meta().get("late").<Integer>getAs("runs")).as("of this photo").isEqualTo(1);
      assertThat(meta().get("gone").<String>getAs("status")).isEqualTo("success");
      assertThat(host.requests("/photo.png")).as("hosts are not asked").isEqualTo(1);
      String asking = fetch + "spackle.resume.changed-inputs = redo-http";
      assertThat(done(asking)).as("the photo of the host").isEqualTo("1 done, 1 changed");
      assertThat(done(asking)).isEqualTo("0 done, 0 changed");
      assertThat(host.requests("/photo.png")).as("two of them HEAD").isEqualTo(4);
    }
  }

  private static FaultyServer host(byte[] photo, AtomicReference<String> etag) throws IOException {
    return new FaultyServer()
        .on(
            "/photo.png",
            exchange -> {
              boolean isHead = exchange.getRequestMethod().equals("HEAD");
              exchange.getResponseHeaders().add("ETag", etag.get());
              exchange.sendResponseHeaders(200, isHead ? -1 : photo.length);
              if (!isHead) {
                exchange.getResponseBody().write(photo);
              }
            });
  }

  /** What a run did, from its closing line. */
  private String done(String conf) throws IOException {
    JobResult job = JobResult.of(job(conf)).isDone();
    return "%d done, %d changed"
        .formatted(job.line().at("/succeeded").asInt(), job.line().at("/changed_inputs").asInt());
  }

  private JsonNode plan(String conf) throws IOException {
    List<String> out = CommandResult.run("plan", job(conf).toString()).out().lines().toList();
    return new ObjectMapper().readTree(out.get(out.size() - 1));
  }

  private Path job(String conf) throws IOException {
    return Files.writeString(folder.resolve("job.conf"), JobResult.baseConf("rows.jsonl") + conf);
  }

  private Map<String, Row> meta() {
    return new TreeMap<>(TestJob.meta(folder.resolve("out")));
  }

  private String digest(String id) {
    return meta().get(id).<Row>getAs("digests").getAs("init_image");
  }

  /** Draws another photo, which is one second newer, each time. */
  private Path photo(String name) throws IOException {
    level++;
    return newer(name, (byte) 0);
  }

  private void mask(String name) throws IOException {
    level++;
    newer(name, (byte) 1);
  }

  private Path newer(String name, byte kind) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    int shade = level;
    ImageFiles.write(
        file, 24, 24, (x, y) -> kind == 0 ? (9 * x + shade) % 256 : x > 8 + shade % 8 ? 255 : 0);
    return Files.setLastModifiedTime(
        file, FileTime.from(Instant.ofEpochSecond(1_700_000_000 + level)));
  }
}
