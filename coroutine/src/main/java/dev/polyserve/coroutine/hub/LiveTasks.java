package dev.polyserve.coroutine.hub;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The tasks of a hub that have not ended, and how many of them wait for an event that only the hub can cause.
///
/// **Thread**: the hub's; any may call [#list], which may be stale there.
final class LiveTasks {
    private final HubCore core;
    private @Nullable Task<?> newest;
    private int count;
    private int waiting;
    /// The number of offloaded computations that will wake a task.
    private int offloaded;

    LiveTasks(HubCore core) {
        this.core = core;
    }

    void add(Task<?> task) {
        core.assertOwner();
        Task<?> second = newest;
        task.before = second;
        if (second != null) {
            second.after = task;
        }
        newest = task;
        count++;
    }

    void remove(Task<?> task) {
        core.assertOwner();
        Task<?> before = task.before;
        Task<?> after = task.after;
        if (before != null) {
            before.after = after;
        }
        if (after != null) {
            after.before = before;
        } else {
            newest = before;
        }
        task.before = null;
        task.after = null;
        count--;
    }

    boolean isEmpty() {
        return count == 0;
    }

    void startWaiting(Task<?> task, Waiter waiter) {
        core.assertOwner();
        task.waitsFor = waiter;
        waiting++;
    }

    void stopWaiting(Task<?> task) {
        core.assertOwner();
        task.waitsFor = null;
        waiting--;
    }

    void addOffloaded(int change) {
        core.assertOwner();
        offloaded += change;
    }

    /// Whether every task waits for another one, so that only a timer could wake one.
    boolean allWaitForEachOther() {
        return count > 0 && waiting == count && offloaded == 0;
    }

    List<Task<?>> list() {
        var tasks = new ArrayList<Task<?>>();
        int atMost = count;
        for (Task<?> task = newest; task != null && tasks.size() < atMost; task = task.before) {
            tasks.add(task);
        }
        return tasks;
    }
}
