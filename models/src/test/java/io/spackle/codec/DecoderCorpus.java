package io.spackle.codec;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.spackle.golden.Goldens;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/** The files of decoder-corpus.zip.gz, which {@code decoder_corpus.py} writes and describes. */
record DecoderCorpus(Map<String, byte[]> entries, List<JsonNode> cases) {

  static DecoderCorpus read() {
    try {
      return unpack();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static DecoderCorpus unpack() throws IOException {
    Map<String, byte[]> entries = new HashMap<>();
    try (ZipInputStream in =
        new ZipInputStream(
            new GZIPInputStream(
                Files.newInputStream(Goldens.ownFile("images/decoder-corpus.zip.gz"))))) {
      for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        entries.put(entry.getName(), in.readAllBytes());
      }
    }
    JsonNode cases = new ObjectMapper().readTree(entries.get("cases.json"));
    return new DecoderCorpus(entries, StreamSupport.stream(cases.spliterator(), false).toList());
  }

  /** A file of the corpus, such as {@code gif/87a.gif}. */
  byte[] file(String name) {
    return entries.get(name).clone();
  }
}
