package dev.polyserve.run;

import java.util.List;

/// Runs tasks that may block, for the models in which a connection occupies a thread while it is open.
///
/// **Thread**: any.
interface ConnectionExecutor {
    /// Runs the task, soon. It throws, without running anything, if no thread is available.
    void run(Runnable task, String name);

    /// Ends the threads of this executor.
    ///
    /// @return tasks that never ran, for the caller to finish
    List<Runnable> close();
}
