package io.spackle.jobs;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * An HTTP proxy of an S3 server that answers a share of the requests with 503 SlowDown, as S3 does
 * under load. Other requests are forwarded unchanged, because they are signed.
 *
 * <p>Requests must have a Content-Length, as those of S3A do.
 */
final class SlowDownProxy {

  private static final String ERROR =
      """
      <?xml version="1.0" encoding="UTF-8"?>
      <Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message>\
      <RequestId>1</RequestId></Error>""";

  private static final String ANSWER =
      "HTTP/1.1 503 Slow Down\r\nContent-Type: application/xml\r\nConnection: close\r\n"
          + "Content-Length: %d\r\n\r\n%s";

  private final ServerSocket socket;
  private final int server;
  private final ExecutorService threads =
      Executors.newCachedThreadPool(
          work -> {
            Thread thread = new Thread(work, "slow-down-proxy");
            thread.setDaemon(true);
            return thread;
          });
  private final Random random = new Random(7);
  private final List<String> heads = new CopyOnWriteArrayList<>();
  private final AtomicInteger refused = new AtomicInteger();
  private volatile double share;

  private SlowDownProxy(ServerSocket socket, int server) {
    this.socket = socket;
    this.server = server;
  }

  /** Starts a proxy of a port of this machine; it ends with the JVM. */
  static SlowDownProxy before(int server) throws IOException {
    ServerSocket socket = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
    SlowDownProxy proxy = new SlowDownProxy(socket, server);
    proxy.threads.execute(proxy::accept);
    return proxy;
  }

  int port() {
    return socket.getLocalPort();
  }

  /** Clears all counts and refuses this share of further requests, chosen with a fixed seed. */
  synchronized void refuse(double newShare) {
    heads.clear();
    refused.set(0);
    random.setSeed(7);
    share = newShare;
  }

  /** The heads (request line and headers) of the requests since {@link #refuse}, in lower case. */
  List<String> requests() {
    return List.copyOf(heads);
  }

  /** The number of refused requests since {@link #refuse}. */
  int refused() {
    return refused.get();
  }

  private void accept() {
    try {
      while (true) {
        Socket client = socket.accept();
        threads.execute(() -> serve(client));
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private void serve(Socket client) {
    try (client;
        Socket connection = new Socket(InetAddress.getLoopbackAddress(), server)) {
      client.setTcpNoDelay(true);
      connection.setTcpNoDelay(true);
      threads.execute(() -> passBack(connection, client));
      pass(client, connection);
    } catch (IOException e) {
      // One side has closed the connection, which is how connections end.
    }
  }

  /** Forwards requests; each one starts after the response to the previous one. */
  private void pass(Socket client, Socket connection) throws IOException {
    InputStream in = new BufferedInputStream(client.getInputStream());
    while (true) {
      String head = head(in);
      heads.add(head.toLowerCase(Locale.ROOT));
      if (isRefused()) {
        refuse(client, in);
        return;
      }
      OutputStream out = connection.getOutputStream();
      out.write(head.getBytes(ISO_8859_1));
      copy(in, out, length(head));
    }
  }

  private synchronized boolean isRefused() {
    return random.nextDouble() < share;
  }

  private void refuse(Socket client, InputStream in) throws IOException {
    refused.incrementAndGet();
    client.getOutputStream().write(ANSWER.formatted(ERROR.length(), ERROR).getBytes(ISO_8859_1));
    client.shutdownOutput();
    in.transferTo(
        OutputStream
            .nullOutputStream()); // otherwise the rest of the body would reset the connection
  }

  private static void passBack(Socket connection, Socket client) {
    try (connection;
        client) {
      connection.getInputStream().transferTo(client.getOutputStream());
    } catch (IOException e) {
      // As above.
    }
  }

  private static String head(InputStream in) throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    for (int b = in.read(); b >= 0; b = in.read()) {
      head.write(b);
      if (b == '\n' && head.toString(ISO_8859_1).endsWith("\r\n\r\n")) {
        return head.toString(ISO_8859_1);
      }
    }
    throw new EOFException();
  }

  private static long length(String head) {
    return head.lines()
        .filter(line -> line.toLowerCase(Locale.ROOT).startsWith("content-length:"))
        .mapToLong(line -> Long.parseLong(line.substring(line.indexOf(':') + 1).strip()))
        .findFirst()
        .orElse(0);
  }

  private static void copy(InputStream in, OutputStream out, long length) throws IOException {
    byte[] chunk = new byte[1 << 16];
    for (long remaining = length; remaining > 0; ) {
      int read = in.read(chunk, 0, (int) Math.min(chunk.length, remaining));
      if (read < 0) {
        throw new EOFException();
      }
      out.write(chunk, 0, read);
      remaining -= read;
    }
  }
}
