"""Inpaints, each night, the rows that were added to a manifest since the last run.

Spackle keeps the books itself: a run does the rows that have no meta row yet. So nothing has to be passed from night to night, and a
run that was cut off is made good by trying it again. Airflow 2.9 or 3, with apache-airflow-providers-apache-spark and a
connection `spark_default`.
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
    max_active_runs=1,  # two runs never share an output; the second would be refused
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
