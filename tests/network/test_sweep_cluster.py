"""Sweeps on a cluster: the same results as here, whatever happens to its workers."""

import os
import time
from pathlib import Path

import numpy as np
import pytest

from eqsim.units import ms
from tests.network.test_sweep import lif, noisy, spike_times

dask = pytest.importorskip("dask")
distributed = pytest.importorskip("distributed")
pytestmark = pytest.mark.filterwarnings("ignore")


def cluster(**options):
    return distributed.LocalCluster(**{"n_workers": 1, "dashboard_address": None, "silence_logs": 50, **options})


def test_a_cluster_finds_what_one_process_does():
    net = noisy()
    asked = {"params": {"w": [0, 0.1, 0.2]}, "duration": 50 * ms, "repeats": 2}

    def first(net):
        if net["to_all"].namespace["w"] == 0.2:
            raise RuntimeError("no more")
        return spike_times(net)

    here = net.sweep(**asked, measure={"x": first}, workers=1)
    with cluster(processes=False, threads_per_worker=2) as there, distributed.Client(there) as client:
        found = net.sweep(**asked, measure={"x": first}, client=client)
    assert found.identical(here)
    assert (found["error"] != "").sum() == 2


def test_a_worker_that_the_cluster_drops_is_replaced(tmp_path):
    flag = str(tmp_path / "killed")

    def once(net):
        drive = float(net["neurons"].drive[0])
        if drive == 3 and not Path(flag).exists():
            Path(flag).touch()
            os._exit(1)
        return drive

    # Dask looks some seconds after a loss whether the worker is back, and gives it up else: here it never is
    with (
        dask.config.set({"distributed.deploy.lost-worker-timeout": "0 s"}),
        cluster(threads_per_worker=1) as there,
        distributed.Client(there) as client,
    ):
        result = lif().sweep({"neurons.drive": [2, 3, 4]}, 1 * ms, {"x": once}, client=client)
    np.testing.assert_array_equal(result["x"], [2, 3, 4])
    assert Path(flag).exists()


def test_a_cluster_without_workers_keeps_what_had_finished(monkeypatch):
    import eqsim.network.sweep_cluster as module

    def leaves(net):
        drive = float(net["neurons"].drive[0])
        if drive == 3:
            worker = distributed.get_worker()
            worker.loop.add_callback(worker.close, executor_wait=False)
            time.sleep(0.5)
        return drive

    monkeypatch.setattr(module, "_LOOK", 0.1)
    monkeypatch.setattr(module, "_PATIENCE", 0.3)
    with cluster(processes=False, threads_per_worker=1) as there, distributed.Client(there) as client:
        result = lif().sweep({"neurons.drive": [2, 3, 4]}, 1 * ms, {"x": leaves}, client=client)
    np.testing.assert_array_equal(result["x"], [2, np.nan, np.nan])
    assert all("the cluster has had no workers for 0.3 s" in error for error in result["error"].values[1:])
