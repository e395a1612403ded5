package io.spackle.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.spackle.sink.ImageSink;
import io.spackle.sink.ImageSinks;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.Test;

/** What a sink does on S3 when writes break off. */
class S3SinkTest {

  private static final S3Server SERVER = S3Server.ofTests();
  private static final int SIZE = 6 << 20; // two parts

  @Test
  void readersNeverSeeAPartialImage() throws IOException {
    Configuration hadoop = hadoop();
    int failed = 0;
    byte[] before = filled(1);
    try (ImageSink sink = ImageSinks.forUri("s3a://sink/out", hadoop)) {
      sink.write("a.png", before);
      for (int i = 2; i < 11; i++) {
        byte[] next = filled(i);
        SERVER.proxy().refuse(i / 10.0);
        failed += writes(sink, next) ? 0 : 1;
        SERVER.proxy().refuse(0);
        byte[] found = read(hadoop);
        assertThat(Arrays.equals(found, before) || Arrays.equals(found, next)).isTrue();
        before = found;
      }
    }
    assertThat(failed).isBetween(1, 8);
  }

  private static boolean writes(ImageSink sink, byte[] bytes) {
    try {
      sink.write("a.png", bytes);
      return true;
    } catch (UncheckedIOException e) {
      return false;
    }
  }

  private static byte[] read(Configuration hadoop) throws IOException {
    Path path = new Path("s3a://sink/out/a.png");
    try (InputStream in = FileSystem.get(path.toUri(), hadoop).open(path)) {
      return in.readAllBytes();
    }
  }

  private static byte[] filled(int with) {
    byte[] bytes = new byte[SIZE];
    Arrays.fill(bytes, (byte) with);
    return bytes;
  }

  /** Of a client that gives up soon. */
  private static Configuration hadoop() throws IOException {
    SERVER.bucket("sink");
    Configuration hadoop = SERVER.configuration();
    hadoop.set("fs.s3a.multipart.size", "5M");
    hadoop.set("fs.s3a.attempts.maximum", "0");
    hadoop.set("fs.s3a.retry.throttle.limit", "1");
    hadoop.set("fs.s3a.retry.throttle.interval", "1ms");
    hadoop.set("fs.s3a.retry.limit", "1");
    hadoop.set("fs.s3a.retry.interval", "1ms");
    return hadoop;
  }
}
