package io.spackle.jobs;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.stream.Stream;

/**
 * A command that ran as the launcher runs it.
 *
 * @param out what it printed
 * @param messages what it printed to stderr
 */
record CommandResult(int code, String out, String messages) {

  static CommandResult run(Object... args) {
    StringWriter out = new StringWriter();
    StringWriter messages = new StringWriter();
    int code =
        Main.commands()
            .setOut(new PrintWriter(out, true))
            .setErr(new PrintWriter(messages, true))
            .execute(Stream.of(args).map(String::valueOf).toArray(String[]::new));
    return new CommandResult(code, out.toString(), messages.toString());
  }
}
