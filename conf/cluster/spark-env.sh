# For Spark standalone: copy to $SPARK_HOME/conf/ of each worker. It tells the worker which GPUs it may hand out.
export SPARK_WORKER_OPTS="-Dspark.worker.resource.gpu.amount=$(nvidia-smi --list-gpus | wc -l) \
 -Dspark.worker.resource.gpu.discoveryScript=/opt/spackle/gpus.sh"
