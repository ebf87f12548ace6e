"""Training on a real Ray cluster of two nodes on this machine: the results of here, also where a node is lost."""

import threading
from contextlib import contextmanager
from importlib.util import find_spec

import pytest

from wayfare.models import CNN, LinearStructure, MLPStructure, TrainingPlan, train, weights_digest
from wayfare.models.ray_cluster import connect
from wayfare.models.transformer import TransformerStructure
from wayfare.models.workers import WorkerLost

NODE_BYTES = 80 * 2**20

needs_ray = pytest.mark.skipif(find_spec("ray") is None, reason="Ray is not installed: pip install 'wayfare[ray]'")
pytestmark = [pytest.mark.filterwarnings("default")]  # Ray has warnings of its own


@contextmanager
def cluster_of_two():
    from ray.cluster_utils import Cluster

    sizes = {"num_cpus": 1, "object_store_memory": NODE_BYTES}
    cluster = Cluster(initialize_head=True, head_node_args={**sizes, "include_dashboard": False})
    try:
        second = cluster.add_node(**sizes)
        cluster.wait_for_nodes()
        yield cluster, second
    finally:
        cluster.shutdown()


@contextmanager
def workers_at(address):
    from wayfare.models.ray_workers import RayWorkers

    workers = RayWorkers(address, worth=0)
    try:
        yield workers
    finally:
        workers.close()


def bits(results):
    return [(weights_digest({"": result.model}), result.loss.hex(), result.samples) for result in results]


@needs_ray
@pytest.mark.slow
def test_a_cluster_of_two_nodes_gives_the_results_of_here_and_goes_on_without_one_of_them(make_jobs, monkeypatch):
    plan = TrainingPlan(3, 7, "adam", 0.01)
    structures = [
        LinearStructure((7, 3)),
        MLPStructure((13, 9, 10)),
        CNN("tiny").structure((8, 8), 10),
        TransformerStructure(5, 1, 1, 6),
    ]
    groups = [make_jobs(structure, plan, 5) for structure in structures]
    long = make_jobs(TransformerStructure(32, 2, 2, 64), TrainingPlan(60, 16), 6)
    with cluster_of_two() as (cluster, second), workers_at(cluster.address) as workers:
        assert repr(workers) == "<RayWorkers: 2 processors>"
        assert [bits(found) for found in workers.train(groups)] == [bits(train(group)) for group in groups]
        leaving = threading.Timer(1.0, cluster.remove_node, (second,), {"allow_graceful": False})
        leaving.start()
        assert bits(workers.train([long])[0]) == bits(train(long))
        leaving.join()
        monkeypatch.setattr("wayfare.models.errand._circumstances", lambda family: {"processor": "an abacus"})
        with pytest.raises(WorkerLost, match=r"other results: processor is .*, where the run has an abacus"):
            workers.train(groups[:1])


@needs_ray
@pytest.mark.slow
def test_a_cluster_that_does_not_answer_is_a_mistake():
    with pytest.raises(ValueError, match=r"no Ray cluster at '127\.0\.0\.1:1'"):
        connect("127.0.0.1:1")


@pytest.mark.skipif(find_spec("ray") is not None, reason="Ray is installed")
def test_without_ray_it_is_said_how_to_get_it():
    with pytest.raises(ValueError, match=r"pip install 'wayfare\[ray\]'"):
        connect("local")
