package io.spackle.jobs.manifest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.apache.spark.sql.functions.udf;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import java.io.IOException;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.expressions.UserDefinedFunction;
import org.apache.spark.sql.types.DataTypes;

/** What Spark's JSON reader does not look at: whether a line holds one object and nothing more. */
final class JsonLine {

  /** False where Spark would take the first of several values and drop the others unseen. */
  static final UserDefinedFunction IS_ONE_OBJECT =
      udf((UDF1<String, Boolean>) JsonLine::isOneObject, DataTypes.BooleanType);

  /** As lenient as Spark's options can make it: spelling is Spark's to judge. */
  private static final JsonFactory JSON = lenient();

  private JsonLine() {}

  static boolean isOneObject(String line) {
    try (JsonParser parser = JSON.createParser(line)) {
      return parser.nextToken() == JsonToken.START_OBJECT
          && hasWholeTexts(parser)
          && parser.nextToken() == null;
    } catch (IOException e) {
      return false;
    }
  }

  /** Reads on to the object's end; Spark puts question marks for halves of surrogate pairs. */
  private static boolean hasWholeTexts(JsonParser parser) throws IOException {
    boolean whole = true;
    while (!parser.getParsingContext().inRoot()) {
      boolean isText = parser.nextToken() == JsonToken.VALUE_STRING;
      whole &= !isText || UTF_8.newEncoder().canEncode(parser.getText());
    }
    return whole;
  }

  private static JsonFactory lenient() {
    JsonFactoryBuilder builder = new JsonFactoryBuilder();
    for (JsonReadFeature feature : JsonReadFeature.values()) {
      builder.enable(feature);
    }
    return builder.build();
  }
}
