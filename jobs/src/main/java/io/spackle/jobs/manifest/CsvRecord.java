package io.spackle.jobs.manifest;

import java.util.ArrayList;
import java.util.List;

/**
 * A record of a CSV file as it is parsed, line by line, by the rules of RFC 4180: a cell is quoted
 * if it starts with a quotation mark, and a quoted cell ends with one that a separator or the end
 * of the line follows.
 *
 * <p>A parser of a library would give a broken record up, or repair it by a guess that takes the
 * following records with it. This one tells where it stands, so that {@link CsvRecords} can go on
 * with the next line.
 */
final class CsvRecord {

  /** How far a record has been parsed. */
  enum State {
    /** All cells are closed. */
    COMPLETE,
    /** The last line ended within a quoted cell. */
    OPEN,
    /** A quoted cell is followed by something else than a separator. */
    BROKEN
  }

  private final CsvFormat format;
  private final List<String> cells = new ArrayList<>();
  private final StringBuilder cell = new StringBuilder();
  private State state = State.COMPLETE;

  CsvRecord(CsvFormat format) {
    this.format = format;
  }

  /** The record that starts with a line. */
  static CsvRecord of(String line, CsvFormat format) {
    CsvRecord record = new CsvRecord(format);
    record.add(line);
    return record;
  }

  State state() {
    return state;
  }

  /** The closed cells: null where there is nothing between two separators. */
  List<String> cells() {
    return cells;
  }

  /** Parses one more line, which must be the first one or follow an {@link State#OPEN} one. */
  State add(String line) {
    int at = 0;
    if (state == State.OPEN) {
      cell.append('\n');
      at = quoted(line, 0);
    } else {
      at = cell(line, 0);
    }
    while (at >= 0 && at < line.length()) {
      at = cell(line, at + format.separator().length());
    }
    return state;
  }

  /**
   * Parses a cell.
   *
   * @return the place of the separator after it, the end of the line, or -1 if the line does not
   *     close the cell
   */
  private int cell(String line, int start) {
    char mark = format.quote().mark();
    if (mark != 0 && start < line.length() && line.charAt(start) == mark) {
      cell.setLength(0);
      return quoted(line, start + 1);
    }
    int separator = line.indexOf(format.separator(), start);
    int end = separator < 0 ? line.length() : separator;
    cells.add(start == end ? null : line.substring(start, end));
    state = State.COMPLETE;
    return end;
  }

  private int quoted(String line, int start) {
    CsvFormat.Quote quote = format.quote();
    for (int i = start; i < line.length(); i++) {
      char found = line.charAt(i);
      char next = i + 1 < line.length() ? line.charAt(i + 1) : 0;
      if (found == quote.escape() && (next == quote.mark() || next == quote.escape())) {
        cell.append(next);
        i++;
      } else if (found == quote.mark()) {
        return closed(line, i + 1);
      } else {
        cell.append(found);
      }
    }
    state = State.OPEN;
    return -1;
  }

  private int closed(String line, int end) {
    if (end < line.length() && !line.startsWith(format.separator(), end)) {
      state = State.BROKEN;
      return -1;
    }
    cells.add(cell.toString());
    state = State.COMPLETE;
    return end;
  }
}
