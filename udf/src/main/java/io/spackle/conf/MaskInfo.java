package io.spackle.conf;

import io.spackle.codec.DecodeLimits;
import io.spackle.conf.MasksConf.EntryConf;
import io.spackle.conf.ModelInfo.NamedFolder;
import io.spackle.conf.TaskConf.MaskDefaultsConf;
import io.spackle.image.ImageException;
import io.spackle.mask.MaskEntry;
import io.spackle.mask.MaskSettings;
import io.spackle.mask.SharedMask;
import io.spackle.model.ModelSettings.Folder;
import io.spackle.model.ModelSettings.FolderKind;
import io.spackle.model.SegmenterSettings;
import io.spackle.row.MaskNames;
import io.spackle.row.RowDefaults;
import io.spackle.row.RowMask;
import io.spackle.row.Sha256;
import io.spackle.segment.ClassName;
import io.spackle.segment.Grow;
import io.spackle.segment.SegmentRule;
import io.spackle.segment.SegmenterKind;
import io.spackle.segment.SegmenterModel;
import io.spackle.segment.SegmenterTraits;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * The masks of a job beside the files of its rows, as the driver reads them without loading a
 * graph.
 *
 * @param defaults of the rows
 * @param sharedDigest SHA-256 of the shared mask's file, in hex, or null if there is none
 */
record MaskInfo(MaskSettings settings, RowDefaults.Masks defaults, String sharedDigest) {

  /** The values of the entry in reference.conf; a test compares them. */
  private static final String DEFAULT_TEXT =
      "builtin:text 3, [null, null, [], null], [text], 0.0, {}, [], ALL 0.5 0.5, COPY";

  /**
   * Reads the segmenters' folders and the shared mask.
   *
   * @throws RefusedException with all problems
   * @throws IOException if a file system cannot be reached
   */
  static MaskInfo read(TaskConf conf, Configuration hadoop) throws IOException {
    List<String> problems = new ArrayList<>();
    List<MaskEntry> entries = new ArrayList<>();
    for (EntryConf entry : conf.masks().entries()) {
      try {
        entries.add(entry(entry, conf, hadoop, problems));
      } catch (RefusedException e) {
        problems.addAll(e.problems());
      }
    }
    MaskNames names = new MaskNames(classes(entries));
    MaskDefaultsConf defaults = conf.defaults().masks();
    RowMask byDefault = null;
    if (defaults.from() != null && problems.isEmpty()) {
      byDefault = resolved(names, defaults.from(), problems);
    }
    byte[] shared = defaults.image() == null ? null : file(defaults.image(), conf, hadoop);
    if (shared != null) {
      byDefault = new RowMask.Shared(defaults.image());
    }
    if (!problems.isEmpty()) {
      throw new RefusedException(problems);
    }
    return new MaskInfo(
        new MaskSettings(
            entries, shared == null ? null : new SharedMask(shared, conf.images().limits())),
        new RowDefaults.Masks(names, byDefault),
        shared == null ? null : Sha256.hex(shared));
  }

  private static RowMask resolved(MaskNames names, String from, List<String> problems) {
    try {
      return names.resolve(from);
    } catch (IllegalArgumentException e) {
      problems.add("spackle.defaults.mask-from: " + e.getMessage());
      return null;
    }
  }

  private static MaskEntry entry(
      EntryConf entry, TaskConf conf, Configuration hadoop, List<String> problems)
      throws IOException {
    String key = "spackle.masks." + entry.name();
    Folder folder = null;
    SegmenterTraits traits;
    if (SegmenterModel.isBuiltIn(entry.path())) {
      traits =
          ModelInfo.refusing(
              key, () -> SegmenterModel.builtIn(entry.path(), entry.options()).traits());
    } else {
      NamedFolder found =
          NamedFolder.find(entry.path(), FolderKind.SEGMENTER, conf.model(), hadoop);
      folder = found.folder();
      traits =
          ModelInfo.refusing(
              key + ".path " + entry.path(),
              () -> SegmenterModel.open(found.local(), entry.options()).traits());
    }
    SegmentRule rule = entry.rule().withClasses(entry.classes(traits.classes()));
    check(key, rule, traits, problems);
    return new MaskEntry(
        entry.name(),
        new SegmenterSettings(
            entry.path(), folder, entry.options(), conf.model().cache(), conf.model().device()),
        traits,
        rule,
        entry.policy());
  }

