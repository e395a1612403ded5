/**
 * Webhook calls: signing, sending, retrying, recording.
 *
 * <p>They never delay a row and never change its outcome.
 */
package io.spackle.webhook;
