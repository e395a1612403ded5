# For Spark standalone: copy this file to $SPARK_HOME/conf/ of each worker. It tells the worker which GPUs it may assign,
# and lets sbin/decommission-worker.sh end the worker and its executors without loss of work.
export SPARK_WORKER_OPTS="-Dspark.worker.resource.gpu.amount=$(nvidia-smi --list-gpus | wc -l) \
 -Dspark.worker.resource.gpu.discoveryScript=/opt/spackle/gpus.sh -Dspark.decommission.enabled=true"
