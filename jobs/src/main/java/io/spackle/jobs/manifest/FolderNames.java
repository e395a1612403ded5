package io.spackle.jobs.manifest;

import io.spackle.jobs.files.FileTree.Entry;
import io.spackle.jobs.files.FileTree.Kind;
import io.spackle.jobs.manifest.FolderFile.Role;
import io.spackle.row.ImageNames;
import java.io.Serializable;
import java.text.Normalizer;
import java.util.Locale;
import java.util.Optional;

/**
 * What the names of files in folders say: which are images, masks or captions, and which of them
 * belong together. The content decides later whether a file is an image at all.
 *
 * @param selected the images among the files
 * @param suffix at the end of the names of masks; empty if there is none
 * @param masks where masks are
 */
record FolderNames(FolderPattern selected, String suffix, Masks masks) implements Serializable {

  /** Where the masks of images are. */
  enum Masks {
    NONE,
    BESIDE,
    IN_A_FOLDER
  }

  private static final String CAPTION = ".txt";

  /** The name that an image shares with its mask and its caption: its path without extension. */
  static String key(String path) {
    int dot = path.lastIndexOf('.');
    String stem = dot > path.lastIndexOf('/') ? path.substring(0, dot) : path;
    return Normalizer.normalize(stem, Normalizer.Form.NFC); // macOS decomposes letters
  }

  /** The key of a file, by which files are grouped. */
  String key(FolderFile file) {
    String key = key(file.path());
    return file.role() == Role.MASK ? key.substring(0, key.length() - suffix.length()) : key;
  }

  /** A file in the folder of the images by its role; empty if it has none. */
  Optional<FolderFile> beside(Entry entry) {
    if (isNoFile(entry)) {
      return Optional.empty();
    }
    if (entry.name().toLowerCase(Locale.ROOT).endsWith(CAPTION)) {
      return file(Role.CAPTION, entry);
    }
    if (!ImageNames.isImage(entry.path())) {
      return Optional.empty();
    }
    if (masks == Masks.BESIDE && hasSuffix(entry)) {
      return file(Role.MASK, entry);
    }
    return selected.matches(entry.path()) ? file(Role.IMAGE, entry) : Optional.empty();
  }

  /** A file in the folder of the masks; empty if its name is not that of a mask. */
  Optional<FolderFile> mask(Entry entry) {
    boolean isMask = !isNoFile(entry) && ImageNames.isImage(entry.path()) && hasSuffix(entry);
    return isMask ? file(Role.MASK, entry) : Optional.empty();
  }

  private static Optional<FolderFile> file(Role role, Entry entry) {
    return Optional.of(new FolderFile(role, entry.path(), entry.location()));
  }

  /** Hidden files are no images, such as those in which macOS keeps attributes of images. */
  private static boolean isNoFile(Entry entry) {
    return entry.kind() != Kind.FILE || entry.name().startsWith(".");
  }

  private boolean hasSuffix(Entry entry) {
    String name = key(entry.name());
    return name.endsWith(suffix) && name.length() > suffix.length();
  }
}
