/**
 * One row from its locations to its images: fetch, decode, frame, wait for the lane, paste back,
 * encode, write.
 *
 * <p>Tasks and their retries are in {@code task}, batching is in {@code lane}.
 */
package io.spackle.pipeline;
