package io.spackle.jobs.files;

import io.spackle.jobs.files.FileTree.Entry;
import io.spackle.jobs.files.FileTree.Kind;
import io.spackle.jobs.files.FileTree.Rules;
import io.spackle.jobs.files.FileTree.Visit;
import io.spackle.jobs.files.FolderLister.Child;
import io.spackle.jobs.files.FolderLister.Children;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.apache.hadoop.security.AccessControlException;
import org.apache.spark.TaskContext;
import org.apache.spark.util.TaskCompletionListener;

/**
 * The entries of some folders, or of all folders below them, one folder open at a time. A folder
 * that disappears meanwhile has no entries.
 */
final class FolderWalk implements Iterator<Entry> {

  private final Iterator<Entry> folders;
  private final FolderLister lister;
  private final Rules rules;
  private final boolean isDeep;
  private final Deque<Entry> pending = new ArrayDeque<>();
  private Entry folder;
  private Children children;
  private boolean isEmpty;
  private Entry next;

  /**
   * @param isDeep whether the folders below are entered, not only listed
   */
  FolderWalk(Iterator<Entry> folders, FolderLister lister, Rules rules, boolean isDeep) {
    this.folders = folders;
    this.lister = lister;
    this.rules = rules;
    this.isDeep = isDeep;
    TaskContext task = TaskContext.get();
    if (task != null) {
      task.addTaskCompletionListener((TaskCompletionListener) ended -> close());
    }
  }

  @Override
  public boolean hasNext() {
    while (next == null && (children != null || !pending.isEmpty() || folders.hasNext())) {
      next = children == null ? opened() : following();
    }
    return next != null;
  }

  @Override
  public Entry next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    Entry entry = next;
    next = null;
    return entry;
  }

  /** Opens the next folder; returns an entry only if that fails. */
  private Entry opened() {
    folder = pending.isEmpty() ? folders.next() : pending.pop();
    isEmpty = true;
    try {
      children = lister.open(folder.location());
      return null;
    } catch (IOException e) {
      return unlisted(e);
    }
  }

  /** What a folder that cannot be listed is: nothing if it has disappeared. */
  private Entry unlisted(IOException e) {
    if (e instanceof NoSuchFileException || e instanceof FileNotFoundException) {
      return null;
    }
    if (e instanceof AccessDeniedException || e instanceof AccessControlException) {
      return new Entry(folder.path(), folder.location(), Kind.UNREADABLE);
    }
    throw new UncheckedIOException("cannot list " + folder.location() + ": " + e, e);
  }

  /** The next entry of the open folder; null if it is passed over or there is none. */
  private Entry following() {
    try {
      if (children.hasNext()) {
        isEmpty = false;
        return entry(children.next());
      }
    } catch (DirectoryIteratorException e) {
      close();
      return unlisted(e.getCause());
    } catch (UncheckedIOException e) {
      close();
      return unlisted(e.getCause());
    }
    close();
    return isEmpty ? new Entry(folder.path(), folder.location(), Kind.EMPTY) : null;
  }

  private Entry entry(Child child) {
    String path = folder.path().isEmpty() ? child.name() : folder.path() + "/" + child.name();
    if (child.kind() == Kind.FILE) {
      return new Entry(path, child.location(), Kind.FILE, child.version());
    }
    Visit visit = rules.visit(path);
    if (visit == Visit.IGNORE) {
      return null;
    }
    if (child.kind() == Kind.LINK || visit == Visit.NAME) {
      Kind kind = child.kind() == Kind.LINK ? Kind.LINK : Kind.LEFT_OUT;
      return new Entry(path, child.location(), kind);
    }
    Entry entered = new Entry(path, child.location(), Kind.FOLDER);
    if (!isDeep) {
      return entered;
    }
    pending.push(entered);
    return null;
  }

  private void close() {
    try (Children closed = children) {
      children = null;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
