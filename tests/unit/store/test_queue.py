import threading
from datetime import timedelta

import pytest
from unit.store.builders import begin, new_job, new_model

from chisto.errors import (
    BadRequest,
    NameTaken,
    TaskActive,
    TaskEnded,
    TaskNotRetried,
    TooManyTasks,
    UnknownTask,
)
from models_store.jobs import LOG_CHARS, Fenced, Pulse
from models_store.registry import Registry

ZERO, LONG = timedelta(0), timedelta(hours=1)


def reap(registry: Registry, *, is_dead: bool = True, own: frozenset[str] = frozenset()) -> list[str]:
    return registry.attempts.reap(lambda _: is_dead, own=own, max_tries=3, grace=ZERO, stale=LONG)


def test_each_job_is_claimed_once_however_many_claim(registry: Registry) -> None:
    wanted = {registry.jobs.submit(new_job(f"job {number}")).id for number in range(30)}
    claimed: list[str] = []

    def claim(worker: str) -> None:
        for _ in range(10):
            claimed.extend(job.id for job in registry.attempts.claim(worker, slots=1000))

    threads = [threading.Thread(target=claim, args=(f"trainer {number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(claimed) == 30 and set(claimed) == wanted


def test_older_jobs_go_first_and_priority_is_worth_ten_minutes_of_age(registry: Registry) -> None:
    for name, priority in (("first", 0), ("second", 0), ("urgent", 1)):
        registry.jobs.submit(new_job(name, priority=priority))
    assert [job.name for job in registry.attempts.claim("t", slots=2)] == ["urgent", "first"]
    assert registry.attempts.claim("t", slots=2) == []


def test_the_queue_has_a_limit(registry: Registry) -> None:
    registry.jobs.submit(new_job(), queue_limit=1)
    with pytest.raises(TooManyTasks):
        registry.jobs.submit(new_job(), queue_limit=1)


def test_an_attempt_begins_once(registry: Registry) -> None:
    job = begin(registry)
    with pytest.raises(Fenced):
        registry.attempts.begin(job.id, job.attempt, "a second one")


def test_an_attempt_that_was_given_up_can_write_nothing(registry: Registry) -> None:
    old = begin(registry)
    registry.attempts.release(old.id, old.attempt, max_tries=3)
    new = begin(registry, old)
    assert new.attempt == old.attempt + 1
    for write in (
        lambda: registry.attempts.beat(old.id, old.attempt, Pulse(progress=0.9)),
        lambda: registry.attempts.fail(old.id, old.attempt, BadRequest(reason="zombie")),
        lambda: registry.attempts.release(old.id, old.attempt, max_tries=3),
        lambda: registry.attempts.add_children(old.id, old.attempt, [new_job()]),
    ):
        with pytest.raises(Fenced):
            write()
    with pytest.raises(Fenced), registry.attempts.publishing(old.id, old.attempt) as publication:
        publication.add_model(new_model("zombie"))
    assert registry.models.all() == []
    assert not registry.attempts.attend(old.id, old.attempt)
    assert registry.attempts.attend(new.id, new.attempt)


def test_success_and_what_it_leaves_appear_together_or_not_at_all(registry: Registry) -> None:
    job = begin(registry)
    with pytest.raises(ZeroDivisionError), registry.attempts.publishing(job.id, job.attempt) as publication:
        publication.add_model(new_model("mine"))
        publication.add_report("profile", "key", {"rows": 1})
        raise ZeroDivisionError
    assert registry.models.all() == [] and registry.reports.get("profile", "key") is None
    assert registry.jobs.get(job.id).state == "running"
    with registry.attempts.publishing(job.id, job.attempt) as publication:
        publication.add_model(new_model("mine"))
        publication.add_report("profile", "key", {"rows": 1})
        publication.result.update(rows=1)
    ended = registry.jobs.get(job.id)
    assert (ended.state, ended.progress, ended.worker) == ("success", 1.0, None)
    assert registry.jobs.result(job.id) == {"rows": 1} and registry.reports.get("profile", "key") == {
        "rows": 1
    }
    assert [model.name for model in registry.models.all()] == ["mine"]


def test_a_queued_job_is_cancelled_at_once_and_a_running_one_cannot_succeed_any_more(
    registry: Registry,
) -> None:
    queued = registry.jobs.submit(new_job())
    assert registry.jobs.cancel(queued.id).state == "cancelled"
    with pytest.raises(TaskEnded):
        registry.jobs.cancel(queued.id)
    job = begin(registry)
    assert registry.jobs.cancel(job.id).state == "running"
    assert registry.attempts.beat(job.id, job.attempt, Pulse()) is True
    assert not registry.attempts.is_wanted(job.id, job.attempt)
    with pytest.raises(Fenced), registry.attempts.publishing(job.id, job.attempt):
        pass
    registry.attempts.release(job.id, job.attempt, max_tries=3)
    assert registry.jobs.get(job.id).state == "cancelled"


def test_a_killed_process_is_tried_again_and_then_given_up(registry: Registry) -> None:
    submitted = registry.jobs.submit(new_job())
    for _ in range(3):
        job = begin(registry, submitted)
        registry.attempts.release(job.id, job.attempt, max_tries=3)
    ended = registry.jobs.get(submitted.id)
    assert ended.state == "failure" and ended.error is not None and ended.error.code == "task_killed"
    assert "3" in ended.error.message("ru")


def test_jobs_of_a_dead_server_are_interrupted_and_can_be_run_again(registry: Registry) -> None:
    job = begin(registry)
    assert reap(registry, is_dead=False) == []
    assert registry.jobs.get(job.id).state == "running"
    assert reap(registry) == [job.id]
    interrupted = registry.jobs.get(job.id)
    assert interrupted.state == "interrupted" and interrupted.can_retry
    assert registry.jobs.retry(job.id).state == "queued"
    again = begin(registry, job)
    assert again.attempt == 2 and again.tries == 1 and again.error is None


def test_jobs_of_this_server_whose_process_is_dead_are_queued_again(registry: Registry) -> None:
    job = begin(registry)
    assert reap(registry, own=frozenset({job.id})) == [job.id]
    assert registry.jobs.get(job.id).state == "queued"


def test_nothing_is_reaped_that_shows_life(registry: Registry) -> None:
    job = begin(registry)
    stale = registry.attempts.reap(lambda _: True, own=set(), max_tries=3, grace=LONG, stale=LONG)
    assert stale == [] and registry.jobs.get(job.id).state == "running"


def test_a_silent_owner_is_given_up_even_if_its_lock_is_held(registry: Registry) -> None:
    job = begin(registry)
    assert registry.attempts.reap(lambda _: False, own=set(), max_tries=3, grace=ZERO, stale=ZERO) == [job.id]


def test_a_cancelled_job_of_a_dead_server_ends_as_cancelled(registry: Registry) -> None:
    job = begin(registry)
    registry.jobs.cancel(job.id)
    reap(registry)
    assert registry.jobs.get(job.id).state == "cancelled"


def test_a_name_is_free_again_when_its_job_has_ended_badly(registry: Registry) -> None:
    fit = new_job("mine", kind="fit", reserved_name="mine", model_name="mine")
    first = registry.jobs.submit(fit)
    with pytest.raises(NameTaken):
        registry.jobs.submit(fit)
    registry.jobs.cancel(first.id)
    second = registry.jobs.submit(fit)
    with pytest.raises(NameTaken):
        registry.jobs.retry(first.id)
    registry.jobs.cancel(second.id)
    assert registry.jobs.retry(first.id).reserved_name == "mine"


def test_children_are_the_same_ones_when_their_parent_asks_again(registry: Registry) -> None:
    parent = begin(registry)
    wanted = [new_job("child", parent=parent.id, child_key=str(number)) for number in range(3)]
    first = registry.attempts.add_children(parent.id, parent.attempt, wanted)
    second = registry.attempts.add_children(parent.id, parent.attempt, wanted)
    assert [job.id for job in first] == [job.id for job in second]
    assert registry.jobs.get(parent.id).children == 3
    assert registry.jobs.page().total == 1
    assert registry.jobs.page(parent=parent.id).total == 3


def test_a_parent_that_waits_takes_no_slot_and_children_wait_for_their_parent(registry: Registry) -> None:
    parent = begin(registry)
    wanted = [new_job("child", parent=parent.id, child_key=str(number)) for number in range(2)]
    registry.attempts.add_children(parent.id, parent.attempt, wanted)
    assert len(registry.attempts.claim("t", slots=1)) == 1
    registry.attempts.interrupt(parent.id, parent.attempt)
    assert registry.attempts.claim("t", slots=5) == []


def test_cancelling_a_parent_cancels_its_children(registry: Registry) -> None:
    parent = begin(registry)
    wanted = [new_job("child", parent=parent.id, child_key=str(number)) for number in range(2)]
    registry.attempts.add_children(parent.id, parent.attempt, wanted)
    [running] = registry.attempts.claim("t", slots=1)
    registry.jobs.cancel(parent.id)
    states = {job.id: job for job in registry.jobs.page(parent=parent.id).jobs}
    assert states.pop(running.id).cancel_requested
    assert [job.state for job in states.values()] == ["cancelled"]


@pytest.mark.parametrize("end", ["fail", "interrupt", "release"])
def test_a_parent_that_ends_badly_takes_its_children_with_it_and_a_retry_brings_them_back(
    registry: Registry, end: str
) -> None:
    parent = begin(registry)
    wanted = [new_job("child", parent=parent.id, child_key=str(number)) for number in range(3)]
    registry.attempts.add_children(parent.id, parent.attempt, wanted)
    done, running = registry.attempts.claim("t", slots=2)
    with registry.attempts.publishing(done.id, done.attempt):
        pass
    if end == "fail":
        registry.attempts.fail(parent.id, parent.attempt, BadRequest(reason="x"))
    elif end == "interrupt":
        registry.attempts.interrupt(parent.id, parent.attempt)
    else:
        registry.attempts.release(parent.id, parent.attempt, max_tries=1)
    assert registry.jobs.get(running.id).cancel_requested
    registry.attempts.release(running.id, running.attempt, max_tries=3)
    states = sorted(job.state for job in registry.jobs.page(parent=parent.id).jobs)
    assert states == ["cancelled", "cancelled", "success"] and "queued" not in registry.jobs.counts()
    registry.jobs.retry(parent.id)
    states = sorted(job.state for job in registry.jobs.page(parent=parent.id).jobs)
    assert states == ["queued", "queued", "success"]


def test_children_stay_while_their_killed_parent_is_tried_again(registry: Registry) -> None:
    parent = begin(registry)
    child = new_job("child", parent=parent.id, child_key="0")
    registry.attempts.add_children(parent.id, parent.attempt, [child])
    registry.attempts.release(parent.id, parent.attempt, max_tries=3)
    assert [job.state for job in registry.jobs.page(parent=parent.id).jobs] == ["queued"]


def test_a_log_is_read_on_from_where_one_stopped_and_keeps_its_end(registry: Registry) -> None:
    job = begin(registry)
    registry.attempts.beat(job.id, job.attempt, Pulse(log="первая строка\n"))
    first = registry.jobs.log(job.id)
    registry.attempts.beat(job.id, job.attempt, Pulse(log="вторая строка\n"))
    second = registry.jobs.log(job.id, first.next_offset)
    assert (first.text, second.text) == ("первая строка\n", "вторая строка\n")
    registry.attempts.beat(job.id, job.attempt, Pulse(log="x" * LOG_CHARS + "end"))
    whole = registry.jobs.log(job.id)
    assert len(whole.text) == LOG_CHARS and whole.text.endswith("end") and not whole.is_complete
    assert registry.jobs.log(job.id, whole.next_offset - 3).text == "end"


def test_history_is_kept_by_count_and_age_and_never_forgets_what_is_active(registry: Registry) -> None:
    active = registry.jobs.submit(new_job("active"))
    ended = [registry.jobs.submit(new_job(f"job {number}")) for number in range(5)]
    for job in ended:
        registry.jobs.cancel(job.id)
    assert registry.jobs.prune(keep=3, max_age=LONG) == 2
    assert {job.name for job in registry.jobs.page().jobs} == {"active", "job 2", "job 3", "job 4"}
    assert registry.jobs.prune(keep=3, max_age=ZERO) == 3
    assert [job.id for job in registry.jobs.page().jobs] == [active.id]


def test_only_ended_jobs_are_deleted_and_only_bad_ends_are_retried(registry: Registry) -> None:
    job = begin(registry)
    with pytest.raises(TaskActive):
        registry.jobs.delete(job.id)
    with pytest.raises(TaskNotRetried):
        registry.jobs.retry(job.id)
    with registry.attempts.publishing(job.id, job.attempt):
        pass
    with pytest.raises(TaskNotRetried):
        registry.jobs.retry(job.id)
    registry.jobs.delete(job.id)
    with pytest.raises(UnknownTask):
        registry.jobs.get(job.id)


def test_pages_are_filtered_and_counted(registry: Registry) -> None:
    for number in range(4):
        registry.jobs.submit(new_job(f"job {number}", kind="fit" if number % 2 else "profile"))
    page = registry.jobs.page(kinds=["fit"], states=["queued"], offset=1, limit=1)
    assert page.total == 2 and [job.name for job in page.jobs] == ["job 1"]
    assert registry.jobs.counts() == {"queued": 4}
