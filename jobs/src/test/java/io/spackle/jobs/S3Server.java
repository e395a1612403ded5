package io.spackle.jobs;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.FileUtil;

/**
 * An S3 server on this machine that checks signatures, behind a {@link SlowDownProxy}: S3Proxy over
 * a folder, in a JVM of its own, because it and S3A need different versions of the same libraries.
 */
public final class S3Server {

  static final String KEY = "AKIDSPACKLETESTS";

  /** Must not appear in any log, file or command line. */
  static final String SECRET = "s3cr3t0fTheTests";

  private static final S3Server OF_TESTS = start();

  private final Path folder;
  private final SlowDownProxy proxy;

  private S3Server(Path folder, SlowDownProxy proxy) {
    this.folder = folder;
    this.proxy = proxy;
  }

  /** The only server of this JVM, which ends with it. Each test class uses its own buckets. */
  public static S3Server ofTests() {
    return OF_TESTS;
  }

  SlowDownProxy proxy() {
    return proxy;
  }

  /** Creates a bucket; returns its folder on this machine. */
  public Path bucket(String name) throws IOException {
    return Files.createDirectories(folder.resolve(name));
  }

  /** Uploads a file, or a folder with its content, replacing what exists there. */
  void upload(Path from, String location) throws IOException {
    org.apache.hadoop.fs.Path to = new org.apache.hadoop.fs.Path(location);
    try (FileSystem store = FileSystem.newInstance(to.toUri(), configuration())) {
      store.delete(to, true);
      FileUtil.copy(from.toFile(), store, to, false, store.getConf());
    }
  }

  /** The options that S3A needs to reach this server, without credentials. */
  Map<String, String> address() {
    Map<String, String> options = new TreeMap<>();
    options.put("fs.s3a.endpoint", "http://127.0.0.1:" + proxy.port());
    options.put("fs.s3a.endpoint.region", "us-east-1");
    options.put("fs.s3a.path.style.access", "true");
    return options;
  }

  /** The options that S3A needs to reach this server. */
  Map<String, String> options() {
    Map<String, String> options = new TreeMap<>(address());
    options.put("fs.s3a.access.key", KEY);
    options.put("fs.s3a.secret.key", SECRET);
    return options;
  }

  public Configuration configuration() {
    Configuration hadoop = new Configuration();
    options().forEach(hadoop::set);
    return hadoop;
  }

  private static S3Server start() {
    try {
      Path home = Files.createTempDirectory("spackle-s3-server");
      Path folder = Files.createDirectory(home.resolve("buckets"));
      int port = freePort();
      Process process = launch(home, properties(folder, port));
      SlowDownProxy proxy = SlowDownProxy.before(port);
      Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(process, home)));
      awaitPort(port, process, home);
      return new S3Server(folder, proxy);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Process launch(Path home, String properties) throws IOException {
    Path file = Files.writeString(home.resolve("s3proxy.conf"), properties);
    List<String> command = ChildJvm.command("512m");
    command.addAll(List.of("org.gaul.s3proxy.Main", "--properties", file.toString()));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("CLASSPATH", Files.readString(classpath()));
    return builder
        .redirectErrorStream(true)
        .redirectOutput(home.resolve("s3proxy.log").toFile())
        .start();
  }

  private static String properties(Path folder, int port) throws IOException {
    Properties properties = new Properties();
    properties.setProperty("s3proxy.endpoint", "http://127.0.0.1:" + port);
    properties.setProperty("s3proxy.authorization", "aws-v2-or-v4");
    properties.setProperty("s3proxy.identity", KEY);
    properties.setProperty("s3proxy.credential", SECRET);
    properties.setProperty("jclouds.provider", "filesystem-nio2");
    properties.setProperty("jclouds.filesystem.basedir", folder.toString());
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    properties.store(text, null);
    return text.toString(StandardCharsets.ISO_8859_1);
  }

  /** The file with the server's class path, which the build writes beside the test classes. */
  private static Path classpath() {
    String classes = S3Server.class.getProtectionDomain().getCodeSource().getLocation().getPath();
    return Path.of(classes).resolveSibling("s3proxy.classpath");
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static void awaitPort(int port, Process process, Path home) throws IOException {
    while (process.isAlive()) {
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
        return;
      } catch (ConnectException e) {
        Thread.onSpinWait();
      }
    }
    throw new IOException("S3Proxy ended: " + Files.readString(home.resolve("s3proxy.log")));
  }

  private static void stop(Process process, Path home) {
    process.destroyForcibly();
    try (Stream<Path> files = Files.walk(home)) {
      process.waitFor();
      files.sorted(Comparator.reverseOrder()).forEach(path -> path.toFile().delete());
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
