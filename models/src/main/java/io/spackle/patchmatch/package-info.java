/**
 * Exemplar-based image completion without a model: holes are filled with patches of the same image.
 *
 * <p>{@link io.spackle.patchmatch.PatchMatchFill} reads from top to bottom: a pyramid of levels, a
 * first guess at the coarsest, then per level a search for similar patches in turn with a vote on
 * the colours, and at last the removal of seams.
 */
package io.spackle.patchmatch;
