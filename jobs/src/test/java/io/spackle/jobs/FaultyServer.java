package io.spackle.jobs;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.GZIPOutputStream;

/**
 * A web server of this machine that behaves badly where it is told to. It answers under all
 * addresses of the loopback network, each of which counts as a host of its own.
 */
final class FaultyServer implements AutoCloseable {

  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Map<String, AtomicInteger> asked = new ConcurrentHashMap<>();
  private final List<String> authorizations = new CopyOnWriteArrayList<>();
  private final AtomicInteger busy = new AtomicInteger();
  private final AtomicInteger busiest = new AtomicInteger();

  FaultyServer() throws IOException {
    server = HttpServer.create(new InetSocketAddress(0), 0);
    server.setExecutor(threads);
    server.start();
  }

  int port() {
    return server.getAddress().getPort();
  }

  String url(String path) {
    return url("127.0.0.1", path);
  }

  String url(String host, String path) {
    return "http://" + host + ":" + port() + path;
  }

  /** How often a path was asked for. */
  int asked(String path) {
    AtomicInteger times = asked.get(path);
    return times == null ? 0 : times.get();
  }

  /** All Authorization headers that came. */
  List<String> authorizations() {
    return authorizations;
  }

  /** The most requests that were answered at the same moment by {@link #image}. */
  int busiest() {
    return busiest.get();
  }

  FaultyServer on(String path, HttpHandler handler) {
    server.createContext(
        path,
        exchange -> {
          asked.computeIfAbsent(path, unseen -> new AtomicInteger()).incrementAndGet();
          authorizations.addAll(
              exchange.getRequestHeaders().getOrDefault("Authorization", List.of()));
          try (exchange) {
            handler.handle(exchange);
          }
        });
    return this;
  }

  /** Answers with a body, and headers given as name, value and so on. */
  FaultyServer on(String path, int status, byte[] body, String... headers) {
    return on(path, exchange -> answer(exchange, status, body, headers));
  }

  /** Answers badly the first times, then well. */
  FaultyServer once(String path, int status, byte[] then, String... headers) {
    AtomicInteger times = new AtomicInteger();
    return on(
        path,
        exchange -> {
          if (times.getAndIncrement() == 0) {
            answer(exchange, status, new byte[0], headers);
          } else {
            answer(exchange, 200, then);
          }
        });
  }

  /** Answers after a while, and counts who else is answered meanwhile. */
  FaultyServer image(String path, byte[] body, long millis) {
    return on(
        path,
        exchange -> {
          busiest.accumulateAndGet(busy.incrementAndGet(), Math::max);
          sleep(millis);
          busy.decrementAndGet();
          answer(exchange, 200, body);
        });
  }

  /** Never ends, one byte at a time. */
  FaultyServer slow(String path) {
    return on(
        path,
        exchange -> {
          exchange.sendResponseHeaders(200, 0);
          try (OutputStream body = exchange.getResponseBody()) {
            for (int i = 0; i < 600; i++) {
              body.write('x');
              body.flush();
              sleep(50);
            }
          }
        });
  }

  /** Promises more bytes than come. */
  FaultyServer cutOff(String path, byte[] body) {
    return on(
        path,
        exchange -> {
          exchange.sendResponseHeaders(200, body.length + 1000);
          exchange.getResponseBody().write(body);
        });
  }

  /** Sends more than anyone wants, without saying how much. */
  FaultyServer endless(String path) {
    return on(
        path,
        exchange -> {
          exchange.sendResponseHeaders(200, 0);
          byte[] block = new byte[64 * 1024];
          for (int i = 0; i < 200; i++) {
            exchange.getResponseBody().write(block);
          }
        });
  }

  /** Small on its way, 100 MB when it is unpacked. */
  FaultyServer bomb(String path) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream zip = new GZIPOutputStream(packed)) {
      byte[] block = new byte[1_000_000];
      for (int i = 0; i < 100; i++) {
        zip.write(block);
      }
    }
    return on(path, 200, packed.toByteArray(), "Content-Encoding", "gzip");
  }

  static byte[] bytes(String text) {
    return text.getBytes(ISO_8859_1);
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }

  private static void answer(HttpExchange exchange, int status, byte[] body, String... headers)
      throws IOException {
    for (int i = 0; i < headers.length; i += 2) {
      exchange.getResponseHeaders().add(headers[i], headers[i + 1]);
    }
    exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
    if (body.length > 0) {
      exchange.getResponseBody().write(body);
    }
  }

  private static void sleep(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
