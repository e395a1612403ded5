package io.spackle.onnx;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;
import com.google.protobuf.UnknownFieldSet.Field;
import java.util.ArrayList;
import java.util.List;

/**
 * A small message of an ONNX file, such as a node, with its fields by their numbers in {@code
 * onnx.proto} (https://github.com/onnx/onnx).
 */
record OnnxMessage(UnknownFieldSet fields) {

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

  /** The integers in a field, which ONNX does not pack. */
  List<Long> numbers(int field) {
    return fields.getField(field).getVarintList();
  }

  private List<ByteString> parts(int field) {
    return fields.getField(field).getLengthDelimitedList();
  }

  OnnxMessage without(int field) {
    return new OnnxMessage(fields.toBuilder().clearField(field).build());
  }

  /** This message with one text in a field. */
  OnnxMessage withText(int field, String text) {
    return with(field, ByteString.copyFromUtf8(text));
  }

  /** This message with one message in a field. */
  OnnxMessage withMessage(int field, OnnxMessage message) {
    return with(field, message.fields.toByteString());
  }

  private OnnxMessage with(int field, ByteString part) {
    Field only = Field.newBuilder().addLengthDelimited(part).build();
    return new OnnxMessage(fields.toBuilder().clearField(field).addField(field, only).build());
  }
}
