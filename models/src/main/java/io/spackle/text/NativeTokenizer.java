package io.spackle.text;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * The native tokenizer of one {@code tokenizer.json} document; thread-safe.
 *
 * <p>DJL unpacks its native library once per user into {@code ~/.djl.ai} (moved into place in one
 * step, so that several JVMs may start at once); the system property {@code ENGINE_CACHE_DIR} names
 * another folder.
 */
final class NativeTokenizer implements AutoCloseable {

  /** DJL cuts at 512 tokens by itself; what is too long is the caller's to decide. */
  private static final Map<String, String> NEITHER_CUT_NOR_PADDED =
      Map.of("truncation", "do_not_truncate", "padding", "do_not_pad");

  static {
    // Without this DJL reports each start on EC2 to its makers, and on a machine with a GPU
    // downloads another library.
    if (System.getProperty("ai.djl.offline") == null) {
      System.setProperty("ai.djl.offline", "true");
    }
  }

  /** Readers encode, the writer closes: the native memory must outlive each call that uses it. */
  private final ReadWriteLock lock = new ReentrantReadWriteLock();

  private final HuggingFaceTokenizer tokenizer;
  private boolean closed;

  private NativeTokenizer(HuggingFaceTokenizer tokenizer) {
    this.tokenizer = tokenizer;
  }

  /**
   * Builds the tokenizer that a document describes.
   *
   * @param document the bytes of a {@code tokenizer.json}
   * @throws IOException if the native library refuses the document or cannot be unpacked
   */
  static NativeTokenizer of(byte[] document) throws IOException {
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    // DJL looks for its library through the thread's loader, which on a pool thread may not see
    // this jar.
    thread.setContextClassLoader(NativeTokenizer.class.getClassLoader());
    try {
      return new NativeTokenizer(
          HuggingFaceTokenizer.newInstance(
              new ByteArrayInputStream(document), NEITHER_CUT_NOR_PADDED));
    } catch (RuntimeException e) {
      throw new IOException(e.getMessage(), e);
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  /**
   * The ids of a text with start and end marks.
   *
   * @throws IllegalArgumentException for a text with a lone surrogate or a NUL
   * @throws IllegalStateException after {@link #close}
   */
  long[] encode(String text) {
    requireWellFormed(text);
    lock.readLock().lock();
    try {
      if (closed) {
        throw new IllegalStateException("the tokenizer is closed: open it again to encode");
      }
      return tokenizer.encode(text).getIds();
    } finally {
      lock.readLock().unlock();
    }
  }

  /** Frees the native memory once no thread encodes; a second call does nothing. */
  @Override
  public void close() {
    lock.writeLock().lock();
    try {
      closed = true;
      tokenizer.close();
    } finally {
      lock.writeLock().unlock();
    }
  }

  /** Native code takes UTF-8, which has no lone surrogates, and C strings end at a NUL. */
  private static void requireWellFormed(String text) {
    int at = 0;
    while (at < text.length()) {
      int point = text.codePointAt(at);
      boolean surrogate = point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE;
      if (surrogate || point == 0) {
        throw new IllegalArgumentException(
            String.format(
                "the text has a %s (U+%04X) at index %d, expected Unicode text: remove it",
                surrogate ? "lone surrogate" : "NUL", point, at));
      }
      at += Character.charCount(point);
    }
  }
}
