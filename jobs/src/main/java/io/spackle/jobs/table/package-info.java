/**
 * Iceberg and Delta tables that are kept equal to the meta rows.
 *
 * <p>The meta rows are the record: nothing here changes them.
 */
package io.spackle.jobs.table;
