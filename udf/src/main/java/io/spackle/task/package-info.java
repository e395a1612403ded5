/**
 * The functions that Spark calls on executors, and the settings that the driver sends with them.
 *
 * <p>Each function only wires parts together: the work on a row is in {@code pipeline}.
 */
package io.spackle.task;
