package dev.polyserve.coroutine.hub;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A set of tasks of one hub that are joined and killed together. A task that ends leaves the group.
///
/// **Thread**: tasks of the hub.
public sealed class Group permits Pool {
    private final HubCore core;
    private final Set<Task<?>> tasks = new LinkedHashSet<>();
    private final TaskEndListener discardsEnded = new TaskEndListener() {
        @Override
        public void ended(Task<?> task) {
            discard(task);
        }

        @Override
        public boolean observes() {
            return false;
        }
    };

    /// An empty group.
    public Group(Hub hub) {
        this.core = hub.core();
    }

    final HubCore core() {
        return core;
    }

    /// Starts a task in this group.
    public <T extends @Nullable Object> Task<T> spawn(TaskCallable<T> work) throws InterruptedException {
        Task<T> task = core.newTask(core.newName(), work);
        add(task);
        core.begin(task);
        return task;
    }

    /// Starts a task without a result in this group.
    public final Task<@Nullable Void> spawn(TaskRunnable action) throws InterruptedException {
        return this.<@Nullable Void>spawn(Hub.working(action));
    }

    /// Adds a task that was spawned elsewhere. A task that has ended leaves at once.
    public void add(Task<?> task) throws InterruptedException {
        if (!task.core().equals(core)) {
            throw new IllegalArgumentException(task + " belongs to another hub");
        }
        core.refuseConcurrent("use a group");
        if (tasks.add(task)) {
            task.add(discardsEnded);
        }
    }

    /// Removes a task from the group; the task continues.
    ///
    /// @return whether it was in the group
    public boolean discard(Task<?> task) {
        boolean was = tasks.remove(task);
        if (was && !task.isDone()) {
            task.remove(discardsEnded);
        }
        return was;
    }

    /// The number of tasks in the group.
    public final int size() {
        return tasks.size();
    }

    /// The tasks in the group, in the order in which they were added.
    public final List<Task<?>> tasks() {
        return List.copyOf(tasks);
    }

    /// Waits until all tasks now in the group have ended, whatever their outcome.
    public final void join() throws InterruptedException {
        core.hub().join(tasks(), tasks.size(), Duration.ofNanos(Long.MAX_VALUE));
    }

    /// Waits until all tasks now in the group have ended, at most for the given time.
    ///
    /// @return whether all have ended in time
    public final boolean join(Duration atMost) throws InterruptedException {
        List<Task<?>> joined = tasks();
        return core.hub().join(joined, joined.size(), atMost).size() == joined.size();
    }

    /// Kills all tasks now in the group and waits for their end. A task that has not begun never begins.
    ///
    /// @return whether all have ended in time
    public final boolean kill(Duration atMost) throws InterruptedException {
        List<Task<?>> killed = tasks();
        killed.forEach(Task::killNow);
        return core.hub().join(killed, killed.size(), atMost).size() == killed.size();
    }

    /// Applies a function to each element, each in a task of its own, and returns the results in the order of the
    /// elements.
    ///
    /// @throws ExecutionException as soon as one task fails; the cause is its error, and the other tasks continue
    public final <A, B> List<B> map(Iterable<? extends A> elements, Function<? super A, ? extends B> function)
            throws InterruptedException, ExecutionException {
        List<Task<B>> mapping = spawnEach(elements, function, _ -> {});
        core.hub().joinAll(mapping);
        var results = new ArrayList<B>(mapping.size());
        for (Task<B> task : mapping) {
            results.add(task.get());
        }
        return results;
    }

    /// Applies a function to each element, each in a task of its own, and passes each result to `consumer` in the task
    /// that computed it, as soon as it is available.
    ///
    /// @throws ExecutionException as soon as one task fails; the cause is its error, and the other tasks continue
    public final <A, B> void forEachResult(Iterable<? extends A> elements, Function<? super A, ? extends B> function,
            Consumer<? super B> consumer) throws InterruptedException, ExecutionException {
        core.hub().joinAll(this.<A, B>spawnEach(elements, function, consumer));
    }

    private <A, B> List<Task<B>> spawnEach(Iterable<? extends A> elements, Function<? super A, ? extends B> function,
            Consumer<? super B> consumer) throws InterruptedException {
        var mapping = new ArrayList<Task<B>>(elements instanceof Collection<?> known ? known.size() : 16);
        for (A element : elements) {
            mapping.add(this.<B>spawn(() -> {
                B result = function.apply(element);
                consumer.accept(result);
                return result;
            }));
        }
        return mapping;
    }

    /// A function of one element; may wait.
    @FunctionalInterface
    public interface Function<A, B> {
        /// Computes the result for one element.
        B apply(A element) throws Exception;
    }
}
