package io.spackle.spark;

import java.util.Iterator;
import java.util.function.Function;

/**
 * What an iterator gives, each mapped when it is asked for.
 *
 * @param <A> what the source gives
 * @param <B> what it is mapped to
 */
public record MappedIterator<A, B>(Iterator<A> source, Function<A, B> mapping)
    implements Iterator<B> {

  @Override
  public boolean hasNext() {
    return source.hasNext();
  }

  @Override
  public B next() {
    return mapping.apply(source.next());
  }
}
