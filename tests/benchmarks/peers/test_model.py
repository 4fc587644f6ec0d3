"""What peers are told of each format."""

from __future__ import annotations

import pytest

from benchmarks.errors import FormatError
from benchmarks.instances import read_instance
from benchmarks.peers import tables as peer_tables
from benchmarks.peers.model import Break, Job, model_of
from benchmarks.peers.tables import tables_of
from tests.benchmarks.worlds import FOUR_ERRANDS, SIX_ORDERS, THREE_PATIENTS, THREE_REQUESTS, TWO_PRIZES, TWO_VEHICLES


def test_a_day_in_minutes_and_cents() -> None:
    model = model_of(read_instance(SIX_ORDERS))
    assert model.break_ == Break(60, 690, 750)
    timed = {"service": 90, "open": 480, "close": 490, "late_limit": 15, "late_price": 60, "later_price": 400}
    assert model.jobs[2] == Job("3", 3, **timed, prize=50_000)
    ann, ben, cai = model.workers
    assert ann.allowed == {"1", "2", "4"}  # hvac 3
    assert ben.extra == {"2": 30}  # hvac 1
    assert ben.miss == {"2": 1_500, "6": 1_500}  # Ann's and Cai's
    # Cai is a contractor at 60 a minute, water 1: each service is 30 longer.
    assert (cai.fixed, cai.travel_price) == (6_000, 50 + 60)
    assert cai.charge == {"3": 120 * 60, "5": 190 * 60, "6": 120 * 60}
    assert (ann.open, ann.regular_end, ann.close, ann.overtime_price) == (480, 1020, 1080, 150)


def test_staff_alone_share_the_load() -> None:
    model = model_of(read_instance(SIX_ORDERS))
    assert model.spread_price == 10
    assert [worker.shares_load for worker in model.workers] == [True, True, False]


def test_the_break_is_cut_out_of_the_time_axis() -> None:
    # 60 minutes from 720, the middle of 690 and 750: what lies in them is at 720, what comes later is 60 earlier.
    model = model_of(read_instance(SIX_ORDERS)).without_break()
    assert model.break_ is None
    assert [(job.open, job.close) for job in model.jobs[:2]] == [(480, 600), (600, 720)]
    assert (model.jobs[4].open, model.jobs[4].close) == (720, 740)  # 780 and 800
    assert (model.workers[0].open, model.workers[0].regular_end, model.workers[0].close) == (480, 960, 1020)
    assert model.without_break() is model


def test_tables_carry_what_serving_takes_and_costs() -> None:
    model = model_of(read_instance(SIX_ORDERS))
    tables = tables_of(model, model.jobs, bars=True)
    ben, cai = (tables.of_worker[k] for k in (1, 2))
    assert tables.places == (0,)
    assert tables.times[ben][2, 3] == 10 + 30  # hvac 1: order 2 takes 30 longer
    assert tables.times[ben][0, 1] > 1140  # and order 1 is not for him
    assert tables.prices[cai][0, 3] == 20 * 110 + 120 * 60


def test_large_tables_leave_preferences_out(monkeypatch: pytest.MonkeyPatch) -> None:
    model = model_of(read_instance(SIX_ORDERS))
    assert len(tables_of(model, model.jobs, bars=False).prices) == 3
    monkeypatch.setattr(peer_tables, "TABLES_LIMIT", 0)
    assert all(worker.miss == {} for worker in tables_of(model, model.jobs, bars=False).workers)


def test_scarce_parts_are_left_to_the_dearest() -> None:
    # P02: one on hand, for order 3 (priority 3) or 4 (priority 4). P01: two on hand, for 1 and 6.
    kept = model_of(read_instance(SIX_ORDERS)).within_stock()
    assert [job.visit_id for job in kept] == ["1", "2", "4", "5", "6"]


def test_routing_instances_in_their_own_units() -> None:
    sites = model_of(read_instance(TWO_VEHICLES))
    assert [(worker.capacity, worker.max_duration) for worker in sites.workers] == [(4, 20_000), (9, 20_000)]
    assert sites.workers[1].allowed == {"3"}
    assert [job.prize for job in sites.jobs] == [None, None]
    assert [job.prize for job in model_of(read_instance(TWO_PRIZES)).jobs] == [50, 200]


def test_technicians_with_homes_in_seconds() -> None:
    model = model_of(read_instance(THREE_REQUESTS))
    first, second = model.workers
    assert (first.start, first.finish, first.open, first.close) == (1, 1, 420 * 60, 1140 * 60)
    assert second.allowed == {"4", "5"}  # skill 0 alone
    assert int(model.travel[0, 3]) == 1208  # 20.1333 minutes
    assert model.jobs[0].prize == 2 * 720 * 60 + 1


def test_what_no_peer_is_modelled_for_is_refused() -> None:
    with pytest.raises(FormatError, match="three_patients: no peer is modelled for hhcrsp"):
        model_of(read_instance(THREE_PATIENTS))
    with pytest.raises(FormatError, match="four_errands: no peer is modelled for pillac with tools and parts"):
        model_of(read_instance(FOUR_ERRANDS))
