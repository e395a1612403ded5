package io.spackle.jobs.manifest;

import io.spackle.jobs.manifest.CsvRecord.State;
import java.io.Serializable;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.regex.Pattern;

/**
 * The records of CSV lines, none of which takes another one with it: where a quotation mark is
 * missing, the record that starts in that line is malformed, and the next line starts a record.
 *
 * <p>A quotation mark is taken for missing if the quoted cell
 *
 * <ul>
 *   <li>contains a line that is a record itself, with the locations of an init image and a mask in
 *       their columns,
 *   <li>ends with a mark that no separator and no end of a line follows,
 *   <li>makes a record of too few or too many columns,
 *   <li>or does not end within {@value #LONGEST} characters.
 * </ul>
 *
 * <p>Blank lines between records are skipped.
 */
final class CsvRecords implements Iterator<CsvRecords.Parsed> {

  /** The longest continuation of a record, in characters. */
  private static final int LONGEST = 1 << 20;

  /** What a file name with an extension, a path or a URI contains. */
  private static final Pattern OF_LOCATIONS = Pattern.compile("[./:\\\\]");

  private static final String NOT_CLOSED =
      "a quotation mark that is not closed found, a closing one expected";

  private static final String DAMAGED =
      "bytes that are not %1$s found, text in %1$s expected, or the option encoding";

  private static final char REPLACEMENT = '\uFFFD'; // what invalid UTF-8 is decoded to

  private final Iterator<Line> lines;
  private final Deque<Line> ahead = new ArrayDeque<>();
  private final CsvFormat format;
  private final Columns columns;

  /**
   * The columns of the file.
   *
   * @param count their number
   * @param images the places of the columns of init images and masks
   */
  record Columns(int count, List<Integer> images) implements Serializable {}

  /**
   * A line of a text file.
   *
   * @param number from 1
   */
  record Line(long number, String text) implements Serializable {}

  /**
   * A record, or the line of a malformed one.
   *
   * @param line number of its first line
   * @param cells empty if it is malformed
   * @param text of a malformed one, or null
   * @param problem of a malformed one, or null
   */
  record Parsed(long line, List<String> cells, String text, String problem)
      implements Serializable {}

  CsvRecords(Iterator<Line> lines, CsvFormat format, Columns columns) {
    this.lines = lines;
    this.format = format;
    this.columns = columns;
  }

  @Override
  public boolean hasNext() {
    while (ahead.isEmpty() && lines.hasNext()) {
      Line line = lines.next();
      if (!line.text().isBlank()) {
        ahead.add(line);
      }
    }
    return !ahead.isEmpty();
  }

  @Override
  public Parsed next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    Line first = ahead.remove();
    CsvRecord record = CsvRecord.of(first.text(), format);
    List<Line> more = new ArrayList<>();
    String problem = format.isMultiLine() ? complete(record, more) : null;
    if (problem == null) {
      problem = problem(record);
    }
    if (problem != null) {
      restore(more);
      return new Parsed(first.number(), List.of(), first.text(), problem);
    }
    return isDamaged(record)
        ? new Parsed(first.number(), List.of(), first.text(), DAMAGED.formatted(format.encoding()))
        : new Parsed(first.number(), record.cells(), null, null);
  }

  private static boolean isDamaged(CsvRecord record) {
    return record.cells().stream().anyMatch(cell -> cell != null && cell.indexOf(REPLACEMENT) >= 0);
  }

  /** Puts lines back, except blank ones. */
  private void restore(List<Line> lines) {
    for (int i = lines.size() - 1; i >= 0; i--) {
      if (!lines.get(i).text().isBlank()) {
        ahead.addFirst(lines.get(i));
      }
    }
  }

  /**
   * Adds lines to a record until its quoted cell ends.
   *
   * @param added receives these lines
   * @return why the cell must have ended before, or null
   */
  private String complete(CsvRecord record, List<Line> added) {
    long length = 0;
    while (record.state() == State.OPEN) {
      Line line = ahead.isEmpty() ? (lines.hasNext() ? lines.next() : null) : ahead.remove();
      if (line == null) {
        return NOT_CLOSED;
      }
      added.add(line);
      length += line.text().length();
      if (length > LONGEST || isRecord(line.text())) {
        return "a quotation mark that is not closed before line %d found, a closing one expected"
            .formatted(line.number());
      }
      record.add(line.text());
    }
    return null;
  }

  private String problem(CsvRecord record) {
    if (record.state() == State.OPEN) {
      return NOT_CLOSED;
    }
    if (record.state() == State.BROKEN) {
      return "a quotation mark within a quoted cell found, a doubled one expected";
    }
    return record.cells().size() == columns.count()
        ? null
        : "%d columns found, %d expected as in the header"
            .formatted(record.cells().size(), columns.count());
  }

  private boolean isRecord(String line) {
    List<String> cells = CsvRecord.of(line, format).cells();
    return columns.images().stream()
        .allMatch(place -> place < cells.size() && isLocation(cells.get(place)));
  }

  /** Whether a cell looks like a location; in prose a blank follows a comma. */
  static boolean isLocation(String cell) {
    return cell != null && cell.equals(cell.strip()) && OF_LOCATIONS.matcher(cell).find();
  }
}
