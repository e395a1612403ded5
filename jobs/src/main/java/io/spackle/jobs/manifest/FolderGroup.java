package io.spackle.jobs.manifest;

import io.spackle.jobs.manifest.FolderFile.Role;
import io.spackle.jobs.manifest.FolderNames.Masks;
import io.spackle.jobs.manifest.Listed.Problem;
import io.spackle.jobs.manifest.Manifest.Skipped.Reason;
import io.spackle.row.ErrorCode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/** The files that share a key: images with their masks and captions, each at most one as a rule. */
final class FolderGroup {

  private static final int EXAMPLES = 5;

  private final FolderNames names;
  private final List<FolderFile> images;
  private final List<FolderFile> masks;
  private final List<FolderFile> captions;

  FolderGroup(FolderNames names, Iterable<FolderFile> files) {
    this.names = names;
    this.images = of(files, Role.IMAGE);
    this.masks = of(files, Role.MASK);
    this.captions = of(files, Role.CAPTION);
  }

  private static List<FolderFile> of(Iterable<FolderFile> files, Role role) {
    return StreamSupport.stream(files.spliterator(), false)
        .filter(file -> file.role() == role)
        .sorted(Comparator.comparing(FolderFile::path))
        .toList();
  }

  /** The images as rows; without images, what the other files are. */
  List<Listed> listed(Captions texts, String maskFolder) {
    List<Listed> listed = new ArrayList<>();
    if (images.isEmpty()) {
      captions.stream()
          .filter(file -> names.selected().matches(file.path()))
          .forEach(file -> listed.add(Listed.skipped(file.path(), Reason.NOT_AN_IMAGE)));
      if (names.selected().parts().isEmpty()) {
        masks.forEach(file -> listed.add(Listed.skipped(file.path(), Reason.MASK_WITHOUT_IMAGE)));
      }
      return listed;
    }
    for (FolderFile image : images) {
      listed.add(row(image, texts, maskFolder));
    }
    return listed;
  }

  private Listed row(FolderFile image, Captions texts, String maskFolder) {
    String mask = masks.size() == 1 && images.size() == 1 ? masks.get(0).location() : null;
    Problem problem = maskProblem(image, maskFolder);
    String prompt = null;
    try {
      prompt = captions.size() == 1 ? texts.read(captions.get(0)) : null;
    } catch (IOException e) {
      problem =
          problem != null
              ? problem
              : invalid("the caption %s %s".formatted(captions.get(0).path(), e.getMessage()));
    }
    if (captions.size() > 1 && problem == null) {
      problem = invalid("%s found, one caption expected".formatted(paths(captions)));
    }
    return new Listed(image.path(), image.location(), mask, prompt, problem, null);
  }

  /** Why the image has no mask, or null. */
  private Problem maskProblem(FolderFile image, String maskFolder) {
    if (names.masks() == Masks.NONE || masks.size() == 1 && images.size() == 1) {
      return null;
    }
    if (masks.isEmpty()) {
      return new Problem(
          ErrorCode.MASK_MISSING,
          "mask_image: no mask of %s found, one expected: %s/%s%s.png, or with another extension of images"
              .formatted(image.path(), maskFolder, FolderNames.key(image.path()), names.suffix()));
    }
    return new Problem(
        ErrorCode.MASK_AMBIGUOUS,
        "mask_image: masks %s found for images %s, one of each expected"
            .formatted(locations(masks), paths(images)));
  }

  private static Problem invalid(String message) {
    return new Problem(ErrorCode.ROW_INVALID, "prompt: " + message);
  }

  private static String paths(List<FolderFile> files) {
    return files.stream()
        .limit(EXAMPLES)
        .map(FolderFile::path)
        .collect(Collectors.joining(" and "));
  }

  private static String locations(List<FolderFile> files) {
    return files.stream()
        .limit(EXAMPLES)
        .map(FolderFile::location)
        .collect(Collectors.joining(" and "));
  }
}
