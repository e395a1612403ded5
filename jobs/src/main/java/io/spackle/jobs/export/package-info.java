/**
 * Data sets made of the results of a job: which samples belong to them, their splits, and their
 * files. It reads outputs and writes folders of its own; it never changes an output.
 */
package io.spackle.jobs.export;
