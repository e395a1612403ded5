/**
 * Spark sessions and periodic tasks of the driver.
 *
 * <p>Nothing here knows rows or outputs.
 */
package io.spackle.jobs.driver;
