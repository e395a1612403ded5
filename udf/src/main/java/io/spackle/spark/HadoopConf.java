package io.spackle.spark;

import java.io.Serializable;
import java.util.HashMap;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;

/**
 * A Hadoop configuration that is serializable and comparable. It may contain credentials, so {@link
 * #toString} shows no values.
 */
public record HadoopConf(Map<String, String> entries) implements Serializable {

  public HadoopConf {
    entries = Map.copyOf(entries);
  }

  /** A copy of all entries, with variables unresolved. */
  public static HadoopConf of(Configuration configuration) {
    Map<String, String> entries = new HashMap<>();
    configuration.forEach(entry -> entries.put(entry.getKey(), entry.getValue()));
    return new HadoopConf(entries);
  }

  /** The entries as a Hadoop configuration. */
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
