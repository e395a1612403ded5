/**
 * Entry points: the spark-submit job and the commands of {@code ./spackle}.
 *
 * <p>They parse arguments, call the packages below and print. The rules for rows and outputs are in
 * those packages.
 */
package io.spackle.jobs;
