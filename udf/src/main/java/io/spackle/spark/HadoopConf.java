package io.spackle.spark;

import java.io.Serializable;
import java.util.HashMap;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;

/**
 * A Hadoop configuration that travels and can be compared. It may hold credentials, so it does not
 * print itself.
 */
public record HadoopConf(Map<String, String> entries) implements Serializable {

  public HadoopConf {
    entries = Map.copyOf(entries);
  }

  /** All entries, with variables as they are. */
  public static HadoopConf of(Configuration configuration) {
    Map<String, String> entries = new HashMap<>();
    configuration.forEach(entry -> entries.put(entry.getKey(), entry.getValue()));
    return new HadoopConf(entries);
  }

  /** The configuration itself. */
  public Configuration configuration() {
    Configuration configuration = new Configuration(false);
    entries.forEach(configuration::set);
    return configuration;
  }

  @Override
  public String toString() {
    return "HadoopConf[" + entries.size() + " entries]";
  }
}
