package io.spackle.segment;

import java.io.Serializable;
import java.util.List;

/**
 * What a segmenter answers, known without loading its graph.
 *
 * @param classes the names of the classes that it tells apart
 * @param input the size of its input for people, such as 512 x 512
 */
public record SegmenterTraits(SegmenterKind kind, List<String> classes, String input)
    implements Serializable {

  /** The class of everything else, in all kinds. */
  public static final String BACKGROUND = "background";

  /** The class of {@link SegmenterKind#SALIENCY} that is not the background. */
  public static final String FOREGROUND = "foreground";

  /** The class of {@link SegmenterKind#TEXT} that is not the background. */
  public static final String TEXT = "text";

  public SegmenterTraits {
    classes = List.copyOf(classes);
  }
}
