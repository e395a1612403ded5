package io.spackle.source;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;

/** An HTTP proxy that keeps the heads of its requests and answers them itself. */
final class TinyProxy implements AutoCloseable {

  private final ServerSocket socket;
  private final Function<String, byte[]> answer;
  private final int tunnelPort;
  private final List<String> heads = new CopyOnWriteArrayList<>();
  private final ExecutorService threads = Executors.newCachedThreadPool();

  /**
   * @param answer the complete response to a request, given its head
   * @param tunnelPort of this machine, where all accepted tunnels lead
   */
  TinyProxy(Function<String, byte[]> answer, int tunnelPort) throws IOException {
    this.answer = answer;
    this.tunnelPort = tunnelPort;
    this.socket = new ServerSocket(0, 9, InetAddress.getLoopbackAddress());
    threads.execute(this::accept);
  }

  static byte[] response(String status, String... headers) {
    String head = "HTTP/1.1 " + status + "\r\n" + String.join("\r\n", headers);
    return (head.stripTrailing() + "\r\n\r\n").getBytes(ISO_8859_1);
  }

  int port() {
    return socket.getLocalPort();
  }

  /** The requests in their order, each with its headers. */
  List<String> heads() {
    return heads;
  }

  @Override
  public void close() throws IOException {
    socket.close();
    threads.shutdownNow();
  }

  private void accept() {
    while (!socket.isClosed()) {
      try {
        Socket client = socket.accept();
        threads.execute(() -> serve(client));
      } catch (IOException e) {
        return; // closed
      }
    }
  }

  private void serve(Socket client) {
    try (client) {
      var in = new BufferedReader(new InputStreamReader(client.getInputStream(), ISO_8859_1), 1);
      String head = head(in);
      while (!head.isEmpty()) {
        heads.add(head);
        byte[] response = answer.apply(head);
        client.getOutputStream().write(response);
        if (head.startsWith("CONNECT") && new String(response, ISO_8859_1).contains(" 200 ")) {
          tunnel(client);
          return;
        }
        head = head(in);
      }
    } catch (IOException e) {
      return; // the client has closed its connection
    }
  }

  private static String head(BufferedReader in) throws IOException {
    var head = new StringBuilder();
    for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
      head.append(line).append('\n');
    }
    return head.toString();
  }

  private void tunnel(Socket client) throws IOException {
    try (Socket host = new Socket(InetAddress.getLoopbackAddress(), tunnelPort)) {
      threads.execute(() -> copy(host, client));
      copy(client, host);
    }
  }

  private static void copy(Socket from, Socket to) {
    try {
      from.getInputStream().transferTo(to.getOutputStream());
      to.shutdownOutput();
    } catch (IOException e) {
      return; // one side has closed its connection
    }
  }
}
