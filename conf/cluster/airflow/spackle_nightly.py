"""Inpaints, each night, the rows that were added to a manifest since the last run.

A run processes the rows that have no meta row yet, so no state has to be passed from night to night. If a run is interrupted, a retry
completes it. Needs Airflow 2.9 or 3, apache-airflow-providers-apache-spark and a connection `spark_default`.
"""
from datetime import timedelta

import pendulum
from airflow.providers.apache.spark.operators.spark_submit import SparkSubmitOperator

try:
    from airflow.sdk import DAG
except ImportError:  # Airflow 2
    from airflow import DAG

with DAG(
    dag_id="spackle_nightly",
    schedule="0 2 * * *",
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    max_active_runs=1,  # one run at a time per output: a second one would be refused
    default_args={"retries": 3, "retry_delay": timedelta(minutes=10)},
):
    SparkSubmitOperator(
        task_id="inpaint",
        conn_id="spark_default",
        application="/opt/spackle/spackle-jobs.jar",
        java_class="io.spackle.jobs.InpaintJob",
        application_args=["/opt/spackle/nightly.conf"],
        properties_file="/opt/spackle/spark-defaults.conf",
        name="spackle nightly {{ ds }}",
    )
