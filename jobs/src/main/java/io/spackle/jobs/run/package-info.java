/**
 * A run: checks before it, the list of rows to process, the run itself, its statistics.
 *
 * <p>Commands and their arguments are in {@code jobs}.
 */
package io.spackle.jobs.run;
