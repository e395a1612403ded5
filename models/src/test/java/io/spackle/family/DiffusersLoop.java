package io.spackle.family;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.spackle.golden.Goldens;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;

/** The pipeline of diffusers for SD 1.5 at its real size, with random weights, in a process. */
final class DiffusersLoop implements AutoCloseable {

  private final Process process;
  private final BufferedReader answers;

  private DiffusersLoop(Process process) {
    this.process = process;
    this.answers = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
  }

  /**
   * Starts it, and waits until its model is in memory.
   *
   * @param python with torch, diffusers, transformers and onnx
   */
  static DiffusersLoop start(String python, int side) throws IOException {
    DiffusersLoop loop =
        new DiffusersLoop(
            new ProcessBuilder(
                    python,
                    Path.of("export", "random_sd15.py").toString(),
                    "time",
                    Goldens.bundle("tiny-sd15-inpaint").toString(),
                    String.valueOf(side))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start());
    loop.answer();
    return loop;
  }

  void generate(int steps) throws IOException {
    process.getOutputStream().write((steps + "\n").getBytes(UTF_8));
    process.getOutputStream().flush();
    answer();
  }

  private void answer() throws IOException {
    if (answers.readLine() == null) {
      throw new IOException("random_sd15.py ended; its messages are above");
    }
  }

  @Override
  public void close() throws IOException {
    process.getOutputStream().close();
  }
}
