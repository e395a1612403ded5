/**
 * What a driver needs of Spark and its JVM: sessions, job descriptions, listeners, timers.
 *
 * <p>Nothing here knows rows or outputs.
 */
package io.spackle.jobs.driver;
