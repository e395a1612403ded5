package io.spackle.sql;

import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.analysis.NoSuchFunctionException;
import org.apache.spark.sql.connector.catalog.FunctionCatalog;
import org.apache.spark.sql.connector.catalog.Identifier;
import org.apache.spark.sql.connector.catalog.functions.BoundFunction;
import org.apache.spark.sql.connector.catalog.functions.ScalarFunction;
import org.apache.spark.sql.connector.catalog.functions.UnboundFunction;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;

/**
 * A catalog of the SQL functions, for sessions in which their names are taken: with {@code
 * spark.sql.catalog.spackle = io.spackle.sql.SpackleCatalog} they are {@code spackle.inpaint} and
 * so on. It needs {@link SpackleExtensions}, which replaces these functions by its own.
 */
public final class SpackleCatalog implements FunctionCatalog {

  private String name;

  @Override
  public void initialize(String catalog, CaseInsensitiveStringMap options) {
    name = catalog;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Identifier[] listFunctions(String[] namespace) {
    return SpackleExtensions.functions().stream()
        .map(function -> Identifier.of(new String[0], function.name()))
        .toArray(Identifier[]::new);
  }

  @Override
  public UnboundFunction loadFunction(Identifier identifier) throws NoSuchFunctionException {
    return SpackleExtensions.functions().stream()
        .filter(function -> identifier.namespace().length == 0)
        .filter(function -> function.name().equalsIgnoreCase(identifier.name()))
        .findFirst()
        .<UnboundFunction>map(Unbound::new)
        .orElseThrow(() -> new NoSuchFunctionException(identifier));
  }

  private record Unbound(SqlFunction function) implements UnboundFunction {

    @Override
    public String name() {
      return function.name();
    }

    @Override
    public String description() {
      return function.help().usage().replace("_FUNC_", function.name());
    }

    @Override
    public BoundFunction bind(StructType arguments) {
      DataType[] types =
          Arrays.stream(arguments.fields()).map(StructField::dataType).toArray(DataType[]::new);
      return new Bound(function, List.of(types));
    }
  }

  /** A function with arguments of any types. */
  record Bound(SqlFunction function, List<DataType> types) implements ScalarFunction<Object> {

    @Override
    public DataType[] inputTypes() {
      return types.toArray(DataType[]::new);
    }

    @Override
    public DataType resultType() {
      return function.type();
    }

    @Override
    public String name() {
      return function.name();
    }

    @Override
    public boolean isDeterministic() {
      return false;
    }

    @Override
    public Object produceResult(InternalRow input) {
      throw new UnsupportedOperationException(
          "%s needs spark.sql.extensions = %s"
              .formatted(function.name(), SpackleExtensions.class.getName()));
    }
  }
}
