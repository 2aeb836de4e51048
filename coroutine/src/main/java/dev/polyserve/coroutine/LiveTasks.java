package dev.polyserve.coroutine;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The tasks of a hub that have not ended, and which of them wait for what only a task of the same hub can bring.
///
/// **Thread**: the hub's; [#list] any, for which the list may be of a moment ago.
final class LiveTasks {
    private @Nullable Task<?> newest;
    private int count;
    private int waiting;
    /// Computations elsewhere that will wake a task.
    private int outside;

    void add(Task<?> task) {
        Task<?> second = newest;
        task.before = second;
        if (second != null) {
            second.after = task;
        }
        newest = task;
        count++;
    }

    void remove(Task<?> task) {
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

    void waits(Task<?> task, Waiter waiter) {
        task.waitsFor = waiter;
        waiting++;
    }

    void goesOn(Task<?> task) {
        task.waitsFor = null;
        waiting--;
    }

    void computesOutside(int change) {
        outside += change;
    }

    /// Whether each waits for another one, so that only something scheduled could wake any.
    boolean allWaitForEachOther() {
        return count > 0 && waiting == count && outside == 0;
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
