/**
 * Functions of Spark SQL and the inpainting of data sets.
 *
 * <p>They use the same tasks and settings as a job.
 */
package io.spackle.sql;
