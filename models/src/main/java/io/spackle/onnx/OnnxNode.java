package io.spackle.onnx;

import java.util.List;
import java.util.Optional;

/**
 * A node of a graph.
 *
 * @param field of the graph
 * @param message what it contains
 */
record OnnxNode(OnnxGraph.Field field, OnnxMessage message) {

  // Fields of a node and of an attribute, by their numbers in onnx.proto.
  private static final int INPUTS = 1;
  private static final int OUTPUTS = 2;
  private static final int NAME = 3;
  private static final int OPERATOR = 4;
  private static final int ATTRIBUTES = 5;
  private static final int ATTRIBUTE_NAME = 1;
  private static final int INTEGER = 3;
  private static final int TENSOR = 5;
  private static final int GRAPH = 6;
  private static final int INTEGERS = 8;
  private static final int GRAPHS = 11;

  String operator() {
    return message.text(OPERATOR);
  }

  boolean is(String operator) {
    return operator().equals(operator);
  }

  /** Names of values; "" for one that is left out. */
  List<String> inputs() {
    return message.texts(INPUTS);
  }

  String input(int number) {
    return inputs().get(number);
  }

  List<String> outputs() {
    return message.texts(OUTPUTS);
  }

  String output() {
    return outputs().get(0);
  }

  /** The integers of an attribute; none if the node does not have it. */
  List<Long> integers(String attribute) {
    return attribute(attribute)
        .map(found -> found.numbers(found.has(INTEGER) ? INTEGER : INTEGERS))
        .orElse(List.of());
  }

  /** The integers that a node for a constant makes; empty if it is anything else. */
  Optional<List<Long>> constantIntegers() {
    if (!is("Constant")) {
      return Optional.empty();
    }
    return attribute("value").isPresent()
        ? attribute("value").get().messages(TENSOR).stream()
            .findFirst()
            .flatMap(OnnxMessage::tensorIntegers)
        : Optional.of(
            integers("value_ints").isEmpty() ? integers("value_int") : integers("value_ints"));
  }

  private Optional<OnnxMessage> attribute(String name) {
    return message.messages(ATTRIBUTES).stream()
        .filter(attribute -> attribute.text(ATTRIBUTE_NAME).equals(name))
        .findFirst();
  }

  /** Whether it contains graphs, such as the body of a loop, which may use any value. */
  boolean hasGraphs() {
    return message.messages(ATTRIBUTES).stream()
        .anyMatch(attribute -> attribute.has(GRAPH) || attribute.has(GRAPHS));
  }

  /** A node that does nothing to its first input. */
  OnnxMessage asIdentity() {
    return of("Identity", List.of(input(0)), output());
  }

  /** The same operator on other values, without the name of the node, which must be unique. */
  OnnxMessage on(List<String> inputs, List<String> outputs) {
    return message.without(NAME).withTexts(INPUTS, inputs).withTexts(OUTPUTS, outputs);
  }

  /** A node without attributes and with one output. */
  static OnnxMessage of(String operator, List<String> inputs, String output) {
    return OnnxMessage.EMPTY
        .withTexts(INPUTS, inputs)
        .withTexts(OUTPUTS, List.of(output))
        .withTexts(OPERATOR, List.of(operator));
  }
}
