package dev.polyserve.run;

import java.util.List;

/// What runs a task that may wait, under a model in which each connection has a thread for its time.
///
/// **Thread**: any.
interface ConnectionExecutor {
    /// Runs the task, soon. It throws, having run nothing, when there is no thread to be had.
    void run(Runnable task, String name);

    /// Ends its threads.
    ///
    /// @return tasks that never ran, for the caller to finish
    List<Runnable> close();
}
