package io.spackle.jobs.export;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.conv;
import static org.apache.spark.sql.functions.min_by;
import static org.apache.spark.sql.functions.sha2;
import static org.apache.spark.sql.functions.substring;
import static org.apache.spark.sql.functions.when;

import java.util.Locale;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.expressions.Window;

/**
 * The parts of a data set. No garment and no person is in both.
 *
 * <p>A garment's split is a function of the digest of its file alone. A person goes where one of
 * its garments goes: the one whose digest, hashed together with the person's, is smallest. A sample
 * whose garment and person are in different splits is in neither.
 */
enum Split {
  TRAIN,
  TEST;

  private static final int HEX = 16;
  private static final int DIGITS = 8;
  private static final double VALUES = Math.pow(HEX, DIGITS);

  /** The name of the split in files and folders. */
  String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * The label of the split of each row; null if its garment and its person are in different ones.
   *
   * @param person column of the SHA-256 of the person's image
   * @param garment column of the SHA-256 of the garment's image, null where there is none
   * @param testShare share of garments in the test split, 0 to 1
   */
  static Column of(String person, String garment, double testShare) {
    Column order = sha2(concat(col(person), col(garment)), 256); // null without a garment
    Column first = min_by(col(garment), order).over(Window.partitionBy(person));
    Column ofPerson = byHash(coalesce(first, col(person)), testShare);
    Column ofGarment = coalesce(byHash(col(garment), testShare), ofPerson);
    return when(ofGarment.equalTo(ofPerson), ofGarment);
  }

  private static Column byHash(Column digest, double testShare) {
    Column start = conv(substring(digest, 1, DIGITS), HEX, 10).cast("double");
    return when(start.lt(testShare * VALUES), TEST.label()).when(start.isNotNull(), TRAIN.label());
  }
}