  /** Names of classes that the segmenter does not have. */
  private static void check(
      String key, SegmentRule rule, SegmenterTraits traits, List<String> problems) {
    Map<String, Stream<String>> named = new LinkedHashMap<>();
    named.put("classes", rule.classes().stream());
    named.put("keep", rule.keep().stream());
    named.put("grow", rule.growOf().keySet().stream());
    named.forEach(
        (setting, names) ->
            names
                .filter(
                    name -> traits.classes().stream().noneMatch(it -> ClassName.isSame(it, name)))
                .forEach(
                    name ->
                        problems.add(
                            "%s.%s has the class %s, expected some of %s"
                                .formatted(key, setting, name, traits.classes()))));
  }

  /** The classes that rows may name; the background of text is the image. */
  private static Map<String, List<String>> classes(List<MaskEntry> entries) {
    Map<String, List<String>> classes = new TreeMap<>();
    for (MaskEntry entry : entries) {
      boolean isText = entry.traits().kind() == SegmenterKind.TEXT;
      classes.put(entry.name(), isText ? List.of(SegmenterTraits.TEXT) : entry.traits().classes());
    }
    return classes;
  }

  private static byte[] file(String location, TaskConf conf, Configuration hadoop)
      throws IOException {
    long most = conf.fetch().maxBytes();
    Path path = new Path(location);
    byte[] file;
    try (InputStream in = path.getFileSystem(hadoop).open(path)) {
      file = in.readNBytes((int) Math.min(Integer.MAX_VALUE - 8L, most + 1));
    }
    if (file.length > most) {
      throw new RefusedException(
          "spackle.defaults.mask-image has more than %d bytes, as fetch.max-bytes allows"
              .formatted(most));
    }
    DecodeLimits limits = conf.images().limits();
    try {
      new SharedMask(file, limits).mask();
    } catch (ImageException e) {
      throw new RefusedException("spackle.defaults.mask-image: " + e.getMessage());
    }
    return file;
  }

  /**
   * The settings for tasks, with the entries that rows can use.
   *
   * @param canName whether rows can name any; otherwise those of the defaults are used
   */
  MaskSettings settings(boolean canName) {
    return canName ? settings : new MaskSettings(entriesOfDefaults(), settings.shared());
  }

  private List<MaskEntry> entriesOfDefaults() {
    if (!(defaults.byDefault() instanceof RowMask.Found found)) {
      return List.of();
    }
    List<String> names = found.parts().stream().map(RowMask.Part::entry).toList();
    return settings.entries().stream().filter(entry -> names.contains(entry.name())).toList();
  }

  /**
   * What determines the masks of each entry, by its name; without an entry that is as in
   * reference.conf.
   */
  Map<String, String> digests() {
    Map<String, String> digests = new TreeMap<>();
    for (MaskEntry entry : settings.entries()) {
      String content = content(entry);
      if (!entry.name().equals(MasksConf.TEMPLATE) || !content.equals(DEFAULT_TEXT)) {
        digests.put(entry.name(), content);
      }
    }
    return digests;
  }

  /** The maximum share decides whether a row fails, not what its images are. */
  private static String content(MaskEntry entry) {
    SegmenterSettings segmenter = entry.segmenter();
    SegmentRule rule = entry.rule();
    String digest =
        Optional.ofNullable(segmenter.folder())
            .map(Folder::digest)
            .orElseGet(() -> SegmenterModel.builtInDigest(segmenter.path()));
    Map<String, String> growOf = new TreeMap<>();
    rule.growOf().forEach((name, grow) -> growOf.put(ClassName.folded(name), text(grow)));
    return "%s, [%s, %s, %s, %s], %s, %s, %s, %s, %s %s %s, %s"
        .formatted(
            digest,
            segmenter.options().kind(),
            segmenter.options().normalise(),
            segmenter.options().labels(),
            segmenter.options().threshold(),
            rule.classes(),
            text(rule.grow()),
            growOf,
            rule.keep(),
            rule.selection().mode(),
            rule.selection().x(),
            rule.selection().y(),
            entry.policy().empty());
  }

  private static String text(Grow grow) {
    return grow.amount() + (grow.isShare() ? " of the side" : "");
  }
}
