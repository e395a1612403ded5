package io.spackle.graph;

/** The element types of graph inputs and outputs that Spackle feeds and reads. */
public enum ElementType {
  FLOAT32,
  FLOAT16,
  BFLOAT16,
  FLOAT64,
  INT32,
  INT64,
  UINT8,
  BOOL
}
