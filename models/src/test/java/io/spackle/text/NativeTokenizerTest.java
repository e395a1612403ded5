package io.spackle.text;

import static org.assertj.core.api.Assertions.assertThat;

import io.spackle.golden.Goldens;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class NativeTokenizerTest {

  private static final String TEXT = "a cat \ud83d\udc31";

  @TempDir private Path cache;

  /** Executors of one host start concurrently, and all unpack the native library to one folder. */
  @Test
  @Timeout(120)
  void startsInSeveralJvmsConcurrently() throws Exception {
    List<Process> jvms = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      jvms.add(start());
    }
    String expected = Arrays.toString(ids());
    for (Process jvm : jvms) {
      String output = new String(jvm.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(jvm.waitFor()).as(output).isZero();
      assertThat(output).contains(expected);
    }
    assertThat(cache.resolve("tokenizers"))
        .isDirectoryNotContaining(file -> file.getFileName().toString().startsWith("tmp"));
  }

  @Test
  void djlIsOffline() {
    ids();
    assertThat(System.getProperty("ai.djl.offline")).isEqualTo("true");
  }

  /** Pool threads may have a context class loader that does not see the library, or none. */
  @Test
  @Timeout(120)
  void startsOnAThreadWithoutContextClassLoader() throws Exception {
    ProcessBuilder builder = jvm("-Dloader=none");
    Process jvm = builder.start();
    String output = new String(jvm.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(jvm.waitFor()).as(output).isZero();
  }

  private Process start() throws IOException {
    return jvm("-Dloader=default").start();
  }

  private ProcessBuilder jvm(String option) {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx256m",
            "-DENGINE_CACHE_DIR=" + cache,
            option,
            "-Dbundles.dir=" + Goldens.bundle("").toAbsolutePath(),
            "-cp",
            System.getProperty("java.class.path"),
            NativeTokenizerTest.class.getName())
        .redirectErrorStream(true);
  }

  /** The main method of the JVMs that the tests start. */
  public static void main(String[] args) {
    if (System.getProperty("loader").equals("none")) {
      Thread.currentThread().setContextClassLoader(ClassLoader.getPlatformClassLoader());
    }
    System.out.println(Arrays.toString(ids()));
  }

  private static long[] ids() {
    try (Tokenizer tokenizer = ClipTokenizer.open(Goldens.bundle("tiny-sd15-inpaint/tokenizer"))) {
      return tokenizer.encode(TEXT);
    }
  }
}
