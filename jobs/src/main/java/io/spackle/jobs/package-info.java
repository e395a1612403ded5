/**
 * Entry points: the spark-submit job and the commands of {@code ./spackle}.
 *
 * <p>They parse arguments, call the packages below and print; rules about rows and outputs are not
 * here.
 */
package io.spackle.jobs;
