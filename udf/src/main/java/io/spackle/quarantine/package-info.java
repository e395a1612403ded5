/**
 * Markers of the rows that are in a model, by which the next attempt finds the row that crashed a
 * process.
 *
 * <p>The lane runs quarantined rows alone; this package identifies them.
 */
package io.spackle.quarantine;
