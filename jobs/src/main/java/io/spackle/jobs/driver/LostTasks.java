package io.spackle.jobs.driver;

import org.apache.spark.SparkContext;
import org.apache.spark.Success$;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorRemoved;
import org.apache.spark.scheduler.SparkListenerTaskEnd;

/** Notices whether tasks failed or were killed, and may have left something lying about. */
public final class LostTasks extends SparkListener implements AutoCloseable {

  private final SparkContext spark;
  private volatile boolean any;

  private LostTasks(SparkContext spark) {
    this.spark = spark;
  }

  public static LostTasks in(SparkContext spark) {
    LostTasks listener = new LostTasks(spark);
    spark.addSparkListener(listener);
    return listener;
  }

  public boolean any() {
    return any;
  }

  @Override
  public void onTaskEnd(SparkListenerTaskEnd end) {
    any |= !(end.reason() instanceof Success$);
  }

  @Override
  public void onExecutorRemoved(SparkListenerExecutorRemoved removed) {
    any = true;
  }

  @Override
  public void close() {
    spark.removeSparkListener(this);
  }
}
