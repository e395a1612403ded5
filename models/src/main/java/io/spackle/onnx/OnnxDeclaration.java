package io.spackle.onnx;

import io.spackle.graph.ElementType;
import java.util.List;

/** The declaration of a tensor: an input, an output or another value of a graph. */
record OnnxDeclaration(OnnxMessage message) {

  /** An axis of any length. */
  static final OnnxMessage ANY_LENGTH = OnnxMessage.EMPTY;

  // Fields of a declaration, its type, the type of a tensor, and a shape, by their numbers in
  // onnx.proto.
  private static final int NAME = 1;
  private static final int TYPE = 2;
  private static final int TENSOR = 1;
  private static final int ELEMENTS = 1;
  private static final int SHAPE = 2;
  private static final int AXES = 1;
  private static final int LENGTH = 1;

  static OnnxDeclaration of(String name, ElementType elements, List<OnnxMessage> axes) {
    OnnxMessage tensor = OnnxMessage.EMPTY.withNumber(ELEMENTS, elements.onnxNumber());
    return new OnnxDeclaration(
            OnnxMessage.EMPTY
                .withTexts(NAME, List.of(name))
                .withMessages(
                    TYPE, List.of(OnnxMessage.EMPTY.withMessages(TENSOR, List.of(tensor)))))
        .withAxes(axes);
  }

  String name() {
    return message.text(NAME);
  }

  /** The axes of its shape; none if it has no shape. */
  List<OnnxMessage> axes() {
    return message.messages(TYPE).stream()
        .flatMap(type -> type.messages(TENSOR).stream())
        .flatMap(tensor -> tensor.messages(SHAPE).stream())
        .flatMap(shape -> shape.messages(AXES).stream())
        .toList();
  }

  /** The length of an axis; none if it is any, which may have a name. */
  static List<Long> length(OnnxMessage axis) {
    return axis.numbers(LENGTH);
  }

  OnnxDeclaration withAxes(List<OnnxMessage> axes) {
    OnnxMessage type = message.messages(TYPE).get(0);
    OnnxMessage tensor = type.messages(TENSOR).get(0);
    OnnxMessage shape = OnnxMessage.EMPTY.withMessages(AXES, axes);
    return new OnnxDeclaration(
        message.withMessages(
            TYPE,
            List.of(
                type.withMessages(TENSOR, List.of(tensor.withMessages(SHAPE, List.of(shape)))))));
  }
}
