package io.spackle.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.spackle.golden.Goldens;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The contract of {@link Tokenizer}, for all vocabularies. */
class TokenizerTest {

  private static final ObjectMapper JSON = new ObjectMapper();

  /** The bundles' tokenizers, for which ids of transformers 5 are recorded. */
  static Stream<Arguments> tokenizers() {
    return Stream.of(
        tokenizer("tiny-sd15-inpaint/tokenizer", ClipTokenizer::open),
        tokenizer("tiny-sdxl-inpaint/tokenizer_2", ClipTokenizer::open),
        tokenizer("tiny-flux-fill/tokenizer_2", T5Tokenizer::open));
  }

  private static Arguments tokenizer(String folder, Function<Path, Tokenizer> open) {
    return Arguments.of(folder, open);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("tokenizers")
  void idsEqualThoseOfTransformers(String folder, Function<Path, Tokenizer> open) {
    JsonNode golden = Goldens.json(Goldens.file("vectors/tiny_tokens.json"));
    JsonNode prompts = golden.get("prompts");
    try (Tokenizer tokenizer = open.apply(Goldens.bundle(folder))) {
      assertThat(prompts).hasSizeGreaterThan(60);
      for (int i = 0; i < prompts.size(); i++) {
        String prompt = prompts.get(i).asText();
        if (prompt.indexOf('\0') >= 0) {
          continue; // rejected here; transformers drops or keeps it, depending on its version
        }
        assertThat(tokenizer.encode(prompt))
            .as(prompt)
            .containsExactly(JSON.convertValue(golden.get("ids").get(folder).get(i), long[].class));
      }
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("tokenizers")
  void everyTextEndsWithTheEndToken(String folder, Function<Path, Tokenizer> open) {
    try (Tokenizer tokenizer = open.apply(Goldens.bundle(folder))) {
      long[] empty = tokenizer.encode("");
      long[] long1 = tokenizer.encode("a photo of a cat ".repeat(200));
      assertThat(empty).isNotEmpty();
      assertThat(long1).hasSizeGreaterThan(512).endsWith(empty[empty.length - 1]);
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("tokenizers")
  void invalidUnicodeIsRejectedBeforeNativeCode(String folder, Function<Path, Tokenizer> open) {
    try (Tokenizer tokenizer = open.apply(Goldens.bundle(folder))) {
      for (String text : List.of("a \ud83d b", "\udc31 cat", "cat \udc31\ud83d")) {
        assertThatThrownBy(() -> tokenizer.encode(text))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("lone surrogate");
      }
      assertThatThrownBy(() -> tokenizer.encode("a\0b"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("NUL (U+0000) at index 1");
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("tokenizers")
  @Timeout(60)
  void isThreadSafe(String folder, Function<Path, Tokenizer> open) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try (Tokenizer tokenizer = open.apply(Goldens.bundle(folder))) {
      List<Callable<long[]>> calls = new ArrayList<>();
      for (int i = 0; i < 400; i++) {
        String text = "prompt number " + i % 10 + " of a cat \ud83d\udc31";
        calls.add(() -> tokenizer.encode(text));
      }
      List<Future<long[]>> results = threads.invokeAll(calls);
      for (int i = 0; i < results.size(); i++) {
        assertThat(results.get(i).get()).isEqualTo(results.get(i % 10).get());
      }
    } finally {
      threads.shutdown();
      assertThat(threads.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("tokenizers")
  void encodingAfterCloseIsRejected(String folder, Function<Path, Tokenizer> open) {
    Tokenizer tokenizer = open.apply(Goldens.bundle(folder));
    tokenizer.close();
    tokenizer.close();
    assertThatThrownBy(() -> tokenizer.encode("a cat"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("closed");
  }
}
