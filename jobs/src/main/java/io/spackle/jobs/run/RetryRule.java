package io.spackle.jobs.run;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;

import io.spackle.jobs.conf.JobConf.RetryConf;
import io.spackle.row.ErrorCode;
import io.spackle.row.MetaRow;
import java.util.Collection;
import org.apache.spark.sql.Column;

/** The rule by which a run processes failed rows again, as expressions over their meta rows. */
public final class RetryRule {

  /** The columns of meta rows that the rule needs, as in DDL. */
  public static final String COLUMNS =
      "error struct<code: string, message: string>, %s int".formatted(MetaRow.RUNS);

  /** The number of runs that processed a row; meta rows of older versions do not say. */
  public static final Column RUNS = coalesce(col(MetaRow.RUNS), lit(1));

  private static final Column CODE = col("error.code");

  private RetryRule() {}

  /** Whether a run processes the row again; null or false for rows that succeeded. */
  public static Column selects(RetryConf conf) {
    Column asked = conf.all() ? CODE.isNotNull() : CODE.isin(names(conf.codes()));
    return asked.or(selectsByItself(conf));
  }

  /** Whether a run processes the row again without being asked to. */
  static Column selectsByItself(RetryConf conf) {
    return CODE.isin(names(ErrorCode.automatic())).and(RUNS.lt(conf.maxAttempts()));
  }

  private static Object[] names(Collection<ErrorCode> codes) {
    return codes.stream().map(ErrorCode::name).toArray();
  }
}
