/**
 * Iceberg and Delta tables that are kept equal to the meta rows.
 *
 * <p>The meta rows are the source of truth and are never changed here.
 */
package io.spackle.jobs.table;
