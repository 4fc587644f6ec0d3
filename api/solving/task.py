"""A job in one worker's hands: it is solved in the runner's child process, each better plan is kept, and the last.

    lay out -> read -> plan_stage (progress -> checkpoint, heartbeat -> stop?) -> finish

Whatever is written names the fencing token of the job: it is refused once the job was given to others.
"""

from __future__ import annotations

import hashlib
import tempfile
import threading
import time
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import structlog

from api.plans.conversion import lock_faults, lock_remedy, outcome_to_json, start_of, with_receipts
from api.plans.documents import pack, unpack, unpacked
from api.readers import upload
from api.refusals.refusal import by_language
from api.requests.remembered import Remembered, reading_key
from api.solving.continued import near, no_longer_kept, rest_of, with_changes
from api.statuses import Status
from api.store import jobs, plans, revisions
from api.store.engine import StoreError
from optimizer.domain.planning_context import Stage
from optimizer.errors import InputError, JudgementError, LockConflictError, NoPlanError
from optimizer.ingest.plans.plan_file import routes_to_json
from optimizer.moments.draft_settle_open import URGENCY, plan_stage
from optimizer.moments.publications import beside_published
from optimizer.running.child import FIRST_PLAN, CancelToken
from optimizer.text.catalogue import LANGUAGES
from optimizer.travel.provider import travel_for

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import TypeAlias

    from sqlalchemy import Connection

    from api.settings import Settings
    from api.store.engine import Store
    from optimizer.domain.plan import Plan
    from optimizer.domain.problem import Problem
    from optimizer.ingest.intake import Intake
    from optimizer.moments.draft_settle_open import StageOutcome
    from optimizer.running.child import Progress
    from optimizer.running.first_routes import Routes
    from optimizer.travel.matrix import TravelMatrix

    Readings: TypeAlias = Remembered[tuple[Intake, TravelMatrix]]

#: A plan is kept at most so often, and at most for this share of the time.
KEEP_S, KEEP_SHARE = 0.25, 0.03
#: A resumed solve has so long at least.
LEAST_S = 1.0
#: How long a finished plan is offered to a database that does not take it.
OFFER_S = 600.0

_log = structlog.get_logger(__name__)


