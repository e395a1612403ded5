/**
 * The report of an output: one HTML page and a contact sheet.
 *
 * <p>It reads meta rows and previews only, and works without the job that made them.
 */
package io.spackle.report;
