/**
 * Marks in output files that say that an image was generated or edited: XMP, signed C2PA manifests.
 *
 * <p>No pixels, and no containers of files: those are in {@code metadata}.
 */
package io.spackle.provenance;
