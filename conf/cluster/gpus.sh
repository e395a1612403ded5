#!/usr/bin/env bash
# GPU discovery script for Spark: spark.executor.resource.gpu.discoveryScript (and those of spark.worker and spark.driver).
# Prints one line of JSON, such as {"name": "gpu", "addresses": ["0", "1"]}. If CUDA_VISIBLE_DEVICES or MIG make indexes
# ambiguous, set SPACKLE_GPU_ADDRESS=uuid to print UUIDs. Spackle understands both.
set -euo pipefail

case ${SPACKLE_GPU_ADDRESS:-index} in
  index | uuid) field=${SPACKLE_GPU_ADDRESS:-index} ;;
  *) echo "SPACKLE_GPU_ADDRESS is '$SPACKLE_GPU_ADDRESS', expected index or uuid" >&2 && exit 1 ;;
esac
command -v nvidia-smi > /dev/null || { echo "no nvidia-smi on the PATH: is the NVIDIA driver installed?" >&2 && exit 1; }

found=$(nvidia-smi --query-gpu="$field" --format=csv,noheader)
[[ -n $found ]] || { echo "nvidia-smi lists no GPU" >&2 && exit 1; }
addresses=$(sed 's/[[:space:]]//g; s/.*/"&"/' <<< "$found" | paste -sd,)
echo "{\"name\": \"gpu\", \"addresses\": [${addresses//,/, }]}"
