"""One cluster for all tests that need one: two executors, each a process of its own on this machine."""

import os
import sys

import pytest


@pytest.fixture(scope="session")
def session():
    """The running Spark session."""
    from pyspark.sql import SparkSession

    os.environ |= {"SPARK_LOCAL_IP": "127.0.0.1", "PYSPARK_PYTHON": sys.executable}
    builder = SparkSession.builder.master("local-cluster[2,1,1024]").config("spark.ui.enabled", "false")
    made = builder.config("spark.sql.shuffle.partitions", "4").getOrCreate()
    made.sparkContext.setLogLevel("OFF")
    yield made
    made.stop()
