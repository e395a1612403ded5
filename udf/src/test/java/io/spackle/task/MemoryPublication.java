package io.spackle.task;

import io.spackle.row.MetaRow;
import io.spackle.row.RowColumns;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.StreamSupport;
import org.apache.spark.sql.Row;

/** A publication that the attempts of a task share in this JVM. */
final class MemoryPublication implements Publication {

  final List<List<Row>> files = new CopyOnWriteArrayList<>();
  private final Set<String> keys = ConcurrentHashMap.newKeySet();
  private final boolean isIncremental;

  MemoryPublication() {
    this(true);
  }

  MemoryPublication(boolean isIncremental) {
    this.isIncremental = isIncremental;
  }

  List<Row> rows() {
    return files.stream().flatMap(List::stream).toList();
  }

  @Override
  public boolean isIncremental() {
    return isIncremental;
  }

  @Override
  public Iterator<Row> pending(Iterator<Row> rows) {
    Iterable<Row> all = () -> rows;
    return StreamSupport.stream(all.spliterator(), false)
        .filter(row -> !keys.contains(row.<String>getAs(RowColumns.KEY)))
        .iterator();
  }

  @Override
  public synchronized List<Row> publish(List<Row> finished) {
    List<Row> published = new ArrayList<>(finished);
    published.removeIf(row -> !keys.add(row.getAs(MetaRow.ROW_KEY)));
    if (!published.isEmpty()) {
      files.add(published);
    }
    return published;
  }
}
