package io.spackle.onnx;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;
import com.google.protobuf.UnknownFieldSet.Field;
import io.spackle.graph.ElementType;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A small message of an ONNX file, such as a node, with its fields by their numbers in {@code
 * onnx.proto} (https://github.com/onnx/onnx).
 */
record OnnxMessage(UnknownFieldSet fields) {

  // Fields of a tensor.
  private static final int TENSOR_TYPE = 2;
  private static final int TENSOR_INTEGERS = 7;
  private static final int TENSOR_BYTES = 9;

  static final OnnxMessage EMPTY = new OnnxMessage(UnknownFieldSet.getDefaultInstance());

  /**
   * Reads a message.
   *
   * @throws InvalidProtocolBufferException if the bytes are none
   */
  static OnnxMessage of(ByteString bytes) throws InvalidProtocolBufferException {
    return new OnnxMessage(UnknownFieldSet.parseFrom(bytes));
  }

  boolean has(int field) {
    return fields.hasField(field);
  }

  /** The first text in a field, "" if there is none. */
  String text(int field) {
    return texts(field).stream().findFirst().orElse("");
  }

  List<String> texts(int field) {
    return parts(field).stream().map(ByteString::toStringUtf8).toList();
  }

  /** The messages in a field; none if it contains something else. */
  List<OnnxMessage> messages(int field) {
    List<OnnxMessage> messages = new ArrayList<>();
    for (ByteString part : parts(field)) {
      try {
        messages.add(of(part));
      } catch (InvalidProtocolBufferException e) {
        return List.of();
      }
    }
    return messages;
  }

  /** The integers in a field, packed or not; none if it contains something else. */
  List<Long> numbers(int field) {
    List<Long> numbers = new ArrayList<>(fields.getField(field).getVarintList());
    for (ByteString packed : parts(field)) {
      try {
        CodedInputStream in = packed.newCodedInput();
        while (!in.isAtEnd()) {
          numbers.add(in.readRawVarint64());
        }
      } catch (IOException e) {
        return List.of();
      }
    }
    return numbers;
  }

  /** The values of a tensor of 64-bit integers; empty if it is anything else. */
  Optional<List<Long>> tensorIntegers() {
    if (!numbers(TENSOR_TYPE).equals(List.of((long) ElementType.INT64.onnxNumber()))) {
      return Optional.empty();
    }
    List<Long> values = numbers(TENSOR_INTEGERS);
    for (ByteString raw : parts(TENSOR_BYTES)) {
      LongBuffer longs = raw.asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN).asLongBuffer();
      while (longs.hasRemaining()) {
        values.add(longs.get());
      }
    }
    return Optional.of(values);
  }

  private List<ByteString> parts(int field) {
    return fields.getField(field).getLengthDelimitedList();
  }

  OnnxMessage without(int field) {
    return new OnnxMessage(fields.toBuilder().clearField(field).build());
  }

  /** This message with these texts in a field. */
  OnnxMessage withTexts(int field, List<String> texts) {
    return with(field, texts.stream().map(ByteString::copyFromUtf8).toList());
  }

  /** This message with these messages in a field. */
  OnnxMessage withMessages(int field, List<OnnxMessage> messages) {
    return with(field, messages.stream().map(message -> message.fields.toByteString()).toList());
  }

  /** This message with one integer in a field. */
  OnnxMessage withNumber(int field, long number) {
    return with(field, Field.newBuilder().addVarint(number).build());
  }

  private OnnxMessage with(int field, List<ByteString> parts) {
    Field.Builder only = Field.newBuilder();
    parts.forEach(only::addLengthDelimited);
    return with(field, only.build());
  }

  private OnnxMessage with(int field, Field only) {
    return new OnnxMessage(fields.toBuilder().clearField(field).addField(field, only).build());
  }
}
