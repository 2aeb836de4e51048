package dev.polyserve.coroutine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Tasks of one hub that are waited for and killed together. One that ends leaves it.
///
/// **Thread**: tasks of the hub.
public sealed class Group permits Pool {
    private final HubCore core;
    private final Set<Task<?>> tasks = new LinkedHashSet<>();
    private final TaskEndListener leaves = new TaskEndListener() {
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

    /// Starts a task in it.
    public <T extends @Nullable Object> Task<T> spawn(Work<T> work) throws InterruptedException {
        Task<T> task = core.newTask(core.newName(), work);
        add(task);
        core.begin(task);
        return task;
    }

    /// Starts a task in it, for what it does.
    public final Task<@Nullable Void> spawn(Action action) throws InterruptedException {
        return this.<@Nullable Void>spawn(Hub.working(action));
    }

    /// Takes a task in that was spawned elsewhere; one that has ended leaves at once.
    public void add(Task<?> task) throws InterruptedException {
        if (!task.core().equals(core)) {
            throw new IllegalArgumentException(task + " is of another hub");
        }
        core.refuseBeside("use a group");
        if (tasks.add(task)) {
            task.add(leaves);
        }
    }

    /// Forgets a task, which goes on.
    ///
    /// @return whether it was in the group
    public boolean discard(Task<?> task) {
        boolean was = tasks.remove(task);
        if (was && !task.isDone()) {
            task.remove(leaves);
        }
        return was;
    }

    /// How many are in it.
    public final int size() {
        return tasks.size();
    }

    /// Those in it, in the order in which they came.
    public final List<Task<?>> tasks() {
        return List.copyOf(tasks);
    }

    /// Waits until all that are in it now have ended, however that was.
    public final void join() throws InterruptedException {
        core.hub().join(tasks(), tasks.size(), Duration.ofNanos(Long.MAX_VALUE));
    }

    /// Waits until all that are in it now have ended.
    ///
    /// @return whether they have in time
    public final boolean join(Duration atMost) throws InterruptedException {
        List<Task<?>> joined = tasks();
        return core.hub().join(joined, joined.size(), atMost).size() == joined.size();
    }

    /// Kills all that are in it, and waits for their end; those that have not begun never do.
    ///
    /// @return whether they have ended in time
    public final boolean kill(Duration atMost) throws InterruptedException {
        List<Task<?>> killed = tasks();
        killed.forEach(Task::killNow);
        return core.hub().join(killed, killed.size(), atMost).size() == killed.size();
    }

    /// Applies a function to each element, in a task each, and returns the results in the order of the elements.
    ///
    /// @throws ExecutionException as soon as one fails; its cause is the first error, the others go on
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

    /// Applies a function to each element, in a task each, and gives each result to `consumer` as soon as it is there, in the task
    /// that computed it.
    ///
    /// @throws ExecutionException as soon as one fails; its cause is the first error, the others go on
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

    /// What is applied to each element; it may wait.
    @FunctionalInterface
    public interface Function<A, B> {
        /// Computes the result for one element.
        B apply(A element) throws Exception;
    }
}
