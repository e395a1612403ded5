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
 * <p>DJL unpacks its native library once per user into {@code ~/.djl.ai}, by an atomic move, so
 * that several JVMs may start concurrently; the system property {@code ENGINE_CACHE_DIR} selects
 * another folder.
 */
final class NativeTokenizer implements Tokenizer {

  /** By default DJL truncates at 512 tokens; here callers truncate. */
  private static final Map<String, String> UNMODIFIED =
      Map.of("truncation", "do_not_truncate", "padding", "do_not_pad");

  static {
    // Otherwise DJL sends a usage report from EC2 machines, and downloads another library on
    // machines with a GPU.
    if (System.getProperty("ai.djl.offline") == null) {
      System.setProperty("ai.djl.offline", "true");
    }
  }

  /** Read-locked while encoding, write-locked while closing: native memory must outlive its use. */
  private final ReadWriteLock lock = new ReentrantReadWriteLock();

  private final HuggingFaceTokenizer tokenizer;
  private final long padId;
  private final int maxLength;
  private boolean closed;

  private NativeTokenizer(HuggingFaceTokenizer tokenizer, long padId, int maxLength) {
    this.tokenizer = tokenizer;
    this.padId = padId;
    this.maxLength = maxLength;
  }

  /**
   * Builds the tokenizer that a document describes.
   *
   * @param document the bytes of a {@code tokenizer.json}
   * @throws IOException if the native library rejects the document or cannot be unpacked
   */
  static Tokenizer of(byte[] document, long padId, int maxLength) throws IOException {
    Thread thread = Thread.currentThread();
    ClassLoader original = thread.getContextClassLoader();
    // DJL finds its library through the thread's context class loader, which on a pool thread may
    // not see this jar.
    thread.setContextClassLoader(NativeTokenizer.class.getClassLoader());
    try {
      return new NativeTokenizer(
          HuggingFaceTokenizer.newInstance(new ByteArrayInputStream(document), UNMODIFIED),
          padId,
          maxLength);
    } catch (RuntimeException e) {
      throw new IOException(e.getMessage(), e);
    } finally {
      thread.setContextClassLoader(original);
    }
  }

  @Override
  public long[] encode(String text) {
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

  @Override
  public long padId() {
    return padId;
  }

  @Override
  public int maxLength() {
    return maxLength;
  }

  /** Frees the native memory once no thread encodes any more; a second call does nothing. */
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

  /** Native code reads UTF-8, which has no lone surrogates, in C strings, which end at a NUL. */
  private static void requireWellFormed(String text) {
    int index = 0;
    while (index < text.length()) {
      int point = text.codePointAt(index);
      boolean surrogate = point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE;
      if (surrogate || point == 0) {
        throw new IllegalArgumentException(
            String.format(
                "the text has a %s (U+%04X) at index %d, expected Unicode text: remove it",
                surrogate ? "lone surrogate" : "NUL", point, index));
      }
      index += Character.charCount(point);
    }
  }
}
