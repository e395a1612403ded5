package io.spackle.family;

import io.spackle.graph.Cancellation;

/** Tells a UNet what it is told of an image besides its sample. */
@FunctionalInterface
interface Conditioning {

  PromptEmbeds of(InpaintParameters plan, InpaintInput subject, Cancellation cancellation);
}