class Task:
    """One job in one worker's hands.

    Parameters
    ----------
    hurry
        Set when the worker has to end.
    readings
        What was read for the job before.
    """

    def __init__(
        self,
        store: Store,
        settings: Settings,
        claim: jobs.Claim,
        hurry: threading.Event,
        readings: Readings | None = None,
    ) -> None:
        self._readings = readings or Remembered(1)
        self._store, self._settings, self._claim = store, settings, claim
        self._hurry = hurry
        self._began_s = time.monotonic()
        self._cancel = CancelToken()
        self._is_lost = False
        self._is_to_stop = False
        self._kept_at_s = 0.0
        self._keep_every_s = KEEP_S
        self._near_published = False
        self._told: frozenset[str] | None = None
        #: Visits that were to keep their start, and cannot.
        self._late: set[str] = set()
        self._read_s = 0.0
        self._keeping_s = 0.0

    def run(self) -> None:
        """Solve the job and record how it ended; nothing that happens here ends the worker."""
        claim = self._claim
        with structlog.contextvars.bound_contextvars(job_id=claim.job_id, request_id=claim.request_id):
            _log.info("solve_began", fencing_token=claim.fencing_token, searched_s=round(claim.searched_s, 3))
            ended = threading.Event()
            heartbeats = threading.Thread(target=self._give_heartbeats, args=(ended,), name="heartbeats", daemon=True)
            heartbeats.start()
            try:
                finish = self._outcome()
                if not self._is_lost:
                    began_s = time.monotonic()
                    self._record(finish)
                    self._keeping_s += time.monotonic() - began_s
            finally:
                ended.set()
                heartbeats.join()
            _log.info(
                "solve_ended",
                is_lost=self._is_lost,
                elapsed_s=round(self._elapsed_s, 3),
                read_s=round(self._read_s, 3),
                keeping_s=round(self._keeping_s, 3),
            )

    @property
    def _elapsed_s(self) -> float:
        return time.monotonic() - self._began_s

    def _outcome(self) -> Callable[[Connection], bool]:
        """Solve; return what writes how it ended."""
        try:
            with tempfile.TemporaryDirectory(prefix="paigong-job-") as folder:
                solved = self._solve(Path(folder))
            return self._solved(solved)
        except InputError as error:
            faults = {lang: error.report.to_json(lang) for lang in LANGUAGES}
            count = len(error.report.errors)
            return self._without_plan(Status.INVALID, "INPUT_FAULTS", {"count": count}, faults)
        except LockConflictError as error:
            found = {lang: lock_faults(error, lang) for lang in LANGUAGES}
            remedy = lock_remedy(helps_to_keep=error.helps_to_keep)
            return self._without_plan(Status.INVALID, "LOCKS_CONFLICT", {"remedy": remedy}, found)
        except NoPlanError as error:
            if error.stopped == "child_died":
                _log.error("solver_died", note=error.note)
                return self._given_back()
            if self._hurry.is_set() and not self._is_to_stop:
                # Nothing has begun yet: the job waited for a core, or for its first plan, and it waits again.
                return self._handed_back()
            if self._cancel.is_cancelled:
                return self._without_plan(Status.STOPPED)
            return self._without_plan(Status.FAILED, "TIME_TOO_SHORT")
        except JudgementError as error:
            _log.exception("judge_refused")
            return self._without_plan(Status.FAILED, "PLAN_BREAKS_RULES", {"reason": error.violations[0].message})
        except StoreError as error:
            # The database went away as the job was read: nothing that the job has done.
            _log.warning("job_unreadable", error=str(error))
            self._hurry.wait(1.0)
            return self._handed_back()
        except OSError:
            # A disk that is full, a process that cannot be begun: another machine or another moment may do better.
            _log.exception("solve_given_back")
            self._hurry.wait(1.0)
            return self._given_back()
        except Exception as error:
            _log.exception("solve_failed")
            return self._without_plan(Status.FAILED, "SOLVER_DEFECT", {"reason": type(error).__name__})

    def _solve(self, folder: Path) -> StageOutcome:
        claim, options = self._claim, self._claim.options
        # Where the supervisor clears up after this process, should it be killed.
        Path(tempfile.gettempdir()).mkdir(parents=True, exist_ok=True)
        path = upload.lay_out(claim.content, claim.media_type, folder)
        key = reading_key(hashlib.sha256(claim.content).hexdigest(), claim.media_type, options)
        intake, matrix = self._readings.get(key, lambda: upload.read(path, options).with_travel())
        problem = intake.checked()
        self._read_s = self._elapsed_s
        day_before = (problem.first_day - timedelta(days=1)).isoformat()
        with self._store.read() as tx:
            files = plans.published_files(tx, claim.branch_id, day_before)
            receipts = plans.receipts_in_force(tx, claim.branch_id, claim.first_day)
            start = revisions.start_of(tx, claim.job_id)
        upload.lay_published(path, ((name, unpacked(content)) for name, content in files))
        stage = Stage(options["stage"])
        problem, published, self._told = beside_published(problem, path, stage)
        if stage is not Stage.DRAFT:
            problem = with_receipts(problem, published, receipts)
            self._near_published = published is not None
        iterations = options.get("iterations")
        asked_s = options["seconds"]
        seconds = asked_s if iterations is not None else max(min(LEAST_S, asked_s), asked_s - claim.searched_s)
        # In work mode the same budget gives the same plan, so that an interrupted solve begins again.
        incumbent = claim.incumbent if iterations is None else None

        def search(facts: Problem, ways: TravelMatrix, beside: Plan | None, first: Routes | None) -> StageOutcome:
            return plan_stage(
                facts,
                ways,
                beside,
                told=self._told,
                reported=intake.context.reported,
                seconds=min(seconds, self._settings.max_solve_s),
                iterations=iterations,
                seed=options["seed"],
                threads=self._settings.solve_threads,
                start=first if incumbent is None else start_of(unpack(incumbent), facts),
                memory_bytes=self._settings.solve_memory_bytes,
                urgency=URGENCY[stage],
                on_message=lambda sentence: _log.info("solve_waits", message=sentence),
                on_progress=lambda progress: self._keep(progress, facts),
                cancel=self._cancel,
            )

        if start is None:
            return search(problem, matrix, published, None)
        while True:
            try:
                if start["problem"] is None:
                    facts, first = near(start, problem, options, self._late)
                    return search(facts, matrix, published, first)
                facts, first = rest_of(start, options, self._late)
                return with_changes(search(facts, travel_for(facts, path), None, first), published)
            except LockConflictError as error:
                late = no_longer_kept(error, facts, problem, options) - self._late
                if not late:
                    raise
                self._late |= late

    # --- while it is solved ---

    def _give_heartbeats(self, ended: threading.Event) -> None:
        """Give signs of life, and find out whether the job is to stop or is no longer ours."""
        while not ended.wait(self._settings.beat_s):
            if self._hurry.is_set():
                self._cut_off()
            try:
                with self._store.write() as tx:
                    stop = jobs.heartbeat(tx, self._claim.job_id, self._claim.fencing_token)
            except StoreError as error:
                _log.warning("heartbeat_lost", error=str(error))
                continue
            if stop is None and not ended.is_set():
                self._is_lost = True
            self._is_to_stop = bool(stop)
            if stop is None or stop:
                self._cancel.cancel()

    def _cut_off(self) -> None:
        """End the search for the sake of the worker's end: a first plan is not waited for, the next taker makes one."""
        self._cancel.cancel()
        if not self._kept_at_s and not self._is_to_stop:
            self._cancel.interrupt()
            self._cancel.interrupt()

    def _keep(self, progress: Progress, problem: Problem) -> None:
        """Tell how the solve stands and keep its plan, unless that was done a moment ago.

        Neither is done without the other: who goes on with the job begins no worse than what was said.
        """
        began_s = time.monotonic()
        if progress.plan is None or began_s - self._kept_at_s < self._keep_every_s:
            return
        try:
            with self._store.write() as tx:
                is_ours = self._checkpoint(tx, progress.plan, problem, searched_s=progress.search_s)
        except StoreError as error:
            _log.warning("checkpoint_lost", error=str(error))
            return
        finally:
            self._keeping_s += time.monotonic() - began_s
        self._kept_at_s = time.monotonic()
        self._keep_every_s = max(KEEP_S, (self._kept_at_s - began_s) / KEEP_SHARE)
        if not is_ours:
            self._is_lost = True
            self._cancel.cancel()

    def _checkpoint(self, tx: Connection, plan: Plan, problem: Problem, *, searched_s: float) -> bool:
        """Write how the solve stands, and its plan; return whether the job is still ours."""
        elapsed_s = self._claim.done_s + self._elapsed_s
        reached = {
            "status": Status.SOLVING,
            "cost_cents": plan.cost_cents,
            "served": plan.served,
            "visits": len(problem.visits),
            "bound": None,
            "elapsed_s": round(elapsed_s, 3),
        }
        return jobs.checkpoint(
            tx, self._claim.job_id, self._claim.fencing_token, reached,
            elapsed_s=elapsed_s, searched_s=self._claim.searched_s + searched_s,
            incumbent=pack(routes_to_json(plan, problem)),
        )  # fmt: skip

    # --- how it ended ---

    def _solved(self, solved: StageOutcome) -> Callable[[Connection], bool]:
        run = solved.outcome.run
        is_cut = run.stopped in ("cancelled", "interrupted")
        if is_cut and self._hurry.is_set() and not self._is_to_stop:
            return self._handed_back(solved)
        began_s = time.monotonic()
        made, problem = outcome_to_json(solved)
        made["near_published"] = self._near_published
        made["told"] = None if self._told is None else sorted(self._told)
        made["run"]["searched_before_s"] = round(self._claim.searched_s, 3)
        status = Status.STOPPED if is_cut else Status.SOLVED
        values = {
            "cost_cents": made["cost_cents"],
            "served": made["served"],
            "elapsed_s": round(self._claim.done_s + self._elapsed_s, 3),
        }
        packed = (pack(made), pack(problem))
        warnings = [_not_improved()] if run.stopped == FIRST_PLAN else []
        if self._late:
            warnings.append(_not_frozen(sorted(self._late)))
        self._keeping_s += time.monotonic() - began_s
        return lambda tx: self._finish(tx, status, values=values, plan=packed, warnings=warnings)

    def _without_plan(
        self,
        status: Status,
        code: str | None = None,
        values: dict[str, Any] | None = None,
        faults: dict[str, Any] | None = None,
    ) -> Callable[[Connection], bool]:
        failure = None if code is None else {"code": code, "values": values or {}, "faults": faults or {}}
        elapsed = {"elapsed_s": round(self._claim.done_s + self._elapsed_s, 3)}
        return lambda tx: self._finish(tx, status, values=elapsed, failure=failure)

    def _finish(self, tx: Connection, status: Status, **ended: Any) -> bool:
        return jobs.finish(tx, self._claim.job_id, self._claim.fencing_token, status, **ended)

    def _given_back(self) -> Callable[[Connection], bool]:
        """Give the job back: who takes it next may be better off, unless it was begun so often already."""
        claim, attempts = self._claim, self._settings.attempts
        return lambda tx: jobs.give_up(tx, claim.job_id, claim.fencing_token, attempts=attempts) is not None

    def _handed_back(self, solved: StageOutcome | None = None) -> Callable[[Connection], bool]:
        """Put the job back into the queue as this worker has to end: the next taker goes on with the rest of its time.

        Parameters
        ----------
        solved
            What was found until now; `None` when nothing was.
        """
        claim = self._claim

        def put_back(tx: Connection) -> bool:
            if solved is not None:
                outcome = solved.outcome
                self._checkpoint(tx, outcome.plan, outcome.problem, searched_s=outcome.run.search_s)
            return jobs.hand_back(tx, claim.job_id, claim.fencing_token)

        return put_back

    def _record(self, finish: Callable[[Connection], bool]) -> None:
        """Write how the job ended; a database that is away for a while is waited for."""
        wait_s = 0.2
        until_s = time.monotonic() + OFFER_S
        while True:
            try:
                with self._store.write() as tx:
                    # A commit whose answer was lost has landed: then it was this very ending.
                    is_ours = finish(tx) or jobs.has_ended(tx, self._claim.job_id, self._claim.fencing_token)
                self._is_lost = not is_ours
                return
            except StoreError as error:
                _log.warning("result_waits", error=str(error))
                if time.monotonic() > until_s:
                    return
                time.sleep(wait_s)
                wait_s = min(5.0, wait_s * 2)


def _not_improved() -> dict[str, dict[str, str]]:
    """Return the warning, by language, of a plan that was made and judged, and that there was no time to improve."""
    causes = by_language("The machine was too slow to improve the first plan.")
    return _warning("PLAN_NOT_IMPROVED", causes, by_language("Plan again with more seconds: 60, say."))


def _not_frozen(late: list[str]) -> dict[str, dict[str, str]]:
    """Return the warning, by language, that visits before `freeze_before` keep their technician and not their start."""
    causes = by_language("The start of {visits} was to be kept, and nobody can be there by then.", visits=late)
    return _warning("START_NOT_KEPT", causes, by_language("Look at what changes, and call these customers first."))


def _warning(code: str, causes: Mapping[str, str], actions: Mapping[str, str]) -> dict[str, dict[str, str]]:
    return {
        lang: {"code": code, "severity": "warning", "cause": causes[lang], "action": actions[lang]}
        for lang in LANGUAGES
    }
